"""The two small files of a generation: what it holds, and which one answers. Replaced whole, seen by their time stamps."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

from catalog import place
from catalog.errors import GenerationError
from indexer import engine as api

META = "haoke.json"
POINTER = "active.json"
SURE = 0.02  # seconds for which a look at a file is good: a page asks twenty questions, and at each look its thread gives way to another
Stamp = tuple[int, int]


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Whole or not at all."""
    place.replace(path, orjson.dumps(value))


class Watched:
    """A file that another process may replace at any time."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.path, self._clock = path, clock
        self._stamp: Stamp = (-1, -1)
        self._until = -1.0

    def stamp(self) -> Stamp:
        """Its stamp, as of SURE seconds ago at most."""
        now = self._clock()
        if now >= self._until:
            self._stamp, self._until = stamp_of(self.path), now + SURE
        return self._stamp


def stamp_of(path: Path) -> Stamp:
    """Differs once a file was replaced or written; (0, 0) where there is none."""
    try:
        seen = path.stat()
    except OSError:
        return (0, 0)
    return (seen.st_mtime_ns, seen.st_ino)


def read_meta(folder: Path) -> api.Generation:
    """What a generation says of itself. GenerationError where it says nothing."""
    try:
        return api.Generation(**orjson.loads((folder / META).read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise GenerationError(f"{folder} is no generation of this version: {error}", hint="run `haoke reindex`") from error
