"""The contract on the embedded engine, and what is its own."""

from __future__ import annotations

import ctypes
import mmap
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import BadRequest, EngineError, GenerationError
from catalog.resource import Salary
from catalog.vocab import vocabulary
from indexer import engine as api
from indexer.document import LABELLED, label_tokens
from indexer.engine import Anything, Best, Between, Clause, Cursor, Engine, Every, OneOf, Passing, Query, Scored, Some, Term, open_engine
from indexer.engines.embedded import Embedded, anywhere, counts, files, memory, plan, reading, snapshot, together, translate
from indexer.fields import FACETS, FIELDS, FRESH, SHANGHAI
from tests.engine_contract import JOBS, EngineContract, Make, build, documents, resource


class TestEmbedded(EngineContract):
    @pytest.fixture
    def make(self, tmp_path: Path) -> Make:
        return lambda: open_engine(f"embedded:{tmp_path / 'index'}")


def test_an_engine_url_of_an_unknown_scheme_names_the_known_ones() -> None:
    with pytest.raises(BadRequest, match="embedded"):
        open_engine("solr:/somewhere")


def test_a_token_of_70000_bytes_is_cut_and_the_rest_of_its_text_is_found(tmp_path: Path) -> None:
    engine = open_engine(f"embedded:{tmp_path}")
    build(engine, documents([resource("a:1", "会计", summary="x" * 70_000 + " 出纳")]))
    assert engine.search(Query(clause=Term("summary", "出纳"))).total == 1
    assert engine.search(Query(clause=Term("summary", "x" * 256))).total == 1


def test_what_expires_is_hidden_also_where_nothing_did_before(tmp_path: Path) -> None:
    engine = open_engine(f"embedded:{tmp_path}")
    open_now = Query(scope=(Between("expires_at", low=time.time()),))
    name = build(engine, documents([resource("a:1", "会计", expires="2999-01-01"), resource("a:2", "会计")]))
    assert engine.search(open_now).total == 2  # the range holds for all, and need not be asked
    with engine.writer(name) as writer:
        writer.add(documents([resource("a:3", "会计", expires="2020-01-01")]))
        writer.commit(sequence=2)
    assert engine.search(open_now).total == engine.count(open_now) == 2
    assert {hit.id for hit in engine.search(open_now).hits} == {"a:1", "a:2"}


def test_not_expired_is_asked_alike_until_something_expires(tmp_path: Path) -> None:
    engine = open_engine(f"embedded:{tmp_path}")
    build(engine, documents([resource(f"a:{n}", "会计", expires=f"20{20 + n}-06-30") for n in range(6)]))
    reader = engine._active_reader()
    days = [datetime(2022, month, 1, tzinfo=SHANGHAI).timestamp() for month in (1, 3, 6, 7, 12)]
    asked = [reader.look().settled(Between("expires_at", low=day)) for day in days]
    assert asked[0] == asked[1] == asked[2] != asked[3] == asked[4]
    assert [engine.count(Query(scope=(Between("expires_at", low=day),))) for day in days] == [4, 4, 4, 3, 3]
    assert [engine.count(Query(scope=(Between("expires_at", low=day),))) for day in reversed(days)] == [3, 3, 4, 4, 4]
    assert engine.count(Query(scope=(Between("expires_at", low=4e9),))) == 0


def test_a_range_over_a_field_that_some_lack_leaves_them_out(tmp_path: Path) -> None:
    engine = open_engine(f"embedded:{tmp_path}")
    build(engine, documents([resource("a:1", "会计", salary=Salary(min=5000, max=8000)), resource("a:2", "会计")]))
    assert engine.count(Query(scope=(Between("salary_min", low=0.0),))) == 1
    assert engine.count(Query(scope=(Between("salary_min", low=6000.0),))) == 0


@pytest.mark.parametrize("lacking", [False, True])
@pytest.mark.parametrize("field", ["popularity", "expires_at"])
@pytest.mark.parametrize("clause", [Anything(), Term("title", "会计")])
def test_a_range_holds_its_ends_whether_all_have_the_field_or_not(tmp_path: Path, clause: Clause, field: str, lacking: bool) -> None:
    engine = open_engine(f"embedded:{tmp_path}")
    values = [0.0, 1.0, 1.0, 2.5, 7.0]
    made = [document | {field: value} for document, value in zip(documents([resource(f"a:{n}", "会计") for n in range(5)]), values, strict=True)]
    without = {name: value for name, value in documents([resource("a:9", "会计")])[0].items() if name != field}
    build(engine, [*made, *([without] if lacking else [])])
    for low, high in ((None, 1.0), (1.0, None), (1.5, None), (None, -1.0), (7.0, None), (7.1, None), (1.0, 2.5), (None, 0.0)):
        inside = [v for v in values if (low is None or v >= low) and (high is None or v <= high)]
        page = engine.search(Query(clause, scope=(Between(field, low=low, high=high),)))
        assert page.total == len(page.hits) == len(inside), (low, high)


def test_ties_longer_than_what_is_read_at_first_are_in_order_of_id(tmp_path: Path) -> None:
    engine = open_engine(f"embedded:{tmp_path}")
    build(engine, documents([resource(f"a:{n:03}", "会计") for n in reversed(range(400))]))
    page = [hit.id for hit in engine.search(Query(clause=Term("title", "会计"), offset=20, size=20)).hits]
    assert page == [f"a:{n:03}" for n in range(20, 40)]


