"""Higher education: disciplines, first-class courses, what is open now, platforms, cases; and schools of every kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, abort, redirect, request

from catalog import terms
from catalog.errors import BadRequest
from catalog.vocab import vocabulary
from ranking.values import resolve
from web import cards, keep, links, wording
from web.browse import disciplines, schools
from web.browse.common import Asker, Branch, Filters, Line, Shelf, Way, kept, line, page, shown, view_of
from web.i18n import gettext as _

higher = Blueprint("higher", __name__)
keep.install(higher)
HERE: Filters = {"service": "higher"}
TOP = 10  # 十大热门
NEAR = 12  # schools on the front page
SOON = 100  # courses on the page of terms: as many as one search gives
LONGEST = 80  # characters of what is looked for among schools


@dataclass(frozen=True, slots=True)
class Front:
    """The front page of higher education."""

    count: str
    tree: list[Branch]
    top: list[Line]
    top_all: str
    levels: list[Way]
    schools: list[Way]
    schools_total: int
    platforms: list[Way]
    languages: list[Way]
    shelves: list[Shelf]


@dataclass(frozen=True, slots=True)
class Terms:
    """What is open and what starts soon."""

    trail: list[disciplines.Item]
    open: Shelf
    weeks: list[tuple[str, list[Line]]]
    soon: int
    soon_all: str


@higher.get("/higher")
def front() -> Response:
    """Ways into higher education."""
    return shown("higher.html", "higher", _front)


def _front(ask: Asker) -> Front:
    courses: Filters = {**HERE, "kind": "course"}
    first = ask.search(**courses, sort="popular", size=TOP, facets=("level", "platform", "language", "school"))
    # Most popular is only what somebody has used
    used = [h.resource for h in first.hits if h.resource.get("popularity")]
    levels = sorted(first.facets["level"], key=lambda v: vocabulary("level").rank(v.value))
    return Front(
        count=wording.grouped(ask.total(**HERE)),
        tree=disciplines.tree(ask, ask.values("discipline", **HERE), "higher"),
        top=[line(record, ask.root, note=" · ".join(filter(None, (_school(record), cards.audience_size(record))))) for record in used],
        top_all=ask.link(**courses, sort="popular"),
        levels=ask.ways(levels, **courses, level=""),
        schools=[Way(v.label, ask.root + links.school_path(v.value), v.count) for v in first.facets["school"][:NEAR]],
        schools_total=len(ask.values("school", **courses)),
        platforms=ask.ways(first.facets["platform"], **courses, platform=""),
        languages=ask.ways(first.facets["language"], **courses, language=""),
        shelves=kept((
            ask.shelf("first", _("一流课程与精品课程"), **courses, level=[v.value for v in levels if v.value.startswith("national-")] or ["national-first"]),
            ask.shelf("open", _("开课中"), **courses, term="open", more=ask.root + "/higher/terms"),
            ask.shelf("soon", _("即将开课"), **courses, term="soon", more=ask.root + "/higher/terms#soon"),
            ask.shelf("cases", _("案例库"), **HERE, kind="case", sort="newest"),
        )),
    )  # fmt: skip


def _school(record: Mapping[str, Any]) -> str:
    return "、".join(cards.values(record, "school")[:1])


@higher.get("/higher/disciplines/<code>")
def discipline(code: str) -> Response:
    """One discipline or class; a label, or a code of the other catalogue, leads to its own page."""
    return discipline_page(code)


@higher.get("/higher/majors/<code>")
def major(code: str) -> Response:
    """One major."""
    return major_page(code)


def discipline_page(code: str, stage: str = "") -> Response:
    """The page of a discipline of either catalogue, at its one address."""
    found = _resolved("discipline", code)
    path = disciplines.path_of(found)
    if path != request.path:
        return moved(disciplines.path_of(found, stage))
    return shown("discipline.html", (path, stage), lambda ask: disciplines.discipline(ask, found, stage))


def major_page(code: str) -> Response:
    """The page of a major of either catalogue, at its one address."""
    found = _resolved("major", code)
    path = disciplines.major_path(found)
    return shown("major.html", path, lambda ask: disciplines.major(ask, found)) if path == request.path else moved(path)


def _resolved(name: str, code: str) -> str:
    entry = vocabulary(name).canonical(code)
    return entry.code if entry else abort(404)


def moved(path: str) -> Response:
    """To the one address of a page."""
    there: Response = redirect(request.script_root + path, 308)  # type: ignore[assignment]
    return there


@higher.get("/higher/schools")
def all_schools() -> Response:
    """Schools A–Z or by region; `q` looks among them."""
    text, by = request.args.get("q", "").strip()[:LONGEST], request.args.get("by", "")
    if by not in ("", "letter", "region"):
        raise BadRequest(_("没有 %(value)s 这种排法", value=by[:LONGEST]), parameter="by", allowed=["letter", "region"])
    (listed, trail), partial = view_of("schools", lambda ask: (schools.schools(ask, "higher"), disciplines.trail(ask.root, "higher")))
    found = schools.matching(listed, text) if text else listed
    groups = schools.by_region(found) if by == "region" else schools.by_letter(found)
    return page("schools.html", partial, groups=groups, total=len(found), text=text, by=by or "letter", trail=trail)


@higher.get("/schools/")
def schools_root() -> Response:
    """Above the pages of schools stands the list of them."""
    return moved("/higher/schools")


@higher.get("/schools/<path:name>")
def school(name: str) -> Response:
    """One school, and what it offers; a short name leads to the whole one."""
    full = resolve("school", name)
    if full != name:
        return moved(links.school_path(full))
    return shown("school.html", ("school", full), lambda ask: schools.school(ask, full))


@higher.get("/higher/terms")
def open_terms() -> Response:
    """What is open now, and what starts soon, by week."""
    return shown("terms.html", "terms", _terms)


def _terms(ask: Asker) -> Terms:
    courses: Filters = {**HERE, "kind": "course"}
    found = ask.search(**courses, term="soon", sort="popular", size=SOON)
    begins = sorted(((opens(h.resource), h.resource) for h in found.hits), key=lambda pair: pair[0])
    weeks = [(week(monday), [line(record, ask.root) for _day, record in group]) for monday, group in groupby(begins, lambda pair: _monday(pair[0]))]
    return Terms(
        trail=disciplines.trail(ask.root, "higher"),
        open=ask.shelf("open", _("开课中"), **courses, term="open", size=12),
        weeks=weeks,
        soon=found.total,
        soon_all=ask.link(**courses, term="soon"),
    )


def opens(record: Mapping[str, Any]) -> date:
    """The day on which the next run of a course opens."""
    runs = [(r.get("opens", ""), r.get("closes", "")) for r in record.get("terms") or record.get("offers") or ()]
    return wording.day(terms.current(runs, wording.today().isoformat())[0]) or wording.today()


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week(monday: date) -> str:
    """A week in words: this one, the next, else its first and last day."""
    ahead = (monday - _monday(wording.today())).days // 7
    if ahead in (0, 1):
        return _("下周") if ahead else _("本周")
    return _("%(first)s – %(last)s", first=wording.short_date(monday.isoformat()), last=wording.short_date((monday + timedelta(days=6)).isoformat()))
