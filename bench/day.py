"""A day of changes: two rows in a hundred, from the operators' file to what visitors see.

    HAOKE_HOME=… python -m bench.day TABLES [--share 0.02] [--seed 1]

TABLES: the folder of bench.generate that the catalogue of HAOKE_HOME was built from; the catalogue itself is not touched. Of a day's rows
seven in ten are changed – another title, other pay, other dates –, two are new and one is gone: it expired yesterday. They are ingested
and indexed as operators do it, by commands in processes of their own; a server that runs meanwhile is asked until it shows a new one.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import cli
from bench.figures import Bound, Figure, table
from bench.generate import TABLES
from bench.homes import copied, haoke
from bench.served import served

SHARE = 0.02
CHANGED, NEW = 0.7, 0.2  # of these; the rest is gone
MARK = "霁云观测"  # begins the title of the row that is looked for: no other has it
ENOUGH = 20_000  # rows; of fewer, starting the commands takes most of the time
GIVEN_UP = 60.0  # seconds until a change that is not seen counts as lost


@dataclass(frozen=True)
class Day:
    """What a day cost."""

    rows: int
    ingest: float  # seconds
    index: float
    seen: float  # seconds after its commit until the server showed a change


def changed(row: dict[str, str], dice: random.Random, number: int) -> dict[str, str]:
    """A row of the next day: changed, new or gone."""
    kind, today = dice.random(), date.today()
    if kind < CHANGED:
        row["title"] = f"{row['title']}（更新）"
        if "salary" in row:
            low = dice.randint(30, 200)
            row["salary"] = f"{low / 10:g}-{low / 10 * 1.5:g}K"
    elif kind < CHANGED + NEW:
        row["id"] = f"new-{number}"
    ends = "expires" if "expires" in row else "closes"
    if ends in row:
        row[ends] = (today + timedelta(days=60 if kind < CHANGED + NEW else -1)).isoformat()
    return row


def rows(file: Path, share: float, dice: random.Random, mark: str) -> Iterator[Sequence[str]]:
    """The lines of a day's table, its head first; with a mark, a new row whose title begins with it comes last."""
    with file.open(encoding="utf-8") as lines:
        head = next(lines).rstrip("\n").split("\t")
        yield head
        row: dict[str, str] = {}
        for number, line in enumerate(lines):
            if dice.random() < share:
                row = changed(dict(zip(head, line.rstrip("\n").split("\t"), strict=True)), dice, number)
                yield tuple(row.values())
    if mark and row:
        yield tuple({**row, "id": "new-mark", "title": mark + row["title"], "expires": (date.today() + timedelta(days=60)).isoformat()}.values())


def write(tables: Path, target: Path, share: float, seed: int) -> dict[str, int]:
    """Writes a day's tables; how many rows each has. The last posting bears the mark."""
    counts: dict[str, int] = {}
    for name in TABLES:
        source = tables / f"{name}.tsv"
        if source.exists():
            made = rows(source, share, random.Random(f"{seed}/{name}"), MARK if name == "jobs" else "")
            with (target / source.name).open("w", encoding="utf-8") as out:
                counts[name] = sum(out.write("\t".join(row) + "\n") > 0 for row in made) - 1
            (target / f"{name}.toml").write_bytes((tables / f"{name}.toml").read_bytes())
    return counts


class Watch(threading.Thread):
    """Asks the server for the mark until it shows it."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.port, self.stop, self.seen = port, threading.Event(), 0.0

    def run(self) -> None:
        while not self.stop.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            connection.request("GET", f"/api/v1/search?q={quote(MARK)}")
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == 200 and any(MARK in hit["title"] for hit in json.loads(body)["hits"]):
                self.seen = time.perf_counter()
                return
            time.sleep(0.05)


def measure(home: Path, tables: Path, share: float = SHARE, seed: int = 1) -> Day:
    """A day on a copy of the catalogue."""
    with copied(home) as copy, TemporaryDirectory() as folder, served(copy) as server:
        counts = write(tables, Path(folder), share, seed)
        watch = Watch(server.port)
        watch.start()
        began = time.perf_counter()
        for name in counts:
            haoke(copy, "ingest", "table", f"{folder}/{name}.tsv", "--mapping", f"{folder}/{name}.toml", "--json")
        middle = time.perf_counter()
        haoke(copy, "index", "--json")
        ended = time.perf_counter()
        watch.join(GIVEN_UP)
        watch.stop.set()
        return Day(sum(counts.values()), middle - began, ended - middle, max(0.0, watch.seen - ended) if watch.seen else GIVEN_UP)


def figures(day: Day) -> list[Figure]:
    """Beside what the project promises."""
    bound: Bound = "at least" if day.rows >= ENOUGH else "beside"
    return [
        Figure(f"incremental day, {day.rows:,} rows: end to end", day.rows / (day.ingest + day.index), bound, 5_000, "rows/s"),
        Figure("incremental day: a change is seen, after its commit", day.seen, "at most", 5, "s"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tables", type=Path)
    parser.add_argument("--share", type=float, default=SHARE)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    day = measure(cli.home(), args.tables, args.share, args.seed)
    print(f"{day.rows:,} rows: ingest {day.ingest:.1f} s, index {day.index:.1f} s")
    print(table(figures(day)))
    if not all(figure.good for figure in figures(day)):
        sys.exit(1)


if __name__ == "__main__":
    main()
