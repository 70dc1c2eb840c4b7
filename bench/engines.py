"""Both engines on the same catalogue with the same queries, in one run: building and asking, through our layer and bare.

    python -m bench.engines [--documents 200000] [--queries 300] [--url http://127.0.0.1:9200]

Without --url a server is started (see tests/elasticsearch_server.py). Postings come from the generator of the sample.
Building: rebuild() as `haoke reindex` does it; then the same ready-made documents through our writer and through a bare
loop of helpers.parallel_bulk, into equal indices. Asking: search() over each engine; then, per query and in turn, the
engine's own call with the very body that search() sent – what search() takes longer is what our layer adds.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from elasticsearch import Elasticsearch, helpers

from bench.search import alone, percentile, recorded, sampled
from catalog.ingest import ingest
from catalog.resource import Resource
from catalog.sources import Options
from catalog.store import Store
from indexer.build import rebuild
from indexer.document import to_document
from indexer.engine import Engine, open_engine
from indexer.engines.elasticsearch import Cluster, mapping, translate
from ranking.results import Request
from ranking.search import search
from ranking.signals import prior

READY = 50_000  # ready-made documents for the bulk comparison


@contextmanager
def server(url: str) -> Iterator[str]:
    """The given cluster, or one started for this run."""
    if url:
        yield url
        return
    from tests.elasticsearch_server import running

    with running(heap="1g") as started:
        yield started.url


@contextmanager
def named(url: str) -> Iterator[str]:
    """A name of this run's own on the cluster; nothing of it is left."""
    name = f"bench{secrets.token_hex(3)}"
    client = Elasticsearch(url, request_timeout=120)
    try:
        yield f"{url}/{name}"
    finally:
        for index in client.indices.get(index=f"{name}*,{name}.*", expand_wildcards="all", ignore_unavailable=True):
            client.indices.delete(index=index)
        client.options(ignore_status=404).indices.delete_index_template(name=name)
        client.close()


def filled(store: Store, documents: int) -> None:
    """So many postings."""
    ingest(store, "sample-jobs", str(documents), Options())


def documents(store: Store, number: int) -> list[dict[str, Any]]:
    """Ready-made documents of the catalogue."""
    resources = (Resource.from_json(body) for _, _, body in islice(store.scan(), number))
    return [to_document(r, prior(r)) for r in resources]


def ours(url: str, ready: list[dict[str, Any]]) -> float:
    """Seconds in which our writer takes ready-made documents."""
    engine = open_engine(url)
    generation = engine.begin("bench")
    began = time.perf_counter()
    with engine.writer(generation.name) as writer:
        writer.add(ready, fresh=True)
        writer.commit(sequence=1)
    seconds = time.perf_counter() - began
    engine.drop(generation.name)
    engine.close()
    return seconds


def bare(url: str, ready: list[dict[str, Any]]) -> float:
    """Seconds in which helpers.parallel_bulk takes the same, as its documentation shows it, into an equal index."""
    root, _, name = url.rpartition("/")
    client = Elasticsearch(root, request_timeout=120)
    index = f"{name}-bare"
    client.indices.create(index=index, **mapping.template(name)["template"])

    def actions() -> Iterable[dict[str, Any]]:
        for document in ready:
            yield {"_index": index, "_id": document["id"], "_source": {k: v.decode() if isinstance(v, bytes) else v for k, v in document.items() if v not in ("", [])}}

    began = time.perf_counter()
    for ok, item in helpers.parallel_bulk(client, actions(), thread_count=4, chunk_size=1000):
        if not ok:
            raise SystemExit(str(item))
    client.indices.refresh(index=index)
    seconds = time.perf_counter() - began
    client.indices.delete(index=index)
    client.close()
    return seconds


def building(store: Store, engines: dict[str, Engine], url: str) -> None:
    """Rows a second."""
    for name, engine in engines.items():
        began = time.perf_counter()
        built = rebuild(store, engine, prior)
        print(f"{name:<15} reindex, text analysis and all   {built.documents / (time.perf_counter() - began):>9,.0f} documents/s")
    ready = documents(store, READY)
    times: dict[str, list[float]] = {"our writer": [], "parallel_bulk": []}
    for _ in range(3):
        times["our writer"].append(ours(url, ready))
        times["parallel_bulk"].append(bare(url, ready))
    rates = {name: len(ready) / min(values) for name, values in times.items()}
    for name, rate in rates.items():
        print(f"elasticsearch   {name:<32} {rate:>9,.0f} documents/s")
    print(f"our writer to parallel_bulk: {rates['our writer'] / rates['parallel_bulk']:.0%}")


def own(engine: Engine, queries: list[Any]) -> float:
    """Milliseconds of the client's own calls with the bodies of these queries."""
    assert isinstance(engine, Cluster)
    reader = engine.reader
    asked = []
    for query in queries:
        chosen = [f for f in query.facets if any(f == x.field for x in query.filters)]
        asked.append(translate.body(query, {f: n for f, n in query.facets.items() if f not in chosen}, reader.seconds))
    client = reader.connection.search
    began = time.perf_counter()
    for body in asked:
        client.search(index=reader.name, body=body, search_type="dfs_query_then_fetch" if body["size"] else "query_then_fetch")
    return (time.perf_counter() - began) * 1000


def asking(engines: dict[str, Engine], queries: list[str], rounds: int) -> None:
    """Milliseconds a query."""
    print(f"{'':<48}{'p50 ms':>9}{'p95 ms':>9}{'mean ms':>9}")
    for name, engine in engines.items():
        recorder, passed = recorded(engine)
        whole: list[float] = []
        bare_calls: list[float] = []
        for text in queries[:100]:
            search(engine, Request(text=text))  # warm up
        for _ in range(rounds):
            for text in queries:
                passed.clear()
                began = time.perf_counter()
                search(recorder, Request(text=text))
                whole.append((time.perf_counter() - began) * 1000)
                bare_calls.append(sum(alone(engine, q) for q in passed) if name == "embedded" else own(engine, passed))
        added = [a - b for a, b in zip(whole, bare_calls, strict=True)]
        for what, values in (("search()", whole), ("bare, the same bodies", bare_calls), ("our layer adds", added)):
            print(f"{name:<15} {what:<32}{percentile(values, 0.5):>9.2f}{percentile(values, 0.95):>9.2f}{statistics.mean(values):>9.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--url", default="")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, server(args.url.rstrip("/")) as root, named(root) as url, Store.open(Path(home)) as store:
        filled(store, args.documents)
        engines = {"embedded": open_engine(f"embedded:{home}/index"), "elasticsearch": open_engine(url)}
        print(orjson.dumps({"documents": store.size(), "queries": args.queries, "rounds": args.rounds}).decode())
        building(store, engines, url)
        asking(engines, sampled(engines["embedded"], args.queries), args.rounds)
        for engine in engines.values():
            engine.close()


if __name__ == "__main__":
    main()
