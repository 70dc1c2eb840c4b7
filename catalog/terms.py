"""Which run of a course counts: the one that is open, else the next, else the last. Dates are ISO 8601, compared as days."""

from __future__ import annotations

from collections.abc import Iterable

Run = tuple[str, str]  # (opens, closes); "" where unknown


def current(runs: Iterable[Run], today: str) -> Run:
    """The run of a course that people mean on a day (YYYY-MM-DD); ("", "") when there is none."""
    dated = [run for run in runs if run[0] or run[1]]
    if not dated:
        return "", ""
    order = {"open": 0, "soon": 1, "over": 2}
    best = min(order[state(run, today)] for run in dated)
    alike = [run for run in dated if order[state(run, today)] == best]
    return min(alike) if best == 1 else max(alike)


def state(run: Run, today: str) -> str:
    """open, soon or over on a day; "" for a run without dates."""
    opens, closes = run[0][:10], run[1][:10]
    if closes and closes < today:
        return "over"
    if opens > today:
        return "soon"
    return "open" if opens or closes else ""
