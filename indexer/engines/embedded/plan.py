"""How a condition is best asked: what is rare is carried into what is common. The same matches in a fraction of the time.

tantivy joins clauses by going along the rarest and looking each of its documents up in the others. In a list of one token it skips to it; a union of lists
(a word, its variants, a concept's field) it reads in windows of 4,096 documents, whole, wherever one of them fits: a town's three thousand postings among ten
million with 工程师 cost nearly as much as all of these. So where that is worth it, each list of the union is joined with the rare clause by itself: the union is
then one of small lists. What stands in a union as a conjunction, a way to leave one of several words out, is planned the same way by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from indexer.engine import Best, Clause, Every, OneOf, Passing, Phrase, Scored, Some, Term

LOOK_UP = 6  # entries of a list that are read in the time of looking one document up in it
Frequency = Callable[[str, str], int]  # field, token → documents


def planned(clause: Clause, frequency: Frequency, narrowed: Sequence[OneOf] = ()) -> Clause:
    """The condition (see anywhere.matching) as it is to be asked. narrowed: filters that hold beside it, which may be rarer than any part of it."""
    if isinstance(clause, Some) and clause.least < 2 and not narrowed:
        return Some(tuple(planned(c, frequency) for c in clause.clauses))
    parts = _parts(clause)
    first = lead(clause, frequency, narrowed)
    if len(parts) == 1 and first is parts[0]:
        return clause
    asked = tuple(planned(part, frequency) if part is first else beside(part, first, frequency) for part in parts)
    return Every(asked) if isinstance(clause, Every) else asked[0]


def lead(clause: Clause, frequency: Frequency, narrowed: Sequence[OneOf] = ()) -> Clause:
    """The rarest of what must hold: a part of the condition, or a filter beside it."""
    return min((*(Passing(item, 0.0) for item in narrowed), *_parts(clause)), key=lambda c: size(c, frequency))


def _parts(clause: Clause) -> Sequence[Clause]:
    return clause.clauses if isinstance(clause, Every) else (clause,)


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


def beside(part: Clause, lead: Clause, frequency: Frequency) -> Clause:
    """A part of a conjunction, with what is rare there in each of its long lists; a single list needs no help."""
    if not (isinstance(part, Some) and part.least < 2):
        return part
    most = size(lead, frequency)
    long = [n for c in part.clauses if most < (n := size(c, frequency)) < math.inf]
    if sum(long) <= LOOK_UP * most * len(long):
        return Some(tuple(planned(c, frequency) for c in part.clauses))
    return Some(tuple(_carried(c, lead, frequency) if most < size(c, frequency) else planned(c, frequency) for c in part.clauses))


def _carried(one: Clause, lead: Clause, frequency: Frequency) -> Clause:
    """One of several alternatives, with what is rare."""
    match one:
        case Every(clauses):
            return planned(Every((lead, *clauses)), frequency)
        case Term():
            return Every((lead, one))
    return one
