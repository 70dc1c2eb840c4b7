"""Popular queries: HAOKE_HOME/queries.tsv, written on the operators' side: a query, a tab, how often it was asked."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from pathlib import Path

from catalog import place
from catalog.text import key
from ranking.completion import Names

MOST = 20_000  # lines that are read
Asked = tuple[list[tuple[str, float]], Names]  # (query, times asked), and the index of their names in the same order


def popular_queries() -> Asked:
    """The file as it is now: read again when it changes; nothing where there is none."""
    path = Path(place.home()) / "queries.tsv"
    return _read(path, place.stamp(path))


@lru_cache(maxsize=2)
def _read(path: Path, stamp: int) -> Asked:
    rows = []
    if stamp:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in islice(lines, MOST):
                query, _, times = line.strip().partition("\t")
                if query and not query.startswith("#"):
                    rows.append((query, float(times) if times.strip().isdecimal() else 1.0))
    return rows, Names(key(query) for query, _ in rows)
