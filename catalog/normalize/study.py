"""What courses, textbooks and libraries are about, and who made them: disciplines, majors, schools, teachers, badges."""

from __future__ import annotations

import re
from functools import lru_cache

from catalog.normalize.codes import Coded, coded, crosswalk, each, known, lookup, plain, remembered, unique
from catalog.text import clean, key, tidy
from catalog.vocab import vocabulary

_BETWEEN = re.compile(r"[|｜,，;；、。:：/\n]+|\s+")
_JOINED = re.compile("以及|[和或及与]")
_LEVELS = re.compile(r"^(?:(?:大学)?本科|专科|大专|高职|中专|(?:硕士|博士)?研究生|硕士|博士|及?以上|学历|专业)+$")
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]?")
_TAIL = re.compile(r"(?:等?相关(?:专业|学科)?|相近|专业(?:及.*)?|系列专业|学科|方向|门类|等)+$")
_DIGITS = re.compile(r"^\d{4,8}[a-zA-Z]{0,2}|\d{4,8}[a-zA-Z]{0,2}$|专业代码.*$")
_PEOPLE = re.compile(r"\s*[、,，;；/|／\n]\s*|\s+(?=[\u4e00-\u9fff]{2})(?<=[\u4e00-\u9fff]\s)")
_ETC = re.compile(r"\s*(?:等(?:\d+人|人|老师)?|老师|教授|主讲)$")

languages = plain("language")
levels = plain("level")
audiences = plain("audience")
boards = plain("board")
resource_types = plain("resource_type")


@lru_cache(maxsize=4096)
def disciplines(text: str, catalogue: str = "") -> Coded:
    """门类/专业类 or 大类/专业类: in the catalogue of a stage, else by data/crosswalk/discipline.tsv, else by name.

    The crosswalk goes before the names: 医药卫生 of a MOOC platform is 医学, not the vocational 医药卫生大类.
    """
    return each(text, lambda value: _classes(value, catalogue))


@remembered
def access(text: str) -> Coded:
    """免费, 付费, 登录 …; a price: 0 is free, any other is paid."""
    price = re.fullmatch(r"[¥￥]?\s*(\d+(?:\.\d+)?)\s*元?", clean(text))
    if price:
        code = lookup("access", "免费" if float(price[1]) == 0 else "付费")
        return ((code,), ()) if code else ((), (tidy(text),))
    return coded("access", text)


@lru_cache(maxsize=65536)
def study_fields(text: str, catalogue: str = "") -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """(majors, disciplines, rest) of a text that names majors and classes of majors (中国语言文学类) in free words.

    The same name stands in several catalogues; `catalogue` is the code of a stage (vocational-secondary, bachelor, …)
    that chooses one. Without it an ambiguous name stays rest.
    """
    majors: list[str] = []
    classes: list[str] = []
    rest: list[str] = []
    whole = _major(tidy(text), catalogue)
    if whole:
        return (whole,), (), ()
    for word in _BETWEEN.split(_BRACKETS.sub(" ", text.replace("本 科", "本科"))):
        if not word or _LEVELS.match(word):
            continue
        if _sort(word, catalogue, majors, classes):
            continue
        # 计算机科学与技术 is one major, 会计学或审计学 are two: cut only what is no name as it stands.
        parts = [part for part in _JOINED.split(word) if part]
        hits = [len(parts) > 1 and _sort(part, catalogue, majors, classes) for part in parts]
        if not any(hits):
            rest.append(tidy(word))
        else:
            rest += [tidy(part) for part, hit in zip(parts, hits, strict=True) if not hit]
    return unique(majors), unique(classes), unique(rest)


def _sort(word: str, catalogue: str, majors: list[str], classes: list[str]) -> bool:
    """Adds the major or class that a word names to its list; False when it names none."""
    name = _TAIL.sub("", _DIGITS.sub("", word.strip())) or word
    major = _major(name, catalogue)
    # 数学 among majors may be the class 数学类; a bare 门类 such as 理学 stands in the vocabulary itself.
    found = () if major else _classes(name, catalogue, crossed=False) or _classes(name + "类", catalogue, crossed=False)
    majors += [major] if major else []
    classes += found
    return bool(major or found)


def _classes(name: str, catalogue: str, *, crossed: bool = True) -> tuple[str, ...]:
    """Disciplines of a name; 计算机类 stands in both catalogues, then the stage decides."""
    prefix = "ug:" if catalogue == "bachelor" else "voc:" if catalogue else ""
    for written in (name, name + "大类", name + "类") if prefix == "voc:" else (name,):
        fitting = [e.code for e in vocabulary("discipline").candidates(written) if prefix and e.code.startswith(prefix)]
        if len(fitting) == 1:
            return (fitting[0],)
    return (crosswalk("discipline").get(key(name), ()) if crossed else ()) or known("discipline", name)


def _major(name: str, catalogue: str) -> str:
    vocab = vocabulary("major")
    fitting = [e.code for e in vocab.candidates(name) if e.attrs.get("stage") == catalogue] if catalogue else []
    return fitting[0] if len(fitting) == 1 else lookup("major", name)


@remembered
def majors(text: str) -> Coded:
    """Majors named in a text; classes of majors are rest here (study_fields() tells them apart)."""
    found, classes, rest = study_fields(text)
    return found, unique((*(vocabulary("discipline").label(c) for c in classes), *rest))


@lru_cache(maxsize=65536)
def school(text: str) -> str:
    """The school's label where the vocabulary knows it – also 北京大学（北大） –, else the tidied text."""
    name = tidy(text)
    entry = vocabulary("school").canonical(name) or vocabulary("school").canonical(_BRACKETS.sub("", name))
    return entry.label if entry else name


def schools(text: str) -> tuple[str, ...]:
    """All schools of a text, as labels."""
    if vocabulary("school").canonical(text):
        return (school(text),)
    return unique(school(part) for part in re.split(r"[、,，;；|\n]+", text))


@lru_cache(maxsize=65536)
def teachers(text: str) -> tuple[str, ...]:
    """Names of a text: split at 、 , ; / and at spaces between Chinese names; 等 and titles dropped."""
    return unique(_ETC.sub("", tidy(name)) for name in _PEOPLE.split(text))
