"""Generations over the store: built, verified, resumed, caught up – and what a kill leaves behind."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import GenerationError
from catalog.resource import Resource, Status
from catalog.store import Store
from indexer import build as building
from indexer import commits, doctor
from indexer import verify as verifying
from indexer.build import apply_changes, prune, rebuild
from indexer.document import to_document, to_documents, today
from indexer.engine import Engine, Generation, OneOf, Packed, Query, Term, open_engine
from indexer.engines.embedded import Embedded, writing
from indexer.fields import AGELESS, EVERY, FRESH
from indexer.verify import golden, verify
from ranking.signals import prior
from tests.engine_contract import resource
from tests.web_sample import records

HERE = Path(__file__).parent


def put(store: Store, resources: Iterable[Resource]) -> None:
    with store.transaction():
        for one in resources:
            store.put(one)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path) as store:
        put(store, (resource(f"a:{n:04}", f"会计 {n}") for n in range(60)))
        yield store


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"embedded:{tmp_path / 'index'}")
    yield engine
    engine.close()


def test_a_rebuild_makes_everything_in_the_store_searchable(store: Store, engine: Engine) -> None:
    built = rebuild(store, engine, prior)
    assert (built.documents, built.generation.documents, built.resumed) == (60, 60, False)
    assert engine.active().sequence == store.sequence()
    assert engine.search(Query(clause=Term("title", "会计"))).total == 60


def test_worker_processes_build_the_same_index(store: Store, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "CHUNK", 7)
    rebuild(store, engine, prior, workers=1)
    alone = [(h.id, h.score) for h in engine.search(Query(clause=Term("title", "会计"), size=60)).hits]
    rebuild(store, engine, prior, workers=2)
    assert [(h.id, h.score) for h in engine.search(Query(clause=Term("title", "会计"), size=60)).hits] == alone


def test_the_previous_generation_is_kept_and_older_ones_go(store: Store, engine: Engine) -> None:
    names = [rebuild(store, engine, prior).generation.name for _ in range(3)]
    assert {g.name: g.state for g in engine.generations()} == {names[1]: "previous", names[2]: "active"}


def test_changes_that_come_during_a_build_are_in_it(store: Store, engine: Engine) -> None:
    late: list[int] = []

    def interfere(done: int, total: int) -> None:
        if not late:
            late.append(done)
            put(store, [resource("a:0000", "出纳"), resource("z:1", "护士")])
            with store.transaction():
                store.delete("a:0059", "withdrawn")

    rebuild(store, engine, prior, progress=interfere)
    assert engine.active().sequence == store.sequence()
    assert set(engine.get(["a:0059", "z:1"])) == {"z:1"}
    assert Resource.from_json(engine.get(["a:0000"])["a:0000"]).title == "出纳"


def test_changes_are_applied_once_and_only_what_changed(store: Store, engine: Engine) -> None:
    rebuild(store, engine, prior)
    put(store, [resource("a:0001", "出纳"), resource("b:1", "护士")])
    with store.transaction():
        store.delete("a:0002", "withdrawn")
    before, after = apply_changes(store, engine, prior)
    assert (after - before, engine.count(Query())) == (3, 60)
    assert apply_changes(store, engine, prior) == (after, after)


def test_many_changes_are_prepared_by_workers_and_seen_on_the_way(store: Store, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    rebuild(store, engine, prior)
    monkeypatch.setattr(building, "CHUNK", 7)
    monkeypatch.setattr(building, "SERIAL_BELOW", 10)
    monkeypatch.setattr(building, "SEEN_EVERY", 20)
    monkeypatch.setattr(building, "cpu_count", lambda: 2)
    put(store, [resource(f"a:{n:04}", "出纳") for n in range(40)] + [resource(f"b:{n}", "护士") for n in range(15)])
    with store.transaction():
        for n in range(30, 50):
            store.delete(f"a:{n:04}", "withdrawn")
    commits: list[int] = []
    write = writing.IndexWriter.commit
    monkeypatch.setattr(writing.IndexWriter, "commit", lambda self, **told: (commits.append(told["sequence"]), write(self, **told))[1])
    apply_changes(store, engine, prior)
    assert len(commits) == 4  # of 75 changes
    assert commits == sorted(commits)
    assert commits[-1] == engine.active().sequence == store.sequence()
    assert engine.count(Query()) == 60 + 15 - 20
    assert engine.count(Query(Term("title", "出纳"))) == 30
    assert engine.get(["a:0030"]) == {}


def test_a_closed_resource_keeps_its_page_but_is_not_found(store: Store, engine: Engine) -> None:
    put(store, [resource("c:1", "会计", status=Status.CLOSED)])
    rebuild(store, engine, prior)
    assert "c:1" in engine.get(["c:1"])
    from ranking.results import Request
    from ranking.search import search

    assert search(engine, Request(text="会计")).total == 60


def test_a_much_smaller_generation_is_refused_unless_forced(store: Store, engine: Engine) -> None:
    first = rebuild(store, engine, prior).generation.name
    with store.transaction():
        for n in range(10):
            store.delete(f"a:{n:04}", "gone")
    with pytest.raises(GenerationError, match="--force"):
        rebuild(store, engine, prior)
    assert engine.active().name == first
    rebuild(store, engine, prior, force=True)
    assert engine.count(Query()) == 50


def test_a_generation_that_lacks_documents_is_not_activated(store: Store, engine: Engine) -> None:
    generation = engine.begin(building.fingerprint())
    with engine.writer(generation.name) as writer:
        writer.commit(sequence=store.sequence())
    with pytest.raises(GenerationError, match="of 60 resources of kind job"):
        verify(store, engine, engine.seal(generation.name))


def copied(store: Store, engine: Engine, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Generation:
    """A generation with all of the store's resources, their documents changed on the way."""
    generation = engine.begin(building.fingerprint())
    with engine.writer(generation.name) as writer:
        writer.add(change(to_document(Resource.from_json(body), 1.0, body)) for _, _, body in store.scan())
        writer.commit(sequence=store.sequence())
    return engine.seal(generation.name)


