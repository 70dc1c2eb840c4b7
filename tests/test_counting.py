"""Counting without cookies and addresses: what is noted, what is not, and what the rollup tells of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

import cli
from catalog import journal
from catalog.journal import Journal, append, pieces
from catalog.normalize.dates import SHANGHAI
from indexer.engine import Engine
from ranking.hot import hot_lists
from ranking.popular import popular_queries
from ranking.rollup import rollup
from ranking.usage import FLOOR, SEEN
from tests.web_sample import AWKWARD
from web import answers

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=SHANGHAI)


def open_page(client: FlaskClient, path: str, *, method: str = "GET", **headers: str) -> int:
    named = {"User-Agent": FIREFOX} | {name.replace("_", "-"): value for name, value in headers.items()}
    return client.open(path, method=method, headers=named).status_code


def noted(app: Flask, home: Path) -> list[dict[str, Any]]:
    """The events so far, as they stand on disk."""
    app.extensions["haoke.events"].flush()
    return [json.loads(line) for path in sorted(home.glob("events/*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]


# ── what is noted ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_view_is_noted_with_nothing_but_what_was_opened_and_the_hour(app: Flask, client: FlaskClient, home: Path) -> None:
    assert open_page(client, "/resources/icourse163:1", Cookie="lang=zh", X_Forwarded_For="192.0.2.7") == 200
    (event,) = noted(app, home)
    assert 0 <= event.pop("h") < 24
    assert event == {"e": "view", "id": "icourse163:1", "kind": "course", "service": "higher"}
    (path,) = home.glob("events/*")
    assert "192.0.2.7" not in path.read_text(encoding="utf-8") and "Firefox" not in path.read_text(encoding="utf-8")


def test_nothing_is_set_in_the_browser(client: FlaskClient) -> None:
    for path in ("/", "/resources/icourse163:1", "/search?q=高数", "/out/icourse163:1"):
        assert "Set-Cookie" not in client.get(path, headers={"User-Agent": FIREFOX}).headers


@pytest.mark.parametrize(
    ("referer", "came"),
    [
        ("http://localhost/resources/icourse163:2", {"id": "icourse163:2"}),
        ("http://localhost/resources/" + quote(AWKWARD, safe=""), {"id": AWKWARD}),
        ("http://localhost/search?q=%E9%AB%98%E6%95%B0&kind=course", {"q": "高数"}),
        ("http://localhost/search?q=13812345678", None),
        ("http://localhost/", None),
        ("https://elsewhere.example/search?q=x", None),
        ("http://[broken", None),
    ],
)
def test_where_a_reader_came_from_is_told_by_this_sites_pages_only(app: Flask, client: FlaskClient, home: Path, referer: str, came: dict[str, str] | None) -> None:
    open_page(client, "/resources/icourse163:1", Referer=referer)
    (event,) = noted(app, home)
    assert event.get("from") == came


@pytest.mark.parametrize(
    "headers",
    [
        {"User_Agent": "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"},
        {"User_Agent": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0 Safari/537.36"},
        {"User_Agent": "curl/8.5.0"},
        {"User_Agent": ""},
        {"Sec_Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X_Moz": "prefetch"},
        {"Cache_Control": "max-age=0"},
        {"Cache_Control": "no-cache"},
    ],
)
def test_machines_prefetching_and_reloading_are_not_counted(app: Flask, client: FlaskClient, home: Path, headers: dict[str, str]) -> None:
    for path in ("/resources/icourse163:1", "/search?q=高数", "/out/icourse163:1"):
        open_page(client, path, **headers)
    assert noted(app, home) == []


def test_looking_whether_a_page_is_there_is_no_view(app: Flask, client: FlaskClient, home: Path) -> None:
    assert open_page(client, "/resources/icourse163:1", method="HEAD") == 200
    assert open_page(client, "/resources/no:such") == 404
    assert open_page(client, "/resources/xuetangx:1") == 308  # leads to another page, which counts
    assert noted(app, home) == []


def test_a_search_is_noted_once_with_what_it_found(app: Flask, client: FlaskClient, home: Path) -> None:
    for path in ("/search?q=高等数学", "/search?q=高等数学&kind=course", "/search?q=zzzz不存在qq", "/search?q=高等数学 zzzz"):
        assert open_page(client, path) == 200
    events = sorted((e["q"], e["tab"], e["found"]) for e in noted(app, home))
    assert events == [("zzzz不存在qq", "", "none"), ("高等数学", "", "all"), ("高等数学", "course", "all"), ("高等数学 zzzz", "", "part")]


@pytest.mark.parametrize(
    "query",
    ["q=工程师&page=2", "q=工程师&degree=bachelor", "service=jobs", "q=%20", "q=13812345678", "q=张三 138 1234 5678", "q=me@example.org", "q=高数&colour=red",
     "q=zhangsan＠qq.com", "q=138.0013.8000", "q=138—0013—8000", "q=１３８００１３８０００", "q=(010) 6275-1234", "q=138 - 0013 - 8000"],
)  # fmt: skip
def test_narrowing_paging_and_what_may_be_somebodys_number_are_not_noted(app: Flask, client: FlaskClient, home: Path, query: str) -> None:
    open_page(client, "/search?" + query)
    assert noted(app, home) == []


def test_a_full_disk_or_a_missing_right_costs_counts_and_never_a_page(app: Flask, client: FlaskClient, home: Path) -> None:
    (home / "events").write_text("a file where the folder should be")
    assert open_page(client, "/resources/icourse163:1") == 200
    app.extensions["haoke.events"].flush()
    assert (home / "events").is_file()


# ── /out ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_out_leads_only_to_the_resources_own_links(app: Flask, client: FlaskClient, home: Path) -> None:
    for path, target in (("", "https://www.icourse163.org/course/1"), ("?n=0", "https://www.icourse163.org/course/1"), ("?n=1", "https://www.xuetangx.com/course/1")):
        answer = client.get("/out/icourse163:1" + path, headers={"User-Agent": FIREFOX})
        assert (answer.status_code, answer.location) == (302, target)
        assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Referrer-Policy"] == "strict-origin"
    assert [e["e"] for e in noted(app, home)] == ["out"] * 3


def test_a_resource_without_offers_leads_to_its_own_link_and_one_without_any_nowhere(client: FlaskClient) -> None:
    assert client.get("/out/" + quote(AWKWARD, safe="")).location == "https://example.org/a"
    assert client.get("/out/oer:hostile").status_code == 404  # its only offer is javascript:
    assert client.get("/out/oer:long").status_code == 404


@pytest.mark.parametrize(("query", "status"), [("n=2", 404), ("n=9999", 404), ("n=-1", 400), ("n=x", 400), ("n=１", 400), ("n=99999999999", 400), ("n=https://evil.example", 400)])
def test_out_answers_nothing_else(client: FlaskClient, query: str, status: int) -> None:
    assert client.get("/out/icourse163:1?" + query).status_code == status
    assert client.get("/out/https://evil.example").status_code == 404


def test_a_line_that_a_full_disk_cut_off_takes_no_other_along(tmp_path: Path) -> None:
    path = tmp_path / "2026-03-01.here-1.jsonl"
    path.write_bytes(b'{"n": 1}\n{"n": 2, "te')
    assert append(path, b'{"n": 3}\n', 1_000)
    (piece,) = pieces(tmp_path, {})
    assert list(piece.records) == [{"n": 1}, {"n": 3}]


def test_half_a_character_ends_no_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAOKE_HOME", str(tmp_path))
    kept = Journal("events", most=200)
    kept.add({"q": "\ud800"})
    kept.add({"q": "会计"})
    kept.flush()
    (piece,) = pieces(tmp_path / "events", {})
    assert list(piece.records) == [{"q": "会计"}]


def test_the_buttons_of_a_page_lead_out_and_say_where(client: FlaskClient) -> None:
    page = client.get("/resources/icourse163:1").text
    assert 'href="/out/icourse163:1"' in page and 'href="/out/icourse163:1?n=1"' in page
    assert "icourse163.org" in page and "xuetangx.com" in page


# ── the journal ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_journal_writes_by_itself_and_bounds_a_day(home: Path) -> None:
    kept = Journal("events", most=200, wait=0.05, clock=NOON.timestamp)
    kept.add({"e": "view", "id": "a:1"})
    path = journal.file_of("events", NOON.timestamp())
    for _ in range(100):
        if path.is_file():
            break
        subprocess.run(["sleep", "0.05"], check=True)
    assert path.read_text(encoding="utf-8") == '{"e":"view","id":"a:1"}\n'
    for number in range(50):
        kept.add({"e": "view", "id": f"a:{number}"})
    kept.flush()
    assert path.stat().st_size <= 200


def test_what_a_process_took_is_written_when_it_ends(home: Path) -> None:
    code = "from catalog.journal import Journal; Journal('events', most=1000, wait=60).add({'e': 'view', 'id': 'a:1'})"
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | {"HAOKE_HOME": str(home)}, timeout=60)
    (path,) = home.glob("events/*.jsonl")
    assert path.read_text(encoding="utf-8").count("\n") == 1


# ── the rollup ─────────────────────────────────────────────────────────────────────────────────────────────────────
def note(home: Path, event: dict[str, Any], *, hours_ago: int = 0, times: int = 1, process: str = "web-1") -> None:
    """Notes an event as a web process would have, some hours before NOON."""
    at = NOON - timedelta(hours=hours_ago)
    path = home / "events" / f"{at.date().isoformat()}.{process}.jsonl"
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write((json.dumps({"h": at.hour, **event}, ensure_ascii=False) + "\n") * times)


def view(id: str, **more: Any) -> dict[str, Any]:
    return {"e": "view", "id": id, "kind": "course", "service": "higher", **more}


def asked(query: str, found: str = "all", tab: str = "") -> dict[str, Any]:
    return {"e": "search", "q": query, "tab": tab, "found": found}


def told(home: Path, name: str) -> list[list[str]]:
    return [line.split("\t") for line in (home / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def hot(home: Path, kind: str = "course") -> dict[str, float]:
    return dict(json.loads((home / "hot.json").read_text(encoding="utf-8"))["kind"].get(kind, []))


def test_a_click_that_leads_out_counts_as_three_views_and_all_halve_in_a_week(home: Path) -> None:
    for hour in range(SEEN):
        note(home, view("a:1"), hours_ago=hour)
        note(home, {**view("a:2"), "e": "out"}, hours_ago=hour)
        note(home, view("a:3"), hours_ago=7 * 24 + hour)
    rollup(NOON.timestamp)
    scores = hot(home)
    assert list(scores) == ["a:2", "a:1", "a:3"]
    assert scores["a:2"] == pytest.approx(3 * scores["a:1"], rel=1e-3) and scores["a:3"] == pytest.approx(scores["a:1"] / 2, rel=1e-3)


def test_nothing_is_told_that_few_hours_have_seen(home: Path) -> None:
    for hour in range(FLOOR):
        note(home, asked("高等数学"), hours_ago=hour)
        note(home, asked("火星语", "none"), hours_ago=hour)
        note(home, view("a:1", **{"from": {"id": "a:2"}}), hours_ago=hour)
        if hour < FLOOR - 1:
            note(home, asked("我的名字"), hours_ago=hour, times=50)
            note(home, asked("我的病", "none"), hours_ago=hour, times=50)
            note(home, view("a:3", **{"from": {"id": "a:4"}}), hours_ago=hour, times=50)
    note(home, view("a:5"), times=500)
    figures = rollup(NOON.timestamp)
    assert (figures["queries"], figures["missing"], figures["opened"]) == (1, 1, 1)
    assert told(home, "queries.tsv") == [["高等数学", "5"]]
    assert told(home, "missing.tsv") == [["火星语", "5", "", "none"]]
    assert told(home, "opened.tsv") == [["a:1", "a:2", "5"]]
    assert "a:5" not in hot(home)


def test_results_opened_from_one_query_belong_together(home: Path) -> None:
    for hour in range(FLOOR):
        note(home, view("a:1", **{"from": {"q": "微积分"}}), hours_ago=hour, times=3)
        note(home, view("a:2", **{"from": {"q": " 微积分 "}}), hours_ago=hour)
        note(home, view("a:3", **{"from": {"q": "线性代数"}}), hours_ago=hour)
    rollup(NOON.timestamp)
    assert told(home, "opened.tsv") == [["a:1", "a:2", "5"]]


def test_a_file_is_counted_once_and_what_is_added_to_it_too(home: Path) -> None:
    for hour in range(FLOOR):
        note(home, asked("高等数学"), hours_ago=hour)
    assert rollup(NOON.timestamp)["events"] == FLOOR
    assert rollup(NOON.timestamp)["events"] == 0
    assert told(home, "queries.tsv") == [["高等数学", "5"]]
    note(home, asked("高等数学"))
    half = (home / "events" / "2026-11-21.web-1.jsonl").open("a", encoding="utf-8")
    with half:
        half.write('{"h": 12, "e": "sea')  # a process is writing
    assert rollup(NOON.timestamp)["events"] == 1
    assert told(home, "queries.tsv") == [["高等数学", "6"]]
    with (home / "events" / "2026-11-21.web-1.jsonl").open("a", encoding="utf-8") as rest:
        rest.write('rch", "q": "高等数学", "tab": "", "found": "all"}\nno record\n[1]\n')
    assert rollup(NOON.timestamp)["events"] == 1
    assert told(home, "queries.tsv") == [["高等数学", "7"]]


def test_a_rollup_killed_before_its_files_are_written_makes_them_the_next_time(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for hour in range(FLOOR):
        note(home, asked("高等数学"), hours_ago=hour)
    (home / "hot.json").mkdir()  # the first of the files can't be put in its place
    with pytest.raises(Exception, match=r"hot\.json"):
        rollup(NOON.timestamp)
    (home / "hot.json").rmdir()
    assert rollup(NOON.timestamp)["events"] == 0
    assert told(home, "queries.tsv") == [["高等数学", "5"]] and not list(home.glob("*.part"))


def test_old_events_are_deleted_and_old_counts_forgotten(home: Path) -> None:
    for hour in range(FLOOR):
        note(home, asked("高等数学"), hours_ago=hour)
        note(home, asked("很久以前"), hours_ago=31 * 24 + hour)
    assert rollup(NOON.timestamp)["removed"] >= 1
    assert told(home, "queries.tsv") == [["高等数学", "5"]]
    later = (NOON + timedelta(days=31)).timestamp()
    rollup(lambda: later)
    assert told(home, "queries.tsv") == [] and not list(home.glob("events/*.jsonl"))
    assert json.loads((home / "events" / "rollup.json").read_text(encoding="utf-8"))["tables"]["queries"] == {}


def test_blocked_words_are_not_told_and_a_file_of_somebodys_own_stays(home: Path) -> None:
    for hour in range(FLOOR):
        note(home, asked("高等数学"), hours_ago=hour)
        note(home, asked("博彩 高等数学"), hours_ago=hour)
    (home / "blocked.txt").write_text("# words\n博彩\n", encoding="utf-8")
    rollup(NOON.timestamp)
    assert told(home, "queries.tsv") == [["高等数学", "5"]]
    (home / "queries.tsv").write_text("浮力\t9\n", encoding="utf-8")
    assert rollup(NOON.timestamp)["kept"] == ["queries.tsv"]
    assert popular_queries()[0] == [("浮力", 9.0)]


def test_lines_that_nobody_should_have_written_are_passed_over(home: Path) -> None:
    for event in ({"e": "view"}, {"e": "view", "id": "a\tb"}, {"e": "view", "id": 7}, {"e": "search", "q": ""}, {"e": "boom"}, {"h": 99, **view("a:1")}, {"from": "x", **view("a:1")}):
        note(home, event)
    assert rollup(NOON.timestamp)["events"] == 0


def test_the_command_line_tells_what_it_counted(home: Path) -> None:
    note(home, view("a:1"))
    done = CliRunner().invoke(cli.main, ["rollup", "--json"])
    assert done.exit_code == 0 and json.loads(done.stdout)["hot"] == 0
    (home / "events" / "rollup.json").write_text("{", encoding="utf-8")
    broken = CliRunner().invoke(cli.main, ["rollup"])
    assert broken.exit_code == 1 and "rollup.json" in broken.stderr and "remove it" in broken.stderr


# ── hot lists ──────────────────────────────────────────────────────────────────────────────────────────────────────
def list_hot(home: Path, **lists: dict[str, list[str]]) -> None:
    body = {"made": "", "kind": {}, "service": {}} | {by: {v: [[id, 1.0] for id in ids] for v, ids in values.items()} for by, values in lists.items()}
    (home / "hot.json").write_text(json.dumps(body), encoding="utf-8")


def test_without_events_a_list_goes_by_the_sources_figures_or_by_date(engine: Engine, home: Path) -> None:
    course, job = hot_lists(engine, "kind", ("course", "job", "article"), 5)  # of two articles there is no list
    assert (course.basis, job.basis) == ("popular", "newest")
    assert [hit.resource["popularity"] for hit in course.hits] == sorted((hit.resource["popularity"] for hit in course.hits), reverse=True)


def test_what_is_opened_comes_first_and_what_is_gone_or_over_is_passed_over(engine: Engine, home: Path) -> None:
    list_hot(home, service={"higher": ["gone:1", "xuetangx:3", "icourse163:3", "icourse163:2", "icourse163:1"]})
    (higher,) = hot_lists(engine, "service", ("higher",), 5)
    assert higher.basis == "opened" and [hit.id for hit in higher.hits] == ["icourse163:3", "icourse163:2", "icourse163:1"]
    list_hot(home, service={"higher": ["gone:1", "icourse163:3"]})
    assert hot_lists(engine, "service", ("higher",), 5)[0].basis == "popular"


def test_a_damaged_list_is_no_list(engine: Engine, home: Path) -> None:
    (home / "hot.json").write_text("{]", encoding="utf-8")
    assert hot_lists(engine, "kind", ("course",), 5)[0].basis == "popular"


def test_the_hot_page_and_home_say_what_a_list_goes_by(client: FlaskClient, home: Path) -> None:
    list_hot(home, kind={"course": [f"icourse163:{n}" for n in (2, 3, 1)]})
    page = client.get("/hot").text
    assert "大家在看" in page and page.index("C++程序设计") < page.index("经济学原理") < page.index("高等数学（一）")
    assert "最新发布" in page and "参加人数最多" in client.get("/").text


def test_home_shows_what_people_ask_once_many_do(client: FlaskClient, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(answers.ENDPOINTS, "home.front", -1.0)
    assert "试试" in client.get("/").text
    (home / "queries.tsv").write_text("浮力\t3\n高数\t9\n<b>\t5\n猫\t4\n", encoding="utf-8")
    page = client.get("/").text
    assert "大家在搜" in page and page.index(">高数<") < page.index("&lt;b&gt;") < page.index(">浮力<") and "<b><" not in page
