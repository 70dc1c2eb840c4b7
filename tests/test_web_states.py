"""Pages in a bad light: a catalogue that holds nothing yet, and one whose texts are all as long as they come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.page_types import page_types
from catalog.resource import Resource
from tests.browser import opened, serving
from tests.web_sample import build, records
from web import create_app

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 4 + "很长的名称" * 20
#: Fields of people's words.
NAMES = ("school", "teacher", "employer", "topic", "tags", "platform")


def stretched(resource: Resource) -> Resource:
    """The same with every text as long as they come, without a blank to break at."""
    longer = {"title": f"{resource.title}{LONG}", "summary": LONG * 3, "unit": f"{resource.unit}{LONG}" if resource.unit else ""}
    names = {name: tuple(f"{LONG[:250]}{v}" for v in values) for name in NAMES if (values := getattr(resource, name))}
    return resource.model_copy(update={n: v for n, v in {**longer, **names}.items() if v})


@pytest.fixture(scope="module", params=["empty", "long"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, dict[str, str]]]:
    home = tmp_path_factory.mktemp(request.param)
    engine = build(home / "index", [stretched(r) for r in records()] if request.param == "long" else [])
    with serving(create_app(engine, home=home)) as base:
        yield request.param, base, page_types(engine)
    engine.close()


def test_no_page_breaks(browser: Any, site: tuple[str, str, dict[str, str]]) -> None:
    state, base, paths = site
    assert len(paths) > (25 if state == "long" else 15)
    with opened(browser, base, viewport={"width": 320, "height": 700}) as page:
        for name, path in paths.items():
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 700})
                answer = page.goto(path)
                assert answer.status == 200 or (answer.status == 404 and name in ("not-found", "topic")), path
                assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} at {width}"
            assert page.locator("h1").count() == 1


def test_an_empty_catalogue_says_so_and_leads_on(browser: Any, tmp_path: Path) -> None:
    engine = build(tmp_path / "index", [])
    with serving(create_app(engine, home=tmp_path)) as base, opened(browser, base) as page:
        silent = []
        for path in ("/search", "/k12", "/k12/books", "/higher", "/higher/schools", "/higher/terms", "/vocational", "/jobs", "/fairs", "/guidance", "/hot", "/topics"):
            page.goto(path)
            if not re.search("没有|还没", page.locator("main").inner_text()):
                silent.append(path)
        assert silent == []
    engine.close()
