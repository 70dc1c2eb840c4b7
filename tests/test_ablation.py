"""A signal that is switched off has no effect on what is asked, and has it again afterwards."""

import pytest

from bench.ablation import switched, switches, without
from bench.understanding import plain
from indexer.engine import Clause
from ranking.query import understand
from ranking.questions import question

QUERIES = ("jixie gongcheng", "高数", "计算机网咯 北京", "机械工程师", "人教版 数学", "清华大学 程式設計", "马原 笔记")


def asked() -> list[Clause]:
    return [question(understand(text)) for text in QUERIES]


@pytest.mark.parametrize("name", ["PINYIN", "SYNONYM", "CONCEPT place", "CONCEPT study", "GRAM", "COUPLE", "EXACT_TITLE"])
def test_a_switch_takes_effect_although_questions_are_remembered(name: str) -> None:
    before = asked()
    with switched(switches()[name]):
        assert asked() != before
    assert asked() == before


def test_plain_questions_hold_no_variants_although_questions_are_remembered() -> None:
    full = asked()
    for clause, less in zip(full, plain(QUERIES), strict=True):
        assert without(clause, "sounds") != clause or "sounds" not in repr(clause)
        assert "'sounds'" not in repr(less)
        assert "'short'" not in repr(less)
    assert plain(QUERIES) != full
    assert asked() == full
