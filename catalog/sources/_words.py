"""Small readings that several platforms share: marked words, prices, badges among tags."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from catalog.normalize.codes import lookup

_TAG = re.compile(r"</?(?:em|b|strong|font|span|i|p|br|div|li|ul)\b[^>]*>", re.IGNORECASE)


def bare(text: object) -> str:
    """Text without the tags that mark its matches (<em>) or lay it out, and with &amp; as &."""
    return html.unescape(_TAG.sub("", text)) if isinstance(text, str) else ""


def bare_all(value: object) -> list[str]:
    """bare() of each text of a list; [] for anything else."""
    return [bare(text) for text in value if isinstance(text, str)] if isinstance(value, list) else []


def price(value: object) -> str:
    """A price as access: 0 is 免费, more is 收费; no number says nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return "收费" if value > 0 else "免费"


def badges(tags: Iterable[object]) -> list[str]:
    """Those of a course's tags that are badges (国家精品): the others are no `level`."""
    return [tag for tag in tags if isinstance(tag, str) and lookup("level", tag)]
