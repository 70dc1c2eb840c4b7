"""Answers for which a part of the index was missing: noticed wherever the engine is asked, and never remembered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, wraps
from typing import Any, Protocol, TypeVar

from catalog.errors import EngineUnavailable
from indexer.engine import Engine, Page, Query


class Watched:
    """An engine that notes whether any of its answers was partial. To caches it is the engine itself."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.partial = False

    def search(self, query: Query) -> Page:
        """The engine's own answer."""
        page = self.engine.search(query)
        self.partial = self.partial or page.partial
        return page

    def bear(self, error: EngineUnavailable) -> None:
        """Goes on where it is only a part that is missing, of which an engine counts and gets nothing; else raises the error."""
        if not self.search(Query(size=0)).partial:
            raise error

    def held(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Engine.get() for lists: none of them where a part is missing."""
        try:
            return self.engine.get(ids) if ids else {}
        except EngineUnavailable as error:
            self.bear(error)
            return {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def __hash__(self) -> int:
        return hash(self.engine)

    def __eq__(self, other: object) -> bool:
        return self.engine == (other.engine if isinstance(other, Watched) else other)


class _Answer(Protocol):
    @property
    def partial(self) -> bool: ...


A = TypeVar("A", bound=_Answer)


class _Part(Exception):
    """Carries an answer past the cache."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer


def remembered(most: int) -> Callable[[Callable[..., A]], Callable[..., A]]:
    """Like lru_cache(most), for functions whose answers tell `partial`: such a one is given out but not kept."""

    def wrap(function: Callable[..., A]) -> Callable[..., A]:
        @lru_cache(maxsize=most)
        def kept(*arguments: Any) -> A:
            answer = function(*arguments)
            if answer.partial:
                raise _Part(answer)
            return answer

        @wraps(function)
        def call(*arguments: Any) -> A:
            try:
                return kept(*arguments)
            except _Part as part:
                return part.answer

        return call

    return wrap
