"""Judged queries made from the catalogue itself: a resource is drawn, its title or facets are written otherwise, and the
gold is found by rule – all resources of the same title, all whose title holds the phrase, all books of the same facets.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bench import twist
from bench.twist import HAN, Twist, core, said
from catalog.resource import Resource
from catalog.text import key
from catalog.vocab import vocabulary

Query = dict[str, Any]
Maker = Callable[["Titles", random.Random], Query | None]

TITLED = ("course", "lesson", "library")  # kinds whose titles name what they are; a textbook's is a list of its facets
TRIES = 60  # draws for each query wanted, before a class stays smaller

COURSE_SENTENCES = ("有人知道哪里能学到{}吗", "准备补一补{}，有没有合适的课", "下学期要修{}，想先预习", "{}怎么入门比较快", "麻烦推荐几门{}的网课",
                    "打算自学{}，该看什么视频", "最近对{}感兴趣", "考研复习{}用什么课好")  # fmt: skip
BOOK_SENTENCES = ("给读{grade}的儿子找{version}的{subject}{volume}", "{grade}{subject}{volume}的电子书，要{version}", "谁有{version}{subject}{grade}{volume}的课本")
JOB_SENTENCES = ("{city}哪里在招{role}", "毕业后打算去{city}做{role}", "{city}有没有{role}的招聘信息")

HAN_DIGIT = "零一二三四五六七八九"
VOLUMES = {"up": ("上册", "上学期", "上", "（上）", "第一学期"), "down": ("下册", "下学期", "下", "（下）", "第二学期")}
BOOK_ORDERS = ("{version}{grade}{subject}{volume}", "{subject} {grade} {volume} {version}", "{version} {subject} {grade}{volume}",
               "{grade}{volume}{subject}{version}", "{grade} {subject} {volume} {version}", "{version}{subject}{short}", "{short}{subject} {version}",
               "{version} {short} {subject}")  # fmt: skip


class Titles:
    """The catalogue as the rules see it: resources by kind, titles by their core, phrases that stand in several titles."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.kinds: dict[str, list[Resource]] = defaultdict(list)
        self.same: dict[tuple[str, str], list[str]] = defaultdict(list)  # (kind, core) → ids
        for resource in resources:
            self.kinds[resource.kind].append(resource)
            self.same[resource.kind, core(resource.title)].append(resource.id)
        self.holding = {kind: self._phrases(kind, least) for kind, least in (("course", 3), ("job", 5))}
        self.phrases = {kind: list(found) for kind, found in self.holding.items()}

    def _phrases(self, kind: str, least: int) -> dict[str, list[Resource]]:
        """Phrase → the resources whose title holds it; a phrase is a whole title of three to seven characters somewhere."""
        wanted = {c for k, c in self.same if k == kind and 3 <= len(c) <= 7 and HAN.fullmatch(c)}
        found: dict[str, list[Resource]] = {phrase: [] for phrase in sorted(wanted)}
        for resource in self.kinds[kind]:
            title = key(resource.title)
            for phrase in {title[i : i + size] for size in range(3, 8) for i in range(len(title) - size + 1)} & wanted:
                found[phrase].append(resource)
        return {phrase: held for phrase, held in found.items() if len(held) >= least}


def query(kind: str, text: str, metric: str, gold: Iterable[str], note: str) -> Query | None:
    """One judged query; None when there is nothing to ask."""
    native = sorted({i.partition(":")[2] for i in gold})
    return {"source": None, "kind": kind, "q": text, "metric": metric, "gold": native, "note": note} if text and native else None


# ── titles and phrases ─────────────────────────────────────────────────────────────────────────────────────────────
def known(change: Twist, *, han: bool = True) -> Maker:
    """A title, written otherwise; right is whatever has the same title."""

    def make(titles: Titles, dice: random.Random) -> Query | None:
        kind = dice.choice([k for k in TITLED if titles.kinds[k]] or ["course"])
        if not titles.kinds[kind]:
            return None
        name = said(dice.choice(titles.kinds[kind]).title)
        if not 4 <= len(name) <= 14 or (han and not HAN.fullmatch(name)):
            return None
        text, name = change(name, dice), core(name)
        # what is another title now is another question
        taken = text == name or (key(text) != name and (kind, key(text)) in titles.same)
        return None if taken else query(kind, text, "mrr@10", titles.same[kind, name], name)

    return make


def phrase(change: Twist, shortest: int = 4) -> Maker:
    """A phrase of several course titles, written otherwise; right are the titles that hold it."""

    def make(titles: Titles, dice: random.Random) -> Query | None:
        if not titles.phrases["course"]:
            return None
        name = dice.choice(titles.phrases["course"])
        text = change(name, dice) if len(name) >= shortest else ""
        if not text or text == name or text in titles.holding["course"]:
            return None
        return query("course", text, "p@k", [r.id for r in titles.holding["course"][name]], name)

    return make


def reordered(titles: Titles, dice: random.Random) -> Query | None:
    """Two words of a title, the later one first; right is any title that holds both."""
    resource = _drawn(titles, "course", dice)
    parts = [w for w in twist.words(core(resource.title)) if len(w) > 1] if resource else []
    if len(parts) < 3:
        return None
    first, second = (parts[i] for i in sorted(dice.sample(range(len(parts)), 2)))
    gold = [r.id for r in titles.kinds["course"] if first in key(r.title) and second in key(r.title)]
    return query("course", f"{second} {first}", "p@k", gold, resource.title if resource else "")


