"""understand(text) → Reading: what names something (concepts), what is left (words), and the clauses to ask an engine.

1. The typed text is cleaned, keeping for each character where it came from.
2. Vocabulary names are spotted, leftmost-longest, on borders of words (学 in 会计学 is no border; 中国 in 中国人民大学 neither).
3. A name that several entries share stays soft: all of them are alternatives, the catalogue decides which it holds.
4. What is left are words; words that only speak about searching (有没有, 我想找) fall away, generic ones (课程, 视频) help
   without being asked for.
A concept matches in its field OR in the text; all words should match: see clause().
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import data
from catalog.errors import VocabularyError
from catalog.text import align, clean, key
from catalog.vocab import vocabulary
from indexer.analysis import Token, is_han, query_tokens, subwords, word_grams
from indexer.engine import Anything, Best, Clause, Every, Phrase, Scored, Some, Term
from indexer.fields import FIELDS
from ranking.results import Concept
from ranking.signals import BONUS_WORD, CONCEPT_SCORE, EXACT_TITLE, GRAM_WEIGHT, TITLE_PHRASE

#: Vocabularies whose names are spotted, in order of preference where the same words name two things.
SPOTTED = ("version", "grade", "volume", "subject", "stage", "school", "region", "degree", "job_type", "major", "industry",
           "level", "platform", "experience", "discipline", "resource_type")  # fmt: skip
#: One character names something only standing alone or beside another concept: 沪, 上.
_SHORT_OK = frozenset({"region", "volume", "grade"})
_GRADE_VOLUME = re.compile(r"(?<![一二三四五六七八九十百\d第])([一二三四五六七八九1-9])(?:年级)?([上下])(?:册|学期)?")
_DIGIT = {c: str(i) for i, c in enumerate("一二三四五六七八九", 1)} | {str(i): str(i) for i in range(1, 10)}


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a span may name."""

    field: str
    code: str


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the cleaned query that names something: [start, end) and what it may mean, likeliest first."""

    start: int
    end: int
    text: str
    meanings: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood. cleaned/offsets: see catalog.text.align."""

    text: str
    cleaned: str
    offsets: tuple[int, ...]
    spans: tuple[Span, ...]
    words: tuple[Token, ...]  # must match
    helpers: tuple[Token, ...]  # may match

    @property
    def empty(self) -> bool:
        """Nothing to search for: only then everything is shown."""
        return not (self.spans or self.words or self.helpers)

    def typed(self, start: int, end: int) -> tuple[int, int]:
        """A span of the cleaned text as a span of the typed one."""
        return (self.offsets[start], self.offsets[end - 1] + 1)

    @property
    def concepts(self) -> tuple[Concept, ...]:
        """The spans as people see them: their likeliest meaning."""
        return tuple(
            Concept(m.field, value_of(m), vocabulary(m.field).label(m.code), self.typed(s.start, s.end), round(1 / len(s.meanings), 2))
            for s in self.spans
            for m in s.meanings[:1]
        )

    @property
    def needles(self) -> frozenset[str]:
        """What to mark in a hit: the words and the names of concepts, with their shorter words."""
        found = {t.text for t in (*self.words, *self.helpers)}
        for span in self.spans:
            found |= {span.text, *(key(n) for m in span.meanings for n in vocabulary(m.field).entries[m.code].names if len(key(n)) > 1)}
        return frozenset(found | {w for t in self.words for w in subwords(t.text)})


def value_of(meaning: Meaning) -> str:
    """What the index holds for a meaning: the code, or the label where the field is open text."""
    entry = vocabulary(meaning.field).entries[meaning.code]
    return entry.label if FIELDS[meaning.field].open else entry.code


# ── spotting ───────────────────────────────────────────────────────────────────────────────────────────────────────
@lru_cache(maxsize=1)
def _names() -> tuple[Any, list[tuple[Meaning, ...]], list[str]]:
    """The automaton over all names of the spotted vocabularies, with what each name means."""
    import ahocorasick_rs

    meanings: dict[str, dict[Meaning, None]] = {}
    for field in SPOTTED:
        try:
            entries = list(vocabulary(field))
        except VocabularyError:
            continue
        for entry in entries:
            for name in {n for text in entry.names for n in (clean(text), key(text))}:
                if len(name) > 1 or (is_han(name) and field in _SHORT_OK):
                    meanings.setdefault(name, {})[Meaning(field, entry.code)] = None
    names = list(meanings)
    automaton = ahocorasick_rs.AhoCorasick(names, matchkind=ahocorasick_rs.MatchKind.Standard)
    return automaton, [_preferred(name, list(meanings[name])) for name in names], names


