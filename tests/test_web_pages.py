"""The pages without a browser: status, contents, escaping, and HTML that a parser finds sound."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask.testing import FlaskClient

from catalog.normalize.raw import is_link
from ranking.results import Concept, FacetValue, Interpretation, Request, ResultHit, Results
from tests.web_sample import AWKWARD, build, records
from web import create_app, wording
from web.detail import followable
from web.links import Links
from web.listing import leaves, listing
from web.panels import panel, tree, without_span

PATHS = [
    "/", "/search", "/search?q=高数", "/search?service=jobs&region=110000&degree=本科", "/search?q=zzzz不存在qq", "/search?page=400",
    "/resources/icourse163:1", "/resources/ncss:1", "/resources/smartedu:2", "/resources/airclass:1", "/resources/oer:hostile", "/nothing",
    "/search?subject=物里", "/search?q=" + quote('"><script>alert(1)</script>'),
]  # fmt: skip
VOID = {"meta", "link", "input", "br", "img", "hr"}
SVG_LEAVES = {"path", "rect", "circle", "use"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    engine = build(tmp_path_factory.mktemp("index"), records())
    yield create_app(engine).test_client()
    engine.close()


class Page(HTMLParser):
    """Collects what the checks need and fails on tags that don't close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.unlabelled: list[dict[str, str | None]] = []
        self.ids: Counter[str] = Counter()
        self.words = ""
        self.feed(text)
        self.close()
        assert self.open == [], f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        assert len(named) == len(attrs), f"an attribute stands twice: {tag} {attrs}"
        self.tags.append((tag, named))
        if named.get("id"):
            self.ids[str(named["id"])] += 1
        if tag in ("input", "select", "textarea") and named.get("type") != "hidden" and "label" not in self.open:
            self.unlabelled.append(named)
        if tag not in VOID | SVG_LEAVES:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SVG_LEAVES | VOID, f"<{tag}/> is no empty element"

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [a for t, a in self.tags if t == tag and all(a.get(k.rstrip("_")) == v for k, v in wanted.items())]


