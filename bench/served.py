"""A server for a measurement: `haoke serve` over a catalogue, on a port of its own, awake in all its workers, gone afterwards.

    with served(home, workers=2) as server:
        server.url, server.workers(), server.memory()
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PORT = 8917
PATIENCE = 60.0  # seconds until all workers must listen
_LISTENING = "0A"  # in /proc/net/tcp


@dataclass(frozen=True)
class Server:
    """A running server: its main process, where it listens, and the catalogue it serves."""

    pid: int
    port: int
    home: Path

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[int]:
        """The processes that answer."""
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def listening(self) -> int:
        """How many workers take connections: each has a socket of its own on the port."""
        wanted = f":{self.port:04X}"
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return sum(line[1].endswith(wanted) and line[3] == _LISTENING for line in lines)

    def memory(self) -> float:
        """MB that all workers have of their own. Pages of the index belong to the system, which takes them back when it needs them."""
        return sum(_proportional(pid) for pid in self.workers()) / 1024


def _proportional(pid: int) -> int:
    """kB of a process beside files; what a fork shares counts for each in part."""
    return next(int(line.split()[1]) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() if line.startswith("Pss_Anon:"))


@contextmanager
def served(home: Path, port: int = PORT, workers: int = 0) -> Iterator[Server]:
    """Serves the catalogue of `home`, with a worker a core unless told otherwise."""
    count = workers or os.cpu_count() or 1
    command = [sys.executable, "-m", "cli", "serve", "--port", str(port), "--workers", str(count)]
    process = subprocess.Popen(command, env=os.environ | {"HAOKE_HOME": str(home)})
    try:
        server = Server(process.pid, port, home)
        until = time.monotonic() + PATIENCE
        while server.listening() < count:
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"the server does not start on port {port}")
            time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        process.wait(30)
