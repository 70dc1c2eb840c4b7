"""A stranger who clicks everything: from the front pages on, every link leads somewhere, and to as much as it says.

Kinds of pages take turns, so that a few hundred steps see all of them, over the sample catalogue.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html

from indexer.engine import Engine
from web import create_app

START = ("/", "/k12", "/higher", "/vocational", "/jobs", "/fairs", "/guidance", "/topics", "/hot")
STEPS = 600
BYTES = 150 * 1024  # of a page, uncompressed
KINDS = {"/search", "/resources", "/k12/books", "/k12/coverage", "/higher/disciplines", "/higher/schools", "/higher/terms", "/vocational/disciplines",
         "/vocational/majors", "/schools", "/jobs/regions", "/jobs/industries", "/employers", "/topics", "/qr", "/report", "/feed.atom"}  # fmt: skip
NUMBER = re.compile(r"\d[\d,]*")


@dataclass
class Walk:
    """What was seen: address → the numbers that its head tells; what links promised; what went wrong."""

    heads: dict[str, set[int]] = field(default_factory=dict)
    promises: list[tuple[str, str, str, int]] = field(default_factory=list)  # page, link, its words, its count
    faults: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)


class Turns:
    """Addresses to visit, each once; kinds of pages take turns."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.waiting: dict[str, deque[str]] = {}

    def add(self, path: str) -> None:
        if path not in self.known:
            self.known.add(path)
            self.waiting.setdefault(kind(path), deque()).append(path)

    def __iter__(self) -> Iterator[str]:
        while any(self.waiting.values()):
            for one in list(self.waiting.values()):
                if one:
                    yield one.popleft()


def kind(path: str) -> str:
    """The kind of page at an address: its first part, or two where both are ours."""
    parts = path.partition("?")[0].split("/")
    deep = parts[1] in ("k12", "higher", "vocational", "jobs")
    return "/".join(parts[: 3 if deep else 2])


def numbers(text: str) -> set[int]:
    return {int(n.replace(",", "")) for n in NUMBER.findall(text)}


def head(page: Any) -> set[int]:
    """How much a page says it holds: the total of results; of other pages the numbers of their head, of the tab on show."""
    spots = page.xpath("//*[@class='total']") or page.xpath("//*[contains(@class,'page-head')] | //nav[@class='tabs']/a[@aria-current]")
    return numbers(" ".join(spot.text_content() for spot in spots)) or ({0} if page.xpath("//*[@class='empty']") else set())


def promised(link: Any) -> int | None:
    """The count that a link shows: in it, right behind it, in a tab, or as 全部 N."""
    beside = link.getnext()
    spots = link.xpath(".//*[@class='row-count']") or ([beside] if beside is not None and beside.get("class") == "row-count" else [])
    if not spots and link.getparent().get("class") == "tabs":
        spots = link.xpath("./span")
    text = spots[-1].text_content() if spots else next(iter(re.findall(r"全部 (\d[\d,]*)|岗位 (\d[\d,]*)$", link.text_content().strip())), ("",))
    found = numbers(text if isinstance(text, str) else "".join(text))
    return found.pop() if len(found) == 1 else None


def walk(client: FlaskClient) -> Walk:
    seen, turns = Walk(), Turns()
    for path in START:
        turns.add(path)
    for step, path in enumerate(turns):
        if step >= STEPS:
            break
        answer = client.get(path)
        seen.kinds.add(kind(path))
        if answer.status_code in (301, 302, 303, 307, 308):
            turns.add(str(answer.headers["Location"]))
            continue
        if answer.status_code != 200:
            seen.faults.append(f"{answer.status_code} {path}")
            continue
        if len(answer.data) > BYTES:
            seen.faults.append(f"{len(answer.data)} bytes {path}")
        if answer.mimetype != "text/html":
            continue
        page = html.fromstring(answer.get_data(as_text=True))
        seen.heads[path] = head(page)
        for link in page.xpath("//main//a[starts-with(@href, '/')]"):
            there = link.get("href").partition("#")[0]
            if there.startswith("/out/"):  # leads to other sites
                continue
            turns.add(there)
            count = promised(link)
            if count is not None:
                seen.promises.append((path, there, " ".join(link.text_content().split()), count))
    return seen


@pytest.fixture(scope="module")
def seen(sample_engine: Engine, sample_home: Path) -> Walk:
    return walk(create_app(sample_engine, home=sample_home).test_client())


def test_every_link_leads_somewhere_and_no_page_is_heavy(seen: Walk) -> None:
    assert seen.faults == []
    assert seen.kinds >= KINDS  # every kind of page was reached by links alone


def test_a_count_beside_a_link_is_the_total_of_the_page_that_it_leads_to(seen: Walk) -> None:
    checked = [promise for promise in seen.promises if promise[1] in seen.heads]
    assert len(checked) > 2000
    assert [promise for promise in checked if promise[3] not in seen.heads[promise[1]]] == []


def test_a_number_that_a_page_tells_is_found_behind_its_links() -> None:
    page = html.fromstring("<main><div class='page-head'><h1>x</h1><p>共 1,234 条</p></div><li><a href='/a'>法学 <span class='row-count'>1,200</span></a></li>"
                           "<h3><a href='/b'>工学</a> <span class='row-count'>7</span></h3><a href='/c'>全部 15</a><a href='/d'>2026年</a></main>")  # fmt: skip
    assert head(page) == {1234}
    assert [promised(a) for a in page.iter("a")] == [1200, 7, 15, None]
