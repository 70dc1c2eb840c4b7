"""The contract on the embedded engine, and what is its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.errors import BadRequest, GenerationError
from indexer.engine import Query, Term, open_engine
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
