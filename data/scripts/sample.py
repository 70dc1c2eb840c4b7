"""The sample's tables: data/sample/{textbooks,lessons,courses,vocational}.tsv. Facts only: titles, names, links, counts, dates.

`python data/scripts/sample.py DATA_DIR`, where DATA_DIR holds k12/, mooc/ and voc/. Introductions, covers, outlines and
video addresses of the platforms are left out. Where each table comes from stands in data/sample/SOURCES.md.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from _write import DATA, read_csv, ref_dir

sys.path.insert(0, str(DATA.parent))

from catalog.normalize.dates import SHANGHAI
from catalog.resource import Resource
from catalog.sources import Options, sh_airclass
from catalog.text import tidy
from catalog.vocab import vocabulary

TEXTBOOKS = ("id", "title", "stage", "grade", "subject", "version", "volume", "edition", "publisher", "updated", "url")
LESSONS = ("id", "title", "school", "teacher", "stage", "subject", "version", "grade", "volume", "unit", "published", "url")
COURSES = ("id", "title", "school", "teacher", "url", "discipline", "level", "popularity", "opens", "closes")
VOCATIONAL = ("level", "major_code", "title", "major", "stage")

Table = Iterator[tuple[str, ...]]

# Half a sentence of the standards' text, where a course's name was cut out of it: it ends in the middle of a list, or a
# bracket stays open, or it goes on to say what the course is for.
_TORN = re.compile(r"[、，,；;（(]$|^[、，）)+]|^[^（(]*[）)]|[（(][^）)]*$|课程构成|^以及|可增设|.运用.")


def textbooks(folder: Path) -> Table:
    """Every book of the national platform's lists, in its words."""
    for row in read_csv(folder / "k12" / "smartedu_textbooks.csv"):
        yield (row["id"], row["title"], row["xueduan"], row["nianji"], row["xueke"], row["banben"], row["ceci"], row["xinjiu"],
               row["publisher"], row["update_time"], _page(row))  # fmt: skip


def lessons(folder: Path) -> Table:
    """Every lesson; version and unit from the uploaded file's name, as the source sh-airclass reads it."""
    with (folder / "k12" / "sh_airclass_lessons.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            found = sh_airclass.transform(json.loads(line), Options())
            if found:
                yield (found.id.partition(":")[2], found.title, " ".join(found.school), " ".join(found.teacher), _labels(found, "stage"),
                       _labels(found, "subject"), _labels(found, "version"), _labels(found, "grade"), _labels(found, "volume"), found.unit,
                       found.published[:10], found.url)  # fmt: skip


def courses(folder: Path) -> Table:
    """Every MOOC of the list; enrolment of 2023, or of 2020 where that is missing."""
    for row in read_csv(folder / "mooc" / "icourse163.csv"):
        count = row["enroll_2023"] or row["enroll_2020"]
        yield (row["id"], row["course_name"], row["school_name"], row["faculty_name"], row["url"], row["category"], row["badge"],
               str(int(float(count))) if count else "", _day(row["start_time_ms"]), _day(row["end_time_ms"]))  # fmt: skip


def vocational(folder: Path) -> Table:
    """Every course that a standard names for a major, once; names torn out of a sentence are left out."""
    seen: set[tuple[str, str, str]] = set()
    for row in read_csv(folder / "voc" / "moe_voc_courses.csv"):
        native = (row["level"], row["major_code"], row["course"])
        if native not in seen and len(row["course"]) > 1 and not _TORN.search(row["course"]):
            seen.add(native)
            yield (*native, row["major_name"], row["level_zh"])


def _page(row: dict[str, str]) -> str:
    """The page of an e-textbook; what the pages of the other books are called is not known."""
    if row["kind"] != "tchMaterial":
        return ""
    query = f"contentType={row['resource_type_code']}&contentId={row['id']}&catalogType=tchMaterial&subCatalog=tchMaterial"
    return f"https://basic.smartedu.cn/tchMaterial/detail?{query}"


def _labels(resource: Resource, field: str) -> str:
    return " ".join(vocabulary(field).label(code) for code in resource.values(field))


def _day(milliseconds: str) -> str:
    """The day of a time in milliseconds; the platform writes the year 3000 for courses whose days are not fixed."""
    found = datetime.fromtimestamp(int(float(milliseconds)) / 1000, SHANGHAI).date() if milliseconds else None
    return found.isoformat() if found and found.year < 2100 else ""


def write(name: str, header: tuple[str, ...], rows: Table) -> None:
    """data/sample/<name>.tsv, tidied. Stops on an id that stands twice."""
    path = DATA / "sample" / f"{name}.tsv"
    path.parent.mkdir(exist_ok=True)
    count = 0
    ids: set[Any] = set()
    key = 3 if header is VOCATIONAL else 1
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter="\t", lineterminator="\n")
        out.writerow(header)
        for row in rows:
            if row[:key] in ids:
                sys.exit(f"{name}: {row[:key]} stands twice")
            ids.add(row[:key])
            out.writerow([tidy(cell) for cell in row])
            count += 1
    print(f"data/sample/{name}.tsv: {count} rows, {path.stat().st_size / 1e6:.2f} MB")


TABLES: tuple[tuple[str, tuple[str, ...], Callable[[Path], Table]], ...] = (
    ("textbooks", TEXTBOOKS, textbooks),
    ("lessons", LESSONS, lessons),
    ("courses", COURSES, courses),
    ("vocational", VOCATIONAL, vocational),
)


def main() -> None:
    """Writes the four tables."""
    folder = ref_dir()
    for name, header, rows in TABLES:
        write(name, header, rows(folder))


if __name__ == "__main__":
    main()
