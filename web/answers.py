"""Answers given again: what was asked a moment ago and can't have changed is not made a second time.

Kept ready to send – compressed, with its tag – by address, language and encodings; each process its own, the ones least recently used going
first, and all of them what the others have made (web.beside). An answer holds as long as the engine's mark() stands: a commit or another generation ends it. Where an engine has no
mark, a cluster, it holds for UNMARKED seconds. What is counted (web.counting) is counted each time.

A commit ends thousands of answers in one moment, while as many are asked as before. Nobody is to wait for that, nor be sent away: where no permit is free
(web.gate), the answer from before the commit is given for HANDOVER seconds more, so that what was never answered comes first; and at any time rather than none at all.

Where something was left out of an answer because others wait, it says so (`Server-Timing: brief`) and is given until a permit is free: then it is made whole.

Nine of ten requests of a busy hour are given what is kept. What in a request decides its answer is known once one like it has come: then nothing is read of the
request but that, which takes a third of the time.
"""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from threading import Lock
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Response, after_this_request, current_app, g, request
from werkzeug.datastructures import Headers

from catalog.errors import HaokeError
from indexer.fields import SHANGHAI
from web import counting, engine
from web.beside import FOLDER, SAYS_SO, Answer, Beside
from web.i18n import language

#: What asks the engine and answers everybody alike → seconds that its answer may be old, where neither a commit nor the day ends it before. What is made of
#: lists that are remembered for a while themselves (web.memo, ranking.suggest) holds as long: made just after a commit, it may tell of before it.
ENDPOINTS = dict.fromkeys(("pages.results", "pages.resource", "api.search", "api.resource", "api.facet", "similar.api"), 900.0) | {"api.suggest": 300.0, "home.front": 60.0}
DAY = 86_400
UNMARKED = 5.0
HANDOVER = 30.0  # after a commit: what was committed is seen at once where there is time to look, and this much later where others wait who would else be sent away
BYTES = 128 * 1024 * 1024  # of all answers of a process that is alone
ENTRY = 2_000  # bytes that an answer takes beside its body: headers, address, events
BESIDE = 32 * 1024 * 1024  # of one that has others beside it: the rest lies where all find it
LARGEST = 256 * 1024  # of one
#: Cookies that no kept answer depends on beside the address: the language is part of the key.
HARMLESS = frozenset({"lang"})
#: What of a request decides which answer it gets, before anything is made of it.
DECIDES = ("SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "wsgi.url_scheme", "HTTP_HOST", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING", "HTTP_COOKIE")
ALIKE = 8_192  # such requests that a process knows
LONGEST = 1_024  # characters of what decides, of one that is worth knowing
#: What a request says of the copy that its reader has.
CONDITIONAL = frozenset({"HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE"})
_DROPPED = ("Date", "Server", "Connection", "Content-Length")


class Site(Flask):
    """The application."""

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """What is given again needs no more of a request than what decides that."""
        answer = self._known(environ)
        if answer is None:
            return super().wsgi_app(environ, start_response)
        self.extensions["haoke.answers"].given += 1
        counting.again(answer.events, self, environ)
        start_response("200 OK", [*answer.headers, ("Content-Length", str(len(answer.body)))])
        return [answer.body]

    def _known(self, environ: WSGIEnvironment) -> Answer | None:
        """The answer that this process holds ready, if a request like this one was seen before, and its reader has none of it already."""
        answers: Answers = self.extensions["haoke.answers"]
        if environ["REQUEST_METHOD"] != "GET" or environ.keys() & CONDITIONAL:
            return None
        key = answers.alike.get(decisive(environ))
        found = answers.here(key) if key else None
        if found is None:
            return None
        try:
            return found if found.holds(self.extensions["haoke.engine"].get().mark()) else None
        except Exception:  # whatever it is, the usual way meets it, and tells
            return None

    def process_response(self, response: Response) -> Response:
        """What is given again has passed all that looks at a response when it was made; only what the reader has of it already differs."""
        if not g.get("given"):
            return super().process_response(response)
        if request.environ.keys() & CONDITIONAL:
            response.make_conditional(request)
        return response


def decisive(environ: WSGIEnvironment) -> tuple[str | None, ...]:
    """What of a request decides which answer it gets."""
    return tuple(map(environ.get, DECIDES))


def give(answer: Answer) -> Response:
    """The response, counted for the one who gets it."""
    g.given = True
    current_app.extensions["haoke.answers"].given += 1
    counting.again(answer.events, current_app, request.environ)
    return Response(answer.body, headers=Headers(answer.headers))


