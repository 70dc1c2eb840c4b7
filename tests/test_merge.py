"""When two records are one thing, and what they say together."""

from __future__ import annotations

from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.merge import MAX_ALSO, bare, compatible, keys, link, merge
from catalog.resource import Offer, Resource, Status


def job(id: str, **fields: object) -> Resource:
    source = id.partition(":")[0]
    base = {"kind": "job", "source": (source,), "title": "数据工程师", "employer": ("好课科技有限公司",), "region": ("110108",)}
    return Resource.model_validate({"id": id, "offers": (Offer(id=id, source=source),), **base, **fields})


def book(id: str, **fields: object) -> Resource:
    base = {"kind": "textbook", "source": (id.partition(":")[0],), "title": "义务教育教科书·数学 五年级上册"}
    shelf = {"stage": ("primary",), "subject": ("math",), "version": ("renjiao",), "grade": ("g5",), "volume": ("up",)}
    return Resource.model_validate({"id": id, **base, **shelf, **fields})


def course(id: str, **fields: object) -> Resource:
    base = {"kind": "course", "source": (id.partition(":")[0],), "title": "高等数学（上）", "school": ("同济大学",), "teacher": ("张三",)}
    return Resource.model_validate({"id": id, **base, **fields})


@pytest.mark.parametrize(
    "one, other",
    [
        ("http://www.a.cn/job/1", "https://a.cn/job/1/"),
        ("https://A.cn/job?id=1&utm_source=x&spm=2", "https://a.cn/job?id=1"),
        ("https://a.cn/job?b=2&a=1", "https://a.cn/job?a=1&b=2"),
        ("https://a.cn/job/1#top", "https://a.cn/job/1"),
        ("https://a.cn:443/job/1", "http://a.cn:80/job/1"),
    ],
)
def test_the_same_page_is_recognised_under_other_spellings_of_its_link(one: str, other: str) -> None:
    assert link(one) == link(other) != ""


@pytest.mark.parametrize("one, other", [("https://a.cn/#/course/1", "https://a.cn/#/course/2"), ("https://a.cn/j?id=1", "https://a.cn/j?id=2"), ("https://a.cn/A", "https://a.cn/a")])
def test_links_to_two_pages_stay_two(one: str, other: str) -> None:
    assert link(one) != link(other)


def test_a_front_page_recognises_nothing() -> None:
    assert link("https://www.a.cn/") == link("https://a.cn") == ""


def test_a_job_without_an_employer_or_a_region_has_no_key() -> None:
    assert keys(job("a:1", employer=())) == keys(job("a:1", region=())) == ()


def test_the_same_title_employer_and_region_share_a_key_and_another_region_does_not() -> None:
    assert keys(job("a:1")) == keys(job("b:9", title="数据 工程师"))
    assert not set(keys(job("a:1"))) & set(keys(job("b:9", region=("310000",))))


def test_postings_years_apart_are_two() -> None:
    assert compatible(job("a:1", published="2026-03-01"), job("b:1", published="2026-04-01T09:00:00+08:00"))
    assert not compatible(job("a:1", published="2018-03-01"), job("b:1", published="2023-03-01"))


def test_courses_share_a_key_only_with_a_common_teacher_at_one_school() -> None:
    assert set(keys(course("a:1", teacher=("李四", "张三")))) & set(keys(course("b:1")))
    assert not set(keys(course("a:1", teacher=("李四",)))) & set(keys(course("b:1")))
    assert not set(keys(course("a:1", school=("北京大学",)))) & set(keys(course("b:1")))
    assert keys(course("a:1", teacher=())) == ()


def test_textbooks_of_known_and_different_editions_are_two() -> None:
    assert not compatible(book("a:1", edition="新教材"), book("b:1", edition="旧教材"))
    assert compatible(book("a:1", edition="新教材"), book("b:1"))
    assert not compatible(book("a:1", publisher="人民教育出版社"), book("b:1", publisher="西南大学出版社"))


def test_textbooks_of_unknown_edition_need_the_same_title_beside_the_same_facets() -> None:
    assert set(keys(book("a:1"))) & set(keys(book("b:1", title="数学五年级上册")))
    assert not set(keys(book("a:1"))) & set(keys(book("b:1", title="数学伴你学 五年级上册")))
    assert not set(keys(book("a:1"))) & set(keys(book("b:1", volume=("down",))))


def test_a_title_of_nothing_but_decoration_is_not_emptied() -> None:
    assert bare("教科书") == "教科书"


def test_both_records_stay_visible_in_what_they_become() -> None:
    a = job("a:1", summary="短", popularity=3, counts={"views": 3}, platform=("甲",), tags=("双休",), unmapped={"industry": ("云",)})
    b = job("b:2", title="数据工程师（校招）", summary="长得多", popularity=9, counts={"views": 9, "likes": 1}, platform=("乙",), tags=("食堂",), degree=("bachelor",))
    both = merge(a, b)
    assert (both.id, both.also, both.source, both.platform) == ("a:1", ("b:2",), ("a", "b"), ("甲", "乙"))
    assert (both.title, both.titles, both.summary, both.popularity) == ("数据工程师", ("数据工程师（校招）",), "长得多", 9)
    assert (both.tags, both.degree, both.counts) == (("双休", "食堂"), ("bachelor",), {"views": 9, "likes": 1})
    assert both.unmapped == {"industry": ("云",)}
    assert [o.id for o in both.offers] == ["a:1", "b:2"]
    assert Resource.from_json(both.to_json()) == both


def test_what_the_first_record_says_is_not_overruled() -> None:
    assert merge(job("a:1", degree=("master",)), job("b:2", degree=("bachelor",))).degree == ("master",)


def test_a_resource_lives_while_one_of_its_records_does() -> None:
    open_, closed = job("a:1"), job("b:2", status=Status.CLOSED)
    assert merge(open_, closed).status is merge(closed, open_).status is Status.ACTIVE


def test_a_resource_is_open_as_long_as_the_last_of_its_open_records() -> None:
    early, late, unsaid = job("a:1", expires="2026-01-01"), job("b:2", expires="2030-06-01"), job("c:3")
    closed = job("d:4", status=Status.CLOSED, expires="2031-01-01")
    for order in permutations((early, late, unsaid, closed)):
        assert reduce(merge, order).expires == "2030-06-01"
    assert merge(closed, unsaid).expires == merge(unsaid, closed).expires == "", "what is closed has closed, whatever it said before"
    assert merge(job("a:1", expires="2026-01-01T18:00:00+08:00"), job("b:2", expires="2026-01-01")).expires == "2026-01-01", "until its end"


def test_no_resource_takes_more_than_twenty_others() -> None:
    full = job("a:1", also=tuple(f"s{i}:1" for i in range(MAX_ALSO)))
    assert not compatible(full, job("b:2"))


@given(st.text(max_size=60))
def test_a_normal_link_is_its_own_normal_form(url: str) -> None:
    normal = link("https://" + url)
    assert not normal or link("https://" + normal) == normal


@given(st.text(min_size=1, max_size=60))
def test_the_bare_form_of_a_title_never_depends_on_spaces_around_it(title: str) -> None:
    assert bare(title) == bare(f"  {title} ")
