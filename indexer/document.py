"""Resource → the document that stands for it in the index: a value for each field of the FIELDS table that it has one for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import chain
from typing import Any
from zlib import crc32

from catalog import shortlink, terms
from catalog.resource import Kind, Resource, Status
from catalog.text import key
from catalog.vocab import vocabulary
from indexer.analysis import index_text, views
from indexer.fields import AGELESS, EVERY, FACETS, FAR, FRESH, SHANGHAI
from indexer.sounds import short_tokens, sound_tokens

#: Fields of codes whose labels stand in the context of what has them.
LABELLED = ("subject", "version", "grade", "volume", "stage", "discipline", "major", "level", "region", "industry", "occupation",
            "degree", "job_type", "language", "board", "resource_type", "audience", "experience")  # fmt: skip
#: tree → the field of its first level
_TOPS = {name: field.top for name, field in FACETS.items() if field.tree}


@lru_cache(maxsize=8192)
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
def _roots(name: str, codes: tuple[str, ...]) -> list[str]:
    """The first ancestors of codes, each once."""
    words = vocabulary(name)
    return list(dict.fromkeys((words.path(code) or (code,))[0] for code in codes))


@lru_cache(maxsize=65536)
def label_tokens(name: str, codes: tuple[str, ...]) -> str:
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
    if type(value) is tuple:
        return list(_expanded(name, value) if name in _TOPS else dict.fromkeys(value))
    return salary_bands(value.min, value.max) if name == "salary" else list(resource.values(name))


def _joined(texts: Iterable[str]) -> str:
    return " ".join(filter(None, texts))


def _words(texts: Iterable[str]) -> str:
    return _joined(map(index_text, texts))


def today() -> date:
    """Today in Shanghai."""
    return datetime.now(SHANGHAI).date()


def _fresh(resource: Resource, day: date) -> list[str]:
    """The spans of FRESH that an advertisement is within, and those of EVERY where it is one of them; whatever else there is does not age so."""
    if resource.kind is not Kind.JOB:
        return [*_spans("", day, EVERY), AGELESS]
    number = crc32(resource.id.encode())
    return list(_spans(resource.published[:10], day, tuple(n for n in EVERY if not number % n))) if resource.published else []


@lru_cache(maxsize=8192)
def _spans(published: str, day: date, shares: tuple[int, ...]) -> tuple[str, ...]:
    age = (day - date.fromisoformat(published)).days if published else 0
    return tuple(token for days in FRESH if age <= int(days) for token in (*(f"{days}/{n}" for n in shares), days))


def to_document(resource: Resource, prior: float, body: bytes = b"") -> dict[str, Any]:
    """The document that stands for a resource in the index; fields without a value are left out.

    prior   factor ≥ 1 on its score, see ranking.signals
    body    the resource as JSON, where the caller has it already
    """
    return to_documents([resource], [prior], [body or resource.to_json().encode()])[0]


def to_documents(resources: Sequence[Resource], priors: Sequence[float], bodies: Sequence[bytes]) -> list[dict[str, Any]]:
    """to_document() of each. Field by field, so that what one field needs of code and of remembered tokens is at hand for all: a third less
    time than one document after the other."""
    day = today()
    names = [(*r.teacher, *r.school, *r.employer, *([r.publisher] if r.publisher else ())) for r in resources]
    titles = [(r.title, *r.titles) for r in resources]
    # the source's own words, which no dictionary need know: also found by their characters
    own = [tuple(filter(None, (*chain.from_iterable(r.unmapped.values()), r.unit, r.lesson, r.address))) for r in resources]
    titled, named, owned = ([list(map(views, ones)) for ones in texts] for texts in (titles, names, own))
    labels = [[label_tokens(name, codes) for name in LABELLED if (codes := getattr(r, name))] for r in resources]
    rest = [_words((*r.tags, *r.topic, *r.platform, *r.year, r.edition, r.employer_type)) for r in resources]
    columns: dict[str, Iterable[Any]] = {
        "id": [r.id for r in resources],
        "body": bodies,
        "title": [_joined(one.words for one in ones) for ones in titled],
        "names": [_joined(one.words for one in ones) for ones in named],
        "context": [_joined((*ones, *(one.words for one in mine), others)) for ones, mine, others in zip(labels, owned, rest, strict=True)],
        "summary": [index_text(r.summary) for r in resources],
        "title_grams": [_joined(one.grams for one in ones) for ones in titled],
        # whether they stand there is all that is asked of these: each once keeps the index small
        "other_grams": [" ".join(dict.fromkeys(" ".join([one.grams for one in (*ones, *mine)]).split())) for ones, mine in zip(named, owned, strict=True)],
        "inside": [_joined(one.inside for one in (*first, *ones, *mine)) for first, ones, mine in zip(titled, named, owned, strict=True)],
        "sounds": [" ".join(chain.from_iterable(map(sound_tokens, ones))) for ones in titles],
        # nobody shortens an advertisement
        "short": [
            "" if r.kind in (Kind.JOB, Kind.FAIR) else " ".join(chain.from_iterable(map(short_tokens, ones)))
            for r, ones in zip(resources, titles, strict=True)
        ],
        "exact": [[key(title)[:200] for title in ones] for ones in titles],
        "also": [list(r.also) for r in resources],
        "code": list(map(shortlink.codes, resources)),
        "fresh": [_fresh(r, day) for r in resources],
        "prior": [max(0.0, 2.0**prior - 2.0) for prior in priors],  # engines multiply by log2(2 + x)
        "popularity": [float(r.popularity) for r in resources],
        "published_at": [float(seconds(r.published) or 0) for r in resources],
        # what is closed has expired: one range hides both, and their pages stay
        "expires_at": [float(seconds(r.expires, end=True) or FAR) if r.status is Status.ACTIVE else 0.0 for r in resources],
    }
    rows = zip(*columns.values(), strict=True)
    return [
        {name: value for name, value in zip(columns, row, strict=True) if value or value == 0.0} | _facets(r) | _numbers(r, day)
        for r, row in zip(resources, rows, strict=True)
    ]


def _facets(resource: Resource) -> dict[str, list[str]]:
    """The facets that have values, of trees also their first level."""
    found = {}
    for name in FACETS:
        if (codes := getattr(resource, name)) and (values := facet_values(resource, name)):
            found[name] = values
            if name in _TOPS:
                found[_TOPS[name]] = _roots(name, codes)
    if resource.verified is False:
        found["verified"] = ["false"]
    return found


def _numbers(resource: Resource, day: date) -> dict[str, float]:
    """What an advertisement pays, and the run of a course that counts."""
    found = {}
    if resource.salary and (resource.salary.min is not None or resource.salary.max is not None):
        found["salary_min"] = float(resource.salary.min or 0)
        found["salary_max"] = float(resource.salary.max if resource.salary.max is not None else 10_000_000)
    if resource.kind is Kind.COURSE and (resource.terms or resource.offers):
        opens, closes = terms.current(runs(resource), day.isoformat())
        if opens or closes:
            found["term_opens"] = float(seconds(opens) or 0)
            found["term_closes"] = float(seconds(closes, end=True) or FAR)
    return found


def runs(resource: Resource) -> list[terms.Run]:
    """The runs of a course: its terms, or when its offers are open."""
    return [(run.opens, run.closes) for run in resource.terms or resource.offers]
