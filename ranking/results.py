"""What the door to search takes and gives: Request → Results. Plain frozen types; web and cli know nothing below them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_QUERY = 300  # characters of a query
MAX_WINDOW = 10_000  # page × size
MAX_SIZE = 100
SORTS = ("relevance", "newest", "popular")


@dataclass(frozen=True, slots=True)
class Request:
    """One search, already parsed: filters hold codes (closed vocabularies) or text (open fields)."""

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # field → values, OR within, AND across
    sort: str = "relevance"
    page: int = 1
    size: int = 20
    cursor: str = ""
    facets: tuple[str, ...] | None = None  # None: those that suit the kinds in play; (): none


@dataclass(frozen=True, slots=True)
class Concept:
    """A span of the query that names something: start and end index the text as typed."""

    field: str
    value: str
    label: str
    span: tuple[int, int]
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What was understood of the query."""

    text: str
    concepts: tuple[Concept, ...] = ()
    residual: tuple[str, ...] = ()
    relaxed: tuple[str, ...] = ()  # what was dropped so that something is found; () = nothing


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet with its exact count. path: codes of the ancestors, root first, without itself."""

    value: str
    label: str
    count: int
    selected: bool = False
    path: tuple[str, ...] = ()


Segments = tuple[tuple[str, bool], ...]  # pieces of a text in order: (piece, is it a match)


@dataclass(frozen=True, slots=True)
class ResultHit:
    """One hit: the resource (as a plain dict of set fields, see Resource.model_dump(mode="json")), score and marked texts."""

    id: str
    score: float
    resource: Mapping[str, object]
    highlights: Mapping[str, tuple[Segments, ...]] = field(default_factory=dict)  # field → one Segments per value/snippet


@dataclass(frozen=True, slots=True)
class Step:
    """A way on from a search that found too little (ranking.ladder): another search, and how many it finds.

    kind    filter, filters, spelling, neighbour, concept, browse
    drop    what is let go, as people read it
    label   of a filter its field; of a neighbour and of browsing the value that is there instead
    """

    kind: str
    drop: tuple[str, ...]
    label: str
    request: Request
    count: int


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to one Request."""

    request: Request
    total: int
    relation: str  # "eq" or "approx"
    took_ms: float
    partial: bool
    generation: str
    interpretation: Interpretation
    hits: tuple[ResultHit, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    suggestion: str | None = None
    next: str | None = None
    ladder: tuple[Step, ...] = ()
    by: str = "strict"  # the question that found it: see ranking.questions
    others: Mapping[str, tuple[ResultHit, ...]] = field(default_factory=dict)  # kind that the first page lacks → its best hits
