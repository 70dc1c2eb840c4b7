"""Messy words of job postings → codes and numbers."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.normalize import dates, jobs, regions
from catalog.normalize.salary import amounts, salary


@pytest.mark.parametrize(
    ("text", "low", "high", "months"),
    [
        ("1.5-2万·14薪", 15000, 20000, 14),
        ("12-20K·13薪", 12000, 20000, 13),
        ("6千-1万", 6000, 10000, None),
        ("8千-1.6万", 8000, 16000, None),
        ("6-8k·12薪", 6000, 8000, 12),
        ("5-k·12薪", 5000, None, 12),
        ("0.8-1.3万/月", 8000, 13000, None),
        ("200-300元/天", 4350, 6525, None),
        ("150-200/天", 3262, 4350, None),
        ("120/天", 2610, 2610, None),
        ("30元/小时", 5220, 5220, None),
        ("15-20万/年", 12500, 16667, None),
        ("15000-20000元/月", 15000, 20000, None),
        ("2000-2000元", 2000, 2000, None),
        ("16666.67-20833.33元", 16667, 20833, None),
        ("6000--6499", 6000, 6499, None),
        ("15,000-20,000元", 15000, 20000, None),
        ("6千-15000", 6000, 15000, None),
        ("20-15K", 15000, 20000, None),
        ("3千及以下", None, 3000, None),
        ("1.5千以下/月", None, 1500, None),
        ("5万以上/月", 50000, None, None),
        ("一万五", 15000, 15000, None),
        ("三千五百-五千", 3500, 5000, None),
        ("１．５－２万", 15000, 20000, None),
        ("5000-8000，五险一金", 5000, 8000, None),
        ("5000-8000五险一金", 5000, 8000, None),
        ("六险二金，5000-8000元", 5000, 8000, None),
        ("六千，五险一金", 6000, 6000, None),
        ("六千五险一金", 6000, 6000, None),
        ("6000元，8小时", 6000, 6000, None),
        ("8000-1.2万/月", 8000, 12000, None),
        ("900-1.5千", 900, 1500, None),
        ("5千-8", 5000, 8000, None),
        ("0-5千", 0, 5000, None),
        ("4000-6000元/月（每天8小时）", 4000, 6000, None),
        ("4000-6000元（每天8小时）", 4000, 6000, None),
        ("2500-3000元/月（实习期150元/天）", 2500, 3000, None),
        ("5000-8000元/月，每周双休", 5000, 8000, None),
        ("5000-8000元每周双休", 5000, 8000, None),
        ("6000元 年终奖", 6000, 6000, None),
        ("8000-10000元/月，每年两次调薪", 8000, 10000, None),
        ("月薪8000元，每天8小时", 8000, 8000, None),
        ("每天8小时 200元/天", 4350, 4350, None),
        ("8小时/天，5000元/月", 5000, 5000, None),
        ("工作7.5-8小时，月薪6000-8000", 6000, 8000, None),
        ("5天8小时工作制 6000-8000元", 6000, 8000, None),
        ("每周5天 200元/天", 4350, 4350, None),
        ("每1小时20元", 3480, 3480, None),
        ("20元 8小时", 20, 20, None),
        ("日结200", 4350, 4350, None),
        ("150-200元 日结", 3262, 4350, None),
        ("4000-5000元/月，日结", 4000, 5000, None),
        ("8小时", None, None, None),
        ("6000元/月-8000元/月", 6000, 8000, None),
        ("200元/天-300元/天", 4350, 6525, None),
        ("日薪：200-300元", 4350, 6525, None),
        ("200-300元（每天）", 4350, 6525, None),
        ("200元一天", 4350, 4350, None),
        ("每小时30元", 5220, 5220, None),
        ("30元每小时起", 5220, 5220, None),
        ("20万以上/年", 16667, None, None),
        ("15-20万年薪", 12500, 16667, None),
        ("年薪12万元，双休", 10000, 10000, None),
        ("面议-k·薪", None, None, None),
        ("薪资面议元/天", None, None, None),
        ("面议", None, None, None),
        ("0-0", None, None, None),
        ("99999999999万", None, None, None),
    ],
)
def test_pay_becomes_yuan_a_month(text: str, low: int | None, high: int | None, months: int | None) -> None:
    assert amounts(text) == (low, high, months)


def test_pay_keeps_the_words_of_its_source() -> None:
    assert salary("面议") is not None and salary("面议").text == "面议"  # type: ignore[union-attr]
    assert salary("  ") is None and salary(None) is None


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789.,-~万千kK元/每天年月·薪一二十五险金以上下 x", max_size=30))
def test_no_text_of_pay_breaks_the_reader(text: str) -> None:
    salary(text)


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        ("2023-08-30 14:07:12", "2023-08-30T14:07:12+08:00"),
        ("2018-08-30", "2018-08-30"),
        ("2019年12月15日", "2019-12-15"),
        ("2026.5.1", "2026-05-01"),
        ("20260501", "2026-05-01"),
        (20260501, "2026-05-01"),
        (1708912800000, "2024-02-26T10:00:00+08:00"),
        ("1708912800", "2024-02-26T10:00:00+08:00"),
        (1708876800000.0, "2024-02-26"),
        ("2023-02-09T21:07:44.877+0800", "2023-02-09T21:07:44+08:00"),
        ("2023-02-09T13:07:44Z", "2023-02-09T21:07:44+08:00"),
        ("202603011200", "2026-03-01T12:00:00+08:00"),
        (202603011200, "2026-03-01T12:00:00+08:00"),
        ("999999999999", "2001-09-09T09:46:39+08:00"),
        ("20260501.0", "2026-05-01"),
        ("20260301-20260315", "2026-03-01"),
        ("2026-03-01 24:00", "2026-03-01"),
        ("2026-03-01 24:30", ""),
        ("2026-03-01 00:00", "2026-03-01T00:00:00+08:00"),
        ("2026-03-01 09:00-17:00", "2026-03-01T09:00:00+08:00"),
        ("2026-03-01T09:00-05:00", "2026-03-01T22:00:00+08:00"),
        ("03-07发布", ""),
        ("招满为止", ""),
        ("2023-02-30", ""),
        ("2026-13-01", ""),
        (True, ""),
        (1e300, ""),
    ],
)
def test_dates_become_iso_in_shanghai(value: str | float, iso: str) -> None:
    assert dates.day(value) == iso


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-07-28 ~ 2026-08-12", "2026-08-12"),
        ("2026年3月1日-3月15日", "2026-03-15"),
        ("2026年3月1日至15日", "2026-03-15"),
        ("2026-03-01至03-15", "2026-03-15"),
        ("2026.3.1-3.15", "2026-03-15"),
        ("2026年3月1日9:00—3月15日18:00", "2026-03-15T18:00:00+08:00"),
        ("2026年12月20日-1月10日", "2027-01-10"),
        ("2026年3月1日（周日）-3月15日（周日）", "2026-03-15"),
        ("2026年3月1日8时至3月15日17时", "2026-03-15"),
        ("2026-03-01-03-45", "2026-03-01"),
        ("2026-03-01-12-30-00", "2026-03-01"),
        ("2026-03-01 17:00-2026-03-05 18:00", "2026-03-05T18:00:00+08:00"),
        ("2026-03-01 17:00:00-2026-03-05 18:00:00", "2026-03-05T18:00:00+08:00"),
        ("2026-03-01 09:00-17:00", "2026-03-01T17:00:00+08:00"),
        ("2026-03-01 09:00:00-05:00", "2026-03-01T22:00:00+08:00"),
        ("20260301-20260315", "2026-03-15"),
        ("20260301 至 20260315", "2026-03-15"),
        ("202603011200", "2026-03-01T12:00:00+08:00"),
        ("长期有效", ""),
    ],
)
def test_a_deadline_is_the_later_end_of_a_window(text: str, iso: str) -> None:
    assert dates.deadline(text) == iso


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-03-01 24:00", "2026-03-01"),
        ("2026年3月1日24:00", "2026-03-01"),
        ("2026-03-01 08:00 至 2026-03-01 24:00", "2026-03-01"),
        ("2026-03-01 08:00-24:00", "2026-03-01"),
        ("2026-03-31 00:00:00", "2026-03-31"),
        ("20260331000000", "2026-03-31"),
        ("2026-03-01 00:00 ~ 2026-03-31 00:00", "2026-03-31"),
        ("2026-03-01 ~ 2026-03-01 18:00", "2026-03-01T18:00:00+08:00"),
    ],
)
def test_a_deadline_at_midnight_lasts_the_whole_day(text: str, iso: str) -> None:
    assert dates.deadline(text) == iso


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789-./:年月日至~ TZ+", max_size=40))
def test_no_date_breaks_the_reader(text: str) -> None:
    dates.day(text)
    dates.deadline("2026-03-01" + text)


@pytest.mark.parametrize(
    ("text", "codes", "rest"),
    [
        ("昆明·西山区", ("530112",), ()),
        ("广州-天河区", ("440106",), ()),
        ("安徽 芜湖三山经开区", ("340200",), ("三山经开区",)),
        ("安徽 安徽省直", ("340000",), ()),
        ("黑龙江省 黑龙江省省本级", ("230000",), ()),
        ("北京 | 上海 | 深圳", ("110000", "310000", "440300"), ()),
        ("北京、西安", ("110000", "610100"), ()),
        ("上海市/上海市/长宁区", ("310105",), ()),
        ("上海-浦东新区,北京", ("310115", "110000"), ()),
        ("湖北省 湖北省", ("420000",), ()),
        ("北京-朝阳区", ("110105",), ()),
        ("朝阳区", (), ("朝阳区",)),
        ("成都-高新区", ("510100",), ("高新区",)),
        ("吉林-吉林市", ("220200",), ()),
        ("上饶嘉兴太原", ("361100", "330400", "140100"), ()),
        ("广东省内", ("440000",), ()),
        ("北京市-市辖区-海淀区", ("110108",), ()),
        ("苏州-昆山市", ("320583",), ()),
        ("湖北省直辖县级行政区划仙桃市", ("429004",), ()),
        ("湖北省-省直辖县级行政区划-仙桃市", ("429004",), ()),
        ("河南省直辖县级行政单位济源市", ("419001",), ()),
        ("新疆自治区直辖县级行政区划石河子市", ("659001",), ()),
        ("新疆生产建设兵团第八师石河子市", ("659001",), ()),
        ("新疆生产建设兵团 第十二师", ("650000",), ("第十二师",)),
        ("北京第一师范", ("110000",), ("第一师范",)),
        ("重庆市县云阳县", ("500235",), ()),
        ("重庆市/县/石柱土家族自治县", ("500240",), ()),
        ("青海海南", ("632500",), ()),
        ("青海、海南", ("630000", "460000"), ()),
        ("青海海南藏族自治州", ("632500",), ()),
        ("青海河南", ("630000", "410000"), ()),
        ("海南海口", ("460100",), ()),
        ("乌海-海南", ("150303",), ()),
        ("吉林吉林", ("220200",), ()),
        ("吉林省吉林", ("220200",), ()),
        ("吉林、吉林", ("220000",), ()),
        ("吉林", ("220000",), ()),
        ("辽宁-朝阳-朝阳", ("211300",), ()),
        ("异地招聘", (), ("异地招聘",)),
        ("", (), ()),
    ],
)
def test_places_resolve_to_the_deepest_certain_region(text: str, codes: tuple[str, ...], rest: tuple[str, ...]) -> None:
    assert regions.regions(text) == (codes, rest)


def test_a_street_address_begins_with_its_region_and_names_no_other() -> None:
    found = regions.place("上海浦东新区海东大楼3楼")
    assert found.codes == ("310115",) and found.address == "上海浦东新区海东大楼3楼" and found.rest == ()
    assert regions.place("上海中山路1号").codes == ("310000",)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="北京上海朝阳区市省直 ·-/|,、1号楼（）", max_size=24))
def test_no_place_breaks_the_reader(text: str) -> None:
    regions.regions(text)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("本科", ("bachelor",)),
        ("本科, 硕士, 博士", ("bachelor", "master", "doctor")),
        ("本科及以上", ("bachelor",)),
        ("统招本科", ("bachelor",)),
        ("大学本科、硕士研究生", ("bachelor", "master")),
        ("研究生及以上", ("master",)),
        ("大专及以上 （退役军人可放宽至 高中及以上）", ("college",)),
        ("大专及以上学历（ 退 伍军人可放宽至高 中）", ("college",)),
        ("高中（中专）及以上", ("senior", "secondary")),
        ("中等专科", ("secondary",)),
        ("技工学校", ("secondary",)),
        ("学历不限", ("none",)),
        ("无", ("none",)),
        ("不限,本科,硕士,博士", ("none", "bachelor", "master", "doctor")),
    ],
)
def test_degrees_asked(text: str, codes: tuple[str, ...]) -> None:
    assert jobs.degrees(text) == (codes, ())


@pytest.mark.parametrize("text", ["招1人", "招若干人", "03-07发布", "其他"])
def test_dirt_in_the_degree_column_is_no_degree(text: str) -> None:
    assert jobs.degrees(text) == ((), (text,))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026届 | 2027届", ("2026", "2027")),
        ("2026 | 2027 | 2028届", ("2026", "2027", "2028")),
        ("26届", ("2026",)),
        ("26届（留）-27届", ("2026", "2027")),
        ("2025届,2026届", ("2025", "2026")),
        ("2024", ("2024",)),
        ("23-25届", ("2023", "2024", "2025")),
        ("2026届毕业生", ("2026",)),
        ("2025-09-01至2026-08-31", ("2025", "2026")),
        ("2025.09-2026.08", ("2025", "2026")),
        ("2025/09/01", ("2025",)),
        ("2025-09-01,26届", ("2025", "2026")),
        ("25、26届", ("2025", "2026")),
        ("25/26/27届", ("2025", "2026", "2027")),
        ("2025/26届", ("2025", "2026")),
        ("26级", ("2026",)),
        ("不限届", ()),
    ],
)
def test_graduation_years(text: str, found: tuple[str, ...]) -> None:
    assert jobs.years(text)[0] == found


@pytest.mark.parametrize("text", ["12月31日前", "招30人", "3-12"])
def test_numbers_that_are_no_year_stay_text(text: str) -> None:
    assert jobs.years(text) == ((), (text,))


@pytest.mark.parametrize(
    ("text", "code"),
    [("2年以上，应届生勿投", "y1-3"), ("不接受应届生，3年以上", "y3-5"), ("不接受应届生和在校生，3年以上", "y3-5"), ("应届毕业生不考虑，5-7年", "y5-10"),
     ("在校生勿扰，应届生可投", "fresh"), ("不要求经验应届生可", "fresh"), ("应届生不要求经验", "fresh"), ("3年以内", "y1-3"), ("3-10年以内", "y3-5")],
)
def test_experience_is_told_from_who_is_refused(text: str, code: str) -> None:
    assert jobs.experiences(text) == ((code,), ())


def test_a_text_of_many_thousand_words_is_read_in_no_time() -> None:
    started = time.process_time()
    jobs.experiences("应届" * 20_000)
    jobs.years("01," * 20_000)
    assert time.process_time() - started < 5


@pytest.mark.parametrize("text", ["不接受应届生", "非应届", "应届生勿投", "10年以内", "5年以下"])
def test_experience_that_fits_no_band_stays_text(text: str) -> None:
    assert jobs.experiences(text) == ((), (text,))


@pytest.mark.parametrize(
    ("text", "code"),
    [("3-4年经验", "y3-5"), ("无需经验", "fresh"), ("在校生/应届生", "fresh"), ("10年以上", "y10"), ("12年以上经验", "y10"), ("经验不限", "none")],
)
def test_experience_falls_into_a_band(text: str, code: str) -> None:
    assert jobs.experiences(text) == ((code,), ())


@pytest.mark.parametrize(("text", "number"), [("1,000人", 1000), ("招１，２００人", 1200), ("-1", None), (-1, None), ("2026年招5人", 5), ("2026届5人", 5), ("2026年", None), ("5-10人", 5), ("招22人", 22), ("若干", None), ("399", 399), (3.0, 3), (None, None), ("0", None)])
def test_headcount(text: object, number: int | None) -> None:
    assert jobs.headcount(text) == number


@pytest.mark.parametrize(
    ("text", "codes"),
    [("全职", ("full-time",)), ("实习 | 寒假实习", ("internship", "internship-winter")), ("春招 | 实习", ("campus-spring", "internship")),
     ("春招补录/秋招提前批", ("campus-spring", "campus-autumn")), ("选调生", ("selected-graduate",))],
)
def test_job_types(text: str, codes: tuple[str, ...]) -> None:
    assert jobs.job_types(text) == (codes, ())
