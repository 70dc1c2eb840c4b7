"""Did you mean, and where to go on when too little was found: every step gives what it promises, no search is a dead end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from catalog.resource import Resource
from indexer.engine import Engine, OneOf, Query
from indexer.fields import VERIFIED
from ranking import rarity
from ranking.query import understand
from ranking.questions import questions
from ranking.rarity import Rarity
from ranking.results import Request, Results, Step
from ranking.search import search
from ranking.spelling import corrected, nearest
from tests.web_sample import build, records
from web import create_app

EDITIONS = [
    ("yilin", "译林版", "g5", "五年级", "down", "下册"), ("yilin", "译林版", "g6", "六年级", "up", "上册"),
    ("renjiao", "人教版", "g5", "五年级", "up", "上册"), ("beishida", "北师大版", "g5", "五年级", "up", "上册"), ("waiyan", "外研版", "g3", "三年级", "up", "上册"),
]  # fmt: skip
ASKED = [
    ("高等树学", {}), ("译林版五年级上册英语", {}), ("高等数学", {"kind": ("job",)}), ("高等数学", {"kind": ("job",), "region": ("110000",)}), ("北京大学 高等数学 鲸鱼", {}),
    ("qqqq", {}), ("qqqq", {"service": ("jobs",)}), ("qqqq", {"kind": ("fair",)}), ("", {"service": ("jobs",), "school": ("北京大学",)}), ("高等树学", {"service": ("jobs",)}),
    ("量子鲸鱼", {"school": ("没有这所大学",)}), ("人教版五年级上册物理", {}), ("五上 英语", {"version": ("waiyan",)}),
]  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    books = [
        Resource(id=f"book:{n}", kind="textbook", service="k12", source=("book",), title=f"小学英语{version}{grade}{volume}", stage=("primary",), subject=("english",),
                 version=(v,), grade=(g,), volume=(vol,), url=f"https://example.org/{n}")
        for n, (v, version, g, grade, vol, volume) in enumerate(EDITIONS)
    ]  # fmt: skip
    built = build(tmp_path_factory.mktemp("index"), [*records(), *books])
    yield built
    built.close()


def asked(engine: Engine, text: str, **filters: tuple[str, ...]) -> Results:
    return search(engine, Request(text=text, filters=filters))


def steps(found: Results, kind: str) -> list[Step]:
    return [s for s in found.ladder if s.kind == kind]


@pytest.mark.parametrize(("text", "filters"), ASKED)
def test_every_step_gives_exactly_what_it_promises(engine: Engine, text: str, filters: dict[str, tuple[str, ...]]) -> None:
    for step in asked(engine, text, **filters).ladder:
        assert step.count > 0
        assert search(engine, step.request).total == step.count, step


@pytest.mark.parametrize(("text", "filters"), ASKED)
def test_nothing_found_is_no_dead_end(engine: Engine, text: str, filters: dict[str, tuple[str, ...]]) -> None:
    found = asked(engine, text, **filters)
    assert found.total or found.ladder


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("高等树学", "高等数学"), ("数据结购", "数据结构"), ("数据结构与蒜法", "数据结构与算法"), ("经济学源理", "经济学原理"), ("北大 经济学源理", "北大 经济学原理"), ("生物制要工艺学", "生物制药工艺学")],
)
def test_a_misspelt_word_is_offered_as_the_title_spells_it(engine: Engine, typed: str, meant: str) -> None:
    found = asked(engine, typed)
    assert found.suggestion == meant and found.total
    assert asked(engine, meant).suggestion is None


@pytest.mark.parametrize("typed", ["高等数学", "gaodengshuxue", "高数", "高等數學", "qqqq", "", "北京 生物制药", "c++"])
def test_what_is_spelt_rightly_is_not_corrected(engine: Engine, typed: str) -> None:
    assert asked(engine, typed).suggestion is None


@pytest.mark.parametrize(
    ("typed", "title", "piece"),
    [("高等树学", "高等数学（一）", "高等数学"), ("高等学数", "工科高等数学", "高等数学"), ("高数学", "高等数学", "高等数学"), ("高等等数学", "高等数学", "高等数学"),
     ("护师", "护士（2027届）", "护士"), ("线性带数", "线性代数", "线性代数")],
)  # fmt: skip
def test_the_nearest_piece_of_a_title_is_a_whole_one(typed: str, title: str, piece: str) -> None:
    found = nearest(typed, title)
    assert found is not None and found[1] == piece


@pytest.mark.parametrize(("typed", "title"), [("会学计", "社会学基础"), ("红楼梦的课", "红楼梦课"), ("高等数学题", "高等数学"), ("数学与生活", "数学生活")])
def test_a_piece_of_words_or_less_than_what_was_typed_is_no_correction(typed: str, title: str) -> None:
    found = nearest(typed, title)
    assert found is None or found[1] == typed


def test_what_is_unlike_a_title_is_left_alone() -> None:
    assert nearest("量子力学", "小学语文教师") is None and nearest("护工", "护士") is None
    assert corrected(understand("量子力学"), ["小学语文教师", ""]) is None


def test_without_one_filter_says_which_and_how_many(engine: Engine) -> None:
    found = asked(engine, "Java", kind=("job",), degree=("doctor",))
    dropped = {s.label: s for s in steps(found, "filter")}
    assert found.total == 0 and dropped["degree"].drop == ("博士",) and dropped["degree"].request.filters == {"kind": ("job",)}


def test_of_a_filter_that_leaves_nothing_the_other_values_count_what_they_find(engine: Engine) -> None:
    found = asked(engine, "高等数学", kind=("job",))
    others = [value for value in found.facets["kind"] if value.count]
    assert not found.total and others
    assert [asked(engine, "高等数学", kind=(value.value,)).total for value in others] == [value.count for value in others]


@pytest.mark.parametrize("text", ["高等数学", "高等树学", "gaodengshuxue", "数学 鲸鱼", ""])
def test_a_chosen_value_counts_what_is_found_by_whichever_question(engine: Engine, text: str) -> None:
    found = asked(engine, text, kind=("course",))
    assert [value.count for value in found.facets["kind"] if value.selected] == [found.total] != [0]


@pytest.mark.parametrize("text", ["", "会计", "会计 鲸鱼"])
def test_a_chosen_value_that_is_rare_counts_what_it_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Only the most frequent values are counted with a search."""
    held = [Resource(id=f"a:{n}-{k}", kind="course", service="higher", source=("a",), title="会计", school=(f"学校{n}",), language=("zh",)) for n in range(30) for k in range(2 if n < 25 else 1)]
    rare = build(tmp_path, held)
    questions: list[int] = []
    counts = rare.counts
    monkeypatch.setattr(rare, "counts", lambda queries: questions.append(len(queries)) or counts(queries))
    found = search(rare, Request(text=text, filters={"school": ("学校29", "学校28", "学校0", "没有的学校")}), ways=False)
    assert {v.value: v.count for v in found.facets["school"] if v.selected} == {"学校29": 1, "学校28": 1, "学校0": 2, "没有的学校": 0} and found.total == 4
    assert questions[-1:] == [3]
    questions.clear()
    search(rare, Request(text=text, filters={"school": ("学校0",), "kind": ("course", "job")}), ways=False)
    assert not questions
    part = replace(rare.search(Query(facets={"school": 2}, filters=(OneOf("school", ("学校29",)),))), partial=True)
    monkeypatch.setattr(rare, "search", lambda query: part)
    assert search(rare, Request(text=text, filters={"school": ("学校29",)}, facets=("school",)), ways=False).partial and not questions


