"""A reindex while people search: no error, no moment with fewer results, and how long a search takes meanwhile.

    python -m bench.reindex_under_load [--documents 1000000] [--rate 50] [--url http://127.0.0.1:9200]

Builds the catalogue once, then again while queries are sent at a steady rate (open loop: one that is late counts from when
it was due). Prints the latencies before and during the reindex; exits 1 on an error, a partial answer, fewer results than
before, or a p95 above 200 ms.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from bench.engines import filled, named, server
from bench.search import percentile, sampled
from catalog.store import Store
from indexer.build import rebuild
from indexer.engine import Engine, Query, open_engine
from ranking.results import Request
from ranking.search import search
from ranking.signals import prior

LIMIT = 200.0  # ms at p95
ROOM = 10  # seconds of load before the reindex begins


@dataclass
class Seen:
    """What the visitors saw."""

    ms: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    partial: int = 0
    fewer: int = 0


class Load:
    """Queries at a steady rate."""

    def __init__(self, engine: Engine, queries: list[str], rate: float) -> None:
        self.engine, self.rate = engine, rate
        self.queries = queries
        self.totals = {text: search(engine, Request(text=text)).total for text in queries}
        self.seen = Seen()
        self._stop = threading.Event()

    def ask(self, text: str, due: float) -> None:
        try:
            found = search(self.engine, Request(text=text))
        except Exception as error:  # any failure at all is what a visitor must not see
            self.seen.errors.append(repr(error))
            return
        self.seen.ms.append((time.perf_counter() - due) * 1000)
        self.seen.partial += found.partial
        self.seen.fewer += found.total < self.totals[text]

    def run(self) -> None:
        number, began = 0, time.perf_counter()
        with ThreadPoolExecutor(32) as pool:
            while not self._stop.is_set():
                due = began + number / self.rate
                time.sleep(max(0.0, due - time.perf_counter()))
                pool.submit(self.ask, self.queries[number % len(self.queries)], due)
                number += 1

    def stop(self) -> None:
        self._stop.set()


def told(name: str, seen: Seen) -> None:
    p50, p95 = (percentile(seen.ms, share) for share in (0.5, 0.95))
    print(f"{name:<22}{len(seen.ms):>8,} queries, p50 {p50:>7.1f} ms, p95 {p95:>7.1f} ms, {len(seen.errors)} errors, {seen.partial} partial, {seen.fewer} with fewer results")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--url", default="")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, server(args.url.rstrip("/")) as root, named(root) as url:
        with Store.open(Path(home)) as store:
            filled(store, args.documents)
            engine = open_engine(url)
            rebuild(store, engine, prior)
        load = Load(engine, sampled(engine, 300), args.rate)
        visitors = threading.Thread(target=load.run)
        visitors.start()
        time.sleep(ROOM)
        quiet, load.seen = load.seen, Seen()
        began = time.perf_counter()
        # as an operator does: another process, whose text analysis yields to the searches of this one
        reindex = [sys.executable, "-m", "cli", "reindex", "--workers", "1"]
        subprocess.run(reindex, env={**os.environ, "HAOKE_HOME": home, "HAOKE_ENGINE": url}, check=True, preexec_fn=lambda: os.nice(10) and None)
        seconds = time.perf_counter() - began
        busy = load.seen
        load.stop()
        visitors.join()
        told("before the reindex", quiet)
        told("during the reindex", busy)
        print(f"{engine.count(Query()):,} documents reindexed in {seconds:.0f} s, {args.documents / seconds:,.0f} a second, at {args.rate:.0f} queries a second")
        failed = busy.errors or busy.partial or busy.fewer or percentile(busy.ms, 0.95) > LIMIT
        engine.close()
    if failed:
        sys.exit(f"not met: no error, no partial answer, none with fewer results, p95 ≤ {LIMIT:.0f} ms; first errors: {busy.errors[:3]}")


if __name__ == "__main__":
    main()
