"""What the buttons of the history lead to: its list, its filters, its files, and its numbers with their picture."""

from __future__ import annotations

from dataclasses import replace

from bot import screens
from bot.flows.services import Services
from bot.flows.tap import Response, Routes, Tap
from bot.pictures import drawn_numbers
from bot.screens.callbacks import Verb
from bot.screens.history import FILES, Choice, course_number, courses_of, filter_of, months_of, results
from bot.screens.history_files import csv_file, ics_file, json_file
from bot.screens.page import File, NewMessage, Page, chunk
from domain.history import Entry, numbers


class HistoryFlow:
    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self.routes: Routes = {
            Verb.HISTORY: self.history, Verb.HISTORY_BY: self.pick, Verb.HISTORY_FILE: self.file,
            Verb.STATISTICS: self.statistics, Verb.STATISTICS_LOOK: self.look,
        }  # fmt: skip

    async def _all(self, user_id: int) -> list[Entry]:
        return await self._db.past.of(user_id, self._house.rules, self._house.now())

    async def history(self, tap: Tap) -> Page:
        *chosen, page = tap.call.numbers
        choice, entries = Choice.of_button(*chosen), await self._all(tap.user_id)
        wanted = filter_of(choice, entries)
        course = next((one.ref.course for one in entries if course_number(one.course_key) == choice.course), "")
        shown = chunk([entry for entry in entries if wanted.fits(entry)], page)
        return screens.history.history_page(shown, choice, course, is_empty=not entries)

    async def pick(self, tap: Tap) -> Page:
        """What to filter by."""
        what, *chosen, page = tap.call.numbers
        entries = await self._all(tap.user_id)
        options = [courses_of(entries), months_of(entries), results()]
        what = min(what, len(options) - 1)
        return screens.history.pick_page(what, chunk(options[what], page), Choice.of_button(*chosen))

    async def file(self, tap: Tap) -> Response:
        """What the filter shows, as a file."""
        kind, *chosen = tap.call.numbers
        entries = await self._all(tap.user_id)
        wanted = filter_of(Choice.of_button(*chosen), entries)
        shown = [entry for entry in entries if wanted.fits(entry)]
        name = FILES[min(kind, len(FILES) - 1)]
        return NewMessage(screens.history.file_page(name), document=self._document(name, shown))

    def _document(self, name: str, entries: list[Entry]) -> File:
        match name:
            case "CSV":
                return csv_file(entries)
            case "JSON":
                return json_file(entries)
            case _:
                rules = self._house.rules
                return ics_file(entries, rules.opening.zone, rules.free_cancel, self._house.now(), self._house.club)

    async def statistics(self, tap: Tap) -> Response:
        """The numbers, with their picture drawn in a thread so that no tap waits."""
        dark = (await self._db.preferences.find(tap.user_id)).dark
        told = numbers(await self._all(tap.user_id), self._house.when(tap.user_id).today)
        page = screens.statistics.statistics_page(told, dark=dark)
        if told.is_empty:
            return page
        picture = await drawn_numbers(told, dark=dark)
        return NewMessage(page, picture=File(name="numbers.jpg", content=picture))

    async def look(self, tap: Tap) -> Response:
        """The same, light or dark from now on, as every picture."""
        prefers = await self._db.preferences.find(tap.user_id)
        await self._db.preferences.set(tap.user_id, replace(prefers, dark=bool(tap.id)))
        return await self.statistics(tap)
