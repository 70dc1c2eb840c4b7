"""Many small objects at a time: keeping what was made of them, and what ingest and builds tell Python's collector of cycles.

The collector walks all young objects every 700 allocations and all objects now and then; records make no cycles, but a few of them are
alive by the hundred thousand (vocabularies, remembered tokens). Left as it is, it took a quarter of the time of an ingest
and of a build.
"""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")
YOUNG = 2_000_000  # allocations between two looks at the young ones; cycles of failed rows are still found


class Kept(dict[K, V]):
    """What was made for a key is kept, at most so many; then all is forgotten and made anew. kept[key], or kept.__getitem__ for map().

    lru_cache() brings an order of use up to date with each look: of some hundred thousand entries it touches three, none of which is in
    the processor's cache. To look words up so took an eighth more of the time of indexing a text.
    """

    def __init__(self, most: int, make: Callable[[K], V]) -> None:
        self.most, self.make = most, make

    def __missing__(self, key: K) -> V:
        value = self.make(key)
        if len(self) >= self.most:
            self.clear()
        self[key] = value
        return value


def collect_seldom() -> None:
    """For a process that does nothing else."""
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 100)


def work_for(parent: int) -> None:
    """For a worker process: it does nothing else, and ends when the process that it works for is gone, however that ended."""
    collect_seldom()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


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
