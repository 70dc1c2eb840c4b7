"""The mapping of a table: which column holds which field. A TOML file with source, kind, platform, [fields] and [constants].

    source = "college"            # facet value and prefix of every id
    kind = "course"
    platform = "校内课程平台"

    [fields]                      # resource field = column, or a list of columns
    id = ["term", "course_no"]    # joined with ":", empty parts stay
    title = "name"
    summary = ["intro", "tags"]   # joined with a space, empty parts are skipped

    [constants]                   # resource field = one value for every row
    language = "中文"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.errors import MappingError
from catalog.normalize.raw import number_of_id
from catalog.resource import Kind, Resource

_KEYS = ("source", "kind", "platform", "fields", "constants")
_NOT_MAPPED = {"source", "kind", "also", "status", "offers", "unmapped", "counts", "terms"}
FIELDS = (*(f for f in Resource.model_fields if f not in _NOT_MAPPED), "opens", "closes")


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A mapping that has been checked. `fields` is (resource field, columns), in the file's order."""

    source: str
    kind: str
    platform: str
    fields: tuple[tuple[str, tuple[str, ...]], ...]
    constants: Mapping[str, Any]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is used, once."""
        return tuple(dict.fromkeys(c for _, columns in self.fields for c in columns))

    def apply(self, row: Mapping[str, Any]) -> dict[str, object]:
        """The raw fields of a row, for catalog.normalize.assemble()."""
        fields: dict[str, object] = dict(self.constants)
        for field, columns in self.fields:
            if len(columns) == 1:
                value = row.get(columns[0])
                if field == "id" and type(value) is not str:
                    value = _flat(value, field)
            else:
                parts = [_flat(row.get(column), field) for column in columns]
                value = ":".join(parts) if field == "id" else " ".join(p for p in parts if p)
                if field == "id" and not any(parts):
                    value = ""
            if value is not None and value != "":
                fields[field] = value
        return fields


def _flat(value: Any, field: str) -> str:
    if type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, list):
        return (":" if field == "id" else " ").join(_flat(v, field) for v in value if v is not None and v != "")
    if isinstance(value, float):
        return number_of_id(value) if field == "id" else str(int(value)) if value.is_integer() else str(value)
    return str(value)


def near(wanted: str, known: tuple[str, ...]) -> str:
    """`did you mean …`, or the list of what there is."""
    from rapidfuzz import fuzz, process

    close = [name for name, _, _ in process.extract(wanted, known, scorer=fuzz.WRatio, limit=3, score_cutoff=60)]
    return f"did you mean {' or '.join(close)}?" if close else f"there are: {', '.join(known[:60])}"


def read(path: str) -> TableMapping:
    """Reads and checks a mapping file. MappingError names what is wrong and what would be right."""
    if not path:
        raise MappingError("a table needs a mapping", hint="pass --mapping FILE.toml with source, kind and [fields] that name at least id and title")
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise MappingError(f"{path} can't be read: {error.strerror}", hint="check the path of --mapping") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{path} is no TOML: {error}", hint="write it as UTF-8 TOML; quote column names") from error
    return check(content, path)


def check(content: Mapping[str, Any], path: str) -> TableMapping:
    """The mapping of parsed TOML; `path` is named in errors."""
    for name in content:
        if name not in _KEYS:
            raise MappingError(f"{path}: unknown key {name!r}", hint=near(name, _KEYS))
    for name in ("source", "kind", "platform"):
        if not isinstance(content.get(name, ""), str):
            raise MappingError(f"{path}: {name} must be text in quotes")
    source = content.get("source", "")
    if not source or any(c in source for c in ": \t\n"):
        raise MappingError(f"{path}: source {source!r} must be a name without spaces and colons", hint='for example source = "college"')
    kinds = tuple(k.value for k in Kind)
    if content.get("kind") not in kinds:
        raise MappingError(f"{path}: kind {content.get('kind')!r} is none of the kinds", hint=f"one of: {', '.join(kinds)}")
    fields, constants = content.get("fields"), content.get("constants", {})
    if not isinstance(fields, dict) or not isinstance(constants, dict):
        raise MappingError(f"{path}: [fields] is missing or no table", hint='[fields] with lines such as title = "column"')
    for name in (*fields, *constants):
        if name not in FIELDS:
            raise MappingError(f"{path}: no resource field {name!r}", hint=near(name, FIELDS))
    for name in constants:
        if name in fields or name in ("id", "title"):
            raise MappingError(f"{path}: {name} can't be a constant", hint="every row has its own" if name in ("id", "title") else "it is mapped")
    for name in ("id", "title"):
        if name not in fields:
            raise MappingError(f"{path}: [fields] lacks {name}", hint=f'add {name} = "column"; without a number of its own, a list of columns')
    pairs = tuple((name, _columns(path, name, value)) for name, value in fields.items())
    return TableMapping(source, content["kind"], content.get("platform", ""), pairs, constants)


def _columns(path: str, name: str, value: object) -> tuple[str, ...]:
    columns = [value] if isinstance(value, str) else value
    if not isinstance(columns, list) or not columns or not all(isinstance(c, str) and c for c in columns):
        raise MappingError(f"{path}: {name} must be a column's name or a list of them", hint=f'{name} = "column"')
    return tuple(columns)
