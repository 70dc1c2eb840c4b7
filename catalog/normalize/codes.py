"""From words to codes: the steps that every normaliser shares.

A normaliser takes a source's text and answers Coded = (codes, rest): the codes that the vocabulary knows, and the words it
does not. Nothing is guessed: what canonical() finds ambiguous is rest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache, wraps

import data
from catalog.errors import VocabularyError
from catalog.text import key, tidy
from catalog.vocab import vocabulary

Coded = tuple[tuple[str, ...], tuple[str, ...]]

SHORT = 200  # characters: longer texts repeat too seldom to be worth remembering
_BETWEEN = re.compile(r"\s*[|｜,，;；、\n]\s*")
_WITHIN = re.compile(r"\s*[/／]\s*|\s+")


def remembered(function: Callable[[str], Coded]) -> Callable[[str], Coded]:
    """Remembers the answers for short texts: a platform writes the same few thousand values again and again."""
    known = lru_cache(maxsize=65536)(function)

    @wraps(function)
    def call(text: str) -> Coded:
        return known(text) if len(text) <= SHORT else function(text)

    return call


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """Values once each, in the order of their first appearance, empty ones dropped."""
    return tuple(dict.fromkeys(filter(None, values)))


@lru_cache(maxsize=65536)
def lookup(name: str, value: str) -> str:
    """The code that `value` names in vocabulary `name`; "" when unknown or ambiguous."""
    entry = vocabulary(name).canonical(value)
    return entry.code if entry else ""


@cache
def crosswalk(name: str) -> Mapping[str, tuple[str, ...]]:
    """data/crosswalk/<name>.tsv: a platform's own category (as key() compares it) → our codes."""
    path = data.path("crosswalk", f"{name}.tsv")
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise VocabularyError(f"no crosswalk {name!r}: {error}", hint="reinstall, or rebuild it with data/scripts") from error
    pairs: dict[str, tuple[str, ...]] = {}
    for line in lines:
        cells = line.split("\t")
        if line.strip() and not line.startswith("#") and len(cells) > 1 and cells[0] != "value":
            pairs[key(cells[0])] = unique(cells[1].split("|"))
    return pairs


def known(name: str, value: str, *, crossed: bool = False) -> tuple[str, ...]:
    """The codes of one value: by the vocabulary, then by the crosswalk."""
    code = lookup(name, value)
    if code:
        return (code,)
    return crosswalk(name).get(key(value), ()) if crossed else ()


def each(text: str, one: Callable[[str], tuple[str, ...]]) -> Coded:
    """Codes of a text that may hold several values: of the whole, else of its parts (| , ; 、), else of theirs (/ and spaces)."""
    text = tidy(text)
    whole = one(text) if text else ()
    if whole or not text:
        return whole, ()
    codes: list[str] = []
    rest: list[str] = []
    for part in _BETWEEN.split(text):
        found = one(part)
        if found:
            codes += found
            continue
        words = [w for w in _WITHIN.split(part) if w]
        hits = [one(w) for w in words]
        if any(hits):
            codes += [c for hit in hits for c in hit]
            rest += [w for w, hit in zip(words, hits, strict=True) if not hit]
        else:
            rest.append(part)
    return unique(codes), unique(rest)


def coded(name: str, text: str, *, crossed: bool = False) -> Coded:
    """each() by the vocabulary `name`, and by its crosswalk where asked."""
    return each(text, lambda value: known(name, value, crossed=crossed))


def plain(name: str) -> Callable[[str], Coded]:
    """The normaliser of a field that needs nothing but its vocabulary."""

    @remembered
    def normalise(text: str) -> Coded:
        return coded(name, text)

    return normalise
