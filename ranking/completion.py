"""What a typed beginning may become: names in characters, in pinyin (the last syllable unfinished), by initials, or mixed.

高等数 · gaodengsh · gdsx · 高等sx · gao等 → 高等数学.  All texts here are keys (catalog.text.key): cleaned, without blanks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from functools import lru_cache
from itertools import chain, pairwise

from catalog.text import key
from indexer.analysis import runs
from indexer.engine import Best, Clause, Every, Some, Term
from indexer.sounds import all_syllables, is_letters, run_syllables, split_pinyin

LAST = "\U0010ffff"
PRODUCT = 80  # pairs of syllables that two unfinished ones may stand for; more say nothing
LONGEST = 40  # characters of a name that are read


class Fit(IntEnum):
    """How a name fits what was typed, best first."""

    WHOLE = 0
    BEGINS = 1
    SOUNDS = 2  # pinyin or initials of its beginning
    WITHIN = 3
    SHORT = 4  # an abbreviation


def typed_key(text: str) -> str:
    """What was typed, as it is compared: input methods part syllables by apostrophes, and ü is v."""
    return key(text).replace("'", "").replace("’", "").replace("ü", "v")


def is_letter(char: str) -> bool:
    """Whether a character may belong to typed pinyin."""
    return "a" <= char <= "z"


@lru_cache(maxsize=32_768)
def reading(name: str) -> tuple[str, ...]:
    """The syllable of each character of a key; "" for what is no Han character or has no known reading."""
    read: list[str] = []
    for sort, run, start in runs(name[:LONGEST]):
        read += [""] * (start - len(read))
        sounds = run_syllables(run) if sort == "han" else []
        read += sounds if len(sounds) == len(run) else [""] * len(run)
    return tuple(read + [""] * (len(name) - len(read)))


def spells(typed: str, name: str, start: int = 0) -> bool:
    """Whether `typed` is a beginning of name[start:], each character as itself, its syllable or its initial."""
    read = reading(name)
    at = {0}
    for place in range(start, len(name)):
        reached = set()
        for i in at:
            if typed[i] == name[place]:
                reached.add(i + 1)
            sound = read[place]
            if sound and typed[i] == sound[0]:
                if sound.startswith(typed[i:]):
                    return True
                reached.add(i + 1)
                if typed.startswith(sound, i):
                    reached.add(i + len(sound))
                if sound[1:2] == "h" and typed.startswith(sound[:2], i):
                    reached.add(i + 2)
        if len(typed) in reached:
            return True
        if not reached:
            return False
        at = reached
    return False


def fit(typed: str, name: str) -> Fit | None:
    """How a name fits; None when it does not. Abbreviations are not seen here: an engine knows them."""
    if name.startswith(typed):
        return Fit.WHOLE if name == typed else Fit.BEGINS
    letters = any(map(is_letter, typed))
    if letters and spells(typed, name):
        return Fit.SOUNDS
    if len(typed) > 1 and typed in name:
        return Fit.WITHIN
    if letters and len(typed) > 3 and any(spells(typed, name, start) for start in range(1, min(len(name), LONGEST))):
        return Fit.WITHIN
    return None


class Names:
    """Names, found by their typed beginnings. Built once: three sorted lists and one text (about 0.5 kB a name)."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(names)
        self._keys = sorted((name, i) for i, name in enumerate(self.names))
        sounds = [(i, read) for i, name in enumerate(self.names) if all(read := reading(name))]
        self._sounds = sorted(("".join(read), i) for i, read in sounds)
        self._initials = sorted(("".join(s[0] for s in read), i) for i, read in sounds)
        # one text of all names, in the order of _keys: str.find is the fastest way to look inside them
        self._text = "\n".join(name for name, _ in self._keys)
        self._starts = [0]
        for name, _ in self._keys:
            self._starts.append(self._starts[-1] + len(name) + 1)

    @staticmethod
    def _range(rows: Sequence[tuple[str, int]], beginning: str) -> Iterator[tuple[str, int]]:
        first = bisect_left(rows, (beginning, -1))
        yield from rows[first : bisect_left(rows, (beginning + LAST, -1), first)]

    def find(self, typed: str, within: int = 200) -> dict[int, Fit]:
        """Indexes of the names that fit, each with its best fit; inner matches up to `within`."""
        found: dict[int, Fit] = {}
        if not typed:
            return found
        for name, i in self._range(self._keys, typed):
            found[i] = Fit.WHOLE if name == typed else Fit.BEGINS
        if any(map(is_letter, typed)):
            for i in self._sounding(typed):
                found.setdefault(i, Fit.SOUNDS)
        for i in self._inside(typed, within) if len(typed) > 1 else ():
            found.setdefault(i, Fit.WITHIN)
        return found

    def _sounding(self, typed: str) -> Iterator[int]:
        letters = next((i for i, c in enumerate(typed) if not is_letter(c)), len(typed))
        if letters == len(typed):
            yield from (i for rows in (self._sounds, self._initials) for _, i in self._range(rows, typed))
            if len(typed) < 4:
                return
        # mixed: what is certain narrows the list, each name of the rest is tried
        if letters:
            known = all_syllables()
            head = next((typed[:n] for n in range(min(letters, 6), 1, -1) if typed[:n] in known), "")
            rows = chain(self._range(self._sounds, head) if head else (), self._range(self._keys, typed[:letters]))
        else:
            head = typed[: next(i for i, c in enumerate(typed) if is_letter(c))]
            rows = chain(self._range(self._keys, head))
        yield from (i for _, i in rows if spells(typed, self.names[i]))

    def _inside(self, typed: str, most: int) -> Iterator[int]:
        at = self._text.find(typed)
        for _ in range(most):
            if at < 0:
                return
            row = bisect_left(self._starts, at + 1) - 1
            yield self._keys[row][1]
            at = self._text.find(typed, self._starts[row + 1])


