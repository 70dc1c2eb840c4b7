"""assemble(): a record in its source's own words → Resource. The one door; the modules beside it hold the rules.

Coded fields go through FIELDS, a table field → normaliser; each answers (codes, rest), and rest is kept in
`unmapped[field]`: searchable, no facet value. A record is refused (BadValue) only where it has no id or no title.
Anything else that can't be used – a link that is no http(s) link, a date that is no date – is kept as unmapped text.
Texts longer than the schema allows are cut: a title at 1,000 characters, a summary at 200,000.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from catalog.errors import BadValue
from catalog.normalize import jobs, regions, school, study
from catalog.normalize.codes import Coded, lookup, unique
from catalog.normalize.dates import day, deadline
from catalog.normalize.derive import catalogue_of, discipline_of, service_of
from catalog.normalize.raw import LINE, LONG, TITLE, count, is_link, keep, line, names, number_of_id, texts, yes_or_no
from catalog.normalize.salary import salary
from catalog.resource import Offer, Resource, Term
from catalog.vocab import vocabulary

__all__ = ["FIELDS", "assemble"]

#: Coded fields, in the order in which they are read. `region`, `discipline` and `major` have rules of their own below.
FIELDS: tuple[tuple[str, Callable[[str], Coded]], ...] = (
    ("stage", school.stages),
    ("subject", school.subjects),
    ("version", school.versions),
    ("grade", school.grades),
    ("volume", school.volumes),
    ("level", study.levels),
    ("language", study.languages),
    ("audience", study.audiences),
    ("board", study.boards),
    ("resource_type", study.resource_types),
    ("access", study.access),
    ("industry", jobs.industries),
    ("occupation", jobs.occupations),
    ("degree", jobs.degrees),
    ("experience", jobs.experiences),
    ("job_type", jobs.job_types),
    ("year", jobs.years),
)
_OPEN = ("tags", "titles", "topic", "employer")
_LINES = ("employer_type", "employer_size", "publisher", "edition", "unit", "lesson", "textbook", "address")
_DATES: tuple[tuple[str, Callable[[Any], str]], ...] = (("published", day), ("updated", day), ("expires", deadline))
_FIVE_FOUR = re.compile("五[·•・.]?四|54制")


def assemble(fields: Mapping[str, object], *, source: str, kind: str, platform: str = "") -> Resource:
    """The Resource of raw fields: names are those of Resource (and `opens`, `closes` of the offer), values as the platform wrote them.

    A value may be text, a number, a bool, a list of these or None; `terms` is a list of {label, opens, closes}.
    `id` gets the prefix `source:` unless it begins with it. Raises BadValue when id or title is missing.
    """
    values: dict[str, Any] = {"id": _id(fields.get("id"), source), "kind": kind, "source": (source,), "title": _title(fields.get("title"))}
    unmapped: dict[str, tuple[str, ...]] = {}
    _coded(fields, values, unmapped)
    _study(fields, values, unmapped)
    _open(fields, values)
    _numbers(fields, values, unmapped)
    _times(fields, values, unmapped)
    _links(fields, values, unmapped)
    values["platform"] = _platforms(fields.get("platform") or platform)
    values["service"] = lookup("service", line(fields.get("service"))) or service_of(kind, values)
    if values["kind"] in ("job", "fair") and "expires" not in values and values.get("closes"):
        values["expires"] = values["closes"]
    opens, closes = values.pop("opens", ""), values.pop("closes", "")
    values["offers"] = (_offer(values, source, opens, closes),)
    if kind == "course" and (opens or closes) and "terms" not in values:
        values["terms"] = (Term(opens=opens, closes=closes),)
    if unmapped:
        values["unmapped"] = unmapped
    try:
        return Resource(**values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "record"
        raise BadValue(field, first.get("input"), first["msg"], "correct the value at its source, or map another column") from error


def _id(value: object, source: str) -> str:
    text = line(number_of_id(value) if isinstance(value, float) else value, cut=0)
    if not text:
        raise BadValue("id", value, "the record has no id", "map the column that names the record within its source")
    full = text if text.startswith(source + ":") else f"{source}:{text}"
    if len(full) > 512 or full == source + ":":
        raise BadValue("id", text[:80], "an id has 1 to 500 characters", "map a shorter column")
    return full


def _title(value: object) -> str:
    text = line(value, cut=TITLE)
    if not text:
        raise BadValue("title", value, "the record has no title", "map the column that holds its name")
    return text


def _coded(fields: Mapping[str, object], values: dict[str, Any], unmapped: dict[str, tuple[str, ...]]) -> None:
    for field, normalise in FIELDS:
        value = fields.get(field)
        if value is None or value == "":
            continue
        codes: tuple[str, ...] = ()
        for text in texts(value):
            found, rest = normalise(text)
            codes = found if not codes else unique((*codes, *found))
            if rest:
                keep(unmapped, field, rest)
        if codes:
            values[field] = codes
    for text in texts(fields.get("region")):
        place = regions.place(text)
        values["region"] = unique((*values.get("region", ()), *place.codes))
        if place.rest:
            keep(unmapped, "region", place.rest)
        if place.address:
            values.setdefault("address", place.address[:LINE])


def _study(fields: Mapping[str, object], values: dict[str, Any], unmapped: dict[str, tuple[str, ...]]) -> None:
    """Grade and volume that stand in each other's value; stage from grade; majors, in the stage's catalogue; their discipline."""
    for field, other, read in (("grade", "volume", school.grades_in), ("volume", "grade", school.volumes_in)):
        if field not in values and fields.get(other) and (codes := unique(c for t in texts(fields[other]) for c in read(t))):
            values[field] = codes
    if "stage" not in values and "grade" in values:
        five_four = any(_FIVE_FOUR.search(line(fields.get(f))) for f in ("stage", "version", "title"))
        values["stage"] = school.stage_of(values["grade"], five_four=five_four)
    if values["kind"] in ("lesson", "textbook") and not fields.get("edition"):
        edition = school.edition(*line(fields.get("summary"))[:200].split(" "), values["title"])
        if edition:
            values["edition"] = edition
    catalogue = catalogue_of(values, fields.get("service"))
    for text in texts(fields.get("discipline")):
        found, rest = study.disciplines(text, catalogue)
        values["discipline"] = unique((*values.get("discipline", ()), *found))
        if rest:
            keep(unmapped, "discipline", rest)
    majors: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    for text in texts(fields.get("major")):
        found, groups, rest = study.study_fields(text, catalogue)
        majors, classes = (*majors, *found), (*classes, *groups)
        if rest:
            keep(unmapped, "major", rest)
    if majors:
        values["major"] = unique(majors)
    if not values.get("discipline") and (majors or classes):
        values["discipline"] = unique((*classes, *discipline_of(majors)))


def _open(fields: Mapping[str, object], values: dict[str, Any]) -> None:
    for field in _OPEN:
        if fields.get(field):
            values[field] = names(texts(fields[field]))
    if fields.get("teacher"):
        values["teacher"] = names(tuple(n for text in texts(fields["teacher"]) for n in study.teachers(text)))
    if fields.get("school"):
        values["school"] = names(tuple(n for text in texts(fields["school"]) for n in study.schools(text)))
    for field in _LINES:
        if fields.get(field):
            values[field] = line(fields[field])
    if fields.get("summary"):
        values["summary"] = line(fields["summary"], cut=LONG)


def _numbers(fields: Mapping[str, object], values: dict[str, Any], unmapped: dict[str, tuple[str, ...]]) -> None:
    if fields.get("salary"):
        values["salary"] = salary(line(fields["salary"]))
    if fields.get("headcount"):
        values["headcount"] = jobs.headcount(fields["headcount"])
    if fields.get("verified") is not None:
        values["verified"] = yes_or_no(fields["verified"])
    popularity = fields.get("popularity")
    if popularity is not None and popularity != "":
        number = count(popularity)
        if number is None:
            keep(unmapped, "popularity", (str(popularity),))
        else:
            values["popularity"] = number
    counts = fields.get("counts")
    if isinstance(counts, Mapping):
        values["counts"] = {str(name): number for name, raw in counts.items() if (number := count(raw)) is not None}


def _times(fields: Mapping[str, object], values: dict[str, Any], unmapped: dict[str, tuple[str, ...]]) -> None:
    for field, read in (*_DATES, ("opens", day), ("closes", deadline)):
        value = fields.get(field)
        if value is None or value == "":
            continue
        iso = read(_moment(value))
        if iso:
            values[field] = iso
        else:
            keep(unmapped, field, tuple(texts(value)))
    terms = fields.get("terms")
    if isinstance(terms, list | tuple):
        values["terms"] = tuple(
            Term(label=line(t.get("label")), opens=day(_moment(t.get("opens"))), closes=day(_moment(t.get("closes"))))
            for t in terms
            if isinstance(t, Mapping)
        )


def _moment(value: object) -> str | float:
    return value if isinstance(value, str | int | float) else line(value)


def _links(fields: Mapping[str, object], values: dict[str, Any], unmapped: dict[str, tuple[str, ...]]) -> None:
    for field in ("url", "image"):
        text = line(fields.get(field), cut=0)
        if not text:
            continue
        if is_link(text):
            values[field] = text
        else:
            keep(unmapped, field, (text,))


@lru_cache(maxsize=4096)
def _platform(name: str) -> str:
    code = lookup("platform", name)
    return vocabulary("platform").label(code) if code else name


def _platforms(value: object) -> tuple[str, ...]:
    return unique(_platform(name) for name in names(texts(value)))


def _offer(values: Mapping[str, Any], source: str, opens: str, closes: str) -> Offer:
    access = values.get("access", ())
    return Offer(
        id=values["id"],
        source=source,
        platform=values["platform"][0] if values["platform"] else "",
        url=values.get("url", ""),
        published=values.get("published", ""),
        opens=opens,
        closes=closes or (values.get("expires", "") if values["kind"] in ("job", "fair") else ""),
        access=access[0] if len(access) == 1 else "",
    )
