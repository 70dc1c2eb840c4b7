"""The site's address as others know it: for feeds, codes, cards of shared links, sitemaps.

HAOKE_PUBLIC_URL where it is set, else what the reader's request says. Paths are taken and given without the place that the
site is mounted at: that is part of the address.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from flask import Flask, request

from catalog import place
from web.links import pair, resource_path
from web.params import STRAY

#: The year since which ids are given out: part of a tag: URI, never to be changed.
SINCE = "2026"


def base() -> str:
    """The address without a slash at its end."""
    return place.public_url() or request.url_root.rstrip("/")


def absolute(path: str) -> str:
    """The whole URL of a path of ours."""
    return base() + path


def here() -> str:
    """The URL under which the page being made should be known: nothing that messengers append, an id in one piece."""
    view = request.view_args or {}
    path = resource_path(view["id"]) if request.endpoint == "pages.resource" else quote(request.path, safe="/:,;@&=+$!*'()~")
    asked = "&".join(pair(n, v) for n, v in request.args.items(multi=True) if v and not STRAY.fullmatch(n))
    return absolute(f"{path}?{asked}" if asked else path)


def tag(path: str) -> str:
    """A tag: URI (RFC 4151) of what a path of ours names: the same for good, wherever it is read."""
    return f"tag:{urlsplit(base()).hostname or 'localhost'},{SINCE}:{path.lstrip('/')}"


def install(app: Flask) -> None:
    """Lets the templates use these."""
    app.jinja_env.globals.update(absolute=absolute, here=here)
