"""The pages: home, results, one resource. Every state of a page is a GET URL."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request

from ranking import search as door
from ranking.results import Request, Results
from web import cards, engine, keep, params, wording
from web.browse.k12_lesson import school
from web.browse.posting import posting
from web.detail import detail
from web.i18n import gettext as _
from web.i18n import term
from web.links import resource_path, search_path
from web.listing import listing
from web.memo import remembered

pages = Blueprint("pages", __name__)
keep.install(pages)
HOT = 4  # items a service
#: Service → the order of its items, and the facets whose values are ways in.
SERVICES = {
    "k12": ("popular", ("subject", "version")),
    "vocational": ("popular", ("discipline",)),
    "higher": ("popular", ("discipline", "school")),
    "jobs": ("newest", ("region", "industry")),
}
ENTRIES = {"subject": 12, "version": 6, "discipline": 12, "school": 6, "region": 12, "industry": 8}


@dataclass(frozen=True, slots=True)
class Service:
    """One of the four services on the home page."""

    name: str
    label: str
    about: str
    count: str
    href: str
    entries: list[list[tuple[str, str]]]  # ways in, by facet: label, link
    heading: str
    cards: list[cards.Card]
    more: str
    partial: bool  # a part of the index did not answer


@pages.get("/")
def home() -> Response:
    """The box, the four services, what is popular in each."""
    services = _services(request.script_root)
    partial = any(s.partial for s in services)
    return _page(render_template("home.html", services=services, partial=partial), partial)


def _page(html: str, partial: bool) -> Response:
    """A page that only a part of the index answered for is shown once and kept nowhere."""
    response = Response(html, mimetype="text/html")
    return keep.unstored(response) if partial else response


def _services(root: str) -> list[Service]:
    def make() -> tuple[list[Service], bool]:
        services = [_service(name, root) for name in SERVICES]
        return services, not any(s.partial for s in services)

    return remembered(("home", root), make)


def _service(name: str, root: str) -> Service:
    sort, facets = SERVICES[name]
    found = door.search(engine(), Request(filters={"service": (name,)}, sort=sort, size=HOT, facets=facets))
    about = {
        "k12": _("按教材版本、年级、册次找课时与电子教材"),
        "vocational": _("专业教学资源库与职业教育在线课程"),
        "higher": _("高校慕课与一流课程"),
        "jobs": _("面向毕业生的岗位，过期自动隐藏"),
    }
    return Service(
        name=name,
        label=wording.label("service", name),
        about=about[name],
        count=wording.compact(found.total),
        href=root + search_path(service=name),
        entries=[e for facet in facets if (e := _entries(found, name, facet, root))],
        heading=_heading(found),
        cards=[cards.card(hit, root) for hit in found.hits],
        more=f"{root}{search_path(service=name)}&sort={sort}",
        partial=found.partial,
    )


def _heading(found: Results) -> str:
    if found.request.sort == "newest":
        return _("最新岗位")
    # Popular is only what somebody has used: sources without figures say so.
    used = found.hits and found.hits[0].resource.get("popularity")
    return _("大家在学") if used else _("可以从这里开始")


def _entries(found: Results, service: str, facet: str, root: str) -> list[tuple[str, str]]:
    roots = [v for v in found.facets.get(facet, ()) if not v.path and v.count]
    return [(term(facet, v.label), root + search_path(service=service, **{facet: v.value})) for v in roots[: ENTRIES[facet]]]


@pages.get("/search")
def results() -> Response:
    """Results with everything that narrows them."""
    found = door.search(engine(), params.parse(request.args, stray=True))
    return _page(render_template("results.html", page=listing(found, request.script_root)), found.partial)


@pages.get("/resources/<path:id>")
def resource(id: str) -> Response:
    """One resource; an id merged into another one leads there."""
    found = door.get(engine(), id)
    if found is None:
        abort(404)
    if found.id != id:
        moved: Response = redirect(request.script_root + resource_path(found.id), 308)  # type: ignore[assignment]
        return moved
    record = found.model_dump(mode="json", exclude_defaults=True)
    root = request.script_root
    lesson, partial = school(record)
    return _page(render_template("resource.html", it=detail(record, root), job=posting(record, root), school=lesson), partial)


@pages.get("/favicon.ico")
def favicon() -> Response:
    """The icon for browsers that ask for it by its old name."""
    return current_app.send_static_file("favicon.svg")
