"""/report/<id>: tell the operators of a dead link, a fake ad, wrong information. A plain form; nobody is asked who they are."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

from flask import Blueprint, Flask, Response, abort, current_app, redirect, render_template, request

from catalog import reports
from catalog.errors import StoreError
from catalog.resource import Resource
from ranking import search as door
from web import engine, keep
from web.i18n import gettext as _
from web.links import report_path, resource_path

report = Blueprint("report", __name__)
MOST = 30  # reports a minute and process, from everybody
LARGEST = 16 * 1024  # bytes of a form
TRAP = "website"  # a field that people don't see: who fills it in is none


class Limit:
    """Lets so many through in any minute, whoever they are: no address is looked at."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self.clock = most, clock
        self._passed: deque[float] = deque()
        self._lock = Lock()

    def open(self) -> bool:
        """Whether one more may pass now; it has then passed."""
        with self._lock:
            now = self.clock()
            while self._passed and self._passed[0] <= now - 60:
                self._passed.popleft()
            if len(self._passed) >= self.most:
                return False
            self._passed.append(now)
            return True


def install(app: Flask) -> None:
    """Gives an application its limit."""
    app.extensions["haoke.reports"] = Limit(MOST)


def problems() -> dict[str, str]:
    """What can be reported, in words."""
    return {
        "dead": _("链接打不开，或打开的不是这个内容"),
        "fake": _("虚假招聘、收费陷阱或冒名顶替"),
        "wrong": _("信息有误，或已经过期"),
        "other": _("其他问题"),
    }


@report.get("/report/<path:id>")
def form(id: str) -> Response:
    """The form; with `sent`, a word of thanks."""
    return _page(_resource(id), sent="sent" in request.args)


@report.post("/report/<path:id>")
def take(id: str) -> Response:
    """Takes a report and says so on a page of its own, which can be loaded again without sending it twice."""
    request.max_content_length = LARGEST
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    found = _resource(id)
    problem, note = request.form.get("problem", ""), request.form.get("note", "").replace("\r\n", "\n")
    if problem not in reports.PROBLEMS:
        return _page(found, 400, error=_("请选择是哪一类问题"), note=note)
    if len(note) > reports.LONGEST:
        return _page(found, 400, error=_("说明最多 %(most)d 字，这里有 %(count)d 字", most=reports.LONGEST, count=len(note)), problem=problem, note=note)
    if not request.form.get(TRAP):
        limit: Limit = current_app.extensions["haoke.reports"]
        if not limit.open():
            return _page(found, 429, error=_("现在提交的人很多，请一分钟后再试"), problem=problem, note=note)
        try:
            reports.add(found.id, found.title, problem, note)
        except StoreError as error:
            current_app.logger.error("a report of %s is lost: %s", found.id, error)
            return _page(found, 503, error=_("没能记录下来，请稍后再试"), problem=problem, note=note)
    sent: Response = redirect(f"{request.script_root}{report_path(found.id)}?sent", 303)  # type: ignore[assignment]
    return sent


def _resource(id: str) -> Resource:
    found = door.get(engine(), id)
    if found is None:
        abort(404)
    return found


def _page(found: Resource, status: int = 200, *, sent: bool = False, error: str = "", problem: str = "", note: str = "") -> Response:
    root = request.script_root
    html = render_template(
        "report.html",
        title=found.title,
        back=root + resource_path(found.id),
        action=root + report_path(found.id),
        problems=problems(),
        most=reports.LONGEST,
        trap=TRAP,
        sent=sent,
        error=error,
        problem=problem,
        note=note,
    )
    response = keep.unstored(Response(html, status, mimetype="text/html"))
    response.headers["X-Robots-Tag"] = "noindex"
    if status == 429:
        response.headers["Retry-After"] = "60"
    return response
