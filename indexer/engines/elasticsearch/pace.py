"""A build gives way to searches: while it writes, it measures how long a small search takes.

When that grows, requests go one at a time, are smaller, and pauses stand between them: a search that meets a request of a
thousand documents on every core waits for all of it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from catalog.errors import HaokeError
from indexer import engine as api
from indexer.engines.elasticsearch.reading import Reader

EVERY = 0.5  # seconds between measurements
QUICK, SLOW = 0.015, 0.04  # seconds of the small search: below, the pauses shrink; above, they grow
LONGEST = 2.0  # seconds of a pause
LARGE, SMALL = 1_000, 250  # documents of a request


class Pace:
    """Keeps the pause between bulk requests and their turn; shared by the threads that send them."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.pause = 0.0
        self._next = 0.0
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    @property
    def documents(self) -> int:
        """How many documents a request should hold."""
        return SMALL if self.pause else LARGE

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Holds a request back while another is under way, as long as searches are slow."""
        if not self.pause:
            yield
            return
        with self._turn:
            yield
            time.sleep(self.pause)

    def give_way(self) -> None:
        """Called after each bulk request: measures now and then."""
        if time.monotonic() >= self._next and self._lock.acquire(blocking=False):
            try:
                self._measure()
            finally:
                self._lock.release()

    def _measure(self) -> None:
        began = time.monotonic()
        try:
            self.reader.count(api.Query())
        except HaokeError:
            # nothing answers yet, or the cluster is away: the bulk requests have their own patience
            self._next = time.monotonic() + 10 * EVERY
            return
        took = time.monotonic() - began
        if took > SLOW:
            self.pause = min(LONGEST, self.pause * 1.5 + 0.05)
        elif took < QUICK:
            self.pause = 0.0 if self.pause < 0.01 else self.pause * 0.7
        self._next = time.monotonic() + EVERY
