"""Does each ranking signal earn its place?  The score on judged files with one signal after the other switched off.

    HAOKE_HOME=… python -m bench.ablation FILE… [--only NAME]…

Weights of a query (ranking/signals.py) are set to what leaves them without effect: 0, or 1 for a factor. Ways of matching
(short forms, pinyin, homophones, near misses, synonyms) are not asked at all. The signals of the prior are part of the
index, so the catalogue is indexed once more for each, in a temporary folder (all in one pass: about a minute per 50,000
resources).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import cli
from catalog.resource import Resource
from catalog.store import Store
from indexer.analysis import fingerprint
from indexer.document import to_document
from indexer.engine import Best, Clause, Engine, Every, Scored, Some, Term, open_engine
from ranking import diversity, questions, signals, variants, words
from ranking.evaluate import read, score
from ranking.results import Request
from ranking.search import search

#: Weights that multiply another one: without effect at 1.
FACTORS = frozenset({"CONCEPT_TEXT", "CONCEPT_FIELD", "EXACT_PART"})
#: Ways of matching that are switched off below, not by their weight.
MATCHING = frozenset({"SHORT", "PINYIN", "HOMOPHONE", "NEAR", "SYNONYM"})
#: Weights of what happens only where nothing narrows a search, while judged queries are narrowed: see mixing().
MIXING = frozenset({"ALIKE", "SAME_PROVIDER"})
CONCEPTS: Mapping[str, tuple[str, ...]] = {
    "school, teacher": ("school", "teacher"),
    "school books": ("version", "grade", "volume", "subject", "stage"),
    "study": ("major", "discipline", "level"),
    "place": ("region",),
    "work": ("industry", "occupation", "degree", "experience", "job_type", "salary", "year"),
    "platform and form": ("platform", "language", "resource_type", "audience", "access", "board"),
}

Off = Callable[[ExitStack], object]


def without(clause: Clause, field: str) -> Clause | None:
    """A clause that never asks a field: its alternatives there are gone; None when nothing else is left."""
    match clause:
        case Term(name, _, _):
            return None if name == field else clause
        case Every(inner, bonus):
            kept = _without(inner, field)
            return Every(kept, _without(bonus, field)) if len(kept) == len(inner) else None
        case Some(inner, least):
            rest = _without(inner, field)
            return Some(rest, min(least, len(rest))) if rest else None
        case Best(inner, tie):
            rest = _without(inner, field)
            return Best(rest, tie) if rest else None
        case Scored(one, weight):
            return Scored(left, weight) if (left := without(one, field)) else None
    return clause


def _without(clauses: Sequence[Clause], field: str) -> tuple[Clause, ...]:
    return tuple(left for clause in clauses if (left := without(clause, field)))


class Without:
    """An engine that is never asked about a field."""

    def __init__(self, engine: Engine, field: str) -> None:
        self.engine, self.field = engine, field

    def search(self, query: Any) -> Any:
        rest = without(query.clause, self.field)
        # what asked this field only finds nothing
        return self.engine.search(replace(query, clause=rest or Term("id", "")))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)


def switches() -> dict[str, Off]:
    """Name → what switches it off, for everything that takes effect while a query is answered."""

    def value(name: str, off: object) -> Off:
        return lambda stack: stack.enter_context(patch.object(signals, name, off))

    def nothing(module: object, name: str, result: Callable[..., object]) -> Off:
        return lambda stack: stack.enter_context(patch.object(module, name, result))

    found: dict[str, Off] = {}
    for name, weight in vars(signals).items():
        if name.isupper() and isinstance(weight, float) and name not in MATCHING | MIXING:
            found[name] = value(name, 1.0 if name in FACTORS else 0.0)
    found["HOMOPHONE"] = nothing(variants, "heard", lambda text: ())
    found["PINYIN"] = nothing(variants, "spelled", lambda text: ())
    found["NEAR"] = nothing(questions, "near_clause", lambda text: None)
    found["SYNONYM"] = nothing(variants, "rewritten", lambda text: [])
    found["Taiwan's words"] = nothing(variants, "taiwan", lambda text: ())
    for group, fields in CONCEPTS.items():
        found[f"CONCEPT {group}"] = value("CONCEPT", {**signals.CONCEPT, **dict.fromkeys(fields, 0.0)})
    return found


def forget() -> None:
    """Lets what was made of readings be made anew: it holds the weights and the variants of before."""
    words.word_clause.cache_clear()
    questions.question.cache_clear()


@contextmanager
def switched(off: Off) -> Iterator[None]:
    """Meanwhile, a signal is off."""
    with ExitStack() as stack:
        stack.callback(forget)
        off(stack)
        forget()
        yield


@contextmanager
def priors(names: list[str]) -> Iterator[dict[str, Engine]]:
    """Signal of the prior → an index of the catalogue made without it; "" is one with all of them."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack, Store.open(cli.home(), readonly=True) as store:
        engines = {name: open_engine(f"embedded:{Path(folder) / (name or 'all')}") for name in ["", *names]}
        generations = {name: engine.begin(fingerprint()).name for name, engine in engines.items()}
        with ExitStack() as writing:
            writers = {name: writing.enter_context(engine.writer(generations[name])) for name, engine in engines.items()}
            for _, _, body in store.scan():
                resource = Resource.from_json(body)
                parts = signals.signals(resource)
                document = to_document(resource, 1.0)
                for name, writer in writers.items():
                    prior = 1.0 + sum(value for part, value in parts.items() if part != name)
                    writer.add([{**document, "prior": max(0.0, 2.0**prior - 2.0)}], fresh=True)
            for writer in writers.values():
                writer.commit(sequence=0)
        for name, engine in engines.items():
            engine.seal(generations[name])
            engine.activate(generations[name])
            stack.callback(engine.close)
        yield engines


