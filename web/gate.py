"""Overload: a server that has more to do than it can says so at once, and goes on serving those it has taken in.

Answers that must be made take one of a few permits – the embedded engine computes, so that more at a time only makes all of them late. Some may
wait for a permit, for a while; who finds the queue full, or waits too long, gets 503 with Retry-After. Kept answers and files need none.
Several dear questions at once are no overload: a queue that will be empty in a moment is waited for. One that does not empty is, and to wait in it helps nobody:
all would be served late (controlled delay: Nichols and Jacobson, ACM Queue 10(5), 2012; for requests: Maurer, Fail at Scale, ACM Queue 13(8), 2015).
While some wait, what is not what was asked for is left out: recommendations take more than half of the time of a resource's page.
Refusing must cost next to nothing, or it becomes the load itself: the page that says so is a bare one, and the log is told once a second.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Event, Lock

from flask import Flask, Response, current_app, g, request

from catalog.errors import Overloaded
from web import answers
from web.problems import describe, respond

WAITING = 32  # requests that may wait in a process
PATIENCE = 0.15  # seconds that one may wait in a queue that stands: with the time of the answer itself, still within what a reader takes for at once
BURST = 0.5  # seconds from when somebody began to wait: until then a queue may yet empty by itself, and all who came meanwhile may wait
#: Threads beside those that work and wait. They hand out kept answers, and tell that it is too much: without them, nobody is told anything.
PASSING = 16
SILENCE = 1.0  # seconds between two lines of the log
FREE = ("/static/", "/healthz", "/readyz", "/metrics")


def permits(engine_url: str) -> int:
    """How many answers are made at a time: the embedded engine computes; a cluster answers while others ask."""
    return 16 if engine_url.startswith("http") else 2


def threads(engine_url: str) -> int:
    """How many threads a process of the server needs, so that requests queue here and not in the server, which would tell nobody."""
    return permits(engine_url) + WAITING + PASSING


class Gate:
    """So many permits, and a queue before them, served in the order of coming."""

    def __init__(
        self, permits: int, waiting: int = WAITING, patience: float = PATIENCE, burst: float = BURST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.free, self.most, self.patience, self.burst, self.clock = permits, waiting, patience, burst, clock
        self.queue: deque[Event] = deque()  # each is set when its permit is handed over
        self.refused = 0
        self._stands_since = 0.0  # when the queue was last empty
        self._told, self._silent_until = 0, 0.0
        self._lock = Lock()

    def enter(self, *, waits: bool = True) -> None:
        """Takes a permit; Overloaded when there will be none in time, or for who does not wait none now that nobody waits for."""
        with self._lock:
            if self.free and not self.queue:
                self.free -= 1
                return
            if not waits or len(self.queue) >= self.most:
                raise Overloaded("too many requests at once", hint="try again in a moment")
            now = self.clock()
            if not self.queue:
                self._stands_since = now
            until = max(now + self.patience, self._stands_since + self.burst)
            turn = Event()
            self.queue.append(turn)
        if turn.wait(until - now):
            return
        with self._lock:
            if turn.is_set():  # in this very moment
                return
            self.queue.remove(turn)
        raise Overloaded("too many requests at once", hint="try again in a moment")

    def leave(self) -> None:
        """Gives a permit back: to who has waited longest."""
        with self._lock:
            if self.queue:
                self.queue.popleft().set()
            else:
                self.free += 1

    def refuse(self) -> int:
        """Counts somebody who was sent away. How many were since this was last told; 0 when it was told a moment ago."""
        with self._lock:
            self.refused += 1
            if self.clock() < self._silent_until:
                return 0
            self._silent_until = self.clock() + SILENCE
            new, self._told = self.refused - self._told, self.refused
            return new


def install(app: Flask, permits: int) -> None:
    """Puts the gate before what the app has to make."""
    app.extensions["haoke.overload"] = Gate(permits)
    app.teardown_request(leave)


def enter() -> Response | None:
    """Before a request is worked on; what is returned answers it."""
    if request.path.startswith(FREE):
        return None
    gate: Gate = current_app.extensions["haoke.overload"]
    try:
        gate.enter(waits=not answers.handed_over())
    except Overloaded as error:
        if found := answers.earlier():
            return found
        if new := gate.refuse():
            current_app.logger.error("%s; refused since this was last told: %d, now %s", error, new, request.path)
        return refusal(error)
    g.entered = True
    return None


def pressed() -> bool:
    """Whether others wait for a permit now. What a page can do without is then left out, so that more are served: see answers.brief()."""
    gate: Gate = current_app.extensions["haoke.overload"]
    return bool(gate.queue)


def refusal(error: Overloaded) -> Response:
    """What somebody gets who can't be served now. The connection is closed: the next one may fall on a worker that has less to do."""
    response = respond(describe(error), "refused.html")
    response.headers["Connection"] = "close"
    return response


def leave(error: BaseException | None) -> None:
    """After it, however it ended."""
    if g.pop("entered", False):
        gate: Gate = current_app.extensions["haoke.overload"]
        gate.leave()
