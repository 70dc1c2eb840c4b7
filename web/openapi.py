"""/openapi.json: the API described by itself (OpenAPI 3.1), and /docs/api: a page to try it, with plain forms.

The description is made from web.operations and web.schemas; a test holds that it names every path there is, and asks each.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, redirect, render_template, request

import web
from catalog.errors import EngineError
from ranking import search as door
from ranking.results import Request
from web import schemas
from web.address import base
from web.api import reply
from web.i18n import gettext as _
from web.links import pair
from web.memo import remembered
from web.operations import Operation, Parameter, operations

openapi = Blueprint("openapi", __name__)
VERSION = "1.0"  # of the API: /api/v1


@openapi.get("/openapi.json")
def document() -> Response:
    """The description."""
    # without the address, which anybody may make up in a request
    return reply({**remembered(("openapi",), lambda: (description(), True)), "servers": [{"url": base()}]})


def description() -> dict[str, Any]:
    """The OpenAPI document but for the address."""
    return {
        "openapi": "3.1.0",
        "info": {"title": _("好课 API"), "version": VERSION, "description": _("只读，任何网站都可以调用。时间为北京时间，月薪单位为元。")},
        "servers": [],
        "paths": {operation.path: {"get": _described(operation)} for operation in operations()},
        "components": {"schemas": schemas.components() | {"OpenAPI": {"type": "object"}}},
    }


def _described(operation: Operation) -> dict[str, Any]:
    if operation.answers:
        content: dict[str, Any] = {"application/json": {"schema": schemas.ref(operation.answers)}}
    else:
        content = {"application/json": {"schema": schemas.ref("Manifest")}, "application/gzip": {}}
    tags = {"ETag": {"schema": schemas.TEXT, "description": _("下次用 If-None-Match 带上，没有变化时得到 304")}}
    answers: dict[str, Any] = {"200": {"description": operation.about, "content": content, "headers": tags}, "304": {"description": _("没有变化")}}
    if operation.moves:
        answers["308"] = {"description": _("这条资源已并入另一条，见 Location")}
    problem = {"application/problem+json": {"schema": schemas.ref("Problem")}}
    answers |= {str(status): {"description": about, "content": problem} for status, about in operation.problems.items()}
    return {
        "operationId": operation.name,
        "summary": operation.about,
        "parameters": [_parameter(p) for p in operation.parameters],
        "responses": answers,
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema = {"type": "array", "items": parameter.schema} if parameter.several else parameter.schema
    told: dict[str, Any] = {"name": parameter.name, "in": "path" if parameter.path else "query", "description": parameter.about, "schema": schema}
    if parameter.required:
        told["required"] = True
    if parameter.several:
        told |= {"style": "form", "explode": True}
    if parameter.example not in ("", None):
        told["example"] = [parameter.example] if parameter.several else parameter.example
    return told


# ── the page to try it ─────────────────────────────────────────────────────────────────────────────────────────────
@openapi.get("/docs/api")
def page() -> str:
    """Each path as a form that opens its answer."""
    return render_template("try.html", operations=operations(), known=_known())


def _known() -> str:
    """The id of some resource that there is."""

    def make() -> tuple[str, bool]:
        found = door.search(web.engine(), Request(size=1, sort="popular", facets=()))
        return (found.hits[0].id if found.hits else ""), not found.partial

    try:
        return remembered(("openapi", "known"), make)
    except EngineError:
        return ""


@openapi.get("/docs/api/try")
def try_it() -> Response:
    """Leads to what a form asks for: a form can't put a parameter into a path, nor leave out what is empty."""
    operation = next((o for o in operations() if o.name == request.args.get("operation")), None)
    if operation is None:
        abort(404)
    inside = {p.name for p in operation.parameters if p.path}
    path = operation.path
    for name in inside:
        path = path.replace(f"{{{name}}}", quote(request.args.get(name, ""), safe=":"))
    asked = "&".join(pair(n, v) for n, v in request.args.items(multi=True) if n not in inside and n != "operation" and v)
    leads: Response = redirect(request.script_root + path + (f"?{asked}" if asked else ""), 303)  # type: ignore[assignment]
    return leads
