"""Recommendations: never the thing itself, nothing expired, each with a reason that people can read; courses and jobs lead to each other."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from catalog.resource import Resource
from indexer.document import seconds
from indexer.engine import Engine, Page, Query, Term, open_engine
from indexer.engines.elasticsearch import translate
from ranking import pools
from ranking.alike import Reason, Seed, city
from ranking.asked import Ad, courses_for, jobs_for
from ranking.opened import also_opened, opened_with
from ranking.pools import COURSES
from ranking.rarity import Rarity
from ranking.similar import AGAIN, SAME_TITLE, Candidate, Recommendation, chosen, clause, similar
from ranking.topic import Topic
from tests.elasticsearch_server import NEWEST, session_url
from tests.engine_contract import build as fill
from tests.engine_contract import documents, resource
from tests.test_engine_elasticsearch import place as cluster
from tests.web_sample import AWKWARD, build, records
from web import create_app
from web.similar import words
from web.wording import today

YESTERDAY, TOMORROW = (today() - timedelta(days=1)).isoformat(), (today() + timedelta(days=1)).isoformat()


def job(number: int, title: str, **more: Any) -> Resource:
    given = {"employer": (f"示例公司{number}",), "region": ("330106",), "expires": TOMORROW}
    return Resource.model_validate({"id": f"j:{number}", "kind": "job", "service": "jobs", "source": ("j",), "title": title, **given, **more})


def course(number: int, title: str, **more: Any) -> Resource:
    return Resource.model_validate({"id": f"c:{number}", "kind": "course", "service": "higher", "source": ("c",), "title": title, "school": (f"示例大学{number}",), **more})


def book(id: str, version: str, grade: str, volume: str, subject: str = "math") -> Resource:
    given = {"subject": (subject,), "version": (version,), "grade": (grade,), "volume": (volume,), "stage": ("primary",)}
    return Resource.model_validate({"id": f"b:{id}", "kind": "textbook", "service": "k12", "source": ("b",), "title": f"{subject} {id}", **given})


CATALOGUE = [
    job(1, "Java 开发工程师", summary="岗位职责：写代码。\n任职要求：熟悉 Java 与数据结构，掌握 MySQL；五险一金。"),
    job(2, "Java 开发工程师（杭州）", summary="熟练掌握 Java。"),
    job(3, "Java 开发工程师", expires=YESTERDAY),
    job(4, "Java 开发工程师", employer=("示例公司2",)),
    job(5, "Java 开发工程师", employer=("示例公司2",)),
    job(6, "护士", summary="具有护士资格证；公司有数据结构清晰的制度。"),
    job(7, "仓库管理员", summary="公司介绍里提到 Java 咖啡。"),
    job(8, "会计助理", region=("440106",), major=("ug:120203K",)),
    course(1, "Java程序设计"),
    course(2, "Java程序设计"),
    course(3, "数据结构"),
    course(4, "数据结构与算法", expires=YESTERDAY),
    course(5, "中国古代诗歌"),
    course(6, "会计学", major=("ug:120203K",)),
    book("三上", "renjiao", "g3", "up"),
    book("三下", "renjiao", "g3", "down"),
    book("四上", "renjiao", "g4", "up"),
    book("苏教三上", "sujiao", "g3", "up"),
    book("六下", "renjiao", "g6", "down"),
    book("语文三上", "renjiao", "g3", "up", "chinese"),
]
BY_ID = {r.id: r for r in CATALOGUE}


def everybody() -> list[Resource]:
    """The catalogue with fillers: words are rare only among many."""
    return [*CATALOGUE, *(course(n, f"第{n}门") for n in range(100, 400)), *(job(n, f"岗位{n}", region=("110108",)) for n in range(400, 700))]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = build(tmp_path_factory.mktemp("similar"), everybody())
    yield engine
    engine.close()


def ids(found: tuple[Recommendation, ...]) -> list[str]:
    return [one.hit.id for one in found]


# ── what always holds ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def seeds(sample_engine: Engine) -> list[Resource]:
    chance = random.Random(6)
    total = min(10_000, sample_engine.count(Query()))
    pages = (sample_engine.search(Query(offset=chance.randrange(total), size=1, sort=chance.choice(("popularity", "published_at", "prior")))) for _ in range(80))
    return [Resource.from_json(hit.body) for page in pages for hit in page.hits]


def everything(engine: Engine, one: Resource, size: int = 6) -> list[tuple[Recommendation, ...]]:
    across = {"job": courses_for, "course": jobs_for}.get(one.kind)
    return [similar(engine, one, size), *([across(engine, one, size)] if across else [])]


def test_nothing_is_recommended_with_itself_twice_or_after_its_end(sample_engine: Engine, seeds: list[Resource]) -> None:
    now = int(seconds(today().isoformat()) or 0)
    found = 0
    for one in seeds:
        for list_ in everything(sample_engine, one):
            assert one.id not in ids(list_)
            assert len(set(ids(list_))) == len(list_) <= 6
            assert all(not r.hit.resource.get("expires") or (seconds(str(r.hit.resource["expires"]), end=True) or 0) >= now for r in list_)
            found += len(list_)
    assert found > 4 * len(seeds)


def test_every_recommendation_has_a_reason_in_words(sample_engine: Engine, seeds: list[Resource]) -> None:
    with create_app(sample_engine).test_request_context():
        for one in seeds:
            for list_ in everything(sample_engine, one):
                for r in list_:
                    assert words(r.reason) and "%" not in words(r.reason) and "「」" not in words(r.reason)


def test_the_same_question_has_the_same_answer_and_a_longer_one_begins_like_it(sample_engine: Engine, seeds: list[Resource]) -> None:
    for one in seeds[:30]:
        assert ids(similar(sample_engine, one)) == ids(similar(sample_engine, one))
        assert ids(similar(sample_engine, one, 10))[:3] == ids(similar(sample_engine, one, 3))


def test_what_is_asked_exists_in_both_engines(sample_engine: Engine, seeds: list[Resource]) -> None:
    for one in seeds:
        asked = clause(Seed(one, Rarity(sample_engine)))
        assert asked is None or translate.clause(asked).to_dict()


def test_sentences_without_the_words_of_a_course_tell_nothing_of_it(sample_engine: Engine, seeds: list[Resource]) -> None:
    rarity = Rarity(sample_engine)
    records = [one.model_dump(mode="json", exclude_defaults=True) for one in (*seeds, *CATALOGUE) if one.kind == "job"]
    held = 0
    for topic in (Topic(one.title, rarity, COURSES) for one in (*seeds, *CATALOGUE) if one.kind == "course"):
        for record in records:
            whole = topic.shared(Ad(record).asks)
            assert topic.shared(Ad(record, topic.words).asks) == whole
            held += whole[0] > 0
    assert held


@pytest.mark.parametrize("seed", range(20))
def test_the_best_in_turn_is_what_counts_most_beside_those_taken_before(seed: int) -> None:
    chance = random.Random(seed)
    found = [
        Candidate(chance.choice((-1.5, 0.0, 3.0, chance.uniform(-1, 10))), f"j:{n}", 1.0, {"kind": "job", "title": title, "employer": [employer]}, Reason("post"))
        for n, (title, employer) in enumerate((t, e) for t in "abcde" for e in "uvwxyz")
    ]
    rest, taken = sorted(found, key=lambda one: (-one.rank, one.id)), list[Candidate]()
    while len(taken) < 8:
        titles, employers = ([one.record[name] for one in taken] for name in ("title", "employer"))
        worth = [one.rank * SAME_TITLE ** titles.count(one.record["title"]) * AGAIN ** employers.count(one.record["employer"]) for one in rest]
        taken.append(rest.pop(worth.index(max(worth))))
    assert ids(chosen(found, 8)) == [one.id for one in taken]


@pytest.mark.xdist_group("elasticsearch")
def test_both_engines_recommend_alike(engine: Engine) -> None:
    for server in session_url(NEWEST):
        with cluster(server) as url:
            other = open_engine(url)
            fill(other, documents(everybody()))
            for one in CATALOGUE:
                for here, there in zip(everything(engine, one), everything(other, one), strict=True):
                    assert {(r.hit.id, r.reason.code) for r in here} == {(r.hit.id, r.reason.code) for r in there}, one.title
            other.close()


# ── similar ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_books_lead_to_the_next_volume_other_versions_and_the_next_year(engine: Engine) -> None:
    found = {r.hit.id: r.reason.code for r in similar(engine, BY_ID["b:三上"])}
    assert found == {"b:三下": "series", "b:苏教三上": "version", "b:四上": "series", "b:六下": "series"}
    assert next(iter(found)) == "b:三下" and list(found)[-1] == "b:六下"


def test_copies_of_an_ad_are_one_and_expired_ones_none(engine: Engine) -> None:
    found = ids(similar(engine, BY_ID["j:1"]))
    assert "j:2" in found and "j:3" not in found
    assert len({"j:4", "j:5"} & set(found)) == 1
    assert "j:7" not in found


def test_the_same_post_in_the_same_city_says_so(engine: Engine) -> None:
    reason = {r.hit.id: r.reason for r in similar(engine, BY_ID["j:1"])}["j:2"]
    assert reason.code == "post" and reason.params["region"] == ["330100"]
    with create_app(engine).test_request_context():
        assert words(reason) == "同在杭州市，也招「Java 开发工程师」"


def test_among_very_many_an_ads_like_is_looked_for_in_its_city_first_and_everywhere_where_that_is_too_little(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    seed = BY_ID["j:1"]
    usual = similar(engine, seed)
    monkeypatch.setattr("ranking.similar.MANY", 1)
    assert similar(engine, seed) == usual, "the last question is the one asked of few"
    monkeypatch.setattr("ranking.similar.ENOUGH", 1)
    near = similar(engine, seed)
    assert near
    assert all(city(seed.region[0]) in {city(code) for code in one.hit.resource["region"]} for one in near)
    assert {one.hit.id for one in usual if "region" in one.reason.params} <= {one.hit.id for one in similar(engine, seed, 20)}


def test_what_is_like_nothing_gets_nothing(engine: Engine) -> None:
    assert similar(engine, BY_ID["c:5"]) == ()


# ── courses and jobs ───────────────────────────────────────────────────────────────────────────────────────────────
def test_a_job_leads_to_the_courses_that_teach_what_it_asks(engine: Engine) -> None:
    found = {r.hit.id: r.reason for r in courses_for(engine, BY_ID["j:1"])}
    assert {"c:1", "c:3"} <= set(found) <= {"c:1", "c:2", "c:3"}
    with create_app(engine).test_request_context():
        assert words(found["c:3"]) == "职位要求「数据结构」"


class Asked:
    """An engine that tells how often it was searched; one that can't tell its states, or that lacks a part, as it is told."""

    def __init__(self, engine: Engine, mark: str | None = None, *, partial: bool = False) -> None:
        self.engine, self.times, self._mark, self.partial = engine, 0, mark, partial

    def search(self, query: Query) -> Page:
        self.times += 1
        return replace(self.engine.search(query), partial=self.partial)

    def mark(self) -> str:
        return self.engine.mark() if self._mark is None else self._mark

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)


