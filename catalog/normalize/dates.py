"""Dates as platforms write them → ISO 8601 in Asia/Shanghai.

Shapes: 2023-08-30 14:07:12 · 2018-08-30 · 2019年12月15日 · 2026.5.1 · 2026/5/1 · 20260501 · 1708912800000 and 1708912800
(epoch milliseconds and seconds, as number or text) · 2023-02-09T21:07:44.877+0800 · 2023-02-09T13:07:44Z.
A day without a year (03-07发布), words (招满为止, 长期有效) and impossible days (2023-02-30) have no ISO form: "".
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

SHANGHAI = timezone(timedelta(hours=8))
_YEARS = range(1900, 2200)
_WRITTEN = re.compile(
    r"(?<!\d)(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)\s*[日号]?"
    r"(?:[T\s]*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?"
)
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?$")
_EPOCH = re.compile(r"^(-?\d{9,10}|\d{12,13})(?:\.\d+)?$")


def day(value: str | float) -> str:
    """The ISO date (or date and time, where one was written) of the first date in a text; "" when there is none."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, int | float):
        value = f"{value:.0f}" if abs(value) < 1e14 else ""
    return _day(value.strip()) if len(value) <= 200 else ""


def deadline(value: str | float) -> str:
    """The last day of a period: the later end of 2026-07-28 ~ 2026-08-12, else the date itself."""
    return (_last(value) if isinstance(value, str) and len(value) <= 200 else "") or day(value)


@lru_cache(maxsize=65536)
def _last(text: str) -> str:
    """The latest of the dates in a text."""
    return max((iso for m in _WRITTEN.finditer(text) if (iso := _day(m.group()))), default="")


@lru_cache(maxsize=65536)
def _day(text: str) -> str:
    epoch = _EPOCH.match(text)
    if epoch:
        return _from_epoch(int(epoch[1]))
    found = _COMPACT.match(text) or _WRITTEN.search(text)
    if not found:
        return ""
    year, month, date, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    zone = found[7] if found.re is _WRITTEN else None
    if year not in _YEARS:
        return ""
    try:
        moment = datetime(year, month, date, hour, minute, second, tzinfo=SHANGHAI)
        if zone:
            moment = moment.replace(tzinfo=_zone(zone)).astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        return ""
    return moment.isoformat() if found[4] else moment.date().isoformat()


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
