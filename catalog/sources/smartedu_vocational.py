"""国家职业教育智慧教育平台: the answer of gjzyjy/index/getData, content.<bucket>[]; each bucket names its keys in its own way.

Raw is {"bucket": …, "item": {…}}. An item without an id gets one from its link and title, the same on every harvest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.normalize import assemble
from catalog.resource import Resource
from catalog.sources import Broken, Incomplete, Item, Options, Raw
from catalog.sources._files import Answer, an_object, answers, walk

ABOUT = "国家职业教育智慧教育平台: downloaded answers of index/getData"
SOURCE, PLATFORM = "smartedu-vocational", "国家职业教育智慧教育平台"

#: bucket → kind and what holds for everything in it
BUCKETS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "index_zyzyk": ("library", {}),  # 专业教学资源库
    "index_zxjpk": ("course", {}),  # 在线精品课
    "index_spgkk": ("course", {"resource_type": "视频公开课"}),
    "index_xnfzk": ("course", {"resource_type": "虚拟仿真"}),
    "index_jsnl": ("live", {"audience": "教师", "board": "教师研修"}),  # 教师能力提升: recorded lectures
    "index_jck": ("textbook", {}),  # 教材库
}
_TITLES = ("ziymc", "kcmc", "ztmc", "jcmc")
_LEVELS = {"国家级": "职业教育国家在线精品课程", "省级": "职业教育省级在线精品课程"}


def extract(location: str, options: Options) -> Iterator[Item]:
    """One Raw for each item of each bucket."""
    for answer in answers(location):
        if not isinstance(answer, Answer):
            yield answer
            continue
        content = walk(answer.value, "content")
        if not isinstance(content, dict):
            yield Incomplete(answer.row, "the answer has no content")
            continue
        for bucket, items in content.items():
            row = f"{answer.row}#{bucket}"
            if bucket not in BUCKETS or not isinstance(items, list):
                yield Broken(row, "an unknown bucket", str(items)[:200], "add it to BUCKETS in catalog/sources/smartedu_vocational.py")
                continue
            for index, item in enumerate(items):
                value = {"bucket": bucket, "item": item}
                yield Raw(f"{row}[{index}]", value) if isinstance(item, dict) else Broken(f"{row}[{index}]", "no JSON object", str(item)[:200])


def transform(raw: Mapping[str, Any], options: Options) -> Resource:
    """A library, course, lecture or textbook, by its bucket."""
    kind, constants = BUCKETS[raw["bucket"]]
    item = an_object(raw["item"])
    title = next((item[key] for key in _TITLES if item.get(key)), None)
    link = item.get("fwdz") or item.get("tzlj")
    badge = item.get("jb")
    fields = {
        **constants,
        "id": item.get("id") or (_stable(str(link or ""), str(title)) if title else None),
        "title": title,
        "url": link,
        "image": item.get("fm") or item.get("fmdz"),
        "school": item.get("xxmc") or item.get("zcdwmc"),
        "teacher": item.get("jsxm"),
        "discipline" if kind == "library" else "major": item.get("zy"),
        "industry": item.get("hy"),
        "level": _LEVELS.get(badge, badge) if kind == "course" and isinstance(badge, str) else badge,
        "opens": item.get("kksj"),
        "platform": [PLATFORM, item.get("ly")],
        "service": "vocational",
    }
    return assemble(fields, source=SOURCE, kind=kind)


def _stable(link: str, title: str) -> str:
    return hashlib.sha256(f"{link}\n{title}".encode("utf-8", "replace")).hexdigest()[:16]
