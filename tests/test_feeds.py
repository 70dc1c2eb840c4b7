"""Feeds are read by a reader that is not ours, keep their ids and dates, and are not sent twice; saved searches stay in the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import feedparser
import pytest
from flask.testing import FlaskClient
from lxml import etree

from catalog.resource import Resource
from tests.web_sample import AWKWARD, HOSTILE, build, records
from web import create_app

ATOM = "{http://www.w3.org/2005/Atom}"


def odd() -> list[Resource]:
    """Dates of every form, none, and characters that XML can't hold."""
    base = {"kind": "article", "service": "jobs", "source": ("odd",)}
    return [
        Resource(id="odd:day", title="只有日期", published="2026-01-05", **base),
        Resource(id="odd:moment", title="有时刻", published="2026-01-06T09:30:00+08:00", updated="2026-02-01", **base),
        Resource(id="odd:none", title="没有日期", **base),
        Resource(id="odd:control", title="控制\x08字符\ufffe", summary="甲\x0b乙 ]]> & <b>", published="2026-01-01", **base),
    ]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    engine = build(tmp_path_factory.mktemp("index"), [*records(), *odd()])
    yield create_app(engine).test_client()
    engine.close()


def read(client: FlaskClient, path: str) -> feedparser.FeedParserDict:
    response = client.get(path)
    assert response.status_code == 200, response.text[:300]
    assert response.content_type == "application/atom+xml; charset=utf-8"
    found = feedparser.parse(response.data)
    assert not found.bozo, found.get("bozo_exception")
    return found


@pytest.mark.parametrize("path", ["/feed.atom", "/feed.atom?q=工程师&region=北京", "/feed.atom?source=odd", "/feed.atom?q=zzzz不存在qq", "/feed.atom?source=oer",
                                  "/feed.atom?q=" + quote('<"&\x08')])  # fmt: skip
