"""The system of record: HAOKE_HOME/catalog.sqlite. One change sequence over all resources; the index is derived from it.

Any number of processes may read while one writes (write-ahead log). A writer works in transactions of a few thousand rows; a second
one waits a few seconds for its turn, then gets a StoreError. Nothing here holds a transaction open between two batches read.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from catalog import schema
from catalog.codec import DamagedRow, Entry, entry, unpack
from catalog.errors import StoreError
from catalog.placing import Outcome, Placing
from catalog.readthrough import ReadThrough
from catalog.resource import Resource

FILE = "catalog.sqlite"
_HINTS = (
    ("exists", "HAOKE_HOME must be a folder: choose another, or move that file away"),
    ("not a directory", "HAOKE_HOME must be a folder: choose another, or move that file away"),
    ("permission denied", "this account may not write there: check the owner of HAOKE_HOME, or choose another"),
    ("full", "the disk is full: free some space, then run the command again; what was committed is safe"),
    ("disk i/o", "the disk refused to write (full, a quota, or failing): make room or move HAOKE_HOME, then run the command again"),
    ("locked", "another process is writing to this catalogue: wait until it has finished"),
    ("readonly", "this account may not write there: check the owner of HAOKE_HOME"),
    ("unable to open", "check that HAOKE_HOME is a folder that this account may read and write"),
    ("malformed", "the file is damaged: restore the last `haoke backup`, or move the file away and ingest again"),
    ("not a database", "the file is damaged or something else: restore the last `haoke backup`, or move it away and ingest again"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """The last change of one id. body: its JSON, None for a tombstone."""

    sequence: int
    id: str
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Run:
    """One ingest. status: running (or killed), finished, failed. Figures as in the report, plus `passed` (rows passed over)."""

    id: int
    source: str
    location: str
    started: str
    finished: str
    status: str
    outcome: Mapping[str, Any]

    @property
    def rejected(self) -> int:
        """Rows that were refused."""
        return int(self.outcome.get("rejected", 0))

    @property
    def incomplete(self) -> bool:
        """A part of the source was missing, or the run did not come to its end."""
        return bool(self.outcome.get("incomplete", False)) or self.status == "failed"


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record that could not be taken, with what to do about it. value: at most 200 characters."""

    row: str
    field: str
    value: str
    reason: str
    hint: str = ""
    run: int = 0


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextmanager
def _guard(path: Path, doing: str, *also: type[Exception]) -> Iterator[None]:
    """sqlite's errors → StoreError with what to do next."""
    caught: tuple[type[Exception], ...] = (sqlite3.Error, DamagedRow, *also)
    try:
        yield
    except caught as error:
        text = f"a row is malformed ({error})" if isinstance(error, DamagedRow) else str(error)
        hint = next((h for word, h in _HINTS if word in text.lower()), "check the folder's permissions and disk space, then run `haoke doctor`")
        raise StoreError(f"{path}: {doing} failed: {text}", hint=hint) from error


