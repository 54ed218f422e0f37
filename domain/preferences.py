"""What a person prefers: what rings and when, how early they are reminded, what is offered first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from domain.model import NoticeKind
from domain.recurrence import PeriodicMode
from domain.recurrence_rules import RecurrenceRules


class Event(StrEnum):
    """What a message is about, as people say whether it rings."""

    RESULT = "result"  # a booking or a cancelling has ended, or takes long
    CHANGE = "change"  # a booking is gone from the site, or back
    REMINDER = "reminder"  # a class comes near
    REHEARSAL = "rehearsal"  # an opening is prepared
    WEEKLY = "weekly"  # a date of what recurs was skipped or missed
    WEEK = "week"  # the picture of the week, on Mondays
    HOUSE = "house"  # the programs, the site's rules, what the login pages told


EVENTS = {
    NoticeKind.RESULT: Event.RESULT,
    NoticeKind.STRUGGLING: Event.RESULT,
    NoticeKind.TOGETHER: Event.RESULT,
    NoticeKind.GONE: Event.CHANGE,
    NoticeKind.MOVED: Event.CHANGE,
    NoticeKind.BACK: Event.CHANGE,
    NoticeKind.REMINDER: Event.REMINDER,
    NoticeKind.REHEARSAL: Event.REHEARSAL,
    NoticeKind.EXPIRED: Event.WEEKLY,
    NoticeKind.MISSED: Event.WEEKLY,
    NoticeKind.WEEK: Event.WEEK,
    NoticeKind.PROGRAM_BACK: Event.HOUSE,
    NoticeKind.BACKUPS_FAIL: Event.HOUSE,
    NoticeKind.BACKUPS_BACK: Event.HOUSE,
    NoticeKind.NEW_RELEASE: Event.HOUSE,
    NoticeKind.OWN_CALENDAR: Event.HOUSE,
    NoticeKind.LOGIN_BACK: Event.HOUSE,
    NoticeKind.LOGIN_REMARK: Event.HOUSE,
    NoticeKind.HOUSE_RULE: Event.HOUSE,
    NoticeKind.AGREED: Event.HOUSE,
    NoticeKind.UNREACHABLE: Event.HOUSE,
    NoticeKind.OWNER_RESUMED: Event.HOUSE,
    NoticeKind.GUEST: Event.HOUSE,
    NoticeKind.GUEST_ENTERED: Event.HOUSE,
    NoticeKind.GUEST_LEFT: Event.HOUSE,
    NoticeKind.RESUMED: Event.HOUSE,
    NoticeKind.SUSPENDED: Event.HOUSE,
    NoticeKind.FORGOTTEN: Event.HOUSE,
    NoticeKind.FRIEND_LEFT: Event.CHANGE,
    NoticeKind.TOO_MANY: Event.WEEKLY,
}
"""The kinds that may come silently. All others ask for something to be done, and always ring."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours of the day in which messages come silently; they may go past midnight."""

    begin: time
    end: time

    def has(self, moment: time) -> bool:
        if self.begin <= self.end:
            return self.begin <= moment < self.end
        return moment >= self.begin or moment < self.end


@dataclass(frozen=True, slots=True)
class Preferences:
    """What one person prefers; None and empty: as the configuration says, or no preference."""

    silent: frozenset[Event] = frozenset()
    quiet: QuietHours | None = None
    reminder: timedelta | None = None  # how long before a class
    mode: PeriodicMode | None = None  # offered first for what recurs
    watch_notice: timedelta | None = None  # a watched place is of no use less long before its class
    place: str = ""  # shown first
    dark: bool = False  # pictures have light letters on a dark ground
    mondays: bool = False  # the picture of the week is sent every Monday morning

    def rings(self, kind: NoticeKind, local: datetime, *, urgent: bool = False) -> bool:
        """Whether a notice that is told at that local time rings. `urgent`: something can still be mended, for now."""
        event = EVENTS.get(kind)
        if event is None:
            return True
        if event in self.silent:
            return False
        can_wait = not urgent and kind is not NoticeKind.REMINDER  # who is reminded can still cancel for free
        return not (can_wait and self.quiet is not None and self.quiet.has(local.time()))

    def applied_to(self, rules: RecurrenceRules) -> RecurrenceRules:
        """The rules of time as they are for this person."""
        return rules if self.reminder is None else replace(rules, reminder=self.reminder)


NONE = Preferences()
