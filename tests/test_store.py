"""The system of record: one sequence, tombstones, merged records, and errors that say what to do."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import schema
from catalog.codec import _DICTIONARY, entry, pack, unpack
from catalog.errors import StoreError
from catalog.resource import Offer, Resource
from catalog.store import FILE, Store

ROOT = Path(__file__).resolve().parent.parent


def make(id: str, title: str = "浮力", url: str = "", kind: str = "lesson", **fields: object) -> Resource:
    source = id.partition(":")[0]
    return Resource.model_validate({"id": id, "kind": kind, "source": (source,), "title": title, "url": url, "offers": (Offer(id=id, source=source, url=url),), **fields})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path) as opened:
        yield opened
        check(opened)


def put(store: Store, *resources: Resource) -> list[str]:
    with store.transaction():
        return [store.put(r) for r in resources]


def check(store: Store) -> None:
    """What holds at all times."""
    live = list(store.scan())
    assert len(live) == store.size() == len({id_ for id_, _, _ in live})
    kinds: dict[str, int] = {}
    for id_, _, body in live:
        resource = Resource.from_json(body)
        assert resource.id == id_ and len(resource.also) <= 20
        assert len({i.partition(":")[0] for i in (resource.id, *resource.also)}) == 1 + len(resource.also), "two records of one source merged"
        kinds[str(resource.kind)] = kinds.get(str(resource.kind), 0) + 1
        for other in resource.also:
            assert store.get(other) == resource
    assert kinds == store.count()
    numbers = [c.sequence for c in store.changes(0)]
    assert numbers == sorted(set(numbers)) and (numbers or [0])[-1] == store.sequence()
    assert {c.id: c.body for c in store.changes(0) if c.body} == {id_: body for id_, _, body in live}


# ── the sequence ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_every_accepted_change_takes_the_next_number_and_an_unchanged_record_none(store: Store) -> None:
    assert put(store, make("a:1"), make("a:2")) == ["created", "created"]
    assert store.sequence() == 2
    assert put(store, make("a:1")) == ["unchanged"]
    assert store.sequence() == 2
    assert put(store, make("a:1", title="压强")) == ["updated"]
    with store.transaction():
        assert store.delete("a:2", "gone") and not store.delete("a:2", "gone") and not store.delete("a:9", "never was")
    assert store.sequence() == 4
    assert [(c.sequence, c.id, c.body is None) for c in store.changes(0)] == [(3, "a:1", False), (4, "a:2", True)]
    assert [c.id for c in store.changes(3)] == ["a:2"] and [c.id for c in store.changes(0, limit=1)] == ["a:1"]
    assert put(store, make("a:2")) == ["created"] and store.get("a:2") is not None


def test_a_transaction_sees_what_it_wrote_and_leaves_nothing_behind_when_it_fails(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction():
        store.put(make("a:1"))
        assert store.get("a:1") == make("a:1")
        raise RuntimeError
    assert store.sequence() == store.size() == 0


def test_writing_outside_a_transaction_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="transaction"):
        store.put(make("a:1"))


def test_a_scan_and_the_changes_hold_no_lock_between_batches(store: Store) -> None:
    put(store, *(make(f"a:{i:04}") for i in range(2500)))
    scan, changes = store.scan(batch=100), store.changes(0)
    next(scan), next(changes)
    assert put(store, make("a:2499", title="新")) == ["updated"]
    assert len(list(scan)) == 2499
    assert [c.sequence for c in changes][-1] == 2501
    assert [id_ for id_, _, _ in store.scan(after="a:2497")] == ["a:2498", "a:2499"]


def test_ten_thousand_rows_of_one_transaction_keep_their_order(store: Store) -> None:
    put(store, *(make(f"a:{i}") for i in range(11_000)), make("a:5", title="zwei"))
    assert store.size() == 11_000 and store.sequence() == 11_001


# ── records behind a resource ──────────────────────────────────────────────────────────────────────────────────────
LINK = "https://x.cn/l/1"


def test_records_of_two_sources_with_one_link_become_one_resource(store: Store) -> None:
    assert put(store, make("a:1", url=LINK), make("b:1", url=LINK)) == ["created", "merged"]
    assert store.size() == 1
    found = store.get("b:1")
    assert found and (found.id, found.also, found.source) == ("a:1", ("b:1",), ("a", "b"))
    assert put(store, make("a:1", url=LINK), make("b:1", url=LINK)) == ["unchanged", "unchanged"]


def test_an_update_of_a_merged_record_replaces_its_own_part_only(store: Store) -> None:
    put(store, make("a:1", url=LINK, teacher=("甲",)), make("b:1", url=LINK, teacher=("乙",)))
    assert put(store, make("b:1", url=LINK, teacher=("丙",))) == ["updated"]
    found = store.get("a:1")
    assert found and found.teacher == ("甲", "丙") and store.sequence() == 3


def test_a_link_that_repeats_within_a_source_merges_nothing_whatever_the_order(store: Store) -> None:
    put(store, make("a:1", url=LINK), make("b:1", url=LINK))
    assert put(store, make("a:2", url=LINK)) == ["created"]
    assert store.size() == 3 and store.get("b:1") == make("b:1", url=LINK)
    assert put(store, make("c:1", url=LINK)) == ["created"]


def test_a_record_that_fits_two_resources_joins_them(store: Store) -> None:
    same = {"kind": "course", "school": ("同济大学",), "teacher": ("张三",)}
    put(store, make("a:1", url=LINK), make("b:1", title="高数", **same))
    assert store.size() == 2
    put(store, make("a:1", url=LINK, kind="course"), make("c:1", title="高数", url=LINK, **same))
    found = store.get("b:1")
    assert found and found.id == "a:1" and found.also == ("b:1", "c:1")
    assert [c.id for c in store.changes(0) if c.body is None] == ["b:1"]


def test_a_twenty_second_record_stays_apart(store: Store) -> None:
    put(store, *(make(f"s{i:02}:1", url=LINK) for i in range(22)))
    found = store.get("s00:1")
    assert found and len(found.also) == 20 and store.size() == 2


def test_deleting_the_first_record_leaves_the_other_under_its_own_id(store: Store) -> None:
    put(store, make("a:1", url=LINK), make("b:1", url=LINK))
    with store.transaction():
        assert store.delete("a:1", "withdrawn")
    assert store.get("a:1") is None and store.get("b:1") == make("b:1", url=LINK)


def test_deleting_a_merged_record_leaves_the_first_as_it_was(store: Store) -> None:
    put(store, make("a:1", url=LINK), make("b:1", url=LINK))
    with store.transaction():
        assert store.delete("b:1", "withdrawn")
    assert store.get("a:1") == make("a:1", url=LINK) and store.get("b:1") is None


operations = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.integers(0, 2), st.sampled_from(["put", "put", "put", "delete"])), max_size=25)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations, st.integers(1, 4))
def test_whatever_is_put_and_deleted_the_store_agrees_with_itself(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int, str]], size: int) -> None:
    with Store.open(tmp_path_factory.mktemp("s")) as opened:
        present = set()
        for at in range(0, len(steps), size):
            before = opened.sequence()
            with opened.transaction():
                for source, number, where, what in steps[at : at + size]:
                    id_ = f"{source}:{number}"
                    if what == "put":
                        opened.put(make(id_, url=f"https://x.cn/{where}" if where else ""))
                        present.add(id_)
                    else:
                        assert opened.delete(id_, "test") is (id_ in present)
                        present.discard(id_)
            assert opened.sequence() >= before
            check(opened)
            assert {i for i in (f"{s}:{n}" for s in "abc" for n in (1, 2, 3)) if opened.get(i)} == present


# ── what else it keeps ─────────────────────────────────────────────────────────────────────────────────────────────
def test_runs_and_rejections_are_kept_with_what_to_do(store: Store) -> None:
    run = store.start_run("table", "/x.csv")
    store.reject(run, "7", "title", "x" * 999, "empty", "fill it")
    store.finish_run(run, {"rejected": 1, "incomplete": True})
    (found,) = store.runs()
    assert (found.id, found.status, found.rejected, found.incomplete) == (run, "finished", 1, True)
    (rejection,) = store.rejections(run)
    assert (rejection.row, rejection.field, len(rejection.value), rejection.hint) == ("7", "title", 200, "fill it")
    assert store.rejections() == [rejection] and store.rejections(run + 1) == []


def test_values_that_no_vocabulary_knows_are_counted(store: Store) -> None:
    put(store, *(make(f"a:{i}", unmapped={"subject": ("围棋", "茶艺")[: 1 + i % 2]}) for i in range(4)))
    assert store.unmapped_counts() == {"subject": {"围棋": 4, "茶艺": 2}}


def test_a_backup_ends_however_often_somebody_writes(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taken piece by piece, it begins anew with each commit."""
    put(store, *(make(f"a:{n}", summary=os.urandom(9_000).hex()) for n in range(3_000)))
    ended = threading.Event()

    def write() -> None:
        with Store.open(tmp_path) as other:
            number = 0
            while not ended.wait(0.002):
                put(other, make("b:1", title=f"第{(number := number + 1)}次"))

    writer = threading.Thread(target=write)
    writer.start()
    taken = threading.Thread(target=lambda: store.backup(tmp_path / "copy.sqlite"), daemon=True)
    try:
        taken.start()
        taken.join(10)
        assert not taken.is_alive()
    finally:
        ended.set()
        writer.join()
    with Store.open(tmp_path, readonly=True) as whole:
        assert whole.size() >= 3_000


