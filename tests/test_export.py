"""Snapshot and change files: a mirror that follows them holds what the catalogue holds, whatever happened between two runs."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

import cli
from catalog import export as writing
from catalog.errors import BadRequest, ExportError
from catalog.export import export
from catalog.published import FOLDER, MANIFEST, Manifest, read_lines, read_manifest
from catalog.resource import Offer, Resource
from catalog.store import Store
from web import create_app


def course(number: int, title: str = "", source: str = "college", **more: Any) -> Resource:
    url = more.pop("url", f"https://example.edu.cn/{source}/{number}")
    id = f"{source}:{number}"
    return Resource(id=id, kind="course", source=(source,), title=title or f"课程{number}", url=url, offers=(Offer(id=id, source=source, url=url),), **more)


def put(home: Path, *resources: Resource, gone: tuple[str, ...] = ()) -> None:
    with Store.open(home) as store, store.transaction():
        for resource in resources:
            store.put(resource)
        for id in gone:
            assert store.delete(id, "gone")


def run(home: Path, folder: Path | None = None, **options: Any) -> Manifest:
    with Store.open(home, readonly=True) as store:
        return export(store, folder or home.joinpath(*FOLDER), **options)


def stored(home: Path) -> dict[str, Any]:
    with Store.open(home, readonly=True) as store:
        return {id: orjson.loads(body) for id, _, body in store.scan()}


class Mirror:
    """Another site that knows nothing but the HTTP interface."""

    def __init__(self, client: FlaskClient) -> None:
        self.client, self.held, self.asked = client, dict[str, Any](), 0

    def begin(self) -> None:
        manifest = self.client.get("/export/manifest.json").get_json()
        self.held, self.series, self.at = {}, manifest["series"], manifest["snapshot"]["sequence"]
        for part in manifest["snapshot"]["files"]:
            answer = self.client.get(f"/export/{part['name']}")
            assert answer.mimetype == "application/gzip" and hashlib.sha256(answer.data).hexdigest() == part["sha256"]
            for line in gzip.decompress(answer.data).splitlines():
                self.take(json.loads(line))

    def take(self, line: dict[str, Any]) -> None:
        if line["op"] == "delete":
            self.held.pop(line["id"], None)
        else:
            self.held[line["id"]] = line["resource"]

    def follow(self, limit: int) -> None:
        more = True
        while more:
            self.asked += 1
            answer = self.client.get(f"/api/v1/changes?since={self.at}&series={self.series}&limit={limit}")
            assert answer.status_code == 200, answer.text
            body = answer.get_json()
            assert body["since"] == self.at and len(body["changes"]) <= limit
            for line in body["changes"]:
                assert line["sequence"] > self.at
                self.take(line)
            self.at, more = body["until"], body["more"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A catalogue of seven courses."""
    put(tmp_path, *(course(n) for n in range(1, 8)))
    return tmp_path


@pytest.fixture
def client(home: Path) -> FlaskClient:
    """The site over it; it has no index, and needs none for this."""
    return create_app(home=home, engine_url="embedded:").test_client()


def test_a_mirror_equals_the_catalogue_through_updates_deletions_and_mergers(home: Path, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "ROWS", 3)  # several files of each sort
    monkeypatch.setattr(writing, "CHANGE_ROWS", 2)
    monkeypatch.setattr(writing, "RENEW", 100)
    run(home)
    mirror = Mirror(client)
    mirror.begin()
    assert mirror.held == stored(home) and len(mirror.held) == 7
    put(home, course(2, "改过的名字"), course(8), gone=("college:3",))
    put(home, course(1, source="other", url="https://example.edu.cn/college/1"))  # the same link: merged into college:1
    put(home, course(3, "又回来了"), gone=("college:4",))
    run(home)
    mirror.follow(limit=2)
    assert mirror.held == stored(home)
    assert "college:4" not in mirror.held and mirror.held["college:3"]["title"] == "又回来了"
    put(home, gone=("college:8",))
    run(home)
    mirror.follow(limit=100)
    assert mirror.held == stored(home) and mirror.asked > 2
    fresh = Mirror(client)
    fresh.begin()
    fresh.follow(limit=1)
    assert fresh.held == mirror.held


