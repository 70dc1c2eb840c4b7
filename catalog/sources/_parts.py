"""Modules that a platform publishes in parts: what a data_version.json names, and fetching it politely.

Fetcher waits between requests, gives up on a request after TIMEOUT seconds of silence, tries again what may pass
(connection lost, 429, 5xx) and never keeps more than LIMIT bytes of one answer.
"""

from __future__ import annotations

import time
from pathlib import Path, PurePosixPath
from types import TracebackType
from urllib.parse import unquote, urlsplit

from catalog.errors import SourceError
from catalog.sources._files import parse, walk

VERSION_FILE = "data_version.json"
TIMEOUT = 30.0  # seconds
PAUSE = 0.5  # seconds between two requests
ATTEMPTS = 3
LIMIT = 1 << 30  # bytes of one part
_AGENT = "haoke (catalogue harvester)"


def file_name(url: str) -> str:
    """The file name at the end of a part's address; never a path."""
    return PurePosixPath(unquote(urlsplit(url).path)).name


def part_urls(data: bytes, where: str) -> list[str]:
    """The addresses that a data_version.json names: `urls` is a list, or one string joined by commas. SourceError if none."""
    hint = "download data_version.json of the module again"
    try:
        urls = walk(parse(data), "urls")
    except ValueError as error:
        raise SourceError(f"{where} is no JSON: {error}", hint=hint) from error
    if isinstance(urls, str):
        urls = urls.split(",")
    found = [u.strip() for u in urls if isinstance(u, str) and file_name(u.strip())] if isinstance(urls, list) else []
    if not found:
        raise SourceError(f"{where} names no parts in `urls`", hint=hint)
    return list(dict.fromkeys(found))


class Fetcher:
    """Gets addresses one after another. Use as a context manager; SourceError says what could not be had and why."""

    def __init__(self, folder: Path, *, pause: float = PAUSE, timeout: float = TIMEOUT) -> None:
        import httpx

        self._folder = folder
        self._pause = pause
        self._last = 0.0
        self._client = httpx.Client(timeout=timeout, follow_redirects=True, max_redirects=3, headers={"User-Agent": _AGENT})

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._client.close()

    def get(self, url: str) -> bytes:
        """The answer to one small request."""
        return self.download(url).read_bytes()

    def download(self, url: str) -> Path:
        """The answer as a file of the folder, streamed."""
        import httpx
        import stamina

        if urlsplit(url).scheme not in ("http", "https"):
            raise SourceError(f"{url} is no http(s) address", hint="only http and https can be fetched")
        try:
            for attempt in stamina.retry_context(on=_may_pass, attempts=ATTEMPTS, timeout=None, wait_initial=self._pause, wait_max=30.0):
                with attempt:
                    return self._once(url)
        except httpx.HTTPStatusError as error:
            raise SourceError(f"{url} answered {error.response.status_code}", hint="look at the address, or try again later") from error
        except httpx.HTTPError as error:
            raise SourceError(f"{url} can't be fetched: {error or type(error).__name__}", hint="check the network, then try again") from error
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _once(self, url: str) -> Path:
        time.sleep(max(0.0, self._last + self._pause - time.monotonic()))
        path, size = self._folder / (file_name(url) or "answer"), 0
        try:
            with self._client.stream("GET", url) as answer, path.open("wb") as file:
                answer.raise_for_status()
                for chunk in answer.iter_bytes():
                    size += len(chunk)
                    if size > LIMIT:
                        raise SourceError(f"{url} is larger than {LIMIT >> 20} MB", hint="download it by other means, and name the folder")
                    file.write(chunk)
        finally:
            self._last = time.monotonic()
        return path


def _may_pass(error: Exception) -> bool:
    """Whether trying again may help."""
    import httpx

    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code == 429 or error.response.status_code >= 500
    return isinstance(error, httpx.TransportError)
