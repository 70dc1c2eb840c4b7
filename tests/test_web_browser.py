"""The site in a real browser: search, filters, back, phone, keyboard, no JavaScript, dark colours.

Needs Chromium (CHROMIUM, or `chromium` on the path). Without one the tests are skipped, unless HAOKE_TEST_REQUIRE names `browser`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser import PHONE, opened, serving, until
from tests.web_sample import build, records
from web import create_app

PAGES = ("/", "/search", "/search?q=高数", "/search?service=jobs&region=110000&degree=本科", "/search?kind=case", "/resources/icourse163:1",
         "/resources/ncss:1", "/search?q=量子&service=k12", "/nothing")  # fmt: skip
#: Lowest contrast of all visible text of a page with the element that has it; backgrounds are solid colours here.
CONTRAST = """() => {
  const rgb = s => s.match(/[\\d.]+/g).map(Number);
  const light = c => { const [r, g, b] = c.map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126*r + .7152*g + .0722*b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
  let worst = [99, ""];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n = walk.nextNode(); n; n = walk.nextNode()) {
    const e = n.parentElement;
    if (!n.data.trim() || !e.checkVisibility() || e.closest(".unseen, svg, .skip")) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color).slice(0, 3)), light(behind(e))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < worst[0]) worst = [ratio, e.className + " " + n.data.trim().slice(0, 20)];
  }
  return worst;
}"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    engine = build(tmp_path_factory.mktemp("index"), records())
    with serving(create_app(engine)) as address:
        yield address
    engine.close()


@pytest.fixture
def tab(browser: Any, base: str) -> Iterator[Any]:
    with opened(browser, base) as page:
        yield page


@pytest.fixture
def phone(browser: Any, base: str) -> Iterator[Any]:
    with opened(browser, base, **PHONE) as page:
        yield page


@pytest.fixture
def plain(browser: Any, base: str) -> Iterator[Any]:
    with opened(browser, base, java_script_enabled=False) as page:
        yield page


