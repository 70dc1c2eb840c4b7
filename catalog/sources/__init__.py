"""Sources: one module a platform's format, found by file name (`smartedu_k12.py` is the source `smartedu-k12`).

A source module has
    ABOUT      one line: what it reads and from where
    extract(location, options)  → iterator of Raw | Broken | Incomplete   (I/O; streams; never loads a whole source)
    transform(raw, options)     → Resource | None        (pure; BadValue for a record that can't be used; None to pass over
                                                          what is no resource, e.g. an advertisement)
Both are tried by tests/golden/<source>/: pairs of `*.raw.json` and `*.expected.json`, found by file name.
Copy _template.py to begin a new one.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Protocol, cast

from catalog.errors import BadRequest
from catalog.resource import Resource


@dataclass(frozen=True, slots=True)
class Raw:
    """One record as the platform wrote it. `row` says where it stood: a line number, or file#index."""

    row: str
    value: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """A place in the source that can't be read as a record: it becomes a Rejection, the rest goes on."""

    row: str
    reason: str
    value: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A part that the source names but that is missing or cut off: the run is marked incomplete, nothing is deleted."""

    part: str
    reason: str


Item = Raw | Broken | Incomplete


@dataclass(frozen=True, slots=True)
class Options:
    """What the CLI passes on: `mapping` is the file of --mapping; `settings` is what the source made of it, `rows` how many records it
    will meet, about, where it can tell (see prepare)."""

    mapping: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    rows: int | None = None


class Source(Protocol):
    """What a source module offers. `prepare` is optional: reads options once, before the first row, and returns them."""

    ABOUT: str

    def extract(self, location: str, options: Options) -> Iterator[Item]: ...

    def transform(self, raw: Mapping[str, Any], options: Options) -> Resource | None: ...


def names() -> list[str]:
    """All sources, by name."""
    return sorted(m.name.replace("_", "-") for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))


def load(name: str) -> Source:
    """The source module of a name. BadRequest names the known ones."""
    if name not in names():
        raise BadRequest(f"no source {name!r}", parameter="source", allowed=names(), hint=f"one of: {', '.join(names())}")
    module: ModuleType = importlib.import_module(f"catalog.sources.{name.replace('-', '_')}")
    return cast(Source, module)


def prepare(source: Source, location: str, options: Options) -> Options:
    """Lets the source read its options once (a mapping file, a tag tree); sources without prepare() take them as they are."""
    step = getattr(source, "prepare", None)
    return cast(Options, step(location, options)) if step else options
