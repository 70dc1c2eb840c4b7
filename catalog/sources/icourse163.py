"""中国大学MOOC (icourse163.org): answers of its course search, its school pages and its channels.

searchCourse                  result.list[]: type 301 and 306 are courses, 308 e-textbooks, all others advertisements;
                              {## ##} marks the words that matched, times are epoch milliseconds
getCourseListBySchoolId       result.list[]: id, name, schoolName, teacherName, enrollCount, startTime, endTime
searchCourseCardByChannel     result.list[]: id, mocCourseBaseCardVo {name, schoolSN, schoolName, teacherName, enrollCount}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.normalize import assemble
from catalog.resource import Resource
from catalog.sources import Item, Options
from catalog.sources._files import an_object, listed, objects, walk
from catalog.sources._words import badges, price

ABOUT = "中国大学MOOC: downloaded answers of searchCourse, getCourseListBySchoolId, searchCourseCardByChannel"
SOURCE, PLATFORM = "icourse163", "中国大学MOOC"

_KINDS = {301: "course", 306: "course", 308: "textbook"}
_MARK = re.compile(r"\{##|##\}")
_LINK = "https://www.icourse163.org/course/{}-{}"


def extract(location: str, options: Options) -> Iterator[Item]:
    """One Raw for each element of result.list."""
    return listed(location, ("result", "list"), ("result", "query", "totleCount"))


def transform(raw: Mapping[str, Any], options: Options) -> Resource | None:
    """A course or an e-textbook; None for an advertisement."""
    if "mocCourseBaseCardVo" in raw:
        fields, kind = _channel(raw), "course"
    elif "type" in raw or "mocCourseCard" in raw or "mocCourseKyCardBaseInfoDto" in raw:
        number = raw.get("type", 301)
        kind = _KINDS.get(number, "") if isinstance(number, int) else ""
        if not kind:
            return None
        fields = _found(raw)
    else:
        fields, kind = _plain(raw), "course"
    if fields.get("school_code") and fields.get("id"):
        fields["url"] = _LINK.format(fields["school_code"], fields["id"])
    return assemble({**fields, "service": "higher"}, source=SOURCE, kind=kind, platform=PLATFORM)


def _plain(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": raw.get("id"),
        "title": raw.get("name"),
        "school": raw.get("schoolName"),
        "school_code": raw.get("schoolSN"),
        "teacher": raw.get("teacherName"),
        "popularity": raw.get("enrollCount"),
        "opens": raw.get("startTime"),
        "closes": raw.get("endTime"),
    }


def _channel(raw: Mapping[str, Any]) -> dict[str, Any]:
    card = an_object(raw.get("mocCourseBaseCardVo"))
    return {**_plain(card), "id": raw.get("id") or card.get("id")}


def _found(raw: Mapping[str, Any]) -> dict[str, Any]:
    card = an_object(walk(raw, "mocCourseCard", "mocCourseCardDto"))
    exam = an_object(raw.get("mocCourseKyCardBaseInfoDto"))
    term = an_object(card.get("termPanel"))
    tags = [tag.get("name") for tag in objects(exam.get("tags"))]
    people = [person.get("realName") or person.get("nickName") for person in objects(term.get("lectorPanels"))]
    return {
        "id": raw.get("courseId") or exam.get("courseId"),
        "title": card.get("name") or exam.get("courseName") or _bare(raw.get("highlightName")),
        "school": walk(card, "schoolPanel", "name") or _bare(raw.get("highlightUniversity")),
        "school_code": walk(card, "schoolPanel", "shortName"),
        "teacher": people or exam.get("teacherName") or _bare(raw.get("highlightTeacherNames")),
        "summary": term.get("jsonContent"),
        "popularity": term.get("enrollCount") or exam.get("enrollNum"),
        "opens": term.get("startTime"),
        "closes": term.get("endTime"),
        "access": price(exam.get("price")) if exam.get("courseId") else None,
        "tags": tags,
        "level": badges(tags),
    }


def _bare(text: object) -> str:
    return _MARK.sub("", text) if isinstance(text, str) else ""