def asked(page: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_a_learner_finds_a_course_from_the_home_page(tab: Any) -> None:
    tab.goto("/")
    tab.get_by_role("combobox").fill("高等数学")
    tab.keyboard.press("Enter")
    tab.get_by_role("link", name="高等数学（一）").click()
    assert tab.get_by_role("heading", level=1).inner_text() == "高等数学（一）"
    assert tab.get_by_role("link", name="学堂在线").is_visible()


def settled(page: Any, **boxes: bool) -> bool:
    """Waits until the results on show have these boxes of `degree` ticked or not; whether the page is the one that was opened, in place."""
    for value, ticked in boxes.items():
        until(page, "([v, on]) => document.querySelector(`input[name=degree][value=${v}]`).checked === on && !document.querySelector('[aria-busy]')",
              arg=[value, ticked])  # fmt: skip
    return bool(page.evaluate("window.mark === 1"))


def said(page: Any, words: str) -> None:
    """Waits until a screen reader is told."""
    until(page, "w => [...document.querySelectorAll('body > [role=status]')].some(e => e.textContent === w)", arg=words)


def test_ticking_a_box_with_the_mouse_applies_at_once_in_place_and_back_undoes_it(tab: Any) -> None:
    tab.goto("/search?service=jobs")
    tab.evaluate("window.mark = 1")
    before = tab.locator(".total").inner_text()
    tab.get_by_label("本科").click()
    tab.wait_for_url("**degree=bachelor**")
    assert settled(tab, bachelor=True) and tab.locator(".total").inner_text() != before
    assert tab.evaluate("document.activeElement.value") == "bachelor", "the focus stays on the box"
    said(tab, tab.locator(".total").inner_text())
    assert asked(tab)["service"] == ["jobs"] and parse_qs(urlsplit(tab.locator(".languages a").get_attribute("href")).query)["degree"] == ["bachelor"]
    tab.get_by_label("硕士").click()
    assert settled(tab, bachelor=True, master=True) and asked(tab)["degree"] == ["bachelor", "master"]
    tab.go_back()
    assert settled(tab, bachelor=True, master=False) and asked(tab)["degree"] == ["bachelor"]
    tab.go_back()
    assert settled(tab, bachelor=False) and "degree" not in asked(tab) and tab.locator(".total").inner_text() == before
    tab.go_forward()
    assert settled(tab, bachelor=True)


def test_back_and_forward_before_an_answer_came_show_what_the_address_says(tab: Any) -> None:
    tab.goto("/search?service=jobs")
    tab.evaluate("window.mark = 1")
    tab.get_by_label("本科").click()
    assert settled(tab, bachelor=True)
    held: list[Any] = []
    tab.route(lambda url: url.endswith("/search?service=jobs"), lambda route: held.append(route))
    tab.evaluate("history.back()")
    until(tab, "() => document.querySelector('[aria-busy]')")
    tab.evaluate("history.forward()")
    tab.wait_for_url("**degree=bachelor**")
    for route in held:
        route.continue_()
    tab.wait_for_timeout(500)
    assert settled(tab, bachelor=True) and tab.evaluate("document.querySelector('input[name=degree][value=bachelor]').checked")


def test_who_types_while_an_answer_is_under_way_goes_on(tab: Any) -> None:
    tab.goto("/search?service=jobs")
    tab.evaluate("window.mark = 1")
    held: list[Any] = []
    tab.route(lambda url: "degree=bachelor" in url, lambda route: held.append(route))
    tab.get_by_label("本科").click()
    until(tab, "() => document.querySelector('[aria-busy]')")
    tab.get_by_role("combobox").fill("会计")
    for route in held:
        route.continue_()
    assert settled(tab, bachelor=True)
    assert tab.get_by_role("combobox").input_value() == "会计"


def test_chips_order_and_pages_change_in_place_and_the_focus_has_somewhere_to_be(tab: Any) -> None:
    tab.goto("/search?service=jobs&degree=bachelor&degree=master")
    tab.evaluate("window.mark = 1")
    tab.get_by_role("link", name="去掉条件：本科").press("Enter")
    tab.wait_for_url(lambda url: "bachelor" not in url)
    assert settled(tab, bachelor=False, master=True)
    assert tab.evaluate("document.activeElement.textContent.trim()") == "去掉条件：硕士"
    tab.get_by_role("link", name="最新").press("Enter")
    tab.wait_for_url("**sort=newest**")
    assert settled(tab, master=True) and tab.evaluate("document.activeElement.textContent") == "最新"
    tab.goto("/search?service=jobs")
    tab.evaluate("window.mark = 1")
    tab.get_by_role("link", name="下一页").click()
    tab.wait_for_url("**page=2**")
    assert settled(tab, bachelor=False) and tab.evaluate("document.activeElement.id") == "results" and tab.evaluate("window.scrollY") < 200


def test_an_answer_that_is_no_page_of_results_leads_to_the_address_itself(tab: Any) -> None:
    tab.goto("/search?service=jobs")
    tab.evaluate("window.mark = 1")
    tab.route("**/search?**", lambda r: r.fulfill(body="<p>?</p>", content_type="text/html") if r.request.resource_type == "fetch" else r.continue_())
    tab.get_by_label("本科").click()
    until(tab, "window.mark !== 1")
    tab.wait_for_load_state("load")  # a page that is left while it loads complains on its console
    assert asked(tab)["degree"] == ["bachelor"] and not settled(tab, bachelor=True)


def test_while_results_are_fetched_the_page_says_so_and_only_the_last_choice_counts(tab: Any) -> None:
    tab.goto("/search?service=jobs")
    tab.evaluate("window.mark = 1")
    held: list[Any] = []

    def hold(route: Any) -> None:
        """The first answer never comes."""
        held.append(route)
        if len(held) > 1:
            route.continue_()

    tab.route("**/search?**", hold)
    tab.get_by_label("本科").click()
    until(tab, "document.querySelector('main').getAttribute('aria-busy') === 'true'")
    tab.get_by_label("硕士").click()
    tab.wait_for_url("**degree=master**")
    assert settled(tab, bachelor=True, master=True) and len(held) == 2


def test_the_keyboard_chooses_several_values_then_applies(tab: Any) -> None:
    tab.goto("/search?service=jobs")
    for name in ("本科", "硕士"):
        tab.get_by_label(name).focus()
        tab.keyboard.press("Space")
    assert "degree" not in asked(tab)
    tab.get_by_role("button", name="应用").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**degree=**")
    assert asked(tab)["degree"] == ["bachelor", "master"] and asked(tab)["service"] == ["jobs"]


def test_the_first_tab_stop_skips_to_the_contents(tab: Any) -> None:
    tab.goto("/search")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "跳到正文"
    assert tab.locator(".skip").bounding_box()["y"] >= 0
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "main"


def test_without_javascript_filters_chips_and_paging_work(plain: Any) -> None:
    plain.goto("/search?service=jobs")
    plain.get_by_label("本科").check()
    plain.get_by_label("硕士").check()
    plain.get_by_role("button", name="应用").click()
    assert asked(plain)["degree"] == ["bachelor", "master"]
    plain.get_by_role("link", name="下一页").click()
    assert asked(plain)["page"] == ["2"]
    plain.get_by_role("link", name="去掉条件：硕士").click()
    assert asked(plain)["degree"] == ["bachelor"] and "page" not in asked(plain)


def test_on_a_phone_the_filters_open_in_a_drawer_above_the_results(phone: Any) -> None:
    phone.goto("/search?service=jobs")
    assert not phone.get_by_label("本科").is_visible()
    phone.locator(".drawer summary").tap()
    phone.get_by_label("本科").tap()
    assert "degree" not in asked(phone), "on a phone a tap must not send the form"
    phone.get_by_role("button", name="应用").tap()
    phone.wait_for_url("**degree=bachelor**")


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_wider_than_a_screen_of_320_pixels(browser: Any, base: str, path: str) -> None:
    with opened(browser, base, viewport={"width": 320, "height": 640}) as page:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_enough_contrast(browser: Any, base: str, scheme: str) -> None:
    with opened(browser, base, color_scheme=scheme) as page:
        for path in PAGES:
            page.goto(path)
            ratio, where = page.evaluate(CONTRAST)
            assert ratio >= 4.5, f"{path}: {ratio:.2f} at {where}"
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(int(v) for v in background[4:-1].split(",")) < 200) == (scheme == "dark")


