"""Short links lead where they should, printed codes are read back by a reader that is not ours, saved searches work in a browser."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import zxingcpp
from click.testing import CliRunner
from flask.testing import FlaskClient
from lxml import etree
from PIL import Image

import cli
from catalog.resource import Resource
from catalog.shortlink import short_code, unit_key, volume_key
from indexer.engine import Engine
from ranking.shortcut import find, named, typed
from tests.browser import opened, serving, until
from tests.test_web_pages import page
from tests.web_sample import AWKWARD, build, records
from web import create_app


def lesson() -> Resource:
    return next(r for r in records() if r.id == "airclass:1")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    made = build(tmp_path_factory.mktemp("index"), records())
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(engine: Engine) -> FlaskClient:
    return create_app(engine).test_client()


def test_a_code_leads_to_its_resource_and_a_merged_records_code_to_the_one_it_is_in(client: FlaskClient) -> None:
    assert client.get(f"/r/{short_code('airclass:1')}").headers["Location"] == "/resources/airclass:1"
    assert client.get(f"/r/{short_code('xuetangx:1')}").headers["Location"] == "/resources/icourse163:1"
    answer = client.get(f"/r/{short_code(AWKWARD)}")
    assert answer.status_code == 302 and client.get(answer.headers["Location"]).status_code == 200


def test_the_code_of_a_unit_or_volume_leads_into_the_tree_of_books(client: FlaskClient) -> None:
    for key, unit in ((unit_key(lesson()), ["第2单元"]), (volume_key(lesson()), None)):
        answer = client.get(f"/r/{short_code(key)}")
        to = urlsplit(answer.headers["Location"])
        asked = parse_qs(to.query)
        assert answer.status_code == 302 and to.path == "/k12/books" and asked.pop("unit", None) == unit
        assert lesson().title in page(client, answer.headers["Location"]).words
        assert asked == {"stage": ["primary"], "subject": ["chinese"], "version": ["tongbian"], "grade": ["g4"], "volume": ["down"]}


def test_a_code_is_read_as_people_write_it() -> None:
    assert typed(" DE5J4-46C9R ") == typed("de5j446c9r") == "de5j446c9r"
    assert typed("OIL0100000") == "0110100000"
    assert typed("de5j446c9") == typed("de5j446c9u") == typed("../../etc/") == typed("") == ""


def test_an_unknown_code_is_a_404_page(client: FlaskClient) -> None:
    for path in ("/r/0000000000", "/r/x", "/qr/0000000000", "/qr/0000000000.svg", "/qr/0000000000.png", "/r/%00"):
        assert client.get(path).status_code == 404, path


def test_a_unit_is_known_by_its_lessons(engine: Engine) -> None:
    found = find(engine, short_code(unit_key(lesson())))
    assert found and (found.what, found.lessons, found.resource.unit) == ("unit", 2, "第2单元")
    whole = find(engine, short_code(volume_key(lesson())))
    assert whole and (whole.what, whole.lessons) == ("volume", 8)
    assert named(engine, "xuetangx:1").code == short_code("icourse163:1") and named(engine, "nothing:1") is None


def decoded(picture: bytes) -> str:
    """What a scanner reads."""
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    return str(found.text)


def test_a_scanned_code_opens_the_unit(client: FlaskClient) -> None:
    code = short_code(unit_key(lesson()))
    url = decoded(client.get(f"/qr/{code}.png").data)
    assert url == f"http://localhost/r/{code}"
    assert "unit=第2单元" in unquote(client.get(url).headers["Location"])


def test_a_small_picture_is_read_too_and_a_wrong_scale_is_refused(client: FlaskClient) -> None:
    code = short_code("airclass:1")
    assert decoded(client.get(f"/qr/{code}.png?scale=2").data) == f"http://localhost/r/{code}"
    for scale in ("0", "41", "x", "-1", "99999999999"):
        assert client.get(f"/qr/{code}.png?scale={scale}").status_code == 400


def test_the_drawing_has_a_quiet_zone_and_is_kept(client: FlaskClient) -> None:
    answer = client.get(f"/qr/{short_code('airclass:1')}.svg")
    drawing = etree.fromstring(answer.data)
    assert answer.mimetype == "image/svg+xml" and drawing.get("viewBox") and b"style=" not in answer.data and b"<script" not in answer.data
    assert "max-age" in answer.headers["Cache-Control"]
    again = client.get(f"/qr/{short_code('airclass:1')}.svg", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_code_says_the_public_address(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAOKE_PUBLIC_URL", "https://haoke.example.cn/")
    code = short_code("airclass:1")
    assert decoded(client.get(f"/qr/{code}.png").data) == f"https://haoke.example.cn/r/{code}"
    assert f"haoke.example.cn/r/{code}" in page(client, f"/qr/{code}").words


@pytest.mark.parametrize("id", ["airclass:1", "smartedu:1", "icourse163:1", "ncss:1", "voc:1", AWKWARD, "oer:hostile", "oer:long"])
def test_every_resource_leads_to_its_code_for_printing(client: FlaskClient, id: str) -> None:
    from web.links import resource_path

    code = short_code(id)
    assert f"/qr/{code}" in {a.get("href") for a in page(client, resource_path(id)).all("a")}
    found = page(client, f"/qr/{code}")
    assert f"localhost/r/{code}" in found.words and found.all("img", src=f"/qr/{code}.svg") and found.all("meta", name="robots")
    assert resource_path(id) in {a.get("href") for a in found.all("a")}


def test_a_lessons_page_offers_the_codes_of_its_unit_and_volume(client: FlaskClient) -> None:
    links = {a.get("href") for a in page(client, f"/qr/{short_code('airclass:1')}").all("a")}
    for key, words in ((unit_key(lesson()), "第2单元"), (volume_key(lesson()), "统编版")):
        assert f"/qr/{short_code(key)}" in links and words in page(client, f"/qr/{short_code(key)}").words


def test_the_command_draws_codes(sample_home: Path, tmp_path: Path) -> None:
    from catalog.store import Store

    with Store.open(sample_home, readonly=True) as store:
        id = next(id for id, _, body in store.scan() if b'"kind":"lesson"' in body)
    env = {"HAOKE_HOME": str(sample_home), "HAOKE_ENGINE": "embedded:", "HAOKE_PUBLIC_URL": "https://haoke.example.cn"}

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(cli.main, ["qrcode", *arguments], env=env, catch_exceptions=False)

    out = tmp_path / "code.png"
    assert run(id, "--out", str(out)).exit_code == 0
    assert decoded(out.read_bytes()) == f"https://haoke.example.cn/r/{short_code(id)}"
    assert run(short_code(id), "--out", str(tmp_path / "code.svg"), "--url", "https://other.example/").exit_code == 0
    assert etree.parse(str(tmp_path / "code.svg")).getroot().tag.endswith("svg")
    shown = run(id)
    assert shown.exit_code == 0 and f"https://haoke.example.cn/r/{short_code(id)}" in shown.stdout
    for wrong in (("nothing:1",), (id, "--out", str(tmp_path / "code.gif")), (id, "--url", "haoke")):
        assert run(*wrong).exit_code == 2


# ── in a browser ───────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def base(engine: Engine) -> Iterator[str]:
    with serving(create_app(engine)) as address:
        yield address


@pytest.fixture
def tab(browser: Any, base: str) -> Iterator[Any]:
    with opened(browser, base) as page:
        yield page


def test_a_saved_search_is_listed_and_says_what_is_new(tab: Any) -> None:
    tab.goto("/search?q=工程师&degree=bachelor")
    button = tab.locator("[data-save]")
    with tab.expect_response("**/api/v1/search?**"):
        button.click()
    assert button.get_attribute("aria-pressed") == "true" and "已保存" in button.inner_text()
    until(tab, "JSON.parse(localStorage['haoke.saved'])[0].seen")
    # two that were not there when it was saved
    tab.evaluate("() => { const l = JSON.parse(localStorage['haoke.saved']); l[0].seen = l[0].seen.slice(2); localStorage['haoke.saved'] = JSON.stringify(l); }")
    tab.goto("/saved")
    tab.get_by_text("2 条新内容").wait_for()
    link = tab.get_by_role("link", name="工程师 · 本科")
    assert parse_qs(urlsplit(link.get_attribute("href")).query) == {"q": ["工程师"], "degree": ["bachelor"], "sort": ["newest"]}
    assert tab.locator(".saved-one [data-part=feed]").get_attribute("href").startswith("/feed.atom?q=")
    link.click()
    tab.wait_for_url("**/search?**")
    assert tab.locator("[data-save]").get_attribute("aria-pressed") == "true"
    tab.goto("/saved")
    tab.get_by_text("没有新内容", exact=True).wait_for()


def test_a_saved_search_can_be_deleted_and_its_button_knows(tab: Any) -> None:
    tab.goto("/search?q=护士")
    tab.locator("[data-save]").click()
    tab.goto("/saved")
    tab.get_by_role("button", name="删除").click()
    assert tab.locator(".saved-one").count() == 0 and tab.get_by_text("还没有保存的搜索").is_visible()
    assert "已删除“护士”" in tab.locator("#saved [role=status]").inner_text()
    tab.goto("/search?q=护士")
    assert tab.locator("[data-save]").get_attribute("aria-pressed") == "false"


def test_after_a_filter_in_place_the_button_saves_the_search_that_is_shown(tab: Any) -> None:
    tab.goto("/search?service=jobs")
    tab.get_by_label("本科").click()
    tab.wait_for_url("**degree=bachelor**")
    tab.locator("[data-save]").click()
    assert parse_qs(tab.evaluate("JSON.parse(localStorage['haoke.saved'])[0].q")) == {"service": ["jobs"], "degree": ["bachelor"]}


def test_what_a_hostile_list_holds_is_only_text(tab: Any) -> None:
    tab.goto("/saved")
    tab.evaluate("""() => { localStorage['haoke.saved'] = JSON.stringify([{q: 'q=a', words: '<img src=x onerror=alert(1)>', at: 'x', seen: 1}, 7, null, {q: 1}]); }""")
    tab.reload()
    assert tab.locator(".saved-one").count() == 1 and tab.locator("#saved img").count() == 0
    tab.evaluate("localStorage['haoke.saved'] = '{'")
    tab.reload()
    assert tab.get_by_text("还没有保存的搜索").is_visible()


def test_without_javascript_nothing_is_offered_that_does_not_work(browser: Any, base: str) -> None:
    with opened(browser, base, java_script_enabled=False) as plain:
        plain.goto("/search?q=护士")
        assert not plain.locator("[data-save]").is_visible() and plain.get_by_role("link", name="订阅").is_visible()
        plain.goto("/saved")
        assert plain.get_by_text("书签").is_visible()
