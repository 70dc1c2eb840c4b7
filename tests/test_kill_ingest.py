"""kill -9 at any moment of an ingest: the next run finishes the work; nothing is lost, nothing stands twice, no process stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from catalog.ingest import ingest
from catalog.store import Store
from tests import tiny_source

ROOT = Path(__file__).resolve().parent.parent
ROWS = 30_000
CODE = """
import sys
from catalog.ingest import ingest
from catalog.store import Store
from tests import tiny_source
with Store.open(sys.argv[1]) as store:
    ingest(store, tiny_source, sys.argv[2], workers=2, progress=lambda done, total: print(done, flush=True))
"""


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("table") / "rows.jsonl"
    with path.open("w") as file:
        for i in range(ROWS):
            # every tenth has a twin in another source
            row = {"id": f"{'b' if i % 10 == 9 else 'a'}:{i}", "title": f"第{i}课", "url": f"https://x.cn/{i - (i % 10 == 9)}"}
            file.write(json.dumps(row) + "\n")
    return str(path)


def workers_of(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "stat").read_text().rpartition(")")[2].split()[1] == str(pid):
                found.append(int(entry.name))
        except OSError:
            continue  # it ended while we looked
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("reports", [0, 1, 4, 8, 13])
def test_a_killed_ingest_is_finished_by_the_next_one(tmp_path: Path, table: str, reports: int) -> None:
    process = subprocess.Popen([sys.executable, "-c", CODE, str(tmp_path), table], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout
    told = 0
    if reports == 0:
        time.sleep(0.6)  # while it starts
    for _ in range(reports):
        told = int(process.stdout.readline())
    children = workers_of(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert reports == 0 or len(children) == 2 or reports == 13

    with Store.open(tmp_path) as store:
        assert told <= store.size() + sum(len(json.loads(body).get("also", ())) for _, _, body in store.scan()) < ROWS
        assert {run.status for run in store.runs()} <= {"running"}
        before = {id_: number for id_, number, _ in store.scan()}
        report = ingest(store, tiny_source, table, workers=1)
        assert report.rows == ROWS and report.unchanged >= told and report.updated == report.rejected == 0
        assert store.size() == ROWS * 9 // 10
        assert all(store.get(f"b:{i}") == store.get(f"a:{i - 1}") is not None for i in range(9, ROWS, 1000))
        after = {id_: number for id_, number, _ in store.scan()}
        assert len(after) == store.size() and all(after[id_] >= number for id_, number in before.items())
        assert ingest(store, tiny_source, table, workers=1).unchanged == ROWS

    deadline = time.monotonic() + 10
    while any(alive(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(alive(pid) for pid in children), "a worker outlived its parent"
