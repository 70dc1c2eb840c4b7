"""Snapshot and change files for mirrors: what they hold, and how they are read. catalog.export writes them.

A folder holds gzipped JSON lines and a manifest, which is written last: what it names is whole. Snapshot and change files
have the same lines, in the order of the store's change sequence:

    {"sequence": 12, "op": "upsert", "id": "icourse163:1", "resource": {…}}
    {"sequence": 13, "op": "delete", "id": "ncss:7"}

A mirror takes the lines of a snapshot, then those of the changes after its number; each line is the last word on its id. Files never
change once they are named; a mirror that knows the manifest's `series` and its own number knows all that it is missing.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from catalog.errors import ExportError
from catalog.resource import SCHEMA_VERSION

FORMAT = 1
MANIFEST = "manifest.json"
FOLDER = ("published", "export")  # below HAOKE_HOME


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Part(_Frozen):
    """One file: the changes after number `after` up to `until`."""

    name: str = Field(description="file name beside the manifest")
    after: int = Field(description="it begins after this change number")
    until: int = Field(description="it ends with this change number")
    rows: int = Field(description="lines")
    bytes: int = Field(description="size of the file")
    sha256: str = Field(description="digest of the file")


class Snapshot(_Frozen):
    """All resources as they were at a change number."""

    sequence: int = Field(description="go on with the changes after this number")
    created: str = Field(description="when it was made, ISO 8601 in UTC")
    resources: int = Field(description="lines in all")
    kinds: dict[str, int] = Field(description="how many of each kind")
    files: tuple[Part, ...]


class Manifest(_Frozen):
    """What a folder holds."""

    format: int = Field(default=FORMAT, description="version of these files")
    schema_version: int = Field(default=SCHEMA_VERSION, description="version of the resources' fields")
    series: str = Field(description="changes when the numbers begin anew: then a mirror begins anew, from the snapshot")
    sequence: int = Field(description="the last change number that these files cover")
    created: str = Field(description="when it was written, ISO 8601 in UTC")
    snapshot: Snapshot | None = Field(default=None, description="null in a folder of changes alone")
    changes: tuple[Part, ...] = Field(default=(), description="without gaps, oldest first")

    @property
    def oldest(self) -> int:
        """The lowest number from which the changes are complete."""
        return self.changes[0].after if self.changes else self.sequence

    @property
    def names(self) -> frozenset[str]:
        """The files that belong to it."""
        return frozenset(p.name for p in (*self.changes, *(self.snapshot.files if self.snapshot else ())))


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a folder; None when nothing was exported there."""
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValidationError) as error:
        raise ExportError(f"{folder / MANIFEST} can't be read: {error}", hint="move it away, then run `haoke export` again") from error


def lines_after(folder: Path, manifest: Manifest, since: int) -> Iterator[bytes]:
    """The changes after a number as lines, in order, from the files alone."""
    for part in manifest.changes:
        if part.until > since:
            yield from (line for line in _lines(folder / part.name) if number(line) > since)


def read_lines(file: Path) -> Iterator[bytes]:
    """The lines of one file."""
    try:
        with gzip.open(file, "rb") as stream:
            yield from stream
    except (OSError, EOFError) as error:
        raise ExportError(f"{file} can't be read: {error}", hint="run `haoke export --anew`") from error


def line(sequence: int, id: str, body: bytes | None) -> bytes:
    """One change as a line; body: the resource's JSON, None for a tombstone. The number stands first: see number()."""
    head: dict[str, Any] = {"sequence": sequence, "op": "delete" if body is None else "upsert", "id": id}
    return orjson.dumps(head if body is None else head | {"resource": orjson.Fragment(body)}, option=orjson.OPT_APPEND_NEWLINE)


def number(line: bytes) -> int:
    """The number of a line, without reading the rest of it."""
    return int(line[len(b'{"sequence":') : line.index(b",")])


@lru_cache(maxsize=8)  # who walks through the changes asks for one file many times; a file that is named never changes
def _lines(file: Path) -> tuple[bytes, ...]:
    return tuple(read_lines(file))
