"""A copy of a catalogue that a bench may change: quick and small, because finished files of an index are never written again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: Of an index, what tantivy writes once and then only deletes; all else is written in place, or small.
IMMUTABLE = frozenset({".store", ".idx", ".pos", ".term", ".fast", ".fieldnorm", ".del"})


@contextmanager
def copied(home: Path, scratch: Path | None = None) -> Iterator[Path]:
    """A copy, gone afterwards. Of the index it shares what never changes, where both lie on one disk."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        copy = Path(folder) / "home"
        copy.mkdir()
        haoke(home, "backup", str(copy / "catalog.sqlite"))
        shutil.copytree(home / "index", copy / "index", copy_function=share)
        yield copy


def share(source: str, target: str) -> str:
    """Copies one file of an index, or gives it a second name."""
    if Path(source).suffix in IMMUTABLE:
        try:
            os.link(source, target)
            return target
        except OSError:
            pass  # another disk
    return str(shutil.copy2(source, target))


def twin(index: Path, generation: str) -> str:
    """A generation of the same files under another name, as a reindex of the same catalogue would have made it; the name."""
    name = f"{generation}-twin"
    shutil.copytree(index / generation, index / name, copy_function=share)
    meta = index / name / "haoke.json"
    meta.write_text(json.dumps(json.loads(meta.read_text()) | {"name": name}))
    return name


def haoke(home: Path, *words: str, yielding: bool = False) -> dict[str, Any]:
    """Runs a command over a catalogue, if wanted only while nothing else wants the processor; the JSON it printed."""
    nice = ["nice", "-n", "19"] if yielding else []
    done = subprocess.run([*nice, sys.executable, "-m", "cli", *words], env=os.environ | {"HAOKE_HOME": str(home)}, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"haoke {' '.join(words)} failed:\n{done.stderr.decode(errors='replace')}")
    last = done.stdout.splitlines()[-1:]
    return dict(json.loads(last[0])) if last and last[0].startswith(b"{") else {}
