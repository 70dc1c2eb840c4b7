"""Reading files of downloaded answers: one file or a folder of them, JSON or JSONL, never trusted.

answers() yields Answer (one parsed object), Broken (a line that is no JSON) and Incomplete (a file that is cut off: what
stood before the cut is yielded first). A location that is missing, empty, unreadable or not UTF-8 is a SourceError; inside a
folder such a file makes the run incomplete and the others go on. NaN and Infinity are no JSON and are refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import orjson

from catalog.errors import SourceError
from catalog.sources import Broken, Incomplete, Item, Raw
from catalog.sources._stream import CUT, elements, salvage

MAX_LINE = 16 * 1024 * 1024  # bytes of one JSONL line
MAX_WHOLE = 64 * 1024 * 1024  # bytes of a JSON file that is parsed at once; a larger one must be an array and is streamed
SUFFIXES = (".json", ".jsonl", ".ndjson")
_UTF8 = "save it as UTF-8, for example with: iconv -f GB18030 -t UTF-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """One JSON object; `row` says where it stood: a file's name, or file:line, or file#index."""

    row: str
    value: dict[str, Any]


def one_file(location: str) -> Path:
    """The path of a location that must be one non-empty file."""
    path = Path(location)
    if path.is_dir():
        raise SourceError(f"{location} is a folder", hint="name one file in it")
    if not path.is_file():
        raise SourceError(f"{location} does not exist", hint="check the path")
    if path.stat().st_size == 0:
        raise SourceError(f"{location} is empty", hint="download it again")
    return path


def answers(location: str) -> Iterator[Answer | Broken | Incomplete]:
    """All answers of a file, or of the JSON and JSONL files of a folder in the order of their names."""
    path = Path(location)
    if not path.is_dir():
        yield from _file(one_file(location))
        return
    files = sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
    if not files:
        raise SourceError(f"{location} holds no {' or '.join(SUFFIXES)} file", hint="name the folder of the downloaded answers")
    for file in files:
        try:
            yield from _file(one_file(str(file)))
        except SourceError as error:
            yield Incomplete(file.name, str(error))


def _file(path: Path) -> Iterator[Answer | Broken | Incomplete]:
    try:
        if path.suffix.lower() in (".jsonl", ".ndjson"):
            yield from lines(path)
        elif path.stat().st_size > MAX_WHOLE:
            yield from _stream(path)
        else:
            yield from _whole(path)
    except OSError as error:
        raise SourceError(f"{path} can't be read: {error.strerror}", hint="check its permissions") from error


def parse(data: bytes) -> Any:
    """One JSON text. ValueError says why it is none; UnicodeDecodeError (a ValueError) when it isn't UTF-8."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        # orjson refuses lone surrogates (\\ud800), which platforms do write and text.tidy() removes.
        try:
            return json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def lines(path: Path) -> Iterator[Answer | Broken | Incomplete]:
    """The objects of a JSONL file, line by line. A last line without its end that can't be read is a cut, not a mistake."""
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE):
            number += 1
            row, ended = f"{path.name}:{number}", line.endswith(b"\n")
            if not ended and len(line) == MAX_LINE:
                while (more := file.readline(MAX_LINE)) and not more.endswith(b"\n"):
                    pass
                yield Broken(row, f"a line of more than {MAX_LINE >> 20} MB", hint="one record a line")
                continue
            line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if not line.strip():
                continue
            try:
                value = parse(line)
            except UnicodeDecodeError as error:
                if ended:
                    yield Broken(row, f"not UTF-8: {error.reason}", hint=_UTF8)
                else:
                    yield Incomplete(row, "the file ends inside a character")
            except ValueError as error:
                if ended or "no JSON number" in str(error):
                    yield Broken(row, f"no JSON: {error}", _excerpt(line), "write one JSON object a line")
                else:
                    yield Incomplete(row, f"the file ends inside a record: {error}")
            else:
                yield Answer(row, value) if isinstance(value, dict) else Broken(row, "no JSON object", _excerpt(line), "write one object a line")


def _excerpt(data: bytes) -> str:
    return data[:200].decode("utf-8", "replace").strip()


def _whole(path: Path) -> Iterator[Answer | Broken | Incomplete]:
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise SourceError(f"{path} is empty", hint="download it again")
    cut = ""
    try:
        value = parse(data)
    except UnicodeDecodeError as error:
        if error.start < len(data) - 3:
            raise SourceError(f"{path} is not UTF-8 (byte {error.start})", hint=_UTF8) from error
        value, cut = salvage(data), "the file ends inside a character"
    except ValueError as error:
        value, cut = salvage(data), str(error)
    if cut and not value:
        raise SourceError(f"{path} is no JSON: {cut}", hint="download it again, or check that it is an answer of the platform")
    for row, item in ((f"{path.name}#{i}", v) for i, v in enumerate(value)) if isinstance(value, list) else ((path.name, value),):
        yield Answer(row, item) if isinstance(item, dict) else Broken(row, "no JSON object", str(item)[:200])
    if cut:
        yield Incomplete(path.name, f"damaged or cut off: {cut}")


def _stream(path: Path) -> Iterator[Answer | Broken | Incomplete]:
    index = -1
    with path.open("rb") as file:
        try:
            for index, item in enumerate(elements(file)):
                row = f"{path.name}#{index}"
                yield Answer(row, item) if isinstance(item, dict) else Broken(row, "no JSON object", str(item)[:200])
        except CUT as error:
            yield Incomplete(path.name, f"damaged or cut off after {index + 1} records: {error}")
    if index < 0:
        raise SourceError(f"{path} is larger than {MAX_WHOLE >> 20} MB and no array of records", hint="split it, or write it as JSONL")


def walk(value: Any, *keys: str) -> Any:
    """value[keys[0]][keys[1]]…; None where a step is missing or no object."""
    for name in keys:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def an_object(value: Any) -> dict[str, Any]:
    """The value if it is an object; {} for anything else."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; [] for anything else."""
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def listed(location: str, path: tuple[str, ...], total: tuple[str, ...] = ()) -> Iterator[Item]:
    """The objects of the list at `path` of every answer, as Raw. `total` is where an answer says how many there are.

    An answer without the list is Incomplete (a refusal, a login page); so is a harvest with fewer objects than one answer names.
    """
    read = named = 0
    for answer in answers(location):
        if not isinstance(answer, Answer):
            yield answer
            continue
        items = walk(answer.value, *path)
        if not isinstance(items, list):
            said = answer.value.get("message") or answer.value.get("msg") or ""
            yield Incomplete(answer.row, f"the answer has no {'.'.join(path)}" + (f": {said}" if said else ""))
            continue
        count = str(walk(answer.value, *total) or "0") if total else "0"
        named = max(named, int(count) if count.isdecimal() else 0)
        for index, item in enumerate(items):
            read += 1
            if isinstance(item, dict):
                yield Raw(f"{answer.row}#{index}", item)
            else:
                yield Broken(f"{answer.row}#{index}", "no JSON object", str(item)[:200])
    if read < named:
        yield Incomplete(location, f"{read} of {named} records are here: pages are missing")
