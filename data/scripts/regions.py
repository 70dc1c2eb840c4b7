"""Builds data/vocab/region.tsv: GB/T 2260 codes, province → city → county.

Reads region_provinces.csv, region_cities.csv, region_areas.csv (modood/Administrative-divisions-of-China).
Container nodes (市辖区, 县, 省直辖县级行政区划 …) are dropped; their counties hang below the nearest real parent.
"""

from __future__ import annotations

import re

from _write import Row, names, read_csv, ref_dir, words, write_vocab

SOURCE = "GB/T 2260 and the statistical division codes, after modood/Administrative-divisions-of-China (WTFPL)"

CONTAINERS = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}

PEOPLES = (
    "蒙古族|蒙古|回族|藏族|维吾尔族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|哈萨克|傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|"
    "景颇族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯|塔吉克|怒族|普米族|鄂温克族|保安族|裕固族|独龙族|各族|独龙"
)

PROVINCES = {  # one-character and other names that stand for nothing else; 吉 黑 贵 云 甘 青 宁 新 台 are everyday characters
    "110000": "京|帝都", "120000": "津", "130000": "冀", "140000": "晋", "150000": "内蒙|蒙", "210000": "辽",
    "310000": "沪|申城|申|魔都", "320000": "苏", "330000": "浙", "340000": "皖", "350000": "闽", "360000": "赣", "370000": "鲁|齐鲁",
    "410000": "豫", "420000": "鄂|荆楚", "430000": "湘", "440000": "粤", "450000": "桂", "460000": "琼", "500000": "渝",
    "510000": "川|蜀|巴蜀", "520000": "黔", "530000": "滇", "540000": "藏", "610000": "陕", "620000": "陇",
    "650000": "新疆生产建设兵团|新疆兵团", "710000": "台湾地区|中国台湾", "810000": "香港特区|中国香港|hong kong", "820000": "澳门特区|中国澳门|macau",
}  # fmt: skip

CITIES = {
    "440100": "羊城|穗", "440300": "鹏城|深", "510100": "蓉城|蓉", "370100": "泉城", "230100": "冰城", "350200": "鹭岛",
    "150100": "呼市", "650100": "乌市", "532800": "版纳", "330100": "杭城",
}  # fmt: skip

# Short names of cities that mean something else first: a province, a company.
PROVINCE_FIRST = {"吉林", "海南", "阿里"}

# County names without 区/县/市 that are everyday words or better known as something else.
EVERYDAY = words(
    "和平 平安 东方 友谊 前进 向阳 红旗 胜利 新华 解放 工农 东风 爱民 平房 光明 新兴 高明 资源 公安 新建 路桥 兴业 乐业 互助 民乐 通道 共和 大方 南部 钟楼 友好 康乐 "
    "白玉 大英 咸丰 三元 市中 市南 市北 城中 城北 城东 城西 城南 城关 城厢 新城 会同 大田 清流 天柱 紫金 河口 江口 水城 海港 桥东 桥西 站前 铁东 铁西 高新 安定 东山 西山 "
    "河东 河西 中原 中方 大同 明光 双桥 文化 龙门 东海 太平 安居 龙凤 大通 大安 阳光 平原 平定 平和 民主 民权 建设"
)
# Names that 区/县/市 alone does not shorten.
COUNTIES = {"310115": "浦东|上海浦东", "150724": "鄂温克", "622926": "东乡", "320576": "苏州园区|苏州工业园", "120116": "天津滨海新区|天津滨海"}

def short_of(name: str) -> str:
    """The name without its rank: 广州市 → 广州, 恩施土家族苗族自治州 → 恩施. The name itself when nothing may go."""
    short = re.sub(rf"(?<=..)(?:{PEOPLES})*自治[州县旗]$", "", name)
    if short == name:
        short = re.sub(r"(?:特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|行政委员会|地区|盟|省|市|(?<=神农架)林区|(?<=六枝)特区|区|县|旗)$", "", name)
    return short if len(short) >= 2 else name


def zone_names(label: str, city: str) -> list[str]:
    """合肥高新技术产业开发区 → 合肥高新区; 芜湖经济技术开发区 → 芜湖经开区."""
    if re.search("高新技术|高技术", label):
        return [f"{city}高新区", f"{city}高新技术开发区"] if re.match(f"{city}市?高", label) else []
    return [f"{city}经开区", f"{city}开发区"] if "经济技术开发区" in label and label.startswith(city + "经济") else []


def main() -> None:
    ref = ref_dir()
    provinces = [*read_csv(ref / "region_provinces.csv"), *({"code": c, "name": n} for c, n in OTHERS)]
    cities = read_csv(ref / "region_cities.csv")
    areas = read_csv(ref / "region_areas.csv")
    rows: list[Row] = [
        Row("CN", "全国", aliases=names("不限地区|地区不限|全国各地|全国多地|全国范围|多地|中国大陆|全国均可"), attrs={"level": "country"})
    ]
    taken: set[str] = set()
    for p in provinces:
        row = Row(p["code"] + "0000", p["name"], attrs={"level": "province"})
        row.add(short_of(p["name"]), *names(PROVINCES.get(row.code, "")))
        taken.add(short_of(p["name"]))
        rows.append(row)
        rows += [r for c in cities if c["provinceCode"] == p["code"] for r in city(c, row, areas)]
    taken |= {short_of(r.label) for r in rows if r.attrs["level"] == "city"}
    for row in rows:
        if row.attrs["level"] == "county":
            name = short_of(row.label)
            if row.code in COUNTIES:
                row.add(*names(COUNTIES[row.code]))
            elif name not in taken and name not in EVERYDAY:
                row.add(name)
    rows.append(Row("OVERSEAS", "海外", aliases=names("国外|境外|海外地区|国外地区|overseas"), attrs={"level": "country"}))
    write_vocab("region", rows, source=SOURCE, script=__file__)


OTHERS = (("71", "台湾省"), ("81", "香港特别行政区"), ("82", "澳门特别行政区"))


def city(record: dict[str, str], province: Row, areas: list[dict[str, str]]) -> list[Row]:
    """A city and its counties; only the counties where the city is a mere container."""
    rows: list[Row] = []
    parent = province
    if record["name"] not in CONTAINERS:
        parent = Row(record["code"] + "00", record["name"], province.code, attrs={"level": "city"})
        short = short_of(record["name"])
        if short not in PROVINCE_FIRST:
            parent.add(short)
        if record["name"].endswith("自治州"):
            parent.add(short + "州")
        parent.add(*names(CITIES.get(parent.code, "")))
        rows.append(parent)
    city_short = short_of(parent.label)
    for area in areas:
        # 东莞, 中山, 儋州 have no counties: their own code stands among the areas once more.
        if area["cityCode"] == record["code"] and area["code"] != parent.code:
            row = Row(area["code"], area["name"], parent.code, attrs={"level": "county"})
            row.add(*zone_names(row.label, city_short))
            rows.append(row)
    return rows


if __name__ == "__main__":
    main()