# ── suggestions ────────────────────────────────────────────────────────────────────────────────────────────────────
def box(page: Any) -> Any:
    return page.get_by_role("combobox", name="搜索课程、教材、岗位")


def offered(page: Any, typed: str) -> list[str]:
    """Types into the box and gives the texts of the list that opens."""
    box(page).press_sequentially(typed)
    page.get_by_role("option").first.wait_for()
    page.wait_for_load_state("networkidle")
    return [text.strip() for text in page.locator(".suggested").all_inner_texts()]


def state(page: Any) -> tuple[str, str]:
    """(aria-expanded, text of the option that aria-activedescendant names or "")."""
    return tuple(page.evaluate("""() => {
      const q = document.getElementById("q"), id = q.getAttribute("aria-activedescendant");
      return [q.getAttribute("aria-expanded"), id ? document.getElementById(id).querySelector(".suggested").textContent : ""];
    }"""))


def test_the_keyboard_chooses_a_suggestion_and_the_list_says_what_it_is(tab: Any) -> None:
    tab.goto("/")
    assert state(tab) == ("false", "")
    texts = offered(tab, "gaodeng")
    assert texts[0] == "高等数学" and state(tab) == ("true", "")
    assert f"有 {len(texts)} 条建议" in tab.locator(".seek [role=status]").inner_text()
    tab.keyboard.press("ArrowDown")
    assert state(tab) == ("true", "高等数学") and tab.get_by_role("option", selected=True).count() == 1
    assert box(tab).evaluate("e => e === document.activeElement"), "the box keeps the focus"
    tab.keyboard.press("ArrowUp")
    assert state(tab) == ("true", ""), "before the first option lies the box"
    tab.keyboard.press("ArrowUp")
    assert state(tab) == ("true", texts[-1])
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search?**")
    assert asked(tab)["q"] == ["高等数学"]


def test_enter_without_a_marked_option_searches_for_what_was_typed(tab: Any) -> None:
    tab.goto("/")
    offered(tab, "gaodeng")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search?**")
    assert asked(tab)["q"] == ["gaodeng"]


