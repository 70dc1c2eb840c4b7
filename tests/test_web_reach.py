"""Every type of page for everybody: axe finds nothing, nothing is wider than a small phone, each prints, and all of it stays light.

Over the sample catalogue: what a newcomer sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.page_types import NAMES, page_types
from indexer.engine import Engine
from tests.browser import DESKTOP, opened, serving, until
from web import create_app

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: Two readers who differ in everything: what holds for both holds for those between.
DESK: dict[str, Any] = DESKTOP | {"color_scheme": "light", "locale": "zh-CN"}
POCKET: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "color_scheme": "dark", "locale": "en-GB"}
BUDGET = 60 * 1024  # bytes of a page of results with all that it loads, compressed
pytestmark = pytest.mark.xdist_group("reach")


@pytest.fixture(scope="module")
def site(sample_engine: Engine, sample_home: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """(address, type of page → path)."""
    with serving(create_app(sample_engine, home=sample_home)) as base:
        yield base, page_types(sample_engine)


def complaints(page: Any) -> list[str]:
    """What axe finds, with the elements."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})
    return [f"{v['id']}: {v['help']}: {[n['html'][:160] for n in v['nodes']][:4]}" for v in found.response["violations"]]


def test_the_sample_has_every_type_of_page(site: tuple[str, dict[str, str]]) -> None:
    assert set(NAMES) == set(site[1])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("reader", [DESK, POCKET], ids=["desk", "pocket"])
def test_a_page_is_accessible_and_fits(browser: Any, site: tuple[str, dict[str, str]], name: str, reader: dict[str, Any]) -> None:
    base, paths = site
    with opened(browser, base, **reader) as page:
        answer = page.goto(paths[name])
        assert answer.status == (404 if name == "not-found" else 200)
        assert complaints(page) == []
        for width in (360, 320):  # 320 is also a desktop of 1280 enlarged to 400 %
            page.set_viewport_size({"width": width, "height": 740})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, wide(page, width)


def test_what_the_script_adds_is_accessible_too(browser: Any, site: tuple[str, dict[str, str]]) -> None:
    base, paths = site
    with opened(browser, base, **DESK) as page:
        page.goto(paths["results-jobs"])
        page.get_by_label("本科").click()
        page.wait_for_url("**degree=bachelor**")
        until(page, "document.querySelector('input[value=bachelor]').checked && !document.querySelector('[aria-busy]')")
        assert complaints(page) == []
        page.get_by_role("combobox").fill("")
        page.get_by_role("combobox").press_sequentially("shuxue")
        page.get_by_role("option").first.wait_for()
        page.keyboard.press("ArrowDown")
        assert complaints(page) == []


@pytest.mark.parametrize("path", ["/search?subject=物里", "/search?page=400", "/k12/books?stage=primary&unit=x", "/report/nothing:1"])
def test_a_page_about_a_mistake_is_accessible(browser: Any, site: tuple[str, dict[str, str]], path: str) -> None:
    base, _ = site
    with opened(browser, base, **POCKET) as page:
        assert page.goto(path).status in (200, 400, 404)
        assert complaints(page) == [] and page.locator("main a").count() > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_light(site: tuple[str, dict[str, str]], sample_engine: Engine, name: str) -> None:
    client = create_app(sample_engine).test_client()
    page = client.get(site[1][name])
    styles = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)
    scripts = re.findall(r'<script src="([^"]+)"( defer)?>', page.text)
    assert len(styles) == len(scripts) == 1 and scripts[0][1], "one stylesheet, and a script that nothing waits for"
    assert len(re.findall(r"<script(?! type=\"application/ld\+json\")", page.text)) == 1
    loaded = [site[1][name], styles[0], scripts[0][0], *re.findall(r'<(?:img|source)[^>]* src="([^"]+)"', page.text), *re.findall(r'rel="icon"[^>]* href="([^"]+)"', page.text)]
    # as browsers ask for it
    weights = {url: len(client.get(url, headers={"Accept-Encoding": "gzip, deflate, br"}).data) for url in loaded}
    assert sum(weights.values()) <= BUDGET, weights


