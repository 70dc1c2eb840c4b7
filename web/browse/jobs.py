"""/jobs: open posts by region, industry and what else one chooses by; /jobs/regions/<code>, /jobs/industries/<code>: one branch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort

from catalog.vocab import vocabulary
from indexer.fields import FACETS
from ranking.results import FacetValue, Results
from web import cards, keep, links, lookalike, wording
from web.browse import fairs, guidance
from web.browse.common import Asker, Branch, Shelf, Way, shown, view_of
from web.i18n import gettext as _

jobs = Blueprint("jobs", __name__)
keep.install(jobs)

JOB = "job"
CHOICES = ("job_type", "degree", "salary", "experience", "year", "verified")  # what one chooses by, besides place and trade
IN_ORDER = ("degree", "salary", "experience")  # people read these in their own order, not by count
BELOW = 5  # branches named below each of the tree
OCCUPATIONS, EMPLOYERS, CROSSING = 24, 12, 24
NEWEST, ASKED = 8, 24  # cards of newest posts, and how many are asked for: look-alikes are one card
Item = tuple[str, str]  # text, link


@dataclass(frozen=True, slots=True)
class Choice:
    """What one can choose by: a heading and its ways into the search."""

    name: str
    heading: str
    ways: list[Way]


@dataclass(frozen=True, slots=True)
class Front:
    """/jobs."""

    total: int
    verified: int
    everything: str
    regions: list[Branch]
    industries: list[Branch]
    occupations: list[Way]
    choices: list[Choice]
    newest: Shelf
    fairs: Shelf
    guidance: list[Shelf]


@dataclass(frozen=True, slots=True)
class Corner:
    """The page of one region or industry."""

    field: str
    label: str
    trail: list[Item]
    total: int
    everything: str
    below: list[Way]
    below_heading: str
    crossing: Choice
    occupations: list[Way]
    employers: list[Way]
    choices: list[Choice]
    newest: Shelf
    fairs: Shelf


@jobs.get("/jobs")
def front() -> Response:
    """All open posts, by what people choose by."""
    return shown("jobs.html", "front", _front)


@jobs.get("/jobs/regions/<code>")
def region(code: str) -> Response:
    """Open posts of a province, city or district."""
    return _branch("region", code)


@jobs.get("/jobs/industries/<code>")
def industry(code: str) -> Response:
    """Open posts of a section, division, group or class of industry."""
    return _branch("industry", code)


def _branch(field: str, code: str) -> Response:
    if code not in vocabulary(field):
        abort(404)
    return shown("jobs_branch.html", (field, code), lambda ask: _corner(ask, field, code))


def _front(ask: Asker) -> Front:
    found = ask.search(kind=JOB, sort="newest", size=ASKED, facets=CHOICES)
    return Front(
        total=found.total,
        verified=next((v.count for v in found.facets["verified"] if v.value == "true"), 0),
        everything=ask.link(kind=JOB, sort="newest"),
        regions=branches(ask, "region"),
        industries=branches(ask, "industry"),
        occupations=occupations(ask),
        choices=choices(ask, found, CHOICES),
        newest=newest(ask, found, _("最新岗位")),
        fairs=fairs.shelf(ask),
        guidance=guidance.shelves(ask, size=2),
    )


def _corner(ask: Asker, field: str, code: str) -> Corner:
    other = "industry" if field == "region" else "region"
    own: dict[str, Any] = {field: code}
    found = ask.search(kind=JOB, sort="newest", size=ASKED, facets=(other, "employer", "degree", "salary", "job_type"), **own)
    place = wording.place(code) if field == "region" else wording.label(field, code)
    return Corner(
        field=field,
        label=wording.label(field, code),
        trail=trail(field, code, ask.root),
        total=found.total,
        everything=ask.link(kind=JOB, sort="newest", **own),
        below=ways(ask, field, code),
        below_heading=_below_heading(field, code),
        crossing=Choice(other, _("哪些行业在招") if field == "region" else _("哪些地区在招"), ask.ways(found.facets[other][:CROSSING], kind=JOB, **own, **{other: ""})),
        occupations=occupations(ask, **own),
        # without their counts: an employer's own page holds its posts everywhere
        employers=[Way(v.label, ask.root + links.employer_path(v.value)) for v in found.facets["employer"][:EMPLOYERS]],
        choices=choices(ask, found, ("job_type", "degree", "salary"), **own),
        newest=newest(ask, found, _("%(place)s最新岗位", place=place), **own),
        fairs=fairs.shelf(ask, **own),
    )


def _below_heading(field: str, code: str) -> str:
    children = vocabulary(field).children(code)
    if field == "industry":
        return _("细分行业")
    return _("按城市") if any(e.attrs.get("level") == "city" for e in children) else _("按区县")


def counted(ask: Asker, field: str) -> Mapping[str, int]:
    """Open posts by code, at every level of a tree; the same for all pages, so counted once a minute."""
    values, partial = view_of(("jobs", field), lambda one: one.values(field, kind=JOB))
    ask.partial = ask.partial or partial
    return {v.value: v.count for v in values}


def ways(ask: Asker, field: str, parent: str = "", most: int = 0) -> list[Way]:
    """The branches directly below one that hold posts, fullest first; at most so many (0: all)."""
    counts = counted(ask, field)
    below = [e for e in vocabulary(field).children(parent) if counts.get(e.code)]
    below.sort(key=lambda e: -counts[e.code])  # ties stay in the vocabulary's order
    return [Way(wording.label(field, e.code), ask.root + links.branch_path(field, e.code), counts[e.code], e.code) for e in below[: most or None]]


def branches(ask: Asker, field: str) -> list[Branch]:
    """The first level of a tree, each with the fullest of what lies below it; not what is called like it (教育 below 教育)."""
    return [Branch(way, [Branch(w) for w in ways(ask, field, way.value, BELOW) if w.label != way.label]) for way in ways(ask, field)]


def trail(field: str, code: str, root: str) -> list[Item]:
    """The way back from a branch."""
    above = vocabulary(field).path(code)[:-1]
    return [(_("首页"), root + "/"), (_("就业"), root + "/jobs"), *((wording.label(field, c), root + links.branch_path(field, c)) for c in above)]


def occupations(ask: Asker, **filters: str) -> list[Way]:
    """The occupations most asked for: of the tree only its leaves, which are what people call their trade."""
    words = vocabulary("occupation")
    leaves = [v for v in ask.values("occupation", kind=JOB, **filters) if not words.children(v.value)]
    return ask.ways(leaves[:OCCUPATIONS], kind=JOB, **filters, occupation="")


def choices(ask: Asker, found: Results, names: Iterable[str], **filters: str) -> list[Choice]:
    """Values of facets as ways into the search; what has none is left out."""
    made = [Choice(name, _heading(name), ask.ways(_ordered(name, found.facets[name]), kind=JOB, **filters, **{name: ""})) for name in names]
    return [choice for choice in made if choice.ways]


def _heading(name: str) -> str:
    """Of a job the year is that of graduation."""
    return _("毕业届别") if name == "year" else _(FACETS[name].label)


def _ordered(name: str, values: tuple[FacetValue, ...]) -> list[FacetValue]:
    top = [v for v in values if not v.path]
    if name == "year":
        return sorted(top, key=lambda v: v.value, reverse=True)
    return sorted(top, key=lambda v: vocabulary(name).rank(v.value)) if name in IN_ORDER else top


def newest(ask: Asker, found: Results, heading: str, **filters: str) -> Shelf:
    """The newest posts, look-alikes folded, as a shelf."""
    made: list[cards.Card] = lookalike.one_a_post(found.hits, ask.root)[:NEWEST]
    return Shelf("newest", heading, made, ask.link(kind=JOB, sort="newest", **filters), found.total)
