"""The two small files of a generation: what it holds, and which one answers. Replaced whole, seen by their time stamps."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from catalog import place
from catalog.errors import GenerationError
from indexer import engine as api

META = "haoke.json"
POINTER = "active.json"


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Whole or not at all."""
    place.replace(path, orjson.dumps(value))


def stamp_of(path: Path) -> tuple[int, int]:
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
