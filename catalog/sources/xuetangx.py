"""学堂在线 (xuetangx.com): answers of get_product_list, data.product_list[]. <em> marks the words that matched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.normalize import assemble
from catalog.resource import Resource
from catalog.sources import Item, Options
from catalog.sources._files import listed, objects, walk
from catalog.sources._words import badges, bare, bare_all

ABOUT = "学堂在线: downloaded answers of get_product_list"
SOURCE, PLATFORM = "xuetangx", "学堂在线"

_LINK = "https://www.xuetangx.com/course/{}/{}"


def extract(location: str, options: Options) -> Iterator[Item]:
    """One Raw for each product."""
    return listed(location, ("data", "product_list"), ("data", "count"))


def transform(raw: Mapping[str, Any], options: Options) -> Resource:
    """A course. Its sign (THU08091000246) is its id: the number differs from term to term."""
    sign, classroom = raw.get("course_sign"), raw.get("classroom_id")
    tags = bare_all(raw.get("tag_titles"))
    fields = {
        "id": sign or raw.get("id") or None,
        "title": bare(raw.get("name")),
        "url": _LINK.format(sign, classroom) if sign and classroom else None,
        "school": bare(walk(raw.get("org"), "name")),
        "teacher": [bare(person.get("name")) for person in objects(raw.get("teacher"))],
        "discipline": raw.get("classify_name"),
        "tags": tags,
        "level": badges(tags),
        "access": raw.get("sell_type_name"),
        "summary": bare(raw.get("short_intro")),
        "image": raw.get("cover"),
        "popularity": raw.get("count"),
        "service": "higher",
    }
    return assemble(fields, source=SOURCE, kind="course", platform=PLATFORM)
