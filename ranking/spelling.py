"""Did you mean: the typed text with its misspelt stretches as the titles that were found spell them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate

from catalog.text import clean
from indexer.analysis import is_han, query_tokens
from indexer.sounds import pieces
from ranking.completion import reading as syllables
from ranking.query import Reading

LIKE = 60.0  # of 100: how alike a piece of a title must be
ALOUD = 0.95  # alike in sound counts a little less than alike in writing
_LITTLE = re.compile("[的了和与及在之]")
_TWICE = re.compile(r"(.)\1")
TITLE = 80  # characters of a title that are looked at


def corrected(reading: Reading, titles: Iterable[str]) -> str | None:
    """The typed text, each stretch of Han characters in the spelling of the title that comes closest; None when nothing changes."""
    known = list(titles)
    text = reading.text
    for stretch in reversed(reading.stretches):
        if len(stretch.text) > 1 and is_han(stretch.text):
            pieces = [piece for title in known if (piece := nearest(stretch.text, title))]
            if pieces and (best := max(pieces, key=lambda p: p[0])[1]) != stretch.text:
                start, end = reading.typed(stretch.start, stretch.end)
                text = text[:start] + best + text[end:]
    return text if text != reading.text else None


@lru_cache(maxsize=16_384)
def nearest(text: str, title: str) -> tuple[float, str] | None:
    """(likeness, piece): the piece of a title, up to two characters longer or one shorter, that is most like a text in sound or writing."""
    from rapidfuzz.distance import OSA

    cleaned, sounds, ends = _cut(title)
    heard = syllables(text)
    found: list[tuple[float, str]] = []
    # of two characters one is half of the word: these must sound alike
    least = LIKE if len(text) > 2 else 100.0
    for start in ends:
        for end in ends[bisect_left(ends, start + max(2, len(text) - 1)) : bisect_left(ends, start + len(text) + 3)]:
            piece, aloud = cleaned[start:end], sounds[start:end]
            if not is_han(piece):
                continue
            like = 100.0 if aloud == heard else 100 * max(OSA.normalized_similarity(text, piece), ALOUD * OSA.normalized_similarity(heard, aloud))
            if like >= least and (aloud == heard or is_misspelt(text, piece)):  # 社会学基础 is no 会学计
                found.append((like, piece))
    return max(found, key=lambda f: (f[0], -len(f[1]))) if found else None  # of equals the shortest, and of these the first


@lru_cache(maxsize=16_384)
def _cut(title: str) -> tuple[str, tuple[str, ...], list[int]]:
    """A title as it is compared, how it sounds character by character, and where the smallest words in it begin and end."""
    cleaned = clean(title)[:TITLE]
    ends = {token.start + at for token in query_tokens(cleaned) for at in _borders(token.text)}
    return cleaned, syllables(cleaned), sorted(ends)


def _borders(word: str) -> list[int]:
    """Where the smallest words inside a word begin and end."""
    return list(accumulate(map(len, pieces(word)), initial=0))


def is_misspelt(text: str, piece: str) -> bool:
    """Whether a text could be a slip for a piece of a title; to leave out a character, or 的 and the like, is no slip."""
    said, meant = _LITTLE.sub("", text), _LITTLE.sub("", piece)
    if said == meant:
        return False
    left = iter(said)
    return not all(c in left for c in meant) or _TWICE.sub(r"\1", said) == meant