def test_a_generation_that_does_not_find_resources_by_their_titles_is_not_activated(store: Store, engine: Engine) -> None:
    verify(store, engine, copied(store, engine, lambda document: document))
    blank = copied(store, engine, lambda document: {name: value for name, value in document.items() if name != "title"})
    with pytest.raises(GenerationError, match="does not find a:0000 by '会计', the first word of its title – run `haoke reindex` again"):
        verify(store, engine, blank, force=True)
    assert engine.active() is None


def test_a_title_that_one_of_the_golden_resources_lost_is_noticed(store: Store, engine: Engine) -> None:
    some = copied(store, engine, lambda document: document | {"title": "出纳"} if document["id"] == "a:0030" else document)
    with pytest.raises(GenerationError, match="a:0030"):
        verify(store, engine, some)


def test_golden_resources_come_evenly_from_what_the_generation_holds(store: Store, engine: Engine) -> None:
    generation = copied(store, engine, lambda document: document)
    put(store, [resource("a:0003", "护士"), resource("z:1", "护士")])
    with store.transaction():
        store.delete("a:0006", "withdrawn")
    found = golden(store, generation)
    assert found.items() >= {("a:0000", "会计"), ("a:0030", "会计"), ("a:0057", "会计")}
    assert not {"a:0003", "a:0006", "z:1"} & set(found)
    assert verifying.GOLDEN - 3 <= len(found) <= verifying.GOLDEN
    verify(store, engine, generation)


def test_titles_without_a_word_hold_up_no_build(store: Store, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "GOLDEN", 100)  # each of them is looked for
    put(store, [resource("b:1", "？！"), resource("b:2", "x" * 1_000), resource("b:3", "C++")])
    assert rebuild(store, engine, prior).generation.documents == 63


