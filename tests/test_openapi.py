"""The description of the API is true: it names every path and parameter, and what is answered fits it – asked by schemathesis and by us."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import orjson
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from catalog.export import export
from catalog.published import FOLDER
from catalog.store import Store
from indexer.engine import Engine
from indexer.fields import FILTERS
from web import create_app, operations, schemas
from web.params import SINGLE
from web.problems import MACHINE

#: For programs, but in formats of their own that are described elsewhere: Atom, OpenSearch.
ELSEWHERE = ("/feed.atom", "/suggest.json", "/opensearch.xml", "/metrics")
EXAMPLES = 30  # requests a path
CHOSEN = [CHECKS.get_one("not_a_server_error"), status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def app(sample_engine: Engine, sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The site over the sample catalogue, with its export."""
    home = tmp_path_factory.mktemp("home")
    with Store.open(sample_home, readonly=True) as store:
        export(store, home.joinpath(*FOLDER))
    return create_app(sample_engine, home=home)


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def described(app: Flask) -> Any:
    return schemathesis.openapi.from_wsgi("/openapi.json", app)


def test_schemathesis_finds_no_failure(described: Any) -> None:
    for found in described.get_all_operations():
        operation = found.ok()

        @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            case.call_and_validate(checks=CHOSEN, headers={"Accept-Encoding": "identity"})  # it reads gzip only

        ask()


def test_every_path_for_programs_is_described_and_no_other(app: Flask, client: FlaskClient) -> None:
    rules = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(r)) for r in app.url_map.iter_rules() if str(r).startswith(MACHINE) and not str(r).startswith(ELSEWHERE)}
    assert set(client.get("/openapi.json").get_json()["paths"]) == rules


def test_the_description_names_the_address_it_was_asked_at_and_is_remembered_once(app: Flask) -> None:
    held = app.extensions["haoke.memo"]._values
    known = {key for key in held if "openapi" in str(key)}
    for host in ("a.example", "b.example"):
        assert app.test_client().get("/openapi.json", base_url=f"http://{host}").get_json()["servers"] == [{"url": f"http://{host}"}]
    assert len({key for key in held if "openapi" in str(key)} - known) <= 1


def test_each_operation_has_its_own_name_and_says_what_it_answers(client: FlaskClient) -> None:
    body = client.get("/openapi.json").get_json()
    assert body["openapi"] == "3.1.0" and body["servers"]
    named = [path["get"]["operationId"] for path in body["paths"].values()]
    assert len(set(named)) == len(named)
    known = body["components"]["schemas"].keys()
    assert set(re.findall(r'#/components/schemas/(\w+)"', client.get("/openapi.json").text)) <= known
    for path in body["paths"].values():
        assert path["get"]["summary"] and "200" in path["get"]["responses"]


def test_the_parameters_of_a_search_are_those_that_are_read(client: FlaskClient) -> None:
    told = {p["name"] for p in client.get("/openapi.json").get_json()["paths"]["/api/v1/search"]["get"]["parameters"]}
    assert told == {*SINGLE, *FILTERS}


def some(client: FlaskClient, kind: str) -> str:
    found: list[dict[str, Any]] = client.get(f"/api/v1/search?kind={kind}&size=1").get_json()["hits"]
    return quote(found[0]["id"], safe="")


KINDS = ("lesson", "textbook", "course", "library", "case", "article", "live", "job", "fair")
GOOD = (
    "/api/v1/search", "/api/v1/search?q=北京 数学&size=50", "/api/v1/search?q=没有这样的东西吗&service=k12", "/api/v1/search?kind=job&salary=5000-&facets=region,salary",
    "/api/v1/suggest?q=shuxue", "/api/v1/suggest?q=数", "/api/v1/facets/region?service=jobs", "/api/v1/facets/school?q=大", "/openapi.json", "/healthz", "/readyz",
    "/export/manifest.json",
)  # fmt: skip


def validate(client: FlaskClient, described: Any, path: str, template: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text[:300]
    body = answer.get_json()
    validator(described, described.raw_schema["paths"][template]["get"]["responses"]["200"]["content"]["application/json"]["schema"]).validate(body)
    return body


def validator(described: Any, told: dict[str, Any]) -> Any:
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **told, "components": {"schemas": closed(described.raw_schema["components"]["schemas"])}}
    return jsonschema_rs.Draft202012Validator(whole)


