"""What pip installs works outside a checkout: the wheel holds every module, template and data file, and nothing else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


# one worker: installing and filling the demo twice would cost half a minute
pytestmark = pytest.mark.xdist_group("packaging")


def checked(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run([str(c) for c in command], cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def tracked() -> list[str]:
    """Files that git knows; in an unpacked source archive, all that are there."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return listed.stdout.splitlines()
    return [p.relative_to(ROOT).as_posix() for p in ROOT.rglob("*") if p.is_file()]


#: What the owner named, and what tools look for beside it.
TOP = {
    "catalog", "indexer", "ranking", "web", "cli.py", "data", "tests", "setup.cfg", "README.md", "bench", "docs", "Makefile", "pyproject.toml", "constraints.txt",
    "Dockerfile", ".dockerignore", "compose.yaml", ".ci", ".gitignore", "LICENSE", "NOTICE",
}  # fmt: skip


def test_nothing_lies_at_the_top_that_was_only_left_there() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout  # nothing in an unpacked archive
    assert {name.partition("/")[0] for name in listed.splitlines()} <= TOP


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built offline from a copy: setuptools leaves build/ and *.egg-info behind."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in tracked():
        if name.startswith(("catalog/", "indexer/", "ranking/", "web/", "data/")) or "/" not in name:
            target = folder / "source" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_file():
                target.write_bytes((ROOT / name).read_bytes())
    checked(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, folder / "source", cwd=folder)
    (built,) = folder.glob("haoke-*.whl")
    return built


def test_the_wheel_holds_all_that_runs_and_nothing_else(wheel: Path) -> None:
    held = {n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}
    code = r"cli\.py|(catalog|indexer|ranking|web)/.*\.(py|sql|html|xml|txt|css|js|svg|png|ico|webmanifest|po|mo)|data/__init__\.py|data/(vocab|crosswalk|dict|links|sample|topics)/.*"
    expected = {name for name in tracked() if re.fullmatch(code, name) and (ROOT / name).is_file()}
    assert expected - held == set(), "missing: add a pattern to package_data in setup.cfg"
    assert held - expected == set(), "no part of the product: tests, scripts or litter"


def test_the_wheel_carries_the_licence_and_the_readme(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert any(n.endswith("/LICENSE") for n in names) and any(n.endswith("/NOTICE") for n in names)
        metadata = archive.read(next(n for n in names if n.endswith("/METADATA"))).decode()
    assert "License-Expression: Apache-2.0" in metadata or "License: Apache-2.0" in metadata
    assert "Requires-Python: >=3.11" in metadata
    assert "# haoke" in metadata


@dataclass(frozen=True)
class Installed:
    """A clean environment with the wheel; commands run in an empty folder with a HOME and HAOKE_HOME of their own."""

    folder: Path

    def run(self, program: str, *arguments: str) -> str:
        """What a program of the environment prints."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("HAOKE_", "PYTHON"))}
        env = inherited | {"HOME": str(self.folder / "home"), "HAOKE_HOME": str(self.folder / "state"), "LANG": "C.UTF-8"}
        return checked(self.folder / "venv" / "bin" / program, *arguments, cwd=self.folder / "empty", env=env)

    def haoke(self, *arguments: str) -> str:
        """What the installed command prints."""
        return self.run("haoke", *arguments)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in a clean environment.

    The libraries come from the environment that runs the tests, so that no network is needed.
    """
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    checked(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=folder)
    # A .pth file, not PYTHONPATH: that would win over the wheel, and the checkout itself may be installed there
    (site,) = (folder / "venv" / "lib").glob("python*/site-packages")
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "libraries.pth").write_text("\n".join(sorted(libraries)) + "\n")
    (folder / "home").mkdir()
    (folder / "empty").mkdir()
    return Installed(folder)


@pytest.fixture(scope="module")
def filled(installed: Installed) -> Installed:
    """The same, after `haoke demo --no-serve`."""
    assert "searchable" in installed.haoke("demo", "--no-serve")
    return installed


def test_an_installed_haoke_runs_its_own_code_and_not_the_checkout(installed: Installed) -> None:
    where = installed.run("python", "-c", "import catalog, cli, web; print(catalog.__file__, cli.__file__, web.__file__)")
    assert all(str(installed.folder) in path for path in where.split())
    assert re.fullmatch(r"haoke, version \d+\.\d+\.\d+\n", installed.haoke("--version"))
    assert "table" in installed.haoke("sources")


def test_an_installed_haoke_builds_the_demo_and_searches_it(filled: Installed) -> None:
    installed = filled
    status = json.loads(installed.haoke("status", "--json"))
    assert status["pending"] == 0 and status["documents"]["course"] > 1000
    found = json.loads(installed.haoke("search", "高等数学", "--kind", "course", "--json"))
    assert found["total"] > 10 and "高等数学" in found["hits"][0]["title"]
    assert not any((installed.folder / "home").iterdir()), "state belongs under HAOKE_HOME"


def test_an_installed_haoke_serves_its_pages_with_their_style(filled: Installed) -> None:
    ask = """
from web import create_app
client = create_app().test_client()
page = client.get("/")
assert page.status_code == 200, page.status
import re
links = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
assert links
for link in links:
    assert client.get(link).status_code == 200, link
print("ok")
"""
    assert filled.run("python", "-c", ask) == "ok\n"
