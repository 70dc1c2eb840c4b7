"""What the pages of a traffic cost that nobody asked for before, by sort: under a peak these are the work, all others are given again.

    HAOKE_HOME=… python -m bench.new_pages FILE [--after 2500] [--requests 2500] [--slowest 10]

FILE: paths, one a line (bench.traffic). In this process and one after the other, each path the first time that it comes; what comes before --after
only warms up, by its searches. Processor time of this thread, in ms, and the part of it that the engine takes; (0) stands for nothing found. Compare within one run.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import cli
from bench.search import percentile
from indexer.engine import Engine, open_engine
from web import create_app
from web.server import awaken

NOTHING = '<div class="empty">'
ASKED = ("search", "count", "counts", "get", "frequency", "values", "mark")


class Timed:
    """Seconds of this thread within an engine's methods, each counted once though some call others."""

    def __init__(self, engine: Engine) -> None:
        self.seconds = 0.0
        self._within = False
        for name in ASKED:
            setattr(engine, name, self._timed(getattr(engine, name)))

    def _timed(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def timed(*words: Any, **named: Any) -> Any:
            if self._within:
                return method(*words, **named)
            self._within, began = True, time.thread_time()
            try:
                return method(*words, **named)
            finally:
                self._within = False
                self.seconds += time.thread_time() - began

        return timed


def sort(path: str) -> str:
    """What kind of request a path is: a search, what it is narrowed by, a resource."""
    parts = urlsplit(path)
    narrowed = [name if name in ("page", "cursor") else f"{name}={value}" for name, value in parse_qsl(parts.query) if name != "q"]
    return narrowed[0] if narrowed else parts.path.lstrip("/").partition("/")[0] or "home"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--after", type=int, default=2_500)
    parser.add_argument("--requests", type=int, default=2_500)
    parser.add_argument("--slowest", type=int, default=10)
    args = parser.parse_args()
    asked = open_engine(cli.engine_url())
    engine, app = Timed(asked), create_app(asked, home=cli.home())
    awaken(app)
    client = app.test_client()
    paths = args.file.read_text(encoding="utf-8").splitlines()[: args.after + args.requests]
    first = {path: place for place, path in reversed(list(enumerate(paths)))}
    took: dict[str, list[tuple[float, float, str]]] = defaultdict(list)
    for place, path in enumerate(paths):
        if first[path] < place or (place < args.after and sort(path) in ("resources", "api")):
            continue
        before, began = engine.seconds, time.thread_time()
        answer = client.get(path)
        seconds, within = time.thread_time() - began, engine.seconds - before
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
        if place >= args.after:
            took[sort(path) + (" (0)" if "=" in sort(path) and NOTHING in answer.text else "")].append((seconds * 1000, within * 1000, path))
    everything = [one for ones in took.values() for one in ones]
    whole = sum(ms for ms, _, _ in everything)
    print(f"{len(everything):,} new pages among {args.requests:,} requests\n{'':26}{'pages':>7}{'mean':>8}{'p50':>8}{'p95':>8}{'engine':>8}{'of all':>8}")
    for name, ones in sorted({**took, "all": everything}.items(), key=lambda item: -sum(ms for ms, _, _ in item[1])):
        times = [ms for ms, _, _ in ones]
        engines = sum(ms for _, ms, _ in ones) / len(ones)
        print(f"{name:26}{len(ones):7,}{sum(times) / len(ones):8.1f}{percentile(times, 0.5):8.1f}{percentile(times, 0.95):8.1f}{engines:8.1f}{sum(times) / whole:8.1%}")
    for ms, within, path in sorted(everything, reverse=True)[: args.slowest]:
        print(f"{ms:8.1f} {within:8.1f}  {unquote_plus(path)}")


if __name__ == "__main__":
    main()
