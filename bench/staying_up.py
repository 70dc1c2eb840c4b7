"""Staying up: what visitors see when too many come, when time passes, when the index changes, and when a worker dies.

    HAOKE_HOME=… python -m bench.staying_up [PATHS] [--part overload|soak|swap|worker]… [--rate R] [--minutes 10]

A server of its own serves the catalogue of HAOKE_HOME, one worker a core. PATHS: one a line (bench.traffic); made now if not given. R, the rate
held (bench.peak): found if not given. Each part ends in figures beside what is wanted; exit code 1 when one is not reached.

overload  R, then twice R, then R again: R is still served in time, the rest is told to come back, and nothing is left of it five seconds later.
soak      four fifths of R for some minutes: the workers need no more memory at the end than in the middle.
swap      four fifths of R while the index changes: commits every few seconds; a whole reindex, or for large catalogues another generation and back.
worker    four fifths of R while a worker is killed: lost is what it had in hand, and another takes its place.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import cli
from bench.changes import commits, swaps
from bench.figures import Figure, table
from bench.homes import copied
from bench.peak import Seen, highest, load, onward
from bench.search import percentile
from bench.served import Server, served
from bench.traffic import requests
from indexer.engine import open_engine

LIMIT = 250.0  # ms that 99 of 100 answers may take
CHANGING = 500.0  # and while the index changes
SHARE = 0.8  # of the rate held, in all parts but overload
RECOVERY = 5.0  # seconds


@dataclass
class Trial:
    """A server, and visitors who never ask the same twice in a row: each load goes on where the one before ended."""

    server: Server
    paths: list[str]
    rate: float
    minutes: float
    seconds: float  # of the shorter parts
    connections: int = 128

    async def visit(self, share: float, seconds: float, seen: Seen) -> Seen:
        """So much of the rate held, for some seconds."""
        asked = self.paths
        self.paths = onward(asked, int(self.rate * share * seconds))
        return await load(asked, self.server.url, self.rate * share, seconds, self.connections, seen)


def served_well(what: str, seen: Seen, limit: float) -> list[Figure]:
    """Nobody saw an error, nobody was sent away, and nearly all were answered in time."""
    if seen.errors:
        print(f"{what}: first errors: {seen.errors[:3]}", file=sys.stderr)
    late = percentile(seen.ms, 0.99) if seen.ms else float("inf")
    return [
        Figure(f"{what}: errors", len(seen.errors), "at most", 0),
        Figure(f"{what}: told to come back", len(seen.shed), "at most", 0),
        Figure(f"{what}: p99", late, "at most", limit, "ms"),
    ]


async def overload(trial: Trial) -> list[Figure]:
    """Twice what is held."""
    steady, crowd = trial.seconds, 3 * trial.seconds
    usual, more = Seen(), Seen()

    async def later() -> None:
        await asyncio.sleep(steady)
        await trial.visit(1.0, crowd, more)

    await asyncio.gather(trial.visit(1.0, steady + crowd + steady, usual), later())
    during = usual.between(steady, steady + crowd)
    times = [*during.ms, *more.ms]
    offered, refused = 2 * trial.rate * crowd, len(during.shed) + len(more.shed)
    after = [usual.between(steady + crowd + second, steady + crowd + second + 1) for second in range(int(steady))]
    recovered = next((second for second, seen in enumerate(after) if seen.held(LIMIT)), steady)
    print(f"overload: {2 * trial.rate:,.0f} a second offered, {len(times) / crowd:,.0f} answered, {refused / crowd:,.0f} told to come back, p50 {percentile(times, 0.5):.0f} ms")
    for error in [*usual.errors, *more.errors][:3]:
        print(f"overload: {error}", file=sys.stderr)
    return [
        Figure("overload: answered in time while twice the rate held is offered", sum(ms <= LIMIT for ms in times) / crowd, "at least", 0.95 * trial.rate, "/s"),
        Figure("overload: p99 of these answers", percentile(times, 0.99), "at most", LIMIT, "ms"),
        Figure("overload: told to come back", refused / offered, "beside", 0.5, "of all"),
        Figure("overload: errors, a 503 that does not say when among them", len(usual.errors) + len(more.errors), "at most", 0),
        Figure("overload: until p99 of a second is in time again", recovered, "at most", RECOVERY, "s"),
    ]


async def soak(trial: Trial) -> list[Figure]:
    """Time passes."""
    seen, memory = Seen(), []
    visiting = asyncio.create_task(trial.visit(SHARE, trial.minutes * 60, seen))
    while not visiting.done():
        await asyncio.wait([visiting], timeout=min(10.0, trial.minutes * 2))
        memory.append(trial.server.memory())
    print("soak: MB of the workers:", " ".join(f"{mb:.0f}" for mb in memory))
    third = len(memory) // 3
    middle, last = mean(memory[third : 2 * third]), mean(memory[2 * third :])
    return [Figure(f"soak: memory in the last third of {trial.minutes:g} minutes to that in the middle", last / middle, "at most", 1.05), *served_well("soak", seen, LIMIT)]


async def swap(trial: Trial) -> list[Figure]:
    """The index changes. The server's catalogue must be a copy: see trials()."""
    found = []
    for name, change in (("commits", commits), ("swap", swaps)):
        seen = Seen()
        visiting = asyncio.create_task(trial.visit(SHARE, 10_000, seen))
        told = await asyncio.to_thread(change, trial.server.home, trial.seconds)
        visiting.cancel()
        await asyncio.wait([visiting])
        print(f"{name}: {told}, {len(seen.ms):,} answers meanwhile")
        found += served_well(f"{name} under load", seen, CHANGING)
    return found


