"""understand(text) → Reading: what names something (concepts) and what is left (stretches of words).

1. The typed text is cleaned, keeping for each character where it came from.
2. What only speaks about searching (有没有, 我想找) falls away; see data/dict/query_words.tsv.
3. Names of the vocabularies are spotted (ranking.names).
4. What is left are words, in stretches that were written together; generic ones (课程, 视频) help without being asked for.
What the reading asks of an engine is built in ranking.questions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import data
from catalog.text import align, key, whole
from catalog.vocab import vocabulary
from indexer.analysis import Token, is_han, query_tokens, subwords
from indexer.fields import FIELDS
from ranking.meaning import Span
from ranking.names import spot, syllable_runs
from ranking.results import Concept

BOOK = ("version", "grade", "volume", "subject", "stage")  # fields that tell one school book from another


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words written together, without a blank or a concept between them: 高等树学 → 高等, 树, 学."""

    words: tuple[Token, ...]
    text: str  # from the first word's start to the last one's end

    @property
    def start(self) -> int:
        """Where it begins in the cleaned text."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """Where it ends in the cleaned text."""
        return self.words[-1].end


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood. cleaned/offsets: see catalog.text.align."""

    text: str
    cleaned: str
    said: str  # the cleaned text with blanks where it only speaks about searching
    offsets: tuple[int, ...]
    spans: tuple[Span, ...]
    stretches: tuple[Stretch, ...]  # must match
    helpers: tuple[Token, ...]  # may match

    @property
    def empty(self) -> bool:
        """Nothing to search for: only then everything is shown."""
        return not (self.spans or self.stretches or self.helpers)

    @property
    def book(self) -> bool:
        """Whether a school book is named: two or more of its fields, its version, grade or volume among them."""
        fields = {s.meanings[0].field for s in self.spans} & set(BOOK)
        return len(fields) > 1 and bool(fields - {"subject", "stage"})

    @property
    def words(self) -> tuple[Token, ...]:
        """The words that must match."""
        return tuple(w for s in self.stretches for w in s.words)

    def typed(self, start: int, end: int) -> tuple[int, int]:
        """A span of the cleaned text as a span of the typed one."""
        return (self.offsets[start], self.offsets[end - 1] + 1)

    def rejoined(self) -> Reading:
        """The reading with concepts dissolved into the words that they were written together with.

        When nothing holds what was read, a name inside a misspelt word was none: 生物学 in 通普生物学.
        """
        stretches: list[Stretch] = []
        spans = list(self.spans)
        for stretch in self.stretches:
            start, end = _together(self.said, stretch.start, stretch.end)
            inside = [s for s in spans if start <= s.start and s.end <= end]
            if not inside or any(s.start <= start and end <= s.end for s in stretches):
                stretches += [stretch] if not any(s.start <= stretch.start and stretch.end <= s.end for s in stretches) else []
                continue
            spans = [s for s in spans if s not in inside]
            words = [Token(t.text, t.start + start, t.end + start) for t in query_tokens(self.said[start:end])]
            stretches.append(Stretch(tuple(words), self.said[start:end]))
        return replace(self, spans=tuple(spans), stretches=tuple(stretches))

    def written(self, start: int, end: int) -> str:
        """What was typed for a span of the cleaned text."""
        return self.text[slice(*self.typed(start, end))]

    @property
    def concepts(self) -> tuple[Concept, ...]:
        """The spans as people see them: their likeliest meaning."""
        return tuple(
            Concept(m.field, m.value, m.label, self.typed(s.start, s.end), round(1 / len(s.meanings), 2))
            for s in self.spans
            for m in s.meanings[:1]
        )

    @property
    def needles(self) -> frozenset[str]:
        """What to mark in a hit: the words and the names of concepts, with their shorter words."""
        found = {t.text for t in (*self.words, *self.helpers)}
        for span in self.spans:
            found.add(span.text)
            for meaning in span.meanings[:3]:
                entry = vocabulary(words).get(meaning.code) if (words := FIELDS[meaning.field].vocabulary) else None
                found |= {key(n) for n in (entry.names if entry else ()) if len(key(n)) > 1}
        return frozenset(found | {w for t in self.words for w in subwords(t.text)})


