"""The writer's lock: one document that a second writer can't create, renewed while its holder lives."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from catalog.errors import EngineError, EngineLocked, EngineUnavailable, GenerationError, HaokeError
from indexer.engines.elasticsearch.connection import Client, Conflict, Connection, NotFound

KEPT = 60.0  # seconds after which a lock that nobody renewed may be taken over
RENEWED = 10.0  # seconds between renewals
DOCUMENT = "writer"


class Lock:
    """Held by one writer of all generations of one name."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.index = f"{connection.settings.name}.lock"
        self.owner = {"host": socket.gethostname(), "numbers": _numbers(), "process": os.getpid(), "token": os.urandom(8).hex()}
        self._stamp: dict[str, Any] = {}
        self._lost = ""
        self._ended = threading.Event()

    @contextmanager
    def held(self) -> Iterator[Lock]:
        """EngineLocked when another process writes."""
        with self.connection.managing() as client:
            self._take(client)
        renewing = threading.Thread(target=self._renew, name="haoke-lock", daemon=True)
        renewing.start()
        try:
            yield self
        finally:
            self._ended.set()
            renewing.join()
            self._give_back()

    def check(self) -> None:
        """EngineError when the lock was lost on the way, e.g. because this machine slept."""
        if self._lost:
            raise EngineLocked(f"this process lost the writer's lock: {self._lost}", hint="another process may be writing: wait for it, then run the command again")

    def _document(self) -> dict[str, Any]:
        return {**self.owner, "until": time.time() + KEPT}

    def _take(self, client: Client) -> None:
        if not client.indices.exists(index=self.index):
            # two at once: one of them creates it
            settings = {"index.number_of_shards": 1, "index.auto_expand_replicas": "0-1", "index.hidden": True}
            client.options(ignore_status=400).indices.create(index=self.index, settings=settings, mappings={"dynamic": False})
        try:
            answer = client.index(index=self.index, id=DOCUMENT, document=self._document(), op_type="create")
        except Conflict:
            answer = self._take_over(client)
        self._stamp = {"if_seq_no": answer["_seq_no"], "if_primary_term": answer["_primary_term"]}

    def _take_over(self, client: Client) -> Any:
        """From a holder that is gone: it did not renew, or was a process of this machine that no longer runs."""
        try:
            held = client.get(index=self.index, id=DOCUMENT).body
        except NotFound as error:
            raise EngineLocked("another process has just written to this index", hint="run the command again") from error
        holder = held["_source"]
        # ours: an attempt whose answer was lost has made it
        gone = holder["token"] == self.owner["token"] or (_among(holder) == _among(self.owner) and not _runs(holder["process"]))
        if not gone and not self._still(client, held):
            left = max(1, round(holder["until"] - time.time()))
            raise EngineLocked(
                f"another process is writing to this index ({holder['host']}, process {holder['process']})",
                hint=f"wait until it has ended (reindex or index); if it was killed, its lock ends in {left} seconds",
            )
        try:
            return client.index(index=self.index, id=DOCUMENT, document=self._document(), if_seq_no=held["_seq_no"], if_primary_term=held["_primary_term"])
        except Conflict as error:
            raise EngineLocked("another process is writing to this index", hint="wait until it has ended (reindex or index)") from error

    def _still(self, client: Client, held: Any) -> bool:
        """Whether a lock ran out and nobody renews it. Its holder's clock may go after ours: only one that stays as it is for longer than a renewal takes is nobody's."""
        if held["_source"]["until"] >= time.time():
            return False
        time.sleep(1.5 * RENEWED)
        try:
            return bool(client.get(index=self.index, id=DOCUMENT).body["_seq_no"] == held["_seq_no"])
        except NotFound:
            return False  # given back meanwhile, or taken by a third

    def _renew(self) -> None:
        until = time.monotonic() + KEPT
        while not self._ended.wait(RENEWED):
            try:
                with self.connection.managing() as client:
                    answer = self._renewed(client)
                self._stamp = {"if_seq_no": answer["_seq_no"], "if_primary_term": answer["_primary_term"]}
                until = time.monotonic() + KEPT
            except EngineUnavailable as error:
                if time.monotonic() > until:  # the cluster is away; as long as the lock holds, go on trying
                    self._lost = error.message
                    return
            except (EngineError, GenerationError) as error:
                self._lost = error.message
                return

    def _renewed(self, client: Client) -> Any:
        """What the lock's document bears now. An attempt whose answer came too late has renewed it as well."""
        try:
            return client.options(request_timeout=10).index(index=self.index, id=DOCUMENT, document=self._document(), **self._stamp)
        except Conflict:
            held = client.get(index=self.index, id=DOCUMENT).body
            if held["_source"].get("token") != self.owner["token"]:
                raise
            return held

    def _give_back(self) -> None:
        try:
            with self.connection.managing() as client:
                client.options(ignore_status=(404, 409)).delete(index=self.index, id=DOCUMENT, **self._stamp)
        except HaokeError:
            return  # it ends by itself after KEPT seconds; an error here would hide the one that ended the writing


def _numbers() -> str:
    """Whose process numbers these are: two containers may have one host name, each with numbers of its own."""
    try:
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""  # no Linux


def _among(holder: Mapping[str, Any]) -> tuple[Any, ...]:
    return holder["host"], holder.get("numbers", "")


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
