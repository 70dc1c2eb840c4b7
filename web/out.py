"""/out/<id>: the one way out of the site, so that it can be counted. Leads only to the resource's own http or https links."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request

from catalog.errors import BadRequest
from ranking import search as door
from web import counting, engine
from web.detail import offers
from web.i18n import gettext as _

out = Blueprint("out", __name__)


@out.get("/out/<path:id>")
def leave(id: str) -> Response:
    """Leads to the link number `n` (from 0) of a resource, in the order of its page."""
    number = request.args.get("n", "0")
    if not (number.isascii() and number.isdigit() and len(number) <= 4):
        raise BadRequest(_("n 应是从 0 起的整数"), parameter="n", allowed=["0"])
    found = door.get(engine(), id)
    links = offers(found.model_dump(mode="json", exclude_defaults=True)) if found else []
    if found is None or int(number) >= len(links):
        abort(404)
    counting.left(found)
    response: Response = redirect(links[int(number)].url, 302)  # type: ignore[assignment]
    # a link that moves tomorrow must not be remembered today; the other site learns which site sent its visitor, not which page
    response.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "strict-origin", "X-Robots-Tag": "noindex, nofollow"})
    return response
