"""A table of a supplier – CSV, TSV, JSONL or XLSX – with a mapping of its columns (see _mapping.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from catalog.errors import MappingError, SourceError
from catalog.normalize import assemble
from catalog.resource import Resource
from catalog.sources import Broken, Incomplete, Item, Options, Raw, _files, _mapping, _sheets

ABOUT = "a supplier's table (.csv, .tsv, .jsonl, .xlsx) with --mapping FILE.toml"

_LINES = (".jsonl", ".ndjson")
_TEXT = (".csv", ".tsv", ".txt")
_BOOKS = (".xlsx", ".xlsm")


def prepare(location: str, options: Options) -> Options:
    """Reads the mapping and checks its columns against the table. MappingError names a column that no row has."""
    mapping = _mapping.read(options.mapping)
    path = _table(location)
    wanted = dict.fromkeys(mapping.columns)
    seen: dict[str, None] = {}
    for item in _rows(path):
        if isinstance(item, list):
            seen = dict.fromkeys(item)
            twice = [c for c in wanted if item.count(c) > 1]
            if twice:
                raise MappingError(f"{location}: the header names {twice[0]!r} twice", hint="rename one of the columns")
            break
        if isinstance(item, Raw):
            # Rows of JSONL may lack columns: look on only until each column has been seen once.
            seen.update(dict.fromkeys(item.value))
            if wanted.keys() <= seen.keys():
                break
    if not seen:
        raise SourceError(f"{location} holds no row that can be read", hint="check that it is the table you mean")
    for column in wanted:
        if column not in seen:
            raise MappingError(f"{options.mapping}: no row of {location} has a column {column!r}", hint=_mapping.near(column, tuple(seen)))
    return Options(options.mapping, {**options.settings, "mapping": mapping}, _about(path))


def _about(path: Path) -> int | None:
    """Rows of a table: a few less than its lines, where fields hold several."""
    suffix = path.suffix.lower()
    if suffix in _BOOKS:
        return None
    return _line_count(path) if suffix in _LINES else max(0, _sheets.looked_at(path).lines - 1)


def _line_count(path: Path) -> int:
    """Lines of a file, the last one with its end or without."""
    lines, last = 0, b"\n"
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            lines, last = lines + part.count(b"\n"), part[-1:]
    return lines + (last != b"\n")


def extract(location: str, options: Options) -> Iterator[Item]:
    """The rows of the table, one by one."""
    for item in _rows(_table(location)):
        if not isinstance(item, list):
            yield item


def transform(raw: Mapping[str, Any], options: Options) -> Resource:
    """The resource of a row, by the mapping that prepare() has read."""
    mapping = options.settings.get("mapping")
    if not isinstance(mapping, _mapping.TableMapping):
        mapping = _mapping.check(mapping, "mapping") if isinstance(mapping, Mapping) else _mapping.read(options.mapping)
    return assemble(mapping.apply(raw), source=mapping.source, kind=mapping.kind, platform=mapping.platform)


def _table(location: str) -> Path:
    path = _files.one_file(location)
    if path.suffix.lower() not in (*_LINES, *_TEXT, *_BOOKS):
        known = ", ".join((*_TEXT, *_LINES, *_BOOKS))
        raise SourceError(f"{location}: {path.suffix or 'no suffix'} is no known kind of table", hint=f"one of: {known}")
    return path


def _rows(path: Path) -> Iterator[list[str] | Raw | Broken | Incomplete]:
    suffix = path.suffix.lower()
    try:
        if suffix in _LINES:
            for item in _files.lines(path):
                yield Raw(item.row, item.value) if isinstance(item, _files.Answer) else item
        else:
            yield from _sheets.workbook_rows(path) if suffix in _BOOKS else _sheets.text_rows(path)
    except OSError as error:
        raise SourceError(f"{path} can't be read: {error.strerror}", hint="check its permissions") from error
