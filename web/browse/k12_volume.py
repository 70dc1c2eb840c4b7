"""One volume: its units and lessons in the order of the book, its e-textbooks, the codes printed on worksheets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.resource import Resource
from catalog.shortlink import short_code, unit_key, volume_key
from web import cards, wording
from web.browse import k12_order as order
from web.browse.common import Asker, Filters, Way
from web.browse.k12_tree import Chosen, books_path
from web.i18n import gettext as _
from web.links import resource_path

SIZE = 100  # lessons a request
MOST = 10  # requests a volume: far more than any book has lessons
LATE = "9"  # after any day


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson in the list of its unit."""

    id: str
    title: str
    href: str
    unit: str
    edition: str
    types: tuple[str, ...]
    note: str
    published: str
    key: str  # its name for ordering: the title, or the lesson's own number where the title has none
    code: str  # of its unit's printed link
    volume_code: str


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit with its lessons, in order."""

    label: str
    anchor: str
    href: str  # its own page
    code: str
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """An e-textbook of the volume."""

    id: str
    title: str
    href: str
    note: str
    code: str


@dataclass(frozen=True, slots=True)
class Volume:
    """The contents of a volume."""

    units: tuple[Unit, ...]
    books: tuple[Book, ...]
    codes: tuple[tuple[str, str], ...]  # (edition or "", code of the volume's printed link)
    lessons: int

    def unit(self, name: str) -> Unit | None:
        """The unit of a name, in any spelling; None for none."""
        wanted = order.unit_identity(name)
        return next((u for u in self.units if any(order.unit_identity(one.unit) == wanted for one in u.lessons)), None) if name.strip() else None

    def around(self, unit: Unit) -> tuple[Unit | None, Unit | None]:
        """The units before and after."""
        at = self.units.index(unit)
        return (self.units[at - 1] if at else None, self.units[at + 1] if at + 1 < len(self.units) else None)

    def in_order(self) -> list[Lesson]:
        """All lessons, from the first unit to the last."""
        return [lesson for unit in self.units for lesson in unit.lessons]


def volume(ask: Asker, choice: Chosen) -> Volume:
    """The volume of a place in the tree (see k12_tree.is_volume)."""
    lessons = _all(ask, "lesson", choice)
    units = arranged((_lesson(record, ask.root) for record in lessons), choice, ask.root)
    codes = dict.fromkeys((one.edition, one.volume_code) for unit in units for one in unit.lessons if one.volume_code)
    return Volume(units, books(ask, choice), tuple(sorted(codes)), len(lessons))


def books(ask: Asker, choice: Chosen) -> tuple[Book, ...]:
    """The e-textbooks of a volume: those of its stage; failing that of any, as 五·四学制 has its own books and shares the lessons."""
    of_stage = _all(ask, "textbook", choice)
    found = of_stage or (_all(ask, "textbook", {n: v for n, v in choice.items() if n != "stage"}) if choice.get("grade") else [])
    return tuple(sorted((_book(record, ask.root) for record in found), key=lambda b: (b.title, b.note, b.id)))


def _all(ask: Asker, kind: str, choice: Filters) -> list[Mapping[str, Any]]:
    records: list[Mapping[str, Any]] = []
    for page in range(1, MOST + 1):
        found = ask.search(size=SIZE, page=page, kind=kind, service="k12", **choice)
        records += [hit.resource for hit in found.hits]
        if len(records) >= found.total or not found.hits:
            break
    return records


def _lesson(record: Mapping[str, Any], root: str) -> Lesson:
    resource = Resource.model_construct(**record)  # it was validated when it was stored
    title, own, unit, whole = resource.title, resource.lesson, unit_key(resource), volume_key(resource)
    return Lesson(
        id=resource.id,
        title=title,
        href=root + resource_path(resource.id),
        unit=resource.unit,
        edition=resource.edition,
        types=tuple(wording.labels("resource_type", resource.resource_type)),
        note=" · ".join((*resource.teacher[:2], *resource.school[:1])),
        published=resource.published[:10],
        key=own if own and order.number(own) and not order.number(title) else title,
        code=short_code(unit) if unit else "",
        volume_code=short_code(whole) if whole else "",
    )


def _book(record: Mapping[str, Any], root: str) -> Book:
    parts = (record.get("publisher") or "", record.get("edition") or "", *cards.named(record, "stage", "resource_type"))
    id = str(record["id"])
    return Book(id, str(record["title"]), root + resource_path(id), " · ".join(p for p in parts if p), short_code(id))


def arranged(lessons: Iterable[Lesson], choice: Chosen, root: str) -> tuple[Unit, ...]:
    """Lessons by unit, units and lessons in the order of the book; editions of one volume one after the other."""
    groups: dict[tuple[str, Hashable], list[Lesson]] = {}
    for lesson in lessons:
        groups.setdefault((lesson.edition, order.unit_identity(lesson.unit)), []).append(lesson)
    several = len({edition for edition, _unit in groups}) > 1
    sized = []
    for group in groups.values():
        # several spellings of one unit: the one that says most, 第1章有理数 rather than 第1章, and of these the usual one
        spellings = Counter(one.unit for one in group)
        name = max(spellings, key=lambda unit: (bool(order.steps(unit)[1]), spellings[unit], unit))
        first = min((one.published for one in group if one.published), default=LATE)
        sized.append(((group[0].edition, order.unit_key(name, first)), name, group))
    sized.sort(key=lambda one: one[0])
    return tuple(_unit(name, group, number, several, choice, root) for number, (_key, name, group) in enumerate(sized, 1))


def _unit(name: str, group: list[Lesson], number: int, several: bool, choice: Chosen, root: str) -> Unit:
    label = name or (_("未分单元") if number > 1 else _("全部课时"))
    if several and group[0].edition:
        label = _("%(unit)s（%(edition)s）", unit=label, edition=group[0].edition)
    code = Counter(one.code for one in group).most_common(1)[0][0]
    return Unit(label, f"u{number}", root + books_path(choice, name) if name else "", code, tuple(sorted(group, key=_place(group))))


def _place(group: list[Lesson]) -> Callable[[Lesson], tuple[object, ...]]:
    """Numbered lessons first, by number; the others (语文园地) as they came out, the periods of one together.

    Where no unit is known a whole volume is one group, and each unit has its 语文园地: then the day goes before the number.
    """
    first: dict[str, str] = {}
    for one in group:
        stem = order.stem(one.key)
        first[stem] = min(first.get(stem, LATE), one.published or LATE)

    def place(one: Lesson) -> tuple[object, ...]:
        number, stem = order.number(one.key), order.stem(one.key)
        last = (stem, order.period(one.key), one.published, one.id)
        if not one.unit:
            return (first[stem] if number else one.published or LATE, not number, number, *last)
        return (not number, number, "" if number else first[stem], *last)

    return place


def outline(found: Volume) -> list[Way]:
    """The units as links with the number of their lessons."""
    return [Way(unit.label, unit.href, len(unit.lessons), unit.anchor) for unit in found.units]
