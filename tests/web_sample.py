"""A small catalogue for the tests of the site: invented records in the shapes of the real ones, on a real embedded engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from catalog.resource import Kind, Offer, Resource, Salary, Term
from indexer.document import to_document
from indexer.engine import Engine, open_engine
from web.wording import today

#: An id with everything that a path must escape.
AWKWARD = "oer:a/b?c#d%25//e&f=g"
HOSTILE = '<script>alert("1")</script>&amp;'


def _day(offset: int) -> str:
    return (today() + timedelta(days=offset)).isoformat()


def records() -> list[Resource]:
    """Lessons, textbooks, courses, libraries, jobs: enough for every facet, three pages and the odd ones."""
    return [*_school(), *_courses(), *_jobs(), *_odd()]


def _school() -> list[Resource]:
    books = [
        ("chinese", "tongbian", "g4", "down", "义务教育教科书 语文 四年级 下册", "primary"),
        ("math", "renjiao", "g5", "up", "义务教育教科书 数学 五年级 上册", "primary"),
        ("english", "yilin", "g5", "up", "义务教育教科书 英语 五年级 上册", "primary"),
        ("physics", "renjiao", "g8", "down", "义务教育教科书 物理 八年级 下册", "junior"),
    ]
    found = [
        Resource(id=f"smartedu:{n}", kind="textbook", service="k12", source=("smartedu",), platform=("国家中小学智慧教育平台",), title=title, stage=(stage,),
                 subject=(subject,), version=(version,), grade=(grade,), volume=(volume,), publisher="人民教育出版社", year=("2024",), edition="2024",
                 url=f"https://basic.smartedu.cn/tchMaterial/detail?contentId={n}", popularity=4000 * n)
        for n, (subject, version, grade, volume, title, stage) in enumerate(books, 1)
    ]  # fmt: skip
    lessons = ["纳米技术就在我们身边", "千年梦圆在今朝", "猫", "母鸡", "白鹅", "海上日出", "记金华的双龙洞", "小英雄雨来"]
    found += [
        Resource(id=f"airclass:{n}", kind="lesson", service="k12", source=("airclass",), platform=("上海空中课堂",), title=title, stage=("primary",),
                 subject=("chinese",), version=("tongbian",), grade=("g4",), volume=("down",), unit=f"第{n % 4 + 1}单元", lesson=f"第{n}课",
                 teacher=("王老师",), resource_type=("video",), url=f"https://example.org/lesson/{n}", popularity=120 * n)
        for n, title in enumerate(lessons, 1)
    ]  # fmt: skip
    found.append(found[3].model_copy(update={"id": "airclass:90", "kind": Kind.LESSON, "title": "浮力", "unit": "第十章", "lesson": "第1节 浮力"}))
    return found


def _courses() -> list[Resource]:
    named = [
        ("高等数学（一）", "同济大学", ("ug:0701",), 384_512, ("national-first",), -30, 60),
        ("C++程序设计", "北京大学", ("ug:0809",), 96_000, ("national-boutique",), 14, 120),
        ("经济学原理", "北京大学", ("ug:02",), 52_310, (), -200, -60),
        ("数据结构与算法", "浙江大学", ("ug:0809",), 129_900, ("national-first",), -10, 80),
        ("生物制药工艺学", "中国药科大学", ("ug:1007",), 8_200, (), -5, 90),
    ]
    found = [
        Resource(id=f"icourse163:{n}", kind="course", service="higher", source=("icourse163",), platform=("中国大学MOOC",), title=title, school=(school,),
                 teacher=("李明", "张华", "赵敏", "孙强")[: n % 4 + 1], discipline=discipline, level=level, stage=("bachelor",), language=("zh",),
                 popularity=enrolled, counts={"enrolled": enrolled}, terms=(Term(label="第 6 次开课", opens=_day(start), closes=_day(end)),),
                 summary=f"{title}是一门面向大学一年级学生的基础课程，讲解基本概念、方法与应用，配有练习与讨论。" * 3,
                 url=f"https://www.icourse163.org/course/{n}", offers=(
                     Offer(id=f"icourse163:{n}", source="icourse163", platform="中国大学MOOC", url=f"https://www.icourse163.org/course/{n}", access="free"),
                     Offer(id=f"xuetangx:{n}", source="xuetangx", platform="学堂在线", url=f"https://www.xuetangx.com/course/{n}", opens=_day(start)),
                 ), also=(f"xuetangx:{n}",))
        for n, (title, school, discipline, enrolled, level, start, end) in enumerate(named, 1)
    ]  # fmt: skip
    found.append(Resource(id="voc:1", kind="library", service="vocational", source=("voc",), platform=("国家职业教育智慧教育平台",), title="数控技术专业教学资源库",
                          school=("深圳职业技术大学",), discipline=("voc:4601",), level=("library-national",), popularity=20_450, url="https://example.org/lib"))  # fmt: skip
    return found


def _jobs() -> list[Resource]:
    posts = ["生物制药研发工程师", "Java 开发工程师", "小学语文教师", "会计", "护士", "产品经理助理", "数控机床操作员"]
    places = ["110108", "310115", "330106", "440305", "110105", "320102"]
    found = []
    for n in range(60):
        title = posts[n % len(posts)]
        salary = None if n % 9 == 8 else Salary(min=4000 + 500 * (n % 20), max=7000 + 700 * (n % 20), months=13 if n % 5 == 0 else None, text="")
        found.append(
            Resource(id=f"ncss:{n}", kind="job", service="jobs", source=("ncss",), platform=("国家大学生就业服务平台",), title=f"{title}（2027届）",
                     employer=(f"示例{'生物' if n % 7 == 0 else '信息'}科技有限公司第{n % 13 + 1}分公司",), employer_type="民营企业", employer_size="500-1000人",
                     region=(places[n % len(places)],), industry=(("276", "65", "83")[n % 3],), degree=(("bachelor", "master", "college")[n % 3],),
                     experience=("fresh",), job_type=("full-time" if n % 4 else "internship",), salary=salary, headcount=n % 6 or None,
                     verified=bool(n % 3), published=_day(-n), expires=_day(30 + n), year=("2027",), url=f"https://example.org/job/{n}",
                     summary="岗位职责：参与项目研发与测试，撰写技术文档。\n任职要求：相关专业，责任心强，有团队精神。")
        )  # fmt: skip
    return found


def _odd() -> list[Resource]:
    return [
        Resource(id=AWKWARD, kind="article", service="jobs", source=("oer",), title="带特殊编号的文章", url="https://example.org/a"),
        Resource(id="oer:hostile", kind="article", service="jobs", source=("oer",), title=f"攻击 {HOSTILE}", summary=HOSTILE, teacher=(HOSTILE,),
                 offers=(Offer(id="oer:hostile", source="oer", platform=HOSTILE, url="javascript:alert(1)"),)),
        Resource(id="oer:long", kind="case", service="higher", source=("oer",), platform=("案例库",), title="很长的标题" * 60, school=("某某大学",)),
    ]  # fmt: skip


def build(folder: Path, resources: list[Resource], weigh: Callable[[Resource], float] = lambda r: 1.0) -> Engine:
    """An engine under `folder` whose active generation holds these resources."""
    engine = open_engine(f"embedded:{folder}")
    name = engine.begin("test").name
    with engine.writer(name) as writer:
        writer.add(to_document(r, weigh(r)) for r in resources)
        writer.commit(sequence=len(resources))
    engine.seal(name)
    engine.activate(name)
    return engine
