"""What is wrong with the cluster, for `haoke doctor`: each finding with its remedy. Asks; changes nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from catalog.errors import HaokeError
from indexer.engine import Finding
from indexer.engines.elasticsearch.connection import SPACE, Connection, NotFound
from indexer.engines.elasticsearch.lock import DOCUMENT, Lock


def findings(connection: Connection) -> list[Finding]:
    """Everything that an operator should know, the gravest first."""
    found: list[Finding] = []
    for look in (_hosts, _shards, _blocks, _lock):
        try:
            found += look(connection)
        except HaokeError as error:
            # the same refusal once, whoever met it
            finding = ("error", f"cluster: {error.message}", error.hint)
            found += [finding] if finding not in found else []
    return sorted(found, key=lambda f: ("error", "warning", "ok").index(f[0]))


def _hosts(connection: Connection) -> Iterator[Finding]:
    """Each host is asked for itself: one that is away does not show while others answer."""
    answering = 0
    for host in connection.settings.hosts:
        alone = Connection(replace(connection.settings, hosts=(host,)))
        try:
            with alone.asking() as client:
                client.cluster.health(filter_path="status")
            answering += 1
        except HaokeError as error:
            yield "warning" if len(connection.settings.hosts) > 1 else "error", f"cluster: {error.message}", error.hint
        finally:
            alone.close()
    if answering:
        yield "ok", f"cluster: {answering} of {len(connection.settings.hosts)} hosts answer, Elasticsearch {connection.check()}", ""


def _shards(connection: Connection) -> Iterator[Finding]:
    name = connection.settings.name
    with connection.asking() as client:
        health = client.cluster.health(index=f"{name}.*", expand_wildcards="all", level="indices").body
    red = [index for index, told in health["indices"].items() if told["status"] == "red"]
    yellow = [index for index, told in health["indices"].items() if told["status"] == "yellow"]
    if red:
        yield "error", f"cluster: shards of {', '.join(sorted(red))} are not assigned: their documents are missing", "bring their node back (GET _cluster/allocation/explain says why), or run `haoke reindex`"
    if yellow:
        yield "warning", f"cluster: {len(yellow)} indices lack copies: the loss of a node would lose them", "start another node, or set HAOKE_ENGINE_REPLICAS=0 where one node is meant"


def _blocks(connection: Connection) -> Iterator[Finding]:
    name = connection.settings.name
    with connection.asking() as client:
        told = client.indices.get_settings(index=f"{name}.*", name="index.blocks.*", expand_wildcards="all", allow_no_indices=True, flat_settings=True).body
    held = sorted(index for index, t in told.items() if any(v == "true" for v in t["settings"].values()))
    if held:
        yield "error", f"cluster: {', '.join(held)} can't be written to (disk above the flood-stage watermark, or a block by hand)", SPACE


def _lock(connection: Connection) -> Iterator[Finding]:
    with connection.asking() as client:
        try:
            holder = client.get(index=Lock(connection).index, id=DOCUMENT).body["_source"]
        except NotFound:
            return
    if holder["until"] < time.time():
        yield "warning", f"cluster: a writer on {holder['host']} (process {holder['process']}) ended without giving back its lock", "nothing to do: the next one takes it over"
    else:
        yield "ok", f"cluster: {holder['host']}, process {holder['process']}, is writing", ""


