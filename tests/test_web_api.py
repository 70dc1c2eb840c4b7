"""The JSON API: exact shapes, every way to ask wrongly, ids with anything in them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import orjson
import pytest
from flask.testing import FlaskClient

from catalog.errors import EngineUnavailable
from catalog.resource import Resource
from indexer.engines.embedded.files import META
from indexer.fields import FACETS, SCHEMA_VERSION
from tests.web_sample import AWKWARD, build, records
from web import create_app, links

HIT = {"id", "also", "kind", "title", "url", "source", "platform", "summary", "score", "highlights"} | set(FACETS)
FOUND = {"total", "relation", "took_ms", "partial", "generation", "interpretation", "hits", "facets", "suggestion", "next", "ladder", "others"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    engine = build(tmp_path_factory.mktemp("index"), records())
    yield create_app(engine).test_client()
    engine.close()


def get(client: FlaskClient, path: str, status: int = 200) -> Any:
    response = client.get(path)
    assert response.status_code == status, response.text[:500]
    return response.get_json(force=True)


def test_a_search_has_exactly_the_documented_keys(client: FlaskClient) -> None:
    body = get(client, "/api/v1/search?q=北大+C%2B%2B")
    assert set(body) == FOUND
    assert set(body["interpretation"]) == {"text", "concepts", "residual", "relaxed"}
    concept = body["interpretation"]["concepts"][0]
    assert set(concept) == {"field", "value", "label", "span"} and concept["span"] == [0, 2]
    assert all(set(hit) == HIT for hit in body["hits"])
    value = body["facets"]["school"][0]
    assert value == {"value": "北京大学", "label": "北京大学", "count": 1, "selected": False, "path": []}


def test_a_hit_says_values_and_labels_and_marks_what_matched(client: FlaskClient) -> None:
    hit = get(client, "/api/v1/search?q=高等数学&kind=course")["hits"][0]
    assert hit["id"] == "icourse163:1" and hit["also"] == ["xuetangx:1"] and hit["kind"] == "course"
    assert hit["discipline"] == [{"value": "ug:0701", "label": "数学类"}]
    assert hit["volume"] == []
    assert "".join(piece for piece, _ in hit["highlights"]["title"]) == "高等数学（一）"
    assert any(match for _, match in hit["highlights"]["title"])
    assert len(hit["summary"]) <= 300


def test_salary_of_a_hit_is_its_own_range(client: FlaskClient) -> None:
    hits = get(client, "/api/v1/search?kind=job&salary=4000-7000&size=100")["hits"]
    assert {"value": "4000-7000", "label": "4千–7千元"} in [v for hit in hits for v in hit["salary"]]
    for hit in hits:
        low, _dash, high = hit["salary"][0]["value"].partition("-")
        assert int(low) <= 7000 and int(high) >= 4000


@pytest.mark.parametrize("value", ["course", "课程"])
def test_a_parameter_takes_code_or_label(client: FlaskClient, value: str) -> None:
    assert get(client, f"/api/v1/search?kind={value}")["total"] == 5


def test_open_fields_take_aliases_and_unknown_text(client: FlaskClient) -> None:
    assert get(client, "/api/v1/search?school=北大")["total"] == 2
    assert get(client, "/api/v1/search?school=没有这所大学")["total"] == 0


def test_values_of_one_facet_are_alternatives_and_facets_narrow_each_other(client: FlaskClient) -> None:
    both = get(client, "/api/v1/search?degree=本科&degree=硕士")["total"]
    assert both == get(client, "/api/v1/search?degree=本科")["total"] + get(client, "/api/v1/search?degree=硕士")["total"] == 40
    assert get(client, "/api/v1/search?degree=本科&degree=硕士&region=北京")["total"] < both


def test_facets_can_be_chosen_and_switched_off(client: FlaskClient) -> None:
    assert list(get(client, "/api/v1/search?facets=region,degree")["facets"]) == ["region", "degree"]
    assert get(client, "/api/v1/search?facets=none")["facets"] == {}


def test_empty_parameters_count_as_not_given(client: FlaskClient) -> None:
    assert get(client, "/api/v1/search?q=&kind=&sort=&page=&size=")["total"] == len(records())
    assert get(client, "/api/v1/search?school=%E2%80%8B&employer=%00&kind=%20")["total"] == len(records())


def test_a_cursor_walks_through_everything_once(client: FlaskClient) -> None:
    seen: list[str] = []
    path = "/api/v1/search?size=30"
    while True:
        body = get(client, path)
        seen += [hit["id"] for hit in body["hits"]]
        if not body["next"]:
            break
        path = f"/api/v1/search?size=30&cursor={quote(body['next'])}"
    assert len(seen) == len(set(seen)) == len(records())


def test_a_cursor_of_another_search_or_generation_is_refused_in_chinese(client: FlaskClient) -> None:
    cursor = get(client, "/api/v1/search?size=30")["next"]
    other = client.get(f"/api/v1/search?q=数学&size=30&cursor={quote(cursor)}").get_json(force=True)
    packed = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    gone = base64.urlsafe_b64encode(orjson.dumps(["g0", *packed[1:]])).decode()
    old = client.get(f"/api/v1/search?size=30&cursor={quote(gone)}").get_json(force=True)
    assert (other["type"], old["type"]) == ("urn:haoke:problem:bad-request", "urn:haoke:problem:cursor-expired")
    assert "不属于这次搜索" in other["detail"] and "从第一页重新开始" in old["detail"]


def test_pay_that_falls_is_refused_in_chinese_with_what_can_be_asked(client: FlaskClient) -> None:
    body = client.get("/api/v1/search?salary=9000-3000").get_json(force=True)
    assert body["detail"] == "月薪应写成 最低-最高（元/月），不能是「9000-3000」" and body["parameter"] == "salary"
    ways = re.findall(r'href="(/search\?salary=[^"&]*)"', client.get("/search?salary=9000-3000").text)
    assert ways and all(client.get(way).status_code == 200 for way in ways)


BAD = [
    ("colour=red", "colour"),
    ("subject=天文学概论", "subject"),
    ("region=朝阳区", "region"),
    ("kind=nothing", "kind"),
    ("verified=maybe", "verified"),
    ("salary=viel", "salary"),
    ("salary=-", "salary"),
    ("salary=9000-3000", "salary"),
    ("sort=price", "sort"),
    ("page=0", "page"),
    ("page=-1", "page"),
    ("page=1.5", "page"),
    ("page=٣", "page"),
    ("size=0", "size"),
    ("size=101", "size"),
    ("size=x", "size"),
    ("page=101&size=100", "page"),
    ("page=9999999999999", "page"),
    ("q=" + "长" * 301, "q"),
    ("q=a&q=b", "q"),
    ("facets=colour", "facets"),
    ("cursor=abc&page=1", "cursor"),
    ("cursor=abc", "cursor"),
]


@pytest.mark.parametrize(("query", "parameter"), BAD)
def test_what_cannot_be_answered_is_a_problem_that_says_what_can(client: FlaskClient, query: str, parameter: str) -> None:
    response = client.get(f"/api/v1/search?{query}")
    body = response.get_json(force=True)
    assert response.status_code == body["status"] == 400
    assert response.mimetype == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= set(body) and body["parameter"] == parameter
    assert body["allowed"] and re.search("[一-鿿]", body["detail"]), "in Chinese"


def test_a_wrong_value_names_near_ones_and_an_ambiguous_one_its_namesakes(client: FlaskClient) -> None:
    assert "物理" in get(client, "/api/v1/search?subject=物里", 400)["allowed"]
    assert any("110105" in word for word in get(client, "/api/v1/search?region=朝阳区", 400)["allowed"])


def test_a_query_may_have_300_characters_and_a_line_16_kilobytes(client: FlaskClient) -> None:
    schools = "&".join(f"school={quote('某某大学' + str(n))}" for n in range(300))
    get(client, f"/api/v1/search?q={quote('长' * 300)}&{schools}")


@pytest.mark.parametrize(("field", "value"), [("school", "长" * 301), ("employer", "x" * 4000), ("region", "长" * 301)])
def test_a_value_longer_than_any_that_there_is_is_refused_and_not_remembered(client: FlaskClient, field: str, value: str) -> None:
    response = client.get("/search", query_string={field: value})
    assert response.status_code == 400 and value[:80] in response.text
    before = links._pair.cache_info().currsize
    assert links.pair("q", value) == f"q={quote_plus(value)}" and links._pair.cache_info().currsize == before


@pytest.mark.parametrize("id", [AWKWARD, "icourse163:1"])
def test_a_resource_is_found_by_its_encoded_id(client: FlaskClient, id: str) -> None:
    body = get(client, f"/api/v1/resources/{quote(id, safe='')}")
    assert body["id"] == id
    assert get(client, f"/api/v1/resources/{quote(id, safe='/:')}")["id"] == id


def test_a_resource_tells_its_offers_and_terms(client: FlaskClient) -> None:
    body = get(client, "/api/v1/resources/icourse163:1")
    assert [offer["platform"] for offer in body["offers"]] == ["中国大学MOOC", "学堂在线"]
    assert body["terms"] and body["school"] == [{"value": "同济大学", "label": "同济大学"}]


def test_a_merged_id_redirects_for_good(client: FlaskClient) -> None:
    response = client.get("/api/v1/resources/xuetangx:1")
    assert response.status_code == 308 and response.location == "/api/v1/resources/icourse163:1"


def test_values_of_a_facet_are_filtered_by_label(client: FlaskClient) -> None:
    body = get(client, "/api/v1/facets/region?q=海淀&service=jobs")
    assert set(body) == {"field", "label", "values", "partial"}
    assert body["values"] == [{"value": "110108", "label": "海淀区", "count": 10, "selected": False, "path": ["110000"]}]
    assert get(client, "/api/v1/facets/colour", 400)["parameter"] == "field"


def test_a_rare_employer_is_found_by_a_part_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where there are more than an engine hands up: then not only the most frequent ones are looked through."""
    monkeypatch.setattr("ranking.search.LOOKED_THROUGH", 2)
    names = ["大江科技有限公司"] * 5 + ["大河科技有限公司"] * 4 + ["小溪网络有限公司", "王"]
    engine = build(tmp_path, [Resource(id=f"x:{n}", kind="job", source=("x",), title="会计", employer=(name,)) for n, name in enumerate(names)])  # type: ignore[arg-type]
    few = create_app(engine).test_client()
    for part, found in (("小溪", ["小溪网络有限公司"]), ("溪网络有", ["小溪网络有限公司"]), ("王", ["王"]), ("科技", ["大江科技有限公司", "大河科技有限公司"]), ("溪小", [])):
        assert [v["value"] for v in get(few, f"/api/v1/facets/employer?q={part}")["values"]] == found, part
    engine.close()


