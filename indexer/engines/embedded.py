"""The embedded engine: tantivy in this process, one folder a generation. The only importer of tantivy.

    ROOT/active.json          which generation answers, and which did before; replaced by rename
    ROOT/write.lock           held by the one writer
    ROOT/<generation>/        tantivy's files
    ROOT/<generation>/haoke.json   schema, fingerprint, last change held, state

A reader looks at the two small files' time stamps on each search, so that a swap or a commit by another process is seen
at once without a thread that watches. A crash between tantivy's commit and haoke.json leaves the sequence too low: the
changes are then applied again, which changes nothing (adding replaces by id).
"""

from __future__ import annotations

import fcntl
import math
import os
import secrets
import shutil
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import orjson
import tantivy

from catalog import place
from catalog.errors import EngineError, EngineLocked, GenerationError, StoreError
from indexer import engine as api
from indexer.fields import FIELDS, SCHEMA_VERSION, SHANGHAI

META = "haoke.json"
POINTER = "active.json"
HEAP = 256 * 1024 * 1024  # bytes of documents in memory before a segment is written
LARGE = 300_000  # documents from which hits and counts are sought at the same time: tantivy gives up Python's lock meanwhile
EDGE = 128  # hits read beyond a page's end: most ties end within them, and asking for them costs next to nothing
TIES = 1_000  # equal scores at a page's edge are put in order of id up to this many, beyond that in order of the index
WAYS = 36  # to leave some of several clauses out that are spelled out
BROAD = 50_000  # matches from which only those that a query names as first are scored for its first pages
ENOUGH = 10_000  # of them there must be
MANY = 1_000_000  # more values of a facet in one segment than any catalogue has: counts stay exact


def open(url: str) -> Embedded:
    """embedded:PATH → the engine with its generations under PATH."""
    path = url.partition(":")[2]
    if not path:
        raise EngineError("an embedded engine needs a folder", hint="write embedded:/path/to/index")
    return Embedded(Path(path))


def schema() -> tantivy.Schema:
    """tantivy's schema from the FIELDS table."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for f in FIELDS.values():
        if f.sort == "text":
            builder.add_text_field(f.name, tokenizer_name="whitespace", index_option="position" if f.positions else "freq")
        elif f.sort == "keyword":
            builder.add_text_field(f.name, fast=f.counted, tokenizer_name="raw", index_option="basic")
        elif f.sort == "number":
            builder.add_float_field(f.name, fast=True, indexed=False)
        else:
            builder.add_bytes_field(f.name, stored=True)
    return builder.build()


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Whole or not at all."""
    place.replace(path, orjson.dumps(value))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        seen = path.stat()
    except OSError:
        return (0, 0)
    return (seen.st_mtime_ns, seen.st_ino)


# ── query translation ──────────────────────────────────────────────────────────────────────────────────────────────
_MUST, _SHOULD = tantivy.Occur.Must, tantivy.Occur.Should


