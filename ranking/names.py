"""Names in a query: which stretches of the cleaned text name an entry of a vocabulary, in characters or in pinyin.

Leftmost-longest wins; a name stands on borders of words (学 in 会计学 is none; 中国 in 中国人民大学 neither). What several
entries share keeps all of them as meanings; ranking.evidence orders them by what the catalogue holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from catalog.errors import VocabularyError
from catalog.text import clean, key
from catalog.vocab import vocabulary
from indexer.analysis import Token, is_han
from indexer.sounds import all_syllables, is_letters, syllables
from ranking.meaning import Meaning, Span
from ranking.patterns import graduations, salaries, school_years

#: Vocabularies whose names are spotted, in order of preference where the same words name two things.
SPOTTED = ("version", "grade", "volume", "subject", "stage", "school", "region", "degree", "job_type", "industry", "major",
           "level", "platform", "experience", "discipline", "resource_type", "occupation")  # fmt: skip
#: One character names something only standing alone or beside another concept: 沪, 上.
_SHORT_OK = frozenset({"region", "volume", "grade"})
#: Names are also found by their pinyin, from so many letters on: below, letters mean too many things.
_PINYIN_FIELDS = ("version", "grade", "volume", "subject", "stage", "school", "region", "degree", "major")
_PINYIN_LEAST = 4

# ── the names ──────────────────────────────────────────────────────────────────────────────────────────────────────
def _entries(fields: Iterable[str]) -> Iterable[tuple[str, str, str]]:
    for field in fields:
        try:
            entries = list(vocabulary(field))
        except VocabularyError:
            continue
        for entry in entries:
            for name in entry.names:
                yield field, entry.code, name


@lru_cache(maxsize=1)
def automaton() -> tuple[Any, list[tuple[Meaning, ...]], list[str]]:
    """The automaton over all names, with what each name means."""
    import ahocorasick_rs

    meanings: dict[str, dict[Meaning, None]] = {}
    for field, code, text in _entries(SPOTTED):
        for name in {clean(text), key(text)}:
            if len(name) > 1 or (is_han(name) and field in _SHORT_OK):
                meanings.setdefault(name, {})[Meaning(field, code)] = None
    names = list(meanings)
    built = ahocorasick_rs.AhoCorasick(names, matchkind=ahocorasick_rs.MatchKind.Standard)
    return built, [_preferred(name, list(meanings[name])) for name in names], names


@lru_cache(maxsize=1)
def pinyin_names() -> dict[str, tuple[Meaning, ...]]:
    """Names by their pinyin, run together: sujiaoban → 苏教版."""
    found: dict[str, dict[Meaning, None]] = {}
    for field, code, text in _entries(_PINYIN_FIELDS):
        name = key(text)
        if is_han(name) and len(name) > 1:
            read = "".join(syllables(name))
            if len(read) >= _PINYIN_LEAST:
                found.setdefault(read, {})[Meaning(field, code)] = None
    return {name: _preferred("", list(meanings)) for name, meanings in found.items()}


def _preferred(name: str, meanings: list[Meaning]) -> tuple[Meaning, ...]:
    """Labels before aliases, then the order of SPOTTED."""
    return tuple(sorted(meanings, key=lambda m: (key(m.label) != name, SPOTTED.index(m.field))))


# ── finding them ───────────────────────────────────────────────────────────────────────────────────────────────────
def spot(text: str, tokens: list[Token]) -> list[Span]:
    """The named stretches of a cleaned text, in order, none overlapping."""
    syllabic = syllable_runs(text, tokens)
    named = [s for s in _named(text, _borders(text, tokens)) if not any(a <= s.start and s.end <= b for a, b in syllabic)]
    found = [*named, *_pinyin(text, tokens, syllabic)]
    patterns = [*school_years(text, found), *salaries(text), *graduations(text)]
    # 初中三年级 is a longer name than the 三年级上 that a pattern sees in 初中三年级上册
    taken = _longest(p for p in patterns if not any(f.start < p.start < f.end < p.end or (f.start < p.start and p.end <= f.end) for f in found))
    rest = [s for s in _without_lonely(_longest(found), text) if all(s.end <= t.start or s.start >= t.end for t in taken)]
    return _editions([_majors(s, text) for s in sorted([*taken, *rest], key=lambda s: s.start) if not _torn(s, [*taken, *rest], text)])


def _torn(span: Span, spans: list[Span], text: str) -> bool:
    """大学 in 大学英, 工程 in 工程力: a name that leaves one character of what was written together was no name there."""
    if not is_han(span.text) or span.end - span.start > 3:
        return False
    start, end = span.start, span.end
    while start > 0 and is_han(text[start - 1]):
        start -= 1
    while end < len(text) and is_han(text[end]):
        end += 1
    inside = {i for s in spans for i in range(s.start, s.end)}
    left = [i for i in range(start, end) if i not in inside]
    return len(left) == 1 and (left[0] in (span.start - 1, span.end)) and end - start <= 5


@lru_cache(maxsize=1)
def _known_as() -> dict[tuple[str, str], Meaning]:
    """(edition that people say, subject) → the edition that its books are."""
    return {(entry.attrs["known-as"], subject): Meaning("version", entry.code) for entry in vocabulary("version") for subject in entry.attrs.get("known-in", "").split(",") if subject}


def _editions(spans: list[Span]) -> list[Span]:
    """人教版 beside 语文 is also the 统编版: some books are called by their publisher although their edition has a name of its own."""
    subjects = [m.code for s in spans for m in s.meanings if m.field == "subject"]

    def of(span: Span) -> Span:
        others = [other for m in span.meanings if m.field == "version" for subject in subjects if (other := _known_as().get((m.code, subject)))]
        return replace(span, meanings=tuple(dict.fromkeys([*span.meanings, *others]))) if others else span

    return [of(s) for s in spans] if subjects else spans


def _majors(span: Span, text: str) -> Span:
    """助产专业, 护理专业课: the word behind says that a major is meant."""
    if text[span.end :].lstrip().startswith("专业") and any(m.field in ("major", "discipline") for m in span.meanings):
        return replace(span, meanings=tuple(m for m in span.meanings if m.field in ("major", "discipline")), named=True)
    return span


def _named(text: str, borders: set[int]) -> list[Span]:
    built, meanings, names = automaton()
    found = []
    for index, start, end in built.find_matches_as_indexes(text, overlapping=True):
        name = names[index]
        if not is_han(name) and not _stands_alone(text, start, end):
            continue
        if (start in borders and end in borders) or (end - start >= 4 and is_han(name)):
            found.append(Span(start, end, name, meanings[index]))
    return found


def _borders(text: str, tokens: list[Token]) -> set[int]:
    """Where names may begin and end: between words, and inside a word that is nothing but names (高中|数学, 高一|化学)."""
    borders = {b for t in tokens for b in (t.start, t.end)}
    built, _, _ = automaton()
    for token in tokens:
        if not is_han(token.text) or len(token.text) < 4:
            continue
        inside = {(start, end) for _, start, end in built.find_matches_as_indexes(token.text, overlapping=True) if end - start >= 2}
        reached = {0: [0]}
        for start, end in sorted(inside):
            if start in reached and end not in reached:
                reached[end] = [*reached[start], end]
        if len(reached.get(len(token.text), ())) > 2:
            borders |= {token.start + cut for cut in reached[len(token.text)]}
    return borders


def _stands_alone(text: str, start: int, end: int) -> bool:
    """A name with letters or digits is no piece of a longer run of them: it is not in digital."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (_joined(before, text[start]) or _joined(after, text[end - 1]))