def test_every_feed_has_what_atom_demands(client: FlaskClient, path: str) -> None:
    feed = etree.fromstring(client.get(path).data)
    assert feed.tag == f"{ATOM}feed"
    assert all(feed.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated")) and feed.findtext(f"{ATOM}author/{ATOM}name")
    links = {(a.get("rel"), a.get("type")) for a in feed.findall(f"{ATOM}link")}
    assert {("self", "application/atom+xml"), ("alternate", "text/html")} <= links
    ids = [e.findtext(f"{ATOM}id") for e in feed.findall(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    for entry in feed.findall(f"{ATOM}entry"):
        assert all(entry.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))
        # a link without rel is the alternate one
        assert [a.get("href", "").startswith("http://localhost/resources/") for a in entry.findall(f"{ATOM}link") if a.get("rel", "alternate") == "alternate"] == [True]


def test_a_feed_holds_the_newest_hits_first_and_says_what_it_is(client: FlaskClient) -> None:
    found = read(client, "/feed.atom?service=jobs&degree=本科")
    assert "就业" in found.feed.title and "本科" in found.feed.title and found.feed.title.endswith("好课")
    dates = [entry.updated for entry in found.entries]
    assert len(dates) == 20 and dates == sorted(dates, reverse=True) and found.feed.updated == dates[0]
    assert "元/月" in found.entries[0].summary


def test_every_link_of_a_feed_leads_to_what_it_names(client: FlaskClient) -> None:
    found = read(client, "/feed.atom?source=oer")
    for entry in found.entries:
        answer = client.get(urlsplit(entry.link).path)
        assert answer.status_code == 200
    awkward = next(entry for entry in found.entries if entry.title == "带特殊编号的文章")
    assert awkward.link == "http://localhost/resources/" + quote(AWKWARD, safe=":")
    page = next(a.href for a in found.feed.links if a.rel == "alternate")
    own = next(a.href for a in found.feed.links if a.rel == "self")
    assert parse_qs(urlsplit(own).query) == {"source": ["oer"]} and parse_qs(urlsplit(page).query) == {"source": ["oer"], "sort": ["newest"]}
    assert client.get(page).status_code == client.get(own).status_code == 200


def test_ids_and_dates_are_the_sources_own_and_stay(client: FlaskClient, tmp_path: Path) -> None:
    found = {entry.title: entry for entry in read(client, "/feed.atom?source=odd").entries}
    assert found["只有日期"].updated == "2026-01-05T00:00:00+08:00"
    assert (found["有时刻"].published, found["有时刻"].updated) == ("2026-01-06T09:30:00+08:00", "2026-02-01T00:00:00+08:00")
    assert found["没有日期"].updated == "2000-01-01T00:00:00+08:00"
    assert found["只有日期"].id == "tag:localhost,2026:resources/odd:day"
    again = build(tmp_path, odd())
    rebuilt = create_app(again).test_client().get("/feed.atom?source=odd")
    assert rebuilt.data == client.get("/feed.atom?source=odd").data, "a rebuilt index must announce nothing anew"
    again.close()


def test_text_is_text_and_what_xml_cannot_hold_is_left_out(client: FlaskClient) -> None:
    found = {entry.id.rpartition("/")[2]: entry for entry in read(client, "/feed.atom?source=odd&source=oer").entries}
    assert found["odd:control"].title == "控制字符" and "甲乙" in found["odd:control"].summary
    raw = etree.fromstring(client.get("/feed.atom?source=oer&q=攻击").data)
    assert f"攻击 {HOSTILE}" in [e.findtext(f"{ATOM}title") for e in raw.findall(f"{ATOM}entry")]
    assert len(max((e.findtext(f"{ATOM}summary") or "" for e in raw.findall(f"{ATOM}entry")), key=len)) < 1000


def test_a_search_that_must_be_relaxed_has_an_empty_feed(client: FlaskClient) -> None:
    path = "?q=生物制药研发工程师 zzzz不存在qq"
    assert "没有同时符合全部词语" in client.get("/search" + path).text
    assert read(client, "/feed.atom" + path).entries == []


def test_a_reader_that_has_it_gets_304_and_another_search_is_another_feed(client: FlaskClient) -> None:
    first = client.get("/feed.atom?service=jobs")
    etag = first.headers["ETag"]
    for headers in ({"If-None-Match": etag}, {"If-None-Match": etag, "Accept-Encoding": "gzip"}):
        again = client.get("/feed.atom?service=jobs", headers=headers)
        assert again.status_code == 304 and again.data == b""
    assert client.get("/feed.atom?service=k12", headers={"If-None-Match": etag}).status_code == 200
    # dates of sources are days: a feed that was changed since would look the same
    assert "Last-Modified" not in first.headers
    assert client.get("/feed.atom?service=jobs", headers={"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}).status_code == 200


def test_a_feed_is_the_same_for_readers_of_all_languages(client: FlaskClient) -> None:
    slug = re.search(r'href="(/topics/[a-z0-9-]+)"', client.get("/topics").text)
    assert slug
    for path in ("/feed.atom?service=jobs", f"{slug[1]}.atom"):
        assert client.get(path, headers={"Accept-Language": "en"}).data == client.get(path, headers={"Accept-Language": "zh"}).data


def test_a_wrong_parameter_is_named(client: FlaskClient) -> None:
    answer = client.get("/feed.atom?subject=物里")
    assert answer.status_code == 400 and answer.get_json(force=True)["parameter"] == "subject"
    assert client.get("/feed.atom?q=浮力&utm_source=x").status_code == 200


def test_every_page_of_results_names_its_feed(client: FlaskClient) -> None:
    from tests.test_web_pages import page

    for path in ("/search", "/search?q=工程师&region=110000&sort=popular&page=2", "/search?q=zzzz不存在qq"):
        found = page(client, path)
        (link,) = found.all("link", rel="alternate")
        assert link["type"] == "application/atom+xml" and "订阅" in found.words
        assert str(link["href"]) in {a.get("href") for a in found.all("a")}
        asked = parse_qs(urlsplit(str(link["href"])).query)
        assert asked.keys() <= {"q", "region"} and asked == {n: v for n, v in parse_qs(urlsplit(path).query).items() if n in asked}
        read(client, str(link["href"]))


def test_every_topic_has_a_feed_that_its_page_names(client: FlaskClient) -> None:
    from tests.test_web_pages import page

    slugs = [str(a["href"]) for a in page(client, "/topics").all("a") if re.fullmatch(r"/topics/[a-z0-9-]+", str(a.get("href")))]
    assert slugs
    for slug in slugs:
        found = page(client, slug)
        assert [a["href"] for a in found.all("link", rel="alternate")] == [f"{slug}.atom"] and "订阅" in found.words
        feed = read(client, f"{slug}.atom")
        assert feed.entries and [e.updated for e in feed.entries] == sorted((e.updated for e in feed.entries), reverse=True)
        assert len({e.id for e in feed.entries}) == len(feed.entries)
    assert client.get("/topics/nothing.atom").status_code == 404


def test_the_public_address_stands_in_links_and_ids(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAOKE_PUBLIC_URL", "https://haoke.example.cn/portal/")
    found = read(client, "/feed.atom?source=odd")
    assert found.entries[0].link.startswith("https://haoke.example.cn/portal/resources/odd:")
    assert found.entries[0].id.startswith("tag:haoke.example.cn,2026:")


def test_the_page_of_saved_searches_says_what_to_do_without_a_script(client: FlaskClient) -> None:
    from tests.test_web_pages import page

    found = page(client, "/saved")
    assert "书签" in found.words and found.all("meta", name="robots")
