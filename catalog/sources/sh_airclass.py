"""上海空中课堂: lessons recorded for Shanghai's schools, downloaded as JSON or JSON lines.

The uploaded file's name says more than the record, and more rightly:
    0319-小学-语文-统编版-4年级-下-第2单元-7.纳米技术就在我们身边①-W.mp4
    date-stage-subject-version-grade-half-unit-lesson-W(hole screen)
Its version beats `version_label` (人教社 for Chinese, which has been 统编版 everywhere since 2019) and `version` (教科版 for
the science of 上海科学技术出版社); `grade` beats the name, which counts some sixth-year lessons as 七年级（五·四学制）.
Shanghai's schools are 5·4: 六年级 (预初) and above is junior school of four years, junior54; years 1 to 5 are the same in
both systems and stay plain primary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.normalize import assemble, school
from catalog.resource import Resource
from catalog.sources import Item, Options, Raw
from catalog.sources._files import Answer, answers
from catalog.text import tidy

ABOUT = "上海空中课堂: lessons of Shanghai's schools (JSON or JSON lines; a file or a folder)"
SOURCE = "sh-airclass"
PLATFORM = "上海空中课堂"

_SUFFIX = re.compile(r"\.(?:mp4|m3u8|flv|mov|avi|wmv)$", re.IGNORECASE)
_WHOLE = re.compile(r"^W$", re.IGNORECASE)
_GRADE = re.compile(r"^[一二三四五六七八九\d]{1,2}(?:年级.*)?$")
_HALVES = {"上": "上册", "下": "下册", "第一学期": "上册", "第二学期": "下册"}
_UNIT = re.compile(
    r"^(?:第?[一二三四五六七八九十\d]+(?:单元|模块|章(?:.*))|M\d{1,2}(?:U\d{1,2})?|U\d{1,2}|Unit ?\d{1,2}|Starter|综合与实践(?:活动)?)$",
    re.IGNORECASE,
)
_REVISION = re.compile(r"^第?[一二三四五六七八九十\d]+(?:单元|模块)(?=.)")  # 第1单元复习课: unit and lesson in one
# Chinese, morality and history have one national edition; the publisher's name stands in for it.
_NATIONAL = ("语文", "道德与法治", "历史")


@dataclass(frozen=True, slots=True)
class FileName:
    """What the name of an uploaded file says; "" for what it does not."""

    version: str = ""
    volume: str = ""
    unit: str = ""
    lesson: str = ""


def read_name(name: str) -> FileName:
    """The parts of an uploaded file's name. A name in another shape says nothing."""
    cells = [tidy(c) for c in _SUFFIX.sub("", tidy(name)).split("-")]
    at = next((i for i, c in enumerate(cells) if i >= 2 and _GRADE.match(c)), 0)
    if not at:
        return FileName()
    half = _HALVES.get(cells[at + 1], "") if at + 1 < len(cells) else ""
    tail = [c for c in cells[at + (2 if half else 1) :] if c and not _WHOLE.match(c)]
    units = 0
    while units < len(tail) and _UNIT.match(tail[units]):
        units += 1
    unit, lesson = " ".join(tail[:units]), "-".join(tail[units:])
    if not unit and (found := _REVISION.match(lesson)):
        unit = found[0]
    return FileName(cells[at - 1], half, unit, lesson)


def _version(raw: Mapping[str, Any], name: FileName) -> str:
    """The first of file name, label and version that the vocabulary knows."""
    words = [w for w in (name.version, tidy(str(raw.get("version_label") or "")), tidy(str(raw.get("version") or ""))) if w]
    known = next((w for w in words if school.versions(w)[0]), words[0] if words else "")
    national = raw.get("subject_label") in _NATIONAL and school.versions(known)[0] == ("renjiao",)
    return "统编版" if national else known


def _stage(grades: tuple[str, ...]) -> list[str]:
    plain = [g for g in grades if int(g[1:]) <= 5]
    return [*school.stage_of(plain), *school.stage_of((g for g in grades if g not in plain), five_four=True)]


def extract(location: str, options: Options) -> Iterator[Item]:
    """The lessons of a file or of a folder of files."""
    for item in answers(location):
        yield Raw(item.row, item.value) if isinstance(item, Answer) else item


def transform(raw: Mapping[str, Any], options: Options) -> Resource | None:
    """One lesson → Resource. BadValue without resource_id or title."""
    name = read_name(str(raw.get("upload_file_name") or ""))
    grade = raw.get("grade")
    fields = {
        "id": raw.get("resource_id"),
        "title": raw.get("title"),
        "url": raw.get("direct_url"),
        "school": raw.get("school"),
        "teacher": raw.get("teacher"),
        "stage": _stage(school.grades(grade)[0]) if isinstance(grade, str | int) else None,
        "grade": grade,
        "subject": raw.get("subject_label"),
        "version": _version(raw, name),
        "volume": raw.get("term_label") or name.volume,
        "unit": name.unit,
        "lesson": name.lesson,
        "published": raw.get("release_time"),
        "region": "上海",
        "resource_type": "视频",
    }
    return assemble(fields, source=SOURCE, kind="lesson", platform=PLATFORM)
