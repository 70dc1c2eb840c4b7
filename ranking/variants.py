"""Other ways to write what was typed: Taiwan's words, synonyms that operators edit, pinyin, initials, abbreviations.

A variant is an alternative to the words themselves and weighs less, so that it never pushes down an exact match. Most are
derived: an abbreviation or initials are those of a title that the index holds (indexer.sounds), a homophone sounds like one.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

import data
from catalog import place
from catalog.text import clean, key, tidy
from indexer.analysis import is_han, runs
from indexer.sounds import all_syllables, is_letters, run_syllables, split_pinyin

READINGS = 3  # ways to split typed pinyin that are tried


@lru_cache(maxsize=1)
def _taiwan() -> Any:
    import opencc

    return opencc.OpenCC("tw2sp").convert


@lru_cache(maxsize=1)
def _taiwan_words() -> dict[str, str]:
    """Words that Taiwan writes otherwise and opencc leaves alone, because here they are words too: 資料 is 数据 or 资料."""
    lines = data.path("dict", "taiwan.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))


@lru_cache(maxsize=4096)
def taiwan(typed: str) -> tuple[str, ...]:
    """What the words of a text are called on the mainland: 軟體 → 软件. Our own table only for what was typed in traditional characters."""
    cleaned = clean(typed)
    found = [clean(_taiwan()(typed))]
    if cleaned != clean_same_script(typed):
        for text in (cleaned, found[0]):
            other = text
            for word, ours in _taiwan_words().items():
                other = other.replace(word, ours)
            found.append(other)
    return tuple(dict.fromkeys(f for f in found if f != cleaned))


def clean_same_script(typed: str) -> str:
    """The typed text cleaned but not simplified."""
    return tidy(unicodedata.normalize("NFKC", typed).lower())


# ── synonyms ───────────────────────────────────────────────────────────────────────────────────────────────────────
def synonyms(home: str = "") -> dict[str, tuple[str, ...]]:
    """Word → words that mean the same: data/dict/synonyms.tsv, and HAOKE_HOME/synonyms.tsv, read again when it changes."""
    own = Path(home or place.home()) / "synonyms.tsv"
    return _synonyms(own, place.stamp(own))


@lru_cache(maxsize=2)
def _synonyms(own: Path, stamp: int) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for path in (data.path("dict", "synonyms.tsv"), own):
        if not path.exists():
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            words = [key(w) for w in line.split("\t") if w.strip()] if not line.startswith("#") else []
            for word in words:
                found[word] = tuple(dict.fromkeys((*found.get(word, ()), *(w for w in words if w != word))))
    return found


def rewritten(text: str) -> list[str]:
    """The text with one synonym in place of its word, for each that it holds; longest words first, at most four."""
    table = synonyms()
    found: list[str] = []
    for size in range(min(len(text), 12), 1, -1):
        for start in range(len(text) - size + 1):
            word = text[start : start + size]
            if word in table and not _inside_letters(text, start, start + size):
                found += [text[:start] + other + text[start + size :] for other in table[word]]
        if found:
            break
    return list(dict.fromkeys(found))[:4]


def _inside_letters(text: str, start: int, end: int) -> bool:
    """Whether a Latin word is only a piece of a longer one."""
    edges = ((text[start - 1 : start], text[start]), (text[end : end + 1], text[end - 1]))
    return any(a.isascii() and a.isalnum() and b.isascii() and b.isalnum() for a, b in edges if a)


# ── sounds ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@lru_cache(maxsize=4096)
def spelled(text: str) -> tuple[tuple[str, ...], ...]:
    """The syllables that a stretch may stand for when its letters are pinyin: 科技kaogu → ke ji kao gu. () when they are not."""
    ways: list[tuple[str, ...]] = [()]
    letters = False
    for sort, run, _ in runs(text):
        if sort == "han":
            parts: tuple[tuple[str, ...], ...] = (tuple(run_syllables(run)),)
        elif is_letters(run):
            letters = True
            parts = ((run,),) if " " in text and run in all_syllables() else split_pinyin(run)
        else:
            return ()
        ways = [(*way, *part) for way in ways for part in parts][:READINGS]
    return tuple(ways) if letters and ways and len(ways[0]) > 1 else ()


@lru_cache(maxsize=4096)
def heard(text: str) -> tuple[str, ...]:
    """The syllables of a stretch of Han text; () when it is no such stretch."""
    return tuple(run_syllables(text)) if is_han(text) else ()
