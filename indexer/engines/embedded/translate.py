"""Query, Clause and Filter → tantivy's queries, and its schema from the FIELDS table."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Sequence

import tantivy

from catalog.errors import EngineError
from indexer import engine as api
from indexer.engines.embedded import anywhere, together
from indexer.engines.embedded.anywhere import matching
from indexer.engines.embedded.plan import Frequency, beside, lead, planned, size
from indexer.fields import FIELDS

READ_ALONG = 3  # postings that are read along in the time of looking one document up in their list
DEEP = 80  # queries one around the other: each takes 7 kB of a thread's stack, which may have 2 MB
_MUST, _SHOULD, _NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot


def schema() -> tantivy.Schema:
    """tantivy's schema from the FIELDS table."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for f in FIELDS.values():
        if f.sort == "text":
            builder.add_text_field(f.name, tokenizer_name="whitespace", index_option="position" if f.positions else "freq")
        elif f.sort == "keyword":
            builder.add_text_field(f.name, fast=f.counted and f.name not in together.COLUMN, tokenizer_name="raw", index_option="basic")
        elif f.sort == "number":
            builder.add_float_field(f.name, fast=True, indexed=False)
        else:
            builder.add_bytes_field(f.name, stored=True)
    builder.add_text_field(anywhere.FIELD, tokenizer_name="whitespace", index_option="basic")
    for column in together.COLUMNS:
        builder.add_text_field(column, fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


class Translator:
    """Query, Clause and Filter → tantivy's queries for one schema."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self.schema = schema

    def clause(self, clause: api.Clause) -> tantivy.Query:
        """What must match, scored."""
        match clause:
            case api.Term(field, token, weight):
                option = "basic" if field == anywhere.FIELD or FIELDS[field].sort != "text" else "position" if FIELDS[field].positions else "freq"
                return self._weighted(tantivy.Query.term_query(self.schema, field, token, index_option=option), weight)
            case api.Phrase(field, tokens, weight, slop):
                if len(tokens) == 1:
                    return self.clause(api.Term(field, tokens[0], weight))
                return self._weighted(tantivy.Query.phrase_query(self.schema, field, list(tokens), slop=slop), weight)
            case api.Every(clauses, bonus):
                return self._around(tantivy.Query.boolean_query([(_MUST, self.clause(c)) for c in clauses]), [self.clause(c) for c in bonus])
            case api.Some(clauses, least):
                return tantivy.Query.boolean_query([(_SHOULD, self.clause(c)) for c in clauses], minimum_number_should_match=max(1, least))
            case api.Best(clauses, tie):
                return tantivy.Query.disjunction_max_query([self.clause(c) for c in clauses], tie_breaker=tie)
            case api.Scored(inner, score):
                return tantivy.Query.const_score_query(self.clause(inner), score)
            case api.Passing(inner, score):
                return tantivy.Query.const_score_query(self.filter(inner), score)
            case api.Anything():
                return tantivy.Query.all_query()
        raise EngineError(f"no such clause: {clause!r}")

    @staticmethod
    def _around(query: tantivy.Query, apart: Sequence[tantivy.Query], along: Sequence[tantivy.Query] = ()) -> tantivy.Query:
        """The query with what adds to its score, one around the other: side by side they would be read whole, as a union, not only where the query matches. Those
        `along`, and more than DEEP of them, stand side by side."""
        beside = [*apart[DEEP:], *along]
        for weight in [*apart[:DEEP], tantivy.Query.boolean_query([(_SHOULD, w) for w in beside])] if beside else apart[:DEEP]:
            query = tantivy.Query.boolean_query([(_MUST, query), (_SHOULD, weight)])
        return query

    @staticmethod
    def _weighted(query: tantivy.Query, weight: float) -> tantivy.Query:
        return query if weight == 1.0 else tantivy.Query.boost_query(query, weight)

    def filter(self, item: api.Filter) -> tantivy.Query:
        """What narrows, unscored."""
        match item:
            case api.OneOf(field, values):
                if len(values) == 1:
                    return tantivy.Query.term_query(self.schema, field, values[0], index_option="basic")
                return tantivy.Query.term_set_query(self.schema, field, list(values))
            case api.Between(field, low, high):
                return self._range(field, low, high)
            case api.Overlap(_, low_field, high_field, low, high):
                # a document without pay has neither field: both ranges are always asked, so that it never matches
                inside = (_MUST, self._range(low_field, None, high)), (_MUST, self._range(high_field, low, None))
                return tantivy.Query.boolean_query(list(inside))
            case api.AnyFilter(_, filters):
                return tantivy.Query.boolean_query([(_SHOULD, self.filter(f)) for f in filters])
        raise EngineError(f"no such filter: {item!r}")

    def _range(self, field: str, low: float | None, high: float | None, *, ends: bool = True) -> tantivy.Query:
        lowest, highest = -1e18 if low is None else float(low), 1e18 if high is None else float(high)
        return tantivy.Query.range_query(self.schema, field, tantivy.FieldType.Float, lowest, highest, include_lower=ends, include_upper=ends)

    def whole(self, query: api.Query, frequency: Frequency | None = None, everywhere: Container[str] = ()) -> tantivy.Query:
        """Clause, scope and filters in one, unscored.

        frequency   of tokens, to plan by
        everywhere  number fields that every document has: of these, what lies beyond an end is left out. tantivy looks for the next document within a range by
                    reading the column on to it, for the whole column where few are within; whether one is outside it asks only of what the rest matches
        """
        filters = [*query.scope, *query.filters]
        match = matching(query.clause)
        if frequency:
            match = planned(match, frequency, [f for f in filters if isinstance(f, api.OneOf)])
            filters = [f for f in filters if not isinstance(f, api.OneOf)]
        parts = [(_MUST, self.clause(match))]
        for item in filters:
            if isinstance(item, api.Between) and item.field in everywhere and (item.low is None) != (item.high is None):
                parts.append((_NOT, self._range(item.field, item.high, item.low, ends=False)))
            else:
                parts.append((_MUST, self.filter(item)))
        return tantivy.Query.boolean_query(parts) if len(parts) > 1 else parts[0][1]

    def weighed(self, found: tantivy.Query, clause: api.Clause, frequency: Frequency, matches: float = math.inf, narrowed: Sequence[api.OneOf] = ()) -> tantivy.Query:
        """What was found, by what a clause weighs in it; what no document holds is not asked for.

        matches: how many were found. What many more documents hold is looked up for each of these, one list around the other; the others are read along, whole,
        side by side, which of few documents is always the faster: a query in a query takes some microseconds to make.
        narrowed: filters that held, too: what is looked up in a union is found by the rarest of what must hold
        """
        clauses = (*clause.clauses, *clause.bonus) if isinstance(clause, api.Every) else (clause,)
        along, apart = list[tantivy.Query](), list[tantivy.Query]()
        for one in clauses:
            if api.weightless(one) or not (held := size(one, frequency)):
                continue
            if held <= READ_ALONG * matches:
                along.append(self.clause(one))
            else:
                apart += self._highest(one, lead(matching(clause), frequency, narrowed), frequency) if isinstance(one, api.Best) else [self.clause(one)]
        return self._around(tantivy.Query.const_score_query(found, 0.0), apart, along)

    def _highest(self, best: api.Best, rarest: api.Clause, frequency: Frequency) -> Iterator[tantivy.Query]:
        """The alternatives of a clause of which the highest counts, and of the others a share, each as a query of its own: as alternatives they are a union, which is read
        in windows of 4,096 documents. What counts only where no higher one does is asked so, which takes constant scores. A union among them is one of small lists, by
        what was rarest of what must hold."""
        constant = [c for c in best.clauses if isinstance(c, api.Scored | api.Passing)]
        if len(constant) < len(best.clauses):
            yield self.clause(best)
            return
        higher: list[tantivy.Query] = []
        for one in sorted((c for c in constant if size(c, frequency)), key=lambda c: -c.score):
            met = alone = self.clause(beside(matching(one.clause), rarest, frequency)) if isinstance(one, api.Scored) else self.filter(one.filter)
            for other in higher:
                alone = tantivy.Query.boolean_query([(_MUST, alone), (_NOT, other)])
            share = best.tie if higher else 0.0
            if share:
                yield tantivy.Query.const_score_query(met, one.score * share)
            yield tantivy.Query.const_score_query(alone, one.score * (1.0 - share))
            higher.append(met)

    @staticmethod
    def both(query: tantivy.Query, other: tantivy.Query) -> tantivy.Query:
        """What matches two queries."""
        return tantivy.Query.boolean_query([(_MUST, query), (_MUST, other)])

    @staticmethod
    def others(query: tantivy.Query, ahead: tantivy.Query) -> tantivy.Query:
        """What matches a query, but not the other."""
        return tantivy.Query.boolean_query([(_MUST, query), (_NOT, ahead)])
