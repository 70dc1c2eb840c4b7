"""extract → transform → merge → store: every row is accounted for, twice is once, and the order of sources does not matter."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.codec import Entry
from catalog.errors import BadRequest, HaokeError, SourceError
from catalog.ingest import Report, ingest
from catalog.resource import Kind, Resource
from catalog.sources import Options, Raw
from catalog.store import Rejection, Store
from catalog.worker import convert
from tests import tiny_source


def lines(folder: Path, rows: list[dict[str, Any]], name: str = "rows.jsonl") -> str:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def run(store: Store, folder: Path, rows: list[dict[str, Any]], **how: Any) -> Report:
    how.setdefault("workers", 1)
    report = ingest(store, tiny_source, lines(folder, rows), **how)
    d = report.to_dict()
    assert d["created"] + d["updated"] + d["unchanged"] + d["merged"] + d["rejected"] == d["rows"]
    return report


def plain(n: int, source: str = "a") -> list[dict[str, Any]]:
    return [{"id": f"{source}:{i}", "title": f"第{i}课"} for i in range(n)]


SPECIAL = [
    {"do": "bad", "id": "a:x"},
    {"do": "bug", "id": "a:y"},
    {"do": "pass"},
    {"do": "broken"},
    {"id": "a:z", "title": ""},
    {"id": "a:s", "title": "\ud800"},
]


class Unwritable:
    """A source whose second record is a resource that UTF-8 can't hold."""

    @staticmethod
    def transform(raw: Mapping[str, Any], options: Options) -> Resource:
        made = Resource(id=raw["id"], kind=Kind.COURSE, source=("a",), title="课")
        return made.model_copy(update={"title": "\ud800"}) if raw["id"] == "a:1" else made


def test_a_resource_that_cannot_be_written_is_refused_alone() -> None:
    first, second, third = convert(Unwritable, Options(), [Raw(str(n), {"id": f"a:{n}"}) for n in range(3)])
    assert isinstance(first, Entry) and isinstance(third, Entry) and (first.id, third.id) == ("a:0", "a:2")
    assert isinstance(second, Rejection) and second.row == "1" and "utf-8" in second.reason.lower()


class Careless:
    """A source whose second record comes as it is."""

    @staticmethod
    def transform(raw: Mapping[str, Any], options: Options) -> Any:
        return raw if raw["id"] == "a:1" else Resource(id=raw["id"], kind=Kind.COURSE, source=("a",), title="课")


def test_what_is_no_resource_is_refused_and_not_lost() -> None:
    first, second, third = convert(Careless, Options(), [Raw(str(n), {"id": f"a:{n}"}) for n in range(3)])
    assert isinstance(first, Entry) and isinstance(third, Entry)
    assert isinstance(second, Rejection) and second.row == "1" and "dict" in second.reason


@pytest.mark.parametrize("workers", [1, 2])
def test_every_row_is_accounted_for_in_one_process_and_in_several(tmp_path: Path, workers: int) -> None:
    rows = [*plain(1200), *SPECIAL, {"id": "a:0", "title": "更新"}, *plain(1200)[5:6]]
    with Store.open(tmp_path) as store:
        report = run(store, tmp_path, rows, workers=workers)
        assert (report.created, report.updated, report.unchanged, report.rejected, report.passed) == (1200, 1, 1, 5, 1)
        assert set(report.to_dict()) == {"run", "source", "rows", "created", "updated", "unchanged", "merged", "rejected", "incomplete", "seconds"}
        assert store.size() == 1200 and store.sequence() == 1201 and report.source == "tiny-source"
        bad, bug, broken, empty, surrogate = store.rejections(report.run)
        assert (bad.row, bad.field, bad.reason, bad.hint, len(bad.value)) == ("1201", "title", "too odd", "mend it", 200)
        assert "KeyError: 'a defect'" in bug.reason and bug.hint
        assert (broken.row, broken.reason) == ("1204", "no record")
        assert empty.field == "title" and empty.reason and surrogate.row == "1206"
        assert store.runs()[0].outcome["passed"] == 1


def test_ingesting_twice_changes_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        run(store, tmp_path, plain(20))
        again = run(store, tmp_path, plain(20))
        assert (again.unchanged, again.rows, store.sequence()) == (20, 20, 20)


def test_a_dry_run_writes_nothing_and_shows_the_same_figures(tmp_path: Path) -> None:
    link = "https://x.cn/1"
    first = [*plain(600), {"id": "a:u", "title": "浮力", "url": link}]
    second = [*plain(3), {"id": "a:1", "title": "新"}, {"id": "b:1", "title": "浮力", "url": link}, {"id": "b:2", "title": "b"}, {"id": "b:2", "title": "c"}, *SPECIAL]
    second += [{"id": "c:1", "title": "光", "url": "https://x.cn/2"}, {"id": "d:1", "title": "光", "url": "https://x.cn/2"}, *plain(900)[400:]]
    with Store.open(tmp_path) as store:
        run(store, tmp_path, first)
        before = list(store.changes(0))
        with Store.open(tmp_path, readonly=True) as reader:
            dry = run(reader, tmp_path, second, dry_run=True)
        assert list(store.changes(0)) == before and len(store.runs()) == 1 and dry.run is None
        wet = run(store, tmp_path, second)
        assert wet.merged == 2 and wet.updated == 2 and wet.rejected == 5

        def figures(report: Report) -> dict[str, Any]:
            return {k: v for k, v in report.to_dict().items() if k not in ("run", "seconds")}

        assert figures(dry) == figures(wet)
        assert [(r.row, r.reason) for r in dry.rejections] == [(r.row, r.reason) for r in wet.rejections]