class Store:
    """An open catalogue. Use as a context manager; not shared between threads or processes."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db = db
        self.path = path
        self._placing: Placing | None = None
        self._through = ReadThrough(path)

    # ── opening ────────────────────────────────────────────────────────────────────────────────────────────────────
    @classmethod
    def open(cls, home: Path | str, *, readonly: bool = False, wait: float = 5.0) -> Store:
        """Opens `home`/catalog.sqlite; makes the folder and the file unless readonly, and migrates an older file forward.

        wait: seconds to wait for another writer. StoreError: no permission, damaged, of a newer version, or missing (readonly).
        """
        path = Path(home).expanduser() / FILE
        if readonly and not path.exists():
            hint = "run `haoke ingest …` or `haoke demo` first" if not path.parent.exists() or path.parent.is_dir() else f"{path.parent} is no folder"
            raise StoreError(f"no catalogue in {path.parent}", hint=hint)
        with _guard(path, "opening", OSError):
            if not readonly:
                path.parent.mkdir(parents=True, exist_ok=True)
            uri = f"{path.absolute().as_uri()}?mode={'ro' if readonly else 'rwc'}"
            db = sqlite3.connect(uri, uri=True, timeout=wait, isolation_level=None, check_same_thread=False)
        store = cls(db, path)
        try:
            with _guard(path, "opening", OSError):
                store._prepare(readonly)
        except BaseException:
            db.close()
            raise
        return store

    def _prepare(self, readonly: bool) -> None:
        db = self._db
        db.execute("PRAGMA cache_size = -65536")  # 64 MB: the upper levels of the trees of a million rows
        version = self._version()
        if readonly:
            if 0 < version < schema.VERSION:
                raise StoreError(f"{self.path} is of an older version", hint="run any command that writes, e.g. `haoke ingest`, to bring it up to date")
            if version == 0:
                raise StoreError(f"{self.path} holds no catalogue", hint="run `haoke ingest …` first")
            return
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA wal_autocheckpoint = 16384")  # pages, 64 MB: keys fall all over their tree, so pages are written again and again
        db.execute("PRAGMA synchronous = NORMAL")  # a power cut may undo the last commits, never damage the file; a re-run repeats them
        if not os.access(self.path, os.W_OK):
            raise StoreError(f"{self.path} can't be written", hint="check the owner of HAOKE_HOME")
        if version < schema.VERSION:
            db.execute("BEGIN IMMEDIATE")
            for step in schema.STEPS[self._version() :]:  # read again: another process may have been first
                for statement in step.split(";"):
                    if statement.strip():
                        db.execute(statement)
            db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {schema.VERSION}")
            db.execute("COMMIT")

    def _version(self) -> int:
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        owner = int(self._db.execute("PRAGMA application_id").fetchone()[0])
        if owner != schema.APPLICATION_ID and self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise StoreError(f"{self.path} is not a catalogue of haoke", hint="choose another HAOKE_HOME, or move that file away")
        if version > schema.VERSION:
            raise StoreError(
                f"{self.path} is of version {version}, this program knows {schema.VERSION}", hint="install the newer haoke, or choose another HAOKE_HOME"
            )
        return version

    def close(self) -> None:
        """Closes the file; an open transaction is undone."""
        self._through.end()
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────
    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside, or nothing. StoreError when another process keeps writing, or the disk is full."""
        with _guard(self.path, "writing"), self._through.watched():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                placing = self._placing = Placing(self._db, self.sequence())
                yield
                placing.finish()
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            finally:
                self._placing = None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All that is read inside is of one moment, however long it takes and whoever writes meanwhile."""
        with _guard(self.path, "reading"):
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                self._db.execute("ROLLBACK")

    def _open(self) -> Placing:
        if self._placing is None:
            raise StoreError("nothing is written outside a transaction", hint="write inside `with store.transaction():`")
        return self._placing

    def put(self, resource: Resource) -> Outcome:
        """Inserts, updates or merges one record; `unchanged` takes no number."""
        return self.put_many([entry(resource)])[0]

    def put_many(self, entries: Sequence[Entry]) -> list[Outcome]:
        """put() for records made ready by catalog.codec.entry(); one outcome each, in order."""
        placing = self._open()
        return placing.put(entries)

    def delete(self, id: str, reason: str) -> bool:
        """A tombstone for one record. Other records of its resource stay, under their own id. False when there is none."""
        return self._open().delete(id, reason)

    def reject(self, run: int, row: str, field: str, value: str, reason: str, hint: str = "") -> None:
        """Keeps a record that could not be taken."""
        self.reject_many(run, [Rejection(row, field, value, reason, hint)])

    def reject_many(self, run: int, rejections: Sequence[Rejection]) -> None:
        """reject() for many, in one statement."""
        sql = "INSERT INTO rejections(run, row, field, value, reason, hint) VALUES (?, ?, ?, ?, ?, ?)"
        with _guard(self.path, "writing"):
            self._db.executemany(sql, ((run, *map(_storable, (r.row, r.field, r.value[:200], r.reason, r.hint))) for r in rejections))

    def start_run(self, source: str, location: str) -> int:
        """Notes that an ingest began; its number."""
        with _guard(self.path, "writing"):
            sql = "INSERT INTO runs(source, location, started) VALUES (?, ?, ?)"
            return int(self._db.execute(sql, (source, _storable(location), _now())).lastrowid or 0)

    def finish_run(self, run: int, outcome: Mapping[str, Any], *, status: str = "finished") -> None:
        """Notes how it ended. outcome: the report's figures and what else is worth keeping."""
        with _guard(self.path, "writing"):
            sql = "UPDATE runs SET finished = ?, status = ?, outcome = ? WHERE run = ?"
            self._db.execute(sql, (_now(), status, json.dumps(dict(outcome), ensure_ascii=True), run))

    # ── reading ────────────────────────────────────────────────────────────────────────────────────────────────────
    def _rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with _guard(self.path, "reading"):
            if self._placing:
                self._placing.finish()  # a transaction sees what it wrote
            return self._db.execute(sql, parameters).fetchall()

    def _body(self, packed: bytes) -> bytes:
        with _guard(self.path, "reading"):
            return unpack(packed)

    def get(self, id: str) -> Resource | None:
        """The resource of an id, also of one that was merged into another. None: there is none, or no longer."""
        sql = "SELECT body FROM resources WHERE id = coalesce((SELECT resource FROM records WHERE id = ?1), ?1) AND body IS NOT NULL"
        rows = self._rows(sql, (id,))
        return Resource.from_json(self._body(rows[0][0])) if rows else None

    def sequence(self) -> int:
        """The number of the last change; 0 in an empty catalogue."""
        return int(self._rows("SELECT coalesce(max(sequence), 0) FROM resources")[0][0])

    def count(self) -> dict[str, int]:
        """Live resources per kind."""
        return dict(self._rows("SELECT kind, live FROM tally WHERE live > 0 ORDER BY kind"))

    def size(self, after: str = "") -> int:
        """Live resources; those whose ids come after one."""
        if not after:
            return sum(self.count().values())
        ((number,),) = self._rows("SELECT count(*) FROM resources WHERE id > ? AND body IS NOT NULL", (after,))
        return int(number)

    def changes(self, since: int, limit: int | None = None) -> Iterator[Change]:
        """The last change of each id after number `since`, in order; read in batches."""
        left = limit
        while left is None or left > 0:
            batch = 1000 if left is None else min(1000, left)
            rows = self._rows("SELECT sequence, id, body FROM resources WHERE sequence > ? ORDER BY sequence LIMIT ?", (since, batch))
            for sequence, id_, packed in rows:
                yield Change(sequence, id_, None if packed is None else self._body(packed))
            if len(rows) < batch:
                return
            since, left = rows[-1][0], None if left is None else left - len(rows)

    def scan(self, batch: int = 1000, after: str = "") -> Iterator[tuple[str, int, bytes]]:
        """(id, sequence, JSON) of all live resources in order of id, after the id `after`."""
        sql = "SELECT id, sequence, body FROM resources WHERE id > ? AND body IS NOT NULL ORDER BY id LIMIT ?"
        while True:
            with self._through.watched():
                rows = self._rows(sql, (after, batch))
            if not rows:
                return
            for id_, sequence, packed in rows:
                yield id_, sequence, self._body(packed)
            after = rows[-1][0]

    def runs(self, limit: int = 20) -> list[Run]:
        """The last ingests, newest first."""
        sql = "SELECT run, source, location, started, coalesce(finished, ''), status, outcome FROM runs ORDER BY run DESC LIMIT ?"
        # the types of a row are SQLite's to say
        return [Run(*row[:-1], json.loads(row[-1])) for row in self._rows(sql, (limit,))]  # type: ignore[call-arg]

    def rejections(self, run: int | None = None, limit: int = 100) -> list[Rejection]:
        """Records that could not be taken: of one run in the order of the source, or the newest of all."""
        columns = "SELECT row, field, value, reason, hint, run FROM rejections "
        if run is None:
            return [Rejection(*row) for row in self._rows(columns + "ORDER BY number DESC LIMIT ?", (limit,))]
        return [Rejection(*row) for row in self._rows(columns + "WHERE run = ? ORDER BY number LIMIT ?", (run, limit))]

    def unmapped_counts(self) -> dict[str, dict[str, int]]:
        """field → source's own value that no vocabulary knows → how many resources; most frequent first. Reads everything."""
        found: dict[str, dict[str, int]] = {}
        for _, _, body in self.scan():
            if b'"unmapped"' in body:
                for field, values in orjson.loads(body).get("unmapped", {}).items():
                    counts = found.setdefault(field, {})
                    for value in values:
                        counts[value] = counts.get(value, 0) + 1
        return {f: dict(sorted(c.items(), key=lambda item: (-item[1], item[0]))) for f, c in sorted(found.items())}

    # ── keeping ────────────────────────────────────────────────────────────────────────────────────────────────────
    def backup(self, to: Path | str) -> None:
        """Copies the catalogue to the file `to` while it is in use; the copy appears when it is whole."""
        target = Path(to)
        part = target.with_name(target.name + ".part")
        with _guard(target, "backup", OSError):
            if target.is_dir():
                raise StoreError(f"{target} is a folder", hint="name the file that the backup shall be")
            target.parent.mkdir(parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            copy = sqlite3.connect(part)
            try:
                self._db.backup(copy)  # at once: piece by piece it begins anew with each commit of a writer, who need not wait for it either way
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, whole
            finally:
                copy.close()
            os.replace(part, target)

    @contextmanager
    def rehearsal(self) -> Iterator[Rehearsal]:
        """A scratch store in which records can be put as if in this one; nothing here changes."""
        import tempfile

        with tempfile.TemporaryDirectory(prefix="haoke-dry-run-") as folder, Store.open(folder) as scratch:
            yield Rehearsal(self, scratch)


class Rehearsal:
    """What `ingest --dry-run` writes to: takes from the real store only the rows that a chunk meets."""

    def __init__(self, real: Store, scratch: Store) -> None:
        self._real, self._scratch = real, scratch
        self._base = real.sequence()
        scratch._db.executemany("INSERT INTO sources(number, name) VALUES (?, ?)", real._rows("SELECT number, name FROM sources"))

    def put_many(self, entries: Sequence[Entry]) -> list[Outcome]:
        """The outcomes that Store.put_many() would have."""
        ids, keys = json.dumps([e.id for e in entries]), json.dumps([k for e in entries for k in e.keys])
        wanted = "IN (SELECT value FROM json_each(?))"
        known = self._copy("keys", f"key {wanted}", keys)
        homes = self._real._rows(f"SELECT id FROM resources WHERE sequence {wanted}", (json.dumps([k[2] for k in known]),))
        homes += self._real._rows(f"SELECT resource FROM records WHERE id {wanted}", (ids,))
        near = json.dumps([home[0] for home in homes])
        self._copy("records", f"resource {wanted}", near)
        for some in (ids, near):
            self._copy("resources", f"id {wanted} AND sequence <= {self._base}", some)
        with self._scratch.transaction():
            placing = self._scratch._open()
            placing.sequence = max(placing.sequence, self._base)
            return placing.put(entries)

    def _copy(self, table: str, where: str, asked: str) -> list[tuple[Any, ...]]:
        """Copies rows that the scratch store does not have yet (what it has is newer)."""
        rows = self._real._rows(f"SELECT * FROM {table} WHERE {where}", (asked,))
        if rows:
            with _guard(self._scratch.path, "writing"):
                self._scratch._db.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
        return rows


def _storable(text: str) -> str:
    """Text without lone surrogates, which sqlite refuses."""
    return text.encode("utf-8", "replace").decode()
