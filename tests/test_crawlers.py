"""What crawlers and browsers ask for: robots rules, sitemaps, the OpenSearch description, suggestions, cards of shared links."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

import orjson
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from lxml import etree

import cli
from tests.test_web_pages import page
from tests.web_sample import AWKWARD, build, records
from web import create_app, sitemaps
from web.links import resource_path

SITE = "https://haoke.example.cn"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


def rows() -> Iterator[tuple[str, int, bytes]]:
    """The sample as the store's scan() gives it."""
    for number, resource in enumerate(sorted(records(), key=lambda r: r.id)):
        yield resource.id, number, resource.to_json().encode()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[FlaskClient]:
    engine = build(home / "index", records())
    yield create_app(engine, home=home).test_client()
    engine.close()


@pytest.fixture(scope="module")
def written(home: Path) -> dict[str, int]:
    return sitemaps.write(home, rows(), SITE)


def test_without_a_sitemap_there_is_none_and_robots_names_none(tmp_path: Path) -> None:
    engine = build(tmp_path / "index", records()[:2])
    bare = create_app(engine, home=tmp_path).test_client()
    assert bare.get("/sitemap.xml").status_code == 404 and "Sitemap" not in bare.get("/robots.txt").text
    engine.close()


def addresses(client: FlaskClient) -> dict[str, list[str]]:
    """File → the addresses that it lists, found from the index as a crawler does."""
    index = etree.fromstring(client.get("/sitemap.xml").data)
    assert index.tag == f"{SITEMAP}sitemapindex"
    found = {}
    for loc in index.findall(f"{SITEMAP}sitemap/{SITEMAP}loc"):
        answer = client.get(urlsplit(loc.text).path)
        assert answer.status_code == 200 and answer.mimetype == "application/gzip" and "Content-Encoding" not in answer.headers
        listed = etree.fromstring(gzip.decompress(answer.data))
        assert listed.tag == f"{SITEMAP}urlset" and all(child.tag == f"{SITEMAP}url" for child in listed)
        for url in listed:
            assert [child.tag for child in url] in ([f"{SITEMAP}loc"], [f"{SITEMAP}loc", f"{SITEMAP}lastmod"])
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", url.findtext(f"{SITEMAP}lastmod") or "2026-01-01")
        found[loc.text] = [url.findtext(f"{SITEMAP}loc") for url in listed]
    return found


def test_the_sitemap_lists_every_resource_once_and_each_leads_to_its_page(client: FlaskClient, written: dict[str, int]) -> None:
    listed = [url for urls in addresses(client).values() for url in urls]
    assert sorted(listed) == sorted(SITE + resource_path(r.id) for r in records()) and sum(written.values()) == len(listed)
    for url in listed:
        assert client.get(url.removeprefix(SITE)).status_code == 200
    assert SITE + resource_path(AWKWARD) in listed


def test_what_has_ended_is_not_listed(tmp_path: Path) -> None:
    closed = [("a:1", 1, b'{"id":"a:1","kind":"job","status":"closed"}'), ("a:2", 2, b'{"id":"a:2","kind":"job","expires":"2020-01-01"}'),
              ("a:3", 3, b'{"id":"a:3","kind":"job","expires":"2999-01-01","published":"2998-01-01"}')]  # fmt: skip
    assert sitemaps.write(tmp_path, closed, SITE) == {"job": 1}
    text = gzip.decompress((sitemaps.folder(tmp_path) / "job-1.xml.gz").read_bytes()).decode()
    assert "/resources/a:3" in text and "lastmod" not in text, "a day that has not come is no change"


def test_a_full_file_is_followed_by_another_and_a_new_writing_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [(f"a:{n}", n, orjson.dumps({"id": f"a:{n}", "kind": "job"})) for n in range(25)]
    monkeypatch.setattr(sitemaps, "MOST", 10)
    sitemaps.write(tmp_path, many, SITE)
    assert sorted(p.name for p in sitemaps.folder(tmp_path).iterdir()) == ["job-1.xml.gz", "job-2.xml.gz", "job-3.xml.gz", "sitemap.xml"]
    sitemaps.write(tmp_path, many[:10], SITE)
    assert sorted(p.name for p in sitemaps.folder(tmp_path).iterdir()) == ["job-1.xml.gz", "sitemap.xml"]
    assert [p.name for p in (tmp_path / "published").iterdir()] == ["sitemaps"]


