"""What a reading asks of an engine: questions from strict to loose; ranking.search asks them until one finds something.

strict    every concept (in its field or in the text) and every stretch of words – as typed, or as a variant of it
heard     the same, but a stretch may also only sound like a title
near      the same, or share most of its characters with one title
elsewhere all that was asked for, by anybody: what a school does not offer, others may
most      every concept, and most of the words
kept      every concept; the words may be missing
loose     any of the concepts and words
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from catalog.text import key
from catalog.vocab import vocabulary
from indexer.analysis import is_han, query_tokens, word_grams
from indexer.engine import Anything, Best, Clause, OneOf, Overlap, Passing, Phrase, Scored, Some, Term
from indexer.fields import FIELDS
from ranking import signals, variants
from ranking.bag import apart
from ranking.meaning import Meaning, Span
from ranking.query import Reading, Stretch
from ranking.words import WORDS, best, every, near_clause, sounding, stretch_clause, text_clause, word_clause


# ── concepts ───────────────────────────────────────────────────────────────────────────────────────────────────────
def meaning_clause(meaning: Meaning, share: float = 1.0) -> list[Clause]:
    """A meaning in its structured field, for this share of its score; on a flat field with a hierarchy also what lies below it."""
    score = share * signals.CONCEPT.get(meaning.field, 4.0)
    if meaning.field == "salary":
        low, _, high = meaning.code.partition("-")
        return [Passing(Overlap("salary", "salary_min", "salary_max", float(low) if low else None, float(high) if high else None), score)]
    clauses: list[Clause] = [Scored(Term(meaning.field, meaning.value), score)]
    field = FIELDS[meaning.field]
    if field.vocabulary and not (field.tree or field.open):
        below = _below(field.vocabulary, meaning.code)
        if below:
            clauses.append(Passing(OneOf(meaning.field, below), score))
    return clauses


@lru_cache(maxsize=4096)
def _below(name: str, code: str) -> tuple[str, ...]:
    """All descendants of a code."""
    words = vocabulary(name)
    found: list[str] = []
    for child in words.children(code):
        found += [child.code, *_below(name, child.code)]
    return tuple(found)


def concept_clause(span: Span) -> Clause:
    """A concept in its structured field, or its words in the text."""
    field = span.meanings[0].field
    plain = is_plain(span) or field == "salary"
    options = [c for m in span.meanings[:8] for c in meaning_clause(m, 1.0 if plain else signals.CONCEPT_FIELD)]
    if field != "salary":
        options += _plain_text(span, field) if plain else _about(span)
        options += [sounding(way, signals.PINYIN) for way in variants.spelled(span.text)]
    return best(options, tie=0.1)


def is_plain(span: Span) -> bool:
    """Whether a concept says what a thing is like, or is called what it is: its words in the text count little."""
    return span.named or span.meanings[0].field in signals.PLAIN


def _plain_text(span: Span, field: str) -> list[Clause]:
    """The name as it stands, side by side, in the title or elsewhere: for what a resource's field says better."""
    score = signals.CONCEPT[field]
    found: list[Clause] = []
    text = key(span.text)
    if is_han(text) or not text.isalpha():
        grams = word_grams(text) if len(text) > 1 or not is_han(text) else []
        for name, share in (("title_grams", signals.PLAIN_TITLE), ("other_grams", signals.PLAIN_TEXT)):
            if grams:
                found.append(Scored(every([Term(name, g) for g in grams]), score * share))
        words = [t.text for t in query_tokens(span.text)]
        if field not in ("version", "grade", "volume", "stage") and len(text) > 1:
            others = [every([Term("summary", w) for w in name]) for name in _other_names(span.meanings[0])]
            found.append(Scored(Some((every([Term("summary", w) for w in words]), *others)), score * signals.PLAIN_TEXT * 0.5))
    return found


@lru_cache(maxsize=4096)
def _other_names(meaning: Meaning) -> tuple[tuple[str, ...], ...]:
    """Other names of a meaning, as words: 国有企业 for 国企."""
    words = FIELDS[meaning.field].vocabulary
    entry = vocabulary(words).get(meaning.code) if words else None
    names = {tuple(t.text for t in query_tokens(key(n))) for n in entry.names[:10]} if entry else set()
    return tuple(sorted(n for n in names if 1 <= len(n) <= 2 and any(len(w) > 1 for w in n)))


def _about(span: Span) -> list[Clause]:
    """The words of what a resource is about, or a variant of them."""
    if span.meanings[0].field == "school" and len(span.meanings) == 1 and key(span.text) not in key(span.meanings[0].label):
        # 北大 stands in 东北大学, too: what is short for one school is looked for as a word, and in titles
        return [Term(name, t, FIELDS[name].weight * signals.CONCEPT_TEXT) for name in (*WORDS, "title_grams") for t in _one_word(span.text)]
    found: list[Clause] = []
    text = text_clause(span.text, signals.CONCEPT_TEXT)
    if text:
        found.append(text)
    short = key(span.text)
    # A whole name abbreviates nothing: 数学 is not short for 数据科学
    if is_han(short) and 2 <= len(short) <= 5 and all(short != key(m.label) for m in span.meanings):
        found.append(Term("short", short, signals.SHORT))
    return found + [c for other in variants.rewritten(short) if (c := text_clause(other, signals.SYNONYM * signals.CONCEPT_TEXT))]


def _one_word(text: str) -> list[str]:
    """The text as the one word that it is, nothing where it is several."""
    words = [t.text for t in query_tokens(text)]
    return words if len(words) == 1 else []


# ── questions ──────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Question:
    """One rung: its name, what it asks, and which parts of the query it lets go or only takes roughly."""

    name: str
    clause: Clause
    dropped: tuple[str, ...] = ()


