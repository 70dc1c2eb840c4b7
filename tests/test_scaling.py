"""The plan for many machines is honest: its figures follow from its inputs, and its model of caches from traffic as it comes."""

from __future__ import annotations

import random
from itertools import accumulate

import pytest

from bench import scaling


def test_the_plan_in_the_document_is_what_its_inputs_give() -> None:
    text = scaling.DOCUMENT.read_text(encoding="utf-8")
    assert scaling.written(text) == text, "run python -m bench.scaling --write"


@pytest.mark.parametrize(("holders", "seconds"), [(1, 5.0), (1, 60.0), (4, 60.0)])
def test_caches_let_through_what_the_formula_says(holders: int, seconds: float) -> None:
    chance, rate, things = random.Random(3), 200.0, 500
    weights = [n**-0.9 for n in range(1, things + 1)]
    stream = scaling.Stream(tuple((rate * w / sum(weights), 1) for w in weights), 1.0)
    bounds, kept, passed, now, end = list(accumulate(weights)), dict[tuple[int, int], float](), 0, 0.0, 600.0
    while now < end:
        now += chance.expovariate(rate)
        key = (chance.choices(range(things), cum_weights=bounds)[0], chance.randrange(holders))
        if kept.get(key, -seconds) + seconds < now:
            kept[key] = now
            passed += now > seconds  # when the caches were empty everything passed
    assert stream.passing(holders, seconds) == pytest.approx(passed / (end - seconds), rel=0.06)
