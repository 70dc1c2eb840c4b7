"""Printed codes (QR, ISO/IEC 18004): a short link as SVG, PNG or for a terminal. Error level M at least, with the quiet zone."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from web.links import short_path

if TYPE_CHECKING:
    from segno import QRCode

SCALE = 10  # pixels a module
MOST = 40
FORMS = {".svg": "image/svg+xml", ".png": "image/png"}


def link(base: str, code: str) -> str:
    """What the printed code says: the short link under the site's address."""
    return base.rstrip("/") + short_path(code)


def svg(text: str) -> bytes:
    """A drawing of any size; black on white also on dark pages, as scanners want it."""
    return _saved(text, kind="svg", dark="#000", light="#fff", xmldecl=False, omitsize=True, nl=False)


def png(text: str, scale: int = SCALE) -> bytes:
    """A picture with so many pixels a module."""
    return _saved(text, kind="png", dark="#000", light="#fff", scale=scale)


def terminal(text: str) -> str:
    """Lines of half blocks."""
    lines = io.StringIO()
    _code(text).terminal(lines, compact=True)
    return lines.getvalue()


def _code(text: str) -> QRCode:
    import segno

    return segno.make_qr(text, error="m")


def _saved(text: str, **how: object) -> bytes:
    picture = io.BytesIO()
    _code(text).save(picture, **how)
    return picture.getvalue()