def test_a_chosen_range_of_pay_counts_what_it_finds(engine: Engine) -> None:
    found = asked(engine, "", kind=("job",), salary=("4100-4200",))
    assert [v.count for v in found.facets["salary"] if v.selected] == [found.total] != [0]


def test_what_is_dropped_is_called_as_people_read_it(engine: Engine) -> None:
    found = asked(engine, "高等数学", verified=("true",))
    assert [s.drop for s in steps(found, "filter")] == [(VERIFIED["true"],)]


def test_when_no_single_filter_is_to_blame_all_of_them_go(engine: Engine) -> None:
    found = asked(engine, "高等数学", kind=("job",), region=("110000",))
    assert [(s.kind, s.count) for s in found.ladder] == [("filters", 1)]


def test_under_filters_a_misspelt_word_is_offered_in_its_right_spelling(engine: Engine) -> None:
    found = asked(engine, "高等树学", service=("jobs",))
    assert [(s.kind, s.request.text, dict(s.request.filters)) for s in found.ladder] == [("spelling", "高等数学", {})]


def test_what_is_there_without_the_filters_is_no_slip(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = list[str]()
    monkeypatch.setattr("ranking.ladder.corrected", lambda reading, titles: compared.append(reading.text))
    assert asked(engine, "高等数学", service=("jobs",)).ladder and not compared
    assert asked(engine, "高等树学", service=("jobs",)).ladder and compared == ["高等树学"]


def test_few_books_come_with_their_neighbours_and_many_without(engine: Engine) -> None:
    found = asked(engine, "译林版五年级上册英语")
    assert 0 < found.total < 5 and not found.interpretation.relaxed
    assert {s.kind for s in found.ladder} == {"neighbour"}
    assert {s.label for s in found.ladder} == {"下册", "人教版", "北师大版", "六年级"}
    assert asked(engine, "统编版四年级下册语文").total >= 5 and not asked(engine, "统编版四年级下册语文").ladder


def test_a_grade_written_with_its_volume_has_neighbours_too(engine: Engine) -> None:
    assert "下册" in {s.label for s in asked(engine, "译林版 五上 英语").ladder}


def test_one_thing_that_is_not_here_can_be_let_go(engine: Engine) -> None:
    found = asked(engine, "北京大学 经济学原理 鲸鱼")
    assert [(s.drop, s.request.text) for s in steps(found, "concept")] == [(("鲸鱼",), "北京大学 经济学原理")]
    assert found.interpretation.relaxed


@pytest.mark.parametrize(("text", "title"), [("清华 高数", "高等数学（一）"), ("高等数学 北大", "高等数学（一）"), ("北京大学 数据结构", "数据结构与算法"), ("浙大 生物制药工艺", "生物制药工艺学")])
def test_what_a_school_does_not_offer_is_shown_of_others(engine: Engine, text: str, title: str) -> None:
    """Who asks for a course of one school wants the course: not whatever else that school has."""
    found = asked(engine, text)
    assert (found.by, found.hits[0].resource["title"]) == ("elsewhere", title)
    (school,) = found.interpretation.relaxed
    assert text.replace(school, "").strip() in {step.request.text for step in found.ladder}, "the search without the school can be gone on with"


def test_a_book_that_one_publisher_does_not_have_is_shown_of_others(engine: Engine) -> None:
    found = asked(engine, "北师大版 六年级上册 英语")
    assert (found.by, found.interpretation.relaxed, [hit.resource["version"] for hit in found.hits]) == ("elsewhere", ("北师大版",), [["yilin"]])


@pytest.mark.parametrize(("text", "first"), [("铜陵 爬虫工程师", "a:1"), ("铜陵 护士", "a:3")])
def test_what_a_place_does_not_have_is_shown_of_what_lies_around(tmp_path: Path, text: str, first: str) -> None:
    """Not whatever that place has."""
    posts = [("爬虫工程师", "440100"), ("爬虫工程师", "340100"), ("护士", "110000"), ("护士", "340200"), ("木匠", "340700")]
    engine = build(tmp_path, [Resource(id=f"a:{n}", kind="job", source=("a",), title=title, region=(region,)) for n, (title, region) in enumerate(posts)])
    found = asked(engine, text)
    assert (found.by, found.total, found.hits[0].id, found.interpretation.relaxed) == ("elsewhere", 2, first, ("铜陵",))
    engine.close()


def test_of_two_schools_one_is_better_than_none(engine: Engine) -> None:
    found = asked(engine, "清华 北大 经济学原理")
    assert (found.by, found.hits[0].resource["school"]) == ("nearly", ["北京大学"])


def test_a_short_name_means_its_course_even_where_little_else_fits(engine: Engine) -> None:
    found = asked(engine, "高数 鲸鱼")
    assert (found.by, found.hits[0].resource["title"]) == ("loose", "高等数学（一）")


def test_of_three_things_that_nothing_has_together_two_find(tmp_path: Path) -> None:
    """Not whatever has one of them."""
    jobs = [
        Resource(id=f"a:{n}", kind="job", source=("a",), title=title, region=region)
        for n, (title, region) in enumerate([("监理", ("420100",)), ("木匠", ("420100",)), ("监理", ("110000",)), ("土木工程", ("420100",))])
    ]
    engine = build(tmp_path, [*jobs, Resource(id="a:c", kind="course", source=("a",), title="土木工程概论")])
    found = asked(engine, "土木工程 监理 武汉")
    assert (found.by, sorted(hit.id for hit in found.hits)) == ("nearly", ["a:0", "a:3"])
    assert set(found.interpretation.relaxed) == {"土木工程", "监理", "武汉"}
    engine.close()


def test_a_book_that_is_named_comes_before_its_lessons(tmp_path: Path) -> None:
    place = {"stage": ("primary",), "subject": ("chinese",), "grade": ("g4",), "volume": ("up",), "service": "k12", "source": ("book",)}
    book = Resource(id="book:1", kind="textbook", title="小学语文统编版四年级上册", version=("tongbian",), **place)
    lessons = [Resource(id=f"book:l{n}", kind="lesson", title="语文园地", version=("renjiao",), popularity=1e6, **place) for n in range(6)]
    engine = build(tmp_path, [book, *lessons])
    found = asked(engine, "人教版 四年级 语文 上册")
    assert (found.by, found.total, found.hits[0].id) == ("strict", 7, "book:1")
    assert asked(engine, "四年级 语文园地").hits[0].id != "book:1", "a lesson is named"
    engine.close()


def test_what_a_school_offers_is_its_own(engine: Engine) -> None:
    found = asked(engine, "浙大 数据结构")
    assert (found.by, found.total, found.interpretation.relaxed) == ("strict", 1, ())


def test_what_truly_is_not_here_leads_to_what_is(engine: Engine) -> None:
    found = asked(engine, "qqqq")
    assert found.total == 0 and {s.kind for s in found.ladder} == {"browse"}
    under = asked(engine, "qqqq", service=("jobs",))
    assert {s.label for s in under.ladder} == {"职位", "文章"} and all(s.request.filters["service"] == ("jobs",) for s in under.ladder)


def test_a_search_that_finds_enough_and_a_later_page_have_no_ladder(engine: Engine) -> None:
    assert asked(engine, "北京 生物制药").ladder == ()
    assert search(engine, Request(text="qqqq", page=2)).ladder == ()


@pytest.fixture(scope="module")
def client(engine: Engine) -> FlaskClient:
    return create_app(engine).test_client()


def test_the_page_shows_each_step_with_its_count(client: FlaskClient) -> None:
    page = client.get("/search?q=高等数学&kind=job").text
    assert "没有找到" in page and "去掉条件「类型：职位」" in page and 'href="/search?q=%E9%AB%98%E7%AD%89%E6%95%B0%E5%AD%A6"' in page
    near = client.get("/search?q=译林版五年级上册英语").text
    assert "相近的教材" in near and "译林版 五年级 英语 · 下册" in near
    assert "您是不是要找：" in client.get("/search?q=高等树学").text


def test_steps_speak_the_readers_language_down_to_their_labels(client: FlaskClient) -> None:
    narrowed, nothing = (client.get(path, headers={"Accept-Language": "en"}).text for path in ("/search?q=高等数学&kind=job", "/search?q=zzzz不存在"))
    assert "Type: Job" in narrowed and "职位”" not in narrowed
    book = client.get("/search?q=译林版五年级上册英语", headers={"Accept-Language": "en"}).text
    assert "· Volume 2" in book and "· 下册" not in book
    assert "Browse all of Course" in nothing and "Browse all of 课程" not in nothing


def test_the_api_gives_the_parameters_of_each_step(client: FlaskClient) -> None:
    step = client.get("/api/v1/search?q=高等数学&kind=job").get_json()["ladder"][0]
    assert step == {"step": "filter", "text": "去掉条件「类型：职位」", "drop": ["职位"], "count": 1, "params": {"q": "高等数学"}}
    near = client.get("/api/v1/search?q=译林版五年级上册英语").get_json()["ladder"][0]
    assert client.get("/api/v1/search", query_string=near["params"]).get_json()["total"] == near["count"]


def test_where_nothing_has_both_words_the_rarer_one_finds_and_the_usual_one_only_adds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    titles = ["风车 石头"] * 3 + ["风车 鲸鱼"] * 3 + ["风车"] * 20 + ["蜂鸟"]
    usual = build(tmp_path, [Resource(id=f"t:{n}", kind="article", source=("t",), title=title, tags=("风车",) if title == "蜂鸟" else ()) for n, title in enumerate(titles)])
    text = "风车 蜂鸟 石头"
    monkeypatch.setattr(rarity, "USUAL", 10)
    found = Rarity(usual).usual(["风车", "蜂鸟", "石头"])
    assert found == {"风车"}
    assert Rarity(usual).usual(["风车", "没有"]) == frozenset()  # nothing rarer is held: then all that there is
    loose = [one for one in questions(understand(text), Rarity(usual).usual) if one.name == "loose"][-1]
    assert usual.count(Query(loose.clause)) == 4
    assert usual.count(Query([one for one in questions(understand(text))][-1].clause)) == len(titles)
