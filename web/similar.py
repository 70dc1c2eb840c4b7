"""What a resource leads to: similar ones, what others opened, courses for a job and jobs for a course; each with its reason in words.

/api/v1/similar/<id>, and the panels below a resource's page: `connections(resource)` in its template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, after_this_request, redirect, request

from catalog.errors import BadRequest, EngineError
from catalog.resource import Kind, Resource
from indexer.engine import Engine
from ranking import search as door
from ranking.alike import Reason
from ranking.asked import courses_for, jobs_for
from ranking.opened import also_opened
from ranking.part import Watched
from ranking.similar import Recommendation
from ranking.similar import similar as alike
from web import answers, cards, engine, gate, params, present, wording
from web.api import reply
from web.i18n import gettext as _
from web.i18n import ngettext
from web.keep import unstored

similar = Blueprint("similar", __name__)
SIZE, MOST = 6, 20
AROUND = frozenset({"beside", "unit", "volume", "part"})  # reasons that a page needs no more which lists the lessons around its own
Found = Mapping[str, tuple[Recommendation, ...]]


@dataclass(frozen=True, slots=True)
class Item:
    """One recommendation as the page shows it."""

    card: cards.Card
    reason: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One list below a resource."""

    name: str
    heading: str
    items: list[Item]


@similar.get("/api/v1/similar/<path:id>")
def api(id: str) -> Response:
    """Recommendations for one resource, by sort; an id merged into another one redirects to it for good. size: at most MOST each."""
    unknown = [name for name in request.args if name != "size"]
    if unknown:
        raise BadRequest(_("没有名为 %(name)s 的参数", name=unknown[0][:80]), parameter=unknown[0][:80], allowed=["size"])
    size = params.number(request.args, "size", SIZE)
    if size > MOST:
        raise BadRequest(_("每页最多 %(most)d 条", most=MOST), parameter="size", allowed=[f"1-{MOST}"])
    resource = door.get(engine(), id)
    if resource is None:
        abort(404)
    if resource.id != id:
        moved: Response = redirect(f"{request.script_root}/api/v1/similar/{quote(resource.id, safe=':')}", 308)  # type: ignore[assignment]
        return moved
    asked = Watched(engine())
    found = recommended(asked, resource, size)
    answer = reply({name: [present.hit(one.hit) | {"reason": {"code": one.reason.code, "text": words(one.reason)}} for one in ones] for name, ones in found.items()})
    return unstored(answer) if asked.partial else answer


def recommended(engine: Engine, resource: Resource, size: int, *, similar: bool = True) -> Found:
    """Everything that is recommended for a resource, by sort: similar (where wanted), opened, and for a job courses, for a course jobs."""
    found = {"similar": alike(engine, resource, size)} if similar else {}
    found["opened"] = also_opened(engine, resource.id, size)
    if resource.kind is Kind.JOB:
        found["courses"] = courses_for(engine, resource, size)
    elif resource.kind is Kind.COURSE:
        found["jobs"] = jobs_for(engine, resource, size)
    return found


@similar.app_template_global("connections")
def connections(resource: Resource, instead: object = None, around: object = None) -> list[Panel]:
    """The panels below a resource's page, those that hold something. A page without them is better than none: where others wait, there are none.

    instead  the page shows other open jobs already; around: it shows the lessons around its own
    """
    if gate.pressed():
        answers.brief()
        return []
    try:
        asked = Watched(engine())
        found = dict(recommended(asked, resource, MOST if around else SIZE, similar=not instead))
    except EngineError:
        after_this_request(unstored)
        return []
    if asked.partial:
        after_this_request(unstored)
    if around:
        found = {name: tuple(one for one in ones if one.reason.code not in AROUND) for name, ones in found.items()}
    order = ("courses", "similar", "jobs", "opened")
    return [Panel(name, heading(name, resource.kind), _items(found[name][:SIZE])) for name in order if found.get(name)]


def _items(ones: Iterable[Recommendation]) -> list[Item]:
    return [Item(cards.card(one.hit, request.script_root), words(one.reason)) for one in ones]


def heading(name: str, kind: str) -> str:
    """What stands over a panel."""
    own = {"courses": _("学这些课可以胜任"), "jobs": _("这门课通向的职位"), "opened": _("看过的人还打开")}
    alike = {"lesson": _("相关课时"), "textbook": _("相关教材"), "course": _("相似课程"), "job": _("相似的在招职位")}
    return own.get(name) or alike.get(kind) or _("相似内容")


# ── reasons in words ───────────────────────────────────────────────────────────────────────────────────────────────
def words(reason: Reason) -> str:
    """A reason as people read it."""
    return SENTENCES[reason.code](reason.params)


def _label(given: Mapping[str, Any], name: str) -> str:
    """The label of the one value of a field."""
    return wording.place(given[name][0]) if name == "region" else wording.label(name, given[name][0])


def _post(given: Mapping[str, Any]) -> str:
    if given.get("region"):
        return _("同在%(place)s，也招「%(words)s」", place=_label(given, "region"), words=given["words"])
    return _("也招「%(words)s」", words=given["words"])


def _trade(given: Mapping[str, Any]) -> str:
    if given.get("region"):
        return _("同在%(place)s的同类职位：%(trade)s", place=_label(given, "region"), trade=_label(given, "occupation"))
    return _("同类职位：%(trade)s", trade=_label(given, "occupation"))


def _hires(given: Mapping[str, Any]) -> str:
    if given.get("region"):
        return _("同在%(place)s，也招「%(major)s」专业", place=_label(given, "region"), major=_label(given, "major"))
    return _("也招「%(major)s」专业", major=_label(given, "major"))


def _about(given: Mapping[str, Any]) -> str:
    name = next(iter(given))
    return _("同属「%(label)s」", label=_label(given, name))


SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "part": lambda given: _("同一课的另一节"),
    "topic": lambda given: _("也讲「%(words)s」", words=given["words"]),
    "unit": lambda given: _("同一单元：%(unit)s", unit=given["unit"]),
    "beside": lambda given: _("同一册书里的前后课"),
    "volume": lambda given: _("同一册书"),
    "edition": lambda given: _("同一册的另一版次"),
    "series": lambda given: _("同一套教材"),
    "version": lambda given: _("同一册次的另一版本"),
    "grade": lambda given: _("同一学科、同一年级"),
    "major": lambda given: _("同一专业：%(major)s", major=_label(given, "major")),
    "class": lambda given: _("同一专业类：%(class)s", **{"class": _label(given, "discipline")}),
    "teacher": lambda given: _("同一位老师：%(teacher)s", teacher=given["teacher"][0]),
    "post": _post,
    "trade": _trade,
    "hires": _hires,
    "service": lambda given: _("同在%(place)s，同属「%(sort)s」", place=_label(given, "region"), sort=_label(given, "job_type")),
    "about": _about,
    "asked": lambda given: _("职位要求「%(words)s」", words=given["words"]),
    "work": lambda given: _("职位与「%(words)s」对口", words=given["words"]),
    "for-major": lambda given: _("职位要求的专业：%(major)s", major=_label(given, "major")),
    "hiring": lambda given: ngettext("有 %(num)d 个在招职位提到「%(words)s」", "有 %(num)d 个在招职位提到「%(words)s」", given["count"], words=given["words"]),
    "of-major": lambda given: _("招聘的专业：%(major)s", major=_label(given, "major")),
    "opened": lambda given: _("看过这个的人也打开了"),
}