def _joined(one: str, other: str) -> bool:
    """Whether two characters side by side are of one run of letters or digits."""
    return all(c.isascii() and c.isalnum() for c in (one, other))


def _pinyin(text: str, tokens: list[Token], syllabic: list[tuple[int, int]]) -> list[Span]:
    """Letters that spell names: one run of them (hangzhou), several (ruan jian), or a run of names (yinianjishuxue)."""
    found = []
    letters = [t for t in tokens if is_letters(t.text)]
    for first, token in enumerate(letters):
        joined = ""
        for last in range(first, min(first + 5, len(letters))):
            if last > first and text[letters[last - 1].end : letters[last].start] != " ":
                break
            joined += letters[last].text
            if any(start <= token.start and letters[last].end <= end and (start, end) != (token.start, letters[last].end) for start, end in syllabic):
                continue  # wu li in ji suan wu li xue is a piece of a longer name
            if joined in pinyin_names():
                found.append(Span(token.start, letters[last].end, joined, pinyin_names()[joined]))
    return found


def syllable_runs(text: str, tokens: list[Token]) -> list[tuple[int, int]]:
    """Stretches of two and more single syllables set apart by blanks: (start, end) of each."""
    found: list[tuple[int, int]] = []
    run: list[Token] = []
    for token in (*tokens, None):
        joins = token is not None and token.text in all_syllables() and (not run or text[run[-1].end : token.start] == " ")
        if token is not None and joins:
            run.append(token)
            continue
        if len(run) > 1:
            found.append((run[0].start, run[-1].end))
        run = [token] if token is not None and token.text in all_syllables() else []
    return found


def _longest(spans: Iterable[Span]) -> list[Span]:
    chosen: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start - s.end, s.start)):
        if all(span.end <= c.start or span.start >= c.end for c in chosen):
            chosen.append(span)
    return sorted(chosen, key=lambda s: s.start)


def _without_lonely(spans: list[Span], text: str) -> list[Span]:
    """A single character is a concept only apart from other text, or beside another concept at an edge: 沪 审计, 物理上."""
    kept = []
    for span in spans:
        if span.end - span.start == 1:
            open_before, open_after = text[: span.start][-1:] in ("", " "), text[span.end :][:1] in ("", " ")
            beside = any(o is not span and (o.end == span.start or o.start == span.end) for o in spans)
            if not (open_before and open_after) and not (beside and (open_before or open_after)):
                continue
        kept.append(span)
    return kept
