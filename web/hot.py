"""Hot lists: /hot by kind, and on the home page by service. Each says what it goes by: see ranking.hot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response

from catalog.vocab import vocabulary
from ranking.hot import FRESH, HotList, hot_lists
from ranking.part import Watched
from ranking.results import ResultHit
from web import cards, engine, keep, links, wording
from web.browse.common import Asker, Line, page, view_of
from web.i18n import gettext as _

hot = Blueprint("hot", __name__)
keep.install(hot)
LONG = 10  # resources of a list on its own page


@dataclass(frozen=True, slots=True)
class Ranking:
    """One hot list as a page shows it."""

    name: str
    label: str
    basis: str  # what it goes by, in words
    lines: list[Line]
    more: str
    counted: bool  # the order says how much; else the lines bear no numbers


@hot.get("/hot")
def by_kind() -> Response:
    """The hottest of every kind."""
    kinds = [entry.code for entry in vocabulary("kind")]
    lists, partial = view_of("hot", lambda ask: rankings(ask, "kind", kinds, LONG))
    return page("hot.html", partial, lists=lists)


def rankings(ask: Asker, field: str, values: Sequence[str], size: int) -> list[Ranking]:
    """The hot lists of kinds or services that have one."""
    watched = Watched(engine())
    found = hot_lists(watched, field, values, size)
    ask.partial = ask.partial or watched.partial
    return [_ranking(one, ask.root) for one in found]


def _ranking(found: HotList, root: str) -> Ranking:
    sort = "newest" if found.value in FRESH else "popular"
    more = f"{root}{links.search_path(**{found.field: found.value})}&sort={sort}"
    lines = [_line(hit, root) for hit in found.hits]
    return Ranking(found.value, wording.label(found.field, found.value), _basis(found.basis), lines, more, found.basis in ("opened", "popular"))


def _basis(basis: str) -> str:
    known = {"opened": _("大家在看"), "popular": _("参加人数最多"), "newest": _("最新发布")}
    # sources without figures say so
    return known.get(basis) or _("可以从这里开始")


def _line(hit: ResultHit, root: str) -> Line:
    """A resource with what one decides by, in a line: pay and place, school and enrolments, version and grade."""
    card, record = cards.card(hit, root), hit.resource
    who = "".join(piece for piece, _match in card.people[0]) if card.people else ""
    match card.kind:
        case "job":
            parts = (card.pay, who, *card.facts[:1])
        case "lesson" | "textbook":
            parts = (*card.facts[:4],)
        case _:
            parts = (who or "、".join(card.facts[:1]), cards.audience_size(record))
    return Line(str(record.get("title", "")), card.href, " · ".join(part for part in parts if part))
