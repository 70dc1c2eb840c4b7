"""What the catalogue holds decides what an ambiguous name means: 东大 is whichever of its schools has resources here."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import lru_cache

from indexer.engine import Engine
from indexer.fields import FIELDS
from ranking.meaning import Meaning, Span
from ranking.query import Reading

KEPT = 300  # seconds that counts may be old where the engine can't tell whether they changed


def weighed(engine: Engine, reading: Reading) -> Reading:
    """The reading with the meanings that the catalogue lacks left out, and namesakes of one field ordered by how much it holds."""
    if not any(len(s.meanings) > 1 for s in reading.spans):
        return reading
    when = engine.mark() or str(int(time.time() // KEPT))
    return replace(reading, spans=tuple(_weighed(engine, when, s) if len(s.meanings) > 1 else s for s in reading.spans))


def _weighed(engine: Engine, when: str, span: Span) -> Span:
    held = {m: _held(engine, when, m) for m in span.meanings}
    known = [m for m in span.meanings if held[m]] or list(span.meanings)
    fields = list(dict.fromkeys(m.field for m in known))
    known.sort(key=lambda m: (fields.index(m.field), -held[m]))
    return replace(span, meanings=tuple(known))


@lru_cache(maxsize=8192)
def _held(engine: Engine, when: str, meaning: Meaning) -> int:
    """How many resources hold a meaning in its field; `when` only makes the answer grow old."""
    return engine.frequency(meaning.field, meaning.value) if FIELDS[meaning.field].sort == "keyword" else 1
