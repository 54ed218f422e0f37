"""Reads whole schedules of an activity: by the calendar's own requests, else from its page."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import date

from playwright.async_api import Page

import scraper
from domain.errors import SiteChanged
from domain.model import Slot, Timetable
from portal.pages.calendar import CalendarPage
from portal.schedules import read_calendars, schedule
from portal.session.site_session import SiteSession
from portal.side_by_side import together
from scraper import Calendar

AT_ONCE = 6  # requests side by side, as a browser sends them

log = logging.getLogger(__name__)


async def read_timetable(session: SiteSession, dates: Sequence[date], tell: Callable[[str], None]) -> Timetable:
    """Every slot of every activity the site lists, on those dates. Complete, or an error."""
    calendars = await read_calendars(session)
    tell(f"{len(calendars)} activities: {', '.join(each.activity.name for each in calendars)}")
    polite = asyncio.Semaphore(AT_ONCE)
    parts = await together(*(_schedules(session, each, dates, polite, tell) for each in calendars))
    activities = tuple(each.activity for each in calendars)
    return Timetable(activities, tuple(dates), tuple(slot for part in parts for slot in part))


async def _schedules(
    session: SiteSession,
    calendar: Calendar,
    dates: Sequence[date],
    polite: asyncio.Semaphore,
    tell: Callable[[str], None],
) -> list[Slot]:
    """The slots of one activity; read from its page when the requests do not hold."""

    async def one_day(day: date) -> tuple[Slot, ...]:
        async with polite:
            return await schedule(session, calendar, day)

    try:
        days = await together(*(one_day(day) for day in dates))
    except SiteChanged as error:
        log.warning("the schedule of %s can't be read (%s): reading its page", calendar.activity.name, error)
        days = await session.on_page("timetable", lambda page: days_on_page(session, page, calendar, dates))
    slots = [slot for day in days for slot in day]
    tell(f"{calendar.activity.name}: {len(slots)} slots")
    return slots


async def days_on_page(
    session: SiteSession, page: Page, calendar: Calendar, dates: Sequence[date]
) -> list[tuple[Slot, ...]]:
    """The slots that an activity's page shows on those dates, folded ones opened."""
    shown = CalendarPage(page, session.access)
    await shown.open(calendar.activity.id, calendar.flags)
    days: list[tuple[Slot, ...]] = []
    for day in sorted(dates):
        await shown.show(day)
        days.append(tuple(await read_column(session, calendar, day, await shown.unfold(day))))
    return days


async def read_column(session: SiteSession, calendar: Calendar, day: date, html: str) -> list[Slot]:
    """The slots in a day's column of a page."""
    return await session.parsed(html, lambda text: scraper.slots_on_page(text, calendar.activity, day))
