"""When what happens for a date of a recurring booking, by its mode. Pure: no SQL, no clock of its own.

periodic_executor.py acts by it, the chat shows by it what will happen, tests walk through years with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from domain.model import ActionType, OpeningRule, starts_at
from domain.opening_plan import plan_booking
from domain.recurrence import Occurrence, OccurrenceState, PeriodicBooking, PeriodicChoice, PeriodicMode
from domain.requests import MOST_ALTERNATIVES, NewAction

QUEUE_AHEAD = timedelta(hours=26)  # before its opening: sooner than the rehearsal of the evening before, in any season
NIGHT_BEGINS, NIGHT_ENDS, EVENING = time(22, 30), time(7), time(21)
LONGEST_NIGHT = timedelta(hours=12)
"""Questions and reminders about what is held that would come by night come the evening before."""
AT_THE_OPENING = (PeriodicMode.HOLD, PeriodicMode.AUTOMATIC)
"""The modes that book without having asked."""


@dataclass(frozen=True, slots=True)
class RecurrenceRules:
    """The rules of time of the configuration."""

    rule: OpeningRule
    lead: timedelta  # how long before the moment it is about a question is sent
    deadline: timedelta  # how long before that moment it is too late to answer
    reminder: timedelta
    free_cancel: timedelta
    rehearsal: time | None

    def starts(self, periodic: PeriodicBooking, day: date) -> datetime:
        """The instant its class begins on that day."""
        return starts_at(day, periodic.start, self.rule.zone)

    def opens(self, periodic: PeriodicBooking, day: date) -> datetime:
        """The instant its slot of that day opens."""
        return self.rule.opens_at(day, periodic.start)

    def day_of(self, instant: datetime) -> date:
        """The site's date at an instant."""
        return instant.astimezone(self.rule.zone).date()

    def due_at(self, periodic: PeriodicBooking, day: date) -> datetime:
        """From when on something is to be done about a date: its question is sent, or its booking queued."""
        if periodic.mode is PeriodicMode.ASK_FIRST:
            return self.starts(periodic, day) - (periodic.lead or self.lead)
        ahead = self.lead if periodic.mode is PeriodicMode.ASK_OPENING else QUEUE_AHEAD
        return self.opens(periodic, day) - ahead

    def last_chance(self, periodic: PeriodicBooking, day: date) -> datetime:
        """From when on nothing can be done about a date any more."""
        return self.starts(periodic, day) - self.deadline

    def question_until(self, periodic: PeriodicBooking, day: date, now: datetime) -> datetime | None:
        """Until when a question sent now can be answered; None when it is booked without asking.

        Who woke too late for the question before the opening asks about what is left: a place until the class. So do
        the modes that book by themselves, when a place could not be given back any more: never a penalty unasked.
        """
        last = self.starts(periodic, day) - self.deadline
        if periodic.mode is PeriodicMode.ASK_OPENING:
            in_time = self.opens(periodic, day) - self.deadline
            return in_time if now < in_time else last
        if periodic.mode in AT_THE_OPENING and now < self.keep_until(self.starts(periodic, day)):
            return None
        return last

    # What is held: these take the instant the class begins, as an alternative may begin at another time.

    def free_until(self, starts: datetime) -> datetime:
        """Until when a place can be given back without penalty."""
        return starts - self.free_cancel

    def keep_asked_at(self, starts: datetime) -> datetime:
        """When the mode `hold` asks whether the place is kept: never in the night, when nobody answers."""
        return self._not_at_night(self.free_until(starts) - self.lead)

    def _not_at_night(self, moment: datetime) -> datetime:
        """The same, or the evening before when that is when people sleep."""
        local = moment.astimezone(self.rule.zone)
        if NIGHT_ENDS <= local.time() < NIGHT_BEGINS:
            return moment
        day = local.date() if local.time() >= NIGHT_BEGINS else local.date() - timedelta(days=1)
        return min(moment, datetime.combine(day, EVENING, self.rule.zone).astimezone(UTC))

    def keep_until(self, starts: datetime) -> datetime:
        """When an unanswered place is given back: early enough to be read back before it costs."""
        return self.free_until(starts) - self.deadline

    def remind_at(self, starts: datetime) -> datetime:
        """When a held place is reminded of: always while it can still be given back."""
        if self.reminder > self.free_cancel:
            return self._not_at_night(starts - self.reminder)
        return self.keep_asked_at(starts)

    # What is done and shown

    def booking(
        self,
        periodic: PeriodicBooking,
        day: date,
        choices: Sequence[PeriodicChoice],
        now: datetime,
        card_message_id: int | None = None,
    ) -> NewAction:
        """The booking of a date with its alternatives, to be queued now."""
        plan = plan_booking(self.rule, day, now, self.rehearsal, periodic.start)
        free_until = self.free_until(self.starts(periodic, day))
        usable = choices[:MOST_ALTERNATIVES]  # rows by hand may be more than an opening has requests for
        return NewAction(
            ActionType.BOOK,
            periodic.user_id,
            periodic.on(day),
            run_at=plan.run_at,
            opens_at=plan.opens_at,
            rehearse_at=plan.rehearse_at,
            card_message_id=card_message_id,
            periodic_booking_id=periodic.id,
            alternatives=tuple(choice.on(day) for choice in usable),
            free_until=free_until if now < free_until else None,
        )

    def acts_at(
        self, periodic: PeriodicBooking, day: date, occurrence: Occurrence | None, now: datetime
    ) -> datetime | None:
        """When something happens next for a date, to be shown: a question or an opening. None: nothing more."""
        if occurrence is None:
            if now >= self.last_chance(periodic, day):
                return None
            opening = periodic.mode in AT_THE_OPENING
            return max(now, self.opens(periodic, day) if opening else self.due_at(periodic, day))
        if occurrence.state is not OccurrenceState.QUEUED:
            return None
        moments = [self.opens(periodic, day)]
        if periodic.mode is PeriodicMode.HOLD:
            moments.append(self.keep_asked_at(self.starts(periodic, day)))
        return next((moment for moment in moments if moment > now), None)

    # Which dates an executor has to look at

    def asks_until(self, now: datetime, lead: timedelta | None = None) -> datetime:
        """The latest wall-clock time (naive) of a class about which the mode `ask_first` can have to ask now.

        `lead`: how long before a class it asks; None: as configured. In the night the clock goes back an hour comes
        twice; the bound is the later of both readings.
        """
        begins = (now + (lead or self.lead)).astimezone(UTC)
        offsets = (moment.astimezone(self.rule.zone).utcoffset() for moment in (begins, begins - timedelta(hours=3)))
        return begins.replace(tzinfo=None) + max(offset for offset in offsets if offset is not None)

    def last_day(self, now: datetime, lead: timedelta | None = None) -> date:
        """The furthest date about which something can be due now; `lead` as in asks_until."""
        opening = self.day_of(now + max(self.lead, QUEUE_AHEAD)) + timedelta(days=self.rule.most_days_ahead)
        return max(opening, self.asks_until(now, lead).date())

    def last_held_day(self, now: datetime) -> date:
        """The furthest date of a class about which a reminder, or whether it is kept, can be due now."""
        return self.day_of(now + max(self.reminder, self.free_cancel + self.lead) + LONGEST_NIGHT) + timedelta(days=1)

    def next_opening(self, now: datetime) -> datetime:
        """The next instant at which an opening, whichever date's, makes something due."""
        today, last = self.day_of(now), self.last_day(now)
        days = [today + timedelta(days=offset) for offset in range((last - today).days + 2)]
        instants = (self.rule.opens_at(day) - ahead for day in days for ahead in (self.lead, QUEUE_AHEAD))
        return min(moment for moment in instants if moment > now)
