"""What a stretch of a query may name."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.vocab import vocabulary
from indexer.fields import FIELDS


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a stretch may name: a code of a vocabulary, or a value (`8000-`) of a field without names."""

    field: str
    code: str

    @property
    def value(self) -> str:
        """What the index holds: the code, or the label where the field is open text."""
        words = FIELDS[self.field].vocabulary
        return vocabulary(words).label(self.code) if words and FIELDS[self.field].open else self.code

    @property
    def label(self) -> str:
        """What people read."""
        words = FIELDS[self.field].vocabulary
        return vocabulary(words).label(self.code) if words else self.code


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch [start, end) of the cleaned query that names something, its likeliest meaning first."""

    start: int
    end: int
    text: str
    meanings: tuple[Meaning, ...]
    named: bool = False  # the query says what it is: 助产专业
