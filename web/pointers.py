"""Pages that a search names as a whole: 招聘会 the list of fairs, 北大 a school, 人教版数学五年级上册 a volume. Shown above its results."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.text import key
from indexer.fields import FACETS
from ranking import topics
from ranking.results import Results
from web import links
from web.browse import disciplines, k12_tree
from web.i18n import gettext as _
from web.i18n import term

Pointer = tuple[str, str]  # text, link
JOBS = ("region", "industry")


def pointers(found: Results, root: str = "") -> list[Pointer]:
    """The pages that the query is the name of; none for a later page, or once something is chosen."""
    asked = found.request
    if not asked.text or asked.page > 1 or asked.cursor or set(asked.filters) - {"service", "kind"}:
        return []
    return [(text, root + path) for text, path in (*_by_name(key(asked.text)), *_by_concept(found))]


def _by_name(text: str) -> Iterator[Pointer]:
    """Pages that have a name of their own, and topics by their titles."""
    for names, label, path in _pages():
        if text in names.split():
            yield label, path
    for topic in topics.topics():
        if key(topic.title) == text:
            yield topic.title, links.topic_path(topic.slug)


def _pages() -> list[tuple[str, str, str]]:
    """What people call a page, its heading, its path."""
    return [
        ("招聘会 双选会 宣讲会 校园招聘会", _("招聘会"), "/fairs"),
        ("就业指导 求职指导 职业指导 生涯规划 就业讲座", _("就业指导"), "/guidance"),
        ("开课中 正在开课 正在开课的课程 即将开课 开课时间 开课", _("开课时间"), "/higher/terms"),
        ("专题 专题教育", _("专题"), "/topics"),
        ("热门 热门榜 排行榜 热门课程 大家在看", _("热门榜"), "/hot"),
        ("学校 大学 高校 学校名单 大学名单", _("学校"), "/higher/schools"),
        ("教材 课本 教科书 电子教材 电子课本 教材目录", _("教材目录"), "/k12/books"),
        ("中小学 k12 基础教育", _("中小学"), "/k12"),
        ("职业教育 职教 专业目录 资源库", _("职业教育"), "/vocational"),
        ("高等教育 慕课 mooc 大学课程 一流课程", _("高等教育"), "/higher"),
        ("就业 找工作 求职 岗位 职位 工作", _("就业"), "/jobs"),
    ]


def _place(found: Results, named: set[str]) -> dict[str, str]:
    """The place among school books that a query names by subject and stage or grade: that of the first book or lesson found.

    A place needs its stage, which people leave out, and its very version: 译林版 is 译林版三年级起点 for some grades.
    """
    if "subject" not in named or not named & {"stage", "grade"} or not named <= set(k12_tree.LEVELS):
        return {}
    records = [hit.resource for hit in (*found.hits, *(hit for hits in found.others.values() for hit in hits))]
    place = next((k12_tree.of_record(r) for r in records if r.get("kind") in k12_tree.KINDS), {})
    deepest = max(k12_tree.LEVELS.index(name) for name in named)
    down = {name: place[name] for name in k12_tree.LEVELS[: deepest + 1] if name in place and (name == "stage" or name in named)}
    return down if named | {"stage"} <= set(down) else {}


def _by_concept(found: Results) -> Iterator[Pointer]:
    """The page of what the query names when that is all that it says."""
    meant = found.interpretation
    named = {c.field: c for c in meant.concepts}
    if not named or meant.residual or meant.relaxed or len(named) < len(meant.concepts):
        return
    held = {name: {v.value for v in found.facets.get(name, ()) if v.count} for name in ("service", "school")}
    if place := _place(found, set(named)):
        yield _("%(what)s：%(name)s", what=_("教材目录"), name=" ".join(k12_tree.labels(place))), k12_tree.books_path(place)
    if len(named) == 1:
        (one,) = named.values()
        path = ""
        if one.field == "school" and one.value in held["school"]:
            path = links.school_path(one.value)
        elif one.field in JOBS and "jobs" in held["service"]:
            path = links.branch_path(one.field, one.value)
        elif one.field in ("discipline", "major") and one.value.startswith(tuple(disciplines.CATALOGUES.values())):
            path = disciplines.path_of(one.value) if one.field == "discipline" else disciplines.major_path(one.value)
        if path:
            yield _("%(what)s：%(name)s", what=_("就业") if one.field in JOBS else _(FACETS[one.field].label), name=term(one.field, one.label)), path
