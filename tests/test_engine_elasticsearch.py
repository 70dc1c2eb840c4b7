"""The contract on real Elasticsearch servers, and what is their engine's own."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from catalog.errors import EngineError, EngineLocked, GenerationError
from catalog.store import Store
from indexer import build as building
from indexer import commits
from indexer.build import apply_changes, prune, rebuild
from indexer.document import to_document
from indexer.engine import Engine, OneOf, Query, Term, open_engine
from indexer.engines.elasticsearch import lock, translate, writing
from ranking.signals import prior
from tests.elasticsearch_server import NEWEST, OLDEST, session_url
from tests.engine_contract import JOBS, EngineContract, Make, build, documents, ids, resource
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("elasticsearch")


@pytest.fixture(scope="module")
def newest() -> Iterator[str]:
    yield from session_url(NEWEST)


@pytest.fixture(scope="module")
def oldest() -> Iterator[str]:
    yield from session_url(OLDEST)


def ask(url: str, method: str = "GET", body: object = None) -> dict:
    """The cluster's own answer, past our engine; {} for what is not there."""
    request = urllib.request.Request(url, method=method, data=orjson.dumps(body) if body is not None else None, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            content = answer.read()
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        return {}
    return orjson.loads(content) if content else {}


@contextmanager
def place(server: str) -> Iterator[str]:
    """A name of one's own on the server; nothing of it is left."""
    name = f"t{secrets.token_hex(4)}"
    yield f"{server}/{name}"
    indices = [i for i in ask(f"{server}/{name},{name}.*?expand_wildcards=all&ignore_unavailable=true&filter_path=*.aliases")]
    if indices:
        ask(f"{server}/{','.join(indices)}", "DELETE")
    ask(f"{server}/_index_template/{name}", "DELETE")


class TestNewest(EngineContract):
    @pytest.fixture
    def make(self, newest: str) -> Iterator[Make]:
        with place(newest) as url:
            yield lambda: open_engine(url)


class TestOldest(EngineContract):
    @pytest.fixture
    def make(self, oldest: str) -> Iterator[Make]:
        with place(oldest) as url:
            yield lambda: open_engine(url)


# ── its own ────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def url(newest: str) -> Iterator[str]:
    with place(newest) as url:
        yield url


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    yield engine
    engine.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path) as store:
        with store.transaction():
            for n in range(300):
                store.put(resource(f"a:{n:04}", f"会计 {n}", kind=("job", "course", "lesson")[n % 3]))
        yield store


def root(url: str) -> str:
    return url.rpartition("/")[0]


def name(url: str) -> str:
    return url.rpartition("/")[2]


def test_each_kind_has_an_index_of_its_own_under_one_alias(url: str, engine: Engine, store: Store) -> None:
    built = rebuild(store, engine, prior).generation.name
    held = ask(f"{root(url)}/_alias/{name(url)}")
    assert sorted(held) == [f"{name(url)}.{built}-{kind}" for kind in ("course", "job", "lesson")]
    assert engine.search(Query(clause=Term("title", "会计"), facets={"kind": 9})).facets["kind"] == (("course", 100), ("job", 100), ("lesson", 100))


def test_a_document_that_changes_its_kind_is_not_there_twice(engine: Engine, store: Store) -> None:
    rebuild(store, engine, prior)
    with store.transaction():
        store.put(resource("a:0000", "会计", kind="article"))
        store.delete("a:0001", "withdrawn")
    apply_changes(store, engine, prior)
    assert engine.count(Query()) == 299
    assert [h.id for h in engine.search(Query(filters=(OneOf("kind", ("article",)),))).hits] == ["a:0000"]
    assert engine.search(Query(filters=(OneOf("id", ("a:0000",)),))).total == 1


def test_what_a_writer_sent_before_it_was_cut_off_is_found_by_the_next(engine: Engine, store: Store) -> None:
    """It was not refreshed, and deleted since: nothing else would remove it."""
    rebuild(store, engine, prior)
    active = engine.active()
    assert active
    with engine.writer(active.name) as writer:
        writer.add([to_document(resource("a:9000", "木偶"), 1.0)])
        writer._apply()
        writer._settle()  # and no commit
    with engine.writer(active.name) as writer:
        writer.delete(["a:9000"])
        writer.commit(sequence=store.sequence())
    assert engine.count(Query(clause=Term("title", "木偶"))) == 0 and engine.count(Query()) == 300


