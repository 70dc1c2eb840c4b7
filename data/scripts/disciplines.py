"""Builds data/vocab/discipline.tsv: undergraduate 门类 → 专业类 (`ug:08`, `ug:0809`), vocational 大类 → 专业类 (`voc:51`, `voc:5102`).

Reads undergrad_majors_2026.csv. The vocational names are those of the Ministry's catalogue 职业教育专业目录（2021年）: 19 大类,
97 专业类, the same for all three levels. The 高职专科 digits are the code; 中职 has 20 more, 职业本科 20 less (attrs mid, uni).
"""

from __future__ import annotations

from _write import Row, apply_curated, read_crosswalk, read_csv, ref_dir, words, write_crosswalk, write_vocab

SOURCE = "普通高等学校本科专业目录 (2026) and 职业教育专业目录 (2021), Ministry of Education"

VOCATIONAL = {
    "41 农林牧渔大类": "农业类 林业类 畜牧业类 渔业类",
    "42 资源环境与安全大类": "资源勘查类 地质类 测绘地理信息类 石油与天然气类 煤炭类 金属与非金属矿类 气象类 环境保护类 安全类",
    "43 能源动力与材料大类": "电力技术类 热能与发电工程类 新能源发电工程类 黑色金属材料类 有色金属材料类 非金属材料类 建筑材料类",
    "44 土木建筑大类": "建筑设计类 城乡规划与管理类 土建施工类 建筑设备类 建设工程管理类 市政工程类 房地产类",
    "45 水利大类": "水文水资源类 水利工程与管理类 水利水电设备类 水土保持与水环境类",
    "46 装备制造大类": "机械设计制造类 机电设备类 自动化类 轨道装备类 船舶与海洋工程装备类 航空装备类 汽车制造类",
    "47 生物与化工大类": "生物技术类 化工技术类",
    "48 轻工纺织大类": "轻化工类 包装类 印刷类 纺织服装类",
    "49 食品药品与粮食大类": "食品类 药品与医疗器械类 粮食类",
    "50 交通运输大类": "铁道运输类 道路运输类 水上运输类 航空运输类 管道运输类 城市轨道交通类 邮政类",
    "51 电子与信息大类": "电子信息类 计算机类 通信类 集成电路类",
    "52 医药卫生大类": "临床医学类 护理类 药学类 中医药类 医学技术类 康复治疗类 公共卫生与卫生管理类 健康管理与促进类 眼视光类",
    "53 财经商贸大类": "财政税务类 金融类 财务会计类 统计类 经济贸易类 工商管理类 电子商务类 物流类",
    "54 旅游大类": "旅游类 餐饮类",
    "55 文化艺术大类": "艺术设计类 表演艺术类 民族文化艺术类 文化服务类",
    "56 新闻传播大类": "新闻出版类 广播影视类",
    "57 教育与体育大类": "教育类 语言类 体育类",
    "58 公安与司法大类": "公安管理类 公安技术类 侦查类 法律实务类 法律执行类 司法技术类 安全防范类",
    "59 公共管理与服务大类": "公共事业类 公共管理类 公共服务类 文秘类",
}

# Two-character names without 类 that still name a field of study; shorter or plainer ones (安全, 语言, 气象) are everyday words.
SHORT = words("力学 机械 仪器 材料 电气 土木 水利 测绘 矿业 纺织 兵器 建筑 林学 水产 草学 药学 数学 化学 护理 通信")


def digits(code: str) -> dict[str, str]:
    """The same 大类 or 专业类 in the catalogues of 中职 and 职业本科."""
    return {"mid": str(int(code[:2]) + 20) + code[2:], "uni": str(int(code[:2]) - 20) + code[2:]}


def main() -> None:
    # 军事学 (11) is a 门类 without undergraduate majors in the civil catalogue.
    roots: dict[str, Row] = {"11": Row("ug:11", "军事学", attrs={"level": "discipline"})}
    classes: dict[str, Row] = {}
    for record in read_csv(ref_dir() / "undergrad_majors_2026.csv"):
        root, middle = record["code"][:2], record["code"][:4]
        roots.setdefault(root, Row(f"ug:{root}", record["category"], attrs={"level": "discipline"}))
        classes.setdefault(middle, Row(f"ug:{middle}", record["class"], f"ug:{root}", attrs={"level": "class"}))
    rows = [row for root in sorted(roots) for row in (roots[root], *(classes[c] for c in sorted(classes) if c[:2] == root))]
    for head, below in VOCATIONAL.items():
        code, label = head.split()
        rows.append(Row(f"voc:{code}", label, attrs={"level": "discipline", **digits(code)}))
        for number, name in enumerate(below.split(), 1):
            at = f"{code}{number:02}"
            rows.append(Row(f"voc:{at}", name, f"voc:{code}", attrs={"level": "class", **digits(at)}))
    labels = {row.label for row in rows}
    table = read_crosswalk("discipline")
    for row in rows:
        short = row.label.removesuffix("类")
        if short in table and table[short][0] != [row.code]:
            continue  # the course platforms mean something else by it: 艺术设计 is their whole 艺术学
        if row.attrs["level"] == "class" and short not in labels and (len(short) > 2 or short in SHORT):
            row.add(short)
    apply_curated("discipline", rows)
    write_vocab("discipline", rows, source=SOURCE, script=__file__)
    source = "categories of course platforms, mapped by hand"
    write_crosswalk("discipline", table, known={r.code for r in rows}, source=source, script=__file__)


if __name__ == "__main__":
    main()
