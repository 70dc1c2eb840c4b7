"""Reading the reference tables and writing a vocabulary or crosswalk, alike for every script of this folder.

Run a script with the folder that holds the reference tables: `python data/scripts/<name>.py REF_DIR`.
Each output names its source, its date and its script in comment lines; nothing in it is edited by hand.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent
DATE = "2026-11-21"


@dataclass
class Row:
    """One line of a vocabulary while it is built."""

    code: str
    label: str
    parent: str = ""
    aliases: list[str] = field(default_factory=list)
    attrs: dict[str, str] = field(default_factory=dict)

    def add(self, *names: str) -> None:
        """Adds aliases, leaving out empty ones, the label itself and what stands already."""
        for name in names:
            if name and name != self.label and name not in self.aliases:
                self.aliases.append(name)


def ref_dir() -> Path:
    """The input folder named on the command line."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit(f"usage: python {sys.argv[0]} REF_DIR   (the folder of the reference tables)")
    return Path(sys.argv[1])


def names(text: str) -> list[str]:
    """The names of a list separated by "|"; [] for an empty one."""
    return [name for name in text.split("|") if name]


def words(text: str) -> set[str]:
    """The words of a list separated by spaces."""
    return set(text.split())


def read_csv(path: Path) -> list[dict[str, str]]:
    """All rows of a CSV file with a header line."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_lines(path: Path) -> Iterator[list[str]]:
    """Cells of the lines of a TSV file of ours; blank lines and lines that begin with "#" are skipped."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.split("\t")


def curated(name: str) -> dict[str, list[str]]:
    """data/scripts/aliases_<name>.tsv: code or label → aliases (separated by "|")."""
    return {cells[0]: names(cells[1]) for cells in read_lines(Path(__file__).with_name(f"aliases_{name}.tsv"))}


def read_crosswalk(name: str) -> dict[str, tuple[list[str], str]]:
    """data/scripts/crosswalk_<name>.tsv, lines of codes (",") and values ("|") and a note: value → (codes, note)."""
    table: dict[str, tuple[list[str], str]] = {}
    for cells in read_lines(Path(__file__).with_name(f"crosswalk_{name}.tsv")):
        for value in names(cells[1]):
            if value in table:
                sys.exit(f"crosswalk_{name}.tsv: {value!r} stands twice")
            table[value] = (cells[0].split(","), cells[2] if len(cells) > 2 else "")
    return table


def apply_curated(name: str, rows: Iterable[Row]) -> None:
    """Adds the curated aliases of `name`; a line whose code or label no row has stops the script."""
    rows = list(rows)
    by: dict[str, list[Row]] = {}
    for row in rows:
        by.setdefault(row.code, []).append(row)
        by.setdefault(row.label, []).append(row)
    for at, aliases in curated(name).items():
        if at not in by:
            sys.exit(f"aliases_{name}.tsv: {at!r} is neither a code nor a label of {name}")
        for row in by[at]:
            row.add(*aliases)


def _header(source: str, script: str) -> list[str]:
    return [f"# source: {source}", f"# date: {DATE}", f"# script: data/scripts/{Path(script).name}"]


def _save(path: Path, lines: Iterable[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path.relative_to(DATA.parent)}")


def write_vocab(name: str, rows: Iterable[Row], *, source: str, script: str) -> None:
    """data/vocab/<name>.tsv. Stops on a code that stands twice or a cell that would break the file."""
    lines = [*_header(source, script), "code\tlabel\tparent\taliases\tattrs"]
    seen: set[str] = set()
    for row in rows:
        if row.code in seen:
            sys.exit(f"{name}: code {row.code} stands twice")
        seen.add(row.code)
        attrs = ";".join(f"{k}={v}" for k, v in row.attrs.items() if v)
        cells = (row.code, row.label, row.parent, "|".join(row.aliases), attrs)
        if any("\t" in c or "\n" in c for c in cells) or any("|" in a for a in row.aliases):
            sys.exit(f"{name}: {row.code} holds a tab, a line end or a bar")
        lines.append("\t".join(cells))
    _save(DATA / "vocab" / f"{name}.tsv", lines)


def write_crosswalk(name: str, table: Mapping[str, tuple[Iterable[str], str]], *, known: set[str], source: str, script: str) -> None:
    """data/crosswalk/<name>.tsv: value, codes separated by "|", note. Stops on a code that the vocabulary lacks."""
    lines = [*_header(source, script), "value\tcodes\tnote"]
    for value, (codes, note) in table.items():
        codes = list(codes)
        if unknown := [c for c in codes if c not in known]:
            sys.exit(f"crosswalk {name}: {value!r} → unknown {unknown}")
        lines.append("\t".join((value, "|".join(codes), note)))
    _save(DATA / "crosswalk" / f"{name}.tsv", lines)
