"""Pages about jobs: trees with true counts, employers, look-alike ads, what is over, fairs by their days, guidance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from flask.testing import FlaskClient

from catalog.resource import Offer, Resource, Salary
from ranking.results import Request, ResultHit
from ranking.search import search
from tests.test_web_pages import Page
from tests.web_sample import build
from web import create_app, lookalike, wording
from web.browse.employers import vouched

PLATFORM = ("国家大学生就业服务平台",)
CODER, TEACHER = "2-02-10-03", "2-08-02-04"
SLASHED = "示例/研究院 (北京) #1?"
PAGES = ["/jobs", "/jobs/regions/110000", "/jobs/regions/110108", "/jobs/regions/330000", "/jobs/industries/I", "/jobs/industries/65", "/jobs/industries/A", "/fairs",
         "/fairs?region=北京市", "/fairs?month=1999-01", "/guidance", "/employers/示例科技公司", "/employers/示例科技公司?by=city", "/resources/ncss:over",
         "/resources/ncss:over-far", "/resources/ncss:1", "/resources/fair:over", "/resources/fair:soon", "/search?q=后端&kind=job"]  # fmt: skip


def day(offset: int) -> str:
    return (wording.today() + timedelta(days=offset)).isoformat()


def job(id: str, title: str, region: str, employer: str = "示例科技公司", **fields: object) -> Resource:
    given = {"industry": ("65",), "occupation": (CODER,), "published": day(-3), "expires": day(30), "verified": True, "url": f"https://example.org/{id}"} | fields
    return Resource(id=f"ncss:{id}", kind="job", service="jobs", source=("ncss",), platform=PLATFORM, title=title, employer=(employer,), region=(region,), **given)


def fair(id: str, opens: str, closes: str, region: str = "110000", **fields: object) -> Resource:
    offers = (Offer(id=f"fair:{id}", source="univ", opens=opens, closes=closes),) if opens or closes else ()
    return Resource(id=f"fair:{id}", kind="fair", service="jobs", source=("univ",), platform=("高校就业信息网",), title=f"招聘会{id}",
                    region=(region,), offers=offers, expires=closes, **({"employer": ("示例人才中心",), "industry": ("65",)} | fields))  # fmt: skip


def records() -> list[Resource]:
    return [
        job("1", "后端开发工程师", "110108", salary=Salary(min=8000, max=12000, months=14, text="8-12K·14薪"), headcount=3, degree=("bachelor",)),
        job("2", "后端开发工程师", "330106"),
        job("3", "后端 开发工程师", "440305"),
        job("4", "前端开发工程师", "330106", verified=False, year=("2027",), job_type=("campus",)),
        job("5", "数学教师", "110105", "示例学校", occupation=(TEACHER,), industry=("83",), verified=None, expires=""),
        job("6", "研究员", "110108", SLASHED),
        job("last", "临时岗位", "110108", "示例学校", expires=day(0)),
        job("over", "后端开发工程师", "330106", expires=day(-2)),
        job("over-far", "后端开发工程师", "650100", expires=day(-2)),
        job("closed", "前端开发工程师", "110108", status="closed"),
        fair("soon", day(5), day(6)),
        fair("now", day(-1), day(1), "330100"),
        fair("today", day(0), day(0)),
        fair("later", day(45), day(45), "330100", industry=("65", "83")),
        fair("until", "", day(9)),
        fair("someday", "", ""),
        fair("over", day(-9), day(-8)),
        Resource(id="s:1", kind="live", service="jobs", source=("s",), title="简历怎样写", topic=("就业指导",)),
        Resource(id="s:2", kind="live", service="k12", source=("s",), title="亲子共读", topic=("经典阅读",)),
        Resource(id="s:3", kind="article", service="jobs", source=("s",), title="走近软件工程师", occupation=(CODER,)),
        Resource(id="s:4", kind="case", service="jobs", source=("s",), title="西部计划两年", topic=("就业指导",)),
        Resource(id="s:5", kind="course", service="higher", source=("s",), title="大学生就业指导"),
    ]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    engine = build(tmp_path_factory.mktemp("index"), records())
    yield create_app(engine).test_client()
    engine.close()


def page(client: FlaskClient, path: str, status: int = 200) -> Page:
    response = client.get(path)
    assert response.status_code == status, response.text[:300]
    return Page(response.text)


def titles(client: FlaskClient, path: str) -> list[str]:
    """The titles of the cards of a page, in order."""
    return re.findall(r'class="card-title"[^>]*><a [^>]*>(.*?)</a>', re.sub("</?mark>", "", client.get(path).text))


def counted(text: str) -> dict[str, int]:
    """Link → the count beside or in it."""
    found = re.findall(r'<a href="([^"]+)"[^>]*>(?:(?!</a>).)*?(?:</a>)?\s*<span class="row-count">([\d,]+)</span>', text)
    return {link.replace("&amp;", "&"): int(count.replace(",", "")) for link, count in found}


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_sound_and_leads_somewhere(client: FlaskClient, path: str) -> None:
    found = page(client, path)
    assert len(found.all("h1")) == len(found.all("main")) == 1
    assert [i for i, n in found.ids.items() if n > 1] == []
    assert not any("style" in attributes for _, attributes in found.tags)
    for link in {str(a["href"]) for a in found.all("a") if str(a.get("href", "")).startswith("/") and "lang=" not in str(a["href"])}:
        assert client.get(link).status_code in (200, 302), link


# ── trees ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("path", ["/jobs", "/jobs/regions/110000", "/jobs/regions/330000", "/jobs/industries/I", "/jobs/industries/65"])
def test_every_count_is_what_its_link_finds(client: FlaskClient, path: str) -> None:
    counts = counted(client.get(path).text)
    assert len(counts) > 3
    for link, count in counts.items():
        parts = urlsplit(link)
        if parts.path == "/search":
            assert client.get(f"/api/v1/search?{parts.query}").get_json()["total"] == count, link
        elif parts.path.startswith("/jobs/"):
            assert f"查看全部 {count} 个在招岗位" in page(client, link).words, link
        elif parts.path.startswith("/employers/"):
            told = re.search(r"查看全部 (\d+) 个在招职位", page(client, link).words)
            assert told and int(told[1]) >= count, "here it may have fewer than everywhere"


def test_a_municipality_leads_to_its_districts_and_a_province_to_its_cities(client: FlaskClient) -> None:
    beijing, zhejiang = client.get("/jobs/regions/110000").text, client.get("/jobs/regions/330000").text
    assert {link: n for link, n in counted(beijing).items() if "/regions/" in link} == {"/jobs/regions/110108": 3, "/jobs/regions/110105": 1}
    assert "按区县" in beijing and "按城市" in zhejiang and "/jobs/regions/330100" in zhejiang
    assert "/jobs/regions/110000" in {a.get("href") for a in page(client, "/jobs/regions/110108").all("a")}, "the way back"


def test_region_and_industry_cross(client: FlaskClient) -> None:
    assert counted(client.get("/jobs/regions/110000").text)["/search?kind=job&region=110000&industry=I"] == 3
    assert counted(client.get("/jobs/industries/I").text)["/search?kind=job&region=330000&industry=I"] == 2


def test_a_place_without_posts_says_so_and_one_that_does_not_exist_is_not_found(client: FlaskClient) -> None:
    assert "这里现在没有在招的岗位" in page(client, "/jobs/regions/540000").words
    assert client.get("/jobs/regions/999999").status_code == client.get("/jobs/industries/nothing").status_code == 404


def test_what_is_over_is_counted_nowhere(client: FlaskClient) -> None:
    assert "7 个在招岗位" in page(client, "/jobs").words
    assert "650000" not in client.get("/jobs").text


# ── look-alikes and employers ──────────────────────────────────────────────────────────────────────────────────────
def test_ads_of_one_employer_for_one_post_are_one_card_and_the_total_stays(client: FlaskClient) -> None:
    path = "/search?q=后端开发工程师&kind=job"
    found = page(client, path)
    assert "另有 2 条相同职位" in found.words and "共 3 个地区" in found.words
    assert len([t for t in titles(client, path) if "后端" in t]) == 1
    total = client.get("/api/v1/search?q=后端开发工程师&kind=job").get_json()["total"]
    assert f"共 {total} 条" in found.words and total >= 3
    everything = next(str(a["href"]) for a in found.all("a") if "employer=" in str(a.get("href")) and "kind=job" in str(a.get("href")))
    assert "后端开发工程师" in page(client, everything).words


def test_other_employers_other_titles_and_other_kinds_are_never_folded() -> None:
    def hit(id: str, **fields: object) -> ResultHit:
        return ResultHit(id, 1.0, {"id": id, "kind": "job", "title": "会计", "employer": ["甲"]} | fields)

    apart = [hit("1"), hit("2", employer=["乙"]), hit("3", title="出纳"), hit("4", kind="course"), hit("5", kind="course"), hit("6", employer=None), hit("7", employer=None)]
    assert [len(group) for group in lookalike.folded(apart)] == [1] * 7
    assert [len(group) for group in lookalike.folded([*apart, hit("8")])] == [2, *[1] * 6]


def test_other_kinds_stand_below_look_alikes_that_fill_a_page(tmp_path: Path) -> None:
    ads = [job(str(n), "数据分析", "110108", published=day(-n)) for n in range(40)]
    courses = [Resource(id=f"s:{n}", kind="course", service="higher", source=("s",), title="数据分析") for n in range(2)]
    engine = build(tmp_path, [*ads, *courses])
    found = search(engine, Request(text="数据分析"))
    assert found.others, "the first page holds both kinds"
    text = create_app(engine).test_client().get("/search?q=数据分析").text
    assert text.count('class="beside"') == 1
    engine.close()


def test_titles_may_be_longer_than_a_query(tmp_path: Path) -> None:
    title = "储备干部" * 100
    engine = build(tmp_path, [job("a", title, "110108"), job("b", title, "330106"), job("x", title, "110108", occupation=(), expires=day(-2))])
    client = create_app(engine).test_client()
    assert set(titles(client, "/resources/ncss:x")) == {title}
    link = re.search(r'<a href="(/search[^"]*)">另有 1 条', client.get("/search?kind=job").text)
    assert link and client.get(link[1].replace("&amp;", "&")).status_code == 200
    engine.close()


def test_an_employer_page_names_all_cities_of_a_post_and_groups_by_trade_or_city(client: FlaskClient) -> None:
    path = "/employers/" + quote("示例科技公司")
    found = page(client, path)
    assert "3 个地区" in found.words and "查看全部 4 个在招职位" in found.words
    links = {str(a["href"]) for a in found.all("a")}
    assert {"/resources/ncss:1", "/resources/ncss:2", "/resources/ncss:3"} <= links, "each city leads to its ad"
    assert titles(client, path) == ["后端开发工程师", "前端开发工程师"]
    by_city = client.get(path + "?by=city").text
    assert re.findall(r'<h2 id="g\d+"><span[^>]*>(.*?)</span>', by_city) == ["杭州市", "北京市", "深圳市"]


def test_an_employer_without_posts_is_not_found_but_told_kindly(client: FlaskClient) -> None:
    assert "现在没有在招的职位" in page(client, "/employers/" + quote("没有的公司"), 404).words
    fairs = page(client, "/employers/" + quote("示例人才中心"))
    assert "参加的招聘会" in fairs.words


def test_an_employer_of_any_name_is_reached_by_the_link_of_its_ad(client: FlaskClient) -> None:
    link = next(str(a["href"]) for a in page(client, "/resources/ncss:6").all("a") if str(a.get("href")).startswith("/employers/"))
    assert SLASHED in page(client, link).words


def test_who_vouches_for_an_employer_is_named() -> None:
    yes, no, silent = ({"verified": v, "platform": [p]} for v, p in ((True, "甲网"), (False, "乙网"), (None, "丙网")))
    with create_app(engine_url="embedded:/nowhere").test_request_context():
        assert vouched([no, yes]) == ("yes", "已认证单位，由甲网认证")
        assert vouched([no, silent]) == ("no", "未认证单位，据乙网")
        assert vouched([silent])[0] == vouched([])[0] == ""


# ── one ad ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_ad_tells_everything_one_decides_by(client: FlaskClient) -> None:
    words = page(client, "/resources/ncss:1").words
    for told in ("8千–1.2万元/月 · 14薪", "8-12K·14薪", "北京市海淀区", "3人", "还剩 30 天", "国家大学生就业服务平台", "已认证单位，由国家大学生就业服务平台认证", "本科"):
        assert told in words, told
    assert "示例科技公司的其他职位" in words and "前端开发工程师" in words


def test_what_an_ad_does_not_say_is_said(client: FlaskClient) -> None:
    words = page(client, "/resources/ncss:5").words
    assert "薪资面议" in words and "来源没有说明单位是否经过认证" in words and words.count("来源没有写明") == 2
    assert "未认证单位" in page(client, "/resources/ncss:4").words
    assert "今天截止" in page(client, "/resources/ncss:last").words


def test_an_ad_that_is_over_says_so_first_and_offers_open_ones_nearby(client: FlaskClient) -> None:
    found = client.get("/resources/ncss:over").text
    assert "不再接受投递" in found and found.index("不再接受投递") < found.index("<h1")
    near = titles(client, "/resources/ncss:over")
    assert near and "/search?kind=job&amp;region=330100&amp;occupation=" in found, "the same city is tried first"
    assert "/search?kind=job&amp;occupation=" in client.get("/resources/ncss:over-far").text, "then anywhere"
    assert "已被来源关闭" in client.get("/resources/ncss:closed").text
    assert "不再接受投递" not in client.get("/resources/ncss:1").text


# ── fairs ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_fairs_come_in_the_order_of_their_days(client: FlaskClient) -> None:
    assert titles(client, "/fairs") == [f"招聘会{name}" for name in ("now", "today", "soon", "until", "later", "someday")]
    headings = re.findall(r'<h2 id="d\d+">(.*?)</h2>', client.get("/fairs").text)
    assert "正在举行" in headings[0] and "今天" in headings[1] and f'datetime="{day(5)}"' in headings[2] and "时间待定" in headings[-1]


def test_fairs_are_narrowed_by_region_industry_and_month(client: FlaskClient) -> None:
    assert titles(client, "/fairs?region=330000") == ["招聘会now", "招聘会later"]
    month = day(45)[:7]
    assert titles(client, f"/fairs?month={month}&region=浙江省")[-1] == "招聘会later" and "招聘会someday" not in titles(client, f"/fairs?month={month}")
    assert titles(client, "/fairs?industry=A") == [] and "没有符合这些条件的招聘会" in page(client, "/fairs?industry=A").words
    assert client.get("/fairs?month=2026").status_code == client.get("/fairs?region=火星").status_code == 400


def test_every_choice_among_fairs_keeps_the_others_and_counts_what_it_leads_to(client: FlaskClient) -> None:
    month = day(45)[:7]
    counts = counted(client.get(f"/fairs?month={month}&region=330000").text)
    assert {f"/fairs?region=330000&industry={code}&month={month}" for code in "IP"} <= counts.keys()
    for path in (f"/fairs?month={month}", f"/fairs?month={month}&region=330000", "/fairs", "/fairs?industry=I"):
        for link, count in counted(client.get(path).text).items():
            assert len(titles(client, link)) == count, link


def test_all_fairs_of_an_employer_are_as_many_as_its_page_says(tmp_path: Path) -> None:
    own = [fair(f"own{n}", day(n), day(n), employer=("示例科技公司",)) for n in range(6)]
    engine = build(tmp_path, [job("1", "会计", "110108"), *own, *(fair(f"other{n}", day(n), day(n)) for n in range(3))])
    client = create_app(engine).test_client()
    link = re.search(r'<a [^>]*href="([^"]*)"[^>]*>全部 6', client.get("/employers/示例科技公司").text)
    assert link
    found = client.get(link[1].replace("&amp;", "&")).text
    assert "招聘会own5" in found and "招聘会other" not in found
    engine.close()


def test_a_fair_that_is_over_says_so_and_names_the_next(client: FlaskClient) -> None:
    found = client.get("/resources/fair:over").text
    assert "这场招聘会已于" in found and found.index("这场招聘会已于") < found.index("<h1")
    assert "招聘会today" in found
    assert "举办时间" in client.get("/resources/fair:soon").text and "开课" not in client.get("/resources/fair:soon").text


def test_days_of_an_event_in_words() -> None:
    with create_app(engine_url="embedded:/nowhere").test_request_context():
        assert wording.held(day(0), day(0)) == ("open", "今天举行")
        assert wording.held(day(3), "")[0] == "soon" and wording.held(day(3), "")[1].endswith("举行")
        assert wording.held(day(-3), day(-3))[0] == "over" and wording.held("", day(2))[1].startswith("至") and wording.held("", "") == ("", "")


# ── guidance, and all of them ──────────────────────────────────────────────────────────────────────────────────────
def test_guidance_holds_lectures_cases_articles_and_courses_about_work_only(client: FlaskClient) -> None:
    assert titles(client, "/guidance") == ["简历怎样写", "西部计划两年", "走近软件工程师", "大学生就业指导"]
    assert "/guidance" in {a.get("href") for a in page(client, "/resources/s:1").all("a")}


def test_the_pages_work_under_a_prefix(client: FlaskClient) -> None:
    for path in ("/jobs", "/jobs/regions/110000", "/fairs", "/employers/" + quote("示例科技公司"), "/resources/ncss:over"):
        text = client.get(path, environ_overrides={"SCRIPT_NAME": "/portal"}).text
        links = re.findall(r'(?:href|action|src)="(/[^"]*)"', text)
        assert links and all(link.startswith("/portal/") for link in links), path


def test_an_empty_catalogue_has_pages_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    engine = build(tmp_path_factory.mktemp("empty"), [Resource(id="s:9", kind="course", service="higher", source=("s",), title="课程")])
    client = create_app(engine).test_client()
    told = {"/jobs": "现在没有在招的岗位", "/fairs": "近期没有招聘会", "/guidance": "这里还没有内容", "/jobs/industries/A": "这里现在没有在招的岗位"}
    for path, words in told.items():
        assert words in page(client, path).words
    engine.close()


def test_many_fairs_are_paged_by_day_and_many_posts_all_grouped(tmp_path_factory: pytest.TempPathFactory) -> None:
    many = [fair(f"n{n:03}", day(n + 1), day(n + 1)) for n in range(130)] + [job(f"p{n}", f"岗位{n}", "110108") for n in range(130)]
    engine = build(tmp_path_factory.mktemp("many"), many)
    client = create_app(engine).test_client()
    seen: list[str] = []
    path = "/fairs"
    while path:
        found = page(client, path)
        seen += titles(client, path)
        path = next((str(a["href"]) for a in found.all("a", rel="next")), "")
    assert seen == [f"招聘会n{n:03}" for n in range(130)]
    assert len(set(titles(client, "/employers/" + quote("示例科技公司")))) == 130
    engine.close()


def test_an_industry_is_not_listed_below_its_namesake(client: FlaskClient) -> None:
    tree = client.get("/jobs").text.partition('id="industries"')[2].partition("</section>")[0]
    for branch in tree.split('<h3 class="branch">')[1:]:
        names = [part.partition(">")[2].partition("<")[0] for part in branch.split("<a ")[1:]]
        assert names[0] not in names[1:]
