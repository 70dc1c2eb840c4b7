"""The embedded engine: tantivy in this process, one folder a generation. Only this package imports tantivy.

    translate    Query → tantivy's queries, and the schema        writing    add, replace, remove, commit
    reading      search, get                                      files      the two small files of a generation
    snapshot     one state of it, and what was found out          plan       how a clause is best asked
    anywhere     one list a token, whichever field holds it       memory     its files in memory: kept, or let go of
    counts       totals and facets                                together   facets counted in one column

    ROOT/active.json          which generation answers, and which did before; replaced by rename
    ROOT/write.lock           held by the one writer
    ROOT/<generation>/        tantivy's files
    ROOT/<generation>/haoke.json   schema, fingerprint, last change held, state

A reader looks at the two small files' time stamps when it is asked, so that a swap or a commit by another process is seen
within 20 ms without a thread that watches. A crash between tantivy's commit and haoke.json leaves the sequence too low: the
changes are then applied again, which changes nothing (adding replaces by id).
"""

from __future__ import annotations

import fcntl
import secrets
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

import orjson
import tantivy

from catalog.errors import EngineError, EngineLocked, GenerationError, StoreError
from indexer import engine as api
from indexer.engines.embedded import memory
from indexer.engines.embedded.files import META, POINTER, Stamp, Watched, read_meta, write_json
from indexer.engines.embedded.reading import Reader
from indexer.engines.embedded.translate import schema
from indexer.engines.embedded.writing import IndexWriter, pack
from indexer.fields import SCHEMA_VERSION, SHANGHAI


def open(url: str) -> Embedded:
    """embedded:PATH → the engine with its generations under PATH."""
    path = url.partition(":")[2]
    if not path:
        raise EngineError("an embedded engine needs a folder", hint="write embedded:/path/to/index")
    return Embedded(Path(path))


