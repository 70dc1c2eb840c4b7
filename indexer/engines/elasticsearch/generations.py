"""Generations as the cluster keeps them: indices with metadata in `_meta`, and two aliases that move in one atomic call."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from catalog.errors import EngineError, EngineUnavailable, GenerationError
from indexer import engine as api
from indexer.engines.elasticsearch import mapping
from indexer.engines.elasticsearch.connection import Connection, NotFound
from indexer.engines.elasticsearch.reading import taken
from indexer.fields import SCHEMA_VERSION, SHANGHAI

KNOWN = "*.aliases,*.mappings._meta"  # of an index; whole mappings are long
COPIED_WITHIN = 3_600  # seconds for the copies of a finished build to come up


class Generations:
    """Makes, lists, switches and removes generations."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.name = connection.settings.name

    # what is there -------------------------------------------------------------------------------------------------
    def _indices(self, pattern: str = "") -> Mapping[str, Any]:
        """Index name → {"aliases", "mappings"} of all our generations, or of one."""
        with self.connection.managing() as client:
            found = client.indices.get(index=pattern or f"{self.name}.g*", features="aliases,mappings", allow_no_indices=True, ignore_unavailable=True, filter_path=KNOWN)
            told: Mapping[str, Any] = found.body
            return told

    def all(self) -> list[api.Generation]:
        """All generations, newest first."""
        return sorted(self._read(self._indices()), key=lambda g: g.name, reverse=True)

    def _read(self, indices: Mapping[str, Any]) -> list[api.Generation]:
        active, before = mapping.alias(self.name), mapping.previous(self.name)
        found = []
        for index, told in indices.items():
            if not index.endswith(f"-{mapping.PRIMARY}"):
                continue
            generation = mapping.generation_of(self.name, index)
            states = {before: "previous", active: "active"}
            state = next((states[a] for a in (active, before) if a in told.get("aliases", {})), "")
            meta = told.get("mappings", {}).get("_meta", {})
            try:
                known = api.Generation(**{**meta, "name": generation})
            except TypeError:
                # not of this version, or without its metadata: listed, so that it can be removed
                known = api.Generation(generation, "broken", 0, "", 0, 0, "")
            found.append(replace(known, state=state or known.state))
        return found

    def active(self) -> api.Generation | None:
        """The generation that answers."""
        with self.connection.asking() as client:
            try:
                # the indices behind the alias, and nothing else
                told = client.indices.get(index=mapping.alias(self.name), features="aliases,mappings", filter_path=KNOWN).body
            except NotFound:
                return None
        if mapping.alias(self.name) in told:
            raise taken(self.name)
        return next(iter(self._read(told)), None)

    def one(self, generation: str) -> api.Generation:
        """A generation by name. GenerationError when there is none, with those that there are."""
        if re.fullmatch(r"g[0-9a-z-]+", generation):
            found = self._read(self._indices(mapping.index(self.name, generation, mapping.PRIMARY)))
            if found:
                return found[0]
        known = ", ".join(g.name for g in self.all()) or "none"
        raise GenerationError(f"no generation {generation!r}", hint=f"there are: {known}")

    # making --------------------------------------------------------------------------------------------------------
    def begin(self, fingerprint: str) -> api.Generation:
        """A new empty generation."""
        self.connection.check()
        now = datetime.now(SHANGHAI)
        name = f"g{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        meta = api.Generation(name, "building", SCHEMA_VERSION, fingerprint, 0, 0, now.isoformat(timespec="seconds"))
        with self.connection.managing() as client:
            if client.indices.exists(index=mapping.alias(self.name)) and not client.indices.exists_alias(name=mapping.alias(self.name)):
                raise taken(self.name)  # said now, not after hours of building
            client.indices.put_index_template(name=self.name, body=mapping.template(self.name))
        self.create(name, mapping.PRIMARY, meta)
        return meta

    def create(self, generation: str, kind: str, meta: api.Generation | None = None) -> str:
        """The index of one kind, made from the template. In a generation that answers it joins the alias."""
        index = mapping.index(self.name, generation, kind)
        body: dict[str, Any] = {"settings": {"index.number_of_shards": self.connection.settings.shards.get(kind, 1)}}
        live, alias = None, ""
        if meta:
            body["mappings"] = {"_meta": asdict(meta)}
        else:
            live = self.one(generation)
            if live.state != "building":
                body["settings"] |= mapping.copies(self.connection.settings.replicas)
            alias = self._alias(live)
            if alias:
                body["aliases"] = {alias: {}}  # from its first moment: cut off between two requests it would stay outside
        with self.connection.managing() as client:
            answer = client.options(ignore_status=400).indices.create(index=index, **body, wait_for_active_shards="1").body
            # it may exist: an attempt whose answer was lost has made it, and the name is nobody else's
            if answer.get("error", {}).get("type", "resource_already_exists_exception") != "resource_already_exists_exception":
                raise EngineError(f"{index} can't be made: {answer['error'].get('reason', answer['error'])}", hint="run `haoke doctor`")
            if alias:
                client.indices.update_aliases(actions=[{"add": {"index": index, "alias": alias}}])
        return index

    def _alias(self, generation: api.Generation) -> str:
        """The alias that all indices of a generation stand behind, "" for none."""
        return {"active": mapping.alias(self.name), "previous": mapping.previous(self.name)}.get(generation.state, "")

    def kinds(self, generation: api.Generation) -> set[str]:
        """The kinds that have an index in a generation, behind its alias where it has one."""
        alias, told = self._alias(generation), self._indices(mapping.index(self.name, generation.name))
        return {index.rpartition("-")[2] for index, seen in told.items() if not alias or alias in seen.get("aliases", {})}

    def write(self, meta: api.Generation) -> None:
        """Keeps a generation's metadata. The caller holds the writer's lock or is alone with a new generation."""
        with self.connection.managing() as client:
            kept = self.one(meta.name)
            state = meta.state if meta.state in ("building", "ready") else "ready"
            client.indices.put_mapping(index=mapping.index(self.name, meta.name, mapping.PRIMARY), meta=asdict(replace(kept, **{**asdict(meta), "state": state})))

    def seal(self, generation: str, documents: int) -> api.Generation:
        """Marks a build ready once its copies stand: a node lost after the switch must lose nothing."""
        known = self.one(generation)
        with self.connection.managing() as client:
            client.indices.put_settings(index=mapping.index(self.name, generation), settings=mapping.copies(self.connection.settings.replicas))
        self._copied(generation)
        meta = replace(known, state="ready", documents=documents, resume_after="")
        self.write(meta)
        return self.one(generation) if known.state in ("active", "previous") else meta

    def _copied(self, generation: str) -> None:
        until = time.monotonic() + COPIED_WITHIN
        while True:
            with self.connection.managing() as client:
                health = client.options(ignore_status=408).cluster.health(index=mapping.index(self.name, generation), wait_for_status="green", timeout="20s").body
            if health["status"] == "green":
                return
            # red stays red when the only copy was on a node that is gone
            if health["status"] == "red" and health["timed_out"]:
                raise EngineUnavailable(f"shards of {generation} are lost or not assigned", hint="bring the node back, or run `haoke reindex` anew")
            if time.monotonic() > until:
                raise EngineUnavailable(f"the copies of {generation} are not assigned", hint="see `haoke doctor`, then run `haoke reindex --resume`; HAOKE_ENGINE_REPLICAS=0 builds without copies")

    # switching -----------------------------------------------------------------------------------------------------
    def activate(self, generation: str) -> None:
        """One atomic call moves both aliases."""
        wanted = self.one(generation)
        if wanted.state not in ("ready", "active", "previous"):
            raise GenerationError(f"generation {generation} is not complete", hint="run `haoke reindex --resume`")
        now = self.active()
        if now and now.name == generation:
            return
        active, before = mapping.alias(self.name), mapping.previous(self.name)
        actions: list[dict[str, Any]] = [
            {"remove": {"index": f"{self.name}.g*", "alias": active, "must_exist": False}},
            {"remove": {"index": f"{self.name}.g*", "alias": before, "must_exist": False}},
            {"add": {"index": mapping.index(self.name, generation), "alias": active}},
        ]
        if now:
            actions.append({"add": {"index": mapping.index(self.name, now.name), "alias": before}})
        with self.connection.managing() as client:
            client.indices.update_aliases(actions=actions)

    def drop(self, generation: str) -> None:
        """Removes a generation that does not answer."""
        if self.one(generation).state == "active":
            raise GenerationError(f"generation {generation} answers searches", hint="activate another one first")
        names = list(self._indices(mapping.index(self.name, generation)))
        # the one with the metadata last: cut off before, the rest is still listed
        names.sort(key=lambda n: n.endswith(f"-{mapping.PRIMARY}"))
        with self.connection.managing() as client:
            for index in names:
                # by name: clusters forbid deleting by pattern
                client.indices.delete(index=index, ignore_unavailable=True)


