"""status() and examine(): what is there, what is wrong, and what to do about it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from catalog.errors import HaokeError
from catalog.store import Store
from indexer.analysis import fingerprint, segmenter
from indexer.engine import Engine
from indexer.fields import SCHEMA_VERSION

LOW_DISK = 2 * 1024**3  # bytes


def status(store: Store, engine: Engine) -> dict[str, Any]:
    """{"engine", "generation", "sequence", "pending", "documents": {kind: n}}: sequence is the store's, pending what the index lacks."""
    active = engine.active()
    sequence = store.sequence()
    return {
        "engine": engine.url,
        "generation": active.name if active else None,
        "sequence": sequence,
        "pending": max(0, sequence - (active.sequence if active else 0)),
        "documents": store.count(),
    }


def _finding(level: str, what: str, remedy: str = "") -> dict[str, str]:
    return {"level": level, "what": what, "remedy": remedy}


def examine(store: Store, engine: Engine) -> list[dict[str, str]]:
    """Findings, each {"level": ok|warning|error, "what", "remedy"}."""
    return [*_index(store, engine), *_catalogue(store), *_machine(store)]


def _index(store: Store, engine: Engine) -> list[dict[str, str]]:
    return [*(_finding(*found) for found in engine.findings()), *_generations(store, engine)]


def _generations(store: Store, engine: Engine) -> list[dict[str, str]]:
    try:
        generations = engine.generations()
        active = engine.active()
    except HaokeError as error:
        return [_finding("error", f"index: {error.message}", error.hint)]
    findings = []
    if active is None:
        findings.append(_finding("error", "index: no generation answers searches", "run `haoke reindex`"))
    else:
        pending = store.sequence() - active.sequence
        findings.append(_finding("ok", f"index: {active.name} answers"))
        if active.schema != SCHEMA_VERSION or active.fingerprint != fingerprint():
            findings.append(_finding("warning", "index: built with another schema or dictionary", "run `haoke reindex`"))
        elif pending < 0:
            findings.append(_finding("error", f"index: it holds change {active.sequence:,}, the catalogue ends with {store.sequence():,}: it was restored, or is another one", "run `haoke reindex`"))
        elif pending > 0:
            findings.append(_finding("warning", f"index: {pending:,} changes are not searchable yet", "run `haoke index`"))
    for generation in generations:
        if generation.state == "building":
            findings.append(_finding("warning", f"index: the build of {generation.name} has not ended", f"unless one is running: `haoke reindex --resume`, or `haoke generations delete {generation.name}`"))
    return findings


def _catalogue(store: Store) -> list[dict[str, str]]:
    findings = []
    total = sum(store.count().values())
    findings.append(_finding("ok", f"catalogue: {total:,} resources") if total else _finding("warning", "catalogue: empty", "run `haoke demo --no-serve` or `haoke ingest …`"))
    seen: set[tuple[str, str]] = set()
    for run in store.runs(limit=50):
        if (run.source, run.location) in seen:  # a later run of the same place says how it stands
            continue
        seen.add((run.source, run.location))
        if run.status == "failed":
            findings.append(_finding("warning", f"run {run.id} of {run.source} failed: {run.location}", "mend the cause and ingest it again; what came before it is kept"))
        if run.incomplete:
            findings.append(_finding("warning", f"run {run.id} of {run.source}: a part of the source was missing", f"fetch it, then ingest {run.location} again"))
        if run.rejected:
            reasons = "; ".join(dict.fromkeys(f"{r.field}: {r.reason}" for r in store.rejections(run=run.id, limit=3)))
            findings.append(_finding("warning", f"run {run.id} of {run.source}: {run.rejected:,} rows rejected ({reasons})", "mend them at the source and ingest it again"))
    for field, values in store.unmapped_counts().items():
        count = sum(values.values())
        examples = "、".join(list(values)[:5])
        findings.append(_finding("ok", f"{field}: {count:,} values that no vocabulary knows, e.g. {examples}", "searchable as text; add them to data/crosswalk if they should be facets"))
    return findings


def _machine(store: Store) -> list[dict[str, str]]:
    findings = []
    free = shutil.disk_usage(Path(store.path).parent).free
    if free < LOW_DISK:
        findings.append(_finding("error", f"disk: {free / 1024**3:.1f} GiB free", "a reindex needs room for a second index: free some space"))
    if segmenter().name != "rjieba":
        findings.append(_finding("warning", "segmenter: rjieba is missing", "`pip install rjieba` makes indexing several times faster"))
    return findings