def abbreviation(titles: Titles, dice: random.Random) -> Query | None:
    """First characters of a phrase's words; right is any title that holds a phrase so shortened, or the short form itself."""
    if not titles.phrases["course"]:
        return None
    name = dice.choice(titles.phrases["course"])
    short = twist.abbreviated(name, dice)
    if not short:
        return None
    alike = [p for p in titles.phrases["course"] if p[0] == short[0] and twist.abbreviated(p, dice) == short]
    gold = [r.id for p in alike for r in titles.holding["course"][p]] + [r.id for r in titles.kinds["course"] if short in key(r.title)]
    return query("course", short, "p@k", gold, "、".join(alike))


# ── people and places ──────────────────────────────────────────────────────────────────────────────────────────────
def school(titles: Titles, dice: random.Random) -> Query | None:
    """A school's short name and a course of it."""
    resource = _drawn(titles, "course", dice)
    entry = vocabulary("school").canonical(resource.school[0]) if resource and resource.school else None
    if resource is None or entry is None or not entry.aliases:
        return None
    alias, name = dice.choice(entry.aliases), core(resource.title)
    schools = {e.label for e in vocabulary("school").candidates(alias)}
    gold = [r.id for r in titles.kinds["course"] if schools & set(r.school) and name in key(r.title)]
    return query("course", dice.choice((f"{alias} {name}", f"{alias}{name}", f"{name} {alias}")), "p@k", gold, f"{entry.label}: {name}")


def teacher(titles: Titles, dice: random.Random) -> Query | None:
    """A teacher and a word of a course of theirs."""
    resource = _drawn(titles, "course", dice)
    if resource is None or not resource.teacher or not (HAN.fullmatch(resource.teacher[0]) and 2 <= len(resource.teacher[0]) <= 4):
        return None
    parts = [w for w in twist.words(core(resource.title)) if len(w) > 1 and HAN.fullmatch(w)]
    if not parts:
        return None
    name, word = resource.teacher[0], dice.choice(parts)
    gold = [r.id for r in titles.kinds["course"] if name in r.teacher and word in key(r.title)]
    return query("course", dice.choice((f"{name} {word}", f"{name}老师 {word}", f"{word} {name}", f"{name}的{word}")), "p@k", gold, resource.title)


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


def _drawn(titles: Titles, kind: str, dice: random.Random) -> Resource | None:
    return dice.choice(titles.kinds[kind]) if titles.kinds[kind] else None


# ── textbooks ──────────────────────────────────────────────────────────────────────────────────────────────────────
def book(shapes: Sequence[str]) -> Maker:
    """Version, subject, grade and volume of a book of the first nine years; right are exactly the books that have all four."""

    def make(titles: Titles, dice: random.Random) -> Query | None:
        resource = _drawn(titles, "textbook", dice)
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
    resource = _drawn(titles, "textbook", dice)
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


# ── the classes ────────────────────────────────────────────────────────────────────────────────────────────────────
def sentence(text: str, dice: random.Random) -> str:
    return dice.choice(COURSE_SENTENCES).format(text)


def makers(shapes: Sequence[str]) -> dict[str, Maker]:
    """Class → what makes one query of it. `shapes`: groups of characters that look alike."""
    alike = twist.lookalike(shapes)
    titled: dict[str, Twist] = {
        "pinyin": twist.pinyin, "pinyin_spaced": twist.pinyin_spaced, "initials": twist.initials, "mixed": twist.mixed,
        "homophone": twist.homophone, "two_homophones": twist.two_homophones, "lookalike": alike, "transposed": twist.transposed,
        "missing": twist.missing, "extra": twist.extra, "traditional": twist.traditional, "taiwan": twist.taiwan,
    }  # fmt: skip
    phrased = ("pinyin", "initials", "homophone", "lookalike", "transposed", "missing", "extra", "taiwan")
    return {
        **{name: known(change) for name, change in titled.items()},
        "full_width": known(twist.full_width, han=False),
        **{f"short_{name}": phrase(titled[name]) for name in phrased},
        "reordered": reordered,
        "abbreviation": abbreviation,
        "school": school,
        "teacher": teacher,
        "book": book(BOOK_ORDERS),
        "book_senior": senior_book,
        "job": region_role(("{city} {role}", "{city}{role}", "{role} {city}")),
        "sentence_course": phrase(sentence, shortest=3),
        "sentence_book": book(BOOK_SENTENCES),
        "sentence_job": region_role(JOB_SENTENCES),
    }


def derived(titles: Titles, seed: int, per: int, shapes: Sequence[str], only: Sequence[str] = ()) -> list[Query]:
    """`per` queries of each class, fewer where the catalogue does not give as many. The same seed gives the same queries."""
    found: list[Query] = []
    for name, make in makers(shapes).items():
        if only and name not in only:
            continue
        dice = random.Random(f"{seed} {name}")
        kept: dict[str, Query] = {}
        for _ in range(per * TRIES):
            made = make(titles, dice)
            if made:
                kept.setdefault(made["q"], made)
            if len(kept) == per:
                break
        found += [{"qid": f"{name}-{n:03d}", "class": name, **made} for n, made in enumerate(kept.values(), 1)]
    return found
