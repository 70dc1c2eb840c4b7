"""Answers that are given again, and the gate before those that must be made."""

from __future__ import annotations

import gzip
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from catalog.errors import Overloaded
from catalog.resource import Resource
from indexer.document import to_document
from indexer.engine import Engine, Page, Query
from tests.web_sample import build, records
from web import create_app, gate
from web.answers import ALIKE, ENTRY, HANDOVER, Answer, Answers
from web.beside import Beside
from web.conditional import TOOK
from web.gate import SAVED, SPARE, Gate, Turn

PAGE = "/search?q=数学"
PANELS = '<section class="related"'  # recommendations below a resource
PERSON = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"}


class Counted:
    """A real engine that counts its searches, and may be partial or slow."""

    def __init__(self, real: Engine) -> None:
        self.real, self.asked, self.partial, self.seconds = real, 0, False, 0.0

    def search(self, query: Query) -> Page:
        self.asked += 1
        time.sleep(self.seconds)
        return replace(self.real.search(query), partial=self.partial)

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Counted]:
    real = build(tmp_path / "index", records())
    yield Counted(real)
    real.close()


@pytest.fixture
def app(engine: Counted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setenv("HAOKE_HOME", str(tmp_path / "home"))
    return create_app(engine, home=tmp_path / "home")  # type: ignore[arg-type]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize("path", [PAGE, "/resources/icourse163:1", "/api/v1/search?q=数学", "/"])
def test_what_was_asked_a_moment_ago_is_not_made_again(client: FlaskClient, engine: Counted, path: str) -> None:
    first = client.get(path, headers={"Accept-Encoding": "gzip"})
    asked = engine.asked
    second = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert engine.asked == asked > 0
    assert (second.status_code, second.data) == (200, first.data)
    same = lambda response: {name: value for name, value in response.headers if name not in ("Date",)}  # noqa: E731
    assert same(second) == same(first)


READERS = [
    {}, PERSON, {"Accept-Encoding": "gzip"}, {"Accept-Language": "en"}, {"Accept-Language": "zh-TW,en;q=0.5"}, {"Cookie": "lang=en"},
    {"Cookie": "lang=en; other=1"}, {"Host": "two.example"}, {"Cache-Control": "no-cache"}, {"Accept": "application/json"},
]  # fmt: skip


def test_whoever_asked_before_each_reader_gets_what_would_be_made_for_them(app: Flask, engine: Counted, tmp_path: Path) -> None:
    paths = [PAGE, "/search?q=%E6%95%B0%E5%AD%A6", "/search?q=数学&lang=en", "/resources/icourse163:1", "/api/v1/search?q=数学", "/api/v1/suggest?q=gao", "/", "/robots.txt", "/search?q=数学&size=9999"]
    kept = {(path, number): app.test_client(use_cookies=False).get(path, headers=who) for _ in range(3) for number, who in enumerate(READERS) for path in paths}
    for (path, number), given in kept.items():
        made = create_app(engine, home=tmp_path / "home").test_client(use_cookies=False).get(path, headers=READERS[number])  # type: ignore[arg-type]
        assert seen(given) == seen(made), (path, READERS[number])


def seen(response: TestResponse) -> tuple[int, bytes, set[tuple[str, str]]]:
    """What a reader sees of an answer, but for its time."""
    text = gzip.decompress(response.data) if "Content-Encoding" in response.headers else response.data
    return response.status_code, TOOK.sub(b"", text), {(name, value) for name, value in response.headers if name not in ("Date", "Content-Length", "Set-Cookie")}


def test_what_was_asked_before_is_known_before_anything_is_made_of_a_request(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = client.get(PAGE), client.get(PAGE)
    asked = []
    real = app.full_dispatch_request
    monkeypatch.setattr(app, "full_dispatch_request", lambda: asked.append(1) or real())
    known = client.get(PAGE)
    assert (known.status_code, known.data, asked) == (200, first.data, [])
    have = client.get(PAGE, headers={"If-None-Match": first.headers["ETag"]})
    assert (have.status_code, have.data) == (304, b"")
    assert (client.head(PAGE).data, client.head(PAGE).headers["ETag"]) == (b"", first.headers["ETag"])
    assert client.post(PAGE).status_code == 405
    assert len(asked) == 4


def test_strange_requests_do_not_fill_the_memory(app: Flask) -> None:
    known = app.extensions["haoke.answers"].alike
    client = app.test_client(use_cookies=False)
    client.get(PAGE, headers={"Accept-Language": "zh," * 2_000})
    assert not known
    for number in range(ALIKE + 5):
        app.extensions["haoke.answers"].like((str(number),), "key")
    assert 0 < len(known) <= ALIKE


def test_each_reader_gets_it_in_the_encoding_and_language_asked_for(client: FlaskClient) -> None:
    plain = client.get(PAGE)
    packed = client.get(PAGE, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers and packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    english = client.get(PAGE, headers={"Accept-Language": "en"})
    assert 'lang="en"' in english.text and 'lang="zh-CN"' in client.get(PAGE).text.partition("<body")[0]


def test_each_address_of_the_site_gets_its_own(client: FlaskClient) -> None:
    """Links to be shared are told with the address that the reader uses."""
    for base in ("http://one.example", "https://one.example", "http://two.example"):
        for _ in range(2):
            answer = client.get(PAGE, base_url=base)
            assert f'href="{base}/' in answer.text or f'content="{base}/' in answer.text


def test_a_question_mark_of_an_id_is_no_query(tmp_path: Path) -> None:
    """/resources/s:a?b? asks for s:a, /resources/s:a%3Fb for s:a?b."""
    pair = [Resource(id=id, kind="course", service="higher", source=("s",), title=title) for id, title in (("s:a", "泛函分析"), ("s:a?b", "点集拓扑"))]  # type: ignore[arg-type]
    engine = build(tmp_path / "index", pair)
    client = create_app(engine, home=tmp_path / "home").test_client()
    assert "泛函分析" in client.get("/resources/s:a?b?").text
    for _ in range(2):
        other = client.get("/resources/s:a%3Fb").text
        assert "点集拓扑" in other and "泛函分析" not in other.partition("</title>")[0]
    engine.close()


@pytest.mark.parametrize(("path", "seconds"), [(PAGE, 900.0), ("/", 60.0), ("/api/v1/suggest?q=shu", 300.0)])
def test_an_answer_is_kept_no_longer_than_what_it_was_made_of(app: Flask, path: str, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is made of lists that are remembered for a minute may tell of before a commit that has just come."""
    monkeypatch.setattr("web.answers._left_of_today", lambda: 80_000.0)
    app.test_client().get(path)
    (kept,) = app.extensions["haoke.answers"]._answers.values()
    assert kept.until - time.monotonic() == pytest.approx(seconds, abs=20)


def test_an_answer_begun_before_midnight_is_not_given_after_it(app: Flask, engine: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was made of yesterday's day, however long that took."""
    before = engine.asked
    monkeypatch.setattr("web.answers._left_of_today", lambda: 0.1 if engine.asked == before else 86_399.9)
    app.test_client().get(PAGE)
    (kept,) = app.extensions["haoke.answers"]._answers.values()
    assert kept.until - time.monotonic() < 1


def test_a_commit_ends_what_was_kept(client: FlaskClient, engine: Counted) -> None:
    new = Resource(id="new:1", kind="course", service="higher", source=("new",), title="泛函分析选讲")  # type: ignore[arg-type]
    assert client.get("/api/v1/search?q=泛函分析选讲").json["total"] == 0
    active = engine.active()
    with engine.writer(active.name) as writer:
        writer.add([to_document(new, 1.0)])
        writer.commit(sequence=active.sequence + 1)
    assert client.get("/api/v1/search?q=泛函分析选讲").json["total"] == 1


def test_what_only_a_part_answered_is_made_again(client: FlaskClient, engine: Counted) -> None:
    engine.partial = True
    assert client.get("/api/v1/search?q=数学").json["partial"] is True
    engine.partial = False
    assert client.get("/api/v1/search?q=数学").json["partial"] is False


def test_errors_are_not_kept(client: FlaskClient, engine: Counted) -> None:
    assert client.get("/search?stage=火星").status_code == 400
    assert client.get("/resources/nobody:1").status_code == 404
    answers: Answers = client.application.extensions["haoke.answers"]
    assert answers.bytes == 0


def test_a_reader_who_has_it_already_is_told_so_also_from_what_is_kept(client: FlaskClient, engine: Counted) -> None:
    for _ in range(2):
        tag = client.get(PAGE, headers={"Accept-Encoding": "gzip"}).headers["ETag"]
        again = client.get(PAGE, headers={"Accept-Encoding": "gzip", "If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")


def test_every_reader_counts_and_no_machine(client: FlaskClient, app: Flask, tmp_path: Path) -> None:
    client.get(PAGE, headers={"User-Agent": "somebot/1.0"})
    for _ in range(3):
        client.get(PAGE, headers=PERSON)
    client.get("/resources/icourse163:1", headers=PERSON)
    client.get("/resources/icourse163:1", headers={**PERSON, "Referer": "http://localhost" + PAGE})
    app.extensions["haoke.events"].flush()
    lines = [orjson.loads(line) for file in (tmp_path / "home" / "events").glob("*.jsonl") for line in file.read_bytes().splitlines()]
    # lines are shuffled before they are written: nobody's way can be told from their order
    assert Counter((line["e"], "from" in line) for line in lines) == {("search", False): 3, ("view", False): 1, ("view", True): 1}


def test_answers_take_no_more_room_than_they_may() -> None:
    now = [0.0]
    answers = Answers(3 * ENTRY + 1_000, lambda: now[0])
    answer = lambda size: Answer(b"x" * size, (), 60.0, "a", ())  # noqa: E731
    for n in range(5):
        answers.put(n, answer(300))
    assert [n for n in range(5) if answers.get(n, "a")] == [2, 3, 4]
    assert answers.bytes == 3 * ENTRY + 900, "each takes something beside its body: many small ones are not for nothing"
    answers.put(3, answer(100))
    assert answers.bytes == 3 * ENTRY + 700
    now[0] = 61.0
    assert answers.get(3, "a") is None


def test_what_one_worker_has_made_the_others_give_until_a_commit(tmp_path: Path) -> None:
    now = [0.0]
    one, other = (Answers(10_000, lambda: now[0], Beside(tmp_path)) for _ in range(2))
    made = Answer("数学".encode(), (("Content-Type", "text/html"),), 60.0, "g1:1", ({"view": "a:1"},))
    one.put("key", made)
    assert other.get("key", "g1:1") == made
    assert other.get("key", "g1:1") == made  # its own by now
    assert other.get("another", "g1:1") is None
    after = Answer(b"new", (), 90.0, "g1:2", ())
    other.put("key", after)  # after a commit
    assert one.get("key", "g1:2") == after
    assert Answers(10_000, lambda: now[0], Beside(tmp_path)).get("key", "g1:1") is None, "what was made before it takes no room"
    now[0] = 91.0
    assert Answers(10_000, lambda: now[0], Beside(tmp_path)).get("key", "g1:2") is None, "too old"
    assert one.get("key", "g1:2") is None


def test_an_answer_that_was_begun_before_a_commit_does_not_clear_away_what_was_made_after_it(tmp_path: Path) -> None:
    one, other = (Answers(10_000, lambda: 0.0, Beside(tmp_path)) for _ in range(2))
    one.changed("g1:1")
    one.changed("g1:2")  # the commit, while an answer is still made
    new = Answer(b"new", (), 60.0, "g1:2", ())
    one.put("new", new)
    one.put("old", Answer(b"old", (), 60.0, "g1:1", ()))
    assert other.get("new", "g1:2") == new


def test_a_brief_answer_is_given_until_any_worker_has_made_it_whole(tmp_path: Path) -> None:
    one, other = (Answers(10_000, lambda: 0.0, Beside(tmp_path)) for _ in range(2))
    brief, whole = (Answer(body, headers, 10.0, "g1:1", ()) for body, headers in ((b"page", (("Server-Timing", "brief"),)), (b"page and more", ())))
    one.put("key", brief)
    assert other.get("key", "g1:1") == brief
    other.put("key", whole)
    assert one.get("key", "g1:1") == whole


def test_an_answer_beside_that_is_damaged_or_has_no_room_is_made_again(tmp_path: Path) -> None:
    answers = Answers(10_000, lambda: 0.0, Beside(tmp_path / "gone" / "away"))
    answers.put("key", Answer(b"x", (), 60.0, "g1:1", ()))
    assert answers.get("key", "g1:1") is not None  # in this process it stays
    good = Answers(10_000, lambda: 0.0, Beside(tmp_path))
    good.put("key", Answer(b"x", (), 60.0, "g1:1", ()))
    for path in tmp_path.glob("*/*"):
        path.write_bytes(b"\x00")
    assert Answers(10_000, lambda: 0.0, Beside(tmp_path)).get("key", "g1:1") is None


def test_a_full_gate_says_so_at_once_and_serves_those_it_took_in() -> None:
    door = Gate(permits=1, waiting=2, patience=5.0)
    served, refused = [], []

    def visit() -> None:
        try:
            came = door.enter()
        except Overloaded:
            refused.append(time.monotonic())
            return
        time.sleep(0.05)
        door.leave(came)
        served.append(time.monotonic())

    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        for asked in [pool.submit(visit) for _ in range(8)]:
            asked.result()
    assert len(served) == 3 and len(refused) == 5
    assert max(refused) - began < 0.05
    assert (door.free, list(door.queue)) == (1, [])


def test_nobody_waits_at_the_gate_for_longer_than_it_says() -> None:
    door = Gate(permits=0, waiting=1, patience=0.05, late=0.15)
    for seconds, least in ((None, 0.15), (0.1, 0.1), (0.02, 0.02), (0.0, 0.0)):
        began = time.monotonic()
        with pytest.raises(Overloaded):
            door.enter(seconds)
        assert least <= time.monotonic() - began < least + 0.15 and not door.queue


class Crowd:
    """Visitors of a gate, each in a thread; what became of them, in order."""

    def __init__(self, door: Gate) -> None:
        self.door, self.told, self.threads = door, list[tuple[str, bool]](), list[threading.Thread]()

    def come(self, name: str) -> None:
        """Somebody comes, and waits by the time this returns."""
        before = len(self.threads)
        self.threads.append(threading.Thread(target=self._visit, args=(name,)))
        self.threads[-1].start()
        while len(self.door.queue) + len(self.told) <= before:
            time.sleep(0.001)

    def _visit(self, name: str) -> None:
        try:
            self.door.enter()
            self.told.append((name, True))
        except Overloaded:
            self.told.append((name, False))

    def leave(self, came: float, served: int) -> None:
        """A permit is given back; returns once so many were told."""
        self.door.leave(came)
        while len(self.told) < served:
            time.sleep(0.001)


def test_who_is_still_in_time_comes_first_and_who_is_late_when_nobody_else_waits() -> None:
    now = [0.0]
    crowd = Crowd(Gate(permits=0, waiting=9, patience=1.0, late=9.0, clock=lambda: now[0]))
    for moment, name in ((0.0, "late"), (0.1, "late too"), (2.0, "first"), (2.1, "second")):
        now[0] = moment
        crowd.come(name)
    for served in range(1, 5):
        crowd.leave(now[0], served)
    assert crowd.told == [("first", True), ("second", True), ("late", True), ("late too", True)]
    assert crowd.door.free == 0 and not crowd.door.queue


def test_a_full_queue_makes_room_of_who_is_late() -> None:
    now = [0.0]
    crowd = Crowd(Gate(permits=0, waiting=2, patience=1.0, late=9.0, clock=lambda: now[0]))
    for moment, name in ((0.0, "late"), (1.5, "in time"), (1.6, "newcomer")):
        now[0] = moment
        crowd.come(name)
    crowd.come("one too many")
    assert sorted(crowd.told) == [("late", False), ("one too many", False)]
    for served in (3, 4):
        crowd.leave(now[0], served)
    assert crowd.told[2:] == [("in time", True), ("newcomer", True)]


def test_so_few_answers_are_late_that_the_others_keep_the_promise() -> None:
    """Where more is asked than can be answered, who waits in vain is told so, and the others are served in time."""
    now = [0.0]
    crowd = Crowd(Gate(permits=0, waiting=9, patience=0.05, late=9.0, clock=lambda: now[0]))
    door = crowd.door
    crowd.come("late")
    crowd.come("later")
    door.spare = 1.9
    now[0] = 1.0
    crowd.leave(0.0, served=1)  # late itself
    assert crowd.told == [("late", True)]
    crowd.leave(0.0, served=2)
    assert crowd.told[1:] == [("later", False)] and door.free == 1, "of the answers enough were late"
    door.free = 0
    began = time.monotonic()
    with pytest.raises(Overloaded):
        door.enter()
    assert time.monotonic() - began < 1.0
    with pytest.raises(Overloaded):
        door.enter(0.0, given=10_000)
    assert door.spare == SAVED, "what was given in time makes up for it"
    for _ in range(1_000):
        door.leave(0.0)
    door.free = 0
    with pytest.raises(Overloaded):
        door.enter(0.0, given=10_000 + int(SAVED / SPARE))
    assert door.spare >= 0, "and so soon after a long overload, too"


def test_overload_is_a_503_that_says_when_to_come_back_and_kept_answers_are_served_meanwhile(app: Flask, engine: Counted) -> None:
    app.extensions["haoke.overload"] = Gate(permits=1, waiting=0)
    client = app.test_client()
    kept = client.get(PAGE).data
    engine.seconds = 0.5
    slow = threading.Thread(target=lambda: app.test_client().get("/search?q=会计"))
    slow.start()
    time.sleep(0.2)
    refused = client.get("/api/v1/search?q=物理")
    assert (refused.status_code, refused.headers["Retry-After"], refused.mimetype) == (503, "1", "application/problem+json")
    assert client.get(PAGE).data == kept
    assert client.get("/healthz").status_code == 200
    slow.join()
    engine.seconds = 0.0
    assert client.get("/api/v1/search?q=物理").status_code == 200
    assert app.extensions["haoke.overload"].free == 1


def test_while_others_wait_a_resource_comes_without_recommendations_and_soon_with_them(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/resources/icourse163:2"
    door: Gate = app.extensions["haoke.overload"]
    with monkeypatch.context() as others_come:
        others_come.setattr(gate, "pressed", lambda: True)
        brief = client.get(path)
    assert (brief.status_code, brief.headers["Server-Timing"]) == (200, "brief") and PANELS not in brief.text and "<h1" in brief.text
    door.queue.append(Turn(door.clock()))
    again = client.get(path)
    assert again.data == brief.data and again.headers["Server-Timing"] == "brief" and door.free == gate.permits(""), "it is not made again while others wait"
    door.queue.clear()
    whole = client.get(path)
    assert "Server-Timing" not in whole.headers and PANELS in whole.text and whole.headers["ETag"] != brief.headers["ETag"]
    door.queue.append(Turn(door.clock()))
    assert client.get(path).data == whole.data
    door.queue.clear()
    monkeypatch.setattr(gate, "pressed", lambda: True)
    assert client.get("/api/v1/similar/icourse163:2").json["similar"], "who asks for them gets them"


@pytest.mark.parametrize("url", ["embedded:index", "http://127.0.0.1:9200/haoke"])
def test_while_the_gate_is_full_there_are_threads_to_say_so(url: str) -> None:
    """Requests that find no thread queue in the server: that was seconds long, and nobody was told anything."""
    assert gate.threads(url) >= gate.permits(url) + gate.WAITING + 8
    assert gate.PATIENCE < gate.PROMISE <= 0.25 and gate.SPARE <= 0.01, "99 of 100 within 250 ms"


def test_who_is_refused_gets_a_bare_page_that_holds_nothing_of_others(app: Flask) -> None:
    app.extensions["haoke.overload"] = Gate(permits=0, waiting=0)
    refused = app.test_client().get("/search?q=我的秘密", headers={"Accept-Encoding": "gzip"})
    page = gzip.decompress(refused.data).decode() if "Content-Encoding" in refused.headers else refused.text
    assert (refused.status_code, refused.headers["Retry-After"], refused.headers["Connection"]) == (503, "1", "close")
    assert "再试一次" in page and "我的秘密" not in page and len(page) < 2_000
    english = app.test_client().get("/search?q=x", headers={"Accept-Language": "en"}).text
    assert 'lang="en"' in english and "Try again" in english


def test_refusing_thousands_does_not_fill_the_log(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    now = [100.0]
    app.extensions["haoke.overload"] = Gate(permits=0, waiting=0, clock=lambda: now[0])
    for moment in (100.0, 100.1, 100.2, 101.5, 101.6):
        now[0] = moment
        assert app.test_client().get("/search?q=x").status_code == 503
    told = [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]
    assert [line.partition("told: ")[2].partition(",")[0] for line in told] == ["1", "3"]


def test_after_a_commit_the_answer_from_before_is_given_where_a_new_one_would_have_to_wait(app: Flask, engine: Counted) -> None:
    now = [1_000.0]
    answers: Answers = app.extensions["haoke.answers"]
    answers.clock = lambda: now[0]
    client, path = app.test_client(), "/api/v1/search?q=数学"
    before = client.get(path).data
    active = engine.active()
    with engine.writer(active.name) as writer:
        writer.add([to_document(Resource(id="new:1", kind="course", service="higher", source=("new",), title="数学之美"), 1.0)])  # type: ignore[arg-type]
        writer.commit(sequence=active.sequence + 1)
    busy, free = Gate(permits=0, waiting=1, patience=0.01, late=0.01), Gate(permits=1)
    app.extensions["haoke.overload"] = busy
    assert client.get(path).data == before, "no permit is free: nobody waits for what the commit changed"
    assert client.get("/api/v1/search?q=物理").status_code == 503, "what was not asked before it can't be given"
    app.extensions["haoke.overload"] = free
    after = client.get(path)
    assert b"new:1" in after.data and client.get(path).data == after.data and free.free == 1
    app.extensions["haoke.overload"] = busy
    assert client.get(path).data == after.data


def test_what_was_committed_is_waited_for_once_the_handover_is_over(app: Flask, engine: Counted) -> None:
    now = [1_000.0]
    app.extensions["haoke.answers"].clock = lambda: now[0]
    client, path = app.test_client(), "/api/v1/search?q=数学"
    before = client.get(path).data
    mark = engine.real.mark()
    engine.mark = lambda: mark + "later"  # type: ignore[attr-defined]
    door = app.extensions["haoke.overload"] = Gate(permits=0, waiting=1, patience=0.2)
    began = time.monotonic()
    assert client.get(path).data == before and time.monotonic() - began < 0.15
    now[0] += HANDOVER + 0.5
    threading.Timer(0.05, door.leave, (began,)).start()
    asked = engine.asked
    assert client.get(path).status_code == 200 and engine.asked > asked, "there was time to wait for a permit"
