"""Where a record goes: a new resource, an update of its own, or into another source's resource. Runs inside one transaction.

Laws: a record that did not change costs no number of the sequence; two records of one source never become one resource by their
keys; a key that two records of one source share is dead, for those already merged by it too (they are parted again), so
that the order of sources does not matter. One exception, for its rarity: a record that fits two resources which can't be one, because both
hold a record of some third source, goes to the one it shares the stronger key with – and which came first may then differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any, Literal, NamedTuple, Protocol

from catalog.codec import Entry, entry, from_row
from catalog.merge import MAX_ALSO, compatible, merge
from catalog.resource import Resource

Outcome = Literal["created", "updated", "unchanged", "merged"]
DEAD = 0  # in place of a resource's number: this key recognises nothing
FLUSH = 10_000  # rows held in memory, however long the transaction


class Database(Protocol):
    """What is needed of the store's connection."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Any: ...

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Any: ...


class _Row(NamedTuple):
    sequence: int
    kind: str
    digest: bytes | None  # None: a tombstone


class Placing:
    """Places the records of one chunk. What it reads is read once a chunk, what it writes to resources and keys once at finish()."""

    def __init__(self, db: Database, sequence: int) -> None:
        self.db = db
        self.sequence = sequence  # the last number given
        self.tally: dict[str, int] = {}  # kind → change of the number of live resources
        self._rows: dict[str, _Row | None] = {}  # what is known of ids
        self._members: dict[str, tuple[str, bytes]] = {}  # id of a record → the resource that holds it, its digest
        self._keys: dict[int, dict[int, int]] = {}  # key → source → number of the resource that holds it
        self._sources: dict[str, int] = dict(db.execute("SELECT name, number FROM sources").fetchall())
        self._written: dict[str, tuple[int, str, str, bytes | None, bytes | None, str | None]] = {}
        self._at: dict[int, str] = {}  # number given in this chunk → id
        self._pointed: set[tuple[int, int]] = set()

    # ── the chunk ──────────────────────────────────────────────────────────────────────────────────────────────────
    def load(self, ids: Iterable[str], keys: Iterable[int]) -> None:
        """Reads what the store knows of these ids and keys, in three statements."""
        wanted = [i for i in dict.fromkeys(ids) if i not in self._rows]
        if wanted:
            self._rows.update(dict.fromkeys(wanted))
            asked = (json.dumps(wanted),)
            sql = "SELECT id, sequence, kind, digest FROM resources WHERE id IN (SELECT value FROM json_each(?))"
            for id_, sequence, kind, digest in self.db.execute(sql, asked):
                self._rows[id_] = _Row(sequence, kind, digest)
            sql = "SELECT id, resource, digest FROM records WHERE id IN (SELECT value FROM json_each(?))"
            for id_, resource, digest in self.db.execute(sql, asked):
                self._members[id_] = (resource, digest)
        fresh = [k for k in dict.fromkeys(keys) if k not in self._keys]
        if fresh:
            self._keys.update((k, {}) for k in fresh)
            sql = "SELECT key, source, sequence FROM keys WHERE key IN (SELECT value FROM json_each(?))"
            for key, source, sequence in self.db.execute(sql, (json.dumps(fresh),)):
                self._keys[key][source] = sequence

    def put(self, entries: Sequence[Entry]) -> list[Outcome]:
        """Places each record, in order; one outcome each. Of two records with one id the later stands."""
        if len(self._rows) + len(self._written) > FLUSH:
            self.finish()
        self.load((e.id for e in entries), (k for e in entries for k in e.keys))
        return [self._put(e) for e in entries]

    def finish(self) -> None:
        """Writes what put() and delete() decided, and forgets it: the next chunk may follow."""
        self.db.executemany(
            "INSERT OR REPLACE INTO resources(sequence, id, kind, digest, body, reason) VALUES (?, ?, ?, ?, ?, ?)", self._written.values()
        )
        # in the tree's order: neighbours share a page
        pointed = sorted(self._pointed)
        self.db.executemany("INSERT OR REPLACE INTO keys(key, source, sequence) VALUES (?, ?, ?)", ((k, s, self._keys[k][s]) for k, s in pointed))
        self.db.executemany(
            "INSERT INTO tally(kind, live) VALUES (?, ?) ON CONFLICT(kind) DO UPDATE SET live = live + excluded.live",
            ((kind, n) for kind, n in self.tally.items() if n),
        )
        self._written, self._at, self._pointed, self.tally = {}, {}, set(), {}
        self._rows, self._members, self._keys = {}, {}, {}

    # ── one record ─────────────────────────────────────────────────────────────────────────────────────────────────
    def _put(self, new: Entry) -> Outcome:
        member = self._members.get(new.id)
        if member:
            if member[1] == new.digest:
                return "unchanged"
            self.db.execute("UPDATE records SET kind = ?, digest = ?, body = ? WHERE id = ?", (new.kind, new.digest, new.body, new.id))
            self._members[new.id] = (member[0], new.digest)
            self._claim(new, member[0])
            if new.id in self._members:  # else its key died, and it was parted and written already
                self._renew(new)
            return "updated"
        row = self._rows.get(new.id)
        if row and row.digest is not None:
            if row.digest == new.digest:
                return "unchanged"
            self._claim(new, new.id)
            if new.id in self._members:  # what was parted from another has joined it
                self.db.execute("UPDATE records SET kind = ?, digest = ?, body = ? WHERE id = ?", (new.kind, new.digest, new.body, new.id))
                self._renew(new)
                return "updated"
            self._write(new)
            homes = self._homes(new) if new.keys else []
            if homes:
                self._join([*homes, new.id])
            return "updated"
        return self._place(new)

    def _renew(self, new: Entry) -> None:
        """A changed record of a resource of several: worked out again, or taken apart where the record no longer belongs to the others."""
        home = self._members[new.id][0]
        self._members[new.id] = (home, new.digest)
        others = [r for r in self._records(home) if r.id != new.id]
        live = {key for key in new.keys if DEAD not in self._keys[key].values()}
        changed = new.resource()
        if any(live.intersection(r.keys) for r in others) and all(compatible(r.resource(), changed) for r in others):
            self._join([home])
        else:
            self._part(home)

    def _place(self, new: Entry) -> Outcome:
        """A record that has no resource yet."""
        self._claim(new, new.id)
        homes = self._homes(new) if new.keys else []
        if homes:
            self._join(homes, new)
            return "merged"
        self._write(new)
        return "created"

    def _claim(self, new: Entry, home: str) -> None:
        """Kills each key of `new` that another record of its source bears."""
        source = self._number(new.source)
        for key in new.keys:
            held = self._keys[key].get(source)
            if held and (holder := self._holder(held)) and holder != home:
                self._kill(key, source)

    def _kill(self, key: int, source: int) -> None:
        held = {h for s in self._keys[key].values() if s and (h := self._holder(s))}
        self._keys[key][source] = DEAD
        self._pointed.add((key, source))
        for home in sorted(held):
            row = self._known(home)
            if row and row.digest is not None:  # else another of them, once parted, was joined with it
                self._part(home)

    def _homes(self, new: Entry) -> list[str]:
        """The resources that `new` and they themselves may become one with, best first; [] for none."""
        source = self._number(new.source)
        found: dict[str, int] = {}
        for key in new.keys:
            holders = self._keys[key]
            if DEAD in holders.values():
                continue
            for other, sequence in sorted(holders.items()):
                home = self._holder(sequence) if other != source else None
                if home:
                    found.setdefault(home, key)
        homes: list[str] = []
        sources, size = {new.source}, 1
        accepted: list[Resource] = []  # of `new` and the homes so far: what says little fits many that don't fit each other
        for home, key in found.items():
            records = self._records(home)
            theirs = {r.source for r in records}
            # the digest of a key may be stale or, once in 2^64, another's: the record itself decides
            if sources & theirs or size + len(records) > MAX_ALSO + 1 or not any(key in r.keys for r in records):
                continue
            accepted = accepted or [new.resource()]
            held = [r.resource() for r in records]
            if all(compatible(one, other) for one in held for other in accepted):
                homes.append(home)
                accepted += held
                sources |= theirs
                size += len(records)
        return homes

    def _join(self, homes: list[str], new: Entry | None = None) -> None:
        """One resource of all records of `homes` and `new`; with one home alone, works it out again."""
        first, *others = homes
        records = [r for home in homes for r in self._records(home)] + ([new] if new else [])
        for home in others:
            self._write(None, id=home, reason=f"merged into {first}")
        if len(records) == 1:
            self._forget(first)
            self._write(records[0])
            return
        for home in homes:
            self._forget(home)
        rows = [(r.id, first, place, r.kind, r.digest, r.body) for place, r in enumerate(records)]
        self.db.executemany("INSERT OR REPLACE INTO records(id, resource, place, kind, digest, body) VALUES (?, ?, ?, ?, ?, ?)", rows)
        self._members.update((r.id, (first, r.digest)) for r in records)
        self._write(entry(reduce(merge, (r.resource() for r in records))), records)

    def _part(self, home: str, without: str = "") -> None:
        """Takes a resource of several records apart; each finds its place anew, `without` none."""
        records = self._records(home)
        if len(records) == 1 and not without:
            return
        self._forget(home)
        for record in records:
            self.load((record.id,), record.keys)
        if records[0].id == home and home != without:
            self._write(records[0])
            records = records[1:]
        else:
            self._write(None, id=home, reason="its first record is gone")
        for record in records:
            if record.id != without:
                self._place(record)

    def delete(self, id: str, reason: str) -> bool:
        """A tombstone for a record; what else its resource holds stays, under its own id. False when there is no such record."""
        self.load((id,), ())
        member = self._members.get(id)
        if member:
            self._part(member[0], without=id)
            if member[0] != id:
                return True
        row = self._rows.get(id)
        if not member and (row is None or row.digest is None):
            return False
        self._write(None, id=id, reason=reason)
        return True

    # ── what is stored ─────────────────────────────────────────────────────────────────────────────────────────────
    def _number(self, source: str) -> int:
        number = self._sources.get(source)
        if number is None:
            number = self._sources[source] = len(self._sources) + 1
            self.db.execute("INSERT INTO sources(number, name) VALUES (?, ?)", (number, source))
        return number

    def _holder(self, sequence: int) -> str | None:
        """The id of the live resource that bears this number now."""
        id_ = self._at.get(sequence)
        if id_ is None:
            found = self.db.execute("SELECT id FROM resources WHERE sequence = ? AND body IS NOT NULL", (sequence,)).fetchone()
            if not found:
                return None
            id_ = found[0]
        row = self._known(id_)
        return id_ if row and row.sequence == sequence and row.digest is not None else None

    def _known(self, id: str) -> _Row | None:
        if id not in self._rows:
            self.load((id,), ())
        return self._rows[id]

    def _records(self, home: str) -> list[Entry]:
        """The records of a resource, first one first."""
        sql = "SELECT id, kind, digest, body FROM records WHERE resource = ? ORDER BY place"
        rows = self.db.execute(sql, (home,)).fetchall()
        if not rows and home in self._written:
            rows = [self._written[home][1:5]]
        elif not rows:
            rows = self.db.execute("SELECT id, kind, digest, body FROM resources WHERE id = ?", (home,)).fetchall()
        records = [from_row(*row) for row in rows]
        for record in records:
            self.load((record.id,), record.keys)
        return records

    def _forget(self, home: str) -> None:
        """Drops the records behind a resource; it holds one from now on, or none."""
        for (id_,) in self.db.execute("SELECT id FROM records WHERE resource = ?", (home,)).fetchall():
            self._members.pop(id_, None)
        self.db.execute("DELETE FROM records WHERE resource = ?", (home,))

    def _write(self, new: Entry | None, records: Sequence[Entry] = (), *, id: str = "", reason: str | None = None) -> None:
        """Gives the next number to a resource (of `records`, or of itself alone), or to a tombstone when `new` is None."""
        id = new.id if new else id
        before = self._known(id)
        if before and before.digest is not None:
            self.tally[before.kind] = self.tally.get(before.kind, 0) - 1
        self.sequence += 1
        if before:
            self._at.pop(before.sequence, None)
        if new is None:
            kind = before.kind if before else ""
            self._rows[id] = _Row(self.sequence, kind, None)
            self._written[id] = (self.sequence, id, kind, None, None, reason)
            return
        self.tally[new.kind] = self.tally.get(new.kind, 0) + 1
        self._rows[id] = _Row(self.sequence, new.kind, new.digest)
        self._written[id] = (self.sequence, id, new.kind, new.digest, new.body, None)
        self._at[self.sequence] = id
        for record in records or (new,):
            source = self._number(record.source)
            for key in record.keys:
                if self._keys[key].get(source) != DEAD:
                    self._keys[key][source] = self.sequence
                    self._pointed.add((key, source))
