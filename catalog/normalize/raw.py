"""Raw values – text, numbers, lists, None – as text fit for a field: the small steps of assemble()."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from math import inf

from catalog.errors import BadValue
from catalog.normalize.codes import unique
from catalog.text import tidy
from catalog.weblink import leads

EXACT = 2.0**53  # from here on, a floating-point number stands for several whole ones
TITLE, NAME, LINE, LONG = 1000, 300, 1000, 200_000  # longest title, open value, one-line text, summary

_YES = {"true": True, "1": True, "yes": True, "是": True, "已认证": True, "已核验": True}
_NO = {"false": False, "0": False, "no": False, "否": False, "未认证": False, "未核验": False}
_COUNT = re.compile(r"^(\d+(?:\.\d+)?)\s*([万亿wk千]?)\s*[+人次]*$", re.IGNORECASE)
_GROUPED = re.compile(r"(?<![\d,])\d{1,3}(?:,\d{3})+(?![\d,])")
_SCALE = {"": 1, "千": 1_000, "k": 1_000, "万": 10_000, "w": 10_000, "亿": 100_000_000}


def texts(value: object) -> Iterator[str]:
    """The values of a field, one by one, as non-empty text."""
    if value is None or value == "":
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts(part)
    elif isinstance(value, float) and value.is_integer():
        yield str(int(value))
    elif isinstance(value, Mapping):
        yield from texts(value.get("name"))
    else:
        yield str(value)


def number_of_id(value: float) -> str:
    """An id that its source wrote as a number with a point, or with more digits than a number holds. BadValue for the latter: it may be its neighbour's as well."""
    if abs(value) >= EXACT:
        raise BadValue("id", value, "a number of so many digits is not read exactly", "write it as text, in quotes or as a text column")
    return str(int(value)) if value.is_integer() else str(value)


def line(value: object, cut: int = LINE) -> str:
    """A field of one text: parts joined with a space, tidied, cut at `cut` characters (0: never)."""
    text = value if isinstance(value, str) else " ".join(texts(value))
    text = tidy(text)
    return text[:cut].rstrip() if cut and len(text) > cut else text


def names(words: Iterable[str]) -> tuple[str, ...]:
    """Open values: tidied, once each, at most 300 characters."""
    return unique(tidy(w)[:NAME].rstrip() for w in words)


def keep(unmapped: dict[str, tuple[str, ...]], field: str, words: tuple[str, ...]) -> None:
    """Remembers words that no vocabulary knows; a long text in pieces, for one value has at most 300 characters."""
    pieces: list[str] = []
    for word in words:
        text = word if word.isalnum() and len(word) <= NAME else tidy(word)
        pieces += [text[i : i + NAME].strip() for i in range(0, min(len(text), LONG), NAME)]
    kept = unique((*unmapped.get(field, ()), *pieces))
    if kept:
        unmapped[field] = kept


def count(value: object) -> int | None:
    """160.0, "160.0", "1.2万" → a count; None for what is no number from 0 up."""
    found = _COUNT.match(str(value).replace(",", "").strip())
    # Of more than 308 digits float() makes infinity.
    number = float(found[1]) * _SCALE[found[2].lower()] if found else inf
    return min(round(number), 2**53) if number < inf else None


def ungrouped(text: str) -> str:
    """Numbers without their thousands separators: 15,000 → 15000; any other comma stays, as in 8000,五险."""
    return _GROUPED.sub(lambda m: m.group().replace(",", ""), text)


def is_link(text: str) -> bool:
    """Whether a text is an http or https link with a host, no longer than the schema allows."""
    return len(text) <= LINE and " " not in text and leads(text)


def yes_or_no(value: object) -> bool | None:
    """true, 1, 是 → True; false, 0, 否 → False; anything else says nothing."""
    word = str(value).strip().lower()
    return _YES.get(word, _NO.get(word))
