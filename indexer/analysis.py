"""Chinese analysis: text → tokens, the same for index and query, in every engine. The only importer of the segmenter.

A cleaned text is cut into runs. Han runs go to the segmenter (jieba's dictionary and algorithm with the project's words
of data/dict); Latin and digit runs are cut by our own rule, so that C++, C#, .NET, 5G, R, IT, node.js and 18650 stay what
they are. Three views of a text are indexed:
    words   search-mode words: 高等数学 → 高等, 数学, 高等数学
    grams   every Han character and every pair of neighbours; Latin and digit tokens whole: 高, 等, 高等, 等数, …
    inside  the dictionary's words that stand there although the text was cut otherwise: 管理学 in 管理|学院
Words carry meaning and order; the others find what segmentation cuts differently in query and title: a word that the dictionary has by one list, any other by its pairs.

rjieba (Rust) is the fast path, jieba the reference: tests/test_analysis.py proves that they cut Han runs alike.
"""

from __future__ import annotations

import hashlib
import logging
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from operator import add
from typing import Any, Literal, NamedTuple

import data
from catalog.bulk import Kept
from catalog.text import clean

#: Changes whenever the same text would give other tokens: an index built under another version must be rebuilt.
ANALYSIS_VERSION = 4
#: Longest token in characters. Longer ones (a 70,000-byte run of letters) are cut; engines drop them silently.
MAX_TOKEN = 256
#: Characters of the words that are looked for wherever they stand: a shorter one is a gram, longer ones are mostly names of schools.
INSIDE = range(3, 9)

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
# What jieba takes for Han; the rest (extensions, 〇) it cuts character by character.
_RARE = re.compile("[^\u4e00-\u9fd5]")
_PIECES = re.compile("[\u4e00-\u9fd5]+|[^\u4e00-\u9fd5]")
_HAN_RUN = re.compile(f"[{_HAN}]+")
# A letter or digit of any other script: é, か, б run together
_LETTER = rf"[^\W_{_HAN}]"
# C++ C# F# .NET first; node.js and tcp-ip whole, with their parts beside them
_LATIN = re.compile(rf"\.net(?![a-z0-9])|[a-z]+(?:\+\+|#)|{_LETTER}+(?:[.+#&'_-]{_LETTER}+)*")
_RUN = re.compile(f"([{_HAN}]+)|({_LATIN.pattern})")
_ATOM = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)*")


@dataclass(frozen=True, slots=True)
class Token:
    """A token and the span of the cleaned text that it covers."""

    text: str
    start: int
    end: int


def runs(text: str) -> Iterator[tuple[Literal["han", "latin"], str, int]]:
    """Han runs and Latin tokens of a cleaned text, in order: (sort, run, start)."""
    for match in _RUN.finditer(text):
        if match.lastindex == 1:
            yield "han", match.group(), match.start()
        else:
            yield "latin", match.group()[:MAX_TOKEN], match.start()


def latin_parts(token: str) -> list[str]:
    """The smaller tokens inside a Latin token: node.js → node, js; python3 → python; 5g, c++ → nothing."""
    if token.isalpha() or token.isdigit() or token == ".net" or token[-1] in "+#":
        return []
    return [m.group() for m in _ATOM.finditer(token) if 1 < len(m.group()) < len(token)]


