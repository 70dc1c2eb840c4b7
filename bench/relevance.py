"""A kit of judged queries through HTTP, and derived ones beside it, both scored by the kit's own scorer.

    HAOKE_HOME=… python -m bench.relevance KIT [--per N] [--seed N] [--markdown]

KIT is a folder with score.py and judged.jsonl, and HAOKE_HOME holds what the kit's README says to load, indexed. Serves
the catalogue, asks score.py for the judged queries and for the derived ones (bench/variants.py --write), and prints
classes and groups. Where judged and derived differ by more than 5 points, what was written for the judged queries alone
shows, or the derived ones ask something else: docs/relevance.md says which.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cli
from bench.derive import derived
from bench.served import served
from bench.twist import read_shapes
from bench.variants import load

#: Group of the kit's scorer → the derived classes of the same kind.
BESIDE: Mapping[str, tuple[str, ...]] = {
    "abbreviations": ("abbreviation", "school"),
    "pinyin": ("pinyin", "pinyin_spaced", "initials", "mixed", "short_pinyin", "short_initials"),
    "typos": ("homophone", "two_homophones", "lookalike", "transposed", "missing", "extra", "short_homophone", "short_lookalike",
              "short_transposed", "short_missing", "short_extra"),
    "variants": ("traditional", "taiwan", "short_taiwan", "full_width"),
    "known": ("reordered", "teacher"),
    "k12": ("book", "book_senior"),
    "vocational": ("vocational",),
    "jobs": ("job",),
    "sentences": ("sentence_course", "sentence_book", "sentence_job"),
}  # fmt: skip


def scored(base: str, scorer: Path, queries: Path) -> dict[str, Any]:
    """What the scorer says of a file: overall, classes, groups, queries."""
    done = subprocess.run([sys.executable, scorer, "--base", base, "--queries", queries, "--json"], check=True, stdout=subprocess.PIPE)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def mean(report: Mapping[str, Any], classes: Sequence[str]) -> tuple[int, float]:
    """Number and mean score of the queries of some classes."""
    rows = [row["score"] for row in report["queries"] if row["class"] in classes]
    return len(rows), sum(rows) / len(rows) if rows else 0.0


def show(head: Sequence[str], rows: Sequence[Sequence[str]], markdown: bool) -> None:
    """A table: aligned, or Markdown."""
    if markdown:
        print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in rows if markdown else [head, *rows]:
        cells = [cell if markdown else cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))]
        print(f"| {' | '.join(cells)} |" if markdown else "  ".join(cells))
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kit", type=Path, help="folder with score.py and judged.jsonl")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per", type=int, default=100, help="derived queries a class; 0 for none")
    parser.add_argument("--markdown", action="store_true")
    args = parser.parse_args()
    scorer = args.kit / "score.py"
    with tempfile.TemporaryDirectory() as folder, served(cli.home()) as server:
        base = server.url
        judged = scored(base, scorer, args.kit / "judged.jsonl")
        ours = Path(folder) / "derived.jsonl"
        queries = derived(load(), args.seed, args.per, read_shapes(None)) if args.per else []
        ours.write_text("".join(json.dumps(q, ensure_ascii=False) + "\n" for q in queries), encoding="utf-8")
        other = scored(base, scorer, ours)
    classes = [[name, str(c["n"]), f"{c['score']:.3f}", str(c["zero"]), f"{c['p50_ms']:.1f}", f"{c['p95_ms']:.1f}"] for name, c in judged["classes"].items()]
    whole = judged["overall"]
    classes.append(["mean of classes", str(whole["n"]), f"{whole['score']:.3f}", str(whole["zero"]), f"{whole['p50_ms']:.1f}", f"{whole['p95_ms']:.1f}"])
    show(("class", "n", "score", "zero", "p50 ms", "p95 ms"), classes, args.markdown)
    groups = []
    for name, group in judged["groups"].items():
        number, beside = mean(other, BESIDE.get(name, ()))
        groups.append([name, str(group["n"]), f"{group['score']:.3f}", *([str(number), f"{beside:.3f}", f"{100 * (beside - group['score']):+.1f}"] if number else ["", "", ""])])
    show(("group", "n", "judged", "n", "derived", "points"), groups, args.markdown)
    show(("derived class", "n", "score", "zero"), [[name, str(c["n"]), f"{c['score']:.3f}", str(c["zero"])] for name, c in other["classes"].items()], args.markdown)


if __name__ == "__main__":
    main()
