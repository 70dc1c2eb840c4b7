"""Example postings: the location is how many. `haoke ingest sample-jobs 5000`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from catalog.errors import BadRequest
from catalog.normalize import assemble
from catalog.normalize.dates import SHANGHAI
from catalog.resource import Resource
from catalog.sample_jobs import postings
from catalog.sources import Item, Options, Raw

ABOUT = "made-up postings to try things with, marked 示例 (the location is their number: 5000)"
SOURCE = "sample-jobs"
PLATFORM = "示例平台"
MOST = 10_000_000


def extract(location: str, options: Options) -> Iterator[Item]:
    """As many postings as `location` says, with dates relative to today in Shanghai."""
    if not (location.isascii() and location.isdigit() and 0 < int(location) <= MOST):
        raise BadRequest(f"{location!r} is no number of postings", parameter="location", hint=f"a number from 1 to {MOST:,}")
    for number, value in enumerate(postings(int(location), datetime.now(SHANGHAI).date()), 1):
        yield Raw(str(number), value)


def transform(raw: Mapping[str, Any], options: Options) -> Resource:
    """A posting."""
    return assemble(raw, source=SOURCE, kind="job", platform=PLATFORM)
