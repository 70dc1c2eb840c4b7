"""request.args → Request. The same parameters for pages and API; what can't be answered is BadRequest, never ignored.

Values of closed vocabularies may be given as code, label or alias; open fields (school, employer, teacher …) as text.
An empty value counts as not given: forms send them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from werkzeug.datastructures import MultiDict

from catalog.errors import BadRequest
from catalog.text import tidy
from indexer.fields import FACETS, FILTERS
from ranking.results import MAX_QUERY, MAX_SIZE, MAX_WINDOW, SORTS, Request
from ranking.values import resolve
from web.i18n import gettext as _

SINGLE = ("q", "sort", "page", "size", "cursor", "facets")
LONGEST = 300  # characters of a value: what the schema allows
#: What messengers and advertisers append to shared links: pages pass over it, the API does not.
STRAY = re.compile(r"utm_\w+|from|isappinstalled|nsukey|spm|scene|share_\w+|\w*clid")


def parse(args: MultiDict[str, str], *, more: Iterable[str] = (), stray: bool = False) -> Request:
    """The Request that the arguments ask for. `more`: parameters that the caller reads itself; `stray`: pass over STRAY."""
    extra = set(more)
    filters: dict[str, tuple[str, ...]] = {}
    for name in args:
        if name in SINGLE or name in extra:
            if len(args.getlist(name)) > 1:
                raise BadRequest(_("参数 %(name)s 只能出现一次", name=name), parameter=name, allowed=[v[:80] for v in args.getlist(name)][:5])
        elif name in FILTERS:
            values = tuple(dict.fromkeys(facet_value(name, v) for v in args.getlist(name) if tidy(v)))
            if values:
                filters[name] = values
        elif not (stray and STRAY.fullmatch(name)):
            raise BadRequest(_("没有名为 %(name)s 的参数", name=name[:80]), parameter=name[:80], allowed=[*SINGLE, *FILTERS])
    text = args.get("q", "")
    if len(text) > MAX_QUERY:
        message = _("搜索词最多 %(most)d 个字，这里有 %(count)d 个", most=MAX_QUERY, count=len(text))
        raise BadRequest(message, parameter="q", allowed=[_("%(most)d 个字以内", most=MAX_QUERY)], hint=_("请缩短搜索词"))
    page, size, cursor = number(args, "page", 1), number(args, "size", Request().size), args.get("cursor", "").strip()
    if size > MAX_SIZE:
        raise BadRequest(_("每页最多 %(most)d 条", most=MAX_SIZE), parameter="size", allowed=[f"1-{MAX_SIZE}"])
    if cursor and "page" in args:
        raise BadRequest(_("cursor 与 page 不能同时使用"), parameter="cursor", allowed=["cursor", "page"], hint=_("请去掉其中一个"))
    if page * size > MAX_WINDOW:
        message, most = _("只能翻到第 %(most)d 条", most=MAX_WINDOW), MAX_WINDOW // size
        raise BadRequest(message, parameter="page", allowed=[f"1-{most}"], hint=_("请缩小范围，或用 cursor 继续往后取"))
    sort = args.get("sort", "").strip() or "relevance"
    if sort not in SORTS:
        raise BadRequest(_("没有 %(value)s 这种排序", value=sort[:80]), parameter="sort", allowed=SORTS)
    return Request(text=text if text.strip() else "", filters=filters, sort=sort, page=page, size=size, cursor=cursor, facets=facets(args.get("facets", "")))


def number(args: MultiDict[str, str], name: str, default: int) -> int:
    """A whole number from 1 up."""
    value = args.get(name, "").strip()
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and len(value) <= 9 and int(value) >= 1):
        most = MAX_SIZE if name == "size" else MAX_WINDOW
        message = _("%(name)s 应是从 1 起的整数，不能是 %(value)s", name=name, value=value[:80])
        raise BadRequest(message, parameter=name, allowed=[f"1-{most}"])
    return int(value)


def facets(value: str) -> tuple[str, ...] | None:
    """Names of the facets to count: None for those that suit, () for none."""
    names = tuple(dict.fromkeys(n for n in (part.strip() for part in value.split(",")) if n))
    if not names:
        return None
    if names == ("none",):
        return ()
    unknown = [n for n in names if n not in FACETS]
    if unknown:
        raise BadRequest(_("没有名为 %(name)s 的筛选项", name=unknown[0][:80]), parameter="facets", allowed=["none", *FACETS])
    return names


def facet_value(name: str, value: str) -> str:
    """A value as the index holds it (see ranking.values); what is wrong with it is said in the reader's language."""
    if FILTERS[name].open and len(value) > LONGEST:
        raise BadRequest(_("没有叫「%(value)s」的%(label)s", label=_(FILTERS[name].label), value=tidy(value)[:80]), parameter=name)
    try:
        return resolve(name, value)
    except BadRequest as error:
        shown, label = tidy(value)[:80], _(FILTERS[name].label)
        if name == "salary":
            message = _("月薪应写成 最低-最高（元/月），不能是「%(value)s」", value=shown)
            raise BadRequest(message, parameter=name, allowed=["8000-12000", "8000-", "-5000"]) from error
        several = any(allowed.endswith(")") and " (" in allowed for allowed in error.allowed)
        message = _("叫「%(value)s」的%(label)s不止一个", label=label, value=shown) if several else _("没有叫「%(value)s」的%(label)s", label=label, value=shown)
        raise BadRequest(message, parameter=name, allowed=error.allowed, hint=_("请从下列值中选用")) from error
