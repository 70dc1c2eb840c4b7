"""Ways on from a search that found too little: the steps of the ladder in words, with links. See ranking.ladder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from indexer.fields import FILTERS
from ranking.facets import label
from ranking.results import Request, Results, Step
from web import wording
from web.i18n import gettext as _
from web.i18n import term
from web.links import Links


@dataclass(frozen=True, slots=True)
class Way:
    """One step: what it does, where it leads, how many are there."""

    text: str
    href: str
    count: str


@dataclass(frozen=True, slots=True)
class Ways:
    """The steps of a search: neighbouring books stand apart from the rest."""

    steps: list[Way]
    neighbours: list[Way]


def ways(found: Results, root: str = "") -> Ways:
    """The ladder of these results as the page shows it."""
    steps = [(step.kind, Way(words(step), Links(step.request, root).page(1), wording.grouped(step.count))) for step in found.ladder]
    return Ways([way for kind, way in steps if kind != "neighbour"], [way for kind, way in steps if kind == "neighbour"])


def words(step: Step) -> str:
    """A step in words."""
    dropped = "、".join(step.drop)
    match step.kind:
        case "filter":
            return _("去掉条件「%(name)s：%(label)s」", name=_(FILTERS[step.label].label), label="、".join(term(step.label, one) for one in step.drop))
        case "filters":
            return _("去掉全部条件")
        case "spelling":
            return _("不限条件，搜索「%(text)s」", text=step.request.text)
        case "neighbour":
            field = next((name for name, values in step.request.filters.items() if step.label in [label(name, one) for one in values]), "")
            return _("%(text)s · %(label)s", text=step.request.text, label=term(field, step.label))
        case "concept":
            return _("不要求「%(label)s」", label=dropped)
    return _("浏览全部%(label)s", label=term("kind", step.label))


def params(request: Request) -> Mapping[str, Any]:
    """The parameters that ask for a request."""
    return {**({"q": request.text} if request.text else {}), **{name: list(values) for name, values in request.filters.items()}}
