"""中小学: the textbook tree down to a unit, the order of lessons, the coverage table, my textbooks, what a lesson's page adds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from flask.testing import FlaskClient

from catalog.errors import EngineUnavailable
from catalog.resource import Resource
from catalog.shortlink import short_code, unit_key
from catalog.vocab import vocabulary
from indexer.engine import Engine
from tests.test_web_pages import Page, page
from tests.test_web_unwell import UNWELL, Moody
from tests.web_sample import build
from web import create_app, memo
from web.browse import k12_mine
from web.browse import k12_order as order
from web.browse.k12_front import sites

BOOK = {"stage": ("primary",), "subject": ("chinese",), "version": ("tongbian",), "grade": ("g3",), "volume": ("up",)}
VOLUME = "/k12/books?stage=primary&subject=chinese&version=tongbian&grade=g3&volume=up"


def lesson(n: int, title: str, unit: str = "", **other: object) -> Resource:
    fields = {"id": f"air:{n}", "kind": "lesson", "service": "k12", "source": ("air",), "title": title, "unit": unit, "resource_type": ("video",),
              "published": f"2026-09-{n % 28 + 1:02d}", **BOOK, **other}  # fmt: skip
    return Resource.model_validate(fields)


def textbook(n: int, title: str, **other: object) -> Resource:
    return Resource.model_validate({"id": f"book:{n}", "kind": "textbook", "service": "k12", "source": ("book",), "title": title, **BOOK, **other})


def school() -> list[Resource]:
    math = {"subject": ("math",), "version": ("hujiao",)}
    senior = {"stage": ("senior",), "subject": ("geography",), "version": ("renjiao",), "grade": ()}
    return [
        # written down out of order; the second unit in three spellings
        lesson(1, "10.在牛肚子里旅行①", "第十单元"), lesson(2, "2.花的学校②", "第1单元"), lesson(3, "2.花的学校①", "第一单元"), lesson(4, "语文园地②", "第1单元"),
        lesson(5, "语文园地①", "第1单元"), lesson(6, "1.大青树下的小学", "1单元", resource_type=("video", "slides")), lesson(7, "4*.古诗三首", "第二单元"),
        lesson(8, "复习课", ""), lesson(9, "<b>", "第二单元"),
        lesson(20, "花的学校", "第3单元", version=("renjiao",)), lesson(21, "学校的花园", "第3单元", version=("renjiao",)),
        lesson(30, "面积①", "第5单元", **math), lesson(31, "面积②", "第5单元", **math), lesson(32, "小数", "第2单元", grade=("g4",), **math),
        textbook(1, "语文 三年级 上册"), textbook(2, "语文 三年级 下册", volume=("down",)), textbook(3, "语文 四年级 上册", grade=("g4",)),
        # the five-four system has a book of its own and shares the lessons
        textbook(4, "数学 三年级 上册", stage=("primary54",), **math),
        textbook(5, "地理 必修 第一册", volume=("b1",), **senior), textbook(6, "地理 选择性必修 第一册", volume=("x1",), **senior),
        Resource.model_validate({"id": "x:1", "kind": "live", "service": "k12", "source": ("x",), "title": "亲子阅读", "board": ("after-school-reading",)}),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    found = build(tmp_path_factory.mktemp("index"), school())
    yield found
    found.close()


@pytest.fixture
def client(engine: Engine) -> FlaskClient:
    return create_app(engine).test_client()


def titles(client: FlaskClient, path: str) -> list[str]:
    """Texts of the links to resources of a page, in order."""
    text = client.get(path).text
    return [part.partition("</a>")[0].rpartition(">")[2] for part in text.split('<a href="/resources/')[1:]]


def section(client: FlaskClient, path: str, heading: str) -> str:
    """The section of a page under a heading, up to the next."""
    return client.get(path).text.partition(f"<h2>{heading}</h2>")[2].partition("</section>")[0]


def ids(text: str) -> list[str]:
    return re.findall(r'href="/resources/([^"]+)"', text)


def hrefs(found: Page) -> set[str]:
    return {str(a.get("href")) for a in found.all("a")}


# ── order ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("spellings"),
    [("第十二单元", "第12单元", "第１２单元", "第١٢单元", "12单元", "Unit 12", "U12"), ("第一模块 第二单元", "第1模块 第2单元", "M1 U2", "M1U2", "Module 1 Unit 2"), ("第1章", "第一章 有理数", "第1章有理数")],
)  # fmt: skip
def test_spellings_of_one_unit_are_one(spellings: tuple[str, ...]) -> None:
    assert len({order.unit_identity(one) for one in spellings}) == 1


def test_a_unit_may_be_asked_for_in_full_width_digits(client: FlaskClient) -> None:
    assert client.get(VOLUME + "&unit=" + quote("第１０单元")).status_code == 200
    assert client.get(VOLUME + "&unit=" + quote("第１２单元")).status_code in (200, 404)


def test_the_title_of_a_lesson_may_be_longer_than_a_query(tmp_path: Path) -> None:
    title = "走进大自然" * 100
    engine = build(tmp_path, [lesson(1, title), lesson(2, title, version=("renjiao",))])
    assert 'href="/resources/air:2"' in create_app(engine).test_client().get("/resources/air:1").text
    engine.close()


def test_units_stand_in_the_order_of_the_book() -> None:
    book = ["Starter", "M1 U1", "M1 U2", "M1 U10", "M1", "M2 U1", "综合与实践", ""]
    assert sorted(reversed(book), key=lambda unit: order.unit_key(unit, "2026-09-01")) == book
    chapters = ["绪论", "第一章 运动", "第二章", "第九章", "第十章", "第十一章", "第二十章", "附录"]
    assert sorted(sorted(chapters), key=lambda unit: order.unit_key(unit, "")) == chapters


def test_a_word_that_begins_with_a_number_is_no_unit() -> None:
    assert len({order.unit_identity(one) for one in ("三月桃花水", "三国演义", "百分数", "一起长大")}) == 4


@pytest.mark.parametrize(
    ("title", "number", "period", "core"),
    [
        ("1.大青树下的小学①", (1,), 1, "大青树下的小学"), ("3*.不懂就要问", (3,), 0, "不懂就要问"), ("13* .胡萝卜先生的长胡子", (13,), 0, "胡萝卜先生的长胡子"),
        ("第1节 浮力", (1,), 0, "浮力"), ("2.1 有理数（第2课时）", (2, 1), 2, "有理数"), ("M1U1 How are you?④", (1, 1), 4, "How are you?"),
        ("三角形的分类(2)①", (), 1, "三角形的分类"), ("语文园地①.", (), 1, "语文园地"), ("一、序言", (1,), 0, "序言"),
        ("100以内的加法", (), 0, "100以内的加法"), ("2、5的倍数", (), 0, "2、5的倍数"), ("1.5米", (), 0, "1.5米"), ("5 的乘法口诀", (), 0, "5 的乘法口诀"),
        ("①", (), 1, "①"), ("", (), 0, ""),
    ],
)  # fmt: skip
def test_a_lesson_title_is_read_as_number_name_and_period(title: str, number: tuple[int, ...], period: int, core: str) -> None:
    assert (order.number(title), order.period(title), order.core(title)) == (number, period, core)


# ── the tree ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_one_goes_down_from_the_front_page_to_a_lesson(client: FlaskClient) -> None:
    path = "/k12"
    for step in ("stage=primary", "subject=chinese", "version=tongbian", "grade=g3", "volume=up"):
        found = page(client, path)
        path = min((h for h in hrefs(found) if h.startswith("/k12/books?") and h.endswith(step)), key=len)
    assert path == VOLUME
    assert "1.大青树下的小学" in titles(client, path)


def test_counts_of_a_level_are_narrowed_by_the_levels_before_and_agree_with_the_search(client: FlaskClient) -> None:
    found = page(client, "/k12/books?stage=primary&subject=chinese")
    assert "统编版 12" in " ".join(found.words.split())
    search = next(h for h in hrefs(found) if h.startswith("/search?") and "subject=chinese" in h)
    assert "共 14 条" in page(client, search).words


def test_a_choice_can_be_removed_with_those_below_it_or_changed(client: FlaskClient) -> None:
    found = page(client, VOLUME)
    removed = [str(a["href"]) for a in found.all("a", title="去掉")]
    assert [parse_qs(urlsplit(h).query).keys() for h in removed][:3] == [set(), {"stage"}, {"stage", "subject"}]
    assert VOLUME.replace("volume=up", "volume=down") in hrefs(found)


def test_a_stage_whose_books_have_no_grade_goes_on_to_the_volume(client: FlaskClient) -> None:
    found = page(client, "/k12/books?stage=senior&subject=geography&version=renjiao")
    volume = next(h for h in hrefs(found) if h.endswith("version=renjiao&volume=x1"))
    assert titles(client, volume)[0] == "地理 选择性必修 第一册"


def test_lessons_stand_by_unit_in_the_order_of_the_book(client: FlaskClient) -> None:
    assert titles(client, VOLUME) == [
        "语文 三年级 上册", "1.大青树下的小学", "2.花的学校①", "2.花的学校②", "语文园地①", "语文园地②", "4*.古诗三首", "&lt;b&gt;", "10.在牛肚子里旅行①", "复习课",
    ]  # fmt: skip


def test_a_unit_has_a_page_of_its_own_under_any_of_its_spellings(client: FlaskClient) -> None:
    for unit in ("第1单元", "第一单元", "1单元"):
        assert titles(client, f"{VOLUME}&unit={quote(unit)}") == ["1.大青树下的小学", "2.花的学校①", "2.花的学校②", "语文园地①", "语文园地②"]
    assert client.get(f"{VOLUME}&unit={quote('第99单元')}").status_code == 404
    assert client.get(f"/k12/books?stage=primary&unit={quote('第1单元')}").status_code == 404


def test_a_units_printed_code_leads_to_its_page(client: FlaskClient) -> None:
    code = short_code(unit_key(lesson(7, "4*.古诗三首", "第二单元")))
    assert f"/qr/{code}" in hrefs(page(client, VOLUME))
    moved = client.get(f"/r/{code}")
    assert moved.status_code == 302
    assert titles(client, moved.headers["Location"]) == ["4*.古诗三首", "&lt;b&gt;"]


def test_lessons_shared_by_both_systems_show_the_book_that_there_is(client: FlaskClient) -> None:
    assert "数学 三年级 上册" in titles(client, "/k12/books?stage=primary&subject=math&version=hujiao&grade=g3&volume=up")


def test_values_that_no_vocabulary_knows_are_a_400_and_known_labels_are_taken(client: FlaskClient) -> None:
    assert client.get("/k12/books?subject=魔法").status_code == 400
    assert titles(client, "/k12/books?stage=小学&subject=语文&version=部编版&grade=3年级&volume=上") == titles(client, VOLUME)
    assert client.get("/k12/books?stage=graduate&subject=french").status_code == 200


# ── front page ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_front_page_shows_every_board_and_column_and_links_those_that_hold_something(client: FlaskClient) -> None:
    found = page(client, "/k12")
    for entry in vocabulary("board"):
        assert entry.label in found.words
    links = hrefs(found)
    assert {"/search?board=after-school", "/search?board=after-school-reading", "/k12/books"} <= links
    assert "/search?board=reform" not in links, "nothing is there yet"


def test_every_link_of_the_pages_leads_somewhere(client: FlaskClient) -> None:
    for path in ("/k12", VOLUME, "/k12/coverage", "/resources/air:3", "/resources/book:1"):
        for link in hrefs(page(client, path)):
            if link.startswith("/"):
                assert client.get(link).status_code in (200, 302, 303), f"{path}: {link}"


def test_sites_elsewhere_are_named_once_each_with_an_address_that_can_be_followed() -> None:
    found = [site for _group, group in sites() for site in group]
    assert len(found) > 12 and len({s.url for s in found}) == len({s.name for s in found}) == len(found)
    assert all(urlsplit(s.url).scheme == "https" and urlsplit(s.url).hostname for s in found)


def test_an_empty_catalogue_has_pages_that_say_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = build(tmp_path_factory.mktemp("empty"), [])
    client = create_app(empty).test_client()
    for path in ("/k12", "/k12/books", "/k12/coverage", VOLUME):
        assert client.get(path).status_code == 200, path
    assert "还没有内容" in client.get("/k12/coverage").text
    empty.close()


# ── coverage ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_coverage_table_counts_what_its_cells_lead_to(client: FlaskClient) -> None:
    found = page(client, "/k12/coverage?stage=primary&subject=chinese")
    cell = "/k12/books?stage=primary&subject=chinese&version=tongbian&grade=g3"
    assert cell in hrefs(found) and len(found.all("caption")) == 1
    assert {a.get("scope") for a in found.all("th")} == {"col", "row"}
    cells = re.findall(r"<t[hd][^>]*>(?:<\w+[^>]*>)?([^<]+)<", client.get("/k12/coverage?stage=primary&subject=chinese").text)
    assert cells == ["版本", "三年级", "四年级", "合计", "统编版", "11", "1", "12", "人教版", "2", "0", "2", "合计", "13", "1", "14"]
    assert "共 11 条" in page(client, cell.replace("/k12/books?", "/search?kind=lesson&kind=textbook&")).words


def test_the_coverage_of_books_without_grades_goes_by_volume_and_the_default_is_the_fullest_table(client: FlaskClient) -> None:
    assert "版本 × 册次" in page(client, "/k12/coverage?stage=senior").words
    assert "小学 语文：版本 × 年级" in page(client, "/k12/coverage").words


# ── my textbooks ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_volume_is_marked_shown_and_forgotten_without_a_script(client: FlaskClient) -> None:
    form = page(client, VOLUME)
    (key,) = [str(a["value"]) for a in form.all("input", type="hidden", name="add")]
    moved = client.get(f"/k12/mine?add={key}")
    assert (moved.status_code, moved.headers["Location"]) == (303, "/k12#mine")
    cookie = moved.headers["Set-Cookie"]
    assert "SameSite=Lax" in cookie and "HttpOnly" in cookie and moved.headers["Cache-Control"] == "no-store"
    front = page(client, "/k12")
    assert VOLUME in hrefs(front) and "语文 统编版 三年级 上册" in front.words
    assert "已在我的教材中" in page(client, VOLUME).words
    remove = next(h for h in hrefs(front) if "remove=" in h)
    client.get(remove)
    assert VOLUME not in hrefs(page(client, "/k12"))


def test_at_most_twelve_volumes_are_kept_the_last_marked_first(client: FlaskClient) -> None:
    for n in range(1, 6):
        for subject in ("chinese", "math", "english"):
            assert client.get(f"/k12/mine?add=primary.{subject}.renjiao.g{n}.up").status_code == 303
    kept = client.get_cookie("books")
    assert kept is not None
    keys = kept.value.split("|")
    assert len(keys) == k12_mine.MOST and keys[0] == "primary.english.renjiao.g5.up" and "primary.chinese.renjiao.g1.up" not in keys


@pytest.mark.parametrize("bad", ["x", "primary.chinese.tongbian.g3", "primary.magic.tongbian.g3.up", "primary....", "<script>.a.b.c.d", "//evil.example"])
def test_only_volumes_can_be_marked_and_a_damaged_cookie_is_passed_over(client: FlaskClient, bad: str) -> None:
    assert client.get("/k12/mine", query_string={"add": bad}).status_code == 400
    client.set_cookie("books", f"{bad}|primary.chinese.tongbian.g3.up|||")
    found = page(client, "/k12")
    assert VOLUME in hrefs(found) and "magic" not in found.words


def test_a_page_with_somebodys_textbooks_is_stored_nowhere(client: FlaskClient) -> None:
    assert "no-store" not in client.get("/k12").headers.get("Cache-Control", "")
    client.get("/k12/mine?add=primary.chinese.tongbian.g3.up")
    assert client.get("/k12").headers["Cache-Control"] == "no-store"


# ── a lesson's and a textbook's own page ───────────────────────────────────────────────────────────────────────────
def test_a_lesson_leads_to_its_neighbours_across_the_units_and_to_its_book(client: FlaskClient) -> None:
    found = page(client, "/resources/air:4")
    assert [a["href"] for a in found.all("a", rel="prev")] == ["/resources/air:5"]
    assert [a["href"] for a in found.all("a", rel="next")] == ["/resources/air:7"]
    assert [a["href"] for a in found.all("a") if a.get("aria-current") == "page"] == ["/resources/air:4"]
    assert "/resources/book:1" in hrefs(found)
    first = page(client, "/resources/air:6")
    assert not first.all("a", rel="prev") and first.all("a", rel="next")


def test_a_lesson_without_a_unit_shows_those_around_it_not_the_whole_volume(tmp_path_factory: pytest.TempPathFactory) -> None:
    own = build(tmp_path_factory.mktemp("own"), [lesson(n, f"{n}.课文", published="2026-09-01") for n in range(1, 41)])
    client = create_app(own).test_client()
    assert titles(client, VOLUME) == [f"{n}.课文" for n in range(1, 41)]
    assert ids(section(client, "/resources/air:20", "前后的课")) == [f"air:{n}" for n in range(15, 26)]
    own.close()


def test_the_way_back_from_a_lesson_leads_through_the_tree(client: FlaskClient) -> None:
    text = client.get("/resources/air:3").text
    trail = text[text.index('class="trail"') : text.index("</nav>", text.index('class="trail"'))].replace("&amp;", "&")
    assert [label for label in ("中小学", "小学", "语文", "统编版", "三年级", "上册", "第一单元") if label not in trail] == []
    assert f'href="{VOLUME}"' in trail and f'href="{VOLUME}&unit={quote("第一单元")}"' in trail


def test_the_same_lesson_of_another_version_is_offered_and_others_are_not(client: FlaskClient) -> None:
    assert ids(section(client, "/resources/air:3", "其他版本的同一课")) == ["air:20"]
    assert ids(section(client, "/resources/air:20", "其他版本的同一课")) == ["air:3"], "of two periods the first"


def test_a_textbook_leads_to_its_units_and_to_the_other_volumes(client: FlaskClient) -> None:
    found = hrefs(page(client, "/resources/book:1"))
    assert {f"{VOLUME}&unit={quote('第二单元')}", VOLUME.replace("volume=up", "volume=down"), VOLUME.replace("grade=g3", "grade=g4")} <= found


# ── the engine unwell ──────────────────────────────────────────────────────────────────────────────────────────────
def test_in_an_outage_each_place_of_the_tree_is_shown_as_it_was_and_no_other(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "SECONDS", -1.0)
    moody = Moody(engine)
    client = create_app(moody).test_client()
    client.get(VOLUME)
    moody.error = EngineUnavailable("gone")
    kept = client.get(VOLUME)
    assert kept.status_code == 200 and UNWELL in kept.text and "大青树下的小学" in kept.text
    assert client.get("/k12/books?stage=primary").status_code == 503


@pytest.mark.parametrize("path", ["/k12", VOLUME, "/k12/coverage", "/resources/air:3"])
def test_what_only_a_part_of_the_index_answered_for_is_kept_nowhere(engine: Engine, path: str) -> None:
    moody = Moody(engine)
    moody.partial = True
    client = create_app(moody).test_client()
    assert client.get(path).headers["Cache-Control"] == "no-store"
    moody.partial = False
    assert "no-store" not in client.get(path).headers.get("Cache-Control", ""), "nor remembered"
