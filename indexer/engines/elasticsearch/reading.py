"""Searching: one request for a page with its total and counts, one more (msearch) where facets are narrowed by themselves.

A facet's own filter is left out of its counts, so each chosen facet is counted by a question of its own, unscored. The other
ways – post_filter, or a global aggregation – score or visit what the filters would have spared.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from catalog.errors import EngineError, EngineUnavailable, GenerationError
from indexer import engine as api
from indexer.engines.elasticsearch import mapping, translate
from indexer.engines.elasticsearch.connection import Connection, NotFound
from indexer.fields import SCHEMA_VERSION

AGAIN = (0.05, 0.3, 0.6)  # seconds before each try again when shards failed
PART_TAKEN_FOR = 5.0  # seconds in which a part of the index is answered from without trying again
AT_ONCE = 128  # counts that one request asks for
Counts = tuple[tuple[str, int], ...]


class Reader:
    """Asks one alias, or one generation by name."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.name = connection.settings.name
        self.seconds = connection.settings.timeout
        self._part_until = 0.0
        self._fitting = ""  # the generation last seen to be of this version

    def search(self, query: api.Query, generation: str = "") -> api.Page:
        """The page that answers a query."""
        target = mapping.index(self.name, generation) if generation else mapping.alias(self.name)
        chosen = query.chosen
        plain = {f: n for f, n in query.facets.items() if f not in chosen}
        asked = [translate.body(query, plain, self.seconds)]
        asked += [translate.counts(query, {f: n}, self.seconds, without=f) for f, n in chosen.items()]
        try:
            answers = self._ask(target, asked, translate.same_copies(query) if query.size else "")
        except EngineError as error:
            if type(error) is EngineError and not generation:
                self.active()  # says so when another index took the alias's name: that one has none of our fields
            raise
        limits = [plain, *({f: n} for f, n in chosen.items())]
        again: list[Mapping[str, Any]] = []
        found = {f: v for answer, wanted in zip(answers, limits, strict=True) for f, v in self._exact(target, query, answer, wanted, again, f_out=chosen).items()}
        return self._page(query, [*answers, *again], {f: found[f] for f in query.facets}, generation)

    def _ask(self, target: str, bodies: Sequence[Mapping[str, Any]], prefer: str = "") -> list[Mapping[str, Any]]:
        """Answers in the order asked, of the copies that `prefer` stands for; asked again when shards failed, for other copies may answer.

        A node that dies between the phases of a search takes its shards' part along: the cluster turns to the copies in the
        next search only. When a part stays away, the rest is taken as it is, and for a while at once.
        """
        answers = self._once(target, bodies, prefer)
        for pause in AGAIN:
            if time.monotonic() < self._part_until or not any(a["_shards"].get("failed", 0) for a in answers):
                return answers
            time.sleep(pause)
            answers = self._once(target, bodies)
        if any(a["_shards"].get("failed", 0) for a in answers):
            self._part_until = time.monotonic() + PART_TAKEN_FOR
        return answers

    def _once(self, target: str, bodies: Sequence[Mapping[str, Any]], prefer: str = "") -> list[Mapping[str, Any]]:
        # term statistics are gathered from all shards first where scores are wanted
        common: dict[str, Any] = {"allow_no_indices": False} | ({"preference": prefer} if prefer else {})
        with self.connection.asking() as client:
            if len(bodies) == 1:
                kind = "dfs_query_then_fetch" if bodies[0]["size"] else "query_then_fetch"
                answers = [client.search(index=target, body=dict(bodies[0]), search_type=kind, **common).body]
            else:
                lines: list[Mapping[str, Any]] = []
                for body in bodies:
                    lines += [{"index": target, "search_type": "dfs_query_then_fetch" if body["size"] else "query_then_fetch"} | common, body]
                answers = client.msearch(searches=lines).body["responses"]
        for answer in answers:
            if "error" in answer:
                self._refused(answer)
        return answers

    @staticmethod
    def _refused(answer: Mapping[str, Any]) -> None:
        error = answer["error"]
        if error.get("type") == "index_not_found_exception":
            raise GenerationError("there is no index yet", hint="run `haoke reindex`")
        raise EngineUnavailable(f"the cluster can't answer now: {error.get('reason', error)}", hint="see `haoke doctor`")

    def _exact(self, target: str, query: api.Query, answer: Mapping[str, Any], limits: Mapping[str, int], again: list[Mapping[str, Any]], f_out: Iterable[str]) -> dict[str, Counts]:
        """Counts of one answer. Where shards held values back and that may show, all values are asked for: `again` takes these answers, which may be in part, too."""
        found = answer.get("aggregations", {})
        unsure = {f: n for f, n in limits.items() if f in found and found[f].get("doc_count_error_upper_bound", 0) > 0}
        if unsure:
            own = next((f for f in unsure if f in f_out), "")
            again += self._ask(target, [translate.counts(query, unsure, self.seconds, without=own, buckets=translate.MANY)])
            found = {**found, **again[-1].get("aggregations", {})}
        return {f: tuple((str(b["key"]), int(b["doc_count"])) for b in found.get(f, {}).get("buckets", ())) for f in limits}

    def _page(self, query: api.Query, answers: Sequence[Mapping[str, Any]], facets: Mapping[str, Counts], generation: str) -> api.Page:
        first = answers[0]
        names = first.get("aggregations", {}).get(translate.INDEX, {}).get("buckets", ())
        total = int(first["hits"]["total"]["value"]) if query.total is None else query.total
        rows = first["hits"]["hits"]
        hits = tuple(api.Hit(str(r["sort"][1]), float(r["sort"][0]), str(r["_source"]["body"]).encode()) for r in rows)
        partial = any(a.get("timed_out") or a["_shards"].get("failed", 0) for a in answers)
        start = query.after.seen if query.after else query.offset
        following = None
        if hits and start + len(hits) < total:
            following = api.Cursor(hits[-1].score, hits[-1].id, start + len(hits))
        return api.Page(total, hits, facets, generation or self._answering([*(r["_index"] for r in rows[:1]), *(b["key"] for b in names)]), following, partial=bool(partial))

    def _answering(self, indices: Sequence[str]) -> str:
        """The generation that gave this answer, by the indices it came from; when nothing matched, the one that the alias stands for."""
        found = mapping.generation_of(self.name, indices[0]) if indices else self.active()
        if not found:
            raise taken(self.name)
        if found != self._fitting:
            self._fits(found)
        return found

    def _fits(self, generation: str) -> None:
        with self.connection.asking() as client:
            index = mapping.index(self.name, generation, mapping.PRIMARY)
            told = client.indices.get_mapping(index=index).body
        if told[index]["mappings"].get("_meta", {}).get("schema") != SCHEMA_VERSION:
            raise GenerationError(f"generation {generation} was built by another version of haoke", hint="run `haoke reindex`")
        self._fitting = generation

    def active(self) -> str:
        """Name of the generation that answers. GenerationError when there is none."""
        with self.connection.asking() as client:
            try:
                held = client.indices.get_alias(name=mapping.alias(self.name)).body
            except NotFound as error:
                if client.indices.exists(index=mapping.alias(self.name)):
                    raise taken(self.name) from error
                raise GenerationError("there is no index yet", hint="run `haoke reindex`") from error
        return next(iter(sorted(g for i in held if (g := mapping.generation_of(self.name, i)))), "")

    def bodies(self, ids: Sequence[str]) -> list[bytes]:
        """Bodies of the resources that have one of the ids, or took it over."""
        wanted = list(dict.fromkeys(ids))[: translate.TERMS]
        either = api.AnyFilter("id", (api.OneOf("id", tuple(wanted)), api.OneOf("also", tuple(wanted))))
        body = {"query": translate.narrowing(either).to_dict(), "size": min(10_000, 2 * len(wanted) + 10), "_source": ["body"]}
        with self.connection.asking() as client:
            answer = client.search(index=mapping.alias(self.name), body=body, allow_no_indices=False).body
        if answer.get("timed_out") or answer["_shards"].get("failed", 0):
            raise EngineUnavailable("a part of the index does not answer", hint="see `haoke doctor`")
        return [str(row["_source"]["body"]).encode() for row in answer["hits"]["hits"]]

    def values(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Values of a keyword field by prefix, by falling count."""
        escaped = "".join(c if c.isalnum() else f"\\{c}" for c in prefix)
        wanted = translate.counting({field: limit}, translate.MANY)
        wanted[field]["terms"]["include"] = f"{escaped}.*"
        body = {"query": {"match_all": {}}, "size": 0, "track_total_hits": False, "aggs": wanted}
        answer = self._ask(mapping.alias(self.name), [body])[0]
        return [(str(b["key"]), int(b["doc_count"])) for b in answer["aggregations"][field]["buckets"]]

    def frequency(self, field: str, token: str) -> int:
        """How many documents hold a token."""
        return self.count(api.Query(clause=api.Term(field, token)))

    def count(self, query: api.Query, generation: str = "") -> int:
        """Exact number of matches. A count that misses a part of the index is none."""
        target = mapping.index(self.name, generation) if generation else mapping.alias(self.name)
        with self.connection.asking() as client:
            answer = client.count(index=target, query=translate.matching(query).to_dict(), allow_no_indices=False).body
        if answer["_shards"].get("failed", 0):
            raise EngineUnavailable("a part of the index does not answer", hint="see `haoke doctor`")
        return int(answer["count"])

    def counts(self, queries: Sequence[api.Query]) -> list[int]:
        """The same for several queries at once."""
        found: list[int] = []
        for start in range(0, len(queries), AT_ONCE):
            answers = self._once(mapping.alias(self.name), [translate.total(query, self.seconds) for query in queries[start : start + AT_ONCE]])
            if any(a.get("timed_out") or a["_shards"].get("failed", 0) for a in answers):
                raise EngineUnavailable("a part of the index does not answer", hint="see `haoke doctor`")
            found += [int(a["hits"]["total"]["value"]) for a in answers]
        return found


def taken(name: str) -> GenerationError:
    """An index with the alias's own name, e.g. written by another program while there was no alias."""
    return GenerationError(
        f"an index named {name!r} stands where the alias belongs",
        hint=f"if nothing needs it, remove it (DELETE /{name}), then run `haoke generations activate NAME` or `haoke reindex`",
    )
