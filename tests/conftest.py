"""What several test files share: the sample catalogue, stored and indexed once a session."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.demo import fill
from catalog.store import Store
from indexer.build import rebuild
from indexer.engine import Engine, open_engine
from ranking.signals import prior
from tests.browser import chromium


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
