"""The vocabularies that are curated by hand: run `python data/scripts/small.py` to write them to data/vocab.

One line an entry: `code < parent: label | alias | alias {key=value;key=value}`; parent, aliases and attrs may be left out.
Sources of the words: the public columns of the national platforms (国家智慧教育公共服务平台), the values that public job
tables use for education, experience and type, and ordinary usage. An alias may stand in two lines of one table only where
the word really means either (五四制: primary or junior): catalog.vocab then answers "ambiguous" and never guesses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from _write import Row, write_vocab

KIND = """
lesson: 课时 | 课程课时 | 同步课 | 微课 | 课例 | 国家课
textbook: 教材 | 课本 | 教科书 | 电子教材 | 电子课本
course: 课程 | 慕课 | MOOC | 在线课程 | 网课 | 公开课
library: 资源库 | 专业资源库 | 专业教学资源库 | 教学资源库
case: 案例 | 案例库 | 教学案例 | 指导案例
article: 文章 | 资讯 | 职业介绍
live: 直播 | 直播课 | 讲座
job: 职位 | 招聘 | 岗位 | 工作 | 招聘信息
fair: 招聘会 | 专场招聘会 | 双选会 | 宣讲会 | 网络招聘会
"""

TERM = """
open: 开课中 | 正在开课 | 正在进行 | 已开课
soon: 即将开课 | 即将开始 | 未开课
over: 已结束 | 已结课 | 往期
"""

SERVICE = """
k12: 中小学 | 基础教育 | 中小学教育 | 义务教育
vocational: 职业教育 | 职教
higher: 高等教育 | 高教 | 大学课程
jobs: 就业 | 大学生就业 | 就业服务 | 求职
"""

STAGE = """
kindergarten: 学前 | 学前教育 | 幼儿园 | 幼教 {order=0}
primary: 小学 | 小学阶段 | 小学教育 {order=1}
primary54: 小学（五·四学制） | 小学五四制 | 五四制小学 | 小学五四学制 | 小学(五四学制) | 小学(五四制) | 五四制 | 五四学制 | 五·四学制 | 五·四制 | 54制 | 五四 {order=1;of=primary}
junior: 初中 | 初级中学 | 初中阶段 | 国中 {order=2}
junior54: 初中（五·四学制） | 初中五四制 | 五四制初中 | 初中五四学制 | 初中(五四学制) | 初中(五四制) | 五四制 | 五四学制 | 五·四学制 | 五·四制 | 54制 | 五四 {order=2;of=junior}
senior: 高中 | 普通高中 | 高级中学 | 高中阶段 {order=3}
special: 特殊教育 | 特教 | 特殊教育学校 {order=4}
vocational-secondary: 中职 | 中等职业教育 | 中等职业 | 中等职业学校 | 中专 | 职高 | 职业高中 | 技校 | 中技 {order=5}
vocational-college: 高职专科 | 高职 | 高职高专 | 高专 | 大专 | 专科 | 高等职业教育专科 | 高等职业 {order=6}
vocational-bachelor: 职业本科 | 高职本科 | 职教本科 | 高等职业教育本科 | 本科层次职业教育 {order=7}
bachelor: 本科 | 大学本科 | 普通本科 | 大学 {order=8}
graduate: 研究生 | 硕士研究生 | 博士研究生 | 研究生教育 {order=9}
"""

BOARD = """
thematic: 专题教育
teaching: 课程教学
after-school: 课后服务 | 课后延时服务
after-school-science < after-school: 科普教育 | 科普
after-school-sport < after-school: 体育锻炼
after-school-art < after-school: 文化艺术
after-school-reading < after-school: 经典阅读
after-school-study-trip < after-school: 研学实践 | 研学
after-school-film < after-school: 影视教育
teacher-training: 教师研修 | 教师培训 | 师资培训
family: 家庭教育 | 家教指导
family-ideas < family: 家庭教育观念 | 教育观念
family-methods < family: 家庭教育方法 | 教育方法
family-guidance < family: 家庭教育指导 | 教育指导
reform: 教改实践经验 | 教改经验 | 教改实践
"""

AUDIENCE = """
student: 学生 | 中小学生 | 大学生
teacher: 教师 | 老师 | 教职工
parent: 家长 | 父母
public: 社会学习者 | 社会公众 | 公众
"""

# The platform's own resource_type_code values are aliases, so that a relation's type needs no second table.
RESOURCE_TYPE = """
video: 视频 | 视频课程 | 微课视频 | 微课 | 教学视频 | micro_lesson_video | assets_video
slides: 课件 | 教学课件 | PPT | 幻灯片 | coursewares | assets_courseware
task: 学习任务单 | 任务单 | 导学案 | 学案 | learning_task
exercise: 课后作业 | 课后练习 | 作业 | 练习 | 习题 | 练习题 | after_class_exercise | exercise_after_class
plan: 教学设计 | 教案 | 教学方案 | lesson_plandesign
ebook: 电子教材 | 电子课本 | 电子书 | 数字教材 | assets_document | teachingmaterials
teacher-book: 教师用书 | 教师教学用书 | 教参
student-book: 学生用书
thematic-course: 专题课 | thematic_course
open-video: 视频公开课 | 精品视频公开课
simulation: 虚拟仿真 | 虚拟仿真实训 | 虚拟仿真实验 | 仿真实训 | virtual_sim
experiment: 实验 | 演示实验 | 实验教学
audio: 音频 | 听力 | assets_audio
image: 图片 | 挂图 | assets_image
document: 文档 | 讲义
test: 测验 | 试卷 | 考试 | 单元测试
replay: 直播回放 | 回放
link: 站外资源 | 外部链接
"""

ACCESS = """
free: 免费 | 免费公开 | 公开 | 免登录
login: 登录后可用 | 需登录 | 注册后可用 | 登录
paid: 收费 | 付费 | 有偿
"""

# Ordered: `rank` says which degree is above which. 高中（中专） asks for either, so the lower one stands.
DEGREE = """
none: 学历不限 | 不限 | 无 | 不限学历 | 无要求 | 无学历要求 {rank=0}
primary: 小学 | 小学及以上 {rank=1}
junior: 初中 | 初中及以下 | 初中及以上 | 初级中学 {rank=2}
senior: 高中 | 普通高中 | 高中及以上 | 高中毕业 | 高中（中专）及以上 | 高中（中专） | 高中/中专 {rank=3}
secondary: 中专/中技 | 中专 | 中技 | 中技/中专 | 中职 | 中等专科 | 中等职业教育 | 技工学校 | 技校 | 职业高中 | 职高 | 中专/中技及以上 | 中专及以上 | 中技及以上 {rank=4}
college: 大专 | 专科 | 大学专科 | 高职 | 高职高专 | 高职专科 | 大专及以上 | 专科及以上 | 大学专科及以上 | 大学专科以上学历 | 大专及以上学历 | 统招大专 | 全日制大专 {rank=5}
bachelor: 本科 | 大学本科 | 学士 | 本科及以上 | 大学本科及以上 | 本科及以上学历 | 统招本科 | 全日制本科 | 普通本科 {rank=6}
master: 硕士 | 硕士研究生 | 研究生 | 硕士及以上 | 硕士研究生及以上 | 研究生及以上 | 研究生学历 | 学历硕士 {rank=7}
doctor: 博士 | 博士研究生 | 博士及以上 | 博士后 {rank=8}
"""

# Bands of years asked, `min` included and `max` not; a posting that asks for "3-4年" begins in 3-5年.
EXPERIENCE = """
none: 经验不限 | 不限 | 不限经验 | 无要求
fresh: 应届/无经验 | 应届 | 应届生 | 应届毕业生 | 在校生/应届生 | 在校/应届 | 在校生 | 无经验 | 无需经验 | 无工作经验 | 零经验 {min=0;max=0}
y0-1: 1年以下 | 1年以内 | 一年以下 | 一年以内 | 不到1年 {min=0;max=1}
y1-3: 1-3年 | 1年 | 2年 | 1-2年 | 2-3年 | 1年经验 | 2年经验 | 1年以上 | 2年以上 | 一年以上 | 两年以上 | 一到三年 {min=1;max=3}
y3-5: 3-5年 | 3年 | 4年 | 3-4年 | 4-5年 | 3-4年经验 | 3年以上 | 4年以上 | 三年以上 | 三到五年 {min=3;max=5}
y5-10: 5-10年 | 5年 | 5-7年 | 5-7年经验 | 8-9年 | 8-9年经验 | 5年以上 | 6年以上 | 7年以上 | 8年以上 | 9年以上 | 五年以上 | 五到十年 {min=5;max=10}
y10: 10年以上 | 10年以上经验 | 10年及以上 | 11年以上 | 12年以上 | 15年以上 | 十年以上 {min=10}
"""

JOB_TYPE = """
full-time: 全职 | 全职工作 | full-time | FULL_TIME
part-time: 兼职 | 兼职/临时 | 临时工 | 短期工 | part-time | PART_TIME
internship: 实习 | 实习生 | 实习岗位 | 日常实习 | INTERN
internship-summer < internship: 暑期实习 | 暑假实习
internship-winter < internship: 寒假实习
campus: 校招 | 校园招聘 | 高校招聘 | 应届生招聘
campus-spring < campus: 春招 | 春季招聘 | 春季校园招聘 | 春招专场 | 春招补录 | 春招补招 | 春招提前批
campus-autumn < campus: 秋招 | 秋季招聘 | 秋季校园招聘 | 秋招专场 | 秋招补录 | 秋招补招 | 秋招提前批
social: 社招 | 社会招聘
public: 公共部门 | 体制内 | 机关事业单位
civil-servant < public: 公务员 | 公务员考试 | 国考 | 省考 | 公考
selected-graduate < public: 选调生 | 选调 | 定向选调
public-institution < public: 事业单位 | 事业编 | 事业编制 | 事业单位招聘
state-owned < public: 国企 | 央企 | 央国企 | 国有企业 | 中央企业 | 国有全资 | 国有控股 | 国有独资
school-teacher < public: 教师招聘 | 教师 | 教师岗位 | 教师编 | 教招
military-civilian < public: 军队文职 | 文职人员
grassroots: 基层 | 基层项目 | 基层就业 | 基层服务项目
three-supports < grassroots: 三支一扶 | 支教支农支医和扶贫
west-plan < grassroots: 西部计划 | 大学生志愿服务西部计划
special-post-teacher < grassroots: 特岗教师 | 特岗计划 | 特岗
village-official < grassroots: 大学生村官 | 村官
community-worker < grassroots: 社区工作者 | 社工岗位
enlistment < grassroots: 应征入伍 | 大学生征兵 | 入伍
research-assistant: 科研助理 | 科研助理岗位
"""

# `weight` is the share of the ranking prior that a badge earns (1 = the highest honour there is).
LEVEL = """
national-first: 国家级一流本科课程 | 国家级一流课程 | 国家一流课程 | 一流本科课程 | 一流课程 | 一流课 | 金课 | 国家级一流 {weight=1.0}
national-first-online < national-first: 国家级线上一流课程 | 线上一流课程 | 线上金课 {weight=1.0}
national-first-blended < national-first: 国家级线上线下混合式一流课程 | 混合式一流课程 {weight=1.0}
national-first-offline < national-first: 国家级线下一流课程 | 线下一流课程 {weight=1.0}
national-first-simulation < national-first: 国家级虚拟仿真实验教学一流课程 | 虚拟仿真一流课程 {weight=1.0}
national-first-practice < national-first: 国家级社会实践一流课程 | 社会实践一流课程 {weight=1.0}
national-boutique: 国家精品在线开放课程 | 国家精品 | 国家精品课 | 国家级精品课程 | 国家精品课程 | 精品在线开放课程 {weight=0.9}
voc-national: 职业教育国家在线精品课程 | 国家在线精品课程 | 职业教育国家精品 | 在线精品课 | 在线精品课程 {weight=0.9}
voc-provincial: 职业教育省级在线精品课程 | 省级在线精品课程 {weight=0.5}
provincial-first: 省级一流本科课程 | 省级一流课程 {weight=0.6}
provincial-boutique: 省级精品在线开放课程 | 省级精品 | 省级精品课程 {weight=0.5}
library-national: 国家级专业教学资源库 | 国家级资源库 | 国家级 {weight=0.9}
library-provincial: 省级专业教学资源库 | 省级资源库 | 省级 {weight=0.5}
library-school: 校级专业教学资源库 | 校级资源库 | 校级 {weight=0.2}
precollege: 大学先修课 | 先修课 | 大学先修课程 | CAP {weight=0.1}
"""

PLATFORM = """
smartedu: 国家智慧教育公共服务平台 | 国家智慧教育平台 | 智慧教育平台 | smartedu
smartedu-k12 < smartedu: 国家中小学智慧教育平台 | 中小学智慧教育平台 | 国家中小学网络云平台 | 中小学云平台 | 国中小平台
smartedu-vocational < smartedu: 国家职业教育智慧教育平台 | 职业教育智慧教育平台 | 职教智慧平台
smartedu-higher < smartedu: 国家高等教育智慧教育平台 | 高等教育智慧教育平台
ncss < smartedu: 国家大学生就业服务平台 | 24365 | 24365就业 | 24365校园招聘 | 新职业网 | 国家24365大学生就业服务平台 | ncss
sh-airclass: 上海空中课堂 | 空中课堂 | 上海市中小学网络教学平台
icourse163: 中国大学MOOC | 中国大学慕课 | 中国大学mooc(慕课) | icourse163
icourses: 爱课程 | 爱课程网 | icourses
xuetangx: 学堂在线 | 学堂云 | xuetangx
zhihuishu: 智慧树 | 智慧树网 | 知到
chaoxing: 超星 | 超星学习通 | 学习通 | 超星泛雅 | 超星尔雅
xueyinonline: 学银在线
cnmooc: 好大学在线 | cnmooc
pmph: 人卫慕课 | 人卫MOOC
umooc: 中国高校外语慕课平台 | UMOOCs | 外语慕课
icve: 智慧职教 | 智慧职教MOOC | 职教云 | icve
moe-voc-standards: 职业教育专业教学标准 | 专业教学标准
51job: 前程无忧 | 51job | 无忧
zhaopin: 智联招聘 | 智联 | zhaopin
liepin: 猎聘 | 猎聘网 | liepin
zhipin: BOSS直聘 | boss直聘 | 直聘
shixiseng: 实习僧 | shixiseng
mohrss: 中国公共招聘网 | 公共招聘网 | 就业在线
anhui-public: 安徽公职招聘 | 安徽公考
campus-notices: 校招汇总
"""

LANGUAGE = """
zh: 中文 | 汉语 | 普通话 | 中文授课 | zh-CN | zh-Hans
en: 英文 | 英语 | 英文授课 | 英语授课 | 全英文 | 全英 | en-US | English
zh-en: 中英双语 | 双语 | 双语授课 | 双语教学
ja: 日语 | 日文
fr: 法语 | 法文
de: 德语 | 德文
ru: 俄语 | 俄文
es: 西班牙语 | 西班牙文
ko: 朝鲜语 | 韩语 | 朝鲜文 | 韩文
ar: 阿拉伯语
pt: 葡萄牙语
it: 意大利语
bo: 藏语 | 藏文
ug: 维吾尔语 | 维吾尔文 | 维语
mn: 蒙古语 | 蒙古文 | 蒙语
kk: 哈萨克语 | 哈萨克文
ii: 彝语 | 彝文
za: 壮语 | 壮文
"""

SALARY = """
0-3000: 3千以下 | 3000以下 | 三千以下 {min=0;max=3000}
3000-5000: 3千-5千 | 3-5千 | 3-5k {min=3000;max=5000}
5000-8000: 5千-8千 | 5-8千 | 5-8k {min=5000;max=8000}
8000-12000: 8千-1.2万 | 8-12k {min=8000;max=12000}
12000-20000: 1.2万-2万 | 1.2-2万 | 12-20k {min=12000;max=20000}
20000-30000: 2万-3万 | 2-3万 | 20-30k {min=20000;max=30000}
30000-50000: 3万-5万 | 3-5万 | 30-50k {min=30000;max=50000}
50000-: 5万以上 | 50k以上 | 五万以上 {min=50000}
"""

_NUMERALS = "一二三四五六七八九"


def grade_rows() -> Iterator[Row]:
    """g1 … g12 with the ways people write them. 预初 is Shanghai's sixth year, the first of its four junior years."""
    for n in range(1, 10):
        han, code = _NUMERALS[n - 1], f"g{n}"
        names = [f"{han}年级", f"{n}年级", f"小学{han}年级" if n <= 6 else f"初中{_NUMERALS[n - 7]}年级", f"Grade {n}"]
        if n <= 6:
            names += [f"小{han}", f"小学{n}年级"]
        else:
            m = n - 6
            names += [f"初{_NUMERALS[m - 1]}", f"初{m}", f"初{_NUMERALS[m - 1]}年级", f"初中{m}年级", f"初中{han}年级"]
        if n == 6:
            names += ["预初", "初中预备班", "预备班", "初预"]
        yield Row(code, names[0], aliases=names[1:], attrs={"stage": "primary" if n <= 6 else "junior"})
    for m, han in enumerate("一二三", 1):
        tens = "十" + ("", "一", "二")[m - 1]
        names = [f"高中{han}年级", f"高{m}", f"高{han}年级", f"{tens}年级", f"{m + 9}年级", f"高中{m}年级", f"Grade {m + 9}"]
        yield Row(f"g{m + 9}", f"高{han}", aliases=names, attrs={"stage": "senior"})


