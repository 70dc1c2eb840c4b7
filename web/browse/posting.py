"""What the page of a job or a fair says besides the facts of any resource: is it still open, who vouches for it, what else is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.vocab import vocabulary
from ranking.results import MAX_QUERY
from web import cards, links, lookalike, present, wording
from web.browse import fairs
from web.browse.common import Asker, Shelf
from web.browse.employers import vouched
from web.i18n import gettext as _

#: Facts that the keys tell: the sheet below them need not.
SAID = frozenset({"address", "headcount", "platform", "published", "expires"})
MORE = 4  # cards of a shelf
ASKED = 16  # hits asked for them: look-alikes are one card
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Posting:
    """The parts of a job's or fair's page that its kind adds."""

    over: str  # why one can't apply any more; "" while it is open
    left: str  # how long it stays open
    keys: list[tuple[str, str, str]]  # name, value, a note below: what one looks for first
    vouched: tuple[str, str]  # (yes, no or ""; words); nothing for a fair
    instead: Shelf | None  # open ones like it, once it is over
    more: Shelf | None  # what else the employer offers


def posting(record: Record, root: str = "") -> tuple[Posting | None, bool]:
    """These parts for a job or a fair (None for other kinds), and whether a part of the index was missing for them."""
    make = {"job": _job, "fair": _fair}.get(record["kind"])
    ask = Asker(root)
    return make(ask, record) if make else None, ask.partial


def trail(record: Record, root: str) -> list[tuple[str, str]]:
    """The way back through the pages about jobs; nothing for what does not belong there."""
    way = [(_("首页"), root + "/"), (_("就业"), root + "/jobs")]
    match record["kind"]:
        case "job":
            path = vocabulary("region").path(next(iter(present.values(record, "region")), ""))
            return way + [(wording.label("region", code), root + links.branch_path("region", code)) for code in path]
        case "fair":
            return [*way, (_("招聘会"), root + "/fairs")]
        case "live" | "case" | "article" if record.get("service") == "jobs":
            return [*way, (_("就业指导"), root + "/guidance")]
    return []


def ended(record: Record) -> bool:
    """Whether its source has closed it, or its last day has passed."""
    end = wording.day(str(record.get("expires") or ""))
    return record.get("status") == "closed" or (end is not None and end < wording.today())


def _job(ask: Asker, record: Record) -> Posting:
    over = ended(record)
    return Posting(
        over=_ended_words(record) if over else "",
        left="" if over else remaining(record),
        keys=_keys(record, over),
        vouched=vouched([record]),
        instead=similar(ask, record) if over else None,
        more=_more(ask, record),
    )


def _ended_words(record: Record) -> str:
    end = wording.day(str(record.get("expires") or ""))
    if end is None or end >= wording.today():
        return _("这个职位已被来源关闭，不再接受投递")
    return _("这个职位已于%(day)s截止，不再接受投递", day=wording.long_date(end.isoformat()))


def remaining(record: Record) -> str:
    """How long one can still apply, in words; "" where no end is named."""
    end = wording.day(str(record.get("expires") or ""))
    if end is None:
        return ""
    days = (end - wording.today()).days
    return _("今天截止") if days == 0 else _("明天截止") if days == 1 else _("还剩 %(days)d 天", days=days)


def _keys(record: Record, over: bool) -> list[tuple[str, str, str]]:
    """Place, headcount, deadline, source; the pay stands above them."""
    places = "、".join(dict.fromkeys(wording.place(code) for code in present.values(record, "region")))
    expires = str(record.get("expires") or "")
    rows = (
        (_("工作地点"), places or _("来源没有写明"), str(record.get("address") or "")),
        (_("招聘人数"), _("%(n)s人", n=record["headcount"]) if record.get("headcount") else _("来源没有写明"), ""),
        (_("截止日期"), wording.long_date(expires) if expires else _("来源没有写明"), "" if over else remaining(record)),
        (_("信息来源"), "、".join(present.values(record, "platform") or present.values(record, "source")), _published(record)),
    )
    return [row for row in rows if row[1]]


def _published(record: Record) -> str:
    day = str(record.get("published") or "")
    return _("%(day)s发布", day=wording.short_date(day)) if day else ""


def similar(ask: Asker, record: Record) -> Shelf | None:
    """Open posts of the same occupation: in the same city, else the same province, else anywhere; by their title where none is known."""
    trade: dict[str, Any] = {"occupation": present.values(record, "occupation")} if record.get("occupation") else {}
    text = "" if trade else str(record["title"])[:MAX_QUERY]
    for region in (*_around(record), ""):
        found = ask.search(text=text, kind="job", sort="relevance", size=ASKED, region=region, **trade)
        if found.total:
            shown = lookalike.one_a_post(found.hits, ask.root)[:MORE]
            return Shelf("instead", _("相近的在招职位"), shown, ask.link(text=text, kind="job", region=region, **trade), found.total)
    return None


def _around(record: Record) -> list[str]:
    """The first place of a job, from the city outwards; not the country."""
    codes = present.values(record, "region")
    if not codes:
        return []
    path = vocabulary("region").path(codes[0])
    return list(reversed(path[:2]))


def _more(ask: Asker, record: Record) -> Shelf | None:
    employer = next(iter(present.values(record, "employer")), "")
    if not employer:
        return None
    found = ask.search(kind="job", employer=employer, sort="newest", size=ASKED)
    others = [group for group in lookalike.folded(found.hits) if all(hit.id != record["id"] for hit in group)]
    shown = [cards.card(group[0], ask.root) for group in others[:MORE]]
    heading = _("%(employer)s的其他职位", employer=employer)
    return Shelf("more", heading, shown, ask.root + links.employer_path(employer), found.total) if shown else None


def _fair(ask: Asker, record: Record) -> Posting:
    opens, closes = cards.days(record)
    state, words = wording.held(opens, closes)
    over = state == "over" or record.get("status") == "closed"
    first = wording.day(opens) or wording.day(closes)
    span = " – ".join(dict.fromkeys(wording.long_date(day) for day in (opens, closes) if wording.day(day)))
    places = "、".join(dict.fromkeys(wording.place(code) for code in present.values(record, "region")))
    keys = [
        (_("举办时间"), span or _("来源没有写明"), (fairs.until(first) if state == "soon" or first == wording.today() else words) if first and not over else ""),
        (_("举办地点"), places or _("来源没有写明"), str(record.get("address") or "")),
        (_("信息来源"), "、".join(present.values(record, "platform") or present.values(record, "source")), _published(record)),
    ]
    return Posting(
        over=_("这场招聘会%(when)s", when=words or _("已结束")) if over else "",
        left="" if over else words,
        keys=keys,
        vouched=("", ""),
        instead=_next_fairs(ask, record) if over else None,
        more=None,
    )


def _next_fairs(ask: Asker, record: Record) -> Shelf | None:
    province = next((vocabulary("region").path(code)[0] for code in present.values(record, "region") if code in vocabulary("region")), "")
    near = fairs.shelf(ask, region=province) if province else None
    return near if near and near.cards else fairs.shelf(ask)
