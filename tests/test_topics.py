"""Topics: ours hold something and are sound, the operators' take effect at once, a broken one is named and harms nothing."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

import cli
import data
from indexer.engine import Engine
from ranking import topics as curated
from tests.test_web_pages import Page

OURS = sorted(data.path("topics").glob("*.toml"))
SPRING = """
title = "春季学期"
about = "开学要用的。"
order = 1
[[section]]
title = "四年级课文"
kind = "课时"
grade = ["四年级"]
sort = "popular"
[[section]]
title = "编者推荐"
ids = ["icourse163:2", "gone:1", "xuetangx:1"]
[[section]]
title = "没有的"
q = "zzzz不存在qq"
[[section]]
title = "只有一半的"
q = "高等数学 zzzz"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HAOKE_HOME", str(tmp_path))
    (tmp_path / "topics").mkdir()
    return tmp_path


def put(home: Path, name: str, text: str, changed: int = 0) -> None:
    """Writes a topic's file; `changed` moves its time, as an hour of editing would."""
    path = home / "topics" / name
    path.write_text(text, encoding="utf-8")
    if changed:
        os.utime(path, (changed, changed))


def titles(client: FlaskClient, path: str) -> list[str]:
    return re.findall(r'<h3 class="card-title"[^>]*><a [^>]*>([^<]*)<', client.get(path).text)


# ── ours ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_our_topics_can_all_be_used(home: Path) -> None:
    assert curated.problems() == () and len(curated.topics()) == len(OURS) >= 8
    assert {"心理健康", "冬奥与冰雪", "大思政课", "体育美育", "劳动教育"} <= {t.title for t in curated.topics()}
    assert len({t.order for t in curated.topics()}) == len(OURS), "two topics want the same place"


@pytest.mark.parametrize("slug", [p.stem for p in OURS])
def test_every_section_of_ours_finds_something_in_the_sample(sample_engine: Engine, home: Path, slug: str) -> None:
    topic = curated.topic(slug)
    assert topic is not None
    found = {shelf.section.title: shelf for shelf in curated.shelves(sample_engine, topic, 6)}
    assert [s.title for s in topic.sections if s.title not in found] == []
    for shelf in found.values():
        assert 0 < len(shelf.hits) <= min(6, shelf.total)


def test_a_shelf_shows_different_titles_before_namesakes(sample_engine: Engine, home: Path) -> None:
    topic = curated.topic("sports-arts")
    assert topic is not None
    music = next(s for s in curated.shelves(sample_engine, topic, 6) if s.section.title == "听懂音乐")
    names = [str(hit.resource["title"]) for hit in music.hits]
    assert len(set(names[:4])) == 4


# ── the operators' ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_topic_of_the_operators_is_shown_with_what_it_really_holds(client: FlaskClient, home: Path) -> None:
    put(home, "spring.toml", SPRING)
    page = Page(client.get("/topics/spring").text)
    assert "四年级课文" in page.words and "编者推荐" in page.words
    assert "没有的" not in page.words and "只有一半的" not in page.words, "a shelf holds what its title says, or is not there"
    assert titles(client, "/topics/spring")[-2:] == ["C++程序设计", "高等数学（一）"], "as listed; a merged id is its resource"
    more = next(str(a["href"]) for a in page.all("a") if "grade=" in str(a.get("href")))
    assert more == "/search?kind=lesson&grade=g4&sort=popular" and client.get(more).status_code == 200
    assert "春季学期" in client.get("/topics").text and "春季学期" in client.get("/").text


def test_topics_that_hold_nothing_are_not_shown(client: FlaskClient, home: Path) -> None:
    put(home, "empty.toml", 'title = "空空如也"\nabout = "…"\n[[section]]\ntitle = "没有"\nids = ["gone:1"]\n')
    assert "空空如也" not in client.get("/topics").text + client.get("/").text
    assert client.get("/topics/empty").status_code == 404
    assert client.get("/topics/no-such").status_code == 404


def test_a_changed_file_counts_at_once(client: FlaskClient, home: Path) -> None:
    put(home, "spring.toml", SPRING, 1_700_000_000)
    assert "编者推荐" in client.get("/topics/spring").text
    put(home, "spring.toml", SPRING.replace("编者推荐", "老师推荐"), 1_700_000_100)
    text = client.get("/topics/spring").text
    assert "老师推荐" in text and "编者推荐" not in text
    (home / "topics" / "spring.toml").unlink()
    assert client.get("/topics/spring").status_code == 404


