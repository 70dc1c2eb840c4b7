"""Atom feeds (RFC 4287): `/feed.atom` with the parameters of a search, and one for each topic; and `/saved`, the reader's own searches.

An entry keeps its id for good, and its date comes from the source: a rebuilt index announces nothing anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from indexer.fields import SHANGHAI
from ranking import search as door
from ranking import topics
from ranking.part import Watched
from ranking.results import ResultHit
from web import address, cards, engine, links, params, present, wording
from web.i18n import gettext as _
from web.keep import unstored

feeds = Blueprint("feeds", __name__)
ENTRIES = 50
SUMMARY = 300  # characters
FRESH = 300  # seconds that a reader's copy may be old
#: For what its source gives no date: Atom demands one, and it must not change.
UNDATED = datetime(2000, 1, 1, tzinfo=SHANGHAI)
#: What XML 1.0 can't hold, escaped or not.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says of itself; its links are paths below the address."""

    title: str
    own: str
    page: str


@feeds.get("/feed.atom")
def of_search() -> Response:
    """The newest hits of a search; what was let go so that something is found is no hit here: a subscriber waits for the rest."""
    asked = params.parse(request.args, stray=True)
    sort = asked.sort if request.args.get("sort", "").strip() else "newest"
    asked = replace(asked, sort=sort, page=1, size=ENTRIES, cursor="", facets=())
    found = door.search(engine(), asked, ways=False)
    way = links.Links(replace(asked, size=links.DEFAULT_SIZE))
    about = Feed(title=_("%(words)s – 好课", words=wording.asked(asked)), own=way.feed(sort), page=way.page(1))
    answer = respond(about, () if found.interpretation.relaxed else found.hits)
    return unstored(answer) if found.partial else answer


@feeds.get("/topics/<slug>.atom")
def of_topic(slug: str) -> Response:
    """What a curated topic holds, what changed last first."""
    topic = topics.topic(slug) or abort(404)
    watched = Watched(engine())
    shelves = topics.shelves(watched, topic, ENTRIES)
    hits = {hit.id: hit for shelf in shelves for hit in shelf.hits}.values()
    newest = sorted(hits, key=lambda hit: changed(hit.resource), reverse=True)[:ENTRIES]
    own = links.topic_path(topic.slug)
    answer = respond(Feed(title=_("专题：%(title)s – 好课", title=topic.title), own=own + ".atom", page=own), newest)
    return unstored(answer) if watched.partial else answer


@feeds.get("/saved")
def saved() -> str:
    """The searches that this browser keeps: the script fills the page, the server knows none of them."""
    return render_template("saved.html")


def respond(about: Feed, hits: Iterable[ResultHit]) -> Response:
    """A feed of these hits; a reader that has it gets 304 (see web.conditional)."""
    # no Last-Modified: sources give days, and a feed may change twice a day
    response = Response(atom(about, list(hits)), content_type="application/atom+xml; charset=utf-8")
    response.cache_control.public = True
    response.cache_control.max_age = FRESH
    return response


def atom(about: Feed, hits: list[ResultHit]) -> bytes:
    """The document."""
    from feedgen.feed import FeedGenerator

    feed = FeedGenerator()
    feed.id(address.tag(about.own))
    feed.title(legal(about.title))
    feed.updated(max((changed(hit.resource) for hit in hits), default=UNDATED))
    feed.author(name=_("好课"), uri=address.absolute("/"))
    feed.link(href=address.absolute(about.own), rel="self", type="application/atom+xml")
    feed.link(href=address.absolute(about.page), rel="alternate", type="text/html")
    feed.icon(address.absolute("/favicon.ico"))
    feed.language("zh-CN")
    feed.generator("haoke")
    for hit in hits:
        record = hit.resource
        entry = feed.add_entry(order="append")
        entry.id(address.tag(links.resource_path(hit.id)))
        entry.title(legal(str(record.get("title", ""))) or hit.id)
        entry.link(href=address.absolute(links.resource_path(hit.id)), rel="alternate", type="text/html")
        entry.category(term=str(record.get("kind", "")), label=wording.label("kind", str(record.get("kind", ""))))
        entry.updated(changed(record))
        if record.get("published"):
            entry.published(moment(str(record["published"])))
        if text := legal(told(hit)):
            entry.summary(text)
    return feed.atom_str()


def told(hit: ResultHit) -> str:
    """An entry in words: what one decides by, then the beginning of what it says."""
    card = cards.card(hit)
    people = ("".join(piece for piece, _match in who) for who in card.people)
    facts = " · ".join(part for part in (card.pay, *people, *card.badges, *card.facts, card.state[1], *card.notes) if part)
    return "\n".join(part for part in (facts, present.clip(str(hit.resource.get("summary") or ""), SUMMARY)) if part)


def changed(record: Mapping[str, Any]) -> datetime:
    """When it last changed, as its source says."""
    return max(moment(str(record.get(name) or "")) for name in ("updated", "published"))


def moment(value: str) -> datetime:
    """An ISO date or time as a time in China; UNDATED for none."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return UNDATED
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def legal(text: str) -> str:
    """Without the characters that no XML document may hold."""
    return _ILLEGAL.sub("", text)