def questions(reading: Reading, usual: Callable[[Sequence[str]], frozenset[str]] = lambda words: frozenset()) -> Iterator[Question]:
    """The rungs of a reading, strict first.

    usual: which of some words very many resources hold while fewer hold another of them, asked only for the last rung: these add to the score of
    what was found by the others, instead of finding a tenth of the catalogue.
    """
    yield Question("strict", question(reading))
    if reading.empty:
        return
    stretches = tuple(dict.fromkeys(s.text for s in reading.stretches))
    concepts = tuple(dict.fromkeys(s.text for s in reading.spans))
    if stretches:
        yield Question("heard", question(reading, heard=True))
        joined = reading.rejoined()
        if joined.spans != reading.spans:
            yield Question("heard", question(joined, heard=True))
            yield Question("near", question(joined, heard=True, near=True), tuple(s.text for s in joined.stretches))
        yield Question("near", question(reading, heard=True, near=True), stretches)
    wanted = [s for s in reading.spans if s.meanings[0].field not in signals.WISHES]
    theirs = [s for s in wanted if s.meanings[0].field in signals.WHOSE]
    if theirs and (stretches or len(wanted) > len(theirs)):
        yield Question("elsewhere", question(reading, elsewhere=True), tuple(dict.fromkeys(s.text for s in theirs)))
    if len(reading.words) > 2:
        most = Some(tuple(word_clause(t.text) for t in reading.words), len(reading.words) - max(1, len(reading.words) // 4))
        parts = [*(concept_clause(s) for s in wanted), most]
        yield Question("most", apart(every(parts), [*parts, *_order(reading)]), stretches)
    if wanted and stretches:
        parts = [concept_clause(s) for s in wanted]
        yield Question("kept", apart(every(parts), [*parts, *(word_clause(t.text) for t in (*reading.words, *reading.helpers))]), stretches)
    held = usual([t.text for t in (*reading.words, *reading.helpers)])
    bonus = [word_clause(t.text) for t in (*reading.words, *reading.helpers) if t.text in held]
    parts = [concept_clause(s) for s in reading.spans] + [word_clause(t.text) for t in (*reading.words, *reading.helpers) if t.text not in held]
    yield Question("loose", apart(Some(tuple(parts)), [*parts, *bonus]), (*concepts, *stretches) or (reading.text,))


@lru_cache(maxsize=1024)
def question(reading: Reading, *, heard: bool = False, near: bool = False, elsewhere: bool = False) -> Clause:
    """All concepts and all stretches; wishes, helpers, the whole title and the words in their order add to the score. elsewhere: whose it is, is a wish, too.

    Remembered (some 4 kB each): who narrows a search or turns its pages asks the same again, and to make it takes a tenth of a search.
    """
    if reading.empty:
        return Anything()
    wished = signals.WISHES | signals.WHOSE if elsewhere else signals.WISHES
    wishes = [s for s in reading.spans if s.meanings[0].field in wished]
    required = [concept_clause(s) for s in reading.spans if s not in wishes]
    weighing = list(required)
    for stretch in reading.stretches:
        found, weight = words_of(reading, stretch, heard=heard, near=near)
        required.append(found)
        weighing.append(weight)
    bonus = [concept_clause(s) for s in wishes] + [word_clause(t.text, signals.BONUS_WORD) for t in reading.helpers]
    if not required:
        return Some(tuple(bonus))
    if reading.book and not reading.stretches:  # the book itself comes before its lessons
        bonus.append(Scored(Term("kind", "textbook"), signals.BOOK))
    return apart(every(required), [*weighing, *bonus, *_order(reading)])


def words_of(reading: Reading, stretch: Stretch, *, heard: bool, near: bool) -> tuple[Clause, Clause]:
    """What a stretch of words finds, and what it weighs by: what is only like a title by that alone, since words that all its neighbours hold would outweigh it."""
    alike = near_clause(stretch.text) if near else None
    found = stretch_clause(stretch, reading.written(stretch.start, stretch.end), heard=heard, alike=alike)
    return found, alike or found


def _order(reading: Reading) -> list[Clause]:
    """What was asked for standing together, in order, in the title; and being the whole title, also in Taiwan's words."""
    plain = {i for s in reading.spans if is_plain(s) for i in range(s.start, s.end)} | {i for t in reading.helpers for i in range(t.start, t.end)}
    text = "".join(" " if i in plain else c for i, c in enumerate(reading.said))
    found: list[Clause] = []
    parts = text.split()
    for part in parts[:6]:
        tokens = tuple(t.text for t in query_tokens(part))
        if 1 < len(tokens) <= 12:
            found += _together(tokens)
    couples = dict.fromkeys(p for part in parts for i in range(len(part) - 1) if is_han(p := part[i : i + 2]))
    found += [Term("title_grams", p, signals.COUPLE) for p in list(couples)[:24]]
    exact = dict.fromkeys(key(t)[:200] for t in (reading.cleaned, text, *(parts if len(parts) == 1 else ()), *variants.taiwan(reading.text)) if t.strip())
    whole = signals.EXACT_TITLE
    titles = [Scored(Term("exact", e), whole if i == 0 else whole * signals.EXACT_PART) for i, e in enumerate(exact)]
    return [*found, Best(tuple(titles))]


def _together(tokens: tuple[str, ...]) -> list[Clause]:
    """Words one after the other in the title: by the pairs of characters where they meet, since a phrase must be read to its next place, wherever it stands."""
    seams = [before[-1] + after[0] for before, after in pairwise(tokens)]
    if not all(map(is_han, seams)):
        return [Phrase("title", tokens, signals.TITLE_PHRASE)]
    return [Term("title_grams", seam, signals.TITLE_PHRASE / len(seams)) for seam in seams]
