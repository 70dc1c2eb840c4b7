"""The interface's texts for translators: run `make translations` (`python -m data.scripts.translations`) after changing a text.

It brings web/translations/<language>/LC_MESSAGES/messages.po up to date – new texts stand there empty, gone ones are taken out – and
compiles it. Texts come from three places: what is wrapped in _() in web/, the labels of the FIELDS table, and the labels of the
vocabularies that people meet all the time, each with its field as context (本科 is a stage of schooling and a degree). The Chinese
original of a text is its key; a text without a translation is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from catalog.vocab import vocabulary
from indexer.fields import FILTERS, VERIFIED

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "web" / "translations"
METHODS = [("web/**.py", "python"), ("web/templates/**", "jinja2")]
#: Vocabulary → which of its codes are translated. What is not named here (schools, textbook versions, most trades) stays Chinese.
TRANSLATED = {
    **dict.fromkeys(("kind", "service", "stage", "subject", "grade", "level", "degree", "experience", "job_type", "salary", "term", "resource_type",
                     "audience", "access", "language", "board", "discipline"), r".+"),
    "volume": r"up|down|all(-up|-down)?|b[ud\d]?|b-all|x([umd]|\d+)?|c\d|level\d",
    "region": r"\d\d0000|[A-Z]+",
    "industry": r"[A-Z]",
    "occupation": r"\d",
}  # fmt: skip


def texts() -> Iterator[tuple[str, str | tuple[str, ...], str | None]]:
    """(where it stands, the text or its forms by number, its context)."""
    for file, _line, message, _comments, context in extract_from_dir(ROOT, METHODS, keywords={"_": None, "gettext": None, "ngettext": (1, 2)}):
        yield file, message, context
    for field in FILTERS.values():
        yield "indexer/fields.py", field.label, None
    for label in VERIFIED.values():
        yield "indexer/fields.py", label, "verified"
    for name, codes in TRANSLATED.items():
        for entry in vocabulary(name):
            if re.fullmatch(codes, entry.code):
                yield f"data/vocab/{name}.tsv", entry.label, name


def template() -> Catalog:
    """All texts, without a translation."""
    found = Catalog(fuzzy=False)
    for file, text, context in texts():
        found.add(text, locations=[(file, 0)], context=context)
    return found


def translated(path: Path) -> Catalog:
    """The translations of a file."""
    with path.open("rb") as file:
        return read_po(file)


def missing(catalog: Catalog) -> list[Message]:
    """Texts of the interface that a language lacks."""
    have = {(m.context, m.id): m.string for m in catalog if m.id and not m.fuzzy}
    return [m for m in template() if m.id and not all(_forms(have.get((m.context, m.id))))]


def _forms(string: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [string or ""] if isinstance(string, str) or string is None else list(string)


def update(path: Path) -> Catalog:
    """Brings one language up to date and compiles it."""
    catalog = translated(path)
    catalog.update(template(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    with path.open("wb") as file:
        write_po(file, catalog, width=120, include_lineno=False, sort_by_file=True)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalog)
    return catalog


def main() -> None:
    """Updates every language and says what it lacks."""
    for path in sorted(FOLDER.glob("*/LC_MESSAGES/messages.po")):
        lacking = missing(update(path))
        print(f"{path.parent.parent.name}: {len(lacking)} texts without a translation")
        for message in lacking:
            print("  ", message.context or "", message.id)


if __name__ == "__main__":
    main()