class Embedded:
    """Engine over one folder; safe for many threads, and for many processes that read beside one that writes."""

    pack = staticmethod(pack)

    def __init__(self, root: Path) -> None:
        self.root = root
        self.url = f"embedded:{root}"
        self._lock = threading.Lock()
        self._watched = Watched(root / POINTER)
        self._pointer_stamp: Stamp = (-1, -1)
        self._reader: Reader | None = None
        self._following: threading.Thread | None = None

    # searching
    def _active_reader(self) -> Reader:
        stamp, reader = self._watched.stamp(), self._reader
        if reader is None or stamp != self._pointer_stamp:
            with self._lock:
                name = self._pointer().get("active")
                if not name:
                    raise GenerationError("there is no index yet", hint="run `haoke reindex`")
                reader = self._reader
                if reader is None or (reader.folder.name != name and not reader.held):
                    reader = self._reader = Reader(self.root / name, in_memory=memory.wanted())
                elif reader.folder.name != name:
                    if self._following and self._following.is_alive():
                        return reader  # its turn comes when this one is there
                    self._following = threading.Thread(target=self._follow, args=(reader, name), daemon=True)
                    self._following.start()
                self._pointer_stamp = stamp
        return reader

    def _follow(self, before: Reader, name: str) -> None:
        """Takes up another generation while the one before goes on answering: to read all its files takes seconds."""
        assert before.held
        before.held.release()  # both at once may be more than the machine has
        try:
            self._reader = Reader(self.root / name, in_memory=True)
        except Exception:  # whatever it is, who asks next meets it, and is told why: the files of the one before are let go of
            self._reader = None

    def mark(self) -> str:
        reader = self._active_reader()
        reader.look()
        return f"{reader.folder.name}:{reader.stamp}"

    def search(self, query: api.Query) -> api.Page:
        reader = self._active_reader()
        try:
            return reader.search(query, reader.folder.name)
        except ValueError as error:
            raise EngineError(f"the index can't answer: {error}", hint="run `haoke doctor`") from error

    def count(self, query: api.Query, generation: str = "") -> int:
        reader = Reader(self.root / generation) if generation else self._active_reader()
        return reader.search(replace(query, size=0, facets={}), reader.folder.name).total

    def counts(self, queries: Sequence[api.Query]) -> list[int]:
        return [self.count(query) for query in queries]

    def get(self, ids: Sequence[str]) -> dict[str, bytes]:
        reader = self._active_reader()
        found = dict(reader.bodies("id", ids))
        missing = [i for i in ids if i not in found]
        if missing:
            for _, body in reader.bodies("also", missing):
                for other in orjson.loads(body).get("also", ()):
                    if other in missing:
                        found[other] = body
        return found

    def frequency(self, field: str, token: str) -> int:
        return self._active_reader().look().frequency(field, token)

    def values(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        return sorted(self._active_reader().searcher().terms_with_prefix(field, prefix), key=lambda v: (-v[1], v[0]))[:limit]

    # generations
    def _pointer(self) -> dict[str, str]:
        try:
            value: dict[str, str] = orjson.loads((self.root / POINTER).read_bytes())
            return value
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise GenerationError(f"{self.root / POINTER} can't be read: {error}", hint="remove it and run `haoke generations activate NAME`") from error

    def generations(self) -> list[api.Generation]:
        pointer = self._pointer()
        states = {pointer.get("previous"): "previous", pointer.get("active"): "active"}
        folders = sorted((p.parent for p in self.root.glob(f"*/{META}")), key=lambda p: p.name, reverse=True)
        return [replace(meta, state=states.get(meta.name, meta.state)) for meta in map(read_meta, folders)]

    def active(self) -> api.Generation | None:
        name = self._pointer().get("active")
        return replace(read_meta(self.root / name), state="active") if name else None

    def begin(self, fingerprint: str) -> api.Generation:
        now = datetime.now(SHANGHAI)
        name = f"g{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        folder = self.root / name
        try:
            folder.mkdir(parents=True)
            tantivy.Index(schema(), path=str(folder))
        except OSError as error:
            raise StoreError(f"no generation can be made in {self.root}: {error}", hint="check the folder's permissions and disk space") from error
        meta = api.Generation(name, "building", SCHEMA_VERSION, fingerprint, 0, 0, now.isoformat(timespec="seconds"))
        write_json(folder / META, asdict(meta))
        return meta

    @contextmanager
    def writer(self, generation: str) -> Iterator[IndexWriter]:
        folder = self._folder(generation)
        with self._exclusive(), memory.let_go(folder):
            index = tantivy.Index.open(str(folder))
            writer = IndexWriter(index, folder)
            try:
                yield writer
            except BaseException:
                writer.writer.rollback()
                raise
            finally:
                # ends tantivy's threads and gives up its lock now, not when Python happens to collect it
                writer.writer.wait_merging_threads()

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with (self.root / "write.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise EngineLocked("another process is writing to this index", hint="wait until it has ended (reindex or index)") from error
            yield

    def seal(self, generation: str) -> api.Generation:
        folder = self._folder(generation)
        documents = tantivy.Index.open(str(folder)).searcher().num_docs
        meta = replace(read_meta(folder), state="ready", documents=documents, resume_after="")
        write_json(folder / META, asdict(meta))
        return meta

    def activate(self, generation: str) -> None:
        meta = read_meta(self._folder(generation))
        if meta.state == "building":
            raise GenerationError(f"generation {generation} is not complete", hint="run `haoke reindex --resume`")
        before = self._pointer().get("active", "")
        if before != generation:
            write_json(self.root / POINTER, {"active": generation, "previous": before})

    def drop(self, generation: str) -> None:
        folder = self._folder(generation)
        pointer = self._pointer()
        if pointer.get("active") == generation:
            raise GenerationError(f"generation {generation} answers searches", hint="activate another one first")
        with self._exclusive():
            shutil.rmtree(folder)
        if pointer.get("previous") == generation:
            write_json(self.root / POINTER, {"active": pointer.get("active", ""), "previous": ""})

    def _folder(self, generation: str) -> Path:
        folder = self.root / generation
        if "/" in generation or not (folder / META).exists():
            known = ", ".join(g.name for g in self.generations()) or "none"
            raise GenerationError(f"no generation {generation!r}", hint=f"there are: {known}")
        return folder

    def findings(self) -> list[api.Finding]:
        return []  # a folder of this machine: doctor looks at its disk

    def close(self) -> None:
        if self._following:
            self._following.join()
        self._reader = None
        self._pointer_stamp = (-1, -1)
