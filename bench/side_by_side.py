"""One catalogue, one list of queries, five ways to ask it, in one run: bare tantivy, SQLite FTS5, ours embedded, Elasticsearch directly, ours on it.

    python -m bench.side_by_side [--documents 200000] [--queries 200] [--seconds 5] [--url http://127.0.0.1:9200] [--without elasticsearch,sqlite]

The postings of bench.generate are stored once; then each builds its index and answers with the top ten, the exact total and four
facets (bench.ways). Ours is search() as it is – reading the query, variants, concepts, likeness, highlights –, so its totals differ: only
queries for which all give the same total are asked, each as if nobody had asked it before. Ours is built from stored resources, text analysis and all; the bare ones get
words that are cut already. Two threads of Python share its lock: ours, embedded, is asked by two processes as well, which is how `haoke serve` has it.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from bench.engines import named, server
from bench.generate import write
from bench.search import percentile, sampled
from bench.ways import Bare, Direct, Ours, Sqlite, Way, rows, words
from catalog.ingest import ingest
from catalog.sources import Options
from catalog.store import Store
from indexer.engine import Engine, open_engine

EMBEDDED = "ours, embedded"
APART = "ours, embedded, two processes"
STARTED = 120.0  # seconds that one process waits for the others


def timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def rate(way: Way, queries: list[str], seconds: float, threads: int = 2) -> float:
    """Queries a second of so many threads."""
    done = [0] * threads
    until = time.perf_counter() + seconds

    def ask(number: int) -> None:
        turn = number
        while time.perf_counter() < until:
            way.total(queries[turn % len(queries)])
            done[number] += 1
            turn += threads

    running = [threading.Thread(target=ask, args=(n,)) for n in range(threads)]
    began = time.perf_counter()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return sum(done) / (time.perf_counter() - began)


def apart(url: str, queries: list[str], seconds: float, processes: int = 2) -> float:
    """Queries a second of our engine in so many processes."""
    context = get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(processes, mp_context=context) as pool:
        started = manager.Barrier(processes)
        return sum(pool.map(_ask, [url] * processes, [queries[n:] + queries[:n] for n in range(processes)], [seconds] * processes, [started] * processes))


def _ask(url: str, queries: list[str], seconds: float, started: threading.Barrier) -> float:
    """Queries a second of one of these processes, which has asked everything once before, and begins when the others do."""
    engine = open_engine(url)
    way = Ours("", engine)
    for text in queries:
        way.total(text)
    started.wait(STARTED)
    found = rate(way, queries, seconds, threads=1)
    engine.close()
    return found


def agreed(ways: list[Way], engine: Engine, wanted: int) -> list[str]:
    """Queries for which every way finds the same number, which is not 0; ways that have shown that they differ are not asked for the rest."""
    found: list[str] = []
    for text in dict.fromkeys(sampled(engine, wanted * 10)):
        if words(text) and (total := ways[0].total(text)) and all(way.total(text) == total for way in ways[1:]):
            found.append(text)
            if len(found) == wanted:
                break
    random.Random(1).shuffle(found)
    return found


@dataclass(frozen=True)
class Measured:
    """What one way took."""

    name: str
    build: float  # seconds
    p50: float  # ms
    p95: float
    rate: float  # queries a second on two threads, or of two processes


def compare(documents: int, queries: int, seconds: float, url: str = "", left_out: Sequence[str] = ()) -> list[Measured]:
    """All ways that are not left out, bare tantivy first, printed as a table; Elasticsearch at `url`, or one that is started."""
    with tempfile.TemporaryDirectory() as scratch, Store.open(Path(scratch)) as store, ExitStack() as opened:
        home = Path(scratch)
        write(home, "jobs", documents, 1, 260)
        ingest(store, "table", str(home / "jobs.tsv"), Options(mapping=str(home / "jobs.toml")))
        made = list(islice(rows(store), documents))
        embedded = open_engine(f"embedded:{home}/index")
        opened.callback(embedded.close)
        ways: list[Way] = [Ours(EMBEDDED, embedded, store), Bare(made, home / "tantivy")]
        if "sqlite" not in left_out:
            ways.append(Sqlite(made, home / "fts.sqlite"))
        if "elasticsearch" not in left_out:
            own = opened.enter_context(named(opened.enter_context(server(url.rstrip("/")))))
            ways += [Direct(made, own), Ours("ours, on Elasticsearch", open_engine(own), store)]
        built = {way.name: timed(way.build) for way in ways}
        asked = agreed(ways, embedded, queries)
        totals = sorted(ways[1].total(text) for text in asked)
        print(json.dumps({"documents": store.size(), "queries": len(asked), "total, median": totals[len(totals) // 2], "total, p95": percentile(totals, 0.95)}))
        measured = []
        for way in sorted(ways, key=lambda w: w.name != Bare.name):
            for text in asked:
                way.total(text)
            times = [timed(partial(way.total, text)) * 1000 for _ in range(2) for text in asked]
            measured.append(Measured(way.name, built[way.name], percentile(times, 0.5), percentile(times, 0.95), rate(way, asked, seconds)))
        at = next(place for place, one in enumerate(measured) if one.name == EMBEDDED)
        measured.insert(at + 1, replace(measured[at], name=APART, rate=apart(embedded.url, asked, seconds)))
        print(f"{'':<36}{'build s':>9}{'p50 ms':>9}{'p95 ms':>9}{'queries/s':>11}{'× bare tantivy':>16}")
        for one in measured:
            print(f"{one.name:<36}{one.build:>9.1f}{one.p50:>9.2f}{one.p95:>9.2f}{one.rate:>11,.0f}{one.rate / measured[0].rate:>16.2f}")
        return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement on two threads")
    parser.add_argument("--url", default="", help="an Elasticsearch; without one, one is started")
    parser.add_argument("--without", default="", help="what to leave out: elasticsearch, sqlite")
    args = parser.parse_args()
    compare(args.documents, args.queries, args.seconds, args.url, args.without.split(","))


if __name__ == "__main__":
    main()
