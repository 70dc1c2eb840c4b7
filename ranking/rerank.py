"""Order among corrected results: when a query was only heard or nearly matched, the title most like it stands first.

An engine's score adds up characters; it can't see that 机械其础 is one stroke from 机械基础 and far from 机械原理. The first WINDOW
hits are compared with what was typed, in writing and in sound; what is equally alike keeps the engine's order.
"""

from __future__ import annotations

from collections.abc import Sequence

from catalog.text import clean
from indexer.analysis import is_han
from indexer.engine import Hit
from ranking.query import Reading
from ranking.spelling import nearest

WINDOW = 40  # hits that are compared
STEP = 4.0  # of 100: likeness within a step counts as equal
EXCESS = 0.5  # of 100 a character that the title has beyond the piece: 结构力学 before 结构力学实验


def likeness(parts: Sequence[str], title: str) -> float:
    """How like a title's best pieces are to what was typed in these parts, 0–100."""
    found = [piece for part in parts if (piece := nearest(part, title))]
    if not found:
        return 0.0
    spare = max(0, len(clean(title)) - sum(len(piece) for _, piece in found))
    return sum(like for like, _ in found) / len(parts) - EXCESS * min(spare, 40)


def reranked(reading: Reading, hits: Sequence[Hit]) -> tuple[list[Hit], float]:
    """Hits with the likest first, the order of equals kept; and how like the likest is."""
    head = list(hits[:WINDOW])
    parts = [s.text for s in reading.rejoined().stretches if len(s.text) > 1 and is_han(s.text)]
    likes = {hit.id: likeness(parts, hit.record["title"]) for hit in head}
    head.sort(key=lambda hit: -round(likes[hit.id] / STEP))
    return [*head, *hits[WINDOW:]], max(likes.values(), default=0.0)
