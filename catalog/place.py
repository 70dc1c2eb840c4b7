"""Where an installation keeps its state, how a file of it is replaced, and where the world finds it."""

from __future__ import annotations

import os
from pathlib import Path

from catalog.errors import StoreError


def home() -> str:
    """HAOKE_HOME, or the folder that takes its place; read anew each time, since tests and services set it."""
    return os.environ.get("HAOKE_HOME") or os.path.expanduser("~/.local/share/haoke")


def public_url() -> str:
    """HAOKE_PUBLIC_URL, the address that readers use, without a slash at its end; "" when it is not set."""
    return os.environ.get("HAOKE_PUBLIC_URL", "").strip().rstrip("/")


def stamp(path: Path) -> int:
    """What changes when a file does, to remember what was read from it; 0 where there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def replace(path: Path, data: bytes) -> None:
    """Writes a file so that readers find the old one or the new one, never a part. StoreError when it can't be written."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise StoreError(f"{path} can't be written: {error.strerror}", hint="free disk space, or mend the rights of the folder") from error
