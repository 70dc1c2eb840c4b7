"""How much a word tells: the fewer resources hold it, the more. Asked of the engine once a word and a generation."""

from __future__ import annotations

import math
from functools import lru_cache

from indexer.engine import Engine, OneOf, Query, Term


class Rarity:
    """Weights of words for the generation that answers now; made once a question, since a generation may change between two."""

    def __init__(self, engine: Engine) -> None:
        active = engine.active()
        self.engine = engine
        self.generation, self.total = (active.name, max(1, active.documents)) if active else ("", 1)

    def share(self, word: str, field: str = "title") -> float:
        """The share of resources that hold a word in a field."""
        return _frequency(self.engine, self.generation, field, word) / self.total

    def held(self, word: str, kinds: tuple[str, ...]) -> tuple[int, int]:
        """How many titles of some kinds hold a word, and of how many; () = all kinds, which is cheaper to ask."""
        if not kinds:
            return _frequency(self.engine, self.generation, "title", word), self.total
        return _among(self.engine, self.generation, word, kinds), _among(self.engine, self.generation, "", kinds)

    def weight(self, word: str, kinds: tuple[str, ...] = ()) -> float:
        """0 for a word that all titles of some kinds hold, rising with the logarithm of rarity."""
        holding, of = self.held(word, kinds)
        return math.log((of + 1) / (min(of, holding) + 1))



@lru_cache(maxsize=131_072)
def _frequency(engine: Engine, generation: str, field: str, word: str) -> int:
    return engine.frequency(field, word)


@lru_cache(maxsize=131_072)
def _among(engine: Engine, generation: str, word: str, kinds: tuple[str, ...]) -> int:
    within = (OneOf("kind", kinds),)
    return engine.count(Query(clause=Term("title", word), scope=within) if word else Query(scope=within))
