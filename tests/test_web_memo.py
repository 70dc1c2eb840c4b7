"""What pages of counts remember: made once, made anew by one while the others go on with what there was."""

from __future__ import annotations

import threading

from web.memo import LATE, Memo


class Slow:
    """A value that is being made until it is told to go on."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self) -> tuple[str, bool]:
        self.begun.set()
        assert self.go_on.wait(5)
        return "new", True


def test_while_one_makes_a_value_anew_the_others_get_the_one_before() -> None:
    now = [0.0]
    memo = Memo(60.0, clock=lambda: now[0])
    assert memo.get("k", lambda: ("old", True)) == "old"
    now[0] = 61.0
    slow, found = Slow(), list[str]()
    maker = threading.Thread(target=lambda: found.append(memo.get("k", slow)))
    maker.start()
    assert slow.begun.wait(5)
    assert memo.get("k", lambda: ("never", True)) == "old"
    slow.go_on.set()
    maker.join(5)
    assert found == ["new"]
    assert memo.get("k", lambda: ("never", True)) == "new"


def test_a_value_that_was_never_made_is_waited_for_however_young_the_machine_is() -> None:
    """A clock that counts from the machine's start is small in its first minutes."""
    memo = Memo(60.0, clock=lambda: 100.0)
    slow, found = Slow(), list[str]()
    threads = [threading.Thread(target=lambda: found.append(memo.get("k", slow)))]
    threads[0].start()
    assert slow.begun.wait(5)
    threads.append(threading.Thread(target=lambda: found.append(memo.get("k", lambda: ("never", True)))))
    threads[1].start()
    slow.go_on.set()
    for thread in threads:
        thread.join(5)
    assert found == ["new", "new"]


def test_a_value_far_too_old_is_waited_for() -> None:
    now = [0.0]
    memo = Memo(60.0, clock=lambda: now[0])
    memo.get("k", lambda: ("old", True))
    now[0] = 61.0 + LATE
    slow, found = Slow(), list[str]()
    threads = [threading.Thread(target=lambda: found.append(memo.get("k", slow)))]
    threads[0].start()
    assert slow.begun.wait(5)
    threads.append(threading.Thread(target=lambda: found.append(memo.get("k", lambda: ("never", True)))))
    threads[1].start()
    slow.go_on.set()
    for thread in threads:
        thread.join(5)
    assert found == ["new", "new"]