class Answers:
    """Answers by key; for many threads."""

    def __init__(self, most: int = BYTES, clock: Callable[[], float] = time.monotonic, beside: Beside | None = None) -> None:
        self.most, self.clock, self.beside = most, clock, beside
        self.bytes = 0
        self.given = 0  # so far
        self.alike: dict[tuple[str | None, ...], Hashable] = {}  # what decides → key
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._mark, self._since = "", 0.0
        self._lock = Lock()

    def here(self, key: Hashable) -> Answer | None:
        """The answer that this process has, if it is not too old; its mark tells whether it is from before a commit."""
        with self._lock:
            found = self._answers.get(key)
            if found and found.until < self.clock():
                self._drop(key)
                found = None
            if found:
                self._answers.move_to_end(key)
        return found

    def get(self, key: Hashable, mark: str) -> Answer | None:
        """The answer, if it is not too old: the one that holds, also from another process; else the one from before."""
        found = self.here(key)
        if self.beside and mark and not (found and found.holds(mark)):
            made = self.beside.get(key, mark)
            if made and made.until >= self.clock():
                self._keep(key, made)
                return made
        return found

    def like(self, what: tuple[str | None, ...], key: Hashable) -> None:
        """Requests that are like this one have this key."""
        if what not in self.alike and sum(map(len, filter(None, what))) <= LONGEST:
            if len(self.alike) >= ALIKE:
                self.alike.clear()  # the busy ones are known again in a moment
            self.alike[what] = key

    def changed(self, mark: str) -> float:
        """For how many seconds the index has had this mark, as far as was seen here."""
        with self._lock:
            if mark != self._mark:
                self._mark, self._since = mark, self.clock()
            return self.clock() - self._since

    def put(self, key: Hashable, answer: Answer) -> None:
        """Keeps an answer; the ones not used for longest make room."""
        self._keep(key, answer)
        if self.beside and answer.mark and answer.mark == (self._mark or answer.mark):  # what was made before a commit that came meanwhile is nobody's any more
            self.beside.put(key, answer)

    def _keep(self, key: Hashable, answer: Answer) -> None:
        with self._lock:
            self._drop(key)
            self._answers[key] = answer
            self.bytes += len(answer.body) + ENTRY
            while self.bytes > self.most:
                self._drop(next(iter(self._answers)))

    def _drop(self, key: Hashable) -> None:
        found = self._answers.pop(key, None)
        if found:
            self.bytes -= len(found.body) + ENTRY


def install(app: Flask) -> None:
    """Keeps what the app answers. First of all that look at a response, so that it sees it last: compressed."""
    folder = os.environ.get(FOLDER)
    app.extensions["haoke.answers"] = Answers(BESIDE, beside=Beside(Path(folder))) if folder else Answers()
    app.after_request(keep)


def look() -> Response | None:
    """The kept answer to this request; to be called once the language is known."""
    g.answer = g.earlier = None
    g.handover = False
    if request.method != "GET" or request.endpoint not in ENDPOINTS or request.cookies.keys() - HARMLESS:
        return None
    try:
        mark = engine().mark()
    except HaokeError:
        return None  # the page itself tells what is wrong, or shows what was
    answers: Answers = current_app.extensions["haoke.answers"]
    here = request.environ  # not host_url, which is worked out anew for each request
    # path and query apart: a path may hold a ? of its own, which is part of a resource's id
    key = (request.path, request.query_string, request.script_root, here["wsgi.url_scheme"], here.get("HTTP_HOST", ""), language(), here.get("HTTP_ACCEPT_ENCODING", ""))
    answers.like(decisive(here), key)
    until = answers.clock() + (min(ENDPOINTS[request.endpoint], _left_of_today()) if mark else UNMARKED)  # of the day on which it is begun
    found, age = answers.get(key, mark), answers.changed(mark)
    if found and found.holds(mark):
        return give(found)
    g.answer, g.earlier, g.handover = (key, mark, until), found, age < HANDOVER or bool(found and found.brief)
    return None


def brief() -> None:
    """Something that was not asked for is left out of this answer, for want of time."""

    @after_this_request
    def tell(response: Response) -> Response:
        response.headers.add(*SAYS_SO)
        return response


def worth_waiting(patience: float) -> float | None:
    """How many seconds this request should wait for its answer to be made: none where there is one from just before a commit, or a brief one; where there is an
    older one no more than patience; None where nothing could be given instead."""
    if g.get("earlier") is None:
        return None
    return 0.0 if g.handover else patience


def given() -> int:
    """How many answers this process has given again so far."""
    answers: Answers = current_app.extensions["haoke.answers"]
    return answers.given


def earlier() -> Response | None:
    """What this request was answered before: before the last commit, if that was not long ago, or briefly."""
    found: Answer | None = g.get("earlier")
    if found is None:
        return None
    g.answer = None  # it is not kept as the new one
    return give(found)


def _left_of_today() -> float:
    """Seconds until midnight in Shanghai: what expires does so with a day."""
    return DAY - (time.time() + SHANGHAI.utcoffset(None).total_seconds()) % DAY


def keep(response: Response) -> Response:
    """Keeps a good answer."""
    wanted = g.pop("answer", None)
    if wanted is None or response.status_code != 200 or response.is_streamed or response.cache_control.no_store or "Set-Cookie" in response.headers:
        return response
    key, mark, until = wanted
    body = response.get_data()
    if len(body) <= LARGEST:
        answers: Answers = current_app.extensions["haoke.answers"]
        headers = tuple((name, value) for name, value in response.headers if name not in _DROPPED)
        answers.put(key, Answer(body, headers, until, mark, tuple(g.get("events", ()))))
    return response
