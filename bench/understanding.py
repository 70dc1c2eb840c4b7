"""What understanding costs: reading a query, and what the variants add to the index and to a query's time.

    HAOKE_HOME=… python -m bench.understanding [FILE…] [--per N] [--no-size]

Queries: judged files if given, and --per derived ones of each class (bench/derive.py). Nothing is cached between them:
understand() is called past its cache, every query comes once a round. The size of the index is that of the catalogue
indexed twice in a temporary folder, with and without the fields that only variants need (sounds, short).
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import cli
from bench.ablation import forget, without
from bench.derive import derived
from bench.search import percentile
from bench.twist import read_shapes
from bench.variants import load
from catalog.resource import Resource
from catalog.store import Store
from indexer.analysis import fingerprint
from indexer.document import to_document
from indexer.engine import Clause, Engine, Query, Term, open_engine
from ranking import variants
from ranking.evaluate import read
from ranking.query import understand
from ranking.questions import question
from ranking.signals import prior

FIELDS = ("sounds", "short")


def line(name: str, values: Sequence[float]) -> None:
    print(f"{name:<44}{percentile(values, 0.5):>9.3f}{percentile(values, 0.95):>9.3f}{statistics.mean(values):>9.3f}{max(values):>9.2f}")


def took(call: Callable[[], Any]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def caches() -> list[Any]:
    """What the reading of one query may leave for the next. Vocabularies and dictionaries stay: they are read once."""
    return [found for found in vars(variants).values() if hasattr(found, "cache_clear") and (found.cache_parameters()["maxsize"] or 0) > 16]


def reading(texts: Sequence[str], rounds: int) -> None:
    for text in texts[:50]:
        question(understand.__wrapped__(text))  # dictionaries and vocabularies are read
    read_ms, ask_ms = [], []
    for _ in range(rounds):
        for text in texts:
            for cache in caches():
                cache.cache_clear()
            read_ms.append(took(partial(understand.__wrapped__, text)))
            ask_ms.append(took(partial(question.__wrapped__, understand.__wrapped__(text))))
    line("understand(), not cached", read_ms)
    line("question(): the clauses of a reading", ask_ms)


def plain(texts: Sequence[str]) -> list[Clause]:
    """The questions without variants: no synonyms, no other script, nothing in the fields of sounds and short forms."""
    with ExitStack() as stack:
        for name, nothing in (("rewritten", []), ("taiwan", ()), ("spelled", ()), ("heard", ())):
            stack.enter_context(patch.object(variants, name, lambda text, nothing=nothing: nothing))
        stack.callback(forget)
        forget()
        asked = [question(understand.__wrapped__(text)) for text in texts]
    for field in FIELDS:
        asked = [without(clause, field) or Term("id", "") for clause in asked]
    return asked


def searching(engine: Engine, texts: Sequence[str], rounds: int) -> None:
    """The strict question, with and without variants, in turn; only queries that find something without."""
    pairs = [(one, other) for text, other in zip(texts, plain(texts), strict=True) if (one := question(understand(text))) and engine.count(Query(clause=other))]
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(rounds + 1):
        for full, less in pairs:
            for varied, clause in ((True, full), (False, less)) if number % 2 else ((False, less), (True, full)):
                ms = took(partial(engine.search, Query(clause=clause)))
                if number:  # the first round warms the files
                    times[varied].append(ms)
    line(f"search without variants ({len(pairs)} queries)", times[False])
    line("search with variants", times[True])
    more = sum(times[True]) / sum(times[False]) - 1
    print(f"variants add {100 * more:.0f} % to the mean time of a query (target ≤ 40 %)")


def sizes() -> None:
    """Bytes of the index with and without the fields of the variants."""
    with tempfile.TemporaryDirectory() as folder, Store.open(cli.home(), readonly=True) as store, ExitStack() as writing:
        engines = {name: open_engine(f"embedded:{Path(folder) / name}") for name in ("with", "without")}
        generations = {name: engine.begin(fingerprint()).name for name, engine in engines.items()}
        writers = {name: writing.enter_context(engine.writer(generations[name])) for name, engine in engines.items()}
        for _, _, body in store.scan():
            resource = Resource.from_json(body)
            document = to_document(resource, prior(resource))
            writers["with"].add([document], fresh=True)
            writers["without"].add([{**document, **dict.fromkeys(FIELDS, "")}], fresh=True)
        for writer in writers.values():
            writer.commit(sequence=0)
        writing.close()
        found = {}
        for name, engine in engines.items():
            documents = engine.seal(generations[name]).documents
            engine.close()
            found[name] = sum(p.stat().st_size for p in (Path(folder) / name / generations[name]).rglob("*") if p.is_file())
            print(f"index {name:<8} sounds and short{found[name] / 1e6:>10.1f} MB{found[name] / max(documents, 1):>8.0f} bytes a resource")
        print(f"variants add {100 * (found['with'] / found['without'] - 1):.0f} % to the index (target ≤ 50 %)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--per", type=int, default=30, help="derived queries a class")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-size", action="store_true", help="don't index the catalogue twice")
    args = parser.parse_args()
    texts = [query["q"] for file in args.files for query in read(file)]
    texts += [query["q"] for query in derived(load(), 1, args.per, read_shapes(None))]
    texts = [text for text in dict.fromkeys(texts) if len(text) <= 300]
    print(f"{len(texts)} queries, {args.rounds} rounds, milliseconds\n{'':<44}{'p50':>9}{'p95':>9}{'mean':>9}{'max':>9}")
    reading(texts, args.rounds)
    searching(open_engine(cli.engine_url()), texts, args.rounds)
    if not args.no_size:
        sizes()


if __name__ == "__main__":
    main()
