"""What job postings ask and offer: degrees, experience, job types, graduation years, headcount, industries, occupations."""

from __future__ import annotations

import re

from catalog.normalize.codes import Coded, coded, lookup, remembered, unique
from catalog.normalize.raw import ungrouped
from catalog.text import clean, tidy

# Longest words first: 中等专科 is no 专科, 博士研究生 is no 硕士.
_DEGREES = (
    (re.compile("博士研究生|博士后|博士"), "博士"),
    (re.compile("硕士研究生|硕士|研究生|mba"), "硕士"),
    (re.compile("本科|学士"), "本科"),
    (re.compile("中等专科|中专|中技|中职|技工学校|技工|技校|职业高中|职高"), "中专"),
    (re.compile("大专|大学专科|专科|高职"), "大专"),
    (re.compile("普通高中|高中"), "高中"),
    (re.compile("初中"), "初中"),
    (re.compile("小学"), "小学"),
)
_ANY = re.compile(r"^(?:无|不限|无要求|学历不限|不限学历|无学历要求|不要求|none)$|学历不限|不限学历|^不限")
_EXCEPTION = re.compile(r"[（(][^（）()]*(?:放\s*宽|优先|可适当)[^（）()]*[)）]?")
_HEADCOUNT_OR_DATE = re.compile(r"^招.*人$|^\d{1,2}-\d{1,2}发布$")

_FRESH = re.compile("应届|在校|毕业生")
# Who need not apply: 不接受应届生和在校生, 应届毕业生勿投. 不要求经验 refuses nobody.
_NOT = "谢绝|不(?:接受|招|要(?!求)|考虑|收|予|含|包括)"
_REFUSED = re.compile(
    rf"(?:非|拒绝?|{_NOT})(?:\d{{2,4}}届|任何)?(?:应届|在校|毕业生)[^,;。\d]*|(?:应届|在校|毕业生)[^,;。\d]{{0,20}}?(?:勿|免投|除外|{_NOT})[^,;。\d]*"
)
_NO_EXPERIENCE = re.compile(r"^(?:无需经验|无工作经验|无经验|无需工作经验|经验不限|不限|不限经验|不限工作经验|无|无要求|不要求)$")
_SPAN = re.compile(r"(\d{1,2})\s*(?:-|~|至|到)\s*(\d{1,2})\s*年")
_AT_LEAST = re.compile(r"(\d{1,2})\s*年?(?:及以上|以上|\+)|(\d{1,2})\s*年")
_AT_MOST = re.compile(r"(\d{1,2})\s*年(?:以下|以内)")

# Two digits are a year before 届 or 级, or in a list that ends so; elsewhere they are months, days, or anything: 2025.09-2026.08.
_YEAR = re.compile(r"(?<!\d)(?<!\d[-/.])((?:\d{2}\s*[|,，、/;；\-~和及至到]\s*){0,20}\d{2})\s*[届级]|(?<!\d)(20\d{2})(?!\d)")
_YEARS = re.compile(r"(?<!\d)(?<!\d[-/.])(?:20)?(\d{2})\s*[-/~至到]\s*(?:20)?(\d{2})\s*届")
# A number, but no minus one, and no part of a date: 2026年招5人.
_COUNT = re.compile(r"(?<!\d)(?<!^-)(?<![\s:]-)(\d{1,7})(?:\.0+)?(?![\d年月日届级])")

# What campus notices call it → the label of data/vocab/job_type.
_TYPES = (
    (re.compile("实习"), "实习"),
    (re.compile("兼职"), "兼职"),
    (re.compile("公务员|选调"), "公务员"),
    (re.compile("三支一扶|西部计划|特岗|基层"), "基层项目"),
    (re.compile("事业单位|事业编|教招|教师招聘"), "事业单位"),
)


