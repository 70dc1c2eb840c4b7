"""Topics (专题): curated collections. One TOML file a topic, in data/topics and in the operators' HAOKE_HOME/topics (see ranking.curation).

A file of the operators takes the place of ours with the same name; one that holds only `hidden = true` hides it. Files are read again when
they change. A file that can't be used is left out and named by problems(): a mistake in one never takes a page away.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

import data
from catalog import place
from catalog.errors import BadRequest, EngineUnavailable
from indexer.engine import Engine
from ranking import curation
from ranking.curation import Section, Topic
from ranking.ladder import strictly
from ranking.narrow import lasts
from ranking.part import Watched
from ranking.results import MAX_SIZE, Request, ResultHit
from ranking.search import search
from ranking.signals import today

NAMESAKES = 4  # times as many are looked at as a shelf shows
Files = tuple[tuple[Path, int], ...]  # file, when it was changed
Stamps = tuple[tuple[str, int], ...]  # the same, as it is compared quickly


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a section holds now."""

    section: Section
    hits: tuple[ResultHit, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that can't be used, and why."""

    path: Path
    why: str


def topics() -> tuple[Topic, ...]:
    """All topics, in their order."""
    return _read(_files())[0]


def problems() -> tuple[Problem, ...]:
    """The files that can't be used."""
    return _read(_files())[1]


def findings() -> list[dict[str, str]]:
    """What doctor says of the files, in the shape of its findings."""
    return [{"level": "warning", "what": f"topic {bad.path} is left out: {bad.why}", "remedy": "mend the file; the site reads it at once"} for bad in problems()]


def topic(slug: str) -> Topic | None:
    """The topic of a name."""
    return next((one for one in topics() if one.slug == slug), None)


def shelves(engine: Engine, one: Topic, size: int) -> list[Shelf]:
    """The sections of a topic that hold something."""
    found = [_listed(Watched(engine), s, size) if s.ids else _searched(engine, s, size) for s in filled(engine, [one])[0][one.slug]]
    return [shelf for shelf in found if shelf.hits]


def filled(engine: Engine, ones: Sequence[Topic]) -> tuple[dict[str, list[Section]], bool]:
    """The sections of topics that hold something now, by slug; and whether a part of the index was missing.

    A reader is told what a search had to let go of, or took for another word; a shelf holds what its title says, nothing let go.
    """
    watched = Watched(engine)
    rules = [s.rule for one in ones for s in one.sections if s.rule]
    try:
        counts = strictly(watched, rules)
    except EngineUnavailable as error:
        watched.bear(error)
        counts = [1] * len(rules)  # where nothing can be counted all are taken to hold something
    held = {rule for rule, count in zip(map(id, rules), counts, strict=True) if count}
    known = _current(watched, [id for one in ones for s in one.sections for id in s.ids])
    return {one.slug: [s for s in one.sections if id(s.rule) in held or known.keys() & set(s.ids)] for one in ones}, watched.partial


def _searched(engine: Engine, section: Section, size: int) -> Shelf:
    assert section.rule is not None
    wide = min(MAX_SIZE, NAMESAKES * size)
    found = search(engine, Request(section.rule.text, section.rule.filters, section.rule.sort, size=wide, facets=()), ways=False)
    # nobody typed these words: nothing is marked
    hits = [ResultHit(hit.id, hit.score, hit.resource) for hit in found.hits]
    return Shelf(section, _varied(hits)[:size], found.total)


def _varied(hits: Sequence[ResultHit]) -> tuple[ResultHit, ...]:
    """One of each title before the second of any: a dozen schools teach a course of the same name."""
    met: Counter[str] = Counter()
    rank = []
    for hit in hits:
        title = str(hit.resource.get("title"))
        rank.append(met[title])
        met[title] += 1
    return tuple(hit for _, hit in sorted(zip(rank, hits, strict=True), key=lambda pair: pair[0]))


def _listed(engine: Watched, section: Section, size: int) -> Shelf:
    records = _current(engine, section.ids)
    hits = tuple(ResultHit(id, 0.0, record) for id, record in {str(record["id"]): record for record in records.values()}.items())
    return Shelf(section, hits[:size], len(hits))


def _current(engine: Watched, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Resources by the ids asked for, in their order; without what has expired."""
    bodies, day = engine.held(ids), today().isoformat()
    records = {id: orjson.loads(bodies[id]) for id in ids if id in bodies}
    return {id: record for id, record in records.items() if lasts(record, day)}


def _files() -> Files:
    """Ours as they were at most a second ago, and the operators' as they are: pages ask for them all the time."""
    return _together(_ours(int(time.monotonic())), _found(os.path.join(place.home(), "topics")))


@lru_cache(maxsize=4)
def _together(ours: Stamps, theirs: Stamps) -> Files:
    named = {os.path.basename(path): (Path(path), changed) for path, changed in (*ours, *theirs)}
    return tuple(sorted(named.values()))


@lru_cache(maxsize=1)
def _ours(second: int) -> Stamps:
    return _found(str(data.path("topics")))


def _found(folder: str) -> Stamps:
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(".toml"):
                    try:
                        found.append((entry.path, entry.stat().st_mtime_ns))
                    except OSError:  # removed a moment ago
                        continue
    except OSError:  # there is none
        return ()
    return tuple(sorted(found))


@lru_cache(maxsize=4)
def _read(files: Files) -> tuple[tuple[Topic, ...], tuple[Problem, ...]]:
    good, bad = [], []
    for path, _ in files:
        try:
            if (one := curation.read(path)) is not None:
                good.append(one)
        except BadRequest as error:
            bad.append(Problem(path, str(error)))
        except (OSError, ValueError, TypeError, KeyError) as error:
            bad.append(Problem(path, f"{error}"))
    return tuple(sorted(good, key=lambda t: (t.order, t.slug))), tuple(bad)
