"""The command line over a small catalogue: what is printed, what is written, how it exits (0 success, 2 usage, 1 failure)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import cli
from catalog.store import Store

ROOT = Path(__file__).resolve().parent.parent
Haoke = Callable[..., Result]

COURSES = """no,name,college,lecturer,link,enrolled
1,高等数学（上）,北京大学,张一,https://example.edu.cn/1,5210
2,线性代数,清华大学,李二,https://example.edu.cn/2,3100
3,大学英语听说,北京大学,王三,https://example.edu.cn/3,900
4,程序设计基础：C++,浙江大学,赵四,https://example.edu.cn/4,8800
"""
MAPPING = """source = "college"
kind = "course"
platform = "校内课程平台"
[fields]
id = "no"
title = "name"
school = "college"
teacher = "lecturer"
url = "link"
popularity = "enrolled"
"""


@pytest.fixture
def haoke(tmp_path: Path) -> Haoke:
    """Runs a command line in an empty HAOKE_HOME; an unexpected exception fails the test."""

    def run(*arguments: str, **environment: str) -> Result:
        env = {"HAOKE_HOME": str(tmp_path / "home"), "HAOKE_ENGINE": "embedded:"} | environment
        return CliRunner().invoke(cli.main, arguments, env=env, catch_exceptions=False)

    return run


@pytest.fixture
def table(tmp_path: Path) -> tuple[str, ...]:
    """The arguments that ingest four courses."""
    (tmp_path / "courses.csv").write_text(COURSES, encoding="utf-8")
    (tmp_path / "courses.toml").write_text(MAPPING, encoding="utf-8")
    return ("ingest", "table", str(tmp_path / "courses.csv"), "--mapping", str(tmp_path / "courses.toml"))


@pytest.fixture
def filled(haoke: Haoke, table: tuple[str, ...]) -> Haoke:
    """With four courses ingested and indexed."""
    assert haoke(*table).exit_code == 0
    assert haoke("reindex").exit_code == 0
    return haoke


def answer(result: Result) -> Any:
    """The one JSON value that a successful command printed."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(result: Result, code: int, *words: str) -> None:
    """The command failed with `code`, said why in one line that names every one of `words`, and printed nothing else."""
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    for word in words:
        assert word in result.stderr, result.stderr


# ── help and usage ─────────────────────────────────────────────────────────────────────────────────────────────────
def commands() -> list[str]:
    """Every command with its subcommands, as typed."""
    found = []
    for name, command in cli.main.commands.items():
        found.append(name)
        if isinstance(command, click.Group):
            found += [f"{name} {sub}" for sub in command.commands]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_and_option_explains_itself(haoke: Haoke, command: str) -> None:
    shown = haoke(*command.split(), "--help")
    assert shown.exit_code == 0
    found: click.Command = cli.main
    for part in command.split():
        assert isinstance(found, click.Group)
        found = found.commands[part]
    assert found.help
    assert all(p.help for p in found.params if isinstance(p, click.Option))


@pytest.mark.parametrize("arguments", [("nonsense",), ("ingest", "table"), ("search",), ("search", "x", "--size", "many"), ("search", "x", "-f", "stage")])
def test_wrong_usage_exits_2_and_shows_the_usage(haoke: Haoke, arguments: tuple[str, ...]) -> None:
    refused(haoke(*arguments), 2, "Usage:")


def test_the_version_is_printed(haoke: Haoke) -> None:
    assert haoke("--version").stdout.startswith("haoke, version ")


def test_sources_lists_every_source_with_what_it_reads(haoke: Haoke) -> None:
    rows = answer(haoke("sources", "--json"))
    assert {"table", "smartedu-k12", "icourse163", "ncss"} <= {row["name"] for row in rows}
    assert all(row.keys() == {"name", "about"} and row["about"] for row in rows)
    assert all(row["name"] in haoke("sources").stdout for row in rows)


