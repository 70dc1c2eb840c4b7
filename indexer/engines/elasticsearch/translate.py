"""Query, Clause and Filter → Elasticsearch's query language, built with elasticsearch.dsl.

Weights need no factor: Elasticsearch's BM25 keeps the (k1 + 1) that Lucene's own dropped, as the other engine's does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from zlib import crc32

import orjson
from elasticsearch.dsl import query as q

from catalog.errors import EngineError
from indexer import engine as api
from indexer.fields import FIELDS

LONGEST_TOKEN = 255  # characters: the whitespace analyzer cuts longer ones
TERMS = 65_536  # values that one terms query takes
BUCKETS = 10_000  # values of a facet that every shard hands up at first
INDEX = "_index"  # of each hit; also the name of its counts in an answer
MANY = 60_000  # values of a facet that are asked for where counts would not be exact otherwise: a cluster hands up 65,535 (search.max_buckets)


def clause(item: api.Clause) -> q.Query:
    """What must match, scored."""
    match item:
        case api.Term(field, token, weight):
            return _on(q.Term, field, {"value": token[:LONGEST_TOKEN] if _is_text(field) else token, "boost": weight})
        case api.Phrase(field, tokens, weight, slop):
            if len(tokens) == 1:
                return clause(api.Term(field, tokens[0], weight))
            return _on(q.MatchPhrase, field, {"query": " ".join(tokens), "slop": slop, "boost": weight, "analyzer": "whitespace"})
        case api.Every(clauses, bonus):
            if not (clauses or bonus):
                return q.MatchNone()
            conditions = [c.clause for c in clauses if api.weightless(c)]  # a filter is never scored, and may be cached
            scored = [c for c in clauses if not api.weightless(c)]
            return q.Bool(filter=_all(conditions), must=_all(scored), should=_all(bonus))
        case api.Some(clauses, least):
            return q.Bool(should=_all(clauses), minimum_should_match=max(1, least)) if clauses else q.MatchNone()
        case api.Best(clauses, tie):
            return q.DisMax(queries=_all(clauses), tie_breaker=tie) if clauses else q.MatchNone()
        case api.Scored(inner, score):
            return q.ConstantScore(filter=clause(inner), boost=score)
        case api.Passing(inner, score):
            return q.ConstantScore(filter=narrowing(inner), boost=score)
        case api.Anything():
            return q.MatchAll()
    raise EngineError(f"no such clause: {item!r}")


def _on(kind: Callable[..., q.Query], field: str, value: object) -> q.Query:
    """A query of one field: the library takes its name as a keyword."""
    return kind(**{field: value})


def _all(clauses: Iterable[api.Clause]) -> list[q.Query]:
    return [clause(c) for c in clauses]


def _is_text(field: str) -> bool:
    return field in FIELDS and FIELDS[field].sort == "text"


def narrowing(item: api.Filter) -> q.Query:
    """What narrows, unscored."""
    match item:
        case api.OneOf(field, values):
            return _on(q.Terms, field, list(values))
        case api.Between(field, low, high):
            return _range(field, low, high)
        case api.Overlap(_, low_field, high_field, low, high):
            # a document without pay has neither field: both ranges are always asked, so that it never matches
            return q.Bool(filter=[_range(low_field, None, high), _range(high_field, low, None)])
        case api.AnyFilter(_, filters):
            return q.Bool(should=[narrowing(f) for f in filters], minimum_should_match=1)
    raise EngineError(f"no such filter: {item!r}")


def _range(field: str, low: float | None, high: float | None) -> q.Query:
    ends = {name: float(value) for name, value in (("gte", low), ("lte", high)) if value is not None and math.isfinite(value)}
    return _on(q.Range, field, ends) if ends else q.Exists(field=field)


def matching(query: api.Query, without: str = "", *, scored: bool = False) -> q.Query:
    """Clause, scope and filters in one; `without` leaves out a facet's own filter."""
    filters = [narrowing(f) for f in (*query.scope, *(f for f in query.filters if f.field != without))]
    asked = clause(query.clause)
    if not scored:
        return q.Bool(filter=[asked, *filters])
    whole = q.Bool(must=[asked], filter=filters)
    if not query.boost:
        return whole
    # log2(2 + x) = ln(2 + x) / ln 2
    factor: Any = {"field_value_factor": {"field": query.boost, "modifier": "ln2p", "missing": 0}, "weight": 1 / math.log(2)}
    return q.FunctionScore(query=whole, functions=[factor], boost_mode="multiply")


def counting(limits: Mapping[str, int], buckets: int) -> dict[str, Any]:
    """Aggregations that count facets' values: by falling count, ties by value."""
    order = [{"_count": "desc"}, {"_key": "asc"}]
    return {f: {"terms": {"field": f, "size": n, "shard_size": max(n, buckets), "order": order}} for f, n in limits.items()}


def body(query: api.Query, facets: Mapping[str, int], seconds: float) -> dict[str, Any]:
    """The request for a page with its total and the counts of some facets."""
    scored = bool(query.size) and not query.sort
    asked: dict[str, Any] = {
        "query": matching(query, scored=scored).to_dict(),
        "size": query.size,
        "track_total_hits": query.total is None,
        "timeout": f"{int(seconds * 900)}ms",  # a little before the client gives up: what was found by then still comes
    }
    if query.size:
        asked["_source"] = ["body"]
        asked["sort"] = [{query.sort: {"order": "desc", "missing": "_last"}} if query.sort else "_score", {"id": "asc"}]
        if query.after:
            asked["search_after"] = [query.after.key, query.after.id]
        elif query.offset:
            asked["from"] = query.offset
    if facets:
        asked["aggs"] = counting(facets, BUCKETS)
    if not query.size:
        # without hits this says which generation answers
        asked["aggs"] = asked.get("aggs", {}) | {INDEX: {"terms": {"field": "_index", "size": 1}}}
    return asked


def same_copies(query: api.Query) -> str:
    """Which copies of the shards answer a search: the same for each of its pages, in every process, by what of it no minute changes ("not expired" does).

    Copies that merged at other times count other deleted documents among their words, so their scores differ a little: from page to page a hit would come twice and another never.
    """
    return f"{crc32(orjson.dumps((query.clause, [f for f in query.filters if isinstance(f, api.OneOf)]))):08x}"


def total(query: api.Query, seconds: float) -> dict[str, Any]:
    """The request for nothing but how many match."""
    return {"query": matching(query).to_dict(), "size": 0, "track_total_hits": True, "timeout": f"{int(seconds * 900)}ms"}


def counts(query: api.Query, facets: Mapping[str, int], seconds: float, *, without: str = "", buckets: int = BUCKETS) -> dict[str, Any]:
    """The request for nothing but counts."""
    asked = {"query": matching(query, without).to_dict(), "size": 0, "track_total_hits": False, "timeout": f"{int(seconds * 900)}ms"}
    return asked | {"aggs": counting(facets, buckets)}