@pytest.mark.parametrize("tied", [990, 1_000, 1_010, 1_400])
def test_pages_through_a_long_tie_show_each_hit_once(tmp_path: Path, tied: int) -> None:
    """Whether a tie is too long to be put in order of id is decided alike on each page that it touches."""
    engine = open_engine(f"embedded:{tmp_path}")
    first = [resource(f"b:{n}", "出纳", popularity=9 - n) for n in range(3)]
    build(engine, documents([*first, *(resource(f"a:{n:04}", "会计") for n in random.Random(3).sample(range(tied), tied))]))
    for size in (10, 20):
        pages = [engine.search(Query(sort="popularity", offset=offset, size=size)).hits for offset in range(0, 300, size)]
        by_cursor, after = list[str](), None
        for _ in pages:
            page = engine.search(Query(sort="popularity", after=after, size=size))
            by_cursor += [hit.id for hit in page.hits]
            after = page.next
        seen = [hit.id for page in pages for hit in page]
        assert len(set(seen)) == len(seen) == 300 and by_cursor == seen
        assert seen[:3] == ["b:0", "b:1", "b:2"]
        if tied <= reading.TIES:
            assert seen[3:] == [f"a:{n:04}" for n in range(297)]


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """More employers, and more combinations of places, than tantivy hands up for one question: 65,000."""
    engine = open_engine(f"embedded:{tmp_path_factory.mktemp('wide')}")
    (plain,) = documents([resource("a:1", "会计", published="2026-01-01")])
    made = ({**plain, "id": f"a:{n}", "employer": [f"公司{n}"], "region": [f"r{n % 300}", f"s{n // 300}"], "published_at": float(n)} for n in range(WIDE))
    build(engine, [*made, {**plain, "id": "b:1", "employer": ["公司7"], "region": ["r7"]}])
    return engine


WIDE = 66_000


def test_more_values_than_an_engine_hands_up_are_counted_nevertheless(wide: Engine) -> None:
    page = wide.search(Query(size=0, facets={"employer": 3, "region": 3, "degree": 5}))
    assert page.total == WIDE + 1
    assert page.facets["employer"][0] == ("公司7", 2) and [n for _, n in page.facets["employer"][1:]] == [1, 1]
    assert page.facets["region"] == (("s0", 300), ("s1", 300), ("s10", 300)) and page.facets["degree"] == ()


def test_a_very_long_list_of_values_ends_somewhere(wide: Engine) -> None:
    found = wide.search(Query(size=0, facets={"employer": 1_000_000})).facets["employer"]
    assert found[0] == ("公司7", 2) and counts.WIDEST == len(found) == len(set(found))


def test_what_nothing_tells_apart_says_so(wide: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "NUMBERS", ("popularity",))
    with pytest.raises(EngineError, match="combinations of values"):
        wide.search(Query(size=0, facets={"region": 7}))  # not remembered


def test_very_long_lists_of_values_are_not_remembered(wide: Engine) -> None:
    assert isinstance(wide, Embedded)
    asked = Query(size=0, facets={"employer": 5_001, "degree": 5})
    wide.search(asked)
    remembered = [values for _, facets in wide._active_reader().snapshot._counted.values() for _, values in facets.values()]
    assert max(map(len, remembered), default=0) <= snapshot.LONG
    assert len(wide.search(asked).facets["employer"]) == 5_001


@pytest.mark.parametrize("least", [2, 3, 4, 5])
def test_several_of_many_find_and_score_the_same_however_they_are_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least: int) -> None:
    engine = open_engine(f"embedded:{tmp_path}")
    words = ["会计", "出纳", "护士", "厨师", "司机"]
    build(engine, documents([resource(f"a:{n:02}", " ".join(w for i, w in enumerate(words) if n >> i & 1) or "无") for n in range(32)]))
    query = Query(clause=Every((Some(tuple(Term("title", w, 1 + i / 7) for i, w in enumerate(words)), least),)), size=32)
    spelled_out = engine.search(query)
    monkeypatch.setattr(anywhere, "WAYS", 0)
    counted = engine.search(query)
    assert spelled_out.total == counted.total == sum(n.bit_count() >= least for n in range(32))
    assert [(h.id, pytest.approx(h.score, rel=1e-5)) for h in spelled_out.hits] == [(h.id, h.score) for h in counted.hits]


def clauses() -> st.SearchStrategy[Clause]:
    terms = st.builds(Term, st.sampled_from(["title", "names", "kind", "degree"]), st.sampled_from(["甲", "乙", "丙", "丁", "戊", "job", "bachelor"]), st.sampled_from([1.0, 2.5]))
    some = lambda inner: st.lists(inner, min_size=1, max_size=3).map(tuple)  # noqa: E731
    passing = st.builds(Passing, st.builds(OneOf, st.just("degree"), st.sampled_from([("bachelor",), ("bachelor", "master")])), st.sampled_from([1.0, 3.0]))
    constants = st.one_of(st.builds(Scored, terms, st.sampled_from([1.0, 2.0, 3.0])), passing)
    return st.recursive(
        terms,
        lambda inner: st.one_of(
            st.builds(Every, some(inner), some(inner)), st.builds(Best, some(constants), st.sampled_from([0.0, 0.1])), st.builds(Best, some(inner), st.sampled_from([0.0, 0.1])), st.builds(Some, some(inner), st.sampled_from([1, 1, 2])), st.builds(Scored, inner, st.just(2.0))
        ),
        max_leaves=8,
    )


