"""When the timetable is read by routine: daily, more often around the usual openings, and once after each. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise

from domain.model import OPENING_LASTS, OpeningRule

DAILY = timedelta(days=1)
AROUND = timedelta(hours=1)  # an opening the timetable is read more often
EVERY = timedelta(minutes=15)  # so often
LEAST_APART = timedelta(minutes=10)  # classes that open one after the other are read together


def openings_around(rule: OpeningRule, starts: Iterable[tuple[int, time]], now: datetime) -> list[datetime]:
    """When classes open, from an hour ago until tomorrow at this time. `starts`: weekday and time of each class."""
    today = now.astimezone(rule.zone).date()
    days = [today + timedelta(days=each) for each in range(-1, rule.most_days_ahead + 3)]
    if rule.hours_before is None:
        openings = {rule.opens_at(day) for day in days}
    else:
        of_week = set(starts)
        openings = {rule.opens_at(day, start) for day in days for weekday, start in of_week if day.weekday() == weekday}
    return sorted(each for each in openings if now - AROUND - EVERY <= each <= now + DAILY)


def moments(rule: OpeningRule, openings: Sequence[datetime]) -> list[datetime]:
    """When the timetable is read because of these openings.

    Where each class opens for itself, that is once after each; an hour around each would be the whole day.
    """
    every = {each + OPENING_LASTS for each in openings}
    if rule.hours_before is None:
        steps = [EVERY * each for each in range(1, AROUND // EVERY + 1)]
        every |= {each + sign * step for each in openings for step in steps for sign in (-1, 1)}
    return _apart(sorted(every))


def _apart(every: list[datetime]) -> list[datetime]:
    """Those that are LEAST_APART from the one before, and the last of each row of near ones."""
    kept: list[datetime] = []
    for one, following in pairwise([*every, None]):
        if one is None:
            continue
        last_of_row = following is None or following - one >= LEAST_APART
        if last_of_row or not kept or one - kept[-1] >= LEAST_APART:
            kept.append(one)
    return kept


def next_reading(done: datetime | None, now: datetime, because_of_openings: Sequence[datetime]) -> datetime:
    """When the timetable is to be read next; not after `now` when that is due. `done`: when it was read last."""
    if done is None:
        return now
    due = max((each for each in because_of_openings if each <= now), default=None)
    if due is not None and done < due:
        return due
    return min([done + DAILY, *(each for each in because_of_openings if each > now)])
