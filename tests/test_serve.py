"""Starting the server: what must be free, and how it is told when it is not."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog.errors import HaokeError
from cli import main
from web.server import ANSWERS, clear_away, run


def test_a_port_that_another_server_shares_is_taken(tmp_path: Path) -> None:
    """Workers share their port among themselves, so a second server would start, and the two answer by turns from two catalogues."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(HaokeError, match=f"port {port} is taken"):
            run("127.0.0.1", port, 1, engine_url="embedded:", home=tmp_path)
        told = CliRunner().invoke(main, ["serve", "--port", str(port)])
        assert told.exit_code == 1 and "--port" in told.output


def test_an_address_of_no_card_of_this_machine_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(HaokeError, match=r"192\.0\.2\.1"):
        run("192.0.2.1", 8000, 1, engine_url="embedded:", home=tmp_path)


def test_what_a_killed_server_left_in_memory_is_removed_and_nothing_of_one_that_runs(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    folders = {who: tmp_path / f"{ANSWERS}{number}-abc" for who, number in (("ended", ended.pid), ("before us", os.getpid()), ("running", os.getppid()))}
    odd = tmp_path / f"{ANSWERS}x-abc"
    for folder in (*folders.values(), odd):
        (folder / "mark").mkdir(parents=True)
        (folder / "mark" / "answer").write_bytes(b"x")
    clear_away(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([folders["running"], odd])
