"""The table of what programs can ask: one row a path, from which /openapi.json and the page to try it are made.

Parameters follow from the same tables that web.params reads, so a new facet field is here as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.vocab import vocabulary
from indexer.fields import FACETS, FILTERS
from ranking.results import MAX_SIZE, MAX_WINDOW, SORTS
from web import api, changes, similar, wording
from web.i18n import gettext as _
from web.schemas import TEXT, Schema, query

EXAMPLES = 3  # values named of a vocabulary


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. several: it may be repeated; apart: the page to try it shows it among the further ones."""

    name: str
    about: str
    schema: Schema
    example: Any = ""
    path: bool = False
    required: bool = False
    several: bool = False
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One path: what it is for, what it takes, what it answers. answers: a schema's name, or "" for a file."""

    path: str
    name: str
    about: str
    answers: str
    parameters: tuple[Parameter, ...] = ()
    problems: Mapping[int, str] = field(default_factory=dict)
    moves: bool = False  # an id merged into another one is answered by 308


def operations() -> tuple[Operation, ...]:
    """All rows, in the reader's language."""
    bad, gone, down = _bad(), _gone(), _down()
    native = Parameter("id", _("资源编号，路径中须按百分号编码"), TEXT | {"minLength": 1}, "icourse163:1", path=True, required=True)
    field_name = Parameter("field", _("筛选项"), {"type": "string", "enum": list(FACETS)}, "school", path=True, required=True)
    part = Parameter("q", _("名称中的文字"), query(), "大学")
    text = Parameter("text", _("在哪个搜索之内计数"), query(), apart=True)
    return (
        Operation("/api/v1/search", "search", _("搜索：结果、筛选项与对搜索词的理解"), "Results", searching(), bad | down),
        Operation("/api/v1/suggest", "suggest", _("搜索建议：输入到一半时可能想要的"), "Suggestions",
                  (_q(_("框中已输入的文字，可以是汉字、拼音、首字母")), size(api.SUGGESTIONS, MAX_SIZE), *narrowing()), bad | down),
        Operation("/api/v1/resources/{id}", "resource", _("一条资源的全部内容"), "Resource", (native,), gone | down, moves=True),
        Operation("/api/v1/similar/{id}", "similar", _("与一条资源相似的、别人还打开的、课程与职位之间的，各附理由"), "Recommendations",
                  (native, size(similar.SIZE, similar.MOST)), bad | gone | down, moves=True),
        Operation("/api/v1/facets/{field}", "facet", _("一个筛选项的全部取值与条数"), "Facet", (field_name, part, *_rest(text)), bad | down),
        Operation("/api/v1/changes", "changes", _("某个编号之后的变更，供镜像站点同步"), "Changes", _mirroring(), bad | {
            404: _("还没有导出"), 410: _("该编号之后的变更已不完整，请从快照重新开始")}),
        Operation("/export/{name}", "export", _("供镜像站点下载的快照与变更文件，目录见 manifest.json"), "", (_file(),), gone),
        Operation("/healthz", "healthz", _("进程在运行"), "Health"),
        Operation("/readyz", "readyz", _("索引可以应答"), "Ready", (), down),
        Operation("/openapi.json", "openapi", _("本接口的 OpenAPI 3.1 描述"), "OpenAPI"),
    )  # fmt: skip


def _bad() -> dict[int, str]:
    return {400: _("参数或取值有误，allowed 列出可用的")}


def _gone() -> dict[int, str]:
    return {404: _("没有这个编号或文件")}


def _down() -> dict[int, str]:
    return {503: _("索引暂时不能应答，请按 Retry-After 稍后再试")}


# ── parameters ─────────────────────────────────────────────────────────────────────────────────────────────────────
def searching() -> tuple[Parameter, ...]:
    """Those of a search, as web.params reads them."""
    names = f"^ *(none|({'|'.join(FACETS)})( *, *({'|'.join(FACETS)}))*)? *$"
    return (
        _q(_("搜索词，留空表示全部")),
        Parameter("kind", _label("kind"), _closed("kind"), "course", several=True),
        size(20, MAX_SIZE),
        Parameter("page", _("页码；页码 × 条数不超过 %(most)d", most=MAX_WINDOW), {"type": "integer", "minimum": 1, "maximum": MAX_WINDOW}),
        Parameter("sort", _("排序"), {"type": "string", "enum": list(SORTS)}, "relevance"),
        Parameter("cursor", _("上一页给出的 next，不能与 page 同用"), TEXT, apart=True),
        Parameter("facets", _("要计数的筛选项，逗号分隔；none 表示不计数"), TEXT | {"pattern": names}, apart=True),
        *(p for p in narrowing() if p.name != "kind"),
    )


def narrowing() -> tuple[Parameter, ...]:
    """One a field of FILTERS. Closed fields take code, label or alias; several values of one field are alternatives."""
    return tuple(Parameter(name, _label(name), _closed(name), _value(name), several=True, apart=True) for name in FILTERS)


def _label(name: str) -> str:
    return _(FILTERS[name].label)


def _closed(name: str) -> Schema:
    known = FILTERS[name]
    if known.open or not known.vocabulary or name == "salary":
        return TEXT
    return TEXT | {"examples": [e.code for e in list(vocabulary(known.vocabulary))[:EXAMPLES]]}


def _value(name: str) -> str:
    """An example of a field's values, as people write them."""
    known = FILTERS[name]
    if name in ("salary", "verified"):
        return {"salary": "8000-12000", "verified": "true"}[name]
    return next((e.label if known.open else wording.label(name, e.code) for e in vocabulary(known.vocabulary)), "") if known.vocabulary else ""


def _q(about: str) -> Parameter:
    return Parameter("q", about, query(), "线性代数")


def size(default: int, most: int) -> Parameter:
    """How many at once."""
    return Parameter("size", _("条数，不写为 %(default)d", default=default), {"type": "integer", "minimum": 1, "maximum": most}, 5)


def _rest(text: Parameter) -> tuple[Parameter, ...]:
    """What narrows the counts of one facet."""
    return (size(20, MAX_SIZE), text, *narrowing())


def _mirroring() -> tuple[Parameter, ...]:
    number = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}
    return (
        Parameter("since", _("已有的最后一个变更编号：快照的 sequence，或上次的 until"), number, 0, required=True),
        Parameter("limit", _("最多几条变更，不写为 %(default)d", default=changes.SIZE), {"type": "integer", "minimum": 1, "maximum": changes.MOST}, 10),
        Parameter("series", _("快照所属的 series，编号重排时由它得知"), TEXT),
    )


def _file() -> Parameter:
    return Parameter("name", _("文件名"), TEXT | {"minLength": 1}, "manifest.json", path=True, required=True)
