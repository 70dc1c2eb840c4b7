"""What programs that go round the web ask for: robots.txt, the sitemap, the OpenSearch description and its suggestions.

The sitemap is files that `haoke sitemap` writes (see web.sitemaps): it lists millions of pages, and no page reads the store.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import orjson
from flask import Blueprint, Response, abort, current_app, request, send_from_directory

from ranking.results import MAX_QUERY
from ranking.suggest import completions
from web import address, engine, sitemaps
from web.i18n import gettext as _
from web.keep import unstored
from web.links import search_path

crawlers = Blueprint("crawlers", __name__)
#: Combinations without end, what only programs read, what leads away or takes notes, what is a reader's own.
CLOSED = ("/search", "/api/", "/feed.atom", "/suggest.json", "/export/", "/out/", "/report/", "/r/", "/qr/", "/saved", "/k12/mine")
DAY = 24 * 3600
SUGGESTIONS = 10
NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"


@crawlers.get("/robots.txt")
def robots() -> Response:
    """Crawlers may read resources and browse; where a sitemap was written, they are told."""
    root = request.script_root
    lines = ["User-agent: *", *(f"Disallow: {root}{path}" for path in CLOSED), "Allow: /"]
    if (folder() / sitemaps.INDEX).is_file():
        lines += ["", f"Sitemap: {address.absolute('/sitemap.xml')}"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@crawlers.get("/sitemap.xml")
def index() -> Response:
    """The list of sitemaps; 404 until `haoke sitemap` has written it."""
    return _sent(sitemaps.INDEX, "application/xml")


@crawlers.get("/sitemaps/<name>")
def part(name: str) -> Response:
    """One sitemap."""
    return _sent(name, "application/gzip")


def folder() -> Path:
    """Where this application's sitemaps lie."""
    home: Path = current_app.config["HAOKE_HOME"]
    return sitemaps.folder(home)


def _sent(name: str, mimetype: str) -> Response:
    # An index of an old writing may name files that a new one has no more: both are 404 until the crawler asks again
    if not (folder() / name).is_file():
        abort(404)
    return send_from_directory(folder(), name, mimetype=mimetype, max_age=3600)


@crawlers.get("/opensearch.xml")
def opensearch() -> Response:
    """What a browser needs to add this search to its own (OpenSearch 1.1)."""
    page = address.absolute(search_path()) + "?q={searchTerms}"
    more = address.absolute("/suggest.json") + "?q={searchTerms}"
    own = address.absolute("/opensearch.xml")
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<OpenSearchDescription xmlns="{NAMESPACE}">\n'
        f"<ShortName>{escape(_('好课'))}</ShortName>\n"
        f"<Description>{escape(_('全网好课一站搜索'))}</Description>\n"
        "<InputEncoding>UTF-8</InputEncoding>\n<OutputEncoding>UTF-8</OutputEncoding>\n<Language>zh-CN</Language>\n"
        f'<Image width="32" height="32" type="image/svg+xml">{escape(address.absolute("/favicon.ico"))}</Image>\n'
        f'<Url type="text/html" template={quoteattr(page)}/>\n'
        f'<Url type="application/x-suggestions+json" rel="suggestions" template={quoteattr(more)}/>\n'
        f'<Url type="application/opensearchdescription+xml" rel="self" template={quoteattr(own)}/>\n'
        "</OpenSearchDescription>\n"
    )
    response = Response(body, mimetype="application/opensearchdescription+xml")
    response.cache_control.max_age = DAY
    return response


@crawlers.get("/suggest.json")
def suggestions() -> Response:
    """Suggestions as browsers read them: [typed, [texts], [notes], [links]]."""
    typed = request.args.get("q", "")[:MAX_QUERY]
    found, partial = completions(engine(), typed, {}, SUGGESTIONS)
    texts = list(dict.fromkeys(s.text for s in found))
    body = [typed, texts, [""] * len(texts), [address.absolute(search_path(text)) for text in texts]]
    response = Response(orjson.dumps(body), mimetype="application/x-suggestions+json")
    return unstored(response) if partial else response
