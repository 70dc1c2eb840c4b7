"""Downloaded answers of the platforms: what is read, what is passed over, what makes a harvest incomplete."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog import sources
from catalog.errors import BadValue
from catalog.sources import Broken, Incomplete, Item, Options, Raw


def read(source: str, folder: Path, *answers: Any) -> list[Item]:
    for number, answer in enumerate(answers):
        (folder / f"{number}.json").write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    return list(sources.load(source).extract(str(folder), Options()))


def parts(items: list[Item]) -> list[str]:
    return [item.part for item in items if isinstance(item, Incomplete)]


def test_pages_of_a_course_search_are_one_harvest(tmp_path: Path) -> None:
    pages = [{"result": {"query": {"totleCount": 3}, "list": [{"type": 301, "courseId": i}]}} for i in (1, 2)]
    items = read("icourse163", tmp_path, *pages)
    assert [i.row for i in items if isinstance(i, Raw)] == ["0.json#0", "1.json#0"]
    assert parts(items) == [str(tmp_path)], "one of three is missing"


def test_advertisements_among_courses_are_passed_over() -> None:
    source = sources.load("icourse163")
    assert source.transform({"type": 999, "courseId": 1}, Options()) is None


def test_a_login_wall_makes_the_job_harvest_incomplete(tmp_path: Path) -> None:
    wall = {"flag": True, "data": {"list": [], "pagenation": {"count": 200}}, "global": [{"des": "请先登录"}]}
    good = {"flag": True, "data": {"list": [{"jobId": "a", "jobName": "b"}], "pagenation": {"count": 1}}, "global": []}
    items = read("ncss", tmp_path, wall, good)
    assert len([i for i in items if isinstance(i, Raw)]) == 1
    assert parts(items) == ["0.json", str(tmp_path)]
    assert isinstance(items[0], Incomplete) and "请先登录" in items[0].reason


def test_pay_of_the_national_job_platform_is_in_thousands(tmp_path: Path) -> None:
    source = sources.load("ncss")
    for low, high, wanted in ((15, 20, (15000, 20000)), (4000, 6000, (4000, 6000)), (4.5, None, (4500, 4500)), (0, 0, None)):
        one = source.transform({"jobId": "a", "jobName": "b", "lowMonthPay": low, "highMonthPay": high}, Options())
        assert one is not None
        assert (one.salary and (one.salary.min, one.salary.max)) == wanted


def test_an_unknown_bucket_is_reported_with_what_to_do(tmp_path: Path) -> None:
    items = read("smartedu-vocational", tmp_path, {"content": {"index_zxjpk": [{"kcmc": "a"}, 3], "index_new": [{"x": 1}]}})
    assert [type(i) for i in items] == [Raw, Broken, Broken]
    assert isinstance(items[2], Broken) and "BUCKETS" in items[2].hint


def test_an_item_without_an_id_gets_the_same_one_each_time() -> None:
    source = sources.load("smartedu-vocational")
    ids = {source.transform({"bucket": "index_spgkk", "item": {"kcmc": "茶艺", "fwdz": f"https://e.example/{n}"}}, Options()).id for n in (1, 1, 2)}  # type: ignore[union-attr]
    assert len(ids) == 2


def test_each_position_of_a_notice_is_one_job(tmp_path: Path) -> None:
    notices = [{"zpxxid": "1", "zpzt": "甲", "zwxxList": [{"zwmc": "会计"}, {"zwmc": "出纳"}]}, {"zpxxid": "2", "zpzt": "乙"}]
    items = read("univ-career", tmp_path, {"list": {"code": 200, "data": {"total": "2", "list": notices}}})
    source = sources.load("univ-career")
    found = [source.transform(i.value, Options()) for i in items if isinstance(i, Raw)]
    assert [(r.id, r.title) for r in found if r] == [("univ-career:1-1", "会计"), ("univ-career:1-2", "出纳"), ("univ-career:2", "乙")]
    assert parts(items) == []


def test_positions_beside_a_notice_belong_to_it_and_a_short_list_is_incomplete(tmp_path: Path) -> None:
    answer = {"list": {"code": 200, "data": {"total": "9", "list": [{"zpxxid": "1", "zpzt": "甲"}]}}, "detail.zwxxList": [{"zwmc": "会计"}]}
    items = read("univ-career", tmp_path, answer, {"code": 500, "msg": "系统繁忙"})
    assert [i.value["position"] for i in items if isinstance(i, Raw)] == [{"zwmc": "会计"}]
    assert parts(items) == ["1.json", str(tmp_path)]


def test_an_answer_that_is_a_refusal_is_incomplete(tmp_path: Path) -> None:
    for source in ("xuetangx", "icourse163", "smartedu-vocational"):
        folder = tmp_path / source
        folder.mkdir()
        assert parts(read(source, folder, {"success": False, "message": "too many requests"})) == ["0.json"]


GOLDEN = Path(__file__).parent / "golden"
OURS = ("icourse163", "xuetangx", "ncss", "univ-career", "smartedu-vocational")
ODD = (None, "", [], {}, 3, -1, 1.5, True, "x", ["a", None, 3], {"name": None}, [{"name": 3}], "\ud800")


def _odd_ones(value: Any) -> Iterator[tuple[str, Any]]:
    """The record with each of its values in turn replaced by each odd one."""
    for key in value:
        for odd in ODD:
            yield key, {**value, key: odd}
        if isinstance(value[key], dict):
            yield from ((f"{key}.{path}", {**value, key: inner}) for path, inner in _odd_ones(value[key]))


@pytest.mark.parametrize("path", [p for s in OURS for p in sorted((GOLDEN / s).glob("*.raw.json"))], ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_value_of_an_unexpected_type_is_refused_or_left_out_but_breaks_nothing(path: Path) -> None:
    source = sources.load(path.parent.name)
    for where, raw in _odd_ones(json.loads(path.read_text(encoding="utf-8"))["raw"]):
        if where == "bucket":
            continue  # extract() itself writes it
        try:
            source.transform(copy.deepcopy(raw), Options())
        except BadValue:
            pass
        except Exception as error:
            pytest.fail(f"{where}: {type(error).__name__}: {error}")