@pytest.fixture(scope="module")
def lettered(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = open_engine(f"embedded:{tmp_path_factory.mktemp('index')}")
    made = [resource(f"a:{n:03}", " ".join(c for i, c in enumerate("甲乙丙丁戊") if n % (i * i + 2) == 0) or "无", employer=("甲 丁",) if n % 3 else ("乙",), degree=("bachelor",) if n % 5 else ()) for n in range(200)]
    build(engine, documents(made))
    return engine


@settings(max_examples=150, deadline=None)
@given(clause=clauses(), narrowed=st.booleans(), along=st.sampled_from([0.0, 1.0, 3.0]), look_up=st.sampled_from([1e-9, 4, 1e9]), sparse=st.sampled_from([0, 100]))
def test_a_planned_query_finds_the_same_with_the_same_scores(lettered: Engine, clause: Clause, narrowed: bool, along: float, look_up: float, sparse: int) -> None:
    query = Query(clause, filters=(OneOf("degree", ("bachelor",)),) if narrowed else (), facets={"kind": 5}, size=200)
    with pytest.MonkeyPatch.context() as patch:
        plain = lettered.search(query)
        patch.setattr(snapshot, "PLANNED", 0)
        patch.setattr(plan, "LOOK_UP", look_up)
        patch.setattr(plan, "SPARSE", sparse)
        patch.setattr(translate, "READ_ALONG", along)
        asked = lettered.search(query)
    assert (asked.total, asked.facets) == (plain.total, plain.facets)
    assert {h.id: pytest.approx(h.score, rel=1e-4) for h in asked.hits} == {h.id: h.score for h in plain.hits}


@pytest.mark.parametrize("clause", [Some(()), Every((Term("title", "甲"), Some(()))), Some((Every((Term("title", "甲"), Some(()))), Term("title", "乙"))), Every((Some((Term("title", "甲"), Term("title", "无此"))), Term("title", "无此")))])
def test_what_nothing_can_match_is_planned_too(lettered: Engine, monkeypatch: pytest.MonkeyPatch, clause: Clause) -> None:
    plain = lettered.count(Query(clause))
    monkeypatch.setattr(snapshot, "PLANNED", 0)
    assert lettered.count(Query(clause)) == plain == (lettered.count(Query(Term("title", "乙"))) if isinstance(clause, Some) and clause.clauses else 0)


@pytest.mark.parametrize("values", [(), ("bachelor",), ("bachelor", "master"), ("nothing",)])
def test_a_filter_of_any_number_of_values_is_planned_too(lettered: Engine, monkeypatch: pytest.MonkeyPatch, values: tuple[str, ...]) -> None:
    query = Query(Some((Term("title", "甲"), Term("title", "乙"))), filters=(OneOf("degree", values),))
    plain = lettered.count(query)
    monkeypatch.setattr(snapshot, "PLANNED", 0)
    assert lettered.count(query) == plain
    assert (plain > 0) == ("bachelor" in values)


SEVEN = ("title", "names", "context", "summary", "inside", "title_grams", "other_grams")


def words() -> st.SearchStrategy[Clause]:
    """A word as it is looked for, in some or all of the fields that may hold it."""
    tokens = st.sampled_from(["甲", "甲乙", "丙丁", "甲乙丙", "java"])
    terms = st.builds(lambda token, fields: tuple(Term(f, token) for f in fields), tokens, st.one_of(st.just(SEVEN), st.just(SEVEN[:5]), st.sets(st.sampled_from(SEVEN), min_size=1).map(sorted)))
    return st.one_of(st.builds(Best, terms, st.just(0.1)), st.builds(Some, terms))


@pytest.fixture(scope="module")
def scattered(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Each token stands in other fields of other documents."""
    engine = open_engine(f"embedded:{tmp_path_factory.mktemp('index')}")
    tokens = {name: ["甲", "甲乙", "丙丁", "java"] * (name != "inside") + ["甲乙丙"] * ("grams" not in name) for name in SEVEN}
    made = documents([resource(f"a:{n:03}", "无") for n in range(120)])
    dice = random.Random(7)
    for document in made:
        document |= {name: " ".join(t for t in held if dice.random() < 0.12) or "无" for name, held in tokens.items()}
    build(engine, made)
    return engine


@settings(max_examples=150, deadline=None)
@given(clause=st.one_of(words(), st.lists(words(), min_size=2, max_size=3).map(lambda two: Every((two[0], Best(tuple(two[1:])))))))
def test_one_list_a_token_finds_what_the_fields_find_with_their_scores(scattered: Engine, clause: Clause) -> None:
    asked = scattered.search(Query(clause, facets={"kind": 5}, size=200))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(translate, "matching", lambda clause: clause)
        plain = scattered.search(Query(clause, facets={"kind": 5}, size=200))
    assert (asked.total, asked.facets) == (plain.total, plain.facets)
    assert {h.id: pytest.approx(h.score, rel=1e-4) for h in asked.hits} == {h.id: h.score for h in plain.hits}


def test_a_word_in_all_fields_that_can_hold_it_is_one_list() -> None:
    def ways(token: str, *fields: str) -> Clause:
        return anywhere.matching(Best(tuple(Term(f, token, 2.0) for f in fields)))

    assert ways("数学", *SEVEN) == Term("anywhere", "数学")
    assert ways("java", *SEVEN[::-1]) == Term("anywhere", "java")
    assert ways("工程师", *SEVEN[:5]) == Term("anywhere", "工程师"), "grams hold pairs at most"
    assert ways("数学", *SEVEN[:4]) == Some(tuple(Term(f, "数学") for f in SEVEN[:4])), "it may stand in the grams alone"
    assert anywhere.matching(Every((Scored(Term("title", "甲", 3.0), 2.0), Term("title", "甲")), (Term("title", "乙"),))) == Term("title", "甲")


def test_an_alternative_that_another_one_finds_anyway_is_not_asked() -> None:
    one, other, third = Term("summary", "应届"), Term("summary", "毕业生"), Term("summary", "在校")
    assert anywhere.matching(Some((one, Every((one, other)), Every((other, third))))) == Some((one, Every((other, third))))
    assert anywhere.matching(Best((Scored(Every((one, other)), 2.0), Scored(one, 1.0)))) == one


@pytest.mark.parametrize("field", LABELLED)
def test_what_has_a_code_has_the_words_of_its_label(field: str) -> None:
    """So a search for these words need not ask for the code, too."""
    for entry in list(vocabulary(field))[::7]:
        made = documents([resource("a:1", "无", kind="course", **{field: (entry.code,)})])[0]
        told = {*label_tokens(field, (entry.code,)).split()}
        assert told and told <= {*made["context"].split()}, entry
        assert all({*label_tokens(field, (entry.code,)).split()} <= {*documents([resource("a:1", "无", kind="course", **{field: (below.code,)})])[0]["context"].split()} for below in vocabulary(field).children(entry.code)[:3])


def test_a_code_is_not_asked_for_beside_words_of_its_label() -> None:
    def asked(*words: str, code: Clause) -> Clause:
        return anywhere.matching(Best((*(Best(tuple(Term(f, word) for f in SEVEN)) for word in words), Scored(code, 4.0))))

    trade = next(e for e in vocabulary("industry") if e.label == "制造业")
    code = Term("industry", trade.code)
    assert asked("制造", code=code) == Term("anywhere", "制造")
    assert asked("车间", code=code) == Some((Term("anywhere", "车间"), code)), "not all manufacturers speak of workshops"
    below = [c.code for c in vocabulary("industry").children(trade.code)]
    assert asked("制造", code=Passing(OneOf("industry", (*below,)), 1.0)) == Term("anywhere", "制造")
    assert asked("制造", code=Passing(OneOf("industry", (*below, "A")), 1.0)) == Some((Term("anywhere", "制造"), Passing(OneOf("industry", (*below, "A")), 1.0)))
    other = Term("employer", "制造")
    assert asked("制造", code=other) == Some((Term("anywhere", "制造"), other)), "what has no vocabulary has no label"


def test_a_query_of_very_many_weights_fits_a_small_stack(lettered: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers answer in threads of two megabytes."""
    monkeypatch.setattr(snapshot, "PLANNED", 0)
    monkeypatch.setattr(translate, "READ_ALONG", 0)
    many = tuple(Term("title_grams", chr(0x4E00 + n)) for n in range(500))
    found: list[int] = []
    before = threading.stack_size(2 * 1024 * 1024)
    try:
        thread = threading.Thread(target=lambda: found.append(lettered.search(Query(Every((Term("title", "甲"),), many))).total))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert found == [lettered.count(Query(Term("title", "甲")))]


def test_what_is_rare_is_carried_into_the_lists_of_what_is_common() -> None:
    held = {"rare": 10, "common": 10_000, "seldom": 20, "never": 0}
    rare, seldom, common, other = Term("title", "rare"), Term("names", "seldom"), Term("title", "common"), Term("names", "common")

    def planned(clause: Clause) -> Clause:
        return plan.planned(clause, lambda field, token: held[token])

    word, third = Some((common, other, seldom)), Term("summary", "common")
    assert planned(Every((word, rare))) == Some((Every((rare, common)), Every((rare, other)), Every((rare, seldom)))), "the rare one need not stand beside them"
    assert planned(Every((Some((common, other, third)), Some((common, third))))) == Every((Some((common, third)), Some((common, other, third)))), "lists would be read over and over"
    assert planned(Every((rare, Some((common, Term("title", "never")))))) == Every((rare, common)), "what no document has"
    assert planned(Some((Every((rare, seldom)), rare))) == rare, "finds all that the other finds"
    # a way to leave a word out is a conjunction with a lead of its own
    way = Every((Some((common, other)), seldom))
    helped = Every((seldom, common)), Every((seldom, other))
    assert planned(Some((way, third))) == Some((*helped, third))
    assert planned(Every((Some((way, third)), rare))) == Some((Every((Some((Every((rare, common)), Every((rare, other)))), seldom)), Every((rare, third))))


@pytest.mark.parametrize("way", ["pages", "cursors"])
def test_of_a_broad_query_what_is_fresh_comes_first_and_everything_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    engine = open_engine(f"embedded:{tmp_path}")
    made = documents(resource(f"a:{n:03}", "会计 " * (1 + n % 5)) for n in range(97))
    fresh = {f"a:{n:03}" for n in range(0, 97, 7)}  # 14 of them: a page ends among the others
    for document in made:
        document["fresh"] = ["7"] if document["id"] in fresh else []
    build(engine, made)
    query = Query(clause=Term("title", "会计"), size=10, first=api.Ahead(tuple((OneOf("fresh", (days,)), 13) for days in FRESH), many=50))
    seen: list[str] = []
    after: Cursor | None = None
    while len(seen) < 97:
        page = engine.search(Query(query.clause, size=10, first=query.first, **({"after": after} if way == "cursors" and after else {"offset": len(seen)})))
        assert page.total == 97
        seen += [h.id for h in page.hits]
        after = page.next
    assert after is None
    assert set(seen[:14]) == fresh
    assert len(set(seen)) == 97
    alone = [h.id for h in engine.search(Query(query.clause, filters=(OneOf("fresh", ("7",)),), size=14)).hits]
    assert seen[:14] == alone  # among themselves they stand as ever
    whole = [h.id for h in engine.search(Query(query.clause, size=97)).hits]
    assert seen[14:] == [i for i in whole if i not in fresh]


def test_what_does_not_age_is_looked_at_with_the_newest_and_is_not_taken_for_enough_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(f"embedded:{tmp_path}")
    made = documents(resource(f"a:{n:03}", "会计 " * (1 + n % 5)) for n in range(97))
    for n, document in enumerate(made):
        document["fresh"] = ["1", "7", "ageless"] if n < 20 else ["1", "7"] if n < 25 else ["7"] if n < 40 else []
    build(engine, made)
    days = tuple((OneOf("fresh", (token,)), 10) for token in ("1", "7"))
    for beside, newest in ((OneOf("fresh", ("ageless",)), 40), (None, 25)):
        query = Query(clause=Term("title", "会计"), size=97, first=api.Ahead(days, beside, many=50))
        found = [h.id for h in engine.search(query).hits]
        assert {*found[:newest]} == {f"a:{n:03}" for n in range(newest)}, "five of a day are too few"
        assert len({*found}) == 97


def test_few_matches_stand_by_their_score_alone(tmp_path: Path) -> None:
    engine = open_engine(f"embedded:{tmp_path}")
    made = documents([resource("a:1", "会计 会计 出纳"), resource("a:2", "会计")])
    made[0]["fresh"] = ["1"]
    build(engine, made)
    first = api.Ahead(tuple((OneOf("fresh", (days,)), 1) for days in FRESH))
    assert [h.id for h in engine.search(Query(Term("title", "会计"), first=first)).hits] == [h.id for h in engine.search(Query(Term("title", "会计"))).hits]


def test_what_was_counted_is_not_counted_again_for_who_weighs_it_otherwise_or_asks_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "COSTLY", 1)
    engine = open_engine(f"embedded:{tmp_path}")
    build(engine, documents([resource("a:1", "会计", degree=("bachelor",)), resource("a:2", "会计", degree=("master",)), resource("a:3", "护士")]))
    counted: list[tuple[str, ...]] = []
    count = counts.count
    monkeypatch.setattr(counts, "count", lambda snapshot, query, limits: counted.append(tuple(limits)) or count(snapshot, query, limits))
    narrowed = Query(Term("title", "会计"), filters=(OneOf("degree", ("master",)),), facets={"kind": 5}, size=1)
    assert engine.search(narrowed).total == 1
    assert engine.count(replace(narrowed, clause=Term("title", "会计", 2.0))) == 1
    chosen = engine.search(replace(narrowed, clause=Term("title", "会计", 2.0), facets={"degree": 5}, size=0))
    assert (chosen.total, chosen.facets) == (1, {"degree": (("bachelor", 1), ("master", 1))})
    assert counted == [("kind",), ("degree",)]


def test_counts_that_were_remembered_are_those_of_what_stands_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "COSTLY", 1)
    monkeypatch.setattr(snapshot, "KEPT", 2)
    engine = open_engine(f"embedded:{tmp_path}")
    name = build(engine, documents([resource("a:1", "会计", degree=("bachelor",)), resource("a:2", "会计", degree=("master",)), resource("a:3", "护士")]))
    query = Query(Term("title", "会计"), facets={"degree": 5}, size=1)
    pages = [engine.search(query), engine.search(replace(query, offset=1)), engine.search(replace(query, sort="popularity"))]
    assert [(p.total, p.facets["degree"]) for p in pages] == [(2, (("bachelor", 1), ("master", 1)))] * 3
    assert [h.id for p in pages[:2] for h in p.hits] == ["a:1", "a:2"]
    narrowed = engine.search(replace(query, filters=(OneOf("degree", ("master",)),)))
    assert (narrowed.total, narrowed.facets) == (1, {"degree": (("bachelor", 1), ("master", 1))})
    assert engine.search(replace(query, facets={"kind": 5})).facets == {"kind": (("job", 2),)}
    with engine.writer(name) as writer:
        writer.add(documents([resource("a:4", "会计", degree=("master",))]))
        writer.commit(sequence=2)
    assert engine.search(query).facets == {"degree": (("master", 2), ("bachelor", 1))}


