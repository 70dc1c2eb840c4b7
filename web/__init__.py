"""How does it look?  The site and its JSON API. Imports ranking and below; knows no engine's module.

create_app() makes the WSGI application; engine() is the engine of the application at work, opened on first use and once
more after a fork: an open index must not be shared between processes.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from threading import Lock

from flask import Flask, Response, current_app
from flask_compress import Compress

from catalog import place
from catalog.errors import BadRequest, EngineError
from indexer.engine import Engine, open_engine

HERE = Path(__file__).parent
HEADERS = {
    # Nothing is loaded from elsewhere and nothing runs inline.
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Slot:
    """Holds the engine of an app: given, or opened from its URL by each process for itself."""

    def __init__(self, given: Engine | None, url: str) -> None:
        self._given, self._url = given, url
        self._opened: tuple[int, Engine] | None = None
        self._lock = Lock()

    def get(self) -> Engine:
        """The engine; EngineError when it can't be opened."""
        if self._given is not None:
            return self._given
        opened = self._opened
        if opened is None or opened[0] != os.getpid():
            with self._lock:
                opened = self._opened
                if opened is None or opened[0] != os.getpid():
                    opened = self._opened = (os.getpid(), self._open())
        return opened[1]

    def _open(self) -> Engine:
        try:
            return open_engine(self._url)
        except BadRequest as error:
            # A wrong HAOKE_ENGINE is the operators' mistake, not the reader's: no 400.
            raise EngineError(error.message, hint=error.hint) from error


def engine() -> Engine:
    """The engine of the current app."""
    slot: Slot = current_app.extensions["haoke.engine"]
    return slot.get()


def engine_address(engine_url: str | None, home: str | Path | None) -> str:
    """The URL to open: as given, else HAOKE_ENGINE, else the embedded index under `home` (HAOKE_HOME)."""
    url = engine_url or os.environ.get("HAOKE_ENGINE") or "embedded:"
    if url != "embedded:":
        return url
    folder = home or place.home()
    return f"embedded:{Path(folder) / 'index'}"


def create_app(engine: Engine | None = None, *, engine_url: str | None = None, home: str | Path | None = None) -> Flask:
    """The application, over a given engine or one to be opened when first asked."""
    from web import (
        address,
        answers,
        api,
        changes,
        conditional,
        counting,
        crawlers,
        feeds,
        gate,
        hot,
        language,
        memo,
        openapi,
        out,
        pages,
        problems,
        report,
        share,
        topics,
    )
    from web import home as front
    from web.browse import employers, fairs, guidance, higher, jobs, k12, vocational
    from web.similar import similar

    app = answers.Site("web", root_path=str(HERE))
    # Ids may hold // ; a redirect that merges slashes would change them.
    app.url_map.merge_slashes = False
    app.config.update(SEND_FILE_MAX_AGE_DEFAULT=31_536_000, BABEL_DEFAULT_LOCALE="zh_Hans_CN", BABEL_DEFAULT_TIMEZONE="Asia/Shanghai")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    # What is registered first sees a response last: compressed, with its tag.
    answers.install(app)
    language.install(app)
    Compress(app)
    conditional.install(app)
    gate.install(app, gate.permits(engine_url or os.environ.get("HAOKE_ENGINE", "")))
    app.before_request(answers.look)
    app.before_request(gate.enter)
    app.config["HAOKE_HOME"] = Path(home or place.home())
    app.extensions["haoke.engine"] = Slot(engine, engine_address(engine_url, home) if engine is None else "")
    memo.install(app)
    # Files are named with their content's hash in links, so browsers may keep them for a year.
    stamps = {p.name: hashlib.sha256(p.read_bytes()).hexdigest()[:10] for p in (HERE / "static").iterdir() if p.is_file()}
    app.jinja_env.globals["stamps"] = stamps
    for blueprint in (api.api, changes.changes, openapi.openapi):
        app.register_blueprint(blueprint)
    app.register_blueprint(pages.pages)
    address.install(app)
    for blueprint in (crawlers.crawlers, feeds.feeds, share.share):
        app.register_blueprint(blueprint)
    for blueprint in (jobs.jobs, fairs.fairs, guidance.guidance, employers.employers):
        app.register_blueprint(blueprint)
    for blueprint in (higher.higher, k12.k12, vocational.vocational):
        app.register_blueprint(blueprint)
    for blueprint in (front.home, hot.hot, topics.topics, out.out, report.report, similar):
        app.register_blueprint(blueprint)
    counting.install(app)
    report.install(app)
    problems.register(app)

    @app.after_request
    def secure(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return app
