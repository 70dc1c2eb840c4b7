"""What a concept asks of an engine: its structured field, and its words in the text."""

from __future__ import annotations

from functools import lru_cache

from catalog.text import key
from catalog.vocab import vocabulary
from indexer.analysis import is_han, query_tokens, word_grams
from indexer.engine import Clause, OneOf, Overlap, Passing, Scored, Some, Term
from indexer.fields import FIELDS
from ranking import signals, variants
from ranking.meaning import Meaning, Span
from ranking.words import WORDS, best, every, sounding, text_clause


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
