"""Chromium for tests: pages that fail their test when the console reports an error, and the site served in a thread."""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser: CHROMIUM, or `chromium` on the path. Skips without one, unless HAOKE_TEST_REQUIRE names `browser`."""
    required = "browser" in os.environ.get("HAOKE_TEST_REQUIRE", "").replace(",", " ").split()
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        path = None
    if not path:
        # a laptop without a browser skips, CI may not: it names what it requires
        (pytest.fail if required else pytest.skip)("no browser: install chromium and playwright")
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=path, args=ARGS)
        yield running
        running.close()


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address of a site while it is served."""
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@contextmanager
def opened(browser: Any, base: str, **options: Any) -> Iterator[Any]:
    """A page of a Chinese reader's browser on a desktop, if not told otherwise. Nothing may be reported on its console."""
    context = browser.new_context(base_url=base, **(DESKTOP | {"locale": "zh-CN"} | options))
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" and not re.search("status of 40[04]", m.text) else None)
    page.on("pageerror", lambda e: faults.append(str(e)))
    yield page
    context.close()
    assert faults == []


def until(page: Any, script: str, arg: Any = None) -> None:
    """Waits until a script gives something true, also across pages.

    Playwright's own `wait_for_function` evaluates again inside the page, which the site's Content-Security-Policy rightly forbids.
    """
    from playwright.sync_api import Error

    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            if page.evaluate(script, arg):
                return
        except Error as error:
            if "navigat" not in str(error) and "context" not in str(error):
                raise  # only a page that is being left may fail to answer
        page.wait_for_timeout(20)
    raise AssertionError(f"never true in the page: {script}")
