"""Subjects, textbook versions and volumes of the K12 platform: `python data/scripts/k12.py INPUT_DIR`.

INPUT_DIR holds the platform's own files, in any depth: part_*.json (records with tag_list) and *_tag.json (the tag tree).
Every tag of the dimensions zxxbb (version) and zxxcc (volume) becomes an entry, in the tree that its name spells out:
人教版（PEP）（主编：吴欣） lies below 人教版, 必修1 分子与细胞 below 必修 第一册. Subjects are few enough to be curated; the
script stops on one that it does not know. Aliases come from the tables below and from the shapes of the names.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from _write import Row, ref_dir, write_vocab
from pypinyin import Style, lazy_pinyin
from small import rows

SOURCE = "tags of the national platform for primary and secondary schools (basic.smartedu.cn), national_lesson and tch_material"
HAN = "一二三四五六七八九"

# 艺术·音乐 is the platform's new name of 音乐 (2022 standard): one subject, both names. 中国历史 and 世界历史 are what schools
# for the deaf and blind call the two halves of 历史. 信息 alone may be either of two subjects, so it names both.
SUBJECT = """
chinese: 语文 | 中文课
math: 数学
english: 英语 | 英文 | 外语
morality: 道德与法治 | 道法 | 品德 | 品德与社会 | 品德与生活 | 思想品德 | 道德和法治
politics: 思想政治 | 政治 | 思政 | 思想政治课
history: 历史
history-china < history: 中国历史
history-world < history: 世界历史
geography: 地理
geography-human < geography: 人文地理
geography-atlas < geography: 地理图册 | 地图册 | 地理图册册
physics: 物理 | 物理学
chemistry: 化学
biology: 生物学 | 生物
science: 科学 | 自然科学
it: 信息技术 | 信息 | 电脑 | 微机
it-science: 信息科技 | 信息
general-tech: 通用技术 | 通技
labour: 劳动与技术 | 劳技 | 劳动技术 | 劳动
practice: 综合实践活动 | 综合实践
pe: 体育与健康 | 体育 | 体育与健身 | 体健
art: 艺术
music < art: 音乐 | 艺术·音乐 | 艺术音乐
fine-art < art: 美术 | 艺术·美术 | 艺术美术
stage-art < art: 艺术·舞蹈/影视/戏剧 | 舞蹈/影视/戏剧 | 舞蹈影视戏剧 | 舞蹈 | 影视 | 戏剧
crafts: 美工
calligraphy: 语文·书法练习指导 | 书法练习指导 | 书法 | 写字
japanese: 日语 | 日文
russian: 俄语 | 俄文
french: 法语 | 法文
german: 德语 | 德文
spanish: 西班牙语 | 西语
life-chinese: 生活语文
life-math: 生活数学
life-skills: 生活适应
communication: 沟通与交往
"""

# What people and other platforms call a version. Keys are the platform's labels.
VERSION_ALIASES: Mapping[str, tuple[str, ...]] = {
    "统编版": ("部编版", "部编", "统编", "部编本", "统编本", "部编人教版", "人教部编版", "部编教材", "统编教材"),
    "人教版": ("人教", "人教社", "人民教育出版社", "人教社版"),
    "人教版（PEP）（主编：吴欣）": ("PEP", "人教PEP", "PEP版", "人教版PEP", "人教版三起", "人教版三年级起点", "人教版（PEP）（三年级起点）（主编：吴欣）"),
    "人教版（一年级起点）（主编：吴欣）": ("人教版一起", "人教一起", "人教新起点", "人教版一年级起点"),
    "人教版（精通）": ("精通版", "人教精通", "人教精通版"),
    "人教版（精通）（主编：郝建平）": ("人教版（精通）（三年级起点）（主编：郝建平）",),
    "人教A版": ("人教版A版", "A版", "人教版（A版）", "人教版（A版）（主编：章建跃&李增沪）"),
    "人教版（B版）（主编：高存明）": ("人教B版", "人教版B版", "B版", "人教版（B版）"),
    "人教鄂教版": ("人教鄂教",),
    "外研社版": ("外研", "外研版", "外研社", "外语教学与研究出版社"),
    "外研社版（一年级起点）（主编：陈琳）": ("外研版一起", "外研一起", "外研社版一年级起点", "外研版一年级起点"),
    "外研社版（主编：陈琳）": ("外研版三起", "外研三起", "外研社版三年级起点", "外研版三年级起点", "外研社版（三年级起点）（主编：陈琳）"),
    "外研社版（主编：桂诗春）": ("外研社版（三年级起点）（主编：桂诗春）",),
    "外研社版（主编：刘兆义）": ("外研社版（三年级起点）（主编：刘兆义）",),
    "北师大版": ("北师大", "北师版", "北师", "北京师范大学出版社"),
    "苏教版": ("苏教", "苏教社", "江苏教育出版社"),
    "苏科版": ("苏科", "苏科技版"),
    "沪教版": ("沪教", "沪教育", "上教版", "上教社版", "上教社", "上教", "上海教育出版社"),
    "沪科技版": ("沪科版", "沪科", "沪科技", "沪科技社", "沪科技社版", "上科版", "上海科学技术出版社"),
    "沪科教版": ("沪科教", "上科教版", "上海科技教育出版社"),
    "沪外教版": ("沪外教", "上外教版", "上外版", "上海外语教育出版社"),
    "沪科技粤教版": ("沪粤版", "沪粤", "沪科粤教版"),
    "科学粤教版": ("科粤版", "科粤", "科学版粤教"),
    "译林版": ("译林", "牛津译林版", "牛津译林", "译林社版", "译林牛津版", "牛津版", "牛津", "译林出版社"),
    "译林版三年级起点": ("译林版三起", "译林三起"),
    "牛津上海版": ("牛津上海", "上海牛津版", "上海牛津", "沪牛津版", "牛津版", "牛津"),
    "冀教版": ("冀教",),
    "冀教版（一年级起点）": ("冀教版一起", "冀教一起"),
    "冀教版（三年级起点）": ("冀教版三起", "冀教三起"),
    "鲁教版": ("鲁教", "山东教育出版社"),
    "教科版": ("教科", "教科社版", "教育科学出版社"),
    "浙教版": ("浙教", "浙江教育出版社"),
    "湘教版": ("湘教", "湖南教育出版社"),
    "粤教版": ("粤教", "广东教育出版社"),
    "粤教粤科版": ("粤教粤科", "粤教科技版", "粤科版"),
    "粤教花城版": ("花城版", "粤教花城"),
    "粤教粤人版": ("粤人版", "粤教粤人"),
    "华东师大版": ("华师大版", "华师大", "华东师大", "华师版", "华东师范大学出版社"),
    "西南师大版": ("西师大版", "西师版", "西师", "西师大", "西南师大"),
    "西南大学版": ("西大版",),
    "商务星球版": ("星球版", "商务星图版", "商务星球", "星图版"),
    "中图版": ("中图", "中国地图出版社"),
    "中图中华地图版": ("中华中图版", "中华地图版"),
    "配套商务星球版": ("配套商务星图版",),
    "人音版": ("人音", "人民音乐出版社"),
    "人美版": ("人美", "人民美术出版社"),
    "接力社版": ("接力社", "接力版一年级起点"),
    "接力版": ("接力版三年级起点", "接力版三起"),
    "重庆大学版": ("重大版", "重庆大学出版社"),
    "清华大学版": ("清华版", "清华大学出版社"),
    "武汉社版": ("武汉版", "武汉出版社"),
    "未来出版社": ("未来社版", "未来版"),
    "教科外研版": ("教科外研社版",),
    "大象社版": ("大象版",),
    "地质社版": ("地质版",),
    "华文社版": ("华文版",),
    "科学社版": ("科学出版社",),
    "济南版": ("济南出版社",),
    "闽教版": ("闽教", "福建教育出版社"),
    "鄂教版": ("鄂教", "湖北教育出版社"),
}
# Since 2019 three subjects (思想政治 is what 道德与法治 is called in the upper school) have one edition in the whole country. Its publisher is 人民教育出版社, so people go on calling it by that: 人教版语文.
VERSION_KNOWN_AS: Mapping[str, tuple[str, str]] = {"统编版": ("renjiao", "chinese,history,morality,politics")}
# Labels that only another entry's alias needs: the same version under a second spelling of the platform's.
SAME = {alias: label for label, aliases in VERSION_ALIASES.items() for alias in aliases}
# Joint editions that people look for under the older, single name; editions whose label does not begin with their base.
VERSION_PARENT = {"人教A版": "人教版", "人教鄂教版": "鄂教版", "鲁教湘教版": "鲁教版", "粤教花城版": "粤教版", "粤教粤人版": "粤教版",
                  "粤教粤科版": "粤教版", "粤教沪外教版": "粤教版", "人教中图版": "人教版", "人教大同版": "人教版", "接力版": "接力社版"}
VERSION_CODES = {"人教版（PEP）（主编：吴欣）": "renjiao-pep", "人教版（一年级起点）（主编：吴欣）": "renjiao-yiqi", "人教A版": "renjiao-a",
                 "人教版（B版）（主编：高存明）": "renjiao-b", "未来出版社": "weilai", "译林版三年级起点": "yilin-sanqi", "鄂教版三年级起点": "ejiao-sanqi"}
# Without 版 these are places, schools or everyday words, and would be found everywhere.
NOT_BARE = {"北京", "青岛", "济南", "辽海", "新世纪", "科普", "接力", "大象社", "清华大学", "重庆大学", "西南大学", "辽宁师大", "华中师大",
            "广西师大", "武汉社", "人大附中实验小学", "未来", "西泠印社"}


def _code(label: str) -> str:
    """人音版（五线谱）（主编：吴斌） → renyin-wuxianpu-wubin."""
    parts = re.split(r"[（）()]+", label.replace("主编：", "").replace("年级起点", "起"))
    return "-".join(re.sub(r"[^a-z0-9]+", "", "".join(lazy_pinyin(re.sub(r"版$|版(?=[一三]起)", "", p))).lower()) for p in parts if p)


def version_rows(labels: list[str]) -> Iterator[Row]:
    """The versions as a tree; a base such as 人教版（精通） that the platform never uses alone is kept if its tag tree has it."""
    by_key: dict[str, str] = {}
    for label in labels:
        label = SAME.get(label, label).replace("(", "（").replace(")", "）")
        by_key.setdefault(re.sub(r"[()（）\s]", "", label), label)
    kept = list(by_key.values())
    known = set(kept)
    for label in sorted(kept, key=lambda v: (v not in VERSION_ALIASES and "（" in v, kept.index(v))):
        parent = VERSION_PARENT.get(label, "")
        base = label
        while not parent and (shorter := re.sub(r"[（(][^（(]*[）)]$|三年级起点$", "", base)) != base:
            base = shorter
            parent = base if base in known else ""
        row = Row(VERSION_CODES.get(label) or _code(label), label, VERSION_CODES.get(parent) or _code(parent))
        row.add(*VERSION_ALIASES.get(label, ()))
        bare = label.removesuffix("版")
        if bare != label and "（" not in bare and bare not in NOT_BARE:
            row.add(bare)
        if label in VERSION_KNOWN_AS:
            row.attrs["known-as"], row.attrs["known-in"] = VERSION_KNOWN_AS[label]
        if "主编" in label:
            row.attrs["editor"] = label.rsplit("主编：", 1)[1].rstrip("）)")
        yield row


# Titles that many courses share: only with their number do they name a volume.
ORDINARY = {"中国特色社会主义"}
_NUMBERED = re.compile(r"^(?P<kind>选择性必修|必修) ?(?P<n>\d+) (?P<title>.+)$")
_TRAILING = re.compile(r"^必修 (?P<title>技术与设计)(?P<n>\d)$")


def _number(n: int) -> str:
    return HAN[n - 1] if n < 10 else "十" + ("" if n == 10 else HAN[n - 11])


def _initials(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower())


def base_volumes() -> Iterator[Row]:
    """The untitled volumes, whether or not a record of today uses them."""
    for code, label, aliases in (("up", "上册", "上 上学期 第一学期 上半册 秋季学期"), ("down", "下册", "下 下学期 第二学期 下半册 春季学期"),
                                 ("all", "全一册", "全册 全1册")):
        yield Row(code, label, aliases=aliases.split())
    yield Row("all-up", "全一册（上）", "all", ["全一册上"])
    yield Row("all-down", "全一册（下）", "all", ["全一册下"])
    for letter, label, short, count in (("b", "必修", ("必",), 6), ("x", "选择性必修", ("选必", "选修"), 11)):
        yield Row(letter, label, aliases=["选修", "选必"] if letter == "x" else ["必修课本"])
        for suffix, han in (("u", "上册"), ("m", "中册"), ("d", "下册")):
            if letter + suffix != "bm":
                heads = (label, *short)
                yield Row(letter + suffix, f"{label} {han}", letter,
                          [n for h in heads for n in (h + han, h + han[0], f"{h}（{han[0]}）")][1:])
        for n in range(1, count + 1):
            names = [f"{label}{n}", f"{label}{_number(n)}", f"{label}第{n}册", f"{label}第{_number(n)}册"]
            names += [f"{s}{m}" for s in short for m in (n, _number(n))]
            names += [f"{s}第{_number(n)}册" for s in short if len(s) > 1]
            yield Row(f"{letter}{n}", f"{label} 第{_number(n)}册", letter, [a for a in names if a != f"{label}第{_number(n)}册"])
    yield Row("b-all", "必修 全一册", "b", ["必修（全一册）", "必修全册"])
    for n in range(1, 7):
        yield Row(f"c{n}", f"第{_number(n)}册", aliases=[f"第{n}册"])
    for n, years in enumerate(("1-2年级", "3-4年级", "5-6年级"), 1):
        yield Row(f"level{n}", f"水平{_number(n)}", aliases=[f"水平{n}"], attrs={"grades": years[:3]})


def volume_rows(labels: list[str]) -> Iterator[Row]:
    """The untitled volumes, then the platform's titled ones below them. What names a grade (高二下册) is no volume of its own."""
    base = list(base_volumes())
    yield from base
    known = {re.sub(r"\s", "", name): r.code for r in base for name in (r.label, *r.aliases)}
    titles = Counter(m["title"] for label in labels if (m := _NUMBERED.match(label)))
    for label in sorted(labels):
        if re.sub(r"\s", "", label) in known or re.match(r"^高[一二三]|^[一二三四五六七八九]年级", label):
            continue
        yield _titled(label, titles)


