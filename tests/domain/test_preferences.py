"""What rings when, and until when a place is of use."""

from __future__ import annotations

from datetime import datetime, time
from itertools import product

import pytest

from domain.model import NoticeKind
from domain.preferences import EVENTS, Event, Preferences, QuietHours

NIGHT = QuietHours(time(22), time(7))
AT_NIGHT, BY_DAY = datetime(2026, 11, 24, 23, 30), datetime(2026, 11, 24, 12)  # noqa: DTZ001 - local times


@pytest.mark.parametrize(
    ("hour", "quiet"), [("22:00", True), ("23:59", True), ("00:00", True), ("06:59", True), ("07:00", False)]
)
def test_quiet_hours_go_past_midnight(hour: str, quiet: bool) -> None:
    assert NIGHT.has(time.fromisoformat(hour)) is quiet


def test_without_a_preference_everything_rings() -> None:
    assert all(Preferences().rings(kind, moment) for kind, moment in product(NoticeKind, (AT_NIGHT, BY_DAY)))


def test_in_quiet_hours_only_what_can_still_be_mended_rings() -> None:
    prefers = Preferences(quiet=NIGHT)
    ringing = {kind for kind in NoticeKind if not kind.is_edit and prefers.rings(kind, AT_NIGHT)}
    assert ringing == {
        NoticeKind.CONFIRMATION, NoticeKind.REMINDER, NoticeKind.LOGIN_REJECTED, NoticeKind.LOGIN_DUE,
        NoticeKind.ACCOUNT_WAITS, NoticeKind.PROGRAM_DOWN, NoticeKind.OWNER_WITHDREW,
    }  # fmt: skip
    assert prefers.rings(NoticeKind.RESULT, AT_NIGHT, urgent=True)
    assert prefers.rings(NoticeKind.RESULT, BY_DAY)


def test_what_was_silenced_never_rings_and_what_asks_for_something_can_not_be_silenced() -> None:
    prefers = Preferences(silent=frozenset(Event))
    assert {kind for kind in NoticeKind if not prefers.rings(kind, BY_DAY, urgent=True)} == set(EVENTS)
    assert prefers.rings(NoticeKind.CONFIRMATION, AT_NIGHT)
