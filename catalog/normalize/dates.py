"""Dates as platforms write them → ISO 8601 in Asia/Shanghai.

Shapes: 2023-08-30 14:07:12 · 2018-08-30 · 2019年12月15日 · 2026.5.1 · 2026/5/1 · 20260501 · 202605011200 · 1708912800000 and 1708912800
(epoch milliseconds and seconds, as number or text) · 2023-02-09T21:07:44.877+0800 · 2023-02-09T13:07:44Z.
A day without a year (03-07发布), words (招满为止, 长期有效) and impossible days (2023-02-30) have no ISO form: "".
24:00 ends a day, so it is the day itself: a day without a time is meant whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

SHANGHAI = timezone(timedelta(hours=8))
_YEARS = range(1900, 2200)
_WRITTEN = re.compile(
    r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*[日号]?"
    r"(?:[T\s]*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2}(?![\d/.年-]))?)?"
)
_TO = r"\s*(?:[-~～–—]+|至|到)\s*"
# The end of a window leaves out what it shares with the start: 2026年3月1日-3月15日, 3月1日（周日）至15日, 9:00-17:00.
_UNTIL = re.compile(
    r"(?:\s*[（(][^（()）]{1,8}[）)])?(?:\s*\d{1,2}[时点](?:半|\d{1,2}分?)?)?" + _TO +
    r"(?:(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?![\d:]|[-/.]\d)\s*[日号]?|(\d{1,2})\s*[日号])?(?:[T\s]*(\d{1,2}:\d{2}(?::\d{2})?))?"
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?(?:\.0+)?$")
_COMPACT_WINDOW = re.compile(r"(\d{8,14})" + _TO + r"(\d{8,14})")
_MIDNIGHT = re.compile(r"(?<!\d)24:00(?::00)?|^\d{8}2400(?:00)?$")
_EPOCH = re.compile(r"^(-?\d{9,10}|\d{12,13})(?:\.\d+)?$")


def day(value: str | float) -> str:
    """The ISO date (or date and time, where one was written) of the first date in a text; "" when there is none."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, int | float):
        value = f"{value:.0f}" if abs(value) < 1e14 else ""
    return _day(value.strip()) if len(value) <= 200 else ""


def deadline(value: str | float) -> str:
    """The last day of a period: the later end of 2026-07-28 ~ 2026-08-12, else the date itself.

    A day that is written with its midnight (2026-03-31 00:00:00, as spreadsheets do) is the whole day.
    """
    last = (_last(value.strip()) if isinstance(value, str) and len(value) <= 200 else "") or day(value)
    return last.removesuffix("T00:00:00+08:00")


@lru_cache(maxsize=65536)
def _last(text: str) -> str:
    """The latest of the dates in a text."""
    window = _COMPACT_WINDOW.fullmatch(text)
    # 24:00 is later than any other time of its day, though it is written as the day alone.
    ends = [(iso + "T24" * bool(_MIDNIGHT.search(end)), iso) for end in (window.groups() if window else _ends(text)) if (iso := _day(end))]
    return max(ends, default=("", ""))[1]


def _ends(text: str) -> Iterator[str]:
    """Every date of a text, and the ends of windows written in full: 2026年3月1日-3月15日 has 2026-3-15."""
    for start in _WRITTEN.finditer(text):
        yield start.group()
        first = _day(start.group())
        end = _UNTIL.match(text, start.end() if _offset(start) or not start[7] else start.start(7))
        if not first or not end or not end.lastindex:
            continue
        month, date, time = end[1] or start[2], end[2] or end[3] or start[3], end[4] or ""
        # 2026年12月20日-1月10日 goes on into the next year.
        year = int(start[1]) + bool(end[1] and (int(month), int(date)) < (int(start[2]), int(start[3])))
        yield f"{year}-{month}-{date} {time}"


@lru_cache(maxsize=65536)
def _day(text: str) -> str:
    compact, epoch = _COMPACT.match(text), _EPOCH.match(text)
    # Twelve digits that read as a date and a time are one: as milliseconds they would lie in 1976.
    iso = _iso(compact) if compact else ""
    if iso:
        return iso
    if epoch:
        return _from_epoch(int(epoch[1]))
    window = _COMPACT_WINDOW.fullmatch(text)
    written = _WRITTEN.search(text)
    return _day(window[1]) if window else _iso(written) if written else ""


def _iso(found: re.Match[str]) -> str:
    year, month, date, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    zone = _offset(found) if found.re is _WRITTEN else ""
    if year not in _YEARS:
        return ""
    ends_day = (hour, minute, second) == (24, 0, 0) and not zone
    try:
        moment = datetime(year, month, date, 0 if ends_day else hour, minute, second, tzinfo=SHANGHAI)
        if zone:
            moment = moment.replace(tzinfo=_zone(zone)).astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        return ""
    return moment.isoformat() if found[4] and not ends_day else moment.date().isoformat()


def _offset(found: re.Match[str]) -> str:
    """The time zone of a written moment; "" where its minus leads to the end of a window, as in 2026-03-01 9:00-17:00."""
    zone = found[7] or ""
    return "" if zone.startswith("-") and not found[6] and "T" not in found.group() else zone


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    return timezone((1 if text[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


def _from_epoch(number: int) -> str:
    seconds = number / 1000 if abs(number) >= 10**11 else number
    try:
        moment = datetime.fromtimestamp(seconds, SHANGHAI).replace(microsecond=0)
    except (ValueError, OverflowError, OSError):
        return ""
    # Midnight in Shanghai is how platforms write a day without a time.
    return moment.date().isoformat() if moment.time().isoformat() == "00:00:00" else moment.isoformat()
