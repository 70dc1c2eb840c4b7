"""What several test files share: the sample catalogue, stored and indexed once a session."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from catalog.demo import fill
from catalog.store import Store
from indexer.build import rebuild
from indexer.engine import Engine, open_engine
from indexer.engines.embedded import files
from ranking.signals import prior
from tests.browser import chromium

os.environ.pop("HAOKE_ENGINE_IN_MEMORY", None)  # of who runs the tests: another generation is then taken up a moment later


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A HAOKE_HOME with the sample catalogue and its index (about 10 s). For reading only: all tests share it."""
    # pytest-xdist gives each worker a folder below the session's: the first worker builds, the others wait
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "sample"
    home.mkdir(exist_ok=True)
    with (home / "built.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "built").exists():
            with Store.open(home) as store:
                fill(store, lambda done, total: None)
                rebuild(store, open_engine(f"embedded:{home / 'index'}"), prior)
            (home / "built").touch()
    return home


@pytest.fixture(scope="session")
def sample_engine(sample_home: Path) -> Iterator[Engine]:
    """The engine over the sample catalogue."""
    engine = open_engine(f"embedded:{sample_home / 'index'}")
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, started once."""
    with chromium() as running:
        yield running


@pytest.fixture(autouse=True)
def _looks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test commits is seen by its next question; that a look is good for some time has a test of its own."""
    monkeypatch.setattr(files, "SURE", 0.0)


# ── a site over the invented records of tests.web_sample; what a test file needs otherwise it defines for itself ──
@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine over the invented records. For reading only: a file's tests share it."""
    from tests.web_sample import build, records

    found = build(tmp_path_factory.mktemp("index"), records())
    yield found
    found.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty HAOKE_HOME."""
    monkeypatch.setenv("HAOKE_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def app(engine: Engine, home: Path) -> Flask:
    """The site over that engine."""
    from web import create_app

    return create_app(engine, home=home)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor of it."""
    return app.test_client()
