"""How much a word tells: the fewer resources hold it, the more. Asked of the engine once a word and a generation, many words at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

from indexer.engine import Engine, OneOf, Query, Term

MOST = 131_072  # words remembered of a generation
USUAL = 50_000  # resources that hold a word from which it says little beside a rarer one
TEXTS = ("title", "names", "context")  # where words are looked for to tell how usual they are
Kinds = tuple[str, ...]  # of resources; () = all
Asked = tuple[str, str, Kinds]  # field, word ("" for all that there are), kinds


class Rarity:
    """Weights of words for the generation that answers now; made once a question, since a generation may change between two."""

    def __init__(self, engine: Engine) -> None:
        active = engine.active()
        self.engine = engine
        self.total = max(1, active.documents) if active else 1
        self._known = _table(engine, active.name if active else "")

    def __hash__(self) -> int:
        """Those that know the same are the same: what is remembered by one holds for another, as long as the generation answers."""
        return id(self._known)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rarity) and self._known is other._known

    def learn(self, words: Iterable[str], kinds: Kinds = (), field: str = "title") -> None:
        """Asks for all these words in one request: to another machine a request a word is slow."""
        unknown = [one for word in (*words, *([""] if kinds else ())) if (one := (field, word, kinds)) not in self._known]
        if unknown:
            self._ask(list(dict.fromkeys(unknown)))

    def share(self, word: str, field: str = "title") -> float:
        """The share of resources that hold a word in a field."""
        return self._holding(field, word, ()) / self.total

    def held(self, word: str, kinds: Kinds) -> tuple[int, int]:
        """How many titles of some kinds hold a word, and of how many; () = all kinds."""
        return self._holding("title", word, kinds), self._holding("title", "", kinds) if kinds else self.total

    def weight(self, word: str, kinds: Kinds = ()) -> float:
        """0 for a word that all titles of some kinds hold, rising with the logarithm of rarity."""
        holding, of = self.held(word, kinds)
        return math.log((of + 1) / (min(of, holding) + 1))

    def usual(self, words: Sequence[str]) -> frozenset[str]:
        """Those of some words that USUAL resources hold, where fewer hold another of them; none where all are usual, or nowhere."""
        if self.total < USUAL:
            return frozenset()
        for field in TEXTS:
            self.learn(words, field=field)
        held = {word: max(self._holding(field, word, ()) for field in TEXTS) for word in words}
        return frozenset(w for w, n in held.items() if n >= USUAL) if any(0 < n < USUAL for n in held.values()) else frozenset()

    def _holding(self, field: str, word: str, kinds: Kinds) -> int:
        found = self._known.get((field, word, kinds))
        return self._ask([(field, word, kinds)])[0] if found is None else found

    def _ask(self, asked: list[Asked]) -> list[int]:
        queries = [Query(clause=Term(field, word), scope=_within(kinds)) if word else Query(scope=_within(kinds)) for field, word, kinds in asked]
        found = self.engine.counts(queries)
        if len(self._known) + len(found) > MOST:
            self._known.clear()
        self._known.update(zip(asked, found, strict=True))
        return found


def usual(engine: Engine, words: Sequence[str]) -> frozenset[str]:
    """The usual ones among some words in the generation that answers now: see Rarity.usual()."""
    return Rarity(engine).usual(words)


def _within(kinds: Kinds) -> tuple[OneOf, ...]:
    return (OneOf("kind", kinds),) if kinds else ()


@lru_cache(maxsize=8)
def _table(engine: Engine, generation: str) -> dict[Asked, int]:
    """What is known of the words of a generation."""
    return {}
