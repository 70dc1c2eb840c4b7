"""What facets cost: milliseconds of processor time to count them for a query, finding included, nothing remembered.

    HAOKE_HOME=… python -m bench.counting QUERY…

Of the embedded engine: finding alone, the facets that every search shows, those of jobs, and every level of the regions.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import cli
from indexer.engine import Query, open_engine
from indexer.engines.embedded import Embedded
from indexer.engines.embedded.counts import count, total
from ranking.evidence import weighed
from ranking.facets import TREE, counted
from ranking.narrow import unexpired
from ranking.query import understand
from ranking.questions import question
from ranking.results import Request
from ranking.search import default_facets

REQUESTS = {"common": Request(""), "of jobs": Request("", filters={"service": ("jobs",)})}
TIMES = 5


def fastest(call: Callable[[], object]) -> float:
    """Milliseconds of processor time, the least of TIMES."""
    spent = []
    for _ in range(TIMES):
        began = time.thread_time()
        call()
        spent.append(time.thread_time() - began)
    return min(spent) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("queries", nargs="+")
    texts = parser.parse_args().queries
    engine = open_engine(cli.engine_url())
    assert isinstance(engine, Embedded)
    reader = engine._active_reader()
    snapshot = reader.look()
    shown = {name: dict(counted(facet, asked) for facet in default_facets(asked)) for name, asked in REQUESTS.items()} | {"regions": {"region": TREE}}
    print(f"{'matches':>12}{'found':>10}" + "".join(f"{f'{len(limits)} {name}':>14}" for name, limits in shown.items()))
    for text in texts:
        query = Query(question(weighed(engine, understand(text))), scope=(unexpired(),))
        found = snapshot.whole(replace(query, scope=tuple(asked for item in query.scope if (asked := snapshot.settled(item)))))
        told = [fastest(partial(total, snapshot.searcher, found))]
        told += [fastest(partial(count, snapshot, found, limits)) for limits in shown.values()]
        print(f"{total(snapshot.searcher, found):>12,}{told[0]:>10.2f}" + "".join(f"{ms:>14.2f}" for ms in told[1:]) + f"  {text}")


if __name__ == "__main__":
    main()
