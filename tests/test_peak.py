"""The visitors that measure a server behave as browsers do, and lose no request unseen."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench import peak
from bench.peak import Seen, highest, load

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def visited(answers: list[bytes], connections: int = 1) -> tuple[Seen, int]:
    """What visitors saw of a server that gives these answers on each connection, then ends it without one; and the requests that it got."""
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        for answer in [*answers, b""]:
            try:
                await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            asked += 1
            writer.write(answer)
            await writer.drain()
            if b"\r\n\r\n" not in answer:
                break
        writer.close()

    async def visit() -> Seen:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            seen = await load(["/a"], f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", 40, 0.24, connections)
            await asyncio.sleep(0.05)  # the server sees that they have gone
            return seen

    # in a thread of its own: a browser's tests may have left a loop in this one
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, visit()).result(), asked


def test_what_a_kept_connection_ended_on_is_asked_once_more() -> None:
    seen, asked = visited([ANSWER, ANSWER])
    assert (len(seen.ms), seen.errors) == (10, [])
    assert seen.again == 4
    assert asked == 14


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Le"])
def test_what_a_new_connection_or_a_broken_answer_ended_on_is_lost_and_counted(answer: bytes) -> None:
    seen, asked = visited([answer])
    assert (len(seen.ms), len(seen.errors), seen.again) == (0, 10, 0)
    assert asked == 10


def test_who_is_told_to_come_back_is_counted_apart_from_errors() -> None:
    busy = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n"
    assert [len(seen.shed) for seen in (visited([busy + b"Retry-After: 1\r\n\r\n"] * 20)[0], visited([busy + b"\r\n"] * 20)[0])] == [10, 0]


def test_the_highest_rate_is_found_by_requests_that_no_step_before_has_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    starts: list[int] = []

    async def visitors(paths: list[str], url: str, rate: float, *_: object) -> Seen:
        stumbles = rate == 200 and len(starts) == 1
        starts.append(int(paths[0]))
        return Seen(ms=[1.0] * 1_000, due=[0.0] * 1_000, shed=[0.0] * (20 if stumbles or rate > 330 else 1))

    monkeypatch.setattr(peak, "load", visitors)
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(highest, [str(n) for n in range(100_000)], "", 10, 1, 250).result()
    assert 310 <= found <= 330
    assert starts == sorted(set(starts))


def test_held_is_what_nobody_was_sent_away_from_but_for_those_spared() -> None:
    seen = Seen(ms=[1.0] * 999, due=[0.0] * 999, shed=[0.0])
    assert seen.held(250, spared=0.001)
    assert not seen.held(250) and not seen.held(0.5, spared=0.001)
    assert not Seen(ms=[1.0], due=[0.0], errors=["500 /"]).held(250, spared=1)
