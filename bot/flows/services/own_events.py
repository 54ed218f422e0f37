"""What a person's own calendar has at the hours of a class, in sentences: for every page that books or plans one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from bot.flows.services.house import House
from bot.screens import own_calendar
from database import Database
from domain.matching import find_matching
from domain.model import ClassRef, Course, same_course, starts_at
from domain.own_calendars import HORIZON, OwnEvent

MOST_NAMED = 3  # at the hours of one class
USUAL_LENGTH = timedelta(hours=1)  # of a class that the timetable does not have
A_WEEK = timedelta(weeks=1)


class OwnEvents:
    def __init__(self, db: Database, house: House) -> None:
        self._db = db
        self._house = house

    async def at(self, user_id: int, ref: ClassRef, end: time | None = None) -> tuple[str, ...]:
        """A sentence for each event that meets a class; `end`: of the class, where it is known already."""
        starts = self._house.starts(ref)
        ends = starts_at(ref.day, end, self._house.opening.zone) if end else await self._end(ref, starts)
        events = await self._db.own_calendars.between(user_id, starts, ends)
        met = _without_itself(events, ref.course, starts)
        return tuple(own_calendar.warning(event, self._house.when()) for event in met[:MOST_NAMED])

    async def _end(self, ref: ClassRef, starts: datetime) -> datetime:
        row = find_matching(await self._db.catalogue.slots_on(ref.day), ref)
        return starts_at(ref.day, row.slot.end, self._house.opening.zone) if row else starts + USUAL_LENGTH

    async def each_week(self, user_id: int, course: Course) -> str:
        """A sentence when events meet a class of every week, on its dates that the calendar is known of."""
        today, zone = self._house.when().today, self._house.opening.zone
        first = today + timedelta(days=(course.day_of_week - today.weekday()) % 7)
        events = await self._db.own_calendars.between(user_id, self._house.now(), self._house.now() + HORIZON)
        dates = {}
        for day in (first + week * A_WEEK for week in range(HORIZON // A_WEEK)):
            starts = starts_at(day, course.start, zone)
            ends = starts_at(day, course.end, zone) if course.end else starts + USUAL_LENGTH
            meeting = [event for event in events if event.starts_at < ends and event.ends_at > starts]
            if met := _without_itself(meeting, course.name, starts):
                dates[day] = met
        return own_calendar.weekly_warning(course.day_of_week, course.start, dates)


def _without_itself(events: Sequence[OwnEvent], course: str, starts: datetime) -> list[OwnEvent]:
    """The events but for the class itself, which its person may have put into the calendar."""
    return [event for event in events if event.starts_at != starts or not same_course(event.summary, course)]
