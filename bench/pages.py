"""Server time of each type of page, as it is and in proportion to the page of results.

    HAOKE_HOME=… python -m bench.pages [--rounds N]

In process, without a network, after a first round that loads dictionaries and templates. `first`: nobody has asked for any of its
counts and lists in the last minute; `again`: somebody has, so that web.memo remembers them. Each page is made anew in both: what
web.answers gives a second time as it was takes no time worth a table.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

from flask import Flask
from flask.testing import FlaskClient

from bench.page_types import page_types
from catalog import place
from indexer.engine import open_engine
from web import answers, create_app, engine_address, memo


def once(client: FlaskClient, path: str, *, forget: bool) -> float:
    """Milliseconds of one request."""
    app = client.application
    app.extensions["haoke.answers"] = answers.Answers()
    if forget:
        memo.install(app)
    began = time.perf_counter()
    client.get(path)
    return (time.perf_counter() - began) * 1000


def measured(app: Flask, path: str, rounds: int) -> tuple[float, float]:
    """Median milliseconds: with nothing remembered, and with it."""
    client = app.test_client()
    fresh = statistics.median(once(client, path, forget=True) for _ in range(rounds))
    return fresh, statistics.median(once(client, path, forget=False) for _ in range(rounds))


def main() -> None:
    """Measures and prints a table, slowest first."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=21)
    rounds = parser.parse_args().rounds
    engine = open_engine(engine_address(None, place.home()))
    app = create_app(engine)
    paths = page_types(engine)
    for path in paths.values():
        app.test_client().get(path)
    times = {name: measured(app, path, rounds) for name, path in paths.items()}
    base = times["results"][1]
    print(f"load {os.getloadavg()[0]:.1f}; results {base:.1f} ms = 1×; medians of {rounds}")
    print(f"{'page':24}{'first ms':>10}{'again ms':>10}{'first':>8}{'again':>8}  address")
    for name, (fresh, again) in sorted(times.items(), key=lambda item: -item[1][0]):
        print(f"{name:24}{fresh:10.1f}{again:10.1f}{fresh / base:7.1f}×{again / base:7.1f}×  {paths[name]}")


if __name__ == "__main__":
    main()