_LINE = re.compile(r"^(?P<code>[\w-]+)(?: < (?P<parent>[\w-]+))?: (?P<names>[^{]+?)(?: \{(?P<attrs>.*)\})?$")


def rows(table: str) -> Iterator[Row]:
    """The rows of a table above. ValueError for a line that is not in the form."""
    for line in table.strip().splitlines():
        found = _LINE.match(line)
        if not found:
            raise ValueError(f"not in the form `code < parent: label | alias {{k=v}}`: {line}")
        label, *aliases = (n.strip() for n in found["names"].split(" | "))
        attrs = dict(pair.split("=", 1) for pair in (found["attrs"] or "").split(";") if pair)
        yield Row(found["code"], label, found["parent"] or "", aliases, attrs)


def main() -> None:
    """Writes every table."""
    curated = "curated; public columns of the national platforms and common usage"
    jobs = "curated; values used by public job tables (51job, zhaopin, liepin, mohrss, campus notices)"
    tables = {"kind": KIND, "service": SERVICE, "stage": STAGE, "board": BOARD, "audience": AUDIENCE, "resource_type": RESOURCE_TYPE,
              "access": ACCESS, "term": TERM, "level": LEVEL, "platform": PLATFORM, "language": LANGUAGE}
    for name, table in tables.items():
        write_vocab(name, rows(table), source=curated, script=__file__)
    for name, table in {"degree": DEGREE, "experience": EXPERIENCE, "job_type": JOB_TYPE, "salary": SALARY}.items():
        write_vocab(name, rows(table), source=jobs, script=__file__)
    write_vocab("grade", grade_rows(), source=curated, script=__file__)


if __name__ == "__main__":
    main()
