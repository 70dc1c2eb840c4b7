"""Where an installation keeps its state, and where the world finds it."""

from __future__ import annotations

import os


def home() -> str:
    """HAOKE_HOME, or the folder that takes its place; read anew each time, since tests and services set it."""
    return os.environ.get("HAOKE_HOME") or os.path.expanduser("~/.local/share/haoke")


def public_url() -> str:
    """HAOKE_PUBLIC_URL, the address that readers use, without a slash at its end; "" when it is not set."""
    return os.environ.get("HAOKE_PUBLIC_URL", "").strip().rstrip("/")
