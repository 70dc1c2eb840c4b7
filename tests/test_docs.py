"""The documents are true: their commands run, their examples are what the API answers, their tables and links are complete."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

import cli
from catalog import sources
from catalog.sources import _mapping
from indexer.fields import FACETS
from web import create_app

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
DOCS = sorted([README, *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: Paths that programs and other sites read; the rest are pages.
MACHINES = ("/api/", "/healthz", "/readyz", "/metrics", "/openapi", "/feed", "/r/", "/qr/", "/opensearch", "/suggest", "/robots", "/sitemap")
ENDLESS = ("serve", "demo")  # test_packaging.py runs the demo

Block = tuple[str, str, str]  # language, file name or "", content


def blocks(path: Path) -> list[Block]:
    return [(m[1], m[2] or "", m[3]) for m in BLOCK.finditer(path.read_text(encoding="utf-8"))]


def fits(shown: str, printed: str) -> bool:
    """Whether the printed text is what is shown; `…` stands for anything."""
    pattern = ".*".join(re.escape(part) for part in shown.strip().split("…"))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


def transcript(console: str) -> Iterator[tuple[str, str]]:
    """(command, what is shown of its output) of a console block."""
    for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the README shows."""
    folder = tmp_path_factory.mktemp("readme")
    for _, name, content in blocks(README):
        if name:
            (folder / name).write_text(content, encoding="utf-8")
    return folder


def run(command: str, folder: Path, home: Path) -> str:
    """What `haoke …` prints in a folder; it must succeed."""
    program, *arguments = shlex.split(command)
    assert program == "haoke" and arguments[0] not in ENDLESS, f"{command}: show it outside a console block"
    placed = [str(folder / a) if (folder / a).is_file() else a for a in arguments]
    done = CliRunner().invoke(cli.main, placed, env={"HAOKE_HOME": str(home), "HAOKE_ENGINE": "embedded:"}, catch_exceptions=False)
    assert done.exit_code == 0, f"{command}\n{done.output}"
    return done.stdout


CONSOLES = [(path, content) for path in DOCS for language, _, content in blocks(path) if language == "console"]


@pytest.mark.parametrize(("path", "console"), CONSOLES, ids=[f"{p.name}-{i}" for i, (p, _) in enumerate(CONSOLES)])
def test_the_commands_of_a_document_print_what_it_shows(path: Path, console: str, home: Path, tmp_path: Path) -> None:
    for command, shown in transcript(console):
        printed = run(command, home, tmp_path)
        assert fits(shown, printed), f"$ {command}\n{printed}"


def test_the_readme_shows_commands_in_both_languages() -> None:
    assert len([p for p, _ in CONSOLES if p == README]) >= 2