# ── ingest ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_ingest_ends_with_its_ten_figures(haoke: Haoke, table: tuple[str, ...]) -> None:
    first = answer(haoke(*table, "--json"))
    assert list(first) == ["run", "source", "rows", "created", "updated", "unchanged", "merged", "rejected", "incomplete", "seconds"]
    assert first["source"] == "table" and isinstance(first["run"], int)
    assert (first["rows"], first["created"], first["incomplete"]) == (4, 4, False)
    again = answer(haoke(*table, "--json"))
    assert (again["created"], again["unchanged"]) == (0, 4)
    assert again["run"] > first["run"]


def test_a_row_that_fails_is_counted_and_the_sum_still_holds(haoke: Haoke, table: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "courses.csv").write_text(COURSES + "5,,北京大学,无,https://example.edu.cn/5,1\n", encoding="utf-8")
    figures = answer(haoke(*table, "--json"))
    assert figures["rejected"] == 1
    assert figures["rows"] == sum(figures[k] for k in ("created", "updated", "unchanged", "merged", "rejected")) == 5
    told = haoke(*table)
    assert told.exit_code == 0 and "haoke doctor" in told.stderr
    assert any("title" in finding["what"] for finding in json.loads(haoke("doctor", "--json").stdout))


def test_a_dry_run_shows_the_same_figures_and_writes_nothing(haoke: Haoke, table: tuple[str, ...], tmp_path: Path) -> None:
    would = answer(haoke(*table, "--dry-run", "--json"))
    assert (would["run"], would["rows"], would["created"]) == (None, 4, 4)
    with Store.open(tmp_path / "home") as store:
        assert (store.size(), store.sequence(), list(store.runs())) == (0, 0, [])
    assert answer(haoke(*table, "--json"))["created"] == 4


def test_an_unknown_source_names_the_known_ones(haoke: Haoke) -> None:
    refused(haoke("ingest", "nonsense", "x"), 2, "nonsense", "table", "smartedu-k12")


def test_a_table_without_a_mapping_says_how_to_give_one(haoke: Haoke, table: tuple[str, ...]) -> None:
    refused(haoke(*table[:3]), 2, "--mapping")


def test_a_mapping_that_does_not_fit_names_the_field(haoke: Haoke, table: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "courses.toml").write_text(MAPPING.replace("teacher =", "techer ="), encoding="utf-8")
    refused(haoke(*table), 2, "techer", "did you mean teacher")
    (tmp_path / "courses.toml").write_text(MAPPING.replace('"lecturer"', '"docent"'), encoding="utf-8")
    refused(haoke(*table), 2, "docent")


def test_a_location_that_is_not_there_fails_by_name(haoke: Haoke, table: tuple[str, ...]) -> None:
    refused(haoke("ingest", "table", "/nowhere/at/all.csv", *table[3:]), 1, "/nowhere/at/all.csv")


# ── index and generations ──────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("arguments", [("search", "高数"), ("index",), ("explain", "高数")])
def test_before_the_first_index_every_question_says_reindex(haoke: Haoke, table: tuple[str, ...], arguments: tuple[str, ...]) -> None:
    haoke(*table)
    refused(haoke(*arguments), 1, "haoke reindex")


def test_doctor_exits_1_while_no_index_answers(haoke: Haoke, table: tuple[str, ...]) -> None:
    haoke(*table)
    found = haoke("doctor", "--json")
    assert found.exit_code == 1
    worst = [f for f in json.loads(found.stdout) if f["level"] == "error"]
    assert worst and all(f.keys() == {"level", "what", "remedy"} for f in worst) and "haoke reindex" in worst[0]["remedy"]


def test_status_has_its_five_keys_and_counts_what_is_pending(haoke: Haoke, table: tuple[str, ...]) -> None:
    haoke(*table)
    before = answer(haoke("status", "--json"))
    assert list(before) == ["engine", "generation", "sequence", "pending", "documents"]
    assert (before["generation"], before["sequence"], before["pending"], before["documents"]) == (None, 4, 4, {"course": 4})
    built = answer(haoke("reindex", "--json"))
    assert (built["documents"], built["sequence"]) == (4, 4)
    after = answer(haoke("status", "--json"))
    assert (after["generation"], after["pending"]) == (built["generation"], 0)
    assert built["generation"] in haoke("status").stdout


