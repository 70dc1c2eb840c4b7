"""A page told to search engines and other programs, in schema.org's words: one JSON-LD graph, in a data block of the page.

Course, LearningResource, Book, JobPosting, Event or Article by kind, with the way to it as BreadcrumbList. Only what the record says:
what is unknown is left out, and no date or price is made up. A data block is not run, so the content policy has nothing against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
from markupsafe import Markup

from web import jobposting, present, wording
from web.address import absolute
from web.detail import followable, trail
from web.ldparts import Thing, named, organization, place, tidy
from web.links import resource_path

Record = Mapping[str, Any]
BILINGUAL = {"zh-en": ("zh", "en")}
HEADLINE = 110  # characters of an article's headline that search engines take
ACTIONS = {"enrolled": "RegisterAction", "views": "ViewAction", "likes": "LikeAction"}


def of_resource(record: Record) -> Markup:
    """The data block of a resource's page; `record` is its plain dict of set fields."""
    url = absolute(resource_path(record["id"]))
    way = [*((text, absolute(href)) for text, href in trail(record, "")), (str(record["title"]), url)]
    return block([BY_KIND[str(record["kind"])](record) | _common(record, url), breadcrumbs(way)])


def of_site() -> Markup:
    """The data block of the home page: the site, and how to ask it."""
    action = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": absolute("/search?q={search_term_string}")},
        "query-input": "required name=search_term_string",
    }
    return block([{"@type": "WebSite", "name": "好课", "alternateName": "haoke", "url": absolute("/"), "potentialAction": action}])


def block(graph: list[Thing]) -> Markup:
    """Things as a script element that holds data. No text of a record can end it: < > & are written as escapes."""
    text = orjson.dumps({"@context": "https://schema.org", "@graph": [tidy(thing) for thing in graph]}).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(f'<script type="application/ld+json">{text}</script>')


def breadcrumbs(way: Iterable[tuple[str, str]]) -> Thing:
    """The way to a page: names with their addresses, home first."""
    items = [{"@type": "ListItem", "position": n, "name": text, "item": url} for n, (text, url) in enumerate(way, 1)]
    return {"@type": "BreadcrumbList", "itemListElement": items}


# ── what all kinds share ───────────────────────────────────────────────────────────────────────────────────────────
def _common(record: Record, url: str) -> Thing:
    """Identity and origin. sameAs: where the thing itself is; our page only tells of it."""
    links = dict.fromkeys([*(o.get("url", "") for o in record.get("offers") or ()), str(record.get("url") or "")])
    return {
        "@id": url,
        "url": url,
        "sameAs": [link for link in links if followable(link)],
        "alternateName": [t for t in record.get("titles") or () if t != record["title"]],
        "image": record.get("image"),
    }


def _work(record: Record) -> Thing:
    """What every work to learn from has."""
    access = present.values(record, "access")
    languages = [code for value in present.values(record, "language") for code in BILINGUAL.get(value, (value,))]
    return {
        "name": record["title"],
        "description": record.get("summary") or record["title"],
        "inLanguage": languages,
        "keywords": [*(record.get("tags") or ()), *present.values(record, "topic")],
        "isAccessibleForFree": access != ("paid",) if access else None,
        "author": [{"@type": "Person", "name": name} for name in present.values(record, "teacher")],
        "publisher": organization(str(record.get("publisher") or "")) or None,
        "provider": [organization(name) for name in (*present.values(record, "school"), *present.values(record, "platform"))],
        "about": [named("DefinedTerm", label) for name in ("discipline", "major") for label in labels(record, name)],
        "award": labels(record, "level"),
        "audience": [{"@type": "EducationalAudience", "educationalRole": code} for code in present.values(record, "audience")],
        "datePublished": record.get("published"),
        "dateModified": record.get("updated"),
        "interactionStatistic": _counts(record),
    }


def _counts(record: Record) -> list[Thing]:
    counts = record.get("counts") or {}
    return [
        {"@type": "InteractionCounter", "interactionType": {"@type": action}, "userInteractionCount": counts[name]}
        for name, action in ACTIONS.items()
        if counts.get(name)
    ]


def labels(record: Record, name: str) -> list[str]:
    """What people read for the values of a field."""
    return wording.labels(name, present.values(record, name))


# ── one function a family of kinds ─────────────────────────────────────────────────────────────────────────────────
def _lesson(record: Record) -> Thing:
    volume = " ".join(labels(record, name)[0] for name in ("version", "subject", "grade", "volume") if present.values(record, name))
    book = {"@type": "Book", "name": volume, "@id": absolute(resource_path(record["textbook"])) if record.get("textbook") else None} if volume else None
    unit = {"@type": "LearningResource", "name": record["unit"], "isPartOf": book} if record.get("unit") else book
    return _school(record) | {"@type": "LearningResource", "isPartOf": unit, "position": record.get("lesson")}


