"""Why a query finds what it finds: the reading and, for each hit, every signal. The same numbers as search() uses."""

from __future__ import annotations

import math
from typing import Any

from catalog.errors import BadRequest
from catalog.resource import Resource
from indexer.engine import Clause, Engine, OneOf, Query, Some
from ranking.bag import weights
from ranking.clauses import concept_clause
from ranking.evidence import weighed
from ranking.narrow import unexpired
from ranking.query import Reading, understand
from ranking.questions import Question, words_of
from ranking.search import ask
from ranking.signals import signals


def explain(engine: Engine, text: str, id: str | None = None, size: int = 5) -> dict[str, Any]:
    """The reading of `text` and the scores of its first hits, or of the one resource `id` (which need not match).

    score = (sum of the parts) × prior. A part is what one concept or word adds; `beside` is the rest.
    """
    reading = weighed(engine, understand(text))
    page, asked = ask(engine, Query(size=size, scope=(unexpired(),)), reading)
    found = [(h.id, h.score, h.body) for h in page.hits]
    if id is not None:
        body = engine.get([id]).get(id)
        if body is None:
            raise BadRequest(f"no resource {id!r}", parameter="id", hint="copy the id from `haoke search`")
        found = [(id, _score(engine, asked.clause, Resource.from_json(body).id), body)]
    return {
        "text": text,
        "question": asked.name,
        "concepts": [{"text": s.text, "meanings": [f"{m.field}={m.label}" for m in s.meanings]} for s in reading.spans],
        "words": [t.text for t in reading.words],
        "helpers": [t.text for t in reading.helpers],
        "hits": [_hit(engine, reading, asked, *row) for row in found],
    }


def _score(engine: Engine, part: Any, id: str, boost: str = "prior") -> float:
    """What one clause gives one document; 0 when it does not match."""
    hits = engine.search(Query(clause=part, filters=(OneOf("id", (id,)),), size=1, boost=boost)).hits
    return hits[0].score if hits else 0.0


def _share(engine: Engine, clause: Clause, id: str) -> float:
    """What a clause adds to the score of one document, whether or not it would be found by it."""
    return _score(engine, Some(weights([clause])), id, boost="")


def _hit(engine: Engine, reading: Reading, asked: Question, id: str, score: float, body: bytes) -> dict[str, Any]:
    resource = Resource.from_json(body)
    parts: dict[str, float] = {}
    for span in reading.spans:
        parts[f"concept:{span.text}"] = _share(engine, concept_clause(span), resource.id)
    for stretch in reading.stretches:
        _, weight = words_of(reading, stretch, heard=asked.name in ("heard", "near"), near=asked.name == "near")
        parts[f"words:{stretch.text}"] = _share(engine, weight, resource.id)
    # where the words meet, the whole title, helpers and wishes
    parts["beside"] = _share(engine, asked.clause, resource.id) - math.fsum(parts.values())
    priors = {f"prior:{name}": value for name, value in signals(resource).items()}
    rounded = {name: round(value, 3) for name, value in (parts | priors).items()}
    factor = 1.0 + math.fsum(priors.values())
    return {"id": resource.id, "title": resource.title, "score": round(score, 4), "prior": round(factor, 4), "signals": rounded}