def degrees(folder: Path) -> Engine:
    """One bachelor's post and two masters'."""
    engine = open_engine(f"embedded:{folder}")
    build(engine, documents([resource("a:1", "会计", degree=("bachelor",)), resource("a:2", "会计", degree=("master",)), resource("a:3", "会计", degree=("master",))]))
    return engine


def watched(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, int]]:
    """What is counted from now on, where all that was counted is remembered."""
    monkeypatch.setattr(snapshot, "COSTLY", 1)
    counted: list[dict[str, int]] = []
    count = counts.count
    monkeypatch.setattr(counts, "count", lambda snapshot, query, limits: counted.append(dict(limits)) or count(snapshot, query, limits))
    return counted


def test_a_facet_without_its_own_filter_is_counted_once_for_all_its_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, counted = degrees(tmp_path), watched(monkeypatch)
    pages = [engine.search(Query(Term("title", "会计"), filters=(OneOf("degree", (value,)),), facets={"degree": 5, "kind": 5})) for value in ("master", "bachelor")]
    assert [(p.total, p.facets["kind"]) for p in pages] == [(2, (("job", 2),)), (1, (("job", 1),))]
    assert [p.facets["degree"] for p in pages] == [(("master", 2), ("bachelor", 1))] * 2
    assert counted == [{"kind": 5}, {"degree": 5}, {"kind": 5}]


