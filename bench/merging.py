"""The last merge of a large build, without the build: what it takes of time and of memory.

    HAOKE_HOME=… python -m bench.merging [--copies 8] [--keep] [--into DIR]

A build ends in merging eight segments into one. Here these are copies of the segment of the catalogue of HAOKE_HOME, in a folder of their own; the catalogue is not touched.
--keep: mapped pages stay the process's own, as if nobody let go of them (see indexer.engines.embedded.memory).
--into: leaves what was merged in a home of its own: a large index in minutes, to measure searches by (HAOKE_HOME=DIR; it has no store, and each document several times).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path

import cli
from bench.ingest import size
from indexer.engine import open_engine
from indexer.engines.embedded import Embedded, memory
from indexer.engines.embedded.files import META

LOOK = 0.5  # seconds between two looks at the memory


def multiplied(source: Path, target: Path, copies: int) -> None:
    """A generation of so many copies of another one's only segment."""
    meta = json.loads((source / "meta.json").read_bytes())
    if len(meta["segments"]) != 1:
        sys.exit(f"{source} has {len(meta['segments'])} segments; run `haoke reindex`, which leaves one")
    one, names = meta["segments"][0], ["meta.json"]
    meta["segments"] = []
    target.mkdir()
    for _ in range(copies):
        name = uuid.uuid4()
        meta["segments"].append({**one, "segment_id": str(name)})
        for file in source.glob(f"{one['segment_id'].replace('-', '')}.*"):
            names.append(f"{name.hex}{file.suffix}")
            shutil.copyfile(file, target / names[-1])
    (target / "meta.json").write_text(json.dumps(meta))
    (target / ".managed.json").write_text(json.dumps(names))
    (target / META).write_text(json.dumps(json.loads((source / META).read_bytes()) | {"name": target.name}))


class Watch(threading.Thread):
    """The most memory that this process has: MB in all, its own, and of mapped files."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = {"VmRSS": 0, "RssAnon": 0, "RssFile": 0}
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(LOOK):
            for line in Path("/proc/self/status").read_text().splitlines():
                name, _, told = line.partition(":")
                if name in self.most:
                    self.most[name] = max(self.most[name], int(told.split()[0]) // 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--copies", type=int, default=8, help="eight or more are merged")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--into", type=Path, help="an empty or new folder")
    args = parser.parse_args()
    engine = open_engine(cli.engine_url())
    active = engine.active() if isinstance(engine, Embedded) else None
    if not isinstance(engine, Embedded) or not active:
        sys.exit("HAOKE_HOME names no catalogue of the embedded engine")
    if args.keep:
        memory.MAPPED = sys.maxsize
    if args.into and args.into.exists() and any(args.into.iterdir()):
        sys.exit(f"{args.into} is not empty")
    with tempfile.TemporaryDirectory() as folder:
        root = args.into / "index" if args.into else Path(folder)
        root.mkdir(parents=True, exist_ok=True)
        multiplied(engine.root / active.name, root / "merged", args.copies)
        os.sync()
        held = size(root / "merged")
        watch = Watch()
        watch.start()
        began = time.perf_counter()
        with Embedded(root).writer("merged") as writer:
            writer.delete(["no such id"])
            writer.commit(sequence=1)
        seconds = time.perf_counter() - began
        watch.ended.set()
        left = len(json.loads((root / "merged" / "meta.json").read_bytes())["segments"])
        merged = Embedded(root)
        merged.seal("merged")
        merged.activate("merged")
    told = watch.most
    print(f"{args.copies * active.documents:,} documents, {held / 1e9:.1f} GB, {args.copies} segments to {left}: {seconds:.0f} s;", end=" ")
    print(f"at most {told['VmRSS']:,} MB: own {told['RssAnon']:,}, mapped {told['RssFile']:,}")


if __name__ == "__main__":
    main()