@pytest.fixture(scope="module")
def client(home: Path, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The website over the README's table."""
    state = tmp_path_factory.mktemp("state")
    run("haoke ingest table courses.csv --mapping courses.toml", home, state)
    run("haoke reindex", home, state)
    return create_app(engine_url=f"embedded:{state / 'index'}", home=state).test_client()


def examples() -> list[tuple[str, int, Any]]:
    """(path, status, body shown or None) of docs/api.md."""
    found: list[tuple[str, int, Any]] = []
    for language, _, content in blocks(ROOT / "docs" / "api.md"):
        if language == "http":
            request, status = content.strip().splitlines()
            found.append((request.removeprefix("GET "), int(status), None))
        elif language == "json":
            found[-1] = (*found[-1][:2], json.loads(content))
    return found


def same(shown: Any, real: Any, where: str = "") -> None:
    """The example has the real answer's keys (`…` stands for the rest) and its values; figures of the moment need only be figures."""
    if isinstance(shown, dict):
        keys = set(shown) - {"…"}
        assert keys <= set(real), f"{where}: {sorted(keys - set(real))} are not answered"
        assert "…" in shown or keys == set(real), f"{where}: {sorted(set(real) - keys)} are not shown"
        for name in keys:
            if name in ("took_ms", "score"):
                assert isinstance(real[name], float)
            elif name == "generation":
                assert isinstance(real[name], str)
            elif name == "allowed":
                assert set(shown[name]) <= set(real[name])
            else:
                same(shown[name], real[name], f"{where}.{name}")
    elif isinstance(shown, list):
        assert len(shown) == len(real), where
        for one, other in zip(shown, real, strict=True):
            same(one, other, f"{where}[]")
    else:
        assert shown == real, where


@pytest.mark.parametrize(("path", "status", "body"), examples(), ids=[e[0] for e in examples()])
def test_the_examples_of_the_api_are_what_it_answers(path: str, status: int, body: Any, client: FlaskClient) -> None:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    if body is not None:
        same(body, answer.get_json(force=True))


def test_every_path_of_the_api_is_documented_and_no_other(client: FlaskClient) -> None:
    table = set(re.findall(r"^\| `(/[^`?]*)", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.MULTILINE))
    rules = {str(rule) for rule in client.application.url_map.iter_rules()}
    real = {re.sub(r"<\w+:(\w+)>", r"<\1>", rule) for rule in rules if rule.startswith(MACHINES) or rule.endswith(".atom")}
    assert table == real


def documented() -> dict[str, set[str]]:
    """Command → options and subcommands in the README's table."""
    rows = re.findall(r"^\| `haoke (\w+)([^`]*)`", README.read_text(encoding="utf-8"), re.MULTILINE)
    return {name: set(re.findall(r"--?[a-z-]+", rest)) | set(re.findall(r"\b(?:activate|delete)\b", rest)) for name, rest in rows}


def test_the_readme_names_every_command_and_only_options_that_exist() -> None:
    table = documented()
    assert table.keys() == cli.main.commands.keys()
    for name, shown in table.items():
        command = cli.main.commands[name]
        real = {flag for p in command.params if isinstance(p, click.Option) for flag in (*p.opts, *p.secondary_opts)}
        real |= set(command.commands) if isinstance(command, click.Group) else set()
        assert shown <= real, f"haoke {name} has no {sorted(shown - real)}"


def test_every_environment_variable_is_documented() -> None:
    code = [p for folder in ("catalog", "indexer", "ranking", "web", "tests") for p in (ROOT / folder).rglob("*.py")] + [ROOT / "cli.py"]
    read = re.compile(r"""environ(?:\.get\(|\[)["'](HAOKE_\w+)""")
    used = {name for p in code for name in read.findall(p.read_text(encoding="utf-8"))}
    told = set(re.findall(r"\bHAOKE_\w+", README.read_text(encoding="utf-8")))
    assert used - told == set()


def test_the_lists_of_fields_and_sources_are_complete() -> None:
    def listed(document: str, line: str) -> list[str]:
        (found,) = re.findall(rf"^{line}: (.*)\.$", (ROOT / "docs" / document).read_text(encoding="utf-8"), re.MULTILINE)
        return re.findall(r"`(\w+)`", found)

    assert listed("api.md", "Facet fields") == list(FACETS)
    assert listed("sources.md", "The fields") == list(_mapping.FIELDS)
    table = re.findall(r"^\| `([\w-]+)` \| [^|]*\|$", (ROOT / "docs" / "sources.md").read_text(encoding="utf-8").split("## A table")[0], re.MULTILINE)
    assert sorted(table) == sources.names()


@pytest.mark.parametrize("folder", ["vocab", "crosswalk"])
def test_every_vocabulary_and_crosswalk_is_described_with_its_own_source(folder: str) -> None:
    text = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    section = next(part for part in text.split("\n## ") if f"`data/{folder}/" in part)
    told = dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \|", section, re.MULTILINE))
    files = {p.stem: p.read_text(encoding="utf-8") for p in (ROOT / "data" / folder).glob("*.tsv")}
    assert told == {name: re.search(r"^# source: (.*)$", text, re.MULTILINE)[1] for name, text in files.items()}  # type: ignore[index]


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.name)
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith(("http://", "https://")):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), f"{path.name}: {link}"
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            # as GitHub makes them: lower case, punctuation gone, a hyphen for each space
            anchors = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
            assert anchor in anchors, f"{path.name}: {link}"
