"""The WSGI server: granian, one process a core, each opening the engine for itself after the fork."""

from __future__ import annotations

import ctypes
import errno
import gc
import logging
import os
import shutil
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask

from catalog.errors import HaokeError
from web import gate
from web.beside import FOLDER

MEMORY = "/dev/shm"  # a disk in memory, where there is one
ANSWERS = "haoke-answers-"  # begins the name of the folder there that a server's workers have in common; its process follows
ARENA_MAX = -8  # M_ARENA_MAX of glibc's mallopt()
LONGEST_LINE = 16 * 1024  # bytes of a request line: a query of 300 characters with many filters, percent-encoded


def factory() -> Any:
    """The application of one worker process."""
    from web import create_app

    share_memory()
    app = create_app(engine_url=os.environ["HAOKE_ENGINE"], home=os.environ["HAOKE_HOME"])
    awaken(app)
    # half a million objects of vocabularies and dictionaries live as long as the worker: the collector need not walk them again
    gc.collect()
    gc.freeze()
    return app


def share_memory() -> None:
    """Lets all threads take memory from two places. Of the fifty of a worker two work at a time; glibc gives each a place of its own, where an eighth more is left unused."""
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(ARENA_MAX, 2)


def awaken(app: Flask) -> None:
    """Loads dictionaries, vocabularies and templates, so that nobody waits a second for them; what fails is told by /readyz, not by a worker that does not start."""
    with app.test_client() as client:
        for path in ("/search?q=高等数学", "/api/v1/suggest?q=gao", "/"):
            client.get(path)


def claim(host: str, port: int) -> None:
    """Refuses a port that is taken. Workers share theirs, so a second server would start on it, and the two would answer by turns."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of a server that has ended don't count
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise HaokeError(f"port {port} is taken", hint="end the other server, or name another port with --port") from error
        raise HaokeError(f"can't listen on {host}, port {port}: {error.strerror}", hint="name an address of this machine with --host, or another --port") from error


def clear_away(memory: Path) -> None:
    """Removes the answers of servers that ended without doing so (killed, out of memory): they may take half of a small machine's memory."""
    for folder in memory.glob(f"{ANSWERS}*-*"):
        owner = folder.name.removeprefix(ANSWERS).partition("-")[0]
        # a container's processes have the same numbers each time: what bears our own was left by one before
        if owner.isdigit() and (int(owner) == os.getpid() or not _lives(int(owner))):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # somebody else's
    return True


def run(host: str, port: int, workers: int, *, engine_url: str, home: Path) -> None:
    """Serves until interrupted. The workers learn where the engine is from the environment."""
    claim(host, port)
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    # most of the threads only wait at the gate, which is what backpressure would do without telling anybody
    logging.getLogger("_granian").addFilter(lambda record: "spawning up to" not in record.getMessage())
    os.environ["HAOKE_ENGINE"] = engine_url
    os.environ["HAOKE_HOME"] = str(home)
    memory = Path(MEMORY if os.access(MEMORY, os.W_OK) else tempfile.gettempdir())
    clear_away(memory)
    with tempfile.TemporaryDirectory(prefix=f"{ANSWERS}{os.getpid()}-", dir=memory) as folder:
        if workers > 1:
            os.environ[FOLDER] = folder
        Granian(
            "web.server:factory",
            address=host,
            port=port,
            workers=workers,
            interface=Interfaces.WSGI,
            factory=True,
            # a few work, others wait at the gate, and there are always some to tell that it is too much; kept answers pass them
            blocking_threads=gate.threads(engine_url),
            http1_settings=HTTP1Settings(max_buffer_size=64 * LONGEST_LINE),
            respawn_failed_workers=True,
            log_access=False,
            log_level=LogLevels.warning,
        ).serve()
