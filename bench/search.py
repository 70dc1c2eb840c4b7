"""What a search costs: the bare engine, our layer over it, and the website, in one run on the active index.

    HAOKE_HOME=… python -m bench.search [--queries FILE] [--rounds N] [--http SECONDS]

Queries: a text file, one a line; without one, seeded from the titles, schools, employers and places that the index holds.
Per query and in turn: tantivy alone with the very clauses and facets that search() asks for, then search() whole. Then
granian serves the site and as many clients as cores ask for pages never asked before (a new query each time).
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import statistics
import threading
import time
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import cli
from bench.served import memory, served
from catalog.resource import Resource
from indexer.engine import Engine, Page, Query, open_engine
from indexer.engines.embedded import Embedded, together
from ranking.results import Request
from ranking.search import search


class Recorder:
    """An engine that remembers the queries that pass through it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.queries: list[Query] = []

    def search(self, query: Query) -> Page:
        self.queries.append(query)
        return self.engine.search(query)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)


def recorded(engine: Engine) -> tuple[Engine, list[Query]]:
    """The engine, and the list that all queries which pass through it are added to."""
    recorder = Recorder(engine)
    return cast(Engine, recorder), recorder.queries


def sampled(engine: Engine, count: int, seed: int = 7) -> list[str]:
    """Queries as people shorten things: pieces of titles, with a school, an employer or a place beside them at times."""
    chance = random.Random(seed)
    total = engine.count(Query())
    queries: list[str] = []
    while len(queries) < count:
        for hit in engine.search(Query(offset=chance.randrange(max(1, min(total, 9_000) - 20)), size=20, sort=chance.choice(["", "popularity", "published_at"]))).hits:
            resource = Resource.from_json(hit.body)
            title = resource.title
            start = chance.randrange(max(1, len(title) - 3))
            piece = title[start : start + chance.randint(2, 8)]
            beside = [*resource.school, *(e[:4] for e in resource.employer)]
            queries.append(f"{chance.choice(beside)} {piece}" if beside and chance.random() < 0.3 else piece)
    return queries[:count]


def alone(engine: Engine, query: Query) -> float:
    """Milliseconds of tantivy's own calls for a query: search with count, stored documents, one aggregation a pass."""
    assert isinstance(engine, Embedded)
    reader = engine._active_reader()
    searcher, found = reader.searcher(), reader.translator.whole(query)
    ranking = found if query.sort else reader.translator.weighed(found, query.clause, reader.look().frequency)
    passes = [(found, [f for f in query.facets if f not in query.chosen])]
    passes += [(reader.translator.whole(replace(query, filters=tuple(o for o in query.filters if o.field != f))), [f]) for f in query.chosen]
    # the columns that the engine counts them by
    columns = [(q, {*together.columns(fields), *(f for f in fields if f not in together.COLUMN)}) for q, fields in passes if fields]
    asked = [(q, {f: {"terms": {"field": f, "size": 1_000_000, "segment_size": 1_000_000}} for f in fields}) for q, fields in columns]
    ordering: dict[str, Any] = {"order_by_field": query.sort} if query.sort else {"weight_by_field": query.boost}
    began = time.perf_counter()
    best = searcher.search(ranking, limit=query.size + 1, count=True, **ordering)
    for _, address in best.hits[: query.size]:
        searcher.doc(address)
    for counted, fields in asked:
        searcher.aggregate(counted, fields)
    return (time.perf_counter() - began) * 1000


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def layers(engine: Engine, queries: list[str], rounds: int) -> tuple[list[float], list[float]]:
    """Bare engine against search(), the same clauses, one after the other: milliseconds of each."""
    recorder, asked_of_it = recorded(engine)
    bare: list[float] = []
    whole: list[float] = []
    added: list[float] = []
    for text in queries[:30]:
        search(engine, Request(text=text))  # warm up
    for _ in range(rounds):
        for text in queries:
            asked_of_it.clear()
            began = time.perf_counter()
            search(recorder, Request(text=text))
            middle = time.perf_counter()
            whole.append((middle - began) * 1000)
            bare.append(sum(alone(engine, query) for query in asked_of_it))
            added.append(whole[-1] - bare[-1])
    print(f"{'':<28}{'p50 ms':>9}{'p95 ms':>9}{'mean ms':>9}")
    for name, values in (("engine alone, same clauses", bare), ("search(), everything", whole), ("what our layer adds", added)):
        print(f"{name:<28}{percentile(values, 0.5):>9.2f}{percentile(values, 0.95):>9.2f}{statistics.mean(values):>9.2f}")
    print(f"ratio of medians, search() to engine alone: {percentile(whole, 0.5) / percentile(bare, 0.5):.2f}")
    return bare, whole


