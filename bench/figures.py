"""What a bench found, beside what was wanted: a table of figures with their ratios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Bound = Literal["at most", "at least", "beside"]


@dataclass(frozen=True)
class Figure:
    """A figure and its target, or what was measured beside it in the same run, which it need not reach."""

    what: str
    reached: float
    bound: Bound
    wanted: float
    unit: str = ""

    @property
    def good(self) -> bool:
        """Whether the target is met; always so where there is only a reference."""
        return self.bound == "beside" or (self.reached <= self.wanted if self.bound == "at most" else self.reached >= self.wanted)

    @property
    def ratio(self) -> float | None:
        """Reached to wanted; none where nothing at all is wanted, like errors."""
        return self.reached / self.wanted if self.wanted else None


def number(value: float) -> str:
    """With as many digits as can be believed."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def line(figure: Figure) -> str:
    """One of them."""
    ratio = "–" if figure.ratio is None else f"{figure.ratio:.2f}"
    verdict = "" if figure.bound == "beside" else "ok" if figure.good else "NOT REACHED"
    wanted = f"{figure.bound} {number(figure.wanted)} {figure.unit}"
    return f"{figure.what:<76}{number(figure.reached):>12}  {wanted:<20}{ratio:>7}  {verdict}".rstrip()


def table(figures: Sequence[Figure]) -> str:
    """All of them, one a line."""
    return "\n".join([f"{'':<76}{'reached':>12}  {'wanted':<20}{'ratio':>7}", *map(line, figures)])
