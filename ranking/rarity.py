"""How much a word tells: the fewer resources hold it, the more. Asked of the engine once a word and a generation, many words at once; what nothing holds may be
held after the next commit, and is asked again then."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from functools import lru_cache

from indexer.engine import Engine, OneOf, Query, Term

MOST = 131_072  # words remembered of a generation
KEPT = 300  # seconds that a word is taken to stand nowhere, where the engine can't tell whether anything changed
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
        self._absent = _nowhere(engine, engine.mark() or str(int(time.time() // KEPT)))

    def __hash__(self) -> int:
        """Those that know the same are the same: what is remembered by one holds for another, until the next commit."""
        return id(self._absent)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rarity) and self._known is other._known and self._absent is other._absent

    def learn(self, words: Iterable[str], kinds: Kinds = (), field: str = "title") -> None:
        """Asks for all these words in one request: to another machine a request a word is slow."""
        unknown = [one for word in (*words, *([""] if kinds else ())) if (one := (field, word, kinds)) not in self._known and one not in self._absent]
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
        asked = field, word, kinds
        found = self._known.get(asked)
        if found is None:
            found = 0 if asked in self._absent else self._ask([asked])[0]
        return found

    def _ask(self, asked: list[Asked]) -> list[int]:
        queries = [Query(clause=Term(field, word), scope=_within(kinds)) if word else Query(scope=_within(kinds)) for field, word, kinds in asked]
        found = self.engine.counts(queries)
        for table in (self._known, self._absent):
            if len(table) + len(found) > MOST:
                table.clear()
        for one, holding in zip(asked, found, strict=True):
            (self._known if holding else self._absent)[one] = holding
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


@lru_cache(maxsize=8)
def _nowhere(engine: Engine, when: str) -> dict[Asked, int]:
    """What nothing holds in one state of the index; `when` only makes it grow old where an engine can't tell its states."""
    return {}
