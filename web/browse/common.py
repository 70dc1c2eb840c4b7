"""What pages for browsing share: an Asker for one page, shelves of cards, branches of a tree, lines and ways with counts.

A page is a view: plain frozen data that a template lays out. shown() makes it by asking, remembers it for a minute (see
web.memo), and marks what only a part of the index answered for.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn, TypeVar

from flask import Response, abort, render_template, request

from catalog.errors import EngineUnavailable
from ranking import search as door
from ranking.results import FacetValue, Request, Results
from web import cards, engine, keep, links, wording
from web.i18n import gettext as _
from web.memo import remembered

MANY = 10_000  # values of a facet: more than any list that a page shows in full
V = TypeVar("V")
Filters = Mapping[str, Any]  # field → a value, or several; given to an Asker as keywords


@dataclass(frozen=True, slots=True)
class Way:
    """A link, and how many resources it leads to (0: not counted)."""

    label: str
    href: str
    count: int = 0
    value: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """A node of a tree with what lies below it."""

    way: Way
    below: list[Branch] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """A resource in one line: for long lists, and numbered ones."""

    title: str
    href: str
    note: str = ""
    state: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A heading, the first few of a search as cards, and a link to all of it; without cards it is not shown."""

    name: str  # unique on its page
    heading: str
    cards: list[cards.Card]
    more: str
    total: int


class Asker:
    """Asks search() on behalf of one page, and knows whether any answer was partial."""

    def __init__(self, root: str = "") -> None:
        self.root = root
        self.partial = False

    def search(self, *, sort: str = "relevance", size: int = 1, page: int = 1, facets: tuple[str, ...] = (), text: str = "", **filters: Any) -> Results:
        """One search; filters as field=value or field=values, empty ones left out."""
        found = door.search(engine(), Request(text=text, filters=chosen(filters), sort=sort, size=size, page=page, facets=facets), ways=False)
        self.partial = self.partial or found.partial
        return found

    def values(self, name: str, **filters: Any) -> tuple[FacetValue, ...]:
        """All values of a facet with their counts, the most frequent first; of a tree every level."""
        found, partial = door.facet_values(engine(), Request(filters=chosen(filters)), name, limit=MANY)
        self.partial = self.partial or partial
        return found

    def total(self, **filters: Any) -> int:
        """How many resources pass the filters."""
        return self.search(**filters).total

    def link(self, *, sort: str = "relevance", text: str = "", **filters: Any) -> str:
        """The page of results for the same."""
        return links.Links(Request(text=text, filters=chosen(filters), sort=sort), self.root).page(1)

    def shelf(self, name: str, heading: str, *, size: int = 4, sort: str = "popular", more: str = "", **filters: Any) -> Shelf:
        """The first of a search as a shelf; `more` instead of the page of results."""
        found = self.search(sort=sort, size=size, **filters)
        return Shelf(name, heading, [cards.card(hit, self.root) for hit in found.hits], more or self.link(sort=sort, **filters), found.total)

    def popular(self, found: Results) -> Shelf:
        """A search that was ordered by popularity as a shelf. Popular is only what somebody has used: sources without figures say so."""
        used = found.hits and found.hits[0].resource.get("popularity")
        more = links.Links(replace(found.request, size=links.DEFAULT_SIZE), self.root).page(1)
        return Shelf("popular", _("大家在学") if used else _("可以从这里开始"), [cards.card(hit, self.root) for hit in found.hits], more, found.total)

    def ways(self, values: Iterable[FacetValue], **filters: Any) -> list[Way]:
        """Values of a facet as ways into the search; `filters` hold besides, and `FIELD=""` names the facet's own field."""
        own = next(name for name, value in filters.items() if value == "")
        return [Way(wording.label(own, v.value), self.link(**(filters | {own: v.value})), v.count, v.value) for v in values if v.count]


def chosen(filters: Filters) -> dict[str, tuple[str, ...]]:
    """Filters as a Request takes them."""
    listed = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in filters.items()}
    return {name: values for name, values in listed.items() if values and values != ("",)}


def kept(shelves: Iterable[Shelf]) -> list[Shelf]:
    """The shelves that hold something."""
    return [shelf for shelf in shelves if shelf.cards]


def line(record: Mapping[str, Any], root: str, *, note: str = "") -> Line:
    """A resource in one line: its title, and the school unless another note is given."""
    made, run = note or "、".join(cards.values(record, "school")[:2]), cards.run(record)
    # What is over says so on its own page
    return Line(str(record["title"]), root + links.resource_path(str(record["id"])), made, run if run[0] != "over" else ("", ""))


def shown(template: str, key: Hashable, make: Callable[[Asker], V | None]) -> Response:
    """The page of a view as its template lays it out; 404 when there is nothing to view. `key` tells it from the template's others."""
    view, partial = view_of((template, key), make)
    return page(template, partial, page=view) if view is not None else missing(partial)


def missing(partial: bool) -> NoReturn:
    """404; but 503 where a part of the index did not answer, which may hold it."""
    if partial:
        raise EngineUnavailable("a part of the index does not answer", hint="see `haoke doctor`")
    abort(404)


def page(template: str, partial: bool, **context: Any) -> Response:
    """A page; what only a part of the index answered for is shown once and kept nowhere."""
    response = Response(render_template(template, partial=partial, **context), mimetype="text/html")
    return keep.unstored(response) if partial else response


def view_of(key: Hashable, make: Callable[[Asker], V]) -> tuple[V, bool]:
    """A view, made at most once a minute for each mount point; and whether it is partial."""
    root = request.script_root

    def made() -> tuple[tuple[V, bool], bool]:
        ask = Asker(root)
        view = make(ask)
        return (view, ask.partial), not ask.partial

    return remembered(("browse", key, root), made)
