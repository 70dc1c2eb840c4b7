"""For mirrors: /api/v1/changes and /export/<file>, both from the files that `haoke export` wrote. The store is never read here."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
from flask import Blueprint, Response, abort, current_app, request, send_from_directory

from catalog.errors import BadRequest
from catalog.published import FOLDER, MANIFEST, lines_after, number, read_manifest
from web.address import absolute
from web.api import reply
from web.i18n import gettext as _
from web.problems import Problem, respond

changes = Blueprint("changes", __name__)
SIZE, MOST = 500, 1000  # changes of an answer
LARGEST = 4 * 1024 * 1024  # bytes of its lines: some resources are long
PARAMETERS = ("since", "limit", "series")
NAMES = re.compile(r"(?:snapshot|changes)-[0-9a-f-]+\.ndjson\.gz")


@changes.get("/api/v1/changes")
def feed() -> Response:
    """The changes after a number. Follow `until` while `more`, then ask again now and then."""
    unknown = [name for name in request.args if name not in PARAMETERS]
    if unknown:
        raise BadRequest(_("没有名为 %(name)s 的参数", name=unknown[0][:80]), parameter=unknown[0][:80], allowed=PARAMETERS)
    since, limit = whole("since", None, 0, 2**53 - 1), whole("limit", SIZE, 1, MOST)
    manifest = read_manifest(folder())
    if manifest is None:
        return respond(Problem(404, "not-exported", _("还没有导出"), _("本站还没有可供镜像的文件，管理员可以用 haoke export 导出")))
    snapshot = absolute(f"/export/{MANIFEST}")
    series = request.args.get("series", "")
    if since < manifest.oldest or since > manifest.sequence or (series and series != manifest.series):
        detail = _("这个编号之后的变更已不完整，请从快照重新开始：%(address)s", address=snapshot)
        return respond(Problem(410, "changes-gone", _("变更已不完整"), detail, extra={"snapshot": snapshot}))
    lines: list[bytes] = []
    more, size = False, 0
    for line in lines_after(folder(), manifest, since):
        size += len(line)
        more = len(lines) == limit or bool(lines and size > LARGEST)
        if more:
            break
        lines.append(line)
    return reply(
        {
            "series": manifest.series,
            "since": since,
            "until": number(lines[-1]) if more else manifest.sequence,
            "more": more,
            "changes": [orjson.Fragment(line) for line in lines],
            "snapshot": snapshot,
        }
    )


@changes.get("/export/<name>")
def file(name: str) -> Response:
    """The manifest, or a file that it names or named until yesterday."""
    if not (name == MANIFEST or NAMES.fullmatch(name)) or not (folder() / name).is_file():
        abort(404)
    if name == MANIFEST:
        return Response((folder() / name).read_bytes(), mimetype="application/json")
    sent = send_from_directory(folder(), name, mimetype="application/gzip", max_age=365 * 24 * 3600)
    sent.cache_control.public, sent.cache_control.immutable = True, True
    return sent


def folder() -> Path:
    """Where this application's export lies."""
    home: Path = current_app.config["HAOKE_HOME"]
    return home.joinpath(*FOLDER).absolute()


def whole(name: str, default: int | None, least: int, most: int) -> int:
    """A parameter that is a whole number; without a default it must be given."""
    given = request.args.getlist(name)
    value = given[0].strip() if given else ""
    if not value and default is not None:
        return default
    if len(given) > 1 or not (value.isascii() and value.isdigit() and len(value) <= 16 and least <= int(value) <= most):
        message = _("%(name)s 应是 %(least)d 到 %(most)d 的整数", name=name, least=least, most=most)
        raise BadRequest(message, parameter=name, allowed=[f"{least}-{most}"])
    return int(value)
