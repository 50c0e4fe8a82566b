"""The work of the quality room without anybody waiting: check, count, compare, tell once a week.

Truth lives in flags: whatever is due and nobody holds is found here again, after any crash, by any worker.
"""

from collections.abc import Callable

from django.core.cache import cache

from cmr_registry.lib.scope import ALL_CENTERS, center_scope
from cmr_registry.quality.checking import batch_check
from cmr_registry.quality.digest import digests_make
from cmr_registry.quality.rechecking import recheck_ensure, recheck_mark_one
from cmr_registry.quality.tallies import peers_count_one, tally_count_one

LOOK_EVERY_SECONDS = 600


def work_once() -> bool:
    """Do one piece of work: the first of these that has any.

    Returns:
        True if there was something to do.
    """
    with center_scope(ALL_CENTERS):
        return any(piece() for piece in WORK)


def _check() -> bool:
    return batch_check() > 0


def _ask_anew() -> bool:
    """Once in a while: were all exams judged as the present dictionary and checks would?"""
    return cache.add("quality:recheck", 1, LOOK_EVERY_SECONDS) and recheck_ensure()


def _tell() -> bool:
    """Once in a while: did every center get the mail of this week? While it is being told, without a pause."""
    if not cache.add("quality:digest", 1, LOOK_EVERY_SECONDS):
        return False
    while digests_make():
        pass
    return True


WORK: tuple[Callable[[], bool], ...] = (
    tally_count_one,
    _check,
    recheck_mark_one,
    peers_count_one,
    _ask_anew,
    _tell,
)
"""Pieces of work, the most urgent first."""
