"""The curated vocabularies: what people call a thing finds it, and nothing finds two things by accident."""

from __future__ import annotations

from itertools import pairwise

import pytest

from catalog.vocab import vocabulary

OURS = ("kind", "service", "stage", "grade", "volume", "subject", "version", "board", "audience", "resource_type", "access", "degree",
        "experience", "job_type", "level", "platform", "language", "salary")

# The words that really mean either; everything else must be one thing.
EITHER = {"stage": {"五四", "五四制", "五四学制", "54制", "五·四制", "五·四学制"}, "subject": {"信息"}, "version": {"牛津版", "牛津"}}


@pytest.mark.parametrize("name", OURS)
def test_an_alias_names_one_entry_unless_it_really_means_either(name: str) -> None:
    vocab = vocabulary(name)
    several = {alias for e in vocab for alias in e.names if len(vocab.candidates(alias)) > 1}
    assert several == EITHER.get(name, set())


@pytest.mark.parametrize("name", OURS)
def test_every_parent_is_an_entry_and_every_code_is_ascii(name: str) -> None:
    vocab = vocabulary(name)
    assert len(vocab) > 2
    for entry in vocab:
        assert entry.code.isascii() and " " not in entry.code
        assert not entry.parent or entry.parent in vocab
        assert vocab.path(entry.code)[-1] == entry.code


@pytest.mark.parametrize(
    ("name", "said", "code"),
    [
        ("version", "部编", "tongbian"), ("version", "部编版", "tongbian"), ("version", "统编", "tongbian"), ("version", "人教", "renjiao"),
        ("version", "人教社", "renjiao"), ("version", "外研版", "waiyanshe"), ("version", "北师大", "beishida"), ("version", "沪科版", "hukeji"),
        ("version", "沪科技", "hukeji"), ("version", "沪教育", "hujiao"), ("version", "牛津译林版", "yilin"), ("version", "PEP", "renjiao-pep"),
        ("version", "人教B版", "renjiao-b"), ("version", "人教精通版", "renjiao-jingtong"), ("version", "冀教版一起", "jijiao-yiqi"),
        ("version", "華東師大版", "huadongshida"), ("version", "北京", None), ("version", "精通", None),
        ("subject", "道法", "morality"), ("subject", "生物", "biology"), ("subject", "政治", "politics"), ("subject", "艺术·音乐", "music"),
        ("subject", "书法", "calligraphy"), ("subject", "信息", None), ("subject", "體育", "pe"),
        ("grade", "初一", "g7"), ("grade", "7年级", "g7"), ("grade", "小一", "g1"), ("grade", "高中一年级", "g10"), ("grade", "九年級", "g9"),
        ("volume", "上", "up"), ("volume", "第二学期", "down"), ("volume", "选必一", "x1"), ("volume", "必修第1册", "b1"),
        ("volume", "中外历史纲要（上）", "bu-outline"), ("volume", "选修一化学反应原理", "x1-hxfyyl"), ("volume", "人工智能初步", "x4-rgzncb"),
        ("stage", "初中（五•四学制）", "junior54"), ("stage", "大专", "vocational-college"), ("stage", "五四制", None),
        ("degree", "统招本科", "bachelor"), ("degree", "中技/中专", "secondary"), ("degree", "技工学校", "secondary"), ("degree", "无", "none"),
        ("experience", "无需经验", "fresh"), ("experience", "3-4年经验", "y3-5"), ("experience", "10年以上", "y10"),
        ("job_type", "春招补录", "campus-spring"), ("job_type", "央国企", "state-owned"), ("job_type", "三支一扶", "three-supports"),
        ("level", "国家精品", "national-boutique"), ("level", "一流课程", "national-first"), ("level", "大学先修课", "precollege"),
        ("platform", "24365", "ncss"), ("platform", "中国大学慕课", "icourse163"), ("platform", "爱课程", "icourses"),
        ("resource_type", "micro_lesson_video", "video"), ("resource_type", "lesson_plandesign", "plan"), ("board", "研学", "after-school-study-trip"),
    ],
)
def test_what_people_say_is_found(name: str, said: str, code: str | None) -> None:
    entry = vocabulary(name).canonical(said)
    assert (entry.code if entry else None) == code


@pytest.mark.parametrize(
    ("name", "parent", "child"),
    [
        ("version", "renjiao", "renjiao-pep"), ("version", "renjiao", "renjiao-a"), ("version", "ejiao", "renjiaoejiao"),
        ("volume", "b2", "b2-ycyjh"), ("volume", "x", "x3"), ("volume", "up", "up-xj"), ("subject", "art", "music"),
        ("board", "family", "family-methods"), ("job_type", "campus", "campus-autumn"), ("job_type", "grassroots", "west-plan"),
    ],
)
def test_the_narrower_value_lies_below_the_wider(name: str, parent: str, child: str) -> None:
    assert parent in vocabulary(name).path(child)[:-1]


def test_degrees_are_ordered_from_none_to_doctor() -> None:
    ranks = [int(e.attrs["rank"]) for e in vocabulary("degree")]
    assert ranks == sorted(ranks) and len(set(ranks)) == len(ranks)
    assert vocabulary("degree").rank("college") < vocabulary("degree").rank("bachelor")


def test_salary_buckets_leave_no_gap() -> None:
    buckets = list(vocabulary("salary"))
    for below, above in pairwise(buckets):
        assert below.attrs["max"] == above.attrs["min"]
    assert "max" not in buckets[-1].attrs


def test_every_badge_has_a_weight_between_0_and_1() -> None:
    assert all(0 < float(e.attrs["weight"]) <= 1 for e in vocabulary("level"))


def test_every_grade_names_a_stage() -> None:
    assert all(e.attrs["stage"] in vocabulary("stage") for e in vocabulary("grade"))
