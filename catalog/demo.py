"""The sample catalogue: facts of public platforms, and examples that say they are examples (data/sample/SOURCES.md)."""

from __future__ import annotations

from collections.abc import Callable

import data
from catalog.errors import SourceError
from catalog.ingest import ingest
from catalog.sources import Options
from catalog.store import Store

JOBS = 5_000


def fill(store: Store, progress: Callable[[int, int | None], None]) -> int:
    """Ingests the sample's tables and its example jobs; returns the number of rows met.

    A second run changes nothing but the dates of the example jobs and fairs, which are relative to today. `progress` is called with
    (rows so far, None). SourceError when the sample is not installed.
    """
    mappings = sorted(data.path("sample").glob("*.toml"))
    if not mappings:
        raise SourceError(f"{data.path('sample')} holds no tables", hint="reinstall haoke, or make them with data/scripts/sample.py")
    runs = [("table", str(mapping.with_suffix(".tsv")), Options(mapping=str(mapping))) for mapping in mappings]
    fairs = ("sample-fairs", str(data.path("sample", "example_fair.tsv")), Options())
    rows = 0

    def onward(done: int, total: int | None) -> None:
        progress(rows + done, total)

    for source, location, options in (*runs, fairs, ("sample-jobs", str(JOBS), Options())):
        rows += ingest(store, source, location, options, progress=onward).rows
    return rows
