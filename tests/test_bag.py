"""A question comes apart: what is found is what its condition finds, and a score is the sum of what speaks for a hit."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.engine import Best, Clause, Engine, Every, Hit, OneOf, Passing, Query, Scored, Some, Term, open_engine
from ranking.bag import apart, weights
from ranking.query import understand
from ranking.questions import questions
from ranking.words import word_clause
from tests.engine_contract import build, documents, resource


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = open_engine(f"embedded:{tmp_path_factory.mktemp('index')}")
    titles = ["高等数学", "高等数学（上）", "大学数学", "高等教育学", "会计 出纳", "北京会计", "Java开发工程师", "力学", "材料力学"]
    build(engine, documents([resource(f"a:{n}", title, summary="数学 会计" if n % 2 else "", region=("110000",) if n % 3 else ()) for n, title in enumerate(titles)]))
    return engine


def found(engine: Engine, clause: Clause) -> dict[str, Hit]:
    return {hit.id: hit for hit in engine.search(Query(clause, size=50)).hits}


def test_a_term_that_several_name_weighs_what_they_say_together() -> None:
    twice = [Best((Term("title", "数学", 3.0), Term("names", "数学", 2.0)), 0.1), Every((Term("title", "数学", 0.5),), (Term("title", "高等"),))]
    assert weights(twice) == (Term("title", "数学", 3.5), Term("names", "数学", 2.0), Term("title", "高等"))


def test_of_the_constant_scores_of_one_concept_the_highest_counts() -> None:
    code, name = Scored(Term("region", "110000"), 12.0), Scored(Term("title", "北京"), 10.0)
    below = Passing(OneOf("region", ("110101",)), 12.0)
    assert weights([Best((code, name, below, Term("summary", "北京")), 0.1)]) == (Term("summary", "北京"), Best((code, name, below), 0.1))
    assert weights([Best((code, Some((Term("summary", "北京"),))))]) == (Term("summary", "北京"), code)


def test_what_weighs_finds_nothing_by_itself_and_adds_up(engine: Engine) -> None:
    condition, bonus = Term("title", "数学"), (Term("title", "高等"), Term("summary", "会计"), Term("title", "出纳"))
    whole = found(engine, apart(condition, bonus))
    assert whole.keys() == found(engine, condition).keys()
    singly = [found(engine, one) for one in bonus]
    for id, hit in whole.items():
        assert hit.score == pytest.approx(sum(one[id].score for one in singly if id in one), rel=1e-4)


@pytest.mark.parametrize("text", ["高等数学", "北京 会计", "java开发工程师 北京", "高等数字", "材力力学", "数学 出纳 会计", "北京的数学课程"])
def test_every_question_has_a_condition_without_a_score_and_orders_what_it_finds(engine: Engine, text: str) -> None:
    for question in questions(understand(text)):
        assert isinstance(question.clause, Every)
        (condition,) = question.clause.clauses
        assert isinstance(condition, Scored)
        assert condition.score == 0.0
        assert found(engine, question.clause).keys() == found(engine, condition).keys()
        assert all(hit.score > 0 for hit in found(engine, question.clause).values()), question.name




@pytest.mark.parametrize(("word", "title", "is_found"), [
    ("管理学", "教育管理学院概论", True),  # cut as 管理, 学院
    ("高等数学", "数学（高等）", True),  # its parts, which leave nothing of it
    ("摄影课", "风光摄影", True),  # what they leave is generic
    ("工程师", "工程造价", False),  # without 师 it is something else
])  # fmt: skip
def test_a_word_is_found_wherever_it_stands_or_in_parts_that_say_the_same(tmp_path: Path, word: str, title: str, is_found: bool) -> None:
    engine = open_engine(f"embedded:{tmp_path}")
    build(engine, documents([resource("a:1", title), resource("a:2", "护理")]))
    assert list(found(engine, apart(word_clause(word), [word_clause(word)]))) == ["a:1"] * is_found


def test_where_the_index_holds_a_word_its_characters_only_weigh() -> None:
    def in_grams(*clauses: Clause) -> set[str]:
        return {leaf.token for leaf in weights(clauses) if isinstance(leaf, Term) and leaf.field == "title_grams"}

    known, unknown = word_clause("工程师"), word_clause("嘟噜哒")
    assert isinstance(known, Every)
    assert isinstance(unknown, Every)
    assert (in_grams(*known.clauses), in_grams(known)) == (set(), {"工程", "程师"})
    assert in_grams(*unknown.clauses) == {"嘟噜", "噜哒"}
