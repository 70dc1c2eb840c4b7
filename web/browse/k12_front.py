"""The front page of 中小学: ways into the textbook tree, the six boards with their columns, ways in by who one is, sites elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import data
from catalog.vocab import vocabulary
from ranking.results import FacetValue
from web import wording
from web.browse.common import Asker, Way
from web.browse.k12_tree import KINDS, books_path, in_order, total
from web.i18n import gettext as _

SUBJECTS = 12  # of a stage, before 更多
TEACHING = "teaching"  # the board that the textbook tree is: sources file its lessons under books, not under a board


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage with its subjects."""

    way: Way
    subjects: list[Way]


@dataclass(frozen=True, slots=True)
class Board:
    """One board with its columns; count 0: nothing there yet."""

    name: str
    way: Way
    columns: list[Way]


@dataclass(frozen=True, slots=True)
class Audience:
    """Ways in for one sort of visitor."""

    name: str
    label: str
    ways: list[Way]


@dataclass(frozen=True, slots=True)
class Site:
    """A site elsewhere."""

    name: str
    url: str
    about: str


@dataclass(frozen=True, slots=True)
class Front:
    """The front page."""

    count: str
    stages: list[Stage]
    boards: list[Board]
    audiences: list[Audience]
    sites: list[tuple[str, tuple[Site, ...]]]  # by group


def front(ask: Asker) -> Front:
    """The whole page; what the reader has marked is not part of it (see k12_mine)."""
    types = {v.value: v for v in ask.values("resource_type", service="k12")}
    whole = next((v.count for v in ask.values("service") if v.value == "k12"), 0)
    books = total(ask)
    boards = _boards(ask, books)
    return Front(wording.grouped(whole), _stages(ask), boards, _audiences(ask, types, boards, books), sites())


def _stages(ask: Asker) -> list[Stage]:
    school = {"kind": KINDS, "service": "k12"}
    found = []
    for stage in in_order("stage", ask.values("stage", **school)):
        subjects = in_order("subject", ask.values("subject", stage=stage.value, **school))
        ways = [
            Way(wording.label("subject", v.value), ask.root + books_path({"stage": stage.value, "subject": v.value}), v.count, v.value) for v in subjects
        ]
        found.append(Stage(Way(wording.label("stage", stage.value), ask.root + books_path({"stage": stage.value}), stage.count, stage.value), ways))
    return found


def _boards(ask: Asker, books: int) -> list[Board]:
    """All boards in the vocabulary's order, empty ones too: they say what there will be."""
    words = vocabulary("board")
    held = {v.value: v.count for v in ask.values("board")}

    def way(code: str) -> Way:
        if code == TEACHING and not held.get(code):
            return Way(wording.label("board", code), ask.root + books_path({}), books, code)
        return Way(wording.label("board", code), ask.link(board=code), held.get(code, 0), code)

    return [Board(top.code, way(top.code), [way(one.code) for one in words.children(top.code)]) for top in words.children()]


def _audiences(ask: Asker, types: Mapping[str, FacetValue], boards: list[Board], books: int) -> list[Audience]:
    by_code = {way.value: way for board in boards for way in (board.way, *board.columns)}

    def tree(label: str) -> Way:
        return Way(label, ask.root + books_path({}), books)

    def row(first: Way, kinds: Mapping[str, str], *columns: str) -> list[Way]:
        """The tree, the types of resource that there are, boards and columns."""
        held = [Way(label, ask.link(service="k12", resource_type=code), types[code].count, code) for code, label in kinds.items() if code in types]
        return [first, *held, *(by_code[code] for code in columns)]

    family = next([way.value for way in b.columns] for b in boards if b.name == "family")
    student = {"video": _("视频"), "task": _("学习任务单"), "exercise": _("课后作业")}
    teacher = {"slides": _("课件"), "plan": _("教学设计"), "teacher-book": _("教师用书")}
    rows = {
        "student": row(tree(_("按教材找课时")), student, "thematic", "after-school"),
        "teacher": row(tree(_("按教材备课")), teacher, "teacher-training", "reform"),
        "parent": row(tree(_("孩子的教材")), {}, "family", *family),
    }
    return [Audience(name, wording.label("audience", name), ways) for name, ways in rows.items()]


@cache
def sites() -> list[tuple[str, tuple[Site, ...]]]:
    """The sites elsewhere, by group, in the order of data/links/k12.tsv."""
    lines = [one for one in data.path("links", "k12.tsv").read_text(encoding="utf-8").splitlines() if one and not one.startswith("# ")]
    groups: dict[str, list[Site]] = {}
    for line in lines[1:]:  # the header
        group, name, url, about = line.split("\t")
        groups.setdefault(group, []).append(Site(name, url, about))
    return [(group, tuple(found)) for group, found in groups.items()]
