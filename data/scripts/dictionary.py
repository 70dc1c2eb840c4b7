"""The segmenter's own words: data/dict/haoke.txt, from the vocabularies, the words of queries and the sample's titles.

`python data/scripts/dictionary.py`, after the vocabularies and the sample. A word gets the least frequency with which it
is cut as a whole (suggest_freq of jieba, in the order of length, so that longer words reckon with shorter ones). Left out:

- what jieba cuts as a whole already;
- names of five and more characters that are cut into whole words (电子科技 | 大学, 人工智能 | 初步): the search mode looks for
  words of two and three characters inside a word, so that as one token they would hide 人工智能 from who asks for it;
- words that would tear others apart: tried on every title of the sample, see _tearing().

Prints what changed, for reading before a commit.
"""

from __future__ import annotations

import csv
import logging
import math
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator

import jieba
import rjieba
from _write import DATA, DATE

sys.path.insert(0, str(DATA.parent))

from catalog.text import clean
from catalog.vocab import vocabulary

#: vocabulary → tag of its words
TAGS = {
    "version": "nz", "school": "nz", "platform": "nz", "board": "nz", "region": "ns", "subject": "n", "grade": "n", "volume": "n", "stage": "n",
    "industry": "n", "occupation": "n", "discipline": "n", "major": "n", "level": "n", "degree": "n", "job_type": "n", "resource_type": "n",
}  # fmt: skip
#: Names of these fields may hold a function word (道德与法治); elsewhere it marks a list or a phrase (本科及以上).
PHRASES = ("subject", "version")
TITLES = ("courses", "vocational", "textbooks", "lessons")
#: Titles that are prose; those of textbooks are lists of facets, where 人教版 stands beside 高二 more often than by chance.
MINED = ("courses", "vocational")
MOST_2 = 100  # a pair of characters that needs more than this to be cut as a whole is no word on its own: 上大, 中人
GUESSED = 12  # times that jieba guesses a pair of characters
TIMES, PMI = 8, 3.5  # titles in which a run of words occurs at least; pointwise mutual information a joint, in nats

#: Words wanted although they cut through 计算技术, 仿真技术, 发电场, 真实: what they leave are words too.
KEPT = {"云计算", "虚拟仿真", "实训", "慕课", "风力发电", "工程制图"}
UNWANTED = {"仿真实训"}  # 虚拟仿真 | 实训

_WORD = re.compile("[\u4e00-\u9fff]{2,8}")
_JOINS = re.compile("[及或等的和与]")
_EMPTY = set("的和与及或在是了不对为以从到中上下之其各有把被将等于第个一二三四五六七八九十百千万两几年月日级册版章节课学部分类型化性")
_FREE = {"基础", "综合", "概论", "导论", "实践", "应用", "入门", "教学", "研究", "专题"}  # follow anything, so they join nothing


