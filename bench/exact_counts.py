"""What exact totals and facets cost a node of Elasticsearch: the bodies of search() as they are, and with counts estimated or left out.

    python -m bench.exact_counts [--documents 100000] [--queries 300] [--url http://127.0.0.1:9200]

Processor time of the node, not of the clock: other work on the machine does not show. For docs/scaling.md, which asks what is left of the work that
grows with the documents when counts need not be exact: run it at two sizes and compare the slopes.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.curves import build, nodes
from bench.engines import named, server
from bench.search import processor, recorded, sampled
from indexer.engine import Engine, open_engine
from indexer.engines.elasticsearch import Cluster, translate
from ranking.results import Request
from ranking.search import search

Body = dict[str, Any]
ENOUGH, SHARE = 10_000, 0.1  # matches that are counted exactly; of documents, those that estimated facets are counted in


def capped(body: Body) -> Body:
    """Totals to ENOUGH only; facets visit every match nevertheless."""
    return body | {"track_total_hits": ENOUGH}


def sampling(body: Body) -> Body:
    """Facets counted in a random share of the documents."""
    return capped(body) | {"aggs": {"sampled": {"random_sampler": {"probability": SHARE, "seed": 1}, "aggs": body["aggs"]}}}


def bare(body: Body) -> Body:
    """No facets at all: Lucene skips what can't reach the page."""
    return {name: value for name, value in capped(body).items() if name != "aggs"}


WAYS: dict[str, Callable[[Body], Body]] = {"as it is": lambda body: body, f"totals to {ENOUGH:,}": capped, f"and facets of a sample, {SHARE:.0%}": sampling, "and no facets": bare}


def bodies(engine: Engine, queries: list[str]) -> list[Body]:
    """What search() asks for pages with facets."""
    recorder, passed = recorded(engine)
    for text in queries:
        search(recorder, Request(text=text))
    return [translate.body(query, query.facets, 3.0) for query in passed if query.size and query.facets]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--url", default="")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, server(args.url.rstrip("/")) as root, named(root) as url:
        os.environ |= {"HAOKE_HOME": f"{scratch}/home", "HAOKE_ENGINE": url}
        build(Path(scratch), args.documents)
        engine = open_engine(url)
        assert isinstance(engine, Cluster)
        asked, pids = bodies(engine, list(dict.fromkeys(sampled(engine, args.queries)))), nodes(root)
        print(f"{args.documents:,} documents, {len(asked)} requests; processor time of the node, ms a request")
        for turn in range(2):  # the first warms up the server's compiler and caches
            for name, change in WAYS.items():
                began = processor(pids)
                for body in asked:
                    with engine.reader.connection.asking() as client:
                        client.search(index=engine.reader.name, body=change(body), search_type="dfs_query_then_fetch")
                if turn:
                    print(f"{name:<28}{(processor(pids) - began) / len(asked) * 1000:>9.2f}")
        engine.close()


if __name__ == "__main__":
    main()
