"""What the machine has."""

from __future__ import annotations

import os


def memory() -> int:
    """Bytes of its memory."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
