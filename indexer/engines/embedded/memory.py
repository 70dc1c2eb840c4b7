"""Files of a generation in memory: kept there for who serves, and let go of by who builds.

Keeping: HAOKE_ENGINE_IN_MEMORY=1, for a machine that serves little else.

A system takes files that nobody has read for a while out of its memory, some within a minute; a page then reads dozens of places from a disk, each for as long as a
whole question takes otherwise. Held files are read once, when a generation is opened or committed to, and stay. All processes of a machine share them.

They are read in pages of 2 MB where the system can (Linux from 6.16 on ext4, earlier on xfs): a question jumps through gigabytes, and with pages of 4 kB most jumps
first have to find out where the page lies.

Letting go: a merge maps all that it reads, and each page read counts as the building process's own until the system wants it back: at the end of a build, the whole
index. And what a commit had in memory is free, but not the system's again: each thread of the engine takes from a heap of its own, and the C library keeps what is freed
there. A machine that allows a process so much and no more would end it, at seven of eleven million documents and 4 GiB.
"""

from __future__ import annotations

import ctypes
import logging
import mmap
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Lock, Thread

from catalog import machine

SETTING = "HAOKE_ENGINE_IN_MEMORY"
SHARE = 0.5  # of the machine's memory that may be held: a reindex needs the same again for the next generation
LOCKED = 0x2000  # MAP_LOCKED of Linux: read now, and never taken out
HUGE = 2 * 1024 * 1024  # bytes of a large page
MAPPED = 256 * 1024 * 1024  # bytes of files that a process which builds may have mapped and read, about
PAGE_OUT = 21  # MADV_PAGEOUT of Linux, from 5.4: what others have mapped stays in memory, what is written is kept
LOOK = 0.2  # seconds between two looks at how much it is


def wanted() -> bool:
    """Whether the operator asks for it."""
    return os.environ.get(SETTING, "") not in ("", "0")


class Held:
    """The files of one folder that are held; none where the system has no such thing, or allows too little."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._maps: dict[str, mmap.mmap] = {}
        self._refused = False
        self._lock = Lock()

    def refresh(self) -> None:
        """Holds what has come and lets go of what has gone. Why it can't is told once; searches are then as fast as the disk."""
        if not self._lock.acquire(blocking=False):
            return  # another thread is at it
        try:
            self._refresh()
        finally:
            self._lock.release()

    def _refresh(self) -> None:
        files = self._files()
        self._drop(self._maps.keys() - files.keys())
        if self._refused:
            return
        if sys.platform != "linux":
            self._refuse("only Linux can")
            return
        if sum(files.values()) > SHARE * machine.memory():
            self._refuse(f"its {sum(files.values()) / 1e9:.1f} GB are more than half of this machine's memory")
            return
        for name in sorted(files.keys() - self._maps.keys()):
            try:
                with (self.folder / name).open("rb") as file:
                    if files[name]:
                        _read(file.fileno(), files[name])
                        self._maps[name] = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_SHARED | LOCKED, prot=mmap.PROT_READ)
            except FileNotFoundError:
                continue  # merged away meanwhile
            except (OSError, ValueError) as error:
                self._refuse(f"the system refuses: {error} (ulimit -l)")
                return

    def _files(self) -> dict[str, int]:
        """Name → bytes of the finished files. A writer beside may rename and remove some at any moment."""
        found: dict[str, int] = {}
        with suppress(FileNotFoundError):
            for name in os.listdir(self.folder):
                if not name.startswith("."):
                    with suppress(FileNotFoundError):
                        found[name] = (self.folder / name).stat().st_size
        return found

    def release(self) -> None:
        """Lets go of all files, for good."""
        self._refused = True
        self._drop(list(self._maps))

    def _drop(self, names: Iterable[str]) -> None:
        for name in names:
            if held := self._maps.pop(name, None):
                held.close()

    def _refuse(self, reason: str) -> None:
        self.release()
        logging.getLogger(__name__).warning("%s is set, but generation %s can't be held in memory: %s", SETTING, self.folder.name, reason)


def _read(file: int, size: int) -> None:
    """Reads a file into the system's memory, in large pages where it has them."""
    if size < HUGE or sys.platform != "linux":
        return
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)  # written piece by piece, it lies there in small ones; what somebody uses stays as it is
    with mmap.mmap(file, 0, flags=mmap.MAP_SHARED, prot=mmap.PROT_READ) as pages, suppress(OSError):
        pages.madvise(mmap.MADV_HUGEPAGE)  # refused where the system was built without them
        for place in range(0, size, HUGE):
            pages[place]


def give_back() -> None:
    """What is freed goes back to the system, which the C library else keeps for later: a third of a building process. Only glibc has it to do; takes up to 0.4 s."""
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


@contextmanager
def let_go(folder: Path) -> Iterator[None]:
    """Meanwhile, pages of a folder's files that this process has read do not stay its own, nor in the system's memory, where nobody else uses them."""
    ended, whole = Event(), folder.resolve()  # mappings are told by their whole paths

    def watch() -> None:
        while not ended.wait(LOOK):
            if _mapped() > MAPPED:
                _let_go(whole)

    watching = Thread(target=watch, daemon=True)
    if sys.platform == "linux":
        watching.start()
    try:
        yield
    finally:
        ended.set()


def _mapped() -> int:
    """Bytes of mapped files that count as this process's own."""
    return int(Path("/proc/self/statm").read_text().split()[2]) * mmap.PAGESIZE


def _let_go(folder: Path) -> None:
    """Who reads on finds the page in its file. The advice must harm nothing else: a merge may end at any moment, and what was mapped be somebody's memory before
    the system is told of it (MADV_DONTNEED would empty that)."""
    madvise = ctypes.CDLL(None).madvise
    for line in Path("/proc/self/maps").read_text().splitlines():
        place, rights, *_, path = line.split(maxsplit=5)
        if rights.startswith("r--") and path.startswith(f"{folder}/"):
            start, end = (int(number, 16) for number in place.split("-"))
            madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), PAGE_OUT)
