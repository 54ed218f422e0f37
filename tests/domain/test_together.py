"""What follows for two bookings that belong together, from how it stands with each: the whole table."""

from __future__ import annotations

from itertools import product

import pytest

from domain.together import Follows, Side, what_follows

OPEN, WON, LOST = Side
WAIT, BOTH, NONE, APART, GIVE_BACK, WITHDRAW = Follows
BOOLEANS = (True, False)


@pytest.mark.parametrize(
    ("asker", "friend", "only_together", "each_alone"),
    [
        (OPEN, OPEN, WAIT, WAIT),
        (OPEN, WON, WAIT, WAIT),
        (WON, OPEN, WAIT, WAIT),
        (WON, WON, BOTH, BOTH),
        (LOST, LOST, NONE, NONE),
        (LOST, WON, GIVE_BACK, APART),
        (WON, LOST, GIVE_BACK, APART),
        (LOST, OPEN, WITHDRAW, WAIT),
        (OPEN, LOST, WITHDRAW, WAIT),
    ],
)
def test_what_follows_while_a_place_is_given_back_for_free(
    asker: Side, friend: Side, only_together: Follows, each_alone: Follows
) -> None:
    for both_or_none, follows in ((True, only_together), (False, each_alone)):
        assert what_follows(asker, friend, both_or_none=both_or_none, friends_own=False, free=True) is follows


def test_what_is_not_free_any_more_is_kept() -> None:
    for sides in ((WON, LOST), (LOST, WON)):
        assert what_follows(*sides, both_or_none=True, friends_own=False, free=False) is APART


def test_what_the_friend_had_before_is_never_given_back_nor_withdrawn() -> None:
    for free, both in product(BOOLEANS, BOOLEANS):
        assert what_follows(LOST, WON, both_or_none=both, friends_own=True, free=free) is APART
        assert what_follows(LOST, OPEN, both_or_none=both, friends_own=True, free=free) is WAIT
    assert what_follows(WON, LOST, both_or_none=True, friends_own=True, free=True) is GIVE_BACK


def test_nothing_is_given_back_while_the_other_may_still_get_a_place() -> None:
    for asker, friend, both, own, free in product(Side, Side, BOOLEANS, BOOLEANS, BOOLEANS):
        follows = what_follows(asker, friend, both_or_none=both, friends_own=own, free=free)
        if follows is GIVE_BACK:
            assert {asker, friend} == {WON, LOST}
            assert both
            assert free
