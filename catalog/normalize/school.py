"""What schools and publishers write about a book or lesson → codes: stage, grade, subject, textbook version, volume.

Every normaliser answers Coded = (codes, rest), see codes.py: rest is what no vocabulary of school knows. Values that name
two things at once (高二下册, 七年级上册) give each field its own: grades_in() and volumes_in() read the other half.
五·四学制 has five years of primary and four of junior school, so its 六年级 is junior54: stage_of(…, five_four=True).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from catalog.normalize.codes import Coded, lookup, remembered, unique
from catalog.text import clean, tidy
from catalog.vocab import vocabulary

Value = str | int | float

_NUMERALS = {c: n for n, c in enumerate("一二三四五六七八九十", 1)} | {"十一": 11, "十二": 12}
_NUMERAL = "(?:十[一二]?|[一二三四五六七八九]|[0-9]{1,2})"
_GRADE = re.compile(f"(?:小学|初中|高中)?(?:{_NUMERAL}年级|[初高小][一二三四五六1-6](?![0-9])(?:年级)?)")
_RANGE = re.compile(r"^(.+?)[至到~-](.+)$")
_SPANS = {"水平一": (1, 2), "水平二": (3, 4), "水平三": (5, 6), "低年级": (1, 2), "中年级": (3, 4), "高年级": (5, 6),
          "小学低年级": (1, 2), "小学中年级": (3, 4), "小学高年级": (5, 6),
          "初中": (7, 9), "初中年级": (7, 9), "高中": (10, 12), "高中年级": (10, 12)}
_HALVES = r"全一册|上册|中册|下册|上学期|下学期|第[一二]学期|上|下"
_HALF = re.compile(rf"(?:[（(]({_HALVES})[）)]|({_HALVES}))$")
_NUMBERED = re.compile(rf"^(选择性必修|选必|选修|必修)(?:模块|课程)?第?({_NUMERAL})(?:册|模块)?[:：·.\-]?(.*)$")
_REQUIRED = re.compile(r"^(选择性必修|选必|必修)(.+)$")
_BRACKET = re.compile(r"[（(]([^（）()]*)[）)]$")
_START = re.compile(r"([一三]年级起点|[一三]起)$")
_PUBLISHER = re.compile(r"^(.+?版)[-—·]\s*(.*出版社.*)$")
_BOOK = re.compile(r"(?:教材|课本|教科书|课程)$")
_SUBJECT_FRAME = re.compile(r"^(?:义务教育|普通高中)?(?:小学|初中|高中|中学|中职)?(.+?)(?:课程|学科|课|教材|教科书)?$")
_STANDARD = re.compile(r"(?:根据)?(\d{4})年版课程标准")


def _text(value: Value) -> str:
    """Any value as tidied text: 3 and 3.0 are "3"."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return tidy(str(value))


def _parts(text: str) -> list[str]:
    """The values of a list in one text: cut at | 、 , ; / and line ends, but not within brackets (主编：赵季平，杜永寿)."""
    parts, depth = [""], 0
    for char in text:
        depth += (char in "（(《") - (char in "）)》")
        if char in "|｜、，,;；/／\n" and depth <= 0:
            parts.append("")
        else:
            parts[-1] += char
    return [p.strip() for p in parts if p.strip()]


def _each(text: str, one: Callable[[str], Coded]) -> Coded:
    """The whole text as one value if `one` knows all of it, else its parts."""
    whole = one(text)
    parts = _parts(text)
    if len(parts) < 2 or (whole[0] and not whole[1]):
        return whole
    answers = [one(part) for part in parts]
    if not any(codes for codes, _ in answers):
        return whole
    return unique(c for codes, _ in answers for c in codes), unique(w for _, rest in answers for w in rest)


def _number(text: str) -> int:
    """八, 8, 十一, 11 → a number; 0 for anything else."""
    return int(text) if text.isdecimal() else _NUMERALS.get(text, 0)


