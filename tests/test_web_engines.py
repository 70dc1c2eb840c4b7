"""The whole site over both engines: every type of page says the same, and asks its engine seldom. Reasons of differences: docs/engines.md."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from catalog.store import Store
from indexer.build import rebuild
from indexer.engine import Engine, open_engine
from ranking.signals import prior
from tests.elasticsearch_server import NEWEST, session_url
from tests.page_types import ANSWERS, OTHERS, PAGES, SILENT, places
from tests.test_engine_elasticsearch import place
from web import create_app

pytestmark = pytest.mark.xdist_group("elasticsearch")
ALL = PAGES | ANSWERS | OTHERS
#: Requests that a page may cost where nothing is remembered: each is 3–8 ms to a cluster.
MOST = 12
#: What found nothing tries looser questions one after the other, and then ways on.
MORE = {"results, none": 20}
#: Answers in order of score, which may differ by a few per cent: near equals may change places at their end.
SCORED = frozenset({"results", "results, book", "results, over", "feed", "search"})
#: Of an answer of the API: what tells of the moment or of the engine. Scores may differ by a few per cent.
OWN = ("took_ms", "generation", "next", "score")
ALIKE = 0.9


class Counted:
    """A real engine that counts what it is asked."""

    def __init__(self, real: Engine) -> None:
        self.real = real
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        if name in ("search", "get", "count", "counts", "frequency", "values", "active"):
            self.asked[name] += 1
        return getattr(self.real, name)


@dataclass
class Sites:
    """The same site over two engines."""

    embedded: FlaskClient
    cluster: FlaskClient


@pytest.fixture(scope="module")
def named(sample_engine: Engine) -> dict[str, str]:
    return places(sample_engine)


@pytest.fixture(scope="module")
def sites(sample_home: Path, sample_engine: Engine) -> Iterator[Sites]:
    for server in session_url(NEWEST):
        with place(server) as url, Store.open(sample_home, readonly=True) as store:
            cluster = open_engine(url)
            rebuild(store, cluster, prior)
            yield Sites(*(create_app(engine, home=sample_home).test_client() for engine in (sample_engine, cluster)))
            cluster.close()


@pytest.mark.parametrize("name", ALL)
def test_a_page_says_the_same_over_both_engines(sites: Sites, named: dict[str, str], name: str) -> None:
    address = ALL[name].format(**named)
    one, other = sites.embedded.get(address), sites.cluster.get(address)
    assert one.status_code == other.status_code == (302 if name in ("short link", "way out") else 200)
    assert one.location == other.location and one.mimetype == other.mimetype
    if name == "ready":
        assert one.json["documents"] == other.json["documents"]
    elif one.mimetype == "application/json":
        first, second = plain(one.json), plain(other.json)
        if name in SCORED:
            hits = [{hit["id"] for hit in answer.pop("hits")} for answer in (first, second)]
            assert overlap(*hits) >= ALIKE
        assert first == second
    elif one.mimetype.startswith("image/"):
        assert one.data == other.data
    else:
        numbers = counts(one.text), counts(other.text)
        assert (overlap(*(n.elements() for n in numbers)) >= ALIKE) if name in SCORED else (numbers[0] == numbers[1])
        assert overlap(links(one.text), links(other.text)) >= ALIKE


def plain(value: Any) -> Any:
    """An answer without what is the engine's own; lists of resources in any order, for near equals may change places."""
    if isinstance(value, dict):
        return {name: plain(held) for name, held in value.items() if name not in OWN}
    if isinstance(value, list):
        held = [plain(one) for one in value]
        return sorted(held, key=lambda one: one["id"]) if held and all(isinstance(one, dict) and "id" in one for one in held) else held
    return value


def counts(page: str) -> Counter[str]:
    """Every number that stands in a page."""
    return Counter(re.findall(r"\d[\d,.]*", re.sub(r"<[^>]*>", " ", page)))


def links(page: str) -> set[str]:
    return {html.unescape(href) for href in re.findall(r'href="([^"]*)"', page)}


def overlap(one: Iterable[str], other: Iterable[str]) -> float:
    """The share of what either has that both have."""
    first, second = Counter(one), Counter(other)
    return (first & second).total() / ((first | second).total() or 1) if first or second else 1.0


@pytest.mark.parametrize("name", ALL)
def test_a_page_asks_its_engine_seldom(sample_home: Path, sample_engine: Engine, named: dict[str, str], name: str) -> None:
    counted = Counted(sample_engine)
    answer = create_app(counted, home=sample_home).test_client().get(ALL[name].format(**named))  # type: ignore[arg-type]
    assert answer.status_code in (200, 302)
    assert 0 < counted.asked.total() <= MORE.get(name, MOST), counted.asked


def test_no_type_of_page_is_forgotten(sample_home: Path, sample_engine: Engine, named: dict[str, str]) -> None:
    app = create_app(sample_engine, home=sample_home)
    routes = app.url_map.bind("localhost")
    seen = {routes.match(ALL[name].format(**named).partition("?")[0])[0] for name in ALL}
    assert {rule.endpoint for rule in app.url_map.iter_rules()} - SILENT == seen