def _preferred(name: str, meanings: list[Meaning]) -> tuple[Meaning, ...]:
    """Labels before aliases, then the order of SPOTTED."""
    return tuple(sorted(meanings, key=lambda m: (key(vocabulary(m.field).label(m.code)) != name, SPOTTED.index(m.field))))


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
    return re.compile("|".join(sorted((re.escape(w) for w in word_lists()["filler"] if len(w) > 1 or not w.isalnum()), key=len, reverse=True)))


def _candidates(cleaned: str, borders: set[int]) -> list[Span]:
    automaton, meanings, names = _names()
    found = []
    for index, start, end in automaton.find_matches_as_indexes(cleaned, overlapping=True):
        name = names[index]
        if not is_han(name) and not _stands_alone(cleaned, start, end):
            continue
        if (start in borders and end in borders) or (end - start >= 4 and is_han(name)):
            found.append(Span(start, end, name, meanings[index]))
    return found


def _borders(text: str, tokens: list[Token]) -> set[int]:
    """Where names may begin and end: between words, and inside a word that is nothing but names (高中|数学, 高一|化学)."""
    borders = {b for t in tokens for b in (t.start, t.end)}
    automaton, _, _ = _names()
    for token in tokens:
        if not is_han(token.text) or len(token.text) < 4:
            continue
        pieces = {(start, end) for _, start, end in automaton.find_matches_as_indexes(token.text, overlapping=True) if end - start >= 2}
        reached = {0: [0]}
        for start, end in sorted(pieces):
            if start in reached and end not in reached:
                reached[end] = [*reached[start], end]
        if len(reached.get(len(token.text), ())) > 2:
            borders |= {token.start + cut for cut in reached[len(token.text)]}
    return borders


def _stands_alone(text: str, start: int, end: int) -> bool:
    """A name with letters or digits is no piece of a longer run of them: it is not in digital."""
    before, after = text[start - 1 : start], text[end : end + 1]
    latin_before = before.isascii() and before.isalnum() and text[start].isascii() and text[start].isalnum()
    latin_after = after.isascii() and after.isalnum() and text[end - 1].isascii() and text[end - 1].isalnum()
    return not (latin_before or latin_after)


def _school_years(cleaned: str, others: Sequence[Span]) -> list[Span]:
    """八上, 三年级下, 9年级上: a grade and a volume written together, at an edge of the text or of another name."""
    starts, ends = {s.start for s in others}, {s.end for s in others}
    spans = []
    for match in _GRADE_VOLUME.finditer(cleaned):
        start, end, cut = match.start(), match.end(), match.start(2)
        if (start in ends or not is_han(cleaned[start - 1 : start])) and (end in starts or not is_han(cleaned[end : end + 1])):
            spans.append(Span(start, cut, cleaned[start:cut], (Meaning("grade", f"g{_DIGIT[match.group(1)]}"),)))
            spans.append(Span(cut, end, cleaned[cut:end], (Meaning("volume", "up" if match.group(2) == "上" else "down"),)))
    return spans


def _leftmost_longest(spans: Iterable[Span]) -> list[Span]:
    chosen: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start - s.end, s.start)):
        if all(span.end <= c.start or span.start >= c.end for c in chosen):
            chosen.append(span)
    return sorted(chosen, key=lambda s: s.start)


def understand(text: str) -> Reading:
    """Reads a query. Never fails: what is not understood is words."""
    cleaned, offsets = align(text)
    # same length, so that spans stay true
    said = _fillers().sub(lambda m: " " * len(m.group()), cleaned)
    said = said if said.strip() else cleaned
    tokens = query_tokens(said)
    found = _candidates(said, _borders(said, tokens))
    years = _school_years(said, found)
    named = [s for s in _drop_lonely(_leftmost_longest(found), said) if all(s.end <= y.start or s.start >= y.end for y in years)]
    spans = sorted([*years, *named], key=lambda s: s.start)
    left = _uncovered(said, tokens, spans)
    lists = word_lists()
    helpers = [t for t in left if t.text in lists["helper"]]
    words = [t for t in left if t.text not in lists["helper"] and t.text not in lists["filler"]]
    if not words and not spans:
        words, helpers = (helpers, []) if helpers else (left, [])
    return Reading(text, cleaned, tuple(offsets), tuple(spans), tuple(words), tuple(helpers))


