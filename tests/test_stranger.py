"""What a stranger types first, over the sample catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer.engine import Engine
from ranking.results import Request
from ranking.search import search
from web import create_app
from web.home import TRIES


@pytest.fixture(scope="module")
def client(sample_engine: Engine, sample_home: Path) -> FlaskClient:
    return create_app(sample_engine, home=sample_home).test_client()


@pytest.mark.parametrize("subject", ["数学", "语文", "音乐", "化学"])
def test_the_name_of_a_subject_is_not_read_as_short_for_something_else(sample_engine: Engine, subject: str) -> None:
    titles = [str(hit.resource["title"]) for hit in search(sample_engine, Request(subject, size=10, facets=())).hits]
    assert [t for t in titles if subject not in t] == []  # 数学 was short for 数据科学


def test_the_short_name_of_a_school_finds_that_school_and_none_whose_name_holds_it(sample_engine: Engine) -> None:
    found = search(sample_engine, Request("北大", size=100, facets=("school",)))
    assert found.facets["school"][0].label == "北京大学"
    assert [v.label for v in found.facets["school"] if "北大" in v.label] == []  # 东北大学, 西北大学, 湖北大学


@pytest.mark.parametrize("query", TRIES)
def test_what_the_home_page_proposes_finds_all_that_it_says(sample_engine: Engine, query: str) -> None:
    found = search(sample_engine, Request(query, facets=()))
    assert found.total
    assert found.interpretation.relaxed == ()


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("招聘会", "/fairs"),
        ("就业指导", "/guidance"),
        ("正在开课", "/higher/terms"),
        ("北大", "/schools/%E5%8C%97%E4%BA%AC%E5%A4%A7%E5%AD%A6"),
        ("江苏", "/jobs/regions/320000"),
        ("护理", "/vocational/majors/"),
        ("计算机类", "/higher/disciplines/ug:0809"),
        ("译林版五年级上册英语", "/k12/books?stage=primary&amp;subject=english&amp;version="),
        ("六年级数学", "/k12/books?stage="),
        ("心理健康", "/topics/mental-health"),
    ],
)
def test_a_query_that_names_a_page_leads_to_it(client: FlaskClient, query: str, path: str) -> None:
    nav = client.get("/search", query_string={"q": query}).text.partition("aria-label=\"直接打开\"")[2].partition("</nav>")[0]
    assert f'href="{path}' in nav
    links = [href.partition('"')[0].replace("&amp;", "&") for href in nav.split('href="')[1:]]
    assert [client.get(link).status_code for link in links] == [200] * len(links)


@pytest.mark.parametrize("query", ["北大 高数", "江苏 护士", "数学建模", "gaodengshuxue"])
def test_a_query_that_says_more_than_a_name_leads_to_no_page(client: FlaskClient, query: str) -> None:
    assert "直接打开" not in client.get("/search", query_string={"q": query}).text


def test_what_only_sounds_alike_is_told_so(client: FlaskClient) -> None:
    told = "读音或写法相近"
    assert told in client.get("/search", query_string={"q": "浮力"}).text  # 动物福利 is all there is
    assert told in client.get("/search", query_string={"q": "高等树学"}).text
    assert told not in client.get("/search", query_string={"q": "高等数学"}).text
    assert told not in client.get("/search", query_string={"q": "gaodengshuxue"}).text


def test_the_volume_that_a_query_names_holds_what_it_found(client: FlaskClient) -> None:
    nav = client.get("/search", query_string={"q": "译林版五年级上册英语"}).text.partition('aria-label="直接打开"')[2]
    book = client.get(nav.partition('href="')[2].partition('"')[0].replace("&amp;", "&")).text
    assert "小学英语译林版三年级起点五年级上册" in book
    assert "共 1 条课时与电子教材" in book


def test_a_place_among_books_tells_its_own_total_also_with_a_level_left_out(client: FlaskClient) -> None:
    counted = search(client.application.extensions["haoke.engine"].get(), Request(filters={"kind": ("lesson", "textbook"), "subject": ("math",), "grade": ("g6",)}, size=1))
    assert f"共 {counted.total} 条课时与电子教材" in client.get("/k12/books?subject=math&grade=g6").text


@pytest.mark.parametrize(("path", "marked"), [("/search?kind=job", "/jobs"), ("/search?kind=lesson&q=语文", "/k12"), ("/search?service=higher", "/higher"), ("/search?kind=course", ""), ("/search?q=护士", "")])
def test_the_service_that_is_searched_is_marked(client: FlaskClient, path: str, marked: str) -> None:
    nav = client.get(path).text.partition('class="services"')[2].partition("</nav>")[0]
    assert [href for href in ("/k12", "/vocational", "/higher", "/jobs") if f'href="{href}" aria-current' in nav] == ([marked] if marked else [])
