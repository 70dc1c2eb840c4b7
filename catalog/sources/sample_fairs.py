"""Example job fairs: a table that says in how many days each is held, so that the sample never looks stale.

Columns: those of a resource, and `after` (days from today until it begins; 0 is today, -1 began yesterday) and `days` (how many it lasts).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from catalog.errors import BadValue
from catalog.normalize import assemble
from catalog.normalize.dates import SHANGHAI
from catalog.resource import Resource
from catalog.sources import Item, Options, Raw, _files

ABOUT = "made-up job fairs to try things with, marked 示例 (the location is a table: data/sample/example_fair.tsv)"
SOURCE = "sample"
PLATFORM = "示例平台"


def extract(location: str, options: Options) -> Iterator[Item]:
    """The rows of the table, each with the day that it is read on."""
    today = datetime.now(SHANGHAI).date().isoformat()
    with _files.one_file(location).open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines, delimiter="\t"), 2):
            yield Raw(str(number), {**row, "today": today})


def transform(raw: Mapping[str, Any], options: Options) -> Resource:
    """A fair; it was announced three weeks before it begins, and not in the future."""
    today = date.fromisoformat(raw["today"])
    begins = today + timedelta(days=_number(raw, "after"))
    fields = {name: value for name, value in raw.items() if name not in ("after", "days", "today")} | {
        "opens": begins.isoformat(),
        "closes": (begins + timedelta(days=_number(raw, "days") - 1)).isoformat(),
        "published": min(today, begins - timedelta(weeks=3)).isoformat(),
    }
    return assemble(fields, source=SOURCE, kind="fair", platform=PLATFORM)


def _number(raw: Mapping[str, Any], column: str) -> int:
    try:
        return int(raw[column])
    except (KeyError, TypeError, ValueError) as error:
        raise BadValue(column, raw.get(column), "a whole number of days is wanted", "see data/sample/example_fair.tsv") from error
