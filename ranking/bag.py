"""What must match, and what it weighs, apart: a condition, and a bag of weighted terms beside it.

Who scores while matching walks every list that could add something: of each word seven, and of all its neighbours. Apart, the condition, which far fewer lists
tell, says what is found, and weights are only looked up there. So a score is the sum of all that speaks for a hit: a word in title and context weighs more than in
one of them. Only of constant scores (a code of a field, the whole title) the highest counts, as before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexer.engine import Best, Clause, Every, Passing, Scored, Some, Term


def apart(condition: Clause, weighing: Sequence[Clause]) -> Every:
    """A condition that scores nothing, and all that weighs in what it finds."""
    return Every((Scored(condition, 0.0),), weights(weighing))


def weights(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """All that can add to a score, each by itself; of a term that several name, the sum of its weights."""
    terms: dict[tuple[str, str], float] = {}
    others: list[Clause] = []
    for one in _leaves(clauses):
        if isinstance(one, Term):
            if one.weight:
                terms[one.field, one.token] = terms.get((one.field, one.token), 0.0) + one.weight
        else:
            others.append(one)
    return (*(Term(field, token, weight) for (field, token), weight in terms.items()), *others)


def _leaves(clauses: Sequence[Clause]) -> Iterator[Clause]:
    for clause in clauses:
        match clause:
            case Every(inner, bonus):
                yield from _leaves((*inner, *bonus))
            case Some(inner):
                yield from _leaves(inner)
            case Best(inner, tie):
                constant = tuple(c for c in inner if isinstance(c, Scored | Passing))
                if constant:
                    yield Best(constant, tie) if len(constant) > 1 else constant[0]
                yield from _leaves([c for c in inner if c not in constant])
            case _:
                yield clause
