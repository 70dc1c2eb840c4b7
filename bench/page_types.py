"""One address of each type of page, on whatever catalogue the index holds: what is measured, pictured and checked for access."""

from __future__ import annotations

from collections.abc import Iterator

import data
from catalog.shortlink import short_code
from indexer.engine import Engine
from ranking.results import Request, ResultHit
from ranking.search import search
from web.links import resource_path, search_path

NAMES = ("home", "results", "results-jobs", "results-empty", "lesson", "textbook", "course", "library", "case", "article", "live", "job", "fair", "k12",
         "k12-books", "k12-volume", "report", "qr", "k12-coverage", "higher", "higher-discipline", "higher-schools", "school", "higher-terms",
         "vocational", "vocational-discipline", "jobs", "jobs-region", "employer", "fairs", "guidance", "topics", "topic", "hot", "saved", "api",
         "not-found")  # fmt: skip


def first(engine: Engine, **filters: str) -> ResultHit | None:
    """The first hit under some filters."""
    found = search(engine, Request(filters={n: (v,) for n, v in filters.items()}, size=1, facets=()))
    return next(iter(found.hits), None)


def most(engine: Engine, field: str, **filters: str) -> str:
    """The value of a facet that most have, of those that have no parent; "" where there is none."""
    found = search(engine, Request(filters={n: (v,) for n, v in filters.items()}, size=1, facets=(field,)))
    return next((v.value for v in found.facets.get(field, ()) if not v.path and v.count), "")


def page_types(engine: Engine) -> dict[str, str]:
    """Type of page → address. Types that this catalogue has nothing for are left out."""
    return dict(_types(engine))


def _types(engine: Engine) -> Iterator[tuple[str, str]]:
    yield "home", "/"
    yield "results", search_path("数学")
    yield "results-jobs", search_path("工程师", service="jobs")
    yield "results-empty", search_path("量子纠缠护理", service="k12")
    for kind in ("lesson", "textbook", "course", "library", "case", "article", "live", "job", "fair"):
        if hit := first(engine, kind=kind):
            yield kind, resource_path(hit.id)
    yield "k12", "/k12"
    if lesson := first(engine, kind="lesson"):
        whole = ("stage", "subject", "version", "grade", "volume")
        book = {n: str(v[0]) for n in whole if isinstance(v := lesson.resource.get(n), list) and v}
        yield "k12-books", "/k12/books"
        yield "k12-volume", search_path(**book).replace("/search", "/k12/books")
        yield "report", "/report/" + resource_path(lesson.id).removeprefix("/resources/")
        yield "qr", f"/qr/{short_code(lesson.id)}"
    yield "k12-coverage", "/k12/coverage"
    yield "higher", "/higher"
    if code := most(engine, "discipline", service="higher"):
        yield "higher-discipline", f"/higher/disciplines/{code}"
    yield "higher-schools", "/higher/schools"
    if name := most(engine, "school", service="higher"):
        yield "school", f"/schools/{name}"
    yield "higher-terms", "/higher/terms"
    yield "vocational", "/vocational"
    if code := most(engine, "discipline", service="vocational"):
        yield "vocational-discipline", f"/vocational/disciplines/{code}"
    yield "jobs", "/jobs"
    if code := most(engine, "region", kind="job"):
        yield "jobs-region", f"/jobs/regions/{code}"
    if name := most(engine, "employer", kind="job"):
        yield "employer", f"/employers/{name}"
    yield "fairs", "/fairs"
    yield "guidance", "/guidance"
    yield "topics", "/topics"
    if topics := sorted(p.stem for p in data.path("topics").glob("*.toml")):
        yield "topic", f"/topics/{topics[0]}"
    yield "hot", "/hot"
    yield "saved", "/saved"
    yield "api", "/docs/api"
    yield "not-found", "/nothing"