def page(client: FlaskClient, path: str, status: int = 200) -> Page:
    response = client.get(path)
    assert response.status_code == status, response.text[:300]
    return Page(response.text)


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_sound_html_with_landmarks_labels_and_nothing_inline(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    found = Page(response.text)
    assert [i for i, n in found.ids.items() if n > 1] == []
    labels = {a.get("for") for a in found.all("label")}
    assert [i for i in found.unlabelled if i.get("id") not in labels] == []
    assert len(found.all("main")) == len(found.all("h1")) == 1 and found.all("html")[0]["lang"] == "zh-CN"
    assert not found.all("style") and not any("style" in a or any(k.startswith("on") for k in a) for _, a in found.tags)
    # what is not run is data for other programs
    assert all(a.get("src") or a.get("type") == "application/ld+json" for a in found.all("script"))
    assert all(re.match(r"/|#|https?://", str(a["href"])) for a in found.all("a") if "href" in a)
    assert response.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert response.headers["X-Content-Type-Options"] == "nosniff" and response.headers["Referrer-Policy"]


def test_nothing_is_loaded_from_elsewhere(client: FlaskClient) -> None:
    for path in PATHS:
        found = page(client, path, client.get(path).status_code)
        loaded = [a.get("src") for t, a in found.tags if a.get("src")] + [a.get("href") for a in found.all("link") if a.get("rel") in ("stylesheet", "icon")]
        assert all(str(url).startswith("/static/") for url in loaded)
        for url in loaded:
            assert client.get(str(url)).status_code == 200


def test_home_leads_into_the_four_services(client: FlaskClient) -> None:
    found = page(client, "/")
    links = {a.get("href") for a in found.all("a")}
    assert {"/k12", "/vocational", "/higher", "/jobs", "/hot", "/topics"} <= links
    assert "/search?subject=chinese&service=k12" in links or "/search?service=k12&subject=chinese" in links
    assert "高等数学（一）" in found.words and "38.4万人参加" in found.words and "参加人数最多" in found.words


def test_every_link_of_a_results_page_leads_somewhere(client: FlaskClient) -> None:
    for path in ("/", "/search?q=工程师&region=110000&degree=bachelor&kind=job", "/resources/icourse163:1", "/search?q=北大+C%2B%2B"):
        # nofollow: what leads away, chooses a language, or takes a note
        for link in {str(a["href"]) for a in page(client, path).all("a") if str(a.get("href", "")).startswith("/") and "nofollow" not in str(a.get("rel"))}:
            assert client.get(link).status_code == 200, link


def test_chips_remove_one_filter_each(client: FlaskClient) -> None:
    found = page(client, "/search?q=工程师&service=jobs&degree=bachelor&degree=master")
    links = [str(a["href"]) for a in found.all("a", title="去掉")]
    degrees = [parse_qs(urlsplit(link).query).get("degree") for link in links]
    assert ["master"] in degrees and ["bachelor"] in degrees
    assert all(parse_qs(urlsplit(link).query)["q"] == ["工程师"] for link in links)


def test_the_facet_form_keeps_what_it_does_not_show(client: FlaskClient) -> None:
    found = page(client, "/search?q=工程师&service=jobs&sort=newest&size=10&degree=bachelor")
    hidden = {(a["name"], a["value"]) for a in found.all("input", type="hidden")}
    assert {("q", "工程师"), ("service", "jobs"), ("sort", "newest"), ("size", "10")} <= hidden
    assert [a for a in found.all("input", type="checkbox", name="degree", value="bachelor") if "checked" in a]


def test_a_selected_value_is_shown_even_when_nothing_has_it(client: FlaskClient) -> None:
    found = page(client, "/search?service=jobs&q=护士&degree=doctor")
    assert [a for a in found.all("input", type="checkbox", name="degree", value="doctor") if "checked" in a]


def test_matches_are_marked_and_text_is_never_markup(client: FlaskClient) -> None:
    assert "<mark>" in client.get("/search?q=浮力").text
    for path in ("/search?q=攻击", "/resources/oer:hostile", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", "/search?school=%3Cscript%3Ex"):
        text = client.get(path).text
        assert "<script>alert" not in text and "<script>x" not in text
        assert "javascript:" not in text


def test_what_is_not_found_says_how_to_go_on(client: FlaskClient) -> None:
    found = page(client, "/search?q=量子&service=k12&subject=chinese")
    assert "没有找到" in found.words and "去掉条件" in found.words
    assert "/search?q=%E9%87%8F%E5%AD%90" in {a.get("href") for a in found.all("a")}


def test_a_page_beyond_the_last_leads_back(client: FlaskClient) -> None:
    found = page(client, "/search?page=400")
    assert "这一页没有内容" in found.words and "/search" in {a.get("href") for a in found.all("a")}


def test_pages_are_numbered_and_linked(client: FlaskClient) -> None:
    found = page(client, "/search?kind=job&page=2")
    assert found.all("a", rel="prev")[0]["href"] == "/search?kind=job"
    assert found.all("a", rel="next")[0]["href"] == "/search?kind=job&page=3"


def test_bad_parameters_are_a_friendly_400_with_ways_on(client: FlaskClient) -> None:
    found = page(client, "/search?q=浮力&subject=物里", 400)
    assert "物里" in found.words
    way = next(str(a["href"]) for a in found.all("a") if "subject=" in str(a.get("href")) and not a.get("hreflang"))
    assert client.get(way).status_code == 200
    assert page(client, "/search?colour=red", 400)


def test_links_shared_through_messengers_still_work(client: FlaskClient) -> None:
    assert client.get("/search?q=浮力&from=singlemessage&isappinstalled=0&utm_source=x").status_code == 200


@pytest.mark.parametrize("id", [AWKWARD, "icourse163:1"])
def test_a_resource_page_is_reached_by_any_id(client: FlaskClient, id: str) -> None:
    assert client.get(f"/resources/{quote(id, safe='')}").status_code == 200


def test_an_awkward_id_is_linked_so_that_the_link_works(client: FlaskClient) -> None:
    link = next(str(a["href"]) for a in page(client, "/search?q=带特殊编号的文章").all("a") if "/resources/oer" in str(a.get("href")))
    assert "带特殊编号的文章" in page(client, link).words


def test_a_course_page_tells_school_term_and_offers(client: FlaskClient) -> None:
    found = page(client, "/resources/icourse163:1")
    for word in ("同济大学", "国家级一流本科课程", "开课中", "中国大学MOOC", "学堂在线", "免费"):
        assert word in found.words
    out = [a for a in found.all("a") if str(a.get("href")).startswith("/out/")]
    assert [a["data-url"] for a in out] == ["https://www.icourse163.org/course/1", "https://www.xuetangx.com/course/1"]
    assert len(out) == 2 and all(a["rel"] == "noopener nofollow" for a in out)


def test_a_job_page_tells_pay_place_and_deadline(client: FlaskClient) -> None:
    found = page(client, "/resources/ncss:1")
    for word in ("4.5千–7.7千元/月", "上海市浦东新区", "硕士", "应届", "截止", "已认证单位", "国家大学生就业服务平台"):
        assert word in found.words


def test_a_textbook_page_tells_version_grade_and_volume(client: FlaskClient) -> None:
    found = page(client, "/resources/smartedu:3")
    for word in ("译林版", "五年级", "上册", "英语", "小学", "人民教育出版社"):
        assert word in found.words


def test_merged_ids_lead_to_the_resource_and_unknown_ones_nowhere(client: FlaskClient) -> None:
    response = client.get("/resources/xuetangx:1")
    assert (response.status_code, response.location) == (308, "/resources/icourse163:1")
    assert "没有找到" in page(client, "/resources/no:such", 404).words


def test_without_an_index_the_site_says_so(tmp_path: Path) -> None:
    response = create_app(engine_url=f"embedded:{tmp_path / 'none'}").test_client().get("/search")
    assert response.status_code == 503 and response.headers["Retry-After"] and "暂时不可用" in response.text


def test_the_site_works_under_a_prefix(client: FlaskClient) -> None:
    text = client.get("/search?q=浮力", environ_overrides={"SCRIPT_NAME": "/portal"}).text
    links = re.findall(r'(?:href|action|src)="(/[^"]*)"', text)
    assert links and all(link.startswith("/portal/") for link in links)


def test_robots_and_icon(client: FlaskClient) -> None:
    assert "Disallow: /search" in client.get("/robots.txt").text
    assert client.get("/favicon.ico").mimetype == "image/svg+xml"


# ── the parts ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_large_numbers_are_grouped_or_shortened_but_never_rounded_up() -> None:
    assert [wording.compact(n) for n in (0, 9999, 10_000, 12_999, 384_512, 11_240_000, 230_000_000)] == [
        "0", "9,999", "1万", "1.2万", "38.4万", "1124万", "2.3亿"]  # fmt: skip
    assert wording.grouped(1234567) == "1,234,567"


def test_only_web_links_are_followed() -> None:
    assert all(followable(u) for u in ("https://example.org/a", "http://[::1]:8080/", "https://例子.中国/课", "https://example.org:443"))
    assert not any(followable(u) for u in ("javascript:alert(1)", "", "//x", "http://", "data:text/html,x", "http://[bad"))


@pytest.mark.parametrize("url", ["https://example.org:99999/c", "https://example.org:abc/", "https://a..b/", f"https://{'a' * 64}.org/", "https://:80/"])
def test_a_link_to_a_host_that_cannot_be_is_not_followed(url: str) -> None:
    """Such a link can't be sent: the way out broke on it."""
    assert not followable(url) and not is_link(url)


def test_one_state_has_one_url() -> None:
    one = Links(Request(filters={"region": ("110000",), "kind": ("job",)}))
    other = Links(Request(filters={"kind": ("job",), "region": ("110000",)}))
    assert one.page(2) == other.page(2) == "/search?kind=job&region=110000&page=2"


def test_a_tree_hangs_values_below_the_nearest_ancestor_shown() -> None:
    values = [FacetValue("1", "一", 9), FacetValue("11", "一一", 5, path=("1",)), FacetValue("1111", "深", 2, True, ("1", "11", "111"))]
    rows = tree("region", values)
    assert [r.value for r in rows] == ["1"] and rows[0].below[0].below[0].value == "1111" and rows[0].open


def test_many_values_below_one_are_folded_but_never_the_selected() -> None:
    below = [FacetValue(f"1{n}", f"区{n}", 50 - n, n == 9, ("1",)) for n in range(12)]
    root = tree("region", [FacetValue("1", "市", 99, True), *below])[0]
    assert [r.value for r in root.below] == [f"1{n}" for n in (0, 1, 2, 3, 4, 5, 9)] and len(root.more) == 5


def test_a_long_facet_shows_the_first_values_and_all_selected() -> None:
    values = [FacetValue(f"大学{n}", f"大学{n}", 100 - n, n == 15) for n in range(20)]
    shown = panel("school", values)
    assert [r.value for r in shown.rows] == [f"大学{n}" for n in (0, 1, 2, 3, 4, 5, 15)] and len(shown.more) == 13


def test_pages_leave_gaps_and_stop_where_paging_ends() -> None:
    links = Links(Request(page=9))
    assert [leaf.number for leaf in leaves(9, 500, links)] == [1, 0, 7, 8, 9, 10, 11, 0, 500]


def test_what_was_understood_can_be_locked_or_dropped() -> None:
    text = "北大 高数"
    concept = Concept("school", "北京大学", "北京大学", (0, 2))
    assert without_span(text, concept) == "高数"
    found = Results(Request(text=text), 20_000, "approx", 1.0, True, "g", Interpretation(text, (concept,), ("高数",), ("高数",)),
                    (ResultHit("a:1", 1.0, {"id": "a:1", "kind": "course", "title": "高数"}),), {}, suggestion="北大 高等数学")  # fmt: skip
    with create_app(engine_url="embedded:/nowhere").test_request_context():
        shown = listing(found)
    chip = shown.concepts[0]
    assert parse_qs(urlsplit(chip.lock).query) == {"q": ["高数"], "school": ["北京大学"]} and parse_qs(urlsplit(chip.remove).query) == {"q": ["高数"]}
    assert shown.count == "约 20,000" and shown.leaves[-1].number == 500


def test_facets_that_nobody_counted_are_not_shown_as_empty(client: FlaskClient) -> None:
    assert '<nav class="tabs"' in client.get("/search?q=数学&kind=course").text
    assert '<nav class="tabs"' not in client.get("/search?q=数学&kind=course&facets=none").text
