"""Answers that the workers of one server have in common: what one has made the others need not make.

One small file an answer, in a folder of the running server that goes when it ends; best on a disk in memory. A folder a mark of the index: what was made
before a commit is not found after it, and is removed by who first writes after it. Without a folder each process keeps to itself.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Hashable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

MOST = 50_000  # answers that a process adds under one mark: some 500 MB
SAYS_SO = ("Server-Timing", "brief")  # that something was left out: see web.answers
FOLDER = "HAOKE_ANSWERS"  # environment: where they are; set by the server for its workers


@dataclass(frozen=True, slots=True)
class Answer:
    """A response ready to send, until when (as time.monotonic(), one for all processes of a machine), and what of it is counted."""

    body: bytes
    headers: tuple[tuple[str, str], ...]
    until: float
    mark: str
    events: tuple[dict[str, Any], ...]

    @property
    def brief(self) -> bool:
        """Whether something was left out of it."""
        return SAYS_SO in self.headers

    def holds(self, mark: str) -> bool:
        """Whether it is all that would be made now, under this mark."""
        return self.mark == mark and not self.brief


class Beside:
    """The folder, as one process sees it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._mark, self._added = "", 0

    def get(self, key: Hashable, mark: str) -> Answer | None:
        """What any process has put there under this mark; however old it is."""
        try:
            head, _, body = self._path(key, mark).read_bytes().partition(b"\n")
            headers, until, events = orjson.loads(head)
        except (OSError, ValueError):
            return None
        return Answer(body, tuple((name, value) for name, value in headers), until, mark, tuple(events))

    def put(self, key: Hashable, answer: Answer) -> None:
        """Puts an answer there. Where that can't be done, it is made again: no reader is told."""
        path = self._path(key, answer.mark)
        if answer.mark != self._mark:
            self._mark, self._added = answer.mark, 0
            self._clear(path.parent)
        if self._added >= MOST:
            return
        self._added += 1
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            part = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
            part.write_bytes(orjson.dumps([answer.headers, answer.until, answer.events]) + b"\n" + answer.body)
            part.replace(path)  # found whole or not at all; not worth waiting for a disk
        except OSError:
            self._added = MOST  # a full disk stays full for a while

    def _clear(self, stays: Path) -> None:
        for folder in self.root.glob("*"):
            if folder != stays:
                shutil.rmtree(folder, ignore_errors=True)

    def _path(self, key: Hashable, mark: str) -> Path:
        return self.root / _hash(mark) / _hash(repr(key))


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
