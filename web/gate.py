"""Overload: a server that has more to do than it can says so at once, and goes on serving those it has taken in.

Answers that must be made take one of a few permits – the embedded engine computes, so that more at a time only makes all of them late. Some may
wait for a permit, for a while; who waits too long gets 503 with Retry-After. Kept answers and files need none.
Several dear questions at once are no overload, but in the order of coming they make all behind them late. So those come first who can still be answered in time; the few
who can't any more are served when nobody else waits, as long as of all answers fewer than one in a hundred are late: a burst is late for few and refused to nobody, and where
more is asked than can be answered, who is served is served in time (controlled delay: Nichols and Jacobson, ACM Queue 10(5), 2012; for requests: Maurer, Fail at Scale,
ACM Queue 13(8), 2015; what may be late as a budget: Beyer and others, Site Reliability Engineering, 2016, chapter 3).
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
PATIENCE = 0.15  # seconds of waiting after which one comes too late: with the time of the answer itself, within what a reader takes for at once
LATE = 2.0  # seconds after which it is told to come back
PROMISE = 0.22  # seconds within which an answer is in time: it has to travel, too
SPARE = 0.01  # late answers that may be given for each one given
SAVED = 30.0  # late answers that may be given at once
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


class Turn:
    """Somebody's wait for a permit, which ends with one or without."""

    def __init__(self, since: float) -> None:
        self.since, self.served = since, False
        self._ended = Event()

    def end(self, *, served: bool) -> None:
        """Tells who waits."""
        self.served = served
        self._ended.set()

    def wait(self, seconds: float) -> None:
        """Until it has ended, or for so long."""
        self._ended.wait(seconds)


class Gate:
    """So many permits, and a queue before them: first those still in time, in the order of coming, then those who are late, in the same order."""

    def __init__(self, permits: int, waiting: int = WAITING, patience: float = PATIENCE, late: float = LATE, clock: Callable[[], float] = time.monotonic) -> None:
        self.free, self.most, self.patience, self.late, self.clock = permits, waiting, patience, late, clock
        self.queue: deque[Turn] = deque()  # as they came
        self.refused = 0
        self.spare = SAVED  # late answers that may be given now
        self._given = 0
        self._told, self._silent_until = 0, 0.0
        self._lock = Lock()

    def enter(self, seconds: float | None = None, given: int = 0) -> float:
        """Takes a permit; returns when it was asked for, for leave(). Overloaded when there is none in time, or when the queue is full of others who are in time.

        seconds  how long to wait at most; None: as long as anybody may
        given    answers that have been given without a permit so far
        """
        with self._lock:
            self.spare = min(SAVED, self.spare + SPARE * (1 + given - self._given))
            self._given = given
            turn = Turn(self.clock())
            if self.free and not self.queue:
                self.free -= 1
                return turn.since
            waits = seconds != 0.0 and self._room()
            if waits:
                self.queue.append(turn)
        if waits and self._waited(turn, self.late if seconds is None else seconds):
            return turn.since
        raise Overloaded("too many requests at once", hint="try again in a moment")

    def _waited(self, turn: Turn, seconds: float) -> bool:
        """Whether a permit came meanwhile."""
        turn.wait(min(seconds, self.patience))
        if self.spare > 0:
            turn.wait(seconds - self.patience)
        with self._lock:
            if turn in self.queue:
                self.queue.remove(turn)
        return turn.served

    def leave(self, came: float) -> None:
        """Gives a permit back: to who has waited longest of those in time, else of all."""
        with self._lock:
            if self.clock() - came > PROMISE:
                self.spare = max(-SAVED, self.spare - 1)  # an hour of overload is not made up for by an hour of refusals
            overdue = self._overdue()
            while overdue and self.spare <= 0:
                self.queue.popleft().end(served=False)
                overdue -= 1
            if not self.queue:
                self.free += 1
                return
            turn = self.queue[overdue if overdue < len(self.queue) else 0]
            self.queue.remove(turn)
            turn.end(served=True)

    def _room(self) -> bool:
        """Whether one more may wait. Who is late makes room."""
        if len(self.queue) >= self.most and self._overdue():
            self.queue.popleft().end(served=False)
        return len(self.queue) < self.most

    def _overdue(self) -> int:
        """How many are late: those who came first."""
        before = self.clock() - self.patience
        return sum(turn.since < before for turn in self.queue)

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
        g.came = gate.enter(answers.worth_waiting(gate.patience), answers.given())
    except Overloaded as error:
        if found := answers.earlier():
            return found
        if new := gate.refuse():
            current_app.logger.error("%s; refused since this was last told: %d, now %s", error, new, request.path)
        return refusal(error)
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
    came = g.pop("came", None)
    if came is not None:
        gate: Gate = current_app.extensions["haoke.overload"]
        gate.leave(came)
