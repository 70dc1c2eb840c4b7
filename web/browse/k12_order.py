"""The natural order of units and lessons: 第二单元 before 第10单元, M1 U2 before M1 U10, 语文园地① before 语文园地②.

A unit is told by its steps – (level, number) pairs: 第一模块 第2单元 and M1 U2 are the same unit, 第1章 and 第1章有理数 too.
A lesson is told by its number in the book, if it has one, and within a lesson by its period: ①, (1), 第1课时.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Hashable

Steps = tuple[tuple[str, int], ...]

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN = "零〇一二两三四五六七八九十百"
_NUMERAL = rf"\d{{1,3}}|[{_HAN}]{{1,6}}"
_LEVEL = "单元|模块|主题|部分|章|节|课时|课|讲|周|册|组"
_LATIN = {"m": "模块", "module": "模块", "u": "单元", "unit": "单元", "chapter": "章", "lesson": "课", "l": "课"}
_STEP = re.compile(
    rf"[\s·:：,，、.．-]*(?:第\s*({_NUMERAL})\s*({_LEVEL})?|({_NUMERAL})\s*({_LEVEL})|(module|unit|chapter|lesson|m|u|l)\s*(\d{{1,3}}))(?!\d)",
    re.IGNORECASE,
)
# 1.大青树下的小学, 3*.不懂就要问, 2.1 有理数, 一、序言; but not 2、5的倍数, 1.5米 or 100以内的加法
_NUMBER = re.compile(rf"\s*(?:(\d{{1,3}}(?:\.\d{{1,2}})*)\s*(?:\*\s*[.．、]?|[.．](?!\d)|、(?!\d))|(\d{{1,2}}(?:\.\d{{1,2}})+)\s+)|\s*([{_HAN}]{{1,4}})、")
_PERIOD = re.compile(rf"[\s.．]*(?:([①-⑳])|[（(]\s*第?({_NUMERAL})(?:课时)?\s*[)）]|第({_NUMERAL})课时)[\s.．]*$")
_FIRST = re.compile(r"序|前言|绪|导言|导论|导学|开学|starter|welcome|预备", re.IGNORECASE)
_LAST = re.compile(r"综合与实践|总复习|复习|期中|期末|附录|后记|revision|review|assessment", re.IGNORECASE)


def numeral(text: str) -> int:
    """12, １２, 十二, 一百零三, ⑫ → its number; ValueError for what is none."""
    if text.isdecimal():
        return int(text)
    if len(text) == 1 and text not in _HAN:
        return int(unicodedata.numeric(text))
    total = current = 0
    for char in text:
        if char in "十百":
            total += (current or 1) * (10 if char == "十" else 100)
            current = 0
        elif char in _DIGITS:
            current = _DIGITS[char]
        else:
            raise ValueError(f"{text!r} is no number")
    return total + current


def steps(text: str) -> tuple[Steps, str]:
    """The numbered steps that a name begins with, and what follows them: M1U2 Seasons → (((模块, 1), (单元, 2)), "Seasons")."""
    found: list[tuple[str, int]] = []
    at = 0
    while match := _STEP.match(text, at):
        number, level, plain, plain_level, latin, latin_number = match.groups()
        found.append((level or plain_level or _LATIN.get((latin or "").lower(), ""), numeral(number or plain or latin_number)))
        at = match.end()
    return tuple(found), text[at:].strip(" ·:：,，、.．-")


def unit_identity(unit: str) -> Hashable:
    """Equal for spellings of one unit of a volume."""
    return steps(unit)[0] or unit.strip()


def unit_key(unit: str, first: str) -> tuple[object, ...]:
    """Where a unit stands in its volume; `first`: the earliest day of its lessons, which decides where nothing is numbered.

    A whole module (M1: its revision) stands after its own units (M1 U3); lessons without a unit stand last.
    """
    found, rest = steps(unit)
    if found:
        return (1, *(number for _, number in found), math.inf, rest)
    place = 3 if not unit else 0 if _FIRST.match(unit) else 2
    return (place, bool(_LAST.search(unit)), first, unit)


def number(title: str) -> tuple[int, ...]:
    """The number of a lesson in its book: 1.大青树下的小学 → (1,), 2.1 有理数 → (2, 1), 第3课 → (3,); () for none."""
    match = _NUMBER.match(title)
    if match:
        return (numeral(match[3]),) if match[3] else tuple(int(n) for n in (match[1] or match[2]).split("."))
    return tuple(n for _, n in steps(title)[0])


def period(title: str) -> int:
    """Which period of its lesson: 花的学校② → 2; 0 for none."""
    match = _PERIOD.search(title)
    return numeral(match[1] or match[2] or match[3]) if match else 0


def stem(title: str) -> str:
    """A lesson's name without its period: 花的学校② → 花的学校. With its number."""
    return _PERIOD.sub("", title).strip()


def core(title: str) -> str:
    """A lesson's name alone, as other books may have it: 2.花的学校① → 花的学校."""
    match = _NUMBER.match(title)
    rest = title[match.end() :] if match else steps(title)[1] or title
    while (shorter := stem(rest)) != rest and shorter:
        rest = shorter
    return re.sub(r"[\s*]+", " ", rest).strip(" .．、·:：") or title
