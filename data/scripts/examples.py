"""Examples of the kinds that no source fills yet: data/sample/example_<kind>.tsv. Everything here is made up and says so.

`python data/scripts/examples.py`. Titles end with （示例）, schools, employers and speakers are named 示例…, and there is no
link to follow. A fair says in how many days it begins, for one with a date would soon be over (catalog/sources/sample_fairs.py).
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
#: what a case of finding work, or of making work, tells; audience
CAREER_CASES = (
    ("从投递八十份简历到三份录用通知", "学生"), ("跨专业求职：中文系毕业生转行做产品", "学生"), ("回到家乡开一家果园", "学生"), ("一次失败的群面复盘", "学生"),
    ("西部计划两年", "学生"), ("校园里长出的设计工作室", "学生"), ("实习转正的三个月", "学生"), ("怎样识破收费培训的假岗位", "学生"),
    ("一位辅导员的一对一就业帮扶", "教师"), ("访企拓岗：学院与企业的订单班", "教师"),
)  # fmt: skip
#: occupation as people say it, and what the article tells
ARTICLES = (
    ("软件工程师", "写代码之外的一天"), ("护士", "夜班与白班"), ("小学教师", "第一次当班主任"), ("会计", "月末为什么最忙"), ("电工", "从学徒到持证"),
    ("律师", "一份合同的来回"), ("导游", "淡季做什么"), ("养老护理员", "陪伴也是专业"), ("数据分析师", "数字怎样变成建议"), ("汽车维修", "新能源带来的变化"),
    ("厨师", "后厨的分工"), ("翻译", "机器翻译之后"), ("网络工程师", "机房里的值班表"), ("药剂师", "处方的最后一道关"), ("焊工", "一条焊缝的检验"),
    ("测试工程师", "把问题说清楚"), ("幼儿教师", "一日生活皆课程"), ("嵌入式工程师", "板子第一次点亮"), ("质检员", "抽样与放行"), ("算法工程师", "模型上线之前"),
)  # fmt: skip
#: title of an article about finding work, topic
CAREER_ARTICLES = (
    ("应届毕业生办理就业手续一览", "就业指导"), ("三方协议常见问题", "就业指导"), ("简历里的数字怎么写", "求职指导"), ("线上面试的准备清单", "求职指导"),
    ("大一到大四的职业规划", "职业规划"), ("试用期里要知道的劳动权利", "就业指导"), ("警惕招聘陷阱的八个信号", "就业指导"), ("创业前先算的三笔账", "创业指导"),
)  # fmt: skip
#: title, board, audience, topic
LIVES = (
    ("孩子写作业拖拉怎么办", "家庭教育方法", "家长", "家庭教育"), ("青春期的沟通", "家庭教育指导", "家长", "心理健康"), ("考前情绪调节", "专题教育", "学生", "心理健康"),
    ("劳动课可以这样上", "教师研修", "教师", "劳动教育"), ("走近冬季运动", "体育锻炼", "学生", "冬奥"), ("合唱入门", "文化艺术", "学生", "体育美育"),
    ("大单元教学设计", "教师研修", "教师", "教师研修"), ("博物馆里的历史课", "研学实践", "学生", "大思政课"), ("天宫里的科学", "科普教育", "学生", "科普教育"),
    ("亲子共读一本书", "经典阅读", "家长", "经典阅读"), ("简历怎样写", "专题教育", "学生", "就业指导"), ("面试常见问题", "专题教育", "学生", "就业指导"),
    ("秋招时间表与网申技巧", "专题教育", "学生", "求职指导"), ("无领导小组讨论怎么发言", "专题教育", "学生", "求职指导"), ("公务员与事业单位报考入门", "专题教育", "学生", "就业指导"),
    ("认识自己：职业兴趣与能力", "专题教育", "学生", "职业规划"), ("基层就业政策解读", "专题教育", "学生", "就业指导"), ("劳动合同与社会保险", "专题教育", "学生", "就业指导"),
    ("辅导员怎样做就业帮扶", "教师研修", "教师", "就业指导"), ("大学生创业第一步", "专题教育", "学生", "创业指导"),
)  # fmt: skip
#: region, industry, what the fair is for, place, in how many days it begins, how many it lasts
FAIRS = (
    ("北京市", "互联网", "软件与互联网专场", "示例国际会展中心A馆", 0, 1), ("上海市", "集成电路", "集成电路专场", "示例大学体育馆", 1, 1),
    ("江苏省苏州市", "生物制药", "生物医药专场", "示例会展中心1号馆", 3, 2), ("广东省深圳市", "电子", "电子信息专场", "示例人才大厦一层", 5, 1),
    ("浙江省杭州市", "电子商务", "电子商务专场", "示例大学学生活动中心", 6, 1), ("四川省成都市", "软件", "数字经济专场", "示例会展中心3号馆", 6, 1),
    ("湖北省武汉市", "汽车制造业", "汽车产业专场", "示例大学体育馆", 8, 1), ("陕西省西安市", "航空", "航空航天专场", "示例人才市场", 10, 2),
    ("山东省青岛市", "物流", "港口物流专场", "示例会展中心2号馆", 12, 1), ("河南省郑州市", "食品制造业", "食品产业专场", "示例人才市场", 13, 1),
    ("辽宁省大连市", "机械制造", "装备制造专场", "示例大学体育馆", 15, 1), ("云南省昆明市", "旅游", "文旅专场", "示例会展中心", 17, 1),
    ("北京市", "教育", "教育与教师专场", "示例师范大学礼堂", -1, 3), ("广东省广州市", "卫生", "医疗卫生专场", "示例会展中心B馆", 2, 1),
    ("天津市", "专用设备制造业", "智能制造专场", "示例职业技术学院", 4, 1), ("重庆市", "汽车制造业", "智能网联汽车专场", "示例国际会展中心", 7, 2),
    ("江苏省南京市", "软件", "人工智能专场", "示例大学图书馆报告厅", 9, 1), ("湖南省长沙市", "专用设备制造业", "工程机械专场", "示例会展中心", 11, 1),
    ("安徽省合肥市", "新能源", "新能源专场", "示例大学体育馆", 14, 1), ("福建省厦门市", "旅游", "旅游与酒店专场", "示例人才大厦", 16, 1),
    ("河北省石家庄市", "医药制造业", "医药产业专场", "示例人才市场", 18, 1), ("江西省南昌市", "食品制造业", "绿色食品专场", "示例会展中心", 20, 1),
    ("广西壮族自治区南宁市", "物流", "面向东盟物流专场", "示例国际会展中心", 22, 2), ("贵州省贵阳市", "软件", "大数据专场", "示例大学体育馆", 24, 1),
    ("黑龙江省哈尔滨市", "机械制造", "装备与冰雪产业专场", "示例人才市场", 26, 1), ("吉林省长春市", "汽车制造业", "汽车零部件专场", "示例会展中心", 28, 1),
    ("山西省太原市", "煤炭开采和洗选业", "能源转型专场", "示例大学礼堂", 31, 1), ("甘肃省兰州市", "石油化工", "石化产业专场", "示例人才市场", 34, 1),
    ("新疆维吾尔自治区乌鲁木齐市", "农业", "现代农业专场", "示例会展中心", 37, 1), ("内蒙古自治区呼和浩特市", "电力", "清洁能源专场", "示例人才市场", 40, 1),
    ("海南省海口市", "旅游", "自贸港人才专场", "示例国际会展中心", 44, 2), ("宁夏回族自治区银川市", "农业", "葡萄酒与农业专场", "示例人才大厦", 48, 1),
    ("上海市", "金融", "金融与咨询专场", "示例大学体育馆", 52, 1), ("浙江省宁波市", "化学原料和化学制品制造业", "绿色化工专场", "示例会展中心", 57, 1),
    ("广东省东莞市", "电子", "智能终端专场", "示例职业技术学院", 63, 1), ("北京市", "研究和试验发展", "科研院所专场", "示例国际会展中心", 70, 2),
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
    write("case", "title stage discipline school audience topic summary published", [
        *((title, "本科", discipline, "示例大学", "", "", f"示例记录：供{discipline}课程讨论的教学案例。", MADE) for title, discipline in CASES),
        *((title, "", "", "示例大学", audience, "就业指导", f"示例记录：面向{audience}的就业创业案例。", MADE) for title, audience in CAREER_CASES),
    ])  # fmt: skip
    write("article", "title occupation audience topic summary published", [
        *((f"走近{job}：{what}", job, "学生", "", f"示例记录：介绍{job}这一职业的日常、要求与发展。", MADE) for job, what in ARTICLES),
        *((title, "", "学生", topic, "示例记录：写给求职毕业生的文章。", MADE) for title, topic in CAREER_ARTICLES),
    ])  # fmt: skip
    write("live", "title board audience teacher topic summary published", [
        (title, board, audience, "示例讲师", topic, f"示例记录：面向{audience}的直播讲座，可看回放。", MADE) for title, board, audience, topic in LIVES
    ])  # fmt: skip
    write("fair", "title region industry employer address summary after days", [
        (f"{region}高校毕业生{what}招聘会", region, industry, "示例人才服务中心", address, f"示例记录：面向应届毕业生的{what}，线上线下同时举行。", str(after), str(days))
        for region, industry, what, address, after, days in FAIRS
    ])  # fmt: skip


if __name__ == "__main__":
    main()