class Translator:
    """Query, Clause and Filter → tantivy's queries for one schema."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self.schema = schema

    def clause(self, clause: api.Clause) -> tantivy.Query:
        """What must match, scored."""
        match clause:
            case api.Term(field, token, weight):
                option = "position" if FIELDS[field].positions else "freq" if FIELDS[field].sort == "text" else "basic"
                return self._weighted(tantivy.Query.term_query(self.schema, field, token, index_option=option), weight)
            case api.Phrase(field, tokens, weight, slop):
                if len(tokens) == 1:
                    return self.clause(api.Term(field, tokens[0], weight))
                return self._weighted(tantivy.Query.phrase_query(self.schema, field, list(tokens), slop=slop), weight)
            case api.Every(clauses, bonus):
                return self._with(tantivy.Query.boolean_query([(_MUST, self.clause(c)) for c in clauses]), bonus)
            case api.Some(clauses, least):
                return self._some(clauses, least)
            case api.Best(clauses, tie):
                return tantivy.Query.disjunction_max_query([self.clause(c) for c in clauses], tie_breaker=tie)
            case api.Scored(inner, score):
                return tantivy.Query.const_score_query(self.clause(inner), score)
            case api.Passing(inner, score):
                return tantivy.Query.const_score_query(self.filter(inner), score)
            case api.Anything():
                return tantivy.Query.all_query()
        raise EngineError(f"no such clause: {clause!r}")

    def _some(self, clauses: Sequence[api.Clause], least: int) -> tantivy.Query:
        """Several of many. tantivy reads all their lists to the end for that; any of the ways to leave some out, each of which skips from its rarest part, is the
        same many times faster."""
        left_out = len(clauses) - least
        if least < 2 or not left_out or math.comb(len(clauses), left_out) > WAYS:
            parts = [(_SHOULD, self.clause(c)) for c in clauses]
            return tantivy.Query.boolean_query(parts, minimum_number_should_match=max(1, least))
        ways = [tantivy.Query.boolean_query([(_MUST, self.clause(c)) for c in kept]) for kept in combinations(clauses, least)]
        matching = tantivy.Query.const_score_query(tantivy.Query.boolean_query([(_SHOULD, way) for way in ways]), 0.0)
        return self._with(matching, clauses)

    def _with(self, query: tantivy.Query, bonus: Sequence[api.Clause]) -> tantivy.Query:
        """The query with what adds to its score, one around the other: side by side they would be read whole, as a union, not only where the query matches."""
        for clause in bonus:
            query = tantivy.Query.boolean_query([(_MUST, query), (_SHOULD, self.clause(clause))])
        return query

    @staticmethod
    def _weighted(query: tantivy.Query, weight: float) -> tantivy.Query:
        return query if weight == 1.0 else tantivy.Query.boost_query(query, weight)

    def filter(self, item: api.Filter) -> tantivy.Query:
        """What narrows, unscored."""
        match item:
            case api.OneOf(field, values):
                if len(values) == 1:
                    return tantivy.Query.term_query(self.schema, field, values[0], index_option="basic")
                return tantivy.Query.term_set_query(self.schema, field, list(values))
            case api.Between(field, low, high):
                return self._range(field, low, high)
            case api.Overlap(_, low_field, high_field, low, high):
                # a document without pay has neither field: both ranges are always asked, so that it never matches
                inside = (_MUST, self._range(low_field, None, high)), (_MUST, self._range(high_field, low, None))
                return tantivy.Query.boolean_query(list(inside))
            case api.AnyFilter(_, filters):
                return tantivy.Query.boolean_query([(_SHOULD, self.filter(f)) for f in filters])
        raise EngineError(f"no such filter: {item!r}")

    def _range(self, field: str, low: float | None, high: float | None) -> tantivy.Query:
        lowest, highest = -1e18 if low is None else float(low), 1e18 if high is None else float(high)
        return tantivy.Query.range_query(self.schema, field, tantivy.FieldType.Float, lowest, highest)

    def whole(self, query: api.Query, without: str = "", extra: Sequence[tantivy.Query] = ()) -> tantivy.Query:
        """Clause, scope and filters in one; `without` leaves out a facet's own filter."""
        filters = [*query.scope, *(f for f in query.filters if f.field != without)]
        parts = [(_MUST, self.clause(query.clause))]
        parts += [(_MUST, tantivy.Query.const_score_query(self.filter(f), 0.0)) for f in filters]
        parts += [(_MUST, tantivy.Query.const_score_query(q, 0.0)) for q in extra]
        return tantivy.Query.boolean_query(parts) if len(parts) > 1 else parts[0][1]


