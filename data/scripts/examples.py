"""Examples of the kinds that no source fills yet: data/sample/example_<kind>.tsv. Everything here is made up and says so.

`python data/scripts/examples.py`. Titles end with （示例）, schools, employers and speakers are named 示例…, and there is no
link to follow. Fairs have no day, for one with a day would soon be over.
"""

from __future__ import annotations

import csv

from _write import DATA

MADE = "2026-11-21"
MARK = "（示例）"

#: major, level of the library, stage
LIBRARIES = (
    ("大数据技术", "国家级", "高职专科"), ("护理", "国家级", "高职专科"), ("数控技术", "国家级", "高职专科"), ("电子商务", "省级", "高职专科"),
    ("学前教育", "省级", "高职专科"), ("新能源汽车技术", "省级", "高职专科"), ("物流服务与管理", "校级", "中职"), ("会计事务", "校级", "中职"),
    ("中餐烹饪", "校级", "中职"), ("工业机器人技术", "国家级", "高职专科"), ("建筑工程技术", "省级", "高职专科"), ("软件工程技术", "校级", "职业本科"),
)  # fmt: skip
#: subject of the case, discipline
CASES = (
    ("县域电商怎样留住客户", "工商管理类"), ("一家社区医院的排队难题", "公共管理类"), ("城市内涝的成因与治理", "土木类"), ("老旧小区加装电梯的协商", "法学类"),
    ("从零搭建推荐系统", "计算机类"), ("中学生睡眠的问卷调查", "心理学类"), ("一座水库的生态账", "自然保护与环境生态类"), ("乡村小学的阅读课", "教育学类"),
    ("消费者为何退货", "经济学类"), ("一次桥梁检测", "交通运输类"), ("抗生素的合理使用", "药学类"), ("地方戏曲的短视频传播", "新闻传播学类"),
)  # fmt: skip
#: occupation as people say it, and what the article tells
ARTICLES = (
    ("软件工程师", "写代码之外的一天"), ("护士", "夜班与白班"), ("小学教师", "第一次当班主任"), ("会计", "月末为什么最忙"), ("电工", "从学徒到持证"),
    ("律师", "一份合同的来回"), ("导游", "淡季做什么"), ("养老护理员", "陪伴也是专业"), ("数据分析师", "数字怎样变成建议"), ("汽车维修", "新能源带来的变化"),
    ("厨师", "后厨的分工"), ("翻译", "机器翻译之后"),
)  # fmt: skip
#: title, board, audience, topic
LIVES = (
    ("孩子写作业拖拉怎么办", "家庭教育方法", "家长", "家庭教育"), ("青春期的沟通", "家庭教育指导", "家长", "心理健康"), ("考前情绪调节", "专题教育", "学生", "心理健康"),
    ("劳动课可以这样上", "教师研修", "教师", "劳动教育"), ("走近冬季运动", "体育锻炼", "学生", "冬奥"), ("合唱入门", "文化艺术", "学生", "体育美育"),
    ("大单元教学设计", "教师研修", "教师", "教师研修"), ("博物馆里的历史课", "研学实践", "学生", "大思政课"), ("天宫里的科学", "科普教育", "学生", "科普教育"),
    ("亲子共读一本书", "经典阅读", "家长", "经典阅读"), ("简历怎样写", "专题教育", "学生", "就业指导"), ("面试常见问题", "专题教育", "学生", "就业指导"),
)  # fmt: skip
#: region, industry, what the fair is for
FAIRS = (
    ("北京市", "互联网", "软件与互联网专场"), ("上海市", "集成电路", "集成电路专场"), ("江苏省苏州市", "生物制药", "生物医药专场"), ("广东省深圳市", "电子", "电子信息专场"),
    ("浙江省杭州市", "电子商务", "电子商务专场"), ("四川省成都市", "软件", "数字经济专场"), ("湖北省武汉市", "汽车制造业", "汽车产业专场"), ("陕西省西安市", "航空", "航空航天专场"),
    ("山东省青岛市", "物流", "港口物流专场"), ("河南省郑州市", "食品制造业", "食品产业专场"), ("辽宁省大连市", "机械制造", "装备制造专场"), ("云南省昆明市", "旅游", "文旅专场"),
)  # fmt: skip


def write(kind: str, header: str, rows: list[tuple[str, ...]]) -> None:
    """data/sample/example_<kind>.tsv; `id` is the kind and a number."""
    path = DATA / "sample" / f"example_{kind}.tsv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter="\t", lineterminator="\n")
        out.writerow(["id", *header.split()])
        for number, row in enumerate(rows, 1):
            out.writerow([f"{kind}-{number:02d}", row[0] + MARK, *row[1:]])
    print(f"data/sample/{path.name}: {len(rows)} rows")


def main() -> None:
    """Writes the five tables."""
    write("library", "title stage major level school summary updated", [
        (f"{major}专业教学资源库", stage, major, level, "示例职业技术学院", f"示例记录：{major}专业的课程、微课与实训资源。", MADE)
        for major, level, stage in LIBRARIES
    ])  # fmt: skip
    write("case", "title stage discipline school summary published", [
        (title, "本科", discipline, "示例大学", f"示例记录：供{discipline}课程讨论的教学案例。", MADE) for title, discipline in CASES
    ])  # fmt: skip
    write("article", "title occupation audience summary published", [
        (f"走近{job}：{what}", job, "学生", f"示例记录：介绍{job}这一职业的日常、要求与发展。", MADE) for job, what in ARTICLES
    ])  # fmt: skip
    write("live", "title board audience teacher topic summary published", [
        (title, board, audience, "示例讲师", topic, f"示例记录：面向{audience}的直播讲座，可看回放。", MADE) for title, board, audience, topic in LIVES
    ])  # fmt: skip
    write("fair", "title region industry employer summary published", [
        (f"{region}高校毕业生{what}招聘会", region, industry, "示例人才服务中心", f"示例记录：面向应届毕业生的{what}，线上线下同时举行。", MADE)
        for region, industry, what in FAIRS
    ])  # fmt: skip


if __name__ == "__main__":
    main()
