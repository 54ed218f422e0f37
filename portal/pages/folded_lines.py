"""Opens what a day of the calendar has folded up: the slots of one course under one line.

How such a line is marked up is unknown. It is found by what it shows, the class's name and its hour, and proven by what
comes into sight when it is clicked. A slot itself is never clicked here.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import time

from playwright.async_api import Locator, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from portal.access import SiteLimits
from portal.pages.base import AT_ONCE, RequestCount

MOST_CLICKS = 12  # for one class: the line, then what looks like its switch
MOST_LINES = 60  # for a whole day; a day has about twenty classes
PART = "data-part"  # our mark on what may be clicked, numbered in the order to try
ANY_HOUR = re.compile(r"(?:[01]?\d|2[0-3])[:.][0-5]\d")

# Marks what may open a line and gives how many there are. A line is the smallest thing on show, in no slot, that says
# name and hour, or one of them; its switch may stand beside it, as long as what holds both names no other hour.
PARTS = """(day, {hours, name, mark}) => {
  const SLOT = ".slot-available, .slot-booked, .slot-disabled"
  const SWITCH = "summary, button, a, [role=button], [aria-expanded], i, svg, img, [class*=icon], [class*=toggle]"
  const plain = (text) =>
    text.normalize("NFD").replace(/[\\u0300-\\u036f]/g, "").toLowerCase().replace(/\\s+/g, " ").trim()
  const shown = (element) => element.getClientRects().length > 0
  const words = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data
    if (node.nodeType !== Node.ELEMENT_NODE || !shown(node) || node.matches(SLOT)) return ""
    return [...node.childNodes].map(words).join(" ")
  }
  const leadsAway = (element) => {
    const address = (element.closest("a[href]")?.getAttribute("href") ?? "").trim().toLowerCase()
    return address !== "" && !address.startsWith("#") && !address.startsWith("javascript:")
  }
  for (const old of day.querySelectorAll(`[${mark}]`)) old.removeAttribute(mark)
  const beside = [...day.querySelectorAll("*")].filter((each) => shown(each) && !each.closest(SLOT))
  const said = new Map(beside.map((each) => [each, plain(words(each))]))
  const hour = new RegExp(`(?<!\\\\d)(?:${hours})(?!\\\\d)`)
  const countHours = (each) => (said.get(each) ?? "").match(/\\d[:.]\\d\\d/g)?.length ?? 0
  const saysHour = (text) => hour.test(text)
  const saysName = (text) => text.includes(plain(name))
  const wanted = plain(name) ? [(text) => saysHour(text) && saysName(text), saysName, saysHour] : [saysHour]
  const lines = new Set()
  for (const says of wanted) {
    const hits = beside.filter((each) => says(said.get(each)))
    for (const each of hits) if (!hits.some((other) => other !== each && each.contains(other))) lines.add(each)
  }
  const parts = new Set()
  for (const line of lines) {
    let around = line
    while (around.parentElement !== day && countHours(around.parentElement) <= countHours(line))
      around = around.parentElement
    const switches = [...around.querySelectorAll(SWITCH)].filter((each) => said.has(each))
    for (const each of [line, ...switches]) if (!leadsAway(each)) parts.add(each)
  }
  ;[...parts].forEach((each, index) => each.setAttribute(mark, index))
  return parts.size
}"""


class FoldedLines:
    """The lines of one day's column."""

    def __init__(self, day: Locator, timeout: float, limits: SiteLimits, requests: RequestCount) -> None:
        """`timeout`, in milliseconds, is for an answer; `requests` counts those that have left the page."""
        self._day = day
        self._timeout = timeout
        self._unfold = limits.unfold * 1000
        self._requests = requests
        self._in_sight = day.locator(".event-slot").filter(visible=True)

    async def open(self, hours: str, name: str, enough: Callable[[], Awaitable[bool]], most: int) -> None:
        """Clicks what shows that hour (a regular expression) and name, best first, until it is enough."""
        parts = await self._day.evaluate(PARTS, {"hours": hours, "name": name, "mark": PART})
        for number in range(min(parts, most)):
            part = self._day.locator(f"[{PART}='{number}']")
            if await part.count() == 1 and await part.is_visible():
                await self._press(part)
            if await enough():
                return

    async def _press(self, part: Locator) -> None:
        """Clicks; once more when that has folded up what was open."""
        before, sent = await self._in_sight.count(), self._requests.sent
        with suppress(PlaywrightTimeout):  # something lies over it: it is no switch
            await part.click(timeout=AT_ONCE)
            if await self._changes(before, sent) and await self._in_sight.count() < before and await part.is_visible():
                await part.click(timeout=AT_ONCE)

    async def _changes(self, before: int, sent: int) -> bool:
        """Whether more slots, or fewer, come into sight; an answer that the click asked for is waited for."""
        for timeout in (min(self._unfold, self._timeout), self._timeout):
            with suppress(AssertionError):
                await expect(self._in_sight).not_to_have_count(before, timeout=timeout)
                return True
            if self._requests.sent == sent:
                return False
        return False


def hours_of(start: time) -> str:
    """As a regular expression, the ways an hour is written: `09:00`, `9:00`, `9.00`."""
    return rf"0?{start.hour}[:.]{start.minute:02d}"
