"""What the catalogue holds decides what an ambiguous name means: 东大 is whichever of its schools has resources here."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from catalog.errors import EngineUnavailable
from indexer.engine import Engine, Query, Term
from indexer.fields import FIELDS
from ranking.meaning import Meaning, Span
from ranking.query import Reading

KEPT = 300  # seconds that counts may be old where the engine can't tell whether they changed


def weighed(engine: Engine, reading: Reading) -> Reading:
    """The reading with the meanings that the catalogue lacks left out, and namesakes of one field ordered by how much it holds."""
    return all_weighed(engine, [reading])[0]


def all_weighed(engine: Engine, readings: Sequence[Reading]) -> list[Reading]:
    """The same for several readings: what is not known yet is asked in one request."""
    unclear = [s for reading in readings for s in reading.spans if len(s.meanings) > 1]
    if not unclear:
        return list(readings)
    held = _table(engine, engine.mark() or str(int(time.time() // KEPT)))
    asked = [m for m in dict.fromkeys(m for s in unclear for m in s.meanings) if m not in held]
    told = [m for m in asked if FIELDS[m.field].sort == "keyword"]  # of other fields nothing can be counted
    try:
        counts = engine.counts([Query(clause=Term(m.field, m.value)) for m in told]) if told else []
    except EngineUnavailable:
        return list(readings)  # a part of the index is missing: the search itself answers for the rest, or fails
    held.update(dict.fromkeys(asked, 1) | dict(zip(told, counts, strict=True)))
    known = {m: held[m] for s in unclear for m in s.meanings}
    return [replace(reading, spans=tuple(_weighed(known, s) if len(s.meanings) > 1 else s for s in reading.spans)) for reading in readings]


def _weighed(held: Mapping[Meaning, int], span: Span) -> Span:
    known = [m for m in span.meanings if held[m]] or list(span.meanings)
    fields = list(dict.fromkeys(m.field for m in known))
    known.sort(key=lambda m: (fields.index(m.field), -held[m]))
    return replace(span, meanings=tuple(known))


@lru_cache(maxsize=8)
def _table(engine: Engine, when: str) -> dict[Meaning, int]:
    """How many resources hold a meaning in its field; `when` only makes it grow old. There are no more meanings than names in vocabularies."""
    return {}
