"""The home page: the box, what people ask, the four services with their ways in, topics, hot lists."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import nlargest

from flask import Blueprint, Response

from ranking.popular import popular_queries
from ranking.results import Results
from web import jsonld, keep, wording
from web.browse.common import Asker, page, view_of
from web.hot import Ranking, rankings
from web.i18n import gettext as _
from web.i18n import term
from web.links import search_path
from web.topics import topic_tiles

home = Blueprint("home", __name__)
keep.install(home)
#: Service → the facet whose values are ways in.
SERVICES = {"k12": "subject", "vocational": "discipline", "higher": "discipline", "jobs": "region"}
ENTRIES = 6  # ways in of a service
HOT = 5  # resources of a hot list
TOPICS = 8
ASKED = 6  # queries that people asked, LEAST at least, else TRIES
LEAST = 4
TRIES = ("译林版 五年级上册 英语", "六年级 有理数", "浙大 C语言", "北京 生物制药")


@dataclass(frozen=True, slots=True)
class Service:
    """One of the four services."""

    name: str
    label: str
    about: str
    count: str
    href: str
    entries: list[tuple[str, str]]  # ways in: label, link


@dataclass(frozen=True, slots=True)
class HomePage:
    """What the searches of the home page found."""

    services: list[Service]
    hot: list[Ranking]


@home.get("/")
def front() -> Response:
    """The home page."""
    view, partial = view_of("home", _home)
    tiles, missing = topic_tiles()
    asked = _asked()
    return page("home.html", partial or missing, page=view, topics=tiles[:TOPICS], more_topics=len(tiles) > TOPICS, asked=asked, tries=TRIES, structured=jsonld.of_site())


def _home(ask: Asker) -> HomePage:
    return HomePage([_service(ask, name, facet) for name, facet in SERVICES.items()], rankings(ask, "service", list(SERVICES), HOT))


def _service(ask: Asker, name: str, facet: str) -> Service:
    found = ask.search(size=1, facets=(facet,), service=name)
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
        href=f"{ask.root}/{name}",
        entries=_entries(found, name, facet, ask.root),
    )


def _entries(found: Results, service: str, facet: str, root: str) -> list[tuple[str, str]]:
    roots = [v for v in found.facets.get(facet, ()) if not v.path and v.count]
    return [(term(facet, v.label), root + search_path(service=service, **{facet: v.value})) for v in roots[:ENTRIES]]


def _asked() -> list[str]:
    """What many people ask, the most often asked first; nothing while few do."""
    rows, _names = popular_queries()
    often = nlargest(ASKED, rows, key=lambda row: row[1])
    return [query for query, _times in often] if len(often) >= LEAST else []
