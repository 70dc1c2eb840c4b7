"""haoke doctor names what is wrong and its remedy."""

from __future__ import annotations

from pathlib import Path

from catalog.ingest import ingest
from catalog.sources import Options
from catalog.store import Store
from indexer.build import rebuild
from indexer.doctor import examine, status
from indexer.engine import open_engine
from ranking.signals import prior

MAPPING = 'source = "s"\nkind = "course"\nplatform = "p"\n[fields]\nid = "id"\ntitle = "title"\ndegree = "degree"\n'


def _findings(tmp_path: Path, store: Store) -> str:
    return "\n".join(f"{f['level']} {f['what']} {f['remedy']}" for f in examine(store, open_engine(f"embedded:{tmp_path / 'index'}")))


def test_it_follows_a_catalogue_from_empty_to_mended(tmp_path: Path) -> None:
    table, mapping = tmp_path / "t.csv", tmp_path / "t.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    with Store.open(tmp_path) as store:
        engine = open_engine(f"embedded:{tmp_path / 'index'}")
        assert "error index: no generation answers" in _findings(tmp_path, store)
        assert "warning catalogue: empty" in _findings(tmp_path, store)
        table.write_text("id,title,degree\n1,会计,本科\n2,,本科\n3,护理,奇怪\n", encoding="utf-8")
        ingest(store, "table", str(table), Options(mapping=str(mapping)))
        rebuild(store, engine, prior)
        found = _findings(tmp_path, store)
        assert "ok catalogue: 2 resources" in found
        assert "1 rows rejected (title" in found
        assert "degree: 1 values that no vocabulary knows, e.g. 奇怪" in found
        table.write_text("id,title,degree\n1,会计,本科\n2,审计,本科\n3,护理,专科\n", encoding="utf-8")
        ingest(store, "table", str(table), Options(mapping=str(mapping)))
        found = _findings(tmp_path, store)
        assert "rejected" not in found and "奇怪" not in found
        assert "changes are not searchable yet run `haoke index`" in found
        report = status(store, engine)
        assert report["documents"] == {"course": 3} and report["pending"] == 2


def test_a_broken_off_build_and_an_old_dictionary_are_named(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    with Store.open(tmp_path) as store:
        engine = open_engine(f"embedded:{tmp_path / 'index'}")
        rebuild(store, engine, prior)
        orphan = engine.begin("x").name
        assert f"haoke generations delete {orphan}" in _findings(tmp_path, store)
        monkeypatch.setattr("indexer.doctor.fingerprint", lambda: "another")
        assert "built with another schema or dictionary run `haoke reindex`" in _findings(tmp_path, store)
