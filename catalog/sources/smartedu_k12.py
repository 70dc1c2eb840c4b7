"""国家中小学智慧教育平台: textbooks, e-textbooks and lessons, as the platform's own files tell them.

A module (national_lesson, tch_material) is a data_version.json whose `urls` – a list, or one string joined by commas – name
the part files, and often a <module>_tag.json, the tree of its tags. LOCATION is a folder with these files, a folder of such
folders, or the http(s) address of a data_version.json. A part that is missing or cut off makes the run incomplete; the
others go in. Facets stand in `tag_list`; where a dimension is missing there, the tag tree names what `tag_paths` point to.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from catalog.errors import SourceError
from catalog.normalize import assemble, school
from catalog.resource import Resource, Status
from catalog.sources import Incomplete, Item, Options, Raw
from catalog.sources._files import Answer, answers, objects, parse, walk
from catalog.sources._parts import PAUSE, VERSION_FILE, Fetcher, file_name, part_urls

ABOUT = "国家中小学智慧教育平台: textbooks, e-textbooks and lessons (a folder of its files, or the address of a data_version.json)"
SOURCE = "smartedu-k12"
PLATFORM = "国家中小学智慧教育平台"

_DETAIL = ("https://basic.smartedu.cn/tchMaterial/detail?contentType={code}&contentId={id}&catalogType=tchMaterial&subCatalog=tchMaterial")
#: dimension of a tag → field of Resource. bklx (kind of package), tagView and the like say nothing to a reader.
FACETS = {"zxxxd": "stage", "zxxnj": "grade", "zxxxk": "subject", "zxxbb": "version", "zxxcc": "volume"}
EDITION = "zxxxjjc"
TAGS = ("zxxlb", "bkks", "zxxweek")  # 聋校, 第一课时, 第一周
EBOOK = "电子教材"
MATERIALS = ("assets_document", "thematic_course")  # codes of the e-textbooks' module; not all of them are tagged as such
BOOKS = ("教师用书", "学生用书")  # the platform files these types of book under grade, or only in the title


def prepare(location: str, options: Options) -> Options:
    """Reads the tag trees of a folder: settings["tags"] is tag id → (dimension, name). An unreadable tree helps no record."""
    tags: dict[str, tuple[str, str]] = {}
    for folder in _modules(location) if not _is_url(location) else ():
        for path in sorted(folder.glob("*_tag.json")):
            try:
                tags.update(tree_tags(parse(path.read_bytes())))
            except (OSError, ValueError) as error:
                raise SourceError(f"{path} can't be read: {error}", hint="download it again, or move it away: records carry their own tags") from error
    return replace(options, settings={**options.settings, "tags": tags})


def tree_tags(tree: Any) -> dict[str, tuple[str, str]]:
    """Tag id → (dimension, name) of a tag tree."""
    found: dict[str, tuple[str, str]] = {}
    waiting = [tree]
    while waiting:
        for level in objects(walk(waiting.pop(), "hierarchies")):
            for tag in objects(level.get("children")):
                found[str(tag.get("tag_id"))] = (str(tag.get("tag_dimension_id")), str(tag.get("tag_name")))
                waiting.append(tag)
    return found


def _is_url(location: str) -> bool:
    return location.startswith(("http://", "https://"))


def _modules(location: str) -> list[Path]:
    """The folders that hold a data_version.json: the location itself, or those in it."""
    path = Path(location)
    if not path.exists():
        raise SourceError(f"{location} does not exist", hint="check the path")
    if not path.is_dir():
        raise SourceError(f"{location} is a file", hint=f"name the folder that holds {VERSION_FILE} and its parts")
    found = [path] if (path / VERSION_FILE).is_file() else sorted(p.parent for p in path.glob(f"*/{VERSION_FILE}"))
    if not found:
        raise SourceError(f"{location} holds no {VERSION_FILE}", hint="name the folder of a downloaded module, such as national_lesson")
    return found


def extract(location: str, options: Options) -> Iterator[Item]:
    """The records of all parts, one part at a time; settings["pause"] is the wait between two requests, in seconds."""
    if _is_url(location):
        pause = float(options.settings.get("pause", PAUSE))
        with tempfile.TemporaryDirectory(prefix="haoke-") as folder, Fetcher(Path(folder), pause=pause) as fetcher:
            for url in part_urls(fetcher.get(location), location):
                try:
                    part = fetcher.download(url)
                except SourceError as error:
                    yield Incomplete(file_name(url), str(error))
                    continue
                yield from _part(part, "")
                part.unlink()
        return
    modules = _modules(location)
    for module in modules:
        prefix = f"{module.name}/" if len(modules) > 1 else ""
        version = module / VERSION_FILE
        for url in part_urls(version.read_bytes(), str(version)):
            part = module / file_name(url)
            if part.is_file():
                yield from _part(part, prefix)
            else:
                yield Incomplete(prefix + part.name, f"{VERSION_FILE} names it, but it is not in the folder")


def _part(path: Path, prefix: str) -> Iterator[Item]:
    try:
        for item in answers(str(path)):
            if isinstance(item, Answer):
                yield Raw(prefix + item.row, item.value)
            else:
                yield replace(item, part=prefix + item.part) if isinstance(item, Incomplete) else replace(item, row=prefix + item.row)
    except SourceError as error:
        yield Incomplete(prefix + path.name, str(error))


def transform(raw: Mapping[str, Any], options: Options) -> Resource | None:
    """One record → textbook or lesson; OFFLINE ones are closed. BadValue without id or title."""
    tags = _tags(raw, options.settings.get("tags", {}))
    title = _local(raw.get("title")) or _local(raw.get("global_title"))
    code = str(raw.get("resource_type_code") or "")
    material = code in MATERIALS
    textbook = code == "teachingmaterials" or EBOOK in tags.get("5036342742", ()) or (material and "教科书" in title)
    fields: dict[str, object] = {
        "id": raw.get("id"),
        "title": title,
        **{field: tags.get(dimension) for dimension, field in FACETS.items()},
        "edition": school.edition(*tags.get(EDITION, ()), title),
        "summary": _local(raw.get("description")) or _local(raw.get("global_description")),
        "image": _image(raw),
        "resource_type": [book for book in BOOKS if book in title],
        "language": raw.get("language"),
        "published": raw.get("online_time") or raw.get("create_time"),
        "updated": raw.get("update_time"),
        "tags": [name for dimension in TAGS for name in tags.get(dimension, ())],
        "teacher": [p.get("name") for p in objects(raw.get("teacher_list"))],
    }
    _grades(fields)
    providers = [str(p.get("name") or "") for p in objects(raw.get("provider_list"))]
    if textbook:
        fields |= {"publisher": "、".join(p for p in providers if p), "resource_type": [EBOOK, *_list(fields["resource_type"])]}
        fields["audience"] = ["教师"] if BOOKS[0] in _list(fields["resource_type"]) else None
        if material:  # what the others' pages are called is not known
            fields["url"] = _DETAIL.format(code=code, id=quote(str(raw.get("id")), safe="", errors="replace"))
    else:
        fields |= _lesson(raw, title, _list(fields["tags"]), providers)
    resource = assemble(fields, source=SOURCE, kind="textbook" if textbook else "lesson", platform=PLATFORM)
    return resource.model_copy(update={"status": Status.CLOSED}) if raw.get("status") == "OFFLINE" else resource


def _local(value: object) -> str:
    """Text, or the Chinese one – else the first – of {"zh-CN": text}."""
    if isinstance(value, Mapping):
        value = value.get("zh-CN") or next((v for v in value.values() if v), "")
    return value if isinstance(value, str) else ""


def _image(raw: Mapping[str, Any]) -> str:
    """The cover; the platform leaves spaces in the names of some."""
    return next((i.replace(" ", "%20") for i in _list(walk(raw, "custom_properties", "thumbnails")) if isinstance(i, str)), "")


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _tags(raw: Mapping[str, Any], tree: Mapping[str, tuple[str, str]]) -> dict[str, list[str]]:
    """Dimension → tag names: from tag_list; dimensions it lacks from tag_paths, by the tree."""
    found: dict[str, list[str]] = {}
    for tag in objects(raw.get("tag_list")):
        found.setdefault(str(tag.get("tag_dimension_id")), []).append(str(tag.get("tag_name") or ""))
    extra: dict[str, list[str]] = {}
    for path in _list(raw.get("tag_paths")):
        for tag_id in str(path).split("/"):
            dimension, name = tree.get(tag_id, ("", ""))
            if dimension and dimension not in found and name not in extra.setdefault(dimension, []):
                extra[dimension].append(name)
    return found | extra


def _grades(fields: dict[str, object]) -> None:
    """Sorts out what the platform files under grade: 教师用书 is a type, 世界历史 a subject; 高二下册 (a volume) names a grade."""
    grades: list[str] = []
    for word in _list(fields["grade"]):
        if school.grades(word)[0]:
            grades.append(word)
        elif word in BOOKS:
            fields["resource_type"] = [word]
        elif school.subjects(word)[0]:
            fields["subject"] = [word]
        else:
            fields["tags"] = [*_list(fields["tags"]), word]
    fields["grade"] = grades or [g for word in _list(fields["volume"]) for g in school.grades_in(word)]


def _lesson(raw: Mapping[str, Any], title: str, tags: list[str], providers: list[str]) -> dict[str, object]:
    """What only lessons have: their parts' types and periods, the textbook, the school that gave it."""
    groups = raw.get("relations")
    parts = [p for group in (groups.values() if isinstance(groups, Mapping) else ()) for p in objects(group)]
    periods = [name for part in parts for name in _tags(part, {}).get("bkks", ())]
    names = [str(p.get("resource_type_code_name") or p.get("resource_type_code") or "") for p in parts]
    books = _list(raw.get("teachmeterial_ids")) or _list(raw.get("teachingmaterial_ids"))  # the platform's own spelling first
    return {
        "resource_type": list(dict.fromkeys(n for n in names if n)),
        "textbook": f"{SOURCE}:{books[0]}" if books else "",
        "school": providers,
        "lesson": title,
        "tags": list(dict.fromkeys([*tags, *periods])),
    }
