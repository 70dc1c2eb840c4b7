"""How titles sound and how people shorten them: pinyin, initials and abbreviations, the same for index and query.

    sound_tokens   高等数学 → gao'deng deng'shu shu'xue: neighbouring syllables, so that all of them together stand for
                   the sound of a stretch of text, without positions
    short_tokens   高等数学 → gdsx (initials), 高数 (first characters of its words), for every run of up to SPAN words

Syllables carry no tone; ü is v. A word's reading comes from pypinyin's phrases (会计 kuai ji, 重庆 chong qing).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, pairwise

from catalog.text import clean
from indexer.analysis import is_han, runs, segmenter

SPAN = 6  # words of a title whose initials or first characters may be asked for together
#: Places that pypinyin reads as other words
PLACES = {"朝阳": ("chao", "yang"), "漯河": ("luo", "he"), "长垣": ("chang", "yuan"), "长治": ("chang", "zhi")}
LONGEST = 16  # initials of a whole title


@lru_cache(maxsize=262_144)
def syllables(word: str) -> tuple[str, ...]:
    """The syllables of a Han word; () when any of its characters has no known reading."""
    import pypinyin

    place = PLACES.get(word[:2], ())
    word = word[len(place) :]
    if not word:
        return place
    read = pypinyin.lazy_pinyin(word, style=pypinyin.Style.NORMAL, v_to_u=False, errors="ignore")
    return (*place, *read) if len(read) == len(word) else ()


def run_syllables(run: str) -> list[str]:
    """The syllables of a Han run, read word by word."""
    return [s for word in segmenter().cut(run) for s in syllables(word)]


@lru_cache(maxsize=16_384)
def reading(name: str) -> tuple[str, ...]:
    """How a name reads, for lists from A to Z: 重庆大学 → chong qing da xue; Latin letters as they are."""
    return tuple(s for sort, run, _ in runs(clean(name)) for s in (run_syllables(run) if sort == "han" else [run]))


def pairs(read: list[str] | tuple[str, ...]) -> list[str]:
    """Neighbouring syllables as tokens."""
    return [f"{a}'{b}" for a, b in pairwise(read)]


def sound_tokens(text: str) -> list[str]:
    """Pairs of neighbouring syllables of every Han run of a text, each once."""
    return list(dict.fromkeys(chain.from_iterable(_run_pairs(run) for sort, run, _ in runs(clean(text)) if sort == "han")))


@lru_cache(maxsize=65_536)
def _run_pairs(run: str) -> tuple[str, ...]:
    """Kept by run: titles repeat less than the runs in them."""
    return tuple(pairs(run_syllables(run)))


@lru_cache(maxsize=131_072)
def pieces(word: str) -> tuple[str, ...]:
    """The smallest words that make up a word: 民事诉讼法 → 民事, 诉讼, 法."""
    if len(word) < 4:
        # 组织学 is 组织 and 学 for this purpose
        return (word[:2], word[2:]) if len(word) == 3 and segmenter().known(word[:2]) else (word,)
    inner = set(segmenter().inside(word))
    found = []
    at = 0
    while at < len(word):
        size = next((n for n in (2, 3, 4) if word[at : at + n] in inner and at + n <= len(word)), 1)
        found.append(word[at : at + size])
        at += size
    return tuple(found)


def _titled_words(text: str) -> Iterator[list[str]]:
    """The small words of each stretch of Han text."""
    for sort, run, _ in runs(clean(text)):
        if sort == "han":
            yield [p for word in segmenter().cut(run) for p in pieces(word)]


@lru_cache(maxsize=65_536)
def short_tokens(text: str) -> tuple[str, ...]:
    """What people may shorten a title to: initials of its words, and the first characters of two to four of them."""
    tokens: dict[str, None] = {}
    for words in _titled_words(text):
        initials = ["".join(s[0] for s in syllables(w)) for w in words]
        for start in range(len(words)):
            joined = ""
            for end in range(start, min(start + SPAN, len(words))):
                joined += initials[end]
                if 3 <= len(joined) <= LONGEST:
                    tokens[joined] = None
        whole = "".join(initials)
        if 3 <= len(whole) <= LONGEST:
            tokens[whole] = None
        tokens |= dict.fromkeys(_abbreviations(words))
    return tuple(tokens)


def _abbreviations(words: list[str]) -> Iterator[str]:
    """First characters of two to four neighbouring words; single characters (与, 学) are passed over, or close it (民诉法).

    Of two words, one between them may be left out, or all between the first and the last: 高速铁路概论 → 高概.
    """
    long = [(i, w) for i, w in enumerate(words) if len(w) > 1]
    for first, (_, word) in enumerate(long):
        apart = {first + 2, len(long) - 1} if first == 0 else {first + 2}
        yield from (word[0] + long[last][1][0] for last in sorted(apart) if first + 1 < last < len(long))
    for size in (2, 3, 4):
        for start in range(len(long) - size + 1):
            window = long[start : start + size]
            if window[-1][0] - window[0][0] > size + 1:  # at most two small words between: 组织学与胚胎学 → 组胚
                continue
            short = "".join(w[0] for _, w in window)
            yield short
            if size == 2:
                yield short[0] + window[1][1][-1]  # 形势与政策 → 形策
            after = window[-1][0] + 1
            if after < len(words) and len(words[after]) == 1:
                yield short + words[after]


# ── typed pinyin ───────────────────────────────────────────────────────────────────────────────────────────────────
@lru_cache(maxsize=1)
def all_syllables() -> frozenset[str]:
    """Every syllable of standard Chinese, from the readings of the 6,763 characters of GB 2312."""
    import pypinyin

    rows = (bytes((a, b)) for a in range(0xB0, 0xF8) for b in range(0xA1, 0xFF))
    characters = "".join(row.decode("gb2312", errors="ignore") for row in rows)
    found: set[str] = set()
    for readings in pypinyin.pinyin(characters, style=pypinyin.Style.NORMAL, heteronym=True, v_to_u=False, errors="ignore"):
        found.update(r for r in readings if r.isascii() and r.isalpha())
    return frozenset(found - {"m", "n", "ng", "hm", "hng", "o", "e"}) | {"e", "o"}


@lru_cache(maxsize=16_384)
def split_pinyin(letters: str, most: int = 4) -> tuple[tuple[str, ...], ...]:
    """The ways to read letters as syllables, fewest syllables first: xian → (xian), (xi, an). () when there is none."""
    known = all_syllables()
    ways: list[list[tuple[str, ...]]] = [[] for _ in range(len(letters) + 1)]
    ways[0] = [()]
    for end in range(1, len(letters) + 1):
        found = [(*way, letters[start:end]) for start in range(max(0, end - 6), end) if letters[start:end] in known for way in ways[start]]
        ways[end] = sorted(found, key=lambda way: (len(way), -len(way[0])))[:most]
    return tuple(ways[-1])


def is_letters(token: str) -> bool:
    """Whether a token could be typed pinyin: plain letters only."""
    return token.isascii() and token.isalpha() and not is_han(token)
