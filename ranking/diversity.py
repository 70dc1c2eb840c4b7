"""The first two pages of a search that nothing narrows: not ten ads of one employer, nor textbooks alone, where others are as good.

Each hit loses a small share of its score for every hit above it of the same kind, and of the same provider, each down to LEAST. So what is clearly better stays where it is, and near equals take turns. Later pages keep the engine's order. Kinds that still
have no hit on the first page are shown beside it with their best: a thousand ads don't hide three courses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from indexer.engine import Cursor, Engine, Hit, OneOf, Page, Query
from ranking.narrow import HANDFUL
from ranking.results import Request
from ranking.signals import ALIKE, SAME_PROVIDER

PAGES = 2  # that are mixed, together: nothing stands on both, nothing is lost between them
GUESTS, KINDS = 2, 3  # hits of a kind that the page lacks, and such kinds
LEAST = 0.75  # of its score is left to any hit by either
PROVIDERS = ("employer", "school", "platform", "source")  # the first that a resource has


def applies(request: Request, offset: int) -> bool:
    """Whether the page at an offset is mixed: nothing narrows the search, and it is ordered by relevance."""
    return not any(request.filters.values()) and request.sort == "relevance" and offset < PAGES * request.size


def cut(page: Page, offset: int, size: int, *, mix: bool) -> Page:
    """One page of the PAGES that `page` holds, mixed or as they stand. Its cursor leads to the next one."""
    hits = mixed(page.hits, offset + size) if mix else page.hits
    end = offset + size
    inside = Cursor(0.0, "", end) if mix and end < len(hits) else None
    return replace(page, hits=tuple(hits[offset:end]), next=inside or page.next)


def absent(engine: Engine, query: Query, page: Page, found: Sequence[Hit]) -> dict[str, tuple[Hit, ...]]:
    """The best GUESTS of each kind that was found but has no hit on the page: those with most first, at most KINDS of them. found: the best hits, of this page and
    the next: those of a kind that follow there need not be looked for."""
    shown = {_traits(hit.record)[0] for hit in page.hits}
    kinds = [(kind, count) for kind, count in page.facets.get("kind", ()) if count and kind not in shown] if page.next else []
    asked = replace(query, facets={}, offset=0, size=GUESTS, first=HANDFUL)  # no other kind ages: each of its hits is ahead
    guests: dict[str, tuple[Hit, ...]] = {}
    for kind, count in kinds[:KINDS]:
        following = tuple(hit for hit in found if _traits(hit.record)[0] == kind)[:GUESTS]
        enough = len(following) == min(GUESTS, count)
        guests[kind] = following if enough else engine.search(replace(asked, filters=(OneOf("kind", (kind,)),), total=count)).hits
    return guests


def mixed(hits: Sequence[Hit], first: int) -> list[Hit]:
    """Hits in turn; only the first so many places are decided, the rest follows as it stood."""
    traits = [_traits(hit.record) for hit in hits]
    kinds, providers = Counter(kind for kind, _ in traits), Counter(provider for _, provider in traits)
    if len(kinds) < 2 and (len(providers) < 2 or len(providers) == len(hits)):
        return list(hits)
    kinds.clear()
    providers.clear()
    alike, same = ([max(LEAST, (1 - loss) ** above) for above in range(first)] for loss in (ALIKE, SAME_PROVIDER))  # looked up some hundred times
    rest = list(range(len(hits)))
    taken: list[int] = []
    while rest and len(taken) < first:
        best, most = rest[0], -1.0
        for i in rest:
            score = hits[i].score
            if score <= most:
                break  # they come by falling score, and none gains
            kind, provider = traits[i]
            score *= alike[kinds[kind]] * same[providers[provider]]
            if score > most:
                best, most = i, score
        rest.remove(best)
        taken.append(best)
        kinds[traits[best][0]] += 1
        providers[traits[best][1]] += 1
    return [hits[i] for i in (*taken, *rest)]


def _traits(record: Mapping[str, Any]) -> tuple[str, str]:
    """What is told apart: kind, and who offers it."""
    return record["kind"], next((record[name][0] for name in PROVIDERS if record.get(name)), "")
