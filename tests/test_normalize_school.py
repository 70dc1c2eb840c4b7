"""Messy strings of schools and publishers → codes, in the shapes that real tables have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.normalize import school

Codes = tuple[str, ...]


@pytest.mark.parametrize(
    ("function", "text", "codes", "rest"),
    [
        ("stages", "小学", ("primary",), ()),
        ("stages", "初中（五•四学制）", ("junior54",), ()),
        ("stages", "小学、初中", ("primary", "junior"), ()),
        ("stages", "五四制", (), ("五四制",)),
        ("stages", "高职高专", ("vocational-college",), ()),
        ("grades", 3, ("g3",), ()),
        ("grades", "3", ("g3",), ()),
        ("grades", 6.0, ("g6",), ()),
        ("grades", "13", (), ("13",)),
        ("grades", "2018", (), ("2018",)),
        ("grades", "初二", ("g8",), ()),
        ("grades", "五至六年级", ("g5", "g6"), ()),
        ("grades", "七至九年级", ("g7", "g8", "g9"), ()),
        ("grades", "高一~高三", ("g10", "g11", "g12"), ()),
        ("grades", "一年级、二年级", ("g1", "g2"), ()),
        ("grades", "水平二", ("g3", "g4"), ()),
        ("grades", "高中年级", ("g10", "g11", "g12"), ()),
        ("grades", "高一年级", ("g10",), ()),
        ("grades", "七年级（五·四学制）", ("g7",), ("五·四学制",)),
        ("grades", "教师用书", (), ("教师用书",)),
        ("volumes", "第一学期", ("up",), ()),
        ("volumes", "必修 第一册", ("b1",), ()),
        ("volumes", "必修一", ("b1",), ()),
        ("volumes", "选修3", ("x3",), ()),
        ("volumes", "选择性必修3 生物技术与工程", ("x3-swjsygc",), ()),
        ("volumes", "选必三　生物技术与工程", ("x3-swjsygc",), ()),
        ("volumes", "选择性必修3 一本没有的书", ("x3",), ("一本没有的书",)),
        ("volumes", "必修 上册", ("bu",), ()),
        ("volumes", "必修（上）", ("bu",), ()),
        ("volumes", "全一册（下）", ("all-down",), ()),
        ("volumes", "高二下册", ("down",), ()),
        ("volumes", "七年级（全一册）", ("all",), ()),
        ("volumes", "法语I（上册）", ("up",), ("法语I",)),
        ("volumes", "春季读本", (), ("春季读本",)),
        ("versions", "人教版（PEP）（主编：吴欣）", ("renjiao-pep",), ()),
        ("versions", "人音版（五线谱）（主编：吴斌）", ("renyin-wuxianpu-wubin",), ()),
        ("versions", "人音版（主编：赵季平，杜永寿）", ("renyin-zhaojipingduyongshou",), ()),
        ("versions", "人美版(主编：李滢)", ("renmei-liying",), ()),
        ("versions", "牛津上海版", ("niujinshanghai",), ()),
        ("versions", "牛津版", (), ("牛津版",)),
        ("versions", "外研", ("waiyanshe",), ()),
        ("versions", "苏教版教材", ("sujiao",), ()),
        ("versions", "苏教版三年级起点", ("sujiao",), ("三年级起点",)),
        ("versions", "人教版（新编）（主编：某人）", ("renjiao",), ("新编", "主编：某人")),
        ("versions", "湘教版-湖南教育出版社", ("xiangjiao",), ("湖南教育出版社",)),
        ("versions", "人教版、苏教版", ("renjiao", "sujiao"), ()),
        ("versions", "同济大学高等数学第六版", (), ("同济大学高等数学第六版",)),
        ("subjects", "英语（三年级起点）", ("english",), ("三年级起点",)),
        ("subjects", "高中生物", ("biology",), ()),
        ("subjects", "语文·书法练习指导", ("calligraphy",), ()),
        ("subjects", "艺术·舞蹈/影视/戏剧", ("stage-art",), ()),
        ("subjects", "物理、化学", ("physics", "chemistry"), ()),
        ("subjects", "信息", (), ("信息",)),
    ],
)
def test_a_messy_string_gives_codes_and_keeps_what_is_unknown(function: str, text: object, codes: Codes, rest: Codes) -> None:
    assert getattr(school, function)(text) == (codes, rest)


def test_a_volume_that_names_a_grade_gives_the_grade_too() -> None:
    assert school.grades_in("高二下册") == ("g11",)
    assert school.grades_in("七年级（全一册）") == ("g7",)
    assert school.grades_in("水平二") == ("g3", "g4")
    assert school.grades_in("必修 第一册") == ()


def test_a_grade_that_names_a_volume_gives_the_volume_too() -> None:
    assert school.volumes_in("七年级上册") == ("up",)
    assert school.volumes_in("七年级") == ()


def test_the_sixth_year_is_primary_school_but_junior_school_in_the_five_four_system() -> None:
    assert school.stage_of(("g6",)) == ("primary",)
    assert school.stage_of(("g6",), five_four=True) == ("junior54",)
    assert school.stage_of(("g5", "g6"), five_four=True) == ("primary54", "junior54")
    assert school.stage_of(("g9", "g10")) == ("junior", "senior")
    assert school.stage_of(()) == ()


def test_the_edition_is_the_platforms_word_or_the_standard_that_the_title_names() -> None:
    assert school.edition("（根据2022年版课程标准修订）义务教育教科书 数学", "旧教材") == "旧教材"
    assert school.edition("（根据2022年版课程标准修订）义务教育教科书 数学") == "2022年版课程标准"
    assert school.edition("小学数学人教版三年级上册") == ""


@given(st.text(alphabet="一二三年级高初上下册必修选第（）主编：、/教版人·~至1 ", max_size=24), st.sampled_from(["stages", "grades", "volumes", "versions", "subjects"]))
def test_no_string_raises_and_codes_come_from_the_vocabulary(text: str, function: str) -> None:
    from catalog.vocab import vocabulary

    codes, rest = getattr(school, function)(text)
    assert all(c in vocabulary(function.removesuffix("s")) for c in codes)
    assert all(r.strip() for r in rest)
