"""Searching one open generation: count first (see counts), then score what is worth it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

import tantivy

from catalog.errors import GenerationError
from indexer import engine as api
from indexer.engines.embedded import plan
from indexer.engines.embedded.counts import counts
from indexer.engines.embedded.counts import total as total_of
from indexer.engines.embedded.files import Watched, read_meta, stamp_of
from indexer.engines.embedded.memory import Held
from indexer.engines.embedded.snapshot import Counts, Snapshot
from indexer.engines.embedded.translate import Translator
from indexer.fields import SCHEMA_VERSION

EDGE = 128  # hits read beyond a page's end: most ties end within them, and asking for them costs next to nothing
TIES = 1_000  # equal scores at a page's edge are put in order of id up to this many, beyond that in order of the index
LONG = 10_000  # matches from which a second look costs more than reading so many hits at once
Part = tuple[tantivy.Query, int]  # some of the matches, and how many
Stored = Callable[[Any], tantivy.Document]  # the document of an address


def _start(query: api.Query) -> int:
    """Hits that stand before the page."""
    return query.after.seen if query.after else query.offset


def _stored(searcher: tantivy.Searcher) -> Stored:
    """Reads documents, each once: to put ties in order of id, then to show what is on the page. To unpack one costs more than all else that is done with it."""
    read: dict[tuple[int, int], tantivy.Document] = {}

    def document(address: Any) -> tantivy.Document:
        place = address.segment_ord, address.doc
        if place not in read:
            read[place] = searcher.doc(address)
        return read[place]

    return document


class Reader:
    """One open generation. look() takes up what another process committed."""

    def __init__(self, folder: Path, *, in_memory: bool = False) -> None:
        if read_meta(folder).schema != SCHEMA_VERSION:
            raise GenerationError(f"generation {folder.name} was built by another version of haoke", hint="run `haoke reindex`")
        self.held = Held(folder) if in_memory else None
        if self.held:
            self.held.refresh()  # before anybody uses the files: in large pages
        try:
            self.index = tantivy.Index.open(str(folder))
        except (ValueError, OSError) as error:
            raise GenerationError(f"generation {folder.name} can't be opened: {error}", hint="run `haoke reindex`, or activate another") from error
        self.folder = folder
        self._lock = Lock()
        self._watched = Watched(folder / "meta.json")
        self.stamp = self._watched.stamp()  # before its state is taken: what is committed meanwhile is looked at again, not missed
        self.index.config_reader(reload_policy="manual")
        self.translator = Translator(self.index.schema)
        self.snapshot = Snapshot(self.index.searcher(), self.translator)

    def look(self) -> Snapshot:
        """The generation as last committed, by whichever process."""
        if self._watched.stamp() != self.stamp and self._renewed() and self.held:
            self.held.refresh()
        return self.snapshot

    def _renewed(self) -> bool:
        """Takes up what was committed last, unless another thread just has."""
        with self._lock:
            stamp = stamp_of(self._watched.path)
            if stamp == self.stamp:
                return False
            self.index.reload()
            self.snapshot = Snapshot(self.index.searcher(), self.translator)
            self.stamp = stamp
            return True

    def searcher(self) -> tantivy.Searcher:
        """tantivy's own view of the same."""
        return self.look().searcher

    def search(self, query: api.Query, generation: str) -> api.Page:
        snapshot = self.look()
        searcher = snapshot.searcher
        query = replace(query, scope=tuple(asked for f in query.scope if (asked := snapshot.settled(f))))
        if not query.size:
            total, facets = counts(snapshot, query)
            return api.Page(total, (), facets, generation)
        found = snapshot.whole(query)
        if not (query.facets or query.first) and query.total is None:  # nothing to count but what is found: in one pass
            ranking = snapshot.ranking(found, query)
            result = self._best(searcher, query, ranking, _start(query) + query.size + EDGE, count=True)
            return self._page(snapshot, query, result.count, [(ranking, result.count)], {}, generation, result.hits)
        # counted before anything is scored: most questions of a search that goes on asking find nothing, and scoring nothing costs ten times more
        total, facets = counts(snapshot, query, found)
        if not total:
            return api.Page(total, (), facets, generation)
        return self._page(snapshot, query, total, self._parts(snapshot, query, found, total), facets, generation)

    # hits ----------------------------------------------------------------------------------------------------------
    def _page(self, snapshot: Snapshot, query: api.Query, total: int, parts: Iterable[Part], facets: Counts, generation: str, best: list[Any] | None = None) -> api.Page:
        """The page, from the parts of the matches in their order; `best`: the first hits of the first part, where they are known."""
        searcher, start = snapshot.searcher, _start(query)
        stored = _stored(searcher)
        page: list[Any] = []
        before = 0  # matches of the parts that are over where the page begins
        for part, matches in parts:
            first = start + len(page) - before
            if first < matches:
                after = query.after if first and not page else None
                page += self._ranked(searcher, stored, query, part, matches, first, query.size - len(page), after, best if not before else None)
            before += matches
            if len(page) == query.size:
                break  # before the next part is made
        hits = tuple(self._hit(stored, score, address) for score, address in page)
        following = api.Cursor(hits[-1].score, hits[-1].id, start + len(hits)) if hits and start + len(hits) < total else None
        return api.Page(total, hits, facets, generation, following)

    @staticmethod
    def _best(searcher: tantivy.Searcher, query: api.Query, part: tantivy.Query, limit: int, *, count: bool = False) -> Any:
        ordering: dict[str, Any] = {"order_by_field": query.sort} if query.sort else {"weight_by_field": query.boost or None}
        return searcher.search(part, limit=limit, count=count, **ordering)

    def _parts(self, snapshot: Snapshot, query: api.Query, found: tantivy.Query, total: int) -> Iterator[Part]:
        """The matches in parts that follow each other, each with its size: one, but of a broad query those that it wants first, so that not a million are scored.
        The rest is translated only where a page reaches it."""
        first = query.first
        if first and total >= first.many and not query.sort:

            def among(item: api.OneOf) -> api.Query:
                return replace(query, filters=(*query.filters, item))

            beside = total_of(snapshot.searcher, snapshot.whole(among(first.beside))) if first.beside else 0
            for item, enough in first.filters:
                if total * plan.size(api.Passing(item, 0.0), snapshot.frequency) < enough * snapshot.searcher.num_docs:
                    continue  # too few if they are spread as everywhere: not worth counting
                ahead = snapshot.whole(among(item))
                if (matches := total_of(snapshot.searcher, ahead)) >= beside + enough:
                    yield snapshot.ranking(ahead, among(item), matches), matches
                    yield snapshot.ranking(self.translator.others(found, self.translator.filter(item)), query, total - matches), total - matches
                    return
        yield snapshot.ranking(found, query, total), total

    def _ranked(self, searcher: tantivy.Searcher, stored: Stored, query: api.Query, part: tantivy.Query, matches: int, start: int, size: int, after: api.Cursor | None, best: list[Any] | None) -> list[Any]:
        """(key, address) of a page of one part, by falling key, ties by id."""
        wanted = start + size
        limit = wanted + (TIES if matches >= LONG else EDGE)
        ranked = best if best is not None else self._best(searcher, query, part, limit).hits
        # The order among equal keys is the index's own: take in the whole tie at the page's end, then order it by id.
        if wanted < len(ranked) < min(matches, wanted + TIES) and ranked[-1][0] == ranked[wanted - 1][0]:
            ranked = self._best(searcher, query, part, wanted + TIES).hits
        page = self._by_id(stored, ranked, start, wanted)
        if after:
            page = self._after(stored, ranked, after, size) or page
        return page

    def _by_id(self, stored: Stored, ranked: list[Any], start: int, end: int) -> list[Any]:
        """ranked[start:end] with equal keys in order of id; reads ids only of ties that touch the page."""
        if start >= len(ranked):
            return []
        end = min(end, len(ranked))
        first, last = start, end
        while first > 0 and ranked[first - 1][0] == ranked[start][0]:
            first -= 1
        while last < len(ranked) and ranked[last][0] == ranked[end - 1][0]:
            last += 1
        window = ranked[first:last]
        times = Counter(key for key, _ in window)
        if len(times) == len(window):
            return ranked[start:end]
        # each tie by itself, seen from any page that it touches: so far are hits read beyond it
        window.sort(key=lambda item: (-item[0], stored(item[1]).get_first("id") if 1 < times[item[0]] <= TIES else ""))
        return window[start - first : end - first]

    def _after(self, stored: Stored, ranked: list[Any], after: api.Cursor, size: int) -> list[Any]:
        """The page that follows a cursor's hit, wherever commits since then have moved it."""
        lower = [(key, address) for key, address in ranked if key < after.key]
        tied = [(key, address) for key, address in ranked if key == after.key]
        if len(tied) > TIES:
            return []
        named = sorted((str(stored(address).get_first("id")), key, address) for key, address in tied)
        rest = [(key, address) for name, key, address in named if name > after.id]
        merged = rest + self._by_id(stored, lower, 0, min(size, len(lower)))
        return merged[:size]

    @staticmethod
    def _hit(stored: Stored, score: float, address: Any) -> api.Hit:
        document = stored(address)
        return api.Hit(str(document.get_first("id")), float(score), bytes(document.get_first("body") or b""))

    # by id ---------------------------------------------------------------------------------------------------------
    def bodies(self, field: str, ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """(id or merged id, body) of the documents whose `field` holds one of the ids."""
        searcher = self.searcher()
        query = self.translator.filter(api.OneOf(field, tuple(ids)))
        for _, address in searcher.search(query, limit=max(len(ids) * 2, 10), count=False).hits:
            hit = self._hit(searcher.doc, 0.0, address)
            yield hit.id, hit.body

