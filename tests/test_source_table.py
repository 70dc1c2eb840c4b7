"""Tables of suppliers: every way in which a file or its mapping can be wrong."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from catalog.errors import BadValue, MappingError, SourceError
from catalog.resource import Resource
from catalog.sources import Broken, Incomplete, Item, Options, Raw, _files, _sheets, prepare, table

MAPPING = """source = "college"
kind = "course"
platform = "校内平台"
[fields]
id = "no"
title = "name"
summary = "intro"
"""
HEAD = "no,name,intro\n"


def write(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def load(folder: Path, location: str, mapping: str = MAPPING) -> tuple[list[Item], Options]:
    options = prepare(table, location, Options(write(folder, "mapping.toml", mapping)))
    return list(table.extract(location, options)), options


def resources(folder: Path, location: str, mapping: str = MAPPING) -> list[Resource]:
    items, options = load(folder, location, mapping)
    return [table.transform(item.value, options) for item in items if isinstance(item, Raw)]


def values(items: list[Item]) -> list[Mapping[str, Any]]:
    return [item.value for item in items if isinstance(item, Raw)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_the_same_table_reads_alike_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    location = write(tmp_path, "t.csv", (HEAD + "1,高等数学,极限与连续\n").encode(encoding))
    (one,) = resources(tmp_path, location)
    assert (one.id, one.title, one.summary, one.platform) == ("college:1", "高等数学", "极限与连续", ("校内平台",))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_how_many_rows_a_table_has_is_told_before_they_are_read(tmp_path: Path, encoding: str, end: str) -> None:
    location = write(tmp_path, "t.csv", (HEAD + "1,高等数学,极限\n2,线性代数,向量" + end).encode(encoding))
    assert prepare(table, location, Options(write(tmp_path, "mapping.toml", MAPPING))).rows == 2


@pytest.mark.parametrize("end", ["", "\n"])
def test_how_many_lines_a_jsonl_has_is_told_before_they_are_read(tmp_path: Path, end: str) -> None:
    location = write(tmp_path, "t.jsonl", '{"no": 1, "name": "高等数学", "intro": ""}\n{"no": 2, "name": "线性代数", "intro": ""}' + end)
    assert prepare(table, location, Options(write(tmp_path, "mapping.toml", MAPPING))).rows == 2


def test_a_table_is_looked_through_once_and_again_when_it_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Path] = []
    look = _sheets._first_error
    monkeypatch.setattr(_sheets, "_first_error", lambda path, encoding: looks.append(path) or look(path, encoding))
    location = write(tmp_path, "t.csv", HEAD + "1,高等数学,极限\n")
    assert len(resources(tmp_path, location)) == 1 and len(looks) == 1
    write(tmp_path, "t.csv", (HEAD + "1,高等数学,极限\n2,线性代数,向量\n").encode("gb18030"))
    assert [r.title for r in resources(tmp_path, location)] == ["高等数学", "线性代数"] and len(looks) == 3  # as UTF-8, as GB18030


def test_text_in_no_known_encoding_is_refused(tmp_path: Path) -> None:
    location = write(tmp_path, "t.csv", HEAD.encode() + b"1,\xff\xff\xff,x\n")
    with pytest.raises(SourceError, match="neither UTF-8 nor GB18030"):
        load(tmp_path, location)


def test_one_wrong_byte_does_not_turn_utf8_into_gibberish(tmp_path: Path) -> None:
    location = write(tmp_path, "t.csv", (HEAD + "1,高等数学,极限\n").encode() + b"2,\xb1\xb1\xbe\xa9,x\n3,abc,x\n")
    with pytest.raises(SourceError, match="wrong byte at 38"):
        load(tmp_path, location)


def test_a_table_that_ends_inside_a_character_is_incomplete(tmp_path: Path) -> None:
    items, _ = load(tmp_path, write(tmp_path, "t.csv", (HEAD + "1,高等数学,极限\n2,线性代数,向").encode()[:-1]))
    assert [type(i) for i in items] == [Raw, Raw, Incomplete] and values(items)[0]["name"] == "高等数学"


def test_nul_and_lone_surrogates_do_not_reach_the_resource(tmp_path: Path) -> None:
    csv = write(tmp_path, "t.csv", HEAD + "1,a\0b,x\n")
    jsonl = write(tmp_path, "t.jsonl", '{"no": 1, "name": "a\\ud800\\u0000b", "intro": ""}\n')
    assert [r.title for r in (*resources(tmp_path, csv), *resources(tmp_path, jsonl))] == ["ab", "ab"]


def test_a_field_of_a_megabyte_is_cut_where_the_schema_ends(tmp_path: Path) -> None:
    location = write(tmp_path, "t.csv", HEAD + f'1,{"题" * 5000},"{"字" * 400_000}"\n')
    (one,) = resources(tmp_path, location)
    assert len(one.title) == 1000 and len(one.summary) == 200_000


def test_a_token_of_seventy_thousand_bytes_is_kept(tmp_path: Path) -> None:
    (one,) = resources(tmp_path, write(tmp_path, "t.csv", HEAD + f"1,x,{'a' * 70_000}\n"))
    assert len(one.summary) == 70_000


def test_a_field_beyond_the_limit_breaks_its_row_only(tmp_path: Path) -> None:
    location = write(tmp_path, "t.csv", HEAD + f"1,a,{'x' * (5 << 20)}\n2,b,y\n")
    items, _ = load(tmp_path, location)
    assert [type(i) for i in items] == [Broken, Raw] and values(items)[0]["no"] == "2"


def test_quoted_line_ends_and_commas_stay_in_their_field(tmp_path: Path) -> None:
    (one,) = resources(tmp_path, write(tmp_path, "t.csv", HEAD + '1,"a, ""b""","first\nsecond"\n'))
    assert one.title == 'a, "b"' and one.summary == "first second"


