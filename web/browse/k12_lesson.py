"""What a lesson's or textbook's own page adds: its neighbours in the unit, the same lesson in other versions, its books; other volumes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz import fuzz

from ranking.results import MAX_QUERY
from web import links, wording
from web.browse import k12_order as order
from web.browse import k12_tree as tree
from web.browse.common import Asker, Line, Way, view_of
from web.browse.k12_volume import Book, Lesson, Unit, Volume, outline, volume

ALIKE = 80.0  # of 100: how like two names must be to be the same lesson in two books
VERSIONS = 8  # lessons of other versions that are shown
LOOKED_AT = 40
VOLUMES = 100
AROUND = 5  # lessons on each side, where no unit is known


@dataclass(frozen=True, slots=True)
class School:
    """The part of a resource's page that places it in its book; empty parts are left out."""

    kind: str
    types: tuple[str, ...] = ()
    before: Lesson | None = None
    after: Lesson | None = None
    unit: Unit | None = None
    book: str = ""  # link to the whole volume
    books: tuple[Book, ...] = ()
    elsewhere: tuple[Line, ...] = ()  # the same lesson in other versions
    units: tuple[Way, ...] = ()
    volumes: tuple[Way, ...] = ()  # other volumes of the same version


def school(record: Mapping[str, Any]) -> tuple[School | None, bool]:
    """The part for a lesson or textbook of 中小学 (None for anything else), and whether a part of the index was missing."""
    make = {"lesson": _lesson, "textbook": _textbook}.get(str(record.get("kind")))
    if make is None or record.get("service") != "k12":
        return None, False
    return view_of(("k12", record["id"]), lambda ask: make(ask, record))


def contents(ask: Asker, choice: tree.Chosen) -> Volume | None:
    """The volume of a place, remembered: all its lessons' pages need it; None where a place is no volume."""
    if not tree.is_volume(choice):
        return None
    found, partial = view_of(("k12 volume", tuple(sorted(choice.items()))), lambda own: volume(own, choice))
    ask.partial = ask.partial or partial
    return found


def _lesson(ask: Asker, record: Mapping[str, Any]) -> School:
    place = tree.of_record(record)
    found = contents(ask, place)
    types = tuple(wording.labels("resource_type", record.get("resource_type") or ()))
    if found is None:
        return School("lesson", types, elsewhere=_elsewhere(ask, record))
    row = found.in_order()
    at = next((i for i, one in enumerate(row) if one.id == record["id"]), None)
    return School(
        "lesson",
        types,
        before=row[at - 1] if at else None,
        after=row[at + 1] if at is not None and at + 1 < len(row) else None,
        unit=_unit(found, str(record["id"])),
        book=ask.root + tree.books_path(place),
        books=found.books,
        elsewhere=_elsewhere(ask, record),
    )


def _unit(found: Volume, id: str) -> Unit | None:
    """The unit of a lesson; where none is known, the lessons around it."""
    unit = next((u for u in found.units if any(one.id == id for one in u.lessons)), None)
    if unit is None or unit.href:
        return unit
    at = next(i for i, one in enumerate(unit.lessons) if one.id == id)
    return replace(unit, lessons=unit.lessons[max(0, at - AROUND) : at + AROUND + 1])


def _textbook(ask: Asker, record: Mapping[str, Any]) -> School:
    place = tree.of_record(record)
    found = contents(ask, place)
    return School(
        "textbook",
        book=ask.root + tree.books_path(place) if found else "",
        books=tuple(one for one in found.books if one.id != record["id"]) if found else (),
        units=tuple(outline(found)) if found else (),
        volumes=_volumes(ask, place),
    )


def _volumes(ask: Asker, place: tree.Chosen) -> tuple[Way, ...]:
    """The volumes of the same subject and version at the same stage, each once, in order; without the one at hand."""
    shared: dict[str, Any] = {name: place[name] for name in ("stage", "subject", "version") if name in place}
    if len(shared) < 3:
        return ()
    found = ask.search(size=VOLUMES, kind="textbook", service="k12", **shared)
    places = {tuple(sorted(tree.of_record(hit.resource).items())) for hit in found.hits} - {tuple(sorted(place.items()))}
    kept = sorted((dict(one) for one in places), key=lambda one: [tree.rank(name, one.get(name, "")) for name in ("grade", "volume")])
    return tuple(Way(" ".join(tree.labels(one)[3:]), ask.root + tree.books_path(one)) for one in kept if len(one) > 3)


def _elsewhere(ask: Asker, record: Mapping[str, Any]) -> tuple[Line, ...]:
    """Lessons of the same name in other versions of the subject, in the same grade where it is known."""
    place = tree.of_record(record)
    if "subject" not in place or "version" not in place:
        return ()
    shared: dict[str, Any] = {"kind": "lesson", "service": "k12", "subject": place["subject"], **({"grade": place["grade"]} if "grade" in place else {})}
    others = [v.value for v in ask.values("version", **shared) if v.value != place["version"]]
    name = order.core(str(record["title"]))
    if not others:
        return ()
    found = ask.search(text=name[:MAX_QUERY], size=LOOKED_AT, version=others, **shared)
    periods: dict[tuple[str, str], list[Mapping[str, Any]]] = {}  # version and lesson → its periods, the likest lesson first
    for hit in found.hits:
        title = str(hit.resource["title"])
        if fuzz.ratio(name, order.core(title)) >= ALIKE:
            periods.setdefault((tree.of_record(hit.resource).get("version", ""), order.stem(title)), []).append(hit.resource)
    firsts = [min(group, key=lambda one: order.period(str(one["title"]))) for group in periods.values()]
    return tuple(_line(one, ask.root) for one in firsts[:VERSIONS])


def _line(record: Mapping[str, Any], root: str) -> Line:
    place = tree.of_record(record)
    where = [wording.label(name, place[name]) for name in ("version", "grade", "volume") if name in place]
    return Line(str(record["title"]), root + links.resource_path(str(record["id"])), " ".join(where))
