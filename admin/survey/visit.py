"""Goes through the site as a polite guest and writes down what it meets. Changes nothing there. Used by terminal.py."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Request, Response

import scraper
from actions.runner import site_access
from admin.survey.seen import Cookie, Got, Met, Post, Schedule, Seen
from domain.errors import SiteChanged, SiteError, SiteUnavailable
from domain.model import Clock, Credentials
from domain.steady import steady
from languages.terminal import _
from portal.access import SiteAccess
from portal.browser.contexts import HEADERS, USER_AGENT
from portal.browser.page_size import content
from portal.observer import Observer
from portal.portal import Portal
from portal.responses.page_errors import LOGIN_PATH
from portal.responses.playwright_errors import in_time
from portal.responses.response_errors import SiteResponse
from portal.session.site_session import SiteSession
from runtime.settings import Settings
from scraper import Calendar

MOST_REQUESTS = 60  # without a booking
MOST_SCHEDULES = 29  # of these requests
PACE = 0.4  # s between two requests
WEEK = (0, 1, 2, 3, 4, 5, 6)  # days from today
FAR = 14  # days: a class of then has not opened
LOOKS_AT_CLOCK = 5
PATIENCE = 15.0  # s
MOST_MET = 20  # pages of a login
TELLING = ("document", "xhr", "fetch")
SERVER_NAMES = ("server", "backend", "node", "instance", "route", "affinity", "upstream", "served")
FOLDED = """() => [...document.querySelectorAll("#day-schedule-container .day-schedule")]
  .filter((day) => day.getClientRects().length > 0)
  .flatMap((day) => [...day.querySelectorAll(".event-slot")].map((slot) => {
    for (let each = slot; each !== day; each = each.parentElement)
      if (each.getBoundingClientRect().height === 0 && getComputedStyle(each).display !== "contents") return true
    return !slot.checkVisibility({checkVisibilityCSS: true})
  }))
  .filter((folded) => folded).length"""  # slots of the days on show that are not, whatever hides them
BANNER = "[id*=iubenda], [class*=iubenda-cs-container], [id*=cookie-banner], [class*=cookie-banner]"

log = logging.getLogger(__name__)
Tell = Callable[[str], None]


class SurveyObserver(Observer):
    """Notes every page that the browser shows, those of the login too, what the site answers to a request that sends a
    form, and counts what the pages ask for."""

    def __init__(self, access: SiteAccess) -> None:
        self._root = access.root
        self.met: list[Met] = []
        self.posts: list[Post] = []
        self.sent = 0
        self._readings: set[asyncio.Task[None]] = set()

    def response(self, method: str, path: str, form: Mapping[str, str] | None, response: SiteResponse) -> None:
        if method == "POST":
            got = Got(response.status, response.text, dict(response.headers), response.seconds)
            self.posts.append(Post(path, tuple(form or ()), got))

    @asynccontextmanager
    async def page(self, page: Page) -> AsyncIterator[None]:
        page.on("request", self._count)
        page.on("response", self._note)
        yield
        if self._readings:
            await asyncio.wait(self._readings, timeout=PATIENCE)

    def _count(self, request: Request) -> None:
        self.sent += request.resource_type in TELLING

    def _note(self, response: Response) -> None:
        is_page = response.request.is_navigation_request() and len(self.met) < MOST_MET
        if is_page or (response.request.method == "POST" and response.url.startswith(self._root)):
            task = asyncio.create_task(self._read(response))
            self._readings.add(task)
            task.add_done_callback(self._readings.discard)

    async def _read(self, response: Response) -> None:
        parts = urlsplit(response.url)
        if 300 <= response.status < 400:
            return
        text = await in_time(response.text()) or ""
        if response.request.is_navigation_request():
            self.met.append(Met(parts.netloc, parts.path, text))
            return
        names = tuple(name for name, _ in parse_qsl(response.request.post_data or "", keep_blank_values=True))
        path = response.url.removeprefix(self._root).partition("?")[0]
        self.posts.append(Post(path, names, Got(response.status, text, dict(response.headers))))


class Visit:
    """One person's visit, at so many seconds a request; of the timetable it reads these days."""

    def __init__(
        self,
        settings: Settings,
        credentials: Credentials,
        clock: Clock,
        pace: float,
        tell: Tell,
        days: Sequence[int] = WEEK,
    ) -> None:
        self._settings = settings
        self._credentials = credentials
        self._access = site_access(settings)
        self._pace = pace
        self._tell = tell
        self._days = days
        self._last = 0.0
        self.observer = SurveyObserver(self._access)
        self.seen = Seen(clock(), settings.zone, settings.opening_rule, self._access.root, self._access.login_hosts)

    async def go(self, portal: Portal) -> None:
        """Everything that changes nothing. Whatever fails is written down as not seen."""
        async with self._strangers() as client:
            await self._as_stranger(client)
        session = portal.session(self._credentials)
        self._tell(_("logging in ..."))
        await self._log_in(session)
        if self.seen.logged_in:
            await self._look_around(session)
        self.seen.requests += self.observer.sent

    async def _look_around(self, session: SiteSession) -> None:
        for what, look in (
            (_("looking at the pages ..."), self._pages),
            (_("looking at the timetable ..."), self._timetable),
            (_("looking at a calendar, and a confirmation ..."), self._calendar),
        ):
            self._tell(what)
            try:
                await look(session)
            except SiteError as error:
                log.info("%s: %s", what, error)

    # ----- without a session

    @asynccontextmanager
    async def _strangers(self) -> AsyncIterator[httpx.AsyncClient]:
        headers = {**HEADERS, "User-Agent": USER_AGENT}
        async with httpx.AsyncClient(headers=headers, timeout=PATIENCE, follow_redirects=False) as client:
            yield client

    async def _as_stranger(self, client: httpx.AsyncClient) -> None:
        script = {"X-Requested-With": "XMLHttpRequest"}
        form = {"currentDate": self.seen.today.isoformat(), "activityID": "0", "activityFlags": "Classes"}
        asked: dict[str, tuple[str, str, dict[str, Any]]] = {
            "login": ("GET", f"{LOGIN_PATH}?returnUrl=%2F", {}),
            "page": ("GET", "/Booking", {}),
            "script": ("POST", "/Booking/GetActivitySchedule", {"data": form, "headers": script}),
            **{f"clock{number}": ("GET", "/Booking", {}) for number in range(LOOKS_AT_CLOCK)},
        }
        for name, (method, path, more) in asked.items():
            await self._step()
            sent = steady()
            try:
                answer = await client.request(method, self._access.root + path, **more)
            except httpx.HTTPError as error:
                log.info("%s: %s", path, type(error).__name__)
                continue
            cookies = tuple(answer.headers.get_list("set-cookie"))
            got = Got(answer.status_code, answer.text, dict(answer.headers), steady() - sent, cookies)
            self._note(got, sent)
            if not name.startswith("clock"):
                self.seen.strangers[name] = got

    def _note(self, got: Got, sent: float) -> None:
        """What any answer tells beside what it was asked for: the time, and whose it is."""
        self.seen.dates.append((sent, sent + got.seconds, got.headers.get("date", "")))
        named = [(name, value) for name, value in got.headers.items() if name.startswith("x-") or name == "via"]
        named += [(name, value.partition(";")[0]) for name, _, value in (line.partition("=") for line in got.cookies)]
        for name, value in named:
            if any(word in name.lower() for word in SERVER_NAMES) and len(value) <= 60:
                self.seen.servers.setdefault(name, set()).add(value)

    async def _step(self, *, by_page: bool = False) -> None:
        """Before each request: not too many, not too fast. Raises SiteUnavailable when the budget is spent.

        `by_page`: the browser sends it, which counts for itself.
        """
        if self.seen.requests + self.observer.sent >= MOST_REQUESTS:
            raise SiteUnavailable("the survey has asked for enough")
        await asyncio.sleep(max(0.0, self._last + self._pace - time.monotonic()))
        self._last = time.monotonic()
        self.seen.requests += not by_page

    # ----- as the person

    async def _log_in(self, session: SiteSession) -> None:
        try:
            if not self._credentials.by_hand:
                await session.renew(asked=True)
            await self._look(session, "GET", "/Booking", "bookings")
        except SiteError as error:
            self.seen.login_error = error
        else:
            self.seen.logged_in = True
        self.seen.login = list(self.observer.met)

    async def _look(
        self, session: SiteSession, method: str, path: str, name: str, form: dict[str, str] | None = None
    ) -> Got:
        await self._step()
        sent = steady()
        answer: SiteResponse = await session.fetch(method, path, form=form)
        got = Got(answer.status, answer.text, dict(answer.headers), answer.seconds)
        self._note(got, sent)
        if name:
            self.seen.sent[name] = got
        return got

    async def _pages(self, session: SiteSession) -> None:
        async def show(page: Page) -> None:
            for name, path in (("dashboard", "/"), ("bookings", "/Booking"), ("activities", "/Booking/ChooseActivity")):
                await self._step(by_page=True)
                await page.goto(self._access.root + path, wait_until="load")
                if await page.locator(BANNER).filter(visible=True).count():
                    self.seen.banners.append(name)
                self.seen.pages[name] = await content(page)
                server = await page.evaluate("() => String(window.MyApp?._currentServer ?? '')")
                self.seen.server = self.seen.server or str(server)[:60]
            self.seen.cookies = [_cookie(each) for each in await page.context.cookies()]

        await session.on_page("survey", show)

    async def _timetable(self, session: SiteSession) -> None:
        got = await self._look(session, "GET", "/Booking/ChooseActivity", "activities")
        with suppress(SiteChanged):
            self.seen.calendars = await session.parsed(got.text, scraper.activities)
        for calendar, day in _wanted(self.seen.calendars, self.seen.today, self._days):
            form = {
                "currentDate": day.isoformat(),
                "activityID": calendar.activity.id,
                "skillID": "0",
                "activityFlags": calendar.flags,
                "getForCatchUp": "false",
            }
            answer = await self._look(session, "POST", "/Booking/GetActivitySchedule", "", form)
            self.seen.schedules.append(Schedule(calendar, day, answer))

    async def _calendar(self, session: SiteSession) -> None:
        """The calendar of the activity with the most slots, and the confirmation of one that can be booked."""
        if not self.seen.calendars:
            return
        sizes = {each.activity.id: 0 for each in self.seen.calendars}
        for schedule, _slot in self.seen.slots():
            sizes[schedule.calendar.activity.id] += 1
        chosen = max(self.seen.calendars, key=lambda each: sizes[each.activity.id])
        path = f"/Booking/BookActivity?activityId={chosen.activity.id}&activityFlags={chosen.flags}"

        async def show(page: Page) -> None:
            await self._step(by_page=True)
            await page.goto(self._access.root + path, wait_until="load")
            with suppress(PlaywrightError):  # a calendar that fills itself otherwise is kept as it is
                await page.wait_for_load_state("networkidle", timeout=self._access.timeout_seconds * 1000)
            self.seen.folded, self.seen.shown = int(await page.evaluate(FOLDED)), chosen.activity
            self.seen.pages["calendar"] = await content(page)

        await session.on_page("survey", show)
        if number := self._bookable():
            await self._look(session, "GET", f"/Booking/ConfirmActivityBooking?appointmentID={number}", "confirmation")

    def _bookable(self) -> str:
        for _schedule, slot in self.seen.slots():
            fields = {str(key).lower(): value for key, value in slot.items()}
            if str(fields.get("status", "")).lower() == "available" and str(fields.get("appointmentid", "")).isalnum():
                return str(fields["appointmentid"])
        return ""


def _wanted(calendars: tuple[Calendar, ...], today: date, days: Sequence[int]) -> list[tuple[Calendar, date]]:
    """Which days of which activity are asked for: these days of each, as far as polite, and one day far ahead."""
    if not calendars:
        return []
    each_has = max(1, (MOST_SCHEDULES - 1) // len(calendars))
    near = [(calendar, today + timedelta(days=ahead)) for ahead in days[:each_has] for calendar in calendars]
    return [*near[: MOST_SCHEDULES - 1], (calendars[0], today + timedelta(days=FAR))]


def _cookie(told: Any) -> Cookie:
    return Cookie(str(told["name"]), str(told["domain"]), bool(told["httpOnly"]), bool(told["secure"]))
