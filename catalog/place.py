"""Where an installation keeps its state."""

from __future__ import annotations

import os


def home() -> str:
    """HAOKE_HOME, or the folder that takes its place; read anew each time, since tests and services set it."""
    return os.environ.get("HAOKE_HOME") or os.path.expanduser("~/.local/share/haoke")