def test_a_backup_is_taken_while_the_store_is_in_use(store: Store, tmp_path: Path) -> None:
    put(store, make("a:1"))
    copy = tmp_path / "copy" / FILE
    with store.transaction():
        store.put(make("a:2"))
        with Store.open(tmp_path, readonly=True) as reader:
            reader.backup(copy)
    with Store.open(copy.parent, readonly=True) as restored:
        assert [id_ for id_, _, _ in restored.scan()] == ["a:1"]


@given(st.binary(max_size=3000))
def test_a_packed_body_comes_back(body: bytes) -> None:
    assert unpack(pack(body)) == body


def test_the_compression_dictionary_is_what_stored_rows_were_written_with() -> None:
    """Changing it makes every stored row unreadable: write a migration first."""
    import hashlib

    assert hashlib.sha256(_DICTIONARY).hexdigest()[:16] == "9d30899d06e2b695"


def test_a_job_of_260_characters_takes_less_than_800_bytes(store: Store, tmp_path: Path) -> None:
    import random

    pick = random.Random(7)
    han = [chr(c) for c in range(0x4E00, 0x4E00 + 1500)]
    word = lambda n: "".join(pick.choices(han, k=n))  # noqa: E731
    rows = [make(f"a:{i:08}", word(12), kind="job", employer=(word(10),), region=("110108",), summary=word(230)) for i in range(2000)]
    put(store, *rows)
    random_text = sum(len(r.summary.encode()) for r in rows)  # incompressible: what is left is the store's own
    assert (tmp_path / FILE).stat().st_size <= random_text + 2000 * 600
    assert len(entry(rows[0]).body) < 800


