"""Whether one resource is like another, how much, and why: one function a family of kinds, found in BY_KIND.

A reason is a code and what fills it: words as the title writes them, or codes of a field. The site words it (web.similar).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache, partial
from typing import Any

import orjson

from catalog.resource import Resource
from catalog.vocab import vocabulary
from ranking.rarity import Rarity
from ranking.topic import Text, Topic

SAME_TOPIC = 0.6  # of the weight of a title's words: the other title is about the same
WHOLE = 0.9  # of it: the same course, also where every word of it is common
SAME_POST = 0.7  # of it: the same post, also where every word of it is common
TOUCHED = 0.2  # of it: enough where both belong to one major or class
SERVICE = ("public", "grassroots")  # sorts of job that say what one applies for, as full-time does not
NEARLY = 0.38  # of it: enough within one branch of learning
FILLED = 0.65  # of another title's characters are what it shares
HALF = 0.45  # of it: enough where nothing says that they belong apart
BESIDE = 2.0  # numbers between two lessons of a book that stand beside each other
SHARED = 0.35  # of it: the other has something to do with it, where a field says so too

_BRACKETS = re.compile(r"[(（【\[][^)）】\]]*[)）】\]]")
_NUMBER = re.compile(r"\W*(\d{1,2}(?:\.\d{1,2})?)")  # of a lesson: 11.赵州桥, 2.7 分数与小数
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is recommended: a code, and what its sentence needs (words, or values of fields)."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


Match = tuple[float, Reason]


class Seed:
    """The resource that others are compared with: read once."""

    def __init__(self, resource: Resource, rarity: Rarity, kinds: tuple[str, ...] = ()) -> None:
        self.resource = resource
        self.record: Record = orjson.loads(resource.to_json())
        self.cities = [city(code) for code in values(self.record, "region")]
        # the values of a field: asked for again with every other resource
        self.values = cache(partial(values, self.record))
        self._sets = cache(partial(_set, self.record))
        self.topic = Topic(post(self.record) if resource.kind == "job" else resource.title, rarity, kinds)
        # of courses that have nothing but the major in common, those come first that are called like it
        self.major = Topic(vocabulary("major").label(resource.major[0]), rarity, kinds) if resource.major else None

    def common(self, other: Record, name: str) -> tuple[str, ...]:
        """Values of a field that both have."""
        theirs = values(other, name)
        return () if self._sets(name).isdisjoint(theirs) else tuple(v for v in self.values(name) if v in theirs)

    def agrees(self, other: Record, *names: str) -> bool:
        """Whether they have a value in common in each of the fields."""
        return not any(self._sets(name).isdisjoint(values(other, name)) for name in names)

    def apart(self, other: Record, name: str) -> bool:
        """Whether both say something, of the same catalogue (ug:, voc:), and not the same."""
        mine, theirs = self.values(name), values(other, name)
        return bool(mine and theirs and self._sets(name).isdisjoint(theirs) and {v.rpartition(":")[0] for v in mine} & {v.rpartition(":")[0] for v in theirs})


def alike(seed: Seed, other: Record) -> Match | None:
    """How much another resource is like the seed, and why; None when there is nothing to say."""
    return BY_KIND.get(seed.resource.kind, _other)(seed, other)


def values(record: Record, name: str) -> tuple[str, ...]:
    """The values of a field of a record."""
    value = record.get(name)
    if isinstance(value, list):
        return tuple(value)
    return (str(value),) if value else ()


def _set(record: Record, name: str) -> frozenset[str]:
    return frozenset(values(record, name))


def post(record: Record) -> str:
    """What an ad's title says of the work: without who offers it, where, and what stands in brackets."""
    title = _BRACKETS.sub(" ", record["title"])
    for name in (*values(record, "employer"), *(n for code in values(record, "region") for n in _place_names(code))):
        title = title.replace(name, " ")
    return title if len(title.strip()) > 1 else str(record["title"])


