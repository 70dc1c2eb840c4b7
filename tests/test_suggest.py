"""What is offered while one types, over a small catalogue: entities, titles and queries, in every way of typing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.resource import Resource
from indexer.engine import Engine, Page, Query
from ranking.completion import Fit, Names, fit, spells, typed_key
from ranking.suggest import Suggestion, suggest
from tests.web_sample import build, records
from web import create_app


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    extra = [
        Resource(id=f"x:{n}", kind="course", service="higher", source=("x",), title=title, popularity=popularity, school=(school,), url=f"https://example.org/{n}")
        for n, (title, popularity, school) in enumerate(
            [("线性代数", 900, "清华大学"), ("工程数学线性代数", 5_000, "同济大学"), ("民事诉讼法学", 300, "中国政法大学"), ("程序设计入门", 10, "浙江大学")]
        )
    ]
    built = build(tmp_path_factory.mktemp("index"), [*records(), *extra])
    yield built
    built.close()


def texts(engine: Engine, typed: str, **filters: tuple[str, ...]) -> list[str]:
    return [s.text for s in suggest(engine, typed, filters)]


@pytest.mark.parametrize(
    "typed",
    ["线", "线性代", "xian", "xianx", "xianxingd", "xianxingdaishu", "xian xing dai", "xian'xing'd", "xxds", "xxd", "线性ds", "线性dai", "线xds", "xian性", "線性代", "ＸＩＡＮＸＩＮＧ", "XXDS"],
)
def test_a_title_is_offered_however_its_beginning_is_typed(engine: Engine, typed: str) -> None:
    assert "线性代数" in texts(engine, typed)


@pytest.mark.parametrize(
    ("typed", "field", "label"),
    [
        ("北大", "school", "北京大学"), ("beijingdax", "school", "北京大学"), ("bjdx", "school", "北京大学"), ("北京dx", "school", "北京大学"),
        ("数", "subject", "数学"), ("shux", "subject", "数学"), ("译林", "version", "译林版"), ("yilin", "version", "译林版"),
        ("上海", "region", "上海市"), ("沪", "region", "上海市"), ("浙", "region", "浙江省"), ("jiaoyu", "industry", "教育"), ("中国大学m", "platform", "中国大学MOOC"),
        ("理", "discipline", "理学"), ("王老", "teacher", "王老师"),
    ],
)  # fmt: skip
def test_an_entity_is_offered_by_label_alias_pinyin_and_initials_with_its_count(engine: Engine, typed: str, field: str, label: str) -> None:
    found = [s for s in suggest(engine, typed, {}, 20) if (s.field, s.label) == (field, label)]
    assert len(found) == 1
    assert found[0].count == engine.count(Query(filters=_only(found[0]), scope=_open()))


def _only(s: Suggestion) -> Any:
    from ranking.narrow import filters

    return filters({s.field: (s.value,)})


def _open() -> Any:
    from ranking.narrow import unexpired

    return (unexpired(),)


def test_what_begins_as_typed_stands_before_what_only_holds_it_though_that_is_more_popular(engine: Engine) -> None:
    found = texts(engine, "线性代数")
    assert found.index("线性代数") < found.index("工程数学线性代数")


def test_entities_and_titles_come_in_turn(engine: Engine) -> None:
    kinds = [s.kind_of == "title" for s in suggest(engine, "数", {})]
    assert True in kinds and False in kinds and kinds[0] != kinds[1]


def test_an_abbreviation_offers_the_title_that_it_shortens(engine: Engine) -> None:
    assert "民事诉讼法学" in texts(engine, "民诉")


def test_taiwans_words_offer_the_mainlands(engine: Engine) -> None:
    assert "程序设计入门" in texts(engine, "程式設計")


def test_counts_and_titles_keep_to_the_filters_and_nothing_is_offered_that_has_none(engine: Engine) -> None:
    assert "北京大学" in texts(engine, "北京", service=("higher",))
    assert "北京市" not in texts(engine, "北京", service=("higher",))
    assert "北京大学" not in texts(engine, "北京", service=("jobs",))
    beijing = next(s for s in suggest(engine, "北京", {"service": ("jobs",), "degree": ("master",)}) if s.label == "北京市")
    assert beijing.count == engine.count(Query(filters=(*_only(beijing), *_degree()), scope=_open()))
    assert "线性代数" not in texts(engine, "线性", school=("同济大学",))


def _degree() -> Any:
    from ranking.narrow import filters

    return filters({"degree": ("master",)})


@pytest.mark.parametrize(("typed", "text", "span"), [("北大 jing", "北大 经济学原理", (3, 7)), ("五年级上册 ying", "五年级上册 英语", (6, 10)), ("五年级上册英", "五年级上册英语", (5, 6))])
def test_the_last_word_is_completed_under_those_before_it(engine: Engine, typed: str, text: str, span: tuple[int, int]) -> None:
    found = {s.text: s for s in suggest(engine, typed, {})}
    assert text in found and found[text].span == span


def test_each_text_is_offered_once_and_no_more_than_asked_for(engine: Engine) -> None:
    found = texts(engine, "g")
    assert len(found) == len(set(found)) <= 10
    assert len(suggest(engine, "g", {}, 3)) == 3


def test_popular_queries_come_from_the_operators_file_and_are_read_again_when_it_changes(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAOKE_HOME", str(tmp_path))
    file = tmp_path / "queries.tsv"
    file.write_text("# asked\n寒假 德育\t12\n寒假作业\t90\n", encoding="utf-8")
    assert texts(engine, "寒假")[:2] == texts(engine, "hanj")[:2] == texts(engine, "")[:2] == ["寒假作业", "寒假 德育"]
    assert texts(engine, "寒假", service=("jobs",)) == []
    file.write_text("寒假实习\t5\n", encoding="utf-8")
    assert texts(engine, "寒假") == ["寒假实习"]


def test_a_request_asks_the_engine_at_most_three_times_and_mostly_once(engine: Engine) -> None:
    class Counting:
        """The engine, and how often it was asked."""

        asked = 0

        def search(self, query: Query) -> Page:
            self.asked += 1
            return engine.search(query)

    counting = Counting()
    suggest(counting, "北京", {})  # type: ignore[arg-type]
    for typed, most in (("北京大", 2), ("北大 经", 3), ("北大 经济", 2), ("g", 0), ("gdsx", 2)):
        counting.asked = 0
        suggest(counting, typed, {})  # type: ignore[arg-type]
        assert counting.asked <= most, typed


@given(st.text(max_size=30) | st.text("高等数学gaodengshuxue 北京'版", max_size=14))
@settings(max_examples=150, deadline=None)
def test_whatever_is_typed_gets_an_answer_whose_spans_lie_in_it(engine: Engine, typed: str) -> None:
    for one in suggest(engine, typed, {}):
        assert 0 <= one.span[0] <= one.span[1] <= len(typed) and one.text and one.label in one.text


@given(st.text("高等数学代线性北京大学abgdsx", min_size=1, max_size=8), st.lists(st.sampled_from(["高等数学", "高等代数", "线性代数", "北京大学", "c++程序", "python入门", "数学"]), max_size=6))
def test_the_index_of_names_finds_what_trying_each_name_finds(typed: str, names: list[str]) -> None:
    found = Names(names).find(typed)
    for i, name in enumerate(names):
        tried = fit(typed, name)
        if tried in (Fit.WHOLE, Fit.BEGINS) or i in found:
            assert found.get(i) == tried, name


def test_initials_and_unfinished_syllables_spell_a_name() -> None:
    assert all(spells(t, "重庆大学") for t in ("chongq", "cqdx", "chqdx", "重qing", "chongqdax"))
    assert not any(spells(t, "重庆大学") for t in ("zhongq", "chongqx", "cqxd"))
    assert typed_key("Gao'Deng Lü") == "gaodenglv"


@pytest.fixture(scope="module")
def client(engine: Engine) -> FlaskClient:
    return create_app(engine).test_client()


def test_the_api_says_what_each_suggestion_is(client: FlaskClient) -> None:
    found = client.get("/api/v1/suggest?q=beijingdax").get_json()["suggestions"]
    assert found[0] == {"text": "北京大学", "kind_of": "school", "field": "school", "value": "北京大学", "label": "北京大学", "what": "学校", "count": 2, "span": [0, 10]}
    assert client.get("/api/v1/suggest?q=线性代数").get_json()["suggestions"][0]["what"] == "课程"
    assert client.get("/api/v1/suggest?q=北京&service=就业&size=1").get_json()["suggestions"][0]["label"] == "北京市"


@pytest.mark.parametrize("query", ["q=a&page=2", "q=a&nothing=1", "q=a&stage=火星", "size=1000", "q=" + "长" * 301, "q=a&q=b"])
def test_the_api_refuses_what_it_does_not_know(client: FlaskClient, query: str) -> None:
    response = client.get(f"/api/v1/suggest?{query}")
    assert response.status_code == 400 and response.get_json()["allowed"]
