"""extract → transform → merge → store. A run may be killed at any moment: the next one repeats the batch in flight, nothing twice.

Nothing is deleted by an ingest: a source that fails or is cut off leaves what is there. Whatever can't be taken is kept as
a Rejection; the rest goes on.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any

from catalog import sources
from catalog.bulk import seldom_collected
from catalog.codec import Entry
from catalog.errors import StoreError
from catalog.sources import Broken, Incomplete, Item, Options, Raw, Source
from catalog.store import Rehearsal, Rejection, Store
from catalog.worker import converted

CHUNK = 500  # rows that travel to a worker together
BATCH = 4  # chunks a transaction: a kill loses 2,000 rows of work, a commit costs nothing beside them

Progress = Callable[[int, int | None], None]


@dataclass(slots=True)
class Report:
    """What one ingest did. created + updated + unchanged + merged + rejected == rows; `passed` rows are no resources (advertisements)."""

    run: int | None
    source: str
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0
    rejected: int = 0
    passed: int = 0
    missing: list[str] = field(default_factory=list)  # parts of the source that were not there, with reasons
    seconds: float = 0.0
    rejections: list[Rejection] = field(default_factory=list)  # the first hundred, also of a dry run

    @property
    def rows(self) -> int:
        """Records met, taken or not."""
        return self.created + self.updated + self.unchanged + self.merged + self.rejected

    @property
    def incomplete(self) -> bool:
        """A part of the source was missing."""
        return bool(self.missing)

    def to_dict(self) -> dict[str, Any]:
        """The object that `haoke ingest --json` ends with. `run` is null for a dry run."""
        names = ("run", "source", "rows", "created", "updated", "unchanged", "merged", "rejected", "incomplete")
        return {name: getattr(self, name) for name in names} | {"seconds": round(self.seconds, 3)}

    def kept(self) -> dict[str, Any]:
        """What the store keeps of the run."""
        return self.to_dict() | {"passed": self.passed, "missing": self.missing[:100]}


def ingest(
    store: Store,
    source: str | Source,
    location: str,
    options: Options | None = None,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
    workers: int | None = None,
) -> Report:
    """Reads `location` as `source` (a name, or a source itself) into the store.

    dry_run   writes nothing, shows the same figures (the store may be read-only)
    progress  called with (rows so far, rows in all, about, or None where the source can't tell) after every batch
    workers   processes that transform rows; 1: this one alone; None: one a core, started when there are more than 500 rows
    Raises SourceError, MappingError, BadRequest, StoreError; what was committed before stays, and the run is marked failed.
    """
    began = time.monotonic()
    name = source if isinstance(source, str) else getattr(source, "__name__", type(source).__name__).rpartition(".")[2].replace("_", "-")
    module = sources.load(source) if isinstance(source, str) else source
    report = Report(None, name)
    broken: list[Exception] = []  # what ended the source before its end; raised once all rows before it are stored
    with ExitStack() as stack:
        stack.enter_context(seldom_collected())
        target: Store | Rehearsal = store
        if dry_run:
            target = stack.enter_context(store.rehearsal())
        else:
            report.run = store.start_run(name, location)
        status = "failed"
        try:
            settled = sources.prepare(module, location, options or Options())
            items = stack.enter_context(closing(_chunks(iter(module.extract(location, settled)), report, broken)))
            done = stack.enter_context(closing(converted(items, module, settled, workers or os.cpu_count() or 1)))
            for batch in _batches(done):
                _write(target, batch, report)
                if progress:
                    progress(report.rows, settled.rows)
            if broken:
                raise broken[0]
            status = "finished"
        except BaseException as error:
            report.missing.append(f"the run ended early: {type(error).__name__}: {error}")
            raise
        finally:
            report.seconds = time.monotonic() - began
            if report.run is not None:
                _note_end(store, report, status)
    return report


def _note_end(store: Store, report: Report, status: str) -> None:
    run = report.run
    assert run is not None
    try:
        store.finish_run(run, report.kept(), status=status)
    except StoreError:
        if status == "finished":
            raise
        # the first error, on its way up, says what is wrong (a full disk …); the run stays marked as running


def _chunks(items: Iterator[Item], report: Report, broken: list[Exception]) -> Generator[list[Raw | Broken], None, None]:
    chunk: list[Raw | Broken] = []
    while True:
        try:
            item = next(items, None)
        except Exception as error:  # whatever a source fails with: the rows before it are stored first, then it is raised
            broken.append(error)
            item = None
        if item is None:
            break
        if isinstance(item, Incomplete):
            report.missing.append(f"{item.part}: {item.reason}")
            continue
        chunk.append(item)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _batches(chunks: Iterator[list[Any]]) -> Iterator[list[list[Any]]]:
    batch: list[list[Any]] = []
    for chunk in chunks:
        batch.append(chunk)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _write(target: Store | Rehearsal, batch: list[list[Any]], report: Report) -> None:
    """One transaction; the report counts it once it is committed."""
    rejections = [c for chunk in batch for c in chunk if isinstance(c, Rejection)]
    outcomes: list[str] = []
    with ExitStack() as stack:
        if isinstance(target, Store):
            stack.enter_context(target.transaction())
        for chunk in batch:
            outcomes += target.put_many([c for c in chunk if isinstance(c, Entry)])
        if rejections and isinstance(target, Store) and report.run is not None:
            target.reject_many(report.run, rejections)
    for outcome in outcomes:
        setattr(report, outcome, getattr(report, outcome) + 1)
    report.rejected += len(rejections)
    report.passed += sum(c is None for chunk in batch for c in chunk)
    report.rejections += rejections[: 100 - len(report.rejections)]
