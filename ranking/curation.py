"""Files of topics: TOML → Topic. What is wrong with one is told in words that lead to the place.

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
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexer.fields import FILTERS
from ranking.results import MAX_QUERY, MAX_SIZE, SORTS, Request
from ranking.values import resolve

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


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


def read(path: Path) -> Topic | None:
    """The topic of a file; None where it only hides ours. ValueError, BadRequest or OSError when it can't be used."""
    if not _SLUG.fullmatch(path.stem):
        raise ValueError("its name becomes an address: use a-z, 0-9 and -")
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    if given == {"hidden": True}:
        return None
    _only(given, ("title", "about", "order", "section"))
    sections = given.get("section", [])
    if not (isinstance(sections, list) and sections and all(isinstance(s, dict) for s in sections)):
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
