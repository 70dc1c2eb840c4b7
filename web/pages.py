"""The pages of a search: results, one resource. Every state of a page is a GET URL."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, redirect, request

from ranking import search as door
from web import counting, engine, jsonld, keep, params
from web.browse.common import page
from web.browse.k12_lesson import school
from web.browse.posting import posting
from web.detail import detail
from web.links import resource_path
from web.listing import listing

pages = Blueprint("pages", __name__)
keep.install(pages)


@pages.get("/search")
def results() -> Response:
    """Results with everything that narrows them."""
    found = door.search(engine(), params.parse(request.args, stray=True))
    counting.searched(found)
    return page("results.html", found.partial, page=listing(found, request.script_root))


@pages.get("/resources/<path:id>")
def resource(id: str) -> Response:
    """One resource; an id merged into another one leads there."""
    found = door.get(engine(), id)
    if found is None:
        abort(404)
    if found.id != id:
        moved: Response = redirect(request.script_root + resource_path(found.id), 308)  # type: ignore[assignment]
        return moved
    counting.viewed(found)
    record = found.model_dump(mode="json", exclude_defaults=True)
    root = request.script_root
    (lesson, lacking), (job, missing) = school(record), posting(record, root)
    return page("resource.html", lacking or missing, it=detail(record, root), resource=found, job=job, school=lesson, structured=jsonld.of_resource(record))


@pages.get("/favicon.ico")
def favicon() -> Response:
    """The icon for browsers that ask for it by its old name."""
    return current_app.send_static_file("favicon.svg")
