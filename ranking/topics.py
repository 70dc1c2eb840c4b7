"""Topics (专题): curated collections. One TOML file a topic, in data/topics and in the operators' HAOKE_HOME/topics.

    title = "劳动教育"          what it is called
    about = "…"                one or two sentences
    order = 50                 small numbers first
    [[section]]                a shelf: either a rule …
    title = "劳动课"
    q = "劳动"
    kind = "lesson"            any parameter of a search, a value or a list of them: codes, labels or aliases
    sort = "popular"
    [[section]]                … or a list
    title = "编者推荐"
    ids = ["icourse163:1", "…"]

A file of the operators takes the place of ours with the same name; one that holds only `hidden = true` hides it. Files are read again when
they change. A file that can't be used is left out and named by problems(): a mistake in one never takes a page away.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

import data
from catalog import place
from catalog.errors import BadRequest
from indexer.engine import Engine
from indexer.fields import FILTERS
from ranking.results import MAX_QUERY, MAX_SIZE, SORTS, Request, ResultHit
from ranking.search import search
from ranking.signals import today
from ranking.values import resolve

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
Files = tuple[tuple[Path, int], ...]  # file, when it was changed


@dataclass(frozen=True, slots=True)
class Section:
    """One shelf: what a search finds, or named resources."""

    title: str
    rule: Request | None = None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """A curated collection."""

    slug: str
    title: str
    about: str
    order: int
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a section holds now."""

    section: Section
    hits: tuple[ResultHit, ...]
    total: int
    partial: bool = False


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


def topic(slug: str) -> Topic | None:
    """The topic of a name."""
    return next((one for one in topics() if one.slug == slug), None)


def shelves(engine: Engine, one: Topic, size: int) -> list[Shelf]:
    """The sections of a topic that hold something."""
    found = [_listed(engine, s, size) if s.ids else _searched(engine, s, size) for s in one.sections]
    return [shelf for shelf in found if shelf.hits]


def _searched(engine: Engine, section: Section, size: int) -> Shelf:
    assert section.rule is not None
    found = search(engine, Request(section.rule.text, section.rule.filters, section.rule.sort, size=size, facets=()))
    # a reader is told what a search had to let go of, or took for another word; a shelf holds what its title says
    exact = not (found.interpretation.relaxed or found.suggestion)
    return Shelf(section, found.hits if exact else (), found.total if exact else 0, found.partial)


def _listed(engine: Engine, section: Section, size: int) -> Shelf:
    bodies, day = engine.get(section.ids), today().isoformat()
    records = {record["id"]: record for id in section.ids if id in bodies for record in [orjson.loads(bodies[id])]}
    hits = tuple(ResultHit(id, 0.0, record) for id, record in records.items() if (record.get("expires") or day)[:10] >= day)
    return Shelf(section, hits[:size], len(hits))


# ── files ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def _files() -> Files:
    named: dict[str, Path] = {}
    for folder in (data.path("topics"), Path(place.home()) / "topics"):
        named |= {path.name: path for path in folder.glob("*.toml")} if folder.is_dir() else {}
    found = []
    for path in named.values():
        try:
            found.append((path, path.stat().st_mtime_ns))
        except OSError:  # removed a moment ago
            continue
    return tuple(sorted(found))


@lru_cache(maxsize=4)
def _read(files: Files) -> tuple[tuple[Topic, ...], tuple[Problem, ...]]:
    good, bad = [], []
    for path, _ in files:
        try:
            if (one := _topic(path)) is not None:
                good.append(one)
        except BadRequest as error:
            bad.append(Problem(path, str(error)))
        except (OSError, ValueError, TypeError, KeyError) as error:
            bad.append(Problem(path, f"{error}"))
    return tuple(sorted(good, key=lambda t: (t.order, t.slug))), tuple(bad)


def _topic(path: Path) -> Topic | None:
    if not _SLUG.fullmatch(path.stem):
        raise ValueError("its name becomes an address: use a-z, 0-9 and -")
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    if given == {"hidden": True}:
        return None
    _only(given, ("title", "about", "order", "section"))
    sections = given.get("section", [])
    if not (isinstance(sections, list) and sections):
        raise ValueError("it has no [[section]]")
    return Topic(path.stem, _text(given, "title"), _text(given, "about"), _whole(given.get("order", 100)), tuple(_section(s) for s in sections))


def _section(given: Mapping[str, Any]) -> Section:
    title = _text(given, "title")
    if "ids" in given:
        _only(given, ("title", "ids"))
        ids = tuple(given["ids"])
        if not (0 < len(ids) <= MAX_SIZE and all(isinstance(id, str) for id in ids)):
            raise ValueError(f"section {title!r}: ids is a list of 1 to {MAX_SIZE} ids")
        return Section(title, ids=ids)
    _only(given, ("title", "q", "sort", *FILTERS))
    text, sort = str(given.get("q", "")), given.get("sort", "relevance")
    if sort not in SORTS or len(text) > MAX_QUERY:
        raise ValueError(f"section {title!r}: sort is one of {', '.join(SORTS)}; q has at most {MAX_QUERY} characters")
    filters = {name: tuple(resolve(name, str(v).lower() if isinstance(v, bool) else str(v)) for v in _list(given[name])) for name in FILTERS if name in given}
    if not (text or filters):
        raise ValueError(f"section {title!r} has neither q, nor a filter, nor ids")
    return Section(title, Request(text=text, filters=filters, sort=sort))


def _only(given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not known: use {', '.join(known)}")


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if not (isinstance(value, str) and value.strip()):
        raise ValueError(f"{name} is missing")
    return value.strip()


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError("order is a whole number")
    return value


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
