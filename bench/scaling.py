"""The arithmetic of docs/scaling.md: from its tables of measured and assumed figures to machines, so that every number there can be followed.

    python -m bench.scaling            # prints the plan
    python -m bench.scaling --write    # puts it into the document, after an input was changed

Requests for the same thing come at random moments (a Poisson process); a cache that keeps an answer for T seconds lets through λ / (1 + λT) of λ
requests a second for it. What is asked follows bench.traffic: Zipf's law, and a share that nobody asked before.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from math import ceil
from pathlib import Path

from bench.traffic import NARROWING, POOL, RESOURCES, SHARES, SKEW

DOCUMENT = Path(__file__).parent.parent / "docs" / "scaling.md"
FRAME = re.compile(r"(<!-- plan -->\n).*?(<!-- end of plan -->)", re.DOTALL)
PREFIXES = 4  # lengths of what is typed when suggestions are asked for
PAGED, PAGES = 0.4, 3  # of narrowed searches, those that turn pages, and how many pages


@dataclass(frozen=True)
class Inputs:
    """What the two tables of the document say, by the names that stand there."""

    documents: float
    rate: float
    unseen: float
    store_b: float
    index_b: float
    small: float
    small_ms: float
    large: float
    large_ms: float
    indices: float
    web_ms: float
    kept_ms: float
    resource: float
    suggest: float
    home: float
    kept_s: float
    reindex_core: float
    reading: float
    cores: float
    memory: float
    busy: float
    zones: float
    shard: float
    forms: float
    growth: float
    edge_s: float
    estimated: float
    recovery: float
    builder: float

    @classmethod
    def read(cls, text: str) -> Inputs:
        """From rows `| \\`name\\` | value | …`."""
        told = {name: float(value.replace(",", "")) for name, value in re.findall(r"^\| `(\w+)` \| ([\d.,]+) \|", text, re.MULTILINE)}
        return cls(**{f.name: told[f.name] for f in fields(cls)})

    @property
    def per_document(self) -> float:
        """Processor ms of a page for each document of the index: the slope between the two sizes measured."""
        return (self.large_ms - self.small_ms) / (self.large - self.small)

    @property
    def per_shard(self) -> float:
        """Processor ms of a page for each shard that is asked, however small: what an index without documents would take."""
        return max(0.0, self.small_ms - self.per_document * self.small) / self.indices


@dataclass(frozen=True)
class Stream:
    """Requests of one sort: (requests a second for one thing, how many such things), and what making one costs, in pages of results."""

    things: tuple[tuple[float, int], ...]
    cost: float

    def passing(self, holders: float, seconds: float) -> float:
        """Requests a second that caches let through which hold answers so long and share the requests evenly."""
        return sum(number * rate / (1 + rate * seconds / holders) for rate, number in self.things)

    def after(self, seconds: float) -> Stream:
        """What one cache for all lets through."""
        return replace(self, things=tuple((rate / (1 + rate * seconds), number) for rate, number in self.things))

    @property
    def rate(self) -> float:
        return self.passing(1, 0)


def streams(inputs: Inputs, scale: float) -> list[Stream]:
    """A day's traffic, so many times a country's; what is asked gets more various with its amount."""
    rate, wider = inputs.rate * scale, scale**inputs.growth

    def zipf(share: float, size: int, ways: float) -> tuple[tuple[float, int], ...]:
        ways *= inputs.forms
        weights = [n**-SKEW for n in range(1, round(size * wider) + 1)]
        total = sum(weights)
        return tuple((rate * share * w / total / ways, round(ways)) for w in weights)

    known = 1 - inputs.unseen
    return [
        # never asked before: a rate so small that no cache sees it twice
        Stream(((1e-9, round(rate * inputs.unseen * (SHARES["search"] + SHARES["narrow"]) / 1e-9)),), 1.0),
        Stream(zipf(SHARES["search"] * known, POOL, 1), 1.0),
        Stream(zipf(SHARES["narrow"] * known * PAGED, POOL, PAGES), 1.0),
        Stream(zipf(SHARES["narrow"] * known * (1 - PAGED), POOL, len(NARROWING)), 1.0),
        Stream(zipf(SHARES["resource"], RESOURCES, 1), inputs.resource),
        Stream(zipf(SHARES["suggest"], POOL, PREFIXES), inputs.suggest),
        Stream(((rate * SHARES["home"] / inputs.forms, round(inputs.forms)),), inputs.home),
    ]


@dataclass(frozen=True)
class Plan:
    """What a scale takes."""

    inputs: Inputs
    scale: float
    edge: bool = False
    estimated: bool = False

    @property
    def name(self) -> str:
        return f"{self.scale:g}×" + (", edge" if self.edge else "") + (", estimated counts" if self.estimated else "")

    def serving(self, arriving: list[Stream], origin: float) -> tuple[float, float, float]:
        """Web processes, answers made a second, and these in pages of results. More processes keep less each, so that more is made, which takes more processes."""
        i, processes = self.inputs, 1.0
        while True:
            made = [s.passing(processes, i.kept_s) for s in arriving]
            pages = sum(rate * s.cost for rate, s in zip(made, arriving, strict=True))
            before, processes = processes, max(1.0, (pages * i.web_ms + origin * i.kept_ms) / 1000 / i.busy)
            if abs(processes - before) < 0.02 * processes:
                return processes, sum(made), pages

    def rows(self) -> Iterator[tuple[str, str]]:
        """Name and value of each line of the table."""
        i = self.inputs
        documents, asked = i.documents * self.scale, i.rate * self.scale
        arriving = [s.after(i.edge_s) if self.edge else s for s in streams(i, self.scale)]
        origin = sum(s.rate for s in arriving)
        processes, made, pages = self.serving(arriving, origin)
        shards = ceil(documents / i.shard)
        slope = i.per_document * (i.estimated if self.estimated else 1.0)
        page_ms = (shards + i.indices - 1) * i.per_shard + slope * documents
        data_cores = pages * page_ms / 1000 / i.busy
        index_gb = documents * i.index_b / 1e9
        nodes = max(i.zones, ceil(data_cores / i.cores))
        copies = max(2, ceil(nodes / shards))
        nodes = ceil(max(nodes, index_gb * copies / (i.memory / 2)) / i.zones) * i.zones
        node_gb = index_gb * copies / nodes
        builds = min(i.reading, i.reindex_core * i.builder)
        yield "documents", f"{documents / 1e6:,.1f} million"
        yield "requests/s", f"{asked:,.0f}"
        yield "… that reach the web machines", f"{origin:,.0f}"
        yield "… whose answer must be made", f"{made:,.0f} ({made / asked:.0%})"
        yield "… counted as pages of results, P", f"{pages:,.0f}"
        yield "shards of postings, S", f"{shards:,}"
        yield "index, one copy", f"{index_gb:,.0f} GB"
        yield "a shard", f"{index_gb / shards:,.0f} GB"
        yield "data nodes' processor time of a page", f"{page_ms:,.0f} ms"
        yield "… on one shard", f"{i.per_shard + slope * documents / shards:,.0f} ms"
        yield "data nodes' cores", f"{data_cores:,.0f}"
        yield "data nodes, N", f"{nodes:,.0f}"
        yield "copies of each shard", f"{copies}"
        yield "index on a node", f"{node_gb:,.0f} GB"
        yield "disk of a node (three generations)", f"{3 * node_gb:,.0f} GB"
        yield "web cores (one process each)", f"{processes:,.0f}"
        yield "store", f"{documents * i.store_b / 1e9:,.0f} GB"
        yield "reindex of all", f"{documents / builds / 3600:,.1f} h"
        yield "a day's changes (2 %)", f"{0.02 * documents / builds / 60:,.0f} min"
        yield "a lost node copied to a new one", f"{node_gb * 1000 / i.recovery / 60:,.0f} min"
        yield "busy after the loss of a zone", f"{i.busy * i.zones / (i.zones - 1):.0%}"


def table(text: str) -> str:
    """The plan as the document shows it."""
    inputs = Inputs.read(text)
    plans = [Plan(inputs, 1), Plan(inputs, 10), Plan(inputs, 10, edge=True), Plan(inputs, 10, edge=True, estimated=True), Plan(inputs, 100, edge=True, estimated=True)]
    columns = [dict(plan.rows()) for plan in plans]
    lines = ["| | " + " | ".join(plan.name for plan in plans) + " |", "|---" * (len(plans) + 1) + "|"]
    return "\n".join([*lines, *(f"| {name} | " + " | ".join(column[name] for column in columns) + " |" for name in columns[0])]) + "\n"


def written(text: str, make: Callable[[str], str] = table) -> str:
    """The document with its plan made anew from its inputs."""
    return FRAME.sub(lambda m: m[1] + make(text) + m[2], text)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    text = DOCUMENT.read_text(encoding="utf-8")
    print(table(text), end="")
    if args.write:
        DOCUMENT.write_text(written(text), encoding="utf-8")


if __name__ == "__main__":
    main()
