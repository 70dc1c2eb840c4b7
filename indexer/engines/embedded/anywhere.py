"""One list a token, whichever field holds it: what a query matches is looked up in one list a word, and the fields only weigh what was found.

A word is looked for in the fields of words, or of characters and pairs. tantivy reads such a union in windows of 4,096 documents, whole, wherever one of
them fits, so that the union costs nearly all its lists. A field of this engine alone holds each token of them once: it takes a seventh of the index.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations

from indexer.analysis import is_han
from indexer.document import LABELLED, label_tokens
from indexer.engine import Best, Clause, Document, Every, OneOf, Passing, Scored, Some, Term
from indexer.engines.embedded.plan import fewest

FIELD = "anywhere"
WORDS = frozenset({"title", "names", "context", "summary"})
GRAMS = frozenset({"title_grams", "other_grams"})
INSIDE = frozenset({"inside"})
GATHERED = tuple(sorted(WORDS | GRAMS | INSIDE))
WAYS = 60  # to leave some of several clauses out that are spelled out
PAIR = 2  # characters of the longest Han token of GRAMS


def gathered(document: Document) -> list[str]:
    """The texts of a document whose tokens stand in the list: that some come twice costs the index nothing, and finding out which costs Python more than reading them twice."""
    return [document[name] for name in GATHERED if name in document]


@lru_cache(maxsize=512)
def matching(clause: Clause) -> Clause:
    """What matches the same documents with as few lists as there can be, without their scores. A search asks it several times of one clause, under other filters."""
    return _matching(clause)


def _matching(clause: Clause) -> Clause:
    match clause:
        case Scored(inner):
            return _matching(inner)
        case Term(field, token):
            return Term(field, token)
        case Every(clauses):
            return _joined(Every, list(dict.fromkeys(_matching(c) for c in clauses)))
        case Best(clauses):
            return _joined(Some, list(_any(clauses)))
        case Some(clauses, least) if least < 2:
            return _joined(Some, list(_any(clauses)))
        case Some(clauses, least):
            return _several([_matching(c) for c in clauses], least)
    return clause


def _several(clauses: Sequence[Clause], least: int) -> Clause:
    """Several of many. tantivy reads all their lists to the end for that; any of the ways to leave some out, each of which skips from its rarest part, is the
    same many times faster."""
    if least > len(clauses) or math.comb(len(clauses), least) > WAYS:
        return Some(tuple(clauses), least)
    ways = [_joined(Every, list(dict.fromkeys(way))) for way in combinations(clauses, least)]
    return _joined(Some, list(dict.fromkeys(ways)))


def _joined(way: type[Every] | type[Some], clauses: Sequence[Clause]) -> Clause:
    """All or any of them; one alone needs no wrapping."""
    return clauses[0] if len(clauses) == 1 else way(tuple(clauses))


def _any(clauses: Sequence[Clause]) -> Iterator[Clause]:
    """The alternatives, each once, and none that another one finds anyway; those that ask for one token in every field that can hold it as one."""
    fields: dict[str, set[str]] = {}
    alternatives = fewest(_flat(clauses))
    for one in alternatives:
        if isinstance(one, Term):
            fields.setdefault(one.token, set()).add(one.field)
    whole = [token for token, names in fields.items() if names >= _holders(token)]
    asked: list[Clause] = [Term(FIELD, token) for token in whole]
    asked += [one for one in alternatives if not (isinstance(one, Term) and one.token in whole and one.field in GATHERED)]
    labels = {one: tokens for one in asked if (tokens := _labels(one))}
    yield from (one for one in asked if not (one in labels and any(_found(other, labels[one]) for other in asked if other not in labels)))


def _labels(clause: Clause) -> list[frozenset[str]]:
    """What stands in the context of each that has a code, or one of some: the words of its label. [] where a clause asks for no such code."""
    match clause:
        case Term(field, code) if field in LABELLED:
            return [_label(field, code)]
        case Passing(OneOf(field, codes)) if field in LABELLED:
            return [_label(field, code) for code in codes]
    return []


@lru_cache(maxsize=8_192)
def _label(field: str, code: str) -> frozenset[str]:
    return frozenset(label_tokens(field, (code,)).split())


def _found(clause: Clause, contexts: Sequence[frozenset[str]]) -> bool:
    """Whether a clause finds whatever has all words of one of the contexts there: 会计 every advertisement of the occupation 会计人员."""
    match clause:
        case Term(field, token):
            return field in (FIELD, "context") and all(token in words for words in contexts)
        case Every(clauses):
            return all(_found(one, contexts) for one in clauses)
        case Some(clauses, least) if least < 2:
            return all(any(_found(one, [words]) for one in clauses) for words in contexts)
    return False


def _flat(clauses: Sequence[Clause]) -> Iterator[Clause]:
    """What the alternatives match by, alternatives among them told singly, and weights left out."""
    for clause in clauses:
        match _matching(clause):
            case Some(inner, least) if least < 2:
                yield from inner
            case other:
                yield other


def _holders(token: str) -> frozenset[str]:
    """The fields that can hold a token."""
    return WORDS | INSIDE if len(token) > PAIR and is_han(token) else WORDS | GRAMS
