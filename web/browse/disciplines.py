"""Pages of what is taught: a discipline (门类 or 大类), a class (专业类), a major (专业). The same for both services.

Higher education and vocational education each have a catalogue of their own; the prefix of a code tells which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.vocab import Entry, vocabulary
from ranking.results import FacetValue, Results
from web import links, wording
from web.browse.common import Asker, Branch, Filters, Line, Shelf, Way, kept, line
from web.i18n import gettext as _

#: Service → prefix of the codes of its catalogue.
CATALOGUES = {"higher": "ug:", "vocational": "voc:"}
#: Stages of schooling that have majors of their own, in the order people pass them.
STAGES = ("vocational-secondary", "vocational-college", "vocational-bachelor", "bachelor")
VOCATIONAL = STAGES[:3]
SCHOOLS = 24  # of a discipline
COURSES = 60  # lines of a major: a standard names about thirty courses

Item = tuple[str, str]  # text, link
Tab = tuple[Way, bool]  # is it on show


@dataclass(frozen=True, slots=True)
class DisciplinePage:
    """A discipline or class: what it holds and where to go on."""

    service: str
    label: str
    trail: list[Item]
    tabs: list[Tab]  # the stages of schooling
    count: str
    all: str  # the search for everything in it
    classes: list[Way]
    others: list[Way]  # classes that no course is filed under: found by their name
    majors: list[tuple[str, list[Way]]]  # stage, its majors
    levels: list[Way]
    schools: list[Way]
    elsewhere: list[Way]  # jobs, cases …
    shelves: list[Shelf]


@dataclass(frozen=True, slots=True)
class MajorPage:
    """A major: its libraries, then its courses; the same major at other stages, its neighbours."""

    service: str
    label: str
    stage: str
    trail: list[Item]
    count: str
    all: str
    libraries: Shelf
    courses: list[Line]
    total: int  # courses
    more: str
    stages: list[Way]  # the same name at other stages
    siblings: list[Way]
    schools: list[Way]
    elsewhere: list[Way]


def service_of(code: str) -> str:
    """The service whose catalogue a code belongs to."""
    return next(service for service, prefix in CATALOGUES.items() if code.startswith(prefix))


def path_of(code: str, stage: str = "") -> str:
    """The page of a discipline or class, at one stage of schooling or all."""
    return f"/{service_of(code)}/disciplines/{code}" + (f"?stage={stage}" if stage else "")


def major_path(code: str) -> str:
    """The page of a major."""
    return f"/{service_of(code)}/majors/{code}"


def tree(ask: Asker, counts: Iterable[FacetValue], service: str, below: str = "", stage: str = "") -> list[Branch]:
    """The part of a service's catalogue that holds something, in the catalogue's order; counted, and so led to, at a stage or at all."""
    words, held = vocabulary("discipline"), {v.value: v.count for v in counts}

    def branch(entry: Entry) -> Branch:
        below = [branch(child) for child in words.children(entry.code) if held.get(child.code)]
        return Branch(Way(wording.label("discipline", entry.code), ask.root + path_of(entry.code, stage), held[entry.code], entry.code), below)

    return [branch(e) for e in words.children(below) if held.get(e.code) and e.code.startswith(CATALOGUES[service])]


def stage_tabs(ask: Asker, counts: Iterable[FacetValue], here: str, stage: str, inside: Filters) -> list[Tab]:
    """The stages of schooling that a page of vocational education can be narrowed to, before them all of it; none where it has one only.

    counts: of every stage, whichever is chosen – the facet's own choice does not narrow them.
    """
    held = {v.value: v.count for v in counts}
    tabs = [(Way(wording.label("stage", s), f"{here}?stage={s}", held[s], s), s == stage) for s in VOCATIONAL if held.get(s)]
    return [(Way(_("全部"), here, ask.total(**{**inside, "stage": ""})), not stage), *tabs] if len(tabs) > 1 or stage else []


def majors_by_class(ask: Asker, counts: Iterable[FacetValue]) -> dict[str, list[tuple[str, Way]]]:
    """Class → the majors in it that hold something, each with its stage of schooling, in the catalogue's order."""
    words = vocabulary("major")
    found: dict[str, list[tuple[str, Way]]] = {}
    for value in sorted(counts, key=lambda v: words.rank(v.value)):
        entry = words.get(value.value)
        if entry and value.count:
            way = Way(wording.label("major", entry.code), ask.root + major_path(entry.code), value.count, entry.code)
            found.setdefault(entry.parent, []).append((entry.attrs.get("stage", ""), way))
    return found


def majors(ask: Asker, counts: Iterable[FacetValue], below: str) -> dict[str, list[Way]]:
    """Majors of a discipline or class that hold something, by stage of schooling."""
    found: dict[str, list[Way]] = {stage: [] for stage in STAGES}
    for code, listed in majors_by_class(ask, counts).items():
        if code.startswith(below):
            for stage, way in listed:
                found.setdefault(stage, []).append(way)
    return {stage: ways for stage, ways in found.items() if ways}


