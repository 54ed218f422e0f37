"""The rules of the house: what the configuration says of the site's rules, and the values in force. Pure.

A value that the site was seen to follow, and that the owner took over by a button, goes before the configuration's
until that is changed: store/rules.py keeps those. Imported like domain/model.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import time, timedelta
from enum import StrEnum

from domain.model import OpeningRule


class Rule(StrEnum):
    """What a rule is about, as rows and messages name it."""

    OPENING = "opening"
    OVERLAP = "overlap"
    LATE_CANCEL = "late_cancel"
    FREE_CANCEL = "free_cancel_hours"
    CLOSES = "closes_minutes"
    MOST_BOOKINGS = "most_bookings"


class Overlapping(StrEnum):
    """What the site does with two bookings of one person at the same hours."""

    REFUSED = "refused"
    WARNED = "warned"  # the site takes both, after a warning


class LateCancel(StrEnum):
    """What the site does with a cancellation past the free term."""

    PENALTY = "penalty"  # the site takes the cancellation, and may count a penalty
    REFUSED = "refused"


class WaitingList(StrEnum):
    """Whether we go on the site's waiting list for a class that is full."""

    NEVER = "never"
    ASK = "ask"  # once its person has said yes, to a button under "full"
    ALWAYS = "always"  # where the site offers one, and while a place could still be given back for free


WEEK_HOURS, TWO_DAYS_MINUTES = 7 * 24, 2 * 24 * 60
MOST_DAYS_AHEAD = 60  # of a class its slot opens
MOST_BOOKINGS = 100  # at once
DAYS_AHEAD = re.compile(r"days_ahead=(\d{1,2}) at=(\d\d):(\d\d)(?::(\d\d))?")
HOURS_BEFORE = re.compile(r"hours_before=(\d{1,4}(?:\.\d{1,3})?)")


@dataclass(frozen=True, slots=True)
class HouseRules:
    """How the site treats bookings, as far as we know."""

    opening: OpeningRule
    free_cancel: timedelta = timedelta(hours=2)  # before a class, until when its place can be given back for free
    overlap: Overlapping = Overlapping.REFUSED
    late_cancel: LateCancel = LateCancel.PENALTY
    closes: timedelta = timedelta(0)  # before a class, until when it can be booked
    most_bookings: int | None = None  # at once; None: not known
    waiting_list: WaitingList = WaitingList.NEVER  # what we do, not what the site does: nothing is noticed of it

    def value(self, rule: Rule) -> str:
        """A rule's value as it is stored and told."""
        match rule:
            case Rule.OPENING if self.opening.hours_before is not None:
                return f"hours_before={self.opening.hours_before:g}"
            case Rule.OPENING:
                at = self.opening.at
                return f"days_ahead={self.opening.days_ahead} at={at:{'%H:%M:%S' if at.second else '%H:%M'}}"
            case Rule.OVERLAP:
                return self.overlap
            case Rule.LATE_CANCEL:
                return self.late_cancel
            case Rule.FREE_CANCEL:
                return f"{self.free_cancel / timedelta(hours=1):g}"
            case Rule.CLOSES:
                return f"{self.closes / timedelta(minutes=1):g}"
            case Rule.MOST_BOOKINGS:
                return "" if self.most_bookings is None else str(self.most_bookings)

    def with_value(self, rule: Rule, text: str) -> HouseRules:
        """These rules with one of them changed. Raises ValueError when the text is no value of that rule."""
        match rule:
            case Rule.OPENING:
                return replace(self, opening=self._opening(text))
            case Rule.OVERLAP:
                return replace(self, overlap=Overlapping(text))
            case Rule.LATE_CANCEL:
                return replace(self, late_cancel=LateCancel(text))
            case Rule.FREE_CANCEL:
                return replace(self, free_cancel=timedelta(hours=_within(0, float(text), WEEK_HOURS)))
            case Rule.CLOSES:
                return replace(self, closes=timedelta(minutes=_within(0, float(text), TWO_DAYS_MINUTES)))
            case Rule.MOST_BOOKINGS:
                return replace(self, most_bookings=int(_within(1, int(text), MOST_BOOKINGS)))

    def _opening(self, text: str) -> OpeningRule:
        if found := HOURS_BEFORE.fullmatch(text):
            hours = _within(0, float(found[1]), MOST_DAYS_AHEAD * 24)
            return replace(self.opening, hours_before=hours)
        found = DAYS_AHEAD.fullmatch(text)
        if found is None or int(found[1]) > MOST_DAYS_AHEAD:
            raise ValueError(f"'{text}' is no rule of openings")
        at = time(int(found[2]), int(found[3]), int(found[4] or 0))
        return replace(self.opening, days_ahead=int(found[1]), at=at, hours_before=None)


def _within(least: float, number: float, most: float) -> float:
    if not least <= number <= most:
        raise ValueError(f"{number:g} is not between {least:g} and {most:g}")
    return number
