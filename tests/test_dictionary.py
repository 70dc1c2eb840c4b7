"""The segmenter's own words (data/dict/haoke.txt): a sound file, and the words of the field cut as people read them."""

from __future__ import annotations

import re
import time

import pytest

import data
from indexer.analysis import Segmenter, dictionary_words, rjieba_segmenter

LINES = data.path("dict", "haoke.txt").read_text(encoding="utf-8").splitlines()
WORDS = [line for line in LINES if not line.startswith("#")]


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return rjieba_segmenter()


def test_the_file_names_its_source_date_and_script() -> None:
    assert [line.split(":")[0] for line in LINES[:3]] == ["# source", "# date", "# script"]


def test_every_line_is_a_word_of_2_to_8_han_characters_a_frequency_and_a_tag() -> None:
    for line in WORDS:
        assert re.fullmatch(r"[\u4e00-\u9fff]{2,8} [1-9]\d* (?:nr|ns|nz|n)", line), line


def test_words_are_sorted_and_stand_once() -> None:
    assert list(WORDS) == sorted(WORDS, key=lambda line: line.split(" ")[0])
    assert len({word for word, _, _ in dictionary_words()}) == len(WORDS) > 5_000


def test_the_dictionary_loads_at_once() -> None:
    # the least of three: another process may hold the machine
    times = []
    for _ in range(3):
        began = time.perf_counter()
        rjieba_segmenter()
        times.append(time.perf_counter() - began)
    assert min(times) < 0.5


def test_every_word_is_cut_as_a_whole(segmenter: Segmenter) -> None:
    # A later, longer word may be likelier beside another, but alone each stands.
    assert [word for word, _, _ in dictionary_words() if segmenter.cut(word) != [word]] == []


@pytest.mark.parametrize(
    "wished",
    [
        "外研版", "五四制", "慕课", "高等数学", "虚拟仿真 实训", "虚拟仿真 实验", "跨境电商 实务", "人工智能 初步", "云计算 技术", "融媒体 运营", "统编版 五年级 语文",
        "道德与法治", "初一 数学 上册", "北大 高数", "南京市 玄武区", "三支一扶", "应届生", "职业本科", "上 大学", "大学生", "南方 医科大学", "电子科技 大学",
        "软件 工程师", "生产 与 管理", "机械 工程制图", "新能源 汽车", "区块链 技术", "小学 语文 教师",
    ],
)  # fmt: skip
def test_the_words_of_the_field_are_cut_as_people_read_them(segmenter: Segmenter, wished: str) -> None:
    assert segmenter.cut(wished.replace(" ", "")) == wished.split(" ")