def trail(root: str, service: str, code: str = "", stage: str = "") -> list[Item]:
    """Home, the service, and the disciplines from the root of the catalogue down to `code`."""
    way = [(_("首页"), root + "/"), (wording.label("service", service), f"{root}/{service}" + (f"?stage={stage}" if stage else ""))]
    return way + [(wording.label("discipline", c), root + path_of(c, stage)) for c in vocabulary("discipline").path(code)]


def resource_trail(record: Mapping[str, Any], root: str) -> list[Item]:
    """The way back from a resource: its discipline or class, and its major; [] where neither is in its service's catalogue."""
    service = str(record.get("service") or "")
    prefix = CATALOGUES.get(service, "-")
    majors = [m for m in record.get("major") or () if m.startswith(prefix)]
    codes = [c for c in record.get("discipline") or () if c.startswith(prefix)]
    if majors and (entry := vocabulary("major").get(majors[0])):
        return [*trail(root, service, entry.parent), (wording.label("major", entry.code), root + major_path(entry.code))]
    return trail(root, service, codes[0]) if codes else []


def discipline(ask: Asker, code: str, stage: str = "") -> DisciplinePage:
    """The page of a discipline or class, at one stage of schooling or all."""
    service, words = service_of(code), vocabulary("discipline")
    inside: Filters = {"service": service, "discipline": code, **({"stage": stage} if stage else {})}
    first = ask.search(**inside, sort="popular", size=6, facets=("kind", "stage", "level", "school"))
    classes = [b.way for b in tree(ask, ask.values("discipline", **inside), service, code, stage)] if words.children(code) else []
    named = {way.value for way in classes}
    return DisciplinePage(
        service=service,
        label=wording.label("discipline", code),
        trail=trail(ask.root, service, code, stage)[:-1],
        tabs=stage_tabs(ask, first.facets["stage"], ask.root + path_of(code), stage, inside) if service == "vocational" else [],
        count=wording.grouped(first.total),
        all=ask.link(**inside),
        classes=classes,
        others=[Way(e.label, ask.root + links.search_path(q=e.label, service=service)) for e in words.children(code) if e.code not in named],
        majors=[(wording.label("stage", of), ways) for of, ways in majors(ask, ask.values("major", **inside), code).items() if stage in ("", of)],
        levels=ask.ways(first.facets["level"], **inside, level=""),
        schools=ask.ways(first.facets["school"][:SCHOOLS], **inside, school=""),
        elsewhere=elsewhere(ask, "discipline", code, service),
        shelves=shelves(ask, first, **inside),
    )


def shelves(ask: Asker, first: Results, **inside: Any) -> list[Shelf]:
    """What is most used, open or opens soon, libraries, cases. `first` has counted the kinds: what there is none of is not asked for."""
    held = {v.value for v in first.facets["kind"] if v.count}
    made = [ask.popular(first)]
    if "course" in held:
        made += [ask.shelf("open", _("开课中"), **inside, term="open"), ask.shelf("soon", _("即将开课"), **inside, term="soon")]
    if "library" in held:
        made.append(ask.shelf("libraries", _("专业教学资源库"), **inside, kind="library"))
    if "case" in held:
        made.append(ask.shelf("cases", _("案例"), **inside, kind="case", sort="newest"))
    return kept(made)


def major(ask: Asker, code: str) -> MajorPage:
    """The page of a major."""
    service, words = service_of(code), vocabulary("major")
    entry = words.entries[code]
    inside: Filters = {"service": service, "major": code}
    courses = ask.search(**inside, kind="course", sort="popular", size=COURSES)
    alike = [e for e in words.candidates(entry.label) if e.label == entry.label and e.code != code]
    near = majors(ask, ask.values("major", service=service, discipline=entry.parent), entry.parent)
    return MajorPage(
        service=service,
        label=wording.label("major", code),
        stage=wording.label("stage", entry.attrs.get("stage", "")),
        trail=trail(ask.root, service, entry.parent),
        count=wording.grouped(ask.total(**inside)),
        all=ask.link(**inside),
        libraries=ask.shelf("libraries", _("专业教学资源库"), **inside, kind="library"),
        courses=[line(h.resource, ask.root) for h in courses.hits],
        total=courses.total,
        more=ask.link(**inside, kind="course", sort="popular"),
        stages=[Way(wording.label("stage", e.attrs.get("stage", "")), ask.root + major_path(e.code)) for e in alike],
        siblings=[way for way in near.get(entry.attrs.get("stage", ""), ()) if way.value != code],
        schools=schools(ask, **inside),
        elsewhere=elsewhere(ask, "major", code, service),
    )


def schools(ask: Asker, **inside: Any) -> list[Way]:
    """The schools that offer most of it, each leading to its courses there."""
    return ask.ways(ask.search(**inside, facets=("school",)).facets["school"][:SCHOOLS], **inside, school="")


def elsewhere(ask: Asker, name: str, code: str, service: str) -> list[Way]:
    """What other services hold of it: jobs that ask for it."""
    jobs = ask.total(service="jobs", **{name: code})
    return [Way(_("要求相关专业的岗位"), ask.link(service="jobs", **{name: code}), jobs)] if jobs else []
