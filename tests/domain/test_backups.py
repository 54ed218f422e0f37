"""When a backup is due, and which are kept: through changes of the hour, gaps, and clocks that jump."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.backups import BackupState, kept, next_time, pause_of_backups

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)  # a Thursday
NIGHT = time(4, 30)


def rome(day: str, at: time = NIGHT) -> datetime:
    return datetime.combine(date.fromisoformat(day), at, ROME).astimezone(UTC)


def nightly(last: date, number: int) -> list[datetime]:
    return [rome((last - timedelta(days=ago)).isoformat()) for ago in range(number)]


def days_of(moments: set[datetime]) -> list[str]:
    return [f"{moment.astimezone(ROME):%m-%d}" for moment in sorted(moments, reverse=True)]


@pytest.mark.parametrize(
    ("made", "stay"),
    [
        ([], []),
        (nightly(date(2026, 11, 26), 3), ["11-26", "11-25", "11-24"]),
        (  # seven days; and the Sundays that ended this and the three weeks before
            nightly(date(2026, 11, 26), 60),
            ["11-26", "11-25", "11-24", "11-23", "11-22", "11-21", "11-20", "11-15", "11-08"],
        ),
        (  # the hour was put back on 25 October 2026: each night is a day, 25 hours or not
            nightly(date(2026, 10, 28), 9),
            ["10-28", "10-27", "10-26", "10-25", "10-24", "10-23", "10-22"],
        ),
        (  # two of one day: the later stays; 23:30 UTC is the next day in Rome
            [rome("2026-11-25"), rome("2026-11-25", time(20)), datetime(2026, 11, 25, 23, 30, tzinfo=UTC)],
            ["11-26", "11-25"],
        ),
        (  # months without power: days without a backup count for nothing
            [rome("2026-11-26"), *nightly(date(2026, 3, 10), 30)],
            ["11-26", "03-10", "03-09", "03-08", "03-07", "03-06", "03-05", "03-01"],
        ),
        (  # the turn of the year lies in a week of its own year: 31 December 2026 and 2 January 2027 are of one week
            [rome("2026-11-20"), *(rome(day) for day in ("2026-01-02", "2025-12-31", "2025-12-28"))],
            ["11-20", "01-02", "12-31", "12-28"],
        ),
    ],
)
def test_the_last_of_seven_days_and_of_four_weeks_stays(made: list[datetime], stay: list[str]) -> None:
    assert days_of(kept(made, NOW, ROME, 7, 4)) == stay


def test_what_a_wrong_clock_made_in_the_future_takes_nobodys_place() -> None:
    ahead = nightly(date(2031, 1, 20), 12)
    real = nightly(date(2026, 11, 26), 10)
    stay = kept([*ahead, *real], NOW, ROME, 7, 0)
    assert set(ahead) <= stay
    assert stay - set(ahead) == set(real[:7])


def test_the_one_just_made_is_never_deleted() -> None:
    assert kept([NOW, *nightly(date(2026, 11, 26), 40)], NOW, ROME, 1, 0) == {NOW}


@pytest.mark.parametrize(
    ("now", "at", "then"),
    [
        (NOW, NIGHT, rome("2026-11-27")),
        (rome("2026-11-26", time(4, 29)), NIGHT, rome("2026-11-26")),
        (rome("2026-11-26"), NIGHT, rome("2026-11-27")),
        (rome("2026-03-28", time(5)), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # 2:30 is not, that night
        (datetime(2026, 10, 25, 0, 40, tzinfo=UTC), time(2, 30), rome("2026-10-26", time(2, 30))),  # the second 2:30
        (datetime(2026, 11, 26, 22, 30, tzinfo=UTC), time(23, 45), datetime(2026, 11, 26, 22, 45, tzinfo=UTC)),
    ],
)
def test_it_is_due_once_each_night(now: datetime, at: time, then: datetime) -> None:
    assert next_time(now, at, ROME) == then


def test_one_that_a_wrong_clock_planned_is_planned_anew_and_one_that_was_slept_through_is_due() -> None:
    ahead = BackupState(next_at=rome("2031-01-20"))
    assert ahead.due_at(NOW, NIGHT, ROME) == rome("2026-11-27")
    slept = BackupState(next_at=rome("2026-11-20"))
    assert slept.due_at(NOW, NIGHT, ROME) == rome("2026-11-20")
    assert slept.is_overdue(NOW)
    assert not BackupState(next_at=NOW - timedelta(hours=11)).is_overdue(NOW)


def test_the_pauses_after_failures_grow_to_six_hours() -> None:
    assert [pause_of_backups(n) // timedelta(minutes=1) for n in (1, 2, 3, 4, 5, 6, 99)] == [
        15,
        30,
        60,
        120,
        240,
        360,
        360,
    ]