# ── reading ────────────────────────────────────────────────────────────────────────────────────────────────────────
class Snapshot:
    """One state of a generation, and what was found out about it."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self.searcher = searcher
        self._extents: dict[str, tuple[float, float]] = {}

    def all_pass(self, item: api.Filter) -> bool:
        """Whether a range leaves nothing out, as "not expired" where nothing has: then it need not be asked of each document."""
        if not isinstance(item, api.Between):
            return False
        low, high = self._extent(item.field)
        return low <= high and (item.low is None or item.low <= low) and (item.high is None or item.high >= high)

    def _extent(self, field: str) -> tuple[float, float]:
        """The least and the greatest value of a number field; an empty interval where a document has none, which no range holds."""
        if field not in self._extents:
            told = self.searcher.aggregate(tantivy.Query.all_query(), {"extent": {"stats": {"field": field}}})["extent"]
            self._extents[field] = (told["min"], told["max"]) if 0 < self.searcher.num_docs == told["count"] else (math.inf, -math.inf)
        return self._extents[field]


class Reader:
    """One open generation. look() takes up what another process committed."""

    def __init__(self, folder: Path) -> None:
        if _meta(folder).schema != SCHEMA_VERSION:
            raise GenerationError(f"generation {folder.name} was built by another version of haoke", hint="run `haoke reindex`")
        try:
            self.index = tantivy.Index.open(str(folder))
        except (ValueError, OSError) as error:
            raise GenerationError(f"generation {folder.name} can't be opened: {error}", hint="run `haoke reindex`, or activate another") from error
        self.folder = folder
        self.index.config_reader(reload_policy="manual")
        self.stamp = _stamp(folder / "meta.json")
        self.translator = Translator(self.index.schema)
        self.snapshot = Snapshot(self.index.searcher())
        self._beside = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="counts")  # starts its threads when they are needed

    def look(self) -> Snapshot:
        """The generation as last committed, by whichever process."""
        stamp = _stamp(self.folder / "meta.json")
        if stamp != self.stamp:
            self.index.reload()
            self.snapshot = Snapshot(self.index.searcher())
            self.stamp = stamp
        return self.snapshot

    def searcher(self) -> tantivy.Searcher:
        """tantivy's own view of the same."""
        return self.look().searcher

    def search(self, query: api.Query, generation: str) -> api.Page:
        snapshot = self.look()
        searcher = snapshot.searcher
        query = replace(query, scope=tuple(f for f in query.scope if not snapshot.all_pass(f)))
        whole = self.translator.whole(query)
        # counted before anything is scored: most questions of a search that goes on asking find nothing, and scoring nothing costs ten times more
        total = self._total(searcher, whole)
        if not total or not query.size:
            return api.Page(total, (), self._facets(searcher, query, whole, total), generation)
        counting = self._beside.submit(self._facets, searcher, query, whole, total) if query.facets and searcher.num_docs >= LARGE else None
        found, following = self._hits(searcher, query, whole, total)
        facets = counting.result() if counting else self._facets(searcher, query, whole, total)
        return api.Page(total, tuple(found), facets, generation, following)

    @staticmethod
    def _total(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
        """Exact number of matches: an aggregation scores nothing, which a search does even for its count alone."""
        return int(searcher.aggregate(query, {"all": {"value_count": {"field": "prior", "missing": 0}}})["all"]["value"])

    # hits ----------------------------------------------------------------------------------------------------------
    def _hits(self, searcher: tantivy.Searcher, query: api.Query, whole: tantivy.Query, total: int) -> tuple[list[api.Hit], api.Cursor | None]:
        start = query.after.seen if query.after else query.offset
        page: list[Any] = []
        before = 0  # matches of the parts that are over where the page begins
        for part, matches in self._parts(searcher, query, whole, total):
            first = start + len(page) - before
            if first < matches and len(page) < query.size:
                after = query.after if first and not page else None
                page += self._ranked(searcher, query, part, first, query.size - len(page), after)
            before += matches
        hits = [self._hit(searcher, score, address) for score, address in page]
        following = None
        if hits and start + len(hits) < total:
            following = api.Cursor(hits[-1].score, hits[-1].id, start + len(hits))
        return hits, following

    def _parts(self, searcher: tantivy.Searcher, query: api.Query, whole: tantivy.Query, total: int) -> list[tuple[tantivy.Query, int]]:
        """The matches in parts that follow each other, each with its size: one, but of a broad query those that it wants first, so that not a million are scored."""
        if total >= BROAD and not query.sort:
            for item in query.first:
                ahead = self.translator.filter(item)
                part = self.translator.whole(query, extra=[ahead])
                if (matches := self._total(searcher, part)) >= ENOUGH:
                    rest = tantivy.Query.boolean_query([(_MUST, whole), (tantivy.Occur.MustNot, ahead)])
                    return [(part, matches), (rest, total - matches)]
        return [(whole, total)]

    def _ranked(self, searcher: tantivy.Searcher, query: api.Query, part: tantivy.Query, start: int, size: int, after: api.Cursor | None) -> list[Any]:
        """(key, address) of a page of one part, by falling key, ties by id."""
        wanted = start + size
        ordering: dict[str, Any] = {"order_by_field": query.sort} if query.sort else {"weight_by_field": query.boost or None}
        limit = wanted + EDGE
        ranked = searcher.search(part, limit=limit, count=False, **ordering).hits
        # The order among equal keys is the index's own: take in the whole tie at the page's end, then order it by id.
        if len(ranked) == limit and ranked[-1][0] == ranked[wanted - 1][0]:
            ranked = searcher.search(part, limit=wanted + TIES, count=False, **ordering).hits
        page = self._by_id(searcher, ranked, start, wanted)
        if after:
            page = self._after(searcher, ranked, after, size) or page
        return page

    def _by_id(self, searcher: tantivy.Searcher, ranked: list[Any], start: int, end: int) -> list[Any]:
        """ranked[start:end] with equal keys in order of id; reads ids only of ties that touch the page."""
        if start >= len(ranked):
            return []
        end = min(end, len(ranked))
        first, last = start, end
        while first > 0 and ranked[first - 1][0] == ranked[start][0]:
            first -= 1
        while last < len(ranked) and ranked[last][0] == ranked[end - 1][0]:
            last += 1
        window = ranked[first:last]
        times = Counter(key for key, _ in window)
        if last - first > query_window(start, end) or len(times) == len(window):
            return ranked[start:end]
        window.sort(key=lambda item: (-item[0], searcher.doc(item[1]).get_first("id") if times[item[0]] > 1 else ""))
        return window[start - first : end - first]

    def _after(self, searcher: tantivy.Searcher, ranked: list[Any], after: api.Cursor, size: int) -> list[Any]:
        """The page that follows a cursor's hit, wherever commits since then have moved it."""
        lower = [(key, address) for key, address in ranked if key < after.key]
        tied = [(key, address) for key, address in ranked if key == after.key]
        if len(tied) > TIES:
            return []
        named = sorted((str(searcher.doc(address).get_first("id")), key, address) for key, address in tied)
        rest = [(key, address) for name, key, address in named if name > after.id]
        merged = rest + self._by_id(searcher, lower, 0, min(size, len(lower)))
        return merged[:size]

    def _hit(self, searcher: tantivy.Searcher, score: float, address: Any) -> api.Hit:
        document = searcher.doc(address)
        return api.Hit(str(document.get_first("id")), float(score), bytes(document.get_first("body") or b""))

    # facets --------------------------------------------------------------------------------------------------------
    def _facets(self, searcher: tantivy.Searcher, query: api.Query, whole: tantivy.Query, total: int) -> dict[str, tuple[tuple[str, int], ...]]:
        selected = {f.field for f in query.filters} & set(query.facets)
        plain = [name for name in query.facets if name not in selected]
        counts: dict[str, tuple[tuple[str, int], ...]] = dict.fromkeys(plain, ())
        if plain and total:
            counts |= self._count(searcher, whole, {name: query.facets[name] for name in plain})
        for name in selected:
            counts |= self._count(searcher, self.translator.whole(query, without=name), {name: query.facets[name]})
        return {name: counts[name] for name in query.facets}

    def _count(self, searcher: tantivy.Searcher, query: tantivy.Query, limits: Mapping[str, int]) -> dict[str, tuple[tuple[str, int], ...]]:
        """Exact counts: every segment hands up all its values; ties at the cut are decided by value."""
        asked = {name: max(2 * limit, 200) for name, limit in limits.items()}
        found = self._aggregate(searcher, query, asked)
        # a cut inside a run of equal counts is arbitrary: ask for all values of that field
        cut = {n: MANY for n, v in found.items() if len(v) == asked[n] and limits[n] <= len(v) and v[limits[n] - 1][1] == v[-1][1]}
        if cut:
            found |= self._aggregate(searcher, query, cut)
        return {name: tuple(sorted(values, key=lambda v: (-v[1], v[0]))[: limits[name]]) for name, values in found.items()}

    @staticmethod
    def _aggregate(searcher: tantivy.Searcher, query: tantivy.Query, sizes: Mapping[str, int]) -> dict[str, list[tuple[str, int]]]:
        asked = {name: {"terms": {"field": name, "size": size, "segment_size": MANY}} for name, size in sizes.items()}
        answer = searcher.aggregate(query, asked)
        return {name: [(str(b["key"]), int(b["doc_count"])) for b in answer[name]["buckets"]] for name in sizes}

    def bodies(self, field: str, ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """(id or merged id, body) of the documents whose `field` holds one of the ids."""
        searcher = self.searcher()
        query = tantivy.Query.term_set_query(self.index.schema, field, list(ids))
        for _, address in searcher.search(query, limit=max(len(ids) * 2, 10), count=False).hits:
            hit = self._hit(searcher, 0.0, address)
            yield hit.id, hit.body


def query_window(start: int, end: int) -> int:
    """Most documents whose ids are read to put a page's ties in order."""
    return end - start + TIES


# ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────────
class IndexWriter:
    """Adds, replaces and removes documents of one generation; nothing is seen before commit()."""

    def __init__(self, index: tantivy.Index, folder: Path, threads: int) -> None:
        try:
            self.writer = index.writer(HEAP, threads)
        except ValueError as error:
            raise EngineLocked(f"generation {folder.name} is being written to: {error}", hint="wait for the other process to end") from error
        self.schema = index.schema
        self.folder = folder

    def add(self, documents: Iterable[api.Document], *, fresh: bool = False) -> None:
        for document in documents:
            if not fresh:
                self.writer.delete_documents_by_term("id", document["id"])
            # without the schema: text, numbers and bytes are told apart by Python's own types, in a fifth of the time
            self.writer.add_document(tantivy.Document.from_dict(dict(document)))

    def delete(self, ids: Iterable[str]) -> None:
        for one in ids:
            self.writer.delete_documents_by_term("id", one)

    def commit(self, *, sequence: int, resume_after: str = "") -> None:
        try:
            self.writer.commit()
        except (OSError, ValueError) as error:
            raise StoreError(f"the index can't be written: {error}", hint="free disk space, then run the command again") from error
        meta = _meta(self.folder)
        _write_json(self.folder / META, asdict(replace(meta, sequence=sequence, resume_after=resume_after)))


def _meta(folder: Path) -> api.Generation:
    try:
        return api.Generation(**orjson.loads((folder / META).read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise GenerationError(f"{folder} is no generation of this version: {error}", hint="run `haoke reindex`") from error


class Embedded:
    """Engine over one folder; safe for many threads, and for many processes that read beside one that writes."""

    def __init__(self, root: Path, *, threads: int = 2) -> None:
        self.root = root
        self.url = f"embedded:{root}"
        self.threads = threads
        self._lock = threading.Lock()
        self._pointer_stamp = (-1, -1)
        self._reader: Reader | None = None

    # searching
    def _active_reader(self) -> Reader:
        stamp = _stamp(self.root / POINTER)
        if stamp != self._pointer_stamp or self._reader is None:
            with self._lock:
                name = self._pointer().get("active")
                if not name:
                    raise GenerationError("there is no index yet", hint="run `haoke reindex`")
                if self._reader is None or self._reader.folder.name != name:
                    self._reader = Reader(self.root / name)
                self._pointer_stamp = stamp
        return self._reader

    def mark(self) -> str:
        reader = self._active_reader()
        return f"{reader.folder.name}:{_stamp(reader.folder / 'meta.json')}"

    def search(self, query: api.Query) -> api.Page:
        reader = self._active_reader()
        try:
            return reader.search(query, reader.folder.name)
        except ValueError as error:
            raise EngineError(f"the index can't answer: {error}", hint="run `haoke doctor`") from error

    def count(self, query: api.Query, generation: str = "") -> int:
        reader = Reader(self.root / generation) if generation else self._active_reader()
        return reader.search(replace(query, size=0, facets={}), reader.folder.name).total

    def counts(self, queries: Sequence[api.Query]) -> list[int]:
        return [self.count(query) for query in queries]

    def get(self, ids: Sequence[str]) -> dict[str, bytes]:
        reader = self._active_reader()
        found = dict(reader.bodies("id", ids))
        missing = [i for i in ids if i not in found]
        if missing:
            for _, body in reader.bodies("also", missing):
                for other in orjson.loads(body).get("also", ()):
                    if other in missing:
                        found[other] = body
        return found

    def frequency(self, field: str, token: str) -> int:
        return self._active_reader().searcher().doc_freq(field, token)

    def values(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        return sorted(self._active_reader().searcher().terms_with_prefix(field, prefix), key=lambda v: (-v[1], v[0]))[:limit]

    # generations
    def _pointer(self) -> dict[str, str]:
        try:
            value: dict[str, str] = orjson.loads((self.root / POINTER).read_bytes())
            return value
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise GenerationError(f"{self.root / POINTER} can't be read: {error}", hint="remove it and run `haoke generations activate NAME`") from error

    def generations(self) -> list[api.Generation]:
        pointer = self._pointer()
        states = {pointer.get("previous"): "previous", pointer.get("active"): "active"}
        folders = sorted((p.parent for p in self.root.glob(f"*/{META}")), key=lambda p: p.name, reverse=True)
        return [replace(meta, state=states.get(meta.name, meta.state)) for meta in map(_meta, folders)]

    def active(self) -> api.Generation | None:
        name = self._pointer().get("active")
        return replace(_meta(self.root / name), state="active") if name else None

    def begin(self, fingerprint: str) -> api.Generation:
        now = datetime.now(SHANGHAI)
        name = f"g{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        folder = self.root / name
        try:
            folder.mkdir(parents=True)
            tantivy.Index(schema(), path=str(folder))
        except OSError as error:
            raise StoreError(f"no generation can be made in {self.root}: {error}", hint="check the folder's permissions and disk space") from error
        meta = api.Generation(name, "building", SCHEMA_VERSION, fingerprint, 0, 0, now.isoformat(timespec="seconds"))
        _write_json(folder / META, asdict(meta))
        return meta

    @contextmanager
    def writer(self, generation: str) -> Iterator[IndexWriter]:
        folder = self._folder(generation)
        with self._exclusive():
            index = tantivy.Index.open(str(folder))
            writer = IndexWriter(index, folder, self.threads)
            try:
                yield writer
            except BaseException:
                writer.writer.rollback()
                raise
            finally:
                # ends tantivy's threads and gives up its lock now, not when Python happens to collect it
                writer.writer.wait_merging_threads()

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with (self.root / "write.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise EngineLocked("another process is writing to this index", hint="wait until it has ended (reindex or index)") from error
            yield

    def seal(self, generation: str) -> api.Generation:
        folder = self._folder(generation)
        documents = tantivy.Index.open(str(folder)).searcher().num_docs
        meta = replace(_meta(folder), state="ready", documents=documents, resume_after="")
        _write_json(folder / META, asdict(meta))
        return meta

    def activate(self, generation: str) -> None:
        meta = _meta(self._folder(generation))
        if meta.state == "building":
            raise GenerationError(f"generation {generation} is not complete", hint="run `haoke reindex --resume`")
        before = self._pointer().get("active", "")
        if before != generation:
            _write_json(self.root / POINTER, {"active": generation, "previous": before})

    def drop(self, generation: str) -> None:
        folder = self._folder(generation)
        pointer = self._pointer()
        if pointer.get("active") == generation:
            raise GenerationError(f"generation {generation} answers searches", hint="activate another one first")
        with self._exclusive():
            shutil.rmtree(folder)
        if pointer.get("previous") == generation:
            _write_json(self.root / POINTER, {"active": pointer.get("active", ""), "previous": ""})

    def _folder(self, generation: str) -> Path:
        folder = self.root / generation
        if "/" in generation or not (folder / META).exists():
            known = ", ".join(g.name for g in self.generations()) or "none"
            raise GenerationError(f"no generation {generation!r}", hint=f"there are: {known}")
        return folder

    def findings(self) -> list[api.Finding]:
        return []  # a folder of this machine: doctor looks at its disk

    def close(self) -> None:
        self._reader = None
        self._pointer_stamp = (-1, -1)
