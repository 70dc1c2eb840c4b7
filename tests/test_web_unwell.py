"""The site while its engine does not answer, or only in part: people see what was, programs are told."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from catalog.errors import EngineError, EngineUnavailable, GenerationError
from indexer import engine as api
from tests.test_web_pages import Page
from tests.web_sample import build, records
from web import answers, create_app, memo
from web.keep import Keep

UNWELL = "搜索服务暂时不可用，以下是"
PARTIAL = "部分结果暂时缺失"
AT = 1_767_225_900.0  # 2026-01-01 08:05 in China


class Moody:
    """A real engine that fails with `error`, or answers in part, when told to."""

    def __init__(self, real: api.Engine) -> None:
        self.real = real
        self.error: Exception | None = None
        self.partial = False

    def __getattr__(self, name: str) -> Any:
        if self.error and name != "close":
            raise self.error
        return getattr(self.real, name)

    def search(self, query: api.Query) -> api.Page:
        if self.error:
            raise self.error
        return replace(self.real.search(query), partial=self.partial)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[api.Engine]:
    engine = build(tmp_path_factory.mktemp("index"), records())
    yield engine
    engine.close()


@pytest.fixture
def engine(real: api.Engine) -> Moody:
    return Moody(real)


@pytest.fixture
def app(engine: Moody, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setattr(answers, "ENDPOINTS", dict.fromkeys(answers.ENDPOINTS, -1.0))
    monkeypatch.setattr(memo, "SECONDS", -1.0)  # what the home page remembers by itself would hide that the engine is away
    return create_app(engine)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def down() -> EngineUnavailable:
    return EngineUnavailable("https://node:9200 did not answer in time", hint="see `haoke doctor`")


@pytest.mark.parametrize("path", ["/", "/search?q=高数", "/search?service=jobs&degree=本科&page=2", "/resources/icourse163:1"])
def test_a_page_seen_before_is_shown_again_under_a_banner_that_says_as_of_when(app: Flask, client: FlaskClient, engine: Moody, path: str) -> None:
    clock = [AT]
    app.extensions["haoke.keep"].clock = lambda: clock[0]
    well = client.get(path)
    assert well.status_code == 200 and UNWELL not in well.text and "Age" not in well.headers
    engine.error = down()
    clock[0] += 90
    stale = client.get(path)
    assert stale.status_code == 200
    assert f"{UNWELL} 2026年1月1日 08:05 的结果" in Page(stale.text).words or f"{UNWELL} 1月1日 08:05 的结果" in Page(stale.text).words
    assert (stale.headers["Age"], stale.headers["Cache-Control"]) == ("90", "no-store") and "Warning" in stale.headers
    assert stale.headers["Content-Security-Policy"] and stale.mimetype == "text/html"
    banner = stale.text[stale.text.index('<div class="banner"') :].partition("</div>\n")[0] + "</div>\n"
    assert stale.text.replace(banner, "").replace("\n", "") == well.text.replace("\n", "")
    engine.error = None
    again = client.get(path)
    assert UNWELL not in again.text and "no-store" not in again.headers.get("Cache-Control", "")


def test_the_banner_of_today_says_only_the_hour(client: FlaskClient, engine: Moody) -> None:
    client.get("/search?q=会计")
    engine.error = down()
    assert Page(client.get("/search?q=会计").text).words.count(UNWELL) == 1
    assert re.search(UNWELL + r" \d\d:\d\d 的结果", client.get("/search?q=会计").text)


def test_a_page_never_seen_is_a_503_that_says_when_to_come_again(client: FlaskClient, engine: Moody) -> None:
    client.get("/search?q=会计")
    engine.error = down()
    response = client.get("/search?q=护士")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert "搜索暂时不可用" in response.text and "node:9200" not in response.text


@pytest.mark.parametrize("path", ["/api/v1/search?q=会计", "/api/v1/resources/ncss:1", "/api/v1/facets/degree", "/readyz"])
def test_programs_are_told_and_never_get_what_was(client: FlaskClient, engine: Moody, path: str) -> None:
    assert client.get(path).status_code == 200
    engine.error = down()
    response = client.get(path)
    assert (response.status_code, response.mimetype, response.headers["Retry-After"]) == (503, "application/problem+json", "5")
    assert response.get_json(force=True)["type"] == "urn:haoke:problem:unavailable"


def test_the_process_is_alive_though_its_engine_is_not(client: FlaskClient, engine: Moody) -> None:
    engine.error = down()
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(("error", "status"), [(GenerationError("there is no index yet"), 200), (EngineError("the cluster does not know this user"), 500), (ZeroDivisionError(), 500)])
def test_only_what_passes_is_bridged(client: FlaskClient, engine: Moody, app: Flask, error: Exception, status: int) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client.get("/search?q=会计")
    engine.error = error
    assert client.get("/search?q=会计").status_code == status


def test_a_wrong_question_is_still_a_wrong_question(client: FlaskClient, engine: Moody) -> None:
    engine.error = down()
    assert client.get("/search?degree=不是学历").status_code == 400


@pytest.mark.parametrize("path", ["/", "/search?q=会计", "/api/v1/search?q=会计"])
def test_an_answer_in_part_is_shown_with_a_banner_and_kept_nowhere(client: FlaskClient, engine: Moody, path: str) -> None:
    engine.partial = True
    response = client.get(path)
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    if path.startswith("/api/"):
        assert response.get_json()["partial"] is True
    else:
        assert PARTIAL in Page(response.text).words
    engine.error = down()
    assert client.get(path).status_code == 503


@pytest.mark.parametrize("path", ["/", "/search?q=会计"])
def test_an_answer_in_part_does_not_replace_a_whole_one(client: FlaskClient, engine: Moody, path: str) -> None:
    whole = client.get(path).text
    assert PARTIAL not in whole
    engine.partial = True
    assert PARTIAL in client.get(path).text
    engine.error = down()
    last = client.get(path).text
    assert UNWELL in last and PARTIAL not in last


@pytest.mark.parametrize("path", ["/api/v1/search?q=会计", "/api/v1/suggest?q=北", "/api/v1/suggest?q=高等数", "/api/v1/facets/school"])
def test_an_answer_of_the_api_in_part_says_so_and_is_kept_nowhere(client: FlaskClient, engine: Moody, path: str) -> None:
    engine.partial = True
    part = client.get(path)
    assert (part.status_code, part.json["partial"], part.headers["Cache-Control"]) == (200, True, "no-store")
    engine.partial = False
    assert client.get(path).json["partial"] is False
    # neither is a whole answer called partial because names were remembered
    engine.partial = "suggest" not in path
    assert client.get(path).json["partial"] is engine.partial


def test_the_home_page_does_not_remember_a_part(client: FlaskClient, engine: Moody, monkeypatch: pytest.MonkeyPatch) -> None:
    client.application.extensions["haoke.memo"].seconds = 60.0
    engine.partial = True
    assert PARTIAL in client.get("/").text
    engine.partial = False
    assert PARTIAL not in client.get("/").text


def test_what_was_withdrawn_is_not_shown_again(client: FlaskClient, engine: Moody, tmp_path: Path) -> None:
    assert client.get("/resources/ncss:1").status_code == 200
    full, engine.real = engine.real, build(tmp_path, [r for r in records() if r.id != "ncss:1"])
    assert client.get("/resources/ncss:1").status_code == 404
    engine.real.close()
    engine.real, engine.error = full, down()
    assert client.get("/resources/ncss:1").status_code == 503


def test_parameters_that_a_page_does_not_read_make_no_other_page(client: FlaskClient, engine: Moody) -> None:
    client.get("/?from=wechat")
    client.get("/search?kind=job&kind=course&q=会计")
    engine.error = down()
    assert client.get("/").status_code == 200
    assert client.get("/search?q=会计&kind=course&kind=job").status_code == 200
    assert client.get("/search?q=会计&kind=course").status_code == 503


def test_a_compressed_page_stays_readable(client: FlaskClient, engine: Moody) -> None:
    client.get("/search?q=会计", headers={"Accept-Encoding": "gzip"})
    engine.error = down()
    assert UNWELL in client.get("/search?q=会计").text
    packed = client.get("/search?q=会计", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip" and UNWELL in gzip.decompress(packed.data).decode()


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_page_that_was_given_again_is_the_one_that_was_made(engine: Moody, coding: str) -> None:
    app, clock = create_app(engine), [AT]
    app.extensions["haoke.keep"].clock = lambda: clock[0]
    client = app.test_client()
    for _ in range(2):
        client.get("/search?q=会计", headers={"Accept-Encoding": coding})
        clock[0] += 30
    engine.error = down()
    stale = client.get("/search?q=会计")
    assert UNWELL in stale.text and stale.headers["Age"] == "60"


def test_so_many_pages_are_kept_and_those_used_last_stay() -> None:
    keep = Keep(most=3, clock=lambda: AT)
    for name in "abc":
        keep.put(name, name.encode())
    assert keep.get("a") is not None
    keep.put("d", b"d")
    assert [name for name in "abcd" if keep.get(name)] == ["a", "c", "d"]
    keep.discard("a")
    keep.discard("never")
    assert keep.get("a") is None


def test_many_threads_may_keep_at_once() -> None:
    keep = Keep(most=5)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: (keep.put(n % 9, b"x"), keep.get((n + 1) % 9), keep.discard(n % 7)), range(20_000)))
    for n in range(20):
        keep.put(n, b"x")
    assert [n for n in range(20) if keep.get(n)] == [15, 16, 17, 18, 19]
