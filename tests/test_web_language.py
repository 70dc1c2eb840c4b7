"""The interface in the reader's language: who gets which, what is kept apart by language, and that no text is left behind."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from flask.testing import FlaskClient

from bench.page_types import page_types
from data.scripts import translations
from indexer.engine import Engine
from web import create_app, i18n, wording

ENGLISH = {"Accept-Language": "en-GB,en;q=0.9,zh;q=0.5"}
CATALOGUES = sorted(translations.FOLDER.glob("*/LC_MESSAGES/messages.po"))
HAN = re.compile(r"[㐀-鿿]")


def spoken(client: FlaskClient, path: str, **headers: str) -> str:
    """The language that a page says it is in; its <h1> and its search button agree."""
    text = client.get(path, headers=headers).text
    (tag,) = re.findall(r'<html lang="([^"]+)"', text)
    assert (">搜索</span>" in text) == (tag == "zh-CN") and (">Search</span>" in text) == (tag == "en")
    return tag


@pytest.mark.parametrize(
    ("accepted", "tag"),
    [("", "zh-CN"), ("zh-TW,zh;q=0.9,en;q=0.8", "zh-CN"), ("en-US", "en"), ("fr-FR,en;q=0.4", "en"), ("fr", "zh-CN"), ("*", "zh-CN"), ("en;q=0.2,zh-CN;q=0.9", "zh-CN")],
)
def test_the_browser_decides_and_else_it_is_chinese(client: FlaskClient, accepted: str, tag: str) -> None:
    assert spoken(client, "/search?q=数学", **({"Accept-Language": accepted} if accepted else {})) == tag


def test_a_choice_is_kept_and_leads_back_to_the_same_page(client: FlaskClient) -> None:
    answer = client.get("/search?q=C%2B%2B&lang=en&kind=course&kind=job")
    assert (answer.status_code, answer.location) == (302, "/search?q=C%2B%2B&kind=course&kind=job")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("lang=en;") and "SameSite=Lax" in cookie and "HttpOnly" in cookie and answer.headers["Cache-Control"] == "no-store"
    assert spoken(client, "/search?q=数学") == "en"
    assert client.get("/?lang=zh", headers=ENGLISH).location == "/"
    assert spoken(client, "/", **ENGLISH) == "zh-CN", "what was chosen counts more than the browser"


def test_the_link_to_the_other_language_is_on_every_page_and_works(client: FlaskClient) -> None:
    for path in ("/", "/search?q=数学&page=1", "/resources/icourse163:1", "/nothing", "/search?subject=物里"):
        (link,) = re.findall(r'<a href="([^"]+)" lang="en" hreflang="en"', client.get(path).text)
        assert client.get(link.replace("&amp;", "&")).status_code == 302
        (link,) = re.findall(r'<a href="([^"]+)" lang="zh-CN" hreflang="zh-CN"', client.get(path).text)
        client.get(link.replace("&amp;", "&"))


@pytest.mark.parametrize("path", ["//evil.example/?lang=en", "///evil.example?lang=en", "/%2F/evil.example?lang=en", "/\\evil.example?lang=en"])
def test_a_choice_never_leads_to_another_site(client: FlaskClient, path: str) -> None:
    location = client.get(path).headers.get("Location", "")
    assert re.match(r"/?$|/[^/\\]", location)
    for link in re.findall(r'<a href="([^"]+)"[^>]* hreflang', client.get(path).text):
        assert re.match(r"/[^/\\]", link), link


def test_an_unknown_language_is_no_choice(client: FlaskClient) -> None:
    assert client.get("/search?q=数学&lang=fr").status_code == 400
    client.set_cookie("lang", "../../etc")
    assert spoken(client, "/search?q=数学") == "zh-CN"


def test_caches_learn_what_a_page_depends_on(client: FlaskClient) -> None:
    vary = client.get("/search?q=数学").headers["Vary"]
    assert "Accept-Language" in vary and "Cookie" in vary


def test_programs_are_answered_in_chinese_whoever_asks(client: FlaskClient) -> None:
    client.set_cookie("lang", "en")
    found = client.get("/api/v1/search?kind=job&size=1", headers=ENGLISH).get_json()
    assert found["hits"][0]["service"] == [{"value": "jobs", "label": "就业"}]
    assert client.get("/api/v1/search?size=1000", headers=ENGLISH).get_json(force=True)["title"] == "请求有误"


def test_what_is_remembered_for_everybody_is_remembered_by_language(client: FlaskClient) -> None:
    assert [spoken(client, "/"), spoken(client, "/", **ENGLISH), spoken(client, "/"), spoken(client, "/", **ENGLISH)] == ["zh-CN", "en", "zh-CN", "en"]
    assert "Grade" in client.get("/search?service=k12", headers=ENGLISH).text and "年级" in client.get("/search?service=k12").text


def test_numbers_dates_and_pay_are_written_as_the_language_does(client: FlaskClient) -> None:
    def told() -> list[str]:
        salary = {"min": 8000, "max": 12500, "months": 14}
        return [wording.compact(384_512), wording.long_date("2024-03-01"), wording.pay(salary), wording.label("salary", "8000-12000"), wording.place("110000")]

    with client.application.test_request_context("/"):
        client.application.preprocess_request()
        assert told() == ["38.4万", "2024年3月1日", "8千–1.2万元/月 · 14薪", "8千-1.2万", "北京市"]
    with client.application.test_request_context("/", headers=ENGLISH):
        client.application.preprocess_request()
        assert told() == ["384K", "1 Mar 2024", "¥8K–¥12.5K a month · 14 months' pay", "¥8K–12K", "Beijing"]
    i18n.be_silent()


class Spoken(HTMLParser):
    """Chinese texts of a page that stand where another language is announced: not translated, or not marked as Chinese."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tongues: list[tuple[str, str]] = []
        self.strays: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tongue = dict(attrs).get("lang") or (self.tongues[-1][1] if self.tongues else "")
        if tag not in ("meta", "link", "input", "br", "img", "hr"):
            self.tongues.append((tag, tongue))
        for name in ("aria-label", "title", "placeholder", "alt") if tag != "link" else ():
            self._look(dict(attrs).get(name) or "", tongue)

    def handle_endtag(self, tag: str) -> None:
        while self.tongues and self.tongues.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.tongues and self.tongues[-1][0] not in ("script", "style", "title"):
            self._look(data, self.tongues[-1][1])

    def _look(self, text: str, tongue: str) -> None:
        # a sentence may name something Chinese: Remove filter: 西湖区
        if HAN.search(text) and not re.search(r"[A-Za-z]{2}", text) and not tongue.startswith("zh"):
            self.strays.append(text.strip())


