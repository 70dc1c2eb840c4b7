"""When two records are one thing, and what they say together. Pure: the store decides who meets whom.

keys()        what a record may be recognised by, strongest first. Two records of different sources that share a key may be one
              thing; a key that two records of ONE source share recognises nothing (a listing page, a shelf of look-alike books).
compatible()  whether nothing speaks against it.
merge()       the resource of both.
In doubt, two: a wrong merge hides a thing, a missed one only shows it twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from catalog.resource import Kind, Resource, Status
from catalog.text import clean

MAX_ALSO = 20  # ids merged into one resource
POSTING_DAYS = 180  # between two publications of one job posting

#: Fields of which each record adds its values; every other field is taken from the first record that has one.
UNION = ("source", "platform", "titles", "tags", "topic", "board", "audience", "access", "resource_type", "level", "teacher", "year")
LONGEST = ("summary",)
OWN = ("id", "kind", "status", "expires", "title", "also", "titles", "popularity", "counts", "offers", "unmapped")  # merged by their own rules below

_BY_VISITOR = re.compile(r"^(utm_.*|spm|from|source|share.*|ref|referer|scm|traceid|tid_.*|jobsource|session.*|_t|timestamp)$", re.IGNORECASE)
_DECORATION = re.compile(r"[\s《》〈〉“”\"'‘’()（）\[\]【】·:：,，。.、\-_/|*]+|(义务教育|普通高中)?(教科书|课本|电子教材|数字教材|学生用书)|（?[0-9]{4}年?(新|修订|审定)?版）?")


def link(url: str) -> str:
    """A link as it is compared: no scheme, www., tracking parameters, fragment of a page; "" for a site's front page.

    A fragment that routes (`#/course/12`, `#!…`) stays.
    """
    _, _, rest = url.strip().partition("://")
    rest, _, fragment = rest.partition("#")
    rest, _, query = rest.partition("?")
    host, _, path = rest.partition("/")
    host = host.lower().removeprefix("www.").removesuffix(":80").removesuffix(":443")
    path = path.rstrip("/")
    if query:
        query = "&".join(sorted(p for p in query.split("&") if p and not _BY_VISITOR.match(p.partition("=")[0])))
    route = fragment if fragment[:1] in ("/", "!") and len(fragment) > 1 else ""
    if not host or not (path or query or route):
        return ""
    return f"{host}/{path}?{query}#{route}"


@lru_cache(maxsize=16_384)
def bare(title: str) -> str:
    """A title without spaces, marks and the words that every textbook's cover bears."""
    cleaned = clean(title)
    return _DECORATION.sub("", cleaned) or cleaned


def _joined(*parts: object) -> str:
    return "\x1f".join(",".join(sorted(p)) if isinstance(p, tuple) else str(p) for p in parts)


def _keys(r: Resource) -> Iterator[str]:
    if r.url and (where := link(r.url)):
        yield _joined("link", r.kind, where)
    match r.kind:
        case Kind.JOB if r.employer and r.region:
            yield _joined("job", bare(r.title), tuple(map(bare, r.employer)), r.region)
        case Kind.COURSE if r.school and r.teacher:
            # One key a teacher: sharing one is "an overlapping teacher".
            for teacher in sorted(map(bare, r.teacher))[:8]:
                yield _joined("course", bare(r.title), tuple(map(bare, r.school)), r.stage, r.major, teacher)
        case Kind.TEXTBOOK if r.subject and r.version and (r.grade or r.volume):
            shelf = (r.stage, r.subject, r.version, r.grade, r.volume)
            if r.edition:
                yield _joined("book", *shelf, clean(r.edition), clean(r.publisher))
            yield _joined("title", *shelf, bare(r.title))


def keys(resource: Resource) -> tuple[str, ...]:
    """Everything the record may be recognised by, strongest first; () when it says too little."""
    return tuple(dict.fromkeys(_keys(resource)))


def compatible(a: Resource, b: Resource) -> bool:
    """Whether nothing speaks against a and b being one thing: kind, editions, publishers, room for another id."""
    return (
        a.kind == b.kind
        and len(a.also) + len(b.also) + 1 <= MAX_ALSO
        and (not a.edition or not b.edition or clean(a.edition) == clean(b.edition))
        and (not a.publisher or not b.publisher or clean(a.publisher) == clean(b.publisher))
        and (a.kind is not Kind.JOB or _one_posting(a, b))
    )


def _one_posting(a: Resource, b: Resource) -> bool:
    """Of one employer, and not published again another year (a post of 2018 and its like of 2023 are two)."""
    if a.employer and b.employer and not {*map(bare, a.employer)} & {*map(bare, b.employer)}:
        return False
    return not (a.published and b.published) or abs((_date(a.published) - _date(b.published)).days) <= POSTING_DAYS


def _date(day: str) -> date:
    try:
        return date.fromisoformat(day[:10])
    except ValueError:
        return date.min


def _both(a: tuple[Any, ...], b: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys((*a, *b)))


def _expires(*both: Resource) -> str:
    """When the last of two closes: what one that is closed already said counts no longer, and one that says nothing has not said that it stays open."""
    active = [r for r in both if r.status is Status.ACTIVE] or both
    return max((r.expires for r in active), key=lambda day: (day[:10], day[10:] or "~"))  # a plain day lasts until its end


def merge(existing: Resource, new: Resource) -> Resource:
    """One resource of both: the first one's id and title stand, the other's id joins `also` and its title `titles`.

    Never of two states of one record: the store keeps each record and merges them again when one changes.
    It stays active as long as one of its records is.
    """
    merged: dict[str, Any] = {}
    for name in Resource.model_fields:
        a, b = getattr(existing, name), getattr(new, name)
        if name in UNION:
            merged[name] = _both(a, b)
        elif name in LONGEST:
            merged[name] = b if len(b) > len(a) else a
        elif name not in OWN:
            merged[name] = b if a is None or a == "" or a == () else a
    other = (new.title,) if clean(new.title) != clean(existing.title) else ()
    offers = {o.id: o for o in (*existing.offers, *new.offers)}
    return existing.model_copy(update=merged | {
        "also": _both(existing.also, (new.id, *new.also)),
        "titles": _both(existing.titles, (*other, *new.titles)),
        "expires": _expires(existing, new),
        "status": Status.ACTIVE if Status.ACTIVE in (existing.status, new.status) else existing.status,
        "popularity": max(existing.popularity, new.popularity),
        "counts": {k: max(existing.counts.get(k, 0), new.counts.get(k, 0)) for k in {**existing.counts, **new.counts}},
        "offers": tuple(offers.values()),
        "unmapped": {k: _both(existing.unmapped.get(k, ()), new.unmapped.get(k, ())) for k in {**existing.unmapped, **new.unmapped}},
    })