def test_a_run_adds_what_changed_and_touches_no_file_that_was_named(home: Path) -> None:
    folder = home.joinpath(*FOLDER)
    first = run(home)
    before = {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.glob("*.gz")}
    assert run(home).changes == () and first.sequence == 7
    put(home, course(9))
    second = run(home)
    assert (second.series, second.sequence, second.snapshot) == (first.series, 8, first.snapshot)
    assert [(c.after, c.until, c.rows) for c in second.changes] == [(7, 8, 1)]
    for name, (time, data) in before.items():
        assert ((folder / name).stat().st_mtime_ns, (folder / name).read_bytes()) == (time, data)


def test_the_manifest_counts_what_the_files_hold(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "ROWS", 3)
    manifest = run(home)
    assert manifest.snapshot and [f.rows for f in manifest.snapshot.files] == [3, 3, 1]
    assert (manifest.snapshot.resources, manifest.snapshot.kinds) == (7, {"course": 7})
    folder = home.joinpath(*FOLDER)
    for part in manifest.snapshot.files:
        data = (folder / part.name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (part.bytes, part.sha256)
        numbers = [json.loads(line)["sequence"] for line in read_lines(folder / part.name)]
        assert numbers == sorted(numbers) and part.after < numbers[0] and numbers[-1] <= part.until
    assert {p.name for p in folder.glob("*.part")} == set()


def test_a_new_snapshot_comes_when_enough_changed_and_mirrors_of_the_last_one_go_on(home: Path, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "CHANGE_ROWS", 2)
    old = run(home)
    mirror = Mirror(client)
    mirror.begin()
    for n in range(1, 6):
        put(home, course(n, f"第二版{n}"))
    new = run(home)
    assert old.snapshot and new.snapshot and new.snapshot.sequence == new.sequence > old.snapshot.sequence
    assert new.oldest == old.snapshot.sequence
    mirror.follow(limit=3)
    assert mirror.held == stored(home)
    for n in range(1, 7):
        put(home, course(n, f"第三版{n}"))
    assert run(home).oldest == new.sequence  # what only the snapshot before the last one needed is gone
    answer = client.get(f"/api/v1/changes?since={old.snapshot.sequence}")
    assert answer.status_code == 410 and answer.mimetype == "application/problem+json"


def test_files_that_no_manifest_names_stay_for_a_day(home: Path) -> None:
    folder = home.joinpath(*FOLDER)
    old = {p.name for p in folder.glob("*.gz")} | run(home).names
    run(home, anew=True)
    assert all((folder / name).exists() for name in old)
    for name in old:
        os.utime(folder / name, (0, 0))
    put(home, course(20))
    kept = run(home)
    assert {p.name for p in folder.glob("*.gz")} == kept.names


def test_what_is_superseded_stays_for_a_day_from_then_however_old_it_is(home: Path) -> None:
    """A mirror may be fetching it."""
    folder = home.joinpath(*FOLDER)
    old = run(home).names
    for name in old:
        os.utime(folder / name, (0, 0))
    run(home, anew=True)
    assert all((folder / name).exists() for name in old)


def test_a_snapshot_is_of_one_moment_whoever_writes_meanwhile(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    between = writing._between

    def meanwhile(store: Store, after: int, until: int) -> Iterator[Any]:
        put(home, course(3, title="改过的课"), course(30))
        return between(store, after, until)

    monkeypatch.setattr(writing, "_between", meanwhile)
    manifest = run(home)
    assert (manifest.sequence, manifest.snapshot.resources, manifest.snapshot.kinds) == (7, 7, {"course": 7})


def test_a_catalogue_whose_numbers_went_back_begins_a_new_series(home: Path, client: FlaskClient, tmp_path_factory: pytest.TempPathFactory) -> None:
    run(home)
    mirror = Mirror(client)
    mirror.begin()
    other = tmp_path_factory.mktemp("other")
    put(other, course(1, "另一个目录"))
    restored = run(other, home.joinpath(*FOLDER))
    assert restored.series != mirror.series and restored.sequence == 1
    answer = client.get(f"/api/v1/changes?since=1&series={mirror.series}")
    assert answer.status_code == 410
    mirror.begin()
    assert mirror.held == stored(other)


def test_changes_alone_can_be_had_from_a_number_on(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "since"
    manifest = run(home, folder, since=4)
    assert manifest.snapshot is None and manifest.oldest == 4
    assert [json.loads(line)["id"] for part in manifest.changes for line in read_lines(folder / part.name)] == ["college:5", "college:6", "college:7"]
    put(home, gone=("college:1",))
    assert [c.until for c in run(home, folder).changes] == [7, 8]
    with pytest.raises(BadRequest, match="holds an export"):
        run(home, folder, since=2)
    with pytest.raises(BadRequest, match="there is no change 99"):
        run(home, tmp_path / "more", since=99)


def test_one_export_at_a_time(home: Path) -> None:
    folder = home.joinpath(*FOLDER)
    run(home)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ExportError, match="another export"):
            run(home)
    assert run(home).sequence == 7


def test_an_export_that_breaks_off_leaves_the_last_one_whole(home: Path) -> None:
    folder = home.joinpath(*FOLDER)
    before = run(home)
    put(home, course(30))
    blocked = folder / f"changes-{before.series}-8.ndjson.gz"
    (blocked / "in the way").mkdir(parents=True)  # the file can't take its place
    with pytest.raises(ExportError):
        run(home)
    assert read_manifest(folder) == before
    (blocked / "in the way").rmdir()
    blocked.rmdir()
    assert run(home).sequence == 8


def test_an_empty_catalogue_can_be_mirrored_too(tmp_path: Path) -> None:
    put(tmp_path)
    mirror = Mirror(create_app(home=tmp_path, engine_url="embedded:").test_client())
    run(tmp_path)
    mirror.begin()
    put(tmp_path, course(1))
    run(tmp_path)
    mirror.follow(limit=10)
    assert list(mirror.held) == ["college:1"]


# ── over HTTP ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_where_nothing_was_exported_it_says_how(client: FlaskClient) -> None:
    answer = client.get("/api/v1/changes?since=0")
    assert answer.status_code == 404 and "haoke export" in answer.get_json()["detail"]
    assert client.get("/export/manifest.json").status_code == 404


def test_too_old_a_number_leads_to_the_snapshot(home: Path, client: FlaskClient) -> None:
    run(home)
    for since in (0, 6, 8):
        body = client.get(f"/api/v1/changes?since={since}").get_json(force=True)
        assert body["status"] == 410 and body["type"] == "urn:haoke:problem:changes-gone"
        assert client.get(body["snapshot"]).status_code == 200
    assert client.get("/api/v1/changes?since=7").get_json()["changes"] == []


@pytest.mark.parametrize("query", ["", "since=", "since=x", "since=-1", "since=1&since=2", "since=7&limit=0", "since=7&limit=1001", "since=7&colour=red", "since=٣"])
def test_wrong_parameters_are_problems(home: Path, client: FlaskClient, query: str) -> None:
    run(home)
    body = client.get(f"/api/v1/changes?{query}").get_json(force=True)
    assert body["status"] == 400 and body["parameter"] and body["allowed"]


@pytest.mark.parametrize("name", ["../../catalog.sqlite", "catalog.sqlite", ".lock", "changes-1.ndjson.gz", "%2e%2e/%2e%2e/catalog.sqlite", "manifest.json/"])
def test_nothing_but_the_export_is_served(home: Path, client: FlaskClient, name: str) -> None:
    run(home)
    assert client.get(f"/export/{name}").status_code == 404


def test_files_may_be_kept_for_good_and_read_by_any_site(home: Path, client: FlaskClient) -> None:
    manifest = run(home)
    assert manifest.snapshot
    path = f"/export/{manifest.snapshot.files[0].name}"
    answer = client.get(path)
    assert "immutable" in answer.headers["Cache-Control"] and answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Encoding" not in answer.headers
    assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get(path, headers={"Range": "bytes=0-9"}).status_code == 206


def test_an_answer_ends_early_where_resources_are_long(home: Path, client: FlaskClient) -> None:
    run(home)
    put(home, *(course(n, summary="长" * 190_000) for n in range(40, 50)))
    run(home)
    mirror = Mirror(client)
    mirror.at, mirror.series = 7, read_manifest(home.joinpath(*FOLDER)).series  # type: ignore[union-attr]
    mirror.follow(limit=1000)
    assert mirror.asked > 1 and len(mirror.held) == 10


def test_the_command_tells_what_it_wrote(home: Path) -> None:
    def haoke(*arguments: str) -> Any:
        return CliRunner().invoke(cli.main, ["export", *arguments], env={"HAOKE_HOME": str(home)}, catch_exceptions=False)

    shown = haoke()
    assert shown.exit_code == 0 and "7 resources" in shown.stdout
    assert (home.joinpath(*FOLDER) / MANIFEST).is_file()
    assert json.loads(haoke("--json").stdout)["sequence"] == 7
    assert haoke("--since", "3").exit_code == 2
    assert haoke(str(home / "catalog.sqlite")).exit_code == 1