def test_the_index_of_a_new_kind_that_stayed_outside_the_alias_joins_it(url: str, engine: Engine, store: Store) -> None:
    """As where the process that made it ended in between."""
    built = rebuild(store, engine, prior).generation.name
    ask(f"{root(url)}/{name(url)}.{built}-article", "PUT", {})
    with store.transaction():
        store.put(resource("a:0000", "会计", kind="article"))
    apply_changes(store, engine, prior)
    assert [h.id for h in engine.search(Query(filters=(OneOf("kind", ("article",)),))).hits] == ["a:0000"]


def test_a_renewal_whose_answer_was_lost_does_not_lose_the_lock(engine: Engine, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "RENEWED", 0.1)
    built = rebuild(store, engine, prior).generation.name
    with engine.writer(built) as writer:
        with engine.connection.managing() as client:
            answer = client.index(index=writer.lock.index, id=lock.DOCUMENT, document=writer.lock._document())
        until(lambda: writer.lock._stamp["if_seq_no"] > answer["_seq_no"] or writer.lock._lost)
        writer.lock.check()
        with engine.connection.managing() as client:
            client.index(index=writer.lock.index, id=lock.DOCUMENT, document={**writer.lock._document(), "token": "another"})
        until(lambda: writer.lock._lost)
        with pytest.raises(EngineLocked):
            writer.lock.check()


def test_a_holder_whose_clock_goes_after_ours_keeps_its_lock_while_it_renews_it(engine: Engine, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "RENEWED", 0.3)
    monkeypatch.setattr(lock, "KEPT", -5.0)
    built = rebuild(store, engine, prior).generation.name
    with engine.writer(built) as writer:
        with pytest.raises(EngineLocked), engine.writer(built):
            pass
        writer.lock.check()


def test_a_lock_that_ran_out_on_another_machine_is_taken_over(engine: Engine, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "RENEWED", 0.1)
    built = rebuild(store, engine, prior).generation.name
    with engine.connection.managing() as client:
        gone = {"host": "another", "numbers": "", "process": 1, "token": "t", "until": time.time() - 1}
        client.index(index=f"{engine.connection.settings.name}.lock", id=lock.DOCUMENT, document=gone)
    with engine.writer(built) as writer:
        writer.commit(sequence=store.sequence())
        writer.lock.check()


