"""Overload: a server that has more to do than it can says so at once, and goes on serving those it has taken in.

Answers that must be made take one of a few permits – the embedded engine computes, so that more at a time only makes all of them late. Some may
wait for a permit, for a while; who finds the queue full, or waits too long, gets 503 with Retry-After. Kept answers and files need none.
"""

from __future__ import annotations

from threading import Condition

from flask import Flask, current_app, g, request

from catalog.errors import Overloaded

WAITING = 32  # requests that may wait in a process
PATIENCE = 0.8  # seconds that one may wait
FREE = ("/static/", "/healthz", "/readyz", "/metrics")


def permits(engine_url: str) -> int:
    """How many answers are made at a time: the embedded engine computes; a cluster answers while others ask."""
    return 16 if engine_url.startswith("http") else 2


class Gate:
    """So many permits, and a queue before them."""

    def __init__(self, permits: int, waiting: int = WAITING, patience: float = PATIENCE) -> None:
        self.free, self.most, self.patience = permits, waiting, patience
        self.queued = 0
        self._changed = Condition()

    def enter(self) -> None:
        """Takes a permit; Overloaded when there will be none in time."""
        with self._changed:
            if not self.free:
                if self.queued >= self.most:
                    raise Overloaded("too many requests at once", hint="try again in a moment")
                self.queued += 1
                try:
                    if not self._changed.wait_for(lambda: self.free, self.patience):
                        raise Overloaded("too many requests at once", hint="try again in a moment")
                finally:
                    self.queued -= 1
            self.free -= 1

    def leave(self) -> None:
        """Gives a permit back."""
        with self._changed:
            self.free += 1
            self._changed.notify()


def install(app: Flask, permits: int) -> None:
    """Puts the gate before what the app has to make."""
    app.extensions["haoke.overload"] = Gate(permits)
    app.teardown_request(leave)


def enter() -> None:
    """Before a request is worked on."""
    if not request.path.startswith(FREE):
        gate: Gate = current_app.extensions["haoke.overload"]
        gate.enter()
        g.entered = True


def leave(error: BaseException | None) -> None:
    """After it, however it ended."""
    if g.pop("entered", False):
        gate: Gate = current_app.extensions["haoke.overload"]
        gate.leave()
