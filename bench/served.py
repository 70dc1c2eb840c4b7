"""A server for a measurement: `haoke serve` over a catalogue, on a port that nothing else has, awake in all its workers, gone afterwards.

    with served(home, workers=2) as server:
        server.url, server.workers(), server.memory()
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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
        """MB that all workers have for themselves."""
        return memory(self.workers())


def memory(pids: Sequence[int]) -> float:
    """MB that processes have for themselves; pages of mapped files, like those of an index, belong to the system."""
    lines = (line for pid in pids for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1024


def _free() -> int:
    """A port that nothing has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(home: Path, workers: int = 0) -> Iterator[Server]:
    """Serves the catalogue of `home` on any free port, with a worker a core unless told otherwise."""
    count, port = workers or os.cpu_count() or 1, _free()
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
