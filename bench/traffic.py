"""A day's traffic as a list of requests: sessions of people who search, narrow, turn pages, open resources and type.

    HAOKE_HOME=… python -m bench.traffic FILE [--requests 200000] [--unseen 0.1] [--seed 1]

Of all requests 45 % are searches, 15 % facet clicks and further pages, 25 % resource pages, 10 % typeahead and 5 % the home page.
Searches are drawn from a pool by Zipf's law (the n-th most frequent n^-0.9 as often as the first) – but a share `unseen` of them, and
of what follows them, is a query that no request before it had. Written one path a line, so that every server gets the same.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from urllib.parse import quote, quote_plus

import cli
from bench.search import sampled
from catalog.vocab import vocabulary
from indexer.engine import Engine, Query, open_engine

POOL = 5_000  # queries that people ask again
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


def never_asked(pieces: list[str], dice: random.Random) -> Iterator[str]:
    """Queries that differ from all before: a place and a piece of a title, or two pieces."""
    places = [e.label.removesuffix("市") for e in vocabulary("region") if e.attrs.get("level") in ("province", "city")]
    seen: set[str] = set()
    while True:
        first = dice.choice(places) if dice.random() < 0.6 else dice.choice(pieces)[:4]
        query = f"{first} {dice.choice(pieces)}"
        if query not in seen:
            seen.add(query)
            yield query


def requests(engine: Engine, count: int, unseen: float, seed: int) -> Iterator[str]:
    """Paths in the order asked."""
    dice = random.Random(seed)
    pieces = sampled(engine, POOL, seed)
    known, new = Drawn(pieces), never_asked(sampled(engine, 2_000, seed + 1), dice)
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
