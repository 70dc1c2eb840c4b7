"""Ways in which people write something otherwise than it stands: each takes a text and a dice, and gives a query or "".

Nothing here is taken from judged queries or from the product's own tables of variants: sounds come from pypinyin over the
characters of GB 2312's first level, shapes from the groups below (or a file), Taiwan's words from OpenCC.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

#: Characters that are easily taken for one another, by eye or by the hand that writes them.
LOOKALIKES = """
    己已巳 未末 人入八 土士 日曰目 大太犬 天夫 千干于 木本术 话活 情清晴请 传转 拨拔 治冶 历厉 幕墓慕暮 辨辩辫 即既 侯候 微徽 准淮
    酒洒 析折拆 理埋 学字 问间闻 技枝 机肌饥 构沟购 计汁什 论轮伦沦 程呈 充统 数敬 物特 电申甲由 力刀 工土 代伐 法注 管菅 经径劲
    济挤剂 结洁 材村财 料科 体休 育盲 语话 设没 形刑 愿原 网肉 洛络 系糸 级极 商高 其基 会合 布市 场扬汤 营宫 销消 实买卖 验检险
    坏环 境镜 护沪 史吏 文交 艺亿 关美 音昔 与马 统流 子了 生主 王玉主 水永 心必 方万 分公 化代 气乞 今令 母毋 自白 田由 车东 贝见
    长张 用甩 目自 古右 石右 台合 可司 外处 处外 必心 写与 产严 全金 伸仲 位拉 住往 何向 但坦 作昨 估佑 低抵 住注 诗待 侍待 识织
    译泽 详样 诚城 读续 课棵 调周 谈淡 谱普 象像 质贡 费贵 资姿 路跑 蓝篮 英央 草早 药约 营莹 萌明 著着 蔬疏 薄簿 虑虚 蚀饰 补朴
    裁载 栽载 视现 规现 观现 角解 触独 许午 设投 运远 进近 通痛 速束 造告 遗遣 郊效
"""
_TITLE_NUMBER = re.compile(r"^(?:第?[一二三四五六七八九十\d]+(?:课|单元|章|讲|节)?[.、:\s]+)+")
_BRACKETS = re.compile(r"[（(【\[〔《「][^）)】\]〕》」]*[）)】\]〕》」]|[\s\d①-⑳.]+$")
HAN = re.compile(r"[\u4e00-\u9fff]+")

Twist = Callable[[str, random.Random], str]


def said(title: str) -> str:
    """A title as people say it: cleaned, without numbering, brackets and part numbers."""
    from catalog.text import clean

    return clean(_BRACKETS.sub("", _TITLE_NUMBER.sub("", title)).strip("-—: ·.")) or clean(title)


def core(title: str) -> str:
    """said(), without spaces: what makes two titles the same."""
    return said(title).replace(" ", "")


def words(text: str) -> list[str]:
    """The words of a text, each of its places once."""
    from catalog.text import clean
    from indexer.analysis import query_tokens

    return [t.text for t in query_tokens(clean(text))]


# ── sounds ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def syllables(text: str) -> list[str]:
    """Toneless pinyin of a Han text, word by word."""
    import pypinyin

    return pypinyin.lazy_pinyin(text, errors="ignore")


@lru_cache(maxsize=1)
def homophones() -> dict[str, str]:
    """Character → the other common characters that are read alike."""
    import pypinyin

    common = [bytes((a, b)).decode("gb2312") for a in range(0xB0, 0xD7) for b in range(0xA1, 0xFF) if (a, b) < (0xD7, 0xFA)]
    by_sound: dict[str, str] = {}
    for character in common:
        sound = pypinyin.lazy_pinyin(character)[0]
        by_sound[sound] = by_sound.get(sound, "") + character
    return {c: group.replace(c, "") for group in by_sound.values() for c in group}


def pinyin(text: str, dice: random.Random) -> str:
    return "".join(syllables(text))


def pinyin_spaced(text: str, dice: random.Random) -> str:
    return " ".join(syllables(text))


def initials(text: str, dice: random.Random) -> str:
    return "".join(s[0] for s in syllables(text))


def mixed(text: str, dice: random.Random) -> str:
    """The first characters, the rest in pinyin."""
    cut = dice.randint(2, max(2, len(text) - 2))
    return text[:cut] + "".join(syllables(text)[cut:])


def homophone(text: str, dice: random.Random, count: int = 1) -> str:
    """Characters replaced by others of the same sound."""
    places = [i for i, c in enumerate(text) if homophones().get(c)]
    if len(places) < count:
        return ""
    letters = list(text)
    for place in dice.sample(places, count):
        letters[place] = dice.choice(homophones()[text[place]])
    return "".join(letters)


def two_homophones(text: str, dice: random.Random) -> str:
    return homophone(text, dice, 2) if len(text) > 4 else ""


# ── shapes and slips ───────────────────────────────────────────────────────────────────────────────────────────────
def lookalike(groups: Sequence[str]) -> Twist:
    """A twist that replaces one character by one of similar shape."""
    table: dict[str, str] = {}
    for group in groups:
        for c in group:
            table[c] = table.get(c, "") + group.replace(c, "")

    def twist(text: str, dice: random.Random) -> str:
        places = [i for i, c in enumerate(text) if table.get(c)]
        if not places:
            return ""
        at = dice.choice(places)
        return text[:at] + dice.choice(table[text[at]]) + text[at + 1 :]

    return twist


def read_shapes(file: Path | None) -> list[str]:
    """Groups of similar characters: those above, or those of a file, one group a line."""
    if file is None:
        return LOOKALIKES.split()
    return [line.replace("\t", "").replace(" ", "") for line in file.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]


def transposed(text: str, dice: random.Random) -> str:
    places = [i for i in range(len(text) - 1) if text[i] != text[i + 1]]
    at = dice.choice(places) if places else 0
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :] if places else ""


def missing(text: str, dice: random.Random) -> str:
    at = dice.randrange(len(text))
    return text[:at] + text[at + 1 :]


def extra(text: str, dice: random.Random) -> str:
    """One character typed twice, or a common one slipped in."""
    at = dice.randrange(len(text))
    return text[:at] + (text[at] if dice.random() < 0.5 else dice.choice("的了是在一有大上")) + text[at:]


# ── scripts and widths ─────────────────────────────────────────────────────────────────────────────────────────────
@lru_cache(maxsize=4)
def _opencc(name: str) -> Callable[[str], str]:
    import opencc

    convert: Callable[[str], str] = opencc.OpenCC(name).convert
    return convert


def traditional(text: str, dice: random.Random) -> str:
    return changed(text, _opencc("s2t")(text))


def taiwan(text: str, dice: random.Random) -> str:
    """In Taiwan's words; "" where these are the mainland's in other characters."""
    there = _opencc("s2twp")(text)
    return "" if there == _opencc("s2tw")(text) else there


def full_width(text: str, dice: random.Random) -> str:
    return changed(text, "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text))


def changed(before: str, after: str) -> str:
    return "" if before == after else after


# ── shortening ─────────────────────────────────────────────────────────────────────────────────────────────────────
def abbreviated(text: str, dice: random.Random) -> str:
    """The first characters of two to four words, none of which is a single character."""
    parts = words(text)
    if not 2 <= len(parts) <= 4 or any(len(w) < 2 or not HAN.fullmatch(w) for w in parts):
        return ""
    return "".join(w[0] for w in parts)
