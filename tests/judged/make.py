"""Makes the judged files of this folder from queries.tsv: gold ids by rule over the sample catalogue.

    python -m tests.judged.make [--against FILE]…

A rule is conditions joined by " & ", all of which a resource of the class's kind must meet; ! negates one, | between
conditions is written inside a pattern.
    title~PATTERN      the cleaned title without spaces holds the pattern
    initials~LETTERS   neighbouring characters of the title begin with these letters in pinyin
    field~PATTERN      a value of the field, or its label, holds the pattern (major, school, teacher)
    field=LABEL        the resource has that value of the vocabulary, or one below it (grade=八年级, region=江苏省)
    any, none          for edges and for what is not there: nothing is gold
Two classes are drawn from the catalogue with a fixed seed by the rules of bench.derive: teachers with a word of a course
of theirs, and school short names with a course. So is `titles`: whole titles, of which any of the same name is right.
--against names judged files that must not hold any of these queries.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.derive import known, school, teacher
from bench.titles import Query, Titles
from bench.twist import syllables
from catalog.demo import fill
from catalog.resource import Resource
from catalog.store import Store
from catalog.text import key
from catalog.vocab import vocabulary
from indexer.fields import VOCABULARIES

HERE = Path(__file__).resolve().parent
DRAWN = {"teachers": (teacher, 20), "schools": (school, 20), "titles": (known(lambda title, dice: title + " "), 20)}


def rows() -> Iterator[dict[str, Any]]:
    """The queries as written: class, kind, metric, q, rule."""
    head: list[str] = []
    for line in (HERE / "queries.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and "\t" not in line:
            head = line.strip("[]").split()
        elif not line.startswith("#"):
            text, _, rule = line.partition("\t")
            yield {"class": head[0], "kind": None if head[1] == "-" else head[1], "metric": head[2], "q": text, "rule": rule}


def gold(resources: list[Resource], rule: str) -> list[str]:
    """Native ids of the resources that meet a rule, in order of id."""
    if rule in ("any", "none"):
        return []
    conditions = rule.split(" & ")
    return sorted(r.id.partition(":")[2] for r in resources if all(_meets(r, c) for c in conditions))


def _meets(resource: Resource, condition: str) -> bool:
    if condition.startswith("!"):
        return not _meets(resource, condition[1:])
    if "~" not in condition:
        field, _, label = condition.partition("=")
        words = vocabulary(VOCABULARIES[field])
        entry = words.canonical(label)
        if entry is None:
            raise SystemExit(f"{label!r} is no {field}: mend tests/judged/queries.tsv")
        return any(entry.code in words.path(code) for code in resource.values(field))
    return any(_holds(resource, *part.split("~", 1)) for part in re.split(r"\|(?=\w+~)", condition))


def _holds(resource: Resource, field: str, pattern: str) -> bool:
    if field == "initials":
        return pattern in "".join(s[0] for s in syllables(key(resource.title)))
    values = [key(resource.title)] if field == "title" else list(resource.values(field))
    if field in VOCABULARIES:
        values = [vocabulary(VOCABULARIES[field]).label(v) for v in values]
    return any(re.search(pattern, value) for value in values)


def made(resources: list[Resource]) -> list[Query]:
    """All judged queries with their gold, numbered by class."""
    kinds: dict[str | None, list[Resource]] = {None: resources}
    for resource in resources:
        kinds.setdefault(resource.kind, []).append(resource)
    found: list[Query] = []
    empty: list[str] = []
    for row in rows():
        right = gold(kinds[row["kind"]], row["rule"])
        if not right and row["rule"] not in ("any", "none"):
            empty.append(f"  {row['q']}\t{row['rule']}")
        found.append({"class": row["class"], "source": None, "kind": row["kind"], "q": row["q"], "metric": row["metric"], "gold": right, "note": row["rule"]})
    if empty:
        raise SystemExit("nothing is right for these: mend tests/judged/queries.tsv\n" + "\n".join(empty))
    titles = Titles(resources)
    for name, (make, count) in DRAWN.items():
        dice = random.Random(f"judged {name}")
        kept: dict[str, Query] = {}
        while len(kept) < count:
            query = make(titles, dice)
            if query:
                kept.setdefault(query["q"], {"class": name, **query, "q": query["q"].strip()})
        found += kept.values()
    counts: dict[str, int] = {}
    for query in found:
        counts[query["class"]] = counts.get(query["class"], 0) + 1
        query["qid"] = f"{query['class']}-{counts[query['class']]:02d}"
    return found


def sample() -> list[Resource]:
    """The sample catalogue."""
    with tempfile.TemporaryDirectory() as folder, Store.open(folder) as store:
        fill(store, lambda done, total: None)
        return [Resource.from_json(body) for _, _, body in store.scan()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--against", type=Path, action="append", default=[], help="a judged file whose queries must not be among ours")
    args = parser.parse_args()
    queries = made(sample())
    taken = {key(json.loads(line)["q"]) for file in args.against for line in file.read_text(encoding="utf-8").splitlines() if line.strip()}
    shared = sorted({q["q"] for q in queries if key(q["q"]) in taken})
    if shared:
        sys.exit(f"also in {', '.join(map(str, args.against))}: {' · '.join(shared)}")
    for name in dict.fromkeys(q["class"] for q in queries):
        lines = [json.dumps({"qid": q["qid"], **q}, ensure_ascii=False) + "\n" for q in queries if q["class"] == name]
        (HERE / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
        print(f"{name:<16}{len(lines):>4}")


if __name__ == "__main__":
    main()
