"""Every type of page and answer while the engine is away, or answers only in part: see test_web_unwell.py for what each case is about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from catalog.errors import EngineUnavailable
from indexer import engine as api
from indexer.engine import Engine
from tests.page_types import ANSWERS, OTHERS, PAGES, places
from tests.test_web_unwell import PARTIAL, UNWELL, Moody, down
from web import answers, create_app

#: Pages of one moment: what they show is not worth keeping while the engine is away.
PASSING = ("qr", "report")
#: Pages of one resource, which may be in the missing part: better nothing than a wrong answer.
SINGLE = ("lesson", "textbook", "course", "library", "job", "fair", "article", "qr", "report")
#: The page about the API needs the engine for an example only.
ALWAYS = "docs"
#: Two addresses whose pages differ only by a parameter.
TWINS = [
    ("/k12/books?stage=primary", "/k12/books?stage=junior"),
    ("/k12/coverage?stage=primary&subject=chinese", "/k12/coverage?stage=primary&subject=english"),
    ("/higher/schools", "/higher/schools?by=region"),
    ("/vocational", "/vocational?stage=vocational-college"),
    ("/vocational/disciplines/voc:46", "/vocational/disciplines/voc:46?stage=vocational-college"),
    ("/fairs", "/fairs?region=北京"),
    ("/employers/{employer}", "/employers/{employer}?by=city"),
    ("/search?q=数学", "/search?q=数学&page=2"),
]


class Cluster(Moody):
    """While a part is missing it counts and gets nothing, as a cluster does: half a count is none."""

    def _whole(self) -> None:
        if self.partial:
            raise EngineUnavailable("a part of the index does not answer")

    def counts(self, queries: list[api.Query]) -> list[int]:
        if self.error:
            raise self.error
        self._whole()
        return self.real.counts(queries)

    def count(self, query: api.Query, generation: str = "") -> int:
        if self.error:
            raise self.error
        self._whole()
        return self.real.count(query, generation)

    def get(self, ids: list[str]) -> dict[str, bytes]:
        if self.error:
            raise self.error
        self._whole()
        return self.real.get(ids)

    def mark(self) -> str:
        return ""


@pytest.fixture
def engine(sample_engine: Engine) -> Cluster:
    return Cluster(sample_engine)


@pytest.fixture(scope="module")
def named(sample_engine: Engine) -> dict[str, str]:
    return places(sample_engine)


@pytest.fixture
def app(engine: Cluster, sample_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr(answers, "UNMARKED", -1.0)
    yield create_app(engine, home=sample_home)  # type: ignore[arg-type]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def forget(app: Flask) -> None:
    """As a minute later: what was remembered would hide that the engine is away."""
    app.extensions["haoke.memo"].seconds = -1.0
    app.extensions["haoke.memo"]._values.clear()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_seen_before_is_shown_again(app: Flask, client: FlaskClient, engine: Cluster, named: dict[str, str], name: str) -> None:
    address = PAGES[name].format(**named)
    well = client.get(address)
    assert well.status_code == 200 and UNWELL not in well.text and PARTIAL not in well.text
    forget(app)
    engine.error = down()
    stale = client.get(address)
    if name == ALWAYS:
        assert stale.status_code == 200
    elif name in PASSING:
        assert (stale.status_code, stale.headers["Retry-After"]) == (503, "5")
    else:
        assert stale.status_code == 200 and UNWELL in stale.text and stale.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", [name for name in (*PAGES, *OTHERS) if name != ALWAYS])
def test_one_never_seen_is_a_503(client: FlaskClient, engine: Cluster, named: dict[str, str], name: str) -> None:
    engine.error = down()
    answer = client.get((PAGES | OTHERS)[name].format(**named))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "node:9200" not in answer.text


@pytest.mark.parametrize("name", ANSWERS)
def test_programs_are_told(app: Flask, client: FlaskClient, engine: Cluster, named: dict[str, str], name: str) -> None:
    address = ANSWERS[name].format(**named)
    assert client.get(address).status_code == 200
    forget(app)
    engine.error = down()
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_part_says_so_and_is_kept_nowhere(client: FlaskClient, engine: Cluster, named: dict[str, str], name: str) -> None:
    address = PAGES[name].format(**named)
    engine.partial = True
    part = client.get(address)
    if name in SINGLE:
        assert part.status_code == (200 if name == "qr" else 503)  # a code that is found is found
    elif name != ALWAYS:
        assert part.status_code == 200 and PARTIAL in part.text and "no-store" in part.headers["Cache-Control"]
    engine.partial = False
    again = client.get(address)
    assert again.status_code == 200 and PARTIAL not in again.text


@pytest.mark.parametrize("name", ["course", "job", "lesson"])
def test_a_resource_whose_recommendations_are_in_part_is_kept_nowhere(client: FlaskClient, engine: Cluster, named: dict[str, str], name: str) -> None:
    engine.get = engine.real.get  # type: ignore[method-assign, assignment]  # it stands in the part that answers
    engine.partial = True
    part = client.get(PAGES[name].format(**named))
    assert part.status_code == 200 and "no-store" in part.headers["Cache-Control"]
    assert PARTIAL in part.text or name == "course"


def test_lists_by_id_don_t_take_the_home_page_away(app: Flask, engine: Cluster, named: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hot lists and topics of the operators name resources: of these a cluster gives none while a part is missing."""
    ids = [hit.id for hit in engine.real.search(api.Query(filters=(api.OneOf("kind", ("course",)),), size=5)).hits]
    (tmp_path / "hot.json").write_text(json.dumps({"kind": {}, "service": {"higher": [(one, 9.0) for one in ids]}}), encoding="utf-8")
    (tmp_path / "topics").mkdir()
    (tmp_path / "topics" / "picked.toml").write_text(f'title = "编者推荐"\nabout = "。"\norder = 1\n[[section]]\ntitle = "书单"\nids = {json.dumps(ids)}\n', encoding="utf-8")
    monkeypatch.setenv("HAOKE_HOME", str(tmp_path))
    client = app.test_client()
    engine.partial = True
    for address in ("/", "/topics", "/hot"):
        part = client.get(address)
        assert part.status_code == 200 and PARTIAL in part.text
    engine.partial = False
    whole = client.get("/").text
    assert "编者推荐" in whole and "大家在看" in whole and PARTIAL not in whole


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_in_part_is_kept_nowhere(client: FlaskClient, engine: Cluster, named: dict[str, str], name: str) -> None:
    engine.partial = True
    part = client.get(ANSWERS[name].format(**named))
    assert part.status_code == 503 or "no-store" in part.headers["Cache-Control"]


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_a_page_with_another_parameter_is_another_page(app: Flask, client: FlaskClient, engine: Cluster, named: dict[str, str], one: str, other: str) -> None:
    first = client.get(one.format(**named))
    forget(app)
    engine.error = down()
    assert first.status_code == 200 and client.get(other.format(**named)).status_code == 503


@pytest.mark.parametrize("address", ["/schools/没有这所学校", "/r/{code}", "/k12/books?stage=primary&subject=chinese&version=tongbian&grade=g4&volume=down&unit=没有", "/topics/ai"])
def test_what_a_missing_part_may_hold_is_not_said_to_be_gone(client: FlaskClient, engine: Cluster, named: dict[str, str], address: str) -> None:
    """Half of an index does not know that there is no such school."""
    real = engine.real

    class Empty:
        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

        def search(self, query: api.Query) -> api.Page:
            return api.Page(0, (), {name: () for name in query.facets}, "g")

    engine.real = Empty()  # type: ignore[assignment]
    engine.partial = True
    assert client.get(address.format(**named)).status_code == 503
