"""The JSON API, /api/v1: search, suggest, resources, facets; and /healthz, /readyz. Open to any site that GETs.

Shapes: see web.present. Errors: problem+json, see web.problems.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
from flask import Blueprint, Response, abort, redirect, request
from werkzeug.datastructures import MultiDict

from catalog.errors import BadRequest, EngineUnavailable
from indexer.fields import FACETS, FILTERS, SCHEMA_VERSION
from ranking import search as door
from ranking.suggest import completions
from web import engine, params, present
from web.i18n import gettext as _
from web.keep import unstored

api = Blueprint("api", __name__)
SUGGESTIONS = 10
MOST_SUGGESTIONS = 20


def reply(body: dict[str, Any], status: int = 200) -> Response:
    """A JSON answer; Chinese stands as it is."""
    return Response(orjson.dumps(body), status, mimetype="application/json")


@api.get("/api/v1/search")
def search() -> Response:
    """Hits, facets and what was understood."""
    found = door.search(engine(), params.parse(request.args))
    answer = reply(present.results(found))
    return unstored(answer) if found.partial else answer


@api.get("/api/v1/suggest")
def suggest() -> Response:
    """What the typed text may become; the facet fields narrow as in a search. size: at most MOST_SUGGESTIONS."""
    for name in ("sort", "page", "cursor", "facets"):
        if name in request.args:
            raise BadRequest(_("没有名为 %(name)s 的参数", name=name), parameter=name, allowed=["q", "size", *FILTERS])
    asked = params.parse(request.args)
    size = min(asked.size, MOST_SUGGESTIONS) if "size" in request.args else SUGGESTIONS
    # not asked.text: blanks at the end are part of what is being typed
    found, partial = completions(engine(), request.args.get("q", ""), asked.filters, size)
    answer = reply(present.suggestions(found) | {"partial": partial})
    return unstored(answer) if partial else answer


@api.get("/api/v1/resources/<path:id>")
def resource(id: str) -> Response:
    """One resource; an id merged into another one redirects to it for good."""
    found = door.get(engine(), id)
    if found is None:
        abort(404)
    if found.id != id:
        moved: Response = redirect(f"{request.script_root}/api/v1/resources/{quote(found.id, safe=':')}", 308)  # type: ignore[assignment]
        return moved
    return reply(present.resource(found.model_dump(mode="json", exclude_defaults=True)))


@api.get("/api/v1/facets/<field>")
def facet(field: str) -> Response:
    """Values of one facet with counts. q: part of a label; text: the query; the facet fields narrow as in a search."""
    if field not in FACETS:
        raise BadRequest(_("没有名为 %(name)s 的筛选项", name=field[:80]), parameter="field", allowed=list(FACETS))
    args = MultiDict((n, v) for n, v in request.args.items(multi=True) if n not in ("q", "text"))
    args["q"] = request.args.get("text", "")
    asked = params.parse(args)
    part = request.args.get("q", "").strip()
    if len(part) > params.MAX_QUERY:
        raise BadRequest(_("搜索词最多 %(most)d 个字", most=params.MAX_QUERY), parameter="q", allowed=[_("%(most)d 个字以内", most=params.MAX_QUERY)])
    values, partial = door.facet_values(engine(), asked, field, part, asked.size)
    answer = reply({"field": field, "label": FACETS[field].label, "values": [present.facet_value(v) for v in values], "partial": partial})
    return unstored(answer) if partial else answer


@api.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return reply({"status": "ok"})


@api.get("/readyz")
def readyz() -> Response:
    """An index of this version answers behind it."""
    active = engine().active()
    if active is None:
        raise EngineUnavailable("no generation is active", hint="build one: haoke reindex")
    if active.schema != SCHEMA_VERSION:
        raise EngineUnavailable(f"generation {active.name} was built by another version of haoke", hint="run `haoke reindex`")
    return reply({"status": "ready", "generation": active.name, "documents": active.documents})
