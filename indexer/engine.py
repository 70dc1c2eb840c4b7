"""The contract of a search engine: one small Protocol that takes one frozen Query. What it means is decided above, in ranking.

Clause   what must match, and how much it counts:  Term, Phrase, Every, Some, Best, Scored, Passing, Anything
Filter   what narrows without scoring:             OneOf, Between, Overlap   (OR within one, AND across)
Query    a clause, filters, facets to count, order, page
Page     the hits, the exact total, the counts; which generation answered
Engine   search(), get(); generations: begin → write → seal → activate, roll back; update in place

An engine's own syntax never leaves its module; policy (weights, ladders, which fields) never enters it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Protocol, TypeGuard

import orjson

from catalog.errors import BadRequest

Finding = tuple[str, str, str]  # "ok", "warning" or "error"; what it is; what to do
Document = Mapping[str, Any]  # index field → list of str | str | int | float | bytes; see document.to_document()


# ── clauses ────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Term:
    """One token in one field, scored by BM25 × weight."""

    field: str
    token: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens in this order, at most `slop` moves apart; a field with positions."""

    field: str
    tokens: tuple[str, ...]
    weight: float = 1.0
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Every:
    """All clauses match; scores add up. `bonus` clauses need not match, but add their score."""

    clauses: tuple[Clause, ...]
    bonus: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Some:
    """At least `least` of the clauses match; scores of those that do add up."""

    clauses: tuple[Clause, ...]
    least: int = 1


@dataclass(frozen=True, slots=True)
class Best:
    """Any clause matches; the best score counts, the others × `tie`."""

    clauses: tuple[Clause, ...]
    tie: float = 0.0


@dataclass(frozen=True, slots=True)
class Scored:
    """The inner clause's matches, each with this constant score."""

    clause: Clause
    score: float


@dataclass(frozen=True, slots=True)
class Anything:
    """Every document, score 1."""


# ── filters ────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class OneOf:
    """A keyword field holds any of the values. On a tree field a value matches its descendants."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """A number field lies in [low, high]; None is open. Documents without the field don't match."""

    field: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Overlap:
    """The interval of two number fields overlaps [low, high], ends included; `field` names the facet that it belongs to."""

    field: str
    low_field: str
    high_field: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class AnyFilter:
    """Any of several filters of one facet."""

    field: str
    filters: tuple[OneOf | Between | Overlap, ...]


Filter = OneOf | Between | Overlap | AnyFilter


@dataclass(frozen=True, slots=True)
class Passing:
    """What passes a filter, each with this constant score: a filter used as a clause."""

    filter: Filter
    score: float


Clause = Term | Phrase | Every | Some | Best | Scored | Anything | Passing


def weightless(clause: Clause) -> TypeGuard[Scored]:
    """Whether a clause is a condition only: it must match, and adds nothing to a score."""
    return isinstance(clause, Scored) and not clause.score


# ── query and answer ───────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the last page ended: the sort key and id of its last hit, and how many hits stand before the next page."""

    key: float
    id: str
    seen: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """What may be put ahead of very many matches: those that pass the first filter that leaves enough.

    filters   from narrow to wide, each with how many matches it must leave
    beside    what passes all of them, and does not count
    many      matches from which it is worth it
    """

    filters: tuple[tuple[OneOf, int], ...]
    beside: OneOf | None = None
    many: int = 20_000


@dataclass(frozen=True, slots=True)
class Query:
    """One question to an engine.

    scope     filters that always hold (not expired); no facet leaves them out
    filters   filters by facet: a facet's own filter is left out when its values are counted
    facets    facet field → how many values at most, by falling count, ties by value
    sort      "" for relevance (score × prior, descending) or a number field, descending; ties by id, ascending
    boost     number field whose value x multiplies the score by log2(2 + x); "" for none
    first     of very many matches an engine may put some ahead, and score only these for the first pages; the others follow in their own order
    total     how many match, where the caller has counted them: the page says the same, and an engine need not count again
    """

    clause: Clause = Anything()
    scope: tuple[Filter, ...] = ()
    filters: tuple[Filter, ...] = ()
    facets: Mapping[str, int] = field(default_factory=dict)
    sort: str = ""
    boost: str = "prior"
    offset: int = 0
    size: int = 10
    after: Cursor | None = None
    first: Ahead | None = None
    total: int | None = None

    @property
    def chosen(self) -> dict[str, int]:
        """Of the facets those with a filter of their own, which is left out when they are counted."""
        narrowed = {item.field for item in self.filters}
        return {name: limit for name, limit in self.facets.items() if name in narrowed}


