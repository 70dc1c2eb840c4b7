"""One address of each type of page and answer that asks the engine, for tests that hold all of them to something."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import quote

from catalog.shortlink import short_code
from indexer.engine import Engine
from ranking.results import Request
from ranking.search import search
from web.browse.k12_tree import books_path, of_record
from web.links import books_path as place_path

#: Pages that people read: name → address. {course} and the like stand for the id of the most popular of that kind.
PAGES = {
    "home": "/",
    "results": "/search?q=数学",
    "results, filters": "/search?service=jobs&region=北京&degree=本科",
    "results, book": "/search?q=译林版五年级上册英语",
    "results, open": "/search?kind=course&term=open",
    "results, soon": "/search?kind=course&term=soon",
    "results, over": "/search?q=数学&kind=course&term=over",
    "results, none": "/search?q=没有这样的东西&degree=本科",
    "lesson": "/resources/{lesson}",
    "textbook": "/resources/{textbook}",
    "course": "/resources/{course}",
    "library": "/resources/{library}",
    "job": "/resources/{job}",
    "fair": "/resources/{fair}",
    "article": "/resources/{article}",
    "k12": "/k12",
    "tree": "/k12/books",
    "tree, subject": "/k12/books?stage=primary&subject=chinese",
    "volume": "{volume}",
    "unit": "{unit}",
    "coverage": "/k12/coverage?stage=primary&subject=chinese",
    "higher": "/higher",
    "discipline": "/higher/disciplines/ug:08",
    "class": "/higher/disciplines/ug:0809",
    "major": "/higher/majors/ug:080901",
    "schools": "/higher/schools",
    "schools, region": "/higher/schools?by=region",
    "school": "/schools/北京大学",
    "terms": "/higher/terms",
    "vocational": "/vocational",
    "vocational, stage": "/vocational?stage=vocational-college",
    "vocational discipline": "/vocational/disciplines/voc:46",
    "vocational major": "/vocational/majors/voc:460103",
    "jobs": "/jobs",
    "region": "/jobs/regions/440000",
    "industry": "/jobs/industries/C",
    "employer": "/employers/{employer}",
    "fairs": "/fairs",
    "fairs, region": "/fairs?region=北京",
    "guidance": "/guidance",
    "topics": "/topics",
    "topic": "/topics/ai",
    "hot": "/hot",
    "qr": "/qr/{code}",
    "report": "/report/{course}",
    "docs": "/docs/api",
}
#: What programs read.
ANSWERS = {
    "search": "/api/v1/search?q=线性代数",
    "resource": "/api/v1/resources/{course}",
    "suggest": "/api/v1/suggest?q=gaodeng",
    "suggest, last word": "/api/v1/suggest?q=北大 经",
    "facet": "/api/v1/facets/school?kind=course",
    "facet, tree": "/api/v1/facets/region?q=北&kind=job",
    "similar to a course": "/api/v1/similar/{course}",
    "similar to a job": "/api/v1/similar/{job}",
    "feed": "/feed.atom?q=数学",
    "topic's feed": "/topics/ai.atom",
    "browser's suggestions": "/suggest.json?q=数学",
}
#: What only leads on, or is a picture.
OTHERS = {"short link": "/r/{code}", "way out": "/out/{course}", "qr.svg": "/qr/{code}.svg", "qr.png": "/qr/{code}.png", "ready": "/readyz"}
#: Endpoints that ask no engine, or lead to another page of these at once.
SILENT = frozenset({
    "static", "pages.favicon", "crawlers.robots", "crawlers.index", "crawlers.part", "crawlers.opensearch", "changes.feed", "changes.file", "openapi.document",
    "openapi.try_it", "feeds.saved", "api.healthz", "k12.mine", "higher.schools_root", "report.take",
})  # fmt: skip
KINDS = ("lesson", "textbook", "course", "library", "job", "fair", "article")


def places(engine: Engine) -> dict[str, str]:
    """What the names in braces stand for in a catalogue."""
    first = {kind: search(engine, Request(filters={"kind": (kind,)}, sort="popular", size=1, facets=())).hits[0].resource for kind in KINDS}
    chosen: dict[str, Any] = dict(first["lesson"])
    at = of_record(chosen)
    posts = search(engine, Request(filters={"kind": ("job",)}, size=100, facets=())).hits
    employer = Counter(str(hit.resource["employer"][0]) for hit in posts if hit.resource.get("employer")).most_common(1)[0][0]  # type: ignore[index]  # a resource's JSON: its employers are a list
    return {
        **{kind: quote(str(record["id"]), safe=":") for kind, record in first.items()},
        "volume": books_path(at),
        "unit": place_path(**at, unit=str(chosen["unit"])),
        "employer": quote(employer),
        "code": short_code(str(chosen["id"])),
    }