# ── errors ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_missing_catalogue_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="ingest"):
        Store.open(tmp_path / "none", readonly=True)
    assert not (tmp_path / "none").exists()


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    for readonly in (False, True):
        with pytest.raises(StoreError, match="folder"):
            Store.open(tmp_path / "home", readonly=readonly)


def test_a_damaged_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database at all" * 500)
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(StoreError, match="damaged"):
        Store.open(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


def test_a_page_damaged_in_the_middle_says_so(tmp_path: Path) -> None:
    with Store.open(tmp_path) as opened:
        put(opened, *(make(f"a:{i}") for i in range(2000)))
    with (tmp_path / FILE).open("r+b") as file:
        file.seek(4096 * 12)
        file.write(os.urandom(4096 * 60))
    with pytest.raises(StoreError, match="damaged"), Store.open(tmp_path) as opened:
        list(opened.scan())


def test_a_file_of_a_newer_version_or_of_another_program_is_left_alone(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    db = sqlite3.connect(tmp_path / FILE)
    db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    db.close()
    for readonly in (False, True):
        with pytest.raises(StoreError, match="newer"):
            Store.open(tmp_path, readonly=readonly)
    other = tmp_path / "other"
    other.mkdir()
    db = sqlite3.connect(other / FILE)
    db.execute("CREATE TABLE notes(text)")
    db.close()
    with pytest.raises(StoreError, match="not a catalogue"):
        Store.open(other)


def test_an_older_file_is_migrated_forward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Store.open(tmp_path) as opened:
        put(opened, make("a:1"))
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, "CREATE TABLE added(x)"))
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    with pytest.raises(StoreError, match="older"):
        Store.open(tmp_path, readonly=True)
    with Store.open(tmp_path) as opened:
        assert opened.get("a:1") == make("a:1")
        assert opened._rows("SELECT * FROM added") == []


