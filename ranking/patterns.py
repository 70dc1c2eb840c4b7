"""Names that follow a pattern instead of standing in a vocabulary: 八上, 15k-20k, 月薪1万以上, 2026届."""

from __future__ import annotations

import re
from collections.abc import Sequence

from indexer.analysis import is_han
from ranking.meaning import Meaning, Span

_GRADE_VOLUME = re.compile(r"(?<![一二三四五六七八九十百\d第])([一二三四五六七八九1-9])(?:年级)?([上下])(?:册|学期)?")
_DIGIT = {c: str(i) for i, c in enumerate("一二三四五六七八九", 1)} | {str(i): str(i) for i in range(1, 10)}
_AMOUNT = r"\d{1,8}(?:\.\d+)?(?!\d)"
_SALARY = re.compile(
    # a second amount needs a unit, or a word before the first that says what both are
    rf"(?P<named>月薪|薪资|工资|月入|薪水)?(?<!\d)(?<!\d\.)(?P<low>{_AMOUNT})(?P<unit>万|千|k|w|元)?(?:(?:-|到|至|~)(?P<high>{_AMOUNT})(?P<unit2>万|千|k|w|元)?(?(named)|(?<=[万千kw元])))?(?:每月|/月|一个月)?(?P<edge>以上|以下|起|\+)?"
)
_UNIT = {"万": 10_000, "w": 10_000, "千": 1_000, "k": 1_000, "元": 1}
_LEAST, _MOST = 1_000, 99_999_999  # what an amount without any unit is at least; what a filter takes (see ranking.values)
_YEAR = re.compile(r"(?<!\d)(?:20)?(2[0-9])届")


def school_years(text: str, others: Sequence[Span]) -> list[Span]:
    """八上, 三年级下, 9年级上: a grade and a volume written together, at an edge of the text or of another name."""
    starts, ends = {s.start for s in others}, {s.end for s in others}
    spans = []
    for match in _GRADE_VOLUME.finditer(text):
        start, end, cut = match.start(), match.end(), match.start(2)
        if (start in ends or not is_han(text[start - 1 : start])) and (end in starts or not is_han(text[end : end + 1])):
            spans.append(Span(start, cut, text[start:cut], (Meaning("grade", f"g{_DIGIT[match.group(1)]}"),)))
            spans.append(Span(cut, end, text[cut:end], (Meaning("volume", "up" if match.group(2) == "上" else "down"),)))
    return spans


def salaries(text: str) -> list[Span]:
    """1万以上, 月薪3万以上, 15k-20k, 月薪5000-8000, 8千起, 8000以上: pay a month, open at one end or not."""
    spans = []
    for match in _SALARY.finditer(text):
        unit, unit2, edge = match["unit"], match["unit2"], match["edge"]
        if not (unit2 or edge or match["named"]):  # 3万 alone may be anything
            continue
        written = [float(amount) for amount in (match["low"], match["high"]) if amount]
        # without a unit: what is called pay, or is so round and so much that it is nothing else: 会计 8000以上
        if not (unit or unit2) and (min(written) < _LEAST or not (match["named"] or all(amount % 100 == 0 for amount in written))):
            continue
        amounts = sorted(_yuan(written, unit, unit2))
        if amounts[-1] > _MOST:
            continue
        value = f"{amounts[0]}-{amounts[1]}" if len(amounts) > 1 else f"-{amounts[0]}" if edge == "以下" else f"{amounts[0]}-"
        spans.append(Span(match.start(), match.end(), match.group(), (Meaning("salary", value),)))
    return spans


def _yuan(written: Sequence[float], unit: str | None, unit2: str | None) -> list[int]:
    """Amounts in yuan. In 1-1.5万 the unit is that of both, in 8000-1.2万 and 8千-12000 only of the amount that it follows."""
    first, second = written[0], written[-1]
    shared = unit2 if first <= second else None
    units = (unit or shared, unit2 or (unit if second < _LEAST else None))
    return [round(amount * _UNIT[one or "元"]) for amount, one in zip(written, units, strict=False)]


def graduations(text: str) -> list[Span]:
    """2026届, 26届: a graduation year."""
    return [Span(m.start(), m.end(), m.group(), (Meaning("year", f"20{m.group(1)}"),)) for m in _YEAR.finditer(text)]
