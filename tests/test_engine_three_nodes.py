"""Three real nodes on loopback: one is killed, then the master, under queries and during a reindex. Nobody notices."""

from __future__ import annotations

import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import orjson
import pytest

from catalog.errors import EngineUnavailable
from catalog.resource import Resource
from catalog.store import Store
from indexer import build as building
from indexer.build import rebuild
from indexer.engine import Engine, Query, Term, open_engine
from indexer.engines.elasticsearch import writing
from ranking.signals import prior
from tests.elasticsearch_server import Server, cluster
from tests.engine_contract import resource

pytestmark = pytest.mark.xdist_group("elasticsearch")
NUMBER = 3_000


@pytest.fixture(scope="module")
def nodes() -> Iterator[Sequence[Server]]:
    with cluster(3) as servers:
        yield servers


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("three")) as store:
        with store.transaction():
            for n in range(NUMBER):
                store.put(resource(f"a:{n:05}", f"会计 {n}", kind=("job", "course")[n % 2]))
        yield store


def ask(server: Server, path: str) -> dict:
    with urllib.request.urlopen(server.url + path, timeout=90) as answer:
        found: dict = orjson.loads(answer.read())
        return found


def master(nodes: Sequence[Server]) -> int:
    told = ask(next(n for n in nodes if n.process), "/_cluster/state/master_node,nodes?filter_path=master_node,nodes.*.name")
    return int(told["nodes"][told["master_node"]]["name"].removeprefix("node"))


def whole(nodes: Sequence[Server], number: int = 3) -> None:
    """Until all nodes are there and every shard has its copy."""
    running = next(n for n in nodes if n.process)
    told = ask(running, f"/_cluster/health?wait_for_nodes={number}&wait_for_status=green&timeout=80s")
    assert not told["timed_out"], told


@contextmanager
def queries(engine: Engine) -> Iterator[dict[str, list]]:
    """Four visitors without pause; what they saw."""
    seen: dict[str, list] = {"errors": [], "totals": [], "partial": [], "seconds": []}
    stop = threading.Event()

    def visit() -> None:
        while not stop.is_set():
            began = time.monotonic()
            try:
                page = engine.search(Query(clause=Term("title", "会计"), facets={"kind": 5}))
            except Exception as error:
                seen["errors"].append(repr(error))
                continue
            seen["totals"].append(page.total)
            seen["partial"].append(page.partial)
            seen["seconds"].append(time.monotonic() - began)
            time.sleep(0.01)

    threads = [threading.Thread(target=visit) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@pytest.fixture
def engine(nodes: Sequence[Server], store: Store) -> Iterator[Engine]:
    engine = open_engine(",".join(n.url for n in nodes))
    rebuild(store, engine, prior)
    whole(nodes)
    yield engine
    engine.close()


VICTIMS: list[Callable[[Sequence[Server]], int]] = [lambda nodes: (master(nodes) + 1) % 3, master]


@pytest.mark.parametrize("victim", VICTIMS, ids=["a node", "the master"])
def test_a_node_that_dies_under_queries_fails_no_request(nodes: Sequence[Server], engine: Engine, victim: Callable[[Sequence[Server]], int]) -> None:
    lost = nodes[victim(nodes)]
    with queries(engine) as seen:
        time.sleep(2)
        before = len(seen["totals"])
        lost.kill()
        time.sleep(8)
    lost.launch()
    lost.wait()
    whole(nodes)
    assert seen["errors"] == []
    assert len(seen["totals"]) > before + 20
    assert set(seen["totals"]) == {NUMBER}
    assert not any(seen["partial"])


@pytest.mark.parametrize("victim", VICTIMS, ids=["a node", "the master"])
def test_a_node_that_dies_during_a_reindex_and_comes_back_loses_no_document(
    nodes: Sequence[Server], engine: Engine, store: Store, victim: Callable[[Sequence[Server]], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "CHUNK", 50)
    lost = nodes[victim(nodes)]
    before = engine.active().name
    back = threading.Thread(target=lambda: (time.sleep(4), lost.launch(), lost.wait()))

    def slowly(done: int, total: int) -> None:
        time.sleep(0.05)
        if done == 1_000:
            lost.kill()
            back.start()

    with queries(engine) as seen:
        built = rebuild(store, engine, prior, progress=slowly)
    back.join()
    whole(nodes)
    assert seen["errors"] == []
    assert set(seen["totals"]) == {NUMBER}
    assert (built.generation.name != before, engine.active().name) == (True, built.generation.name)
    assert engine.count(Query()) == NUMBER
    some = [f"a:{n:05}" for n in range(0, NUMBER, 7)]
    assert {i: Resource.from_json(b).id for i, b in engine.get(some).items()} == {i: i for i in some}


def test_a_node_that_never_comes_back_ends_a_build_with_an_error_and_nothing_else(
    nodes: Sequence[Server], engine: Engine, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "CHUNK", 50)
    monkeypatch.setattr(writing, "PATIENCE", 5.0)
    before = engine.active().name
    gone: list[Server] = []

    def slowly(done: int, total: int) -> None:
        time.sleep(0.02)
        if done == 1_000:
            new = next(g.name for g in engine.generations() if g.state == "building")
            shards = ask(nodes[0], f"/_cat/shards/{'haoke.' + new}-job?format=json&h=node")
            gone.append(nodes[int(shards[0]["node"].removeprefix("node"))])  # type: ignore[index]
            gone[0].kill()

    with queries(engine) as seen, pytest.raises(EngineUnavailable, match=r"could not be written|does not answer"):
        rebuild(store, engine, prior, progress=slowly)
    assert seen["errors"] == []
    assert set(seen["totals"]) == {NUMBER}
    assert engine.active().name == before
    # while it is away: the remains can be removed, and the next build goes to the nodes that are there
    for left in [g.name for g in engine.generations() if g.state == "building"]:
        engine.drop(left)
    built = rebuild(store, engine, prior)
    assert engine.active().name == built.generation.name != before
    assert engine.count(Query()) == NUMBER
    gone[0].launch()
    gone[0].wait()
    whole(nodes)
    assert engine.count(Query()) == NUMBER