def test_a_second_writer_is_told_that_another_one_writes(tmp_path: Path) -> None:
    with Store.open(tmp_path) as first, Store.open(tmp_path, wait=0.05) as second:
        with first.transaction(), pytest.raises(StoreError, match="another process"), second.transaction():
            pass
        with second.transaction():
            second.put(make("a:1"))
        assert first.get("a:1") is not None


def run(code: str) -> subprocess.CompletedProcess[str]:
    prepared = f"import os, resource, sys\nsys.path.insert(0, {str(ROOT)!r})\n" + textwrap.dedent(code)
    return subprocess.run([sys.executable, "-c", prepared], capture_output=True, text=True, timeout=60)


def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    done = run(f"""
        from catalog.errors import StoreError
        from catalog.store import Store
        if os.geteuid() == 0:
            os.seteuid(65534)  # root may write anywhere: be nobody
        try:
            Store.open({str(locked / "home")!r})
        except StoreError as error:
            print("refused:", error)
    """)
    assert "refused:" in done.stdout and "HAOKE_HOME" in done.stdout, done.stderr


def test_a_full_disk_is_named_and_what_was_committed_stays(tmp_path: Path) -> None:
    done = run(f"""
        from catalog.errors import StoreError
        from catalog.resource import Resource
        from catalog.store import Store
        store = Store.open({str(tmp_path)!r})
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
        done = 0
        try:
            while True:
                with store.transaction():
                    for i in range(200):
                        store.put(Resource(id=f"a:{{done + i}}", kind="job", source=("a",), title="x", summary=os.urandom(500).hex()))
                done += 200
        except StoreError as error:
            print(done, error)
    """)
    count, _, message = done.stdout.partition(" ")
    assert "disk" in message, done.stderr
    with Store.open(tmp_path) as opened:
        assert opened.size() == int(count) > 0
        check(opened)


def _read_on(home: str, out: multiprocessing.Queue[int]) -> None:
    with Store.open(home, readonly=True) as reader:
        out.put(len(list(reader.scan(batch=10))))


