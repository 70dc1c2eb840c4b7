"""Cursors as readers hold them: opaque, bound to the question and to the generation that answered it.

One with an empty id leads to a page by its number: see ranking.diversity.
"""

from __future__ import annotations

import base64
import hashlib

import orjson

from catalog.errors import BadCursor, CursorExpired
from indexer.engine import Cursor, Engine, Page
from ranking.results import Request


def token(page: Page, request: Request) -> str | None:
    """The cursor to the page after this one; None when there is none."""
    if page.next is None:
        return None
    packed = [page.generation, page.next.key, page.next.id, page.next.seen, _asked(request)]
    return base64.urlsafe_b64encode(orjson.dumps(packed)).decode().rstrip("=")


def _asked(request: Request) -> str:
    """What a cursor belongs to: the question without its page."""
    asked = orjson.dumps([request.text, sorted((f, sorted(v)) for f, v in request.filters.items()), request.sort])
    return hashlib.blake2b(asked, digest_size=6).hexdigest()


def read(engine: Engine, request: Request) -> Cursor | None:
    """The cursor of a request. BadCursor when it is none of ours or another search's, CursorExpired when the index was rebuilt."""
    if not request.cursor:
        return None
    try:
        generation, sort_key, id, seen, asked = orjson.loads(base64.urlsafe_b64decode(request.cursor + "=" * (-len(request.cursor) % 4)))
        cursor = Cursor(float(sort_key), str(id), int(seen))
    except (ValueError, TypeError) as error:
        raise BadCursor("that is no cursor of ours", parameter="cursor", allowed=["the `next` of an answer"], hint="copy `next` from an answer") from error
    active = engine.active()
    if active is None or generation != active.name:
        raise CursorExpired("the index was rebuilt since that cursor was given", parameter="cursor", allowed=["the `next` of an answer"], hint="begin again from the first page")
    if asked != _asked(request):
        raise BadCursor("that cursor belongs to another search", parameter="cursor", allowed=["the `next` of an answer"], hint="keep q, filters and sort as they were")
    return cursor
