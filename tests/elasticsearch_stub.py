"""What answers like a cluster in trouble: a server whose answers a test writes, for what a real one can't be made to do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

Answer = tuple[int, Any]  # status, JSON body


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Stub:
    """A server; `answer` decides, `asked` remembers. `product` "" is a server that is no Elasticsearch."""

    answer: Callable[[Asked], Answer]
    product: str = "Elasticsearch"
    asked: list[Asked] = field(default_factory=list)
    url: str = ""


@contextmanager
def stub(answer: Callable[[Asked], Answer], **options: Any) -> Iterator[Stub]:
    """Serves answers on a free loopback port."""
    told = Stub(answer, **options)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or every answer takes 40 ms

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            request = Asked(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, self.rfile.read(length))
            told.asked.append(request)
            status, body = told.answer(request)
            content = orjson.dumps(body)
            try:
                self.send_response(status)
                if told.product:
                    self.send_header("X-Elastic-Product", told.product)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)
            except OSError:
                self.close_connection = True  # the client has given up: that is what some tests are about

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any

        def log_message(self, *args: Any) -> None:
            """Nothing: the tests look at `asked`."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

    server = Server(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


GENERATION = "g20260101-000000-abcd"
INDEX = f"haoke.{GENERATION}-job"


def page(total: int = 1, failed: int = 0, timed_out: bool = False) -> dict[str, Any]:
    """A search's answer with one hit."""
    hit = {"_index": INDEX, "_id": "a:1", "sort": [1.5, "a:1"], "_source": {"body": '{"id":"a:1"}'}}
    return {"took": 1, "timed_out": timed_out, "_shards": {"total": 2, "successful": 2 - failed, "failed": failed}, "hits": {"total": {"value": total, "relation": "eq"}, "hits": [hit]}}


def cluster(schema: int, bulk: Callable[[Asked], Answer] | None = None, search: Callable[[Asked], Answer] | None = None) -> Callable[[Asked], Answer]:
    """A well cluster with one generation that is being built; `bulk` and `search` may be otherwise."""
    meta = {"name": GENERATION, "state": "building", "schema": schema, "fingerprint": "f", "sequence": 0, "documents": 0, "created": "2026-01-01T00:00:00+08:00", "resume_after": ""}
    held = {INDEX: {"aliases": {"haoke": {}}, "mappings": {"_meta": meta}}}

    def answer(asked: Asked) -> Answer:
        path = asked.path.partition("?")[0]
        if path.endswith("/_bulk"):
            lines = asked.body.splitlines()
            return bulk(asked) if bulk else (200, {"errors": False, "items": [{"index": {"status": 201}} for _ in lines[::2]]})
        if path.endswith("/_search"):
            return search(asked) if search else (200, page())
        if path.endswith("/_count"):
            return 200, {"count": 1, "_shards": {"failed": 1 if search else 0}}
        if "/_doc/" in path and asked.method == "GET":
            return 200, {"_source": {"host": "builder", "process": 7, "until": 0}}
        if "/_doc/" in path or "/_create/" in path:
            return 200, {"_seq_no": 1, "_primary_term": 1}
        if path.endswith("/_nodes/_none") or path.startswith("/_nodes"):
            return 200, {"nodes": {"n": {"version": "9.2.0"}}}
        if path.startswith("/_cluster/health"):
            return 200, {"status": "yellow", "indices": {INDEX: {"status": "yellow"}}}
        if "/_settings" in path:
            return 200, {INDEX: {"settings": {"index.blocks.read_only_allow_delete": "true"}}}
        return 200, held if asked.method == "GET" else {"acknowledged": True}

    return answer
