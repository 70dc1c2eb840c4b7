"""The house rules that a reader of one module can't see: who may import whom, what stays out of an import, size, docstrings."""

from __future__ import annotations

import ast
import configparser
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("catalog", "indexer", "ranking", "web")
MODULES = sorted([ROOT / "cli.py", *(p for name in (*PACKAGES, "data") for p in (ROOT / name).rglob("*.py") if "scripts" not in p.parts)])

#: package → what it may import of ours: one direction only. `data` is files and knows nothing.
ARROWS: dict[str, set[str]] = {
    "data": set(),
    "catalog": {"data"},
    "indexer": {"data", "catalog"},
    "ranking": {"data", "catalog", "indexer"},
    "web": {"data", "catalog", "indexer", "ranking"},
    "cli": {"data", "catalog", "indexer", "ranking", "web"},
}
#: library → the one module (or, ending in "/", the one package) that may import it
ONLY_IN = {
    "jieba": "indexer/analysis.py",
    "rjieba": "indexer/analysis.py",
    "tantivy": "indexer/engines/embedded/",
    "elasticsearch": "indexer/engines/elasticsearch/",
    "elasticsearch_dsl": "indexer/engines/elasticsearch/",
    "pypinyin": "indexer/sounds.py",
    "sqlite3": "catalog/store.py",
    "flask": "web/",
    "flask_babel": "web/",
    "flask_compress": "web/",
    "granian": "web/server.py",
    "click": "cli.py",
    "rich": "cli.py",
}
#: What `haoke --help` must not pay for
HEAVY = ("tantivy", "jieba", "rjieba", "opencc", "flask", "openpyxl", "pypinyin", "pydantic", "elasticsearch", "granian", "httpx", "rich", "sqlite3")
#: Lines that a module may have; longer ones stand here with the reason why splitting would not help their reader
LONGEST = 250
LONG = {
    "cli.py": "a flat list of commands: parse, call, print",
    "catalog/placing.py": "one decision, in one transaction: where a record goes and who is parted or joined by it",
    "catalog/store.py": "the only module that knows SQLite",
    "catalog/normalize/school.py": "one grammar: stage, grade, volume, version and subject stand inside each other's names",
    "indexer/analysis.py": "index and query are cut by the same lines, which must be seen together",
    "indexer/engine.py": "the whole contract of an engine, to be read in one piece",
}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> set[str]:
    """Every module that a file imports, also inside functions and for types only, by its full dotted name."""
    found: set[str] = set()
    package = list(path.relative_to(ROOT).parent.parts)
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            dotted = ".".join([*base, *([node.module] if node.module else [])])
            # `from catalog import store` names a module, `from catalog.store import Store` doesn't: the longer name does no harm
            found |= {dotted, *(f"{dotted}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_point_one_way_only(path: Path) -> None:
    layer = path.relative_to(ROOT).parts[0].removesuffix(".py")
    ours = {module.partition(".")[0] for module in imported(path)} & ARROWS.keys()
    wrong = ours - ARROWS[layer] - {layer}
    assert not wrong, f"{name(path)} imports {sorted(wrong)}; {layer} may import {sorted(ARROWS[layer])} only"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_each_library_is_imported_in_its_one_place(path: Path) -> None:
    where = name(path)
    tops = {module.partition(".")[0] for module in imported(path)}
    for library in sorted(tops & ONLY_IN.keys()):
        place = ONLY_IN[library]
        assert where == place or (place.endswith("/") and where.startswith(place)), f"{where} imports {library}; only {place} may"


def test_what_is_imported_from_a_module_of_ours_stands_there() -> None:
    """Also in benches, which no other test runs: one was overwritten by another of its name, and four that needed it were broken unseen."""
    for path in sorted([ROOT / "cli.py", *(p for package in (*PACKAGES, "data", "bench", "tests") for p in (ROOT / package).rglob("*.py"))]):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                source = ROOT.joinpath(*node.module.split(".")).with_suffix(".py")
                if source.exists():
                    lacking = {alias.name for alias in node.names} - held(source)
                    assert not lacking, f"{name(path)} imports {sorted(lacking)} from {name(source)}, where there is no such thing"


def held(path: Path) -> set[str]:
    """The names that a module has once it is loaded."""
    found = {alias.asname or alias.name for node in ast.walk(tree(path)) if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names}
    found |= {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return found | {node.name for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}


def test_every_library_that_is_imported_is_declared() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = [line for line in setup["options"]["install_requires"].splitlines() if line and not line.startswith("#")]
    declared = {plain(re.split(r"[<>=!~\[; ]", line)[0]) for line in lines}
    known = packages_distributions()
    for path in MODULES:
        for top in sorted({module.partition(".")[0] for module in imported(path)} - ARROWS.keys() - sys.stdlib_module_names):
            providers = {plain(d) for d in known.get(top, [top])}
            # these come with Flask, whose makers they share
            assert top in ("werkzeug", "jinja2", "markupsafe") or providers & declared, f"{name(path)} imports {top}: add it to install_requires in setup.cfg"


def plain(distribution: str) -> str:
    """A distribution's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_engines_are_opened_by_url_and_never_imported_by_name(path: Path) -> None:
    if name(path).startswith("indexer/engines/"):
        return
    assert not any(module.startswith("indexer.engines.") for module in imported(path)), f"{name(path)}: use indexer.engine.open_engine(url)"


def python(code: str) -> str:
    """What a fresh interpreter in the checkout prints for `code`."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_the_command_line_is_light() -> None:
    loaded = set(python("import sys, cli; print(*sys.modules)").split())
    assert not loaded & set(HEAVY), "import these inside the commands that need them"


def test_importing_a_module_reads_no_data_and_starts_nothing() -> None:
    modules = [name(p).removesuffix(".py").removesuffix("/__init__").replace("/", ".") for p in MODULES]
    watched = """
import importlib, os, sys
# ours only: libraries read files of their own, and .venv lies in the checkout
ours, seen = tuple(os.path.join(os.getcwd(), name, "") for name in ("catalog", "indexer", "ranking", "web", "data")), []
def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[0].startswith(ours):
        if "__pycache__" not in arguments[0] and not arguments[0].endswith(".py"):
            seen.append(f"opened {arguments[0]}")
    # shutil and asyncio probe the machine in their own imports; only what goes out or starts counts
    elif event in ("sqlite3.connect", "socket.connect", "subprocess.Popen", "os.fork", "os.posix_spawn"):
        seen.append(event)
sys.addaudithook(watch)
for module in MODULES:
    before = len(seen)
    importlib.import_module(module)
    for event in seen[before:]:
        print(f"importing {module}: {event}")
"""
    assert python(f"MODULES = {modules!r}\n{watched}") == ""


def undocumented(path: Path) -> list[str]:
    """Public names of a module without a docstring: the module, its functions, its classes and their methods."""
    module = tree(path)
    missing = [] if ast.get_docstring(module) else ["(module)"]

    def look(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            if not ast.get_docstring(node) and not inherits_meaning(node, prefix):
                missing.append(f"{prefix}{node.name}")
            if isinstance(node, ast.ClassDef):
                look(node.body, f"{node.name}.")

    look(module.body, "")
    return missing


def inherits_meaning(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, prefix: str) -> bool:
    """Methods that another contract documents (an engine's are told in Engine and Writer), and Protocol stubs `...`."""
    if isinstance(node, ast.ClassDef) or not prefix:
        return False
    return node.name in CONTRACT or (len(node.body) == 1 and isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant))


def contract() -> set[str]:
    """Names of the methods that indexer/engine.py documents for every engine."""
    classes = [n for n in tree(ROOT / "indexer" / "engine.py").body if isinstance(n, ast.ClassDef) and n.name in ("Engine", "Writer")]
    return {n.name for c in classes for n in c.body if isinstance(n, ast.FunctionDef)}


CONTRACT = contract()


@pytest.mark.parametrize("path", [p for p in MODULES if p.name != "cli.py"], ids=name)
def test_what_is_public_has_a_docstring(path: Path) -> None:
    assert undocumented(path) == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_has_a_size_that_can_be_read(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if name(path) in LONG:
        assert lines > LONGEST, f"{name(path)} is short enough now: take it off the list"
    else:
        assert lines <= LONGEST, f"{name(path)} has {lines} lines: split it, or say in LONG why that would not help"
