"""Reports: a plain form takes them, nobody is asked who they are, the operators list and close them."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import cli
from catalog import reports
from catalog.errors import BadRequest
from tests.test_web_pages import Page
from tests.web_sample import AWKWARD
from web.report import LARGEST, MOST, TRAP, Limit

JOB = "/report/ncss:1"


def send(client: FlaskClient, path: str = JOB, headers: dict[str, str] | None = None, **form: str) -> TestResponse:
    return client.post(path, data=form, headers=headers)


def test_each_resource_leads_to_its_form(client: FlaskClient) -> None:
    for id in ("ncss:1", AWKWARD):
        path = "/report/" + quote(id, safe=":")
        assert f'href="{path}"' in client.get("/resources/" + quote(id, safe="")).text
        page = Page(client.get(path).text)
        assert {a["value"] for a in page.all("input", type="radio")} == set(reports.PROBLEMS)
        assert page.all("form", method="post")[0]["action"] == path
        assert page.all("meta", name="robots")[0]["content"] == "noindex"


def test_a_report_is_kept_and_thanked_for_on_a_page_of_its_own(client: FlaskClient, home: Path) -> None:
    answer = send(client, problem="fake", note="要先交\r\n报名费\x1b[31m")
    assert (answer.status_code, answer.location) == (303, JOB + "?sent")
    assert "谢谢" in client.get(answer.location).text
    (row,) = reports.listed()
    assert (row.id, row.problems, row.count, row.notes, row.done) == ("ncss:1", {"fake": 1}, 1, ["要先交 报名费[31m"], False)
    (path,) = home.glob("reports/*.jsonl")
    assert set(json.loads(path.read_text(encoding="utf-8"))) == {"at", "id", "title", "problem", "note"}
    assert "Set-Cookie" not in answer.headers and client.get(JOB).headers["Cache-Control"] == "no-store"


def test_a_merged_id_reports_its_resource(client: FlaskClient) -> None:
    assert send(client, "/report/xuetangx:1", problem="dead").location == "/report/icourse163:1?sent"
    assert [row.id for row in reports.listed()] == ["icourse163:1"]


@pytest.mark.parametrize(("form", "word"), [({}, "请选择"), ({"problem": "boring"}, "请选择"), ({"problem": "dead", "note": "长" * 501}, "最多 500 字")])
def test_what_is_missing_is_said_and_nothing_typed_is_lost(client: FlaskClient, form: dict[str, str], word: str) -> None:
    answer = send(client, **({"note": "我写的话"} | form))
    page = Page(answer.text)
    assert answer.status_code == 400 and word in page.words and form.get("note", "我写的话") in page.words
    assert reports.listed() == []


def test_notes_are_text_and_never_markup(client: FlaskClient) -> None:
    text = send(client, problem="boring", note="</textarea><script>alert(1)</script>").text
    assert "<script>alert" not in text and "</textarea><script>" not in text


def test_machines_other_sites_and_floods_are_kept_out(app: Flask, client: FlaskClient) -> None:
    assert send(client, problem="dead", **{TRAP: "http://spam.example"}).status_code == 303
    assert send(client, problem="dead", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert send(client, problem="dead", note="x" * (LARGEST + 1)).status_code == 413
    assert reports.listed() == []
    for _ in range(MOST):
        assert send(client, problem="dead").status_code == 303
    refused = send(client, problem="dead", note="等一等")
    assert refused.status_code == 429 and refused.headers["Retry-After"] == "60" and "等一等" in refused.text
    assert reports.listed()[0].count == MOST


def test_the_limit_opens_again_after_a_minute() -> None:
    now = 0.0
    limit = Limit(2, clock=lambda: now)
    assert [limit.open(), limit.open(), limit.open()] == [True, True, False]
    now = 60.0
    assert limit.open()


def test_a_report_that_can_not_be_kept_is_not_thanked_for(client: FlaskClient, home: Path) -> None:
    (home / "reports").write_text("a file where the folder should be")
    answer = send(client, problem="dead", note="打不开")
    assert answer.status_code == 503 and "没能记录下来" in answer.text and "打不开" in answer.text


def test_nothing_is_reported_of_what_is_not_there(client: FlaskClient) -> None:
    assert client.get("/report/no:such").status_code == 404 and send(client, "/report/no:such", problem="dead").status_code == 404


def test_the_most_often_reported_comes_first_and_done_ones_leave_until_the_next(home: Path) -> None:
    now = 1_800_000_000.0
    for id, problem in (("a:1", "dead"), ("a:2", "fake"), ("a:2", "wrong"), ("a:2", "fake")):
        reports.add(id, f"标题 {id}", problem, "", clock=lambda: now)
    assert [(row.id, row.problems) for row in reports.listed()] == [("a:2", {"fake": 2, "wrong": 1}), ("a:1", {"dead": 1})]
    assert reports.finish("a:2", clock=lambda: now + 1) == 3
    assert [row.id for row in reports.listed()] == ["a:1"]
    assert [(row.id, row.done) for row in reports.listed(everything=True)] == [("a:1", False), ("a:2", True)]
    reports.add("a:2", "标题 a:2", "dead", "又坏了", clock=lambda: now + 2)
    assert [(row.id, row.count, row.notes) for row in reports.listed()] == [("a:1", 1, []), ("a:2", 1, ["又坏了"])]
    with pytest.raises(BadRequest, match="no open reports"):
        reports.finish("a:3")


def test_the_command_line_lists_and_closes(home: Path) -> None:
    reports.add("a:1", "线性代数", "dead", "404")
    shown = CliRunner().invoke(cli.main, ["reports"])
    assert shown.exit_code == 0 and "a:1  线性代数" in shown.stdout and "1 dead" in shown.stdout and "· 404" in shown.stdout
    assert json.loads(CliRunner().invoke(cli.main, ["reports", "--json"]).stdout)[0]["problems"] == {"dead": 1}
    assert CliRunner().invoke(cli.main, ["reports", "done", "a:1"]).exit_code == 0
    none = CliRunner().invoke(cli.main, ["reports"])
    assert none.stdout == "" and "nothing is reported" in none.stderr
    assert "done" in CliRunner().invoke(cli.main, ["reports", "--all"]).stdout
    assert CliRunner().invoke(cli.main, ["reports", "done", "a:1"]).exit_code == 2


def test_a_damaged_note_of_what_is_done_is_said(home: Path) -> None:
    reports.add("a:1", "线性代数", "dead", "")
    (home / "reports" / "done.json").write_text("[", encoding="utf-8")
    failed = CliRunner().invoke(cli.main, ["reports"])
    assert failed.exit_code == 1 and "done.json" in failed.stderr
