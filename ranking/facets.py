"""Facets: what is counted for them, exact counts of what is chosen, and their values as people see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from catalog.vocab import vocabulary
from indexer.engine import Engine, Page, Query
from indexer.fields import FACETS, FILTERS, VERIFIED
from ranking.narrow import filters
from ranking.results import FacetValue, Request

VALUES = 20  # values of a facet in an answer; the rest through search.facet_values()
TREE = 5_000  # of a tree of which something is chosen, counts are needed at every level
BANDED = "salary"  # the ranges of its vocabulary are counted, and any other may be chosen


def counted(name: str, request: Request) -> tuple[str, int]:
    """The field whose values are counted for a facet, and how many: of a tree only what is shown of it."""
    if not FACETS[name].tree:
        return name, VALUES
    return (name, TREE) if request.filters.get(name) else (FACETS[name].top, VALUES)


def completed(engine: Engine, query: Query, page: Page, chosen: Mapping[str, tuple[str, ...]]) -> Page:
    """The answer to a query with the counts of chosen values that are too rare to be among those counted; of an answer in part as it is."""
    if page.partial:
        return page
    missing: list[tuple[str, str]] = []
    for name, limit in query.chosen.items():
        counts = page.facets.get(name, ())
        held = {value for value, _ in counts}
        # fewer than were asked for are all that there are
        missing += [(name, v) for v in chosen.get(name, ()) if v not in held and (len(counts) >= limit or (name == BANDED and v not in vocabulary(name)))]
    if not missing:
        return page
    plain = replace(query, facets={}, size=0, offset=0, after=None, total=None)
    asked = [replace(plain, filters=(*(f for f in query.filters if f.field != name), *filters({name: (value,)}))) for name, value in missing]
    facets = dict(page.facets)
    for (name, value), count in zip(missing, engine.counts(asked), strict=True):
        facets[name] = (*facets.get(name, ()), (value, count))
    return replace(page, facets=facets)


# ── as people see them ─────────────────────────────────────────────────────────────────────────────────────────────
def label(name: str, value: str) -> str:
    """What people read for a value of a field."""
    if name == "verified":
        return VERIFIED.get(value, value)
    field = FILTERS.get(name)
    return vocabulary(field.vocabulary).label(value) if field and field.vocabulary and not field.open else value


@lru_cache(maxsize=65_536)
def path(name: str, value: str) -> tuple[str, ...]:
    """The codes above a value of a tree, root first; of other facets none."""
    words = FACETS[name].vocabulary
    return vocabulary(words).path(value)[:-1] if FACETS[name].tree and words else ()


def valued(name: str, counts: Iterable[tuple[str, int]], selected: Iterable[str]) -> list[FacetValue]:
    """Values with their labels; the chosen ones too where nothing was counted for them."""
    chosen = set(selected)
    values = [FacetValue(v, label(name, v), n, v in chosen, path(name, v)) for v, n in counts]
    missing = [s for s in selected if s not in {v.value for v in values}]
    return values + [FacetValue(s, label(name, s), 0, True, path(name, s)) for s in missing]


def shown(name: str, counts: tuple[tuple[str, int], ...], selected: tuple[str, ...]) -> tuple[FacetValue, ...]:
    """At most VALUES of a facet. A tree shows its top level, and the way to and the children of what is selected."""
    if not FACETS[name].tree:
        values = valued(name, counts, selected)
        if name == "salary" and all(v.value in vocabulary("salary") for v in values):
            values.sort(key=lambda v: vocabulary("salary").rank(v.value))
        return tuple(values)
    opened = {c for s in selected for c in (*path(name, s), s)}
    below: dict[str, int] = {}
    kept = []
    for value, count in counts:  # by falling count: only what is shown becomes a FacetValue, a tree has thousands of nodes
        above = path(name, value)
        parent = above[-1] if above else ""
        if value in opened or ((not parent or parent in opened) and below.get(parent, 0) < VALUES):
            below[parent] = below.get(parent, 0) + 1
            kept.append((value, count))
    return tuple(sorted(valued(name, kept, selected), key=lambda v: len(v.path)))
