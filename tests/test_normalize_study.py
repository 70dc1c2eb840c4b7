"""Majors, classes of majors and disciplines in free words."""

from __future__ import annotations

import pytest

from catalog.normalize import assemble, study


def labels(text: str, catalogue: str = "bachelor") -> tuple[list[str], list[str], list[str]]:
    from catalog.vocab import vocabulary

    majors, classes, rest = study.study_fields(text, catalogue)
    return [vocabulary("major").label(m) for m in majors], [vocabulary("discipline").label(c) for c in classes], list(rest)


@pytest.mark.parametrize(
    ("text", "majors", "classes", "rest"),
    [
        ("中国语言文学类", [], ["中国语言文学类"], []),
        ("汉语言文学专业、小学教育专业", ["汉语言文学", "小学教育"], [], []),
        ("计算机科学与技术、软件工程等相关专业", ["计算机科学与技术", "软件工程"], [], []),
        ("会计学或审计学", ["会计学", "审计学"], [], []),
        ("本科：数学类；硕士研究生及以上专业不限。", [], ["数学类"], ["硕士研究生及以上专业不限"]),
        ("0701数学类", [], ["数学类"], []),
        ("英语050201", ["英语"], [], []),
        ("本 科：法学类（不含监狱学） 研究生：法学（一级学科）", ["法学"], ["法学类"], []),
        ("示例学", [], [], ["示例学"]),
        ("", [], [], []),
    ],
)
def test_free_words_name_majors_and_classes(text: str, majors: list[str], classes: list[str], rest: list[str]) -> None:
    assert labels(text) == (majors, classes, rest)


def test_the_stage_chooses_the_catalogue_of_a_major() -> None:
    codes = {stage: study.study_fields("计算机类", stage)[1] for stage in ("bachelor", "vocational-college")}
    assert codes["bachelor"][0].startswith("ug:") and codes["vocational-college"][0].startswith("voc:")
    one = assemble({"id": "1", "title": "t", "major": "软件技术", "stage": "高职专科"}, source="s", kind="course")
    assert one.major and one.major[0].startswith("voc:5") and one.discipline and one.service == "vocational"


def test_a_posting_for_graduates_means_the_undergraduate_catalogue() -> None:
    one = assemble({"id": "1", "title": "t", "major": "计算机类", "degree": "本科及以上"}, source="s", kind="job")
    assert one.discipline[0].startswith("ug:") and one.major == ()


def test_a_platforms_own_category_goes_through_the_crosswalk() -> None:
    assert study.disciplines("医药卫生") == study.disciplines("医药卫生", "bachelor") == (("ug:10",), ())
    assert study.disciplines("医药卫生", "vocational-college") == (("voc:52",), ())
    assert study.disciplines("奇谈怪论") == ((), ("奇谈怪论",))


@pytest.mark.parametrize(("raw", "code"), [("免费", "free"), ("0", "free"), ("¥99.5", "paid"), (0, "free")])
def test_a_price_is_a_kind_of_access(raw: object, code: str) -> None:
    assert assemble({"id": "1", "title": "t", "access": raw}, source="s", kind="course").access == (code,)
