"""JSON Schemas of what the API answers, made from the tables that the answers are made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.published import Manifest
from catalog.resource import Kind, Resource
from indexer.fields import FACETS
from ranking.results import MAX_QUERY

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
FLAG: Schema = {"type": "boolean"}
STEPS = ("filter", "filters", "spelling", "neighbour", "concept", "browse")  # of ranking.results.Step
RECOMMENDED = ("similar", "opened", "courses", "jobs")  # of web.similar
SPAN: Schema = {"type": "array", "items": COUNT, "minItems": 2, "maxItems": 2}


def ref(name: str) -> Schema:
    """A schema of components()."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(of: Schema) -> Schema:
    """A list of these."""
    return {"type": "array", "items": of}


def maybe(of: Schema) -> Schema:
    """This, or null."""
    return {"anyOf": [of, {"type": "null"}]}


def thing(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """An object with these keys."""
    return {"type": "object", "properties": {**required, **(optional or {})}, "required": list(required)}


def components() -> dict[str, Schema]:
    """All schemas by name."""
    parts: dict[str, Schema] = {}
    whole, stored = _model(Resource, parts), parts
    exported = _model(Manifest, parts)
    facets = {name: listed(ref("Value")) | {"description": field.label} for name, field in FACETS.items() if name != "kind"}
    identity = {
        "id": TEXT | {"description": "<source>:<native id>"}, "also": listed(TEXT), "kind": {"type": "string", "enum": [k.value for k in Kind]},
        "title": TEXT, "url": TEXT, "summary": TEXT,
    }  # fmt: skip
    known = identity | facets
    rest = {name: schema for name, schema in whole["properties"].items() if name not in known and name != "status"}
    hit = known | {"score": {"type": "number"}, "highlights": {"type": "object", "additionalProperties": listed(ref("Piece"))}}
    value = thing({"value": TEXT, "label": TEXT})
    counted = thing({"value": TEXT, "label": TEXT, "count": COUNT, "selected": FLAG, "path": listed(TEXT)})
    change = {"sequence": COUNT, "op": {"enum": ["upsert", "delete"]}, "id": TEXT}
    return stored | {
        "Value": value,
        "FacetValue": counted,
        "Piece": {"type": "array", "prefixItems": [TEXT, FLAG], "items": False, "minItems": 2, "description": "a piece of the text; whether it matched"},
        "Concept": thing({"field": TEXT, "value": TEXT, "label": TEXT, "span": SPAN}),
        "Interpretation": thing({"text": TEXT, "concepts": listed(ref("Concept")), "residual": listed(TEXT), "relaxed": listed(TEXT)}),
        "Step": thing({"step": {"enum": list(STEPS)}, "text": TEXT, "drop": listed(TEXT), "count": COUNT, "params": {"type": "object"}}),
        "Hit": thing(hit),
        "Results": thing(
            {
                "total": COUNT, "relation": {"enum": ["eq", "approx"]}, "took_ms": {"type": "number"}, "partial": FLAG, "generation": TEXT,
                "interpretation": ref("Interpretation"), "hits": listed(ref("Hit")),
                "facets": {"type": "object", "additionalProperties": listed(ref("FacetValue"))},
                "suggestion": maybe(TEXT), "next": maybe(TEXT), "ladder": listed(ref("Step")),
                "others": {"type": "object", "additionalProperties": listed(ref("Hit"))},
            }
        ),
        "Resource": thing(known, rest),
        "StoredResource": whole,
        "Suggestion": thing(
            {"text": TEXT, "kind_of": TEXT, "field": TEXT, "value": TEXT, "label": TEXT, "what": TEXT, "count": maybe(COUNT), "span": SPAN}
        ),
        "Suggestions": thing({"suggestions": listed(ref("Suggestion")), "partial": FLAG}),
        "Facet": thing({"field": {"enum": list(FACETS)}, "label": TEXT, "values": listed(ref("FacetValue")), "partial": FLAG}),
        "Recommendation": thing(hit | {"reason": thing({"code": TEXT, "text": TEXT})}),
        "Recommendations": {"type": "object", "properties": {name: listed(ref("Recommendation")) for name in RECOMMENDED}},
        "Change": thing(change, {"resource": ref("StoredResource")}),
        "Changes": thing({"series": TEXT, "since": COUNT, "until": COUNT, "more": FLAG, "changes": listed(ref("Change")), "snapshot": TEXT}),
        "Manifest": exported,
        "Health": thing({"status": {"const": "ok"}}),
        "Ready": thing({"status": {"const": "ready"}, "generation": TEXT, "documents": COUNT}),
        "Problem": problem(),
    }


def problem() -> Schema:
    """RFC 9457, with what we add."""
    own = {"parameter": TEXT, "allowed": listed(TEXT), "snapshot": TEXT}
    return thing({"type": TEXT, "title": TEXT, "status": {"type": "integer", "minimum": 400, "maximum": 599}, "detail": TEXT}, own)


def query() -> Schema:
    """What is searched for."""
    return TEXT | {"maxLength": MAX_QUERY}


def _model(model: Any, parts: dict[str, Schema]) -> Schema:
    """A pydantic model's schema; the models inside it are put among the parts."""
    schema: Schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    parts.update({name: _plain(part) for name, part in schema.pop("$defs", {}).items()})
    return _plain(schema)


def _plain(schema: Any) -> Any:
    """Without what pydantic says for itself: titles and defaults. What is unset is left out of an answer, not defaulted."""
    if isinstance(schema, list):
        return [_plain(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _named(part) if name == "properties" else _plain(part) for name, part in schema.items() if name not in ("title", "default")}


def _named(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(part) for name, part in properties.items()}