def test_an_index_of_another_dictionary_wants_a_rebuild(store: Store, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    rebuild(store, engine, prior)
    monkeypatch.setattr(verifying, "fingerprint", lambda: "another")
    with pytest.raises(GenerationError, match="haoke reindex"):
        apply_changes(store, engine, prior)


def test_a_build_that_was_cut_off_goes_on_where_it_stopped(store: Store, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "CHUNK", 10)
    monkeypatch.setattr(commits, "COMMIT_EVERY", 20)
    monkeypatch.setattr(commits, "FOLD", 3)

    def stop(done: int, total: int) -> None:
        if done == 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(store, engine, prior, progress=stop)
    left = engine.generations()[0]
    assert (left.state, left.resume_after) == ("building", "a:0039")
    put(store, [resource("a:0005", "出纳")])
    told: list[tuple[int, int]] = []
    built = rebuild(store, engine, prior, resume=True, progress=lambda done, total: told.append((done, total)))
    assert (built.generation.name, built.resumed, built.documents) == (left.name, True, 20)
    assert told[-1] == (20, 20), "of what is left"
    assert engine.count(Query()) == 60
    assert engine.search(Query(clause=Term("title", "出纳"))).total == 1


def test_a_build_that_was_cut_off_while_it_caught_up_goes_on_there(store: Store, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile(done: int, total: int) -> None:
        put(store, [resource(f"b:{n}", "出纳") for n in range(7)])

    def cut_off(name: str) -> Generation:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(engine, "seal", cut_off)
        rebuild(store, engine, prior, progress=meanwhile)
    left = engine.generations()[0]
    assert left.sequence == store.sequence()
    built = rebuild(store, engine, prior, resume=True)
    assert (built.generation.name, built.resumed, built.documents) == (left.name, True, 0)
    assert engine.count(Query()) == 67


def test_a_build_ends_in_one_segment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "CHUNK", 5)
    monkeypatch.setattr(commits, "COMMIT_EVERY", 20)
    engine = Embedded(tmp_path / "index")
    with Store.open(tmp_path) as store:
        put(store, (resource(f"a:{n:04}", f"会计 {n}") for n in range(1_000)))
        rebuild(store, engine, prior)
    assert engine._active_reader().searcher().num_segments == 1
    assert engine.count(Query()) == 1_000


def test_a_build_that_goes_on_knows_what_it_has_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight segments that wait for a merge are merged with what comes next unless it begins before."""
    engine = Embedded(tmp_path / "index")
    generation = engine.begin("")
    with engine.writer(generation.name) as writer:
        assert writer.segments() == []
        for number in range(3):
            writer.add([to_document(resource(f"a:{number}", "会计"), 0.0)])
            writer.commit(sequence=number, resume_after=f"a:{number}")
        assert writer.segments() == [1, 1, 1]
    with engine.writer(generation.name) as writer:
        assert sum(writer.segments()) == 3
    assert engine.generations()[0].resume_after == "a:2"


def test_a_catalogue_that_was_restored_wants_a_new_index(store: Store, engine: Engine, tmp_path: Path) -> None:
    """Its numbers are given again, for other changes."""
    rebuild(store, engine, prior)
    (tmp_path / "old").mkdir()
    with Store.open(tmp_path / "old") as restored:
        put(restored, [resource("a:0001", "会计")])
        with pytest.raises(GenerationError, match="restored"):
            apply_changes(restored, engine, prior)
        assert any(found["level"] == "error" and "restored" in found["what"] for found in doctor._generations(restored, engine))


def test_so_many_as_answer_now_must_be_in_the_next_generation(store: Store, engine: Engine, tmp_path: Path) -> None:
    """Not so many as there were when the active one was built."""
    rebuild(store, engine, prior)
    put(store, [resource(f"b:{n}", "会计") for n in range(60)])
    apply_changes(store, engine, prior)
    with store.transaction():
        for n in range(60):
            store.delete(f"b:{n}", "gone")
    with pytest.raises(GenerationError, match="the active one 120"):
        rebuild(store, engine, prior)


def test_orphans_are_listed_and_removable(store: Store, engine: Engine) -> None:
    rebuild(store, engine, prior)
    orphan = engine.begin("x").name
    assert orphan in [g.name for g in engine.generations() if g.state == "building"]
    prune(engine)
    assert orphan not in [g.name for g in engine.generations()]


BUILD = """
import sys
from pathlib import Path
from catalog.store import Store
from indexer import build, commits
from indexer.engine import open_engine
from ranking.signals import prior
commits.COMMIT_EVERY = 400
build.CHUNK = 100
home = Path(sys.argv[1])
with Store.open(home, readonly=True) as store:
    build.rebuild(store, open_engine(f"embedded:{home / 'index'}"), prior, resume=True, workers=1, progress=lambda done, total: print(done, flush=True))
"""


def test_a_build_cut_off_after_its_first_commit_but_before_it_noted_so_writes_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(f"embedded:{tmp_path / 'index'}")
    monkeypatch.setattr(building, "CHUNK", 100)
    monkeypatch.setattr(commits, "COMMIT_EVERY", 400)
    with Store.open(tmp_path) as store:
        put(store, (resource(f"a:{n:04}", f"会计 {n}") for n in range(2_000)))
        note = writing.write_json

        def cut_off(path: Path, value: dict[str, object]) -> None:
            if value.get("resume_after"):
                raise KeyboardInterrupt
            note(path, value)

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(writing, "write_json", cut_off)
            rebuild(store, engine, prior, workers=1)
        assert engine.generations()[0].resume_after == ""
        rebuild(store, engine, prior, resume=True, workers=1)
    assert engine.count(Query()) == 2_000


@pytest.mark.parametrize("moment", [0, 300, 900, 1500, 2000])
def test_killed_at_any_moment_searches_go_on_and_the_next_build_completes(tmp_path: Path, moment: int) -> None:
    engine = open_engine(f"embedded:{tmp_path / 'index'}")
    with Store.open(tmp_path) as store:
        put(store, (resource(f"a:{n:04}", f"会计 {n}") for n in range(10)))
        first = rebuild(store, engine, prior).generation.name
        put(store, (resource(f"a:{n:04}", f"会计 {n}") for n in range(2_000)))
    child = subprocess.Popen([sys.executable, "-c", BUILD, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=HERE.parent)
    for line in child.stdout:
        if int(line) >= moment:
            break
    time.sleep(0.01 * (moment % 7))
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    page = engine.search(Query(clause=Term("title", "会计")))
    assert (page.generation == first and page.total == 10) or page.total == 2_000
    with Store.open(tmp_path, readonly=True) as store:
        rebuild(store, engine, prior, resume=True)
    assert engine.count(Query()) == 2_000
    found = engine.search(Query(clause=Term("title", "会计"), size=100))
    assert len({h.id for h in found.hits}) == 100
    assert engine.search(Query(filters=(OneOf("id", ("a:0007",)),))).total == 1


WORKERS = """
import sys, time
from multiprocessing import current_process
from pathlib import Path
from catalog.store import Store
from indexer import build
from indexer.engine import open_engine
from ranking.signals import prior
if __name__ == "__main__":
    home = Path(sys.argv[1])
    with Store.open(home, readonly=True) as store:
        build.rebuild(store, open_engine(f"embedded:{home / 'index'}"), prior, workers=2, progress=lambda done, total: (print(done, flush=True), time.sleep(30)))
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_workers_of_a_build_that_is_killed_end_too(tmp_path: Path, how: signal.Signals) -> None:
    with Store.open(tmp_path) as store:
        put(store, (resource(f"a:{n:04}", f"会计 {n}") for n in range(2_000)))
    script = tmp_path / "build_it.py"
    script.write_text(WORKERS, encoding="utf-8")
    child = subprocess.Popen([sys.executable, str(script), str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=HERE.parent, env={**os.environ, "PYTHONPATH": str(HERE.parent)})
    child.stdout.readline()
    workers = [int(pid) for pid in Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()]
    assert len(workers) >= 2
    os.kill(child.pid, how)
    child.wait()
    child.stdout.close()
    until = time.monotonic() + 15
    while time.monotonic() < until and any(alive(pid) for pid in workers):
        time.sleep(0.1)
    assert not [pid for pid in workers if alive(pid)]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_an_advertisement_is_within_the_days_since_it_was_posted_and_nothing_else_ages() -> None:
    posted = (today() - timedelta(days=5)).isoformat()
    job = {"id": "t:1", "kind": "job", "source": ("t",), "title": "会计"}
    assert to_document(Resource.model_validate(job | {"published": posted}), 1.0)["fresh"] == ["7", "14", "30"]
    assert "fresh" not in to_document(Resource.model_validate(job | {"published": "2020-01-01"}), 1.0)
    assert "fresh" not in to_document(Resource.model_validate(job), 1.0)
    course = to_document(Resource.model_validate({"id": "t:2", "kind": "course", "source": ("t",), "title": "会计学", "published": "2020-01-01"}), 1.0)["fresh"]
    assert {*FRESH, AGELESS} < set(course)


def test_every_so_many_th_advertisement_of_a_span_is_told_apart_and_so_is_all_that_does_not_age() -> None:
    posted = (today() - timedelta(days=2)).isoformat()
    jobs = [{"id": f"t:{n}", "kind": "job", "source": ("t",), "title": "会计", "published": posted} for n in range(4_096)]
    told = [to_document(Resource.model_validate(job), 1.0)["fresh"] for job in jobs]
    course = to_document(Resource.model_validate({"id": "t:c", "kind": "course", "source": ("t",), "title": "会计学"}), 1.0)["fresh"]
    for n in EVERY:
        assert 0.7 < sum(f"3/{n}" in fresh for fresh in told) * n / len(jobs) < 1.3
        assert all(f"{days}/{n}" in course for days in FRESH)
        assert not any(f"1/{n}" in fresh for fresh in told), "two days old"
    fewest, more = (f"3/{n}" for n in EVERY)
    assert all(more in fresh for fresh in told if fewest in fresh), "what is among few is among more"
    assert told == [to_document(Resource.model_validate(job), 1.0)["fresh"] for job in jobs], "the same ones in every build"


def test_what_the_engine_has_taken_of_a_batch_is_not_held_any_more_and_its_order_stays(store: Store, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "_place", lambda document: document["id"] < "a:0030")  # many stand alike
    taken: list[str] = []
    held: list[int] = []

    class Watching:
        def add(self, documents: Iterable[Packed], *, fresh: bool = False) -> None:
            documents = iter(documents)
            for one in documents:
                taken.append(one.id)
                held.append(len(documents.gi_frame.f_locals["batch"]))  # type: ignore[attr-defined]

        def commit(self, **told: object) -> None: ...

    building._index_all(store, Watching(), prior, engine.pack, "", 0, 1, 60, None)  # type: ignore[arg-type]
    assert taken == [f"a:{n:04}" for n in (*range(30, 60), *range(30))]
    assert held == list(range(59, -1, -1))


def test_what_a_worker_hands_over_is_the_document_as_the_engine_takes_it(store: Store, engine: Engine) -> None:
    bodies = [bytes(body) for _, _, body in store.scan()]
    pack = pickle.loads(pickle.dumps(engine.pack))  # as it reaches another process
    documents = [to_document(resource, prior(resource), body) for body in bodies for resource in (Resource.from_json(body),)]
    made = building._made(bodies, prior, pack)
    assert [packed for _, packed in made] == [engine.pack(document) for document in documents]
    assert [(packed.id, packed.kind) for _, packed in made] == [(document["id"], "job") for document in documents]


def test_documents_made_together_are_those_made_one_by_one() -> None:
    resources = records()
    assert len({one.kind for one in resources}) > 3
    priors, bodies = [prior(one) for one in resources], [one.to_json().encode() for one in resources]
    assert to_documents(resources, priors, bodies) == [to_document(one, weight) for one, weight in zip(resources, priors, strict=True)]
    assert to_documents([], [], []) == []
