"""What a title is about: its words, each weighed by its rarity, and which stretches of it another text holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.text import align, key
from indexer.analysis import Token, index_tokens, is_han, query_tokens
from ranking.rarity import Rarity

TELLING = 0.006  # a word that a larger share of titles holds names no topic: 技术, 工程师, 复习
FEW = 20  # titles: in a small catalogue, that many may hold a telling word
_NUMBERED = re.compile(r"第?[一二三四五六七八九十百零〇两\d]+|[a-z]{1,2}\d+([a-z]+\d+)*")  # 第七, 3, m2u4: where it stands, not what it is


@dataclass(frozen=True, slots=True)
class Text:
    """A text that titles are looked for in: made once, asked often."""

    folded: str
    words: frozenset[str]

    @classmethod
    def of(cls, text: str) -> Text:
        """The text as it is compared."""
        return cls(key(text), frozenset(index_tokens(text)))

    def holds(self, word: str) -> bool:
        """Whether a word stands in it; Han words also where the text is cut otherwise."""
        return word in self.words or (len(word) > 1 and is_han(word) and word in self.folded)


class Topic:
    """The words of a title, what each weighs, and which of them tell what it is about.

    kinds   the kinds among whose titles a word must be rare to tell something; () = all, which is cheaper to ask
    """

    def __init__(self, title: str, rarity: Rarity, kinds: tuple[str, ...] = ()) -> None:
        self.title = title
        self.cleaned, self._offsets = align(title)
        words = [t for t in query_tokens(self.cleaned) if not t.text.isdigit()]
        longer = [t for t in words if len(t.text) > 1]
        self.tokens: list[Token] = longer or words
        self.weights = {t.text: rarity.weight(t.text) for t in self.tokens}
        self.whole = sum(self.weights.values()) or 1.0
        self._rarity, self._kinds = rarity, kinds
        self._tells: dict[str, bool] = {}

    def tells(self, word: str) -> bool:
        """Whether a word is rare enough to name a topic."""
        known = self._tells.get(word)
        if known is None:
            holding, of = self._rarity.held(word, self._kinds)
            known = self._tells[word] = holding <= max(FEW, TELLING * of) and not _NUMBERED.fullmatch(word)
        return known

    def shared(self, text: Text) -> tuple[float, str]:
        """The share of the weight that a text holds, 0–1, and the stretches in it that name a topic, as this title writes them."""
        held = [t for t in self.tokens if text.holds(t.text)]
        return self.share(held), self.named(held)

    def standing(self, text: Text) -> list[list[Token]]:
        """The longest stretches of words that stand in a text just as here: 数据结构 is in 数据结构与算法, not in 数据的结构.

        What studies a thing counts as the thing: 市场营销学 where the text says 市场营销.
        """
        found: list[list[Token]] = []
        at = 0
        while at < len(self.tokens):
            stretch: list[Token] = []
            for token in self.tokens[at:]:
                grown = next((way for way in _ways(token) if text.holds(way.text) and self._between(stretch or [way], way) in text.folded), None)
                if grown is None:
                    break
                stretch.append(grown)
            if stretch:
                found.append(stretch)
            at += max(1, len(stretch))
        return found

    def _between(self, stretch: Sequence[Token], last: Token) -> str:
        return key(self.cleaned[stretch[0].start : last.end])

    def share(self, held: Sequence[Token]) -> float:
        """The share of the title's weight that some of its words have, in whole or without 学."""
        starts = {t.start for t in held}
        return sum({t.text: self.weights[t.text] for t in self.tokens if t.start in starts}.values()) / self.whole

    def named(self, held: Sequence[Token], *, telling: bool = True) -> str:
        """The stretches that these words make in the title; with `telling` those that name a topic, "" where none does."""
        stretches: list[list[Token]] = []
        for token in held:
            if stretches and not self.cleaned[stretches[-1][-1].end : token.start].strip():
                stretches[-1].append(token)
            else:
                stretches.append([token])
        return "、".join(dict.fromkeys(self.written(s) for s in stretches if not telling or any(self.tells(t.text) for t in s)))

    def written(self, stretch: Sequence[Token]) -> str:
        """A stretch as the title writes it."""
        return self.title[self._offsets[stretch[0].start] : self._offsets[stretch[-1].end - 1] + 1]


def _ways(token: Token) -> list[Token]:
    """A word, and what it is the study of."""
    word = token.text
    return [token, Token(word[:-1], token.start, token.end - 1)] if len(word) > 2 and word[-1] == "学" else [token]
