"""The table of ranking signals: what multiplies or adds to a text match, how much, and why. All weights live here.

A result's score is BM25 over weighted fields (indexer.fields) + structured matches of concepts, × its prior. The prior is
computed when a resource is indexed: it says how good a thing is whatever is asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from catalog import terms
from catalog.resource import Kind, Resource
from catalog.vocab import vocabulary
from indexer.document import runs, today

#: Score of a concept that a resource holds in its structured field.
CONCEPT: Mapping[str, float] = {
    "school": 12.0, "teacher": 12.0, "version": 10.0, "grade": 10.0, "volume": 10.0, "subject": 10.0, "stage": 8.0, "major": 8.0,
    "discipline": 6.0, "region": 12.0, "industry": 8.0, "occupation": 4.0, "degree": 8.0, "experience": 4.0, "job_type": 8.0,
    "level": 6.0, "platform": 6.0, "language": 4.0, "resource_type": 3.0, "audience": 2.0, "access": 3.0, "board": 4.0,
    "year": 8.0, "salary": 8.0,
}  # fmt: skip
#: Concepts that say what a thing is like: the same words in the text never outweigh the field, they get this share of its score.
PLAIN = frozenset({"version", "grade", "volume", "stage", "region", "degree", "job_type", "level", "platform", "experience", "year", "language"})
PLAIN_TITLE = 0.85  # in the title
PLAIN_TEXT = 0.45  # anywhere else
#: Concepts that help but need not be held: few resources say so, and people mean it as a wish.
WISHES = frozenset({"experience", "audience", "access", "resource_type"})
#: Concepts that say whose a thing is, and where. Where it is not there, what is asked for matters more: 线性代数 of others, not whatever 清华 has.
WHOSE = frozenset({"school", "version"})
PLACE = frozenset({"region"})
AROUND = 10.0  # what lies in the same province or city as a place that has nothing itself
#: Concepts that say what a thing is about.
ABOUT = frozenset({"subject", "major", "discipline", "industry", "occupation"})
CONCEPT_FIELD = 0.5  # of the score of such a concept's field, which its words in the text add to
CONCEPT_TEXT = 0.8  # of the words of a concept that says what a thing is about (subject, major, industry), scored as words

# how much a way of matching counts against the same words found as words
TITLE_PHRASE = 2.5  # × BM25 of the places where the query's words meet, in the title
BOOK = 8.0  # a school book, where nothing but one is named
EXACT_TITLE = 16.0  # the whole title is the whole query
EXACT_PART = 0.6  # of it: the query without its helpers, or in Taiwan's words
GRAM = 0.35  # a word found only by its characters
SYNONYM = 0.9  # a synonym, or Taiwan's word
SHORT = 2.5  # an abbreviation or initials of the title
PINYIN = 2.5  # typed pinyin of the title
HOMOPHONE = 2.0  # the title sounds like the words
NEAR = 0.5  # most characters of the words stand in the title
COUPLE = 0.3  # × BM25 of each pair of neighbouring characters of the query that stands in the title: nearness and order
BONUS_WORD = 0.6  # a word that helps but need not match (课程, 视频)


# what changes with time
FADES = 1460  # days in which the popularity of what gives no sign of life halves: courses come back every year or two
OPEN: Mapping[str, float] = {"open": 1.0, "soon": 0.5, "over": 0.0, "": 0.0}

# how the first hits of a search without filters are mixed: see ranking.diversity
ALIKE = 0.03  # the share of its score that a hit loses for each one above it of the same kind
SAME_PROVIDER = 0.04  # and of the same school, employer or platform


@dataclass(frozen=True, slots=True)
class Signal:
    """One factor of the prior: value(resource, today) in [0, 1] × weight is added to 1."""

    name: str
    weight: float
    why: str
    value: Callable[[Resource, date], float]


def _level(resource: Resource, today: date) -> float:
    best = 0.0
    for code in resource.level:
        entry = vocabulary("level").get(code)
        if entry:
            best = max(best, float(entry.attrs.get("weight", 0.5)))
    return min(best, 1.0)


def _popularity(resource: Resource, today: date) -> float:
    if not resource.popularity:  # an advertisement has none, and most records are advertisements
        return 0.0
    # a million enrolments is as popular as it gets
    return min(1.0, math.log10(1 + resource.popularity) / 6) * 0.5 ** (_idle(resource, today) / FADES)


def _idle(resource: Resource, today: date) -> int:
    """Days since a resource last gave a sign of life: a run that closed, an update; 0 where it gives no dates."""
    signs = [day[:10] for day in (resource.updated, resource.published, *(end for run in runs(resource) for end in run)) if day]
    return max(0, (today - date.fromisoformat(max(signs))).days) if signs else 0


def _open(resource: Resource, today: date) -> float:
    if resource.kind is not Kind.COURSE:
        return 0.0
    return OPEN[terms.state(terms.current(runs(resource), today.isoformat()), today.isoformat())]


def _completeness(resource: Resource, today: date) -> float:
    have = (bool(resource.summary), bool(resource.url), bool(resource.teacher or resource.employer or resource.publisher), bool(resource.published))
    return sum(have) / len(have)


def _freshness(resource: Resource, today: date) -> float:
    if resource.kind not in (Kind.JOB, Kind.FAIR) or not resource.published:
        return 0.0
    age = max(0, (today - date.fromisoformat(resource.published[:10])).days)
    return math.exp(-age / 60)


SIGNALS = (
    Signal("level", 0.15, "a national first-class badge was given by experts", _level),
    Signal("popularity", 0.20, "what many enrolled in is what most people mean; the less so the longer ago", _popularity),
    Signal("completeness", 0.05, "a record with a link, people and a text serves better", _completeness),
    Signal("freshness", 0.15, "a job posted yesterday is likelier to be open", _freshness),
    Signal("open term", 0.05, "a course that runs now can be begun now", _open),
)


def signals(resource: Resource, on: date | None = None) -> dict[str, float]:
    """What each signal adds for a resource: name → weight × value."""
    day = on or today()
    return {s.name: s.weight * s.value(resource, day) for s in SIGNALS}


def prior(resource: Resource) -> float:
    """The factor ≥ 1 by which every score of a resource is multiplied."""
    return 1.0 + sum(signals(resource).values())
