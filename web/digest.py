"""What is new in the searches that people subscribed to, as one message for each of them: for `haoke digest`.

HAOKE_HOME/subscriptions.tsv holds a subscription a line: who (an address), a tab, and the address of a page of results, or what
follows its `?`. What was among the newest hits last time is remembered in HAOKE_HOME/digest.json, so it does not matter when a source dates
its records or when they were taken in. Nothing is sent: the messages are files (RFC 5322) for the operators' own mailer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import orjson
from werkzeug.datastructures import MultiDict

from catalog import place
from catalog.errors import BadRequest, StoreError
from indexer.engine import Engine
from indexer.fields import SHANGHAI
from ranking import search as door
from ranking.results import MAX_SIZE, Request, ResultHit
from web import cards, params, wording
from web.i18n import gettext as _
from web.links import Links, resource_path

FILE, MEMORY = "subscriptions.tsv", "digest.json"
SHOWN = 20  # hits of a search in a message
_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")

Memory = dict[str, list[str]]  # a subscription's line → ids of the newest


@dataclass(frozen=True, slots=True)
class Subscription:
    """One line of the file."""

    who: str
    asked: Request

    @property
    def key(self) -> str:
        """What it is remembered by: the same search, however it was written."""
        return f"{self.who}\t{Links(self.asked).feed()}"


def run(engine: Engine, home: Path, out: Path, base: str) -> dict[str, Any]:
    """Writes the messages into a folder, then remembers what they told: cut off in between, it tells twice rather than never."""
    if not base.startswith(("http://", "https://")):
        raise BadRequest("a message holds whole addresses, and the site's is not known", parameter="url", allowed=["http(s)://…"], hint="name it: --url https://…, or set HAOKE_PUBLIC_URL")
    wanted, problems = subscriptions(home / FILE)
    found, memory = fresh(engine, wanted, _remembered(home / MEMORY))
    stamp = datetime.now(SHANGHAI).strftime("%Y%m%d-%H%M%S")
    for number, (who, news) in enumerate(found.items(), 1):
        place.replace(out / f"{stamp}-{number:04}.eml", message(who, news, base.rstrip("/")).as_bytes())
    place.replace(home / MEMORY, orjson.dumps(memory))
    return {"subscriptions": len(wanted), "messages": len(found), "new": sum(len(hits) for news in found.values() for _one, hits in news), "problems": problems}


def _remembered(path: Path) -> Memory:
    try:
        found = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, orjson.JSONDecodeError) as error:
        raise StoreError(f"{path} can't be read: {error}", hint="move it away: the next digest then only notes what is there") from error
    return found if isinstance(found, dict) else {}


def subscriptions(path: Path) -> tuple[list[Subscription], list[str]]:
    """The subscriptions of a file, and what is wrong with the lines that can't be used."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path} can't be read: {error}", hint="write one subscription a line: an address, a tab, the address of a page of results") from error
    good: dict[str, Subscription] = {}
    bad = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        who, _tab, search = (part.strip() for part in line.partition("\t"))
        try:
            if not _ADDRESS.fullmatch(who):
                raise BadRequest(f"{who[:80]!r} is no address", hint="an address, a tab, the address of a page of results")
            asked = params.parse(MultiDict(parse_qsl(search.rpartition("?")[2])), stray=True)
            one = Subscription(who, replace(asked, sort="newest", page=1, size=MAX_SIZE, cursor="", facets=()))
            good[one.key] = one
        except BadRequest as error:
            bad.append(f"line {number}: {error}")
    return list(good.values()), bad


def fresh(engine: Engine, wanted: list[Subscription], memory: Memory) -> tuple[dict[str, list[tuple[Subscription, list[ResultHit]]]], Memory]:
    """Who → what is new in each search, and what to remember. A search that is asked for the first time has nothing new."""
    found: dict[str, list[tuple[Subscription, list[ResultHit]]]] = {}
    kept: Memory = {}
    for one in wanted:
        results = door.search(engine, one.asked, ways=False)
        hits = [] if results.interpretation.relaxed else list(results.hits)
        before = memory.get(one.key)
        # what a part of the index did not answer for is not forgotten
        kept[one.key] = [hit.id for hit in hits] if not results.partial else list(dict.fromkeys([*(before or ()), *(hit.id for hit in hits)]))
        new = [hit for hit in hits if hit.id not in set(before)] if before is not None else []
        if new:
            found.setdefault(one.who, []).append((one, new))
    return found, kept


def message(who: str, news: list[tuple[Subscription, list[ResultHit]]], base: str) -> EmailMessage:
    """The message to one subscriber, plain text."""
    count = sum(len(hits) for _one, hits in news)
    mail = EmailMessage(policy=SMTP)
    mail["To"] = who
    mail["Subject"] = _("好课：您订阅的搜索有 %(count)d 条新内容", count=count)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n\n".join("\n".join(_lines(one, hits, base)) for one, hits in news) + "\n", cte="base64")
    return mail


def _lines(one: Subscription, hits: list[ResultHit], base: str) -> Iterator[str]:
    yield _("【%(words)s】%(count)d 条", words=wording.asked(one.asked), count=len(hits))
    for hit in hits[:SHOWN]:
        card = cards.card(hit)
        people = ("".join(piece for piece, _match in who) for who in card.people)
        yield " · ".join(part for part in (str(hit.resource["title"]), card.pay, *people, card.state[1]) if part)
        yield "  " + base + resource_path(hit.id)
    yield _("全部：%(url)s", url=base + Links(replace(one.asked, size=Request().size)).page(1))
