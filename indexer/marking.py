"""Where what was searched for stands in a text as stored."""

from __future__ import annotations

from functools import lru_cache

from catalog.text import fold
from indexer.analysis import is_han, latin_parts, runs


def matches(text: str, needles: frozenset[str] | set[str]) -> list[tuple[int, int]]:
    """Spans of `text` as stored in which one of the cleaned `needles` stands, merged and in order.

    A Latin needle matches whole tokens only (r is not in art), a Han needle anywhere.
    """
    folded, offsets = fold(text)
    spans: list[tuple[int, int]] = []
    han, latin = _sorted_out(frozenset(needles))
    if any(n in folded for n in latin):
        for sort, run, start in runs(folded):
            if sort == "han":
                continue
            if run in latin:
                spans.append((start, start + len(run)))
            else:
                spans += [(start + at, start + at + len(p)) for p in latin_parts(run) if p in latin and (at := run.find(p)) >= 0]
    for needle in han:
        at = folded.find(needle)
        while at >= 0:
            spans.append((at, at + len(needle)))
            at = folded.find(needle, at + 1)
    if not spans:
        return []
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans if offsets is None else ((offsets[s], offsets[e - 1] + 1) for s, e in spans)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


@lru_cache(maxsize=1024)
def _sorted_out(needles: frozenset[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Needles with Han characters, and those without: asked for every text of a page."""
    han = tuple(n for n in needles if any(map(is_han, n)))
    return han, frozenset(n for n in needles if n) - frozenset(han)
