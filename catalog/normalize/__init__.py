"""assemble(): a record in its source's own words → Resource. The one door; the modules beside it hold the rules.

Coded fields go through FIELDS, a table field → normaliser; each answers (codes, rest), and rest is kept in
`unmapped[field]`: searchable, no facet value. A record is refused (BadValue) only where it has no id or no title.
Anything else that can't be used – a link that is no http(s) link, a date that is no date – is kept as unmapped text.
Texts longer than the schema allows are cut: a title at 1,000 characters, a summary at 200,000.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from catalog.errors import BadValue
from catalog.normalize import jobs, regions, school, study
from catalog.normalize.codes import Coded, lookup, unique
from catalog.normalize.dates import day, deadline
from catalog.normalize.derive import catalogue_of, discipline_of, service_of
from catalog.normalize.salary import salary
from catalog.resource import Offer, Resource, Term
from catalog.text import tidy
from catalog.vocab import vocabulary

__all__ = ["FIELDS", "assemble"]

TITLE, NAME, LINE, LONG = 1000, 300, 1000, 200_000  # longest title, open value, one-line text, summary


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
_YES = {"true": True, "1": True, "yes": True, "是": True, "已认证": True, "已核验": True}
_NO = {"false": False, "0": False, "no": False, "否": False, "未认证": False, "未核验": False}
_FIVE_FOUR = re.compile("五[·•・.]?四|54制")
_COUNT = re.compile(r"^(\d+(?:\.\d+)?)\s*([万亿wk千]?)\s*[+人次]*$", re.IGNORECASE)
_SCALE = {"": 1, "千": 1_000, "k": 1_000, "万": 10_000, "w": 10_000, "亿": 100_000_000}


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
    values["service"] = _line(fields.get("service")) or service_of(kind, values)
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
    text = _line(value, cut=0)
    if not text:
        raise BadValue("id", value, "the record has no id", "map the column that names the record within its source")
    full = text if text.startswith(source + ":") else f"{source}:{text}"
    if len(full) > 512 or full == source + ":":
        raise BadValue("id", text[:80], "an id has 1 to 500 characters", "map a shorter column")
    return full


def _title(value: object) -> str:
    text = _line(value, cut=TITLE)
    if not text:
        raise BadValue("title", value, "the record has no title", "map the column that holds its name")
    return text


def _texts(value: object) -> Iterator[str]:
    """The values of a field, one by one, as non-empty text."""
    if value is None or value == "":
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, float) and value.is_integer():
        yield str(int(value))
    elif isinstance(value, Mapping):
        yield from _texts(value.get("name"))
    else:
        yield str(value)


def _line(value: object, cut: int = LINE) -> str:
    text = value if isinstance(value, str) else " ".join(_texts(value))
    text = tidy(text)
    return text[:cut].rstrip() if cut and len(text) > cut else text


def _names(words: Iterator[str] | tuple[str, ...]) -> tuple[str, ...]:
    return unique(tidy(w)[:NAME].rstrip() for w in words)


def _keep(unmapped: dict[str, tuple[str, ...]], field: str, words: tuple[str, ...]) -> None:
    """Remembers words that no vocabulary knows; a long text in pieces, for one value has at most 300 characters."""
    pieces: list[str] = []
    for word in words:
        text = word if word.isalnum() and len(word) <= NAME else tidy(word)
        pieces += [text[i : i + NAME].strip() for i in range(0, min(len(text), LONG), NAME)]
    kept = unique((*unmapped.get(field, ()), *pieces))
    if kept:
        unmapped[field] = kept


def _coded(fields: Mapping[str, object], values: dict[str, Any], unmapped: dict[str, tuple[str, ...]]) -> None:
    for field, normalise in FIELDS:
        value = fields.get(field)
        if value is None or value == "":
            continue
        codes: tuple[str, ...] = ()
        for text in _texts(value):
            found, rest = normalise(text)
            codes = found if not codes else unique((*codes, *found))
            if rest:
                _keep(unmapped, field, rest)
        if codes:
            values[field] = codes
    for text in _texts(fields.get("region")):
        place = regions.place(text)
        values["region"] = unique((*values.get("region", ()), *place.codes))
        if place.rest:
            _keep(unmapped, "region", place.rest)
        if place.address:
            values.setdefault("address", place.address[:LINE])


def _study(fields: Mapping[str, object], values: dict[str, Any], unmapped: dict[str, tuple[str, ...]]) -> None:
    """Grade and volume that stand in each other's value; stage from grade; majors, in the stage's catalogue; their discipline."""
    for field, other, read in (("grade", "volume", school.grades_in), ("volume", "grade", school.volumes_in)):
        if field not in values and fields.get(other) and (codes := unique(c for t in _texts(fields[other]) for c in read(t))):
            values[field] = codes
    if "stage" not in values and "grade" in values:
        five_four = any(_FIVE_FOUR.search(_line(fields.get(f))) for f in ("stage", "version", "title"))
        values["stage"] = school.stage_of(values["grade"], five_four=five_four)
    if values["kind"] in ("lesson", "textbook") and not fields.get("edition"):
        edition = school.edition(*_line(fields.get("summary"))[:200].split(" "), values["title"])
        if edition:
            values["edition"] = edition
    catalogue = catalogue_of(values, fields.get("service"))
    for text in _texts(fields.get("discipline")):
        found, rest = study.disciplines(text, catalogue)
        values["discipline"] = unique((*values.get("discipline", ()), *found))
        if rest:
            _keep(unmapped, "discipline", rest)
    majors: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    for text in _texts(fields.get("major")):
        found, groups, rest = study.study_fields(text, catalogue)
        majors, classes = (*majors, *found), (*classes, *groups)
        if rest:
            _keep(unmapped, "major", rest)
    if majors:
        values["major"] = unique(majors)
    if not values.get("discipline") and (majors or classes):
        values["discipline"] = unique((*classes, *discipline_of(majors)))


def _open(fields: Mapping[str, object], values: dict[str, Any]) -> None:
    for field in _OPEN:
        if fields.get(field):
            values[field] = _names(_texts(fields[field]))
    if fields.get("teacher"):
        values["teacher"] = _names(tuple(n for text in _texts(fields["teacher"]) for n in study.teachers(text)))
    if fields.get("school"):
        values["school"] = _names(tuple(n for text in _texts(fields["school"]) for n in study.schools(text)))
    for field in _LINES:
        if fields.get(field):
            values[field] = _line(fields[field])
    if fields.get("summary"):
        values["summary"] = _line(fields["summary"], cut=LONG)


def _numbers(fields: Mapping[str, object], values: dict[str, Any], unmapped: dict[str, tuple[str, ...]]) -> None:
    if fields.get("salary"):
        values["salary"] = salary(_line(fields["salary"]))
    if fields.get("headcount"):
        values["headcount"] = jobs.headcount(fields["headcount"])
    if fields.get("verified") is not None:
        word = str(fields["verified"]).strip().lower()
        values["verified"] = _YES.get(word, _NO.get(word))
    popularity = fields.get("popularity")
    if popularity is not None and popularity != "":
        number = _count(popularity)
        if number is None:
            _keep(unmapped, "popularity", (str(popularity),))
        else:
            values["popularity"] = number
    counts = fields.get("counts")
    if isinstance(counts, Mapping):
        values["counts"] = {str(name): number for name, raw in counts.items() if (number := _count(raw)) is not None}


def _count(value: object) -> int | None:
    """160.0, "160.0", "1.2万" → a count; None for what is no number from 0 up."""
    found = _COUNT.match(str(value).replace(",", "").strip())
    return min(round(float(found[1]) * _SCALE[found[2].lower()]), 2**53) if found else None


def _times(fields: Mapping[str, object], values: dict[str, Any], unmapped: dict[str, tuple[str, ...]]) -> None:
    for field, read in (*_DATES, ("opens", day), ("closes", deadline)):
        value = fields.get(field)
        if value is None or value == "":
            continue
        iso = read(value if isinstance(value, str | int | float) else _line(value))
        if iso:
            values[field] = iso
        else:
            _keep(unmapped, field, tuple(_texts(value)))
    terms = fields.get("terms")
    if isinstance(terms, list | tuple):
        values["terms"] = tuple(
            Term(label=_line(t.get("label")), opens=day(t.get("opens") or ""), closes=day(t.get("closes") or ""))
            for t in terms
            if isinstance(t, Mapping)
        )


def _links(fields: Mapping[str, object], values: dict[str, Any], unmapped: dict[str, tuple[str, ...]]) -> None:
    for field in ("url", "image"):
        text = _line(fields.get(field), cut=0)
        if not text:
            continue
        if _is_link(text):
            values[field] = text
        else:
            _keep(unmapped, field, (text,))


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and len(text) <= LINE and " " not in text
    except ValueError:
        return False


@lru_cache(maxsize=4096)
def _platform(name: str) -> str:
    code = lookup("platform", name)
    return vocabulary("platform").label(code) if code else name


def _platforms(value: object) -> tuple[str, ...]:
    return unique(_platform(name) for name in _names(_texts(value)))


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
