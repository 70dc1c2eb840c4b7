"""What a catalogue costs as it grows: building it, keeping it, searching it, serving it. Each run measures one size and adds it to a file.

    python -m bench.curves --documents 100000 [--folder DIR] [--engine elasticsearch]   # makes it, measures it, forgets it (without --folder)
    python -m bench.curves --home DIR --ingest-seconds 115 --build-seconds 241 --build-memory 1100    # one that stands
    python -m bench.curves --plot                                                       # docs/plots/*.svg and the table

The catalogue is bench.generate's, in a country's proportions (98 of 100 are postings). Searches are seeded, each asked once, with the page's own facets:
nothing can have been kept. Pages come through HTTP on the same machine, each asked once. Elasticsearch is started for the run (bench.engines) or
given with --url; its data are its own, and --home names only the store.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch

import cli
from bench.engines import named, server
from bench.generate import write
from bench.ingest import run, size
from bench.search import pages, percentile, sampled
from bench.served import memory
from catalog.machine import memory as machine_memory
from indexer.engine import Engine, Query, open_engine
from ranking.results import Request
from ranking.search import search

RESULTS = Path("docs/measured/curves.jsonl")
COUNTRY = {"jobs": 11_240_000, "moocs": 27_000, "vocational": 178_000, "lessons": 28_052}
CHARACTERS = 260  # of a row, on average
QUERIES, WARM, PAGES = 500, 50, 6_000  # asked one by one; before them, to load dictionaries; through HTTP


@dataclass(frozen=True)
class Built:
    """What building took: seconds, and the most memory (MB) that one process had."""

    ingest: float
    reindex: float
    memory: float


@dataclass(frozen=True)
class Point:
    """One size of one engine: a line of the results file."""

    engine: str
    documents: int
    ingest_s: float
    reindex_s: float
    rows_s: float  # both together
    build_mb: float  # the largest process
    store_b: float  # a row
    index_b: float
    p50_ms: float
    p95_ms: float
    html_s: float
    json_s: float
    web_ms: float  # processor time of an HTML page, in the web processes
    node_ms: float  # and in the node of Elasticsearch
    kept_ms: float  # of an answer that is given again, in the web processes
    serve_mb: float  # all serving processes, a node of Elasticsearch among them
    machine: str
    date: str
    command: str


def proportions(documents: int) -> dict[str, int]:
    """Rows of each table, so that together they are so many."""
    rows = {name: round(documents * count / sum(COUNTRY.values())) for name, count in COUNTRY.items()}
    return rows | {"jobs": rows["jobs"] + documents - sum(rows.values())}


def build(folder: Path, documents: int, characters: int = CHARACTERS) -> Built:
    """Makes the tables in a folder and builds HAOKE_HOME from them, by the commands that operators use."""
    home, seconds, peak = Path(os.environ["HAOKE_HOME"]), 0.0, 0.0
    for name, count in proportions(documents).items():
        write(folder, name, count, 1, characters)
        took, _, _ = run(["ingest", "table", str(folder / f"{name}.tsv"), "--mapping", str(folder / f"{name}.toml")], home)
        seconds += took
    reindex, peak, _ = run(["reindex"], home)
    return Built(seconds, reindex, peak)


def timed(engine: Engine) -> list[float]:
    """Milliseconds of searches, none asked twice."""
    queries = list(dict.fromkeys(sampled(engine, QUERIES + WARM)))
    times = []
    for text in queries:
        began = time.perf_counter()
        search(engine, Request(text=text))
        times.append((time.perf_counter() - began) * 1000)
    return times[WARM:]


@contextmanager
def engine_of(kind: str, url: str) -> Iterator[str]:
    """Sets HAOKE_ENGINE for this run and what it starts; gives the root of the cluster, or ""."""
    if kind == "embedded":
        os.environ.pop("HAOKE_ENGINE", None)
        yield ""
        return
    with server(url) as root, named(root) as address:
        os.environ["HAOKE_ENGINE"] = address
        yield root


def nodes(root: str) -> list[int]:
    """Processes of a cluster that run on this machine."""
    if not root:
        return []
    with Elasticsearch(root, request_timeout=60) as client:
        pids = [int(node["process"]["id"]) for node in client.nodes.info(metric="process").body["nodes"].values()]
    return [pid for pid in pids if Path(f"/proc/{pid}/status").exists()]


def held(root: str, engine: Engine) -> int:
    """Bytes of the index: of the embedded one the generation that answers, or all of this run on a cluster."""
    if not root:
        active = engine.active()
        assert active  # it has just been counted
        return size(Path(os.environ["HAOKE_HOME"]) / "index" / active.name)
    name = os.environ["HAOKE_ENGINE"].rpartition("/")[2]
    with Elasticsearch(root, request_timeout=60) as client:
        return int(client.indices.stats(index=f"{name}.*", metric="store").body["_all"]["total"]["store"]["size_in_bytes"])


def measure(kind: str, root: str, built: Built, seconds: float) -> Point:
    """The size that HAOKE_HOME and HAOKE_ENGINE name."""
    home = Path(os.environ["HAOKE_HOME"])
    engine = open_engine(cli.engine_url())
    documents = engine.count(Query())
    times = timed(engine)
    beside = nodes(root)
    served = pages(list(dict.fromkeys(sampled(engine, PAGES, seed=8))), seconds, beside=beside)
    index = held(root, engine)
    engine.close()
    return Point(
        kind, documents, round(built.ingest, 1), round(built.reindex, 1), round(documents / (built.ingest + built.reindex)) if built.ingest else 0, round(built.memory),
        round(size(home / "catalog.sqlite") / documents), round(index / documents), round(percentile(times, 0.5), 2), round(percentile(times, 0.95), 2),
        round(served.html), round(served.json), round(served.web_ms, 2), round(served.beside_ms, 2), round(served.kept_ms, 2), round(served.memory + memory(beside)), machine(), date.today().isoformat(), command(),
    )  # fmt: skip


def machine() -> str:
    """Where this was measured."""
    return f"{os.cpu_count()} cores, {machine_memory() / 2**30:.0f} GB, Python {platform.python_version()}, tantivy {version('tantivy')}"


def command() -> str:
    """How to measure it again; folders by their last name, for others have other places."""
    return "python -m bench.curves " + " ".join(Path(word).name if word.startswith("/") else word for word in sys.argv[1:])


def points(results: Path) -> list[Point]:
    """What was measured, of each engine and size the last, the smallest first."""
    found: dict[tuple[str, int], Point] = {}
    for line in results.read_text(encoding="utf-8").splitlines():
        told: dict[str, Any] = json.loads(line)
        found[told["engine"], told["documents"]] = Point(**told)
    return [found[key] for key in sorted(found)]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--characters", type=int, default=CHARACTERS, help="of a row, on average; what is measured with others than usual is only printed")
    parser.add_argument("--folder", type=Path, help="where tables and home are made, and stay")
    parser.add_argument("--engine", choices=("embedded", "elasticsearch"), default="embedded")
    parser.add_argument("--url", default="", help="an Elasticsearch; without one, one is started")
    parser.add_argument("--home", type=Path, help="a home that stands; what its building took:")
    parser.add_argument("--ingest-seconds", type=float, default=0.0)
    parser.add_argument("--build-seconds", type=float, default=0.0, help="of the reindex")
    parser.add_argument("--build-memory", type=float, default=0.0, help="MB of the largest process")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each measurement through HTTP")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--plot", action="store_true")
    args = parser.parse_args()
    if args.plot:
        from bench.plots import draw, table

        print(table(points(args.results)))
        draw(points(args.results), Path("docs/plots"))
        return
    with tempfile.TemporaryDirectory() as scratch, engine_of(args.engine, args.url.rstrip("/")) as root:
        folder = args.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["HAOKE_HOME"] = str(args.home or folder / "home")
        if args.home:
            built = Built(args.ingest_seconds, args.build_seconds, args.build_memory)
            if root:  # the store stands, the cluster is new
                reindex, peak, _ = run(["reindex"], args.home)
                built = Built(args.ingest_seconds, reindex, peak)
        else:
            built = build(folder, args.documents, args.characters)
        point = measure(args.engine, root, built, args.seconds)
    if args.characters == CHARACTERS:
        args.results.parent.mkdir(parents=True, exist_ok=True)
        with args.results.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(point), ensure_ascii=False) + "\n")
    print(json.dumps(asdict(point), ensure_ascii=False))


if __name__ == "__main__":
    main()