@pytest.mark.parametrize("path", ["/", "/search?q=高数", "/search?service=jobs&region=110000&degree=本科", "/resources/icourse163:1", "/resources/ncss:1",
                                  "/resources/smartedu:2", "/resources/airclass:1", "/nothing", "/search?q=zzzz不存在qq"])  # fmt: skip
def test_in_an_english_page_all_that_is_chinese_is_marked_as_chinese(client: FlaskClient, path: str) -> None:
    assert Spoken(client.get(path, headers=ENGLISH).text).strays == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda p: p.parent.parent.name)
def test_every_text_is_translated_and_compiled(path: Path) -> None:
    catalog = translations.translated(path)
    lacking = [(m.context, m.id) for m in translations.missing(catalog)]
    assert lacking == [], "run `make translations`, then fill them in"
    compiled = BytesIO()
    write_mo(compiled, catalog)
    assert path.with_suffix(".mo").read_bytes() == compiled.getvalue(), "run `make translations`"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda p: p.parent.parent.name)
def test_a_translation_fills_in_what_the_original_does(path: Path) -> None:
    holes = re.compile(r"%\(\w+\)[sd]|%|\{\w+\}")
    for message in translations.translated(path):
        if message.id:
            originals = [message.id] if isinstance(message.id, str) else list(message.id)
            for told in [message.string] if isinstance(message.string, str) else message.string:
                extra = set(holes.findall(told)) - {"%(name)s"} - set(holes.findall(originals[-1]))
                lost = {h for h in holes.findall(originals[-1]) if not h.startswith("%(month")} - set(holes.findall(told))
                assert not extra and not lost, (originals[0], told)


def test_so_it_is_on_every_type_of_page(sample_engine: Engine, sample_home: Path) -> None:
    client = create_app(sample_engine, home=sample_home).test_client()
    strays = {name: Spoken(client.get(path, headers=ENGLISH).text).strays for name, path in page_types(sample_engine).items()}
    assert {name: found for name, found in strays.items() if found} == {}
