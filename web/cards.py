"""A hit as a card: what one decides by, which differs by kind. One function a family of kinds, found in BY_KIND.

lesson, textbook: version, grade, volume · courses: school, teacher, term, level, enrolments · jobs: pay, place, degree,
employer, deadline · the others: who made it and where.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog import terms
from ranking.results import ResultHit, Segments
from web import links, present, wording
from web.i18n import gettext as _

Record = Mapping[str, Any]
SUMMARY = 120  # characters of a summary without a match
STALE = 3  # years without an update after which a library is said to be old


@dataclass(frozen=True, slots=True)
class Card:
    """What the template shows of one hit; empty parts are left out."""

    href: str
    kind: str
    kind_label: str
    title: Segments
    pay: str = ""
    badges: tuple[str, ...] = ()  # honours: 国家级一流本科课程
    facts: tuple[str, ...] = ()  # short values, each in its own box
    people: tuple[Segments, ...] = ()  # who: school, teachers, employer
    verified: bool = False
    state: tuple[str, str] = ("", "")  # (open, soon or over; words)
    summary: Segments = ()
    notes: tuple[str, ...] = ()  # platform, enrolments, dates
    alike: tuple[str, str] = ("", "")  # words and link of the look-alikes that it stands for


def card(hit: ResultHit, root: str = "") -> Card:
    """The card of a hit; root is the path that the site is mounted at."""
    record = hit.resource
    kind = str(record.get("kind", ""))
    summary = tuple(present.joined("summary", hit.highlights["summary"])) if hit.highlights.get("summary") else ()
    plain = present.clip(str(record.get("summary") or ""), SUMMARY)
    return Card(
        href=root + links.resource_path(hit.id),
        kind=kind,
        kind_label=wording.label("kind", kind),
        title=hit.highlights["title"][0] if hit.highlights.get("title") else ((str(record.get("title", "")), False),),
        badges=tuple(wording.labels("level", values(record, "level"))),
        summary=summary or (((plain, False),) if plain else ()),
        **BY_KIND.get(kind, _other)(hit),
    )


def values(record: Record, name: str) -> tuple[str, ...]:
    """The values of a field of a record."""
    return present.values(record, name)


def named(record: Record, *names: str) -> tuple[str, ...]:
    """Labels of several coded fields, in this order, each once."""
    return tuple(dict.fromkeys(label for n in names for label in wording.labels(n, values(record, n))))


def _marked(hit: ResultHit, name: str, most: int = 3) -> tuple[Segments, ...]:
    """Names of a field, with their matches marked; at most so many, then how many there are."""
    names = values(hit.resource, name)
    if not names:
        return ()
    marked = {"".join(piece for piece, _match in text): text for text in hit.highlights.get(name, ())}
    # Names that matched come first: they are why the hit is here.
    names = tuple(sorted(names, key=lambda n: n not in marked)) if marked else names
    pieces = present.joined(name, tuple(marked.get(n) or ((n, False),) for n in names[:most]))
    if len(names) > most:
        pieces.append((_(" 等%(count)d人", count=len(names)), False))
    return (tuple(pieces),)


def _platforms(record: Record) -> tuple[str, ...]:
    return ("、".join(values(record, "platform") or values(record, "source")),)


def audience_size(record: Record) -> str:
    """How many have used it, in words; "" when unknown."""
    counts = record.get("counts") or {}
    if counts.get("enrolled"):
        return _("%(count)s人参加", count=wording.compact(counts["enrolled"]))
    if counts.get("views"):
        return _("%(count)s次浏览", count=wording.compact(counts["views"]))
    # Sources mean different things by it: 人次 is true of enrolments and of views.
    popularity = record.get("popularity")
    return _("%(count)s人次", count=wording.compact(popularity)) if popularity else ""


def run(record: Record) -> tuple[str, str]:
    """State of the run that counts: a term, or when an offer is open."""
    runs = [(r.get("opens", ""), r.get("closes", "")) for r in record.get("terms") or record.get("offers") or ()]
    return wording.run_of(*terms.current(runs, wording.today().isoformat()))


def deadline(record: Record) -> tuple[str, str]:
    """Until when one can apply."""
    expires = str(record.get("expires") or "")
    end = wording.day(expires)
    if not end:
        return "", ""
    over = end < wording.today()
    return ("over", _("已截止")) if over else ("open", _("%(day)s截止", day=wording.short_date(expires)))


def days(record: Record) -> terms.Run:
    """When an event such as a job fair is held: the run of its terms or offers that counts; only an end where no beginning is known."""
    runs = [(r.get("opens", ""), r.get("closes", "")) for r in record.get("terms") or record.get("offers") or ()]
    found = terms.current(runs, wording.today().isoformat())
    return found if any(found) else ("", str(record.get("expires") or ""))


def upkeep(record: Record) -> tuple[str, str]:
    """Whether a library is still kept up; nothing to say where it was updated lately, or nobody knows when."""
    updated = wording.day(str(record.get("updated") or ""))
    years = (wording.today() - updated).days // 365 if updated else 0
    return ("over", _("%(years)d年未更新", years=years)) if years >= STALE else ("", "")


def held(record: Record) -> tuple[str, str]:
    """Whether an event is still to come."""
    return wording.held(*days(record))


def _kept(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(p for p in parts if p)


def _school_work(hit: ResultHit) -> dict[str, Any]:
    record = hit.resource
    where = " · ".join(_kept((str(record.get("unit") or ""), str(record.get("lesson") or ""))))
    people = (*((((where, False),),) if where else ()), *_marked(hit, "teacher"), *_marked(hit, "school"))
    notes = (str(record.get("publisher") or ""), str(record.get("edition") or ""), *_platforms(record), audience_size(record))
    return {"facts": named(record, "version", "subject", "grade", "volume", "resource_type"), "people": people, "notes": _kept(notes)}


def _course(hit: ResultHit) -> dict[str, Any]:
    record = hit.resource
    people = (*_marked(hit, "school"), *_marked(hit, "teacher"))
    notes = (*_platforms(record), audience_size(record))
    return {"facts": named(record, "discipline", "major", "subject")[:3], "people": people, "state": run(record), "notes": _kept(notes)}


def _job(hit: ResultHit) -> dict[str, Any]:
    record: Mapping[str, Any] = hit.resource
    headcount = record.get("headcount")
    published = str(record.get("published") or "")
    places = tuple(dict.fromkeys(wording.place(code) for code in values(record, "region")))
    return {
        "pay": wording.pay(record.get("salary")) or _("薪资面议"),
        "facts": _kept(("、".join(places[:3]), *named(record, "degree", "experience", "job_type"), _("招%(n)d人", n=headcount) if headcount else "")),
        "people": (*_marked(hit, "employer"), *((((str(record["employer_type"]), False),),) if record.get("employer_type") else ())),
        "verified": record.get("verified") is True,
        "state": deadline(record),
        "notes": _kept((_("%(day)s发布", day=wording.short_date(published)) if published else "", *_platforms(record))),
    }


def _fair(hit: ResultHit) -> dict[str, Any]:
    record = hit.resource
    places = tuple(wording.place(code) for code in values(record, "region")[:3])
    return {
        "facts": (*places, *named(record, "industry", "degree")[:3]),
        "people": _marked(hit, "employer") or _marked(hit, "school"),
        "state": held(record),
        "notes": _kept((str(record.get("address") or ""), *_platforms(record))),
    }


def _library(hit: ResultHit) -> dict[str, Any]:
    record = hit.resource
    updated = wording.short_date(str(record.get("updated") or ""))
    return {
        "facts": (named(record, "stage", "major") or named(record, "discipline"))[:3],
        "people": (*_marked(hit, "school"), *_marked(hit, "teacher")),
        "state": upkeep(record),
        "notes": _kept((_("%(day)s更新", day=updated) if updated else "", *_platforms(record), audience_size(record))),
    }


def _other(hit: ResultHit) -> dict[str, Any]:
    record = hit.resource
    published = str(record.get("published") or "")
    places = tuple(wording.place(code) for code in values(record, "region")[:2])
    return {
        "facts": (*named(record, "discipline", "industry", "board", "subject")[:3], *places),
        "people": (*_marked(hit, "school"), *_marked(hit, "teacher"), *_marked(hit, "employer")),
        "state": deadline(record),
        "notes": _kept((wording.short_date(published), *_platforms(record), audience_size(record))),
    }


BY_KIND: Mapping[str, Callable[[ResultHit], dict[str, Any]]] = {
    "lesson": _school_work,
    "textbook": _school_work,
    "course": _course,
    "library": _library,
    "job": _job,
    "fair": _fair,
}
