"""assemble(): raw fields → Resource, whatever they hold."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import BadValue
from catalog.normalize import FIELDS, assemble, study
from catalog.resource import CODED, Resource


def job(**fields: object) -> Resource:
    return assemble({"id": "1", "title": "工程师", **fields}, source="s", kind="job", platform="51job")


def test_a_posting_is_read_as_a_whole() -> None:
    one = job(region="广州-天河区", degree="本科及以上", salary="1-1.5万·13薪", experience="3-4年经验", job_type="全职", year="2026届",
              headcount="招2人", employer=" 示例\u200b公司 ", published="2018-08-30", expires="2018-09-30", url="https://e.example/1")
    assert (one.region, one.degree, one.experience, one.job_type, one.year) == (("440106",), ("bachelor",), ("y3-5",), ("full-time",), ("2026",))
    assert one.salary is not None and (one.salary.min, one.salary.max, one.salary.months) == (10000, 15000, 13)
    assert (one.service, one.platform, one.employer, one.headcount, one.expires) == ("jobs", ("前程无忧",), ("示例公司",), 2, "2018-09-30")
    assert [(o.id, o.source, o.platform, o.url, o.published) for o in one.offers] == [("s:1", "s", "前程无忧", "https://e.example/1", "2018-08-30")]
    assert one.unmapped == {}


@pytest.mark.parametrize("link", ["javascript:alert(1)", "ftp://a/b", "http://", "//a.b/c", "https://a b.c/", "http://[::1", "x" * 3000])
def test_a_link_that_can_not_be_followed_is_kept_as_text_only(link: str) -> None:
    one = job(url=link)
    assert one.url == "" and "".join(one.unmapped["url"])[:7] == link[:7]


def test_what_no_vocabulary_knows_stays_searchable_text() -> None:
    one = job(degree="招3人", region="异地招聘", published="03-07发布", expires="招满为止", popularity="很多")
    assert one.degree == one.region == () and one.published == one.expires == "" and one.popularity == 0
    assert one.unmapped == {"degree": ("招3人",), "region": ("异地招聘",), "published": ("03-07发布",), "expires": ("招满为止",), "popularity": ("很多",)}


@pytest.mark.parametrize(("raw", "number"), [("160.0", 160), (160.0, 160), ("1.2万", 12000), ("3,400+", 3400), (0, 0), ("-5", 0), (math.nan, 0)])
def test_popularity_is_a_count(raw: object, number: int) -> None:
    assert job(popularity=raw).popularity == number


@pytest.mark.parametrize("raw", [9**400, "9" * 400, "9" * 400 + "万", 1e308, math.inf], ids=range(5))
def test_popularity_beyond_all_counting_does_not_refuse_a_record(raw: object) -> None:
    one = job(popularity=raw, counts={"views": raw, "likes": 3})
    assert (one.popularity, one.counts) == (0, {"likes": 3})
    assert one.unmapped["popularity"]


@pytest.mark.parametrize("raw", ["1" * 5000, 10**4000], ids=("text", "number"))
def test_a_number_of_thousands_of_digits_does_not_refuse_a_record(raw: object) -> None:
    one = job(**{name: raw for name in ("popularity", "headcount", "salary", "published", "closes", "verified")})
    assert one.popularity == 0 and one.headcount is None and one.published == ""


@pytest.mark.parametrize("raw", [["2026-03-01"], {"name": "2026-03-01"}, ("2026-03-01", "x")])
def test_the_dates_of_a_term_may_stand_in_a_list_or_an_object(raw: object) -> None:
    one = assemble({"id": "1", "title": "t", "terms": [{"label": "春", "opens": raw, "closes": raw}]}, source="s", kind="course")
    assert [(t.label, t.opens, t.closes) for t in one.terms] == [("春", "2026-03-01", "2026-03-01")]


@pytest.mark.parametrize("raw", [{"from": "2026"}, [], [None], True, 1e300, object()])
def test_what_is_no_date_is_left_out_of_a_term(raw: object) -> None:
    one = assemble({"id": "1", "title": "t", "terms": [{"label": "春", "opens": raw, "closes": "2026-06-30"}]}, source="s", kind="course")
    assert [(t.label, t.opens, t.closes) for t in one.terms] == [("春", "", "2026-06-30")]


@pytest.mark.parametrize("field", ["id", "title"])
@pytest.mark.parametrize("value", [None, "", " \u3000", "\u200b\x00", []])
def test_only_a_record_without_id_or_title_is_refused(field: str, value: object) -> None:
    with pytest.raises(BadValue) as caught:
        assemble({"id": "1", "title": "t", field: value}, source="s", kind="job")
    assert caught.value.field == field and caught.value.hint


def test_an_id_too_long_for_a_link_is_refused() -> None:
    with pytest.raises(BadValue):
        job(id="x" * 600)


def test_a_kind_that_does_not_exist_is_a_bad_value() -> None:
    with pytest.raises(BadValue, match="kind"):
        assemble({"id": "1", "title": "t"}, source="s", kind="film")


def test_a_lesson_gets_its_stage_from_its_grade_and_the_five_four_system() -> None:
    lesson = {"id": "1", "title": "课", "grade": 6}
    assert assemble(lesson, source="s", kind="lesson").stage == ("primary",)
    assert assemble({**lesson, "title": "课（五·四学制）"}, source="s", kind="lesson").stage == ("junior54",)
    book = assemble({"id": "2", "title": "书", "grade": "七年级上册", "stage": ""}, source="s", kind="textbook")
    assert (book.grade, book.volume, book.stage, book.service) == (("g7",), ("up",), ("junior",), "k12")


def test_the_service_follows_from_kind_and_stage() -> None:
    def service(kind: str, **fields: object) -> str:
        return assemble({"id": "1", "title": "t", **fields}, source="s", kind=kind).service

    assert [service("course"), service("course", stage="中职"), service("course", stage="本科"), service("lesson"), service("fair"),
            service("textbook", stage="高职专科"), service("textbook", service="higher"), service("library")] == [
        "higher", "vocational", "higher", "k12", "jobs", "vocational", "higher", "vocational"]


def test_a_course_keeps_its_term_and_does_not_expire() -> None:
    one = assemble({"id": "1", "title": "t", "opens": 1694361600000, "closes": 1709134200000}, source="s", kind="course")
    assert one.expires == "" and one.terms[0].opens[:10] == one.offers[0].opens[:10] == "2023-09-11"


@pytest.mark.parametrize(
    ("text", "names"),
    [("曾鸣、薛涛,龚光华;李 明", ("曾鸣", "薛涛", "龚光华", "李 明")), ("王小红 李强 等", ("王小红", "李强")), ("John Smith", ("John Smith",)), ("张三等3人", ("张三",)),
     ("", ())],
)
def test_teachers_of_one_text_are_told_apart(text: str, names: tuple[str, ...]) -> None:
    assert study.teachers(text) == names


@pytest.mark.parametrize(("text", "label"), [("北京大学（北大）", "北京大学"), (" 清华大学 ", "清华大学"), ("无名小学", "无名小学")])
def test_schools_stand_under_their_label(text: str, label: str) -> None:
    assert study.schools(text) == (label,)


def test_every_coded_field_has_a_rule() -> None:
    assert {name for name, _ in FIELDS} | {"discipline", "major", "region", "kind", "service"} >= set(CODED)


_TEXT = st.text(max_size=40) | st.text(alphabet="北京大学本科1-2万·薪届年级上册、|,; /（）\ud800\x00\u200b", max_size=40)
_VALUE: st.SearchStrategy[Any] = st.one_of(_TEXT, st.none(), st.booleans(), st.integers(), st.floats(), st.lists(_TEXT, max_size=3))
_NAMES = sorted((set(Resource.model_fields) | {"opens", "closes"}) - {"id", "title", "kind", "source", "offers", "service"})


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(_NAMES), _VALUE, max_size=6))
def test_no_value_of_any_other_field_refuses_a_record(fields: dict[str, Any]) -> None:
    one = assemble({**fields, "id": "1", "title": "t"}, source="s", kind="course")
    assert Resource.from_json(one.to_json()) == one