def test_a_ragged_row_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    items, _ = load(tmp_path, write(tmp_path, "t.csv", HEAD + '1,"a\nb",x\n2,b\n3,c,y,z\n\n4,d,w\n'))
    broken = [i for i in items if isinstance(i, Broken)]
    assert [b.row for b in broken] == ["t.csv:4", "t.csv:5"] and "2 cells, the header has 3" in broken[0].reason
    assert [v["no"] for v in values(items)] == ["1", "4"]


def test_a_quote_that_is_never_closed_makes_the_table_incomplete(tmp_path: Path) -> None:
    items, _ = load(tmp_path, write(tmp_path, "t.csv", HEAD + '1,a,x\n2,"b,y\n3,c,z\n'))
    assert [type(i) for i in items] == [Raw, Incomplete]


def test_a_cut_jsonl_keeps_what_stood_before_the_cut(tmp_path: Path) -> None:
    items, _ = load(tmp_path, write(tmp_path, "t.jsonl", '{"no":1,"name":"a","intro":"x"}\n{"no":2,"na'))
    assert [type(i) for i in items] == [Raw, Incomplete]


def test_nan_and_things_that_are_no_object_break_their_line(tmp_path: Path) -> None:
    lines = ['{"no":1,"name":"a","intro":NaN}', "[1]", '{"no":', '{"no":2,"name":"b","intro":"x"}']
    items, _ = load(tmp_path, write(tmp_path, "t.jsonl", "\n".join(lines) + "\n"))
    assert [type(i) for i in items] == [Broken, Broken, Broken, Raw]
    assert isinstance(items[0], Broken) and "NaN" in items[0].reason


