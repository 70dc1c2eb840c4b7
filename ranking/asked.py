"""Between learning and work: the courses that teach what a job asks for, and the jobs that ask for what a course teaches.

What an ad asks stands in its title, its majors, its tags, its occupation, and in its text after 熟悉 or 掌握, before 专业 or 证书. A
course answers when its title begins with that, or is mostly that. There is no list of pairs: titles of courses name skills.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import orjson

from catalog.resource import Resource
from catalog.text import clean, key
from catalog.vocab import vocabulary
from indexer.analysis import query_tokens
from indexer.engine import Best, Clause, Engine, OneOf, Query, Scored, Some, Term
from ranking.alike import Reason, values
from ranking.narrow import FIRST, unexpired
from ranking.rarity import Rarity
from ranking.results import ResultHit
from ranking.similar import Recommendation, chosen
from ranking.topic import FEW, TELLING, Text, Topic

POOL = 50  # hits that are compared
WORDS = 32  # of an ad that are looked for in titles of courses, the most telling
BEGINS = 0.5  # of the weight of a course's title is asked for, and it begins so: Java of Java程序设计
MOSTLY = 0.75  # of it, wherever in the title: Python of 实用Python
COURSES = ("course", "library")
_SENTENCE = re.compile(r"[。；;！!？?\n]+|(?<![\d.])\d{1,2}[、.．)）](?!\d)|任职|岗位|职责|要求[:：]")
_AFTER = re.compile(r"(?:熟悉|熟练|精通|掌握|了解|会用|会使用|擅长|善用|能使用|使用过)(.{1,60})")
_CLAUSE = re.compile("[，,：:]")
_BEFORE = re.compile("(?:等|类|或|及)*(?:相关|相近)?的?(?:专业|学科|资格证|从业资格|执业|证书|职称|开发经验|设计经验)")
Record = Mapping[str, Any]


class Ad:
    """What an ad asks for: by its title and occupation, and by its majors, tags and sentences."""

    def __init__(self, record: Record) -> None:
        unmapped = record.get("unmapped") or {}
        majors = [vocabulary("major").label(code) for code in values(record, "major")]
        named = [*majors, *unmapped.get("major", ()), *values(record, "tags")]
        trades = [vocabulary("occupation").label(code) for code in values(record, "occupation")]
        self.title = Text(record["title"])
        self.trades = Text(" | ".join(trades))
        self.asks = Text(" | ".join((*named, *asking(record.get("summary") or ""))))


def asking(text: str) -> list[str]:
    """The parts of an ad's text that say what one must know: 熟悉… , …专业, …证书."""
    found: list[str] = []
    for sentence in _SENTENCE.split(clean(text)):
        found += _AFTER.findall(sentence)
        found += [clause[: mark.start()] for clause in _CLAUSE.split(sentence) if (mark := _BEFORE.search(clause)) and mark.start()]
    return found


def courses_for(engine: Engine, job: Resource, size: int = 6) -> tuple[Recommendation, ...]:
    """Courses that teach what a job asks for; () where none does."""
    rarity = Rarity(engine)
    ad = Ad(orjson.loads(job.to_json()))
    courses: dict[str, Record] = {}
    majors = [Scored(Term("major", code), 10.0) for code in job.major]
    rarity.learn(_words(ad.title, ad.trades, ad.asks), COURSES)
    for asked in (taught(rarity, ad.title, ad.trades), [*taught(rarity, ad.asks), *majors]):  # apart: the words of one would crowd out the other's
        if asked:
            page = engine.search(Query(clause=Some(tuple(asked)), scope=(unexpired(), OneOf("kind", COURSES)), size=POOL))
            courses |= {hit.id: orjson.loads(hit.body) for hit in page.hits if hit.id not in courses}
    topics = {id: Topic(course["title"], rarity, COURSES) for id, course in courses.items()}
    rarity.learn((word for topic in topics.values() for word in topic.words), COURSES)
    rarity.learn((title for topic in topics.values() for title in _doubtful(topic, ad)), field="exact")
    found: list[tuple[float, Recommendation]] = []
    for id, course in courses.items():
        match = _answers(topics[id], ad)
        shared = [code for code in job.major if code in values(course, "major")]
        known = math.log10(1 + course.get("popularity", 0)) / 5
        if match:
            score, reason = match
            found.append((score + 2.0 * bool(shared) + known, Recommendation(ResultHit(id, round(score, 4), course), reason)))
        elif shared:
            found.append((4.0 + known, Recommendation(ResultHit(id, 4.0, course), Reason("for-major", {"major": tuple(shared[:1])}))))
    return chosen(found, size, by_reason=True)


