"""What a stranger types first, over the sample catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer.engine import Engine
from ranking.results import Request
from ranking.search import search
from web import create_app
from web.home import TRIES


@pytest.fixture(scope="module")
def client(sample_engine: Engine, sample_home: Path) -> FlaskClient:
    return create_app(sample_engine, home=sample_home).test_client()


@pytest.mark.parametrize("subject", ["数学", "语文", "音乐", "化学"])
def test_the_name_of_a_subject_is_not_read_as_short_for_something_else(sample_engine: Engine, subject: str) -> None:
    titles = [str(hit.resource["title"]) for hit in search(sample_engine, Request(subject, size=10, facets=())).hits]
    assert [t for t in titles if subject not in t] == []  # 数学 was short for 数据科学


def test_the_short_name_of_a_school_finds_that_school_and_none_whose_name_holds_it(sample_engine: Engine) -> None:
    found = search(sample_engine, Request("北大", size=100, facets=("school",)))
    assert found.facets["school"][0].label == "北京大学"
    assert [v.label for v in found.facets["school"] if "北大" in v.label] == []  # 东北大学, 西北大学, 湖北大学


@pytest.mark.parametrize("query", TRIES)
def test_what_the_home_page_proposes_finds_all_that_it_says(sample_engine: Engine, query: str) -> None:
    found = search(sample_engine, Request(query, facets=()))
    assert found.total
    assert found.interpretation.relaxed == ()
