"""What pages of counts remember: made once, made anew by one while the others go on with what there was."""

from __future__ import annotations

import threading

from web.memo import LATE, Memo


def test_while_one_makes_a_value_anew_the_others_get_the_one_before() -> None:
    now = [0.0]
    memo = Memo(60.0, clock=lambda: now[0])
    assert memo.get("k", lambda: ("old", True)) == "old"
    now[0] = 61.0
    begun, go_on = threading.Event(), threading.Event()
    found: list[str] = []

    def slow() -> tuple[str, bool]:
        begun.set()
        assert go_on.wait(5)
        return "new", True

    maker = threading.Thread(target=lambda: found.append(memo.get("k", slow)))
    maker.start()
    assert begun.wait(5)
    assert memo.get("k", lambda: ("never", True)) == "old"
    go_on.set()
    maker.join(5)
    assert found == ["new"]
    assert memo.get("k", lambda: ("never", True)) == "new"


def test_a_value_far_too_old_is_waited_for() -> None:
    now = [0.0]
    memo = Memo(60.0, clock=lambda: now[0])
    memo.get("k", lambda: ("old", True))
    now[0] = 61.0 + LATE
    begun, go_on = threading.Event(), threading.Event()
    found: list[str] = []

    def slow() -> tuple[str, bool]:
        begun.set()
        assert go_on.wait(5)
        return "new", True

    threads = [threading.Thread(target=lambda: found.append(memo.get("k", slow)))]
    threads[0].start()
    assert begun.wait(5)
    threads.append(threading.Thread(target=lambda: found.append(memo.get("k", lambda: ("never", True)))))
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join(5)
    assert found == ["new", "new"]
