"""What caches may do with an answer: ETag and 304, Cache-Control, and which answers any site may read (CORS).

A tag is weak and made from the body: what compression makes of it, and how long the search took, change nothing. Answers are made
anew for each request – a search takes milliseconds – so a 304 saves the way, not the work.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from flask import Flask, Response, request

TOOK = re.compile(rb'"took_ms":[0-9.e+-]+')  # text of a reader or a record can't hold it: its quotes are escaped
FRESH = "public, max-age=60"  # as long as web.memo remembers counts
CHECKED = "public, no-cache"  # kept, and shown again only after asking
NEVER = "no-store"
OWN = "private, no-cache"  # it sets a cookie
#: Longest first: the beginning of a path decides. What sets its own Cache-Control keeps it.
RULES = (
    ("/healthz", NEVER), ("/readyz", NEVER), ("/metrics", NEVER),
    ("/api/v1/suggest", FRESH), ("/openapi.json", FRESH), ("/export/", FRESH),
    ("/api/", CHECKED), ("/search", CHECKED), ("/resources/", CHECKED),
)  # fmt: skip
#: What other sites' scripts may read: what is made for programs. No answer here depends on who asks.
OPEN = ("application/json", "application/problem+json", "application/atom+xml", "application/rss+xml", "application/gzip")


def install(app: Flask) -> None:
    """Lets every answer of the app pass here. After this only compression comes: install it first."""
    app.after_request(finish)


def finish(response: Response) -> Response:
    """Sets what caches and other sites need to know; makes 304 of what the reader has already."""
    if response.mimetype in OPEN or request.path.startswith("/api/"):
        share(response)
    if request.method not in ("GET", "HEAD") or response.status_code != 200:
        return response
    if "Set-Cookie" in response.headers:
        response.headers.setdefault("Cache-Control", OWN)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = next((rule for path, rule in RULES if request.path.startswith(path)), FRESH)
    if response.is_streamed or response.direct_passthrough or response.cache_control.no_store:
        return response  # files have tags of their own
    if "ETag" not in response.headers:
        body = response.get_data()
        response.set_etag(blake2b(TOOK.sub(b"", body, count=1), digest_size=12).hexdigest(), weak=True)
    response.make_conditional(request)
    return response


def share(response: Response) -> None:
    """Any site's scripts may read this answer, and ask whether it changed."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Retry-After"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
        response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
        response.headers["Access-Control-Max-Age"] = "86400"
