"""What caches and other sites may do with an answer: tags, 304, how long it holds, compression, CORS."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Response
from flask.testing import FlaskClient

from indexer.document import to_document
from tests.web_sample import build, records
from web import conditional, create_app

PAGES = ("/", "/search?q=数学", "/resources/icourse163:1", "/docs/api", "/api/v1/search?q=数学", "/api/v1/suggest?q=gao", "/api/v1/resources/ncss:1",
         "/api/v1/facets/school?q=大学", "/openapi.json", "/robots.txt")  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    engine = build(tmp_path_factory.mktemp("index"), records())
    yield create_app(engine, home=tmp_path_factory.mktemp("home")).test_client()
    engine.close()


@pytest.mark.parametrize("path", PAGES)
def test_who_has_the_answer_gets_304_and_nothing_else(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["ETag"]
    assert first.status_code == 200 and tag.startswith('W/"')
    again = client.get(path, headers={"If-None-Match": tag})
    assert again.status_code == 304 and again.data == b""
    assert again.headers["ETag"] == tag and again.headers["Cache-Control"] == first.headers["Cache-Control"] and again.headers["Vary"]
    assert client.get(path, headers={"If-None-Match": 'W/"other"'}).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_head_has_the_headers_of_get_and_no_body(client: FlaskClient, path: str) -> None:
    head, whole = client.head(path), client.get(path)
    assert head.status_code == 200 and head.data == b""
    assert head.headers["ETag"] == whole.headers["ETag"]


def test_how_long_a_search_took_does_not_make_it_another_answer(client: FlaskClient) -> None:
    body = client.get("/api/v1/search?q=高等数学").text
    took = re.search(r'"took_ms":[^,]+', body)
    assert took

    def tag(text: str) -> str:
        with client.application.test_request_context("/api/v1/search"):
            return conditional.finish(Response(text, mimetype="application/json")).headers["ETag"]

    assert tag(body) == tag(body.replace(took[0], '"took_ms":9876.5'))
    assert tag(body) != tag(body.replace("高等数学", "高等代数"))


def test_another_answer_has_another_tag(client: FlaskClient) -> None:
    tags = {client.get(path).headers["ETag"] for path in PAGES}
    assert len(tags) == len(PAGES)
    assert client.get("/", headers={"Accept-Language": "en"}).headers["ETag"] != client.get("/", headers={"Accept-Language": "zh"}).headers["ETag"]


def test_a_change_of_the_catalogue_changes_the_tag(tmp_path: Path) -> None:
    engine = build(tmp_path, records())
    client = create_app(engine, home=tmp_path).test_client()
    path = "/api/v1/resources/oer:long"
    tag = client.get(path).headers["ETag"]
    generation = engine.active()
    assert generation is not None
    with engine.writer(generation.name) as writer:
        writer.add([to_document(next(r for r in records() if r.id == "oer:long").model_copy(update={"title": "短了"}), 1.0)])
        writer.commit(sequence=10_000)
    answer = client.get(path, headers={"If-None-Match": tag})
    assert answer.status_code == 200 and answer.get_json()["title"] == "短了"
    engine.close()


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/", "public, max-age=60"),
        ("/search?q=数学", "public, no-cache"),
        ("/resources/icourse163:1", "public, no-cache"),
        ("/api/v1/search", "public, no-cache"),
        ("/api/v1/suggest?q=gao", "public, max-age=60"),
        ("/healthz", "no-store"),
        ("/readyz", "no-store"),
        ("/openapi.json", "public, max-age=60"),
    ],
)
def test_what_changes_at_once_is_asked_for_again_and_lists_hold_a_minute(client: FlaskClient, path: str, rule: str) -> None:
    assert client.get(path).headers["Cache-Control"] == rule


@pytest.mark.parametrize("path", ["/nothing", "/api/v1/search?size=0", "/api/v1/resources/no:such"])
def test_errors_have_no_tag_and_are_not_kept(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code >= 400 and "ETag" not in answer.headers and "max-age" not in answer.headers.get("Cache-Control", "")


def test_an_answer_that_sets_a_cookie_is_the_readers_own(client: FlaskClient) -> None:
    answer = client.get("/?lang=en")
    assert "Set-Cookie" in answer.headers and "public" not in answer.headers["Cache-Control"]
    client.delete_cookie("lang")


@pytest.mark.parametrize("path", ["/search?q=数学", "/api/v1/search?q=数学", "/openapi.json"])
@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_bodies_are_compressed_and_keep_their_tag(client: FlaskClient, path: str, coding: str) -> None:
    plain, small = client.get(path), client.get(path, headers={"Accept-Encoding": coding})
    assert small.headers["Content-Encoding"] == coding and "Accept-Encoding" in small.headers["Vary"]
    assert len(small.data) < len(plain.data) / 2 and small.headers["ETag"] == plain.headers["ETag"]
    if coding == "gzip" and "took_ms" not in plain.text:
        assert gzip.decompress(small.data) == plain.data
    assert client.get(path, headers={"Accept-Encoding": coding, "If-None-Match": plain.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/api/v1/search", "/api/v1/nothing", "/openapi.json", "/healthz", "/feed.atom?q=数学", "/export/manifest.json"])
def test_what_is_made_for_programs_may_be_read_by_any_site(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["Access-Control-Allow-Origin"] == "*" and "ETag" in answer.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize("path", ["/", "/search", "/resources/ncss:1"])
def test_pages_for_people_are_not_open_to_other_sites_scripts(client: FlaskClient, path: str) -> None:
    assert "Access-Control-Allow-Origin" not in client.get(path).headers


def test_a_script_may_ask_first_whether_it_may_send_a_tag(client: FlaskClient) -> None:
    answer = client.options("/api/v1/search", headers={"Origin": "https://example.org", "Access-Control-Request-Headers": "if-none-match"})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Headers"] == "If-None-Match" and "GET" in answer.headers["Access-Control-Allow-Methods"]