def _titled(label: str, titles: Mapping[str, int]) -> Row:
    found = _NUMBERED.match(label) or _TRAILING.match(label)
    if found:
        kind, n, title = ("x" if label.startswith("选") else "b"), int(found["n"]), found["title"]
        row = Row(f"{kind}{n}-{_initials(title)}", label, f"{kind}{n}")
        heads = ("选择性必修", "选必", "选修") if kind == "x" else ("必修",)
        row.add(*(h + form + title for h in heads for form in (str(n), _number(n))))
        if title == "技术与设计":
            row.add(f"技术与设计{n}", f"技术与设计{_number(n)}")
        elif len(title) >= 5 and titles.get(title) == 1 and title not in ORDINARY:  # shorter: 设计, 歌唱, 美术鉴赏
            row.add(title)
        return row
    if outline := re.match(r"^必修 中外历史纲要（(上|下)）$", label):
        half = outline[1]
        return Row("bu-outline" if half == "上" else "bd-outline", label, "bu" if half == "上" else "bd",
                   [f"中外历史纲要{half}", f"中外历史纲要（{half}）", f"中外历史纲要{half}册", f"历史纲要{half}", f"纲要{half}", f"必修中外历史纲要{half}"])
    if label.startswith("必修 "):
        return Row("b-" + _initials(label[3:]), label, "b")
    for tail, parent in (("（全一册）", "all"), ("（下册）", "down"), ("（上册）", "up"), ("上册", "up"), ("下册", "down")):
        if label.endswith(tail):
            return Row(f"{parent}-{_initials(label.removesuffix(tail))}", label, parent)
    return Row("o-" + _initials(label), label)


