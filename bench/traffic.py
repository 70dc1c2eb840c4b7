"""A day's traffic as a list of requests: sessions of people who search, narrow, turn pages, open resources and type.

    HAOKE_HOME=… python -m bench.traffic FILE [--requests 200000] [--unseen 0.1] [--seed 1]

Of all requests 45 % are searches, 15 % facet clicks and further pages, 25 % resource pages, 10 % typeahead and 5 % the home page.
Searches are drawn from a pool by Zipf's law (the n-th most frequent n^-0.9 as often as the first) – but a share `unseen` of them, and
of what follows them, is a query that no request before it had: words of a title with a place (half of them), two parts of one title (a quarter), an
employer or a school with a word (15 %), a whole title with a slip of the pen (10 %). Written one path a line, so that every server gets the same.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from urllib.parse import quote, quote_plus

import cli
from catalog.resource import Resource
from catalog.text import key
from catalog.vocab import vocabulary
from indexer.analysis import query_tokens
from indexer.engine import Engine, OneOf, Query, open_engine

POOL = 5_000  # queries that people ask again
SOURCES = 5_000  # resources of whose words new queries are made
RESOURCES = 9_000  # pages that are opened: those that searches show first
SHARES = {"search": 0.45, "narrow": 0.15, "resource": 0.25, "suggest": 0.10, "home": 0.05}
NARROWING = ("service=jobs", "kind=course", "degree=bachelor", "region=110000", "region=310000", "stage=primary", "job_type=full-time", "sort=newest", "service=higher")
SKEW = 0.9


class Drawn:
    """Values by Zipf's law."""

    def __init__(self, values: list[str]) -> None:
        self.values = values
        self.bounds = list(accumulate(n**-SKEW for n in range(1, len(values) + 1)))

    def draw(self, dice: random.Random) -> str:
        return dice.choices(self.values, cum_weights=self.bounds)[0]


def drawn(engine: Engine, count: int, dice: random.Random) -> list[Resource]:
    """Resources from all over the catalogue: of each kind some, most of what there is most of."""
    kinds = dict(engine.search(Query(size=0, facets={"kind": 20})).facets["kind"])
    found: list[Resource] = []
    for kind, held in kinds.items():
        for place in range(max(1, count * held // sum(kinds.values()) // 20) + 5):
            offset = dice.randrange(max(1, min(held, 9_000) - 20))
            page = engine.search(Query(filters=(OneOf("kind", (kind,)),), offset=offset, size=20, sort=("popularity", "published_at", "prior")[place % 3]))
            found += [Resource.from_json(hit.body) for hit in page.hits]
    dice.shuffle(found)
    return found[:count]


def words(title: str, dice: random.Random) -> str:
    """One to three words of a title that stand together, without what stands in brackets: what people type of it."""
    tokens = [t.text for t in query_tokens(key(re.sub(r"[（(].*?[)）]|[A-Z]?\d+$", "", title)) or title)]
    size = dice.choice((1, 2, 2, 3))
    start = dice.randrange(max(1, len(tokens) - size + 1))
    return "".join(tokens[start : start + size])


def slip(title: str, dice: random.Random) -> str:
    """A title with a character left out, or two changed over."""
    text = key(title)[:12]
    at = dice.randrange(max(1, len(text) - 1))
    return text[:at] + text[at + 1 :] if dice.random() < 0.5 else text[:at] + text[at : at + 2][::-1] + text[at + 2 :]


def never_asked(resources: Sequence[Resource], dice: random.Random) -> Iterator[str]:
    """Queries that differ from all before."""
    places = [e.label.removesuffix("市") for e in vocabulary("region") if e.attrs.get("level") in ("province", "city")]
    seen: set[str] = set()
    while True:
        one, way = dice.choice(resources), dice.random()
        providers = [p for p in (*one.school, *one.employer, *one.publisher.split()) if p]
        if way < 0.5:
            query = f"{dice.choice(places)} {words(one.title, dice)}"
        elif way < 0.75:
            query = f"{words(one.title, dice)} {words(one.title, dice)}"
        elif way < 0.9 and providers:
            query = f"{dice.choice(providers)[:6]} {words(one.title, dice)}"
        else:
            query = slip(one.title, dice)
        if query not in seen:
            seen.add(query)
            yield query


def requests(engine: Engine, count: int, unseen: float, seed: int) -> Iterator[str]:
    """Paths in the order asked."""
    dice = random.Random(seed)
    resources = drawn(engine, POOL + SOURCES, dice)
    known, new = Drawn([words(r.title, dice) for r in resources[:POOL]]), never_asked(resources[-SOURCES:], dice)
    hits = [h.id for offset in range(0, RESOURCES, 100) for h in engine.search(Query(offset=offset, size=100, sort="prior")).hits]
    dice.shuffle(hits)
    opened = Drawn(hits)
    kinds, weights = list(SHARES), list(SHARES.values())
    text = known.draw(dice)
    for _ in range(count):
        match dice.choices(kinds, weights)[0]:
            case "search":
                text = next(new) if dice.random() < unseen else known.draw(dice)
                yield f"/search?q={quote_plus(text)}"
            case "narrow":  # goes on from the search before
                more = f"page={dice.choice((2, 2, 2, 3, 4))}" if dice.random() < 0.4 else dice.choice(NARROWING)
                yield f"/search?q={quote_plus(text)}&{more}"
            case "resource":
                yield f"/resources/{quote(opened.draw(dice), safe=':')}"
            case "suggest":
                yield f"/api/v1/suggest?q={quote_plus(known.draw(dice)[: dice.randint(1, 4)])}"
            case _:
                yield "/"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--requests", type=int, default=200_000)
    parser.add_argument("--unseen", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with args.file.open("w", encoding="utf-8") as file:
        file.writelines(f"{path}\n" for path in requests(open_engine(cli.engine_url()), args.requests, args.unseen, args.seed))


if __name__ == "__main__":
    main()
