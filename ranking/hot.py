"""Hot lists: what is opened most, by kind or service, from HAOKE_HOME/hot.json (ranking.rollup); else what its source counts.

A list says what it goes by: `opened` (views and clicks here), `popular` (enrolments and views at the source), `newest`, or `any`
where nothing is known. What was withdrawn or has expired is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import orjson

from catalog import place
from indexer.engine import Engine
from ranking.results import Request, ResultHit
from ranking.search import search
from ranking.signals import today

LEAST = 3  # that a list must have to be shown
SPARE = 2  # times as many are looked up as are shown: some are gone
#: Kinds and services of which the newest, not the most used, are wanted while nobody has opened any.
FRESH = frozenset({"jobs", "job", "fair", "live"})
Scores = Mapping[str, Mapping[str, Sequence[tuple[str, float]]]]  # kind or service → value → (id, score), hottest first


@dataclass(frozen=True, slots=True)
class HotList:
    """The hottest of one kind or service."""

    field: str
    value: str
    basis: str
    hits: tuple[ResultHit, ...]
    partial: bool = False  # a part of the index did not answer


def hot_lists(engine: Engine, field: str, values: Sequence[str], size: int) -> list[HotList]:
    """One list for each value of `kind` or `service`, in their order; those with fewer than LEAST resources are left out."""
    known = scores().get(field, {})
    wanted = {value: [id for id, _ in known.get(value, ())[: SPARE * size]] for value in values}
    bodies = engine.get(list(dict.fromkeys(id for ids in wanted.values() for id in ids))) if any(wanted.values()) else {}
    lists = []
    for value in values:
        hits = _hits([bodies[id] for id in wanted[value] if id in bodies])[:size]
        if len(hits) >= LEAST:
            lists.append(HotList(field, value, "opened", tuple(hits)))
        elif (found := _fallback(engine, field, value, size)).hits:
            lists.append(found)
    return [one for one in lists if len(one.hits) >= LEAST]


def scores() -> Scores:
    """The file as it is now: read again when it changes; nothing where there is none, or none that can be read."""
    path = Path(place.home()) / "hot.json"
    try:
        return _read(path, path.stat().st_mtime_ns)
    except OSError:
        return {}


@lru_cache(maxsize=2)
def _read(path: Path, stamp: int) -> Scores:
    try:
        kept = orjson.loads(path.read_bytes())
        return {by: {value: [(str(id), float(n)) for id, n in rows] for value, rows in kept[by].items()} for by in ("kind", "service")}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _hits(bodies: Sequence[bytes]) -> list[ResultHit]:
    """Each resource once, also where two of the ids were merged; without those that have expired."""
    day = today().isoformat()
    records = {record["id"]: record for record in map(orjson.loads, bodies)}
    return [ResultHit(id, 0.0, record) for id, record in records.items() if (record.get("expires") or day)[:10] >= day]


def _fallback(engine: Engine, field: str, value: str, size: int) -> HotList:
    """What the source counts most, else the newest, else what is best in itself (see ranking.signals)."""
    known = {"popular": "popularity", "newest": "published"}
    for sort in ("newest",) if value in FRESH else ("popular", "newest"):
        found = search(engine, Request(filters={field: (value,)}, sort=sort, size=size, facets=()))
        if any(hit.resource.get(known[sort]) for hit in found.hits):
            return HotList(field, value, sort, found.hits, found.partial)
    found = search(engine, Request(filters={field: (value,)}, size=size, facets=()))
    return HotList(field, value, "any", found.hits, found.partial)
