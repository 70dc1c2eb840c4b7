"""Judged queries made from the catalogue itself: a resource is drawn, its title or facets are written otherwise, and the
gold is found by rule – all resources of the same title, all whose title holds the phrase, all books of the same facets.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from bench import twist
from bench.facets import BOOK_ORDERS, book, region_role, senior_book, vocational
from bench.titles import Maker, Query, Titles, drawn, query
from bench.twist import HAN, Twist, core, said
from catalog.text import key
from catalog.vocab import vocabulary

TITLED = ("course", "lesson", "library")  # kinds whose titles name what they are; a textbook's is a list of its facets
TRIES = 60  # draws for each query wanted, before a class stays smaller

COURSE_SENTENCES = ("有人知道哪里能学到{}吗", "准备补一补{}，有没有合适的课", "下学期要修{}，想先预习", "{}怎么入门比较快", "麻烦推荐几门{}的网课",
                    "打算自学{}，该看什么视频", "最近对{}感兴趣", "考研复习{}用什么课好")  # fmt: skip
BOOK_SENTENCES = ("给读{grade}的儿子找{version}的{subject}{volume}", "{grade}{subject}{volume}的电子书，要{version}", "谁有{version}{subject}{grade}{volume}的课本")
JOB_SENTENCES = ("{city}哪里在招{role}", "毕业后打算去{city}做{role}", "{city}有没有{role}的招聘信息")

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
    resource = drawn(titles, "course", dice)
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
    resource = drawn(titles, "course", dice)
    entry = vocabulary("school").canonical(resource.school[0]) if resource and resource.school else None
    if resource is None or entry is None or not entry.aliases:
        return None
    alias, name = dice.choice(entry.aliases), core(resource.title)
    schools = {e.label for e in vocabulary("school").candidates(alias)}
    gold = [r.id for r in titles.kinds["course"] if schools & set(r.school) and name in key(r.title)]
    return query("course", dice.choice((f"{alias} {name}", f"{alias}{name}", f"{name} {alias}")), "p@k", gold, f"{entry.label}: {name}")


def teacher(titles: Titles, dice: random.Random) -> Query | None:
    """A teacher and a word of a course of theirs."""
    resource = drawn(titles, "course", dice)
    if resource is None or not resource.teacher or not (HAN.fullmatch(resource.teacher[0]) and 2 <= len(resource.teacher[0]) <= 4):
        return None
    parts = [w for w in twist.words(core(resource.title)) if len(w) > 1 and HAN.fullmatch(w)]
    if not parts:
        return None
    name, word = resource.teacher[0], dice.choice(parts)
    gold = [r.id for r in titles.kinds["course"] if name in r.teacher and word in key(r.title)]
    return query("course", dice.choice((f"{name} {word}", f"{name}老师 {word}", f"{word} {name}", f"{name}的{word}")), "p@k", gold, resource.title)


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
        "vocational": vocational,
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
