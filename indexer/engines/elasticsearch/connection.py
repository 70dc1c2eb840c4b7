"""The way to a cluster: one client for all threads, and its failures in our words."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import elasticsearch
from elasticsearch import Elasticsearch
from elasticsearch.serializer import OrjsonSerializer

from catalog.errors import EngineError, EngineUnavailable, GenerationError
from indexer.engines.elasticsearch.settings import Settings

Client = Elasticsearch
NotFound = elasticsearch.NotFoundError
Conflict = elasticsearch.ConflictError

OLDEST = (8, 19)  # of the servers that the tests run on
REFUSED_FOR = 1.0  # seconds without asking again after every host failed to answer in time
SPACE = "free disk space on the data nodes: Elasticsearch lifts the block by itself below the high watermark"


class Connection:
    """One client for all threads. `search` gives up soon and asks another host; `manage` is patient, for building and switching."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        secret: dict[str, Any] = {}
        if settings.api_key:
            secret["api_key"] = settings.api_key
        elif settings.user:
            secret["basic_auth"] = (settings.user, settings.password)
        if settings.ca:
            if not os.path.isfile(settings.ca):
                raise EngineError(f"there is no file {settings.ca}", hint="HAOKE_ENGINE_CA names a PEM file")
            secret["ca_certs"] = settings.ca
        client = Elasticsearch(list(settings.hosts), serializer=OrjsonSerializer(), connections_per_node=16, max_dead_node_backoff=10, **secret)
        others = len(settings.hosts) - 1
        # A host that hangs costs one timeout, then the next is asked; one host alone is not asked twice for what it has no time for
        self.search = client.options(request_timeout=settings.timeout, max_retries=max(2, others), retry_on_timeout=others > 0, retry_on_status=(429, 502, 503, 504))
        self.manage = client.options(request_timeout=60, max_retries=3, retry_on_timeout=True, retry_on_status=(502, 503, 504))
        self.patient = client.options(request_timeout=600, max_retries=0)
        self._client = client
        self._refused_until = 0.0
        self._lock = threading.Lock()

    @contextmanager
    def asking(self) -> Iterator[Client]:
        """The client for searches. While no host answers, most callers are told so at once instead of waiting in line."""
        if time.monotonic() < self._refused_until:
            raise EngineUnavailable("no host of the cluster answers", hint="see `haoke doctor`; tried again in a second")
        try:
            with translated(self.settings):
                yield self.search
        except EngineUnavailable as error:
            if isinstance(error.__cause__, elasticsearch.ConnectionTimeout):
                with self._lock:
                    self._refused_until = time.monotonic() + REFUSED_FOR
            raise

    @contextmanager
    def managing(self) -> Iterator[Client]:
        """The client for everything else."""
        with translated(self.settings):
            yield self.manage

    def check(self) -> str:
        """The servers' oldest version; EngineError for one that is not supported."""
        with self.managing() as client:
            nodes = client.nodes.info(metric="_none", filter_path="nodes.*.version").get("nodes", {})
        versions = sorted(tuple(int(n) for n in re.findall(r"\d+", v["version"])[:3]) for v in nodes.values())
        oldest = ".".join(map(str, versions[0])) if versions else "unknown"
        if versions and versions[0][:2] < OLDEST:
            raise EngineError(f"the cluster runs Elasticsearch {oldest}", hint="8.19 and 9.x are supported: upgrade its nodes")
        return oldest

    def close(self) -> None:
        """Gives up the connections."""
        self._client.close()


@contextmanager
def translated(settings: Settings) -> Iterator[None]:
    """The client's failures become ours, each with what to do next."""
    hosts = ", ".join(settings.hosts)
    try:
        yield
    except elasticsearch.SSLError as error:  # also a ConnectionError: it stands first
        raise EngineError(f"{hosts}: the certificate is not accepted: {_reason(error)}", hint="HAOKE_ENGINE_CA names the authority that signed it; the host must stand in it") from error
    except elasticsearch.ConnectionTimeout as error:
        raise EngineUnavailable(f"{hosts} did not answer in time", hint="see `haoke doctor`") from error
    except elasticsearch.UnsupportedProductError as error:
        raise EngineError(f"{hosts} is no Elasticsearch", hint="8.19 and 9.x are supported; other products answer differently") from error
    except (elasticsearch.ConnectionError, elasticsearch.TransportError) as error:
        raise EngineUnavailable(f"{hosts} can't be reached: {_reason(error)}", hint="is it running, and is HAOKE_ENGINE right?") from error
    except elasticsearch.ApiError as error:
        raise _answered(error, settings) from error


def _reason(error: Exception) -> str:
    return str(getattr(error, "message", "") or error)[:200]


def _answered(error: elasticsearch.ApiError, settings: Settings) -> EngineError:
    """An answer that says no."""
    status, kind, reason = error.meta.status, str(error.error), _why(error.body)
    if "cluster_block_exception" in kind:
        if "read-only" in reason or "read_only" in reason:
            return EngineError(f"the cluster refuses to be written to: {reason}", hint=SPACE)
        return EngineUnavailable(f"the cluster is not ready: {reason}", hint="it has no master; see `haoke doctor`")
    if status == 401:
        return EngineError("the cluster does not know this user or key", hint="check HAOKE_ENGINE_USER and HAOKE_ENGINE_PASSWORD, or HAOKE_ENGINE_API_KEY")
    if status == 403:
        return EngineError(f"this user may not do that: {reason}", hint="give it the role of docs/operating.md: one to search, another to build")
    if status == 404 and "index_not_found" in kind:
        return GenerationError("there is no index yet", hint="run `haoke reindex`")
    if status == 406 or "media_type" in kind:
        return EngineError("this server does not speak version 8 of the protocol", hint="8.19 and 9.x are supported")
    if status == 429 or status >= 500:
        return EngineUnavailable(f"the cluster can't answer now ({status}): {reason}", hint="see `haoke doctor`")
    return EngineError(f"the cluster can't answer ({status}): {reason}", hint="run `haoke doctor`")


def _why(body: Any) -> str:
    """The innermost reason of an error's body."""
    found = body.get("error", body) if isinstance(body, Mapping) else body
    if isinstance(found, Mapping):
        causes = found.get("root_cause") or [found]
        return str(causes[0].get("reason") or found.get("reason") or found)[:300]
    return str(found)[:300]
