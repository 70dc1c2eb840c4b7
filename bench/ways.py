"""Ways to ask one catalogue, which bench.side_by_side compares: the top ten, the exact total and four facets.

The bare ones hold one field with all words of a posting and four columns: their queries must match every word.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import tantivy
from elasticsearch import Elasticsearch, helpers

from catalog.resource import Resource
from catalog.store import Store
from indexer.analysis import query_tokens
from indexer.build import rebuild
from indexer.document import to_document
from indexer.engine import Engine
from indexer.engines.embedded import Embedded
from ranking.query import understand
from ranking.questions import question
from ranking.results import Request
from ranking.search import search
from ranking.signals import prior

FACETS = ("region", "industry", "degree", "job_type")
COLUMNS = {"region": "region_top", "industry": "industry_top", "degree": "degree", "job_type": "job_type"}
TEXT = ("title", "names", "context", "summary")
Row = tuple[str, str, dict[str, list[str]]]  # id, words, facet → values


class Way(Protocol):
    """One way to ask: build it once, then ask; total() answers whole, only the total is handed back."""

    name: str

    def build(self) -> None: ...

    def total(self, text: str) -> int: ...


def rows(store: Store) -> Iterator[Row]:
    """What the bare ways hold of each posting."""
    for _, _, body in store.scan():
        document = to_document(Resource.from_json(body), 1.0)
        words = " ".join(dict.fromkeys(w for name in TEXT for w in str(document.get(name, "")).split()))
        yield document["id"], words, {facet: document.get(column, []) for facet, column in COLUMNS.items()}


def words(text: str) -> list[str]:
    return [token.text for token in query_tokens(text)]


class Bare:
    """tantivy: a Boolean query, a search with count, one aggregation."""

    name = "bare tantivy"

    def __init__(self, made: list[Row], home: Path) -> None:
        self.made, self.home = made, home

    def build(self) -> None:
        builder = tantivy.SchemaBuilder().add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        builder = builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
        for facet in FACETS:
            builder = builder.add_text_field(facet, fast=True, tokenizer_name="raw", index_option="basic")
        self.home.mkdir()
        self.schema = builder.build()
        self.index = tantivy.Index(self.schema, path=str(self.home))
        writer = self.index.writer(256_000_000, 2)
        for id, text, facets in self.made:
            writer.add_document(tantivy.Document.from_dict({"id": id, "words": text, **{f: v for f, v in facets.items() if v}}, self.schema))
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()

    def total(self, text: str) -> int:
        searcher = self.index.searcher()
        asked = tantivy.Query.boolean_query([(tantivy.Occur.Must, tantivy.Query.term_query(self.schema, "words", w, index_option="freq")) for w in words(text)])
        found: Any = searcher.search(asked, limit=10, count=True)  # its types don't tell of count
        for _, address in found.hits:
            searcher.doc(address)
        searcher.aggregate(asked, {f: {"terms": {"field": f, "size": 20, "segment_size": 1_000}} for f in FACETS})
        return int(found.count or 0)


class Sqlite:
    """SQLite FTS5: the matches into a temporary table, from which hits and facets come; a value list of a column counts as one value."""

    name = "SQLite FTS5"

    def __init__(self, made: list[Row], home: Path) -> None:
        self.made, self.path = made, home
        self.own = threading.local()

    def build(self) -> None:
        base = sqlite3.connect(self.path)
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("CREATE VIRTUAL TABLE texts USING fts5(words, content='', detail=column, tokenize=\"unicode61 remove_diacritics 0 tokenchars '+#.-_&'\")")
        base.execute(f"CREATE TABLE facts(n INTEGER PRIMARY KEY, id TEXT, {', '.join(FACETS)})")
        for n, (id, text, facets) in enumerate(self.made):
            base.execute("INSERT INTO texts(rowid, words) VALUES(?, ?)", (n, text))
            base.execute("INSERT INTO facts VALUES(?, ?, ?, ?, ?, ?)", (n, id, *("|".join(facets[f]) for f in FACETS)))
        base.commit()
        base.execute("INSERT INTO texts(texts) VALUES('optimize')")
        base.commit()
        base.close()

    def total(self, text: str) -> int:
        base = getattr(self.own, "base", None)
        if base is None:
            base = self.own.base = sqlite3.connect(self.path)
            base.execute("PRAGMA temp_store=MEMORY")
            base.execute("CREATE TEMP TABLE found(n INTEGER PRIMARY KEY, score REAL)")
        asked = " ".join('"' + w.replace('"', '""') + '"' for w in words(text))
        base.execute("DELETE FROM found")
        base.execute("INSERT INTO found SELECT rowid, bm25(texts) FROM texts WHERE texts MATCH ?", (asked,))
        base.execute("SELECT id FROM found JOIN facts USING(n) ORDER BY score LIMIT 10").fetchall()
        for facet in FACETS:
            base.execute(f"SELECT {facet}, count(*) FROM found JOIN facts USING(n) GROUP BY 1 ORDER BY 2 DESC LIMIT 20").fetchall()
        return int(base.execute("SELECT count(*) FROM found").fetchone()[0])


class Direct:
    """Elasticsearch asked directly: one index of one shard, one request a query."""

    name = "Elasticsearch"

    def __init__(self, made: list[Row], url: str) -> None:
        self.made = made
        root, _, name = url.rpartition("/")
        self.client, self.index = Elasticsearch(root, request_timeout=120), f"{name}-direct"

    def build(self) -> None:
        fields: dict[str, Any] = {"words": {"type": "text", "analyzer": "whitespace", "index_options": "freqs"}, **{f: {"type": "keyword"} for f in FACETS}}
        self.client.indices.create(
            index=self.index,
            settings={"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": -1, "requests.cache.enable": False},
            mappings={"_source": {"enabled": False}, "properties": fields},
        )
        actions = ({"_index": self.index, "_id": id, "words": text, **facets} for id, text, facets in self.made)
        for _ in helpers.parallel_bulk(self.client, actions, thread_count=2, chunk_size=2_000):
            pass
        self.client.indices.refresh(index=self.index)

    def total(self, text: str) -> int:
        asked = {"bool": {"must": [{"term": {"words": w}} for w in words(text)]}}
        counts = {f: {"terms": {"field": f, "size": 20}} for f in FACETS}
        return int(self.client.search(index=self.index, query=asked, size=10, track_total_hits=True, aggs=counts)["hits"]["total"]["value"])


class Ours:
    """search() over one of our engines."""

    def __init__(self, name: str, engine: Engine, store: Store | None = None) -> None:
        self.name, self.engine, self.store = name, engine, store

    def build(self) -> None:
        assert self.store, "nothing to build from"
        rebuild(self.store, self.engine, prior)

    def total(self, text: str) -> int:
        forget(self.engine)
        return search(self.engine, Request(text=text, facets=FACETS, size=10)).total


def forget(engine: Engine) -> None:
    """Lets every question be one that nobody has asked: the other ways keep no reading and no counts of it either, and the same ones are asked again and again here."""
    understand.cache_clear()
    question.cache_clear()
    if isinstance(engine, Embedded):
        snapshot = engine._active_reader().look()
        with snapshot._lock:
            snapshot._counted.clear()
