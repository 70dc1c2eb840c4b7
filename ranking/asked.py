"""Between learning and work: the courses that teach what a job asks for, and the jobs that ask for what a course teaches.

What an ad asks stands in its title, its majors, its tags, its occupation, and in its text after 熟悉 or 掌握, before 专业 or 证书. A
course answers when its title begins with that, or is mostly that. There is no list of pairs: titles of courses name skills.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any

import orjson

from catalog.resource import Resource
from catalog.text import clean, key
from catalog.vocab import vocabulary
from indexer.analysis import Token, query_tokens
from indexer.engine import Best, Clause, Engine, OneOf, Query, Scored, Some, Term
from ranking import pools
from ranking.alike import Reason, values
from ranking.narrow import JOBS, unexpired
from ranking.pools import COURSES
from ranking.rarity import Rarity
from ranking.similar import MANY, Candidate, Recommendation, chosen
from ranking.topic import FEW, TELLING, Text, Topic

POOL = 50  # ads that are compared with a course
WORDS = 32  # of an ad that are looked for in titles of courses, the most telling
BEGINS = 0.5  # of the weight of a course's title is asked for, and it begins so: Java of Java程序设计
MOSTLY = 0.75  # of it, wherever in the title: Python of 实用Python
TITLES = 4_096  # titles of courses that are remembered with the weights of their words: ad after ad is compared with the same
#: Where an ad speaks of something, with what it weighs there.
SPOKEN: Mapping[str, float] = {"title": 3.0, "context": 2.0, "summary": 1.0}
_SENTENCE = re.compile(r"[。；;！!？?\n]+|(?<![\d.])\d{1,2}[、.．)）](?!\d)|任职|岗位|职责|要求[:：]")
_AFTER = re.compile(r"(?:熟悉|熟练|精通|掌握|了解|会用|会使用|擅长|善用|能使用|使用过)(.{1,60})")
_CLAUSE = re.compile("[，,：:]")
_BEFORE = re.compile("(?:等|类|或|及)*(?:相关|相近)?的?(?:专业|学科|资格证|从业资格|执业|证书|职称|开发经验|设计经验)")
Record = Mapping[str, Any]
Named = tuple[str, float, Sequence[Sequence[Token]]]  # code of the reason, what it counts, the stretches that name a topic


class Ad:
    """What an ad asks for: by its title and occupation, and by its majors, tags and sentences. Each is read when it is asked for.

    about   words that are looked for in it: then sentences without any of them need not be read
    """

    def __init__(self, record: Record, about: Sequence[str] = ()) -> None:
        self.record, self.about = record, about

    @cached_property
    def title(self) -> Text:
        """What it is called."""
        return Text(self.record["title"])

    @cached_property
    def trades(self) -> Text:
        """What its occupations are called."""
        return Text(" | ".join(vocabulary("occupation").label(code) for code in values(self.record, "occupation")))

    @cached_property
    def asks(self) -> Text:
        """Its majors, its tags, and what its sentences ask for."""
        unmapped = self.record.get("unmapped") or {}
        majors = [vocabulary("major").label(code) for code in values(self.record, "major")]
        named = [*majors, *unmapped.get("major", ()), *values(self.record, "tags")]
        return Text(" | ".join((*named, *asking(self.record.get("summary") or "", self.about))))

    @property
    def texts(self) -> Iterator[tuple[str, Text, float]]:
        """What a course may answer, with the reason that this would be and what it counts: falling, so that a good answer ends the search."""
        yield "work", self.title, 1.5
        yield "asked", self.asks, 1.0
        yield "work", self.trades, 0.9


def asking(text: str, about: Sequence[str] = ()) -> list[str]:
    """The parts of an ad's text that say what one must know: 熟悉… , …专业, …证书; of sentences with one of some words, where these are given."""
    found: list[str] = []
    for sentence in _SENTENCE.split(clean(text)):
        if about and not any(word in sentence.replace(" ", "") for word in about):
            continue
        found += _AFTER.findall(sentence)
        found += [clause[: mark.start()] for clause in _CLAUSE.split(sentence) if (mark := _BEFORE.search(clause)) and mark.start()]
    return found


