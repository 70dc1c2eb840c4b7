"""What readers report of a resource – a dead link, a fake ad – and which reports the operators have dealt with.

HAOKE_HOME/reports/: one line a report in the files of the web processes (see catalog.journal), and done.json: id → until when its
reports are done. Nobody is asked who they are.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import orjson

from catalog import journal, place
from catalog.errors import BadRequest, StoreError
from catalog.normalize.dates import SHANGHAI
from catalog.text import tidy

FOLDER = "reports"
DONE = "done.json"
PROBLEMS = ("dead", "fake", "wrong", "other")  # a dead link, a fake ad, wrong information, something else
LONGEST = 500  # characters of a note
MOST = 8 * 1024 * 1024  # bytes a day and process
NOTES = 20  # of one resource that are listed, the latest


@dataclass(frozen=True, slots=True)
class Reported:
    """All reports of one resource."""

    id: str
    title: str
    problems: dict[str, int]  # problem → times, most often first
    count: int
    last: str  # ISO 8601, China
    notes: list[str]
    done: bool


def add(id: str, title: str, problem: str, note: str, clock: Callable[[], float] = time.time) -> None:
    """Keeps one report. StoreError when it can't be kept, or the day's file is full."""
    at = clock()
    when = datetime.fromtimestamp(at, SHANGHAI).isoformat(timespec="microseconds")
    record = {"at": when, "id": id, "title": title[:200], "problem": problem, "note": tidy(note)[:LONGEST]}
    path = journal.file_of(FOLDER, at)
    try:
        kept = journal.append(path, orjson.dumps(record) + b"\n", MOST)
    except OSError as error:
        raise StoreError(f"{path} can't be written: {error.strerror}", hint="free disk space, or mend the rights of the folder") from error
    if not kept:
        raise StoreError(f"{path} is full", hint="see `haoke reports`, and what sends so many")


def listed(everything: bool = False) -> list[Reported]:
    """Resources with open reports – or with any – the most often reported first."""
    done = _done()
    found: dict[str, list[dict[str, str]]] = {}
    for piece in journal.pieces(journal.folder(FOLDER), {}):
        for record in piece.records:
            if all(isinstance(record.get(name), str) for name in ("at", "id", "title", "problem", "note")):
                found.setdefault(record["id"], []).append(record)
    rows = [_reported(id, sorted(records, key=lambda r: r["at"]), done.get(id, ""), everything) for id, records in found.items()]
    return sorted((row for row in rows if row), key=lambda row: (row.done, -row.count, row.id))


def finish(id: str, clock: Callable[[], float] = time.time) -> int:
    """Marks the reports of a resource as done; how many those were. BadRequest when there are none. A later report opens it again."""
    open_ones = [row.count for row in listed() if row.id == id]
    if not open_ones:
        raise BadRequest(f"no open reports of {id!r}", hint="`haoke reports` lists them")
    done = _done() | {id: datetime.fromtimestamp(clock(), SHANGHAI).isoformat(timespec="microseconds")}
    place.replace(journal.folder(FOLDER) / DONE, orjson.dumps(done, option=orjson.OPT_INDENT_2))
    return open_ones[0]


def _reported(id: str, records: list[dict[str, str]], until: str, everything: bool) -> Reported | None:
    fresh = [r for r in records if r["at"] > until]
    shown = fresh or (records if everything else [])
    if not shown:
        return None
    problems = dict(Counter(r["problem"] for r in shown).most_common())
    notes = [tidy(r["note"]) for r in shown if r["note"]][-NOTES:]
    return Reported(id, tidy(shown[-1]["title"]), problems, len(shown), shown[-1]["at"], notes, done=not fresh)


def _done() -> dict[str, str]:
    path = journal.folder(FOLDER) / DONE
    try:
        return dict(orjson.loads(path.read_bytes()))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} can't be read: {error}", hint="mend or remove it: its reports are then open again") from error
