"""The routes of a person's own pages: each reads the rows of who asks, and of nobody else."""

from __future__ import annotations

from hashlib import sha256

from aiohttp import web

from bot.flows.usual import Usual
from bot.pictures import drawn_numbers
from bot.screens.callbacks import Verb, unpack
from bot.screens.history_files import csv_file, ics_file, json_file
from bot.screens.page import ButtonRow, File, Page
from bot.screens.statistics import statistics_page
from bot.screens.usual import usual_rows
from bot.screens.when import When, first_up, month_name
from dashboard.cards import Card, card_of
from dashboard.chat_html import safe_html
from dashboard.flows import download
from dashboard.parts import VISITOR, Dashboard, Route, get
from dashboard.person.history import choice_in, course_rows, filtered, history_table, page_in
from dashboard.person.openings import MOST, listed, shown_opening
from dashboard.person.overview import overview_page
from domain.history import Entry, Numbers, numbers
from domain.overview import OwnOverview
from domain.recurrence import Confirmation, PeriodicBooking
from languages import spoken


class PersonPages:
    def __init__(self, dashboard: Dashboard) -> None:
        self._dashboard = dashboard
        self._db = dashboard.db
        self._house = dashboard.services.house
        self._questions = dashboard.services.questions
        self._usual = Usual(dashboard.services)

    async def _now(self, request: web.Request) -> When:
        """The present moment, under the rules that are in force."""
        await self._house.learn_rules()
        return self._house.when(request[VISITOR].user_id)

    # What is ahead

    async def overview(self, request: web.Request) -> web.StreamResponse:
        user_id, when = request[VISITOR].user_id, await self._now(request)
        seen = await self._db.overviews.of(user_id, self._house.recurrence)
        return self._dashboard.render(
            request,
            "person/overview.html",
            page=overview_page(seen, when, self._house.recurrence),
            questions=[await self._question(*asked, seen) for asked in seen.questions],
            usual=[button for row in await self._usual_rows(user_id, seen, when) for button in row],
            sign=seen.sign,
            now=when.now.isoformat(),
        )

    async def _question(self, asked: Confirmation, periodic: PeriodicBooking, seen: OwnOverview) -> Card:
        """A question as it stands in the chat, without the way to the chat's menu."""
        held = next((one for one in seen.held if one.id == asked.booking_row_id), None)
        page = await self._questions.page(asked, periodic, self._questions.class_of(asked, periodic, held))
        rows = [row for row in page.rows if all(unpack(each.data).verb is not Verb.HOME for each in row)]
        return card_of(Page(page.text, tuple(rows)))

    async def _usual_rows(self, user_id: int, seen: OwnOverview, when: When) -> list[ButtonRow]:
        """What the person is likely to book next, as the menu of the chat offers it."""
        return usual_rows(await self._usual.cards(user_id, seen.held, seen.live), when)

    # How openings went

    async def openings(self, request: web.Request) -> web.StreamResponse:
        """What is waited for, and the last openings, one of them shot by shot: the latest, or that in the address."""
        user_id, when = request[VISITOR].user_id, await self._now(request)
        seen = await self._db.overviews.of(user_id, self._house.recurrence)
        raced = await self._db.overviews.openings(user_id, MOST)
        number = request.match_info.get("number")
        if number is None:
            shown = raced[0] if raced else None
        else:
            shown = next((one for one in raced if str(one.action.id) == number), None)
            if shown is None:
                raise web.HTTPNotFound
        return self._dashboard.render(
            request,
            "person/openings.html",
            listed=listed(raced, shown, when) if shown else (),
            shown=shown_opening(shown, when) if shown else None,
            awaited=overview_page(seen, when, self._house.recurrence).openings,
            sign=seen.sign,
            now=when.now.isoformat(),
        )

    # What was

    async def _past(self, request: web.Request) -> list[Entry]:
        await self._house.learn_rules()
        return await self._db.past.of(request[VISITOR].user_id, self._house.rules, self._house.now())

    async def history(self, request: web.Request) -> web.StreamResponse:
        entries = await self._past(request)
        table = history_table(entries, choice_in(request.query), page_in(request.query))
        return self._dashboard.render(request, "person/history.html", table=table)

    async def history_file(self, request: web.Request) -> web.StreamResponse:
        """What the filter lets through, as a file: that of the chat."""
        entries = filtered(await self._past(request), choice_in(request.query))
        return download(self._document(request.match_info["kind"], entries))

    def _document(self, kind: str, entries: list[Entry]) -> File:
        rules = self._house.rules
        match kind:
            case "csv":
                return csv_file(entries)
            case "json":
                return json_file(entries)
            case "ics":
                return ics_file(entries, rules.opening.zone, rules.free_cancel, self._house.now(), self._house.club)
        raise web.HTTPNotFound

    async def _numbers(self, request: web.Request) -> Numbers:
        return numbers(await self._past(request), self._house.when().today)

    async def statistics(self, request: web.Request) -> web.StreamResponse:
        told = await self._numbers(request)
        _title, _, words = statistics_page(told, dark=False).text.partition("\n\n")
        return self._dashboard.render(
            request,
            "person/statistics.html",
            words=safe_html(words),
            is_empty=told.is_empty,
            courses=course_rows(told),
            months=[(f"{first_up(month_name(month.month))} {month.year}", count) for month, count in told.months],
        )

    async def statistics_picture(self, request: web.Request) -> web.StreamResponse:
        """The numbers drawn, in a thread; a browser that has this picture already is told so."""
        told, dark = await self._numbers(request), request.match_info["look"] == "dark.jpg"
        etag = sha256(repr((told, dark, spoken())).encode()).hexdigest()[:32]
        headers = {"Cache-Control": "private, no-cache", "ETag": f'"{etag}"'}
        if any(each.value == etag for each in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        drawn = await drawn_numbers(told, dark=dark)
        return web.Response(body=drawn, content_type="image/jpeg", headers=headers)


def routes(dashboard: Dashboard) -> list[Route]:
    pages = PersonPages(dashboard)
    return [
        get("/", pages.overview),
        get("/openings", pages.openings),
        get("/openings/{number:[0-9]{1,18}}", pages.openings),
        get("/history", pages.history),
        get("/history.{kind:csv|json|ics}", pages.history_file),
        get("/statistics", pages.statistics),
        get("/statistics/{look:light.jpg|dark.jpg}", pages.statistics_picture),
    ]
