"""How often a build commits: so that what merges leave is one segment, also of a build that was ended and goes on.

Whatever is asked is looked up once in each segment: ten of them took a sixth of the time of a search over a million. An engine that keeps
its own files merges eight segments of one size into one, as soon as there are eight; so 1, 8, 64, … commits of equal size come down to one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log

COMMIT_EVERY = 200_000  # documents between commits of a build, at most: what a crash costs
FOLD = 8  # commits of one size that tantivy's merges make one segment of


def documents_a_commit(total: int, left: int = 0, segments: Sequence[int] = ()) -> int:
    """Documents between the commits of a build of `total` documents; of one that goes on with its last `left`, over segments of so many each.

    Merges that were under way when it was ended begin anew, with what was committed meanwhile: nine or ten together instead of eight. By the plan of the beginning there would
    be too few commits left to fill the last eight – 11.47 million ended in fourteen segments –, so these become smaller, and as many as are missing.
    """
    commits = 1
    while total > commits * COMMIT_EVERY:
        commits *= FOLD
    usual = -(-total // commits)
    if not segments:  # nothing is written yet, or another machine merges
        return usual
    levels = Counter(max(0, round(log(max(1, size) / usual, FOLD))) for size in segments)
    done, worth, level = 0, 1, 0
    while worth < commits:
        if levels[level] >= FOLD:  # all of them become one
            levels[level + 1] += 1
        else:
            done += levels[level] * worth
        worth, level = worth * FOLD, level + 1
    return -(-left // max(1, commits - done))