@dataclass(frozen=True)
class Rates:
    """What the website gave through HTTP, and what that took."""

    html: float  # pages of results a second
    json: float
    web_ms: float  # processor time of the server's processes, a page
    beside_ms: float  # and of the processes beside them, like an engine's
    kept_ms: float  # of an answer that is given again
    memory: float  # MB, of the server's processes


def processor(pids: Sequence[int]) -> float:
    """Seconds of processor time that processes have had."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(told[11]) + int(told[12]) for told in fields) / os.sysconf("SC_CLK_TCK")


def pages(queries: list[str], seconds: float, beside: Sequence[int] = ()) -> Rates:
    """Pages a second through HTTP, and their processor time here and in processes beside."""
    workers = os.cpu_count() or 1
    rates, spent = [], []
    with served(cli.home(), workers=workers) as server:
        # more clients than workers: connections fall on workers by chance, and a worker without one would idle
        own = [server.pid, *server.workers()]
        for path, name in (("/search", "results page (HTML)"), ("/api/v1/search", "search API (JSON)")):
            before = [processor(own), processor(beside)]
            times = asked(server.port, [f"{path}?q={urllib.parse.quote(text)}" for text in queries], seconds, 4 * workers)
            rates.append(len(times) / seconds)
            spent.append([(processor(pids) - was) / len(times) * 1000 for pids, was in zip((own, beside), before, strict=True)])
            print(f"{name:<28}{rates[-1]:>9.0f} a second, p50 {percentile(times, 0.5):.1f} ms, p95 {percentile(times, 0.95):.1f} ms")
        was = processor(own)
        times = asked(server.port, ["/search?q="], seconds / 4, 4 * workers, "gzip")
        html, json = rates
        web_ms, beside_ms = spent[0]
        return Rates(html, json, web_ms, beside_ms, (processor(own) - was) / len(times) * 1000, memory(own))


def asked(port: int, paths: list[str], seconds: float, clients: int, encoding: str = "identity") -> list[float]:
    """Milliseconds of each request that `clients` threads made in `seconds`, each as soon as its last was answered. Who is told to come back (503) goes on
    with the next; what else is no answer ends the measurement."""
    times: list[float] = []
    failures: list[str] = []
    until = time.perf_counter() + seconds

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        turn = number
        while time.perf_counter() < until and not failures:
            began = time.perf_counter()
            connection.request("GET", paths[turn % len(paths)], headers={"Accept-Encoding": encoding})
            reply = connection.getresponse()
            body = reply.read()
            if reply.status == 200:
                times.append((time.perf_counter() - began) * 1000)
            elif reply.status != 503:
                failures.append(f"HTTP {reply.status}: {body[:200]!r}")
            turn += clients

    threads = [threading.Thread(target=client, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(failures[0])  # raised in a thread it would end that client alone, and the rest would be measured as if nothing were
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--queries", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--http", type=float, default=8.0, help="seconds of each HTTP measurement; 0 for none")
    args = parser.parse_args()
    engine = open_engine(cli.engine_url())
    queries = args.queries.read_text(encoding="utf-8").splitlines() if args.queries else sampled(engine, 300)
    print(f"{engine.count(Query()):,} documents, {len(queries)} queries, {args.rounds} rounds")
    layers(engine, queries, args.rounds)
    if args.http:
        # enough of them that none comes twice: no cache can answer
        pages(sampled(engine, 6_000, seed=8), args.http)


if __name__ == "__main__":
    main()