def test_a_process_of_another_container_with_the_same_host_name_is_not_taken_for_gone(engine: Engine, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    built = rebuild(store, engine, prior).generation.name
    with engine.writer(built):
        monkeypatch.setattr(lock, "_runs", lambda process: False)
        monkeypatch.setattr(lock, "_numbers", lambda: "of another")
        with pytest.raises(EngineLocked), engine.writer(built):
            pass
        with pytest.raises(EngineLocked):
            engine.drop(built if engine.active().name != built else engine.begin("x").name)


def test_an_index_that_took_the_aliass_name_is_told_with_its_remedy(url: str, engine: Engine) -> None:
    ask(f"{url}/_doc/1?refresh=true", "PUT", {"title": "a stranger"})
    for call in (lambda: engine.search(Query()), engine.active, lambda: engine.begin("fingerprint")):
        with pytest.raises(GenerationError, match=f"DELETE /{name(url)}"):
            call()
    ask(url, "DELETE")
    build(engine, documents(JOBS))
    assert engine.search(Query()).total == len(JOBS)


def test_counts_are_exact_over_several_shards_that_hold_values_back(engine: Engine, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAOKE_ENGINE_SHARDS", "job=5")
    monkeypatch.setattr(translate, "BUCKETS", 3)
    many = open_engine(url)
    build(many, documents(resource(f"a:{n}", "会计", employer=(f"公司{n * n % 61:03}",), degree=(("bachelor", "master")[n % 2],)) for n in range(600)))
    counted: dict[str, int] = {}
    for n in range(600):
        counted[f"公司{n * n % 61:03}"] = counted.get(f"公司{n * n % 61:03}", 0) + 1
    wanted = tuple(sorted(counted.items(), key=lambda v: (-v[1], v[0]))[:7])
    assert many.search(Query(facets={"employer": 7})).facets["employer"] == wanted
    # the same when the facet is chosen itself, and beside another one that is
    chosen = many.search(Query(filters=(OneOf("employer", ("公司000",)), OneOf("degree", ("bachelor", "master"))), facets={"employer": 7, "degree": 5}))
    assert chosen.facets["employer"] == wanted
    many.close()


def test_scores_of_kinds_compare_for_statistics_are_global(engine: Engine) -> None:
    rare = [resource(f"a:{n}", "会计", kind="job") for n in range(50)] + [resource("b:1", "会计", kind="course")]
    build(engine, documents(rare))
    hits = engine.search(Query(clause=Term("title", "会计"), size=51)).hits
    assert len({h.score for h in hits}) == 1


def test_the_mapping_is_strict(engine: Engine) -> None:
    generation = engine.begin("fingerprint")
    odd = {**documents(JOBS[:1])[0], "no_such_field": "x"}
    with pytest.raises(EngineError, match=r"a:1 is refused.*no_such_field"), engine.writer(generation.name) as writer:
        writer.add([odd], fresh=True)
        writer.commit(sequence=1)


def test_a_write_block_is_told_with_its_remedy_and_by_doctor(url: str, engine: Engine) -> None:
    generation = build(engine, documents(JOBS))
    ask(f"{url}.{generation}-job/_settings", "PUT", {"index.blocks.read_only_allow_delete": True})
    with pytest.raises(EngineError, match="free disk space"), engine.writer(generation) as writer:
        writer.add(documents(JOBS[:1]))
        writer.commit(sequence=2)
    assert any(level == "error" and "free disk space" in remedy for level, _, remedy in engine.findings())
    assert engine.search(Query()).total == len(JOBS)


def test_copies_and_refreshing_during_a_build_and_after(url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    generation = engine.begin("fingerprint").name

    def told() -> dict:
        return ask(f"{url}.{generation}-job/_settings?flat_settings=true")[f"{name(url)}.{generation}-job"]["settings"]

    assert (told()["index.number_of_replicas"], told()["index.refresh_interval"]) == ("0", "-1")
    engine.seal(generation)
    assert told()["index.auto_expand_replicas"] == "0-1"


def test_leftovers_of_builds_are_listed_and_removed(url: str, engine: Engine, store: Store) -> None:
    rebuild(store, engine, prior)
    orphan = engine.begin("x").name
    assert [g.state for g in engine.generations() if g.name == orphan] == ["building"]
    prune(engine)
    assert ask(f"{url}.{orphan}-*") == {}
    assert engine.count(Query()) == 300


BUILD = """
import sys
import time
from pathlib import Path
from catalog.store import Store
from indexer import build, commits
from indexer.engine import open_engine
from ranking.signals import prior
commits.COMMIT_EVERY = 60
build.CHUNK = 20
with Store.open(Path(sys.argv[1]), readonly=True) as store:
    build.rebuild(store, open_engine(sys.argv[2]), prior, resume=True, workers=1, progress=lambda done, total: print(done, flush=True))
"""


@pytest.mark.parametrize("moment", [0, 100, 300])
def test_killed_at_any_moment_searches_go_on_and_the_next_build_completes(tmp_path: Path, url: str, engine: Engine, store: Store, moment: int) -> None:
    first = build(engine, documents(JOBS))
    child = subprocess.Popen([sys.executable, "-c", BUILD, str(tmp_path), url], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent)
    for line in child.stdout:
        if int(line) >= moment:
            break
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    page = engine.search(Query(clause=Term("title", "会计")))
    assert page.generation == first or page.total == 300
    rebuild(store, engine, prior, resume=True)
    assert engine.count(Query()) == 300
    assert engine.search(Query(filters=(OneOf("id", ("a:0007",)),))).total == 1


def test_a_build_that_goes_on_writes_nothing_twice(engine: Engine, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "CHUNK", 10)
    monkeypatch.setattr(commits, "COMMIT_EVERY", 100)
    monkeypatch.setattr(writing, "LOOKED_UP", 30)

    def stop(done: int, total: int) -> None:
        if done == 250:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(store, engine, prior, progress=stop)
    with store.transaction():
        store.put(resource("a:0205", "出纳", kind="case"))  # behind the last commit, and of another kind since
    built = rebuild(store, engine, prior, resume=True)
    assert (built.resumed, engine.count(Query())) == (True, 300)
    assert ids(engine, Query(clause=Term("title", "出纳"))) == ["a:0205"]


def test_rolling_back_is_one_step(engine: Engine, store: Store) -> None:
    first = rebuild(store, engine, prior).generation.name
    second = rebuild(store, engine, prior).generation.name
    engine.activate(first)
    assert {g.name: g.state for g in engine.generations()} == {first: "active", second: "previous"}
