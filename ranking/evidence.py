"""What the catalogue holds decides what an ambiguous name means: 东大 is whichever of its schools has resources here."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from indexer.engine import Engine
from indexer.fields import FIELDS
from ranking.meaning import Meaning, Span
from ranking.query import Reading


def weighed(engine: Engine, reading: Reading) -> Reading:
    """The reading with the meanings that the catalogue lacks left out, and namesakes of one field ordered by how much it holds."""
    if not any(len(s.meanings) > 1 for s in reading.spans):
        return reading
    active = engine.active()
    name = active.name if active else ""
    return replace(reading, spans=tuple(_weighed(engine, name, s) if len(s.meanings) > 1 else s for s in reading.spans))


def _weighed(engine: Engine, generation: str, span: Span) -> Span:
    held = {m: _held(engine, generation, m) for m in span.meanings}
    known = [m for m in span.meanings if held[m]] or list(span.meanings)
    fields = list(dict.fromkeys(m.field for m in known))
    known.sort(key=lambda m: (fields.index(m.field), -held[m]))
    return replace(span, meanings=tuple(known))


@lru_cache(maxsize=8192)
def _held(engine: Engine, generation: str, meaning: Meaning) -> int:
    """How many resources hold a meaning in its field; asked once a generation."""
    return engine.frequency(meaning.field, meaning.value) if FIELDS[meaning.field].sort == "keyword" else 1
