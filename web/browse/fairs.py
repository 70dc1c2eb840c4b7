"""/fairs: job fairs by date, narrowed by region, industry and month.

A fair's days are the run of its offer (`opens` to `closes`), as with a course; it expires with its last day and is found no longer.
Where only an end is known it stands under that day; where nothing is known, at the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, request

from catalog.errors import BadRequest
from catalog.vocab import vocabulary
from indexer.fields import FACETS
from ranking.results import MAX_SIZE, FacetValue, Request, ResultHit
from web import cards, keep, params, present, wording
from web.browse.common import Asker, Shelf, Way, shown
from web.i18n import gettext as _
from web.links import Links, pair

fairs = Blueprint("fairs", __name__)
keep.install(fairs)

FAIR = "fair"
MOST = 500  # fairs in the order of their days; beyond, one has to choose a region or an industry
A_PAGE = 40
NARROW = ("region", "industry")
LONG_AGO = date.min  # what is held now comes first


@dataclass(frozen=True, slots=True)
class Day:
    """The fairs that begin on one day; no date: those that are on now, or whose day is not known."""

    heading: str
    note: str
    date: str  # ISO 8601
    cards: list[cards.Card]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter that holds, with the link that removes it."""

    label: str
    remove: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """/fairs."""

    total: int
    capped: bool  # there are more than are shown
    chosen: list[Chosen]
    narrow: list[tuple[str, list[Way]]]  # heading, ways
    months: list[Way]
    days: list[Day]
    everything: str  # the page without filters
    before: str
    after: str


@fairs.get("/fairs")
def calendar() -> Response:
    """Coming fairs, the next one first."""
    asked = params.parse(request.args, more=("month",), stray=True)
    month = request.args.get("month", "").strip()
    if month and not _is_month(month):
        raise BadRequest(_("月份应写成 2026-12 这样，不能是「%(value)s」", value=month[:80]), parameter="month", allowed=["YYYY-MM"])
    asked = replace(asked, text="", filters={n: v for n, v in asked.filters.items() if n in NARROW}, sort="relevance", size=Request().size, cursor="")
    key = (tuple(sorted(asked.filters.items())), month, asked.page)
    return shown("fairs.html", key, lambda ask: _calendar(ask, asked, month))


def _is_month(text: str) -> bool:
    try:
        date.fromisoformat(f"{text}-01")
    except ValueError:
        return False
    return True


def _calendar(ask: Asker, asked: Request, month: str) -> Calendar:
    links = Links(asked, ask.root, "/fairs")
    hits, total, facets = _all(ask, asked.filters)
    of_month = {m: [h for h in hits if month_of(h) == m] for m in dict.fromkeys(map(month_of, hits)) if m}
    kept = of_month.get(month, []) if month else hits
    page = max(1, min(asked.page, -(-len(kept) // A_PAGE)))
    part = kept[(page - 1) * A_PAGE : page * A_PAGE]
    within = [pair("month", month)] if month else []
    return Calendar(
        total=len(kept) if month else total,
        capped=total > len(hits),
        chosen=[
            *(Chosen(wording.place(v) if n == "region" else wording.label(n, v), _with(links.without(n, v), within)) for n, vs in asked.filters.items() for v in vs),
            *([Chosen(month_name(month), links.page(1))] if month else []),
        ],
        narrow=[(_(FACETS[n].label), _narrower(n, facets[n], links, within, kept if month else None)) for n in NARROW],
        months=[Way(month_name(m), _with(links.page(1), [pair("month", m)]), len(held)) for m, held in of_month.items() if m != month] if not month else [],
        days=days(part, ask.root),
        everything=ask.root + "/fairs",
        before=_with(links.page(1), [*within, pair("page", str(page - 1))]) if page > 1 else "",
        after=_with(links.page(1), [*within, pair("page", str(page + 1))]) if page * A_PAGE < len(kept) else "",
    )


def _narrower(name: str, values: Iterable[FacetValue], links: Links, within: list[str], held: list[ResultHit] | None) -> list[Way]:
    """The values that one can go on to, with how many there are; `held`: the fairs of a month, which the index does not count."""
    counts = {v.value: v.count for v in values}
    if held is not None:
        path = vocabulary(name).path
        counts = Counter(code for hit in held for code in {c for own in present.values(hit.resource, name) for c in path(own)})
    return [Way(wording.label(name, v.value), _with(links.only(name, v.value), within), counts[v.value]) for v in values if counts.get(v.value) and not v.selected]


def _with(url: str, pairs: list[str]) -> str:
    return url + ("&" if "?" in url else "?") + "&".join(pairs) if pairs else url


def _all(ask: Asker, filters: Mapping[str, Any]) -> tuple[list[ResultHit], int, Mapping[str, tuple[FacetValue, ...]]]:
    """The fairs of some filters in the order of their days, how many there are, and what they can be narrowed by."""
    found = ask.search(kind=FAIR, size=MAX_SIZE, facets=NARROW, **filters)
    hits = list(found.hits)
    for page in range(2, -(-min(found.total, MOST) // MAX_SIZE) + 1):
        hits += ask.search(kind=FAIR, size=MAX_SIZE, page=page, **filters).hits
    return sorted(hits, key=_order), found.total, found.facets


def begins(hit: ResultHit) -> date | None:
    """The day of a fair: its first, or its last where that alone is known."""
    opens, closes = cards.days(hit.resource)
    return wording.day(opens) or wording.day(closes)


def month_of(hit: ResultHit) -> str:
    """The month in which a fair begins, YYYY-MM; this month for one that is on now."""
    found = begins(hit)
    return max(found, wording.today()).isoformat()[:7] if found else ""


def month_name(month: str) -> str:
    """2026-12 → 2026年12月."""
    return _("%(year)s年%(month)s月", year=month[:4], month=str(int(month[5:7])))


def _order(hit: ResultHit) -> tuple[date, str]:
    found = begins(hit)
    return (date.max if found is None else LONG_AGO if found < wording.today() else found), hit.id


def days(hits: list[ResultHit], root: str) -> list[Day]:
    """Fairs in order, by day."""
    groups: dict[date, list[ResultHit]] = {}
    for hit in hits:
        groups.setdefault(_order(hit)[0], []).append(hit)
    return [_day(day, [cards.card(hit, root) for hit in held]) for day, held in groups.items()]


def _day(day: date, held: list[cards.Card]) -> Day:
    if day == LONG_AGO:
        return Day(_("正在举行"), "", "", held)
    if day == date.max:
        return Day(_("时间待定"), _("以来源网站为准"), "", held)
    return Day(wording.short_date(day.isoformat()), until(day), day.isoformat(), held)


def until(day: date) -> str:
    """What day of the week it is, and how far off: 周二 · 3 天后."""
    left = (day - wording.today()).days
    when = _("今天") if left == 0 else _("明天") if left == 1 else _("%(days)d 天后", days=left) if left > 0 else ""
    return " · ".join(part for part in (wording.weekday(day), when) if part)


def shelf(ask: Asker, heading: str = "", size: int = 4, **filters: str) -> Shelf:
    """The next fairs, for other pages."""
    hits, total, _facets = _all(ask, {name: (value,) for name, value in filters.items()})
    if filters.keys() <= set(NARROW):
        more = Links(Request(filters={n: (v,) for n, v in filters.items()}), ask.root, "/fairs").page(1)
    else:  # the calendar would show the fairs of all
        more = ask.link(kind=FAIR, **filters)
    return Shelf("fairs", heading or _("近期招聘会"), [cards.card(hit, ask.root) for hit in hits[:size]], more, total)
