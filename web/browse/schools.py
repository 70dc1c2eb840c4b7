"""Schools: all that have courses, A–Z by pinyin or by province, and a page for each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from catalog.text import key
from catalog.vocab import Entry, vocabulary
from indexer.sounds import reading
from web import links, wording
from web.browse.common import Asker, Shelf, Way
from web.browse.disciplines import CATALOGUES, Item, shelves, trail
from web.i18n import gettext as _

OTHER = "#"  # what begins with neither a Han character nor a Latin letter


@dataclass(frozen=True, slots=True)
class School:
    """A school that has courses."""

    name: str
    href: str
    count: int
    sound: str  # its syllables, in one: chongqingdaxue
    initial: str
    province: str  # code, "" where unknown
    keys: tuple[str, ...]  # everything that it may be looked for by

    @property
    def way(self) -> Way:
        """As a link with its count."""
        return Way(self.name, self.href, self.count)


@dataclass(frozen=True, slots=True)
class Group:
    """Schools under one letter or province."""

    name: str  # anchor
    heading: str
    ways: list[Way]


@dataclass(frozen=True, slots=True)
class SchoolPage:
    """A school and what it offers."""

    name: str
    service: str
    trail: list[Item]
    place: str
    honours: tuple[str, ...]
    count: str
    all: str
    kinds: list[Way]
    disciplines: list[Way]
    levels: list[Way]
    platforms: list[Way]
    teachers: list[Way]
    jobs: Way | None
    shelves: list[Shelf]


def known(name: str) -> Entry | None:
    """The school that a name or a short name stands for in the Ministry's list."""
    return vocabulary("school").canonical(name)


def schools(ask: Asker, service: str) -> list[School]:
    """All schools with courses of a service, in the order of their pinyin."""
    found = [_school(v.value, v.count, ask.root) for v in ask.values("school", service=service, kind="course") if v.count]
    return sorted(found, key=lambda s: (s.initial == OTHER, s.initial, s.sound, s.name))


def _school(name: str, count: int, root: str) -> School:
    entry, syllables = known(name), reading(name)
    sound, initials = "".join(syllables), "".join(s[0] for s in syllables)
    region = entry.attrs.get("region", "") if entry else ""
    initial = sound[:1].upper() if sound[:1].isascii() and sound[:1].isalpha() else OTHER
    keys = (key(name), sound, initials, *(key(a) for a in (entry.aliases if entry else ())))
    return School(name, root + links.school_path(name), count, sound, initial, region[:2] + "0000" if region else "", keys)


def matching(found: Iterable[School], text: str) -> list[School]:
    """The schools that a text may mean: a part of the name, a short name, or the beginning of its pinyin or of its initials."""
    wanted = key(text)
    return [s for s in found if any(k.startswith(wanted) or (not wanted.isascii() and wanted in k) for k in s.keys)]


def by_letter(found: Iterable[School]) -> list[Group]:
    """A–Z."""
    return [Group(f"letter-{letter if letter != OTHER else 'other'}", letter, [s.way for s in group]) for letter, group in groupby(found, lambda s: s.initial)]


def by_region(found: Iterable[School]) -> list[Group]:
    """By province, in the order of the region codes; what the Ministry's list does not know stands last."""
    ordered = sorted(found, key=lambda s: s.province or "99")  # stable: by pinyin within
    return [
        Group(f"region-{code or 'other'}", wording.label("region", code) if code else _("其他机构"), [s.way for s in group])
        for code, group in groupby(ordered, lambda s: s.province)
    ]


def school(ask: Asker, name: str) -> SchoolPage | None:
    """The page of a school; None when nothing is from there."""
    first = ask.search(school=name, sort="popular", size=6, facets=("service", "kind", "discipline", "level", "platform", "teacher"))
    if not first.total:
        return None
    service = next((v.value for v in first.facets["service"] if v.value in CATALOGUES and v.count), "")
    entry = known(name)
    region = entry.attrs.get("region", "") if entry else ""
    return SchoolPage(
        name=name,
        service=service,
        trail=_trail(ask, service),
        place=wording.place(region) if region else "",
        honours=tuple(entry.attrs.get("tags", "").split(",")) if entry and entry.attrs.get("tags") else (),
        count=wording.grouped(first.total),
        all=ask.link(school=name),
        kinds=ask.ways(first.facets["kind"], school=name, kind=""),
        disciplines=ask.ways((v for v in first.facets["discipline"] if not v.path), school=name, discipline=""),
        levels=ask.ways(first.facets["level"], school=name, level=""),
        platforms=ask.ways(first.facets["platform"], school=name, platform=""),
        teachers=ask.ways(first.facets["teacher"][:12], school=name, teacher=""),
        jobs=_jobs(ask, region),
        shelves=shelves(ask, first, school=name),
    )


def _trail(ask: Asker, service: str) -> list[Item]:
    way = trail(ask.root, service) if service else [(_("首页"), ask.root + "/")]
    return [*way, (_("学校"), ask.root + "/higher/schools")] if service == "higher" else way


def _jobs(ask: Asker, region: str) -> Way | None:
    """Jobs in the school's town."""
    if not region:
        return None
    return Way(_("%(place)s的岗位", place=wording.place(region)), ask.link(service="jobs", region=region), ask.total(service="jobs", region=region))
