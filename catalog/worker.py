"""Raw rows → entries, here or in worker processes. transform() costs more than everything else of an ingest together.

A worker is a fresh interpreter that answers on its standard output what comes on its standard input: nothing is forked, so threads of
the caller do no harm, and when the caller is killed the pipe ends and the worker with it.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue
from types import ModuleType
from typing import IO, Any

from pydantic import ValidationError

from catalog.bulk import collect_seldom
from catalog.codec import Entry, entries, entry
from catalog.errors import BadValue, HaokeError
from catalog.resource import Resource
from catalog.sources import Broken, Options, Raw, Source
from catalog.store import Rejection

Converted = Entry | Rejection | None  # None: passed over
_REPORT = "the row is kept; report it with the row, it is a defect of the source module"


def convert(source: Source, options: Options, items: Sequence[Raw | Broken]) -> list[Converted]:
    """Each row by itself, in order; all resources are made before the first becomes an entry, which is faster."""
    made = [_resource(source, options, item) for item in items]
    try:
        done = iter(entries([one for one in made if isinstance(one, Resource)]))
    except Exception:  # one of them can't be written: each by itself, so that only that one is refused
        return [_entry(one, item) if isinstance(one, Resource) else one for one, item in zip(made, items, strict=True)]
    return [next(done) if isinstance(one, Resource) else one for one in made]


def _resource(source: Source, options: Options, item: Raw | Broken) -> Resource | Rejection | None:
    """The resource of a row. Whatever a source's code raises becomes the Rejection of that row: a defect there must not lose the rest."""
    if isinstance(item, Broken):
        return Rejection(item.row, "", item.value[:200], item.reason, item.hint)
    try:
        made = source.transform(item.value, options)
        if made is not None and not isinstance(made, Resource):
            raise TypeError(f"transform() gave a {type(made).__name__}, not a Resource")
        return made
    except Exception as error:  # a source that fails at one record must not lose the others
        return _rejection(item, error)


def _entry(resource: Resource, item: Raw | Broken) -> Entry | Rejection:
    """The entry of a row's resource, or why there is none."""
    try:
        return entry(resource)
    except Exception as error:  # what can't be written must not lose the others either
        return _rejection(item, error)


def _rejection(item: Raw | Broken, error: Exception) -> Rejection:
    """Why a row is no resource."""
    if isinstance(error, BadValue):
        return Rejection(item.row, error.field, str(error.value)[:200], error.reason, error.hint)
    if isinstance(error, ValidationError):
        first, *more = error.errors(include_url=False)
        reason = first["msg"] + (f" (and {len(more)} more)" if more else "")
        return Rejection(item.row, ".".join(map(str, first["loc"])), str(first["input"])[:200], reason, "mend the value at the source")
    # a defect of the source: its own words stand in the rejection
    return Rejection(item.row, "", repr(item.value)[:200], f"{type(error).__name__}: {error}", _REPORT)


class Worker:
    """One worker process."""

    def __init__(self, job: bytes) -> None:
        code = "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); from catalog.worker import serve; serve()"
        self.process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdin and self.process.stdout
        self._in: IO[bytes] = self.process.stdin
        self._out: IO[bytes] = self.process.stdout
        pickle.dump([p or os.getcwd() for p in sys.path], self._in)
        self._in.write(job)

    def ask(self, items: Sequence[Raw | Broken]) -> list[Converted]:
        """convert() over there. HaokeError when the process has ended."""
        try:
            self._in.write(pickle.dumps(items, pickle.HIGHEST_PROTOCOL))
            self._in.flush()
            answer: list[Converted] = pickle.load(self._out)
            return answer
        except (EOFError, BrokenPipeError, pickle.UnpicklingError) as error:
            raise HaokeError("a worker process ended before its work was done", hint="out of memory? run the command again, with --workers 1") from error

    def close(self) -> None:
        """Ends the process, also in the middle of a chunk."""
        self.process.kill()
        self.process.wait()
        self._out.close()
        with suppress(BrokenPipeError):  # what was still to be sent is wanted no more
            self._in.close()


def serve() -> None:
    """The worker's side: until its input ends."""
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a source that prints must not garble the answers
    source, options = _unpacked(pickle.load(requests))
    collect_seldom()
    while True:
        try:
            items = pickle.load(requests)
        except (EOFError, KeyboardInterrupt):
            return
        try:
            answers.write(pickle.dumps(convert(source, options, items), pickle.HIGHEST_PROTOCOL))
            answers.flush()
        except (BrokenPipeError, KeyboardInterrupt):
            return


def _unpacked(job: tuple[Any, Options]) -> tuple[Source, Options]:
    import importlib

    named, options = job
    return (importlib.import_module(named) if isinstance(named, str) else named), options


def job_of(source: Source, options: Options) -> bytes | None:
    """What a worker needs to know, or None when it can't be sent: then the work stays here."""
    named = source.__name__ if isinstance(source, ModuleType) else source
    if getattr(type(source), "__module__", "") == "__main__":
        return None  # another interpreter has another __main__
    try:
        return pickle.dumps((named, options), pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError):
        return None


def converted(chunks: Iterable[Sequence[Raw | Broken]], source: Source, options: Options, workers: int) -> Generator[list[Converted], None, None]:
    """convert() for each chunk, in order, in `workers` processes; the first chunk is done here, since most tables end with it.

    Holds at most workers + 2 chunks in memory.
    """
    stream = iter(chunks)
    first = next(stream, None)
    if first is None:
        return
    yield convert(source, options, first)
    second = next(stream, None)
    if second is None:
        return
    job = job_of(source, options) if workers > 1 else None
    if job is None:
        yield convert(source, options, second)
        for chunk in stream:
            yield convert(source, options, chunk)
        return
    idle: SimpleQueue[Worker] = SimpleQueue()
    team = [Worker(job) for _ in range(workers)]
    for worker in team:
        idle.put(worker)

    def ask(chunk: Sequence[Raw | Broken]) -> list[Converted]:
        worker = idle.get()
        try:
            return worker.ask(chunk)
        finally:
            idle.put(worker)

    pool = ThreadPoolExecutor(workers)
    pending: deque[Future[list[Converted]]] = deque([pool.submit(ask, second)])
    try:
        for chunk in stream:
            pending.append(pool.submit(ask, chunk))
            if len(pending) >= workers + 2:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in team:
            worker.close()
        pool.shutdown()
