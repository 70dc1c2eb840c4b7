"""What pages of counts and lists remember for a minute: the same for everybody, and made from searches that are.

A value is made once a process: what two visitors want at the same time is not made twice, and while one has it made anew the others get the one before.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar

from flask import Flask, current_app

from web.i18n import language

SECONDS = 60.0
LATE = 600.0  # that a value may be given longer, while somebody has it made anew
MOST = 2048  # values a process
T = TypeVar("T")


class Memo:
    """Values by key, each for some seconds; the ones least recently used go first. For many threads."""

    def __init__(self, seconds: float, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds, self.most, self.clock = seconds, most, clock
        self._values: OrderedDict[Hashable, tuple[float, object]] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], tuple[T, bool]]) -> T:
        """The value of a key; make() gives it and whether it may be kept (not so what only a part of the index answered for)."""
        with self._lock:
            until, value = self._values.get(key, (0.0, None))
            if self.clock() < until:
                self._values.move_to_end(key)
                return value  # type: ignore[return-value]
            if key in self._values and key in self._making and self.clock() < until + LATE:
                return value  # type: ignore[return-value]
            making = self._making.setdefault(key, Lock())
        with making:
            with self._lock:
                until, value = self._values.get(key, (0.0, None))
            if self.clock() < until:
                return value  # type: ignore[return-value]
            try:
                made, good = make()
            finally:
                with self._lock:
                    self._making.pop(key, None)
            if good:
                with self._lock:
                    self._values[key] = (self.clock() + self.seconds, made)
                    while len(self._values) > self.most:
                        self._values.popitem(last=False)
            return made


def install(app: Flask) -> None:
    """Gives an application its Memo."""
    app.extensions["haoke.memo"] = Memo(SECONDS)


def remembered(key: Hashable, make: Callable[[], tuple[T, bool]]) -> T:
    """The value of a key for the current application, in the reader's language."""
    memo: Memo = current_app.extensions["haoke.memo"]
    return memo.get((language(), key), make)
