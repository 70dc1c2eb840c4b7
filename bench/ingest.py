"""Rows a second from a file to searchable: `haoke ingest table` + `haoke reindex` as whole processes.

    python -m bench.ingest FILE --mapping FILE.toml [--copies N] [--runs N]

--copies N writes the file N times over with new ids (a million rows from a few thousand). Prints, per run and as median:
rows, mean characters a row, seconds of each step, rows a second of both together, peak memory of any process, bytes of
store and index a row.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import shutil
import statistics
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

from bench.homes import haoke


def copies(source: Path, id_field: str, times: int, target: Path) -> tuple[int, float]:
    """Writes the rows `times` times with new ids; returns rows and mean characters of their values."""
    rows = characters = 0
    with target.open("w", encoding="utf-8") as out:
        for copy in range(times):
            for row in read(source):
                characters += sum(len(str(v)) for v in row.values())
                rows += 1
                out.write(json.dumps(row | ({id_field: f"{copy}-{row[id_field]}"} if copy else {}), ensure_ascii=False) + "\n")
    return rows, characters / max(rows, 1)


def read(source: Path) -> Iterator[dict[str, object]]:
    with source.open(encoding="utf-8-sig", newline="") as lines:
        if source.suffix in (".csv", ".tsv"):
            yield from csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t" if source.suffix == ".tsv" else ",")
        else:
            yield from (json.loads(line) for line in lines if line.strip())


def size(path: Path) -> int:
    return sum(p.stat().st_size for p in path.rglob("*") if p.is_file()) if path.is_dir() else sum(p.stat().st_size for p in path.parent.glob(f"{path.name}*"))


def run(command: list[str], home: Path) -> tuple[float, float, dict[str, object]]:
    """Seconds, peak MB of the largest process so far, and the JSON that the command printed."""
    began = time.perf_counter()
    told = haoke(home, *command, "--json")
    seconds = time.perf_counter() - began
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--mapping", type=Path, required=True)
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    id_field = tomllib.loads(args.mapping.read_text(encoding="utf-8"))["fields"]["id"]
    rates = []
    with tempfile.TemporaryDirectory() as scratch:
        table = Path(scratch) / f"{args.file.stem}.jsonl"
        rows, characters = copies(args.file, id_field, args.copies, table)
        print(f"{args.file.name}: {rows:,} rows, {characters:.0f} characters a row on average")
        print(f"{'run':>4}{'ingest s':>10}{'reindex s':>11}{'rows/s':>9}{'peak MB':>9}{'store B/row':>13}{'index B/row':>13}")
        for number in range(args.runs):
            home = Path(scratch) / f"home{number}"
            ingest, _, report = run(["ingest", "table", str(table), "--mapping", str(args.mapping)], home)
            reindex, peak, built = run(["reindex"], home)
            rates.append(rows / (ingest + reindex))
            store, index = size(home / "catalog.sqlite") / rows, size(home / "index") / rows
            print(f"{number + 1:>4}{ingest:>10.2f}{reindex:>11.2f}{rates[-1]:>9.0f}{peak:>9.0f}{store:>13.0f}{index:>13.0f}   {report['rejected']} rejected, {built['documents']:,} searchable")
            shutil.rmtree(home)
    print(f"median {statistics.median(rates):,.0f} rows/s from file to searchable")


if __name__ == "__main__":
    main()