def test_unknown_paths_methods_and_ids_are_problems(client: FlaskClient) -> None:
    for path in ("/api/v1/nothing", "/api/v1/resources/no:such"):
        response = client.get(path)
        assert (response.status_code, response.mimetype) == (404, "application/problem+json")
    response = client.post("/api/v1/search")
    assert response.status_code == 405 and response.mimetype == "application/problem+json" and "GET" in response.headers["Allow"]


def test_any_site_may_read_it(client: FlaskClient) -> None:
    for path in ("/api/v1/search", "/api/v1/search?size=0", "/api/v1/nothing"):
        assert client.get(path).headers["Access-Control-Allow-Origin"] == "*"


def test_health_is_the_process_and_readiness_the_index(client: FlaskClient, tmp_path: Path) -> None:
    assert get(client, "/healthz") == {"status": "ok"}
    assert get(client, "/readyz")["documents"] == len(records())
    empty = create_app(home=tmp_path, engine_url="embedded:").test_client()
    assert empty.get("/healthz").status_code == 200
    response = empty.get("/readyz")
    assert response.status_code == 503 and int(response.headers["Retry-After"]) > 0


def test_a_generation_of_another_version_is_not_ready(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It answers no search either; the log says what to do, readers are told that it will come back."""
    engine = build(tmp_path, records())
    engine.close()
    (meta,) = tmp_path.rglob(META)
    meta.write_bytes(orjson.dumps(orjson.loads(meta.read_bytes()) | {"schema": SCHEMA_VERSION - 1}))
    upgraded = create_app(engine).test_client()
    assert upgraded.get("/api/v1/search?q=会计").status_code == 503
    caplog.clear()
    assert upgraded.get("/readyz").status_code == 503
    assert "another version" in caplog.text and "haoke reindex" in caplog.text


class Broken:
    """An engine whose every call fails in one way."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        raise self.error


def test_an_engine_out_of_reach_is_503_and_a_defect_500_without_its_inside() -> None:
    response = create_app(Broken(EngineUnavailable("connection to 10.0.0.7 refused"))).test_client().get("/api/v1/search")  # type: ignore[arg-type]
    assert response.status_code == 503 and response.headers["Retry-After"] and response.mimetype == "application/problem+json"
    response = create_app(Broken(RuntimeError("secret"))).test_client().get("/api/v1/search")  # type: ignore[arg-type]
    assert response.status_code == 500 and response.mimetype == "application/problem+json" and "secret" not in response.text