@dataclass(frozen=True)
class Hit:
    """One document found: its id, score or sort key, and its stored body (the resource as JSON)."""

    id: str
    score: float
    body: bytes

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """The body as a plain dict of the fields that are set: what the index holds was validated when it was stored. Read once, for all that look at it."""
        record: dict[str, Any] = orjson.loads(self.body)
        return record


@dataclass(frozen=True, slots=True)
class Page:
    """The answer to one Query. Facet counts and total are exact unless relation is "approx"."""

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    generation: str
    next: Cursor | None = None
    relation: str = "eq"
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Generation:
    """One build of the index. state: building → ready → active → previous."""

    name: str
    state: str
    schema: int
    fingerprint: str
    sequence: int  # last change of the store that it holds
    documents: int
    created: str  # ISO 8601
    resume_after: str = ""  # a build that was cut off goes on after this id


class Packed(NamedTuple):
    """A document as an engine takes it in, made by its pack()."""

    id: str
    kind: str
    json: bytes


Pack = Callable[[Document], Packed]


class Writer(Protocol):
    """Writes to one generation; one at a time."""

    def add(self, documents: Iterable[Document | Packed], *, fresh: bool = False) -> None:
        """Adds documents; one whose id is there replaces it. `fresh`: the caller knows that none is, which is faster."""
        ...

    def delete(self, ids: Iterable[str]) -> None: ...

    def commit(self, *, sequence: int, resume_after: str = "") -> None:
        """Makes all so far durable and visible, together with how far the generation has come."""
        ...

    def segments(self) -> list[int]:
        """Documents in each of the parts that a search looks through one after another, now that merges that are due have begun; [] where another machine sees to that."""
        ...


class Engine(Protocol):
    """A search engine with generations of one index."""

    url: str

    def __hash__(self) -> int:
        """Engines are told apart by identity: what is remembered about one is not another's."""
        ...

    def mark(self) -> str:
        """Differs from before whenever other documents answer; "" where that can't be told without asking another machine."""
        ...

    def search(self, query: Query) -> Page:
        """The page that answers the query from the active generation. EngineError when there is none."""
        ...

    def get(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Bodies by id; also found under ids merged into a resource (field `also`). Unknown ids are left out."""
        ...

    def count(self, query: Query, generation: str = "") -> int:
        """Exact number of matches, in the active or a named generation."""
        ...

    def counts(self, queries: Sequence[Query]) -> list[int]:
        """Exact numbers of matches of several queries in the active generation, in their order: one way to another machine and back."""
        ...

    def frequency(self, field: str, token: str) -> int:
        """How many documents hold a token (deleted ones may still count)."""
        ...

    def values(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Values of a keyword field by prefix with their document counts, by falling count."""
        ...

    def generations(self) -> list[Generation]:
        """All generations, newest first."""
        ...

    @property
    def pack(self) -> Pack:
        """Makes what add() takes at less cost than a document: a function of a module, so that other processes can do it."""
        ...

    def active(self) -> Generation | None:
        """The generation that answers."""
        ...

    def begin(self, fingerprint: str) -> Generation:
        """A new empty generation beside the others."""
        ...

    def writer(self, generation: str) -> AbstractContextManager[Writer]:
        """Writes to a generation. EngineLocked when another process does."""
        ...

    def seal(self, generation: str) -> Generation:
        """Ends a build: merges, counts, marks it ready. It can then be activated."""
        ...

    def activate(self, generation: str) -> None:
        """Atomically makes a ready generation answer; the one before stays as `previous`."""
        ...

    def drop(self, generation: str) -> None:
        """Removes a generation that does not answer."""
        ...

    def findings(self) -> list[Finding]:
        """What is well or unwell with the engine itself, beside its generations: for `haoke doctor`. Raises nothing of ours."""
        ...

    def close(self) -> None: ...


#: URL scheme → module that opens it. An engine is imported when opened, not before.
ENGINES = {"embedded": "indexer.engines.embedded", "http": "indexer.engines.elasticsearch", "https": "indexer.engines.elasticsearch"}


def open_engine(url: str) -> Engine:
    """The engine of a URL such as `embedded:/var/lib/haoke/index`. Each module has open(url) → Engine."""
    scheme = url.partition(":")[0]
    if scheme not in ENGINES:
        raise BadRequest(f"no engine for {url!r}", parameter="HAOKE_ENGINE", allowed=list(ENGINES), hint=f"it begins with one of: {', '.join(ENGINES)}")
    module = importlib.import_module(ENGINES[scheme])
    engine: Engine = module.open(url)
    return engine