def mixing(engine: Engine, queries: list[dict[str, Any]]) -> Iterator[str]:
    """The same queries with nothing to narrow them, mixed or not: what is gained in variety, and what that costs."""
    bare = [{**query, "source": None, "kind": None} for query in queries]
    for name, off in (("mixed", False), ("not mixed", True)):
        with ExitStack() as stack:
            if off:
                stack.enter_context(patch.object(diversity, "applies", lambda *a: False))
            reached = score(engine, bare)["overall"]["score"]
            pages = [search(engine, Request(text=query["q"], facets=("kind",))) for query in bare if len(query["q"]) < 100]
        pages = [page for page in pages if page.total > len(page.hits)]  # where there is something to choose
        kinds = [len({hit.resource["kind"] for hit in page.hits} | page.others.keys()) for page in pages]
        offered = [len({_provider(hit.resource) for hit in page.hits}) for page in pages]
        alone = sum(k == 1 < len(page.facets["kind"]) for k, page in zip(kinds, pages, strict=True))
        yield f"{name:<12} score {reached:.4f}; of {len(pages)} first pages: {sum(kinds) / len(pages):.2f} kinds, {sum(offered) / len(pages):.2f} providers a page; {alone} show one kind of several"


def _provider(record: Mapping[str, Any]) -> str:
    return next((record[name][0] for name in diversity.PROVIDERS if record.get(name)), "")


def row(name: str, report: dict[str, Any], base: dict[str, Any]) -> str:
    """One line: score, difference, and the classes that lose or win most."""
    change = {c: r["score"] - base["classes"][c]["score"] for c, r in report["classes"].items()}
    most = sorted((c for c in change if abs(change[c]) >= 0.005), key=lambda c: -abs(change[c]))[:4]
    listed = ", ".join(f"{c} {100 * change[c]:+.1f}" for c in most)
    return f"{name:<28}{report['overall']['score']:>8.4f}{100 * (report['overall']['score'] - base['overall']['score']):>+8.2f}  {listed}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--only", action="append", default=[], help="only this signal; repeatable")
    args = parser.parse_args()
    queries = [query for file in args.files for query in read(file)]
    engine = open_engine(cli.engine_url())
    base = score(engine, queries)
    print(f"{'switched off':<28}{'macro':>8}{'points':>8}  classes that change most, in points")
    print(f"{'nothing':<28}{base['overall']['score']:>8.4f}")

    def wanted(name: str) -> bool:
        return not args.only or name in args.only

    for name, off in switches().items():
        if wanted(name):
            with switched(off):
                print(row(name, score(engine, queries), base), flush=True)
    for name, field in (("SHORT", "short"), ("sounds", "sounds")):
        if wanted(name):
            print(row(f"{name} (field {field})", score(Without(engine, field), queries), base), flush=True)
    if wanted("mixing"):
        print("without filters:", *mixing(engine, queries), sep="\n    ", flush=True)
    names = [s.name for s in signals.SIGNALS if wanted(s.name)]
    if names:
        with priors(names) as engines:
            whole = score(engines.pop(""), queries)
            for name, other in engines.items():
                print(row(f"prior: {name}", score(other, queries), whole), flush=True)


if __name__ == "__main__":
    main()