def test_courses_are_looked_for_once_where_ads_ask_for_the_same_until_the_next_commit(tmp_path: Path) -> None:
    engine = build(tmp_path, everybody())
    asked = Asked(engine)
    first = ids(courses_for(asked, BY_ID["j:1"]))
    assert asked.times
    asked.times = 0
    assert ids(courses_for(asked, BY_ID["j:1"].model_copy(update={"id": "j:9"}))) == first and asked.times == 0
    active = engine.active()
    assert active
    with engine.writer(active.name) as writer:
        writer.add(documents([course(9, "Java程序设计")]))
        writer.commit(sequence=9)
    assert "c:9" in ids(courses_for(asked, BY_ID["j:1"], 9)) and asked.times
    engine.close()


def test_courses_are_looked_for_again_where_an_engine_tells_no_state_or_lacks_a_part(engine: Engine) -> None:
    for asked in (Asked(engine, ""), Asked(engine, partial=True)):
        for _ in range(2):
            asked.times = 0
            assert {"c:3"} <= set(ids(courses_for(asked, BY_ID["j:1"]))) and asked.times


def test_what_is_remembered_of_courses_has_an_end(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "QUESTIONS", 2)
    kept = pools.Pools()
    found = [kept.courses(engine, Term("title", word)) for word in ("数据结构", "会计学", "java", "数据结构")]
    assert [hit.id for hit in found[0]] == [hit.id for hit in found[3]] == ["c:3"]
    assert len(kept._found) == 2 and {*kept._hits} == {hit.id for found in found[2:] for hit in found}


