"""What every list of places has: how old it is, that it is being read again, and the button that has it read. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.screens.callbacks import Call, Verb, pack
from bot.screens.page import Button, ButtonRow, Page
from bot.screens.when import When
from languages import N_, _

MINUTE = timedelta(minutes=1)
SAID_FROM = timedelta(minutes=10)  # a list is told to be so old
PROMISED = timedelta(minutes=15)  # a reading that begins later is not promised: who waits for it?
REREAD_LABEL = "🔄"
SHORT_ROW = 2  # buttons of a row that has room for one more
SHORT_LABEL = 12  # characters
BEING_READ = N_("⏳ Rileggo i posti adesso: questa pagina si aggiorna da sola.")

SAYS_ITSELF = (Verb.HOURS, Verb.HOURS_DAY, Verb.SLOT, Verb.SLOT_FROM, Verb.SWAP_SLOT)
"""Their pages say by themselves when they were read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of the timetable's readings when a page is shown."""

    read_at: datetime | None  # when what the page shows was read
    begins: datetime | None = None  # from when on it is read again; None: it is not
    just_read: bool = False  # the page is shown because it was read, or was asked to be read so soon after


def living(page: Page, call: Call, reading: Reading, when: When) -> Page:
    """The page with its age, and with the button to have it read again unless it has one of that kind."""
    again = replace(call, reread=False, fresh=False)
    waits = reading.begins is not None and reading.begins <= when.now + PROMISED
    lines = [line for line in (_age(call, reading, when), _being_read(reading, when) if waits else "") if line]
    text = "\n\n".join([page.text, "\n".join(f"<i>{line}</i>" for line in lines)]) if lines else page.text
    return replace(page, text=text, rows=_with_button(page.rows, again), living=again, waits=waits)


def aged(page: Page, read_at: datetime, when: When) -> Page:
    """The page of a list that no button leads to, which can't be made anew: with its age when it is old."""
    if when.now - read_at <= SAID_FROM:
        return page
    return replace(page, text=f"{page.text}\n\n<i>{_read_long_ago(read_at, when)}</i>")


def _read_long_ago(read_at: datetime, when: When) -> str:
    return _("🕙 Posti letti dal sito {moment}.", moment=when.at(read_at))


def _age(call: Call, reading: Reading, when: When) -> str:
    if reading.read_at is None:
        return ""
    if reading.just_read and when.now - reading.read_at < SAID_FROM:
        return _("✅ Letti dal sito {moment}.", moment=when.soon(reading.read_at))
    if call.verb in SAYS_ITSELF or when.now - reading.read_at <= SAID_FROM:
        return ""
    return _read_long_ago(reading.read_at, when)


def _being_read(reading: Reading, when: When) -> str:
    """What the page promises; a moment within a minute that has begun would read as over, so it is told as now."""
    if reading.begins is None or reading.begins.replace(second=0, microsecond=0) <= when.now:
        return str(BEING_READ)
    begins = reading.begins + MINUTE - timedelta(microseconds=1)  # a reading at 13:02:50 is promised for 13:03
    return _("⏳ Rileggo i posti {moment}: questa pagina si aggiorna da sola.", moment=when.soon(begins))


def _with_button(rows: tuple[ButtonRow, ...], call: Call) -> tuple[ButtonRow, ...]:
    if any(button.label.startswith(REREAD_LABEL) for row in rows for button in row):
        return rows
    reread = Button(REREAD_LABEL, pack(call.verb, *call.numbers, reread=True))
    *before, last = rows or ((),)
    if len(last) <= SHORT_ROW and all(len(button.label) <= SHORT_LABEL for button in last):
        return (*before, (*last[:-1], reread, *last[-1:]))
    return (*before, (reread,), last)