def test_a_column_that_only_a_late_row_has_is_no_mistake(tmp_path: Path) -> None:
    rows = [{"no": i, "name": "a"} for i in range(1500)] + [{"no": 1500, "name": "b", "intro": "x"}]
    location = write(tmp_path, "t.jsonl", "\n".join(map(json.dumps, rows)))
    assert len(resources(tmp_path, location)) == 1501


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl"])
def test_a_column_that_no_row_has_is_named_with_near_ones(tmp_path: Path, name: str) -> None:
    content = HEAD + "1,a,x\n" if name == "t.csv" else '{"no":1,"name":"a","intro":"x"}\n'
    with pytest.raises(MappingError, match=r"'intr'.*did you mean intro"):
        load(tmp_path, write(tmp_path, name, content), MAPPING.replace('"intro"', '"intr"'))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("platform =", "plattform =", "unknown key 'plattform'.*platform"),
        ("summary =", "sumary =", "no resource field 'sumary'.*summary"),
        ('id = "no"', "", "lacks id"),
        ('title = "name"', "", "lacks title"),
        ('kind = "course"', 'kind = "curse"', "'curse' is none of the kinds"),
        ('source = "college"', 'source = "a:b"', "without spaces and colons"),
        ('id = "no"', "id = 3", "a column's name or a list"),
        ('id = "no"', "id = no", "is no TOML"),
        ("[fields]", '[constants]\nid = "1"\n[fields]', "id can't be a constant"),
    ],
)
def test_a_wrong_mapping_says_what_would_be_right(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(MappingError, match=message):
        load(tmp_path, write(tmp_path, "t.csv", HEAD + "1,a,x\n"), MAPPING.replace(old, new, 1))


def test_a_table_without_a_mapping_asks_for_one(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="--mapping"):
        prepare(table, write(tmp_path, "t.csv", HEAD), Options())


def test_a_header_that_names_a_mapped_column_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="twice"):
        load(tmp_path, write(tmp_path, "t.csv", "no,name,name,intro\n1,a,b,x\n"))


def test_columns_join_as_the_mapping_says(tmp_path: Path) -> None:
    mapping = '''source = "s"\nkind = "job"\n[fields]\nid = ["a", "b", "c"]\ntitle = ["a", "c"]\ntags = "t"\nsummary = ["b", "t"]\n[constants]\nemployer = "示例"\n'''
    location = write(tmp_path, "t.jsonl", '{"a": "x", "b": null, "c": 3.0, "t": ["u", null, "v w"]}\n')
    (one,) = resources(tmp_path, location, mapping)
    assert (one.id, one.title, one.tags, one.summary, one.employer) == ("s:x::3", "x 3", ("u", "v w"), "u v w", ("示例",))
    assert one.service == "jobs" and one.offers[0].id == one.id


def test_a_row_without_id_or_title_is_a_bad_value(tmp_path: Path) -> None:
    items, options = load(tmp_path, write(tmp_path, "t.csv", HEAD + ",a,x\n2,\u200b,y\n"))
    for value, field in zip(values(items), ("id", "title"), strict=True):
        with pytest.raises(BadValue) as caught:
            table.transform(value, options)
        assert caught.value.field == field and caught.value.hint


@pytest.mark.parametrize("mapping", [MAPPING, MAPPING.replace('id = "no"', 'id = ["no", "name"]')])
def test_an_id_of_more_digits_than_a_number_holds_is_refused_and_not_rounded(tmp_path: Path, mapping: str) -> None:
    lines = ['{"no":18446744073709551616,"name":"a","intro":"x"}', '{"no":18446744073709551615,"name":"b","intro":"x"}', '{"no":7.0,"name":"c","intro":"x"}']
    items, options = load(tmp_path, write(tmp_path, "t.jsonl", "\n".join(lines) + "\n"), mapping)
    first, *others = values(items)
    with pytest.raises(BadValue, match="not read exactly"):
        table.transform(first, options)
    assert [table.transform(one, options).id.partition(":b")[0].partition(":c")[0] for one in others] == ["college:18446744073709551615", "college:7"]


def test_an_id_that_has_its_prefix_keeps_it(tmp_path: Path) -> None:
    assert [r.id for r in resources(tmp_path, write(tmp_path, "t.csv", HEAD + "college:7,a,x\n"))] == ["college:7"]


def test_a_workbook_reads_like_a_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["no", "name", "intro"], [1, "高等数学", None], [None, None, None], [2.5, "线性代数", "x"]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    assert [(r.id, r.title) for r in resources(tmp_path, str(tmp_path / "t.xlsx"))] == [("college:1", "高等数学"), ("college:2.5", "线性代数")]


