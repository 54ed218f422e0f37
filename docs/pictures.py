"""python -m docs.pictures [--language it|en]: makes README's pictures anew, from a demo that it starts itself. By hand.

The demo is the real bot in its made-up world; a real Chromium, as wide as a phone, taps what a person would tap: the
menu, a course that has not opened yet, and the message that comes when it has. It takes three minutes a language.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.async_api import Locator, Page, async_playwright, expect

from demo.world import DAYS_AHEAD
from languages import Language

FOLDER = Path(__file__).resolve().parent
WIDE, HIGH = 390, 760  # of a phone, in pixels of the page
SHARPNESS = 1.4  # pixels of the picture for one of the page
COLOURS = 256
LOCALES = {Language.ITALIAN: "it-IT", Language.ENGLISH: "en-GB"}
MOST_LOOKS, BETWEEN_LOOKS = 30, 4_000.0  # ms
STARTS_WITHIN, ANSWERS_WITHIN, OPENS_WITHIN = 90.0, 30_000.0, 300_000.0  # s, ms, ms
GREETING = re.compile(
    r"demo  \((\d\d/\d\d/\d{4}).*Open the chat:\s+(\S+).* open\. Book (.+?) at (\d\d:\d\d) now", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that runs: where its chat is, and which course opens soon."""

    opens_on: str  # DD/MM/YYYY
    chat: str
    course: str
    start: str

    @property
    def day(self) -> str:
        """Of the course, as a button says it to the bot."""
        opens_on = datetime.strptime(self.opens_on, "%d/%m/%Y").replace(tzinfo=UTC)
        return f"day:{opens_on + timedelta(days=DAYS_AHEAD):%Y%m%d}"


@asynccontextmanager
async def demo(language: Language) -> AsyncIterator[Demo]:
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        environment = {name: value for name, value in os.environ.items() if not name.endswith("DISPLAY")}
        options = ("--folder", folder, "--language", language)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "demo", *options), stdout=asyncio.subprocess.PIPE, env=environment
        )
        try:
            yield await asyncio.wait_for(_greeting(process), STARTS_WITHIN)
        finally:
            process.terminate()
            await process.wait()


async def _greeting(process: asyncio.subprocess.Process) -> Demo:
    """Where the demo says that its chat is, and what it says to book."""
    said = ""
    while not (found := GREETING.search(said)):
        line = await process.stdout.readline() if process.stdout else b""
        if not line:
            raise RuntimeError(f"the demo ended: {said}")
        said += line.decode()
    return Demo(*found.groups())


class Phone:
    """The chat page on a phone."""

    def __init__(self, page: Page, folder: Path) -> None:
        self._page = page
        self._folder = folder

    def key(self, verb: str, *words: str) -> Locator:
        """The last key of the bot with that verb (bot/screens/callbacks.py), and these words on it."""
        found = self._page.locator(f'.keys [data-data="{verb}"], .keys [data-data^="{verb}:"]')
        for word in words:
            found = found.filter(has_text=word)
        return found.last

    async def tap(self, verb: str, *words: str) -> None:
        await self.key(verb, *words).click(timeout=ANSWERS_WITHIN)

    async def wait_for_timetable(self) -> None:
        """Looks at the days to book until there are some: after the start the bot has to log in and read them."""
        for _look in range(MOST_LOOKS):
            await self.tap("new")
            try:
                await expect(self.key("day")).to_be_visible(timeout=BETWEEN_LOOKS)
            except AssertionError:
                await self.tap("home")
            else:
                return
        raise RuntimeError("the timetable was never read")

    async def picture(self, name: str, shown: Locator, within: float = ANSWERS_WITHIN) -> None:
        """Takes a picture once that is to be seen, and writes it with few colours: it is a page, not a photograph."""
        await expect(shown).to_be_visible(timeout=within)
        await expect(self._page.get_by_role("status")).to_be_hidden()
        await self._page.evaluate("() => document.fonts.ready")
        await self._page.mouse.move(0, 0)
        raw = Image.open(io.BytesIO(await self._page.screenshot(animations="disabled"))).convert("RGB")
        few = raw.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(self._folder / f"{name}.png", optimize=True)


async def take(language: Language) -> None:
    """The four pictures of a language."""
    folder = FOLDER / language
    folder.mkdir(exist_ok=True)
    async with demo(language) as running, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=os.environ.get("POLIMISPORT_BROWSER__EXECUTABLE_PATH")
        )
        page = await browser.new_page(
            viewport={"width": WIDE, "height": HIGH},
            device_scale_factor=SHARPNESS,
            locale=LOCALES[language],
            timezone_id="Europe/Rome",
            reduced_motion="reduce",
        )
        await page.goto(running.chat)
        await walk(Phone(page, folder), page, running)
        await browser.close()


async def walk(phone: Phone, page: Page, running: Demo) -> None:
    """From the first word to the booked place, as a newcomer goes it."""
    await page.evaluate("() => document.querySelector('#soon').remove()")  # the demo's own, and nothing of the bot's
    await page.locator("#start").click()
    await phone.wait_for_timetable()
    await phone.tap("home")
    await phone.picture("menu", phone.key("new"))
    await phone.tap("new")
    await phone.tap(running.day)
    await phone.tap("slots", "Corsi Platinum")
    await phone.picture("slots", phone.key("slot", running.start, running.course))
    await phone.tap("slot", running.start, running.course)
    await phone.tap("book")
    await phone.picture("queued", phone.key("withdraw"))
    await phone.picture("booked", page.locator(".file").last, OPENS_WITHIN)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m docs.pictures", description="Makes README's pictures anew.")
    parser.add_argument("--language", choices=list(map(str, Language)), help="one of the two; default: both")
    chosen = parser.parse_args(arguments).language
    for language in (Language(chosen),) if chosen else Language:
        asyncio.run(take(language))
    return 0


if __name__ == "__main__":
    sys.exit(main())
