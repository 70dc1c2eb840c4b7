"""A source to copy: JSON lines with id, title and url.

Copy this file to <platform>_<what>.py, say in ABOUT what it reads and from where, and put pairs of real-shaped records
into tests/golden/<platform>-<what>/. This one is run by the same test, so it cannot rot.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.normalize import assemble
from catalog.resource import Resource
from catalog.sources import Item, Options, Raw
from catalog.sources._files import Answer, answers

ABOUT = "an example: JSON lines with id, title and url"


def extract(location: str, options: Options) -> Iterator[Item]:
    """The records of a file or folder. Only this function reads anything; SourceError if there is nothing to read."""
    for item in answers(location):
        yield Raw(item.row, item.value) if isinstance(item, Answer) else item


def transform(raw: Mapping[str, Any], options: Options) -> Resource | None:
    """One record → Resource; None for what is no resource; BadValue (from assemble) for one that can't be used."""
    if raw.get("advertisement"):
        return None
    fields = {"id": raw.get("id"), "title": raw.get("title"), "url": raw.get("url")}
    return assemble(fields, source="example", kind="article", platform="示例平台")
