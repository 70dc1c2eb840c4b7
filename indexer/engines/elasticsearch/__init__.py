"""The engine on an Elasticsearch cluster, opened by http:// or https:// URLs. Only this package imports `elasticsearch`.

    settings     the URL and the environment, checked                  lock         one writer at a time
    connection   the client, failures in our words                     health       what doctor asks
    mapping      names, template and mapping from FIELDS               writing      bulk, by kind, nothing seen before commit
    translate    Query → Elasticsearch's language                      generations  aliases, metadata, switching
    reading      search, counts, get                                   pace         a build gives way to searches

It keeps to what the minimal distribution can do: no scripts, no plugins, no ingest pipelines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import orjson

from indexer import engine as api
from indexer.engines.elasticsearch import health
from indexer.engines.elasticsearch.connection import Connection
from indexer.engines.elasticsearch.generations import Generations
from indexer.engines.elasticsearch.lock import Lock
from indexer.engines.elasticsearch.pace import Pace
from indexer.engines.elasticsearch.reading import Reader
from indexer.engines.elasticsearch.settings import settings
from indexer.engines.elasticsearch.writing import Writer, pack


def open(url: str) -> Cluster:
    """https://host:9200[,https://other:9200][/name] → the engine. Nothing is asked of the cluster yet."""
    return Cluster(url)


class Cluster:
    """Engine over one cluster; safe for many threads and processes."""

    pack = staticmethod(pack)

    def __init__(self, url: str) -> None:
        self.url = url
        self.connection = Connection(settings(url))
        self.reader = Reader(self.connection)
        self.kept = Generations(self.connection)

    # searching
    def mark(self) -> str:
        return ""

    def search(self, query: api.Query) -> api.Page:
        return self.reader.search(query)

    def count(self, query: api.Query, generation: str = "") -> int:
        return self.reader.count(query, self.kept.one(generation).name if generation else "")

    def counts(self, queries: Sequence[api.Query]) -> list[int]:
        return self.reader.counts(queries)

    def get(self, ids: Sequence[str]) -> dict[str, bytes]:
        own: dict[str, bytes] = {}
        merged: dict[str, bytes] = {}
        wanted = set(ids)
        for body in self.reader.bodies(ids) if ids else ():
            told = orjson.loads(body)
            if told["id"] in wanted:
                own[told["id"]] = body
            merged |= {other: body for other in told.get("also", ()) if other in wanted}
        return merged | own

    def frequency(self, field: str, token: str) -> int:
        return self.reader.frequency(field, token)

    def values(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        return self.reader.values(field, prefix, limit)

    # generations
    def generations(self) -> list[api.Generation]:
        return self.kept.all()

    def active(self) -> api.Generation | None:
        return self.kept.active()

    def begin(self, fingerprint: str) -> api.Generation:
        return self.kept.begin(fingerprint)

    @contextmanager
    def writer(self, generation: str) -> Iterator[Writer]:
        with Lock(self.connection).held() as lock:
            writer = Writer(self.connection, self.kept, self.kept.one(generation), lock, Pace(self.reader))
            try:
                yield writer
            finally:
                writer.close()

    def seal(self, generation: str) -> api.Generation:
        known = self.kept.one(generation)
        return self.kept.seal(generation, self.reader.count(api.Query(), known.name))

    def activate(self, generation: str) -> None:
        self.kept.activate(generation)

    def drop(self, generation: str) -> None:
        with Lock(self.connection).held():  # what another process is building is not taken from under it
            self.kept.drop(generation)

    def findings(self) -> list[api.Finding]:
        return health.findings(self.connection)

    def close(self) -> None:
        self.connection.close()
