"""A catalogue of any size, made up but shaped like real ones: postings, MOOCs, vocational courses, lessons, as tables with mappings.

    python -m bench.generate FOLDER [--jobs 11240000] [--moocs 27000] [--vocational 178000] [--lessons 28052] [--characters 260] [--seed 1]
    for t in jobs moocs vocational lessons; do haoke ingest table FOLDER/$t.tsv --mapping FOLDER/$t.toml; done

The same seed and sizes give the same rows, whatever the day but for their dates. Shapes were counted in 67,643 real postings
(see docs/performance.md): nine titles in ten stand alone, the ten most frequent make up 15 %; half of the employers post once,
the largest some hundred times; ten places hold 40 % of the jobs; a text has 255 characters on average, 165 at the median, 657 at
the 95th percentile. Words come from data/vocab and data/sample/job_roles.tsv, sentences from the templates below.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from catalog.sample_jobs import Role, roles
from catalog.vocab import vocabulary

_RANKS = ("", "", "", "", "初级", "中级", "高级", "资深", "储备", "助理", "见习", "校招")
_SITES = ("", "", "", "（双休）", "（五险一金）", "（可应届）", "（急聘）", "（包住）", "（驻外）", "（远程）", "-2027届校招", "（管培方向）")
_BRANDS = "云启明青禾远山星河知行海岳锦程朗润新竹沐阳博远晨曦瑞禾天枢长风德清源同舟华安泰和嘉信恒达盛宏宇宁川江凌峰拓睿诚立"
_TRADES = ("科技", "信息技术", "制造", "电子", "机械", "商贸", "物流", "教育咨询", "医疗器械", "生物科技", "建筑工程", "环保", "文化传媒", "餐饮管理", "汽车零部件", "人力资源", "金融服务", "农业发展")
_FORMS = ("有限公司", "有限公司", "有限公司", "股份有限公司", "有限责任公司", "集团有限公司")
_SENTENCES = (
    "负责{place}地区{role}相关工作，配合团队完成{skill}方面的任务。", "熟悉{skill}，有{skill2}经验者优先考虑。", "{degree}及以上学历，{major}等相关专业。",
    "能够独立完成{skill2}的日常工作，按时提交总结。", "工作认真负责，沟通顺畅，愿意学习{skill}。", "参与{industry}项目的实施，整理资料并归档。",
    "试用期三个月，转正后按岗位调薪，每年体检一次。", "上班时间为周一至周五，法定节假日休息，提供午餐补贴。", "协助主管制定{role}的计划，跟进进度并反馈问题。",
    "掌握{skill}与{skill2}的基本方法，能阅读行业资料。", "对{industry}有兴趣，欢迎{major}专业应届毕业生投递。", "完成上级交办的其他事项，遵守公司制度。",
    "提供系统的岗前培训，安排有经验的同事带教。", "每季度评优一次，表现突出者可以提前晋升。", "需要偶尔出差到{place}周边，差旅费用由公司承担。",
)  # fmt: skip
_SUFFIXES = ("基础", "概论", "导论", "原理", "实务", "技术", "案例分析", "综合实训", "设计", "应用", "实验", "前沿", "方法", "与实践", "入门", "（上）", "（下）")
_SURNAMES, _GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红文博宇轩"
_TEXTS = ("古诗二首", "认识图形", "分数的意义", "浮力", "光合作用", "丝绸之路", "一元二次方程", "函数的概念", "细胞的结构", "电流与电路", "化学方程式", "地球的运动", "Unit 1 My school", "牛顿第一定律", "勾股定理", "赤壁赋")
_DAYS = 60

Row = tuple[object, ...]


class Zipf:
    """Draws from a sequence so that the n-th is drawn about n^-s as often as the first."""

    def __init__(self, values: Sequence[str], s: float) -> None:
        self.values = values
        total, self.bounds = 0.0, []
        for n in range(1, len(values) + 1):
            total += n**-s
            self.bounds.append(total)

    def draw(self, dice: random.Random) -> str:
        return dice.choices(self.values, cum_weights=self.bounds)[0]


@cache
def places() -> Zipf:
    """Districts and cities: cities of the first rank first."""
    regions = vocabulary("region")
    first = ("310000", "110000", "440300", "440100", "330100", "510100", "420100", "320100", "610100", "320500")
    cities = [*first, *(e.code for e in regions if e.attrs.get("level") == "city" and e.code not in first)]
    return Zipf(["·".join(regions.label(c) for c in regions.path(d)) for code in cities for d in (code, *(e.code for e in regions.children(code)[:8]))], 0.85)


def employer(number: int, dice: random.Random) -> str:
    """The name of the n-th employer, whenever it is asked for."""
    own = random.Random(number)
    city = own.choice(places().values).split("·")[-1].removesuffix("市")
    return f"示例{city[:4]}{own.choice(_BRANDS)}{own.choice(_BRANDS)}{own.choice(_BRANDS)}{own.choice(_TRADES)}{own.choice(_FORMS)}"


def text(dice: random.Random, role: Role, industry: str, place: str, wanted: int) -> str:
    """Sentences of about so many characters in all."""
    if wanted < 12:
        return ""
    parts, length = [], 0
    slots = {"role": role.name, "industry": industry, "place": place, "degree": dice.choice(("大专", "本科", "硕士")), "major": dice.choice(role.majors or ("不限",))}
    while length < wanted:
        skills = dice.sample(role.skills, 2) if len(role.skills) > 1 else (role.name, role.name)
        parts.append(dice.choice(_SENTENCES).format(**slots, skill=skills[0], skill2=skills[1]))
        length += len(parts[-1])
    return "".join(parts)


def jobs(count: int, dice: random.Random, characters: int) -> Iterator[Row]:
    """Postings. `characters`: of a whole row, on average."""
    today, firms = date.today(), max(1, count // 6)
    fields = [vocabulary("industry").label(e.code) for e in vocabulary("industry") if len(vocabulary("industry").path(e.code)) == 2]
    # a log-normal text: its mean is exp(mu + sigma² / 2); the other columns have about 120 characters, and the last sentence runs over
    sigma = 0.95
    mu = math.log(max(1, characters - 130)) - sigma**2 / 2
    directions = [e.label for e in vocabulary("major")]
    for number in range(count):
        role, place = dice.choice(roles()), places().draw(dice)
        industry = dice.choice(role.industries) if dice.random() < 0.7 else dice.choice(fields)
        title = role.name
        if dice.random() < 0.85:
            title = f"{dice.choice(_RANKS)}{title}{dice.choice(_SITES)}"
            if dice.random() < 0.75:
                title += f"（{dice.choice(directions)}方向）" if dice.random() < 0.6 else f"（{dice.choice(role.skills or ('综合',))}）J{dice.randrange(10**6):06}"
        low = max(25, round(role.pay / 100 * dice.lognormvariate(0, 0.35)))
        high = round(low * dice.uniform(1.2, 1.9))
        posted = today - timedelta(days=int(_DAYS * dice.random() ** 1.7))
        wanted = round(dice.lognormvariate(mu, sigma)) if characters > 130 else 0
        yield (
            number, title, employer(int(firms * dice.random() ** 2.2), dice), place, industry, role.occupation, dice.choices(tuple(role.degrees), tuple(role.degrees.values()))[0],
            dice.choice(("经验不限", "应届", "1-3年", "3-5年", "5-10年")), dice.choice(("全职", "全职", "全职", "校园招聘", "实习")), f"{low / 10:g}-{high / 10:g}K" if dice.random() < 0.95 else "面议",
            "|".join(role.majors), "|".join(dice.sample(role.skills, min(3, len(role.skills)))), posted.isoformat(), (posted + timedelta(days=_DAYS + dice.randrange(60))).isoformat(),
            text(dice, role, industry, place.split("·")[-1], wanted),
        )  # fmt: skip


def _person(dice: random.Random) -> str:
    return dice.choice(_SURNAMES) + "".join(dice.choice(_GIVEN) for _ in range(dice.choice((1, 2, 2))))


def _courses(count: int, dice: random.Random, kept: Callable[[str], bool], characters: int) -> Iterator[Row]:
    names = [e for e in vocabulary("major") if kept(e.code)]
    schools = Zipf([e.label for e in vocabulary("school")], 0.7)
    for number in range(count):
        major = dice.choice(names)
        title = major.label.removesuffix("技术").removesuffix("学") + dice.choice(_SUFFIXES)
        about = f"本课程面向{major.label}专业，讲授{title}的基本概念与方法，配有练习和讨论。" * max(1, round(dice.lognormvariate(0, 0.6) * characters / 60))
        opens = date.today() + timedelta(days=dice.randint(-500, 120))
        yield (number, title, schools.draw(dice), _person(dice), major.label, round(dice.paretovariate(0.6) * 40) % 900_000, opens.isoformat(), (opens + timedelta(days=dice.randint(60, 150))).isoformat(), about)


def moocs(count: int, dice: random.Random, characters: int) -> Iterator[Row]:
    """Courses of universities."""
    return _courses(count, dice, lambda code: code.startswith("ug:"), characters)


def vocational(count: int, dice: random.Random, characters: int) -> Iterator[Row]:
    """Courses of vocational schools."""
    return _courses(count, dice, lambda code: not code.startswith("ug:"), characters)


def lessons(count: int, dice: random.Random, characters: int) -> Iterator[Row]:
    """Lessons of school books."""
    subjects, versions = ([e.label for e in vocabulary(name)] for name in ("subject", "version"))
    grades = {"小学": ("一年级", "二年级", "三年级", "四年级", "五年级", "六年级"), "初中": ("七年级", "八年级", "九年级")}
    for number in range(count):
        stage = dice.choice(("小学", "小学", "初中"))
        yield (number, f"{dice.choice(_TEXTS)}（第{dice.randint(1, 3)}课时）", stage, dice.choice(subjects[:9]), dice.choice(versions[:12]), dice.choice(grades[stage]),
               dice.choice(("上册", "下册")), f"第{dice.randint(1, 8)}单元", _person(dice), dice.choice(("视频", "课件", "学习任务单")))  # fmt: skip


TABLES: dict[str, tuple[Callable[[int, random.Random, int], Iterator[Row]], str, str, Sequence[str]]] = {
    "jobs": (jobs, "job", "示例招聘", ("id", "title", "employer", "region", "industry", "occupation", "degree", "experience", "job_type", "salary", "major", "tags", "published", "expires", "summary")),
    "moocs": (moocs, "course", "示例慕课", ("id", "title", "school", "teacher", "major", "popularity", "opens", "closes", "summary")),
    "vocational": (vocational, "course", "示例职教", ("id", "title", "school", "teacher", "major", "popularity", "opens", "closes", "summary")),
    "lessons": (lessons, "lesson", "示例课堂", ("id", "title", "stage", "subject", "version", "grade", "volume", "unit", "teacher", "resource_type")),
}  # fmt: skip


def write(folder: Path, name: str, count: int, seed: int, characters: int) -> int:
    """Writes one table and its mapping; returns the characters of an average row."""
    make, kind, platform, columns = TABLES[name]
    mapping = [f'source = "made-{name}"', f'kind = "{kind}"', f'platform = "{platform}"', "", "[fields]", *(f'{c} = "{c}"' for c in columns)]
    (folder / f"{name}.toml").write_text("\n".join(mapping) + "\n", encoding="utf-8")
    written = 0
    with (folder / f"{name}.tsv").open("w", encoding="utf-8") as file:
        file.write("\t".join(columns) + "\n")
        for row in make(count, random.Random(f"{seed}/{name}"), characters):
            line = "\t".join(map(str, row))
            written += len(line)
            file.write(line + "\n")
    return written // max(1, count)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    for name, number in (("jobs", 11_240_000), ("moocs", 27_000), ("vocational", 178_000), ("lessons", 28_052)):
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--characters", type=int, default=260, help="of a row, on average")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        count = getattr(args, name)
        print(f"{name:<12}{count:>12,} rows of {write(args.folder, name, count, args.seed, args.characters)} characters", flush=True)


if __name__ == "__main__":
    main()
