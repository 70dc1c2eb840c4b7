"""What readers opened and asked, as counts that fade: the state of ranking.rollup, kept in HAOKE_HOME/events/rollup.json.

No count knows of a person. Each remembers in which hours it grew, so that what is told can be told by many only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from catalog.errors import StoreError
from catalog.text import clean, tidy

FLOOR = 5  # different hours in which something was asked or opened before it is told
SEEN = 3  # the same for one resource on a hot list, which tells nothing about a person
OUT = 3.0  # views that a click that leads out is worth
HOT, LASTING = 7 * 24, 30 * 24  # hours in which a count halves: of hot lists, of queries and pairs
KEEP = 30  # days after which events, and what was not seen again, are forgotten


@dataclass(slots=True)
class Tally:
    """A count that halves with time: its value at hour `last`, and the latest different hours in which it grew."""

    value: float = 0.0
    last: int = 0
    hours: list[int] = field(default_factory=list)

    def add(self, hour: int, worth: float, half: int) -> None:
        """Counts something that happened in an hour, also one before the last."""
        if hour > self.last:
            self.value, self.last = self.at(hour, half) + worth, hour
        else:
            self.value += worth * 0.5 ** ((self.last - hour) / half)
        if hour not in self.hours:
            self.hours = sorted([*self.hours, hour])[-FLOOR:]

    def at(self, hour: int, half: int) -> float:
        """What is left of it at an hour."""
        return self.value * 0.5 ** (max(0, hour - self.last) / half)

    def known(self, hour: int) -> int:
        """How many different hours have seen it lately, FLOOR at most."""
        return sum(hour - seen < KEEP * 24 for seen in self.hours)


Table = dict[str, Tally]
#: table → hours in which its counts halve. Their keys, parts joined by tabs: kind service id · query · query tab what · id id · query id
TABLES: Mapping[str, int] = {"hot": HOT, "queries": LASTING, "missing": LASTING, "opened": LASTING, "answers": LASTING}


@dataclass(slots=True)
class Usage:
    """What was counted so far: file → bytes of it, and the tables."""

    files: dict[str, int] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=lambda: {name: {} for name in TABLES})

    def count(self, record: Mapping[str, Any], midnight: int) -> int:
        """Adds one event of the day that began in hour `midnight`; 0 when it is none."""
        clock, what, came = record.get("h"), record.get("e"), record.get("from") or {}
        if not (isinstance(clock, int) and 0 <= clock < 24 and isinstance(came, dict)):
            return 0
        if what == "search":
            return self._search(record, midnight + clock)
        return self._opening(record, came, midnight + clock) if what in ("view", "out") else 0

    def _search(self, record: Mapping[str, Any], hour: int) -> int:
        query, found = tidy(str(record.get("q") or "")), record.get("found")
        if not query:
            return 0
        if found in ("all", "part"):
            self._add("queries", hour, query)
        if found in ("none", "part"):
            self._add("missing", hour, clean(query), _word(record.get("tab")), found)
        return 1

    def _opening(self, record: Mapping[str, Any], came: Mapping[str, Any], hour: int) -> int:
        id, other, query = _word(record.get("id")), _word(came.get("id")), clean(str(came.get("q") or ""))
        if not id:
            return 0
        view = record["e"] == "view"
        self._add("hot", hour, _word(record.get("kind")), _word(record.get("service")), id, worth=1.0 if view else OUT)
        if view and other and other != id:
            self._add("opened", hour, *sorted((id, other)))
        elif view and query:
            self._add("answers", hour, query, id)
        return 1

    def _add(self, table: str, hour: int, *parts: str, worth: float = 1.0) -> None:
        self.tables[table].setdefault("\t".join(parts), Tally()).add(hour, worth, TABLES[table])

    def forget(self, hour: int, oldest: str) -> None:
        """Drops counts that nothing added to for KEEP days, and files from before a day: those are not counted any more."""
        for name, table in self.tables.items():
            self.tables[name] = {key: tally for key, tally in table.items() if hour - tally.last < KEEP * 24}
        self.files = {name: end for name, end in self.files.items() if name[:10] >= oldest}

    def dump(self) -> bytes:
        """As load() reads it."""
        tables = {name: {key: [round(t.value, 4), t.last, t.hours] for key, t in table.items()} for name, table in self.tables.items()}
        return orjson.dumps({"files": self.files, "tables": tables})


def load(path: Path) -> Usage:
    """What a file holds; nothing where there is none. StoreError when it is damaged."""
    try:
        kept = orjson.loads(path.read_bytes())
        tables = {name: {key: Tally(*tally) for key, tally in kept["tables"].get(name, {}).items()} for name in TABLES}
        return Usage(dict(kept["files"]), tables)
    except FileNotFoundError:
        return Usage()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(f"{path} can't be read: {error}", hint="remove it: what the files beside it hold is then counted anew") from error


def _word(value: object) -> str:
    """A part of a key: one line without tabs, or nothing."""
    text = value if isinstance(value, str) else ""
    return "" if "\t" in text or "\n" in text else text
