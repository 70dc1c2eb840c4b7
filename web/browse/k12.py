"""中小学: the front page, the textbook tree down to a unit, the coverage table, and the reader's own textbooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, request

from catalog.errors import BadRequest
from web import keep
from web.browse import k12_coverage, k12_mine, k12_tree
from web.browse.common import Asker, missing, view_of
from web.browse.common import page as answer
from web.browse.k12_front import front as front_view
from web.browse.k12_lesson import contents
from web.browse.k12_tree import Chosen, Level
from web.browse.k12_volume import Unit, Volume
from web.i18n import gettext as _

k12 = Blueprint("k12", __name__)
keep.install(k12)


@dataclass(frozen=True, slots=True)
class Books:
    """A place in the textbook tree; from a volume on, with its contents."""

    title: str
    trail: list[tuple[str, str]]
    levels: list[Level]
    total: int  # lessons and textbooks
    search: str  # the page of results for the same
    coverage: str
    volume: Volume | None
    unit: Unit | None
    before: Unit | None
    after: Unit | None
    whole: str  # the volume of the unit
    key: str  # what marks it as mine, "" above a volume


@k12.get("/k12")
def front() -> Response:
    """Ways into 中小学."""
    page, partial = view_of("k12 front", front_view)
    return _answer("k12.html", partial, page=page, mine=k12_mine.mine(request.script_root))


@k12.get("/k12/books")
def books() -> Response:
    """A place in the tree: stage, subject, version, grade, volume, unit – each a parameter, none of them needed."""
    choice = k12_tree.chosen(request.args)
    name = request.args.get("unit", "").strip()
    page, partial = view_of(("k12 books", tuple(sorted(choice.items())), name), lambda ask: _books(ask, choice, name))
    if name and page.unit is None:
        missing(partial)
    return _answer("k12_books.html", partial, page=page, marked=page.key in k12_mine.marked(), most=k12_mine.MOST)


def _books(ask: Asker, choice: Chosen, name: str) -> Books:
    found = contents(ask, choice)
    unit = found.unit(name) if found else None
    before, after = found.around(unit) if found and unit else (None, None)
    here = k12_tree.labels(choice)
    whole = ask.root + k12_tree.books_path(choice)
    trail = k12_tree.trail(choice, ask.root)
    place = {n: choice[n] for n in ("stage", "subject") if n in choice}
    levels, total = k12_tree.levels(ask, choice)
    return Books(
        title=" ".join([*here[1:], unit.label] if unit else here[1:] if found else here) or _("教材目录"),
        trail=[*trail, (unit.label, unit.href)] if unit else trail,
        levels=levels,
        total=len(unit.lessons) if unit else total,
        search=ask.link(service="k12", kind=k12_tree.KINDS, **choice),
        coverage=ask.root + (k12_coverage.coverage_path(**place) if "stage" in place else k12_coverage.COVERAGE),
        volume=found,
        unit=unit,
        before=before,
        after=after,
        whole=whole,
        key=k12_mine.key(choice) if found else "",
    )


@k12.get("/k12/coverage")
def coverage() -> Response:
    """Version × grade of one subject."""
    choice = k12_tree.chosen(request.args)
    asked: dict[str, str] = {name: choice[name] for name in ("stage", "subject") if name in choice}
    page, partial = view_of(("k12 coverage", tuple(sorted(asked.items()))), lambda ask: k12_coverage.coverage(ask, asked))
    return _answer("k12_coverage.html", partial, page=page)


@k12.get("/k12/mine")
def mine() -> Response:
    """Marks a volume (add) or forgets it (remove), then leads to the list. The cookie is all that is changed."""
    add, remove = request.args.get("add", ""), request.args.get("remove", "")
    if add and not k12_mine.place(add):
        raise BadRequest(_("没有这册教材"), parameter="add", allowed=[], hint=_("请从教材目录中选择"))
    keys = [one for one in k12_mine.marked() if one not in (add, remove)]
    moved: Response = redirect(f"{request.script_root}/k12#mine", 303)  # type: ignore[assignment]
    return keep.unstored(k12_mine.keep(moved, [add, *keys] if add else keys))


def _answer(template: str, partial: bool, **shown: Any) -> Response:
    """A page that shows what one reader has marked is kept nowhere."""
    response = answer(template, partial, **shown)
    return keep.unstored(response) if k12_mine.COOKIE in request.cookies else response
