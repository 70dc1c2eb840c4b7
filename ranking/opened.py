"""What others opened too: HAOKE_HOME/opened.tsv, written on the operators' side: an id, a tab, another id, a tab, how often both.

Only pairs that enough people opened stand in the file, so that nobody can be recognised by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from catalog import place
from indexer.engine import Engine, OneOf, Query
from ranking.alike import Reason
from ranking.narrow import unexpired
from ranking.results import ResultHit
from ranking.similar import Recommendation

FILE = "opened.tsv"
MOST = 200_000  # lines that are read
EACH = 24  # others kept for one id
Pairs = Mapping[str, tuple[str, ...]]  # id → the ids opened with it, most often first


def also_opened(engine: Engine, id: str, size: int = 6) -> tuple[Recommendation, ...]:
    """Resources that others opened who opened this one, most often first; what has expired is left out."""
    ids = opened_with(id)
    if not ids:
        return ()
    page = engine.search(Query(scope=(unexpired(), OneOf("id", ids)), size=len(ids)))
    known = {hit.id: hit.record for hit in page.hits}
    return tuple(Recommendation(ResultHit(other, 0.0, known[other]), Reason("opened")) for other in ids if other in known)[:size]


def opened_with(id: str) -> tuple[str, ...]:
    """The ids that people opened who opened this one, most often first; () where nothing is known."""
    return pairs().get(id, ())


def pairs() -> Pairs:
    """The file as it is now: read again when it changes; nothing where there is none."""
    path = Path(place.home()) / FILE
    stamp = place.stamp(path)
    return _read(path, stamp) if stamp else {}


@lru_cache(maxsize=2)
def _read(path: Path, stamp: int) -> Pairs:
    counted: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8", errors="replace") as lines:
        for _, line in zip(range(MOST), lines, strict=False):
            one, _, rest = line.rstrip("\n").partition("\t")
            other, _, times = rest.partition("\t")
            if not one.startswith("#") and other and other != one and times.isdecimal():
                # a pair may stand in the file in one order or in both
                for here, there in ((one, other), (other, one)):
                    known = counted.setdefault(here, {})
                    known[there] = max(known.get(there, 0), int(times))
    return {one: tuple(sorted(others, key=lambda o: (-others[o], o))[:EACH]) for one, others in counted.items()}
