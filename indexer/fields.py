"""The FIELDS table: one row a field of the index. Both engines' mappings, the facets and the parameters follow from it.

Text fields hold tokens joined by spaces (see indexer.analysis); keyword fields hold codes or cleaned text; a tree field
also holds the codes of all ancestors, so that a parent matches its descendants and counts stand at every level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Literal

from catalog.resource import CODED

#: Changes whenever documents would look different in the index: an older generation must be rebuilt.
SCHEMA_VERSION = 9
SHANGHAI = timezone(timedelta(hours=8))
FAR = 253_402_214_400  # 9999-12-31: what never expires, so that "not expired" is one range


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the index.

    sort       text (BM25 over tokens), keyword (filter, count), number (filter, order), stored
    weight     of a word match in a text field, relative to the others
    positions  whether phrases can be asked
    counted    whether an engine can be asked how many documents hold each value
    label      what people read over a facet, in Chinese; English stands in the interface's catalogue
    """

    name: str
    sort: Literal["text", "keyword", "number", "stored"]
    weight: float = 0.0
    positions: bool = False
    facet: bool = False
    counted: bool = False
    tree: bool = False
    open: bool = False
    label: str = ""

    @property
    def top(self) -> str:
        """The field that holds only the first level of this tree: some tens of values, counted in a fraction of the time of thousands."""
        return f"{self.name}_top"

    @property
    def vocabulary(self) -> str | None:
        """The vocabulary of its values: closed fields take only these, open ones use it for aliases."""
        return VOCABULARIES.get(self.name)


VOCABULARIES: Mapping[str, str] = {name: name for name in (*CODED, "school", "platform", "salary", "term")}


def _text(name: str, weight: float, positions: bool = False) -> Field:
    return Field(name, "text", weight=weight, positions=positions)


def _facet(name: str, label: str, *, tree: bool = False, open: bool = False) -> Field:
    return Field(name, "keyword", facet=True, counted=True, tree=tree, open=open, label=label)


FIELDS: dict[str, Field] = {
    f.name: f
    for f in (
        # text            weight  why
        _text("title", 3.0, positions=True),  # what it is called
        _text("names", 2.0),  # teacher, school, employer, publisher
        _text("context", 0.75),  # labels of its codes, tags, the source's own words
        _text("summary", 0.2),  # what it says: long, so weak
        _text("title_grams", 1.0),  # characters and pairs: what segmentation cuts differently
        _text("other_grams", 0.5),  # the same for names and context
        _text("inside", 0.0),  # words of the dictionary that stand in title, names or context though these were cut otherwise: they find, and weigh nothing
        _text("sounds", 1.0),  # the title's syllables in pairs: typed pinyin, and homophones
        _text("short", 1.0),  # the title's initials and abbreviations
        Field("exact", "keyword"),  # the whole title, cleaned, without spaces
        Field("also", "keyword"),  # ids merged into it
        Field("code", "keyword"),  # short codes of printed links
        Field("fresh", "keyword"),  # how new an advertisement was when it was indexed: each span of FRESH that it is within, see EVERY; other things all of them
        # facets, in the order people see
        _facet("service", "服务"),
        _facet("kind", "类型"),
        _facet("platform", "平台", open=True),
        _facet("source", "来源", open=True),
        _facet("stage", "学段"),
        _facet("subject", "学科"),
        _facet("version", "版本"),
        _facet("grade", "年级"),
        _facet("volume", "册次"),
        _facet("school", "学校", open=True),
        _facet("teacher", "教师", open=True),
        _facet("discipline", "学科门类", tree=True),
        _facet("major", "专业"),
        _facet("level", "级别"),
        _facet("language", "语言"),
        _facet("audience", "适用对象"),
        _facet("board", "栏目", tree=True),
        _facet("topic", "专题", open=True),
        _facet("resource_type", "资源类型"),
        _facet("access", "获取方式"),
        _facet("region", "地区", tree=True),
        _facet("industry", "行业", tree=True),
        _facet("occupation", "职业", tree=True),
        _facet("degree", "学历"),
        _facet("experience", "经验"),
        _facet("employer", "单位", open=True),
        _facet("job_type", "岗位性质", tree=True),
        _facet("verified", "单位认证"),
        _facet("salary", "月薪"),
        _facet("year", "年份", open=True),
        # numbers
        Field("salary_min", "number"),
        Field("salary_max", "number"),
        Field("published_at", "number"),
        Field("expires_at", "number"),
        Field("term_opens", "number"),  # the run that counted when it was indexed: see catalog.terms
        Field("term_closes", "number"),
        Field("popularity", "number"),
        Field("prior", "number"),
        Field("body", "stored"),
    )
}
FIELDS |= {f.top: Field(f.top, "keyword", counted=True) for f in list(FIELDS.values()) if f.tree}

FACETS: dict[str, Field] = {name: f for name, f in FIELDS.items() if f.facet}
#: What a search can be narrowed by: the facets, and the state of a course's run, which changes by the day and so has no counts.
FILTERS: dict[str, Field] = FACETS | {"term": Field("term", "keyword", label="开课状态")}

#: Facets that a page shows for the kinds in play, in this order; what has no value in the results is not shown.
SHOWN: Mapping[str, tuple[str, ...]] = {
    "k12": ("stage", "subject", "version", "grade", "volume", "resource_type"),
    "vocational": ("stage", "discipline", "major", "level", "school", "platform"),
    "higher": ("discipline", "school", "level", "platform", "language"),
    "jobs": ("region", "industry", "occupation", "degree", "salary", "job_type", "experience", "year", "verified"),
}
#: Days by which advertisements are told apart where there are very many: see Query.first.
FRESH = ("1", "3", "7", "14", "30")
#: And where a span alone has very many: every so many-th of its advertisements, by their ids, is told apart as well ("1/64"), the fewest first.
EVERY = (64, 8)
#: What does not age is within every span, and told by this: it is looked at whatever else is.
AGELESS = "ageless"
VERIFIED = {"true": "已认证单位", "false": "未认证单位"}
