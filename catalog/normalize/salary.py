"""Pay as job sites write it → yuan a month.

Shapes: 1.5-2万·14薪 · 12-20K·13薪 · 6千-1万 · 15000-20000元/月 · 6000--6499 · 15-20万/年 (÷ 12) · 200-300元/天 (× 21.75, the
statutory days of a month) · 30元/小时 (× 8 × 21.75) · 3千及以下 · 5万以上 · 一万五 · full width. 面议 and 不限 keep their text only.
A unit on one end alone counts for both where that brings them closer together (1.5-2万, but not 8000-1.2万); an amount without
any unit is yuan. The period is the one that stands at the amount: 4000-6000元/月（每天8小时） is a month's pay.
"""

from __future__ import annotations

import re
from functools import lru_cache

from catalog.normalize.raw import ungrouped
from catalog.resource import Salary
from catalog.text import clean

DAYS, HOURS, WEEKS = 21.75, 8, 4.35  # a month's paid days, a day's hours, a month's weeks
LIMIT = 10_000_000

_MONTHS = re.compile(r"[·*x×\s]*(\d{1,2})\s*(?:薪|个月工资)")
_AMOUNT = r"(\d+(?:\.\d+)?)\s*([万千百kw])?\s*(?:元|块钱?|人民币|rmb)?"
_TIME = "小时|[时天日周月年hdwmy]"
_RANGE = re.compile(_AMOUNT + r"(?:\s*(?:[/每]\s*(?:" + _TIME + r")\s*)?(?:-+|~+|至|到)\s*" + _AMOUNT + ")?")
_OPEN = re.compile(r"(\d)-+([万千kw])")  # 5-k: the unit stands after the missing upper end
_UNITS = {"万": 10_000.0, "w": 10_000.0, "千": 1_000.0, "k": 1_000.0, "百": 100.0}
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_HAN = re.compile("[一二两三四五六七八九十][零〇一二两三四五六七八九十百千万]*")
_PERIODS = {"小时": HOURS * DAYS, "时": HOURS * DAYS, "h": HOURS * DAYS, "天": DAYS, "日": DAYS, "d": DAYS, "周": WEEKS, "w": WEEKS,
            "年": 1 / 12, "y": 1 / 12}
# 元/天, 以上/月, 元天, 一天, (每天), 年薪; no period is what begins other words: 每周双休, 年终奖.
_AFTER = re.compile(
    r"(?:(?:及|或)?以[上下内]|起|左右|\+|-+)?[\s(]*(?:/\s*(?:人/|每|1)?\s*(" + _TIME + r")|每?\s*1?个?\s*(小时|[时天日周月年])(?=薪|$|[\s,.。;、)+~\-至到起以左结]))"
)
_BEFORE = re.compile(r"(?:每|(?<!\d)1)个?(小时|[时天日周月年])[^\d,.。;、)]{0,6}$|(小时|[时日周月年])薪[^\d,.。;]{0,6}$|([日周])结[^\d,.。;]{0,6}$")
_PAID_BY = re.compile("(时|日|周|年)薪")
# 五险一金 counts insurances, no yuan.
_BENEFITS = re.compile(r"[一二两三四五六七八九\d]险(?:[\s+、和及]*[一二两三\d]金)?")
# 每天8小时, 7.5-8小时/天, 每周5天, 5天8小时: how long one works, no yuan. Of 1小时 and 20小时 the pay is meant.
_H = r"(?<![\d.])(?:1[0-2]|[2-9])(?:\.5)?"
_WORKED = re.compile(
    r"(?:每[天日]|[天日]均)?\s*(?:" + _H + r"\s*[-~至到]\s*)?" + _H + r"\s*个?小时(?:\s*[/每]\s*[天日])?"
    r"|每?周\s*(?:工作|上班)?\s*[2-7](?:\.5)?\s*天|(?<![\d.])[56](?:\.5)?\s*天(?=\s*(?:工作)?制|\s*工作|\s*" + _H + r"\s*小时)"
)
_EACH = re.compile(r"(?<![\d.])每?\s*1\s*个?(小时|[天日周月年])(?=\s*\d)")  # 1小时20元


def salary(text: object) -> Salary | None:
    """The pay that a text names; None for an empty text. Amounts that make no sense leave only `text`."""
    written = str(text).strip() if text is not None else ""
    return _salary(written) if written else None


@lru_cache(maxsize=16384)
def _salary(written: str) -> Salary | None:
    low, high, months = amounts(written)
    kept = clean(written) and " ".join(written.split())[:1000]
    return Salary(min=low, max=high, months=months, text=kept) if kept else None


def amounts(text: str) -> tuple[int | None, int | None, int | None]:
    """(min, max, months paid a year): yuan a month, None where the text does not say."""
    text = _HAN.sub(_arabic, ungrouped(_BENEFITS.sub(" ", clean(text[:200]))))
    text = _EACH.sub(r"每\1", _WORKED.sub(" ", text))
    months = _MONTHS.search(text)
    paid = int(months[1]) if months and 1 <= int(months[1]) <= 36 else None
    text = _MONTHS.sub("", text)
    found = _RANGE.search(_OPEN.sub(r"\1\2-", text))
    if not found:
        return None, None, paid
    factor = _period(found)
    first, unit, second, second_unit = found.groups()
    low = high = _yuan(first, unit)
    if second:
        high = _yuan(second, second_unit)
        if not unit:
            low = min(low, _yuan(first, second_unit), key=lambda end: _apart(end, high))
        elif not second_unit:
            high = min(high, _yuan(second, unit), key=lambda end: _apart(low, end))
    low, high = low * factor, high * factor
    if low > high:
        low, high = high, low
    if high > LIMIT or high == 0:
        return None, None, paid
    bound = found.string[found.end() :]
    if not second and "以下" in bound:
        return None, round(high), paid
    # 5-k and 5000- name a lower end and leave the upper one open.
    if not second and ("以上" in bound or bound[:1] in ("起", "+") or bound.startswith("-")):
        return round(low), None, paid
    return round(low), round(high), paid


def _period(amount: re.Match[str]) -> float:
    """Months' pay per amount: by the period right behind or before it, else by a word that can only mean pay (年薪)."""
    text = amount.string
    found = _AFTER.match(text, amount.end()) or _BEFORE.search(text[: amount.start()]) or _PAID_BY.search(text)
    return _PERIODS.get(next(filter(None, found.groups())), 1.0) if found else 1.0


def _yuan(number: str, unit: str | None) -> float:
    return float(number) * _UNITS.get(unit or "", 1.0)


def _apart(one: float, other: float) -> float:
    """How many times one end of a range is the other."""
    return max(one, other) / max(min(one, other), 1e-9)


def _arabic(match: re.Match[str]) -> str:
    """一万五 → 15000, 三千五百 → 3500. A run that is no number stays as it is."""
    total = part = digit = 0
    place = 10
    for char in match.group():
        if char in _DIGITS:
            digit = _DIGITS[char]
            place = 1 if char in "零〇" else place
        elif char == "万":
            total, part, digit, place = (total + part + digit) * 10_000, 0, 0, 10_000
        else:
            place = _PLACES[char]
            part, digit = part + (digit or 1) * place, 0
    # A last digit without a place is a tenth of the place before it: 一万五.
    return str(total + part + digit * (place // 10 if place > 10 else 1))
