"""similar(engine, resource, size): what is like a resource, each with the reason. Asks the engine, compares what comes.

The engine finds whatever shares words of the title or codes of the fields that matter for its kind; ranking.alike then says
for each whether it is really like it, how much, and why. What no reason can be given for is not shown: better nothing than filler.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from catalog import shortlink
from catalog.resource import Kind, Resource
from catalog.text import key
from indexer.engine import Clause, Engine, OneOf, Query, Scored, Some, Term
from ranking.alike import Reason, Seed, alike, city
from ranking.bag import apart
from ranking.narrow import JOBS, unexpired
from ranking.rarity import Rarity
from ranking.results import ResultHit

POOL = 80  # hits that are compared
POOLS: Mapping[str, int] = {"lesson": 160}  # all lessons of a book, so that those beside this one are among them
MANY = 300_000  # resources from which those like an ad are looked for in its city first: a city has thousands of them, of which those are shown first anyway
POOL_OF_MANY = 48  # hits that are compared among so many, which hold enough that are like it: to read and compare eighty took a tenth of a page's time
ENOUGH = 3 * POOL  # that must be found there
WORDS = 12  # of a title that are asked for, the rarest
TELLING = (1, 3)  # of them, as long as too little is found: a large city has half a million posts with one of the others
TITLE = 3.0  # × BM25 of a word of the title
AGAIN = 0.8  # of its score is left to one of the same provider as one above it, and again for each further one
SAME_TITLE = 0.85  # the same for one of the same title
SAME_REASON = 0.6  # and for one of the same reason, where reasons are to take turns
PROVIDERS = ("employer", "school", "platform", "source")
#: Kind → the kinds that may be like it.
FAMILY: Mapping[str, tuple[str, ...]] = {
    "course": ("course", "library"), "library": ("library", "course"), "article": ("article", "live"), "live": ("live", "article"),
}  # fmt: skip
#: Kind → the fields whose codes bring candidates, with what each adds to the engine's score; those of NEEDED must match, or a word.
FIELDS: Mapping[str, Mapping[str, float]] = {
    "lesson": {"subject": 6.0, "grade": 6.0, "version": 3.0, "volume": 3.0, "stage": 3.0},
    "textbook": {"subject": 8.0, "stage": 6.0, "version": 6.0, "grade": 6.0, "volume": 5.0, "major": 8.0, "discipline": 4.0},
    "course": {"major": 10.0, "discipline": 6.0, "teacher": 8.0, "school": 3.0, "subject": 6.0, "stage": 2.0},
    "job": {"occupation": 6.0, "major": 6.0, "region": 6.0, "degree": 3.0, "industry": 3.0, "job_type": 3.0},
}
OTHERS: Mapping[str, float] = {"discipline": 6.0, "subject": 6.0, "major": 8.0, "industry": 6.0, "topic": 6.0, "region": 4.0, "school": 3.0, "board": 2.0}
NEEDED = frozenset({"subject", "major", "discipline", "teacher", "occupation", "industry", "topic"})


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Something recommended, and why."""

    hit: ResultHit
    reason: Reason


class Candidate(NamedTuple):
    """What may be recommended: how good it is beside others, and what its recommendation would say."""

    rank: float
    id: str
    score: float
    record: Mapping[str, Any]
    reason: Reason


def similar(engine: Engine, resource: Resource, size: int = 6) -> tuple[Recommendation, ...]:
    """At most so many resources that are like one, the likest first; () where nothing is."""
    kinds = FAMILY.get(resource.kind, (str(resource.kind),))
    rarity = Rarity(engine)
    seed = Seed(resource, rarity, kinds)
    query = Query(scope=(unexpired(), OneOf("kind", kinds)), size=POOLS.get(resource.kind, POOL if rarity.total < MANY else POOL_OF_MANY))
    question = _question(engine, seed, rarity, query)
    hits = engine.search(question).hits if question else ()
    own = {resource.id, *resource.also}
    found: list[Candidate] = []
    for hit in hits:
        if hit.id not in own and (match := alike(seed, other := hit.record)):
            found.append(Candidate(match[0], hit.id, match[0], other, match[1]))
    return chosen(found, size)