# --- stage

@remembered
def _stage(text: str) -> Coded:
    if code := lookup("stage", text):
        return (code,), ()
    spans = {"义务教育": ("primary", "junior"), "中小学": ("primary", "junior", "senior"), "中学": ("junior", "senior"), "小初高": ("primary", "junior", "senior")}
    return (spans[text], ()) if text in spans else ((), (text,) if text else ())


def stages(value: Value) -> Coded:
    """小学, 初中（五•四学制）, 小学、初中, 高职 → codes of data/vocab/stage. A bare 五四制 may be either stage, so it is rest."""
    return _each(_text(value), _stage)


def stage_of(grades: Iterable[str], *, five_four: bool = False) -> tuple[str, ...]:
    """The stages that grades belong to: 七年级 → junior, 高一 → senior; in 五·四学制 六年级 → junior54."""
    found = []
    for number in sorted({int(g[1:]) for g in grades if re.fullmatch(r"g\d+", g)}):
        if number > 9:
            found.append("senior")
        elif five_four:
            found.append("primary54" if number <= 5 else "junior54")
        else:
            found.append("primary" if number <= 6 else "junior")
    return unique(found)


# --- grade

def _one_grade(text: str) -> tuple[str, ...]:
    """One grade, or a named span of grades."""
    text = clean(text)
    if re.fullmatch(r"\d{1,2}", text):
        return (f"g{int(text)}",) if 1 <= int(text) <= 12 else ()
    if code := lookup("grade", text):
        return (code,)
    if text in _SPANS:
        first, last = _SPANS[text]
        return tuple(f"g{n}" for n in range(first, last + 1))
    return ()


def _end(text: str) -> str:
    """The grade at one end of a range: 五, 5, 五年级, 初一."""
    found = _one_grade(text) or _one_grade(text + "年级")
    return found[0] if len(found) == 1 else ""


@remembered
def _grade(text: str) -> Coded:
    if found := _one_grade(text):
        return found, ()
    if (ends := _RANGE.match(clean(text))) and (first := _end(ends[1])) and (last := _end(ends[2])) and int(first[1:]) < int(last[1:]):
        return tuple(f"g{n}" for n in range(int(first[1:]), int(last[1:]) + 1)), ()
    named = [m[0] for m in _GRADE.finditer(text)]
    codes = unique(c for name in named for c in _one_grade(name))
    if not codes:
        return (), (text,) if text else ()
    left = [w.strip("（）() ·-") for w in _GRADE.split(text)]
    return codes, unique(w for w in left if w and not lookup("volume", w) and not lookup("stage", w))


def grades(value: Value) -> Coded:
    """3, "3", 三年级, 初一, 五至六年级, 水平二, 高中年级 → codes g1 … g12 of data/vocab/grade. 教师用书 is rest."""
    return _each(_text(value), _grade)


def grades_in(value: Value) -> tuple[str, ...]:
    """The grades that another field's value also names: 高二下册 → ("g11",), 七年级（全一册） → ("g7",), 水平二 → g3, g4."""
    text = _text(value)
    if text in _SPANS and text.startswith("水平"):
        return _one_grade(text)
    return unique(c for m in _GRADE.finditer(text) for c in _one_grade(m[0]))


# --- volume

def _titled(code: str, title: str) -> Coded:
    """The titled volume below a numbered one: (x3, 生物技术与工程) → x3-swjsygc; a title of its own stays as rest."""
    if not title:
        return (code,), ()
    wanted = clean(title).replace(" ", "")
    for entry in vocabulary("volume").children(code):
        if clean(entry.label).replace(" ", "").endswith(wanted):
            return (entry.code,), ()
    return (code,), (title,)