# ── asking an engine ───────────────────────────────────────────────────────────────────────────────────────────────
def _unfinished(letters: str) -> list[list[str]] | None:
    """The syllables that letters stand for, the last one all that may still become of it: gaodengsh → gao, deng, sha|she|…."""
    known = all_syllables()
    for cut in range(len(letters) - 1, max(-1, len(letters) - 7), -1):
        whole = split_pinyin(letters[:cut], 1) if cut else ((),)
        ends = sorted(s for s in known if s.startswith(letters[cut:]))
        if whole and ends and (cut or len(letters) > 1):
            return [*([s] for s in whole[0]), ends]
    return None


def _slots(typed: str) -> list[list[str]] | None:
    """For each character that was meant, the syllables it may have; None when letters can't be pinyin."""
    slots: list[list[str]] = []
    for sort, run, _ in runs(typed):
        if sort == "han":
            read = run_syllables(run)
            if len(read) != len(run):
                return None
            slots += [[s] for s in read]
        elif is_letters(run):
            part = _unfinished(run)
            # letters after characters may be initials: 高等sx
            slots += part or [sorted(s for s in all_syllables() if s[0] == c) for c in run]
        else:
            return None
    return slots


def title_clause(typed: str) -> Clause | None:
    """Titles that may begin with, hold, sound like or be shortened to what was typed; None when too little was."""
    options: list[Clause] = []
    han = [run for sort, run, _ in runs(typed) if sort == "han"]
    grams = list(dict.fromkeys(g for run in han for g in (map("".join, pairwise(run)) if len(run) > 1 else run)))
    latin = [run for sort, run, _ in runs(typed) if sort != "han"]
    literal = [Term("title_grams", g) for g in (*grams, *latin)]
    if literal:
        options.append(Every(tuple(literal)))
    if len(typed) > 1 and ((han == [typed] and len(typed) <= 5) or (is_letters(typed) and 3 <= len(typed) <= 16)):
        options.append(Term("short", typed))
    slots = _slots(typed) if latin else None
    couples: list[Clause] = []
    for first, second in pairwise(slots or ()):
        terms = [Term("sounds", f"{a}'{b}") for a in first for b in second]
        if len(terms) <= PRODUCT:
            couples.append(Some(tuple(terms)))
    if couples:
        options.append(Every((*couples, *(Term("title_grams", g) for g in grams))))
    return Best(tuple(options)) if options else None
