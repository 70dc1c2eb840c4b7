"""Every source: each tests/golden/<source>/<name>.raw.json becomes exactly <name>.expected.json.

A raw file is {"raw": the record, "settings": what the source's prepare() would have found (optional)}, or with "mapping" the
name of a mapping file beside it. An expected file is the resource without its defaults, null for a record that is passed
over, or {"refused": field} for one that raises BadValue. After a change that is meant, write the files anew with
`HAOKE_GOLDEN=<source> pytest tests/test_sources_golden.py` and read the difference before committing it.
"""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from catalog import sources
from catalog.errors import BadValue
from catalog.resource import Resource
from catalog.sources import Options, Source

GOLDEN = Path(__file__).parent / "golden"
PAIRS = sorted(GOLDEN.glob("*/*.raw.json"))


def _source(folder: str) -> Source:
    return importlib.import_module("catalog.sources._template") if folder == "_template" else sources.load(folder)  # type: ignore[return-value]


def _transformed(path: Path) -> Any:
    given = json.loads(path.read_text(encoding="utf-8"))
    source = _source(path.parent.name)
    options = Options(settings=given.get("settings", {}))
    if "mapping" in given:
        options = sources.prepare(source, str(path), Options(mapping=str(path.parent / given["mapping"])))
    try:
        resource = source.transform(given["raw"], options)
    except BadValue as error:
        return {"refused": error.field}
    return resource.model_dump(mode="json", exclude_defaults=True) if resource else None


@pytest.mark.parametrize("path", PAIRS, ids=[f"{p.parent.name}/{p.name.removesuffix('.raw.json')}" for p in PAIRS])
def test_a_record_becomes_the_expected_resource(path: Path) -> None:
    expected = path.with_name(path.name.replace(".raw.json", ".expected.json"))
    found = _transformed(path)
    if os.environ.get("HAOKE_GOLDEN") == path.parent.name:
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert expected.is_file(), f"no {expected.name}: write it with HAOKE_GOLDEN={path.parent.name}, then read it"
    assert found == json.loads(expected.read_text(encoding="utf-8"))
    if found and "refused" not in found:
        assert Resource.model_validate(found).model_dump(mode="json", exclude_defaults=True) == found, "what is stored reads back the same"


def test_every_source_that_knows_a_format_has_golden_pairs() -> None:
    with_pairs = {p.parent.name for p in PAIRS}
    assert {n for n in sources.names() if n != "table"} <= with_pairs


def test_every_expected_file_has_its_raw_record() -> None:
    orphans = [p for p in GOLDEN.glob("*/*.expected.json") if not p.with_name(p.name.replace(".expected.json", ".raw.json")).is_file()]
    assert orphans == []
