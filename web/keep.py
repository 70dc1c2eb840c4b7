"""What is shown while the engine does not answer: the last good rendering of a page, saying as of when. For people only.

Each process keeps its own, in memory, the ones least recently used going first. An answer of the API is never kept: a program
gets its 503 and asks again.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from flask import Blueprint, Response, current_app, get_template_attribute, request

from indexer.fields import SHANGHAI
from web import wording
from web.i18n import gettext as _
from web.i18n import language

MOST = 256  # pages a process
LARGEST = 512 * 1024  # bytes of a page worth keeping: about ten times a usual one
MAIN = b'<main id="main" tabindex="-1">\n'  # in base.html; the banner comes after it. Readers' text can't hold it: it is escaped
NOT_STORED = "no-store"
#: Pages that read their parameters; others with odd ones are the same page.
ASKED = frozenset({"pages.results", "k12.books", "k12.coverage", "higher.all_schools", "vocational.front", "vocational.discipline", "fairs.calendar", "employers.employer"})


@dataclass(frozen=True, slots=True)
class Kept:
    """A page as it was at a time, in seconds since 1970."""

    body: bytes
    at: float


class Keep:
    """The last good renderings of at most `most` pages; for many threads."""

    def __init__(self, most: int = MOST, clock: Callable[[], float] = time.time) -> None:
        self.most, self.clock = most, clock
        self._pages: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = Lock()

    def put(self, key: Hashable, body: bytes) -> None:
        """Keeps a page instead of what was kept of it; the one not used for longest makes room."""
        with self._lock:
            self._pages[key] = Kept(body, self.clock())
            self._pages.move_to_end(key)
            while len(self._pages) > self.most:
                self._pages.popitem(last=False)

    def get(self, key: Hashable) -> Kept | None:
        """What is kept of a page."""
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
            return self._pages.get(key)

    def discard(self, key: Hashable) -> None:
        """Forgets a page: it is gone, or leads elsewhere now."""
        with self._lock:
            self._pages.pop(key, None)


def install(pages: Blueprint) -> None:
    """Gives each application of these pages its Keep, and keeps what they answer."""
    pages.record_once(lambda state: state.app.extensions.setdefault("haoke.keep", Keep()))
    pages.after_request(remember)


def remember(response: Response) -> Response:
    """Keeps a good page; forgets one that is gone."""
    if request.method != "GET" or (response.status_code == 200 and response.mimetype != "text/html"):
        return response
    keep: Keep = current_app.extensions["haoke.keep"]
    if 300 <= response.status_code < 400 and response.cache_control.no_store:
        return response  # the reader chose a language: the page is still here
    if 300 <= response.status_code < 400 or response.status_code in (404, 410):
        keep.discard(_key())
    elif response.status_code == 200 and not response.cache_control.no_store:
        body = response.get_data()
        if len(body) <= LARGEST:
            keep.put(_key(), body)
    return response


def stale() -> Response | None:
    """The page that was asked for as it last was, under a banner that says as of when; None when none is kept."""
    keep: Keep = current_app.extensions["haoke.keep"]
    found = keep.get(_key()) if request.method in ("GET", "HEAD") else None
    if found is None:
        return None
    before, main, after = found.body.partition(MAIN)
    banner = get_template_attribute("parts.html", "banner")(_("搜索服务暂时不可用，以下是 %(time)s 的结果", time=_moment(found.at)))
    response = Response(before + main + str(banner).encode() + after, mimetype="text/html")
    response.headers["Age"] = str(max(0, int(keep.clock() - found.at)))
    response.headers["Warning"] = '111 - "Revalidation Failed"'
    return unstored(response)


def unstored(response: Response) -> Response:
    """Neither this process nor a cache on the way may show it again."""
    response.headers["Cache-Control"] = NOT_STORED
    return response


def _key() -> Hashable:
    """Which page this is."""
    asked = tuple(sorted(request.args.items(multi=True))) if request.endpoint in ASKED else ()
    return language(), request.script_root, request.path, asked


def _moment(at: float) -> str:
    """09:05 today; with its day when it is another."""
    then = datetime.fromtimestamp(at, SHANGHAI)
    clock = then.strftime("%H:%M")
    return clock if then.date() == wording.today() else f"{wording.short_date(then.date().isoformat())} {clock}"
