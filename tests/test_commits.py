"""A build ends in one segment, also where it was ended and went on."""

from __future__ import annotations

from math import log2

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer import commits
from indexer.commits import documents_a_commit

LEVEL, LEAST = 0.75, 10_000  # of tantivy's LogMergePolicy: sizes within a factor of 2^0.75 are one level, smaller segments than that are equal


def merged(segments: list[int]) -> list[int]:
    """What tantivy's merges leave: of each level of eight or more, one."""
    levels: list[list[int]] = []
    for size in sorted(segments, reverse=True):
        if not levels or log2(max(size, LEAST)) < log2(max(levels[-1][0], LEAST)) - LEVEL:
            levels.append([])
        levels[-1].append(size)
    if not any(len(level) >= 8 for level in levels):
        return segments
    return merged([size for level in levels for size in ([sum(level)] if len(level) >= 8 else level)])


@pytest.mark.parametrize(("total", "wanted"), [(0, 1), (60, 1), (200_000, 1), (200_001, 8), (1_600_000, 8), (1_600_001, 64), (11_473_052, 64)])
def test_it_commits_as_often_as_merges_of_eight_bring_down_to_one(total: int, wanted: int) -> None:
    between = documents_a_commit(total)
    assert between <= commits.COMMIT_EVERY
    assert between * wanted >= total > between * (wanted - 1) - wanted


def test_eleven_million_that_were_ended_with_nine_waiting() -> None:
    """As it happened: by the plan of the beginning, seven large segments and seven small ones."""
    segments, left = [179_500] * 9, 11_473_052 - 9 * 179_500
    between = documents_a_commit(11_473_052, left, segments)
    assert -(-left // between) == 56
    usual = documents_a_commit(11_473_052)
    assert len(gone_on(merged(segments), left, usual)) == 14
    assert len(gone_on(merged(segments), left, between)) == 1


def test_where_another_machine_merges_a_build_that_goes_on_commits_no_more_often() -> None:
    assert documents_a_commit(11_473_052, 1_000_000, []) == documents_a_commit(11_473_052)


def gone_on(segments: list[int], left: int, between: int) -> list[int]:
    """… until all is written."""
    while left > 0:
        segments = merged([*segments, min(between, left)])
        left -= between
    return segments


def ended(total: int, ends: list[tuple[int, int]]) -> list[int]:
    """Segments of a build that the system ends again and again: after so many commits, with the merges of the last few of them lost."""
    segments: list[int] = []
    left, between = total, documents_a_commit(total)
    for written, unmerged in ends:
        for number in range(written):
            if left <= 0:
                break
            segments.append(min(between, left))
            left -= segments[-1]
            if number < written - unmerged:
                segments = merged(segments)
        between = documents_a_commit(total, left, segments)
        segments = merged(segments)
    return gone_on(segments, left, between)


TOTALS = st.integers(200_001, 30_000_000)


@settings(max_examples=300, deadline=None)
@given(TOTALS, st.integers(0, 80), st.integers(0, 3))
def test_whenever_it_is_ended_one_segment_is_left(total: int, written: int, unmerged: int) -> None:
    assert len(ended(total, [(written, unmerged)])) == 1


@settings(max_examples=300, deadline=None)
@given(TOTALS, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 4)), max_size=4))
def test_however_often_it_is_ended_few_segments_are_left(total: int, ends: list[tuple[int, int]]) -> None:
    """Twelve merged at once can be too large for the others to count as of one size."""
    assert len(ended(total, ends)) <= 8
