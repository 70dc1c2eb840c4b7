"""Reading tables: CSV, TSV and XLSX as rows of column → value. JSONL is read by _files.lines().

Text is UTF-8 (with or without a byte-order mark), UTF-16 with one, or GB18030; whatever is none of these is refused. A
workbook is looked at before it is opened: archives that unpack to too much, and XML with a DOCTYPE, are refused.
"""

from __future__ import annotations

import codecs
import csv
import time
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from catalog.errors import SourceError
from catalog.sources import Broken, Incomplete, Raw

MAX_FIELD = 4 * 1024 * 1024  # characters of one CSV field
MAX_UNPACKED = 400 * 1024 * 1024  # bytes of all parts of a workbook
MAX_RATIO = 150  # unpacked : packed, for parts above a megabyte; real sheets stay below 40
MAX_SECONDS = 120  # for one workbook
_RESAVE = "save it as UTF-8 CSV and try again"


class Text(NamedTuple):
    """What a whole text file is."""

    encoding: str  # utf-8-sig, utf-16 or gb18030
    cut: bool  # it ends inside a character
    lines: int


def looked_at(path: Path) -> Text:
    """Reads a file through once, so that what is no text is refused before its first row is taken. SourceError if it is none."""
    now = path.stat()
    return _looked_at(path, now.st_size, now.st_mtime_ns)


@lru_cache(maxsize=4)
def _looked_at(path: Path, size: int, changed: int) -> Text:
    """Remembered: the mapping is tried on a table before its rows are read, and of gigabytes a look takes half a minute."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(b"PK\x03\x04"):
        raise SourceError(f"{path} is a workbook or an archive, not text", hint="rename it to .xlsx, or save it as CSV")
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        bad, han, lines = _first_error(path, encoding)
        if bad < 0 or (bad >= size - 3 and han >= 3):
            return Text(encoding, bad >= 0, lines)
        # Three Chinese characters in a row of UTF-8 are no accident: one wrong byte must not turn it all into GB18030 gibberish.
        if encoding == "utf-8-sig" and han >= 3:
            raise SourceError(f"{path} is UTF-8 with a wrong byte at {bad}", hint=_RESAVE)
    raise SourceError(f"{path} is neither UTF-8 nor GB18030 text", hint=_RESAVE)


def _first_error(path: Path, encoding: str) -> tuple[int, int, int]:
    """(offset of the first byte that can't be decoded, -1 for none; Chinese characters before it; lines before it)."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done = han = lines = 0
    last = "\n"
    with path.open("rb") as file:
        while True:
            chunk = file.read(1 << 20)
            waiting = len(decoder.getstate()[0])
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                good = error.object[: error.start].decode(encoding, "ignore")
                return done - waiting + error.start, han + _chinese(good), lines + good.count("\n")
            han = han if han >= 3 else han + _chinese(text)
            lines += text.count("\n")
            last = text[-1:] or last
            done += len(chunk)
            if not chunk:
                return -1, han, lines + (last != "\n")


def _chinese(text: str) -> int:
    return sum("\u4e00" <= c <= "\u9fff" for c in text)


def _lines(path: Path, encoding: str) -> Iterator[str]:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        for line in file:
            yield line.replace("\0", "")


def text_rows(path: Path) -> Iterator[list[str] | Raw | Broken | Incomplete]:
    """The header first (a list), then its rows: Raw, or Broken where a row has more or fewer cells than the header."""
    csv.field_size_limit(MAX_FIELD)
    encoding, cut, _ = looked_at(path)
    lines = _lines(path, encoding)
    first = next(lines, "")
    delimiter = "\t" if path.suffix.lower() == ".tsv" else max(",\t;", key=first.count)
    reader = csv.reader(_chain(first, lines), delimiter=delimiter, strict=True)
    header: list[str] = []
    at = 1
    while True:
        row = f"{path.name}:{at}"
        try:
            cells = next(reader)
        except StopIteration:
            if cut:
                yield Incomplete(row, "the file ends inside a character: it is cut off")
            return
        except csv.Error as error:
            if not header:
                raise SourceError(f"{path} has no header that can be read: {error}", hint=_RESAVE) from error
            if "unexpected end" in str(error):
                yield Incomplete(row, "a quoted field is never closed: the file is cut off, or a quote is missing")
                return
            yield Broken(row, f"no CSV row: {error}", hint="quote fields with commas, double the quotes inside; at most 4 MB a field")
            at = reader.line_num + 1
            continue
        at = reader.line_num + 1
        if not cells or (len(cells) == 1 and not cells[0].strip()):
            continue
        if not header:
            header = [name.strip() for name in cells]
            yield header
        elif len(cells) != len(header):
            yield Broken(row, f"{len(cells)} cells, the header has {len(header)}", delimiter.join(cells)[:200], "quote fields that hold the delimiter")
        else:
            yield Raw(row, dict(zip(header, cells, strict=True)))


def _chain(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def workbook_rows(path: Path) -> Iterator[list[str] | Raw | Broken | Incomplete]:
    """The header and the rows of a workbook's first sheet; dates as ISO text, midnights as days, whole numbers without a decimal point."""
    _inspect(path)
    import openpyxl

    started = time.monotonic()
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its parsers meet in a damaged file
        raise SourceError(f"{path} can't be opened as a workbook: {error}", hint=_RESAVE) from error
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # a sheet may lie about its size, and would be padded to it
        header: list[str] = []
        rows = enumerate(sheet.iter_rows(values_only=True), 1)
        while True:
            try:
                number, cells = next(rows)
            except StopIteration:
                return
            except Exception as error:  # as above
                yield Incomplete(path.name, f"the sheet is damaged: {error}")
                return
            if time.monotonic() - started > MAX_SECONDS:
                raise SourceError(f"{path} takes more than {MAX_SECONDS} s to read (row {number})", hint="save it as CSV")
            values = [_cell(c) for c in cells]
            if not any(values):
                continue
            if not header:
                header = [v.strip() for v in values]
                yield header
            elif any(values[len(header) :]):
                yield Broken(f"{path.name}:{number}", f"{len(values)} cells, the header has {len(header)}", hint="name every column")
            else:
                values += [""] * (len(header) - len(values))
                yield Raw(f"{path.name}:{number}", dict(zip(header, values, strict=False)))
    finally:
        book.close()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if hasattr(value, "hour") and hasattr(value, "year"):
        # A sheet has no days, only moments: a day is written as its midnight.
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return str(value)


def _inspect(path: Path) -> None:
    """Refuses archives that would take too much memory or time, before anything of them is parsed."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            total = sum(part.file_size for part in parts)
            worst = max((p.file_size / max(p.compress_size, 1) for p in parts if p.file_size > 1 << 20), default=0)
            if total > MAX_UNPACKED or worst > MAX_RATIO or len(parts) > 10_000:
                raise SourceError(f"{path} unpacks to {total >> 20} MB ({worst:.0f} : 1): refused", hint="save the sheet as CSV")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as file:
                        if b"<!DOCTYPE" in file.read(4096):
                            raise SourceError(f"{path} holds XML with a DOCTYPE: refused", hint="save the sheet as CSV")
    except (zipfile.BadZipFile, NotImplementedError, OSError, RuntimeError) as error:
        raise SourceError(f"{path} is no workbook: {error}", hint="an .xlsx file is wanted; save it as CSV") from error
