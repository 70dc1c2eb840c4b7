"""Places as job sites write them → region codes, the deepest that are certain.

Shapes: 昆明·西山区 · 广州-天河区 · 安徽 芜湖三山经开区 · 北京 | 上海 | 深圳 · 上海市/上海市/长宁区 · 上海-浦东新区,北京 ·
上海浦东新区海东大楼3楼. The text is walked from the left: at each place the longest name wins that lies below the region
before it; else a new region begins, if its name is not ambiguous. So 朝阳区 is Beijing's in 北京-朝阳区 and nobody's alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from catalog.normalize.codes import Coded, lookup, remembered, unique
from catalog.text import clean, key, tidy
from catalog.vocab import Vocabulary, vocabulary

_LISTS = re.compile(r"[|,，;；、\n]+")
_JOINS = re.compile(r"[\s·\-/>~_()（）]+")
# Offices and groups, not places: 合肥市直 is Hefei, 黑龙江省省本级 is Heilongjiang. Division codes group what lies right below a
# province (省直辖县级行政区划仙桃市, 重庆市县云阳县), and the cities of the 兵团 stand behind their division.
_LEAD = re.compile(r"^(?:工作|上班)?(?:地点|地址|城市)[:\s]+")
_OFFICES = re.compile(
    r"(?:省|自治区)?直辖县级行政(?:区划|单位|区)|县(?=[^县]{2,12}县)|(?<=兵团)[\s·\-/]?第[一二三四五六七八九十\d]{1,3}师(?=.)|"
    r"(?:省|市|区|县|自治区)?(?:直属?机关|直属|本级|直单位|直)|市辖区|(?:等|多)地|内$"
)
# Every people that an autonomous region is named for: with any three characters before 族, 海南藏族自治州 would have no name left.
_PEOPLES = (
    r"(?:(?:[回藏苗彝壮满侗瑶白傣黎佤畲水土羌怒各]|布依|朝鲜|土家|哈尼|傈僳|拉祜|纳西|景颇|仫佬|布朗|毛南|仡佬|普米|独龙)族|"
    r"(?:蒙古|维吾尔|哈萨克|柯尔克孜|塔吉克|锡伯|达斡尔|鄂温克|鄂伦春|撒拉|保安|东乡|裕固)族?)*"
)
_SUFFIX = re.compile(
    r"(?:特别行政区|" + _PEOPLES + r"自治[区州县旗]|新区|[省市区县旗盟]|地区|林区)$"
)
_LEVELS = {"country": 0, "province": 1, "city": 2, "county": 3}
_WORD = re.compile(r"^(?!.*(?:[路街号楼座弄巷]|大厦|中心|广场|大楼))[\u4e00-\u9fffA-Za-z]{2,10}$")  # a district's name, no address


class _Names(NamedTuple):
    full: dict[str, tuple[str, ...]]  # labels and aliases: good anywhere
    short: dict[str, tuple[str, ...]]  # a label without 市, 区, 县: good below a known region only
    longest: int


@lru_cache(maxsize=1)
def _names() -> _Names:
    full: dict[str, list[str]] = {}
    short: dict[str, list[str]] = {}
    for entry in vocabulary("region"):
        for name in {key(n) for n in entry.names}:
            full.setdefault(name, []).append(entry.code)
        stem = _SUFFIX.sub("", key(entry.label))
        if len(stem) >= 2:
            short.setdefault(stem, []).append(entry.code)
    frozen = [{name: tuple(codes) for name, codes in table.items() if len(name) > 1} for table in (full, short)]
    return _Names(frozen[0], frozen[1], max(map(len, frozen[0]), default=0))


class Place(NamedTuple):
    """Regions of a text, the words that name none, and the street address that followed a region."""

    codes: tuple[str, ...]
    rest: tuple[str, ...]
    address: str


@remembered
def regions(text: str) -> Coded:
    """(codes, words that no vocabulary knows). A street address is neither: see place()."""
    found = place(text)
    return found.codes, found.rest


@lru_cache(maxsize=65536)
def place(text: str) -> Place:
    """All regions of a text, one per place that it names."""
    whole = lookup("region", text)
    if whole:
        return Place((whole,), (), "")
    codes: list[str] = []
    rest: list[str] = []
    address = ""
    for part in _LISTS.split(text):
        left = _walk(_LEAD.sub("", clean(part)), codes)
        if not left:
            continue
        if codes and not _WORD.match(left):
            address = address or tidy(text)
        else:
            rest.append(left)
    return Place(_deepest(codes), unique(word[:300] for word in rest), address)


def _walk(text: str, codes: list[str]) -> str:
    """Appends the regions that `text` begins with; answers what is left of it."""
    vocab = vocabulary("region")
    at, missed = 0, ""
    current = codes[-1] if codes else ""
    begins = True  # whether this part of a list has named no region yet
    joined = False  # whether the place before ended here, without a separator: 上海|中山路1号 is no 中山
    while at < len(text):
        skip = _JOINS.match(text, at) or (_OFFICES.match(text, at) if codes else None)
        if skip:
            at, joined = skip.end(), False
            continue
        name, code = _match(text, at, current, joined, begins)
        if not code:
            # A word that is no region (高新区): go on after the next separator, but a street address ends the walk.
            word = _JOINS.split(text[at:], maxsplit=1)[0]
            if codes and (len(word) > 8 or re.search(r"\d", text[at:])):
                return (missed + " " + text[at:]).strip()
            missed, at = f"{missed} {word}".strip(), at + len(word)
            continue
        at, joined, begins = at + len(name), True, False
        # 上海浦东|新区: an alias may stop short of what the label goes on with.
        ending = _SUFFIX.search(vocab.label(code))
        if ending and not name.endswith(ending[0]) and text.startswith(ending[0], at):
            at += len(ending[0])
        if code not in vocab.path(current):
            codes.append(code)
            current = code
    return missed


def _match(text: str, at: int, current: str, joined: bool, begins: bool) -> tuple[str, str]:
    """(name, code) of the longest name that stands here; ("", "") when there is none, or when the longest is ambiguous."""
    vocab, names = vocabulary("region"), _names()
    elsewhere = not joined or _only_places(text, at, names)
    for name in _prefixes(text, at, names):
        code = _province(vocab, names, name, current, begins) or _choose(vocab, names, name, current, alone=_alone(text, at, name))
        if code and (elsewhere or current in vocab.path(code) or code in vocab.path(current)):
            return name, code
        # 朝阳区 without its city is not 朝阳 the city.
        if not code and not joined and name in names.full:
            break
    return "", ""


def _prefixes(text: str, at: int, names: _Names) -> Iterator[str]:
    for length in range(min(names.longest, len(text) - at), 1, -1):
        name = text[at : at + length]
        if name in names.full or name in names.short:
            yield name


def _only_places(text: str, at: int, names: _Names) -> bool:
    """Whether the word that begins here is nothing but names of places, as in 上饶嘉兴太原."""
    end = at + len(_JOINS.split(text[at:], maxsplit=1)[0])
    while at < end:
        at += next((len(name) for name in _prefixes(text[:end], at, names) if name in names.full), end + 1)
    return at == end


def _alone(text: str, at: int, name: str) -> bool:
    """Whether `name` is a whole word at this place."""
    end = at + len(name)
    return end == len(text) or bool(_JOINS.match(text, end))


def _province(vocab: Vocabulary, names: _Names, name: str, current: str, begins: bool) -> str:
    """What a province's name means: 海南 is a prefecture right behind 青海, 吉林 a city right behind 吉林, else the province.

    "" when no province has the name. In a list (青海、海南) a province follows on a province.
    """
    province = next((c for c in names.full.get(name, ()) if vocab.path(c)[0] == c), "")
    below = [c for c in names.short.get(name, ()) if vocab.entries[c].parent == current]
    return below[0] if province and current and len(below) == 1 and not begins else province


def _choose(vocab: Vocabulary, names: _Names, name: str, current: str, *, alone: bool) -> str:
    """The one region that `name` can mean after `current`; "" when none or several."""
    full, short = names.full.get(name, ()), names.short.get(name, ())
    for scope in (*reversed(vocab.path(current)),):
        for group in (full, short):
            below = [c for c in group if c != scope and scope in vocab.path(c)]
            if below:
                return _shallowest(vocab, below)
            if scope in group:
                return scope
    if full:
        chosen = _shallowest(vocab, list(full))
        # Inside a run of text a district's bare name may be anything; a province's or a city's may begin an address.
        return chosen if chosen and (alone or len(vocab.path(chosen)) <= 2 or vocab.label(chosen) == name) else ""
    return _shallowest(vocab, list(short)) if short and alone else ""


def _shallowest(vocab: Vocabulary, codes: list[str]) -> str:
    """吉林 is the province before the city; two on one level are ambiguous, wherever they hang (朝阳区)."""
    level = {c: _LEVELS.get(vocab.entries[c].attrs.get("level", ""), 0) for c in codes}
    top = [c for c in level if level[c] == min(level.values())]
    return top[0] if len(top) == 1 else ""


def _deepest(codes: list[str]) -> tuple[str, ...]:
    """Drops regions that another one of the list lies in: 安徽 beside 芜湖."""
    vocab = vocabulary("region")
    above = {ancestor for code in codes for ancestor in vocab.path(code)[:-1]}
    return unique(c for c in codes if c not in above)
