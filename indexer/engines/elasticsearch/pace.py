"""A build gives way to searches: while it writes, it measures how long a small search takes, and pauses when that grows."""

from __future__ import annotations

import threading
import time

from catalog.errors import HaokeError
from indexer import engine as api
from indexer.engines.elasticsearch.reading import Reader

EVERY = 0.5  # seconds between measurements
QUICK, SLOW = 0.03, 0.08  # seconds of the small search: below, the pauses shrink; above, they grow
LONGEST = 2.0  # seconds of a pause


class Pace:
    """Keeps the pause between bulk requests; shared by the threads that send them."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.pause = 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def give_way(self) -> None:
        """Called after each bulk request: measures now and then, sleeps as long as searches ask for."""
        if time.monotonic() >= self._next and self._lock.acquire(blocking=False):
            try:
                self._measure()
            finally:
                self._lock.release()
        if self.pause:
            time.sleep(self.pause)

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