@remembered
def degrees(text: str) -> Coded:
    """Degrees asked. 本科及以上 is 本科, the least that will do; 本科, 硕士, 博士 are three; 学历不限 and 无 are 不限."""
    plain = clean(_EXCEPTION.sub("", text)).replace(" ", "")
    if not plain:
        return (), ()
    if _HEADCOUNT_OR_DATE.match(plain):
        return (), (tidy(text),)
    codes: list[str] = [lookup("degree", "不限")] if _ANY.search(plain) else []
    found: list[tuple[int, str]] = []
    for pattern, label in _DEGREES:
        hit = pattern.search(plain)
        if hit:
            found.append((hit.start(), lookup("degree", label)))
            plain = pattern.sub(lambda m: "　" * len(m.group()), plain)
    codes += [code for _, code in sorted(found)]
    if any(codes):
        return unique(codes), ()
    return coded("degree", text)


@remembered
def experiences(text: str) -> Coded:
    """Experience asked, in the vocabulary's bands: 3-4年经验, 10年以上, 无需经验, 在校生/应届生."""
    plain = clean(text)
    whole = lookup("experience", plain) or lookup("experience", plain.removesuffix("经验"))
    if whole:
        return (whole,), ()
    label = _band(plain)
    code = lookup("experience", label) if label else ""
    return ((code,), ()) if code else ((), unique((tidy(text),)))


def _band(text: str) -> str:
    """The label of the band that the asked years begin in."""
    text = _REFUSED.sub("", text)
    if _FRESH.search(text):
        return "应届生"
    if _NO_EXPERIENCE.match(text):
        return "不限"
    span, most = _SPAN.search(text), _AT_MOST.search(text)
    if most and not span:
        # 10年以内 asks for anything from nothing to ten years: no band says that.
        return "1年以下" if int(most[1]) <= 1 else "1-3年" if int(most[1]) <= 3 else ""
    span = span or _AT_LEAST.search(text)
    if not span:
        return ""
    years = int(span[1] or span[2])
    return "1年以下" if years < 1 else "1-3年" if years < 3 else "3-5年" if years < 5 else "5-10年" if years < 10 else "10年以上"


@remembered
def job_types(text: str) -> Coded:
    """全职, 兼职, 实习, 公务员 … A batch (春招, 秋招提前批 | 实习) stands in the vocabulary or stays text."""
    codes, rest = coded("job_type", text)
    left: list[str] = []
    extra: list[str] = []
    for word in rest:
        hits = [lookup("job_type", label) for pattern, label in _TYPES if pattern.search(word)]
        extra += hits
        left += [] if any(hits) else [word]
    return unique((*codes, *extra)), unique(left)


@remembered
def years(text: str) -> Coded:
    """Graduation years (届) or a book's edition year: 2026届 | 2027届, 26届, 2024. Words without a year are rest."""
    plain = clean(text)
    found = [year for m in _YEAR.finditer(plain) for year in ([m[2]] if m[2] else [f"20{y}" for y in re.findall(r"\d{2}", m[1])])]
    for span in _YEARS.finditer(plain):
        first, last = int(span[1]), int(span[2])
        if 0 < last - first < 10:
            found = [f"20{year:02}" for year in range(first, last + 1)] + found
    good = unique(y for y in found if "1990" <= y <= "2060")
    rest = [part.strip() for part in re.split(r"[|,，、;；]", text) if not good or not re.search(r"\d{2}", part)]
    return good, unique(tidy(r) for r in rest)


@remembered
def industries(text: str) -> Coded:
    """GB/T 4754 codes, by name or by data/crosswalk/industry.tsv (the job sites' own categories)."""
    return coded("industry", text, crossed=True)


@remembered
def occupations(text: str) -> Coded:
    """职业分类大典 codes, by name or by data/crosswalk/occupation.tsv."""
    return coded("occupation", text, crossed=True)


def headcount(text: object) -> int | None:
    """招22人 → 22; 若干 and 0 say nothing."""
    found = _COUNT.search(ungrouped(clean(str(text)))) if text is not None else None
    number = int(found[1]) if found else 0
    return number if 0 < number <= 1_000_000 else None
