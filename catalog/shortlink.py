"""Short codes for printed links: the same thing has the same code for good, whatever is ingested before or after it.

A code is a hash in 10 letters and digits that can't be mistaken for each other (Crockford's base 32, lower case): 50 bits,
so that among eleven million resources two share one with a probability of 1 in 18.
A unit and a volume are no resources of their own: each of their lessons carries their codes too.
"""

from __future__ import annotations

import hashlib

from catalog.resource import Kind, Resource

LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 10


def short_code(name: str) -> str:
    """The code of an id, or of a key below."""
    number = int.from_bytes(hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()) >> 14
    return "".join(LETTERS[number >> 5 * place & 31] for place in reversed(range(LENGTH)))


def volume_key(resource: Resource) -> str:
    """What names a volume: stage, subject, version, grade, volume, edition; "" where one of the first five is missing or not single."""
    parts = [getattr(resource, name) for name in ("stage", "subject", "version", "grade", "volume")]
    return "volume:" + "|".join([*(part[0] for part in parts), resource.edition]) if all(parts) else ""


def unit_key(resource: Resource) -> str:
    """What names a unit of a volume; "" where there is none."""
    volume = volume_key(resource)
    return f"{volume}|{resource.unit}" if volume and resource.unit else ""


def codes(resource: Resource) -> list[str]:
    """The codes under which a resource is found: its own and its merged ids'; of a lesson also its unit's and volume's."""
    keys = [resource.id, *resource.also]
    if resource.kind is Kind.LESSON:
        keys += [unit_key(resource), volume_key(resource)]
    return [short_code(one) for one in keys if one]
