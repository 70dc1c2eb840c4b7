"""What there is of each book: version × grade for one subject of a stage, as a table of counts that lead there."""

from __future__ import annotations

from dataclasses import dataclass

from web import wording
from web.browse import k12_tree
from web.browse.common import Asker, Way
from web.browse.k12_tree import KINDS, Chosen, books_path, in_order
from web.links import pair

COVERAGE = "/k12/coverage"


@dataclass(frozen=True, slots=True)
class Row:
    """One version: a cell a column (count 0: nothing there), and all of it."""

    label: str
    cells: list[Way]
    total: Way


@dataclass(frozen=True, slots=True)
class Coverage:
    """The table of a subject at a stage, and the ways to the others."""

    stages: list[Way]
    subjects: list[Way]
    stage: str
    subject: str
    stage_label: str
    subject_label: str
    by: str  # field of the columns: grade, or volume where most books have no grade
    columns: list[str]
    rows: list[Row]
    totals: list[int]
    total: int


def coverage_path(stage: str, subject: str = "") -> str:
    """The table of a subject at a stage."""
    return f"{COVERAGE}?{pair('stage', stage)}" + (f"&{pair('subject', subject)}" if subject else "")


def coverage(ask: Asker, choice: Chosen) -> Coverage | None:
    """The table for a stage and subject; those with most where they are not chosen. None for an empty catalogue."""
    school = {"kind": KINDS, "service": "k12"}
    stages = in_order("stage", ask.values("stage", **school))
    if not stages:
        return None
    stage = choice.get("stage") or max(stages, key=lambda v: v.count).value
    subjects = in_order("subject", ask.values("subject", stage=stage, **school))
    subject = choice.get("subject") or (subjects[0].value if subjects else "")
    place = {"stage": stage, "subject": subject} if subject else {"stage": stage}
    versions = in_order("version", ask.values("version", **school, **place))
    total = k12_tree.total(ask, **place)
    by, columns = "grade", in_order("grade", ask.values("grade", **school, **place))
    if sum(v.count for v in columns) * 2 < total:
        by, columns = "volume", in_order("volume", ask.values("volume", **school, **place))
    codes = [v.value for v in columns]
    counts = _counts(ask, place, [v.value for v in versions], by, codes)
    rows = []
    for version in versions:
        at = place | {"version": version.value}
        cells = [
            Way(wording.label(by, code), ask.root + books_path(at | {by: code}), counts.get((version.value, code), 0), code) for code in codes
        ]
        label = wording.label("version", version.value)
        rows.append(Row(label, cells, Way(label, ask.root + books_path(at), version.count)))
    return Coverage(
        stages=[Way(wording.label("stage", v.value), ask.root + coverage_path(v.value), v.count, v.value) for v in stages],
        subjects=[Way(wording.label("subject", v.value), ask.root + coverage_path(stage, v.value), v.count, v.value) for v in subjects],
        stage=stage,
        subject=subject,
        stage_label=wording.label("stage", stage),
        subject_label=wording.label("subject", subject) if subject else "",
        by=by,
        columns=[wording.label(by, code) for code in codes],
        rows=rows,
        totals=[v.count for v in columns],
        total=total,
    )


def _counts(ask: Asker, place: Chosen, versions: list[str], by: str, codes: list[str]) -> dict[tuple[str, str], int]:
    """(version, code) → count: one search for each row or each column, whichever are fewer."""
    school = {"kind": KINDS, "service": "k12", **place}
    if len(codes) <= len(versions):
        return {(v.value, code): v.count for code in codes for v in ask.values("version", **(school | {by: code}))}
    return {(version, v.value): v.count for version in versions for v in ask.values(by, **(school | {"version": version}))}
