"""Example postings for the sample catalogue: real regions, industries and occupations, made-up employers that say so.

Everything that people would take for a fact is drawn from a table: data/sample/job_roles.tsv holds the roles with their
industries, degrees, majors and a bachelor's usual first pay. Days are counted from `today`, so that the sample never looks
stale: posted within the last 60 days, open for another 1 to 90. The same seed and day give the same postings; another day
moves their dates and nothing else.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import data
from catalog.vocab import Entry, vocabulary

# Pay and number of postings by city; every other city shares what is left.
_FIRST = ("北京市", "上海市", "深圳市", "广州市")
_SECOND = ("杭州市", "苏州市", "南京市", "成都市", "武汉市", "西安市", "重庆市", "天津市", "长沙市", "郑州市", "合肥市", "青岛市", "宁波市", "东莞市", "无锡市",
           "佛山市", "厦门市", "济南市", "福州市", "大连市")  # fmt: skip
_CLASSES = ((_FIRST, 30, 1.35), (_SECOND, 38, 1.1), ((), 32, 0.85))  # cities, share of postings in %, factor of pay

_NAMES = ("云帆", "启明", "青禾", "远山", "星河", "知行", "海岳", "锦程", "朗润", "新竹", "沐阳", "博远", "晨曦", "汇川谷", "瑞禾", "天枢", "长风", "明德", "清源", "同舟")
_TRADES = {"I": "科技", "C": "制造", "J": "金融服务", "E": "建设", "G": "物流", "F": "商贸", "H": "酒店管理", "A": "农业", "M": "技术", "N": "环境", "L": "咨询", "O": "服务"}
_PUBLIC = {"P": "学校", "Q": "健康服务中心", "S": "公共服务中心"}
_KINDS = ("民营公司", "国企", "外资", "合资", "上市公司")
_SIZES = ("少于50人", "50-150人", "150-500人", "500-1000人", "1000-5000人")

_DEGREES = {"none": 0.8, "secondary": 0.85, "college": 0.9, "bachelor": 1.0, "master": 1.25, "doctor": 1.6}  # factor of pay
_EXPERIENCE = (("fresh", 48, 1.0), ("none", 12, 1.0), ("y1-3", 22, 1.2), ("y3-5", 13, 1.5), ("y5-10", 5, 1.9))  # code, share in %, factor of pay
_TYPES = {"full-time": 55, "campus": 14, "campus-autumn": 8, "internship": 14, "internship-summer": 4, "part-time": 5}
_FOR_GRADUATES = ("campus", "internship", "public", "grassroots")  # kinds of job (with all below them) that name graduation years
_POSTED, _OPEN = 60, 90  # days: posted within, open for


@dataclass(frozen=True, slots=True)
class Role:
    """One line of job_roles.tsv. `degrees` and `types` are codes with weights, `pay` is yuan a month for a bachelor in a usual city."""

    name: str
    occupation: str
    industries: tuple[str, ...]
    degrees: dict[str, int]
    pay: int
    majors: tuple[str, ...]
    skills: tuple[str, ...]
    types: dict[str, int]


@cache
def roles() -> tuple[Role, ...]:
    """The roles of data/sample/job_roles.tsv."""
    with data.path("sample", "job_roles.tsv").open(encoding="utf-8", newline="") as lines:
        return tuple(
            Role(r["role"], r["occupation"], _list(r["industries"]), _weights(r["degrees"]), int(r["pay"]), _list(r["majors"]),
                 _list(r["skills"]), _weights(r["types"]))
            for r in csv.DictReader(lines, delimiter="\t")
        )  # fmt: skip


def postings(count: int, today: date, seed: int = 2026) -> Iterator[dict[str, object]]:
    """`count` postings as a job site would write them: raw fields for catalog.normalize.assemble()."""
    dice = random.Random(seed)
    for number in range(1, count + 1):
        yield {"id": f"{number:05d}", **_posting(dice, today)}


def _posting(dice: random.Random, today: date) -> dict[str, object]:
    role = dice.choice(roles())
    city, factor = _city(dice)
    industry = dice.choice(role.industries)
    degree = _draw(dice, role.degrees)
    kind = _draw(dice, {**_TYPES, **{code: weight * 60 for code, weight in role.types.items()}})
    group = vocabulary("job_type").path(kind)[0]
    young = group in _FOR_GRADUATES
    experience, seniority = ("fresh", 1.0) if young else _experience(dice)
    posted = today - timedelta(days=dice.randrange(_POSTED))
    skills = dice.sample(role.skills, k=min(len(role.skills), dice.randint(2, 3)))
    # A class leaves in June: from July on, next year's is looked for.
    year = today.year + (today.month >= 7)
    return {
        "title": role.name + ("（实习）" if group == "internship" else ""),
        "employer": _employer(dice, city, industry),
        "employer_type": "事业单位" if _section(industry) in _PUBLIC else dice.choice(_KINDS),
        "employer_size": dice.choice(_SIZES),
        "region": _place(dice, city),
        "industry": industry,
        "occupation": role.occupation,
        "major": list(role.majors),
        "degree": vocabulary("degree").label(degree),
        "experience": vocabulary("experience").label(experience),
        "job_type": vocabulary("job_type").label(kind),
        "salary": _pay(dice, role.pay * factor * _DEGREES[degree] * seniority, group),
        "headcount": dice.choice((1, 1, 1, 2, 2, 3, 5, 8, 10, 20)),
        "year": [f"{year}届", f"{year - 1}届"][: dice.randint(1, 2)] if young else None,
        "tags": skills,
        "verified": dice.random() < 0.8,
        "summary": f"示例职位：{city.label}招{role.name}，属{industry}；看重{'、'.join(skills)}。",
        "published": posted.isoformat(),
        "expires": (today + timedelta(days=dice.randint(1, _OPEN))).isoformat(),
    }


def _city(dice: random.Random) -> tuple[Entry, float]:
    """A city (or municipality) and its factor of pay."""
    names, _, factor = dice.choices(_CLASSES, [share for _, share, _ in _CLASSES])[0]
    known = _cities()
    return (known[dice.choice(names)] if names else dice.choice(tuple(known.values()))), factor


@cache
def _cities() -> dict[str, Entry]:
    regions = vocabulary("region")
    municipal = ("110000", "120000", "310000", "500000")
    cities = [e for e in regions if e.code in municipal or (e.attrs.get("level") == "city" and e.label.endswith(("市", "州")))]
    return {e.label: e for e in cities}


def _place(dice: random.Random, city: Entry) -> str:
    """The city, or for every other posting one of its districts: 江苏省·苏州市·吴中区."""
    regions = vocabulary("region")
    path = [regions.label(code) for code in regions.path(city.code)]
    districts = regions.children(city.code)
    return "·".join([*path, dice.choice(districts).label] if districts and dice.random() < 0.5 else path)


def _employer(dice: random.Random, city: Entry, industry: str) -> str:
    section, name = _section(industry), dice.choice(_NAMES)
    if section in _PUBLIC:
        return f"示例{name}{_PUBLIC[section]}（{city.label.removesuffix('市')}）"
    return f"示例{name}{_TRADES.get(section, '企业')}（{city.label.removesuffix('市')}）有限公司"


@cache
def _section(industry: str) -> str:
    entry = vocabulary("industry").canonical(industry)
    return vocabulary("industry").path(entry.code)[0] if entry else ""


def _experience(dice: random.Random) -> tuple[str, float]:
    code, _, factor = dice.choices(_EXPERIENCE, [share for _, share, _ in _EXPERIENCE])[0]
    return code, factor


def _pay(dice: random.Random, usual: float, group: str) -> str:
    """Pay in the shapes that job sites write; one in thirty says 面议."""
    low = usual * dice.lognormvariate(0, 0.18)
    shape, spread = dice.random(), dice.uniform(1.2, 1.7)
    if shape < 1 / 30:
        return "面议"
    if group == "internship":
        daily = round(low / 40 / 10) * 10
        return f"{daily}-{daily + 50}元/天"
    if group == "part-time":
        hourly = max(15, round(low / 220 / 5) * 5)
        return f"{hourly}-{hourly + 10}元/小时"
    least = max(2500, round(low / 500) * 500)
    most = max(least + 500, round(least * spread / 500) * 500)
    if shape < 0.3:
        return f"{least}-{most}元/月"
    if shape < 0.5 and least >= 10_000:
        return f"{least / 10_000:g}-{most / 10_000:g}万·{dice.choice((13, 14, 15))}薪"
    return f"{least / 1000:g}-{most / 1000:g}K" + (f"·{dice.choice((13, 14))}薪" if shape > 0.8 else "")


def _draw(dice: random.Random, weights: dict[str, int]) -> str:
    return dice.choices(list(weights), list(weights.values()))[0]


def _list(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)


def _weights(text: str) -> dict[str, int]:
    """`college:4 bachelor:6` → {"college": 4, "bachelor": 6}."""
    return {code: int(weight) for code, _, weight in (part.partition(":") for part in text.split())}
