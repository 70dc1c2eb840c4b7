"""Short codes stay what they are, tell things apart, and find them again."""

from __future__ import annotations

from pathlib import Path

from catalog.shortlink import LENGTH, LETTERS, codes, short_code, unit_key, volume_key
from indexer.engine import Query, Term
from tests.web_sample import build, records


def test_a_printed_code_never_changes() -> None:
    # these stand on paper: whoever changes how codes are made must keep the old ones
    assert [short_code(name) for name in ("smartedu:1", "airclass:1", "")] == ["rvnep52q6y", "de5j446c9r", "wjka0nvmf6"]


def test_codes_are_short_and_differ() -> None:
    made = {short_code(f"source:{n}") for n in range(20_000)}
    assert len(made) == 20_000
    assert all(len(code) == LENGTH and set(code) <= set(LETTERS) for code in made)


def test_lessons_of_one_unit_share_its_code_and_no_other_unit_has_it() -> None:
    lessons = [r for r in records() if r.id.startswith("airclass:") and r.id != "airclass:90"]
    by_unit: dict[str, set[str]] = {}
    for lesson in lessons:
        assert short_code(unit_key(lesson)) in codes(lesson) and short_code(volume_key(lesson)) in codes(lesson)
        by_unit.setdefault(lesson.unit, set()).add(short_code(unit_key(lesson)))
    assert all(len(found) == 1 for found in by_unit.values())
    assert len(set.union(*by_unit.values())) == len(by_unit) > 1
    assert len({short_code(volume_key(lesson)) for lesson in lessons}) == 1


def test_the_index_finds_by_code(tmp_path: Path) -> None:
    engine = build(tmp_path, records())
    lesson = next(r for r in records() if r.id == "airclass:1")
    found = lambda code: {hit.id for hit in engine.search(Query(clause=Term("code", code))).hits}  # noqa: E731
    assert found(short_code("airclass:1")) == {"airclass:1"}
    assert found(short_code("xuetangx:1")) == {"icourse163:1"}  # merged into it
    assert found(short_code(unit_key(lesson))) == {r.id for r in records() if r.id.startswith("airclass:") and r.unit == lesson.unit}
    engine.close()
