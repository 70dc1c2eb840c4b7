"""The run of a course that counts, and finding courses by its state."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import BadRequest
from catalog.resource import Offer, Resource, Term
from catalog.terms import current, state
from indexer.engine import Engine
from ranking.results import Request
from ranking.search import search
from ranking.signals import prior, signals
from tests.web_sample import _day, build

TODAY = "2026-11-21"
DAYS = st.one_of(st.just(""), st.dates(date(2025, 1, 1), date(2028, 1, 1)).map(date.isoformat))
RUNS = st.lists(st.tuples(DAYS, DAYS), max_size=6)


@pytest.mark.parametrize(
    ("runs", "meant"),
    [
        ([], ("", "")),
        ([("", "")], ("", "")),
        ([("2026-09-01", "2026-12-31"), ("2027-03-01", "2027-06-01")], ("2026-09-01", "2026-12-31")),
        ([("2027-09-01", ""), ("2027-03-01", "2027-06-01"), ("2024-01-01", "2024-06-01")], ("2027-03-01", "2027-06-01")),
        ([("2024-01-01", "2024-06-01"), ("2025-01-01", "2025-06-01")], ("2025-01-01", "2025-06-01")),
        ([("2026-01-01T08:00:00+08:00", "2026-11-21T23:00:00+08:00")], ("2026-01-01T08:00:00+08:00", "2026-11-21T23:00:00+08:00")),
    ],
)
def test_the_open_run_counts_else_the_next_else_the_last(runs: list[tuple[str, str]], meant: tuple[str, str]) -> None:
    assert current(runs, TODAY) == meant


@given(RUNS)
def test_no_run_is_better_than_the_one_that_counts(runs: list[tuple[str, str]]) -> None:
    order = ["open", "soon", "over", ""]
    best = order.index(state(current(runs, TODAY), TODAY))
    assert all(order.index(state(run, TODAY)) >= best for run in runs)


def course(number: int, *runs: tuple[int, int | None], **more: object) -> Resource:
    terms = tuple(Term(opens=_day(start), closes=_day(end) if end is not None else "") for start, end in runs)
    return Resource(id=f"mooc:{number}", kind="course", service="higher", source=("mooc",), title="线性代数", terms=terms, **more)  # type: ignore[arg-type]


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    offer = Offer(id="mooc:5", source="mooc", opens=_day(-9), closes=_day(9))
    return build(tmp_path, [course(1, (-100, -50), (-5, 5)), course(2, (-100, -50), (20, 90)), course(3, (-100, -50)), course(4), course(5, offers=(offer,)), course(6, (-3, None))], prior)


@pytest.mark.parametrize(("asked", "found"), [(("open",), {1, 5, 6}), (("soon",), {2}), (("over",), {3}), (("soon", "over"), {2, 3}), (("open", "soon", "over"), {1, 2, 3, 5, 6})])
def test_courses_are_found_by_the_state_of_their_run(engine: Engine, asked: tuple[str, ...], found: set[int]) -> None:
    hits = search(engine, Request(text="线性代数", filters={"term": asked})).hits
    assert {int(hit.id.partition(":")[2]) for hit in hits} == found


def test_what_is_no_state_is_refused(engine: Engine) -> None:
    with pytest.raises(BadRequest, match="open"):
        search(engine, Request(filters={"term": ("someday",)}))


def test_a_course_that_runs_now_stands_before_its_equal_that_has_ended(engine: Engine) -> None:
    hits = [hit.id for hit in search(engine, Request(text="线性代数", filters={"kind": ("course",)})).hits]
    assert hits.index("mooc:1") < hits.index("mooc:3")


def test_popularity_fades_where_nothing_shows_life() -> None:
    alive, idle, dateless = course(1, (-90, 30), popularity=90_000), course(2, (-3000, -2920), popularity=90_000), course(3, popularity=90_000)
    assert signals(idle)["popularity"] == pytest.approx(signals(alive)["popularity"] / 4, rel=0.01)
    assert signals(dateless)["popularity"] == signals(alive)["popularity"]