def tags(folder: Path) -> dict[str, list[str]]:
    """Dimension → tag names, most used first, from all records and tag trees below `folder`."""
    found: dict[str, Counter[str]] = {}

    def walk(node: Mapping[str, Any]) -> None:
        for level in node.get("hierarchies") or []:
            for child in level["children"]:
                found.setdefault(child["tag_dimension_id"], Counter())[child["tag_name"]] += 0
                walk(child)

    for path in sorted(folder.rglob("part_*.json")):
        for record in json.loads(path.read_text(encoding="utf-8")):
            for tag in record["tag_list"]:
                found.setdefault(tag["tag_dimension_id"], Counter())[tag["tag_name"]] += 1
    for path in sorted(folder.rglob("*_tag.json")):
        walk(json.loads(path.read_text(encoding="utf-8")))
    return {dimension: sorted(names, key=lambda n: (-names[n], n)) for dimension, names in found.items()}


def main() -> None:
    """Writes version, volume and subject."""
    found = tags(ref_dir())
    if not {"zxxbb", "zxxcc", "zxxxk"} <= found.keys():
        sys.exit("no part_*.json with the platform's tags below this folder")
    subjects = list(rows(SUBJECT))
    known = {name for s in subjects for name in (s.label, *s.aliases)} | {"英语（三年级起点）"}
    if unknown := [s for s in found["zxxxk"] if s not in known]:
        sys.exit(f"subjects that the table lacks: {unknown}")
    write_vocab("subject", subjects, source=SOURCE, script=__file__)
    write_vocab("version", version_rows(found["zxxbb"]), source=SOURCE, script=__file__)
    write_vocab("volume", volume_rows(found["zxxcc"]), source=SOURCE, script=__file__)


if __name__ == "__main__":
    main()
