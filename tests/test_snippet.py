"""What of a long text is shown around what was searched for."""

from __future__ import annotations

from ranking.snippet import LOOKED_AT, SNIPPET, excerpt


def test_an_excerpt_begins_a_little_before_the_first_match_and_says_where_it_is_cut() -> None:
    text = "甲" * 200 + "会計学" + "乙" * 30 + "会计" + "丙" * 200
    cut = excerpt(text, frozenset({"会计"}))
    assert cut is not None
    (before, _), *inside, (after, _) = cut
    assert (before, after) == ("…", "…")
    assert "".join(piece for piece, _ in inside) in text and sum(len(piece) for piece, _ in inside) == SNIPPET
    assert [piece for piece, marked in inside if marked] == ["会計", "会计"], "as it is written there"


def test_a_match_that_the_end_of_an_excerpt_cuts_is_marked_up_to_there() -> None:
    text = "会计" + "乙" * (SNIPPET - 3) + "会计" + "丙" * 9
    cut = excerpt(text, frozenset({"会计"}))
    assert cut == (("会计", True), ("乙" * (SNIPPET - 3), False), ("会", True), ("…", False))


def test_what_has_no_match_where_it_is_looked_for_has_no_excerpt() -> None:
    assert excerpt("甲" * LOOKED_AT + "会计", frozenset({"会计"})) is None
    assert excerpt("甲乙", frozenset({"会计"})) is None
