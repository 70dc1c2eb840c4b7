"""/guidance: how to find work – lectures, cases, articles about occupations, courses. Each is a resource like any other.

What counts as guidance: lectures, cases and articles whose topic is one of CAREERS, and every article that tells of an occupation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, Response

from catalog.normalize.derive import CAREERS
from catalog.vocab import vocabulary
from ranking.results import Segments
from web import keep
from web.browse.common import Asker, Shelf, Way, kept, shown
from web.i18n import gettext as _

guidance = Blueprint("guidance", __name__)
keep.install(guidance)

OCCUPATIONS = 60
COURSES = "就业指导"  # what courses about it are called


@dataclass(frozen=True, slots=True)
class Guidance:
    """/guidance."""

    shelves: list[Shelf]
    occupations: list[Way]


@guidance.get("/guidance")
def front() -> Response:
    """Everything that helps to find work."""
    return shown("guidance.html", "front", lambda ask: Guidance(shelves(ask, courses=True), occupations(ask)))


def shelves(ask: Asker, size: int = 6, *, courses: bool = False) -> list[Shelf]:
    """Lectures, cases and articles; empty ones left out."""
    trades = [e.code for e in vocabulary("occupation").children()]
    made = [
        ask.shelf("lectures", _("就业讲座与直播"), kind="live", topic=CAREERS, sort="newest", size=size),
        ask.shelf("cases", _("就业创业案例"), kind="case", topic=CAREERS, sort="newest", size=size),
        ask.shelf("trades", _("走近职业"), kind="article", occupation=trades, sort="newest", size=size),
        ask.shelf("articles", _("求职文章"), kind="article", topic=CAREERS, sort="newest", size=size),
    ]
    if courses:
        found = ask.shelf("courses", _("就业指导课程"), kind="course", text=COURSES, sort="relevance", size=size)
        made.append(replace(found, cards=[replace(card, title=_plain(card.title)) for card in found.cards]))
    return kept(made)


def _plain(title: Segments) -> Segments:
    """A title without marks: nobody has typed what it was found by."""
    return (("".join(piece for piece, _match in title), False),)


def occupations(ask: Asker) -> list[Way]:
    """The occupations that articles tell of."""
    words = vocabulary("occupation")
    leaves = [v for v in ask.values("occupation", kind="article") if not words.children(v.value)]
    return ask.ways(leaves[:OCCUPATIONS], kind="article", occupation="")