def names() -> Iterator[tuple[str, str]]:
    """(word, tag) of every label and alias, and of the nouns of queries; their fillers (我想找, 讲得好) are no words."""
    for field, tag in TAGS.items():
        for entry in vocabulary(field):
            for name in map(clean, entry.names):
                # 南方医科 for 南方医科大学 would cut 医科大学 apart
                if f"{name}大学" == entry.label and len(name) > 3:
                    continue
                if _WORD.fullmatch(name) and (field in PHRASES or not _JOINS.search(name)):
                    yield name, tag
    for line in (DATA / "dict" / "query_words.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("helper"):
            yield from ((word, "n") for word in line.partition("\t")[2].split() if _WORD.fullmatch(word))


def sample_titles(tables: Iterable[str]) -> list[str]:
    """The different titles of some tables of the sample, cleaned."""
    found: dict[str, None] = {}
    for name in tables:
        with (DATA / "sample" / f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
            found.update(dict.fromkeys(clean(row["title"]) for row in csv.DictReader(lines, delimiter="\t")))
    return list(found)


def mined(titles: Iterable[str], cutter: rjieba.Jieba, known: set[str]) -> Iterator[tuple[str, str]]:
    """Runs of two to four words that stand together in many titles, and far more often than by chance.

    Also pairs of characters that jieba does not know (实训, 运维) but guesses in many titles: a guess hangs on its neighbours.
    """
    single: Counter[str] = Counter()
    joint: Counter[tuple[str, ...]] = Counter()
    for title in titles:
        here: set[tuple[str, ...]] = set()
        for run in re.findall("[\u4e00-\u9fff]+", title):
            words = cutter.cut(run)
            single.update(words)
            here.update(tuple(words[i : i + n]) for n in (2, 3, 4) for i in range(len(words) - n + 1))
        joint.update(here)
    yield from ((w, "n") for w, count in single.items() if count >= GUESSED and len(w) == 2 and w not in known and not _EMPTY & {*w})
    total = sum(single.values())
    for words, count in joint.items():
        word = "".join(words)
        if count < TIMES or not 3 <= len(word) <= 8 or any(w in _EMPTY for w in (words[0], words[-1])) or _JOINS.search(word):
            continue
        chance = sum(math.log(single[w] / total) for w in words)
        if words[-1] not in _FREE and (math.log(count / total) - chance) / (len(words) - 1) >= PMI:
            yield word, "n"


class Words:
    """The words taken, with their frequencies; longer ones are weighed against the shorter ones."""

    def __init__(self) -> None:
        jieba.setLogLevel(logging.WARNING)
        self.tokenizer = jieba.Tokenizer()
        self.tokenizer.initialize()
        self.known = {word for word, freq in self.tokenizer.FREQ.items() if freq}
        self.taken: dict[str, tuple[int, str]] = {}

    def take(self, candidates: Iterable[tuple[str, str]]) -> None:
        """Takes what is a word and needs to be said; the first tag of a word stands."""
        tags: dict[str, str] = {}
        for word, tag in candidates:
            tags.setdefault(word, tag)
        for word in sorted(tags, key=lambda w: (len(w), w)):
            pieces = list(self.tokenizer.cut(word, HMM=False))
            if pieces == [word] or (len(word) > 4 and all(len(p) > 1 for p in pieces)):
                continue
            freq = self.tokenizer.suggest_freq(word, tune=False)
            if len(word) == 2 and freq > MOST_2:
                continue
            self.tokenizer.add_word(word, freq, tags[word])
            self.taken[word] = (freq, tags[word])


def cutter(words: Words | None = None) -> rjieba.Jieba:
    """A segmenter with jieba's dictionary and the words taken."""
    made = rjieba.Jieba()
    for word, (freq, tag) in (words.taken if words else {}).items():
        made.add_word(word, freq, tag)
    return made


def _spans(words: list[str]) -> dict[tuple[int, int], str]:
    at = 0
    spans = {}
    for word in words:
        spans[at, at + len(word)] = word
        at += len(word)
    return spans


def _tearing(words: Words, runs: list[str], plain: rjieba.Jieba) -> set[str]:
    """Words taken that cut through a word of jieba's dictionary more than once for ten times that they join whole pieces.

    What jieba guesses (虚拟仿 | 真) is no word that could be torn.
    """
    torn: Counter[str] = Counter()
    clean_cut: Counter[str] = Counter()
    ours = cutter(words)
    for run in runs:
        before, after = _spans(plain.cut(run)), _spans(ours.cut(run))
        edges = {0}
        for (start, end), word in before.items():
            edges |= {end} if word in words.known else set(range(start, end + 1))
        for (start, end), word in after.items():
            if word in words.taken:
                (clean_cut if start in edges and end in edges else torn)[word] += 1
    return {word for word, count in torn.items() if count * 10 > clean_cut[word]} - KEPT


def main() -> None:
    """Writes the dictionary and prints its size, what was refused and some titles before and after."""
    titles = sample_titles(TITLES)
    runs = [run for title in titles for run in re.findall("[\u4e00-\u9fff]+", title)]
    plain = cutter()
    candidates = list(names())
    first = Words()
    first.take(candidates)
    candidates += mined(sample_titles(MINED), cutter(first), first.known)
    refused = set(UNWANTED)
    while True:
        words = Words()
        words.take((w, t) for w, t in candidates if w not in refused)
        tearing = _tearing(words, runs, plain)
        if not tearing:
            break
        refused |= tearing
    head = [
        "# source: labels and aliases of data/vocab, data/dict/query_words.tsv, runs of words in the titles of data/sample",
        f"# date: {DATE}",
        "# script: data/scripts/dictionary.py",
        "# a line: word frequency tag",
    ]
    path = DATA / "dict" / "haoke.txt"
    path.write_text("\n".join([*head, *(f"{w} {f} {t}" for w, (f, t) in sorted(words.taken.items()))]) + "\n", encoding="utf-8")
    ours = cutter(words)
    changed = [run for run in runs if plain.cut(run) != ours.cut(run)]
    print(f"{len(words.taken)} words; refused, as they tear others: {' '.join(sorted(refused))}")
    print(f"{len(changed)} of {len(runs)} runs are cut otherwise, among them:")
    for run in changed[:: max(1, len(changed) // 40)]:
        print(f"  {' '.join(plain.cut(run))}  →  {' '.join(ours.cut(run))}")


if __name__ == "__main__":
    main()