def test_the_command_writes_the_sitemap_of_the_catalogue(sample_home: Path, tmp_path: Path) -> None:
    (tmp_path / "catalog.sqlite").write_bytes((sample_home / "catalog.sqlite").read_bytes())
    env = {"HAOKE_HOME": str(tmp_path), "HAOKE_PUBLIC_URL": ""}
    assert CliRunner().invoke(cli.main, ["sitemap"], env=env).exit_code == 2, "without an address it can't be written"
    done = CliRunner().invoke(cli.main, ["sitemap", "--url", SITE, "--json"], env=env, catch_exceptions=False)
    assert done.exit_code == 0 and orjson.loads(done.stdout)["lesson"] > 0
    assert (tmp_path / "published" / "sitemaps" / "sitemap.xml").is_file()


def test_no_file_but_a_sitemap_is_served(client: FlaskClient, written: dict[str, int]) -> None:
    for name in ("../../index", "..%2f..%2fcatalog.sqlite", "nothing.xml.gz", "%2e%2e/x", "sitemap.xml%00"):
        assert client.get("/sitemaps/" + name).status_code == 404, name


def test_robots_may_read_resources_and_browse_but_not_combine_filters(client: FlaskClient, written: dict[str, int]) -> None:
    text = client.get("/robots.txt").text
    rules = RobotFileParser()
    rules.parse(text.splitlines())
    for path in ("/", "/resources/icourse163:1", "/k12", "/jobs/regions/110000", "/topics/ai", "/static/site.css"):
        assert rules.can_fetch("any", path), path
    for path in ("/search?q=x", "/search", "/api/v1/search", "/feed.atom", "/out/a:1", "/report/a:1", "/r/rvnep52q6y", "/saved"):
        assert not rules.can_fetch("any", path), path
    assert rules.site_maps() == ["http://localhost/sitemap.xml"]


def test_the_opensearch_description_leads_to_results_and_suggestions(client: FlaskClient) -> None:
    (link,) = page(client, "/").all("link", rel="search")
    answer = client.get(str(link["href"]))
    assert answer.mimetype == link["type"] == "application/opensearchdescription+xml"
    described = etree.fromstring(answer.data)
    assert described.tag == f"{OPENSEARCH}OpenSearchDescription" and 0 < len(described.findtext(f"{OPENSEARCH}ShortName")) <= 16
    templates = {url.get("type"): url.get("template") for url in described.findall(f"{OPENSEARCH}Url")}
    assert client.get(templates["text/html"].replace("{searchTerms}", "%E6%B5%AE%E5%8A%9B")).status_code == 200
    offered = client.get(templates["application/x-suggestions+json"].replace("{searchTerms}", "gaodeng"))
    assert offered.mimetype == "application/x-suggestions+json"
    typed, texts, notes, urls = offered.get_json(force=True)
    assert typed == "gaodeng" and texts[0] == "高等数学" and len(texts) == len(notes) == len(urls)
    assert client.get(urls[0]).status_code == 200


@pytest.mark.parametrize("path", ["/", "/search?q=浮力", "/resources/icourse163:1", "/resources/oer:hostile"])
def test_a_shared_link_shows_a_card(client: FlaskClient, path: str) -> None:
    found = page(client, path)
    told = {str(a["property"]): str(a["content"]) for a in found.all("meta") if "property" in a}
    assert {"og:title", "og:description", "og:type", "og:url", "og:site_name", "og:locale", "og:image"} <= told.keys()
    assert all(told.values()) and told["og:site_name"] == "好课"
    assert found.all("meta", name="twitter:card")
    picture = client.get(urlsplit(told["og:image"]).path)
    assert picture.status_code == 200 and picture.data[:8] == b"\x89PNG\r\n\x1a\n" and len(picture.data) < 30_000
    (canonical,) = found.all("link", rel="canonical")
    assert canonical["href"] == told["og:url"] and client.get(told["og:url"]).status_code == 200


def test_the_canonical_address_drops_what_messengers_append_and_keeps_an_awkward_id_whole(client: FlaskClient) -> None:
    def canonical(path: str) -> str:
        return str(page(client, path).all("link", rel="canonical")[0]["href"])

    assert canonical("/?utm_source=x&from=singlemessage") == "http://localhost/"
    assert canonical(resource_path(AWKWARD) + "?from=timeline") == "http://localhost" + resource_path(AWKWARD)
    assert not page(client, "/nothing", 404).all("link", rel="canonical")
