"""What a reading asks of an engine. Three questions, each looser than the one before; ranking.search asks them in turn.

strict    every concept (in its field or in the text) and every stretch of words – as typed, or as a variant of it
heard     the same, but a stretch may also only sound alike, or share most of its characters with one title
loose     any of the concepts and words
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from catalog.text import key
from indexer.analysis import is_han, query_tokens, subwords, word_grams
from indexer.engine import Anything, Best, Clause, Every, Overlap, Passing, Phrase, Scored, Some, Term
from indexer.fields import FIELDS
from indexer.sounds import pairs
from ranking import signals, variants
from ranking.names import Meaning, Span
from ranking.query import Reading, Stretch

WORDS = ("title", "names", "context", "summary")


def every(clauses: Sequence[Clause], bonus: Sequence[Clause] = ()) -> Clause:
    """All of them; one alone needs no wrapping."""
    return clauses[0] if len(clauses) == 1 and not bonus else Every(tuple(clauses), tuple(bonus))


def best(clauses: Sequence[Clause], tie: float = 0.0) -> Clause:
    """The best of them; one alone needs no wrapping."""
    return clauses[0] if len(clauses) == 1 else Best(tuple(clauses), tie)


# ── words ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def word_clause(word: str, scale: float = 1.0) -> Clause:
    """A word in any text field, the best field counting; else its characters, side by side, in title, names or context."""
    fields: list[Clause] = [Term(name, word, FIELDS[name].weight * scale) for name in WORDS]
    parts = subwords(word)
    if parts:  # a text that is cut otherwise holds only the word's parts
        fields.append(every([Term("title", p, FIELDS["title"].weight * scale / len(parts)) for p in parts]))
    grams = word_grams(word)
    for name in ("title_grams", "other_grams"):
        fields.append(every([Term(name, g, FIELDS[name].weight * signals.GRAM * scale / len(grams)) for g in grams]))
    return Best(tuple(fields), tie=0.1)


def _text(text: str, scale: float) -> Clause | None:
    """All words of a text."""
    words = [word_clause(t.text, scale) for t in query_tokens(text)]
    return every(words) if words else None


def _sounding(syllables: Sequence[str], scale: float) -> Clause:
    """All neighbouring syllables in one title."""
    wanted = list(dict.fromkeys(pairs(tuple(syllables))))
    return every([Term("sounds", p, scale * 2 / len(wanted)) for p in wanted])


def stretch_clause(stretch: Stretch, typed: str, *, heard: bool) -> Clause:
    """A stretch of words as typed, or as one of its variants."""
    text = stretch.text
    options: list[Clause] = [every([word_clause(t.text) for t in stretch.words])]
    others = variants.rewritten(text)
    taiwan = variants.taiwan(typed)
    options += [c for other in dict.fromkeys((*([taiwan] if taiwan != text else []), *others)) if (c := _text(other, signals.SYNONYM))]
    short = key(text)
    if 2 <= len(short) <= 16 and (len(short) <= 5 if is_han(short) else short.isascii() and short.isalpha() and len(short) >= 3):
        options.append(Term("short", short, signals.SHORT))
    options += [_sounding(way, signals.PINYIN) for way in variants.spelled(text)]
    if heard:
        sounds = variants.heard(text)
        if len(sounds) > 1:
            options.append(_sounding(sounds, signals.HOMOPHONE))
        near = _near(text)
        if near:
            options.append(near)
    return best(options)


def _near(text: str) -> Clause | None:
    """Nearly all characters of a stretch in one title: what a wrong, a missing or a swapped character leaves standing."""
    letters = list(dict.fromkeys(c for c in text if is_han(c)))
    if len(letters) < 3:
        return None
    least = len(letters) - max(1, len(letters) // 4)
    couples = [a + b for a, b in pairwise(text) if is_han(a) and is_han(b)]
    ends = Some(tuple(Term("title_grams", c, signals.NEAR) for c in letters), least)
    # couples keep order and nearness: 高等 of 高等树学 counts more than 高 and 等 apart
    return Every((ends,), tuple(Term("title_grams", p, 2 * signals.NEAR) for p in dict.fromkeys(couples)))


# ── concepts ───────────────────────────────────────────────────────────────────────────────────────────────────────
def meaning_clause(meaning: Meaning, share: float) -> Clause:
    """A meaning in its structured field."""
    score = signals.CONCEPT.get(meaning.field, 4.0) * share
    if meaning.field == "salary":
        low, _, high = meaning.code.partition("-")
        return Passing(Overlap("salary", "salary_min", "salary_max", float(low) if low else None, float(high) if high else None), score)
    return Scored(Term(meaning.field, meaning.value), score)


def concept_clause(span: Span) -> Clause:
    """A concept in its structured field, or its words in the text."""
    options: list[Clause] = [meaning_clause(m, signals.LESS_LIKELY**i) for i, m in enumerate(span.meanings[:6])]
    text = _text(span.text, signals.CONCEPT_TEXT)
    if text and span.meanings[0].field != "salary":
        options.append(text)
    options += [_sounding(way, signals.PINYIN) for way in variants.spelled(span.text)]
    return best(options, tie=0.1)


# ── questions ──────────────────────────────────────────────────────────────────────────────────────────────────────
def question(reading: Reading, *, heard: bool = False) -> Clause:
    """All concepts and all stretches; helpers, the whole title and the words in their order add to the score."""
    if reading.empty:
        return Anything()
    required = [concept_clause(s) for s in reading.spans]
    required += [stretch_clause(s, reading.text[slice(*reading.typed(s.start, s.end))], heard=heard) for s in reading.stretches]
    bonus = [word_clause(t.text, signals.BONUS_WORD) for t in reading.helpers]
    if not required:
        return Some(tuple(bonus))
    tokens = tuple(t.text for t in query_tokens(reading.cleaned))
    if 1 < len(tokens) <= 12:
        bonus.append(Phrase("title", tokens, signals.TITLE_PHRASE))
    bonus.append(Scored(Term("exact", key(reading.cleaned)[:200]), signals.EXACT_TITLE))
    return Every(tuple(required), tuple(bonus))


def loose_question(reading: Reading) -> Clause:
    """Any of the words and concepts: the last resort. More of them, and rarer ones, stand first."""
    parts = [concept_clause(s) for s in reading.spans] + [word_clause(t.text) for t in (*reading.words, *reading.helpers)]
    return Some(tuple(parts))

