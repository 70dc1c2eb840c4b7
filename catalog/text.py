"""Text as it is compared: clean() for matching, tidy() for keeping. Both are idempotent.

tidy()   what the store keeps and people read: no control characters, whitespace runs to one space.
clean()  what is searched and compared: tidy + NFKC (full width → half width) + traditional → simplified + lower case.
fold()   align() made fast for texts whose characters all keep their places: nearly all.
align()  clean() with, for each cleaned character, the span of the typed text it came from, so that highlights and
         concept spans index the text as it was typed or stored.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

# Control, format (zero-width, BOM, bidi), surrogate, private use; tab and line ends become spaces first.
_JUNK = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ue000-\uf8ff]")
_SPACE = re.compile(r"[\s\u3000]+")
_SAME = {"•": "·", "・": "·", "‧": "·", "∙": "·", "–": "-", "—": "-", "−": "-", "‐": "-", "~": "~", "〜": "~"}
_SAME_TABLE = str.maketrans(_SAME)
_SAME_MARK = re.compile("[" + "".join(_SAME) + "]")


@lru_cache(maxsize=1)
def _converter() -> Any:
    """The traditional→simplified converter and a pattern of the characters that it may change."""
    import opencc

    convert = opencc.OpenCC("t2s").convert
    changed = [chr(c) for c in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00)) if convert(chr(c)) != chr(c)]
    return convert, re.compile("[" + "".join(changed) + "]")


_SURROGATE = re.compile("[\ud800-\udfff]")


def whole(text: str) -> str:
    """Text without lone surrogates, which no encoder takes: each becomes U+FFFD, so that every other character keeps its place."""
    return text if text.isascii() or not _SURROGATE.search(text) else _SURROGATE.sub("\ufffd", text)


def simplified(text: str) -> str:
    """Traditional characters → simplified; text without any comes back as it is (the usual case, and fast)."""
    convert, traditional = _converter()
    return convert(text) if traditional.search(text) else text


def tidy(text: str) -> str:
    """Text fit to keep and show: control characters and lone surrogates gone, whitespace runs to one space, trimmed."""
    spaced = " ".join(text.split())
    # Nothing that _JUNK matches is printable; most texts are, and str knows that ten times faster than a pattern.
    return spaced if spaced.isprintable() else " ".join(_JUNK.sub("", spaced).split())


@lru_cache(maxsize=16_384)
def _clean_short(text: str) -> str:
    return _clean(text)


def _clean(text: str) -> str:
    # Most texts need none of the steps: each is asked for before it is done, which is several times faster than doing it.
    text = tidy(text)
    if text.isascii():
        return text.lower()
    text = _compatible(text)
    if _SAME_MARK.search(text):
        text = text.translate(_SAME_TABLE)
    # Simplified and lower-case characters may compose anew: once more keeps clean() idempotent.
    return tidy(_compatible(simplified(text).lower()))


def _compatible(text: str) -> str:
    if unicodedata.is_normalized("NFKC", text):
        return text
    # Wide punctuation is all that most texts have of it, and normalize() takes five times as long as looking for it.
    for wide, narrow in _WIDE_MARKS:
        text = text.replace(wide, narrow)
    return text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)


def clean(text: str) -> str:
    """Text as it is compared. Law: clean(clean(x)) == clean(x)."""
    return _clean_short(text) if len(text) <= 64 else _clean(text)


def align(text: str) -> tuple[str, list[int]]:
    """(cleaned, offsets): offsets[i] is the index in `text` of the character that cleaned[i] came from.

    Cleans character by character, so that every cleaned character has an origin; differs from clean() only where
    characters combine (a letter and its accent), which no word of the catalogue hinges on. offsets has one more
    element than cleaned, the end of the last character.
    """
    whole = simplified(text) if not text.isascii() else text
    source = whole if len(whole) == len(text) else text
    out: list[str] = []
    offsets: list[int] = []
    for i, char in enumerate(source):
        for c in " " if char.isspace() or char == "\u3000" else _cleaned(char):
            if c == " " and (not out or out[-1] == " "):
                continue
            out.append(c)
            offsets.append(i)
    if out and out[-1] == " ":
        out.pop()
        offsets.pop()
    offsets.append(offsets[-1] + 1 if offsets else 0)
    return "".join(out), offsets


@lru_cache(maxsize=16_384)
def _cleaned(char: str) -> str:
    """What a character that is no space becomes: nothing, one character, or several."""
    piece = _JUNK.sub("", char)
    if piece and not piece.isascii():
        piece = simplified(unicodedata.normalize("NFKC", piece).translate(_SAME_TABLE))
    return piece.lower()


_WIDE = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
_WIDE_MARKS = [(wide, chr(ord(wide) - 0xFEE0)) for wide in "！（），：；？"]
_WIDE_RARE = re.compile("[\u3000\uff02-\uff07\uff0a\uff0b\uff0d-\uff19\uff1c-\uff1e\uff20-\uff5e]")
# ② Ⅲ ㎏ ﬁ ½ and their like stand for other characters, often several; é may be two characters
_COMPOUND = re.compile("[\u00a8-\u00be\u0300-\u036f\u2011\u2024-\u2026\u2070-\u209c\u2100-\u218f\u2460-\u24ff\u3131-\u33ff\uf900-\ufaff\ufb00-\ufeff\uff5f-\uffef]")
_STRETCH = re.compile(f"({_COMPOUND.pattern})|[^{_COMPOUND.pattern[1:]}+")


def fold(text: str) -> tuple[str, list[int] | None]:
    """(folded, offsets): align() made fast for marking: offsets None says that every character kept its place.

    Spaces are not collapsed and junk stays: neither is part of a word that could be marked.
    """
    if _COMPOUND.search(text):
        return _folded_apart(text)
    # translate() looks every character up: most texts have nothing wide but some punctuation
    folded = text.translate(_WIDE) if _WIDE_RARE.search(text) else text
    if folded is text and not text.isascii():
        for wide, narrow in _WIDE_MARKS:
            folded = folded.replace(wide, narrow)
    for step in (simplified, str.lower):
        changed = step(folded)
        if len(changed) != len(folded):  # İ and a few more change length
            return align(text)
        folded = changed
    return folded, None


def _folded_apart(text: str) -> tuple[str, list[int]]:
    """fold() where some characters stand for several: these one by one, what is between them as ever."""
    pieces: list[str] = []
    offsets: list[int] = []
    for match in _STRETCH.finditer(text):
        stretch, start = match.group(), match.start()
        if match.lastindex:
            folded = _cleaned(stretch)
            offsets += [start] * len(folded)
        else:
            folded, places = fold(stretch)
            offsets += range(start, start + len(folded)) if places is None else [start + place for place in places[:-1]]
        pieces.append(folded)
    return "".join(pieces), [*offsets, len(text)]


def key(text: str) -> str:
    """Text as vocabularies compare it: clean() without spaces."""
    return clean(text).replace(" ", "")
