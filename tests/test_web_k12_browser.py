"""中小学 in a real browser: from the front page to a lesson without a script, narrow screens, what axe says, the keyboard in a wide table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from indexer.engine import Engine
from tests.browser import PHONE, opened, serving, until
from tests.test_web_k12 import VOLUME, school
from tests.web_sample import build
from web import create_app

PAGES = ("/k12", "/k12/books?stage=primary", VOLUME, f"{VOLUME}&unit=第1单元", "/k12/coverage", "/resources/air:4", "/resources/book:1")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    found = build(tmp_path_factory.mktemp("index"), school())
    yield found
    found.close()


@pytest.fixture(scope="module")
def base(engine: Engine) -> Iterator[str]:
    with serving(create_app(engine)) as address:
        yield address


def test_without_a_script_one_browses_to_a_lesson_and_marks_the_book(browser: Any, base: str) -> None:
    with opened(browser, base, java_script_enabled=False, **PHONE) as page:
        page.goto("/k12")
        page.get_by_role("region", name="小学", exact=True).get_by_role("link", name="语文").click()
        for name in ("统编版", "三年级", "上册"):
            page.locator(".k12-levels").get_by_role("link", name=name).click()
        page.get_by_role("button", name="记住为我的教材").click()
        assert page.url.endswith("/k12#mine")
        page.locator("#mine").get_by_role("link", name="语文 统编版 三年级 上册", exact=True).click()
        assert page.get_by_text("已在我的教材中").is_visible()
        page.get_by_role("link", name="第1单元", exact=True).click()
        page.get_by_role("link", name="2.花的学校①").click()
        assert page.get_by_role("heading", level=1).inner_text() == "2.花的学校①"
        page.get_by_role("link", name="下一课").click()
        assert page.get_by_role("heading", level=1).inner_text() == "2.花的学校②"


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_is_wider_than_320_pixels(browser: Any, base: str, path: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with opened(browser, base, viewport={"width": 320, "height": 640}) as page:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert [(v["id"], v["nodes"][0]["target"]) for v in Axe().run(page).response["violations"]] == []


def test_the_coverage_table_scrolls_by_the_keyboard_and_keeps_its_versions_in_view(browser: Any, base: str) -> None:
    with opened(browser, base, viewport={"width": 320, "height": 640}) as page:
        page.goto("/k12/coverage?stage=senior")
        table = page.get_by_role("region", name="版本 × 册次")
        table.focus()
        for _ in range(10):
            page.keyboard.press("ArrowRight")
        until(page, "document.querySelector('.k12-scroll').scrollLeft > 0")
        assert page.get_by_role("rowheader", name="人教版").bounding_box()["x"] >= 0
