"""How a cluster is told to us: the URL and the environment, checked before anything is asked.

    https://host:9200[,https://other:9200…][/name]     hosts of one cluster; `name` (default haoke) begins all our index names
    HAOKE_ENGINE_USER, HAOKE_ENGINE_PASSWORD           or HAOKE_ENGINE_API_KEY; over plain http only to this machine
    HAOKE_ENGINE_CA                                    PEM file of the authority that signed the cluster's certificates
    HAOKE_ENGINE_TIMEOUT                               seconds that one attempt of a search may take, default 3
    HAOKE_ENGINE_SHARDS                                primary shards by kind, e.g. job=6,course=2; others 1
    HAOKE_ENGINE_REPLICAS                              copies of each shard, a number or a range, default 0-1
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from catalog.errors import BadRequest
from catalog.resource import Kind

HERE = {"localhost", "127.0.0.1", "::1"}
LONGEST = 600.0  # seconds; who waits longer for a search has gone
MOST_SHARDS = 1024  # what Elasticsearch takes for one index


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the cluster is and how to speak with it."""

    hosts: tuple[str, ...]
    name: str = "haoke"
    user: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    ca: str = ""
    timeout: float = 3.0
    shards: Mapping[str, int] = field(default_factory=dict)
    replicas: str = "0-1"


def settings(url: str, environment: Mapping[str, str] = os.environ) -> Settings:
    """Reads the URL and the environment. BadRequest says which of them is wrong."""
    hosts, name = [], ""
    for part in filter(None, (part.strip() for part in url.split(","))):
        split = _split(part)
        if split.username or split.password:
            raise _bad("the engine's URL holds a password", "HAOKE_ENGINE", "put it into HAOKE_ENGINE_USER and HAOKE_ENGINE_PASSWORD: URLs are printed")
        port = split.port or (443 if split.scheme == "https" else 9200)
        host = f"[{split.hostname}]" if ":" in (split.hostname or "") else split.hostname
        hosts.append(f"{split.scheme}://{host}:{port}")
        name = split.path.strip("/") or name
    if not hosts:
        raise _bad("no host in the engine's URL", "HAOKE_ENGINE", "write https://host:9200")
    if name and not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
        raise _bad(f"{name!r} can't begin index names", "HAOKE_ENGINE", "after the host: small letters, digits, - and _")
    user, api_key = environment.get("HAOKE_ENGINE_USER", ""), environment.get("HAOKE_ENGINE_API_KEY", "")
    if (user or api_key) and any(h.startswith("http:") and urlsplit(h).hostname not in HERE for h in hosts):
        raise _bad("a password would cross the network unencrypted", "HAOKE_ENGINE", "write https://")
    return Settings(
        tuple(hosts),
        name or "haoke",
        user,
        environment.get("HAOKE_ENGINE_PASSWORD", ""),
        api_key,
        environment.get("HAOKE_ENGINE_CA", ""),
        _timeout(environment.get("HAOKE_ENGINE_TIMEOUT") or "3"),
        _shards(environment.get("HAOKE_ENGINE_SHARDS", "")),
        _replicas(environment.get("HAOKE_ENGINE_REPLICAS") or "0-1"),
    )


def _bad(what: str, parameter: str, hint: str) -> BadRequest:
    return BadRequest(what, parameter=parameter, hint=hint)


def _split(part: str) -> SplitResult:
    """A host's URL in its parts. The message shows none of it: it may hold a password."""
    try:
        split = urlsplit(part)
        known = split.scheme in ("http", "https") and split.hostname and split.port != 0
    except ValueError:  # a port that is no number, or no port
        known = False
    if not known:
        shown = re.sub(r"//[^/]*@", "//…@", part)
        raise _bad(f"{shown!r} is no host of a cluster", "HAOKE_ENGINE", "write https://host:9200, several with commas between")
    return split


def _timeout(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST:  # NaN is neither
        raise _bad(f"HAOKE_ENGINE_TIMEOUT: {text!r} is no number of seconds", "HAOKE_ENGINE_TIMEOUT", f"write 3; more than 0, at most {LONGEST:.0f}")
    return seconds


def _shards(text: str) -> dict[str, int]:
    shards: dict[str, int] = {}
    for kind, _, number in (pair.partition("=") for pair in text.split(",") if pair.strip()):
        kind, number = kind.strip(), number.strip()
        if kind not in list(Kind):
            raise _bad(f"HAOKE_ENGINE_SHARDS: there is no kind {kind!r}", "HAOKE_ENGINE_SHARDS", f"write job=6,course=2; kinds are {', '.join(Kind)}")
        if not re.fullmatch("[1-9][0-9]{0,3}", number) or int(number) > MOST_SHARDS:
            raise _bad(f"HAOKE_ENGINE_SHARDS: {number!r} is no number of shards", "HAOKE_ENGINE_SHARDS", f"write job=6,course=2; 1 to {MOST_SHARDS}")
        shards[kind] = int(number)
    return shards


def _replicas(text: str) -> str:
    found = re.fullmatch("([0-9]{1,3})(?:-([0-9]{1,3}|all))?", text.strip())
    if not found or (found[2] and found[2] != "all" and int(found[2]) < int(found[1])):
        raise _bad(f"HAOKE_ENGINE_REPLICAS: {text!r} is no number of copies", "HAOKE_ENGINE_REPLICAS", "write 1, or a range that follows the number of nodes: 0-1, 0-all")
    return found[0]
