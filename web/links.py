"""Links of the site, built without url_for: a page has a hundred of them, and url_for with urlencode is half of its cost.

Order of parameters: q, kind, the other facets in the order of the FIELDS table, sort, size, page – so one state has one URL.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus

from indexer.fields import FILTERS
from ranking.results import Request

DEFAULT_SIZE = Request().size
REMEMBERED = 300  # characters of a value; a longer one is what somebody has written into an address, and asked for once
#: Tree → its part of the address of a page of jobs.
BRANCHES = {"region": "regions", "industry": "industries"}
_ORDER = {name: i for i, name in enumerate(("kind", *(n for n in FILTERS if n != "kind")))}


def pair(name: str, value: str) -> str:
    """`name=value`, both percent-encoded."""
    return _pair(name, value) if len(value) <= REMEMBERED else _pair.__wrapped__(name, value)


@lru_cache(maxsize=16384)
def _pair(name: str, value: str) -> str:
    return f"{name}={quote_plus(value)}"


def resource_path(id: str) -> str:
    """`/resources/<id>`: the id in one piece, whatever it holds (`/ ? # %`)."""
    return "/resources/" + quote(id, safe=":")


def out_path(id: str, number: int = 0) -> str:
    """`/out/<id>`: the link number `number` of a resource, counted on its way."""
    return "/out/" + quote(id, safe=":") + (f"?n={number}" if number else "")


def report_path(id: str) -> str:
    """`/report/<id>`: the form to report something wrong with a resource."""
    return "/report/" + quote(id, safe=":")


def topic_path(slug: str) -> str:
    """`/topics/<slug>`: a curated collection."""
    return "/topics/" + slug


def short_path(code: str) -> str:
    """`/r/<code>`: what a printed code says."""
    return "/r/" + code


def code_path(code: str, form: str = "") -> str:
    """`/qr/<code>`: the page of a printed code; form: .svg or .png, its picture."""
    return f"/qr/{code}{form}"


def books_path(**chosen: str) -> str:
    """`/k12/books`: the tree of school books, as far down as chosen."""
    return "/k12/books?" + "&".join(pair(n, v) for n, v in chosen.items())


def search_path(q: str = "", **filters: str) -> str:
    """`/search` with a query and one value a facet."""
    pairs = ([pair("q", q)] if q else []) + [pair(n, v) for n, v in filters.items()]
    return "/search" + ("?" + "&".join(pairs) if pairs else "")


def employer_path(name: str) -> str:
    """`/employers/<name>`: the page of an employer."""
    return "/employers/" + quote(name, safe="")


def school_path(name: str) -> str:
    """`/schools/<name>`: the page of a school."""
    return "/schools/" + quote(name, safe="")


def branch_path(field: str, code: str) -> str:
    """`/jobs/regions/<code>` or `/jobs/industries/<code>`: the jobs of one branch of a tree."""
    return f"/jobs/{BRANCHES[field]}/{quote(code, safe='')}"


class Links:
    """Links from one search to its neighbours. Every change of what is asked goes back to page 1. path: the page that shows it."""

    def __init__(self, request: Request, root: str = "", path: str = "/search") -> None:
        self.request = request
        self.base = root + path
        names = sorted(request.filters, key=lambda n: _ORDER.get(n, len(_ORDER)))
        self._filters = [(n, v, pair(n, v)) for n in names for v in request.filters[n]]
        self._text = [pair("q", request.text)] if request.text else []
        self._sort = [pair("sort", request.sort)] if request.sort != "relevance" else []
        self._size = [pair("size", str(request.size))] if request.size != DEFAULT_SIZE else []

    def _url(self, *parts: Iterable[str]) -> str:
        query = "&".join(p for part in parts for p in part)
        return f"{self.base}?{query}" if query else self.base

    def _kept(self) -> list[str]:
        return [p for _, _, p in self._filters]

    def page(self, number: int) -> str:
        """The same search on another page."""
        return self._url(self._text, self._kept(), self._sort, self._size, [f"page={number}"] if number > 1 else [])

    def sort(self, name: str) -> str:
        """The same search in another order."""
        return self._url(self._text, self._kept(), [pair("sort", name)] if name != "relevance" else [], self._size)

    def without(self, name: str, value: str | None = None) -> str:
        """Without one value of a facet, or without the whole facet."""
        kept = [p for n, v, p in self._filters if n != name or (value is not None and v != value)]
        return self._url(self._text, kept, self._sort, self._size)

    def only(self, name: str, value: str) -> str:
        """With this as the facet's one value; the other facets stay."""
        pairs = [(n, p) for n, _, p in self._filters if n != name] + [(name, pair(name, value))]
        pairs.sort(key=lambda np: _ORDER.get(np[0], len(_ORDER)))
        return self._url(self._text, [p for _, p in pairs], self._sort, self._size)

    def unfiltered(self) -> str:
        """The query alone."""
        return self._url(self._text, self._sort, self._size)

    def feed(self, sort: str = "newest") -> str:
        """The Atom feed of the same search: what is new first, whatever the page's order."""
        asked = self._url(self._text, self._kept(), [pair("sort", sort)] if sort != "newest" else []).partition("?")
        return self.base.removesuffix("/search") + "/feed.atom" + "".join(asked[1:])

    def asking(self, text: str, name: str = "", value: str = "") -> str:
        """Another query under the same filters, with one more value of a facet if named."""
        pairs = [(n, p) for n, _, p in self._filters]
        if name and not any(n == name and v == value for n, v, _ in self._filters):
            pairs.append((name, pair(name, value)))
            pairs.sort(key=lambda np: _ORDER.get(np[0], len(_ORDER)))
        return self._url([pair("q", text)] if text else [], [p for _, p in pairs], self._sort, self._size)

    def hidden(self, shown: Iterable[str]) -> list[tuple[str, str]]:
        """What a form must carry along besides the facets it shows: (name, value) pairs."""
        apart = set(shown)
        request = self.request
        return [
            *([("q", request.text)] if request.text else []),
            *((n, v) for n, v, _ in self._filters if n not in apart),
            *([("sort", request.sort)] if request.sort != "relevance" else []),
            *([("size", str(request.size))] if request.size != DEFAULT_SIZE else []),
        ]