def test_who_narrows_by_what_a_facet_showed_finds_it_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, counted = degrees(tmp_path), watched(monkeypatch)
    whole = Query(Term("title", "会计"), facets={"degree": 2, "kind": 5})
    assert engine.search(whole).facets["degree"] == (("master", 2), ("bachelor", 1))
    narrowed = replace(whole, filters=(OneOf("degree", ("college",)),))
    assert engine.search(narrowed).facets["degree"] == (("master", 2), ("bachelor", 1))
    assert engine.search(replace(whole, facets={"degree": 1}, size=0)).facets == {"degree": (("master", 2),)}
    assert counted == [{"degree": 2, "kind": 5}, {"kind": 5}]
    assert engine.search(replace(whole, facets={"degree": 9})).facets == {"degree": (("master", 2), ("bachelor", 1))}
    assert counted[2:] == [{"degree": 9}]  # more than were counted before


def test_a_facet_that_nothing_passes_is_still_counted_without_its_own_filter(tmp_path: Path) -> None:
    engine = open_engine(f"embedded:{tmp_path}")
    build(engine, documents([resource("a:1", "会计", degree=("bachelor",))]))
    page = engine.search(Query(Term("title", "会计"), filters=(OneOf("degree", ("master",)),), facets={"degree": 5, "kind": 5}))
    assert page.total == 0
    assert page.facets == {"degree": (("bachelor", 1),), "kind": ()}


