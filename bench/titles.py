"""The catalogue as the rules of derived queries see it: resources by kind, titles by what people call them, common phrases."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from bench.twist import HAN, core
from catalog.resource import Resource
from catalog.text import key

Query = dict[str, Any]


class Titles:
    """The catalogue as the rules see it: resources by kind, titles by their core, phrases that stand in several titles."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.kinds: dict[str, list[Resource]] = defaultdict(list)
        self.same: dict[tuple[str, str], list[str]] = defaultdict(list)  # (kind, core) → ids
        for resource in resources:
            self.kinds[resource.kind].append(resource)
            self.same[resource.kind, core(resource.title)].append(resource.id)
        self.holding = {kind: self._phrases(kind, least) for kind, least in (("course", 3), ("job", 5))}
        self.phrases = {kind: list(found) for kind, found in self.holding.items()}

    def _phrases(self, kind: str, least: int) -> dict[str, list[Resource]]:
        """Phrase → the resources whose title holds it; a phrase is a whole title of three to seven characters somewhere."""
        wanted = {c for k, c in self.same if k == kind and 3 <= len(c) <= 7 and HAN.fullmatch(c)}
        found: dict[str, list[Resource]] = {phrase: [] for phrase in sorted(wanted)}
        for resource in self.kinds[kind]:
            title = key(resource.title)
            for phrase in {title[i : i + size] for size in range(3, 8) for i in range(len(title) - size + 1)} & wanted:
                found[phrase].append(resource)
        return {phrase: held for phrase, held in found.items() if len(held) >= least}


def query(kind: str, text: str, metric: str, gold: Iterable[str], note: str) -> Query | None:
    """One judged query; None when there is nothing to ask."""
    native = sorted({i.partition(":")[2] for i in gold})
    return {"source": None, "kind": kind, "q": text, "metric": metric, "gold": native, "note": note} if text and native else None


def drawn(titles: Titles, kind: str, dice: random.Random) -> Resource | None:
    """Any resource of a kind; None when there is none."""
    return dice.choice(titles.kinds[kind]) if titles.kinds[kind] else None


Maker = Callable[[Titles, random.Random], Query | None]
