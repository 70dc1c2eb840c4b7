"""Links to websites: which of those that sources write can be followed."""

from __future__ import annotations

from urllib.parse import urlsplit


def leads(url: str) -> bool:
    """Whether a text is an http or https link to a host and port that there may be."""
    try:
        parts = urlsplit(url)
        # reading the port checks it; a host must be one that the domain name system could be asked for, or no header can hold the link
        return parts.scheme in ("http", "https") and bool((parts.hostname or "").encode("idna")) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
