"""Short links and printed codes: `/r/<code>` leads to what a code stands for, `/qr/<code>` shows it for printing."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, redirect, render_template, request

from catalog.errors import BadRequest
from catalog.shortlink import short_code, unit_key, volume_key
from ranking.shortcut import Shortcut, find
from web import address, engine, links, qrcode
from web.i18n import gettext as _

share = Blueprint("share", __name__)
DAY = 24 * 3600  # seconds that a picture may be kept: it changes only with the site's address


@dataclass(frozen=True, slots=True)
class Printed:
    """The page of one code. others: the codes of the unit and the volume that a lesson belongs to."""

    code: str
    title: str
    about: str
    url: str
    target: str
    others: list[tuple[str, str]]  # label, link


@share.get("/r/<code>")
def follow(code: str) -> Response:
    """Leads to the page of what the code stands for."""
    moved: Response = redirect(request.script_root + target(_found(code)), 302)  # type: ignore[assignment]
    return moved


@share.get("/qr/<code>.svg")
def as_svg(code: str) -> Response:
    """The code as a drawing."""
    return _picture(qrcode.svg(_link(code)), ".svg")


@share.get("/qr/<code>.png")
def as_png(code: str) -> Response:
    """The code as a picture; scale: pixels a module."""
    scale = request.args.get("scale", "").strip() or str(qrcode.SCALE)
    if not (scale.isascii() and scale.isdigit() and len(scale) < 4 and 1 <= int(scale) <= qrcode.MOST):
        raise BadRequest(_("scale 应是从 1 到 %(most)d 的整数", most=qrcode.MOST), parameter="scale", allowed=[f"1-{qrcode.MOST}"])
    return _picture(qrcode.png(_link(code), int(scale)), ".png")


@share.get("/qr/<code>")
def page(code: str) -> str:
    """The code for printing, with what it leads to."""
    return render_template("qr.html", it=printed(_found(code), request.script_root))


def _found(code: str) -> Shortcut:
    return find(engine(), code) or abort(404)


def _link(code: str) -> str:
    return qrcode.link(address.base(), _found(code).code)


def _picture(body: bytes, form: str) -> Response:
    response = Response(body, mimetype=qrcode.FORMS[form])
    response.cache_control.public = True
    response.cache_control.max_age = DAY
    return response


def target(found: Shortcut) -> str:
    """The path of what a code stands for."""
    resource = found.resource
    if found.what == "resource":
        return links.resource_path(resource.id)
    book = {name: getattr(resource, name)[0] for name in ("stage", "subject", "version", "grade", "volume")}
    return links.books_path(**book, **({"unit": resource.unit} if found.what == "unit" else {}))


def printed(found: Shortcut, root: str) -> Printed:
    """What the page of a code shows."""
    resource = found.resource
    lesson = found.what == "resource" and resource.kind == "lesson"
    keys = ((_("本单元的云码"), unit_key(resource)), (_("整册书的云码"), volume_key(resource))) if lesson else ()
    return Printed(
        code=found.code,
        title=qrcode.title(found),
        about=qrcode.about(found),
        url=qrcode.link(address.base(), found.code),
        target=root + target(found),
        others=[(label, root + links.code_path(short_code(key))) for label, key in keys if key],
    )
