"""rollup(): the events of the web processes → what is hot, what was asked, what is opened together. The operators' side runs it.

Reads HAOKE_HOME/events/ (written by web.counting) from where it stopped, adds it to what is known (ranking.usage), and writes:

hot.json     by kind and by service: ids with views + 3 × clicks that lead out, halved every 7 days
queries.tsv  query, times: for suggestions and the home page
missing.tsv  query, times, where, what: asked for and not found at all (none) or not in full (part); for operators
opened.tsv   id, id, times: one opened from the other's page, or both from the results of one query

Nobody shall be recognised: what fewer than FLOOR different hours have seen stands in no file. The state, which knows how far each
file is counted, is replaced by one rename, before the files that follow from it: nothing counts twice, whenever a run is killed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import orjson

from catalog import journal, place
from catalog.normalize.dates import SHANGHAI
from catalog.text import clean
from ranking.usage import FLOOR, HOT, KEEP, LASTING, SEEN, Table, Usage, load

FOLDER = "events"
STATE = "rollup.json"
LIST = 100  # ids of a hot list
LINES = 20_000  # of queries.tsv and missing.tsv
TOGETHER = 8  # results of one query that are paired
PAIRS = 500_000
MARK = "# written by haoke rollup"  # a queries.tsv without it is somebody's own, and stays
BLOCKED = "blocked.txt"  # words, one a line: queries that hold one are not told
Rows = list[tuple[str, int]]  # key, times


def rollup(clock: Callable[[], float] = time.time) -> dict[str, Any]:
    """Counts what is new and writes the files: {"events", "files", "hot", "queries", "missing", "opened", "removed", "kept"}."""
    home, now = Path(place.home()), datetime.fromtimestamp(clock(), SHANGHAI)
    where, oldest = home / FOLDER, (now.date() - timedelta(days=KEEP)).isoformat()
    usage = load(where / STATE)
    events = files = 0
    for piece in journal.pieces(where, usage.files):
        if piece.day >= oldest:
            midnight = _hour(datetime.combine(date.fromisoformat(piece.day), datetime.min.time(), SHANGHAI))
            events += sum(usage.count(record, midnight) for record in piece.records)
            files += 1
            usage.files[piece.name] = piece.end
    hour = _hour(now)
    usage.forget(hour, oldest)
    place.replace(where / STATE, usage.dump())
    return {"events": events, "files": files, **_write(usage, home, hour, now), "removed": _remove(where, oldest)}


def _hour(moment: datetime) -> int:
    return int(moment.timestamp() // 3600)


def _write(usage: Usage, home: Path, hour: int, now: datetime) -> dict[str, Any]:
    """The files that others read, from the state alone."""
    hot, blocked = hottest(usage.tables["hot"], hour), _blocked(home)
    queries = [row for row in told(usage.tables["queries"], hour) if not any(word in clean(row[0]) for word in blocked)][:LINES]
    missing = told(usage.tables["missing"], hour)[:LINES]
    opened = together(usage, hour)
    kept = ["queries.tsv"] if _foreign(home / "queries.tsv") else []
    place.replace(home / "hot.json", orjson.dumps({"made": now.isoformat(timespec="seconds"), **hot}))
    lines = {
        "queries.tsv": [f"{query}\t{times}" for query, times in queries],
        "missing.tsv": [f"{query}\t{times}\t{rest}" for key, times in missing for query, _, rest in [key.partition("\t")]],
        "opened.tsv": [f"{pair}\t{times}" for pair, times in opened],
    }
    for name in lines.keys() - kept:
        place.replace(home / name, "\n".join([MARK, *lines[name], ""]).encode())
    listed = sum(len(ids) for ids in hot["kind"].values())
    return {"hot": listed, "queries": len(queries), "missing": len(missing), "opened": len(opened), "kept": kept}


def told(table: Table, hour: int) -> Rows:
    """What enough hours have seen, the most first."""
    counted = [(key, max(1, round(tally.at(hour, LASTING)))) for key, tally in table.items() if tally.known(hour) >= FLOOR]
    return sorted(counted, key=lambda row: (-row[1], row[0]))


def hottest(table: Table, hour: int) -> dict[str, dict[str, list[tuple[str, float]]]]:
    """{"kind": {kind: [(id, score), …]}, "service": {…}}, the hottest first."""
    lists: dict[str, dict[str, list[tuple[str, float]]]] = {"kind": {}, "service": {}}
    for key, tally in table.items():
        kind, service, id = key.split("\t")
        if tally.known(hour) >= SEEN:
            row = (id, round(tally.at(hour, HOT), 3))
            for by, value in (("kind", kind), ("service", service)):
                if value:
                    lists[by].setdefault(value, []).append(row)
    return {by: {value: sorted(rows, key=lambda row: (-row[1], row[0]))[:LIST] for value, rows in values.items()} for by, values in lists.items()}


def together(usage: Usage, hour: int) -> Rows:
    """Pairs: counted as such, and results of one query as often as the rarer of the two was opened."""
    counted = dict(told(usage.tables["opened"], hour))
    answers: dict[str, Rows] = {}
    for key, times in told(usage.tables["answers"], hour):
        query, id = key.split("\t")
        answers.setdefault(query, []).append((id, times))
    for found in answers.values():
        for (one, _), (other, times) in combinations(found[:TOGETHER], 2):
            pair = "\t".join(sorted((one, other)))
            counted[pair] = counted.get(pair, 0) + times
    return sorted(counted.items(), key=lambda row: (-row[1], row[0]))[:PAIRS]


def _blocked(home: Path) -> list[str]:
    path = home / BLOCKED
    lines: Iterable[str] = path.read_text(encoding="utf-8").splitlines() if path.is_file() else ()
    return [word for line in lines if not line.startswith("#") and (word := clean(line))]


def _foreign(path: Path) -> bool:
    """Whether a file is there that was not written here."""
    if not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as lines:
        return lines.readline().strip() != MARK


def _remove(where: Path, oldest: str) -> int:
    """Deletes the files of events from before a day: they were counted, or are too old for it."""
    old = [path for path in where.glob("*.jsonl") if path.name[:10] < oldest]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
