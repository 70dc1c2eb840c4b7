"""What a stranger types first, over the sample catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer.engine import Engine
from ranking.results import Request
from ranking.search import search
from web import create_app


@pytest.fixture(scope="module")
def client(sample_engine: Engine, sample_home: Path) -> FlaskClient:
    return create_app(sample_engine, home=sample_home).test_client()


@pytest.mark.parametrize("subject", ["数学", "语文", "音乐", "化学"])
def test_the_name_of_a_subject_is_not_read_as_short_for_something_else(sample_engine: Engine, subject: str) -> None:
    titles = [str(hit.resource["title"]) for hit in search(sample_engine, Request(subject, size=10, facets=())).hits]
    assert [t for t in titles if subject not in t] == []  # 数学 was short for 数据科学
