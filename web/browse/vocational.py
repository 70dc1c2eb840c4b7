"""Vocational education: category → class → major → libraries and courses, for each of the three levels of schooling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, request

from catalog.errors import BadRequest
from catalog.vocab import vocabulary
from ranking.results import FacetValue
from web import keep, params, wording
from web.browse import disciplines
from web.browse.common import Asker, Branch, Filters, Shelf, Way, kept, shown
from web.browse.higher import discipline_page, major_page
from web.i18n import gettext as _

vocational = Blueprint("vocational", __name__)
keep.install(vocational)
HERE: Filters = {"service": "vocational"}


@dataclass(frozen=True, slots=True)
class Category:
    """A category (大类): its classes, each with its majors."""

    branch: Branch
    majors: int


@dataclass(frozen=True, slots=True)
class Front:
    """The front page of vocational education, for one level of schooling or all."""

    count: str
    stage: str
    tabs: list[disciplines.Tab]
    tree: list[Category]
    levels: list[Way]
    sorts: list[Way]
    shelves: list[Shelf]


def asked_stage() -> str:
    """The level of schooling that the page is asked for, "" for all."""
    asked = request.args.get("stage", "").strip()
    stage = params.facet_value("stage", asked) if asked else ""
    if stage and stage not in disciplines.VOCATIONAL:
        allowed = list(disciplines.VOCATIONAL)
        raise BadRequest(_("职业教育没有「%(label)s」这个学段", label=wording.label("stage", stage)), parameter="stage", allowed=allowed)
    return stage


@vocational.get("/vocational")
def front() -> Response:
    """Ways into vocational education; `stage` chooses a level of schooling."""
    stage = asked_stage()
    return shown("vocational.html", ("vocational", stage), lambda ask: _front(ask, stage))


def _front(ask: Asker, stage: str) -> Front:
    inside: Filters = {**HERE, **({"stage": stage} if stage else {})}
    whole = ask.search(**inside, facets=("stage", "level", "kind", "resource_type"))
    return Front(
        count=wording.grouped(whole.total),
        stage=stage,
        tabs=disciplines.stage_tabs(ask, whole.facets["stage"], ask.root + "/vocational", stage, inside),
        tree=_tree(ask, inside, stage),
        levels=_levels(ask, whole.facets["level"], inside),
        sorts=_sorts(ask, whole.facets, inside),
        shelves=kept((
            ask.shelf("libraries", _("专业教学资源库"), **inside, kind="library", size=6),
            ask.shelf("courses", _("在线精品课程"), **inside, kind="course", level=("voc-national", "voc-provincial"), size=6),
            ask.shelf("open", _("开课中"), **inside, term="open"),
            ask.shelf("simulations", _("虚拟仿真"), **inside, resource_type="simulation"),
        )),
    )  # fmt: skip


def _tree(ask: Asker, inside: Filters, stage: str) -> list[Category]:
    by_class = disciplines.majors_by_class(ask, ask.values("major", **inside))
    found = []
    for branch in disciplines.tree(ask, ask.values("discipline", **inside), "vocational", stage=stage):
        classes = [
            Branch(below.way, [Branch(way) for of, way in by_class.get(below.way.value, ()) if stage in ("", of)]) for below in branch.below
        ]
        found.append(Category(Branch(branch.way, classes), sum(len(c.below) for c in classes)))
    return found


def _levels(ask: Asker, values: tuple[FacetValue, ...], inside: Filters) -> list[Way]:
    """Badges: national before provincial before a school's own."""
    return ask.ways(sorted(values, key=lambda v: vocabulary("level").rank(v.value)), **inside, level="")


def _sorts(ask: Asker, facets: Mapping[str, tuple[FacetValue, ...]], inside: Filters) -> list[Way]:
    """Kinds and types of resource that there are: 资源库, 课程, 视频公开课, 虚拟仿真, 教材 …"""
    return ask.ways(facets["kind"], **inside, kind="") + ask.ways(facets["resource_type"], **inside, resource_type="")


@vocational.get("/vocational/disciplines/<code>")
def discipline(code: str) -> Response:
    """One category or class; `stage` as on the front page."""
    return discipline_page(code, asked_stage())


@vocational.get("/vocational/majors/<code>")
def major(code: str) -> Response:
    """One major with its libraries and courses."""
    return major_page(code)
