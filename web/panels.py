"""What narrows a search, as the page shows it: tabs by kind, facet panels, chips of what is chosen or was understood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from catalog.vocab import vocabulary
from indexer.fields import FACETS, FILTERS
from ranking.results import Concept, FacetValue, Results
from web import wording
from web.i18n import gettext as _
from web.i18n import term
from web.links import Links

FIRST = 6  # rows of a panel before 更多
APART = ("kind", "service")  # shown as tabs and in the site's head, not as panels
#: Facets that people read in their own order, not by count.
ORDERED = ("stage", "grade", "volume", "degree", "experience", "salary")


@dataclass(slots=True)
class Row:
    """One value of a panel; a tree hangs the values below it."""

    value: str
    label: str
    count: int
    selected: bool
    below: list[Row] = field(default_factory=list)
    more: list[Row] = field(default_factory=list)  # the rest of what lies below, folded away
    open: bool = False  # it or something below is chosen: never folded away


@dataclass(frozen=True, slots=True)
class Panel:
    """One facet: the rows that are always shown, and the rest."""

    name: str
    label: str
    rows: list[Row]
    more: list[Row]
    chosen: int


@dataclass(frozen=True, slots=True)
class Tab:
    """One kind with its count; current is the one on show."""

    href: str
    label: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """Something that holds, with a link that removes it; lock turns an understood word into a filter."""

    label: str
    name: str
    remove: str
    lock: str = ""


def tabs(found: Results, links: Links) -> list[Tab]:
    """All kinds with what they hold, in the vocabulary's order; nothing when there is but one, or none were counted."""
    if "kind" not in found.facets:
        return []
    values = found.facets["kind"]
    chosen = found.request.filters.get("kind", ())
    if len(values) < 2 and not chosen:
        return []
    rank = vocabulary("kind").rank
    whole = sum(v.count for v in values) if chosen else found.total
    everything = Tab(links.without("kind"), _("全部"), whole, not chosen)
    return [everything, *(Tab(links.only("kind", v.value), term("kind", v.label), v.count, v.value in chosen) for v in sorted(values, key=lambda v: rank(v.value)))]


def panels(found: Results) -> list[Panel]:
    """One panel a facet that can still narrow the search."""
    return [panel(name, values) for name, values in found.facets.items() if name not in APART and values]


def panel(name: str, values: Sequence[FacetValue]) -> Panel:
    """The panel of one facet."""
    facet = FACETS[name]
    if name in ORDERED and facet.vocabulary:
        rank = vocabulary(facet.vocabulary).rank
        values = sorted(values, key=lambda v: rank(v.value))
    rows, more = fold(tree(name, values) if facet.tree else [row(name, v) for v in values])
    return Panel(name, _(facet.label), rows, more, sum(v.selected for v in values))


def row(name: str, value: FacetValue) -> Row:
    """The row of a value of a facet, with nothing below it yet."""
    return Row(value.value, term(name, value.label), value.count, value.selected, open=value.selected)


def fold(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """The rows that are always shown – the first and all that hold a choice – and the rest."""
    # One row behind 更多 would take the place of itself.
    first = FIRST if len(rows) > FIRST + 1 else len(rows)
    return [r for i, r in enumerate(rows) if i < first or r.open], [r for i, r in enumerate(rows) if i >= first and not r.open]


def tree(name: str, values: Sequence[FacetValue]) -> list[Row]:
    """Values nested below the nearest ancestor that is among them, each level in the order given."""
    rows = {v.value: row(name, v) for v in values}
    roots: list[Row] = []
    for v in values:
        above = next((rows[code] for code in reversed(v.path) if code in rows), None)
        (above.below if above else roots).append(rows[v.value])
        if v.selected:
            for code in v.path:
                if code in rows:
                    rows[code].open = True
    for r in rows.values():
        if r.below:
            r.below, r.more = fold(r.below)
    return roots


def filter_chips(found: Results, links: Links) -> list[Chip]:
    """One chip a chosen value; the kind has its tabs."""
    counted = {(name, v.value): v.label for name, values in found.facets.items() for v in values if v.selected}
    return [
        Chip(term(name, counted.get((name, value), "")) or wording.label(name, value), _(FILTERS[name].label), links.without(name, value))
        for name, values in found.request.filters.items()
        if name != "kind"
        for value in values
    ]


def concept_chips(found: Results, links: Links) -> list[Chip]:
    """One chip a concept understood: removing takes its words out of the query, locking makes it a filter."""
    meant = found.interpretation
    chips = []
    for concept in meant.concepts:
        rest = without_span(meant.text, concept)
        lock = links.asking(rest, concept.field, concept.value) if concept.field in FACETS else ""
        chips.append(Chip(term(concept.field, concept.label), _(FACETS[concept.field].label) if concept.field in FACETS else "", links.asking(rest), lock))
    return chips


def without_span(text: str, concept: Concept) -> str:
    """The query without the words of a concept."""
    start, end = concept.span
    return re.sub(r"\s+", " ", f"{text[:start]} {text[end:]}").strip()