@remembered
def _volume(text: str) -> Coded:
    if code := lookup("volume", text):
        return (code,), ()
    bare = _GRADE.sub("", text, count=1) if _GRADE.match(text) else text
    if bare != text:  # 高二下册: the grade is grades_in()'s
        return _volume(bare.strip("（）() ")) if bare.strip() else ((), ())
    squeezed = re.sub(r"\s+", "", text)
    if (found := _NUMBERED.match(squeezed)) and (n := _number(found[2])):
        code = ("b" if found[1] == "必修" else "x") + str(n)
        if code in vocabulary("volume"):
            return _titled(code, found[3])
    if found := _HALF.search(squeezed):
        half = lookup("volume", found[1] or found[2])
        head = squeezed[: found.start()]
        if half and head:
            root = lookup("volume", head + (found[1] or found[2])) or half
            return (root,), (head,) if root == half else ()
    if found := _REQUIRED.match(squeezed):
        return _titled("b" if found[1] == "必修" else "x", found[2])
    return (), (text,) if text else ()


def volumes(value: Value) -> Coded:
    """下册, 第一学期, 必修一, 选择性必修3 生物技术与工程, 高二下册 → codes of data/vocab/volume, the most exact there is."""
    return _each(_text(value), _volume)


def volumes_in(value: Value) -> tuple[str, ...]:
    """The volume that a grade's text also names: 七年级上册 → ("up",)."""
    text = _text(value)
    bare = _GRADE.sub("", text, count=1).strip("（）() ")
    return (code,) if bare != text and (code := lookup("volume", bare)) else ()


# --- version

def _named_version(text: str) -> str:
    """The code of a version under the usual spellings: with and without 版, 社 and 教材; "" for what may be two (牛津版)."""
    if len(vocabulary("version").candidates(text)) > 1:
        return lookup("version", text)
    bare = _BOOK.sub("", text)
    stem = re.sub(r"(?:出版社|社)?版?$", "", bare)
    return next((c for name in (text, bare, bare + "版", f"{stem}版", f"{stem}社版", stem) if (c := lookup("version", name))), "")


@remembered
def _version(text: str) -> Coded:
    if code := _named_version(text):
        return (code,), ()
    if found := _PUBLISHER.match(text):
        codes, more = _version(found[1])
        return codes, (*more, found[2]) if codes else (text,)
    rest: list[str] = []
    at = text
    while found := _BRACKET.search(at) or _START.search(at):
        rest.insert(0, found[1])
        at = at[: found.start()].strip()
        if at and (code := _named_version(at)):
            return (code,), tuple(rest)
    return (), (text,) if text else ()


def versions(value: Value) -> Coded:
    """人教版, 部编, 外研版, 人音版（五线谱）（主编：吴斌）, 人教版-人民教育出版社 → codes of data/vocab/version.

    An edition that the vocabulary lacks counts as its nearest known base; the words in brackets are then rest.
    """
    return _each(_text(value), _version)


# --- subject

@remembered
def _subject(text: str) -> Coded:
    if code := lookup("subject", text):
        return (code,), ()
    rest: list[str] = []
    at = text
    while found := _BRACKET.search(at):
        rest.insert(0, found[1])
        at = at[: found.start()].strip()
    frame = _SUBJECT_FRAME.match(at)
    code = lookup("subject", at) or (lookup("subject", frame[1]) if frame else "")
    return ((code,), tuple(rest)) if code else ((), (text,) if text else ())


def subjects(value: Value) -> Coded:
    """语文, 道法, 高中生物, 英语（三年级起点） → codes of data/vocab/subject. 信息 alone may be two subjects, so it is rest."""
    return _each(_text(value), _subject)


# --- edition

def edition(*values: Value) -> str:
    """What tells same-named books apart: 新教材, 旧教材, else the standard a title names (根据2022年版课程标准修订); "" if none."""
    texts = [_text(v) for v in values]
    for text in texts:
        if text in ("新教材", "旧教材"):
            return text
    return next((f"{m[1]}年版课程标准" for text in texts if (m := _STANDARD.search(text))), "")
