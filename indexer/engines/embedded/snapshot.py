"""One state of a generation, from a commit to the next, and what was found out about it."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace
from threading import Lock

import tantivy

from catalog.bulk import Kept
from indexer import engine as api
from indexer.engines.embedded.anywhere import matching
from indexer.engines.embedded.plan import size
from indexer.engines.embedded.translate import Translator

COSTLY = 5_000  # matches from which totals and counts are remembered
LONG = 5_000  # values of a facet up to which they are: all regions, not all employers
PLANNED = 300_000  # documents from which a query is planned
MOST = 131_072  # tokens whose frequencies are remembered
KEPT = 2_048  # queries whose counts are remembered, a generation's state and process: some 9 kB each
Counts = dict[str, tuple[tuple[str, int], ...]]
Limited = dict[str, tuple[int, tuple[tuple[str, int], ...]]]  # with how many values were asked for


class Snapshot:
    """One state of a generation, and what was found out about it: counts of many matches are remembered, for the next page and for other orders."""

    def __init__(self, searcher: tantivy.Searcher, translator: Translator) -> None:
        self.searcher, self.translator = searcher, translator
        self._extents: dict[str, tuple[float, float]] = {}
        self._steps: dict[str, tuple[float, float]] = {}
        self._frequencies = Kept[tuple[str, str], int](MOST, lambda token: searcher.doc_freq(*token))
        self._counted: OrderedDict[Hashable, tuple[int, Limited]] = OrderedDict()
        self._lock = Lock()

    @property
    def _large(self) -> bool:
        """Whether there is enough for planning to matter."""
        return bool(self.searcher.num_docs >= PLANNED)

    def whole(self, query: api.Query) -> tantivy.Query:
        """What a query matches, unscored; planned where there is enough for it to matter."""
        everywhere = [f.field for f in (*query.scope, *query.filters) if isinstance(f, api.Between) and self._extent(f.field)[0] < math.inf]
        return self.translator.whole(query, self.frequency if self._large else None, everywhere)

    def ranking(self, found: tantivy.Query, query: api.Query, matches: float | None = None) -> tantivy.Query:
        """What was found as it is ranked: what orders by a number needs no scores. matches: how many were found, if somebody has counted."""
        if query.sort:
            return found
        if not self._large:
            matches = math.inf
        narrowed = [f for f in (*query.scope, *query.filters) if isinstance(f, api.OneOf)]
        return self.translator.weighed(found, query.clause, self.frequency, self._likely(query) if matches is None else matches, narrowed)

    def _likely(self, query: api.Query) -> float:
        """How many a query may find: half of the most that its rarest part allows."""
        parts = [matching(query.clause), *(api.Passing(f, 0.0) for f in (*query.scope, *query.filters) if isinstance(f, api.OneOf))]
        return min(self.searcher.num_docs, *(size(part, self.frequency) for part in parts)) / 2

    def frequency(self, field: str, token: str) -> int:
        """How many documents hold a token."""
        return self._frequencies[field, token]

    def counted(self, query: api.Query) -> tuple[int, Counts] | None:
        """Total and counts of a query, if they were remembered: whoever narrows a search by what a facet showed finds that facet counted already. Without facets
        the total alone, also where who asks knows it."""
        if query.total is not None and not query.facets:
            return query.total, {}
        key = _matching(query)
        with self._lock:
            known = self._counted.get(key)
            if not known:
                return None
            self._counted.move_to_end(key)
        total, facets = known
        if any(facets.get(name, (0,))[0] < limit for name, limit in query.facets.items()):
            return None
        return total, {name: facets[name][1][:limit] for name, limit in query.facets.items()}

    def remember(self, query: api.Query, total: int, facets: Counts) -> None:
        """Keeps what took long to count, but for very long lists; what was not asked for longest goes first."""
        if total >= COSTLY:
            key = _matching(query)
            new = {name: (query.facets[name], values) for name, values in facets.items() if query.facets[name] <= LONG}
            with self._lock:
                before = self._counted.get(key, (total, Limited()))[1]
                self._counted[key] = (total, new | {name: found for name, found in before.items() if name not in new or found[0] > new[name][0]})
                self._counted.move_to_end(key)
                if len(self._counted) > KEPT:
                    self._counted.popitem(last=False)

    def settled(self, item: api.Filter) -> api.Filter | None:
        """A filter as it is to be asked: a range that leaves nothing out ("not expired" where nothing has) is None, and one that only has a lower end begins
        with the first value that there is. So it stays the same from minute to minute, and what was counted under it holds."""
        if not isinstance(item, api.Between):
            return item
        low, high = self._extent(item.field)
        if low <= high and (item.low is None or item.low <= low) and (item.high is None or item.high >= high):
            return None
        return replace(item, low=self._step(item.field, item.low)) if item.low is not None and item.high is None else item

    def _step(self, field: str, low: float) -> float:
        """The least value of a number field from `low` on; `low` itself where there is none."""
        asked, least = self._steps.get(field, (math.inf, -math.inf))
        if not asked <= low <= least:
            told = self.searcher.aggregate(self.translator.filter(api.Between(field, low)), {"extent": {"stats": {"field": field}}})["extent"]
            least = told["min"] if told["count"] else low
            self._steps[field] = (low, least)
        return least

    def _extent(self, field: str) -> tuple[float, float]:
        """The least and the greatest value of a number field; an empty interval where a document has none, which no range holds."""
        if field not in self._extents:
            told = self.searcher.aggregate(tantivy.Query.all_query(), {"extent": {"stats": {"field": field}}})["extent"]
            self._extents[field] = (told["min"], told["max"]) if 0 < self.searcher.num_docs == told["count"] else (math.inf, -math.inf)
        return self._extents[field]


def _matching(query: api.Query) -> Hashable:
    """All of a query that its matches depend on: questions that only weigh otherwise find the same."""
    return matching(query.clause), query.scope, query.filters
