"""/employers/<name>: the open posts of an employer by occupation or by city, who vouches for it, the fairs it attends.

One post in several cities is one entry that names them all. Size, kind and verification are what its ads say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, Response, request

from catalog.vocab import vocabulary
from ranking.results import MAX_SIZE, ResultHit
from web import cards, keep, links, lookalike, present, wording
from web.browse import fairs
from web.browse.common import Asker, Shelf, page, view_of
from web.i18n import gettext as _

employers = Blueprint("employers", __name__)
keep.install(employers)

MOST = 300  # ads that are grouped; the rest through the search
BY = ("occupation", "city")
CITIES = 12  # of a post that are named as links


@dataclass(frozen=True, slots=True)
class Post:
    """One post, however many ads stand for it; with several cities each is a link to its ad."""

    card: cards.Card
    cities: list[tuple[str, str]]  # city, link
    others: int  # cities beyond those named


@dataclass(frozen=True, slots=True)
class Group:
    """Posts of one occupation or city."""

    label: str
    count: int
    posts: list[Post]


@dataclass(frozen=True, slots=True)
class Employer:
    """The page of an employer."""

    name: str
    total: int
    everything: str
    facts: list[tuple[str, str]]  # name, value
    vouched: tuple[str, str]  # (yes, no or ""; words)
    by: list[tuple[str, str, bool]]  # label, link, current
    groups: list[Group]
    capped: bool
    fairs: Shelf


@employers.get("/employers/<path:name>")
def employer(name: str) -> Response:
    """What an employer offers now; 404 for one that offers nothing."""
    by = request.args.get("by", BY[0])
    by = by if by in BY else BY[0]
    view, partial = view_of(("employer", name, by), lambda ask: _employer(ask, name, by))
    response = page("employer.html", partial, page=view)
    if not (view.total or view.fairs.cards or partial):
        response.status_code = 404
    return response


def _employer(ask: Asker, name: str, by: str) -> Employer:
    found = ask.search(kind="job", employer=name, sort="newest", size=MAX_SIZE)
    hits = list(found.hits)
    for number in range(2, -(-min(found.total, MOST) // MAX_SIZE) + 1):
        hits += ask.search(kind="job", employer=name, sort="newest", size=MAX_SIZE, page=number).hits
    own = ask.root + links.employer_path(name)
    return Employer(
        name=name,
        total=found.total,
        everything=ask.link(kind="job", employer=name, sort="newest"),
        facts=[fact for fact in ((_("单位性质"), _usual(hits, "employer_type")), (_("单位规模"), _usual(hits, "employer_size"))) if fact[1]],
        vouched=vouched(hit.resource for hit in hits),
        by=[(label, own + ("" if way == BY[0] else f"?by={way}"), way == by) for way, label in ((BY[0], _("按职业")), (BY[1], _("按城市")))],
        groups=[Group(label, len(of), [_post(group, ask.root) for group in lookalike.folded(of)]) for label, of in grouped(hits, by).items()],
        capped=found.total > len(hits),
        fairs=fairs.shelf(ask, _("参加的招聘会"), employer=name),
    )


def grouped(hits: Iterable[ResultHit], by: str) -> dict[str, list[ResultHit]]:
    """Ads by the label of their occupation or city, the largest group first; those that name none come last."""
    groups: dict[str, list[ResultHit]] = {}
    for hit in hits:
        for label in dict.fromkeys(_labels(hit.resource, by)) or ("",):
            groups.setdefault(label, []).append(hit)
    nameless = groups.pop("", [])
    ordered = dict(sorted(groups.items(), key=lambda item: -len(item[1])))
    rest = _("全部职位") if not ordered else _("其他职业") if by == BY[0] else _("地点不限")
    return ordered | ({rest: nameless} if nameless else {})


def _labels(record: Mapping[str, object], by: str) -> list[str]:
    if by == "city":
        return [wording.city(code) for code in present.values(record, "region")]
    # one group an ad: its first occupation, at the level of 2-02, where neighbours stand together
    return [wording.label("occupation", path[min(1, len(path) - 1)]) for code in present.values(record, "occupation")[:1] if (path := vocabulary("occupation").path(code))]


def _post(group: list[ResultHit], root: str) -> Post:
    named = {wording.city(code): root + links.resource_path(hit.id) for hit in reversed(group) for code in present.values(hit.resource, "region")}
    cities = list(reversed(named.items())) if len(named) > 1 else []
    # whose ads these are is said once, above
    return Post(replace(cards.card(group[0], root), people=(), verified=False), cities[:CITIES], max(0, len(cities) - CITIES))


def _usual(hits: Iterable[ResultHit], name: str) -> str:
    """What most ads say of their employer."""
    said = Counter(str(hit.resource[name]) for hit in hits if hit.resource.get(name))
    return said.most_common(1)[0][0] if said else ""


def vouched(records: Iterable[Mapping[str, object]]) -> tuple[str, str]:
    """Whether an employer is verified and who says so: ("yes", …), ("no", …) or ("", …) where no source says anything."""
    told: dict[object, Counter[str]] = {}
    for record in records:
        told.setdefault(record.get("verified"), Counter()).update(_platforms(record))
    for answer, state in ((True, "yes"), (False, "no")):
        if answer in told:
            names = "、".join(name for name, _count in told[answer].most_common(3))
            return state, _("已认证单位，由%(names)s认证", names=names) if answer else _("未认证单位，据%(names)s", names=names)
    return "", _("来源没有说明单位是否经过认证")


def _platforms(record: Mapping[str, object]) -> tuple[str, ...]:
    return (present.values(record, "platform") or present.values(record, "source"))[:1]
