"""Lines that web processes append and the operators' side reads: HAOKE_HOME/<name>/<day>.<machine>-<process>.jsonl.

Each process has its own file of a day, opened to append for each write, so nobody waits for anybody; files of several web
machines may be copied into one folder. A Journal never breaks what it observes: it writes from a thread of its own, drops lines when
the disk is full or the day's file has its size, and says so in the log.
"""

from __future__ import annotations

import logging
import os
import platform
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.util import Finalize
from pathlib import Path
from threading import Lock, Timer
from typing import Any

import orjson

from catalog import place
from catalog.normalize.dates import SHANGHAI

WAITING = 10_000  # lines in memory; more come only where the disk takes none
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})\.[\w-]+\.jsonl")
_log = logging.getLogger(__name__)


def folder(name: str) -> Path:
    """Where the journal of a name is kept."""
    return Path(place.home()) / name


def file_of(name: str, at: float) -> Path:
    """This process's file for the day (in China) of a time in seconds since 1970."""
    machine = re.sub(r"[^0-9A-Za-z-]", "-", platform.node())[:40] or "here"
    return folder(name) / f"{datetime.fromtimestamp(at, SHANGHAI).date().isoformat()}.{machine}-{os.getpid()}.jsonl"


def append(path: Path, data: bytes, most: int) -> bool:
    """Appends whole lines unless the file would grow over `most` bytes; OSError when they can't be written. What a full disk cut off stays a line of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        size = os.fstat(descriptor).st_size
        if size + len(data) > most:
            return False
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            data = b"\n" + data
        while data:
            data = data[os.write(descriptor, data) :]
        return True
    finally:
        os.close(descriptor)


class Journal:
    """Takes records for one folder and writes them a few seconds later, those of a moment in random order. For many threads."""

    def __init__(self, name: str, *, most: int, wait: float = 3.0, clock: Callable[[], float] = time.time) -> None:
        self.name, self.most, self.wait, self.clock = name, most, wait, clock
        self._lines: dict[Path, list[bytes]] = {}
        self._waiting = 0
        self._process = 0
        self._lock = Lock()

    def add(self, record: Mapping[str, Any]) -> None:
        """Takes a record. Never fails."""
        try:
            line = orjson.dumps(record) + b"\n"
        except orjson.JSONEncodeError:
            return  # half a character: nobody has typed that
        with self._lock:
            if self._process != os.getpid():  # what a process took before it forked is its own
                self._process, self._lines, self._waiting = os.getpid(), {}, 0
                Finalize(None, self.flush, exitpriority=1)  # unlike atexit also in a child of multiprocessing: a web worker is one
            if self._waiting >= WAITING:
                return
            self._lines.setdefault(file_of(self.name, self.clock()), []).append(line)
            self._waiting += 1
            if self._waiting == 1:
                timer = Timer(self.wait, self.flush)
                timer.daemon = True
                timer.start()

    def flush(self) -> None:
        """Writes what was taken."""
        with self._lock:
            taken, self._lines, self._waiting = self._lines, {}, 0
        for path, lines in taken.items():
            random.shuffle(lines)  # their order is nobody's business: it would tell who went where
            try:
                if not append(path, b"".join(lines), self.most):
                    _log.warning("%s has %d bytes: the rest of the day is not counted", path, self.most)
            except OSError as error:
                _log.warning("%d lines of %s are lost: %s", len(lines), path, error)


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands in one file from a place on: its records, and the place where the last whole line ends."""

    name: str
    day: str
    records: Iterator[dict[str, Any]]
    end: int


def pieces(where: Path, after: Mapping[str, int]) -> Iterator[Piece]:
    """What was added to the files of a folder since the places given by name, by day. A line that is no record is left out."""
    for path in sorted(where.glob("*.jsonl")) if where.is_dir() else ():
        match = _NAME.fullmatch(path.name)
        start = after.get(path.name, 0)
        if match and (end := _whole(path, start)) > start:
            yield Piece(path.name, match[1], _records(path, start, end), end)


def _whole(path: Path, start: int) -> int:
    """Where the last whole line of a file ends: a process may be writing the next one."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end > start:
            file.seek(max(start, end - 65_536))
            block = file.read(end - file.tell())
            if b"\n" in block:
                return end - len(block) + block.rindex(b"\n") + 1
            end -= len(block)
    return start


def _records(path: Path, start: int, end: int) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        file.seek(start)
        while start < end:
            line = file.readline()
            start += len(line)
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            if isinstance(record, dict):
                yield record
