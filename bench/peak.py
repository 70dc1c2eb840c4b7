"""What a server holds: traffic at a steady rate over HTTP, and how long each answer takes from when it was due.

    python -m bench.peak PATHS http://127.0.0.1:8000 --rate 745 [--seconds 300] [--connections 128] [--limit 250]
    python -m bench.peak PATHS http://127.0.0.1:8000 --find [--seconds 30]      # the highest rate held, by halving

PATHS: one path a line (bench.traffic). An open loop: requests are sent when they are due, whether or not earlier ones were answered,
and a late one counts from when it was due. Held: no error, nobody told to come back, and 99 of 100 answers within the limit (ms). A 503 with
Retry-After is counted apart: the server said that it has enough; without it, it is an error. --find: each step goes on in PATHS where the one before ended,
so that its share of new searches is that of the traffic; in it one of a thousand may be told to come back, and what is not held is tried once more.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

from bench.search import percentile

PATIENCE = 10.0  # seconds that an answer may take at all
SPARED = 0.001  # of all that are asked may be told to come back while the highest rate is looked for


@dataclass
class Seen:
    """What the visitors saw. Seconds count from the start of the load to when a request was due."""

    ms: list[float] = field(default_factory=list)
    due: list[float] = field(default_factory=list)  # seconds, of each of these
    shed: list[float] = field(default_factory=list)  # seconds, of those told to come back
    errors: list[str] = field(default_factory=list)
    bytes: int = 0
    brief: int = 0  # answers from which something was left out for want of time: see web.answers
    again: int = 0  # requests sent a second time: see Connection
    asking: int = 0  # requests that are under way

    def between(self, start: float, end: float) -> Seen:
        """Those that were due in these seconds; errors stay with the whole."""
        kept = [(ms, due) for ms, due in zip(self.ms, self.due, strict=True) if start <= due < end]
        return Seen([ms for ms, _ in kept], [due for _, due in kept], [due for due in self.shed if start <= due < end])

    def held(self, limit: float, spared: float = 0.0) -> bool:
        """Whether everybody was served in time, but for a share that may be told to come back."""
        return not self.errors and len(self.shed) <= spared * (len(self.shed) + len(self.ms)) and bool(self.ms) and percentile(self.ms, 0.99) <= limit

    def line(self, rate: float, seconds: float) -> str:
        """In one line."""
        served = len(self.ms) / seconds
        p50, p95, p99 = (percentile(self.ms, share) if self.ms else 0.0 for share in (0.5, 0.95, 0.99))
        return f"{rate:>7,.0f}/s offered, {served:>7,.0f}/s served, p50 {p50:>7.1f} ms, p95 {p95:>7.1f}, p99 {p99:>7.1f}, {self.brief} brief, {len(self.shed)} shed, {len(self.errors)} errors, {self.bytes / 1e6 / seconds:.1f} MB/s"


class Connection:
    """One kept-alive connection; opened again when it breaks. As in every browser, a request that got no byte of an answer because a kept connection had
    ended is sent once more (RFC 9112, 9.3.1)."""

    def __init__(self, host: str, port: int, seen: Seen) -> None:
        self.host, self.port, self.seen = host, port, seen
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def get(self, path: str) -> tuple[int, int, bool]:
        """(status, bytes of the body, whether it says when to come back)."""
        if self.writer is None or self.reader is None or self.writer.is_closing() or self.reader.at_eof() or self.reader.exception():
            self.drop()
        kept = self.writer is not None
        try:
            reader, head = await self._ask(path)
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            if not kept or (isinstance(error, asyncio.IncompleteReadError) and error.partial):
                raise
            self.seen.again += 1
            self.drop()
            reader, head = await self._ask(path)
        status, length, chunked = int(head[9:12]), 0, False
        fields = head.lower().split(b"\r\n")[1:]
        for line in fields:
            if line.startswith(b"content-length:"):
                length = int(line[15:])
            chunked = chunked or line.startswith(b"transfer-encoding: chunked")
        if chunked:
            while size := int(await reader.readline(), 16):
                await reader.readexactly(size + 2)
                length += size
            await reader.readline()
        elif length:
            await reader.readexactly(length)
        self.seen.brief += b"server-timing: brief" in fields
        if b"connection: close" in fields:
            self.drop()
        return status, length, any(line.startswith(b"retry-after:") for line in fields)

    async def _ask(self, path: str) -> tuple[asyncio.StreamReader, bytes]:
        """Sends a request; where the answer comes from, and its head."""
        if self.reader is None or self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nAccept-Encoding: gzip\r\nAccept-Language: zh\r\n\r\n".encode())
        return self.reader, await self.reader.readuntil(b"\r\n\r\n")

    def drop(self) -> None:
        """Closes what is broken."""
        if self.writer:
            self.writer.close()
        self.reader = self.writer = None


async def load(paths: list[str], url: str, rate: float, seconds: float, connections: int, seen: Seen | None = None) -> Seen:
    """Sends the paths, again from the first when they end; what was seen may be looked at meanwhile."""
    parts, seen = urlsplit(url), seen if seen is not None else Seen()
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(connections):
        free.put_nowait(Connection(parts.hostname or "127.0.0.1", parts.port or 80, seen))

    async def ask(path: str, due: float) -> None:
        connection = await free.get()
        seen.asking += 1
        try:
            async with asyncio.timeout(PATIENCE):  # wait_for() makes a task of its own for each request
                status, length, told = await connection.get(path)
            if status == 503 and told:
                seen.shed.append(due - began)
            elif status >= 400:
                seen.errors.append(f"{status} {path}")
            else:
                seen.ms.append((time.perf_counter() - due) * 1000)
                seen.due.append(due - began)
                seen.bytes += length
        except (OSError, ValueError, asyncio.IncompleteReadError, TimeoutError) as error:
            connection.drop()
            seen.errors.append(f"{type(error).__name__} {path}")
        finally:
            seen.asking -= 1
            free.put_nowait(connection)

    began, tasks = time.perf_counter(), set()
    for number, path in enumerate(cycle(paths)):
        due = began + number / rate
        if due - began > seconds:
            break
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        task = asyncio.create_task(ask(path, due))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)
    while not free.empty():
        free.get_nowait().drop()
    return seen


def onward(paths: list[str], asked: int) -> list[str]:
    """The paths from the first that was not asked yet, and from the beginning again."""
    start = asked % len(paths)
    return paths[start:] + paths[:start]


def highest(paths: list[str], url: str, seconds: float, connections: int, limit: float) -> float:
    """The highest rate held (see SPARED): doubled until it is not, then halved towards it, to within 5 %."""
    asked = 0  # of the paths, by the steps before

    def held(rate: float) -> bool:
        nonlocal asked
        for _ in range(2):  # a stumble is no limit
            rest = onward(paths, asked)
            asked += int(rate * seconds) + 1
            seen = asyncio.run(load(rest, url, rate, seconds, connections))
            print(seen.line(rate, seconds), flush=True)
            if seen.held(limit, SPARED):
                return True
        return False

    low, high = 0.0, 100.0
    while held(high):
        low, high = high, high * 2
    while high - low > 0.05 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if held(middle) else (low, middle)
    return low


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", type=Path)
    parser.add_argument("url")
    parser.add_argument("--rate", type=float, default=745.0)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--limit", type=float, default=250.0, help="ms that 99 of 100 answers may take")
    parser.add_argument("--find", action="store_true")
    args = parser.parse_args()
    paths = args.paths.read_text(encoding="utf-8").splitlines()
    if args.find:
        print(f"highest rate held: {highest(paths, args.url, args.seconds, args.connections, args.limit):,.0f} requests a second")
        return
    seen = asyncio.run(load(paths, args.url, args.rate, args.seconds, args.connections))
    print(seen.line(args.rate, args.seconds))
    for minute in range(int(args.seconds / 60) if args.seconds >= 120 else 0):  # caches fill: the later ones are those of a site that has been asked for a while
        part = seen.between(60 * minute, 60 * (minute + 1))
        print(f"minute {minute + 1}: {len(part.ms) / 60:,.0f}/s served, p99 {percentile(part.ms, 0.99) if part.ms else 0:.0f} ms, {len(part.shed) / 60:.1f}/s told to come back")
    if not seen.held(args.limit):
        sys.exit(f"not held: no error, nothing shed, p99 ≤ {args.limit:.0f} ms; first errors: {seen.errors[:3]}")


if __name__ == "__main__":
    main()