def test_an_operators_file_takes_the_place_of_ours_or_hides_it(home: Path) -> None:
    put(home, "ai.toml", SPRING)
    put(home, "labour.toml", "hidden = true\n")
    found = {t.slug: t.title for t in curated.topics()}
    assert found["ai"] == "春季学期" and "labour" not in found and curated.problems() == ()


BROKEN = {
    "no-toml.toml": "title = ",
    "no-title.toml": 'about = "x"\n[[section]]\ntitle = "x"\nq = "x"\n',
    "no-section.toml": 'title = "x"\nabout = "x"\n',
    "unknown-key.toml": 'title = "x"\nabout = "x"\ncolour = "red"\n[[section]]\ntitle = "x"\nq = "x"\n',
    "unknown-filter.toml": 'title = "x"\nabout = "x"\n[[section]]\ntitle = "x"\nsubjects = "数学"\n',
    "unknown-value.toml": 'title = "x"\nabout = "x"\n[[section]]\ntitle = "x"\nsubject = "物里"\n',
    "no-rule.toml": 'title = "x"\nabout = "x"\n[[section]]\ntitle = "x"\n',
    "both.toml": 'title = "x"\nabout = "x"\n[[section]]\ntitle = "x"\nq = "x"\nids = ["a:1"]\n',
    "bad-sort.toml": 'title = "x"\nabout = "x"\n[[section]]\ntitle = "x"\nq = "x"\nsort = "best"\n',
    "bad-ids.toml": 'title = "x"\nabout = "x"\n[[section]]\ntitle = "x"\nids = [7]\n',
    "number-ids.toml": 'title = "x"\nabout = "x"\n[[section]]\ntitle = "x"\nids = 7\n',
    "text-section.toml": 'title = "x"\nabout = "x"\nsection = ["x"]\n',
    "bad-order.toml": 'title = "x"\nabout = "x"\norder = "1"\n[[section]]\ntitle = "x"\nq = "x"\n',
    "Bad Name.toml": SPRING,
}


def test_broken_files_are_named_and_take_no_page_away(client: FlaskClient, home: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name, text in BROKEN.items():
        put(home, name, text)
    (home / "topics" / "latin.toml").write_bytes("title = \"é\"".encode("latin-1"))
    put(home, "spring.toml", SPRING)
    for path in ("/", "/topics", "/topics/spring"):
        assert client.get(path).status_code == 200
    named = {problem.path.name for problem in curated.problems()}
    assert named == {*BROKEN, "latin.toml"} and all(problem.why for problem in curated.problems())
    assert all(caplog.text.count(str(home / "topics" / name)) == 1 for name in named), "each once in the log"


def test_doctor_names_a_broken_file(sample_home: Path, home: Path) -> None:
    put(home, "unknown-value.toml", BROKEN["unknown-value.toml"])
    for name in ("catalog.sqlite", "index"):
        (home / name).symlink_to(sample_home / name)
    done = CliRunner().invoke(cli.main, ["doctor", "--json"])
    findings = [f for f in json.loads(done.stdout) if "topic" in f["what"]]
    assert len(findings) == 1 and "unknown-value.toml" in findings[0]["what"] and "物理" in findings[0]["what"]


def test_the_example_in_the_documents_can_be_used(home: Path) -> None:
    text = (data.ROOT.parent / "docs" / "operating.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```toml spring\.toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    put(home, "spring.toml", example)
    assert curated.problems() == () and len(curated.topic("spring").sections) == 3  # type: ignore[union-attr]


@pytest.mark.parametrize("path", ["/topics", "/topics/spring", "/hot", "/"])
def test_pages_are_sound_and_work_under_a_prefix(client: FlaskClient, home: Path, path: str) -> None:
    put(home, "spring.toml", SPRING)
    answer = client.get(path, environ_overrides={"SCRIPT_NAME": "/portal"})
    page = Page(answer.text)
    assert [i for i, n in page.ids.items() if n > 1] == [] and len(page.all("h1")) == 1
    links = re.findall(r'(?:href|action|src)="(/[^"]*)"', answer.text)
    assert all(link.startswith("/portal/") for link in links)
    assert "<mark>" not in answer.text
