"""Scores judged queries on an engine. One line of the file: {"qid","class","source","kind","q","metric","gold"}.

`gold` holds native ids (what follows the first colon of an id); a hit counts by its id and by the ids merged into it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from catalog.errors import BadRequest, HaokeError
from indexer.engine import Engine
from ranking.results import MAX_QUERY, Request, Results
from ranking.search import search

METRICS = ("ndcg@10", "mrr@10", "recall@10", "p@k", "rprec", "nohit", "ok")


def evaluate(engine: Engine, file: Path) -> dict[str, Any]:
    """score() of the judged queries of a file. BadRequest names a bad line."""
    return score(engine, read(file))


def score(engine: Engine, queries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean score by class, the mean of the classes, and every query with its score, total, whether relaxed, and first titles."""
    rows = [_scored(engine, query) for query in queries]
    classes: dict[str, list[float]] = {}
    for row in rows:
        classes.setdefault(row["class"], []).append(row["score"])
    table = {name: {"n": len(scores), "score": round(sum(scores) / len(scores), 4)} for name, scores in classes.items()}
    mean = sum(row["score"] for row in table.values()) / len(table) if table else 0.0
    return {"overall": {"n": len(rows), "score": round(mean, 4)}, "classes": table, "queries": rows}


def read(file: Path) -> list[dict[str, Any]]:
    """The judged queries of a file."""
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise BadRequest(f"{file} can't be read: {error}", parameter="FILE", hint="give a file of JSON lines") from error
    queries = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            query = orjson.loads(line)
            missing = {"class", "q", "metric", "gold"} - query.keys()
        except (ValueError, AttributeError) as error:
            raise BadRequest(f"{file}:{number} is no JSON object: {error}", parameter="FILE", hint="one object a line") from error
        if missing or query["metric"] not in METRICS:
            raise BadRequest(f"{file}:{number} lacks {sorted(missing) or 'a known metric'}", parameter="FILE", allowed=list(METRICS), hint="see docs/relevance.md")
        queries.append(query)
    return queries


def _scored(engine: Engine, query: Mapping[str, Any]) -> dict[str, Any]:
    size = min(100, max(10, len(query["gold"]) if query["metric"] == "rprec" else 10))
    source = query.get("source") or ()
    filters = {"source": (source,) if isinstance(source, str) else tuple(source), "kind": (query["kind"],) if query.get("kind") else ()}
    row = {"qid": query.get("qid", ""), "class": query["class"], "q": query["q"], "score": 0.0, "total": 0, "relaxed": False, "first": []}
    try:
        found = search(engine, Request(text=query["q"], filters={k: v for k, v in filters.items() if v}, size=size, facets=()))
    except BadRequest:
        return row | {"score": 1.0 if query["metric"] == "ok" and len(query["q"]) > MAX_QUERY else 0.0}
    except HaokeError as error:
        return row | {"error": str(error)}
    first = [str(hit.resource["title"]) for hit in found.hits[:3]]
    return row | {"score": round(measure(query, found), 4), "total": found.total, "relaxed": bool(found.interpretation.relaxed), "first": first}


def _native(id: str) -> str:
    source, _, rest = id.partition(":")
    return rest.removeprefix(f"{source}:")


def measure(query: Mapping[str, Any], found: Results) -> float:
    """The score in [0, 1] of one answered query."""
    metric, gold = query["metric"], set(query["gold"])
    if metric == "ok":
        return 1.0
    if metric == "nohit":
        return 1.0 if found.total == 0 or found.interpretation.relaxed else 0.0
    ranked: list[set[str]] = []
    seen: set[str] = set()
    for hit in found.hits:
        also = hit.resource.get("also") or ()
        ids = {_native(i) for i in (hit.id, *also)} - seen  # type: ignore[misc]  # a resource's JSON: `also` is a list
        ranked.append(ids)
        seen |= ids
    right = [bool(ids & gold) for ids in ranked]
    wanted = len(gold) - sum(len(ids & gold) - 1 for ids in ranked if ids & gold)  # merged gold is one thing
    if not gold:
        return 0.0
    if metric == "mrr@10":
        return next((1 / rank for rank, hit in enumerate(right[:10], 1) if hit), 0.0)
    if metric == "ndcg@10":
        gain = sum(1 / math.log2(rank + 1) for rank, hit in enumerate(right[:10], 1) if hit)
        return gain / sum(1 / math.log2(rank + 1) for rank in range(1, min(10, wanted) + 1))
    if metric == "recall@10":
        return sum(right[:10]) / min(10, wanted)
    cut = min(100 if metric == "rprec" else 10, wanted)
    return sum(right[:cut]) / cut
