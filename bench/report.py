"""All that the project promises of speed, in one run and one table: `make bench` and `make bench-full`.

    python -m bench.report --short
    python -m bench.report --full [--rows 11240000] [--sizes 200000 1000000] [--folder DIR]

Builds a catalogue from generated tables as operators do, then measures: building, its size, searches and pages never asked before, five
ways side by side, a day of changes, the highest rate held with 10 % and 30 % of unseen searches, and what happens when too many come,
time passes, the index changes, a worker dies. --full goes on with what DIR holds already: its tables, its catalogue.

Targets are those of a country's peak: 745 requests a second over eleven million postings on two cores. What has no target stands beside
what was measured in the same run. The short run shows in minutes whether anything has become much worse, on 30,000 rows.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench import day, staying_up
from bench.curves import COUNTRY, Built, build, machine, measure
from bench.figures import Figure, line, table
from bench.homes import haoke
from bench.peak import SPARED, load, onward
from bench.search import layers, percentile, sampled
from bench.served import served
from bench.side_by_side import APART, EMBEDDED, compare
from bench.traffic import requests
from indexer.engine import open_engine
from tests.elasticsearch_server import NEWEST, missing

PEAK = 745.0  # requests a second, on average of the day with most of them
UNSEEN = (0.1, 0.3)
WARMING = 100.0  # requests a second before that


@dataclass(frozen=True)
class Plan:
    """How much, and how long."""

    postings: int
    pages: float  # seconds of each measurement of pages
    load: float  # seconds of each step towards the highest rate
    peak: float  # seconds at the country's rate, twice: who has just started, and later
    minutes: float  # of the soak
    sizes: tuple[int, ...]  # side by side
    traffic: int  # requests in a file of traffic

    @property
    def rows(self) -> int:
        """With the courses and lessons that belong to so many postings."""
        return round(self.postings * sum(COUNTRY.values()) / COUNTRY["jobs"])


SHORT = Plan(30_000, 5, 6, 15, 0.75, (20_000,), 60_000)
FULL = Plan(COUNTRY["jobs"], 20, 30, 300, 10, (200_000, 1_000_000), 460_000)


def building(folder: Path, plan: Plan) -> Iterator[Figure]:
    """From tables to pages."""
    if (folder / "home" / "index" / "active.json").exists():
        built = Built(0, 0, 0)
        print(f"{folder / 'home'} is searchable already")
    else:
        built = build(folder, plan.rows)
    point = measure("embedded", "", built, plan.pages)
    what = f"{point.documents:,} documents"
    if built.ingest:
        # of few rows, starting the commands takes most of the time
        yield Figure(f"{what}: from tables to searchable", point.rows_s, "at least" if point.documents > 200_000 else "beside", 5_000, "rows/s")
        yield Figure(f"{what}: memory of the largest process", point.build_mb, "at most", 4_096, "MB")
    yield Figure(f"{what}: index", point.index_b, "at most", 1_200, "B a row")
    yield Figure(f"{what}: store", point.store_b, "at most", 800, "B a row")
    yield Figure("search() with its facets, never asked before: p50", point.p50_ms, "at most", 12, "ms")
    yield Figure("search() with its facets, never asked before: p95", point.p95_ms, "at most", 40, "ms")
    yield Figure("pages of results never asked before", point.html_s, "at least", 300, "/s")
    yield Figure("the same as JSON", point.json_s, "at least", 300, "/s")
    engine = open_engine(f"embedded:{folder / 'home' / 'index'}")
    bare, whole = layers(engine, sampled(engine, 150), 1)
    engine.close()
    yield Figure("search() beside tantivy's own calls for it: p50", percentile(whole, 0.5), "beside", percentile(bare, 0.5), "ms")


def beside(plan: Plan) -> Iterator[Figure]:
    """The same queries put to others."""
    without = ["elasticsearch"] if missing(NEWEST) or plan is SHORT else []
    for size in plan.sizes:
        rates = {way.name: way.rate for way in compare(size, 100 if plan is SHORT else 200, 5, left_out=without)}
        what = f"{EMBEDDED}, over {size:,}, two threads"
        yield Figure(f"{what}: bare tantivy / 1.5", rates[EMBEDDED], "at least", rates["bare tantivy"] / 1.5, "/s")
        if "Elasticsearch" in rates:
            yield Figure(f"{what}: Elasticsearch asked directly × 3", rates[EMBEDDED], "at least", rates["Elasticsearch"] * 3, "/s")
        yield Figure(f"{what}: SQLite FTS5", rates[EMBEDDED], "beside", rates["SQLite FTS5"], "/s")
        what = f"{APART}, over {size:,}"
        yield Figure(f"{what}: bare tantivy", rates[APART], "beside", rates["bare tantivy"], "/s")
        if "Elasticsearch" in rates:
            yield Figure(f"{what}: Elasticsearch asked directly", rates[APART], "beside", rates["Elasticsearch"], "/s")


def peaks(home: Path, plan: Plan) -> Iterator[Figure]:
    """The rate of a country's peak, the highest rate held, and what happens at and beyond it."""
    engine = open_engine(f"embedded:{home / 'index'}")
    traffic = {unseen: list(requests(engine, plan.traffic, unseen, 1)) for unseen in UNSEEN}
    engine.close()
    rates = {}
    for unseen, paths in traffic.items():
        rates[unseen] = staying_up.held(home, paths, plan.load)
        yield Figure(f"highest rate held ({SPARED:.1%} told to come back), {unseen:.0%} of searches new", rates[unseen], "at least" if unseen == UNSEEN[0] else "beside", PEAK, "/s")
    paths = traffic[UNSEEN[0]]
    with served(home) as server:
        asyncio.run(load(paths, server.url, WARMING, plan.load, 128))
        whole = asyncio.run(load(onward(paths, round(WARMING * plan.load)), server.url, PEAK, 2 * plan.peak, 128))
    print(whole.line(PEAK, 2 * plan.peak))
    for began, when in ((0.0, f"from {plan.load:.0f} s after the start"), (plan.peak, "the next")):  # who has just started has answered nothing yet
        seen, what = whole.between(began, began + plan.peak), f"{PEAK:.0f} a second for {plan.peak:.0f} s, {when}"
        yield Figure(f"{what}: p99 of what was answered", percentile(seen.ms, 0.99), "at most", staying_up.LIMIT, "ms")
        yield Figure(f"{what}: told to come back", len(seen.shed), "at most", 0)
    yield Figure(f"{PEAK:.0f} a second: errors", len(whole.errors), "at most", 0)
    yield Figure(f"{PEAK:.0f} a second: answers without recommendations, of {len(whole.ms):,}", whole.brief, "beside", len(whole.ms))
    yield from staying_up.run(home, paths, list(staying_up.PARTS), rates[UNSEEN[0]], plan.minutes, plan.load if plan is SHORT else 20)


