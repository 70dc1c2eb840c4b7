"""A source for tests: JSON lines that say what shall happen. {"id","title",…} is a record; "do" makes it special."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.errors import BadValue, SourceError
from catalog.resource import Offer, Resource
from catalog.sources import Broken, Incomplete, Item, Options, Raw

ABOUT = "lines that say what shall happen"


def extract(location: str, options: Options) -> Iterator[Item]:
    with open(location, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            row = json.loads(line)
            match row.get("do"):
                case "broken":
                    yield Broken(str(number), "no record", line)
                case "incomplete":
                    yield Incomplete(row["part"], "missing")
                case "fail":
                    raise SourceError("the file is cut off", hint="fetch it again")
                case _:
                    yield Raw(str(number), row)


def transform(raw: Mapping[str, Any], options: Options) -> Resource | None:
    match raw.get("do"):
        case "bad":
            raise BadValue("title", "x" * 999, "too odd", "mend it")
        case "bug":
            raise KeyError("a defect")
        case "pass":
            print("advertisement")  # a source that prints must not disturb the workers
            return None
        case "die":
            os._exit(9)
    source = raw["id"].partition(":")[0]
    url = raw.get("url", "")
    offers = (Offer(id=raw["id"], source=source, url=url),)
    return Resource(id=raw["id"], kind=raw.get("kind", "lesson"), source=(source,), title=raw["title"], url=url, offers=offers)
