"""Printed codes (QR, ISO/IEC 18004): a short link as SVG, PNG or for a terminal. Error level M at least, with the quiet zone."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog import place
from catalog.errors import BadRequest
from catalog.resource import Resource
from indexer.engine import Engine
from ranking.shortcut import Shortcut, named
from web import cards
from web.i18n import gettext as _
from web.links import short_path

if TYPE_CHECKING:
    from segno import QRCode

SCALE = 10  # pixels a module
MOST = 40
FORMS = {".svg": "image/svg+xml", ".png": "image/png"}


def link(base: str, code: str) -> str:
    """What the printed code says: the short link under the site's address."""
    return base.rstrip("/") + short_path(code)


def drawn(engine: Engine, name: str, base: str, out: Path | None = None) -> dict[str, str]:
    """The code of an id or code, written to a file if one is named: its code, what it stands for, its title and link."""
    if not base.startswith(("http://", "https://")):
        raise BadRequest("a code holds a whole address, and the site's is not known", parameter="url", allowed=["http(s)://…"], hint="name it: --url https://…, or set HAOKE_PUBLIC_URL")
    if out is not None and out.suffix.lower() not in FORMS:
        raise BadRequest(f"{out.name} is neither .svg nor .png", parameter="out", allowed=list(FORMS), hint=f"one of: {', '.join(FORMS)}")
    found = named(engine, name)
    if found is None:
        raise BadRequest(f"nothing has the id or code {name!r}", parameter="name", hint="look it up: haoke search TEXT")
    url = link(base, found.code)
    if out is not None:
        place.replace(out, svg(url) if out.suffix.lower() == ".svg" else png(url))
    return {"code": found.code, "what": found.what, "title": " – ".join(filter(None, (title(found), about(found)))), "url": url}


def title(found: Shortcut) -> str:
    """What stands over the code: a title, a unit, or a volume in words."""
    if found.what == "resource":
        return found.resource.title
    return found.resource.unit if found.what == "unit" else book(found.resource)


def about(found: Shortcut) -> str:
    """The line below the title."""
    resource = found.resource
    if found.what == "resource":
        people = (*resource.school, *resource.employer)[:2]
        unit = " · ".join(part for part in (resource.unit, resource.lesson) if part)
        return " · ".join(part for part in (book(resource), unit, *people) if part)
    count = _("共 %(count)d 课", count=found.lessons)
    return f"{book(resource)} · {count}" if found.what == "unit" else count


def book(resource: Resource) -> str:
    """A school book in words: 统编版 语文 四年级 下册."""
    return " ".join(cards.named(resource.model_dump(mode="json", exclude_defaults=True), "version", "subject", "grade", "volume"))


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


def _saved(text: str, **how: Any) -> bytes:
    picture = io.BytesIO()
    _code(text).save(picture, **how)
    return picture.getvalue()
