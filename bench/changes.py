"""What operators do to an index while people search: commits of some thousand changed rows, a whole reindex, another generation and back.

Each is done as they do it, by commands in processes of their own, which yield to the server.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench.generate import write
from bench.homes import haoke, twin
from indexer.engine import open_engine

ROWS = 3_000
PAUSE = 3.0  # seconds between two commits
LARGE = 300_000  # documents from which a whole reindex takes too long for this


def commits(home: Path, seconds: float) -> str:
    """Rows that change again and again, committed every few seconds."""
    until, rounds, taken = time.monotonic() + 3 * seconds, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "jobs.tsv"
        while time.monotonic() < until:
            rounds += 1
            write(table.parent, "jobs", ROWS, seed=1000 + rounds, characters=260)
            haoke(home, "ingest", "table", str(table), "--mapping", str(table.with_suffix(".toml")), "--workers", "1", "--json", yielding=True)
            done = haoke(home, "index", "--json", yielding=True)
            taken += done["to"] - done["from"]
            time.sleep(PAUSE)
    return f"{rounds} commits, {taken:,} changes"


def swaps(home: Path, seconds: float) -> str:
    """A reindex; for a large catalogue the way back to another generation, and forth."""
    engine = open_engine(f"embedded:{home / 'index'}")
    active = engine.active()
    engine.close()
    assert active  # a home that is served has one
    if active.documents <= LARGE:
        time.sleep(seconds / 2)
        built = haoke(home, "reindex", "--workers", "1", "--json", yielding=True)
        time.sleep(seconds / 2)
        return f"reindex of {built['documents']:,} in {built['seconds']:.0f} s"
    other = twin(home / "index", active.name)
    for name in (other, active.name):
        time.sleep(seconds / 2)
        haoke(home, "generations", "activate", name)
    time.sleep(seconds / 2)
    return f"another generation of {active.documents:,} and back"
