"""Writing to one generation: documents in bulk, every item accounted for, nothing seen before commit().

A generation that is being built takes documents as they come, several requests under way at once. One that answers takes
them at commit() only, so that a writer that fails leaves nothing behind. Where an id may be there already – perhaps under
another kind – its place is looked up first, for indices are by kind.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import orjson

from catalog.errors import EngineError, EngineUnavailable
from indexer import engine as api
from indexer.engines.elasticsearch import mapping
from indexer.engines.elasticsearch.connection import SPACE, Connection
from indexer.engines.elasticsearch.generations import Generations
from indexer.engines.elasticsearch.lock import Lock
from indexer.engines.elasticsearch.pace import Pace

BYTES = 4 * 1024 * 1024  # of one request at most; a single larger document goes alone
UNDER_WAY = 3  # requests at once
LOOKED_UP = 2_000  # changes of a build that are applied together
PATIENCE = 300.0  # seconds that a request is tried again while the cluster is busy
WAIT = (0.25, 15.0)  # seconds before the first try again, and at most

Operation = tuple[str, str, bytes]  # index, _id, document; b"" deletes


def pack(document: api.Document) -> api.Packed:
    """A document as the bulk request holds it."""
    return api.Packed(document["id"], document["kind"][0], orjson.dumps({k: v.decode() if isinstance(v, bytes) else v for k, v in document.items() if v not in ("", [])}))


class Writer:
    """See indexer.engine.Writer. Use as a context: it ends its threads."""

    def __init__(self, connection: Connection, generations: Generations, generation: api.Generation, lock: Lock, pace: Pace) -> None:
        self.connection, self.generations, self.lock = connection, generations, lock
        self.meta, self.pace = generation, pace
        self.name = connection.settings.name
        self.building = generation.state == "building"
        self._kinds = generations.kinds(generation)
        self._stream: list[Operation] = []
        self._bytes = 0
        self._changes: dict[str, tuple[str, bytes]] = {}  # _id → kind, document ("" and b"" delete); the last one holds
        self._unseen = True  # written but not refreshed, perhaps by a writer that was cut off: a look-up would miss it
        self._pool = ThreadPoolExecutor(UNDER_WAY, thread_name_prefix="haoke-bulk")
        self._waiting: deque[Future[None]] = deque()

    # the contract --------------------------------------------------------------------------------------------------
    def add(self, documents: Iterable[api.Document | api.Packed], *, fresh: bool = False) -> None:
        """Adds documents; one whose id is there replaces it, unless the caller knows that none is (`fresh`)."""
        for one in documents:
            id, kind, document = one if isinstance(one, api.Packed) else pack(one)
            if fresh and self.building and not self._changes:
                self._send((self._index(kind), mapping.key(id), document))
            else:
                self._change(id, kind, document)

    def delete(self, ids: Iterable[str]) -> None:
        """Removes documents; ids that are not there are none's concern."""
        for id in ids:
            self._change(id, "", b"")

    def commit(self, *, sequence: int, resume_after: str = "") -> None:
        """Makes all so far durable and visible, then notes how far the generation has come."""
        self._apply()
        self._settle()
        self._refresh()
        self.meta = replace(self.meta, sequence=sequence, resume_after=resume_after)
        self.lock.check()
        self.generations.write(self.meta)

    def segments(self) -> list[int]:
        """A cluster merges as it sees fit."""
        return []

    # places --------------------------------------------------------------------------------------------------------
    def _index(self, kind: str) -> str:
        if kind not in self._kinds:
            self.generations.create(self.meta.name, kind)
            self._kinds.add(kind)
        return mapping.index(self.name, self.meta.name, kind)

    def _change(self, id: str, kind: str, document: bytes) -> None:
        self._changes[mapping.key(id)] = (kind, document)
        if self.building and len(self._changes) >= LOOKED_UP:
            self._apply()

    def _apply(self) -> None:
        """Sends the collected changes, each to where its id is or belongs."""
        if not self._changes:
            return
        self._settle()
        if self._unseen:
            self._refresh()
        changes, self._changes = self._changes, {}
        keys = list(changes)
        places: dict[str, set[str]] = {}
        for start in range(0, len(keys), LOOKED_UP):
            for index, key in self._found(keys[start : start + LOOKED_UP]):
                places.setdefault(key, set()).add(index)
        for key, (kind, document) in changes.items():
            home = self._index(kind) if document else ""
            for index in places.get(key, set()) - {home}:
                self._send((index, key, b""))
            if document:
                self._send((home, key, document))
        self._settle()
        self._unseen = True

    def _found(self, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
        """(index, _id) of those that are there."""
        body = {"query": {"ids": {"values": list(keys)}}, "size": min(10_000, len(keys) * (len(self._kinds) + 1)), "_source": False, "sort": ["_doc"]}
        with self.connection.managing() as client:
            answer = client.search(index=mapping.index(self.name, self.meta.name), body=body).body
        if answer.get("timed_out") or answer["_shards"].get("failed", 0):
            raise EngineUnavailable("a part of the index does not answer", hint="see `haoke doctor`, then run the command again")
        for row in answer["hits"]["hits"]:
            yield row["_index"], row["_id"]

    def _refresh(self) -> None:
        with self.connection.managing() as client:
            client.indices.refresh(index=mapping.index(self.name, self.meta.name))
        self._unseen = False

    # sending -------------------------------------------------------------------------------------------------------
    def _send(self, operation: Operation) -> None:
        size = len(operation[2]) + 100
        if self._stream and (len(self._stream) >= self.pace.documents or self._bytes + size > BYTES):
            self._dispatch()
        self._stream.append(operation)
        self._bytes += size

    def _dispatch(self) -> None:
        self.lock.check()
        self._unseen = True
        while len(self._waiting) >= UNDER_WAY:
            self._waiting.popleft().result()
        self._waiting.append(self._pool.submit(self._bulk, self._stream))
        self._stream, self._bytes = [], 0

    def _settle(self) -> None:
        """Until everything sent is answered for."""
        if self._stream:
            self._dispatch()
        while self._waiting:
            self._waiting.popleft().result()

    def _bulk(self, operations: list[Operation]) -> None:
        """One request, and what of it the cluster had no room for again, after a pause that grows."""
        until, pause = time.monotonic() + PATIENCE, WAIT[0]
        while True:
            try:
                with self.pace.turn():
                    operations, why = self._once(operations)
            except EngineUnavailable as error:
                why = error.message  # indexing by _id again is harmless
            if not operations:
                self.pace.give_way()
                return
            if time.monotonic() > until:
                raise EngineUnavailable(f"{len(operations)} documents could not be written in {PATIENCE:.0f} seconds: {why}", hint="see `haoke doctor`, then run `haoke reindex --resume` or `haoke index`")
            time.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, WAIT[1])
            self.lock.check()

    def _once(self, operations: list[Operation]) -> tuple[list[Operation], str]:
        """Sends operations; returns those to be tried again, and why. EngineError for one that can never succeed."""
        lines: list[bytes] = []
        for index, key, document in operations:
            lines.append(orjson.dumps({"index" if document else "delete": {"_index": index, "_id": key}}))
            if document:
                lines.append(document)
        with self.connection.managing() as client:
            # lines that are bytes already are sent as they are; the client's types know only objects
            answer: dict[str, Any] = client.options(max_retries=0).bulk(operations=lines, timeout="20s", filter_path="errors,items.*.status,items.*.error").body  # type: ignore[arg-type]
        items = answer.get("items", [])
        if len(items) != len(operations):
            raise EngineError(f"{len(operations)} documents were sent, {len(items)} answered for", hint="is there a proxy before the cluster that cuts answers?")
        if not answer.get("errors"):
            return [], ""
        again, why = [], ""
        for operation, item in zip(operations, items, strict=True):
            told = next(iter(item.values()))
            if told["status"] in (429, 503):
                error = told.get("error", {})
                if "read-only" in str(error.get("reason", "")):
                    raise EngineError(f"the cluster refuses to be written to: {error['reason']}", hint=SPACE)
                again.append(operation)
                why = str(error.get("reason", told["status"]))[:200]
            elif told["status"] >= 300 and not (told["status"] == 404 and not operation[2]):
                raise _refused(operation, told)
        return again, why

    def close(self) -> None:
        """Ends the threads; what was not committed is dropped."""
        self._stream, self._changes = [], {}
        self._pool.shutdown(wait=True, cancel_futures=True)


def _refused(operation: Operation, told: dict[str, Any]) -> EngineError:
    error = told.get("error", {})
    cause = error.get("caused_by", {}).get("reason", "")
    reason = f"{error.get('reason', told['status'])} {cause}".strip()[:300]
    if "read-only" in reason:
        return EngineError(f"the cluster refuses to be written to: {reason}", hint=SPACE)
    return EngineError(f"{operation[1]} is refused ({told['status']}): {reason}", hint="the index's mapping differs from this version's: run `haoke reindex`")