def test_a_look_at_a_file_is_good_for_some_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SURE", 0.02)
    now = 100.0
    watched = files.Watched(tmp_path / "x", clock=lambda: now)
    assert watched.stamp() == (0, 0)
    (tmp_path / "x").write_text("1")
    now += 0.019
    assert watched.stamp() == (0, 0)
    now += 0.001
    assert watched.stamp() == files.stamp_of(tmp_path / "x") != (0, 0)


def test_a_commit_of_another_process_is_seen_once_a_look_is_due(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading_one, writing_one = Embedded(tmp_path), Embedded(tmp_path)
    name = build(writing_one, documents([resource("a:1", "会计")]))
    assert reading_one.count(Query()) == 1
    monkeypatch.setattr(files, "SURE", 3_600.0)
    before = reading_one.mark()
    assert reading_one.count(Query()) == 1
    with writing_one.writer(name) as writer:
        writer.add(documents([resource("a:2", "会计")]))
        writer.commit(sequence=2)
    assert (reading_one.mark(), reading_one.count(Query())) == (before, 1), "a mark is never newer than what answers"
    monkeypatch.setattr(files, "SURE", 0.0)
    later = Embedded(tmp_path)
    assert (later.mark() != before, later.count(Query())) == (True, 2)


def test_a_commit_while_a_generation_is_opened_is_not_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writing_one = Embedded(tmp_path)
    name = build(writing_one, documents([resource("a:1", "会计")]))
    monkeypatch.setattr(files, "SURE", 0.0)
    take = reading.Snapshot

    def slowly(*given: object) -> snapshot.Snapshot:
        taken = take(*given)
        monkeypatch.setattr(reading, "Snapshot", take)
        with writing_one.writer(name) as writer:  # between the state that was taken and whatever follows
            writer.add(documents([resource("a:2", "会计")]))
            writer.commit(sequence=2)
        return taken

    monkeypatch.setattr(reading, "Snapshot", slowly)
    assert Embedded(tmp_path)._active_reader().look().searcher.num_docs == 2


def test_many_who_look_at_once_all_see_what_was_committed_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that takes up a commit slowly must not put an older state in the place of a newer one."""
    engine = Embedded(tmp_path)
    name = build(engine, documents([resource("a:0", "会计")]))
    monkeypatch.setattr(files, "SURE", 0.0)
    take, chance = reading.Snapshot, random.Random(4)

    def slowly(*given: object) -> snapshot.Snapshot:
        taken = take(*given)
        time.sleep(chance.random() / 100)
        return taken

    monkeypatch.setattr(reading, "Snapshot", slowly)
    ended = threading.Event()
    reader = engine._active_reader()

    def look() -> None:
        while not ended.is_set():
            reader.look()

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for n in range(1, 16):
        with Embedded(tmp_path).writer(name) as writer:
            writer.add(documents([resource(f"a:{n}", "会计")]))
            writer.commit(sequence=n + 1)
    ended.set()
    for thread in threads:
        thread.join()
    assert reader.look().searcher.num_docs == 16


def test_a_damaged_pointer_names_the_remedy(tmp_path: Path) -> None:
    engine = open_engine(f"embedded:{tmp_path}")
    name = build(engine, documents([resource("a:1", "会计")]))
    (tmp_path / "active.json").write_text("{")
    with pytest.raises(GenerationError, match="haoke generations activate"):
        open_engine(f"embedded:{tmp_path}").search(Query())
    (tmp_path / "active.json").unlink()
    engine.activate(name)
    assert engine.search(Query()).total == 1


def test_a_generation_with_missing_files_names_the_remedy(tmp_path: Path) -> None:
    engine = open_engine(f"embedded:{tmp_path}")
    name = build(engine, documents([resource("a:1", "会计")]))
    (tmp_path / name / "meta.json").unlink()
    with pytest.raises(GenerationError, match="haoke reindex"):
        open_engine(f"embedded:{tmp_path}").search(Query())


def test_files_are_held_in_memory_where_that_is_asked_for_and_follow_commits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(memory.SETTING, "1")
    engine = Embedded(tmp_path)
    name = build(engine, documents([resource("a:1", "会计")]))
    assert engine.search(Query(Term("title", "会计"))).total == 1
    held = engine._active_reader().held
    assert held
    before = set(held._maps)
    assert any(file.endswith(".store") for file in before)
    with engine.writer(name) as writer:
        writer.add(documents([resource("a:2", "会计")]))
        writer.commit(sequence=2)
    assert engine.search(Query(Term("title", "会计"))).total == 2
    assert set(held._maps) - before, "the new segment is held, too"
    assert set(held._maps) <= {file.name for file in (tmp_path / name).iterdir()}
    build(engine, documents([resource("a:3", "会计")]))
    until = time.monotonic() + 30
    while engine.search(Query(Term("title", "会计"))).total == 2:  # as before, until the other one is held
        assert time.monotonic() < until
    assert engine.search(Query(Term("title", "会计"))).total == 1
    assert not held._maps, "what does not answer any more is let go"
    assert engine._active_reader().held._maps


def test_while_a_generation_is_taken_into_memory_the_one_before_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(memory.SETTING, "1")
    engine = Embedded(tmp_path)
    build(engine, documents([resource("a:1", "会计")]))
    assert engine.count(Query()) == 1
    may, refresh = threading.Event(), memory.Held.refresh
    monkeypatch.setattr(memory.Held, "refresh", lambda self: (may.wait(30), refresh(self)))
    build(engine, documents([resource(f"a:{n}", "会计") for n in range(2)]))
    before = engine.mark()
    build(engine, documents([resource(f"a:{n}", "会计") for n in range(3)]))  # another one meanwhile
    assert [engine.count(Query()) for _ in range(3)] == [1, 1, 1]
    assert engine.mark() == before
    may.set()
    until = time.monotonic() + 30
    while engine.count(Query()) < 3:
        assert time.monotonic() < until
    assert engine.mark() != before
    engine.close()


def test_a_large_file_is_held_whole(tmp_path: Path) -> None:
    """It is read in pages of 2 MB, whatever was written in smaller ones, and its end is not lost."""
    content = random.Random(3).randbytes(2 * memory.HUGE + 12_345)
    (tmp_path / "large.idx").write_bytes(content)
    held = memory.Held(tmp_path)
    held.refresh()
    assert bytes(held._maps["large.idx"]) == content
    held.release()


def test_holding_files_bears_that_some_vanish_meanwhile_and_that_many_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer beside it makes, renames and removes files at any moment."""
    held = memory.Held(tmp_path)
    for number in range(50):
        (tmp_path / f"{number}.idx").write_bytes(b"x" * 100)
    (tmp_path / ".tmp1").write_bytes(b"x")
    stat = Path.stat
    monkeypatch.setattr(Path, "stat", lambda self, **how: stat(self.with_name("gone") if self.name == "7.idx" else self, **how))
    errors: list[BaseException] = []

    def refresh() -> None:
        try:
            for number in range(20):
                held.refresh()
                (tmp_path / f"{number}.idx").unlink(missing_ok=True)
        except BaseException as error:  # whatever it is, a search would have failed by it
            errors.append(error)

    threads = [threading.Thread(target=refresh) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held.refresh()
    assert errors == []
    assert set(held._maps) == {f"{number}.idx" for number in range(20, 50)}
    held.release()
    memory.Held(tmp_path / "dropped").refresh()


def test_what_does_not_fit_in_memory_is_not_held_and_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv(memory.SETTING, "1")
    monkeypatch.setattr(memory, "SHARE", 0.0)
    engine = Embedded(tmp_path)
    name = build(engine, documents([resource("a:1", "会计")]))
    for number in range(2, 4):
        assert engine.search(Query(Term("title", "会计"))).total == number - 1
        with engine.writer(name) as writer:
            writer.add(documents([resource(f"a:{number}", "会计")]))
            writer.commit(sequence=number)
    assert sum(memory.SETTING in record.getMessage() for record in caplog.records) == 1
    assert "more than half" in caplog.text


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is mapped")
def test_what_a_build_reads_of_its_files_does_not_stay_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A merge reads the whole index through mappings: of eleven million documents, seven gigabytes that a process with a limit may not have."""
    size = 64 * 1024 * 1024
    monkeypatch.setattr(memory, "MAPPED", 0)
    monkeypatch.chdir(tmp_path)
    engine = Embedded(Path("index"))  # as HAOKE_ENGINE may name it: the system tells mappings by their whole paths
    folder = engine.root / build(engine, documents([resource("a:1", "会计")]))
    content = random.Random(5).randbytes(size)
    for where in (folder, tmp_path):
        (where / "large").write_bytes(content)

    def read(where: Path) -> mmap.mmap:
        with (where / "large").open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        assert mapped[:] == content
        return mapped

    before = memory._mapped()
    with read(folder) as own, read(tmp_path) as other:
        assert memory._mapped() - before > 1.9 * size
        with engine.writer(folder.name):
            until = time.monotonic() + 20
            while memory._mapped() - before > 1.1 * size and time.monotonic() < until:
                time.sleep(0.05)
        assert 0.9 * size < memory._mapped() - before < 1.1 * size, "its own were let go of, and no others"
        assert own[:] == other[:] == content


FREEING = """
from indexer.engines.embedded import memory
def own():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("RssAnon"))
pieces = [bytes(3_000) + bytes([n % 256]) for n in range(100_000)]
kept = pieces[::50]  # between what is freed: a heap gives back its end alone
full = own()
del pieces
freed = own()
memory.give_back()
print(full, freed, own())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="of glibc")
def test_what_a_commit_freed_goes_back_to_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONMALLOC"}
    told = subprocess.run([sys.executable, "-c", FREEING], env=environment, capture_output=True, text=True, check=True).stdout
    full, freed, left = map(int, told.split())
    assert freed > 0.8 * full and left < 0.3 * full
    given: list[int] = []
    monkeypatch.setattr(memory, "give_back", lambda: given.append(1))
    build(open_engine(f"embedded:{tmp_path}"), documents(JOBS))
    assert given