def taught(rarity: Rarity, *texts: Text) -> list[Clause]:
    """The words of texts that courses are called by, the most telling ones, as clauses."""
    weights = {}
    rarity.learn(words := _words(*texts), COURSES)
    for word in words:
        holding, of = rarity.held(word, COURSES)
        if 0 < holding <= max(FEW, TELLING * of):
            weights[word] = math.log((of + 1) / holding)
    return [Scored(Term("title", word), weights[word]) for word in sorted(weights, key=lambda w: (-weights[w], w))[:WORDS]]


def _words(*texts: Text) -> list[str]:
    return [word for word in frozenset().union(*(text.words for text in texts)) if len(word) > 1 and not word.isdigit()]


def jobs_for(engine: Engine, course: Resource, size: int = 6) -> tuple[Recommendation, ...]:
    """Jobs that ask for what a course teaches; () where none does."""
    rarity = Rarity(engine)
    topic = Topic(course.title, rarity, COURSES)
    words = sorted(w for w in topic.asked if topic.tells(w))
    majors = [Scored(Term("major", code), 10.0) for code in course.major]
    if not (words or majors):
        return ()
    asked = Some((*(anywhere(w) for w in words), *majors))
    page = engine.search(Query(clause=asked, scope=(unexpired(), OneOf("kind", ("job",))), size=POOL, first=FIRST))
    found: list[tuple[float, Recommendation]] = []
    counts: dict[str, int] = {}
    for hit in page.hits:
        job = orjson.loads(hit.body)
        match = _answers(topic, Ad(job))
        shared = [code for code in course.major if code in values(job, "major")]
        if match:
            score, reason = match
            score += len(str(reason.params["words"])) / len(job["title"]) if reason.code == "work" else 0
            name = str(reason.params["words"])
            if name not in counts:
                counts[name] = mentions(engine, name)
            told = Reason("hiring", {"words": name, "count": counts[name]}) if counts[name] > 1 else reason
            found.append((score, Recommendation(ResultHit(hit.id, round(score, 4), job), told)))
        elif shared:
            # an ad that asks for twenty majors asks for none of them in particular
            fits = 4.0 - math.log2(len(job["major"])) / 2
            found.append((fits, Recommendation(ResultHit(hit.id, round(fits, 4), job), Reason("of-major", {"major": tuple(shared[:1])}))))
    return chosen(found, size)


def anywhere(word: str) -> Clause:
    """A word in the title, the labels and tags, or the text; the best of them counts."""
    return Best(tuple(Term(name, word, weight) for name, weight in (("title", 3.0), ("context", 2.0), ("summary", 1.0))))


def mentions(engine: Engine, name: str) -> int:
    """How many open jobs speak of something in their title or text; 0 where the index can't tell, which holds words, not phrases."""
    words = query_tokens(clean(name))
    if len(words) != 1 or words[0].text != key(name):
        return 0
    spoken = Some(tuple(Term(field, words[0].text) for field in ("title", "summary")))
    return engine.count(Query(clause=spoken, scope=(unexpired(), OneOf("kind", ("job",)))))


def _doubtful(topic: Topic, ad: Ad) -> list[str]:
    """The titles that _answers() asks for, to tell what is called so."""
    return [title for text in (ad.title, ad.asks, ad.trades) for s in topic.standing(text) if len(s) == 1 and topic.names(s) for title in topic.titles(s)]


def _answers(topic: Topic, ad: Ad) -> tuple[float, Reason] | None:
    """How well a course answers an ad, and by what words."""
    best: tuple[float, Reason] | None = None
    for code, text, counts in (("work", ad.title, 1.5), ("asked", ad.asks, 1.0), ("work", ad.trades, 0.9)):
        stretches = [s for s in topic.standing(text) if topic.names(s) and (len(s) > 1 or topic.called(s))]
        held = [t for s in stretches for t in s]
        if held and (share := topic.share(held)) >= (BEGINS if held[0].start == topic.tokens[0].start else MOSTLY):
            score = 6.0 * share * counts
            if best is None or score > best[0]:
                best = score, Reason(code, {"words": "、".join(dict.fromkeys(topic.written(s) for s in stretches))})
    return best