def test_index_applies_only_what_changed(filled: Haoke, table: tuple[str, ...], tmp_path: Path) -> None:
    assert answer(filled("index", "--json")) == {"from": 4, "to": 4}
    changed = COURSES.replace("线性代数", "线性代数（荣誉）") + "5,量子力学,北京大学,孙五,https://example.edu.cn/5,70\n"
    (tmp_path / "courses.csv").write_text(changed, encoding="utf-8")
    figures = answer(filled(*table, "--json"))
    assert (figures["created"], figures["updated"], figures["unchanged"]) == (1, 1, 3)
    assert answer(filled("status", "--json"))["pending"] == 2
    assert answer(filled("search", "量子力学", "--json"))["total"] == 0
    assert answer(filled("index", "--json")) == {"from": 4, "to": 6}
    assert [h["id"] for h in answer(filled("search", "量子力学", "--json"))["hits"]] == ["college:5"]
    assert "荣誉" in filled("search", "线性代数").stdout


def test_a_generation_can_be_rolled_back_and_deleted(filled: Haoke) -> None:
    first = answer(filled("generations", "--json"))[0]["name"]
    second = answer(filled("reindex", "--json"))["generation"]
    assert {g["name"]: g["state"] for g in answer(filled("generations", "--json"))} == {first: "previous", second: "active"}
    assert filled("generations", "activate", first).exit_code == 0
    assert answer(filled("search", "高等数学", "--json"))["generation"] == first
    refused(filled("generations", "delete", first), 1, first)
    assert filled("generations", "delete", second).exit_code == 0
    assert [g["name"] for g in answer(filled("generations", "--json"))] == [first]
    refused(filled("generations", "activate", "no-such-one"), 1, "no-such-one")


# ── search, explain, evaluate ──────────────────────────────────────────────────────────────────────────────────────
def test_search_prints_what_the_api_answers(filled: Haoke) -> None:
    found = answer(filled("search", "高等数学", "--json"))
    assert list(found) == ["total", "relation", "took_ms", "partial", "generation", "interpretation", "hits", "facets", "suggestion", "next", "ladder", "others"]
    assert (found["total"], found["hits"][0]["id"], found["hits"][0]["title"]) == (1, "college:1", "高等数学（上）")
    assert found["interpretation"].keys() == {"text", "concepts", "residual", "relaxed"}
    plain = filled("search", "高等数学").stdout
    assert "高等数学（上）" in plain and "college:1" in plain


