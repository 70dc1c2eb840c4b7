"""Look-alike ads: one employer asks for the same post in several cities, or again and again. On a page they are one card.

Only what stands on the same page is folded: totals and counts stay those of the search.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace

from catalog.text import key
from ranking.results import MAX_QUERY, ResultHit
from web import cards, links, present, wording
from web.i18n import gettext as _

MOST_PLACES = 4  # named on a card


def folded(hits: Iterable[ResultHit]) -> list[list[ResultHit]]:
    """Hits in their order, each with those that look like it; what is no ad stands alone."""
    groups: dict[Hashable, list[ResultHit]] = {}
    for hit in hits:
        groups.setdefault(likeness(hit), []).append(hit)
    return list(groups.values())


def likeness(hit: ResultHit) -> Hashable:
    """What look-alike ads share: employer and title."""
    record = hit.resource
    employers = present.values(record, "employer")
    return (employers[0], key(str(record.get("title", "")))) if record.get("kind") == "job" and employers else hit.id


def one_a_post(hits: Iterable[ResultHit], root: str = "") -> list[cards.Card]:
    """A card for each group of look-alikes: the first of them, with a link to all."""
    return [_card(group, root) for group in folded(hits)]


def _card(group: list[ResultHit], root: str) -> cards.Card:
    first = cards.card(group[0], root)
    if len(group) == 1:
        return first
    record = group[0].resource
    everywhere = root + links.search_path(str(record["title"])[:MAX_QUERY], kind="job", employer=present.values(record, "employer")[0])
    return replace(first, alike=(words(group), everywhere))


def words(group: list[ResultHit]) -> str:
    """What the others of a group are: how many, and where."""
    others = len(group) - 1
    cities = places(group)
    if len(cities) < 2:
        return _("另有 %(count)d 条相同职位", count=others)
    named = "、".join(cities[:MOST_PLACES])
    if len(cities) > MOST_PLACES:
        return _("另有 %(count)d 条相同职位，共 %(cities)d 个地区：%(names)s 等", count=others, cities=len(cities), names=named)
    return _("另有 %(count)d 条相同职位，共 %(cities)d 个地区：%(names)s", count=others, cities=len(cities), names=named)


def places(group: Iterable[ResultHit]) -> list[str]:
    """The cities of several ads, each once."""
    return list(dict.fromkeys(wording.city(code) for hit in group for code in present.values(hit.resource, "region")))
