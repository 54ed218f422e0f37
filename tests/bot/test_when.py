"""How moments are told: the day as people name it, the hour of the reader's wall clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.screens.when import When
from tests.support.chats import NOON

WHEN = When(NOON, ZoneInfo("Europe/Rome"))


def test_days_and_hours_are_told_as_people_tell_them() -> None:
    assert WHEN.at(NOON + timedelta(days=1)) == "domani alle 12:00"
    assert WHEN.at(datetime(2026, 11, 23, 23, tzinfo=UTC)) == "martedì 24 novembre alle 00:00"
    assert WHEN.soon(NOON, seconds=True) == "alle 12:00:00"
    assert WHEN.soon(NOON - timedelta(days=1)) == "ieri alle 12:00"
    assert WHEN.short(datetime(2026, 11, 23, 23, tzinfo=UTC)) == "mar 24 alle 00:00"
