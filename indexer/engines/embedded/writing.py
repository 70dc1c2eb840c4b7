"""Writing one generation."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path

import orjson
import tantivy

from catalog.errors import EngineLocked, StoreError
from indexer import engine as api
from indexer.engines.embedded import anywhere, memory, together
from indexer.engines.embedded.files import META, read_meta, write_json

HEAP = 1024 * 1024 * 1024  # bytes of documents in memory before a segment is written: more than a commit of a build has, so that each makes one
THREADS = 1  # each would write segments of its own; two processes that prepare documents keep one busy


def pack(document: api.Document) -> api.Packed:
    """A document as JSON, which the one process that writes hands to tantivy as it is: going through a dict takes it twice as long."""
    whole = {**document, "body": b64encode(document["body"]).decode(), anywhere.FIELD: anywhere.gathered(document), **together.gathered(document)}
    return api.Packed(document["id"], document["kind"][0], orjson.dumps(whole))


class IndexWriter:
    """Adds, replaces and removes documents of one generation; nothing is seen before commit()."""

    def __init__(self, index: tantivy.Index, folder: Path) -> None:
        try:
            self.writer = index.writer(HEAP, THREADS)
        except ValueError as error:
            raise EngineLocked(f"generation {folder.name} is being written to: {error}", hint="wait for the other process to end") from error
        self.folder = folder

    def add(self, documents: Iterable[api.Document | api.Packed], *, fresh: bool = False) -> None:
        for one in documents:
            packed = one if isinstance(one, api.Packed) else pack(one)
            if not fresh:
                self.writer.delete_documents_by_term("id", packed.id)
            self.writer.add_json(packed.json.decode())

    def delete(self, ids: Iterable[str]) -> None:
        for one in ids:
            self.writer.delete_documents_by_term("id", one)

    def commit(self, *, sequence: int, resume_after: str = "") -> None:
        try:
            self.writer.commit()
        except (OSError, ValueError) as error:
            raise StoreError(f"the index can't be written: {error}", hint="free disk space, then run the command again") from error
        memory.give_back()
        write_json(self.folder / META, asdict(replace(read_meta(self.folder), sequence=sequence, resume_after=resume_after)))

    def segments(self) -> list[int]:
        """Documents in each segment, deleted ones included; merges that were under way when a writer was ended begin anew."""
        self.writer.commit()
        return [int(segment["max_doc"]) for segment in orjson.loads((self.folder / "meta.json").read_bytes())["segments"]]
