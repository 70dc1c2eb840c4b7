"""suggest(engine, text, filters) → what the typed text may become: entities, popular titles, popular queries.

Names and counts come from the catalogue itself, in one question to the engine that is kept for KEPT seconds; a second
question finds titles. So a request asks the engine at most three times, and mostly once.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

from catalog.text import clean, key, whole
from catalog.vocab import vocabulary
from indexer.engine import Anything, Between, Engine, Hit, OneOf, Query
from indexer.fields import FACETS
from indexer.sounds import is_letters
from ranking.completion import Fit, Names, fit, title_clause, typed_key
from ranking.narrow import filters as narrowed
from ranking.narrow import unexpired
from ranking.part import Watched, remembered
from ranking.popular import popular_queries
from ranking.query import understand
from ranking.questions import question
from ranking.variants import rewritten, taiwan
from ranking.words import every

#: Fields whose values are offered, and how many values at most; a label in two fields is offered as the first of them.
ENTITIES: Mapping[str, int] = {
    "school": 5_000, "subject": 200, "version": 300, "discipline": 500, "major": 2_000, "region": 4_000, "industry": 2_000,
    "occupation": 2_500, "platform": 200, "grade": 50, "stage": 50, "teacher": 2_000,
}  # fmt: skip
KEPT = 300  # seconds that names and counts may be old
POPULAR = 300  # titles kept in memory for each set of filters: what one or two letters are completed from
SYLLABLE = 6  # letters of the longest syllable
TITLES = 30  # titles asked of the engine
ADVERTISED = ("job", "fair")
_PART = re.compile(r"\s*[（(【\[][^（()）]{1,8}[)）】\]]$")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way to go on.

    text     what the search box becomes
    kind_of  a field of ENTITIES, "title" or "query"
    field    the facet field of an entity; "kind" for a title; "" for a query
    value    its value there
    label    what is offered, without what was typed before it
    count    resources that it stands for under the filters and the words before it; None where that is not counted
    span     the part [start, end) of the typed text that it completes
    """

    text: str
    kind_of: str
    field: str
    value: str
    label: str
    count: int | None
    span: tuple[int, int]


Chosen = tuple[tuple[str, tuple[str, ...]], ...]  # filters, in an order, so that they can be a key
Row = tuple[str, str, str, bool]  # of an entity: field, value, label, whether it is found by another name
Ranked = tuple[tuple[int, int, float], Suggestion]  # fit, whether by another name, falling popularity


def completions(engine: Engine, text: str, filters: Mapping[str, tuple[str, ...]], limit: int = 10) -> tuple[tuple[Suggestion, ...], bool]:
    """The suggestions, and whether a part of the index was missing for them."""
    watched = Watched(engine)
    found = suggest(watched, text, filters, limit)
    return found, watched.partial


