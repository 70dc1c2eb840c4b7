"""A catalogue's file, read from one end to the other once reading it page by page takes longer.

What a day changes lies all over a catalogue: a row's place by its id, the row itself, its keys. When a system does not hold the file in its memory, each of them waits
for a disk, which gives some thousand such pages a second, but hundreds of megabytes in order. Nobody knows beforehand how many rows will come. So it is read
page by page until that has cost about what reading the whole costs; then the whole is read, beside the work. At worst it takes twice as long as it had to.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from catalog import machine

SMALL = 64 * 1024 * 1024  # bytes; a smaller file is in memory before this could help
SHARE = 0.5  # of the machine's memory that a file may take which is read through: the rest is for what serves beside
TIMES = 25  # a byte that is read page by page takes so many times as long as one read in order: measured 18 to 40
PIECE = 1024 * 1024  # bytes read at a time
BLOCK = 512  # bytes that a system counts by


class ReadThrough:
    """Watches what this thread reads of a disk on behalf of one file, and reads that file through once that is worth it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.read = 0  # bytes that had to come from the disk while it was watched
        self.passed = 0  # bytes of the file that were read in order beside
        self._reading: Thread | None = None
        self._ended = Event()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """What is read inside is the file's."""
        before = _from_disk()
        try:
            yield
        finally:
            self.read += _from_disk() - before
            if self._reading is None:
                self._begin()

    def _begin(self) -> None:
        with suppress(OSError):  # not there yet, or no longer: whoever opens it says so
            size = self.path.stat().st_size
            if size >= SMALL and self.read > size / TIMES and size <= SHARE * machine.memory():
                self._reading = Thread(target=self._through, daemon=True)
                self._reading.start()

    def _through(self) -> None:
        with suppress(OSError), self.path.open("rb", buffering=0) as file:
            piece = bytearray(PIECE)
            while not self._ended.is_set() and (got := file.readinto(piece)):
                self.passed += got

    def end(self) -> None:
        """Nobody needs the file any longer."""
        self._ended.set()
        if self._reading:
            self._reading.join()


def _from_disk() -> int:
    """Bytes that this thread has read from disks, what the system read ahead for it included; of the whole process where threads are not told apart."""
    return resource.getrusage(getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)).ru_inblock * BLOCK
