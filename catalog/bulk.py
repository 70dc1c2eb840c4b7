"""Many small objects at a time: what ingest and builds tell Python's collector of cycles.

It walks all young objects every 700 allocations and all objects now and then; records make no cycles, but a few of them are
alive by the hundred thousand (vocabularies, remembered tokens). Left as it is, it took a quarter of the time of an ingest
and of a build.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 200_000  # allocations between two looks at the young ones; cycles of failed rows are still found


def collect_seldom() -> None:
    """For a process that does nothing else."""
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 100)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """For a stretch of a longer process: as before afterwards."""
    before = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
