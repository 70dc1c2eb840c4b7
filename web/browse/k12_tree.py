"""The textbook tree: stage → subject → version → grade → volume, with counts at every level, narrowed by the choices before it.

Not every book has every level: many of 高中 have a volume and no grade. So the level after one that many books lack
is offered too, and what is not chosen is not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from catalog.vocab import vocabulary
from indexer.fields import FACETS
from ranking.results import FacetValue
from web import links, params, wording
from web.browse.common import Asker, Way
from web.i18n import gettext as _

LEVELS = ("stage", "subject", "version", "grade", "volume")
KINDS = ("lesson", "textbook")
#: Levels that people read in their own order; the others by how much there is.
ORDERED = ("stage", "grade", "volume")
YEARLY = ("", "primary", "primary54", "junior", "junior54")  # stages whose books go by grade
HALVES = ("up", "down", "all")
COVERS = 9  # of ten books have a level: it is then the one to choose from next
Chosen = Mapping[str, str]  # level → code


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the tree: what is chosen of it, or what can be."""

    name: str
    label: str
    chosen: str  # label of the choice, "" for none
    remove: str  # link without the choice and those below it
    ways: list[Way]


def chosen(args: MultiDict[str, str]) -> dict[str, str]:
    """The choices that a page's parameters make, as codes; BadRequest for what no vocabulary knows."""
    asked = {name: args.get(name, "").strip() for name in LEVELS}
    return {name: params.facet_value(name, value) for name, value in asked.items() if value}


def books_path(choice: Chosen, unit: str = "") -> str:
    """The page of a place in the tree, or of one unit of a volume."""
    held = {name: choice[name] for name in LEVELS if choice.get(name)} | ({"unit": unit} if unit else {})
    return links.books_path(**held) if held else "/k12/books"


def of_record(record: Mapping[str, object]) -> dict[str, str]:
    """The place of a resource in the tree: the first value of each level that it has."""
    place = {}
    for name in LEVELS:
        values = record.get(name)
        if isinstance(values, list | tuple) and values:
            place[name] = str(values[0])
    return place


def labels(choice: Chosen) -> list[str]:
    """The choices as people read them, from the stage down."""
    return [wording.label(name, choice[name]) for name in LEVELS if choice.get(name)]


def trail(choice: Chosen, root: str) -> list[tuple[str, str]]:
    """The way down to a place: home, the service, each level."""
    way = [(_("首页"), root + "/"), (wording.label("service", "k12"), root + "/k12")]
    down: dict[str, str] = {}
    for name in LEVELS:
        if choice.get(name):
            down[name] = choice[name]
            way.append((wording.label(name, choice[name]), root + books_path(down)))
    return way


def total(ask: Asker, **place: str) -> int:
    """How many lessons and textbooks there are at a place: counts alone, which cost less than the first hit."""
    return sum(v.count for v in ask.values("kind", service="k12", **place) if v.value in KINDS)


def rank(name: str, code: str) -> int:
    """Where a code stands in its level's own order."""
    return vocabulary(name).rank(code)


def in_order(name: str, values: Iterable[FacetValue]) -> list[FacetValue]:
    """Values of a level in the order that people expect; empty ones left out."""
    held = [v for v in values if v.count]
    return sorted(held, key=lambda v: (0 if name in ORDERED else -v.count, rank(name, v.value)))


def levels(ask: Asker, choice: Chosen) -> tuple[list[Level], int]:
    """The levels down to the first that is still to be chosen (and the next, where many books lack that one); and how much there is."""
    found: list[Level] = []
    before: dict[str, str] = {}
    rest = total(ask)
    for name in LEVELS:
        values = in_order(name, ask.values(name, kind=KINDS, service="k12", **before))
        code = choice.get(name, "")
        ways = [Way(wording.label(name, v.value), ask.root + books_path(before | {name: v.value}), v.count, v.value) for v in values]
        if ways or code:
            found.append(Level(name, _(FACETS[name].label), wording.label(name, code) if code else "", ask.root + books_path(before), ways))
        if code:
            before[name] = code
            rest = next((v.count for v in values if v.value == code), 0)
        elif sum(v.count for v in values) * 10 >= rest * COVERS:
            break
    return found, rest if before == dict(choice) else total(ask, **choice)


def is_volume(choice: Chosen) -> bool:
    """Whether a place is one volume of one book: up to 初中 上册 and its like say nothing without a grade, later volumes do."""
    if not all(choice.get(name) for name in ("subject", "version", "volume")):
        return False
    return bool(choice.get("grade")) or choice.get("stage", "") not in YEARLY or choice["volume"] not in HALVES


def resource_trail(record: Mapping[str, object], root: str) -> list[tuple[str, str]]:
    """The way down to a lesson or textbook through the tree, its unit last; [] for anything else."""
    if record.get("service") != "k12" or record.get("kind") not in KINDS:
        return []
    place, unit = of_record(record), str(record.get("unit") or "")
    return trail(place, root) + ([(unit, root + books_path(place, unit))] if unit and is_volume(place) else [])
