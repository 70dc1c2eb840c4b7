"""What a title is about: its words, each weighed by its rarity, and which stretches of it another text holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from catalog.text import align, key
from indexer.analysis import Token, index_tokens, is_han, query_tokens
from ranking.rarity import Rarity

TELLING = 0.006  # a word that a larger share of titles holds names no topic: 技术, 工程师, 复习
TOGETHER = 0.03  # the same for each of several words that stand side by side: 建筑 and 物理 of 建筑物理
FEW = 10  # titles: in a small catalogue, so many may hold a telling word
ENDINGS = ("", "学", "技术", "概论", "原理", "导论")  # what a title appends to the name of its topic
_PART = re.compile(r"[(（]第?[一二三四五六七八九十\d]+(?:课时)?[)）]")  # of a lesson in parts
_CODE = re.compile(r"[a-z]*\d{3,}[a-z\d]*|\d+")  # mj001503, 20240101: tells one ad from the next, nothing else
_CIRCLED = str.maketrans(dict.fromkeys("①②③④⑤⑥⑦⑧⑨⑩⑪⑫", " "))  # Fire③ is about Fire
_NUMBERED = re.compile(r"第?[一二三四五六七八九十百零〇两\d]+|[a-z]{1,2}\d+([a-z]+\d+)*")  # 第七, 3, m2u4: where it stands, not what it is


@dataclass(frozen=True, slots=True)
class Way(Token):
    """A word of a title, or what it is the study of; and whether it counts however the other text is cut."""

    anywhere: bool


class Text:
    """A text that words are looked for in."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = key(text)

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words, as they are indexed."""
        return frozenset(index_tokens(self.text))


class Topic:
    """The words of a title, what each weighs, and which of them tell what it is about.

    kinds   the kinds among whose titles a word must be rare to tell something; () = all, which is cheaper to ask
    """

    def __init__(self, title: str, rarity: Rarity, kinds: tuple[str, ...] = ()) -> None:
        self.title = title
        self.cleaned, self._offsets = align(_PART.sub(lambda part: " " * len(part[0]), title.translate(_CIRCLED)))
        words = [t for t in query_tokens(self.cleaned) if not _CODE.fullmatch(t.text)]
        longer = [t for t in words if len(t.text) > 1]
        self.tokens: list[Token] = longer or words
        self._ways = [_ways(t) for t in self.tokens]
        self._rarity, self._kinds = rarity, kinds
        # what was asked before: one title is compared with very many texts
        self._betweens: dict[tuple[int, int], str] = {}
        self._tells: dict[tuple[str, float], bool] = {}
        self._shares: dict[tuple[int, ...], float] = {}
        self._found: dict[tuple[int, ...], tuple[float, str]] = {}

    @property
    def words(self) -> list[str]:
        """All words whose rarity it may ask for: in one request for several titles, see Rarity.learn."""
        return [way.text for ways in self._ways for way in ways]

    @cached_property
    def weights(self) -> dict[str, float]:
        """What each word weighs: the rarer among the titles of these kinds, the more."""
        self._rarity.learn(self.words, self._kinds)
        return {t.text: self._rarity.weight(t.text, self._kinds) for t in self.tokens}

    @property
    def weighed(self) -> bool:
        """Whether its words are weighed already: then nothing need be learnt for it."""
        return "weights" in self.__dict__

    @cached_property
    def _whole(self) -> float:
        return sum(self.weights.values()) or 1.0

    def tells(self, word: str, most: float = TELLING) -> bool:
        """Whether a word is rare enough among titles to name a topic."""
        known = self._tells.get((word, most))
        if known is None:
            holding, of = self._rarity.held(word, self._kinds)
            known = self._tells[word, most] = holding <= max(FEW, most * of) and not _NUMBERED.fullmatch(word)
        return known

    def names(self, stretch: Sequence[Token]) -> bool:
        """Whether words side by side name a topic: one of them does, or several do together."""
        return any(self.tells(t.text) for t in stretch) or sum(self.tells(t.text, TOGETHER) for t in stretch) > 1

    def shared(self, text: Text) -> tuple[float, str]:
        """How much of the title's weight a text holds, 0–1, and the stretches in it that name a topic, as this title writes them.

        The weight of all words and of the longest stretch count half each: 数据资源管理 is not what 资源管理与数据分析 is about.
        """
        ways = self._held(text)
        held = [t for t, standing in zip(self.tokens, ways, strict=True) if standing]
        if not held:
            return 0.0, ""
        stretches = self._stretches(text, ways)
        spans = (*(t.start for t in held), -1, *(end for s in stretches for end in (s[0].start, s[-1].end)))
        known = self._found.get(spans)
        if known is None:
            longest = max((self.share(stretch) for stretch in stretches), default=0.0)
            known = self._found[spans] = (self.share(held) + longest) / 2, self.named(stretches)
        return known

    def standing(self, text: Text, least: float = 0.0) -> list[list[Token]]:
        """The longest stretches of words that stand in a text just as here: 数据结构 is in 数据结构与算法, not in 数据的结构.

        What studies a thing counts as the thing: 市场营销学 where the text says 市场营销. None where all words that stand in the
        text are less than `least` of the title's weight.
        """
        held = self._held(text)
        return self._stretches(text, held) if not least or self.share([ways[0] for ways in held if ways]) >= least else []

    def _held(self, text: Text) -> list[list[Token]]:
        """For each word, the ways of it that a text holds: Han words of two and more characters however it is cut, others as words of their own."""
        folded = text.folded
        return [[way for way in ways if way.text in folded and (way.anywhere or way.text in text.words)] for ways in self._ways]

    def _stretches(self, text: Text, held: Sequence[Sequence[Token]]) -> list[list[Token]]:
        found: list[list[Token]] = []
        stretch: list[Token] = []
        for ways in held:
            if stretch and (grown := self._reaching(text, stretch[0], ways)):
                stretch.append(grown)
                continue
            stretch = []  # the one before ends here; another may begin
            if grown := self._reaching(text, None, ways):
                stretch.append(grown)
                found.append(stretch)
        return found

    def _reaching(self, text: Text, first: Token | None, ways: Sequence[Token]) -> Token | None:
        """The way of a word up to which the title stands in a text, from a first word, or from this one."""
        for way in ways:
            if self._between(first or way, way) in text.folded:
                return way
        return None

    def _between(self, first: Token, last: Token) -> str:
        """The title from one word to another, as it is compared."""
        span = first.start, last.end
        known = self._betweens.get(span)
        if known is None:
            known = self._betweens[span] = key(self.cleaned[span[0] : span[1]])
        return known

    @property
    def asked(self) -> dict[str, float]:
        """The words to look for, with what studies a thing also as the thing, and what they weigh."""
        return {way.text: self.weights[t.text] for t, ways in zip(self.tokens, self._ways, strict=True) for way in ways}

    def share(self, held: Sequence[Token]) -> float:
        """The share of the title's weight that some of its words have, in whole or without 学."""
        starts = tuple(t.start for t in held)
        known = self._shares.get(starts)
        if known is None:
            # in the order of the title: so a part never weighs more than the whole, to the last digit
            known = self._shares[starts] = sum(self.weights[word] for word in dict.fromkeys(t.text for t in self.tokens if t.start in starts)) / self._whole
        return known

    def named(self, stretches: Sequence[Sequence[Token]], *, telling: bool = True, called: bool = False) -> str:
        """Stretches as the title writes them; with `telling` those that name a topic, with `called` those that titles are called."""
        kept = (s for s in stretches if (not telling or self.names(s)) and (not called or self.called(s)))
        return "、".join(dict.fromkeys(self.written(s) for s in kept))

    def called(self, stretch: Sequence[Token]) -> bool:
        """Whether some title is nothing but this stretch: 摄影 is a topic, 走近 is not."""
        titles = self.titles(stretch)
        self._rarity.learn(titles, field="exact")
        return not titles or any(self._rarity.share(title, "exact") > 0 for title in titles)

    def titles(self, stretch: Sequence[Token]) -> list[str]:
        """What a title that is nothing but this stretch may be; [] for a name in letters, which needs none."""
        name = key(self.written(stretch))
        return [] if name.isascii() else [name + ending for ending in ENDINGS]

    def written(self, stretch: Sequence[Token]) -> str:
        """A stretch as the title writes it."""
        return self.title[self._offsets[stretch[0].start] : self._offsets[stretch[-1].end - 1] + 1]


def _ways(token: Token) -> list[Way]:
    """A word, and what it is the study of."""
    word, start, end = token.text, token.start, token.end
    texts = [word, word[:-1]] if len(word) > 2 and word[-1] == "学" else [word]
    return [Way(text, start, end - len(word) + len(text), len(text) > 1 and is_han(text)) for text in texts]
