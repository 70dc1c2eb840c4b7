"""The first page of a search that nothing narrows holds several kinds and providers, and loses nothing by it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.resource import Resource
from indexer.engine import Engine, Hit, OneOf, Query
from ranking.diversity import LEAST, mixed
from ranking.results import Request, Results
from ranking.search import search
from tests.web_sample import build


def hit(number: int, score: float, kind: str, school: str) -> Hit:
    body = Resource(id=f"s:{number}", kind=kind, source=("s",), title="t", school=(school,) if school else ()).to_json().encode()  # type: ignore[arg-type]
    return Hit(f"s:{number}", score, body)


def test_near_equals_take_turns() -> None:
    hits = [hit(n, 10 - n / 100, "textbook" if n < 10 else "course", "") for n in range(20)]
    kinds = [body.split('"kind":"')[1].split('"')[0] for body in (h.body.decode() for h in mixed(hits, 10)[:10])]
    assert Counter(kinds) == {"textbook": 5, "course": 5}
    assert kinds[0] == "textbook"


def test_what_is_clearly_better_stays_first() -> None:
    hits = [hit(n, 10.0, "course", "北大") for n in range(8)] + [hit(n, 10 * LEAST**2 - 0.1, "job", "") for n in range(8, 16)]
    assert [h.id for h in mixed(hits, 16)] == [h.id for h in hits]


def test_one_provider_does_not_fill_the_page() -> None:
    hits = [hit(n, 10 - n / 100, "job", "" if n < 15 else f"校{n}") for n in range(20)]
    assert {h.id for h in mixed(hits, 10)[:10]} >= {"s:15", "s:16", "s:17"}


def test_mixing_only_reorders() -> None:
    hits = [hit(n, 20 - n, ("job", "course", "lesson")[n % 3], f"校{n % 4}") for n in range(20)]
    assert sorted(h.id for h in mixed(hits, 7)) == sorted(h.id for h in hits)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    def made(n: int) -> Resource:
        kind = "course" if n < 30 else "textbook"
        more = {"school": (f"第{n % 3}大学",)} if kind == "course" else {"publisher": "出版社"}
        return Resource(id=f"s:{n:03}", kind=kind, service="higher" if kind == "course" else "k12", source=("s",), title="机械制图", popularity=1000 - n, **more)  # type: ignore[arg-type]

    folder: Path = tmp_path_factory.mktemp("diverse")
    return build(folder, [made(n) for n in range(90)])


def kinds(found: Results) -> Counter[object]:
    return Counter(h.resource["kind"] for h in found.hits)


def test_the_first_page_shows_both_kinds(engine: Engine) -> None:
    found = search(engine, Request(text="机械制图"))
    assert min(kinds(found).values()) >= 5 and len(kinds(found)) == 2


@pytest.mark.parametrize("narrowed", [{"filters": {"service": ("higher", "k12")}}, {"sort": "popular"}])
def test_what_is_narrowed_or_sorted_keeps_its_order(engine: Engine, narrowed: dict[str, object]) -> None:
    found = search(engine, Request(text="机械制图", **narrowed))  # type: ignore[arg-type]
    scores = [h.score for h in found.hits]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("text", ["机械制图", ""])
@pytest.mark.parametrize("size", [7, 20])
def test_pages_and_cursors_pass_everything_once(engine: Engine, text: str, size: int) -> None:
    everything = {f"s:{n:03}" for n in range(90)}
    by_page = [h.id for page in range(1, 90 // size + 2) for h in search(engine, Request(text=text, page=page, size=size)).hits]
    assert len(by_page) == len(set(by_page)) == 90 and set(by_page) == everything
    by_cursor, found = [], search(engine, Request(text=text, size=size))
    while True:
        by_cursor += [h.id for h in found.hits]
        if found.next is None:
            break
        found = search(engine, Request(text=text, size=size, cursor=found.next))
    assert by_cursor == by_page


def test_a_kind_that_the_first_page_lacks_is_shown_beside_it_once(tmp_path: Path) -> None:
    jobs = [Resource(id=f"j:{n}", kind="job", service="jobs", source=("s",), title="会计", employer=(f"公司{n}",), popularity=9) for n in range(80)]  # type: ignore[arg-type]
    rare = [Resource(id=f"c:{n}", kind="course", service="higher", source=("s",), title=f"会计学原理与企业财务管理实务（{n}）") for n in range(3)]  # type: ignore[arg-type]
    engine = build(tmp_path, [*jobs, *rare])
    first = search(engine, Request(text="会计"))
    assert kinds(first) == {"job": 20}
    assert [(kind, len(hits)) for kind, hits in first.others.items()] == [("course", 2)]
    for other in (Request(text="会计", page=2), Request(text="会计", filters={"service": ("jobs",)}), Request(text="会计", sort="newest"), Request()):
        assert search(engine, other).others == {}
    engine.close()


def test_guests_that_stand_on_the_next_page_are_not_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [Resource(id=f"j:{n}", kind="job", service="jobs", source=("s",), title="会计", employer=(f"公司{n}",), popularity=9) for n in range(25)]  # type: ignore[arg-type]
    rare = [Resource(id=f"c:{n}", kind="course", service="higher", source=("s",), title=f"会计学原理与企业财务管理实务（{n}）") for n in range(3)]  # type: ignore[arg-type]
    engine = build(tmp_path, [*jobs, *rare])
    asked: list[Query] = []
    ask = engine.search
    monkeypatch.setattr(engine, "search", lambda query: asked.append(query) or ask(query))
    found = search(engine, Request(text="会计"))
    alone = ask(replace(asked[0], facets={}, filters=(OneOf("kind", ("course",)),), size=2))
    assert [h.id for h in found.others["course"]] == [h.id for h in alone.hits]
    assert not any(item.field == "kind" for query in asked for item in query.filters)
    engine.close()