def test_filters_narrow_by_code_label_or_alias_and_repeat_for_or(filled: Haoke) -> None:
    def ids(*pairs: str) -> set[str]:
        options = [part for pair in pairs for part in ("-f", pair)]
        return {h["id"] for h in answer(filled("search", "", *options, "--json"))["hits"]}

    assert ids("school=北京大学") == ids("school=北大") == {"college:1", "college:3"}
    assert ids("school=北大", "school=清华大学") == {"college:1", "college:2", "college:3"}
    assert ids("school=北大", "service=higher") == {"college:1", "college:3"}
    assert ids("school=北大", "kind=job") == set()
    assert len(answer(filled("search", "", "--kind", "课程", "--size", "2", "--json"))["hits"]) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-f", "nonsense=1"), ("nonsense", "stage", "region")),
        (("-f", "stage=火星"), ("火星", "did you mean")),
        (("--kind", "lessn"), ("lessn", "did you mean")),
        (("--sort", "best"), ("best", "relevance", "newest", "popular")),
        (("--size", "101"), ("101", "100")),
        (("--page", "0"), ("page",)),
        (("--page", "1000", "--size", "100"), ("10000",)),
    ],
)
def test_what_can_t_be_asked_exits_2_and_names_what_can(filled: Haoke, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    refused(filled("search", "x", *arguments), 2, *words)


def test_an_over_long_query_is_refused_with_the_limit(filled: Haoke) -> None:
    refused(filled("search", "数" * 301), 2, "301", "300")


def test_explain_gives_every_hit_its_signals(filled: Haoke) -> None:
    report = answer(filled("explain", "高等数学", "--json"))
    assert report["hits"][0]["id"] == "college:1"
    best = report["hits"][0]
    parts = [value for name, value in best["signals"].items() if not name.startswith("prior:")]
    assert sum(parts) * best["prior"] == pytest.approx(best["score"], rel=0.01)
    assert "college:1" in filled("explain", "高等数学").stdout
    assert answer(filled("explain", "高等数学", "college:1", "--json"))["hits"]


def test_evaluate_scores_a_file_and_names_a_bad_line(filled: Haoke, tmp_path: Path) -> None:
    judged = tmp_path / "judged.jsonl"
    line = {"qid": "a", "class": "title", "source": "college", "kind": "course", "q": "高等数学", "metric": "mrr@10", "gold": ["1"]}
    wrong = line | {"qid": "b", "q": "线性代数", "gold": ["99"]}
    judged.write_text(json.dumps(line) + "\n\n" + json.dumps(wrong) + "\n", encoding="utf-8")
    report = answer(filled("evaluate", str(judged), "--json"))
    assert report["overall"] == {"n": 2, "score": 0.5}
    assert [q["score"] for q in report["queries"]] == [1.0, 0.0]
    assert "title" in filled("evaluate", str(judged)).stdout
    judged.write_text(json.dumps(line) + "\n{not json\n", encoding="utf-8")
    refused(filled("evaluate", str(judged)), 2, "2")
    refused(filled("evaluate", str(tmp_path / "nowhere.jsonl")), 2, "nowhere.jsonl")


# ── state and machine ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("command", [("status",), ("doctor",), ("ingest", "sample-jobs", "3"), ("reindex",)])
def test_a_home_that_can_t_be_made_fails_by_name(haoke: Haoke, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "file").write_text("in the way")
    blocked = str(tmp_path / "file" / "home")  # holds for root too, whom no permission stops
    refused(haoke(*command, HAOKE_HOME=blocked), 1, blocked)


def test_an_unknown_engine_names_the_known_ones(filled: Haoke) -> None:
    refused(filled("search", "x", HAOKE_ENGINE="oracle://db"), 2, "oracle", "embedded")


def test_backup_copies_the_catalogue(filled: Haoke, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    assert filled("backup", str(tmp_path / "copy" / "catalog.sqlite")).exit_code == 0
    assert answer(filled("status", "--json", HAOKE_HOME=str(tmp_path / "copy")))["documents"] == {"course": 4}


def test_a_reader_that_has_enough_is_no_error(filled: Haoke, tmp_path: Path) -> None:
    env = os.environ | {"HAOKE_HOME": str(tmp_path / "home"), "PYTHONUNBUFFERED": "1"}
    reader = subprocess.run(
        ["bash", "-c", f'"{sys.executable}" cli.py search "" --size 100 | true; echo "${{PIPESTATUS[0]}}"'],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in reader.stderr
    assert reader.stdout.strip() == "0"


def test_progress_tells_the_rate_since_the_first_batch_and_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the first batch a whole table is looked through, which may take a minute."""
    clock = iter([0.0, 60.0, 60.0, 63.0, 63.0, 70.0, 70.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    with cli.progress("ingest") as report:
        report(2_000, 100_000)
        report(5_000, 100_000)
        report(12_000, 100_000)
    assert capsys.readouterr().err == "ingest: 5,000 of 100,000, 1,000 a second, 95 s left\ningest: 12,000 of 100,000, 1,000 a second, 88 s left\n"


def test_progress_on_a_terminal_shows_rate_and_time_left(table: tuple[str, ...], tmp_path: Path) -> None:
    import pty

    (tmp_path / "courses.csv").write_text(COURSES.splitlines()[0] + "".join(f"\n{n}{',课程' * COURSES.splitlines()[0].count(',')}" for n in range(4_500)), encoding="utf-8")
    ours, theirs = pty.openpty()
    child = subprocess.Popen([sys.executable, "-m", "cli", *table], stderr=theirs, stdout=subprocess.DEVNULL, env=os.environ | {"HAOKE_HOME": str(tmp_path / "own"), "TERM": "xterm", "COLUMNS": "120"})
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # so Linux tells that the other end is closed
        while part := os.read(ours, 65536):
            shown += part
    os.close(ours)
    assert child.wait() == 0
    assert b"4500/4500" in shown and b" a second" in shown and b"0:00:00" in shown