def _textbook(record: Record) -> Thing:
    years = present.values(record, "year")
    return _school(record) | {
        "@type": ["Book", "LearningResource"],
        "bookEdition": " ".join([*labels(record, "version"), *([record["edition"]] if record.get("edition") else [])]),
        "bookFormat": "https://schema.org/EBook",
        "copyrightYear": int(years[0]) if years and years[0].isdecimal() else None,
    }


def _school(record: Record) -> Thing:
    """What belongs to a subject and a grade of school."""
    subjects = [_alignment("educationalSubject", label) for label in labels(record, "subject")]
    grades = [_alignment("educationalLevel", label) for label in labels(record, "grade")]
    return _learning(record) | {"educationalAlignment": subjects + grades}


def _alignment(kind: str, target: str) -> Thing:
    return {"@type": "AlignmentObject", "alignmentType": kind, "targetName": target}


def _learning(record: Record) -> Thing:
    return _work(record) | {
        "@type": "LearningResource",
        "learningResourceType": labels(record, "resource_type") or [wording.label("kind", str(record["kind"]))],
        "educationalLevel": [*labels(record, "stage"), *labels(record, "grade")],
    }


def _course(record: Record) -> Thing:
    """Course, its runs as CourseInstance, its price only where it is known."""
    runs = [r for r in record.get("terms") or record.get("offers") or () if r.get("opens") or r.get("closes")]
    return _learning(record) | {"@type": "Course", "offers": _prices(record), "hasCourseInstance": [_run(record, run) for run in runs]}


def _run(record: Record, run: Mapping[str, str]) -> Thing:
    teachers = [{"@type": "Person", "name": name} for name in present.values(record, "teacher")]
    return {
        "@type": "CourseInstance", "courseMode": "Online", "name": run.get("label"), "startDate": run.get("opens"), "endDate": run.get("closes"),
        "instructor": teachers,
    }  # fmt: skip


def _prices(record: Record) -> list[Thing]:
    own = [{"url": record.get("url"), "access": access} for access in present.values(record, "access")[:1]]
    priced = [o for o in record.get("offers") or () if o.get("access")] or own
    return [_price(o) for o in priced]


def _price(offer: Mapping[str, Any]) -> Thing:
    paid = offer["access"] == "paid"
    free = {} if paid else {"price": 0, "priceCurrency": "CNY"}
    url = str(offer.get("url") or "")
    return {"@type": "Offer", "category": "Paid" if paid else "Free", "url": url if followable(url) else None} | free


def _collection(record: Record) -> Thing:
    return _learning(record) | {"@type": ["Collection", "LearningResource"]}


def _article(record: Record) -> Thing:
    return _work(record) | {"@type": "Article", "headline": present.clip(str(record["title"]), HEADLINE)}


def _live(record: Record) -> Thing:
    """A lecture whose day is known is an event; else what was recorded of it."""
    return _event(record) if _days(record)[0] else _learning(record)


def _event(record: Record) -> Thing:
    """A fair: its days are the run of its offer."""
    opens, closes = _days(record)
    places = [place(code) for code in present.values(record, "region")]
    hosts = [organization(name) for name in (*present.values(record, "employer"), *present.values(record, "school"))]
    online = next((o["url"] for o in record.get("offers") or () if followable(o.get("url", ""))), str(record.get("url") or ""))
    return {
        "@type": "EducationEvent" if record["kind"] == "live" else "Event",
        "name": record["title"],
        "description": record.get("summary") or record["title"],
        "startDate": opens,
        "endDate": closes,
        "location": places or ([{"@type": "VirtualLocation", "url": online}] if followable(online) else []),
        "organizer": hosts,
        "performer": [{"@type": "Person", "name": name} for name in present.values(record, "teacher")],
    }


def _days(record: Record) -> tuple[str, str]:
    run: Mapping[str, str] = next((o for o in record.get("offers") or () if o.get("opens")), {})
    return run.get("opens", ""), run.get("closes", "")


BY_KIND: Mapping[str, Callable[[Record], Thing]] = {
    "lesson": _lesson,
    "textbook": _textbook,
    "course": _course,
    "library": _collection,
    "case": _learning,
    "article": _article,
    "live": _live,
    "job": jobposting.posting,
    "fair": _event,
}
