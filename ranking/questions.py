"""What a reading asks of an engine: questions from strict to loose; ranking.search asks them until one finds something.

strict    every concept (in its field or in the text) and every stretch of words – as typed, or as a variant of it
heard     the same, but a stretch may also only sound like a title
near      the same, or share most of its characters with one title
elsewhere all that was asked for, of anybody, then anywhere: what one school does not offer, others may
most      every concept, and most of the words
kept      every concept; the words may be missing
nearly    of three things and more, all but one, or more than half
loose     any of the concepts and words
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from catalog.text import key
from catalog.vocab import vocabulary
from indexer.analysis import is_han, query_tokens
from indexer.engine import Anything, Best, Clause, Phrase, Scored, Some, Term
from ranking import signals, variants
from ranking.bag import apart
from ranking.clauses import concept_clause, is_plain
from ranking.meaning import Span
from ranking.query import Reading, Stretch
from ranking.words import every, near_clause, stretch_clause, word_clause


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
    stretches = _texts(reading.stretches)
    if stretches:
        yield Question("heard", question(reading, heard=True))
        joined = reading.rejoined()
        if joined.spans != reading.spans:
            yield Question("heard", question(joined, heard=True))
            yield Question("near", question(joined, heard=True, near=True), tuple(s.text for s in joined.stretches))
        yield Question("near", question(reading, heard=True, near=True), stretches)
    wanted = [s for s in reading.spans if s.meanings[0].field not in signals.WISHES]
    yield from _elsewhere(reading, wanted)
    if len(reading.words) > 2:
        most = Some(tuple(word_clause(t.text) for t in reading.words), len(reading.words) - max(1, len(reading.words) // 4))
        parts = [*(concept_clause(s) for s in wanted), most]
        yield Question("most", apart(every(parts), [*parts, *_order(reading)]), stretches)
    about = reading.book or any(s.meanings[0].field in signals.ABOUT for s in wanted)
    for rungs in (_kept, _nearly) if about else (_nearly, _kept):  # where no concept says what it is about, the words do
        yield from rungs(reading, wanted)
    words = [t.text for t in (*reading.words, *reading.helpers)]
    held = usual(words)
    bonus = [word_clause(w) for w in words if w in held]
    alone = {s.text: words_of(reading, s)[0] for s in reading.stretches if len(s.words) == 1}  # 高数 is also 高等数学
    parts = [concept_clause(s) for s in reading.spans] + [alone.get(w) or word_clause(w) for w in words if w not in held]
    yield Question("loose", apart(Some(tuple(parts)), [*parts, *bonus]), (*_texts(reading.spans), *stretches) or (reading.text,))


def _texts(parts: Iterable[Span | Stretch]) -> tuple[str, ...]:
    """What they say, each once."""
    return tuple(dict.fromkeys(part.text for part in parts))


def _elsewhere(reading: Reading, wanted: Sequence[Span]) -> Iterator[Question]:
    named = frozenset(s.meanings[0].field for s in wanted)
    for fields in dict.fromkeys((named & signals.WHOSE, named & (signals.WHOSE | signals.PLACE))):
        theirs = _texts(s for s in wanted if s.meanings[0].field in fields)
        alone = len(theirs) == len(fields)  # of two schools one is better than none
        if fields and alone and (reading.stretches or named - fields):
            yield Question("elsewhere", question(reading, optional=fields), theirs)


def _kept(reading: Reading, wanted: Sequence[Span]) -> Iterator[Question]:
    if wanted and reading.stretches:
        parts = [concept_clause(s) for s in wanted]
        words = [word_clause(t.text) for t in (*reading.words, *reading.helpers)]
        yield Question("kept", apart(every(parts), [*parts, *words]), _texts(reading.stretches))


def _nearly(reading: Reading, wanted: Sequence[Span]) -> Iterator[Question]:
    many = len(wanted) + len(reading.stretches)
    if many < 3:
        return
    parts = [*(concept_clause(s) for s in wanted), *(words_of(reading, s)[0] for s in reading.stretches)]
    for least in dict.fromkeys((many - 1, many // 2 + 1)):
        yield Question("nearly", apart(Some(tuple(parts), least), [*parts, *_order(reading)]), _texts([*wanted, *reading.stretches]))


@lru_cache(maxsize=1024)
def question(reading: Reading, *, heard: bool = False, near: bool = False, optional: frozenset[str] = frozenset()) -> Clause:
    """All concepts and all stretches; wishes, helpers, the whole title and the words in their order add to the score. optional: fields whose concepts are wishes, too.

    Remembered (some 4 kB each): who narrows a search or turns its pages asks the same again, and to make it takes a tenth of a search.
    """
    if reading.empty:
        return Anything()
    wishes = [s for s in reading.spans if s.meanings[0].field in signals.WISHES | optional]
    required = [concept_clause(s) for s in reading.spans if s not in wishes]
    weighing = list(required)
    for stretch in reading.stretches:
        found, weight = words_of(reading, stretch, heard=heard, near=near)
        required.append(found)
        weighing.append(weight)
    bonus = [*map(concept_clause, wishes), *_around(wishes), *(word_clause(t.text, signals.BONUS_WORD) for t in reading.helpers)]
    if not required:
        return Some(tuple(bonus))
    if reading.book and not reading.stretches:  # the book itself comes before its lessons
        bonus.append(Scored(Term("kind", "textbook"), signals.BOOK))
    return apart(every(required), [*weighing, *bonus, *_order(reading)])


def _around(spans: Sequence[Span]) -> list[Clause]:
    """What lies around the places asked for: of 铜陵 its province, before the rest of the country."""
    places = [m.code for s in spans for m in s.meanings[:1] if m.field == "region"]
    return [Scored(Term("region", code), signals.AROUND) for place in places for code in vocabulary("region").path(place)[:-1]]


def words_of(reading: Reading, stretch: Stretch, *, heard: bool = False, near: bool = False) -> tuple[Clause, Clause]:
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
