"""Topics: /topics lists the curated collections, /topics/<slug> shows the shelves of one. What holds nothing is not shown."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, current_app

from ranking import topics as curated
from ranking.part import Watched
from web import cards, engine, keep
from web.browse.common import Asker, Shelf, missing, page, view_of
from web.links import Links, topic_path

topics = Blueprint("topics", __name__)
keep.install(topics)
SHELF = 6  # resources of a shelf


@dataclass(frozen=True, slots=True)
class Tile:
    """A topic in a list of topics."""

    title: str
    glyph: str  # the character that stands for it
    about: str
    href: str
    sections: list[str]


@dataclass(frozen=True, slots=True)
class TopicPage:
    """A topic with its shelves."""

    tile: Tile
    shelves: list[Shelf]


@topics.get("/topics")
def overview() -> Response:
    """All topics."""
    tiles, partial = topic_tiles()
    return page("topics.html", partial, tiles=tiles)


@topics.get("/topics/<slug>")
def one(slug: str) -> Response:
    """The shelves of a topic, and the other topics."""
    found = curated.topic(slug)
    view, partial = _view(found) if found else (None, False)
    if view is None or not view.shelves:
        missing(partial)
    tiles, lacking = topic_tiles()
    others = [tile for tile in tiles if tile.href != view.tile.href]
    return page("topic.html", partial or lacking, page=view, others=others)


def topic_tiles() -> tuple[list[Tile], bool]:
    """The topics that hold something, in their order; and whether a part of the index did not answer."""
    for problem in curated.problems():
        _complain(problem)
    known = curated.topics()

    def make(ask: Asker) -> list[Tile]:
        sections, ask.partial = curated.filled(engine(), known)
        return [_tile(topic, [s.title for s in sections[topic.slug]], ask.root) for topic in known if sections[topic.slug]]

    return view_of(("topics", *map(_version, known)), make)


def _view(topic: curated.Topic) -> tuple[TopicPage, bool]:
    """A topic with what it holds, a minute old at most."""

    def make(ask: Asker) -> TopicPage:
        watched = Watched(engine())
        found = curated.shelves(watched, topic, SHELF)
        ask.partial = watched.partial
        shelves = [_shelf(f"s{number}", shelf, ask.root) for number, shelf in enumerate(found, 1) if shelf.hits]
        return TopicPage(_tile(topic, [shelf.heading for shelf in shelves], ask.root), shelves)

    return view_of(("topic", topic.slug, _version(topic)), make)


def _tile(topic: curated.Topic, sections: list[str], root: str) -> Tile:
    return Tile(topic.title, topic.title[0], topic.about, root + topic_path(topic.slug), sections)


def _version(topic: curated.Topic) -> int:
    """Changes when the topic's file does, so that an editor sees the page at once."""
    return hash(repr(topic))


def _shelf(name: str, found: curated.Shelf, root: str) -> Shelf:
    rule = found.section.rule
    more = Links(rule, root).page(1) if rule and found.total > len(found.hits) else ""
    return Shelf(name, found.section.title, [cards.card(hit, root) for hit in found.hits], more, found.total)


def _complain(problem: curated.Problem) -> None:
    """Names a broken file in the log, once."""
    told: set[curated.Problem] = current_app.extensions.setdefault("haoke.topics", set())
    if problem not in told:
        told.add(problem)
        current_app.logger.warning("topic %s is left out: %s", problem.path, problem.why)