def _together(text: str, start: int, end: int) -> tuple[int, int]:
    """The run of Han characters around [start, end); itself where that is no Han."""
    while start and is_han(text[start]) and is_han(text[start - 1]):
        start -= 1
    while end < len(text) and is_han(text[end - 1]) and is_han(text[end]):
        end += 1
    return start, end


@lru_cache(maxsize=1)
def word_lists() -> Mapping[str, frozenset[str]]:
    """data/dict/query_words.tsv: filler (said about searching, not searched for) and helper (generic) words."""
    lists: dict[str, set[str]] = {"filler": set(), "helper": set()}
    for line in data.path("dict", "query_words.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            sort, _, words = line.partition("\t")
            lists[sort].update(words.split())
    return {sort: frozenset(words) for sort, words in lists.items()}


@lru_cache(maxsize=1)
def _fillers() -> re.Pattern[str]:
    """Longest first, so that 有没有 goes as a whole. Single characters only go as words of their own: 学 stays in 数学."""
    return re.compile("|".join(sorted((re.escape(w) for w in word_lists()["filler"] if len(w) > 1), key=len, reverse=True)))


@lru_cache(maxsize=4096)
def understand(text: str) -> Reading:
    """Reads a query. Never fails: what is not understood is words."""
    text = whole(text)
    cleaned, offsets = align(text)
    # same length, so that spans stay true
    said = _fillers().sub(lambda m: " " * len(m.group()), cleaned)
    said = said if said.strip() else cleaned
    tokens = query_tokens(said)
    lists = word_lists()
    spans = [s for s in spot(said, tokens) if s.text not in lists["helper"]]
    left = _uncovered(said, tokens, spans)
    helpers = [t for t in left if t.text in lists["helper"]]
    words = [t for t in left if t.text not in lists["helper"] and not _said(t, left, lists["filler"])]
    if said != cleaned and len(words) + len(spans) > 1:
        # in a sentence a character left alone, or beside a longer word, is grammar (做, 上, 写好毕业论文): it may help, no more
        grammar = [t for s in _stretches(said, words, []) for t in s.words if _grammar(t, s)]
        helpers += grammar
        words = [t for t in words if t not in grammar]
    if not words and not spans:
        words, helpers = (helpers, []) if helpers else (left, [])
    return Reading(text, cleaned, said, tuple(offsets), tuple(spans), tuple(_stretches(said, words, syllable_runs(said, tokens))), tuple(helpers))


def _grammar(token: Token, stretch: Stretch) -> bool:
    """A single character alone or beside a word of two and more; a stretch of single characters is a name that no dictionary has."""
    return len(token.text) == 1 and is_han(token.text) and (len(stretch.words) == 1 or any(len(w.text) > 1 for w in stretch.words))


def _said(token: Token, tokens: list[Token], fillers: frozenset[str]) -> bool:
    """Whether a word only speaks about searching; glued to another single character it is a piece of a word: 有 in 有化机学."""
    if token.text not in fillers:
        return False
    glued = [t for t in tokens if len(t.text) == 1 and is_han(t.text) and (t.end == token.start or t.start == token.end)]
    return len(token.text) > 1 or all(t.text in fillers for t in glued)


def _uncovered(text: str, tokens: list[Token], spans: list[Span]) -> list[Token]:
    """The words outside the spans; where a span cuts through a word, the rest is cut anew."""
    inside = {i for s in spans for i in range(s.start, s.end)}
    if not inside:
        return tokens
    return query_tokens("".join(" " if i in inside else c for i, c in enumerate(text)))


def _stretches(text: str, words: list[Token], syllabic: list[tuple[int, int]]) -> list[Stretch]:
    """Words that touch, and syllables that stand together (ji suan wu li xue)."""
    groups: list[list[Token]] = []
    for word in words:
        together = groups and (groups[-1][-1].end == word.start or any(s <= groups[-1][-1].start and word.end <= e for s, e in syllabic))
        if together:
            groups[-1].append(word)
        else:
            groups.append([word])
    return [Stretch(tuple(g), text[g[0].start : g[-1].end]) for g in groups]
