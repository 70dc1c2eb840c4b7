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
from catalog.errors import EngineUnavailable
from indexer.engine import Between, Engine, OneOf, Query
from ranking.narrow import lasts, unexpired
from ranking.part import Watched
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


def hot_lists(engine: Engine, field: str, values: Sequence[str], size: int) -> list[HotList]:
    """One list for each value of `kind` or `service`, in their order; those with fewer than LEAST resources are left out."""
    known = scores().get(field, {})
    wanted = {value: [id for id, _ in known.get(value, ())[: SPARE * size]] for value in values}
    watched = Watched(engine)
    bodies = watched.held(list(dict.fromkeys(id for ids in wanted.values() for id in ids)))
    opened = {value: _hits([bodies[id] for id in wanted[value] if id in bodies])[:size] for value in values}
    bases = _bases(watched, field, [value for value in values if len(opened[value]) < LEAST])
    lists = []
    for value in values:
        if len(opened[value]) >= LEAST:
            lists.append(HotList(field, value, "opened", tuple(opened[value])))
        else:
            lists.append(_fallback(engine, field, value, size, bases.get(value, "")))
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
    return [ResultHit(id, 0.0, record) for id, record in records.items() if lasts(record, day)]


def _bases(engine: Watched, field: str, values: Sequence[str]) -> dict[str, str]:
    """Value → what its list goes by: what the source counts most, else the newest, else what is best in itself (see ranking.signals)."""
    told = {"popular": Between("popularity", low=1.0), "newest": Between("published_at", low=1.0)}
    ways = [(value, basis) for value in values for basis in told if basis == "newest" or value not in FRESH]
    try:
        counts = engine.counts([Query(scope=(unexpired(), OneOf(field, (value,)), told[basis])) for value, basis in ways])
    except EngineUnavailable as error:
        engine.bear(error)
        return {}
    found: dict[str, str] = {}
    for (value, basis), count in zip(ways, counts, strict=True):
        if count:
            found.setdefault(value, basis)
    return found


def _fallback(engine: Engine, field: str, value: str, size: int, basis: str) -> HotList:
    """The list of a value in the order of the catalogue."""
    found = search(engine, Request(filters={field: (value,)}, sort=basis or "relevance", size=size, facets=()), ways=False)
    return HotList(field, value, basis or "any", found.hits)
