"""Vocabularies: code ↔ label ↔ aliases, with parents and paths. Files: data/vocab/<name>.tsv.

A file is UTF-8 TSV: lines that begin with "# " name its source, date and script; then the header
`code label parent aliases attrs`; aliases are separated by "|", attrs are `key=value` separated by ";".
Order of lines is the order people see. A vocabulary is read when first asked for, then kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import data
from catalog.errors import VocabularyError
from catalog.text import key

COLUMNS = ("code", "label", "parent", "aliases", "attrs")


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a vocabulary."""

    code: str
    label: str
    parent: str = ""
    aliases: tuple[str, ...] = ()
    attrs: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The label and every alias."""
        return (self.label, *self.aliases)


class Vocabulary:
    """The entries of one field, found by code, label or alias."""

    def __init__(self, name: str, entries: list[Entry]) -> None:
        self.name = name
        self.entries = {e.code: e for e in entries}
        if len(self.entries) != len(entries):
            raise VocabularyError(f"vocabulary {name}: a code stands twice", hint="rebuild it with its script in data/scripts")
        self._index: dict[str, list[str]] = {}
        self._children: dict[str, list[str]] = {}
        self._rank = {code: i for i, code in enumerate(self.entries)}
        self._paths: dict[str, tuple[str, ...]] = {}
        for entry in entries:
            for name_ in {key(n) for n in entry.names} - {""}:
                self._index.setdefault(name_, []).append(entry.code)
            self._children.setdefault(entry.parent, []).append(entry.code)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, code: str) -> bool:
        return code in self.entries

    def get(self, code: str) -> Entry | None:
        """The entry of a code, or None."""
        return self.entries.get(code)

    def label(self, code: str) -> str:
        """What people read for a code; a value that is no code is its own label."""
        entry = self.entries.get(code)
        return entry.label if entry else code

    def canonical(self, value: str) -> Entry | None:
        """The one entry that a code, label or alias names; None when unknown or ambiguous – never a guess.

        A label wins over another entry's alias: 历史 the subject over 历史 as an alias of 中国历史.
        """
        entry = self.entries.get(value)
        if entry:
            return entry
        found = self.candidates(value)
        if len(found) == 1:
            return found[0]
        labelled = [e for e in found if key(e.label) == key(value)]
        # A tree may say the same at several levels (教育 is a section and its only division): then the topmost is meant.
        return next((e for e in labelled if all(e.code in self.path(other.code) for other in labelled)), None)

    def candidates(self, value: str) -> list[Entry]:
        """All entries that a label or alias names, in the vocabulary's order."""
        return [self.entries[c] for c in self._index.get(key(value), ())]

    def path(self, code: str) -> tuple[str, ...]:
        """Codes from the root down to `code` itself; () for an unknown code."""
        known = self._paths.get(code)
        if known is None:
            chain: list[str] = []
            at = code
            while at in self.entries and at not in chain:
                chain.append(at)
                at = self.entries[at].parent
            known = self._paths[code] = tuple(reversed(chain))
        return known

    def children(self, code: str = "") -> list[Entry]:
        """Entries directly below `code`; the roots for ""."""
        return [self.entries[c] for c in self._children.get(code, ())]

    def rank(self, code: str) -> int:
        """Place in the vocabulary's own order; unknown codes stand last."""
        return self._rank.get(code, len(self._rank))

    @property
    def is_tree(self) -> bool:
        """Whether any entry has a parent here."""
        return any(e.parent for e in self)

    def near(self, value: str, limit: int = 5) -> list[str]:
        """Labels that look like `value`, for error messages."""
        from rapidfuzz import fuzz, process

        wanted = key(value)
        best = process.extract(wanted, self._index.keys(), scorer=fuzz.ratio, limit=limit * 2, score_cutoff=40)
        labels = dict.fromkeys(self.entries[c].label for name, _, _ in best for c in self._index[name])
        return list(labels)[:limit] or [e.label for e in list(self)[:limit]]


def read(path: Path, name: str) -> Vocabulary:
    """Reads one TSV file. VocabularyError names the line that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise VocabularyError(f"no vocabulary {name!r}: {error}", hint="reinstall, or rebuild it with data/scripts") from error
    entries: list[Entry] = []
    header = False
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if not header:
            if tuple(cells) != COLUMNS:
                raise VocabularyError(f"{path}:{number}: the header must be {' '.join(COLUMNS)}")
            header = True
            continue
        if len(cells) != len(COLUMNS) or not cells[0] or not cells[1]:
            raise VocabularyError(f"{path}:{number}: {len(COLUMNS)} cells with code and label are wanted")
        aliases = tuple(a for a in cells[3].split("|") if a)
        attrs = dict(pair.split("=", 1) for pair in cells[4].split(";") if "=" in pair)
        entries.append(Entry(cells[0], cells[1], cells[2], aliases, attrs))
    return Vocabulary(name, entries)


@cache
def vocabulary(name: str) -> Vocabulary:
    """The vocabulary `name`: region, industry, stage, grade, volume, subject, version, … (see data/vocab)."""
    return read(data.path("vocab", f"{name}.tsv"), name)


def names() -> list[str]:
    """The names of all vocabularies."""
    return sorted(p.stem for p in data.path("vocab").glob("*.tsv"))
