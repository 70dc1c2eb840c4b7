"""What a printed short code stands for: a resource, or a unit or volume of school books, known by its lessons.

See catalog.shortlink for how codes are made.
"""

from __future__ import annotations

from dataclasses import dataclass

from catalog.errors import EngineUnavailable
from catalog.resource import Resource
from catalog.shortlink import LENGTH, LETTERS, short_code, unit_key, volume_key
from indexer.engine import Engine, Query, Scored, Term

SEEN = 20  # resources looked at: two that share a code by chance are both among them
#: Letters that no code holds are read as the digits that they look like; people write codes in groups.
_READ = str.maketrans("oil", "011", "- ")


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Where a code leads.

    what      resource, unit or volume
    resource  the resource itself; of a unit or volume one of its lessons
    lessons   how many lessons a unit or volume has; 0 for a resource
    """

    code: str
    what: str
    resource: Resource
    lessons: int = 0


def typed(text: str) -> str:
    """The code that was typed or scanned; "" for what can't be one."""
    code = text.strip().lower().translate(_READ)
    return code if len(code) == LENGTH and set(code) <= set(LETTERS) else ""


def find(engine: Engine, text: str) -> Shortcut | None:
    """What a code stands for; None when nothing has it. Its own page is kept by what has expired, so that is found too."""
    code = typed(text)
    if not code:
        return None
    page = engine.search(Query(clause=Scored(Term("code", code), 1.0), boost="", size=SEEN))
    found = [Resource.from_json(hit.body) for hit in page.hits]
    for resource in found:
        if code in map(short_code, (resource.id, *resource.also)):
            return Shortcut(code, "resource", resource)
    for what, name in (("unit", unit_key), ("volume", volume_key)):
        for resource in found:
            if name(resource) and short_code(name(resource)) == code:
                return Shortcut(code, what, resource, page.total)
    if page.partial:
        raise EngineUnavailable("a part of the index does not answer", hint="see `haoke doctor`")  # it may hold what is looked for
    return None


def named(engine: Engine, name: str) -> Shortcut | None:
    """The same for an id or a code: an id holds a colon, a code none."""
    if ":" not in name:
        return find(engine, name)
    body = engine.get([name]).get(name)
    if not body:
        return None
    resource = Resource.from_json(body)
    return Shortcut(short_code(resource.id), "resource", resource)
