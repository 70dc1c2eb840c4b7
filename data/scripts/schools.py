"""Builds data/vocab/school.tsv: the institutions of higher education on the Ministry's list, with what people call them.

Reads universities_moe2025.csv (the Ministry of Education's list of 2025-06-20). The code is the five-digit 院校代码 where
the table has it, else "m" and the checksum of the name, which stays the same when the list grows.
"""

from __future__ import annotations

import re
from zlib import crc32

from _write import DATA, Row, apply_curated, names, read_csv, read_lines, ref_dir, words, write_vocab

SOURCE = "Ministry of Education, list of institutions of higher education of 2025-06-20; short names collected by hand or derived by rule"

# Ending → short endings. Applied to what stands before it: 河北师范大学 → 河北师大. A shared result is merely ambiguous.
RULES = {
    "师范大学": ("师大",), "理工大学": ("理工",), "科技大学": ("科大",), "农业大学": ("农大",), "农林大学": ("农林",), "医科大学": ("医大", "医科"),
    "中医药大学": ("中医药", "中医大"), "财经大学": ("财大", "财经"), "工业大学": ("工大",), "外国语大学": ("外国语", "外大"), "交通大学": ("交大",),
    "政法大学": ("政法",), "林业大学": ("林大",), "民族大学": ("民大",), "海洋大学": ("海大",), "建筑大学": ("建大",), "药科大学": ("药大", "药科"),
    "邮电大学": ("邮电", "邮大"), "工商大学": ("工商",), "航空航天大学": ("航大",), "石油大学": ("石大",), "体育大学": ("体大",), "化工大学": ("化大",),
    "职业技术大学": ("职大", "职院", "职业技术学院"), "职业大学": ("职大",), "职业技术学院": ("职院", "职技院"), "职业学院": ("职院",),
    "师范学院": ("师院",), "美术学院": ("美院",), "音乐学院": ("音院",), "体育学院": ("体院",), "艺术学院": ("艺院",), "警察学院": ("警院",),
    "幼儿师范高等专科学校": ("幼师", "幼专", "幼高专", "幼师高专"), "师范高等专科学校": ("师专",), "医学高等专科学校": ("医专",),
    "高等专科学校": ("高专",), "开放大学": ("开大", "电大"),
}  # fmt: skip

# Well-known bodies that offer courses but stand on other lists (military, open, Hong Kong, Macau, Taiwan).
OTHERS = {
    "国防科技大学": ("430000", "国防科大|国防科学技术大学|NUDT|科大"),
    "海军军医大学": ("310000", "第二军医大学|二军大|海医大"),
    "陆军军医大学": ("500000", "第三军医大学|三军大|陆医大"),
    "空军军医大学": ("610100", "第四军医大学|四军大|空医大"),
    "陆军工程大学": ("320100", "中国人民解放军陆军工程大学|解放军理工大学"),
    "信息工程大学": ("410100", "战略支援部队信息工程大学|解放军信息工程大学|战略支援部队信息工程大学地理空间信息学院"),
    "海军工程大学": ("420100", "海工大"),
    "空军工程大学": ("610100", "空工大"),
    "火箭军工程大学": ("610100", "第二炮兵工程大学"),
    "国家开放大学": ("110000", "国开|国开大|中央电大|中央广播电视大学"),
    "北京开放大学": ("110000", ""), "上海开放大学": ("310000", "上开"), "江苏开放大学": ("320000", "江苏城市职业学院"),
    "广东开放大学": ("440000", ""), "云南开放大学": ("530000", ""),
    "香港大学": ("810000", "港大|HKU"), "香港中文大学": ("810000", "港中文|港中大|CUHK"), "香港科技大学": ("810000", "港科大|HKUST"),
    "香港理工大学": ("810000", "港理工|PolyU"), "香港城市大学": ("810000", "港城大|CityU"), "香港浸会大学": ("810000", "浸大|港浸会"),
    "澳门大学": ("820000", "澳大|澳门大"), "澳门科技大学": ("820000", "澳科大"),
    "台湾大学": ("710000", "台大|国立台湾大学"), "台湾清华大学": ("710000", "新竹清华大学|国立清华大学|新竹清华"),
    "台湾交通大学": ("710000", "新竹交通大学|国立交通大学|新竹交大|阳明交通大学"),
}  # fmt: skip

