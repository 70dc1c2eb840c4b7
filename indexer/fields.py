"""The FIELDS table: one row a field of the index. Both engines' mappings, the facets and the parameters follow from it.

Text fields hold tokens joined by spaces (see indexer.analysis); keyword fields hold codes or cleaned text; a tree field
also holds the codes of all ancestors, so that a parent matches its descendants and counts stand at every level.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from itertools import chain
from typing import Any, Literal

from catalog.resource import CODED, Kind, Resource, Status
from catalog.text import key
from catalog.vocab import vocabulary
from indexer.analysis import gram_tokens, index_tokens
from indexer.sounds import short_tokens, sound_tokens

#: Changes whenever documents would look different in the index: an older generation must be rebuilt.
SCHEMA_VERSION = 2
SHANGHAI = timezone(timedelta(hours=8))
FAR = 253_402_214_400  # 9999-12-31: what never expires, so that "not expired" is one range


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the index.

    sort       text (BM25 over tokens), keyword (filter, count), number (filter, order), stored
    weight     of a word match in a text field, relative to the others
    positions  whether phrases can be asked
    label      what people read over a facet, in Chinese; English stands in the interface's catalogue
    """

    name: str
    sort: Literal["text", "keyword", "number", "stored"]
    weight: float = 0.0
    positions: bool = False
    facet: bool = False
    tree: bool = False
    open: bool = False
    label: str = ""

    @property
    def vocabulary(self) -> str | None:
        """The vocabulary of its values: closed fields take only these, open ones use it for aliases."""
        return VOCABULARIES.get(self.name)


VOCABULARIES: Mapping[str, str] = {name: name for name in CODED} | {"school": "school", "platform": "platform", "salary": "salary"}


def _text(name: str, weight: float, positions: bool = False) -> Field:
    return Field(name, "text", weight=weight, positions=positions)


def _facet(name: str, label: str, *, tree: bool = False, open: bool = False) -> Field:
    return Field(name, "keyword", facet=True, tree=tree, open=open, label=label)


FIELDS: dict[str, Field] = {
    f.name: f
    for f in (
        # text            weight  why
        _text("title", 3.0, positions=True),  # what it is called
        _text("names", 2.0),  # teacher, school, employer, publisher
        _text("context", 1.5),  # labels of its codes, tags, the source's own words
        _text("summary", 0.4),  # what it says: long, so weak
        _text("title_grams", 1.0),  # characters and pairs: what segmentation cuts differently
        _text("other_grams", 0.5),  # the same for names and context
        _text("sounds", 1.0),  # the title's syllables in pairs: typed pinyin, and homophones
        _text("short", 1.0),  # the title's initials and abbreviations
        Field("exact", "keyword"),  # the whole title, cleaned, without spaces
        Field("also", "keyword"),  # ids merged into it
        # facets, in the order people see
        _facet("service", "服务"),
        _facet("kind", "类型"),
        _facet("platform", "平台", open=True),
        _facet("source", "来源", open=True),
        _facet("stage", "学段"),
        _facet("subject", "学科"),
        _facet("version", "版本"),
        _facet("grade", "年级"),
        _facet("volume", "册次"),
        _facet("school", "学校", open=True),
        _facet("teacher", "教师", open=True),
        _facet("discipline", "学科门类", tree=True),
        _facet("major", "专业"),
        _facet("level", "级别"),
        _facet("language", "语言"),
        _facet("audience", "适用对象"),
        _facet("board", "栏目", tree=True),
        _facet("topic", "专题", open=True),
        _facet("resource_type", "资源类型"),
        _facet("access", "获取方式"),
        _facet("region", "地区", tree=True),
        _facet("industry", "行业", tree=True),
        _facet("occupation", "职业", tree=True),
        _facet("degree", "学历"),
        _facet("experience", "经验"),
        _facet("employer", "单位", open=True),
        _facet("job_type", "岗位性质", tree=True),
        _facet("verified", "单位认证"),
        _facet("salary", "月薪"),
        _facet("year", "年份", open=True),
        # numbers
        Field("salary_min", "number"),
        Field("salary_max", "number"),
        Field("published_at", "number"),
        Field("expires_at", "number"),
        Field("popularity", "number"),
        Field("prior", "number"),
        Field("body", "stored"),
    )
}

FACETS: dict[str, Field] = {name: f for name, f in FIELDS.items() if f.facet}

#: Facets that a page shows for the kinds in play, in this order; what has no value in the results is not shown.
SHOWN: Mapping[str, tuple[str, ...]] = {
    "k12": ("stage", "subject", "version", "grade", "volume", "resource_type"),
    "vocational": ("stage", "discipline", "major", "level", "school", "platform"),
    "higher": ("discipline", "school", "level", "platform", "language"),
    "jobs": ("region", "industry", "occupation", "degree", "salary", "job_type", "experience", "year", "verified"),
}
VERIFIED = {"true": "已认证单位", "false": "未认证单位"}
_LABELLED = ("subject", "version", "grade", "volume", "stage", "discipline", "major", "level", "region", "industry", "occupation",
         "degree", "job_type", "language", "board", "resource_type", "audience", "experience")  # fmt: skip