def test_escape_closes_the_list_and_keeps_the_text_then_empties_the_box(tab: Any) -> None:
    tab.goto("/")
    offered(tab, "beij")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Escape")
    assert state(tab) == ("false", "") and box(tab).input_value() == "beij" and not tab.get_by_role("listbox").is_visible()
    tab.keyboard.press("Escape")
    assert box(tab).input_value() == ""


def test_a_click_chooses_and_leaving_the_box_closes_the_list(tab: Any) -> None:
    tab.goto("/")
    offered(tab, "北大")
    tab.get_by_role("option", name="北京大学").click()
    tab.wait_for_url("**/search?**")
    assert asked(tab)["q"] == ["北京大学"]
    box(tab).fill("高")
    tab.get_by_role("option").first.wait_for()
    tab.keyboard.press("Tab")
    assert state(tab) == ("false", "")


def test_suggestions_keep_to_the_filters_that_the_box_carries(tab: Any) -> None:
    tab.goto("/search?service=jobs")
    assert "北京市" in offered(tab, "北京") and "北京大学" not in tab.locator(".suggested").all_inner_texts()
    tab.get_by_role("option", name="北京市").click()
    tab.wait_for_url("**/search?**")
    assert asked(tab) == {"q": ["北京市"], "service": ["jobs"]}


def test_nothing_is_asked_while_an_input_method_composes_and_its_enter_sends_nothing(tab: Any) -> None:
    tab.goto("/")
    calls: list[str] = []
    tab.on("request", lambda r: calls.append(r.url) if "/suggest" in r.url else None)
    box(tab).focus()
    session = tab.context.new_cdp_session(tab)
    for typed in ("g", "ga", "gao", "gao deng"):
        session.send("Input.imeSetComposition", {"text": typed, "selectionStart": len(typed), "selectionEnd": len(typed)})
        tab.wait_for_timeout(200)
    assert box(tab).input_value() == "gao deng" and calls == []
    # the Enter that confirms a candidate
    box(tab).evaluate("e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229, isComposing: true, bubbles: true, cancelable: true}))")
    assert tab.url.endswith("/")
    session.send("Input.insertText", {"text": "高等"})
    tab.get_by_role("option").first.wait_for()
    assert len(calls) == 1 and box(tab).input_value() == "高等"
    assert tab.locator(".suggested").first.inner_text().strip() == "高等数学"


def test_only_the_last_of_quick_keys_is_asked_for_and_a_stale_question_is_called_off(tab: Any) -> None:
    tab.clock.install(time=datetime(2026, 1, 1))
    tab.goto("/")
    tab.clock.pause_at(datetime(2026, 1, 2))  # however slow a machine types, the keys are quick
    calls: list[str] = []
    failed: list[str] = []
    typed = lambda request: parse_qs(urlsplit(request.url).query)["q"][0]  # noqa: E731
    tab.on("requestfailed", lambda r: failed.append(typed(r)))

    def hold(route: Any) -> None:
        """The first question is never answered."""
        calls.append(typed(route.request))
        if len(calls) > 1:
            route.continue_()

    tab.route("**/api/v1/suggest?**", hold)
    box(tab).press_sequentially("bei")
    with tab.expect_request("**/api/v1/suggest?**"):
        tab.clock.run_for(200)
    box(tab).press_sequentially("jingdaxue")
    with tab.expect_response("**/api/v1/suggest?**"):
        tab.clock.run_for(200)
    tab.get_by_role("option", name="北京大学").wait_for()
    assert calls == ["bei", "beijingdaxue"] and failed == ["bei"]


def test_the_list_fits_a_phone_and_has_enough_contrast_in_both_colours(browser: Any, base: str) -> None:
    for scheme in ("light", "dark"):
        with opened(browser, base, viewport={"width": 320, "height": 640}, color_scheme=scheme) as page:
            page.goto("/")
            offered(page, "gao")
            page.keyboard.press("ArrowDown")
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
            ratio, where = page.evaluate(CONTRAST)
            assert ratio >= 4.5, f"{ratio:.2f} at {where}"
