"""What narrows every search: the chosen filters, and that nothing expired is shown."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from typing import Any

from catalog.errors import BadRequest
from indexer.engine import Ahead, AnyFilter, Between, Filter, OneOf, Overlap
from indexer.fields import AGELESS, EVERY, FRESH

PAGES = 1_000  # of the newest there must be so many: some pages, the best of which are looked for
POOL = 5_000  # and of every so many-th of the newest so many that the best of them are hardly worse than the best of all
NEWEST = tuple((OneOf("fresh", (token,)), least) for days in FRESH for token, least in (*((f"{days}/{n}", POOL) for n in EVERY), (days, PAGES)))
JOBS = Ahead(NEWEST)  # where there is hardly anything but advertisements: what is beside them need not be counted apart
#: Of very many, the newest advertisements, or some of the newest, and everything that does not age as they do.
FIRST = Ahead(NEWEST, OneOf("fresh", (AGELESS,)))
#: For who shows a handful of advertisements, not pages of them: fewer are enough, already among fewer.
HANDFUL = Ahead(tuple((item, PAGES) for item, _ in NEWEST), many=4 * PAGES)


def unexpired() -> Between:
    """What is still open, to the minute: within one, engines may reuse what they found."""
    return Between("expires_at", low=math.floor(time.time() / 60) * 60)


def lasts(record: Mapping[str, Any], day: str) -> bool:
    """Whether what a record tells of is open on a day (ISO): for what was found before, or by its id."""
    return bool((record.get("expires") or day)[:10] >= day)


def filters(chosen: Mapping[str, tuple[str, ...]]) -> tuple[Filter, ...]:
    """One filter a field: OR within, AND across. Salary is `min-max` and matches overlaps."""
    own = {"salary": _salary, "term": _term}
    return tuple(own[name](values) if name in own else OneOf(name, tuple(values)) for name, values in chosen.items() if values)


def _term(values: Iterable[str]) -> Filter:
    """Courses by the state of their run, today: the interval from opening to closing holds now, lies ahead, or behind."""
    now = unexpired().low
    assert now is not None
    known: Mapping[str, Between | Overlap] = {
        "open": Overlap("term", "term_opens", "term_closes", now, now),
        "soon": Between("term_opens", low=now + 1),
        "over": Between("term_closes", high=now - 1),
    }
    asked = [known[value] for value in values if value in known]
    if not asked:
        raise BadRequest("term is open, soon or over", parameter="term", allowed=list(known), hint=f"one of: {', '.join(known)}")
    return AnyFilter("term", tuple(asked))


def _salary(values: Iterable[str]) -> Filter:
    bands = []
    for value in values:
        low, dash, high = value.partition("-")
        try:
            bottom, top = (float(low) if low else None), (float(high) if high else None)
        except ValueError:
            bottom = top = None
        if not dash or (bottom is None and top is None) or (bottom is not None and top is not None and bottom > top):
            raise BadRequest(f"salary {value!r} is no range", parameter="salary", allowed=["min-max", "min-", "-max"], hint="write yuan a month, e.g. 5000-8000")
        bands.append(Overlap("salary", "salary_min", "salary_max", bottom, top))
    return AnyFilter("salary", tuple(bands)) if len(bands) > 1 else bands[0]


def ahead(chosen: Mapping[str, tuple[str, ...]]) -> Ahead:
    """What is looked at first of very many, by the filters chosen: FIRST, or JOBS."""
    return JOBS if chosen.get("kind") == ("job",) or chosen.get("service") == ("jobs",) else FIRST
