"""What is opened and asked, counted without cookies and without addresses: one line an event, for ranking.rollup.

    {"h": 15, "e": "view", "id": …, "kind": …, "service": …, "from": {"id": …} or {"q": …}}    a resource page was opened, from where
    {"h": 15, "e": "out", "id": …, "kind": …, "service": …}                                    a link of it was followed
    {"h": 15, "e": "search", "q": …, "tab": kind or "", "found": all, part or none}            a first page of results

The hour, never the minute; no address, no name of a browser, nothing that joins two lines to one person. Where a reader came from is told
by the Referer of this site's own pages only. Not counted: machines, prefetching, reloading, and queries that may hold a number
or an address of somebody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from flask import Flask, current_app, g, request
from werkzeug.wsgi import get_host

from catalog.journal import Journal
from catalog.resource import Resource
from catalog.text import clean
from indexer.fields import SHANGHAI
from ranking.results import MAX_QUERY, Results

MOST = 64 * 1024 * 1024  # bytes a day and process
LONGEST_ID = 512
#: What calls itself a machine, or nothing at all. A browser's name begins with Mozilla/ or, seldom, Opera/.
MACHINE = re.compile(r"bot|crawl|spider|slurp|headless|preview|monitor|scan|fetch|lighthouse|https?://", re.IGNORECASE)
BROWSER = re.compile(r"(?:Mozilla|Opera)/")
#: Digits enough for a telephone or an identity card, however they are parted, or a mail address; in text as it is compared.
_PRIVATE = re.compile(r"@|(?:\d[\s.·_()―-]*){7}")
#: Filters under which a query is still the same question: the tabs.
TABS = frozenset({"kind", "service"})
Environ = dict[str, Any]  # of a request, as WSGI has it (PEP 3333)


def install(app: Flask) -> None:
    """Gives an application its journal of events."""
    app.extensions["haoke.events"] = Journal("events", most=MOST)


def private(text: str) -> bool:
    """Whether a text may hold somebody's number or address: full width and other spellings too."""
    return bool(_PRIVATE.search(clean(text)))


def viewed(resource: Resource) -> None:
    """Counts that the page of a resource was opened."""
    _happened({"e": "view", **_of(resource)})


def left(resource: Resource) -> None:
    """Counts that a link of a resource was followed."""
    _happened({"e": "out", **_of(resource)})


def searched(found: Results) -> None:
    """Counts that a query was asked: its first page, unless more than a tab narrows it."""
    asked = found.request
    narrowed = any(values for name, values in asked.filters.items() if name not in TABS)
    if found.partial or narrowed or asked.page > 1 or asked.cursor or not asked.text.strip() or private(asked.text):
        return
    short = found.interpretation.relaxed or found.suggestion
    tab = asked.filters.get("kind") or asked.filters.get("service") or ("",)
    _happened({"e": "search", "q": asked.text, "tab": tab[0], "found": "none" if not found.total else "part" if short else "all"})


def again(events: Iterable[Mapping[str, Any]], app: Flask, environ: Environ) -> None:
    """Counts what a kept answer (web.answers) counted when it was made, for the person who gets it now."""
    for event in events if _counts(environ) else ():
        came = _from(environ) if event["e"] == "view" else {}
        journal: Journal = app.extensions["haoke.events"]
        journal.add({"h": datetime.fromtimestamp(journal.clock(), SHANGHAI).hour, **event, **({"from": came} if came else {})})


def _happened(event: dict[str, Any]) -> None:
    g.setdefault("events", []).append(event)
    again([event], current_app, request.environ)


def _of(resource: Resource) -> dict[str, str]:
    return {"id": resource.id, "kind": resource.kind.value, "service": resource.service}


def _counts(environ: Environ) -> bool:
    """Whether a person asked for this page, now and to see it."""
    agent = environ.get("HTTP_USER_AGENT", "")
    early = "prefetch" in "".join(environ.get(name, "") for name in ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ"))
    cached = environ.get("HTTP_CACHE_CONTROL", "")
    again = "max-age=0" in cached or "no-cache" in cached
    return environ["REQUEST_METHOD"] == "GET" and bool(BROWSER.match(agent)) and not MACHINE.search(agent) and not early and not again


def _from(environ: Environ) -> dict[str, str]:
    """Which page of this site the link was on: the id of a resource, or the query of a search; nothing else is looked at."""
    try:
        came = urlsplit(environ.get("HTTP_REFERER", ""))
        path = came.path.removeprefix(environ.get("SCRIPT_NAME", ""))
        if came.netloc != get_host(environ):
            return {}
        if path.startswith("/resources/"):
            return {"id": unquote(path.removeprefix("/resources/"))[:LONGEST_ID]}
        query = parse_qs(came.query, max_num_fields=100).get("q", [""])[0].strip()[:MAX_QUERY] if path == "/search" else ""
    except ValueError:
        return {}
    return {"q": query} if query and not private(query) else {}
