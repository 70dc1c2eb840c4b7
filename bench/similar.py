"""Recommendations of seed items drawn at random, to be judged by hand, and what they cost in process.

    HAOKE_HOME=… python -m bench.similar [--seed N] [--each N] [--times N] [--json]

Seeds are drawn evenly over the groups of GROUPS, each from all its resources. With --json one object a recommendation.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

import orjson

import cli
from bench.search import percentile
from catalog.resource import Resource
from catalog.store import Store
from indexer.engine import Engine, open_engine
from indexer.fields import SHANGHAI
from ranking.asked import courses_for, jobs_for
from ranking.similar import Recommendation, similar
from web import create_app
from web.similar import words

GROUPS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "lesson": {"kind": ("lesson",)},
    "textbook": {"kind": ("textbook",)},
    "higher course": {"kind": ("course",), "service": ("higher",)},
    "vocational": {"service": ("vocational",)},
    "job": {"kind": ("job",)},
}
SHOWN = 3


def drawn(each: int, seed: int) -> list[tuple[str, Resource]]:
    """(group, resource): `each` of every group, every one of the store's with the same chance, among those that are still open."""
    groups: dict[str, list[bytes]] = {name: [] for name in GROUPS}
    met = dict.fromkeys(GROUPS, 0)
    chance = random.Random(seed)
    now = datetime.now(SHANGHAI).isoformat()
    with Store.open(Path(os.environ["HAOKE_HOME"]), readonly=True) as store:
        for _, _, body in store.scan():
            record = orjson.loads(body)
            if record.get("status", "active") != "active" or "0" < record.get("expires", "")[:10] < now[:10]:
                continue
            for name, wanted in GROUPS.items():
                if all(record.get(field) in values for field, values in wanted.items()):
                    met[name] += 1
                    kept = groups[name]
                    if len(kept) < each:
                        kept.append(body)
                    elif (place := chance.randrange(met[name])) < each:
                        kept[place] = body
                    break
    return [(name, Resource.from_json(body)) for name, bodies in groups.items() for body in bodies]


def across(engine: Engine, resource: Resource) -> tuple[Recommendation, ...]:
    """Courses for a job, jobs for a course."""
    return courses_for(engine, resource, SHOWN) if resource.kind == "job" else jobs_for(engine, resource, SHOWN) if resource.kind == "course" else ()


def rows(engine: Engine, seeds: Iterable[tuple[str, Resource]]) -> Iterator[dict[str, str]]:
    """Every recommendation with its seed and reason."""
    for group, one in seeds:
        lists = {"similar": similar(engine, one, SHOWN), "across": across(engine, one)}
        for name, found in lists.items():
            if not found:
                yield {"group": group, "list": name, "seed": one.id, "title": described(one), "id": "", "other": "", "reason": ""}
            for r in found:
                other = Resource.model_validate(r.hit.resource)
                yield {"group": group, "list": name, "seed": one.id, "title": described(one), "id": r.hit.id, "other": described(other), "reason": words(r.reason)}


def described(one: Resource) -> str:
    """A title with the facts that tell it apart."""
    from web import wording

    names = ("version", "grade", "volume", "discipline", "major", "degree")
    labels = [label for name in names for label in wording.labels(name, one.values(name))]
    places = [wording.place(code) for code in one.region[:1]] if one.kind == "job" else []
    return " · ".join((one.title, *one.school[:1], *labels, one.unit, *places)).strip(" ·")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=10)
    parser.add_argument("--times", type=int, default=200, help="items whose cost is measured, a group")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    engine = open_engine(cli.engine_url())
    with create_app(engine).test_request_context():
        for row in rows(engine, drawn(args.each, args.seed)):
            print(json.dumps(row, ensure_ascii=False) if args.json else " | ".join(row.values()))
    if args.times:
        timed(engine, args.times, args.seed)


def timed(engine: Engine, each: int, seed: int) -> None:
    """Prints what similar() and the way between courses and jobs cost, for items met for the first time: on the clock, and of the processor."""
    seeds = [one for _, one in drawn(each, seed + 1000)]
    random.Random(seed).shuffle(seeds)
    for name, ask in (("similar", lambda r: similar(engine, r, 6)), ("courses and jobs", lambda r: across(engine, r))):
        clock, work = [], []
        for one in seeds:
            if name != "similar" and one.kind not in ("job", "course"):
                continue
            began, worked = time.perf_counter(), time.process_time()
            ask(one)
            clock.append((time.perf_counter() - began) * 1000)
            work.append((time.process_time() - worked) * 1000)
        spent = "; ".join(
            f"{what} p50 {percentile(times, 0.5):.1f} ms, p95 {percentile(times, 0.95):.1f} ms" for what, times in (("on the clock", clock), ("processor", work))
        )
        print(f"{name}, {len(clock)} items: {spent}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
