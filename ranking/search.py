"""search(engine, request) → Results: the only door for web and cli. Reads the query, asks the engine, words the answer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from catalog.errors import BadRequest
from catalog.resource import Resource
from catalog.text import key, whole
from catalog.vocab import vocabulary
from indexer.analysis import is_han, word_grams
from indexer.engine import Engine, Filter, Hit, OneOf, Page, Query
from indexer.fields import FACETS, FILTERS, SHOWN
from ranking import cursor, diversity
from ranking.evidence import weighed
from ranking.facets import completed, counted, shown, valued
from ranking.ladder import onward
from ranking.narrow import ahead, filters, unexpired
from ranking.query import Reading, understand
from ranking.questions import Question, questions
from ranking.rarity import usual
from ranking.rerank import WINDOW, reranked
from ranking.results import MAX_QUERY, MAX_SIZE, MAX_WINDOW, SORTS, FacetValue, Interpretation, Request, ResultHit, Results
from ranking.snippet import highlights

CORRECTED = ("heard", "near", "most")  # questions whose answers are ordered by likeness
WHERE = frozenset({"kind", "service", "source", "platform"})
HEARD = 85.0  # of 100: how like the likest title must be for what only sounds alike to be taken for what was meant
LOOKED_THROUGH = 50_000  # values of a facet, the most frequent, for those whose name holds a part: engines hand up some 65,000
NAMES = frozenset({"employer", "teacher"})  # facets without a vocabulary, of whose values there may be more
PAIRS = 12  # of characters of a part that are asked for
SORT_FIELDS: Mapping[str, str] = {"relevance": "", "newest": "published_at", "popular": "popularity"}
COMMON = ("service", "kind", "platform", "stage", "subject", "school", "region", "industry", "degree")
SERVICES_OF: Mapping[str, tuple[str, ...]] = {
    "lesson": ("k12",), "textbook": ("k12",), "course": ("higher", "vocational"), "library": ("vocational",), "case": ("higher",),
    "article": ("jobs",), "live": ("jobs",), "job": ("jobs",), "fair": ("jobs",),
}  # fmt: skip


def search(engine: Engine, request: Request, *, ways: bool = True) -> Results:
    """Answers one request. BadRequest for what can't be asked; EngineError when the engine can't answer.

    ways: whether to look for ways on where too little is found, which takes questions of its own; lists on other pages need none.
    """
    began = time.perf_counter()
    check(request)
    request = replace(request, text=whole(request.text))
    reading = weighed(engine, understand(request.text))
    facets = tuple(f for f in (request.facets if request.facets is not None else default_facets(request)))
    after, offset = cursor.read(engine, request), (request.page - 1) * request.size
    if after and not after.id:  # it leads to a page that is mixed: see ranking.diversity
        offset, after = after.seen, None
    mix = not after and diversity.applies(request, offset)
    query = Query(
        scope=(unexpired(),),
        filters=filters(request.filters),
        facets=dict(counted(f, request) for f in facets),
        sort=SORT_FIELDS[request.sort],
        offset=0 if mix else offset,
        size=diversity.PAGES * request.size if mix else request.size,
        after=after,
        first=ahead(request.filters),
    )
    page, asked = ask(engine, query, reading, request.filters)
    absent: dict[str, tuple[Hit, ...]] = {}
    if mix:
        found = page.hits
        page = diversity.cut(page, offset, request.size, mix=asked.name not in CORRECTED)
        if not (offset or reading.empty or asked.name in CORRECTED):
            absent = diversity.absent(engine, replace(query, clause=asked.clause), page, found)
    needles = reading.needles
    meant, steps = onward(engine, request, reading, page, asked) if ways and not page.partial else (None, ())
    return Results(
        request=request,
        total=page.total,
        relation=page.relation,
        took_ms=round((time.perf_counter() - began) * 1000, 3),
        partial=page.partial,
        generation=page.generation,
        interpretation=Interpretation(request.text, reading.concepts, tuple(t.text for t in reading.words), asked.dropped if page.total else ()),
        hits=tuple(_hit(h, needles) for h in page.hits),
        facets={name: shown(name, page.facets[counted(name, request)[0]], request.filters.get(name, ())) for name in facets},
        suggestion=meant,
        next=cursor.token(page, request),
        ladder=steps,
        by=asked.name,
        others={kind: tuple(_hit(h, needles) for h in hits) for kind, hits in absent.items()},
    )


def check(request: Request) -> None:
    """Limits that hold whoever asks."""
    if len(request.text) > MAX_QUERY:
        raise BadRequest(f"the query has {len(request.text)} characters", parameter="q", allowed=[f"1–{MAX_QUERY} characters"], hint=f"use at most {MAX_QUERY}")
    if not 1 <= request.size <= MAX_SIZE:
        raise BadRequest(f"size {request.size} is out of range", parameter="size", allowed=[f"1–{MAX_SIZE}"], hint=f"1 to {MAX_SIZE}")
    if request.page < 1 or request.page * request.size > MAX_WINDOW:
        raise BadRequest(f"page {request.page} × size {request.size} is over {MAX_WINDOW}", parameter="page", allowed=[f"page × size ≤ {MAX_WINDOW}"], hint="narrow the search, or follow `next` with cursor=")
    if request.sort not in SORTS:
        raise BadRequest(f"no sort {request.sort!r}", parameter="sort", allowed=list(SORTS), hint=f"one of: {', '.join(SORTS)}")
    unknown = [*(f for f in request.filters if f not in FILTERS), *(f for f in request.facets or () if f not in FACETS)]
    if unknown:
        raise BadRequest(f"no field {unknown[0]!r}", parameter=unknown[0], allowed=list(FILTERS), hint=f"one of: {', '.join(FILTERS)}")
    if request.cursor and request.page != 1:
        raise BadRequest("cursor and page exclude each other", parameter="cursor", allowed=["cursor", "page"], hint="use one of them")


def ask(engine: Engine, query: Query, reading: Reading, chosen: Mapping[str, tuple[str, ...]] | None = None) -> tuple[Page, Question]:
    """Asks from strict to loose until something is found; the question that found it says what it let go.

    Facets only narrow: a question that finds something without them is the last one, even when they leave nothing of it (the
    ladder then offers what to drop). So no total grows when a facet is chosen. WHERE says in what people look, and decides.

    A facet that is chosen is counted without its own filter, which may find very much where the filter leaves nothing: only for the first question, whose
    counts come true for who chooses another value, and for the last one. `chosen`: facet → values whose counts are wanted however rare they are.
    """
    wide = tuple(f for f in query.filters if f.field in WHERE)
    rest = {name: limit for name, limit in query.facets.items() if name not in query.chosen}  # of the questions between
    first: tuple[Query, Page] | None = None
    for one in questions(reading, partial(usual, engine)):
        asked = replace(query, clause=one.clause, facets=rest if first else query.facets, **_order(query, reading))
        if one.name in CORRECTED and query.size and not (query.sort or query.after):
            asked = replace(asked, offset=0, size=max(WINDOW, query.offset + query.size))  # all that are compared with what was typed
        page = engine.search(asked)
        first = first or (asked, page)
        if reading.empty or page.partial or (page.total and one.name not in CORRECTED):
            break  # of an answer in part nobody knows whether it is too little
        if page.total or (len(wide) < len(query.filters) and engine.count(replace(asked, filters=wide))):
            if one.name == "heard":
                found = page if len(wide) == len(query.filters) and asked.size >= WINDOW else engine.search(replace(asked, filters=wide, facets={}, offset=0, size=WINDOW, after=None))
                if reranked(reading, found.hits)[1] < HEARD:
                    continue
            break
    page = _with_chosen(engine, replace(query, clause=one.clause), first or (asked, page), page, chosen or {})
    if page.total and one.name in CORRECTED and query.size and not (query.sort or query.after):
        ordered, _ = reranked(reading, page.hits)
        page = replace(page, hits=tuple(ordered[query.offset : query.offset + query.size]), next=None)
    return page, one


def _with_chosen(engine: Engine, query: Query, first: tuple[Query, Page], last: Page, values: Mapping[str, tuple[str, ...]]) -> Page:
    """The last question's page with the counts of the facets chosen: the first question's where that would find something without them and the last finds nothing."""
    chosen = query.chosen
    if all(name in last.facets for name in chosen):
        return completed(engine, query, last, values)
    asked, told = first
    if last.total or not any(told.facets[name] for name in chosen):
        asked, told = query, engine.search(replace(query, facets=chosen, size=0, offset=0, after=None, total=last.total))
    told = completed(engine, asked, told, values)
    return replace(last, facets={**last.facets, **{name: told.facets[name] for name in chosen}}, partial=last.partial or told.partial)


def _order(query: Query, reading: Reading) -> dict[str, Any]:
    """Without a text every score is the prior alone: ordering by that number is the same, and exact in ties."""
    return {"sort": "prior"} if reading.empty and not query.sort else {}


def get(engine: Engine, id: str) -> Resource | None:
    """The resource of an id, or the one that it was merged into."""
    body = engine.get([id]).get(id)
    return Resource.from_json(body) if body else None


def _named(field: str, part: str) -> tuple[OneOf, ...]:
    """Only resources whose names hold a part, as far as characters tell: of a million employers those are few."""
    return tuple(OneOf("other_grams", (gram,)) for gram in word_grams(part)[:PAIRS]) if field in NAMES and is_han(part) else ()


def facet_values(engine: Engine, request: Request, field: str, q: str = "", limit: int = 100) -> tuple[tuple[FacetValue, ...], bool]:
    """Values of one facet under a request, those whose label holds `q`, up to `limit`; and whether a part of the index was missing."""
    check(replace(request, facets=(field,)))
    reading = weighed(engine, understand(whole(request.text)))
    wanted = key(q)
    scope: tuple[Filter, ...] = (unexpired(), *_named(field, wanted if reading.empty else ""))
    page, _ = ask(engine, Query(scope=scope, filters=filters(request.filters), size=0, facets={field: LOOKED_THROUGH if wanted else max(limit, 1)}), reading, request.filters)
    values = valued(field, page.facets[field], request.filters.get(field, ()))
    if wanted:
        words = vocabulary(FACETS[field].vocabulary) if FACETS[field].vocabulary else None
        aliases = {v.value: entry.aliases for v in values if words and (entry := words.get(v.value))}
        values = [v for v in values if any(wanted in key(n) for n in (v.label, v.value, *aliases.get(v.value, ())))]
    return tuple(values[:limit]), page.partial


def default_facets(request: Request) -> tuple[str, ...]:
    """The facets that suit the kinds in play: those of their services, or the common ones for all."""
    services = list(request.filters.get("service", ()))
    for kind in request.filters.get("kind", ()):
        services += SERVICES_OF.get(kind, ())
    if not services:
        return COMMON
    own = dict.fromkeys(name for service in dict.fromkeys(services) for name in SHOWN.get(service, ()))
    return ("service", "kind", *own, *(n for n in ("platform", "source") if n not in own))


# ── hits ───────────────────────────────────────────────────────────────────────────────────────────────
def _hit(hit: Hit, needles: frozenset[str]) -> ResultHit:
    return ResultHit(hit.id, round(hit.score, 4), hit.record, highlights(hit.record, needles))
