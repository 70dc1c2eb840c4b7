"""Marked texts: pieces of what is stored, each with whether it matched. Never HTML; the page decides how a mark looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.vocab import vocabulary
from indexer.marking import matches
from ranking.results import Segments

MARKED = ("title", "school", "teacher", "employer")
SNIPPET = 90  # characters of a summary shown around its first match
LOOKED_AT = 5_000  # characters of it


def segments(text: str, needles: frozenset[str]) -> Segments | None:
    """`text` cut at its matches; None when nothing matches."""
    spans = matches(text, needles)
    return _pieces(text, spans) if spans else None


def _pieces(text: str, spans: Sequence[tuple[int, int]]) -> Segments:
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in spans:
        if start > at:
            pieces.append((text[at:start], False))
        pieces.append((text[start:end], True))
        at = end
    if at < len(text):
        pieces.append((text[at:], False))
    return tuple(pieces)


def excerpt(text: str, needles: frozenset[str]) -> Segments | None:
    """About SNIPPET characters of a long text around its first match, with … where it is cut."""
    spans = matches(text[:LOOKED_AT], needles)
    if not spans:
        return None
    start = max(0, spans[0][0] - SNIPPET // 4)
    end = min(len(text), start + SNIPPET)
    inside = [(first - start, min(last, end) - start) for first, last in spans if first < end]
    return ((("…", False),) if start else ()) + _pieces(text[start:end], inside) + ((("…", False),) if end < len(text) else ())


def highlights(resource: Mapping[str, Any], needles: frozenset[str]) -> dict[str, tuple[Segments, ...]]:
    """Field → marked texts, for the fields in which something matched; `resource` is its plain dict of set fields."""
    if not needles:
        return {}
    found: dict[str, tuple[Segments, ...]] = {}
    for name in MARKED:
        value = resource.get(name) or ()
        marked = tuple(s for text in ((value,) if isinstance(value, str) else value) if (s := segments(text, needles)))
        if marked:
            found[name] = marked
    summary = resource.get("summary")
    snippet = excerpt(summary, needles) if summary else None
    if snippet:
        found["summary"] = (snippet,)
    return found


def one_line(resource: Mapping[str, Any]) -> str:
    """A hit in one line, with what one decides by; `resource` is its plain dict of set fields."""
    words: list[str] = []
    for name in ("version", "grade", "volume", "level"):
        words += [vocabulary(name).label(code) for code in resource.get(name, ())]
    for name in ("school", "teacher", "employer"):
        words += list(resource.get(name, ()))[:2]
    words += ["/".join(vocabulary("region").label(code) for code in list(resource.get("region", ()))[:3])]
    words += [str((resource.get("salary") or {}).get("text", ""))]
    label = vocabulary("kind").label(str(resource["kind"]))
    return f"{label} {resource['title']}" + "".join(f" · {w}" for w in dict.fromkeys(words) if w)
