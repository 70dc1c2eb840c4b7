"""What a suggestion costs as one types, in process: p50 and p95 over prefixes of titles and names, and what a cold start costs.

    HAOKE_HOME=… python -m bench.suggest [--documents N] [--into FOLDER] [--words N]

--documents N first fills FOLDER with N documents: those of the store, over and over, with other ids, a number in the title
and another popularity. Words are typed one character at a time: in Han characters, pinyin, initials and both mixed.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

import cli
from bench.search import percentile
from catalog.resource import Resource
from catalog.store import Store
from catalog.text import key
from indexer.analysis import is_han
from indexer.document import to_document
from indexer.engine import Engine, Query, open_engine
from indexer.sounds import run_syllables
from ranking.signals import prior
from ranking.suggest import suggest

TEXTS = ("title", "title_grams")


def documents(store: Store, total: int) -> Iterator[dict[str, Any]]:
    """`total` documents: the store's, then copies of them that differ in id, title and popularity."""
    originals = []
    for _, _, body in store.scan():
        one = Resource.from_json(body)
        originals.append(to_document(one, prior(one)))
        yield originals[-1]
    for number in range(len(originals), total):
        copy, which = divmod(number, len(originals))
        document = dict(originals[which])
        content = orjson.loads(document["body"])
        content["id"] = document["id"] = f"{document['id']}-{copy}"
        content["title"] += f" {copy}"
        document["body"] = orjson.dumps(content)
        document["exact"] = [f"{e}{copy}" for e in document["exact"]]
        document["popularity"] *= 1 - copy / 1000
        yield document | {name: f"{document[name]} {copy}" for name in TEXTS}


def fill(folder: Path, total: int) -> Engine:
    """An engine under `folder` with so many documents."""
    engine = open_engine(f"embedded:{folder}")
    name = engine.begin("bench").name
    with Store.open(Path(os.environ["HAOKE_HOME"]), readonly=True) as store, engine.writer(name) as writer:
        writer.add(documents(store, total), fresh=True)
        writer.commit(sequence=total)
    engine.seal(name)
    engine.activate(name)
    return engine


def typed(word: str, chance: random.Random) -> Iterator[str]:
    """What the box holds while a word is typed: characters, pinyin, initials, or characters and then letters."""
    read = run_syllables(word) if is_han(word) else []
    way = chance.choice(("characters", "characters", "pinyin", "initials", "mixed")) if len(read) == len(word) else "characters"
    cut = len(word) // 2
    whole = {
        "characters": word,
        "pinyin": "".join(read),
        "initials": "".join(s[:1] for s in read),
        "mixed": word[:cut] + "".join(s[:1] for s in read[cut:]),
    }[way]
    yield from (whole[:end] for end in range(1, min(len(whole), 12) + 1))


def words(engine: Engine, count: int, seed: int = 5) -> list[str]:
    """Beginnings of titles and names of schools, seeded."""
    chance = random.Random(seed)
    total = min(engine.count(Query()), 9_000)
    found: list[str] = []
    while len(found) < count:
        hits = engine.search(Query(offset=chance.randrange(max(1, total - 20)), size=20, sort=chance.choice(["popularity", "published_at"]))).hits
        for one in (Resource.from_json(h.body) for h in hits):
            found.append(key(chance.choice([one.title, one.title, *one.school, *one.subject]))[:8])
    return found[:count]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=0)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--words", type=int, default=200)
    args = parser.parse_args()
    if args.documents:
        engine = fill(args.into, args.documents)
    else:
        engine = open_engine(f"embedded:{args.into}" if args.into else cli.engine_url())
    chance = random.Random(11)
    asked = [(text, filters) for word in words(engine, args.words) for text in typed(word, chance) for filters in ({}, {"service": ("higher",)})]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for text, filters in (("g", {}), ("g", {"service": ("higher",)})):
        began = time.perf_counter()
        suggest(engine, text, filters)
        print(f"first {text!r} under {filters}: {(time.perf_counter() - began) * 1000:.0f} ms")
    times = []
    empty = 0
    for text, filters in asked:
        began = time.perf_counter()
        empty += not suggest(engine, text, filters)
        times.append((time.perf_counter() - began) * 1000)
    print(f"{engine.count(Query()):,} documents, {len(asked):,} requests: p50 {percentile(times, 0.5):.2f} ms, p95 {percentile(times, 0.95):.2f} ms, "
          f"p99 {percentile(times, 0.99):.2f} ms, most {max(times):.1f} ms; {empty / len(asked):.0%} without a suggestion; "
          f"{(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024:.0f} MB more")  # fmt: skip
    for ms, (text, filters) in sorted(zip(times, asked, strict=True), key=lambda pair: -pair[0])[:5]:
        print(f"  slow: {ms:.1f} ms {text!r} {filters}")


if __name__ == "__main__":
    main()
