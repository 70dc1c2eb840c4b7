"""When the cluster is unwell: bounded waits, another host, honest answers, errors with a remedy. Against a stub."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from catalog.errors import BadRequest, EngineError, EngineLocked, EngineUnavailable
from indexer.engine import Between, Cursor, Query, Term, open_engine
from indexer.engines.elasticsearch import pace, writing
from indexer.engines.elasticsearch.settings import settings
from indexer.fields import SCHEMA_VERSION
from tests.elasticsearch_server import free_port
from tests.elasticsearch_stub import GENERATION, Answer, Asked, cluster, page, stub
from tests.engine_contract import documents, resource
from tests.waiting import until
from web import create_app

WELL = cluster(SCHEMA_VERSION)


def never(asked: Asked) -> Answer:
    time.sleep(4)
    return 200, {}


def busy(asked: Asked) -> Answer:
    return 429, {"error": {"type": "es_rejected_execution_exception", "reason": "queue is full"}, "status": 429}


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAOKE_ENGINE_TIMEOUT", "0.5")
    monkeypatch.setattr(writing, "WAIT", (0.01, 0.05))


# ── reading ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_cluster_that_is_not_there_says_so_at_once() -> None:
    engine = open_engine(f"http://127.0.0.1:{free_port()}")
    began = time.monotonic()
    with pytest.raises(EngineUnavailable, match="HAOKE_ENGINE"):
        engine.search(Query())
    assert time.monotonic() - began < 2


def test_a_host_that_hangs_costs_one_timeout_and_those_who_come_after_are_not_kept_in_line() -> None:
    with stub(never) as hanging:
        engine = open_engine(hanging.url)
        waits: list[float] = []

        def visit() -> None:
            began = time.monotonic()
            with pytest.raises(EngineUnavailable):
                engine.search(Query())
            waits.append(time.monotonic() - began)

        visit()
        assert 0.4 < waits[0] < 1.5
        threads = [threading.Thread(target=visit) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert max(waits[1:]) < 0.3
        assert len(hanging.asked) < 5


def test_when_one_host_hangs_another_answers_and_the_first_is_left_alone_for_a_while() -> None:
    with stub(never) as hanging, stub(WELL) as well:
        engine = open_engine(f"{hanging.url},{well.url}")
        began = time.monotonic()
        for _ in range(20):
            assert engine.search(Query()).total == 1
        assert time.monotonic() - began < 1.5
        assert len(hanging.asked) <= 2


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_busy_host_is_left_for_another(status: int) -> None:
    with stub(lambda asked: (status, {"error": {"type": "x", "reason": "busy"}})) as other, stub(WELL) as well:
        engine = open_engine(f"{other.url},{well.url}")
        assert [engine.search(Query()).total for _ in range(6)] == [1] * 6


def test_when_all_are_busy_the_site_answers_503_with_retry_after() -> None:
    with stub(busy) as server:
        app = create_app(engine=open_engine(server.url))
        answer = app.test_client().get("/api/v1/search?q=会计")
        assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
        assert int(answer.headers["Retry-After"]) > 0
        assert app.test_client().get("/readyz").status_code == 503
        assert app.test_client().get("/healthz").status_code == 200


@pytest.mark.parametrize("trouble", [{"failed": 1}, {"timed_out": True}])
def test_an_answer_from_a_part_of_the_index_is_marked(trouble: dict) -> None:
    with stub(cluster(SCHEMA_VERSION, search=lambda asked: (200, page(**trouble)))) as server:
        engine = open_engine(server.url)
        assert engine.search(Query()).partial
        with pytest.raises(EngineUnavailable, match="a part of the index"):
            engine.count(Query())
        with pytest.raises(EngineUnavailable, match="a part of the index"):
            engine.get(["a:1"])


def test_a_whole_answer_is_not_marked() -> None:
    with stub(WELL) as server:
        assert not open_engine(server.url).search(Query()).partial


def test_the_pages_of_a_search_come_from_the_same_copies_and_another_try_from_any() -> None:
    """Copies score a little apart, so that a hit would stand on two pages and another on none."""
    with stub(WELL) as server:
        engine = open_engine(server.url)
        first = engine.search(Query(clause=Term("title", "会计"), size=1))
        told = [Query(clause=Term("title", "会计"), **more) for more in ({"size": 1, "after": Cursor(1.5, "a:1", 1)}, {"size": 20, "offset": 20}, {"size": 5, "facets": {"kind": 5}})]
        for query in (*told, Query(clause=Term("title", "出纳"))):
            engine.search(query)
        engine.search(Query(clause=Term("title", "会计"), size=0))
        asked = [parse_qs(urlsplit(a.path).query).get("preference", [""])[0] for a in server.asked if "/_search" in a.path]
    assert first.hits
    assert asked[0] != "" and asked[:4] == [asked[0]] * 4 and asked[4] not in ("", asked[0])
    assert asked[5] == "", "counts are the same everywhere: any copy that is free"
    with stub(cluster(SCHEMA_VERSION, search=lambda asked: (200, page(failed=1)))) as server:
        assert open_engine(server.url).search(Query()).partial
        asked = [parse_qs(urlsplit(a.path).query).get("preference", [""])[0] for a in server.asked if "/_search" in a.path]
    assert asked[0] and asked[1:] == [""] * (len(asked) - 1) and len(asked) > 1


def test_a_minute_later_the_same_copies_are_asked() -> None:
    """What is open is asked to the minute: who turns a page after one still reads on in the same list."""
    with stub(WELL) as server:
        engine = open_engine(server.url)
        for minute in (60, 120):
            engine.search(Query(clause=Term("title", "会计"), scope=(Between("expires_at", low=minute),)))
        asked = [parse_qs(urlsplit(a.path).query)["preference"] for a in server.asked if "/_search" in a.path]
    assert asked[0] == asked[1]


def test_an_index_of_another_version_asks_for_a_rebuild() -> None:
    with stub(cluster(SCHEMA_VERSION + 1)) as server, pytest.raises(EngineError, match="haoke reindex"):
        open_engine(server.url).search(Query())


def test_what_is_no_elasticsearch_is_called_so() -> None:
    with stub(WELL, product="") as server, pytest.raises(EngineError, match="is no Elasticsearch"):
        open_engine(server.url).search(Query())


def test_a_server_too_old_is_named_before_a_build_begins() -> None:
    nodes = {"n": {"version": "7.17.9"}, "m": {"version": "9.2.0"}}
    with stub(lambda asked: (200, {"nodes": nodes})) as server, pytest.raises(EngineError, match=r"7\.17\.9.*8\.19 and 9\.x"):
        open_engine(server.url).begin("fingerprint")


# ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────────
def write(bulk: Callable[[Asked], Answer], number: int = 5) -> list[Asked]:
    """Writes documents to a stub; returns the bulk requests."""
    with stub(cluster(SCHEMA_VERSION, bulk=bulk)) as server:
        with open_engine(server.url).writer(GENERATION) as writer:
            writer.add(documents(resource(f"a:{n}", "会计") for n in range(number)), fresh=True)
            writer.commit(sequence=1)
        return [asked for asked in server.asked if asked.path.startswith("/_bulk")]


def keys(asked: Asked) -> list[str]:
    return [orjson.loads(line)["index"]["_id"] for line in asked.body.splitlines()[::2]]


def test_only_what_the_cluster_had_no_room_for_is_sent_again() -> None:
    rounds: list[int] = []

    def bulk(asked: Asked) -> Answer:
        rounds.append(len(keys(asked)))
        full = len(rounds) < 3
        items = [{"index": {"status": 429 if full and n % 2 else 201, "error": {"reason": "queue is full"}}} for n in range(rounds[-1])]
        return 200, {"errors": full, "items": items}

    sent = [keys(asked) for asked in write(bulk)]
    assert sent == [["a:0", "a:1", "a:2", "a:3", "a:4"], ["a:1", "a:3"], ["a:3"]]


def test_a_request_that_is_refused_as_a_whole_is_sent_again() -> None:
    rounds: list[int] = []

    def bulk(asked: Asked) -> Answer:
        rounds.append(1)
        return busy(asked) if len(rounds) < 3 else (200, {"errors": False, "items": [{"index": {"status": 201}}] * len(keys(asked))})

    assert len(write(bulk)) == 3


def test_patience_ends_with_an_error_that_tells_how_many_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "PATIENCE", 0.1)
    with pytest.raises(EngineUnavailable, match=r"5 documents could not be written.*queue is full.*--resume"):
        write(busy)


def test_a_full_disk_is_told_with_its_remedy_and_not_waited_for() -> None:
    reason = "index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];"
    with pytest.raises(EngineError, match="free disk space"):
        write(lambda asked: (200, {"errors": True, "items": [{"index": {"status": 429, "error": {"type": "cluster_block_exception", "reason": reason}}}] * 5}))


def test_a_document_that_can_never_be_taken_is_named() -> None:
    error = {"type": "strict_dynamic_mapping_exception", "reason": "introduction of [x] is not allowed"}
    with pytest.raises(EngineError, match=r"a:0.*not allowed.*haoke reindex"):
        write(lambda asked: (200, {"errors": True, "items": [{"index": {"status": 400, "error": error}}] * 5}))


def test_an_answer_that_does_not_account_for_every_document_is_an_error() -> None:
    with pytest.raises(EngineError, match="5 documents were sent, 4 answered for"):
        write(lambda asked: (200, {"errors": False, "items": [{"index": {"status": 201}}] * 4}))


def test_requests_are_bounded_in_count_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "LARGE", 10)
    ok = lambda asked: (200, {"errors": False, "items": [{"index": {"status": 201}}] * len(keys(asked))})  # noqa: E731
    assert sorted(len(keys(a)) for a in write(ok, 25)) == [5, 10, 10]
    monkeypatch.setattr(writing, "BYTES", 3_000)
    assert all(len(a.body) <= 3_000 or len(keys(a)) == 1 for a in write(ok, 25))


def test_a_lock_that_another_took_over_stops_the_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.engines.elasticsearch.lock.RENEWED", 0.05)
    well = cluster(SCHEMA_VERSION)

    def answer(asked: Asked) -> Answer:
        if "if_seq_no" in asked.path and asked.method == "PUT":
            return 409, {"error": {"type": "version_conflict_engine_exception", "reason": "changed"}}
        return well(asked)

    with stub(answer) as server, open_engine(server.url).writer(GENERATION) as writer:
        until(lambda: writer.lock._lost)
        with pytest.raises(EngineLocked, match="lost the writer's lock"):
            writer.commit(sequence=1)


def test_a_build_pauses_while_searches_are_slow_and_hurries_again_when_they_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "EVERY", 0.0)
    slow = [True]
    well = cluster(SCHEMA_VERSION)

    def answer(asked: Asked) -> Answer:
        if slow[0] and asked.path.startswith("/haoke/_count"):
            time.sleep(0.1)
        return well(asked)

    with stub(answer) as server:
        giving = pace.Pace(open_engine(server.url).reader)
        for _ in range(3):
            giving.give_way()
        assert 0.1 < giving.pause <= pace.LONGEST
        assert giving.documents == pace.SMALL
        under_way, most = 0, 0

        def request() -> None:
            nonlocal under_way, most
            with giving.turn():
                under_way += 1
                most = max(most, under_way)
                time.sleep(0.01)
                under_way -= 1

        giving.pause = 0.001
        with ThreadPoolExecutor(4) as pool:
            for asked in [pool.submit(request) for _ in range(8)]:
                asked.result()
        assert most == 1
        slow[0] = False
        for _ in range(20):
            giving.give_way()
        assert giving.pause < 0.02
        giving.pause = 0.0
        assert giving.documents == pace.LARGE


# ── settings ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_api_key_goes_with_every_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAOKE_ENGINE_API_KEY", "c2VjcmV0OmtleQ==")
    with stub(WELL) as server:
        engine = open_engine(server.url)
        engine.search(Query())
        assert {asked.headers["authorization"] for asked in server.asked} == {"ApiKey c2VjcmV0OmtleQ=="}
        assert "c2VjcmV0" not in repr(engine.connection.settings)


def test_a_key_that_the_cluster_does_not_know_names_the_variables() -> None:
    refusal = {"error": {"type": "security_exception", "reason": "unable to authenticate"}}
    with stub(lambda asked: (401, refusal)) as server, pytest.raises(EngineError, match="HAOKE_ENGINE_API_KEY"):
        open_engine(server.url).search(Query())


@pytest.mark.parametrize(
    ("url", "environment", "part"),
    [
        ("https://", {}, "no host"),
        ("https://user:pw@host:9200", {}, "holds a password"),
        ("http://far.example:9200", {"HAOKE_ENGINE_USER": "u"}, "unencrypted"),
        ("https://host:9200/Upper", {}, "can't begin index names"),
        ("https://host", {"HAOKE_ENGINE_SHARDS": "job=many"}, "HAOKE_ENGINE_SHARDS"),
        ("https://host", {"HAOKE_ENGINE_SHARDS": "job=0"}, "HAOKE_ENGINE_SHARDS"),
        ("https://host", {"HAOKE_ENGINE_SHARDS": "jobs=3"}, "no kind 'jobs'"),
        ("https://host", {"HAOKE_ENGINE_REPLICAS": "two"}, "HAOKE_ENGINE_REPLICAS"),
        ("https://host", {"HAOKE_ENGINE_REPLICAS": "3-1"}, "HAOKE_ENGINE_REPLICAS"),
        ("https://host", {"HAOKE_ENGINE_TIMEOUT": "soon"}, "HAOKE_ENGINE_TIMEOUT"),
        ("https://host", {"HAOKE_ENGINE_TIMEOUT": "nan"}, "HAOKE_ENGINE_TIMEOUT"),
        ("https://host", {"HAOKE_ENGINE_TIMEOUT": "0"}, "HAOKE_ENGINE_TIMEOUT"),
        ("https://host:99999", {}, "no host of a cluster"),
        ("https://host:port", {}, "no host of a cluster"),
    ],
)
def test_settings_that_can_not_be_meant_are_refused(url: str, environment: dict[str, str], part: str) -> None:
    with pytest.raises(BadRequest, match=part):
        settings(url, environment)


def test_several_hosts_a_name_and_shards_are_read() -> None:
    read = settings("https://a.example,https://b.example:9201/province", {"HAOKE_ENGINE_SHARDS": "job=6,course=2", "HAOKE_ENGINE_USER": "u", "HAOKE_ENGINE_PASSWORD": "p"})
    assert read.hosts == ("https://a.example:443", "https://b.example:9201")
    assert (read.name, read.shards, read.user) == ("province", {"job": 6, "course": 2}, "u")


def test_a_cluster_in_trouble_is_described_with_remedies() -> None:
    with stub(never) as hanging, stub(WELL) as well:
        found = open_engine(f"{well.url},{hanging.url}").findings()
    told = {(level, word) for level, what, _ in found for word in (hanging.url, "lack copies", "can't be written to", "without giving back its lock") if word in what}
    assert told == {("warning", hanging.url), ("warning", "lack copies"), ("error", "can't be written to"), ("warning", "without giving back its lock")}
    assert all(remedy for level, _, remedy in found if level != "ok")


def test_doctor_of_a_cluster_that_is_not_there_is_a_finding_not_a_crash() -> None:
    found = open_engine(f"http://127.0.0.1:{free_port()}").findings()
    assert found[0][0] == "error"
    assert "HAOKE_ENGINE" in found[0][2]
