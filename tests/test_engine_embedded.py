"""The contract on the embedded engine, and what is its own."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from catalog.errors import BadRequest, GenerationError
from catalog.resource import Salary
from indexer.engine import Between, Query, Term, open_engine
from tests.engine_contract import EngineContract, Make, build, documents, resource


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


def test_a_range_over_a_field_that_some_lack_leaves_them_out(tmp_path: Path) -> None:
    engine = open_engine(f"embedded:{tmp_path}")
    build(engine, documents([resource("a:1", "会计", salary=Salary(min=5000, max=8000)), resource("a:2", "会计")]))
    assert engine.count(Query(scope=(Between("salary_min", low=0.0),))) == 1
    assert engine.count(Query(scope=(Between("salary_min", low=6000.0),))) == 0


def test_ties_longer_than_what_is_read_at_first_are_in_order_of_id(tmp_path: Path) -> None:
    engine = open_engine(f"embedded:{tmp_path}")
    build(engine, documents([resource(f"a:{n:03}", "会计") for n in reversed(range(400))]))
    page = [hit.id for hit in engine.search(Query(clause=Term("title", "会计"), offset=20, size=20)).hits]
    assert page == [f"a:{n:03}" for n in range(20, 40)]


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
