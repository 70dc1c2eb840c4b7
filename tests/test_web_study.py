"""Browsing higher and vocational education: what is counted is found, what is empty is hidden, every page has one address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from catalog.resource import Resource, Status, Term
from indexer.sounds import reading
from tests.test_web_pages import Page, page
from tests.web_sample import build, records
from web import create_app
from web.browse.higher import week
from web.wording import today

PATHS = [
    "/higher", "/higher/disciplines/ug:08", "/higher/disciplines/ug:0809", "/higher/schools", "/higher/schools?by=region", "/higher/schools?q=北大",
    "/higher/schools?q=无此学校", "/higher/terms", "/schools/北京大学", "/schools/重庆大学", "/vocational", "/vocational?stage=vocational-college",
    "/vocational/disciplines/voc:52", "/vocational/majors/voc:520201", "/higher/majors/ug:080901",
]  # fmt: skip


def _day(offset: int) -> str:
    return (today() + timedelta(days=offset)).isoformat()


def _course(n: int, title: str, school: str, **more: object) -> Resource:
    fields = {"service": "higher", "discipline": ("ug:0809",), "stage": ("bachelor",)} | more
    return Resource(id=f"study:{n}", kind="course", source=("study",), platform=("学堂在线",), title=title, school=(school,), **fields)  # type: ignore[arg-type]


def study() -> list[Resource]:
    """Schools whose first character reads in several ways, majors of three stages, libraries old and closed, terms ahead."""
    schools = ["重庆大学", "长安大学", "厦门大学", "某某研究院", "MIT", "北京大学"]
    found = [_course(n, f"操作系统{n}", school, popularity=n) for n, school in enumerate(schools, 1)]
    found += [_course(10 + n, f"下一门{n}", "厦门大学", terms=(Term(opens=_day(7 * n), closes=_day(7 * n + 60)),)) for n in range(4)]
    nursing = {"vocational-secondary": "voc:720201", "vocational-college": "voc:520201", "vocational-bachelor": "voc:320201"}
    found += [
        _course(20 + n, f"基础护理{n}", "示例职业技术学院", service="vocational", discipline=("voc:5202",), stage=(stage,), major=(major,))
        for n, (stage, major) in enumerate(nursing.items())
    ]
    library = Resource(id="study:40", kind="library", service="vocational", source=("study",), title="护理专业教学资源库", discipline=("voc:5202",),
                       stage=("vocational-college",), major=("voc:520201",), level=("library-national",), updated="2019-01-01")  # fmt: skip
    closed = library.model_copy(update={"id": "study:41", "title": "停办的资源库", "status": Status.CLOSED})
    job = Resource(id="study:50", kind="job", service="jobs", source=("study",), title="护士", major=("voc:520201",), discipline=("voc:5202",), region=("500103",))
    return [*found, library, closed, job]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    engine = build(tmp_path_factory.mktemp("index"), [*records(), *study()])
    yield create_app(engine).test_client()
    engine.close()


def hrefs(found: Page) -> list[str]:
    return [str(a["href"]) for a in found.all("a") if str(a.get("href", "")).startswith("/")]


def total(client: FlaskClient, **filters: str) -> int:
    return int(client.get("/api/v1/search", query_string={**filters, "size": 1, "facets": "none"}).get_json()["total"])


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_sound_html_and_all_its_links_lead_somewhere(client: FlaskClient, path: str) -> None:
    found = page(client, path)
    assert [i for i, n in found.ids.items() if n > 1] == []
    assert len(found.all("main")) == len(found.all("h1")) == 1
    assert not found.all("style") and not any("style" in a for _, a in found.tags)
    labels = {a.get("for") for a in found.all("label")}
    assert [i for i in found.unlabelled if i.get("id") not in labels] == []
    for link in {link for link in hrefs(found) if "lang=" not in link}:
        answer = client.get(link, follow_redirects=True)
        assert answer.status_code == 200, link
    anchors = [str(a["href"])[1:] for a in found.all("a") if str(a.get("href", "")).startswith("#")]
    assert set(anchors) <= set(found.ids)


def test_the_pages_work_under_a_prefix(client: FlaskClient) -> None:
    for path in PATHS:
        found = Page(client.get(path, environ_overrides={"SCRIPT_NAME": "/portal"}).text)
        assert all(link.startswith("/portal/") for link in hrefs(found)), path


def test_every_count_of_the_tree_is_what_is_found_there(client: FlaskClient) -> None:
    text = client.get("/higher").text
    for code, label in (("ug:08", "工学"), ("ug:0809", "计算机类"), ("ug:07", "理学")):
        count = total(client, service="higher", discipline=code)
        assert count and f'href="/higher/disciplines/{code}">{label}</a> <span class="row-count">{count}</span>' in text
    assert "/higher/disciplines/ug:06\"" not in text, "nothing is filed under 历史学"


def test_popular_courses_are_numbered_with_the_most_popular_first(client: FlaskClient) -> None:
    text = client.get("/higher").text
    ranks = text[text.index('<ol class="lines ranks">') : text.index("</ol>", text.index("lines ranks"))]
    order = [ranks.index(title) for title in ("高等数学（一）", "数据结构与算法", "C++程序设计", "经济学原理", "生物制药工艺学")]
    assert order == sorted(order) and ranks.count("<li>") <= 10


def test_courses_are_on_the_shelf_of_their_run(client: FlaskClient) -> None:
    text = client.get("/higher").text
    running, ahead = text.index('id="open"'), text.index('id="soon"')
    assert running < text.index("数据结构与算法", running) < ahead < text.index("C++程序设计", ahead)
    assert "国家级一流本科课程" in text and "国家精品在线开放课程" in text


def test_terms_stand_by_week(client: FlaskClient) -> None:
    found = page(client, "/higher/terms")
    monday = today() - timedelta(days=today().weekday())
    assert [week(monday), week(monday + timedelta(days=7))] == ["本周", "下周"]
    words = found.words
    assert words.index("下周") < words.index("下一门1") < words.index(week(monday + timedelta(days=14))) < words.index("下一门2")
    assert "经济学原理" not in words[words.index("开课中") :], "it has ended"


@pytest.mark.parametrize(("path", "there"), [
    ("/higher/disciplines/计算机类", None), ("/higher/disciplines/工学", "/higher/disciplines/ug:08"),
    ("/higher/disciplines/voc:52", "/vocational/disciplines/voc:52"), ("/vocational/disciplines/ug:0809", "/higher/disciplines/ug:0809"),
    ("/vocational/majors/助产", "/vocational/majors/voc:520202"), ("/schools/北大", f"/schools/{quote('北京大学')}"), ("/schools/", "/higher/schools"),
])  # fmt: skip
def test_a_page_has_one_address(client: FlaskClient, path: str, there: str | None) -> None:
    answer = client.get(path)
    # 计算机类 stands in both catalogues: no guess
    assert (answer.status_code, answer.location) == ((308, there) if there else (404, None))


def test_a_part_of_the_catalogue_that_holds_nothing_says_so_and_leads_to_a_search(client: FlaskClient) -> None:
    for path in ("/higher/disciplines/ug:06", "/vocational/majors/voc:460103"):
        found = page(client, path)
        assert "还没有" in found.words and "查看全部" not in found.words and [link for link in hrefs(found) if link.startswith("/search?q=")]


@pytest.mark.parametrize("path", ["/higher/disciplines/zz", "/higher/majors/zz", "/schools/无此学校", "/vocational/majors/护理"])
def test_what_nobody_knows_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(("name", "initial"), [
    ("重庆大学", "c"), ("长安大学", "c"), ("长春理工大学", "c"), ("厦门大学", "x"), ("乐山师范学院", "l"), ("朝阳师范高等专科学校", "c"), ("六盘水师范学院", "l"),
    ("漯河职业技术学院", "l"), ("长治学院", "c"), ("沈阳大学", "s"), ("吕梁学院", "l"), ("宿迁学院", "s"), ("亳州学院", "b"), ("蚌埠学院", "b"), ("浙江大学", "z"), ("曲阜师范大学", "q"), ("暨南大学", "j"), ("MIT", "m"),
])  # fmt: skip
def test_schools_stand_under_the_letter_of_their_name_as_it_is_read(name: str, initial: str) -> None:
    assert reading(name)[0][0] == initial


def test_schools_are_grouped_by_letter_or_by_province(client: FlaskClient) -> None:
    def between(text: str, start: str, end: str) -> str:
        return text[text.index(f'id="{start}"') : text.index(f'id="{end}"')]

    letters = client.get("/higher/schools").text
    group = between(letters, "letter-C", "letter-M")
    assert "长安大学" in group and "重庆大学" in group and group.index("长安大学") < group.index("重庆大学")
    assert letters.index('id="letter-M"') < letters.index("厦门大学")
    regions = client.get("/higher/schools?by=region").text
    assert "重庆大学" in between(regions, "region-500000", "region-610000") and "某某研究院" in regions[regions.index('id="region-other"') :]
    assert client.get("/higher/schools?by=size").status_code == 400


@pytest.mark.parametrize(("text", "found", "not_found"), [("重庆", "重庆大学", "长安大学"), ("北大", "北京大学", "重庆大学"), ("xiamen", "厦门大学", "北京大学"), ("cqd", "重庆大学", "长安大学")])
def test_schools_are_found_by_a_part_a_short_name_or_pinyin(client: FlaskClient, text: str, found: str, not_found: str) -> None:
    words = page(client, f"/higher/schools?q={text}").words
    assert found in words and not_found not in words


def test_a_school_page_tells_where_it_is_and_what_it_offers(client: FlaskClient) -> None:
    found = page(client, "/schools/北京大学")
    for word in ("985", "北京市", "C++程序设计", "即将开课", "工学", "经济学", "中国大学MOOC", "学堂在线"):
        assert word in found.words
    assert "/search?service=jobs&region=110000" in hrefs(found)


def test_only_what_holds_something_is_shown(client: FlaskClient) -> None:
    text = client.get("/schools/重庆大学").text
    assert "即将开课" not in text and "专业教学资源库" not in text and "开课中" not in text


def test_the_vocational_catalogue_has_three_levels_with_counts(client: FlaskClient) -> None:
    found = page(client, "/vocational")
    links = hrefs(found)
    assert {"/vocational/disciplines/voc:52", "/vocational/disciplines/voc:5202", "/vocational/majors/voc:520201", "/vocational/majors/voc:720201"} <= set(links)
    assert "国家级专业教学资源库" in found.words and "停办的资源库" not in found.words


def test_a_level_of_schooling_narrows_the_catalogue(client: FlaskClient) -> None:
    links = hrefs(page(client, "/vocational?stage=中职"))
    assert "/vocational/majors/voc:720201" in links and "/vocational/majors/voc:520201" not in links
    answer = client.get("/vocational?stage=初中")
    assert answer.status_code == 400 and client.get("/vocational?stage=火星").status_code == 400


def test_a_major_leads_to_libraries_courses_other_stages_and_jobs(client: FlaskClient) -> None:
    found = page(client, "/vocational/majors/voc:520201")
    words = found.words
    assert words.index("护理专业教学资源库") < words.index("基础护理1")
    assert {"/vocational/majors/voc:720201", "/vocational/majors/voc:320201"} <= set(hrefs(found))
    assert "基础护理0" not in words and "要求相关专业的岗位" in words


def test_an_old_library_says_so(client: FlaskClient) -> None:
    assert "年未更新" in page(client, "/vocational/majors/voc:520201").words


def test_the_service_of_a_page_is_marked_in_the_head(client: FlaskClient) -> None:
    for path, service in (("/higher", "higher"), ("/vocational", "vocational"), ("/schools/北京大学", "higher"), ("/vocational/majors/voc:520201", "vocational"),
                          ("/resources/study:1", "higher"), ("/resources/study:40", "vocational")):  # fmt: skip
        links = page(client, path).all("a")
        assert {a["href"] for a in links if a.get("aria-current") and a["href"] in ("/k12", "/vocational", "/higher", "/jobs")} == {f"/{service}"}, path


def test_a_resource_leads_back_to_its_discipline_its_major_and_its_school(client: FlaskClient) -> None:
    course, lesson = hrefs(page(client, "/resources/study:1")), hrefs(page(client, "/resources/study:21"))
    assert course.index("/higher") < course.index("/higher/disciplines/ug:08") < course.index("/higher/disciplines/ug:0809")
    assert f"/schools/{quote('重庆大学')}" in course
    assert lesson.index("/vocational/disciplines/voc:5202") < lesson.index("/vocational/majors/voc:520201")


def test_a_stage_of_schooling_stays_chosen_on_the_way_down_to_a_class(client: FlaskClient) -> None:
    front = page(client, "/vocational?stage=vocational-college")
    assert "/vocational/disciplines/voc:52?stage=vocational-college" in hrefs(front)
    category = page(client, "/vocational/disciplines/voc:52?stage=vocational-college")
    assert "/vocational/disciplines/voc:5202?stage=vocational-college" in hrefs(category)
    assert "/vocational?stage=vocational-college" in hrefs(category)  # and on the way back
    assert "/vocational/majors/voc:520201" in hrefs(category)
    assert "/vocational/majors/voc:720201" not in hrefs(category)  # of 中职
    assert "/vocational/majors/voc:720201" in hrefs(page(client, "/vocational/disciplines/voc:52"))
    assert client.get("/vocational/disciplines/voc:52?stage=primary").status_code == 400
