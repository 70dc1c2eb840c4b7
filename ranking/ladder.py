"""The ladder: where to go on when a search finds nothing, only a part of what was asked, or very few books. No dead end.

Each step is a search with the number of results that it gives. Steps of one sort stand together, the nearest first:
    filter, filters   without one of the chosen filters, without all of them
    spelling          the words as the catalogue spells them
    neighbour         another volume, version or grade of the same book
    concept           without one thing that was asked for
    browse            nothing of it is here: what there is
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from catalog.text import key
from catalog.vocab import vocabulary
from indexer.engine import Anything, Engine, Hit, Page, Query
from ranking.evidence import all_weighed, weighed
from ranking.facets import label
from ranking.narrow import filters, unexpired
from ranking.query import BOOK, Reading, understand
from ranking.questions import Question, question, questions
from ranking.rarity import usual
from ranking.results import Request, Step
from ranking.spelling import corrected

FEW = 5  # fewer books than this: neighbours are offered beside them
MOST = 4  # filters, and concepts, that are tried
KINDS = 6  # kinds to browse
LOOKED_AT = 3  # hits whose titles may tell the spelling
SPELT = ("heard", "near", "most")  # questions that find by sound, or by most of the characters
NEIGHBOURS: Mapping[str, int] = {"volume": 2, "version": 3, "grade": 2}  # field that may differ → how many are offered


def onward(engine: Engine, request: Request, reading: Reading, page: Page, asked: Question) -> tuple[str | None, tuple[Step, ...]]:
    """(the corrected text, steps of the ladder) where the first page shows too little; most searches need neither."""
    if request.page > 1 or request.cursor:
        return None, ()
    if asked.name in SPELT and page.hits and (meant := suggestion(engine, request, reading, page.hits)):
        return meant, ()
    if not page.total or asked.dropped:
        return None, ladder(engine, request, reading)
    return None, tuple(neighbours(engine, request, reading)) if page.total < FEW else ()


def suggestion(engine: Engine, request: Request, reading: Reading, hits: Sequence[Hit]) -> str | None:
    """The typed text as the first hits spell it, if that finds something as it stands; else None."""
    text = corrected(reading, [h.record["title"] for h in hits[:LOOKED_AT]])
    return text if text and _strict(engine, replace(request, text=text)) else None


def ladder(engine: Engine, request: Request, reading: Reading) -> tuple[Step, ...]:
    """The steps from a search that found nothing or only a part: those that would find something."""
    # of misspelt words, what is right matters, not what is left without one of them
    steps = list(_spelt(engine, request, reading)) or [*_unfiltered(engine, request), *neighbours(engine, request, reading), *_fewer(engine, request, reading)]
    return tuple(steps) or tuple(_browse(engine, request))


# ── counting ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _query(request: Request) -> Query:
    return Query(scope=(unexpired(),), filters=filters(request.filters))


def _strict(engine: Engine, request: Request) -> int:
    """How many have all that a request asks for."""
    return strictly(engine, [request])[0]


def strictly(engine: Engine, requests: Sequence[Request]) -> list[int]:
    """How many have all that each request asks for, nothing let go: one question to the engine."""
    if not requests:
        return []
    readings = all_weighed(engine, [understand(one.text) for one in requests])
    return engine.counts([replace(_query(one), clause=question(reading)) for one, reading in zip(requests, readings, strict=True)])


def _found(engine: Engine, request: Request) -> int:
    """How many a request would show: of the first question that finds any."""
    reading = weighed(engine, understand(request.text))
    asked = (replace(_query(request), clause=one.clause) for one in questions(reading, partial(usual, engine)))
    # an engine in this process is asked one after the other until something is found, another machine all at once
    counts = map(engine.count, asked) if engine.mark() else engine.counts(list(asked))
    return next((n for n in counts if n), 0)


def _without(request: Request, field: str) -> Request:
    return replace(request, filters={n: v for n, v in request.filters.items() if n != field})


# ── steps ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def _unfiltered(engine: Engine, request: Request) -> Iterator[Step]:
    """Without one filter; where that finds nothing, without any."""
    chosen = [n for n, v in request.filters.items() if v]
    found = False
    tried = {field: _without(request, field) for field in (chosen[:MOST] if len(chosen) > 1 else ())}
    for (field, less), count in zip(tried.items(), strictly(engine, list(tried.values())), strict=True):
        if count:
            found = True
            yield Step("filter", tuple(label(field, v) for v in request.filters[field]), field, less, count)
    if chosen and not found:
        less = replace(request, filters={})
        count = _found(engine, less)
        if count:
            dropped = tuple(label(n, v) for n in chosen for v in request.filters[n])
            yield Step("filter" if len(chosen) == 1 else "filters", dropped, chosen[0] if len(chosen) == 1 else "", less, count)


def _spelt(engine: Engine, request: Request, reading: Reading) -> Iterator[Step]:
    """The words as titles spell them that sound or look alike, whatever the filters; none where the words stand somewhere as they are typed."""
    if not request.filters:  # the search itself has looked for these
        return
    if _strict(engine, replace(request, filters={})):
        return
    alike = [one for one in questions(reading) if one.name in SPELT]
    for one in alike:
        hits = engine.search(Query(one.clause, scope=(unexpired(),), size=LOOKED_AT)).hits
        if hits:
            text = corrected(reading, [h.record["title"] for h in hits])
            wider = replace(request, text=text, filters={}) if text else request
            if text and (count := _strict(engine, wider)):
                yield Step("spelling", (reading.text,), "", wider, count)
            return


def neighbours(engine: Engine, request: Request, reading: Reading) -> Iterator[Step]:
    """Books that differ from the one asked for in one field only: the other volume, another version, the next grade."""
    if not reading.book:
        return
    for field, most in NEIGHBOURS.items():
        spans = [s for s in reading.spans if s.meanings[0].field == field]
        if len(spans) != 1 or field in request.filters:
            continue
        asked = {m.value for m in spans[0].meanings if m.field == field}
        # labels, since what is left of 五上 without 上 means nothing
        rest = [(s.start, s.meanings[0].label if s.meanings[0].field in BOOK else reading.written(s.start, s.end)) for s in reading.spans if s is not spans[0]]
        rest += [(s.start, reading.written(s.start, s.end)) for s in reading.stretches]
        text = " ".join(words for _, words in sorted(rest))
        page = engine.search(replace(_query(request), clause=question(weighed(engine, understand(text))), facets={field: 50}, size=0))
        rank = vocabulary(field).rank
        near = [(value, count) for value, count in page.facets[field] if value not in asked and count]
        if field != "version":
            near.sort(key=lambda v: min(abs(rank(v[0]) - rank(a)) for a in asked))
        for value, count in near[:most]:
            other = replace(request, text=text, filters={**request.filters, field: (value,)})
            yield Step("neighbour", (spans[0].meanings[0].label,), label(field, value), other, count)


def _fewer(engine: Engine, request: Request, reading: Reading) -> Iterator[Step]:
    """Without one concept or stretch of words; of a single stretch, without one word."""
    parts = [(s.start, s.end) for s in reading.spans] + [(s.start, s.end) for s in reading.stretches]
    if len(parts) == 1:
        parts = [(w.start, w.end) for w in reading.words]
    tried: list[tuple[str, Request]] = []
    for start, end in sorted(parts)[-MOST:] if len(parts) > 1 else ():
        first, last = reading.typed(start, end)
        text = " ".join(f"{reading.text[:first]} {reading.text[last:]}".split())
        if key(text) and not understand(text).empty:
            tried.append((reading.text[first:last], replace(request, text=text)))
    for (dropped, less), count in zip(tried, strictly(engine, [less for _, less in tried]), strict=True):
        if count:
            yield Step("concept", (dropped,), "", less, count)


def _browse(engine: Engine, request: Request) -> Iterator[Step]:
    """What there is, by kind: under the filters if they hold anything."""
    for less in (_without(request, "kind"), replace(request, filters={})):
        page = engine.search(replace(_query(less), clause=Anything(), facets={"kind": 20}, size=0))
        if page.total:
            for value, count in page.facets["kind"][:KINDS]:
                everything = replace(less, text="", filters={**less.filters, "kind": (value,)})
                yield Step("browse", (request.text,) if request.text else (), label("kind", value), everything, count)
            return
