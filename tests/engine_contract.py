"""What every engine must do. Subclass EngineContract and give a `make` fixture; see test_engine_embedded.py.

`make()` opens the same engine each time it is called: as another process, or the same one later, would.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from catalog.errors import EngineError, EngineLocked, GenerationError
from catalog.resource import Resource, Salary
from indexer.document import to_document
from indexer.engine import (
    AnyFilter,
    Anything,
    Best,
    Between,
    Cursor,
    Engine,
    Every,
    OneOf,
    Overlap,
    Passing,
    Phrase,
    Query,
    Scored,
    Some,
    Term,
)
from indexer.fields import FAR

Make = Callable[[], Engine]
CHAOYANG_BEIJING, HAIDIAN, TIANHE = "110105", "110108", "440106"


def resource(id: str, title: str, **fields: object) -> Resource:
    values = {"kind": "job", "source": (id.partition(":")[0],), **fields}
    return Resource.model_validate({"id": id, "title": title, **values})


def documents(resources: Iterable[Resource], prior: float = 1.0) -> list[dict]:
    return [to_document(r, prior) for r in resources]


JOBS = [
    resource("a:1", "会计", region=(HAIDIAN,), degree=("bachelor",), salary=Salary(min=5000, max=8000), employer=("甲公司",), published="2026-01-01", popularity=5),
    resource("a:2", "高级会计师", region=(CHAOYANG_BEIJING,), degree=("college",), salary=Salary(min=9000, max=12000), employer=("乙公司",), published="2026-03-01", popularity=9),
    resource("a:3", "Java 开发工程师", region=(HAIDIAN, TIANHE), degree=("bachelor",), salary=Salary(min=20000, max=30000), employer=("乙公司",), published="2026-02-01"),
    resource("a:4", "C++ 开发工程师", region=(TIANHE,), degree=("master",), employer=("丙公司",), published="2026-02-01"),
    resource("a:5", "护士", region=("440100",), degree=("college",), employer=("丁医院",), expires="2020-01-01"),
]  # fmt: skip


def build(engine: Engine, docs: list[dict], sequence: int = 1) -> str:
    generation = engine.begin("fingerprint")
    with engine.writer(generation.name) as writer:
        writer.add(docs)
        writer.commit(sequence=sequence)
    engine.seal(generation.name)
    engine.activate(generation.name)
    return generation.name


def ids(engine: Engine, query: Query) -> list[str]:
    return [hit.id for hit in engine.search(query).hits]


class EngineContract:
    """The contract. Each test gets a fresh place to keep generations in."""

    @pytest.fixture
    def make(self) -> Make:
        raise NotImplementedError("an engine's test gives the fixture `make`")

    @pytest.fixture
    def engine(self, make: Make) -> Iterable[Engine]:
        engine = make()
        yield engine
        engine.close()

    @pytest.fixture
    def jobs(self, engine: Engine) -> Engine:
        build(engine, documents(JOBS))
        return engine

    # add, update, delete -------------------------------------------------------------------------------------------
    def test_what_was_added_is_found_with_its_body(self, jobs: Engine) -> None:
        hit = jobs.search(Query(clause=Term("title", "java"))).hits[0]
        assert hit.id == "a:3"
        assert Resource.from_json(hit.body) == JOBS[2]

    def test_how_many_match_need_not_be_counted_again(self, jobs: Engine) -> None:
        for query in (Query(size=2), Query(clause=Term("title", "会计"), size=1), Query(clause=Term("title", "会计"), sort="popularity", size=1, offset=1)):
            counted = jobs.search(query)
            assert jobs.search(replace(query, total=counted.total)) == counted
        assert jobs.search(Query(clause=Term("title", "会计"), total=3, facets={"kind": 5})).facets == jobs.search(Query(clause=Term("title", "会计"), facets={"kind": 5})).facets

    def test_adding_an_id_again_replaces_it(self, jobs: Engine) -> None:
        name = jobs.active().name
        with jobs.writer(name) as writer:
            writer.add(documents([resource("a:1", "出纳")]))
            writer.commit(sequence=2)
        assert jobs.count(Query()) == len(JOBS)
        assert ids(jobs, Query(clause=Term("title", "出纳"))) == ["a:1"]
        assert "a:1" not in ids(jobs, Query(clause=Term("title", "会计")))

    def test_a_mark_stands_until_other_documents_answer(self, jobs: Engine) -> None:
        before = jobs.mark()
        assert jobs.mark() == before
        if not before:
            return  # it can't be told here without asking another machine: what is kept must go by time
        with jobs.writer(jobs.active().name) as writer:
            writer.add(documents([resource("a:1", "出纳")]))
            writer.commit(sequence=2)
        changed = jobs.mark()
        build(jobs, documents(JOBS))
        assert len({before, changed, jobs.mark()}) == 3

    def test_an_id_twice_in_one_batch_of_updates_is_one_document_the_later(self, jobs: Engine) -> None:
        with jobs.writer(jobs.active().name) as writer:
            writer.add(documents([resource("a:9", "旧"), resource("a:9", "新")]))
            writer.commit(sequence=2)
        assert jobs.count(Query()) == len(JOBS) + 1
        assert Resource.from_json(jobs.get(["a:9"])["a:9"]).title == "新"

    def test_deleted_is_gone_and_deleting_the_unknown_is_no_error(self, jobs: Engine) -> None:
        with jobs.writer(jobs.active().name) as writer:
            writer.delete(["a:1", "never:there"])
            writer.commit(sequence=2)
        assert jobs.get(["a:1"]) == {}
        assert jobs.count(Query()) == len(JOBS) - 1

    def test_get_finds_by_id_and_by_merged_id(self, engine: Engine) -> None:
        build(engine, documents([resource("a:1", "会计", also=("b:7",)), resource("a:2", "护士")]))
        found = engine.get(["a:2", "b:7", "no:such"])
        assert {name: Resource.from_json(body).id for name, body in found.items()} == {"a:2": "a:2", "b:7": "a:1"}

    def test_a_packed_document_is_the_document(self, engine: Engine) -> None:
        made = documents([resource("a:1", "会计", degree=("bachelor",)), resource("b:1", "出纳 C++ “引号”\\", summary="第一行\n第二行")])
        pages = []
        for rows in (made, [engine.pack(document) for document in made]):
            build(engine, rows)
            pages.append(engine.search(Query(facets={"degree": 5, "kind": 5})))
        assert [(h.id, h.score, h.body) for h in pages[0].hits] == [(h.id, h.score, h.body) for h in pages[1].hits]
        assert pages[0].facets == pages[1].facets
        assert {h.body for h in pages[1].hits} == {document["body"] for document in made}

    def test_ids_with_odd_characters_are_kept_whole(self, engine: Engine) -> None:
        odd = ["s:a/b?c#d%25", "s: 空 格", "s:\"quote'", "s:" + "长" * 300]
        build(engine, documents([resource(i, "会计") for i in odd]))
        assert sorted(engine.get(odd)) == sorted(odd)

    # matching ------------------------------------------------------------------------------------------------------
    def test_every_wants_all_some_wants_any(self, jobs: Engine) -> None:
        both = (Term("title", "开发"), Term("title", "java"))
        assert ids(jobs, Query(clause=Every(both))) == ["a:3"]
        assert set(ids(jobs, Query(clause=Some(both)))) == {"a:3", "a:4"}

    def test_some_can_ask_for_a_least_number(self, jobs: Engine) -> None:
        three = (Term("title", "开发"), Term("title", "java"), Term("title", "nothing"))
        assert ids(jobs, Query(clause=Some(three, least=2))) == ["a:3"]
        assert jobs.search(Query(clause=Some(three, least=3))).total == 0

    def test_a_bonus_adds_score_but_needs_not_match(self, jobs: Engine) -> None:
        plain = Query(clause=Every((Term("title", "开发"),)))
        bonus = Query(clause=Every((Term("title", "开发"),), bonus=(Term("title", "c++"),)))
        assert jobs.search(bonus).total == jobs.search(plain).total == 2
        assert ids(jobs, bonus)[0] == "a:4"

    def test_best_takes_the_best_and_scored_is_constant(self, jobs: Engine) -> None:
        clause = Best((Scored(Term("title", "java"), 5.0), Scored(Term("title", "开发"), 2.0)))
        hits = jobs.search(Query(clause=clause, boost="")).hits
        assert [(h.id, round(h.score, 3)) for h in hits] == [("a:3", 5.0), ("a:4", 2.0)]

    def test_best_adds_a_share_of_the_others_as_tie(self, jobs: Engine) -> None:
        clause = Best((Scored(Term("title", "java"), 5.0), Scored(Term("title", "开发"), 2.0)), tie=0.5)
        assert jobs.search(Query(clause=clause, boost="")).hits[0].score == pytest.approx(6.0)

    def test_a_filter_can_stand_as_a_clause_with_a_constant_score(self, jobs: Engine) -> None:
        pay = Passing(Overlap("salary", "salary_min", "salary_max", 20000, None), 3.0)
        hits = jobs.search(Query(clause=Every((Term("title", "开发"),), bonus=(pay,)), boost="")).hits
        alone = jobs.search(Query(clause=pay, boost="")).hits
        assert [h.id for h in hits] == ["a:3", "a:4"]
        assert [(h.id, h.score) for h in alone] == [("a:3", 3.0)]

    def test_a_phrase_wants_its_order(self, engine: Engine) -> None:
        build(engine, documents([resource("a:1", "数学 物理"), resource("a:2", "物理 数学")]))
        assert ids(engine, Query(clause=Phrase("title", ("数学", "物理")))) == ["a:1"]

    def test_c_plus_plus_is_not_c(self, jobs: Engine) -> None:
        assert ids(jobs, Query(clause=Term("title", "c++"))) == ["a:4"]
        assert ids(jobs, Query(clause=Term("title", "c"))) == []

    def test_the_weight_of_a_term_multiplies_its_score(self, jobs: Engine) -> None:
        one = jobs.search(Query(clause=Term("title", "java"), boost="")).hits[0].score
        three = jobs.search(Query(clause=Term("title", "java", 3.0), boost="")).hits[0].score
        assert three == pytest.approx(3 * one, rel=1e-4)

    def test_the_prior_multiplies_the_score(self, engine: Engine) -> None:
        build(engine, documents([resource("a:1", "会计")]) + documents([resource("a:2", "会计")], prior=1.5))
        first, second = engine.search(Query(clause=Scored(Term("title", "会计"), 4.0))).hits
        assert (first.id, second.id) == ("a:2", "a:1")
        assert first.score == pytest.approx(1.5 * second.score, rel=1e-4)

    def test_a_clause_of_nothing_finds_nothing(self, jobs: Engine) -> None:
        assert jobs.search(Query(clause=Some(()))).total == 0

    # filters, ranges, paths ----------------------------------------------------------------------------------------
    def test_or_within_a_facet_and_across(self, jobs: Engine) -> None:
        degrees = OneOf("degree", ("bachelor", "college"))
        assert set(ids(jobs, Query(filters=(degrees,)))) == {"a:1", "a:2", "a:3", "a:5"}
        assert set(ids(jobs, Query(filters=(degrees, OneOf("employer", ("乙公司",)))))) == {"a:2", "a:3"}

    def test_a_filter_does_not_score(self, jobs: Engine) -> None:
        plain = jobs.search(Query(clause=Term("title", "java"))).hits[0].score
        filtered = jobs.search(Query(clause=Term("title", "java"), filters=(OneOf("degree", ("bachelor",)),))).hits[0].score
        assert filtered == pytest.approx(plain)

    def test_a_parent_matches_its_descendants(self, jobs: Engine) -> None:
        assert set(ids(jobs, Query(filters=(OneOf("region", ("110000",)),)))) == {"a:1", "a:2", "a:3"}
        assert set(ids(jobs, Query(filters=(OneOf("region", ("440000",)),)))) == {"a:3", "a:4", "a:5"}

    def test_ranges_include_their_ends_and_miss_what_has_no_value(self, jobs: Engine) -> None:
        assert set(ids(jobs, Query(filters=(Between("popularity", 5, 9),)))) == {"a:1", "a:2"}
        assert set(ids(jobs, Query(filters=(Between("salary_min", high=5000),)))) == {"a:1"}

    def test_an_interval_matches_what_it_overlaps(self, jobs: Engine) -> None:
        def overlap(low: float | None, high: float | None) -> set[str]:
            return set(ids(jobs, Query(filters=(Overlap("salary", "salary_min", "salary_max", low, high),))))

        assert overlap(8000, 9000) == {"a:1", "a:2"}
        assert overlap(12001, 19999) == set()
        assert overlap(10000, None) == {"a:2", "a:3"}
        assert overlap(None, 5000) == {"a:1"}

    def test_any_of_several_intervals(self, jobs: Engine) -> None:
        bands = tuple(Overlap("salary", "salary_min", "salary_max", low, high) for low, high in ((0, 5000), (25000, None)))
        assert set(ids(jobs, Query(filters=(AnyFilter("salary", bands),)))) == {"a:1", "a:3"}

    def test_the_scope_hides_what_has_expired(self, jobs: Engine) -> None:
        page = jobs.search(Query(scope=(Between("expires_at", low=time.time()),), facets={"degree": 10}))
        assert page.total == 4
        assert ("college", 1) in page.facets["degree"]
        assert jobs.count(Query(filters=(Between("expires_at", low=FAR),))) == 4

    # totals and facets ---------------------------------------------------------------------------------------------
    def test_totals_are_exact_whatever_the_page(self, engine: Engine) -> None:
        build(engine, documents(resource(f"a:{n:04}", "会计") for n in range(1_234)))
        for size in (0, 1, 100):
            page = engine.search(Query(clause=Term("title", "会计"), size=size))
            assert (page.total, page.relation, len(page.hits)) == (1_234, "eq", size)

    def test_facets_count_documents_not_values(self, jobs: Engine) -> None:
        counts = dict(jobs.search(Query(facets={"region": 100})).facets["region"])
        assert counts["110000"] == 3  # two of them 海淀
        assert counts["440000"] == 3
        assert counts[HAIDIAN] == 2
        assert counts["440100"] == 3

    def test_the_first_level_of_a_tree_is_counted_by_itself(self, jobs: Engine) -> None:
        page = jobs.search(Query(facets={"region_top": 20}))
        assert page.facets["region_top"] == (("110000", 3), ("440000", 3))

    def test_a_facets_own_selection_is_left_out_of_its_counts(self, jobs: Engine) -> None:
        chosen = (OneOf("degree", ("master",)), OneOf("region", ("440000",)))
        page = jobs.search(Query(filters=chosen, facets={"degree": 10, "region": 100, "employer": 10}))
        assert page.total == 1
        assert dict(page.facets["degree"]) == {"bachelor": 1, "college": 1, "master": 1}  # within 广东
        assert dict(page.facets["region"]) == {"440000": 1, "440100": 1, TIANHE: 1}  # among masters
        assert dict(page.facets["employer"]) == {"丙公司": 1}

    def test_an_interval_facets_own_selection_is_left_out_too(self, jobs: Engine) -> None:
        chosen = Overlap("salary", "salary_min", "salary_max", 20000, 30000)
        page = jobs.search(Query(filters=(chosen,), facets={"salary": 20}))
        assert page.total == 1
        assert dict(page.facets["salary"])["5000-8000"] == 1

    def test_counts_fall_and_ties_stand_in_order_of_value(self, engine: Engine) -> None:
        employers = [f"公司{n:03}" for n in range(300)]
        build(engine, documents([resource(f"a:{n}", "会计", employer=(employers[n % 300],)) for n in range(310)]))
        top = engine.search(Query(facets={"employer": 15})).facets["employer"]
        assert top == tuple([(name, 2) for name in employers[:10]] + [(name, 1) for name in employers[10:15]])

    def test_a_facet_without_values_is_empty(self, jobs: Engine) -> None:
        assert jobs.search(Query(facets={"school": 5})).facets == {"school": ()}

    def test_several_counts_at_once_are_those_of_each(self, jobs: Engine) -> None:
        asked = [Query(), Query(filters=(OneOf("degree", ("bachelor",)),)), Query(Term("title", "没有这个词")), Query(Term("title", "会计"), size=0), Query()]
        assert jobs.counts(asked) == [jobs.count(query) for query in asked] == [5, 2, 0, 2, 5]
        assert jobs.counts([]) == []
        assert jobs.counts(asked * 60) == jobs.counts(asked) * 60

    def test_an_answer_without_hits_tells_its_generation(self, jobs: Engine) -> None:
        active = jobs.active()
        assert active
        for query in (Query(size=0), Query(size=0, facets={"degree": 5}), Query(Term("title", "没有这个词"), size=0), Query(Term("title", "没有这个词"))):
            assert jobs.search(query).generation == active.name

    def test_facet_counts_equal_the_totals_of_their_filters(self, jobs: Engine) -> None:
        for field in ("region", "degree", "employer"):
            for value, count in jobs.search(Query(facets={field: 100})).facets[field]:
                assert jobs.count(Query(filters=(OneOf(field, (value,)),))) == count

    # order, pages, cursors -----------------------------------------------------------------------------------------
    def test_sort_by_number_falls_with_ties_by_id(self, jobs: Engine) -> None:
        assert ids(jobs, Query(sort="published_at", size=4)) == ["a:2", "a:3", "a:4", "a:1"]
        assert ids(jobs, Query(sort="popularity")) == ["a:2", "a:1", "a:3", "a:4", "a:5"]

    def test_equal_scores_stand_in_order_of_id(self, engine: Engine) -> None:
        names = [f"a:{n * 7919 % 1000:03}" for n in range(400)]
        build(engine, documents(resource(i, "会计") for i in names))
        found = [i for page in range(4) for i in ids(engine, Query(clause=Term("title", "会计"), offset=page * 100, size=100))]
        assert found == sorted(names)

    def test_pages_follow_each_other_without_gap_or_repeat(self, engine: Engine) -> None:
        build(engine, documents(resource(f"a:{n:03}", "会计 " * (1 + n % 5)) for n in range(97)))
        whole = ids(engine, Query(clause=Term("title", "会计"), size=97))
        parts = [i for start in range(0, 97, 10) for i in ids(engine, Query(clause=Term("title", "会计"), offset=start, size=10))]
        assert parts == whole
        assert len(set(whole)) == 97

    @pytest.mark.parametrize("sort", ["", "popularity"])
    def test_cursors_reach_everything_once(self, engine: Engine, sort: str) -> None:
        build(engine, documents(resource(f"a:{n:03}", "会计 " * (1 + n % 5), popularity=n % 7) for n in range(97)))
        query = Query(clause=Term("title", "会计"), size=10, sort=sort)
        seen: list[str] = []
        after: Cursor | None = None
        for _ in range(20):
            page = engine.search(Query(clause=query.clause, size=10, sort=sort, after=after))
            seen += [h.id for h in page.hits]
            after = page.next
            if after is None:
                break
        assert seen == ids(engine, Query(clause=query.clause, size=97, sort=sort))

    def test_the_last_page_has_no_next(self, jobs: Engine) -> None:
        assert jobs.search(Query(size=5)).next is None
        assert jobs.search(Query(size=4)).next is not None
        assert jobs.search(Query(offset=500, size=5)).hits == ()

    # generations ---------------------------------------------------------------------------------------------------
    def test_without_an_active_generation_the_error_names_the_remedy(self, engine: Engine) -> None:
        assert engine.active() is None
        with pytest.raises(GenerationError, match="haoke reindex"):
            engine.search(Query())

    def test_a_build_is_not_seen_before_it_is_activated(self, jobs: Engine) -> None:
        generation = jobs.begin("fingerprint")
        with jobs.writer(generation.name) as writer:
            writer.add(documents([resource("b:1", "新")]))
            writer.commit(sequence=9)
        jobs.seal(generation.name)
        assert jobs.search(Query()).total == len(JOBS)
        assert jobs.count(Query(), generation.name) == 1
        jobs.activate(generation.name)
        assert ids(jobs, Query()) == ["b:1"]

    def test_one_document_of_a_build_is_found_by_its_id_and_a_word(self, jobs: Engine) -> None:
        generation = jobs.begin("fingerprint")
        with jobs.writer(generation.name) as writer:
            writer.add(documents([resource("b:1", "新闻记者"), resource("b:2", "新闻编辑"), resource("s:a/b?c#d%25", "新闻")]))
            writer.commit(sequence=9)
        jobs.seal(generation.name)

        def found(id: str, word: str, name: str = generation.name) -> int:
            return jobs.count(Query(clause=Term("title", word), filters=(OneOf("id", (id,)),)), name)

        assert [found("b:1", "记者"), found("b:2", "记者"), found("s:a/b?c#d%25", "新闻"), found("a:1", "会计")] == [1, 0, 1, 0]
        assert [found("a:1", "会计", ""), found("b:1", "记者", "")] == [1, 0]

    def test_rolling_back_brings_the_previous_generation(self, jobs: Engine) -> None:
        first = jobs.active().name
        second = build(jobs, documents([resource("b:1", "新")]))
        assert {g.name: g.state for g in jobs.generations()} == {first: "previous", second: "active"}
        jobs.activate(first)
        assert jobs.search(Query()).total == len(JOBS)
        assert jobs.search(Query()).generation == first

    def test_an_unfinished_build_can_not_be_activated(self, engine: Engine) -> None:
        generation = engine.begin("fingerprint")
        with pytest.raises(GenerationError, match="resume"):
            engine.activate(generation.name)

    def test_the_active_generation_can_not_be_dropped_others_can(self, jobs: Engine) -> None:
        active = jobs.active().name
        other = jobs.begin("fingerprint").name
        with pytest.raises(GenerationError, match="activate another"):
            jobs.drop(active)
        jobs.drop(other)
        assert [g.name for g in jobs.generations()] == [active]

    def test_an_unknown_generation_is_named_with_the_known_ones(self, jobs: Engine) -> None:
        for call in (jobs.activate, jobs.drop, jobs.seal):
            with pytest.raises(GenerationError, match=jobs.active().name):
                call("no-such-generation")

    def test_a_generation_knows_what_it_holds(self, make: Make) -> None:
        engine = make()
        generation = engine.begin("fp-1")
        with engine.writer(generation.name) as writer:
            writer.add(documents(JOBS[:2]))
            writer.commit(sequence=41, resume_after="a:2")
        with engine.writer(generation.name) as writer:
            assert writer.segments() in ([], [2]), "told only where nobody else merges"
        engine.close()
        unfinished = make().generations()[0]
        assert (unfinished.state, unfinished.sequence, unfinished.resume_after, unfinished.fingerprint) == ("building", 41, "a:2", "fp-1")
        with make().writer(generation.name) as writer:
            writer.add(documents(JOBS[1:]))
            writer.commit(sequence=42)
        assert make().seal(generation.name).documents == len(JOBS)

    def test_changes_catch_up_the_active_generation(self, jobs: Engine) -> None:
        with jobs.writer(jobs.active().name) as writer:
            writer.add(documents([resource("a:6", "税务师")]))
            writer.delete(["a:5"])
            writer.commit(sequence=7)
        assert jobs.active().sequence == 7
        assert ids(jobs, Query(clause=Term("title", "税务师"))) == ["a:6"]
        assert jobs.get(["a:5"]) == {}

    def test_nothing_is_seen_of_a_write_that_failed(self, jobs: Engine) -> None:
        with pytest.raises(ZeroDivisionError), jobs.writer(jobs.active().name) as writer:
            writer.add(documents([resource("a:6", "税务师")]))
            raise ZeroDivisionError
        assert jobs.count(Query()) == len(JOBS)
        with jobs.writer(jobs.active().name) as writer:
            writer.commit(sequence=2)
        assert jobs.count(Query()) == len(JOBS)

    # reopening, readers, writers -----------------------------------------------------------------------------------
    def test_another_process_sees_commits_and_swaps(self, make: Make, jobs: Engine) -> None:
        other = make()
        assert other.search(Query()).total == len(JOBS)
        with jobs.writer(jobs.active().name) as writer:
            writer.add(documents([resource("a:6", "税务师")]))
            writer.commit(sequence=2)
        assert other.search(Query()).total == len(JOBS) + 1
        build(jobs, documents(JOBS[:1]))
        assert other.search(Query()).total == 1
        other.close()

    def test_it_reopens_with_everything(self, make: Make, jobs: Engine) -> None:
        name = jobs.active().name
        jobs.close()
        again = make()
        assert again.active().name == name
        assert again.search(Query(clause=Term("title", "java"), facets={"degree": 5})).facets["degree"] == (("bachelor", 1),)
        again.close()

    def test_a_second_writer_gets_a_clear_error(self, make: Make, jobs: Engine) -> None:
        name = jobs.active().name
        with jobs.writer(name), pytest.raises(EngineLocked, match="another process"), make().writer(name):
            pass
        with make().writer(name) as writer:
            writer.commit(sequence=3)

    def test_readers_are_answered_while_a_writer_works(self, jobs: Engine) -> None:
        stop, errors, totals = threading.Event(), [], set()

        def read() -> None:
            while not stop.is_set():
                try:
                    totals.add(jobs.search(Query(clause=Anything(), facets={"degree": 5})).total)
                except EngineError as error:
                    errors.append(error)

        threads = [threading.Thread(target=read) for _ in range(3)]
        for thread in threads:
            thread.start()
        name = jobs.active().name
        for step in range(5):
            with jobs.writer(name) as writer:
                writer.add(documents(resource(f"b:{step}-{n}", "会计") for n in range(50)))
                writer.commit(sequence=step + 2)
        stop.set()
        for thread in threads:
            thread.join()
        assert errors == []
        assert totals <= {len(JOBS) + 50 * n for n in range(6)}
        assert jobs.search(Query()).total == len(JOBS) + 250

    # terms ---------------------------------------------------------------------------------------------------------
    def test_it_tells_how_often_a_token_stands_and_which_values_there_are(self, jobs: Engine) -> None:
        assert jobs.frequency("title", "开发") == 2
        assert jobs.frequency("title", "没有") == 0
        assert jobs.values("employer", "", 9) == [("乙公司", 2), ("丁医院", 1), ("丙公司", 1), ("甲公司", 1)]
        assert jobs.values("employer", "丙", 5) == [("丙公司", 1)]
