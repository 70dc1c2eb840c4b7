"""How a condition is best asked: what is rare is carried into what is common. The same matches in a fraction of the time.

tantivy joins lists by going along the rarest and skipping to each of its documents in the others. A union of lists (a word, its variants, a concept's field) it reads in
windows of 4,096 documents, whole, wherever one of them fits: a town's three thousand postings among ten million with 工程师 cost nearly as much as all of these. So where
that is worth it, a union comes apart: each of its lists is joined with the rest by itself, and the union is one of small lists. Then the rest need not be asked beside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TypeGuard

from indexer.engine import Best, Clause, Every, OneOf, Passing, Phrase, Scored, Some, Term

LOOK_UP = 4  # entries of a list that a union reads in the time of looking one document up in it
SPARSE = 30  # times as many entries as a union may a list have, for each further alternative, that is gone along in all of them: even by leaps that takes time
PIECES = 24  # conjunctions that a union may come apart into: each takes some microseconds to begin
Frequency = Callable[[str, str], int]  # field, token → documents


def planned(clause: Clause, frequency: Frequency, narrowed: Sequence[OneOf] = ()) -> Clause:
    """The condition (see anywhere.matching) with filters that hold, too, as they are to be asked together."""
    sets = [Passing(item, 0.0) for item in narrowed if len(item.values) != 1]  # of several values all documents are gathered first, in each alternative anew
    single = [Passing(item, 0.0) for item in narrowed if len(item.values) == 1]
    parts = [part for one in (*single, *_parts(clause)) for part in _parts(_held(one, frequency))]
    return _all([*sets, _joined(parts, frequency)])


def _joined(parts: Sequence[Clause], frequency: Frequency) -> Clause:
    """All of the parts, each a list, a union of lists or whatever else."""
    if len(parts) < 2:
        return _all([_any([planned(c, frequency) for c in one.clauses]) if _union(one) else one for one in parts])
    lead, *rest = sorted(parts, key=lambda c: size(c, frequency))
    unions, lists = [c for c in rest if _union(c)], [c for c in rest if not _union(c)]
    if _union(lead) and not unions:
        most = SPARSE * size(lead, frequency) / max(1, len(_ways(lead)) - 1)
        near, far = [c for c in lists if size(c, frequency) <= most], [c for c in lists if size(c, frequency) > most]
        return _all([_apart(lead, near, frequency), *far])
    if unions and _worth(lead, unions[-1], frequency):
        return _all([_apart(unions[-1], [lead], frequency), *lists, *(beside(c, lead, frequency) for c in unions[:-1])])
    return _all([lead, *lists, *(beside(c, lead, frequency) for c in unions)])


def lead(clause: Clause, frequency: Frequency, narrowed: Sequence[OneOf] = ()) -> Clause:
    """The rarest of what must hold: a part of the condition, or a filter beside it."""
    return min((*(Passing(item, 0.0) for item in narrowed), *_parts(clause)), key=lambda c: size(c, frequency))


def beside(part: Clause, lead: Clause, frequency: Frequency) -> Clause:
    """A part of a conjunction, with what is rare there in each of its long lists; a single list needs no help."""
    if not _union(part):
        return part
    most = size(lead, frequency)
    long = {c: n for c in part.clauses if most < (n := size(c, frequency)) < math.inf}
    carried = long if sum(long.values()) > LOOK_UP * most * len(long) else {}
    return _any([planned(Every((lead, *_parts(c))) if c in carried else c, frequency) for c in part.clauses])


def _apart(union: Clause, rest: Sequence[Clause], frequency: Frequency) -> Clause:
    """The union with something else that must hold in each of its alternatives."""
    return _any([planned(Every((*rest, *_parts(c))), frequency) for c in _ways(union)])


def _worth(lead: Clause, union: Clause, frequency: Frequency) -> bool:
    """Whether a union is found faster when it comes apart: the lead is read for each of its lists then, instead of all these lists and once the lead."""
    sizes = [size(c, frequency) for c in _ways(union)]
    leads = [size(c, frequency) for c in _ways(lead)]
    joined = sum(min(one, other) for one in leads for other in sizes)
    return len(sizes) * len(leads) <= PIECES and joined - sum(leads) <= sum(sizes) / LOOK_UP


def _union(clause: Clause) -> TypeGuard[Some]:
    return isinstance(clause, Some) and clause.least < 2


def _parts(clause: Clause) -> Sequence[Clause]:
    return clause.clauses if isinstance(clause, Every) else (clause,)


def _ways(clause: Clause) -> Sequence[Clause]:
    return clause.clauses if _union(clause) else (clause,)


def _held(clause: Clause, frequency: Frequency) -> Clause:
    """A union without what no document has."""
    if not _union(clause):
        return clause
    held = [c for c in _ways(clause) if size(c, frequency)]
    return _any(held or _ways(clause)[:1])


def _any(clauses: Sequence[Clause]) -> Clause:
    """Any of them, those that are unions told singly."""
    ways = fewest(one for clause in clauses for one in _ways(clause))
    return ways[0] if len(ways) == 1 else Some(tuple(ways))


def _all(clauses: Sequence[Clause]) -> Clause:
    """All of them, those that are conjunctions told singly."""
    flat = dict.fromkeys(one for clause in clauses for one in _parts(clause))
    return next(iter(flat)) if len(flat) == 1 else Every(tuple(flat))


def fewest(ways: Iterable[Clause]) -> list[Clause]:
    """Alternatives that find the same: each once, and none that asks for all that another one asks, and more."""
    asked = {way: frozenset(_parts(way)) for way in ways}
    return [way for way, parts in asked.items() if not any(other < parts for other in asked.values())]


def size(clause: Clause, frequency: Frequency) -> float:
    """The most documents that a condition may match."""
    match clause:
        case Term(field, token):
            return frequency(field, token)
        case Phrase(field, tokens):
            return min(frequency(field, token) for token in tokens)
        case Every(clauses):
            return min(size(c, frequency) for c in clauses)
        case Some(clauses, least):
            return sum(size(c, frequency) for c in clauses) / max(1, least)
        case Best(clauses):
            return sum(size(c, frequency) for c in clauses)
        case Scored(inner):
            return size(inner, frequency)
        case Passing(OneOf(field, values)):
            return sum(frequency(field, value) for value in values)
    return math.inf
