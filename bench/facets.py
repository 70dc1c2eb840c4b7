"""Queries made of facets in colloquial shapes: the version, grade, subject and volume of a book, a major and its stage, a
city and a role. Their spellings are written here, apart from the product's vocabularies.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from bench.titles import Maker, Query, Titles, drawn, query
from bench.twist import HAN
from catalog.resource import Resource
from catalog.text import key
from catalog.vocab import vocabulary

HAN_DIGIT = "零一二三四五六七八九"
VOLUMES = {"up": ("上册", "上学期", "上", "（上）", "第一学期"), "down": ("下册", "下学期", "下", "（下）", "第二学期")}
BOOK_ORDERS = ("{version}{grade}{subject}{volume}", "{subject} {grade} {volume} {version}", "{version} {subject} {grade}{volume}",
               "{grade}{volume}{subject}{version}", "{grade} {subject} {volume} {version}", "{version}{subject}{short}", "{short}{subject} {version}",
               "{version} {short} {subject}")  # fmt: skip
STAGES = {"vocational-secondary": ("中职", "中专"), "vocational-college": ("高职", "大专", "高职专科"), "vocational-bachelor": ("职业本科",)}


def region_role(shapes: Sequence[str]) -> Maker:
    """A city and words of a job's title."""

    def make(titles: Titles, dice: random.Random) -> Query | None:
        if not titles.phrases["job"]:
            return None
        role = dice.choice(titles.phrases["job"])
        held = titles.holding["job"][role]
        job = dice.choice(held)
        regions = vocabulary("region")
        path = [e for code in job.region[:1] for c in regions.path(code) if (e := regions.get(c)) and e.label.endswith("市")]
        if not path:
            return None
        city = path[0]
        gold = [r.id for r in held if any(city.code in regions.path(code) for code in r.region)]
        return query("job", dice.choice(shapes).format(city=city.label.removesuffix("市"), role=role), "p@k", gold, f"{city.label}: {role}")

    return make


def vocational(titles: Titles, dice: random.Random) -> Query | None:
    """A major and its stage of schooling; right are courses of such a major, or named so, of that stage."""
    resource = drawn(titles, "course", dice)
    if resource is None or not resource.major or resource.values("stage")[:1] not in [(s,) for s in STAGES]:
        return None
    stage, major = resource.stage[0], vocabulary("major").label(resource.major[0])
    gold = [
        r.id
        for r in titles.kinds["course"]
        if stage in r.stage and (major in key(r.title) or any(major in vocabulary("major").label(code) for code in r.major))
    ]
    shape = dice.choice(("{major} {stage}", "{stage} {major}", "{stage}{major}专业", "{major}专业 {stage}"))
    return query("course", shape.format(major=major, stage=dice.choice(STAGES[stage])), "p@k", gold, f"{stage}: {major}")


# ── textbooks ──────────────────────────────────────────────────────────────────────────────────────────────────────
def book(shapes: Sequence[str]) -> Maker:
    """Version, subject, grade and volume of a book of the first nine years; right are exactly the books that have all four."""

    def make(titles: Titles, dice: random.Random) -> Query | None:
        resource = drawn(titles, "textbook", dice)
        if resource is None or len(resource.grade) != 1 or not (resource.version and resource.subject and resource.volume):
            return None
        wanted = {name: resource.values(name)[0] for name in ("version", "subject", "grade", "volume")}
        version = vocabulary("version").label(wanted["version"])
        if wanted["volume"] not in VOLUMES or not wanted["grade"][1:].isdigit() or int(wanted["grade"][1:]) > 9 or not HAN.fullmatch(version):
            return None
        number = int(wanted["grade"][1:])
        spelled = {
            "version": dice.choice(_versions(version)),
            "subject": vocabulary("subject").label(wanted["subject"]),
            "grade": dice.choice(_grades(number)),
            "volume": dice.choice(VOLUMES[wanted["volume"]]),
            "short": dice.choice((HAN_DIGIT[number], str(number))) + VOLUMES[wanted["volume"]][2],
        }
        gold = [r.id for r in titles.kinds["textbook"] if _has(r, wanted)]
        return query("textbook", dice.choice(shapes).format(**spelled), "rprec", gold, "、".join(wanted.values()))

    return make


def senior_book(titles: Titles, dice: random.Random) -> Query | None:
    """Version, subject and volume (必修一, 选择性必修 第二册) of a senior textbook."""
    resource = drawn(titles, "textbook", dice)
    if resource is None or "senior" not in resource.stage or not (resource.version and resource.subject and resource.volume):
        return None
    wanted = {name: resource.values(name)[0] for name in ("version", "subject", "volume", "stage")}
    version, volume = vocabulary("version").label(wanted["version"]), wanted["volume"]
    if volume[0] not in "bx" or not volume[1:].isdigit() or int(volume[1:]) > 9 or not HAN.fullmatch(version):
        return None
    sort, number = {"b": ("必修",), "x": ("选择性必修", "选必")}[volume[0]], int(volume[1:])
    shape = dice.choice(("高中{s}{v}{n}", "{v} {s} {n}", "{s}{n} {v}", "{v}高中{s}{n}", "{s} {n} {v}"))
    spelled = dice.choice(sort) + dice.choice((HAN_DIGIT[number], str(number), f"第{HAN_DIGIT[number]}册", f" 第{HAN_DIGIT[number]}册"))
    text = shape.format(s=vocabulary("subject").label(wanted["subject"]), v=dice.choice(_versions(version)), n=spelled)
    return query("textbook", text, "rprec", [r.id for r in titles.kinds["textbook"] if _has(r, wanted)], "、".join(wanted.values()))


def _has(resource: Resource, wanted: Mapping[str, str]) -> bool:
    """Whether a book has the codes wanted, or ones below them (人教版 of PEP)."""
    return all(any(code in vocabulary(name).path(c) for c in resource.values(name)) for name, code in wanted.items())


def _versions(label: str) -> tuple[str, ...]:
    """统编版 → also 部编版; 人教版 → also 人教."""
    names = (label, label.removesuffix("版") if len(label) > 2 else label)
    return (*names, "部编版", "部编") if label == "统编版" else names


def _grades(number: int) -> tuple[str, ...]:
    han, digit = HAN_DIGIT[number], str(number)
    if number < 7:
        return (f"{han}年级", f"{digit}年级", f"小学{han}年级", f"小学{digit}年级")
    return (f"{han}年级", f"{digit}年级", f"初{HAN_DIGIT[number - 6]}", f"初中{HAN_DIGIT[number - 6]}年级")