def courses_for(engine: Engine, job: Resource, size: int = 6) -> tuple[Recommendation, ...]:
    """Courses that teach what a job asks for; () where none does."""
    rarity = Rarity(engine)
    ad = Ad(orjson.loads(job.to_json()))
    majors = [Scored(Term("major", code), 10.0) for code in job.major]
    rarity.learn(_words(ad.title, ad.trades, ad.asks), COURSES)
    # apart: the words of one would crowd out the other's
    asked = (taught(rarity, ad.title, ad.trades), [*taught(rarity, ad.asks), *majors])
    courses = {id: hit.record for id, hit in pools.courses(engine, *(Some(tuple(clauses)) for clauses in asked if clauses)).items()}
    topics = {id: _topic(course["title"], rarity) for id, course in courses.items()}
    rarity.learn((word for topic in topics.values() if not topic.weighed for word in topic.words), COURSES)
    named = {id: list(_named(topic, ad)) for id, topic in topics.items()}
    rarity.learn((title for id, ones in named.items() for title in _doubtful(topics[id], ones)), field="exact")
    found: list[Candidate] = []
    for id, course in courses.items():
        match = _answers(topics[id], named[id])
        shared = [code for code in job.major if code in values(course, "major")]
        known = math.log10(1 + course.get("popularity", 0)) / 5
        if match:
            score, reason = match
            found.append(Candidate(score + 2.0 * bool(shared) + known, id, score, course, reason))
        elif shared:
            found.append(Candidate(4.0 + known, id, 4.0, course, Reason("for-major", {"major": tuple(shared[:1])})))
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
    """Jobs that ask for what a course teaches; () where none does. Among very many ads those that are called by it are looked at first."""
    rarity = Rarity(engine)
    topic = Topic(course.title, rarity, COURSES)
    best: tuple[Recommendation, ...] = ()
    for fields in (("title",), SPOKEN) if rarity.total >= MANY else (SPOKEN,):
        best = chosen(_asking_for(engine, course, topic, fields), size)
        if len(best) == size:
            break
    counts = dict[str, int]()
    return tuple(replace(one, reason=_hiring(engine, one.reason, counts)) if "words" in one.reason.params else one for one in best)


def _asking_for(engine: Engine, course: Resource, topic: Topic, fields: Iterable[str]) -> list[Candidate]:
    """Of the jobs that speak of a course's words in some fields, or name its majors, those that ask for what it teaches."""
    words = sorted(w for w in topic.asked if topic.tells(w))
    majors = [Scored(Term("major", code), 10.0) for code in course.major]
    if not (words or majors):
        return []
    asked = Some((*(spoken(word, fields) for word in words), *majors))
    page = engine.search(Query(clause=asked, scope=(unexpired(), OneOf("kind", ("job",))), size=POOL, first=JOBS))
    found: list[Candidate] = []
    for hit in page.hits:
        job = hit.record
        match = _answers(topic, _named(topic, Ad(job, topic.words)))
        shared = [code for code in course.major if code in values(job, "major")]
        if match:
            score, reason = match
            score += len(str(reason.params["words"])) / len(job["title"]) if reason.code == "work" else 0
            found.append(Candidate(score, hit.id, score, job, reason))
        elif shared:
            # an ad that asks for twenty majors asks for none of them in particular
            fits = 4.0 - math.log2(len(job["major"])) / 2
            found.append(Candidate(fits, hit.id, fits, job, Reason("of-major", {"major": tuple(shared[:1])})))
    return found


def _hiring(engine: Engine, reason: Reason, counts: dict[str, int]) -> Reason:
    """How many jobs speak of the words of a reason, where there are several: says more than that this one does. Counts each once."""
    name = str(reason.params["words"])
    if name not in counts:
        counts[name] = mentions(engine, name)
    return Reason("hiring", {"words": name, "count": counts[name]}) if counts[name] > 1 else reason


def spoken(word: str, fields: Iterable[str] = SPOKEN) -> Clause:
    """A word in some fields of an ad, the title, the labels and tags, or the text; the best of them counts."""
    return Best(tuple(Term(name, word, SPOKEN[name]) for name in fields))


def mentions(engine: Engine, name: str) -> int:
    """How many open jobs speak of something in their title or text; 0 where the index can't tell, which holds words, not phrases."""
    words = query_tokens(clean(name))
    if len(words) != 1 or words[0].text != key(name):
        return 0
    spoken = Some(tuple(Term(field, words[0].text) for field in ("title", "summary")))
    return engine.count(Query(clause=spoken, scope=(unexpired(), OneOf("kind", ("job",)))))


@lru_cache(maxsize=TITLES)
def _topic(title: str, rarity: Rarity) -> Topic:
    """The topic of a course."""
    return Topic(title, rarity, COURSES)


def _named(topic: Topic, ad: Ad) -> Iterator[Named]:
    """What of a course's title stands in an ad and names a topic, where it is enough of the title to answer the ad."""
    for code, text, counts in ad.texts:
        stretches = [s for s in topic.standing(text, BEGINS) if topic.names(s)]
        if stretches and topic.share([t for s in stretches for t in s]) >= BEGINS:
            yield code, counts, stretches


def _doubtful(topic: Topic, named: Iterable[Named]) -> list[str]:
    """The titles that _answers() asks for, to tell what is called so."""
    return [title for _, _, stretches in named for s in stretches if len(s) == 1 for title in topic.titles(s)]


def _answers(topic: Topic, named: Iterable[Named]) -> tuple[float, Reason] | None:
    """How well a course answers an ad, and by what words."""
    best: tuple[float, Reason] | None = None
    for code, counts, named_stretches in named:
        if best and best[0] >= 6.0 * counts:
            break  # nothing that is left can be better
        stretches = [s for s in named_stretches if len(s) > 1 or topic.called(s)]
        held = [t for s in stretches for t in s]
        if held and (share := topic.share(held)) >= (BEGINS if held[0].start == topic.tokens[0].start else MOSTLY):
            score = 6.0 * share * counts
            if best is None or score > best[0]:
                best = score, Reason(code, {"words": "、".join(dict.fromkeys(topic.written(s) for s in stretches))})
    return best