def test_printed_a_page_is_ink_on_paper_without_what_only_works_on_a_screen(browser: Any, site: tuple[str, dict[str, str]]) -> None:
    base, paths = site
    with opened(browser, base, **(DESK | {"color_scheme": "dark"})) as page:
        for name in ("results", "course", "k12-volume", "qr"):
            page.goto(paths[name])
            page.emulate_media(media="print", color_scheme="dark")
            assert not page.locator(".head").is_visible() and not page.locator(".foot").is_visible()
            paper, ink = page.evaluate("[document.body, document.querySelector('main p, main a')].map(e => getComputedStyle(e)).map((s, i) => i ? s.color : s.backgroundColor)")
            assert brightness(paper) > 700 and brightness(ink) < 300, (name, paper, ink)
            page.emulate_media(media="screen")


def brightness(colour: str) -> int:
    """Of rgb(…): the sum of its parts; nothing at all is as bright as paper."""
    parts = [float(v) for v in re.findall(r"[\d.]+", colour)]
    return 765 if len(parts) == 4 and not parts[3] else int(sum(parts[:3]))


def test_in_forced_colours_what_is_chosen_is_still_told(browser: Any, site: tuple[str, dict[str, str]]) -> None:
    base, paths = site
    with opened(browser, base, forced_colors="active") as page:
        page.goto(paths["results-jobs"])
        for one in (".tabs [aria-current]", ".services [aria-current]", ".sorts [aria-current]"):
            assert "underline" in page.locator(one).evaluate("e => getComputedStyle(e).textDecorationLine"), one


def test_who_wants_no_motion_gets_none(browser: Any, site: tuple[str, dict[str, str]]) -> None:
    base, paths = site
    with opened(browser, base, reduced_motion="reduce") as page:
        for name in ("home", "results", "saved"):
            page.goto(paths[name])
            moving = page.evaluate("[...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e); return s.animationName !== 'none' || s.transitionDuration.split(', ').some(d => d !== '0s'); }).length")
            assert moving == 0


def test_the_keyboard_alone_goes_through_a_page_of_results_in_its_order_and_always_sees_where_it_is(browser: Any, site: tuple[str, dict[str, str]]) -> None:
    base, paths = site
    with opened(browser, base, **DESK) as page:
        page.goto(paths["results-jobs"])
        stops: list[dict[str, Any]] = []
        for _ in range(400):
            page.keyboard.press("Tab")
            stop = page.evaluate(STOP)
            if stop is None:
                break
            stops.append(stop)
        else:
            pytest.fail("the focus never leaves the page")
        assert [s for s in stops if not s["seen"]] == []
        ways = [s["is"] for s in stops]
        kinds = ("skip", "brand", "seek", "services", "languages", "tabs", "panels", "chips", "sorts", "card", "pages", "foot")
        first = [next((i for i, w in enumerate(ways) if w == kind), None) for kind in kinds]
        assert None not in first and first == sorted(first), dict(zip(kinds, first, strict=True))
        assert len(stops) == page.evaluate("[...document.querySelectorAll('a[href], button, input:not([type=hidden]), summary')].filter(e => e.checkVisibility()).length")


#: The focused element: in which part of the page it lies, and whether its focus is marked and on the screen. null when none is.
STOP = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const part = [".skip", ".brand", ".seek", ".services", ".languages", ".tabs", ".panels", ".chips", ".sorts", ".card", ".pages", ".foot"].find(s => e.closest(s));
  const box = e.getBoundingClientRect(), marks = [getComputedStyle(e), getComputedStyle(e, "::after")];
  const marked = marks.some(s => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2) || (e.closest(".seek") && getComputedStyle(e.closest(".seek")).boxShadow !== "none");
  return { is: part ? part.slice(1) : "", seen: marked && box.bottom > 0 && box.top < innerHeight, what: e.outerHTML.slice(0, 90) };
}"""


def wide(page: Any, width: int) -> list[str]:
    """The elements that stick out."""
    found: list[str] = page.evaluate(
        "w => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > w + 1 && e.checkVisibility()).map(e => e.outerHTML.slice(0, 120)).slice(0, 5)",
        width,
    )
    return found