async def worker(trial: Trial) -> list[Figure]:
    """A worker dies."""
    seen, before = Seen(), trial.server.listening()
    visiting = asyncio.create_task(trial.visit(SHARE, 3 * trial.seconds, seen))
    await asyncio.sleep(trial.seconds)
    began, busy = time.monotonic(), seen.asking
    os.kill(trial.server.workers()[0], signal.SIGKILL)
    while trial.server.listening() >= before and time.monotonic() - began < 1:
        await asyncio.sleep(0.01)
    while trial.server.listening() < before and not visiting.done():
        await asyncio.sleep(0.1)
    back = time.monotonic() - began
    await visiting
    end = seen.between(2 * trial.seconds, 3 * trial.seconds)
    print(f"worker: killed while {busy} requests were under way; {seen.again} sent again, {len(seen.errors)} lost")
    return [
        Figure("worker killed: requests that a browser sends again, of those under way", seen.again, "beside", busy),
        Figure("worker killed: requests lost, of those under way", len(seen.errors), "at most", busy),
        Figure("worker killed: until another takes connections", back, "at most", 10.0, "s"),
        *served_well("worker killed, a while later", end, LIMIT),
    ]


PARTS: dict[str, Callable[[Trial], Coroutine[None, None, list[Figure]]]] = {"overload": overload, "soak": soak, "swap": swap, "worker": worker}


@contextmanager
def over(home: Path, changing: bool) -> Iterator[Path]:
    """The catalogue to serve: a copy where it is to be changed."""
    if changing:
        with copied(home) as copy:
            yield copy
    else:
        yield home


def run(home: Path, paths: list[str], parts: list[str], rate: float, minutes: float, seconds: float) -> list[Figure]:
    """The parts wanted, each on a server that is newly started and warmed by the traffic itself."""
    figures = []
    for name in parts:
        with over(home, name == "swap") as catalogue, served(catalogue) as server:
            trial = Trial(server, paths, rate, minutes, seconds)
            asyncio.run(trial.visit(SHARE, seconds, Seen()))
            figures += asyncio.run(PARTS[name](trial))
    return figures


def held(home: Path, paths: list[str], seconds: float) -> float:
    """The highest rate that a warm server holds."""
    with served(home) as server:
        asyncio.run(load(paths, server.url, 100, seconds, 128))
        return highest(paths, server.url, seconds, 128, LIMIT)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", type=Path, nargs="?")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part; repeatable")
    parser.add_argument("--rate", type=float, default=0.0, help="the rate held; found if not given")
    parser.add_argument("--minutes", type=float, default=10.0, help="of the soak")
    parser.add_argument("--seconds", type=float, default=20.0, help="a third of the overload, and the unit of the other parts")
    args = parser.parse_args()
    paths = args.paths.read_text(encoding="utf-8").splitlines() if args.paths else list(requests(open_engine(cli.engine_url()), 100_000, 0.1, 1))
    rate = args.rate or held(cli.home(), paths, args.seconds)
    figures = run(cli.home(), paths, args.part or list(PARTS), rate, args.minutes, args.seconds)
    print(f"\n{rate:,.0f} requests a second held\n{table(figures)}")
    if not all(figure.good for figure in figures):
        sys.exit(1)


if __name__ == "__main__":
    main()