@lru_cache(maxsize=8_192)
def _place_names(code: str) -> tuple[str, ...]:
    """What a region and what it lies in are called in titles."""
    regions = vocabulary("region")
    return tuple(n for c in regions.path(code) if (e := regions.get(c)) for n in (e.label, *e.aliases[:1]) if len(n) > 1)


@lru_cache(maxsize=8_192)
def city(code: str) -> str:
    """The city that a region lies in: a prefecture, or one of the four municipalities; a province is its own."""
    path = vocabulary("region").path(code)
    return path[1] if len(path) > 1 and vocabulary("region").label(path[0])[-1] != "市" else path[0] if path else code


# ── school ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _lesson(seed: Seed, other: Record) -> Match | None:
    if seed.apart(other, "subject") or (seed.values("subject") and not values(other, "subject")):
        return None
    share, words = seed.topic.shared(Text(other["title"]))
    stage, grade = seed.agrees(other, "stage"), seed.agrees(other, "grade")
    book = grade and seed.agrees(other, "version", "volume")
    unit = book and seed.agrees(other, "unit")
    near = 2.0 * stage + 2.0 * grade + 1.0 * book + 2.0 * unit + (_soon(seed.record, other) if book else 0.0)
    if share >= SAME_TOPIC and words and not (seed.apart(other, "stage") and share < 1):
        return 8.0 * share + near, Reason("part" if unit and share > 0.95 else "topic", {"words": words})
    if unit:
        return 4.0 + 4.0 * share + near, Reason("unit", {"unit": seed.record["unit"]})
    if share >= SHARED and words and stage:
        return 6.0 * share + near, Reason("topic", {"words": words})
    if book:
        steps = _lessons_between(seed.record, other)
        return 4.0 * share + near + 2.0 / (1 + steps), Reason("beside" if steps <= BESIDE else "volume")
    return None


def _lessons_between(one: Record, other: Record) -> float:
    """How many lessons lie between two of one book, by the numbers that begin their titles; 99 where they have none."""
    numbers = [_NUMBER.match(record["title"]) for record in (one, other)]
    here, there = (float(n[1]) if n else None for n in numbers)
    return abs(here - there) if here is not None and there is not None else 99.0


def _soon(one: Record, other: Record) -> float:
    """1 for what was published the same day, half of it a week apart: lessons of a book that tells no units, in their order."""
    days = [date.fromisoformat(record["published"][:10]) for record in (one, other) if record.get("published")]
    return 1 / (1 + abs((days[0] - days[1]).days) / 7) if len(days) == 2 else 0.0


def _textbook(seed: Seed, other: Record) -> Match | None:
    if not seed.values("subject"):
        return _course(seed, other)
    if not seed.agrees(other, "subject") or seed.apart(other, "stage"):
        return None
    if not seed.values("version") and not values(other, "version"):
        share, _ = seed.topic.shared(Text(other["title"]))
        return (6.0 + 2.0 * share - 0.5 * _steps(seed.record, other, "grade"), Reason("series")) if share >= SAME_TOPIC else None
    version, grade, volume = (seed.agrees(other, name) for name in ("version", "grade", "volume"))
    if version and grade and volume:
        return 9.0, Reason("edition")
    steps = _steps(seed.record, other, "grade")
    if version and grade:
        return 10.0 - 0.5 * _steps(seed.record, other, "volume"), Reason("series")
    if grade and volume:
        return 8.5, Reason("version")
    if version and not seed.apart(other, "grade"):
        return 8.0 - 0.4 * min(8, _steps(seed.record, other, "volume")), Reason("series")
    if version:
        return 8.0 - steps + 0.5 * volume, Reason("series")
    if volume and not seed.apart(other, "grade"):
        return 7.0, Reason("version")
    return (5.0, Reason("grade")) if grade else None


def _steps(one: Record, other: Record, name: str) -> int:
    """How far apart two values stand in their vocabulary's order; 0 where one has none."""
    here, there = values(one, name), values(other, name)
    return abs(vocabulary(name).rank(here[0]) - vocabulary(name).rank(there[0])) if here and there else 0