def suggest(engine: Engine, text: str, filters: Mapping[str, tuple[str, ...]], limit: int = 10) -> tuple[Suggestion, ...]:
    """At most `limit` suggestions, best first: what begins as typed before what only holds it, entities and titles in turn."""
    text = whole(text)
    chosen: Chosen = tuple(sorted((name, tuple(sorted(values))) for name, values in filters.items() if values))
    first = len(text) - len(text.lstrip())
    span = (first, max(first, len(text.rstrip())))
    if not typed_key(text):
        return tuple(s for _, s in sorted(_queries("", span), key=lambda r: r[0]))[:limit] if not chosen else ()
    now = int(time.time() // KEPT)
    found = _completed(engine, text, chosen, span, now, limit)
    others = () if found else dict.fromkeys(other for other in (*taiwan(text), *rewritten(clean(text))) if other != clean(text))
    for other in others:
        found = found or [replace(s, span=span) for s in _completed(engine, other, chosen, span, now, limit)]
    return tuple(found[:limit])


def _completed(engine: Engine, text: str, chosen: Chosen, span: tuple[int, int], now: int, limit: int) -> list[Suggestion]:
    """The whole text completed; where that gives too little, its last word."""
    typed = typed_key(text)
    queries = [] if chosen else list(_queries(typed, span))
    known = _known(engine, "", chosen, now)
    parted = " " in clean(text) and not clean(text).isascii()  # its last part is completed below: 北大 经
    titles = [*([] if parted else _titles(engine, typed, chosen, span)), *_popular(known, typed, span)]
    found = _mixed(_entities(_directory(engine, now).fitting(typed), known, "", span), queries + titles, limit)
    if len(found) < limit:
        found = _distinct([*found, *_last_word(engine, text, chosen, now, limit)])
    return found


# ── what the catalogue holds ───────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Known:
    """Counts of all entities, and the most popular titles, under some filters and words."""

    counts: Mapping[str, Mapping[str, int]]
    titles: tuple[tuple[str, str, float], ...]  # title, kind, popularity
    names: Names
    partial: bool  # a part of the index did not answer


@remembered(48)
def _known(engine: Engine, head: str, chosen: Chosen, now: int, fields: tuple[str, ...] = tuple(ENTITIES)) -> Known:
    """One question to the engine; titles only where no words narrow it. `now` only makes the answer grow old."""
    asked = Query(question(understand(head)) if head else Anything(), scope=(unexpired(), *narrowed(dict(chosen))))
    page = engine.search(replace(asked, facets={name: ENTITIES[name] for name in fields}, sort="popularity", size=0 if head else POPULAR))
    titles = tuple(_distinct_titles(page.hits))
    return Known({name: dict(values) for name, values in page.facets.items()}, titles, Names(key(t) for t, _, _ in titles), page.partial)


def _distinct_titles(hits: Iterable[Hit]) -> Iterator[tuple[str, str, float]]:
    """Each title once, without the number of its part: 高等数学（一） and （二） are one suggestion."""
    seen = set()
    for one in (hit.record for hit in hits):
        title = _PART.sub("", one["title"]) or one["title"]
        if (name := key(title)) not in seen:
            seen.add(name)
            yield title, str(one["kind"]), float(one.get("popularity", 0))


@dataclass(frozen=True, slots=True)
class Directory:
    """The names of all entities: rows[i] is that of names.names[i]."""

    names: Names
    rows: tuple[Row, ...]
    partial: bool

    def fitting(self, typed: str) -> list[tuple[Row, Fit]]:
        """The entities that what is typed may become."""
        return [(self.rows[i], how) for i, how in self.names.find(typed).items()]


@remembered(2)
def _directory(engine: Engine, now: int) -> Directory:
    """Labels and aliases of every value that the catalogue holds."""
    rows: list[Row] = []
    names: list[str] = []
    known = _known(engine, "", (), now)
    for field, counts in known.counts.items():
        words = vocabulary(FACETS[field].vocabulary) if FACETS[field].vocabulary else None
        for value in counts:
            entry = (words.canonical(value) if FACETS[field].open else words.get(value)) if words else None
            label = entry.label if entry else value
            for i, name in enumerate(dict.fromkeys(map(key, entry.names)) if entry else (key(value),)):
                rows.append((field, value, label, i > 0))
                names.append(name)
    return Directory(Names(names), tuple(rows), known.partial)


# ── the lanes ──────────────────────────────────────────────────────────────────────────────────────────────────────
def _entities(fitting: Iterable[tuple[Row, Fit]], known: Known, before: str, span: tuple[int, int]) -> list[Ranked]:
    counted = ((row, how, known.counts[row[0]].get(row[1], 0)) for row, how in fitting)
    return [((how, other, -count), Suggestion(before + label, field, field, value, label, count, span)) for (field, value, label, other), how, count in counted if count]


def _titles(engine: Engine, typed: str, chosen: Chosen, span: tuple[int, int], before: str = "") -> list[Ranked]:
    """Titles by popularity; where none of these was ever used, any title but those of advertisements."""
    clause = title_clause(typed)
    if clause is None or (len(typed) < 2 and not before):
        return []
    if before:
        # so few letters say little to an engine: the most popular titles under the words before are tried one by one
        few = len(typed) <= SYLLABLE and is_letters(typed)
        clause = every([question(understand(before.strip())), *([] if few else [clause])])
    query = Query(clause, scope=(unexpired(), Between("popularity", low=1.0), *narrowed(dict(chosen))), sort="popularity", size=TITLES)
    hits = engine.search(query).hits
    if not hits and not before:
        lasting = OneOf("kind", tuple(e.code for e in vocabulary("kind") if e.code not in ADVERTISED))
        hits = engine.search(replace(query, scope=(unexpired(), lasting, *narrowed(dict(chosen))), sort="")).hits
    found: list[Ranked] = []
    for title, kind, popularity in _distinct_titles(hits):
        how = fit(typed, key(title))
        if how is None and clean(typed) == typed:
            how = Fit.SHORT
        if how is not None:
            found.append(((how, 0, -popularity), Suggestion(before + title, "title", "kind", kind, title, None, span)))
    return found


def _popular(known: Known, typed: str, span: tuple[int, int]) -> list[Ranked]:
    return [
        ((how, 0, -popularity), Suggestion(title, "title", "kind", kind, title, None, span))
        for i, how in known.names.find(typed).items()
        for title, kind, popularity in known.titles[i : i + 1]
    ]


def _last_word(engine: Engine, text: str, chosen: Chosen, now: int, limit: int) -> list[Suggestion]:
    """Completes what stands after the last blank, or after the last thing that was understood, under all before it."""
    start = max(text.rstrip().rfind(" "), text.rstrip().rfind("\u3000")) + 1
    if not text[:start].strip():
        reading = understand(text)
        ends = [reading.typed(s.start, s.end)[1] for s in reading.spans]
        start = max((e for e in ends if text[e:].strip()), default=0)
    typed = typed_key(text[start:])
    if not text[:start].strip() or not typed:
        return []
    span, fitting = (start, len(text.rstrip())), _directory(engine, now).fitting(typed)
    # under a common word to count every field takes a quarter of a second among ten million
    fields = tuple(sorted({name for (name, *_), _ in fitting}))
    entities = _entities(fitting, _known(engine, text[:start].strip(), chosen, now, fields), text[:start], span) if fitting else []
    return _mixed(entities, _titles(engine, typed, chosen, span, text[:start]), limit)


def _queries(typed: str, span: tuple[int, int]) -> Iterator[Ranked]:
    asked, names = popular_queries()
    fits = names.find(typed) if typed else dict.fromkeys(range(len(asked)), Fit.BEGINS)
    for i, how in fits.items():
        query, times = asked[i]
        yield (how, 0, -times), Suggestion(query, "query", "", "", query, None, span)


# ── putting them together ──────────────────────────────────────────────────────────────────────────────────────────
def _mixed(entities: list[Ranked], others: list[Ranked], limit: int) -> list[Suggestion]:
    """By fit; within one fit entities and the rest in turn. Entities leave a third of the list to the rest, if there is any."""
    others = sorted(others, key=lambda r: r[0])
    most = limit - min(len(_distinct(s for _, s in others)), limit // 3)
    kept = {s for s in _distinct(s for _, s in sorted(entities, key=lambda r: r[0]))[:most]}
    entities = sorted((r for r in entities if r[1] in kept), key=lambda r: r[0])
    found: list[Suggestion] = []
    for how in Fit:
        lanes = ([s for (rank, _, _), s in lane if rank == how] for lane in (entities, others))
        found += [s for s in chain.from_iterable(zip_longest(*map(_distinct, lanes))) if s]
    return _distinct(found)[:limit]


def _distinct(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    """Each text once: the first of it stays."""
    seen: dict[str, Suggestion] = {}
    for one in suggestions:
        seen.setdefault(key(one.text), one)
    return list(seen.values())
