"""Whole journeys in a real browser over the sample catalogue: a graduate, a teacher with a printed code, a reader of feeds, a reader of English."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

from indexer.engine import Engine
from tests.browser import opened, serving, until
from web import create_app


@pytest.fixture(scope="module")
def base(sample_engine: Engine, sample_home: Path) -> Iterator[str]:
    with serving(create_app(sample_engine, home=sample_home)) as address:
        yield address


@pytest.fixture
def tab(browser: Any, base: str) -> Iterator[Any]:
    with opened(browser, base) as page:
        yield page


def asked(page: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_a_graduate_goes_from_jobs_to_a_region_then_narrows_by_industry(tab: Any) -> None:
    tab.goto("/")
    tab.get_by_role("navigation", name="服务").get_by_role("link", name="就业").click()
    tab.locator("main").get_by_role("link", name="广东省", exact=True).first.click()
    assert "广东省" in tab.get_by_role("heading", level=1).inner_text()
    tab.get_by_role("link", name="查看全部").first.click()
    assert asked(tab)["region"] == ["440000"]
    wide = tab.locator(".total").inner_text()
    tab.get_by_role("group", name="行业").get_by_label("制造业").click()
    tab.wait_for_url("**industry=C**")
    until(tab, "before => document.querySelector('.total').textContent !== before", arg=wide)
    assert tab.get_by_role("link", name="去掉条件：制造业").is_visible() and tab.get_by_role("link", name="去掉条件：广东省").is_visible()
    found = tab.request.get("/api/v1/search?" + urlsplit(tab.url).query).json()
    assert f"共 {found['total']:,} 条" == tab.locator(".total").inner_text()
    assert found["hits"] and all(any(r["value"].startswith("44") for r in hit["region"]) for hit in found["hits"])
    tab.locator(".card-title a").first.click()
    assert tab.locator(".pay-big").is_visible() and tab.get_by_role("heading", name="去哪里投递").is_visible()


def test_a_code_printed_from_a_unit_opens_that_unit(tab: Any, tmp_path: Path) -> None:
    zxing = pytest.importorskip("zxingcpp")
    from PIL import Image

    tab.goto("/k12/books?stage=primary&subject=chinese&version=tongbian&grade=g5&volume=down")
    unit = tab.locator(".k12-unit").nth(1)
    name = unit.get_by_role("heading", level=2).inner_text()
    unit.get_by_role("link", name="云码").click()
    printed = tmp_path / "page.png"
    tab.emulate_media(media="print")
    tab.screenshot(path=printed)
    (code,) = zxing.read_barcodes(Image.open(printed))
    assert len(code.text) < 60, "short enough to type"
    tab.goto(code.text)
    assert urlsplit(tab.url).path == "/k12/books" and name in tab.get_by_role("heading", level=1).inner_text()
    assert tab.locator(".k12-unit a").count() > 0


def test_a_feed_reader_discovers_the_feed_of_the_search_on_show(tab: Any) -> None:
    feedparser = pytest.importorskip("feedparser")

    def feed() -> Any:
        link = tab.locator("head link[rel=alternate][type='application/atom+xml']").first.get_attribute("href")
        return feedparser.parse(tab.request.get(urljoin(tab.url, link)).text())

    tab.goto("/search?service=jobs")
    every = feed()
    assert every.version == "atom10" and not every.bozo and every.entries
    tab.get_by_role("group", name="地区").get_by_label("广东省").click()
    tab.wait_for_url("**region=440000**")
    until(tab, "document.querySelector('input[name=region][value=\"440000\"]').checked")
    some = feed()
    assert some.entries and some.feed.id != every.feed.id and "广东省" in some.feed.title


def test_an_english_reader_switches_searches_filters_and_switches_back(tab: Any) -> None:
    tab.goto("/search?service=jobs&q=工程师")
    tab.get_by_role("link", name="English").click()
    assert tab.locator("html").get_attribute("lang") == "en" and asked(tab) == {"service": ["jobs"], "q": ["工程师"]}
    tab.get_by_role("group", name="Education").get_by_label("Bachelor").click()
    tab.wait_for_url("**degree=bachelor**")
    until(tab, "document.querySelector('input[value=bachelor]').checked")
    assert tab.get_by_role("link", name="Remove filter: Bachelor").is_visible()
    assert tab.locator(".card-title").first.get_attribute("lang") == "zh-CN", "a screen reader must know what to read as Chinese"
    box = tab.get_by_role("combobox", name="Search courses, textbooks and jobs")
    box.fill("")
    box.press_sequentially("beij")
    tab.get_by_role("option", name="北京市").wait_for()
    assert "Region" in tab.locator(".what").all_inner_texts()
    tab.keyboard.press("Escape")
    tab.get_by_role("link", name="中文").click()
    assert tab.locator("html").get_attribute("lang") == "zh-CN" and asked(tab)["degree"] == ["bachelor"]
    tab.get_by_role("link", name="好课", exact=True).click()
    assert tab.locator("html").get_attribute("lang") == "zh-CN"