def test_to_let_go_harms_nothing_where_a_file_has_gone_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at what is mapped and the advice to let it go, a merge may have ended, and its place be somebody's memory."""
    (tmp_path / "part").write_bytes(b"x" * 4096 * 64)
    with (tmp_path / "part").open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    lines = Path("/proc/self/maps").read_text().splitlines()
    (line,) = [line for line in lines if line.endswith(f"{tmp_path}/part")]
    place = int(line.partition("-")[0], 16)
    mapped.close()
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
    fixed = libc.mmap(place, 4096 * 64, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x10, -1, 0)
    assert fixed == place, "what takes its place"
    ctypes.memset(place, 7, 4096 * 64)
    told = Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda path, *a, **k: line if str(path) == "/proc/self/maps" else told(path, *a, **k))
    memory._let_go(tmp_path)
    assert ctypes.string_at(place, 4096 * 64) == b"\x07" * 4096 * 64


def test_nothing_is_held_unless_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(memory.SETTING, raising=False)
    engine = Embedded(tmp_path)
    build(engine, documents([resource("a:1", "会计")]))
    assert engine._active_reader().held is None


VALUE = st.one_of(st.sampled_from(["job", "course", 'a "quoted" one', "a\\b", "[]", "null", "江苏省"]), st.text(min_size=1, max_size=5))
HELD = st.dictionaries(st.sampled_from(sorted(together.COLUMN)), st.lists(VALUE, min_size=1, max_size=3, unique=True))


