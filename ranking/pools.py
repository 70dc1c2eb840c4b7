"""Courses that ads ask for, remembered: very many ads are called alike and ask for the same, and the courses that are compared with them are few.

What is remembered is of one state of the index and one day. A course that many questions find is held once, read once.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from threading import Lock

from indexer.document import today
from indexer.engine import Clause, Engine, Hit, OneOf, Query
from ranking.narrow import lasts, unexpired

SIZE = 50  # courses that a question finds at most: these are compared
QUESTIONS = 2_048  # that are remembered, some 5 kB each
HITS = 4_096  # that they hold together, some 6 kB each
COURSES = ("course", "library")


class Pools:
    """What questions found, of one state of the index."""

    def __init__(self) -> None:
        self._found: dict[Clause, tuple[Hit, ...]] = {}
        self._hits: dict[str, Hit] = {}
        self._lock = Lock()

    def courses(self, engine: Engine, clause: Clause) -> tuple[Hit, ...]:
        """The best courses for a clause. Where a part of the index was missing, nothing is remembered."""
        known = self._found.get(clause)
        if known is not None:
            return known
        page = engine.search(Query(clause=clause, scope=(unexpired(), OneOf("kind", COURSES)), size=SIZE))
        if page.partial:
            return page.hits
        with self._lock:
            if len(self._found) >= QUESTIONS or len(self._hits) >= HITS:
                self._found.clear()
                self._hits.clear()
            found = self._found[clause] = tuple(self._hits.setdefault(hit.id, hit) for hit in page.hits)
        return found


def courses(engine: Engine, *clauses: Clause) -> dict[str, Hit]:
    """The courses that any of the clauses finds, the best of each: id → hit, of which only the record says anything, since its score is that of who asked first."""
    day, mark = today().isoformat(), engine.mark()
    pools = _pools(engine, mark, day) if mark else Pools()  # an engine that can't tell its states is asked each time
    found = chain.from_iterable(pools.courses(engine, clause) for clause in clauses)
    return {hit.id: hit for hit in found if lasts(hit.record, day)}


@lru_cache(maxsize=1)
def _pools(engine: Engine, mark: str, day: str) -> Pools:
    """What is remembered now; with the next commit it goes."""
    return Pools()