def test_a_missing_part_marks_the_run_incomplete_and_deletes_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        run(store, tmp_path, plain(5))
        report = run(store, tmp_path, [*plain(2), {"do": "incomplete", "part": "part_101.json"}, *plain(5)[4:]])
        assert report.to_dict()["incomplete"] is True and report.missing == ["part_101.json: missing"]
        assert store.size() == 5 and store.runs()[0].incomplete


@pytest.mark.parametrize("workers", [1, 2])
def test_a_source_that_fails_half_way_keeps_what_came_before_and_says_so(tmp_path: Path, workers: int) -> None:
    with Store.open(tmp_path) as store:
        with pytest.raises(SourceError, match="cut off"):
            run(store, tmp_path, [*plain(1300), {"do": "fail"}, *plain(9, "b")], workers=workers)
        assert store.size() == 1300
        assert (store.runs()[0].status, store.runs()[0].incomplete) == ("failed", True)


def test_a_location_that_can_not_be_read_leaves_a_failed_run(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        with pytest.raises(FileNotFoundError):
            ingest(store, tiny_source, str(tmp_path / "none"), workers=1)
        assert store.runs()[0].status == "failed"
        with pytest.raises(BadRequest):
            ingest(store, "no-such-source", "x")


def test_a_worker_that_dies_ends_the_run_with_advice_and_not_in_silence(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        with pytest.raises(HaokeError, match="workers 1"):
            run(store, tmp_path, [*plain(900), {"do": "die"}, *plain(3000)], workers=2)
        assert store.runs()[0].status == "failed" and store.size() <= 3000


def test_a_source_that_can_not_be_sent_to_a_worker_is_run_here(tmp_path: Path) -> None:
    class Local:
        ABOUT = "defined in a function"
        extract = staticmethod(tiny_source.extract)
        transform = staticmethod(tiny_source.transform)

    with Store.open(tmp_path) as store:
        assert ingest(store, Local(), lines(tmp_path, plain(1100)), workers=2).created == 1100


def test_progress_is_told_after_every_batch(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    with Store.open(tmp_path) as store:
        run(store, tmp_path, plain(4100), progress=lambda done, total: told.append((done, total)))
    assert told == [(2000, None), (4000, None), (4100, None)]


def test_progress_tells_how_many_there_are_where_the_source_can(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    (tmp_path / "t.tsv").write_text("id\ttitle\n" + "".join(f"{n}\t课程{n}\n" for n in range(2500)), encoding="utf-8")
    (tmp_path / "t.toml").write_text('source = "x"\nkind = "course"\nplatform = "校内"\n[fields]\nid = "id"\ntitle = "title"\n', encoding="utf-8")
    with Store.open(tmp_path) as store:
        ingest(store, "table", str(tmp_path / "t.tsv"), Options(mapping=str(tmp_path / "t.toml")), progress=lambda done, total: told.append((done, total)))
    assert told == [(2000, 2500), (2500, 2500)]


def groups(folder: Path, tables: list[list[dict[str, Any]]]) -> set[frozenset[str]]:
    """Which records became one resource, after loading the tables in this order."""
    with Store.open(folder) as store:
        for table in tables:
            run(store, folder, table)
            twice = run(store, folder, table)
            assert twice.unchanged == twice.rows
        return {frozenset((r["id"], *r.get("also", ()))) for _, _, body in store.scan() for r in [json.loads(body)]}


places = st.lists(st.integers(0, 3), max_size=4)


@settings(max_examples=25, deadline=None)
@given(a=places, b=places, c=places)
def test_the_order_of_sources_does_not_matter(tmp_path_factory: pytest.TempPathFactory, a: list[int], b: list[int], c: list[int]) -> None:
    tables = [
        [{"id": f"{s}:{i}", "title": f"t{s}{i}", "url": f"https://x.cn/{place}" if place else ""} for i, place in enumerate(column)]
        for s, column in zip("abc", (a, b, c), strict=True)
    ]
    found = [groups(tmp_path_factory.mktemp("o"), list(order)) for order in itertools.permutations(tables)]
    assert all(f == found[0] for f in found)
    once = {p for p in (1, 2, 3) if all(column.count(p) <= 1 for column in (a, b, c))}
    expected = sum(len(column) for column in (a, b, c)) - sum(max(0, (a + b + c).count(p) - 1) for p in once)
    assert len(found[0]) == expected
