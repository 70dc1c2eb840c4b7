"""Sitemaps (sitemaps.org 0.9) of all resources' pages: an index, and gzipped files of at most 50,000 addresses, by kind.

Written by `haoke sitemap` into HAOKE_HOME/published/sitemaps, beside what stands there and then put in its place at once.
"""

from __future__ import annotations

import gzip
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import orjson

from catalog.errors import BadRequest
from web.links import resource_path
from web.wording import today

INDEX = "sitemap.xml"
MOST = 50_000  # addresses a file, and
LARGEST = 45_000_000  # bytes: both limits of the protocol
LONGEST = 2_000  # characters of an address that is listed: the protocol takes 2,048
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def folder(home: Path) -> Path:
    """Where the sitemaps of an installation lie."""
    return home / "published" / "sitemaps"


def write(home: Path, rows: Iterable[tuple[str, int, bytes]], base: str) -> dict[str, int]:
    """Writes the sitemaps of these resources (id, sequence, JSON) under the site's address; how many are listed, by kind."""
    if not base.startswith(("http://", "https://")):
        raise BadRequest("a sitemap holds whole addresses, and the site's is not known", parameter="url", allowed=["http(s)://…"], hint="name it: --url https://…, or set HAOKE_PUBLIC_URL")
    files = Files(folder(home), base.rstrip("/"))
    now = today().isoformat()
    for id, _sequence, body in rows:
        record = orjson.loads(body)
        if not over(record, now):
            files.add(id, record["kind"], changed(record, now))
    files.close()
    return dict(sorted(files.listed.items()))


def over(record: Mapping[str, Any], now: str) -> bool:
    """Whether it has ended: its page stays, but nobody need come for it."""
    return record.get("status", "active") != "active" or "" < str(record.get("expires", ""))[:10] < now


def changed(record: Mapping[str, Any], now: str) -> str:
    """The day of its last change; "" where the source gives none that has come."""
    return max((day for name in ("updated", "published") if (day := str(record.get(name, ""))[:10]) <= now), default="")


class Files:
    """Sitemaps being written: those of each kind fill up one after the other."""

    def __init__(self, folder: Path, base: str) -> None:
        self.folder, self.base = folder, base
        self.fresh = folder.with_name(folder.name + ".new")
        shutil.rmtree(self.fresh, ignore_errors=True)
        self.fresh.mkdir(parents=True)
        self.listed: Counter[str] = Counter()
        self.names: list[str] = []
        self._lines: dict[str, list[str]] = defaultdict(list)
        self._bytes: Counter[str] = Counter()
        self._numbers: Counter[str] = Counter()

    def add(self, id: str, kind: str, day: str) -> None:
        """Lists one resource."""
        address = escape(self.base + resource_path(id))
        if len(address) > LONGEST:
            return
        line = f"<url><loc>{address}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>\n"
        self._lines[kind].append(line)
        self._bytes[kind] += len(line)
        self.listed[kind] += 1
        if len(self._lines[kind]) == MOST or self._bytes[kind] > LARGEST:
            self._flush(kind)

    def close(self) -> None:
        """Writes what is left and the index, and puts all in the place of what was there."""
        for kind in [k for k, lines in self._lines.items() if lines]:
            self._flush(kind)
        entries = "".join(f"<sitemap><loc>{escape(f'{self.base}/sitemaps/{name}')}</loc></sitemap>\n" for name in self.names)
        (self.fresh / INDEX).write_text(f"{_HEAD}<sitemapindex {_NAMESPACE}>\n{entries}</sitemapindex>\n", encoding="utf-8")
        old = self.folder.with_name(self.folder.name + ".old")
        shutil.rmtree(old, ignore_errors=True)
        if self.folder.exists():
            os.rename(self.folder, old)
        os.rename(self.fresh, self.folder)
        shutil.rmtree(old, ignore_errors=True)

    def _flush(self, kind: str) -> None:
        self._numbers[kind] += 1
        name = f"{kind}-{self._numbers[kind]}.xml.gz"
        body = f"{_HEAD}<urlset {_NAMESPACE}>\n{''.join(self._lines[kind])}</urlset>\n".encode()
        # no time in the file: the same pages make the same bytes
        (self.fresh / name).write_bytes(gzip.compress(body, mtime=0))
        self.names.append(name)
        self._lines[kind], self._bytes[kind] = [], 0
