"""Facets counted together: of some fields a column holds what each document has in all of them, so that one pass over it counts each.

tantivy counts a facet by reading its column at every match: 1.5 to 3 ns where each document has exactly one value, 6 where some have none, 22 where some have
several; a page has nine to thirteen facets. Where values repeat, their combinations are few (some hundred of ten million documents), each document has exactly
one, and what a combination stands for is told apart once for all its matches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache

import orjson

from indexer.engine import Document

#: column → the fields that it holds. Chosen so that combinations are few also where advertisements are for several regions, and those of a tree's every level apart.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "together_kinds": ("service", "kind", "platform", "source", "stage", "subject", "industry_top", "degree", "job_type_top", "verified"),
    "together_places": ("region_top",),
    "together_posts": ("occupation_top", "experience", "salary", "year"),
    "together_regions": ("region",),
    "together_industries": ("industry",),
    "together_occupations": ("occupation",),
    "together_job_types": ("job_type",),
}
COLUMN = {field: column for column, fields in COLUMNS.items() for field in fields}
LONGEST = 65_000  # bytes of a combination: tantivy cuts a token at 65,530, also within a character
Values = tuple[tuple[str, ...], ...]  # a combination: of each field of the column the values, none or several


def gathered(document: Document) -> dict[str, str]:
    """The columns of a document: each has one value, also where the document has none of its fields."""
    return {column: _combination([document.get(field, ()) for field in fields]) for column, fields in COLUMNS.items()}


def _combination(values: list[Sequence[str]]) -> str:
    """As JSON. Of a document with hundreds of values (which no source has) the first are counted; all of them find it."""
    told = orjson.dumps(values)
    while len(told) > LONGEST:
        most = max(range(len(values)), key=lambda place: len(values[place]))
        values[most] = values[most][: len(values[most]) // 2]
        told = orjson.dumps(values)
    return told.decode()


def columns(fields: Collection[str]) -> list[str]:
    """The columns in which any of the fields are counted."""
    return list(dict.fromkeys(COLUMN[field] for field in fields if field in COLUMN))


def counted(column: str, found: Iterable[tuple[str, int]], fields: Collection[str]) -> dict[str, list[tuple[str, int]]]:
    """(value, documents) of those fields that stand in the column, from how many documents hold each combination."""
    counts = [(place, defaultdict[str, int](int)) for place, field in enumerate(COLUMNS[column]) if field in fields]
    for combination, documents in found:
        values = _values(combination)
        for place, count in counts:
            for value in values[place]:
                count[value] += documents
    return {COLUMNS[column][place]: list(count.items()) for place, count in counts}


@lru_cache(maxsize=32_768)
def _values(combination: str) -> Values:
    return tuple(tuple(values) for values in orjson.loads(combination))