def _question(engine: Engine, seed: Seed, rarity: Rarity, query: Query) -> Query | None:
    """What is asked: of very many ads for those in its city that share the rarest word, or one of some, if that is enough; of everything else."""
    resource, asked = seed.resource, clause(seed)
    if asked and rarity.total >= MANY and resource.kind == Kind.JOB and resource.region:
        # a branch of industry alone is a tenth of a city's posts; of a title of one word the first two are the same
        for one in dict.fromkeys((*(clause(seed, telling=words) for words in TELLING), asked)):
            if one:
                narrow = replace(query, clause=one, filters=near(resource), first=JOBS)
                found = engine.search(replace(narrow, size=0)).total  # counted first: mostly the rarest word is not enough, and its best need not be looked for
                if found >= ENOUGH:
                    return replace(narrow, total=found)
    # only ads grow old: of nothing else the newest need be known before it is looked at
    return replace(query, clause=asked, first=JOBS if resource.kind == Kind.JOB else None) if asked else None


def near(resource: Resource) -> tuple[OneOf, ...]:
    """The cities of an ad, as a filter."""
    return (OneOf("region", tuple(dict.fromkeys(city(code) for code in resource.region))),)


def clause(seed: Seed, *, telling: int = 0) -> Clause | None:
    """What brings candidates: a word of the title or a code that says what it is about, or only so many words, the most `telling`; all else adds to the score."""
    resource, rarest = seed.resource, sorted(seed.topic.asked.items(), key=lambda w: (-w[1], w[0]))[:WORDS]
    words: list[Clause] = [Term("title", word, TITLE) for word, weight in rarest if weight > 0]
    needs, wishes = words[: telling or WORDS], list[Clause]()
    for name, score in FIELDS.get(resource.kind, OTHERS).items():
        codes = [city(c) for c in resource.region] if name == "region" else resource.values(name)
        for code in dict.fromkeys(codes):
            (needs if name in NEEDED and not telling else wishes).append(Scored(Term(name, code), score))
    unit = shortlink.unit_key(resource) if resource.kind == "lesson" else ""
    if unit:
        wishes.append(Scored(Term("code", shortlink.short_code(unit)), 12.0))
    return apart(Some(tuple(needs)), [*words, *wishes] if telling else [*needs, *wishes]) if needs else None


def chosen(found: list[Candidate], size: int, *, by_reason: bool = False) -> tuple[Recommendation, ...]:
    """The best in turn: copies of one thing once, and each provider and each title (or reason) the less often the more it stands there."""
    unique: dict[tuple[str, str], Candidate] = {}
    for one in sorted(found, key=lambda one: (-one.rank, one.id)):
        unique.setdefault(_traits(one.record), one)
    rest = [(one, (one.reason.code, *one.reason.params.values()) if by_reason else title, provider) for (title, provider), one in unique.items()]
    taken: list[Candidate] = []
    same = SAME_REASON if by_reason else SAME_TITLE
    titles: Counter[Hashable] = Counter()
    providers: Counter[str] = Counter()
    while rest and len(taken) < size:
        best, at = -math.inf, 0
        for place, (one, title, provider) in enumerate(rest):
            if one.rank <= best >= 0:
                break  # they stand by falling rank, and nothing counts more than its rank
            worth = one.rank * same ** titles[title] * AGAIN ** providers[provider]
            if worth > best:
                best, at = worth, place
        one, title, provider = rest.pop(at)
        if any(_begins(one.record, other.record) for other in taken):
            continue
        taken.append(one)
        titles[title] += 1
        providers[provider] += 1
    return tuple(Recommendation(ResultHit(one.id, round(one.score, 4), one.record), one.reason) for one in taken)


def _begins(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two courses of one provider are one, told shorter and longer: 康复评定技术, 康复评定技术从事躯体运动功能评定."""
    if one["kind"] != "course":
        return False
    titles, providers = zip(*(_traits(record) for record in (one, other)), strict=True)
    short, long = sorted(titles, key=len)
    return providers[0] == providers[1] and len(short) >= 4 and long.startswith(short)


def _traits(record: Mapping[str, Any]) -> tuple[str, str]:
    """What makes two records copies of one thing: the title, and who offers it; of an ad that does not say who, its text."""
    provider = next((str(record[name][0]) for name in PROVIDERS if record.get(name)), "")
    unnamed = record["kind"] == "job" and not record.get("employer")
    return key(record["title"]), str(record.get("summary", ""))[:200] if unnamed else provider
