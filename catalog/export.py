"""Writes the snapshot and the change files that mirrors read: see catalog.published for what they are.

Each run adds the changes since the last one; a new snapshot comes when enough has changed. Files are written beside and renamed, the
manifest last; what it no longer names stays for a day, for those who are fetching it.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import chain, islice, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from catalog.errors import BadRequest, ExportError
from catalog.published import MANIFEST, Manifest, Part, Snapshot, line, read_manifest

if TYPE_CHECKING:
    from catalog.store import Change, Store

ROWS = 50_000  # lines of a snapshot's file: about 15 MB of job ads
CHANGE_ROWS = 2_000  # lines of a file of changes, which the web reads whole to answer for a few
RENEW = 0.5  # a new snapshot is due when the changes since the last one are so many, in parts of it …
MOST_FILES = 500  # … or lie in so many files
LEFT = 24 * 3600.0  # seconds that a file which the manifest no longer names is left
Progress = Callable[[int, int | None], None]


def export(
    store: Store, folder: Path, *, since: int | None = None, anew: bool = False, progress: Progress = lambda done, total: None
) -> Manifest:
    """Brings a folder up to date: the changes since its manifest, and a snapshot where none is or one is due.

    since: makes a folder of changes alone, from this number on. anew: a new series, as after the catalogue was restored.
    """
    with _locked(folder), store.reading():
        old = before = read_manifest(folder)
        until = store.sequence()
        if old and (anew or until < old.sequence):  # a catalogue whose numbers went back is another one
            old = None
        if since is not None and old:
            raise BadRequest(f"{folder} holds an export up to change {old.sequence}", parameter="since", hint="leave --since out, or choose an empty folder")
        if since is not None and not 0 <= since <= until:
            raise BadRequest(f"there is no change {since}", parameter="since", allowed=[f"0-{until}"], hint=f"the last change is {until}")
        series = old.series if old else secrets.token_hex(4)
        begin = old.sequence if old else until if since is None else since
        changes = old.changes if old else ()
        changes += tuple(_files(folder, f"changes-{series}", _between(store, begin, until), begin, until, CHANGE_ROWS))
        snapshot = old.snapshot if old else None
        alone = since is not None or (old is not None and snapshot is None)
        if not alone and (snapshot is None or _due(snapshot, changes)):
            kept = snapshot.sequence if snapshot else until  # mirrors made from the snapshot before this one can still go on
            changes = tuple(c for c in changes if c.until > kept)
            snapshot = _snapshot(store, folder, series, until, progress)
        new = Manifest(series=series, sequence=until, created=_now(), snapshot=snapshot, changes=changes)
        with _written(folder / MANIFEST) as part:
            part.write_bytes(new.model_dump_json(indent=1).encode() + b"\n")
        _sweep(folder, new, before)
        return new


def _between(store: Store, after: int, until: int) -> Iterator[Change]:
    """The changes after `after` up to `until`; what changes meanwhile has a higher number, and its turn comes."""
    return takewhile(lambda change: change.sequence <= until, store.changes(after))


def _snapshot(store: Store, folder: Path, series: str, until: int, progress: Progress) -> Snapshot:
    kinds: Counter[str] = Counter()
    total = store.size()

    def live() -> Iterator[Change]:
        for change in _between(store, 0, until):
            if change.body is not None:
                kinds[orjson.loads(change.body)["kind"]] += 1
                yield change
                if not kinds.total() % 5000:
                    progress(kinds.total(), total)

    files = tuple(_files(folder, f"snapshot-{series}-{until}", live(), 0, until, ROWS))
    return Snapshot(sequence=until, created=_now(), resources=kinds.total(), kinds=dict(sorted(kinds.items())), files=files)


def _files(folder: Path, prefix: str, changes: Iterator[Change], after: int, until: int, most: int) -> Iterator[Part]:
    """Writes changes to files of at most so many lines; together they reach from `after` to `until`, with no gap."""
    first = next(changes, None)
    while after < until:
        name = f"{prefix}-{after + 1}.ndjson.gz"
        rows, end = 0, after
        with _written(folder / name) as part:
            with part.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as stream:
                for change in chain((first,) if first else (), islice(changes, most - 1)):
                    stream.write(line(change.sequence, change.id, change.body))
                    rows, end = rows + 1, change.sequence
            with part.open("rb") as whole:
                digest = hashlib.file_digest(whole, "sha256").hexdigest()
            size = part.stat().st_size
        first = next(changes, None)
        end = end if first else until
        yield Part(name=name, after=after, until=end, rows=rows, bytes=size, sha256=digest)
        after = end


def _due(snapshot: Snapshot, changes: tuple[Part, ...]) -> bool:
    later = [c for c in changes if c.until > snapshot.sequence]
    return len(later) > MOST_FILES or sum(c.rows for c in later) > max(CHANGE_ROWS, RENEW * snapshot.resources)


def _sweep(folder: Path, manifest: Manifest, before: Manifest | None) -> None:
    """Removes what no manifest has named for a while: a mirror may be fetching what the last one named."""
    for name in before.names - manifest.names if before else ():
        with suppress(FileNotFoundError):
            os.utime(folder / name)
    for file in folder.glob("*.ndjson.gz*"):
        if file.name not in manifest.names and file.stat().st_mtime < time.time() - LEFT:
            file.unlink(missing_ok=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextmanager
def _written(file: Path) -> Iterator[Path]:
    """A file beside `file` to write to, which takes its place when all went well."""
    part = file.with_name(file.name + ".part")
    try:
        yield part
        os.replace(part, file)
    except OSError as error:
        raise ExportError(f"{file} can't be written: {error}", hint="check the folder's owner and the room on its disk") from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One export at a time in a folder, which is made when missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / ".lock").open("w")
    except OSError as error:
        raise ExportError(f"{folder} can't be written: {error}", hint="choose another folder, or check its owner") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ExportError(f"another export is writing to {folder}", hint="wait until it has finished") from error
        yield
