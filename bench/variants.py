"""How well variants are understood, on queries derived from the catalogue that is loaded: pinyin, typos, short names, facets.

    HAOKE_HOME=… python -m bench.variants [--seed N] [--per N] [--shapes FILE] [--class C]… [--misses N] [--json] [--write FILE]

A query is a title, a phrase of several titles, or the facets of a book, written otherwise (bench/derive.py). Known titles
score mrr@10, phrases p@k, books rprec: the metrics and the format of judged files, so that --write FILE gives one for
`haoke evaluate` or for a run through HTTP. None is taken from a judged file.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cli
from bench.derive import derived
from bench.titles import Titles
from bench.twist import read_shapes
from catalog.resource import Resource
from catalog.store import Store
from indexer.engine import open_engine
from ranking.evaluate import score


def load() -> Titles:
    """The titles of the catalogue under HAOKE_HOME."""
    with Store.open(cli.home(), readonly=True) as store:
        return Titles(Resource.from_json(body) for _, _, body in store.scan())


def table(queries: list[dict[str, Any]], report: dict[str, Any]) -> list[dict[str, Any]]:
    """One row a class: n, metric, score, zero (share without a hit), relaxed (share of relaxed answers)."""
    metrics = {q["class"]: q["metric"] for q in queries}
    rows = []
    for name, summed in report["classes"].items():
        answers = [row for row in report["queries"] if row["class"] == name]
        share = {what: round(sum(map(test, answers)) / len(answers), 3) for what, test in (("zero", lambda a: not a["total"]), ("relaxed", lambda a: a["relaxed"]))}
        rows.append({"class": name, "n": summed["n"], "metric": metrics[name], "score": summed["score"], **share})
    return rows


def show(rows: list[dict[str, Any]], overall: float) -> None:
    print(f"{'class':<20}{'n':>5}  {'metric':<8}{'score':>7}{'zero':>7}{'relaxed':>9}")
    for row in rows:
        print(f"{row['class']:<20}{row['n']:>5}  {row['metric']:<8}{row['score']:>7.3f}{row['zero']:>7.3f}{row['relaxed']:>9.3f}")
    print(f"{'mean of classes':<20}{sum(r['n'] for r in rows):>5}  {'':<8}{overall:>7.3f}")


def show_misses(queries: list[dict[str, Any]], report: dict[str, Any], count: int) -> None:
    """The worst queries of each class: what was asked, what was meant, what came first."""
    notes = {q["qid"]: q["note"] for q in queries}
    for name in report["classes"]:
        worst = sorted((a for a in report["queries"] if a["class"] == name and a["score"] < 1), key=lambda a: a["score"])[:count]
        for row in worst:
            print(f"  {row['score']:.2f} {name}: {row['q']} ← {notes[row['qid']]}{' (relaxed)' if row['relaxed'] else ''} → {' | '.join(row['first']) or 'nothing'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per", type=int, default=300, help="queries a class")
    parser.add_argument("--shapes", type=Path, help="groups of characters that look alike, one a line")
    parser.add_argument("--class", dest="only", action="append", default=[], help="only this class; repeatable")
    parser.add_argument("--misses", type=int, default=0, help="list so many of the worst queries of each class")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", type=Path, help="also write the queries as a judged file")
    args = parser.parse_args()
    queries = derived(load(), args.seed, args.per, read_shapes(args.shapes), args.only)
    if args.write:
        args.write.write_text("".join(json.dumps(q, ensure_ascii=False) + "\n" for q in queries), encoding="utf-8")
    report = score(open_engine(cli.engine_url()), queries)
    rows = table(queries, report)
    if args.json:
        print(json.dumps({"seed": args.seed, "overall": report["overall"], "classes": rows, "queries": report["queries"]}, ensure_ascii=False))
        return
    show(rows, report["overall"]["score"])
    show_misses(queries, report, args.misses)


if __name__ == "__main__":
    main()