def _uncovered(text: str, tokens: list[Token], spans: list[Span]) -> list[Token]:
    """The words outside the spans; where a span cuts through a word, the rest is cut anew."""
    inside = {i for s in spans for i in range(s.start, s.end)}
    if not inside:
        return tokens
    rest = "".join(" " if i in inside else c for i, c in enumerate(text))
    return query_tokens(rest)


def _drop_lonely(spans: list[Span], cleaned: str) -> list[Span]:
    """A single character is a concept only beside other concepts or apart from other text: 沪 审计, 物理上; not 上 in 上课."""
    kept = []
    for span in spans:
        if span.end - span.start == 1:
            before, after = cleaned[: span.start][-1:], cleaned[span.end :][:1]
            beside = any(o is not span and (o.end == span.start or o.start == span.end) for o in spans)
            if not ((before in ("", " ") and after in ("", " ")) or (beside and (after in ("", " ") or before in ("", " ")))):
                continue
        kept.append(span)
    return kept


# ── clauses ────────────────────────────────────────────────────────────────────────────────────────────────────────
def word_clause(word: str, scale: float = 1.0) -> Clause:
    """A word in any text field, the best field counting; else its characters, side by side, in title, names or context."""
    fields = [Term(f.name, word, f.weight * scale) for f in FIELDS.values() if f.sort == "text" and not f.name.endswith("_grams")]
    parts = subwords(word)
    if parts:  # the index holds a longer word's parts where the text cuts it otherwise
        fields.append(Every(tuple(Term("title", p, FIELDS["title"].weight * scale / len(parts)) for p in parts)))  # type: ignore[arg-type]
    grams = word_grams(word)
    for name in ("title_grams", "other_grams"):
        weight = FIELDS[name].weight * GRAM_WEIGHT * scale / len(grams)
        fields.append(_all([Term(name, g, weight) for g in grams]))  # type: ignore[arg-type]
    return Best(tuple(fields), tie=0.1)


def _all(clauses: Sequence[Clause]) -> Clause:
    return clauses[0] if len(clauses) == 1 else Every(tuple(clauses))


def concept_clause(span: Span) -> Clause:
    """A concept in its structured field, or its words in the text."""
    structured: list[Clause] = [Scored(Term(m.field, value_of(m)), CONCEPT_SCORE.get(m.field, 4.0) * 0.97**i) for i, m in enumerate(span.meanings)]
    words = [word_clause(t.text, 0.8) for t in query_tokens(span.text)]
    return Best((*structured, *([_all(words)] if words else [])), tie=0.1)


def clause(reading: Reading) -> Clause:
    """All concepts and all words; helpers, the whole title and the words in their order add to the score."""
    if reading.empty:
        return Anything()
    required: list[Clause] = [concept_clause(s) for s in reading.spans] + [word_clause(t.text) for t in reading.words]
    bonus: list[Clause] = [word_clause(t.text, BONUS_WORD) for t in reading.helpers]
    if not required:
        return Some(tuple(bonus))
    tokens = [t.text for t in query_tokens(reading.cleaned)]
    if 1 < len(tokens) <= 12:
        bonus.append(Phrase("title", tuple(tokens), TITLE_PHRASE))
    bonus.append(Scored(Term("exact", key(reading.cleaned)[:200]), EXACT_TITLE))
    return Every(tuple(required), tuple(bonus))


def loose_clause(reading: Reading, share: float) -> Clause:
    """At least `share` of the query's characters in one title: what a typo or a swapped pair leaves standing."""
    letters = list(dict.fromkeys(g for t in (*reading.words, *reading.helpers) for g in (t.text if is_han(t.text) else [t.text])))
    letters += [c for s in reading.spans for c in s.text if c.strip() and c not in letters]
    terms = tuple(Term("title_grams", letter) for letter in letters)
    if not terms:
        return Some(())
    pairs = {g for t in query_tokens(reading.cleaned) for g in word_grams(t.text)} | set(_pairs(reading.cleaned))
    return Every((Some(terms, max(1, round(share * len(terms) + 0.25))),), tuple(Term("title_grams", p, 2.0) for p in sorted(pairs) if len(p) > 1))


def _pairs(text: str) -> list[str]:
    return [a + b for a, b in zip(text, text[1:], strict=False) if is_han(a) and is_han(b)]


def any_clause(reading: Reading) -> Clause:
    """Any of the words and concepts: the last resort."""
    parts = [concept_clause(s) for s in reading.spans] + [word_clause(t.text) for t in (*reading.words, *reading.helpers)]
    return Some(tuple(parts))
