"""The big vocabularies: complete, well-formed trees whose names find the right entry or, when ambiguous, none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

import data
from catalog.vocab import vocabulary

LARGE = ("region", "industry", "occupation", "discipline", "major", "school")
CROSSWALKS = ("industry", "occupation", "discipline")


def crosswalk(name: str) -> Iterator[tuple[str, list[str]]]:
    lines = [line for line in data.path("crosswalk", f"{name}.tsv").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert lines[0] == "value\tcodes\tnote"
    for line in lines[1:]:
        value, codes, _note = line.split("\t")
        yield value, codes.split("|")


@pytest.mark.parametrize("name", LARGE)
def test_every_parent_exists_and_no_chain_of_parents_is_a_circle(name: str) -> None:
    # A major's parent is a class of the discipline vocabulary.
    known = {**vocabulary(name).entries, **(vocabulary("discipline").entries if name == "major" else {})}
    for entry in vocabulary(name):
        seen, at = {entry.code}, entry.parent
        while at:
            assert at in known, f"{name}: {entry.code} hangs below the unknown {at}"
            assert at not in seen, f"{name}: {entry.code} is its own ancestor"
            seen.add(at)
            at = known[at].parent


@pytest.mark.parametrize("path", [f"vocab/{n}" for n in LARGE] + [f"crosswalk/{n}" for n in CROSSWALKS])
def test_each_file_names_its_source_its_date_and_an_existing_script(path: str) -> None:
    text = data.path(f"{path}.tsv").read_text(encoding="utf-8")
    assert re.search(r"^# source: \S", text, re.M) and re.search(r"^# date: \d{4}-\d\d-\d\d$", text, re.M)
    script = re.search(r"^# script: data/(\S+)$", text, re.M)
    assert script and data.path(script[1]).is_file()


@pytest.mark.parametrize("name", LARGE)
def test_no_name_is_empty_or_padded_and_no_alias_repeats_its_label(name: str) -> None:
    for entry in vocabulary(name):
        for text in entry.names:
            assert text and text == text.strip() and "　" not in text, (name, entry.code, text)
        assert entry.label not in entry.aliases and len(set(entry.aliases)) == len(entry.aliases), (name, entry.code)


@pytest.mark.parametrize("name", CROSSWALKS)
def test_every_code_of_a_crosswalk_exists_and_no_value_stands_twice(name: str) -> None:
    rows = list(crosswalk(name))
    assert rows and not [v for v, n in Counter(v for v, _ in rows).items() if n > 1]
    for value, codes in rows:
        assert codes and all(code in vocabulary(name) for code in codes), (name, value)


def test_gb_t_4754_is_complete_on_all_four_levels() -> None:
    assert Counter(e.attrs["level"] for e in vocabulary("industry")) == {"section": 20, "division": 97, "group": 473, "class": 1381}


def test_the_ministrys_list_of_2919_schools_is_complete_and_each_has_a_region() -> None:
    listed = [e for e in vocabulary("school") if "list" not in e.attrs]
    assert len(listed) == 2919
    assert all(e.attrs["region"] in vocabulary("region") for e in vocabulary("school"))
    tags = Counter(t for e in vocabulary("school") for t in e.attrs.get("tags", "").split(",") if t)
    # 112 schools of project 211; 石油, 矿业 and 地质 are two entries each.
    assert (tags["985"], tags["211"], tags["双一流"]) == (39, 115, 147)


def test_disciplines_have_14_fields_for_undergraduates_and_19_with_97_classes_for_vocational_education() -> None:
    count = Counter((e.code.split(":")[0], e.attrs["level"]) for e in vocabulary("discipline"))
    assert count == {("ug", "discipline"): 14, ("ug", "class"): 93, ("voc", "discipline"): 19, ("voc", "class"): 97}


def test_a_vocational_class_knows_its_digits_on_the_other_two_levels() -> None:
    computing = vocabulary("discipline").get("voc:5102")
    assert computing and computing.attrs["mid"] == "7102" and computing.attrs["uni"] == "3102"


def test_majors_of_every_stage_hang_below_a_class() -> None:
    stages = Counter(e.attrs["stage"] for e in vocabulary("major"))
    assert stages["bachelor"] == 883 and {"vocational-secondary", "vocational-college", "vocational-bachelor"} < set(stages)
    assert sum(stages.values()) - stages["bachelor"] == 717
    same_name = {e.attrs["stage"] for e in vocabulary("major").candidates("护理")}
    assert {"vocational-secondary", "vocational-college", "vocational-bachelor"} <= same_name


def test_regions_have_no_container_nodes_and_hang_counties_of_municipalities_below_them() -> None:
    labels = {e.label for e in vocabulary("region")}
    assert not labels & {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
    assert vocabulary("region").path("110108") == ("110000", "110108")
    assert vocabulary("region").path("469005") == ("460000", "469005")
    assert vocabulary("region").path("440106") == ("440000", "440100", "440106")
    assert len([e for e in vocabulary("region") if e.attrs["level"] == "province"]) == 34


@pytest.mark.parametrize(
    ("vocabulary_name", "text", "code"),
    [
        *(("region", text, "110000") for text in ("京", "北京", "北京市", "110000")),
        ("region", "沪", "310000"),
        ("region", "粤", "440000"),
        ("region", "吉林", "220000"),
        ("region", "吉林市", "220200"),
        ("region", "海南", "460000"),
        ("region", "内蒙", "150000"),
        ("region", "延边", "222400"),
        ("region", "恩施州", "422800"),
        ("region", "长沙", "430100"),
        ("region", "黄山", "341000"),
        ("region", "朝阳", "211300"),
        ("region", "朝阳区", None),
        ("region", "鼓楼区", None),
        ("region", "浦东", "310115"),
        ("region", "苏州工业园区", "320576"),
        ("region", "国外", "OVERSEAS"),
        ("region", "不限地区", "CN"),
        ("industry", "生物制药", "27"),
        ("industry", "互联网", "64"),
        ("industry", "集成电路", "3973"),
        ("industry", "保险", "68"),
        ("industry", "教育", "P"),
        ("industry", "电商", "5292"),
        ("occupation", "会计", "2-06-03"),
        ("occupation", "程序员", "4-04-05-01"),
        ("occupation", "小学老师", "2-08-02-04"),
        ("discipline", "工学", "ug:08"),
        ("discipline", "电子与信息大类", "voc:51"),
        ("discipline", "心理学", "ug:0711"),
        ("discipline", "计算机类", None),
        ("major", "计科", "ug:080901"),
        ("major", "ug:080902", "ug:080902"),
        ("school", "北大", "10001"),
        ("school", "成电", "10614"),
        ("school", "电子科大", "10614"),
        ("school", "南大", "10284"),
        ("school", "中大", "10558"),
        ("school", "人大", "10002"),
        ("school", "哈工程", "10217"),
        ("school", "东大", None),
        ("school", "华农", None),
        ("school", "石油大学", None),
        ("school", "河北师大", "10094"),
        ("school", "哈尔滨工业大学（威海）", "10213"),
        ("school", "中国地质大学(武汉)", "10491"),
    ],
)
def test_a_name_finds_its_entry_and_an_ambiguous_one_finds_none(vocabulary_name: str, text: str, code: str | None) -> None:
    found = vocabulary(vocabulary_name).canonical(text)
    assert (found.code if found else None) == code


def test_everyday_words_are_no_short_names() -> None:
    for name, word in [("school", "重大"), ("school", "广大"), ("region", "公安"), ("region", "资源"), ("region", "大方"), ("region", "阿里")]:
        assert not vocabulary(name).candidates(word), word


def test_job_sites_categories_are_mapped_and_what_is_no_industry_is_not() -> None:
    table = dict(crosswalk("industry"))
    assert table["电子技术/半导体/集成电路"] == ["39"] and table["生物制药/生命科学"] == ["27"]
    assert not {"上市", "未融资", "国企", "事业单位", "其他", "不限"} & set(table)
    assert dict(crosswalk("discipline"))["文史哲"] == ["ug:05", "ug:06", "ug:01"]


def test_no_name_of_the_vocabulary_overrules_a_course_platforms_category() -> None:
    for value, codes in crosswalk("discipline"):
        found = vocabulary("discipline").canonical(value)
        assert found is None or found.code in codes, (value, found)