# ── courses ────────────────────────────────────────────────────────────────────────────────────────────────────────
def _course(seed: Seed, other: Record) -> Match | None:
    text = Text(other["title"])
    share, words = seed.topic.shared(text)
    if share >= WHOLE and not words:
        words = seed.topic.named(seed.topic.standing(text), telling=False)
    majors, classes = seed.common(other, "major"), tuple(c for c in seed.common(other, "discipline") if len(vocabulary("discipline").path(c)) > 1)
    teachers = seed.common(other, "teacher") if seed.agrees(other, "school") else ()
    fits = 2.0 * bool(majors) + 1.0 * bool(classes) + 0.5 * seed.agrees(other, "discipline") + 0.5 * seed.agrees(other, "stage") + 1.0 * bool(teachers)
    if share >= SAME_TOPIC and words:
        return 2.0 + 8.0 * share + fits, Reason("topic", {"words": words})
    akin = majors or classes or teachers
    if not akin:
        words = seed.topic.named(seed.topic.standing(text), called=True)
    # what bears hardly another word than the one shared is about nothing else: 妇产科学 for 中西医结合妇产科学
    filled = max(map(len, words.split("、"))) / len(text.folded)
    least = TOUCHED if akin or filled >= FILLED else NEARLY if seed.agrees(other, "discipline") else HALF
    if words and share >= least and (akin or not seed.apart(other, "discipline")):
        return 2.0 + 6.0 * share + fits, Reason("topic", {"words": words})
    if majors:
        called = seed.major.shared(text)[0] if seed.major else 0.0
        return 1.0 + 4.0 * share + called + fits, Reason("major", {"major": majors[:1]})
    if teachers:
        return 1.0 + 4.0 * share + fits, Reason("teacher", {"teacher": teachers[:1]})
    if classes:
        return 4.0 * share + fits, Reason("class", {"discipline": classes[:1]})
    return None


# ── jobs ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def _job(seed: Seed, other: Record) -> Match | None:
    text = Text(post(other))
    share, words = seed.topic.shared(text)
    if share >= SAME_POST and not words:
        words = seed.topic.named(seed.topic.standing(text), telling=False)
    there = {city(c) for c in values(other, "region")}
    near = [c for c in seed.cities if c in there]
    trades = tuple(c for c in seed.common(other, "occupation") if len(vocabulary("occupation").path(c)) > 2)
    fits = 3.0 * bool(near) + 1.0 * seed.agrees(other, "degree") + 0.5 * seed.agrees(other, "industry") + 2.0 * seed.agrees(other, "job_type")
    place = {"region": near[:1]} if near else {}
    if share >= SAME_TOPIC and words:
        return 8.0 * share + fits, Reason("post", {"words": words, **place})
    if trades:
        return 4.0 + 4.0 * share + fits, Reason("trade", {"occupation": trades[:1], **place})
    if share >= SHARED and words:
        return 6.0 * share + fits, Reason("post", {"words": words, **place})
    majors = seed.common(other, "major")
    if majors:
        return 2.0 + fits, Reason("hires", {"major": majors[:1], **place})
    sorts = [t for t in seed.common(other, "job_type") if vocabulary("job_type").path(t)[0] in SERVICE]
    if sorts and near:
        return fits, Reason("service", {"job_type": sorts[:1], **place})
    return None


# ── the others ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _other(seed: Seed, other: Record) -> Match | None:
    share, words = seed.topic.shared(Text(other["title"]))
    named = {name: common for name in ("major", "subject", "discipline", "industry", "topic") if (common := seed.common(other, name))}
    fits = 2.0 * len(named) + 1.0 * seed.agrees(other, "region") + 0.5 * seed.agrees(other, "school")
    if share >= SHARED and words:
        return 8.0 * share + fits, Reason("topic", {"words": words})
    for name, common in named.items():
        return 4.0 * share + fits, Reason("about", {name: common[:1]})
    return None


BY_KIND: Mapping[str, Callable[[Seed, Record], Match | None]] = {"lesson": _lesson, "textbook": _textbook, "course": _course, "library": _course, "job": _job}