OTHERS_TAGS = {"国防科技大学": "985,211,双一流", "海军军医大学": "211,双一流", "空军军医大学": "211,双一流"}

TAGS = {"985": "985", "211": "211", "一流大学A类": "双一流", "一流大学B类": "双一流"}
# First-class disciplines (second round, 2022) of schools without another mark in the table; the 985 and 211 schools have it anyway.
FIRST_CLASS_DISCIPLINES = (
    "北京协和医学院 首都师范大学 外交学院 中国人民公安大学 中国音乐学院 中央美术学院 中央戏剧学院 天津工业大学 天津中医药大学 山西大学 上海海洋大学 上海中医药大学 "
    "上海体育大学 上海音乐学院 上海科技大学 南京邮电大学 南京林业大学 南京信息工程大学 南京医科大学 南京中医药大学 中国美术学院 宁波大学 河南大学 湘潭大学 "
    "广州医科大学 广州中医药大学 华南农业大学 南方科技大学 成都理工大学 成都中医药大学 西南石油大学 中国科学院大学 "
    "中国矿业大学（北京） 中国石油大学（北京） 中国石油大学（华东） 中国地质大学（北京） 中国地质大学（武汉） 华北电力大学"
)
# 211 schools that the table does not mark.
UNMARKED_211 = "郑州大学 中国矿业大学（北京） 中国石油大学（北京） 中国石油大学（华东） 中国地质大学（北京） 中国地质大学（武汉） 华北电力大学"

# Codes of schools that the table leaves without one.
CODES = {
    "华北电力大学": "10054", "中国矿业大学（北京）": "11413", "中国石油大学（北京）": "11414", "中国石油大学（华东）": "10425",
    "中国地质大学（北京）": "11415", "中国地质大学（武汉）": "10491",
}  # fmt: skip


def derived(name: str) -> list[str]:
    """Short names by rule; the longest ending counts. What is left must be two characters or more."""
    for ending in sorted(RULES, key=len, reverse=True):
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return [name.removesuffix(ending) + short for short in RULES[ending]]
    return []


def tags(record: dict[str, str]) -> str:
    """985, 211, 双一流 as one comma list. Every 985 and 211 school is in the first-class programme."""
    found = dict.fromkeys(TAGS[t] for t in record["tags"].split("|") if t)
    if record["name"] in words(UNMARKED_211):
        found["211"] = "211"
    if found or record["name"] in words(FIRST_CLASS_DISCIPLINES):
        found["双一流"] = "双一流"
    return ",".join(found)


class Regions:
    """Region codes by province and city name, from data/vocab/region.tsv (run regions.py first)."""

    def __init__(self) -> None:
        self.rows = [cells for cells in read_lines(DATA / "vocab" / "region.tsv") if cells[0] != "code"]
        self.parents = {cells[0]: cells[2] for cells in self.rows}

    def code(self, province: str, city: str) -> str:
        """The code of the city, or of the province where the table has no such city below it."""
        root = next(c[0] for c in self.rows if c[1] == province)
        wanted = {city, re.sub("市$", "", city)}
        below = [c[0] for c in self.rows if c[0][:2] == root[:2] and c[2] and wanted & {c[1], *names(c[3])}]
        return min(below, key=lambda code: self.parents[code] != root) if below else root


def main() -> None:
    regions = Regions()
    rows = []
    for record in read_csv(ref_dir() / "universities_moe2025.csv"):
        name = record["name"].strip()
        row = Row(record["yxdm"] or CODES.get(name) or code(name), name, attrs={"region": regions.code(record["province"], record["city"]), "tags": tags(record)})
        rows.append(row)
    rows += [Row(code(n), n, aliases=names(aka), attrs={"region": at, "tags": OTHERS_TAGS.get(n, ""), "list": "other"}) for n, (at, aka) in OTHERS.items()]
    apply_curated("school", rows)
    labels = {row.label for row in rows}
    for row in rows:
        row.add(*(short for short in derived(row.label) if short not in labels))
        # "（" in names is written "(" or left out as often as not.
        if "（" in row.label:
            row.add(row.label.replace("（", "").replace("）", ""))
    write_vocab("school", rows, source=SOURCE, script=__file__)


def code(name: str) -> str:
    """A stable code for a school without a known 院校代码."""
    return f"m{crc32(name.encode()):010d}"


if __name__ == "__main__":
    main()
