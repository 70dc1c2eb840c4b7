"""The contract on real Elasticsearch servers, and what is their engine's own."""

from __future__ import annotations

import secrets
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import orjson
import pytest

from indexer.engine import open_engine
from tests.elasticsearch_server import NEWEST, OLDEST, session_url
from tests.engine_contract import EngineContract, Make

pytestmark = pytest.mark.xdist_group("elasticsearch")


@pytest.fixture(scope="module")
def newest() -> Iterator[str]:
    yield from session_url(NEWEST)


@pytest.fixture(scope="module")
def oldest() -> Iterator[str]:
    yield from session_url(OLDEST)


def ask(url: str, method: str = "GET", body: object = None) -> dict:
    """The cluster's own answer, past our engine; {} for what is not there."""
    request = urllib.request.Request(url, method=method, data=orjson.dumps(body) if body is not None else None, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            content = answer.read()
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        return {}
    return orjson.loads(content) if content else {}


@contextmanager
def place(server: str) -> Iterator[str]:
    """A name of one's own on the server; nothing of it is left."""
    name = f"t{secrets.token_hex(4)}"
    yield f"{server}/{name}"
    indices = [i for i in ask(f"{server}/{name},{name}.*?expand_wildcards=all&ignore_unavailable=true&filter_path=*.aliases")]
    if indices:
        ask(f"{server}/{','.join(indices)}", "DELETE")
    ask(f"{server}/_index_template/{name}", "DELETE")


class TestNewest(EngineContract):
    @pytest.fixture
    def make(self, newest: str) -> Iterator[Make]:
        with place(newest) as url:
            yield lambda: open_engine(url)


class TestOldest(EngineContract):
    @pytest.fixture
    def make(self, oldest: str) -> Iterator[Make]:
        with place(oldest) as url:
            yield lambda: open_engine(url)