def test_a_date_cell_of_a_workbook_is_a_day_and_keeps_a_time_that_was_written(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["no", "name", "from", "to"], [1, "a", datetime(2026, 3, 1), date(2026, 3, 31)], [2, "b", datetime(2026, 3, 1, 8), datetime(2026, 3, 31, 17)]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    mapping = MAPPING.replace('summary = "intro"', 'published = "from"\nexpires = "to"')
    assert [(r.published, r.expires) for r in resources(tmp_path, str(tmp_path / "t.xlsx"), mapping)] == [
        ("2026-03-01", "2026-03-31"), ("2026-03-01T08:00:00+08:00", "2026-03-31T17:00:00+08:00")]


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<c/>" * 4_000_000)
    with pytest.raises(SourceError, match="unpacks to"):
        load(tmp_path, str(tmp_path / "bomb.xlsx"))


def test_a_workbook_with_a_doctype_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "b">]><workbook/>')
    with pytest.raises(SourceError, match="DOCTYPE"):
        load(tmp_path, str(tmp_path / "t.xlsx"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", b"", "is empty"),
        ("t.csv", b"PK\x03\x04rest", "a workbook"),
        ("t.xlsx", b"no archive at all", "is no workbook"),
        ("t.pdf", b"%PDF", "no known kind of table"),
        ("t.csv", b"\n\n\n", "no row"),
    ],
)
def test_a_file_that_is_no_table_is_a_source_error(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        load(tmp_path, write(tmp_path, name, content))


def test_a_folder_or_a_missing_file_is_a_source_error(tmp_path: Path) -> None:
    for location, message in ((tmp_path, "is a folder"), (tmp_path / "none.csv", "does not exist")):
        with pytest.raises(SourceError, match=message):
            load(tmp_path, str(location))


# --- answers of platforms: one file or a folder

def test_a_cut_answer_yields_its_whole_records_and_says_that_it_is_cut(tmp_path: Path) -> None:
    whole = json.dumps({"result": {"list": [{"id": 1, "x": {"y": [1]}}, {"id": 2, "x": {"y": [2]}}, {"id": 3}]}})
    location = write(tmp_path, "a.json", whole[: whole.index('[2]') + 2])
    items = list(_files.listed(location, ("result", "list")))
    assert values(items) == [{"id": 1, "x": {"y": [1]}}] and isinstance(items[-1], Incomplete)


def test_a_folder_is_read_in_the_order_of_names_and_a_bad_file_does_not_stop_it(tmp_path: Path) -> None:
    write(tmp_path, "b.json", '{"result": {"list": [{"id": 2}], "query": {"n": 5}}}')
    write(tmp_path, "a.json", '{"result": {"list": [{"id": 1}]}}')
    write(tmp_path, "c.json", b'{"name": "\xd6\xd0\xb9\xfa\xb4\xf3\xd1\xa7"}')
    write(tmp_path, "d.json", b"")
    write(tmp_path, "e.json", '{"message": "login first"}')
    items = list(_files.listed(str(tmp_path), ("result", "list"), ("result", "query", "n")))
    assert [v["id"] for v in values(items)] == [1, 2]
    assert [i.part for i in items if isinstance(i, Incomplete)] == ["c.json", "d.json", "e.json", str(tmp_path)]


@pytest.mark.parametrize(("content", "message"), [(b"", "is empty"), (b"<html>", "is no JSON"), ('{"a": "中"}'.encode("gb18030"), "not UTF-8")])
def test_a_file_that_is_no_answer_is_a_source_error(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        list(_files.answers(write(tmp_path, "a.json", content)))


def test_an_empty_folder_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no"):
        list(_files.answers(str(tmp_path)))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_long_array_is_read_to_its_end_whatever_its_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: bytes) -> None:
    """A number of more than 64 bits is one that the fast parser can't hold."""
    monkeypatch.setattr(_files, "MAX_WHOLE", 10)
    location = write(tmp_path, "a.json", mark + b'[{"n": 1}, {"n": 123456789012345678901234}, {"n": 3}]')
    assert [item.value for item in _files.answers(location)] == [{"n": 1}, {"n": 123456789012345678901234}, {"n": 3}]
