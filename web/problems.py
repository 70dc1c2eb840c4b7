"""Every error becomes one Problem: problem+json (RFC 9457) for programs, a page with a way on for people.

BadRequest 400 · HTTPException its own status · EngineUnavailable, GenerationError 503 with Retry-After · the rest 500.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException

from catalog.errors import BadCursor, BadRequest, CursorExpired, EngineUnavailable, GenerationError, HaokeError
from indexer.fields import FILTERS
from ranking.results import MAX_QUERY
from web import keep
from web.i18n import gettext as _
from web.links import pair

MACHINE = ("/api/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/export/", "/feed.atom", "/suggest.json", "/opensearch.xml")  # paths that programs read


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong: slug names the type for good, title sums it up, detail says what to do next."""

    status: int
    slug: str
    title: str
    detail: str
    parameter: str = ""
    allowed: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)  # members of its own

    def body(self) -> dict[str, object]:
        """As RFC 9457 has it; `allowed` and `parameter` only where they say something."""
        body: dict[str, object] = {"type": f"urn:haoke:problem:{self.slug}", "title": self.title, "status": self.status, "detail": self.detail}
        if self.parameter:
            body["parameter"] = self.parameter
        if self.allowed:
            body["allowed"] = list(self.allowed)
        return body | self.extra


def describe(error: Exception) -> Problem:
    """The Problem that an exception stands for. What we did not foresee tells nothing of the inside."""
    if isinstance(error, CursorExpired):
        return _cursor("cursor-expired", _("索引已经更新，这个 cursor 不再有效：请从第一页重新开始"))
    if isinstance(error, BadCursor):
        return _cursor("bad-request", _("cursor 不属于这次搜索：请原样使用上一页给出的 next，其他条件保持不变"))
    if isinstance(error, BadRequest):
        return Problem(400, "bad-request", _("请求有误"), _sentence(error), error.parameter, tuple(error.allowed))
    if isinstance(error, (EngineUnavailable, GenerationError)):
        wait = str(getattr(error, "retry_after", EngineUnavailable.retry_after))
        return Problem(503, "unavailable", _("搜索暂时不可用"), _("搜索服务正在恢复，请稍后再试"), headers={"Retry-After": wait})
    if isinstance(error, HTTPException) and error.code and error.code < 500:
        headers = {k: v for k, v in error.get_headers() if k not in ("Content-Type", "Content-Length")}
        title, detail = _known(error.code)
        return Problem(error.code, error.name.lower().replace(" ", "-"), title or error.name, detail or error.description or error.name, headers=headers)
    return Problem(500, "internal-error", _("服务器出错了"), _("这不是您的问题，我们已经记录下来，请稍后再试"))


def _cursor(slug: str, detail: str) -> Problem:
    return Problem(400, slug, _("请求有误"), detail, "cursor", (_("上一页给出的 next"),))


def _known(code: int) -> tuple[str, str]:
    return {
        404: (_("没有找到"), _("这个地址没有内容：可能已经下架，或者地址抄写有误")),
        405: (_("不支持这种请求"), _("这个地址只接受 GET 请求")),
        403: (_("不能这样提交"), _("请从本站的页面上提交")),
        413: (_("内容太长"), _("请缩短以后再提交")),
    }.get(code, ("", ""))


def _sentence(error: HaokeError) -> str:
    return f"{error.message}：{error.hint}" if error.hint else error.message


def for_programs() -> bool:
    """Whether programs read what was asked for."""
    return request.path.startswith(MACHINE) or request.path.endswith(".atom")


def respond(problem: Problem, page: str = "problem.html") -> Response:
    """As JSON for programs, as a page for people."""
    if for_programs():
        response = Response(json.dumps(problem.body(), ensure_ascii=False), problem.status, mimetype="application/problem+json")
    else:
        shown = render_template(page, problem=problem, ways=ways(problem), text=request.args.get("q", "")[:MAX_QUERY])
        response = Response(shown, problem.status)
    response.headers.update(problem.headers)
    return response


def ways(problem: Problem) -> list[tuple[str, str]]:
    """What is allowed, for people: (label, link to the same search with it); a value that can't be linked stands alone."""
    if request.path != "/search" or problem.parameter not in FILTERS:
        return [(word, "") for word in problem.allowed]
    # The wrong value's place is not known, so the parameter holds nothing else afterwards; page 1, as always after a change.
    others = [pair(n, v) for n, v in request.args.items(multi=True) if n not in (problem.parameter, "page") and v]
    base = f"{request.script_root}/search?"
    return [(word, base + "&".join([*others, pair(problem.parameter, word.partition(" (")[0])])) for word in problem.allowed]


def handle(error: Exception) -> Response:
    """The handler of all exceptions; unforeseen ones go to the log with their trace. A page kept from before stands in for a 503."""
    problem = describe(error)
    if problem.status >= 500:
        original = getattr(error, "original_exception", None) or error
        # of a 503 we know the reason, and there may be thousands a second
        current_app.logger.error("%s %s failed: %s", request.method, request.path, original, exc_info=None if problem.status == 503 else original)
    kept = keep.stale() if problem.status == 503 and not for_programs() else None
    return kept or respond(problem)


def register(app: Flask) -> None:
    """Sends every error of the app through handle()."""
    for kind in (HaokeError, HTTPException, Exception):
        app.register_error_handler(kind, handle)
