"""Laws of the analysis, on the sample's titles and on random text; tables of the words that segmenters usually lose."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import data
from catalog.bulk import Kept
from catalog.text import _compatible, align, clean, fold, tidy
from indexer import sounds
from indexer.analysis import (
    INSIDE,
    MAX_TOKEN,
    Segmenter,
    index_text,
    index_tokens,
    is_han,
    jieba_segmenter,
    query_tokens,
    rjieba_segmenter,
    runs,
    segmenter,
    stands_inside,
    subwords,
    views,
    word_grams,
)
from indexer.marking import matches

FEW = settings(max_examples=200, deadline=None)


def gram_tokens(text: str) -> tuple[str, ...]:
    return tuple(views(text).grams.split())


@cache
def _titles() -> list[str]:
    """Every fifth title of the sample."""
    found: list[str] = []
    for name in ("textbooks", "lessons", "courses", "vocational"):
        with data.path("sample", f"{name}.tsv").open(encoding="utf-8", newline="") as lines:
            found += [row["title"] for row in csv.DictReader(lines, delimiter="\t")]
    return found[::5]


@cache
def _both() -> tuple[Segmenter, Segmenter]:
    return jieba_segmenter(), rjieba_segmenter()


# Common characters make words by chance, rare ones and those beyond the first plane don't.
HAN = st.text(st.sampled_from("的一是不了人大中学生工程数据计算机智能制造教育北京上海虚拟仿真实训高等版部编统语文物理化学年级册第三二五四制龘𠀀㐀〇"), max_size=40)
ANY_HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=20)
TEXT = st.text(max_size=60) | st.text(st.characters(), max_size=60) | HAN  # characters() includes lone surrogates
MIXED = st.text(st.sampled_from("高等数学版C+#.nNeEtT5Gg3dD-_'&/ 　（）·①Ⅱ½ﬁßéİıŉ\u0301\u200b\ufeff\ud800\U0001f600가ا"), max_size=40)


# ── the two segmenters ─────────────────────────────────────────────────────────────────────────────────────────────
def test_both_segmenters_cut_every_title_alike() -> None:
    reference, fast = _both()
    for title in _titles():
        for sort, run, _ in runs(clean(title)):
            if sort == "han":
                assert fast.cut(run) == reference.cut(run), run
                assert fast.search(run) == reference.search(run), run
                assert fast.others(run) == reference.others(run), run


@settings(max_examples=600, deadline=None)
@given(HAN | ANY_HAN)
@example("㐀㐀")
@example("数〇学𠀀𠀀高等数学")
@example("龥鿖鿖鿕")
@example("人人人二一")
@example("〇〇㐀")
def test_both_segmenters_cut_random_han_alike(text: str) -> None:
    reference, fast = _both()
    for sort, run, _ in runs(clean(text)):
        if sort == "han" and re.search(r"(.+)\1\1", run):
            # 人人人 is 人|人人 or 人人|人, equally likely: how the rest of the run is rounded decides
            assert "".join(fast.cut(run)) == "".join(reference.cut(run)) == run
        elif sort == "han":
            assert fast.cut(run) == reference.cut(run)
            assert fast.search(run) == reference.search(run)
            assert fast.others(run) == reference.others(run)


# ── a part of a title finds the title ──────────────────────────────────────────────────────────────────────────────
@settings(max_examples=400, deadline=None)
@given(st.data())
def test_any_run_of_whole_words_of_a_title_finds_the_title(choice: st.DataObject) -> None:
    title = choice.draw(st.sampled_from(_titles()))
    cleaned = clean(title)
    words = query_tokens(cleaned)
    if not words:
        return
    first = choice.draw(st.integers(0, len(words) - 1))
    last = choice.draw(st.integers(first, len(words) - 1))
    query = cleaned[words[first].start : words[last].end]
    in_words, in_grams = set(index_tokens(title)), set(gram_tokens(title))
    for token in query_tokens(clean(query)):
        assert token.text in in_words or set(word_grams(token.text)) <= in_grams, f"{token.text} of {query!r} is not found in {title!r}"


def test_nearly_every_run_of_words_finds_its_title_by_words_alone() -> None:
    found = asked = 0
    for title in _titles()[::3]:
        cleaned, indexed = clean(title), set(index_tokens(title))
        words = query_tokens(cleaned)
        for one, other in pairwise(words):
            asked += 1
            found += all(t.text in indexed for t in query_tokens(cleaned[one.start : other.end]))
    assert found > 0.99 * asked


# ── tokens ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@FEW
@given(st.sampled_from(_titles()) | HAN | MIXED)
def test_a_word_of_the_dictionary_is_held_wherever_it_stands(text: str) -> None:
    held = {*index_tokens(text), *views(text).inside.split()}
    cleaned = clean(text)
    for size in INSIDE:
        for at in range(len(cleaned) - size + 1):
            if stands_inside(word := cleaned[at : at + size]):
                assert word in held


@pytest.mark.parametrize(("text", "words"), [("教育管理学院", "管理学 理学院"), ("生物制药工程师", "制药工程"), ("北京航空航天大学", ""), ("Java 开发", ""), ("", "")])
def test_what_was_cut_otherwise_holds_the_words_that_straddle(text: str, words: str) -> None:
    assert views(text).inside == words


@FEW
@given(TEXT | MIXED)
@example("a" * 70_000)
@example("1." * 500 + "1")
def test_no_token_is_empty_or_too_long_or_holds_a_space(text: str) -> None:
    for token in (*index_tokens(text), *gram_tokens(text), *(t.text for t in query_tokens(clean(text)))):
        assert token and len(token) <= MAX_TOKEN and not any(c.isspace() for c in token)
        token.encode()  # no lone surrogate reaches an engine


@FEW
@given(TEXT | MIXED)
def test_tokens_of_a_query_stand_where_they_say_and_in_order(text: str) -> None:
    cleaned = clean(text)
    at = 0
    for token in query_tokens(cleaned):
        assert token.start >= at and cleaned[token.start : token.end] == token.text
        at = token.end


@FEW
@given(TEXT | MIXED | st.text(st.sampled_from("！（），：；？̸́＝＞高A가"), max_size=20))
def test_wide_punctuation_looked_for_first_changes_nothing_of_nfkc(text: str) -> None:
    assert _compatible(text) == unicodedata.normalize("NFKC", text)


@FEW
@given(TEXT | MIXED)
def test_tokens_stand_in_a_text_with_one_space_between(text: str) -> None:
    assert index_text(text) == " ".join(index_tokens(text))
    assert views(text).grams == " ".join(gram_tokens(text))


@FEW
@given(HAN | ANY_HAN)
def test_a_run_that_is_kept_has_the_tokens_of_one_that_is_not(text: str) -> None:
    for sort, run, _ in runs(clean(text)):
        if sort == "han":
            assert index_text(run).split() == [w for word in segmenter().cut(run) for w in (*segmenter().inside(word), word)]
            assert views(run).grams.split() == [*run, *map("".join, pairwise(run))]


def test_what_is_kept_is_made_once_and_forgotten_when_it_is_too_much() -> None:
    made = list[int]()
    kept = Kept(2, lambda n: made.append(n) or -n)
    assert list(map(kept.__getitem__, (1, 2, 1, 3, 3, 1))) == [-1, -2, -1, -3, -3, -1]
    assert made == [1, 2, 3, 1] and len(kept) == 2


@FEW
@given(TEXT | MIXED)
def test_tokens_depend_on_the_cleaned_text_only(text: str) -> None:
    assert index_tokens(text) == index_tokens(clean(text))
    assert gram_tokens(text) == gram_tokens(clean(text))


@FEW
@given(TEXT | MIXED)
def test_a_whole_text_as_a_query_is_found_in_itself(text: str) -> None:
    in_words, in_grams = set(index_tokens(text)), set(gram_tokens(text))
    for token in query_tokens(clean(text)):
        assert token.text in in_words or set(word_grams(token.text)) <= in_grams


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("C语言", ["c", "语言"]), ("C++程序设计", ["c++"]), ("Visual C#入门", ["visual", "c#", "入门"]), ("R语言", ["r", "语言"]), ("Go", ["go"]), (".NET开发", [".net", "开发"]),
        ("ASP.NET", ["asp.net", "net"]), ("5G通信", ["5g", "通信"]), ("IT", ["it"]), ("AI绘画", ["ai"]), ("3D打印", ["3d"]), ("Node.js", ["node.js", "node", "js"]),
        ("Vue3.0", ["vue3.0", "vue", "3.0"]), ("Python3", ["python3", "python"]), ("TCP/IP", ["tcp", "ip"]), ("ＣＡＤ制图", ["cad", "制图"]), ("18650电池", ["18650", "电池"]),
        ("1+X证书", ["1+x", "证书"]), ("O2O", ["o2o"]), ("H5", ["h5"]), ("é", ["é"]), ("iOS", ["ios"]), ("AutoCAD 2020", ["autocad", "2020"]),
    ],
)  # fmt: skip
def test_words_of_letters_and_digits_stay_what_they_are(text: str, tokens: list[str]) -> None:
    assert set(tokens) <= set(index_tokens(text))
    assert set(tokens) & set(gram_tokens(text)) >= {t for t in tokens if not is_han(t)}


@pytest.mark.parametrize(
    ("query", "title"),
    [("C", "C++程序设计"), ("C", "C#程序设计"), ("C++", "C语言"), ("net", ".NET开发"), ("R", "Art of War"), ("IT", "IoT"), ("3", "3D打印")],
)
def test_a_word_of_letters_finds_itself_only(query: str, title: str) -> None:
    assert query_tokens(clean(query))[0].text not in {*index_tokens(title), *gram_tokens(title)}


def test_traditional_and_full_width_text_gives_the_same_tokens() -> None:
    assert index_tokens("高等數學（Ｃ＋＋）") == index_tokens("高等数学(c++)")


@pytest.mark.parametrize(
    ("title", "query"), [("网络操作系统", "操作系统"), ("电子商务系统", "电子商务"), ("数字图像处理", "图像处理"), ("管理信息系统", "信息系统"), ("中华人民共和国", "人民共和国")]
)
def test_a_long_word_holds_the_long_words_inside_it(title: str, query: str) -> None:
    assert [t.text for t in query_tokens(query)] == [query], "one word"
    assert query in index_tokens(title)


def test_subwords_are_inside_their_word_and_not_the_word() -> None:
    assert subwords("高等数学") == ["高等", "数学"]
    assert subwords("数学") == subwords("c++") == []


# ── clean, tidy, align ─────────────────────────────────────────────────────────────────────────────────────────────
@FEW
@given(TEXT | MIXED)
@example("ﷺ\u0301")
@example("İ\u0307")
@example("㋿\u200b⁻")
@example("\u0345\u1fb3")
def test_clean_and_tidy_are_idempotent(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert tidy(tidy(text)) == tidy(text)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=12))
def test_clean_leaves_no_control_character_and_no_lone_surrogate(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert cleaned == cleaned.strip() and "  " not in cleaned
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 for c in cleaned)


@FEW
@given(TEXT | MIXED)
def test_offsets_of_align_rise_and_stay_in_the_text(text: str) -> None:
    cleaned, offsets = align(text)
    assert len(offsets) == len(cleaned) + 1
    assert offsets == sorted(offsets)
    assert all(0 <= o <= len(text) for o in offsets)
    assert cleaned == "" or offsets[-2] < len(text)


def test_align_says_what_clean_says_for_every_title() -> None:
    for title in _titles():
        assert align(title)[0] == clean(title)


@FEW
@given(st.text(alphabet=[*"会計計学abCİé①②Ⅲ½㎏ﬁ…，（）Ａ１\u0301\u00a8"], max_size=30))
def test_fold_says_what_align_says_where_there_is_neither_space_nor_junk(text: str) -> None:
    folded, offsets = fold(text)
    cleaned, places = align(text)
    # NFKC tells some marks with a space, of which align() drops those that follow another or stand at an end
    assert folded.replace(" ", "") == cleaned.replace(" ", "")
    offsets = offsets or [*range(len(text) + 1)]
    assert [o for c, o in zip(folded, offsets, strict=False) if c != " "] == [o for c, o in zip(cleaned, places, strict=False) if c != " "]


@FEW
@given(st.sampled_from(_titles()) | MIXED, st.data())
def test_marks_are_inside_the_text_in_order_and_apart(text: str, choice: st.DataObject) -> None:
    tokens = [t.text for t in query_tokens(clean(text))] or ["x"]
    needles = choice.draw(st.sets(st.sampled_from(tokens), max_size=4))
    spans = matches(text, needles)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] < other[0] for one, other in pairwise(spans))


def test_every_word_of_a_title_is_marked_in_it() -> None:
    for title in _titles()[::4]:
        for token in query_tokens(clean(title)):
            assert matches(title, {token.text}), f"{token.text} in {title}"


@pytest.mark.parametrize(("name", "read"), [("朝阳区", "chao yang qu"), ("长治", "chang zhi"), ("重庆", "chong qing"), ("会计", "kuai ji"), ("朝代", "chao dai")])
def test_places_and_words_are_read_as_people_say_them(name: str, read: str) -> None:
    assert sounds.syllables(name) == tuple(read.split())