# ── segmenters ─────────────────────────────────────────────────────────────────────────────────────────────────────
class Segmenter:
    """Cuts Han runs into words.

    cut(run)      words that cover the run, each place once
    known(word)   whether the dictionary has a word
    every(run)    all words of the dictionary in a run, wherever they stand
    """

    def __init__(self, name: str, cut: Callable[[str], list[str]], known: Callable[[str], bool], every: Callable[[str], list[str]]) -> None:
        self.name = name
        self.cut = cut
        self.known = known
        self.every = every
        self._spread = Kept[str, str](262_144, lambda word: " ".join((*self._inside(word), word))).__getitem__

    def search(self, run: str) -> str:
        """Search mode: the words of a run, each after the shorter words inside it, with spaces between."""
        return " ".join(map(self._spread, self.cut(run)))

    def others(self, run: str, words: str = "") -> str:
        """The dictionary's words of INSIDE characters anywhere in a run, without those that search() gives (`words`, where they are known), with spaces between."""
        long = [word for word in self.every(run) if len(word) >= INSIDE.start]  # of most runs none: told first
        if not long:
            return ""
        given = set((words or self.search(run)).split())
        return " ".join([word for word in dict.fromkeys(long) if len(word) < INSIDE.stop and word not in given])

    def inside(self, word: str) -> list[str]:
        """The shorter words inside a word."""
        return self._spread(word).split()[:-1]

    def _inside(self, word: str) -> tuple[str, ...]:
        """Shorter words inside a word, without those that only straddle others: 生物化学 → 生物, 化学, not 物化.

        jieba's search mode takes every pair and triple that its dictionary knows, and nothing longer. Here longer ones count too
        (操作系统 in 网络操作系统), and one stays only when what is left of the word on both its sides can be cut into such words,
        one character at most standing alone.
        """
        found = [
            (at, word[at : at + size])
            for size in range(2, len(word))
            for at in range(len(word) - size + 1)
            if self.known(word[at : at + size])
        ]
        parts = {part for _, part in found}
        return tuple(part for at, part in found if _alone(word[:at], parts) + _alone(word[at + len(part) :], parts) <= 1)


def _alone(text: str, parts: set[str]) -> int:
    """The least number of characters that stand alone when a text is cut into `parts`."""
    least = [0]
    for end in range(1, len(text) + 1):
        fits = (least[end - size] for size in range(2, end + 1) if text[end - size : end] in parts)
        least.append(min(least[end - 1] + 1, *fits, len(text) + 1))
    return least[-1]


def dictionary_words() -> list[tuple[str, int, str]]:
    """The project's own words with frequency and tag, from data/dict/haoke.txt."""
    path = data.path("dict", "haoke.txt")
    if not path.exists():
        return []
    words = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            word, freq, tag = line.split(" ")
            words.append((word, int(freq), tag))
    return words


def jieba_segmenter() -> Segmenter:
    """The reference, in Python."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    # jieba caches a marshal file in the shared temporary folder, where another user's file would be trusted
    tokenizer.tmp_dir = tempfile.mkdtemp(prefix="haoke-jieba-")
    tokenizer.initialize()
    for word, freq, tag in dictionary_words():
        tokenizer.add_word(word, freq, tag)

    every = _piecewise(lambda run: list(tokenizer.cut(run, cut_all=True)))
    return Segmenter("jieba", lambda run: list(tokenizer.cut(run)), lambda word: bool(tokenizer.FREQ.get(word)), every)


def rjieba_segmenter() -> Segmenter:
    """The fast path, in Rust. ImportError where its wheel is missing."""
    import rjieba

    tokenizer: Any = rjieba.Jieba()
    for word, freq, tag in dictionary_words():
        tokenizer.add_word(word, freq, tag)
    return Segmenter("rjieba", _piecewise(tokenizer.cut), tokenizer.has_word, _piecewise(tokenizer.cut_all))


def _piecewise(cut: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
    """Rare characters each on their own, as jieba cuts them; rjieba would guess words of them (㐀㐀), and jieba's cut_all joins them (〇〇㐀)."""

    def careful(run: str) -> list[str]:
        if not _RARE.search(run):
            return cut(run)
        return [word for piece in _PIECES.findall(run) for word in (cut(piece) if len(piece) > 1 else (piece,))]

    return careful


@lru_cache(maxsize=1)
def segmenter() -> Segmenter:
    """The segmenter of this process, made when first asked for (about a second)."""
    try:
        return rjieba_segmenter()
    except ImportError:
        logging.getLogger(__name__).warning("rjieba is not installed: segmenting with jieba, 6–12 times slower")
        return jieba_segmenter()