def test_what_an_ad_only_mentions_is_not_asked_for(engine: Engine) -> None:
    assert courses_for(engine, BY_ID["j:6"]) == ()
    assert courses_for(engine, BY_ID["j:7"]) == ()


def test_a_course_leads_to_the_jobs_that_ask_for_it_and_says_how_many(engine: Engine) -> None:
    found = {r.hit.id: r.reason for r in jobs_for(engine, BY_ID["c:3"])}
    assert set(found) == {"j:1"}
    assert found["j:1"].params["words"] == "数据结构"


def test_among_very_many_the_jobs_called_by_a_course_are_looked_at_first_and_all_where_these_are_too_few(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = {id: jobs_for(engine, BY_ID[id], 1) for id in ("c:3", "c:6")}
    assert all(usual.values())
    asked: list[Query] = []
    search = engine.search
    monkeypatch.setattr(engine, "search", lambda query: asked.append(query) or search(query))
    monkeypatch.setattr("ranking.asked.MANY", 1)
    assert jobs_for(engine, BY_ID["c:6"], 1) == usual["c:6"] and len(asked) == 1  # by its major
    asked.clear()
    assert jobs_for(engine, BY_ID["c:3"], 1) == usual["c:3"] and len(asked) == 2  # only its text names it


def test_a_major_leads_both_ways(engine: Engine) -> None:
    assert "c:6" in ids(courses_for(engine, BY_ID["j:8"]))
    assert "j:8" in ids(jobs_for(engine, BY_ID["c:6"]))


# ── what others opened ─────────────────────────────────────────────────────────────────────────────────────────────
def test_what_others_opened_is_read_from_the_file_as_it_is_now(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAOKE_HOME", str(tmp_path))
    assert also_opened(engine, "c:1") == ()
    file = tmp_path / "opened.tsv"
    file.write_text("# id\tother\ttimes\nc:1\tj:1\t5\nc:1\tc:3\t9\nc:1\tj:3\t50\nc:1\tgone:1\t7\nc:1\tc:1\t8\nbroken line\nc:1\t\tx\n", encoding="utf-8")
    found = also_opened(engine, "c:1")
    assert ids(found) == ["c:3", "j:1"], "most often first; what has expired or is gone is left out"
    assert {r.reason.code for r in found} == {"opened"}
    assert opened_with("j:1") == ("c:1",), "a pair leads both ways"
    assert ids(also_opened(engine, "c:1", 1)) == ["c:3"]


# ── the site ───────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def client(engine: Engine) -> FlaskClient:
    return create_app(engine).test_client()


def test_the_api_answers_lists_of_hits_with_reasons(client: FlaskClient) -> None:
    body = client.get("/api/v1/similar/j:1").get_json()
    assert set(body) == {"similar", "opened", "courses"}
    assert body["courses"][0]["reason"]["code"] == "asked"
    assert {"id", "title", "kind", "region", "reason"} <= set(body["similar"][0])
    assert set(client.get("/api/v1/similar/c:3").get_json()) == {"similar", "opened", "jobs"}
    assert set(client.get("/api/v1/similar/b:三上").get_json()) == {"similar", "opened"}
    assert len(client.get("/api/v1/similar/b:三上?size=2").get_json()["similar"]) == 2


@pytest.mark.parametrize("query", ["size=0", "size=21", "size=x", "q=1"])
def test_the_api_refuses_what_it_does_not_know(client: FlaskClient, query: str) -> None:
    assert client.get(f"/api/v1/similar/j:1?{query}").status_code == 400


def test_unknown_ids_are_not_found_and_merged_ones_redirect(tmp_path: Path) -> None:
    engine = build(tmp_path, [*records(), *CATALOGUE])
    client = create_app(engine).test_client()
    assert client.get("/api/v1/similar/no:1").status_code == 404
    assert client.get("/api/v1/similar/xuetangx:1").location.endswith("/api/v1/similar/icourse163:1")
    assert client.get("/api/v1/similar/" + quote(AWKWARD, safe="")).status_code == 200
    engine.close()


def test_the_page_of_a_job_shows_courses_and_open_jobs_with_their_reasons(client: FlaskClient) -> None:
    page = client.get("/resources/j:1").text
    assert "学这些课可以胜任" in page and "职位要求「数据结构」" in page
    assert "相似的在招职位" in page and "看过的人还打开" not in page


def test_a_page_without_recommendations_has_no_empty_section(client: FlaskClient) -> None:
    assert 'class="related"' not in client.get("/resources/c:5").text


def test_a_word_that_nothing_held_is_asked_for_again_after_a_commit(tmp_path: Path) -> None:
    """Else no ad would find the first courses of something new until the next reindex."""
    engine = open_engine(f"embedded:{tmp_path}")
    name = fill(engine, documents([resource("a:1", "会计基础", kind="course")]))
    assert Rarity(engine).held("鸿蒙", COURSES) == (0, 1)
    remembered = hash(Rarity(engine))
    with engine.writer(name) as writer:
        writer.add(documents([resource("a:2", "鸿蒙应用开发", kind="course")]))
        writer.commit(sequence=2)
    assert Rarity(engine).held("鸿蒙", COURSES)[0] == 1
    assert hash(Rarity(engine)) != remembered, "what was made of it is made anew, too"
