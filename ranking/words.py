"""Words as clauses: a word in any text field, a text that sounds or looks like a title, a stretch with all its variants."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from catalog.text import key
from indexer.analysis import is_han, query_tokens, stands_inside, subwords, word_grams
from indexer.engine import Best, Clause, Every, Some, Term
from indexer.fields import FIELDS
from indexer.sounds import pairs
from ranking import signals, variants
from ranking.query import Stretch, word_lists

WORDS = ("title", "names", "context", "summary")


def every(clauses: Sequence[Clause], bonus: Sequence[Clause] = ()) -> Clause:
    """All of them; one alone needs no wrapping."""
    return clauses[0] if len(clauses) == 1 and not bonus else Every(tuple(clauses), tuple(bonus))


def best(clauses: Sequence[Clause], tie: float = 0.0) -> Clause:
    """The best of them; one alone needs no wrapping."""
    return clauses[0] if len(clauses) == 1 else Best(tuple(clauses), tie)


@lru_cache(maxsize=16_384)
def word_clause(word: str, scale: float = 1.0) -> Clause:
    """A word in any text field, the best field counting; else its characters, side by side, in title, names or context.

    Where the index tells that a word stands inside what was cut otherwise, its characters only weigh: to join their lists is what costs most of a search.
    """
    found: list[Clause] = [Term(name, word, FIELDS[name].weight * scale) for name in WORDS]
    if len(word) > 2 and is_han(word):
        found.append(Term("inside", word, 0.0))
    beside: list[Clause] = []
    if parts := subwords(word):  # a title may hold only these
        (found if _alike(word) else beside).append(every([Term("title", p, FIELDS["title"].weight * scale / len(parts)) for p in parts]))
    grams = word_grams(word)
    likeness = [every([Term(name, g, FIELDS[name].weight * signals.GRAM * scale / len(grams)) for g in grams]) for name in ("title_grams", "other_grams")]
    (beside if stands_inside(word) else found).extend(likeness)
    return Every((Best(tuple(found), tie=0.1),), tuple(beside)) if beside else Best(tuple(found), tie=0.1)


@lru_cache(maxsize=65_536)
def _alike(word: str) -> bool:
    """Whether the words inside a word are as good as it: they leave nothing of 高等数学, and 课 of 摄影课, but of 工程师 the 师 without which 工程 is something else."""
    covered = {at + i for part in subwords(word) for at in range(len(word)) if word.startswith(part, at) for i in range(len(part))}
    left = "".join(c for i, c in enumerate(word) if i not in covered)
    return not left or left in word_lists()["helper"]


def text_clause(text: str, scale: float) -> Clause | None:
    """All words of a text."""
    words = [word_clause(word, scale) for word in dict.fromkeys(t.text for t in query_tokens(text))]
    return every(words) if words else None


def sounding(syllables: Sequence[str], scale: float) -> Clause:
    """All neighbouring syllables in one title."""
    wanted = list(dict.fromkeys(pairs(tuple(syllables))))
    return every([Term("sounds", p, scale * 2 / len(wanted)) for p in wanted])


def stretch_clause(stretch: Stretch, typed: str, *, heard: bool = False, alike: Clause | None = None) -> Clause:
    """A stretch of words as typed, or as one of its variants; `heard` lets in what sounds like it, `alike` (see near_clause) what looks like it."""
    text = stretch.text
    options: list[Clause] = [every([_word(stretch, i) for i in range(len(stretch.words))])]
    others = dict.fromkeys((*variants.taiwan(typed), *variants.rewritten(text)))
    options += [c for other in others if other != text and (c := text_clause(other, signals.SYNONYM))]
    short = key(text)
    if 2 <= len(short) <= 16 and (len(short) <= 5 if is_han(short) else short.isascii() and short.isalpha() and len(short) >= 3):
        options.append(Term("short", short, signals.SHORT))
    options += [sounding(way, signals.PINYIN) for way in variants.spelled(text)]
    if heard:
        sounds = variants.heard(text)
        if len(sounds) > 1:
            options.append(sounding(sounds, signals.HOMOPHONE))
    return best([*options, alike] if alike else options)


def _word(stretch: Stretch, i: int) -> Clause:
    """A word of a stretch. A single character counts only beside its neighbour: 英 of 大学英 stands in 大学英语, not in 国际贸易（英）."""
    word = stretch.words[i].text
    if len(word) > 1 or not is_han(word) or len(stretch.words) == 1:
        return word_clause(word)
    before = stretch.words[i - 1].text[-1:] + word if i and stretch.words[i - 1].end == stretch.words[i].start else ""
    after = word + stretch.words[i + 1].text[:1] if i + 1 < len(stretch.words) and stretch.words[i + 1].start == stretch.words[i].end else ""
    couples = [c for c in (before, after) if is_han(c)]
    if not couples:
        return word_clause(word)
    weights = {"title": 1.0, "title_grams": FIELDS["title_grams"].weight, "other_grams": FIELDS["other_grams"].weight}
    return Best(tuple(Term(name, c, weights[name]) for c in couples for name in weights), tie=0.1)


def near_clause(text: str) -> Clause | None:
    """Nearly all characters of a stretch in one title: what a wrong, a missing or a swapped character leaves standing."""
    letters = list(dict.fromkeys(c for c in text if is_han(c)))
    if len(letters) < 3:
        return None
    # one in four may be wrong: one of each four or five that stand beside each other, since any two of eight would be asked in 28 ways
    cut = max(1, len(letters) // 4)
    spans = [letters[len(letters) * i // cut : len(letters) * (i + 1) // cut] for i in range(cut)]
    most = every([Some(tuple(Term("title_grams", c, signals.NEAR) for c in span), len(span) - 1) for span in spans])
    # pairs keep order and nearness, also those that a swap (力料 → 料力) or a left-out character (材_学) would make
    neighbours = [text[i : i + 2] for i in range(len(text) - 1)]
    apart = [text[i] + text[i + 2] for i in range(len(text) - 2)]
    swapped = [pair[::-1] for pair in neighbours]
    couples = [p for p in dict.fromkeys((*neighbours, *apart, *swapped)) if is_han(p)]
    pairs = tuple(Term("title_grams", p, 2 * signals.NEAR) for p in couples)
    # whatever one character in four is, a pair of four or more is left: pairs are rare, so that not every title with common characters is looked at
    return Every((Some(pairs), most)) if pairs and len(letters) > 3 else Every((most,), pairs)
