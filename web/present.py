"""Results → plain dicts: the body of /api/v1/search and of /api/v1/resources/<id>. Field by field as docs name them.

A facet field is a list of {"value", "label"}; `value` is what its parameter takes. `kind` is the code itself. A job's
`salary` has one element whose value is its own `min-max`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from indexer.fields import FACETS
from ranking.results import FacetValue, ResultHit, Results, Segments, Step
from ranking.suggest import Suggestion
from web import onward, wording

SUMMARY = 300  # characters of a summary in a list of hits; the resource itself has all of it
_PLAIN = ("id", "also", "kind", "title", "url")
_FACETS = tuple(n for n in FACETS if n != "kind")
_JOINTS = {"summary": " … ", "title": " / "}  # between the snippets or values of one field; 、 for lists of names


def results(found: Results) -> dict[str, Any]:
    """The answer to one search."""
    meant = found.interpretation
    return {
        "total": found.total,
        "relation": found.relation,
        "took_ms": round(found.took_ms, 2),
        "partial": found.partial,
        "generation": found.generation,
        "interpretation": {
            "text": meant.text,
            "concepts": [{"field": c.field, "value": c.value, "label": c.label, "span": list(c.span)} for c in meant.concepts],
            "residual": list(meant.residual),
            "relaxed": list(meant.relaxed),
        },
        "hits": [hit(h) for h in found.hits],
        "facets": {name: [facet_value(v) for v in values] for name, values in found.facets.items()},
        "suggestion": found.suggestion,
        "next": found.next,
        "ladder": [step(s) for s in found.ladder],
        "others": {kind: [hit(h) for h in hits] for kind, hits in found.others.items()},
    }


def step(found: Step) -> dict[str, Any]:
    """One way on from a search that found too little."""
    return {"step": found.kind, "text": onward.words(found), "drop": list(found.drop), "count": found.count, "params": onward.params(found.request)}


def suggestions(found: Iterable[Suggestion]) -> dict[str, Any]:
    """What a typed text may become."""
    return {"suggestions": [asdict(s) | {"span": list(s.span), "what": wording.kind_of(s.kind_of, s.value)} for s in found]}


def hit(found: ResultHit) -> dict[str, Any]:
    """One hit of a search."""
    resource = found.resource
    return {
        **_identity(resource),
        "summary": clip(str(resource.get("summary") or ""), SUMMARY),
        "score": round(found.score, 4),
        "highlights": {name: [list(piece) for piece in joined(name, texts)] for name, texts in found.highlights.items()},
        **_facet_fields(resource),
    }


def resource(record: Mapping[str, Any]) -> dict[str, Any]:
    """One resource with everything known of it; `record` is its plain dict of set fields."""
    coded = _identity(record) | {"summary": record.get("summary") or ""} | _facet_fields(record)
    return coded | {name: value for name, value in record.items() if name not in coded and name != "status"}


def facet_value(value: FacetValue) -> dict[str, Any]:
    """One value of a facet."""
    return {"value": value.value, "label": value.label, "count": value.count, "selected": value.selected, "path": list(value.path)}


def joined(name: str, texts: tuple[Segments, ...]) -> list[tuple[str, bool]]:
    """The marked texts of one field as one run of pieces."""
    pieces: list[tuple[str, bool]] = []
    for number, text in enumerate(texts):
        if number:
            pieces.append((_JOINTS.get(name, "、"), False))
        pieces += text
    return pieces


def clip(text: str, most: int) -> str:
    """At most so many characters, with an ellipsis where something was cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _identity(record: Mapping[str, Any]) -> dict[str, Any]:
    empty: dict[str, Any] = {"also": []}
    return {name: record.get(name) or empty.get(name, "") for name in _PLAIN}


def _facet_fields(record: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    return {name: [{"value": v, "label": wording.label(name, v)} for v in values(record, name)] for name in _FACETS}


def values(record: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A field's values as parameters take them; () when unset."""
    value = record.get(name)
    if value is None or value == "":
        return ()
    if name == "salary":
        ends = [value.get(end) for end in ("min", "max")]
        return () if ends == [None, None] else ("-".join("" if e is None else str(e) for e in ends),)
    if isinstance(value, bool):
        return ("true" if value else "false",)
    return tuple(value) if isinstance(value, (list, tuple)) else (str(value),)
