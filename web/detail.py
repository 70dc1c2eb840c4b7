"""A resource's own page: facts by kind, where it can be had, the way back. Rows of one table, shown where filled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from catalog.shortlink import short_code
from catalog.weblink import leads
from indexer.fields import FACETS
from web import cards, links, present, wording
from web.browse import disciplines, k12_tree, posting
from web.i18n import gettext as _

#: Fields in the order people ask for them: coded and open facets become links to a search for the same.
_SCHOOL = ("stage", "subject", "version", "grade", "volume", "edition", "unit", "lesson", "teacher", "school", "publisher", "resource_type",
           "board", "audience", "language")  # fmt: skip
ROWS: Mapping[str, tuple[str, ...]] = {
    "lesson": _SCHOOL,
    "textbook": _SCHOOL,
    "course": ("school", "teacher", "level", "discipline", "major", "stage", "subject", "language", "resource_type", "topic"),
    "job": ("employer", "employer_type", "employer_size", "region", "degree", "experience", "job_type", "industry", "occupation", "major", "year"),
    "fair": ("employer", "region", "industry", "degree", "major", "year"),
}  # fmt: skip
OTHER = ("school", "teacher", "employer", "region", "address", "industry", "discipline", "major", "level", "subject", "board", "topic",
         "audience", "publisher")  # fmt: skip
#: What tells how long it is of use, by kind.
STATES: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = {"job": cards.deadline, "fair": cards.held, "course": cards.run}
ALWAYS = ("platform", "access", "tags", "published", "updated", "expires")
DATES = ("published", "updated", "expires")
Item = tuple[str, str]  # text, link or ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One place where it can be had."""

    name: str
    url: str
    state: tuple[str, str]
    access: str

    @property
    def host(self) -> str:
        """The site that the link leads to: the button itself leads through /out."""
        return (urlsplit(self.url).hostname or "").removeprefix("www.")


@dataclass(frozen=True, slots=True)
class Detail:
    """The page of one resource."""

    id: str
    kind: str
    kind_label: str
    service: str
    title: str
    trail: list[Item]
    badges: list[str]
    state: tuple[str, str]
    pay: str
    pay_text: str
    verified: bool
    audience: str
    facts: list[tuple[str, list[Item]]]
    terms: list[tuple[str, str, tuple[str, str]]]  # label, dates, state
    offers: list[Offer]
    summary: list[str]  # paragraphs
    others: list[str]  # other titles
    code: str  # of its short link
    out: str  # leads to its first offer; ?n= to the others
    report: str  # the form to report something wrong


def detail(record: Mapping[str, Any], root: str = "") -> Detail:
    """The page of a resource; `record` is its plain dict of set fields."""
    kind = str(record["kind"])
    salary = record.get("salary") or {}
    said = posting.SAID if kind in ("job", "fair") else ()
    names = [name for name in (*ROWS.get(kind, OTHER), *ALWAYS) if name not in said]
    shown = wording.pay(salary)
    return Detail(
        id=record["id"],
        kind=kind,
        kind_label=wording.label("kind", kind),
        service=str(record.get("service") or ""),
        title=record["title"],
        trail=trail(record, root),
        badges=wording.labels("level", present.values(record, "level")),
        state=STATES[kind](record) if kind in STATES else ("", ""),
        pay=shown or (_("薪资面议") if kind == "job" else ""),
        pay_text=str(salary.get("text") or "") if shown and salary.get("text") != shown else "",
        verified=record.get("verified") is True,
        audience=cards.audience_size(record),
        facts=[(name_of(name, kind), items) for name in names if (items := fact(record, name, root))],
        terms=[(t.get("label") or _("开课"), _dates(t), wording.run_of(t.get("opens", ""), t.get("closes", ""))) for t in _by_date(record)],
        offers=offers(record),
        summary=[p for p in str(record.get("summary") or "").split("\n") if p.strip()],
        others=[t for t in record.get("titles") or () if t != record["title"]],
        code=short_code(record["id"]),
        out=root + links.out_path(str(record["id"])),
        report=root + links.report_path(str(record["id"])),
    )


def name_of(name: str, kind: str) -> str:
    """What a row is called."""
    if name == "year" and kind in ("job", "fair"):
        return _("毕业届别")
    own = {
        "edition": _("教材版次"), "unit": _("单元"), "lesson": _("课文"), "publisher": _("出版社"), "employer_type": _("单位性质"),
        "employer_size": _("单位规模"), "address": _("工作地址"), "headcount": _("招聘人数"), "tags": _("标签"), "published": _("发布日期"),
        "updated": _("更新日期"), "expires": _("截止日期"),
    }  # fmt: skip
    return own.get(name) or _(FACETS[name].label)


def fact(record: Mapping[str, Any], name: str, root: str) -> list[Item]:
    """The values of one row; facet values link to a search for more of the same."""
    values = present.values(record, name)
    if name in DATES:
        return [(wording.long_date(values[0]), "")] if values else []
    if name == "headcount":
        return [(_("%(n)s人", n=values[0]), "")] if values else []
    if name not in FACETS:
        return [(v, "") for v in values]
    if name == "employer":
        return [(v, root + links.employer_path(v)) for v in values]
    if name == "school":
        return [(v, root + links.school_path(v)) for v in values]
    narrowed = {"service": str(record["service"])} if record.get("service") else {}
    name_for = wording.place if name == "region" else lambda v: wording.label(name, v)
    of_jobs = record["kind"] == "job" and name in links.BRANCHES
    return [(name_for(v), root + (links.branch_path(name, v) if of_jobs else links.search_path(**(narrowed | {name: v})))) for v in values]


def trail(record: Mapping[str, Any], root: str) -> list[Item]:
    """The way back: home, service, the kind within it."""
    if own := posting.trail(record, root) or k12_tree.resource_trail(record, root) or disciplines.resource_trail(record, root):
        return own
    way = [(_("首页"), root + "/")]
    service = str(record.get("service") or "")
    if service:
        way.append((wording.label("service", service), f"{root}/{service}"))
    kind = str(record["kind"])
    way.append((wording.label("kind", kind), root + links.search_path(kind=kind, **({"service": service} if service else {}))))
    return way


def offers(record: Mapping[str, Any]) -> list[Offer]:
    """Where it can be had: every offer with a link that can be followed; its own link when there is none."""
    found = [
        Offer(
            o.get("platform") or o.get("source") or _("来源网站"),
            o.get("url", ""),
            (wording.held if record["kind"] == "fair" else wording.run_of)(o.get("opens", ""), o.get("closes", "")),
            wording.label("access", o["access"]) if o.get("access") else "",
        )
        for o in record.get("offers") or ()
        if followable(o.get("url", ""))
    ]
    url = str(record.get("url") or "")
    if not found and followable(url):
        found = [Offer(next(iter(record.get("platform") or ()), "") or _("来源网站"), url, ("", ""), "")]
    return found


def followable(url: str) -> bool:
    """Only http and https links are followed: a record may hold anything."""
    return leads(url)


def _by_date(record: Mapping[str, Any]) -> list[Mapping[str, str]]:
    return sorted(record.get("terms") or (), key=lambda t: t.get("opens", ""), reverse=True)


def _dates(term: Mapping[str, str]) -> str:
    ends = [wording.long_date(term[end]) if term.get(end) else "" for end in ("opens", "closes")]
    return " – ".join(ends) if any(ends) else ""
