"""The page of results as one object: everything the template shows, so that the template only lays it out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ranking.results import MAX_WINDOW, Results
from web import cards, lookalike, present, wording
from web.i18n import gettext as _
from web.links import Links
from web.onward import Ways, ways
from web.panels import Chip, Panel, Tab, concept_chips, filter_chips, panels, tabs
from web.pointers import Pointer, pointers

HAN = re.compile("[一-鿿]")  # what is typed in letters is meant to be heard
WORDS = 80  # characters that a search is called
AROUND = 2  # page numbers on each side of the current one


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page number; no href on the current page, no number where some are left out."""

    number: int
    href: str


@dataclass(frozen=True, slots=True)
class Other:
    """A kind that was found but has no hit on the page: how many there are, where, and the best."""

    label: str
    count: str
    href: str
    cards: list[cards.Card]


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of results."""

    text: str
    total: int
    count: str
    said: str  # how many were found, in words: shown, and announced when it changes
    found: Results
    links: Links
    tabs: list[Tab]
    panels: list[Panel]
    chips: list[Chip]
    concepts: list[Chip]
    cards: list[cards.Card]
    sorts: list[tuple[str, str, bool]]  # href, label, current
    leaves: list[Leaf]
    before: str
    after: str
    capped: bool  # more was found than can be paged through
    suggestion: str  # link to the search with the suggested spelling
    ways: Ways
    service: str  # that is searched, "" for several
    pointers: list[Pointer]  # pages that the query names
    heard: bool  # nothing is written so: what is shown only sounds or looks alike
    hidden: list[tuple[str, str]]
    seek: list[tuple[str, str]]  # what the search box carries along
    words: str  # the search in words
    feed: str  # its Atom feed
    others: list[Other]  # kinds that this page lacks, shown after its first cards


def listing(found: Results, root: str = "") -> Listing:
    """The page that shows these results; root is the path that the site is mounted at."""
    request = found.request
    links = Links(request, root)
    shown = panels(found)
    last = last_page(found.total, request.size)
    page = request.page
    count = _("约 %(count)s", count=wording.grouped(found.total)) if found.relation == "approx" else wording.grouped(found.total)
    return Listing(
        text=request.text,
        total=found.total,
        count=count,
        said=said(request.text, found.total, count),
        found=found,
        links=links,
        tabs=tabs(found, links),
        panels=shown,
        chips=filter_chips(found, links),
        concepts=concept_chips(found, links),
        cards=lookalike.one_a_post(found.hits, root),
        sorts=[(links.sort(name), label, name == request.sort) for name, label in _sorts()],
        leaves=leaves(page, last, links),
        before=links.page(page - 1) if 1 < page <= last else "",
        after=links.page(page + 1) if page < last and not request.cursor else "",
        capped=found.total > MAX_WINDOW and page >= last,
        suggestion=links.asking(found.suggestion) if found.suggestion else "",
        ways=ways(found, root),
        service=service(found),
        pointers=pointers(found, root),
        heard=bool(found.total and found.by in ("heard", "near") and not found.interpretation.relaxed and HAN.search(request.text)),
        hidden=links.hidden(p.name for p in shown),
        seek=[(n, v) for n in ("service", "kind") for v in request.filters.get(n, ())],
        words=present.clip(wording.asked(request), WORDS),
        feed=links.feed(),
        others=_others(found, links, root),
    )


def service(found: Results) -> str:
    """The one service that a search looks through: the one chosen, or the one that has what was found; "" when there are several."""
    asked = found.request.filters
    held = asked.get("service") or [v.value for v in found.facets.get("service", ()) if v.count and asked.get("kind")]
    return held[0] if len(held) == 1 else ""


def said(text: str, total: int, count: str) -> str:
    """How many were found, in words."""
    if total:
        return _("共 %(count)s 条", count=count)
    return _("没有找到与“%(q)s”相符的内容", q=text) if text else _("没有符合这些条件的内容")


def _others(found: Results, links: Links, root: str) -> list[Other]:
    counts = {v.value: v.count for v in found.facets.get("kind", ())}
    return [
        Other(wording.label("kind", kind), wording.grouped(counts.get(kind, 0)), links.only("kind", kind), [cards.card(hit, root) for hit in hits])
        for kind, hits in found.others.items()
        if hits
    ]


def _sorts() -> list[tuple[str, str]]:
    return [("relevance", _("最相关")), ("newest", _("最新")), ("popular", _("最热门"))]


def last_page(total: int, size: int) -> int:
    """The last page that has hits and can be asked for."""
    return max(1, min(-(-total // size), MAX_WINDOW // size))


def leaves(page: int, last: int, links: Links) -> list[Leaf]:
    """First, last and the pages around the current one; number 0 stands for a gap."""
    if last == 1 or links.request.cursor:
        return []
    numbers = sorted({1, last, *range(max(1, page - AROUND), min(last, page + AROUND) + 1)})
    row: list[Leaf] = []
    for number in numbers:
        if row and number - row[-1].number > 1:
            row.append(Leaf(0, ""))
        row.append(Leaf(number, "" if number == page else links.page(number)))
    return row