# ── index side ─────────────────────────────────────────────────────────────────────────────────────────────────────
# Tokens with spaces between, as engines take them: one string is made and kept in a fraction of what its tokens would take.
class Views(NamedTuple):
    """A text as it is indexed, each view as tokens with spaces between: in order (several words may stand for one place in the text), with repetitions."""

    words: str
    grams: str
    inside: str


def views(text: str) -> Views:
    """All three views of a text; index_text() where only its words are wanted."""
    return _short_views[text] if len(text) <= SHORT else _views(text)


def index_text(text: str) -> str:
    """Words of a text as they are indexed."""
    return _short_words[text] if len(text) <= SHORT else _words(text)


def index_tokens(text: str) -> tuple[str, ...]:
    """index_text() token by token."""
    return tuple(index_text(text).split())


def _views(text: str) -> Views:
    words, grams, inside = list[str](), list[str](), list[str]()
    for han, latin in _RUN.findall(clean(text)):
        if latin:
            tokens = _latin_tokens[latin]
            words.append(tokens)
            grams.append(tokens)
            continue
        words.append(cut := _run_words(han))
        grams.append(_run_grams(han))
        if len(han) >= INSIDE.start and (others := segmenter().others(han, cut)):
            inside.append(others)
    return Views(" ".join(words), " ".join(grams), " ".join(inside))


def _words(text: str) -> str:
    return " ".join([_latin_tokens[latin] if latin else _run_words(han) for han, latin in _RUN.findall(clean(text))])


def _run_words(run: str) -> str:
    return _short_runs[run] if len(run) <= SHORT_RUN else segmenter().search(run)


def _run_grams(run: str) -> str:
    return " ".join((*run, *map(add, run, run[1:])))


def _latin(run: str) -> str:
    token = run[:MAX_TOKEN]
    return " ".join((token, *latin_parts(token)))


#: Labels, tags, places and employers repeat from record to record: kept, they cost a look-up instead of a segmentation.
#: Their short runs repeat more: more of whole texts than this take memory (124 MB in each worker) and save no time.
SHORT = 24
SHORT_RUN = 8
_latin_tokens = Kept(131_072, _latin)
_short_runs = Kept[str, str](262_144, lambda run: segmenter().search(run))
_short_words = Kept(16_384, _words)
_short_views = Kept(16_384, _views)


# ── query side ─────────────────────────────────────────────────────────────────────────────────────────────────────
def query_tokens(text: str) -> list[Token]:
    """Words of a query that cover it (not search mode: each place once), with spans of the cleaned text given."""
    tokens: list[Token] = []
    cut = segmenter().cut
    for sort, run, start in runs(text):
        at = start
        for word in cut(run) if sort == "han" else (run,):
            tokens.append(Token(word, at, at + len(word)))
            at += len(word)
    return tokens


def subwords(word: str) -> list[str]:
    """Words inside a Han word, without itself: 高等数学 → 高等, 数学."""
    return segmenter().inside(word) if len(word) > 2 and _HAN_RUN.fullmatch(word) else []


def stands_inside(word: str) -> bool:
    """Whether the index holds a word wherever it stands in a text, however this was cut; any other is found by its grams."""
    return len(word) in INSIDE and is_han(word) and segmenter().known(word)


def word_grams(word: str) -> list[str]:
    """The grams that all stand in a text that holds `word`: its pairs; a single character or a Latin token itself."""
    if len(word) > 1 and _HAN_RUN.fullmatch(word):
        return list(dict.fromkeys(map("".join, pairwise(word))))
    return [word]


def is_han(text: str) -> bool:
    """Whether a token is made of Han characters only."""
    return _HAN_RUN.fullmatch(text) is not None


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """What a generation of an index depends on besides its schema: analysis rules and dictionary."""
    digest = hashlib.blake2b(digest_size=6)
    digest.update(f"{ANALYSIS_VERSION}\n".encode())
    path = data.path("dict", "haoke.txt")
    if path.exists():
        digest.update(path.read_bytes())
    return digest.hexdigest()
