"""Counting what matches: totals and facets, exact, scoring nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import tantivy

from indexer import engine as api
from indexer.engines.embedded import together
from indexer.engines.embedded.snapshot import Counts, Snapshot

MANY = 1_000_000  # more values of a facet in one segment than any catalogue has: counts stay exact
#: Values that tantivy hands up for one question, of all its facets together (65,000); how many there are in the index does not matter.
WIDEST = 60_000
NUMBERS = ("published_at", "expires_at", "popularity", "prior")  # of which each document has one: by these a question is asked in parts
TOTAL = {"total": {"value_count": {"field": next(iter(together.COLUMNS))}}}  # no facet is called so; each document has one value of it, told shorter than a number
Found = dict[str, list[tuple[str, int]]]


def total(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    """Number of matches: an aggregation scores nothing, which a search does even for its count alone."""
    return int(searcher.aggregate(query, TOTAL)["total"]["value"])


def counts(snapshot: Snapshot, query: api.Query, found: tantivy.Query | None = None) -> tuple[int, Counts]:
    """Total and facets in one pass, but for facets that are narrowed by themselves: these are counted without their own filter. What took long is remembered."""
    known = snapshot.counted(query)
    if known:
        return known
    chosen = query.chosen
    plain = {name: limit for name, limit in query.facets.items() if name not in chosen}
    if chosen and not plain:
        matches, told = counts(snapshot, replace(query, facets={}), found)  # may be known
    else:
        matches, told = count(snapshot, found or snapshot.whole(query), plain)
    for name, limit in chosen.items():
        others = replace(query, filters=tuple(f for f in query.filters if f.field != name), facets={name: limit}, total=None)
        told |= counts(snapshot, others)[1]
    facets = {name: told[name] for name in query.facets}
    snapshot.remember(query, matches, facets)
    return matches, facets


def count(snapshot: Snapshot, query: tantivy.Query, limits: Mapping[str, int]) -> tuple[int, Counts]:
    """Total and facets of what is found. Every segment hands up all its values; ties at a cut are decided by value, but where more values stand equal than WIDEST."""
    columns = together.columns(limits)
    asked = {name: min(max(2 * limit, 200), WIDEST) for name, limit in limits.items() if name not in together.COLUMN}
    matches, found = _told(snapshot, query, asked | dict.fromkeys(columns, MANY))
    for name, size in asked.items():
        # a cut inside a run of equal counts is arbitrary: ask for all values of that field
        if len(values := found[name]) == size and values[min(limits[name], size) - 1][1] == values[-1][1]:
            whole = _aggregated(snapshot.searcher, query, {name: MANY})
            found |= whole[1] if whole else {}
    for column in columns:
        found |= together.counted(column, found[column], limits)
    return matches, {name: tuple(sorted(found[name], key=lambda v: (-v[1], v[0]))[:limit]) for name, limit in limits.items()}


def _told(snapshot: Snapshot, query: tantivy.Query, sizes: Mapping[str, int]) -> tuple[int, Found]:
    """Number of matches, and the most frequent values of keyword fields or columns, so many of each."""
    whole = _aggregated(snapshot.searcher, query, sizes)
    if whole:
        return whole
    if len(sizes) > 1:  # too many together: one after the other
        apart = [_told(snapshot, query, {name: size}) for name, size in sizes.items()]
        return apart[0][0], {name: values for _, one in apart for name, values in one.items()}
    ((name, size),) = sizes.items()
    parts = [_told(snapshot, part, sizes) for part in _halves(snapshot, query)]
    added: Counter[str] = Counter()
    for _, one in parts:
        for value, documents in one[name]:
            added[value] += documents
    return sum(matches for matches, _ in parts), {name: added.most_common(size)}


def _halves(snapshot: Snapshot, query: tantivy.Query) -> tuple[tantivy.Query, tantivy.Query]:
    """A question in two parts, by a number that its matches don't share."""
    for field in NUMBERS:
        told = snapshot.searcher.aggregate(query, {"extent": {"stats": {"field": field}}})["extent"]
        if told["count"] and told["min"] < told["max"]:
            low = snapshot.translator.filter(api.Between(field, None, (told["min"] + told["max"]) / 2))
            return snapshot.translator.both(query, low), snapshot.translator.others(query, low)
    raise ValueError(f"what is found has more than {WIDEST:,} combinations of values, and nothing tells it apart")


def _aggregated(searcher: tantivy.Searcher, query: tantivy.Query, sizes: Mapping[str, int]) -> tuple[int, Found] | None:
    """In one pass; None where there are more values than tantivy hands up."""
    asked = {name: {"terms": {"field": name, "size": size, "segment_size": MANY}} for name, size in sizes.items()}
    column = next((name for name in sizes if name in together.COLUMNS), "")  # of which each document has one value
    try:
        answer = searcher.aggregate(query, asked if column else asked | TOTAL)
    except ValueError as error:
        if "bucket limit" in str(error):
            return None
        raise
    found = {name: [(str(b["key"]), int(b["doc_count"])) for b in answer[name]["buckets"]] for name in sizes}
    return sum(documents for _, documents in found[column]) if column else int(answer["total"]["value"]), found