def closed(value: Any) -> Any:
    """The same schemas, in which an object has no key that is not named."""
    if isinstance(value, list):
        return [closed(v) for v in value]
    if not isinstance(value, dict):
        return value
    found = {name: closed(v) for name, v in value.items()}
    return found | {"additionalProperties": False} if "properties" in value and value.get("type") == "object" else found


def template(path: str) -> str:
    plain = path.partition("?")[0]
    for one in ("resources", "similar"):
        if plain.startswith(f"/api/v1/{one}/"):
            return f"/api/v1/{one}/{{id}}"
    return "/api/v1/facets/{field}" if plain.startswith("/api/v1/facets/") else "/export/{name}" if plain.startswith("/export/") else plain


@pytest.mark.parametrize("path", GOOD)
def test_what_is_answered_is_described_to_the_last_key(client: FlaskClient, described: Any, path: str) -> None:
    validate(client, described, path, template(path))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_resource_is_described_to_the_last_key(client: FlaskClient, described: Any, kind: str) -> None:
    validate(client, described, f"/api/v1/resources/{some(client, kind)}", "/api/v1/resources/{id}")


def test_changes_are_described_to_the_last_key(client: FlaskClient, described: Any) -> None:
    manifest = client.get("/export/manifest.json").get_json()
    body = validate(client, described, f"/api/v1/changes?since={manifest['sequence']}", "/api/v1/changes")
    assert body["changes"] == []
    line = validator(described, schemas.ref("Change"))
    for part in manifest["snapshot"]["files"]:
        for one in gzip.decompress(client.get(f"/export/{part['name']}").data).splitlines()[::20]:
            line.validate(orjson.loads(one))


# ── the page to try it ─────────────────────────────────────────────────────────────────────────────────────────────
def test_the_page_has_a_form_for_each_path_and_a_field_for_each_parameter(app: Flask, client: FlaskClient) -> None:
    page = client.get("/docs/api").text
    with app.test_request_context():
        rows = operations.operations()
    assert page.count("<form") == len(rows) + 1  # and the search box
    for operation in rows:
        for parameter in operation.parameters:
            assert f'id="{operation.name}-{parameter.name}" name="{parameter.name}"' in page


def test_the_page_to_try_it_is_there_in_english_too(client: FlaskClient) -> None:
    page = client.get("/docs/api", headers={"Accept-Language": "en"})
    assert page.status_code == 200 and '<html lang="en"' in page.text


def test_a_form_leads_to_the_answer_also_where_the_path_has_a_parameter(client: FlaskClient) -> None:
    answer = client.get("/docs/api/try?operation=resource&id=oer:a/b?c%23d%2525")
    assert answer.status_code == 303 and answer.location == "/api/v1/resources/oer:a%2Fb%3Fc%23d%2525"
    assert client.get("/docs/api/try?operation=facet&field=school&q=大学&text=&size=3").location == "/api/v1/facets/school?q=%E5%A4%A7%E5%AD%A6&size=3"
    assert client.get("/docs/api/try?operation=nothing").status_code == 404
    assert client.get("/docs/api").text.count('value="resource"') == 1


def test_fields_left_empty_are_not_asked(client: FlaskClient) -> None:
    answer = client.get("/docs/api/try?operation=search&q=&kind=course&page=&cursor=x&service=")
    assert answer.location == "/api/v1/search?kind=course&cursor=x"


def test_the_id_that_the_page_offers_exists(client: FlaskClient) -> None:
    (offered,) = re.findall(r'id="resource-id" name="id" value="([^"]+)"', client.get("/docs/api").text)
    assert client.get(f"/api/v1/resources/{quote(offered, safe='')}").status_code == 200


def test_the_schemas_are_made_from_the_tables() -> None:
    parts = schemas.components()
    assert set(FILTERS) - {"term", "kind"} <= parts["Hit"]["properties"].keys()
    assert "status" not in parts["Resource"]["properties"] and "status" in parts["StoredResource"]["properties"]
