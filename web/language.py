"""Which language a reader gets: the one chosen by a link (`?lang=en`, kept in a cookie), else the browser's, else Chinese.

The link works without JavaScript: the page sets the cookie and leads to itself without the parameter. Programs are answered in
Chinese, so that what they store does not depend on who asked.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from flask import Flask, Response, g, redirect, request
from flask_babel import Babel

from web import i18n, wording
from web.problems import for_programs

COOKIE = PARAMETER = "lang"
YEAR = 365 * 24 * 3600  # seconds that the choice is kept


def install(app: Flask) -> None:
    """Each request in its reader's language."""
    Babel(app, locale_selector=lambda: i18n.TONGUES[g.get("language", i18n.SOURCE)].locale)
    i18n.install(app)
    app.jinja_env.globals.update(languages=links, words=wording.words)
    app.before_request(begin)
    app.after_request(vary)
    app.teardown_request(lambda error: i18n.be_silent())


def begin() -> Response | None:
    """Sets the language of this request; answers a choice by keeping it."""
    g.language = chosen()
    i18n.speak(g.language)
    wanted = request.args.get(PARAMETER, "")
    if wanted not in i18n.TONGUES or request.method not in ("GET", "HEAD") or for_programs() or request.path.startswith("//"):
        return None
    moved: Response = redirect(here(), 302)  # type: ignore[assignment]
    moved.set_cookie(COOKIE, wanted, max_age=YEAR, path=request.script_root or "/", secure=request.is_secure, httponly=True, samesite="Lax")
    moved.headers["Cache-Control"] = "no-store"
    return moved


def chosen() -> str:
    """The code of the language for this request."""
    if for_programs():
        return i18n.SOURCE
    kept = request.cookies.get(COOKIE, "")
    # best first; zh-CN, zh-TW and zh are all zh
    wanted = (kept, *(tag.partition("-")[0].lower() for tag in request.accept_languages.values()))
    return next((code for code in wanted if code in i18n.TONGUES), i18n.SOURCE)


def here(code: str = "") -> str:
    """This page's own address, with the choice of a language if named."""
    # A path that begins with // would lead to another site
    path = quote("/" + request.path.lstrip("/"), safe="/:")
    asked = [(n, v) for n, v in request.args.items(multi=True) if n != PARAMETER] + ([(PARAMETER, code)] if code else [])
    return request.script_root + path + ("?" + urlencode(asked) if asked else "")


def links() -> list[tuple[i18n.Tongue, str]]:
    """The other languages, each with the link that chooses it."""
    return [(tongue, here(tongue.code)) for tongue in i18n.TONGUES.values() if tongue.code != i18n.language()]


def vary(response: Response) -> Response:
    """Tells caches what a page depends on."""
    if response.mimetype == "text/html":
        response.vary.update(["Accept-Language", "Cookie"])
    return response
