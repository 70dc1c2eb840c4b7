"""kill -9 at random moments of `haoke ingest` and `haoke reindex`, with searches going on: nothing lost, nothing doubled.

    python -m bench.kill FILE --mapping FILE.toml [--times 20] [--seed 1]

Half of the kills hit an ingest, half a rebuild. After each, the command is run again to its end, and what the store and the
index hold is compared with what an undisturbed run holds. A reader asks all the while; an error or an empty answer fails.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from catalog.store import Store
from indexer.engine import Query, open_engine


def command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "cli", *words, "--json"]


def run(home: Path, *words: str) -> dict[str, object]:
    done = subprocess.run(command(home, *words), env=os.environ | {"HAOKE_HOME": str(home)}, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def killed(home: Path, after: float, *words: str) -> bool:
    """Starts a command and kills its whole process group after so many seconds; whether it was still running."""
    child = subprocess.Popen(
        command(home, *words), env=os.environ | {"HAOKE_HOME": str(home)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        child.wait(after)
        return False
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        return True


def content(home: Path) -> dict[str, bytes]:
    with Store.open(home, readonly=True) as store:
        return {id: body for id, _, body in store.scan()}


class Asker(threading.Thread):
    """Searches without pause until stopped; counts answers and remembers failures."""

    def __init__(self, home: Path) -> None:
        super().__init__(daemon=True)
        self.engine = open_engine(f"embedded:{home / 'index'}")
        self.stop, self.asked = threading.Event(), 0
        self.failures: list[str] = []

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                if not self.engine.search(Query(size=1)).total:
                    self.failures.append("an empty answer")
            except Exception as error:  # any failure at all is what this bench looks for
                self.failures.append(repr(error))
            self.asked += 1
            time.sleep(0.002)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--mapping", type=Path, required=True)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    chance = random.Random(args.seed)
    load = ("ingest", "table", str(args.file), "--mapping", str(args.mapping))
    with tempfile.TemporaryDirectory() as scratch:
        reference = Path(scratch) / "reference"
        began = time.perf_counter()
        run(reference, *load)
        middle = time.perf_counter()
        run(reference, "reindex")
        seconds = {"ingest": middle - began, "reindex": time.perf_counter() - middle}
        wanted = content(reference)
        print(f"{len(wanted):,} resources; undisturbed: ingest {seconds['ingest']:.1f} s, reindex {seconds['reindex']:.1f} s")
        hits = 0
        for number in range(args.times):
            step = "ingest" if number % 2 == 0 else "reindex"
            home = Path(scratch) / f"home{number}"
            if step == "reindex":
                run(home, *load)
                run(home, "reindex")
                asker = Asker(home)
                asker.start()
            moment = chance.uniform(0.3, seconds[step])
            hits += killed(home, moment, *(load if step == "ingest" else ("reindex",)))
            again = run(home, *load) if step == "ingest" else run(home, "reindex", "--resume")
            if step == "ingest":
                run(home, "reindex")
            else:
                asker.stop.set()
                asker.join()
                if asker.failures:
                    raise SystemExit(f"kill {number + 1}: {len(asker.failures)} of {asker.asked} searches failed: {asker.failures[0]}")
            found = content(home)
            indexed = open_engine(f"embedded:{home / 'index'}").count(Query())
            if found != wanted or indexed != len(wanted):
                raise SystemExit(f"kill {number + 1} ({step} at {moment:.2f} s): {len(found)} stored, {indexed} indexed, wanted {len(wanted)}; {again}")
            print(f"{number + 1:>3}. {step:<8} killed at {moment:5.2f} s: {len(found):,} stored, {indexed:,} indexed" + (f", {asker.asked:,} searches answered" if step == "reindex" else ""))
        print(f"{args.times} runs, {hits} of them cut off in the middle: nothing lost, nothing doubled, every search answered")


if __name__ == "__main__":
    main()