def test_a_reader_in_another_process_reads_while_one_writes(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with Store.open(tmp_path) as opened:
        put(opened, *(make(f"a:{i}") for i in range(50)))
        out: multiprocessing.Queue[int] = context.Queue()
        with opened.transaction():
            opened.put(make("a:99"))
            reader = context.Process(target=_read_on, args=(str(tmp_path), out))
            reader.start()
            assert out.get(timeout=30) == 50
            reader.join()


def ad(id: str, title: str, url: str = "", *, known: bool = True, **fields: object) -> Resource:
    return make(id, title, url, "job", **({"employer": ("甲公司",), "region": ("110000",)} if known else {}), **fields)


def link(number: int) -> str:
    return f"https://jobs.example/{number}"


def one(store: Store, id: str) -> Resource:
    """What a record is part of: it is there, and says what the record says."""
    found = store.get(id)
    assert found is not None and id in (found.id, *found.also), id
    return found


def test_a_record_that_what_was_parted_has_joined_is_not_written_over(store: Store) -> None:
    for resource in (ad("a:1", "三"), ad("b:1", "三", link(0)), ad("c:1", "三", link(1)), ad("c:2", "一", link(0), known=False), ad("c:2", "二", link(1))):
        put(store, resource)
    together = one(store, "a:1")
    assert together.title == "三" and {together.id, *together.also} == {"a:1", "b:1", "c:1"}
    assert one(store, "c:2").title == "二" and not one(store, "c:2").also


def test_parting_one_resource_may_join_away_the_next(store: Store) -> None:
    rows = [ad("a:1", "二", link(0)), ad("d:0", "三", link(0)), ad("b:2", "一", link(0)), ad("d:0", "二", known=False), ad("d:1", "一", link(0)), ad("d:2", "一", link(1))]
    for resource in rows:
        put(store, resource)
    for resource in rows[:3:2] + rows[3:]:
        one(store, resource.id)


def test_a_record_that_says_little_joins_no_two_that_do_not_fit(tmp_path: Path) -> None:
    old, new, undated = ad("a:1", "会计", published="2018-03-01"), ad("b:1", "会计", published="2023-03-01"), ad("c:1", "会计")
    for number, order in enumerate(permutations((old, new, undated))):
        with Store.open(tmp_path / str(number)) as store:
            for resource in order:
                put(store, resource)
            assert one(store, "a:1") != one(store, "b:1") and store.size() == 2


def test_a_record_that_changes_into_something_else_leaves_what_it_was_part_of(store: Store) -> None:
    put(store, ad("a:1", "工程师", link(1)), ad("b:1", "工程师", link(1)))
    assert one(store, "b:1").id == "a:1"
    put(store, ad("b:1", "厨师", link(2)))
    assert (one(store, "a:1").title, one(store, "a:1").also, one(store, "b:1").title) == ("工程师", (), "厨师")
    put(store, ad("b:1", "工程师", link(1)))
    assert one(store, "b:1").id == "a:1", "and comes back"


def test_a_record_that_changes_into_what_another_is_joins_it(store: Store) -> None:
    put(store, ad("a:1", "工程师", link(1)), ad("b:1", "厨师", link(2)))
    put(store, ad("b:1", "工程师", link(1)))
    assert one(store, "b:1").id == "a:1" and store.size() == 1


records = st.builds(
    lambda source, number, title, url, known, year: ad(f"{source}:{number}", title, link(url) if url else "", known=known, **({"published": f"{year}-03-01"} if year else {})),
    st.sampled_from("abcd"), st.integers(0, 2), st.sampled_from("一二三"), st.integers(0, 2), st.booleans(), st.sampled_from([0, 2018, 2023]),
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(st.one_of(records, st.builds(lambda source, number: f"{source}:{number}", st.sampled_from("abcd"), st.integers(0, 2))), max_size=14), together=st.integers(1, 4))
def test_whatever_comes_changes_and_goes_every_record_is_somewhere_and_says_what_it_said_last(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Resource | str], together: int
) -> None:
    said: dict[str, Resource] = {}
    with Store.open(tmp_path_factory.mktemp("any")) as store:
        for start in range(0, len(steps), together):
            with store.transaction():
                for step in steps[start : start + together]:
                    if isinstance(step, str):
                        assert store.delete(step, "gone") == (said.pop(step, None) is not None)
                    else:
                        store.put(step)
                        said[step.id] = step
        check(store)
        for id, resource in said.items():
            found = one(store, id)
            assert resource.title in (found.title, *found.titles) and id in {offer.id for offer in found.offers}
        shown = [i for _, _, body in store.scan() for r in [Resource.from_json(body)] for i in (r.id, *r.also)]
        assert sorted(shown) == sorted(said)
        with store.transaction():
            assert {store.put(resource) for resource in said.values()} <= {"unchanged"}
