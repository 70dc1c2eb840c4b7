"""A catalogue is read through once what was read of it page by page cost as much, and not otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog import readthrough
from catalog.readthrough import ReadThrough
from catalog.store import Store
from tests.engine_contract import resource
from tests.waiting import until

SIZE = 5 * 1024 * 1024


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that counts as large."""
    monkeypatch.setattr(readthrough, "SMALL", SIZE // 2)
    path = tmp_path / "large"
    path.write_bytes(bytes(SIZE))
    return path


class Disk:
    """What a system says that a thread has read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read = 0
        monkeypatch.setattr(readthrough, "_from_disk", lambda: self.read)


def test_it_is_read_through_once_that_costs_no_more(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, through = Disk(monkeypatch), ReadThrough(file)
    for _ in range(readthrough.TIMES):
        with through.watched():
            disk.read += SIZE // readthrough.TIMES**2
        disk.read += SIZE  # elsewhere
        assert not through.passed
    with through.watched():
        disk.read += SIZE // readthrough.TIMES
    until(lambda: through.passed == SIZE)
    with through.watched():
        disk.read += SIZE
    through.end()
    assert through.passed == SIZE, "once is enough"


@pytest.mark.parametrize(("name", "value"), [("SMALL", SIZE + 1), ("machine.memory", lambda: SIZE * 1.9)])
def test_what_is_small_or_does_not_fit_is_left(file: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: object) -> None:
    monkeypatch.setattr(f"catalog.readthrough.{name}", value)
    disk, through = Disk(monkeypatch), ReadThrough(file)
    with through.watched():
        disk.read += 10 * SIZE
    through.end()
    assert not through.passed


def test_it_ends_when_nobody_needs_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, through = Disk(monkeypatch), ReadThrough(file)
    through.end()
    with through.watched():
        disk.read += SIZE
    through.end()
    assert not through.passed


def test_a_file_that_is_not_there_is_somebody_elses_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, through = Disk(monkeypatch), ReadThrough(tmp_path / "none")
    with through.watched():
        disk.read += 10 * readthrough.SMALL
    through.end()
    assert not through.passed


def test_what_a_system_counts_never_falls() -> None:
    before = readthrough._from_disk()
    assert readthrough._from_disk() >= before >= 0


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store of one resource whose file counts as large."""
    monkeypatch.setattr(readthrough, "SMALL", 4096)
    with Store.open(tmp_path) as store:
        with store.transaction():
            store.put(resource("a:1", "会计"))
        yield store


def test_writing_a_store_is_watched(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk(monkeypatch)
    with store.transaction():
        disk.read += 10**6
    until(lambda: store._through.passed)


def test_scanning_a_store_is_watched(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, rows = Disk(monkeypatch), store._rows

    def read(*given: object) -> list[tuple[object, ...]]:
        disk.read += 10**6
        return rows(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "_rows", read)
    assert [id_ for id_, *_ in store.scan()] == ["a:1"]
    until(lambda: store._through.passed)
