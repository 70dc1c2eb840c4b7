"""My textbooks: the volumes that a reader has marked, kept in a cookie of their codes and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Response, request

from catalog.vocab import vocabulary
from web.browse.k12_tree import LEVELS, Chosen, books_path, is_volume, labels
from web.links import pair

MINE = "/k12/mine"
COOKIE = "books"
MOST = 12  # volumes: a pupil's subjects
YEAR = 365 * 24 * 3600  # seconds that they are kept


@dataclass(frozen=True, slots=True)
class Mine:
    """One volume marked."""

    key: str
    label: str
    href: str
    remove: str


def key(choice: Chosen) -> str:
    """A volume as the cookie holds it: primary.chinese.tongbian.g3.up; a level that it lacks is left empty."""
    return ".".join(choice.get(name, "") for name in LEVELS)


def place(key: str) -> dict[str, str] | None:
    """The volume of a key; None for what is no volume: cookies and links may hold anything."""
    codes = key.split(".")
    if len(codes) != len(LEVELS):
        return None
    choice = {name: code for name, code in zip(LEVELS, codes, strict=True) if code}
    if not all(code in vocabulary(name) for name, code in choice.items()) or not is_volume(choice):
        return None
    return choice


def marked() -> list[str]:
    """The keys in the reader's cookie, the last marked first."""
    keys = dict.fromkeys(request.cookies.get(COOKIE, "")[:4000].split("|"))
    return [one for one in keys if place(one)][:MOST]


def mine(root: str) -> list[Mine]:
    """The reader's volumes as the page shows them."""
    found = []
    for one in marked():
        choice = place(one) or {}
        found.append(Mine(one, " ".join(labels(choice)[1:]), root + books_path(choice), f"{root}{MINE}?{pair('remove', one)}"))
    return found


def keep(response: Response, keys: Iterable[str]) -> Response:
    """Sets the cookie to these; without any it is taken away."""
    kept = list(dict.fromkeys(keys))[:MOST]
    path = request.script_root or "/"
    if kept:
        response.set_cookie(COOKIE, "|".join(kept), max_age=YEAR, path=path, secure=request.is_secure, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(COOKIE, path=path, secure=request.is_secure, httponly=True, samesite="Lax")
    return response