def seconds(day: str, *, end: bool = False) -> int | None:
    """Seconds since the epoch of an ISO date in Asia/Shanghai; with `end`, of the last second of a plain day."""
    if not day:
        return None
    try:
        moment = datetime.fromisoformat(day)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=SHANGHAI)
    return int(moment.timestamp()) + (86_399 if end and len(day) == 10 else 0)


@lru_cache(maxsize=1)
def _buckets() -> list[tuple[str, float, float]]:
    """Salary bands: (code, low, high) in yuan a month."""
    bands = []
    for entry in vocabulary("salary"):
        low, _, high = entry.code.partition("-")
        bands.append((entry.code, float(low or 0), float(high) if high else math.inf))
    return bands


def salary_bands(low: float | None, high: float | None) -> list[str]:
    """Codes of the bands that [low, high] overlaps, by the same rule as the `min-max` filter: ends included."""
    if low is None and high is None:
        return []
    bottom = low if low is not None else 0
    top = high if high is not None else math.inf
    return [code for code, start, end in _buckets() if bottom <= end and top >= start]


@lru_cache(maxsize=65536)
def _expanded(name: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    """Codes and, on a tree, all their ancestors, each once."""
    words = vocabulary(name)
    return tuple(dict.fromkeys(c for code in codes for c in (words.path(code) or (code,))))


@lru_cache(maxsize=65536)
def _label_tokens(name: str, codes: tuple[str, ...]) -> str:
    """The tokens of the labels of codes and their ancestors: what a person may type for them. A region also by its short name."""
    words = vocabulary(name)
    entries = {c: e for code in codes for c in words.path(code) if (e := words.get(c))}
    short = name in ("region", "platform")
    return _words(dict.fromkeys(w for e in entries.values() for w in ((e.label, *e.aliases[:1]) if short else (e.label,))))


def facet_values(resource: Resource, name: str) -> list[str]:
    """Values of a facet field as the index holds them, each once."""
    value = getattr(resource, name)
    if not value and value is not False:
        return []
    if name == "salary":
        return salary_bands(value.min, value.max)
    if FACETS[name].tree:
        return list(_expanded(name, value))
    return list(dict.fromkeys(value)) if type(value) is tuple else list(resource.values(name))


def _words(texts: Iterable[str]) -> str:
    return " ".join(chain.from_iterable(map(index_tokens, texts)))


def to_document(resource: Resource, prior: float, body: bytes = b"") -> dict[str, Any]:
    """The document that stands for a resource in the index; fields without a value are left out.

    prior   factor ≥ 1 on its score, see ranking.signals
    body    the resource as JSON, where the caller has it already
    """
    names = [*resource.teacher, *resource.school, *resource.employer, *([resource.publisher] if resource.publisher else [])]
    titles = [resource.title, *resource.titles]
    # the source's own words, which no dictionary need know: also found by their characters
    own = [*chain.from_iterable(resource.unmapped.values()), resource.unit, resource.lesson, resource.address]
    rest = (*resource.tags, *resource.topic, *resource.platform, *resource.year, resource.edition, resource.employer_type)
    labels = [_label_tokens(name, codes) for name in _LABELLED if (codes := getattr(resource, name))]
    document: dict[str, Any] = {
        "id": resource.id,
        "body": body or resource.to_json().encode(),
        "title": _words(titles),
        "names": _words(names),
        "context": " ".join((*labels, _words((*own, *rest)))).strip(),
        "summary": " ".join(index_tokens(resource.summary)) if resource.summary else "",
        "title_grams": " ".join(chain.from_iterable(map(gram_tokens, titles))),
        # whether they stand there is all that is asked of these: each once keeps the index small
        "other_grams": " ".join(dict.fromkeys(chain.from_iterable(map(gram_tokens, (*names, *own))))),
        "sounds": " ".join(chain.from_iterable(map(sound_tokens, titles))),
        # nobody shortens an advertisement
        "short": "" if resource.kind in (Kind.JOB, Kind.FAIR) else " ".join(chain.from_iterable(map(short_tokens, titles))),
        "exact": [key(t)[:200] for t in titles],
        "also": list(resource.also),
        "prior": max(0.0, 2.0**prior - 2.0),  # engines multiply by log2(2 + x)
        "popularity": float(resource.popularity),
        "published_at": float(seconds(resource.published) or 0),
        # what is closed has expired: one range hides both, and their pages stay
        "expires_at": float(seconds(resource.expires, end=True) or FAR) if resource.status is Status.ACTIVE else 0.0,
    }
    for name in FACETS:
        if getattr(resource, name):
            values = facet_values(resource, name)
            if values:
                document[name] = values
    if resource.verified is False:
        document["verified"] = ["false"]
    if resource.salary and (resource.salary.min is not None or resource.salary.max is not None):
        document["salary_min"] = float(resource.salary.min or 0)
        document["salary_max"] = float(resource.salary.max if resource.salary.max is not None else 10_000_000)
    return {name: value for name, value in document.items() if value or value == 0.0}
