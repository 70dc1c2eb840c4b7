"""Subscribers are told once what is new in their searches, in messages that a mailer reads; one bad line harms nobody else."""

from __future__ import annotations

import email
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

import cli
from catalog.errors import StoreError
from catalog.resource import Resource
from indexer.document import to_document
from indexer.engine import Engine
from tests.web_sample import build, records
from web import digest

SITE = "https://haoke.example.cn"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = build(tmp_path / "index", records())
    yield made
    made.close()


def subscribe(home: Path, *lines: str) -> None:
    (home / digest.FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def add(engine: Engine, *titles: str) -> None:
    """More jobs in the active generation, with dates long past: an old ad that comes in late is new to readers."""
    more = [Resource(id=f"late:{title}", kind="job", service="jobs", source=("late",), title=title, degree=("bachelor",), published="2020-01-01") for title in titles]
    active = engine.active()
    assert active
    with engine.writer(active.name) as writer:
        writer.add(to_document(r, 1.0) for r in more)
        writer.commit(sequence=active.sequence + len(more))


def messages(out: Path) -> dict[str, EmailMessage]:
    """Address → message, as a mailer reads them."""
    found = [email.message_from_bytes(p.read_bytes(), policy=default) for p in sorted(out.glob("*.eml"))]
    return {str(m["To"]): m for m in found}  # type: ignore[misc]  # typeshed: a message by policy may be any Message


def test_a_hit_is_told_once_and_what_was_there_before_is_not(engine: Engine, tmp_path: Path) -> None:
    subscribe(tmp_path, f"a@example.cn\t{SITE}/search?q=护士&degree=本科", "b@example.cn\tkind=course")
    first = digest.run(engine, tmp_path, tmp_path / "out", SITE)
    assert (first["subscriptions"], first["messages"]) == (2, 0) and not (tmp_path / "out").exists()
    add(engine, "夜班护士", "面点师")
    second = digest.run(engine, tmp_path, tmp_path / "out", SITE + "/")
    assert (second["messages"], second["new"]) == (1, 1)
    (mail,) = messages(tmp_path / "out").values()
    text = mail.get_content()
    assert mail["To"] == "a@example.cn" and "1 条新内容" in mail["Subject"] and mail["Auto-Submitted"] == "auto-generated"
    assert "夜班护士" in text and f"{SITE}/resources/late:%E5%A4%9C" in text and "面点师" not in text and f"{SITE}/search?q=" in text
    assert digest.run(engine, tmp_path, tmp_path / "out", SITE)["messages"] == 0


def test_several_searches_of_one_person_make_one_message(engine: Engine, tmp_path: Path) -> None:
    subscribe(tmp_path, "a@example.cn\tq=护士", "a@example.cn\tq=面点师", "b@example.cn\tq=面点师", "b@example.cn\t?q=面点师")
    assert digest.run(engine, tmp_path, tmp_path / "out", SITE)["subscriptions"] == 3
    add(engine, "夜班护士", "面点师")
    digest.run(engine, tmp_path, tmp_path / "out", SITE)
    found = messages(tmp_path / "out")
    assert found.keys() == {"a@example.cn", "b@example.cn"}
    assert "夜班护士" in found["a@example.cn"].get_content() and "面点师" in found["a@example.cn"].get_content()


def test_what_only_resembles_the_search_is_not_told(engine: Engine, tmp_path: Path) -> None:
    subscribe(tmp_path, "a@example.cn\tq=护士 zzzz不存在qq")
    digest.run(engine, tmp_path, tmp_path / "out", SITE)
    add(engine, "夜班护士")
    assert digest.run(engine, tmp_path, tmp_path / "out", SITE)["messages"] == 0


def test_a_bad_line_is_named_and_the_others_are_served(engine: Engine, tmp_path: Path) -> None:
    subscribe(tmp_path, "# ours", "", "nobody\tq=护士", "a@example.cn\tcolour=red", "a@example.cn>\r\nBcc: x@example.cn\tq=护士", "b@example.cn\tq=护士")
    report = digest.run(engine, tmp_path, tmp_path / "out", SITE)
    assert report["subscriptions"] == 1 and [p.partition(":")[0] for p in report["problems"]] == ["line 3", "line 4", "line 5", "line 6"]


def test_without_subscriptions_an_address_or_a_sound_memory_it_says_what_to_do(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="subscription"):
        digest.run(engine, tmp_path, tmp_path / "out", SITE)
    subscribe(tmp_path, "a@example.cn\tq=护士")
    (tmp_path / digest.MEMORY).write_text("{")
    with pytest.raises(StoreError, match="move it away"):
        digest.run(engine, tmp_path, tmp_path / "out", SITE)


def test_the_command_tells_what_it_did(sample_home: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> Result:
        env = {"HAOKE_HOME": str(tmp_path), "HAOKE_ENGINE": f"embedded:{sample_home / 'index'}", "HAOKE_PUBLIC_URL": ""}
        return CliRunner().invoke(cli.main, ["digest", str(tmp_path / "out"), *arguments], env=env, catch_exceptions=False)

    assert run("--url", SITE).exit_code == 1
    subscribe(tmp_path, "a@example.cn\tq=数学")
    assert run().exit_code == 2
    done = run("--url", SITE, "--json")
    assert done.exit_code == 0 and orjson.loads(done.stdout) == {"subscriptions": 1, "messages": 0, "new": 0, "problems": []}
