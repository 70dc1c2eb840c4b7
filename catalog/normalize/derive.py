"""What follows from other fields: the discipline of a major, the service of a kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from catalog.normalize.codes import unique
from catalog.vocab import vocabulary

#: Topics of what helps to find work: lectures, cases and articles about them belong to the jobs part.
CAREERS = ("就业指导", "求职指导", "职业规划", "生涯规划", "创业指导")
_BY_KIND = {"lesson": "k12", "textbook": "k12", "job": "jobs", "fair": "jobs", "library": "vocational"}
_VOCATIONAL = ("中职", "高职", "职业")
_HIGHER = ("本科", "研究生", "硕士", "博士", "高等")


@lru_cache(maxsize=4096)
def discipline_of(majors: tuple[str, ...]) -> tuple[str, ...]:
    """Classes of majors: the nearest ancestor of each that is a discipline."""
    vocab, disciplines = vocabulary("major"), vocabulary("discipline")
    found = []
    for major in majors:
        parents: Iterable[str] = (e.parent for c in reversed(vocab.path(major)) if (e := vocab.get(c)))
        found.append(next((p for p in parents if p in disciplines), ""))
    return unique(found)


def service_of(kind: str, values: Mapping[str, Any]) -> str:
    """The part of the portal that a resource belongs to: by its stage, else by its kind.

    Lessons and textbooks are k12 unless a stage above school is named; courses are vocational where stage, discipline
    or major is, higher otherwise. Cases, articles and live lectures belong to jobs where their topic is one of CAREERS or an article tells
    of an occupation; else, without a stage, to no part.
    """
    if kind in ("job", "fair"):
        return "jobs"
    if kind in ("article", "case", "live") and (set(CAREERS) & set(values.get("topic", ())) or (kind == "article" and values.get("occupation"))):
        return "jobs"
    stages = values.get("stage", ())
    if stages:
        return _of_stage(stages[0])
    if kind == "course":
        codes = (*values.get("discipline", ()), *values.get("major", ()))
        return "vocational" if codes and all(code.startswith("voc:") for code in codes) else "higher"
    return _BY_KIND.get(kind, "")


@lru_cache(maxsize=256)
def _of_stage(stage: str) -> str:
    label = vocabulary("stage").label(stage)
    if any(word in label for word in _VOCATIONAL):
        return "vocational"
    return "higher" if any(word in label for word in _HIGHER) else "k12"


_CATALOGUES = {"secondary": "vocational-secondary", "college": "vocational-college", "bachelor": "bachelor", "master": "bachelor"}


def catalogue_of(values: Mapping[str, Any], service: object) -> str:
    """The stage whose catalogue of majors a record means: its own, else that of the lowest degree it asks, else its service's."""
    if values.get("stage"):
        return str(values["stage"][0])
    for degree in values.get("degree", ()):
        if degree in _CATALOGUES:
            return _CATALOGUES[degree]
    return {"vocational": "vocational-college", "higher": "bachelor"}.get(str(service), "")
