"""How values read in the reader's language: labels of codes, numbers, dates, pay. Nothing here knows of a request.

Numbers: 12,345 where exact counts matter, 1.2万 (12K) where space is short. Dates: 2026年3月1日 (1 Mar 2026), in Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from catalog.vocab import vocabulary
from indexer.fields import FACETS, FILTERS, SHANGHAI, VERIFIED
from ranking import alike
from ranking.results import Request
from web.i18n import SOURCE, language, term
from web.i18n import gettext as _

#: Short units of large numbers, largest first.
UNITS = {SOURCE: ((100_000_000, "亿"), (10_000, "万")), "en": ((1_000_000, "M"), (1_000, "K"))}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def label(field: str, value: str) -> str:
    """What people read for a value of a facet field."""
    return _label(field, value, language())


@lru_cache(maxsize=65536)
def _label(field: str, value: str, language: str) -> str:
    if field == "verified":
        return term(field, VERIFIED.get(value, value))
    facet = FILTERS.get(field)
    if facet is None or facet.open or not facet.vocabulary:
        return value
    entry = vocabulary(facet.vocabulary).get(value)
    if entry:
        return term(field, entry.label)
    return _("%(pay)s元", pay=pay_range(*band(value))) if field == "salary" else value


def kind_of(name: str, value: str) -> str:
    """What sort of thing a suggestion is: 学校, 课程; a query is none."""
    return label("kind", value) if name == "title" else _(FACETS[name].label) if name in FACETS else ""


def words() -> dict[str, str]:
    """What the API says of a suggestion (see kind_of) → the reader's language; nothing where that is Chinese."""
    if language() == SOURCE:
        return {}
    kinds = {e.label: term("kind", e.label) for e in vocabulary("kind")}
    return {f.label: _(f.label) for f in FACETS.values()} | kinds


def labels(field: str, values: Iterable[str]) -> list[str]:
    """Labels of several values."""
    return [label(field, v) for v in values]


def place(code: str) -> str:
    """A region with what it lies in: 浙江省 杭州市 西湖区 → 杭州市西湖区; the province only when it stands alone."""
    return _place(code, language())


@lru_cache(maxsize=65536)
def _place(code: str, language: str) -> str:
    words = vocabulary("region")
    names = [words.label(c) for c in words.path(code)] or [code]
    if len(names) == 1:
        return term("region", names[0])
    return "".join(names[-2:]) if len(names) > 2 or (len(names) == 2 and names[0].endswith("市")) else names[-1]


def asked(request: Request) -> str:
    """A search in words: what was typed, then what it is narrowed to."""
    chosen = [place(v) if name == "region" else label(name, v) for name, values in request.filters.items() for v in values]
    return " · ".join(part for part in (request.text.strip(), *chosen) if part) or _("全部内容")


def city(code: str) -> str:
    """The city that a region lies in: 西湖区 → 杭州市, 海淀区 → 北京市; a province where no city is named."""
    return label("region", alike.city(code))


def grouped(number: int) -> str:
    """12345 → 12,345."""
    return f"{number:,}"


def compact(number: int) -> str:
    """12345 → 1.2万 (12.3K), 230000000 → 2.3亿 (230M); small ones as they are. Rounded down: never more than there is."""
    for unit, word in UNITS.get(language(), UNITS["en"]):
        if number >= unit:
            tenths = number * 10 // unit
            return f"{tenths // 10}{word}" if tenths % 10 == 0 or tenths >= 1000 else f"{tenths // 10}.{tenths % 10}{word}"
    return grouped(number)


def day(value: str) -> date | None:
    """The day of an ISO date or date-time."""
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def today() -> date:
    """Today in China."""
    return datetime.now(SHANGHAI).date()


def long_date(value: str) -> str:
    """2026-03-01 → 2026年3月1日; what is no date stays as it is."""
    found = day(value)
    if not found:
        return value
    # `name` is for languages that write the month in letters
    return _("%(year)d年%(month)d月%(day)d日", year=found.year, month=found.month, day=found.day, name=MONTHS[found.month - 1])


def short_date(value: str) -> str:
    """The year only where it is not this year's: 3月1日."""
    found = day(value)
    if not found:
        return value
    if found.year != today().year:
        return long_date(value)
    return _("%(month)d月%(day)d日", month=found.month, day=found.day, name=MONTHS[found.month - 1])


def _yuan(amount: int) -> str:
    if language() != SOURCE:
        return "¥" + (f"{amount / 1000:.1f}".removesuffix(".0") + "K" if amount >= 1000 else str(amount))
    if amount >= 10_000:
        return f"{amount / 10_000:.1f}".rstrip("0").rstrip(".") + "万"
    if amount >= 1000 and amount % 100 == 0:
        return f"{amount / 1000:.1f}".rstrip("0").rstrip(".") + "千"
    return str(amount)


def band(value: str) -> tuple[int | None, int | None]:
    """`min-max` → two numbers, None where open."""
    low, _dash, high = value.partition("-")
    return (int(float(low)) if low else None, int(float(high)) if high else None)


def pay_range(low: int | None, high: int | None) -> str:
    """8000, 12000 → 8千–1.2万 (¥8K–¥12K)."""
    if low is not None and high is not None:
        return _yuan(low) if low == high else f"{_yuan(low)}–{_yuan(high)}"
    if low is not None:
        return _("%(pay)s以上", pay=_yuan(low))
    return _("%(pay)s以下", pay=_yuan(high)) if high is not None else ""


def pay(salary: Mapping[str, Any] | None) -> str:
    """A salary as people compare it: 8千–1.2万/月 · 14薪; as the source wrote it where it gives no numbers; "" where it leaves the pay open."""
    if not salary:
        return ""
    text = pay_range(salary.get("min"), salary.get("max"))
    if not text:
        written = str(salary.get("text") or "")
        return "" if "面议" in written else written
    months = salary.get("months")
    return _("%(pay)s元/月", pay=text) + (_(" · %(months)d薪", months=months) if months and months != 12 else "")


def run_of(opens: str, closes: str) -> tuple[str, str]:
    """(state, words) of a term or offer: state is open, soon, over or ""."""
    start, end, now = day(opens), day(closes), today()
    if end and end < now:
        return "over", _("已于%(day)s结束", day=short_date(closes))
    if start and start > now:
        return "soon", _("%(day)s开课", day=short_date(opens))
    if start:
        return "open", _("开课中，至%(day)s", day=short_date(closes)) if end else _("已于%(day)s开课", day=short_date(opens))
    return ("open", _("至%(day)s", day=short_date(closes))) if end else ("", "")


def held(opens: str, closes: str) -> tuple[str, str]:
    """(state, words) of an event such as a job fair: state is open, soon, over or ""."""
    start, end, now = day(opens), day(closes) or day(opens), today()
    if end is None:
        return "", ""
    if end < now:
        return "over", _("已于%(day)s结束", day=short_date(end.isoformat()))
    if start is None:
        return "open", _("至%(day)s", day=short_date(closes))
    if start > now:
        if start == end:
            return "soon", _("%(day)s举行", day=short_date(opens))
        return "soon", _("%(first)s至%(last)s举行", first=short_date(opens), last=short_date(closes))
    return "open", _("今天举行") if end == now else _("正在举行，至%(day)s", day=short_date(closes))


def weekday(value: date) -> str:
    """周一 … 周日."""
    return (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))[value.weekday()]
