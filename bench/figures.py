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


def table(figures: Sequence[Figure]) -> str:
    """All of them, one a line."""
    lines = [f"{'':<66}{'reached':>12}  {'wanted':<20}{'ratio':>7}"]
    for f in figures:
        ratio = "–" if f.ratio is None else f"{f.ratio:.2f}"
        verdict = "" if f.bound == "beside" else "ok" if f.good else "NOT REACHED"
        lines.append(f"{f.what:<66}{number(f.reached):>12}  {f'{f.bound} {number(f.wanted)} {f.unit}':<20}{ratio:>7}  {verdict}".rstrip())
    return "\n".join(lines)