def a_day(home: Path, tables: Path) -> Iterator[Figure]:
    """Changes, as they come every day."""
    yield from day.figures(day.measure(home, tables))


def sample() -> Iterator[Figure]:
    """What comes with the project."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        haoke(Path(folder), "demo", "--no-serve")
    yield Figure("the sample catalogue: until it is searchable", time.perf_counter() - began, "at most", 60, "s")


def report(folder: Path, plan: Plan) -> list[Figure]:
    """All figures; the catalogue is built into `folder`/home."""
    home = folder / "home"
    os.environ["HAOKE_HOME"] = str(home)
    os.environ.pop("HAOKE_ENGINE", None)
    figures = []
    # one after the other, each told as it is known: a long run that is ended early has not been for nothing
    for part in (sample(), building(folder, plan), a_day(home, folder), peaks(home, plan), beside(plan)):
        for figure in part:
            print(line(figure), file=sys.stderr, flush=True)
            figures.append(figure)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--short", action="store_true")
    length.add_argument("--full", action="store_true")
    parser.add_argument("--rows", type=int, default=FULL.postings, help="postings of the full run")
    parser.add_argument("--sizes", type=int, nargs="*", default=FULL.sizes, help="documents put side by side in the full run")
    parser.add_argument("--folder", type=Path, help="where the full run keeps its tables and its catalogue")
    args = parser.parse_args()
    plan = SHORT if args.short else Plan(**{**vars(FULL), "postings": args.rows, "sizes": tuple(args.sizes)})
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.folder if args.full and args.folder else Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        figures = report(folder, plan)
    print(f"\n{date.today()}, {machine()}, {(time.monotonic() - began) / 60:.0f} minutes: python -m bench.report {' '.join(sys.argv[1:])}\n{table(figures)}")


if __name__ == "__main__":
    main()