@settings(max_examples=300, deadline=None)
@given(st.lists(HELD, max_size=8), st.sets(st.sampled_from(sorted(together.COLUMN)), min_size=1))
def test_what_is_counted_together_is_what_is_counted_one_by_one(held: list[dict[str, list[str]]], asked: set[str]) -> None:
    for column in together.columns(asked):
        told = together.counted(column, [(together.gathered(one)[column], 1) for one in held], asked)
        assert {name: dict(values) for name, values in told.items()} == {
            name: dict(Counter(value for one in held for value in one.get(name, ()))) for name in asked if together.COLUMN[name] == column
        }


def test_every_counted_field_is_counted_in_one_column(tmp_path: Path) -> None:
    assert set(together.COLUMN) <= {f.name for f in FIELDS.values() if f.counted}
    assert len(together.COLUMN) == sum(map(len, together.COLUMNS.values()))
    # no column holds more than a token may have
    long = [f"{n:04}" + "平" * 290 for n in range(90)]
    engine = open_engine(f"embedded:{tmp_path}")
    build(engine, documents([resource("a:1", "会计", platform=tuple(long), region=("440100", "110000")), resource("a:2", "出纳", platform=(long[0],)), resource("a:3", "护士", verified=True)]))
    page = engine.search(Query(facets=dict.fromkeys(FACETS, 100)))
    assert page.total == 3 and page.facets["platform"] == ((long[0], 2), *((name, 1) for name in long[1:45]))
    assert page.facets["region"] == (("110000", 1), ("440000", 1), ("440100", 1)) and page.facets["verified"] == (("true", 1),)
    assert engine.search(Query(filters=(OneOf("platform", (long[89],)),))).total == 1
