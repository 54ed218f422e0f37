"""The language of the buttons: a verb and the numbers it is about, in at most 64 bytes.

Buttons carry no data, only ids; whoever handles a tap reads the truth again. What comes back from Telegram can be
forged, so it is checked as strictly as it is packed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MOST_BYTES = 64  # the Bot API's limit for callback_data
LARGEST = 2**63 - 1  # what an id can be in SQLite
FRESH = "+"  # before the verb: the answer is a new message, because the one with the button must stay as it is
SHAPE = re.compile(r"(\+?)([a-z_]{1,20})((?::(?:0|[1-9][0-9]{0,18}))*)")


class Verb(StrEnum):
    """What a tap asks for; in brackets the numbers that go with it."""

    HOME = "home"
    HELP = "help"
    STATUS = "status"  # the latest actions (page)
    TICKET = "ticket"  # one action (action)
    WITHDRAW = "withdraw"  # takes a waiting action back (action)
    AGAIN = "again"  # leads back to what an action was about (action)
    NEW = "new"  # new booking: the days
    DAY = "day"  # its kinds, or its slots when there is one kind (day)
    SLOTS = "slots"  # (day, kind, page)
    SLOT = "slot"  # all about one slot, and whether to book it (slot)
    BOOK = "book"  # (slot, newest action when the button was made)
    MINE = "mine"  # my bookings (page)
    HELD = "held"  # one booking (booking row)
    FILE = "file"  # its calendar file (booking row)
    ASK_CANCEL = "ask_cancel"  # "sure?" (booking row)
    CANCEL = "cancel"  # (booking row, newest action when the button was made)
    SYNC = "sync"  # reads my bookings from the site
    PERIODIC = "periodic"  # (page)
    PAUSE = "pause"  # (periodic booking)
    RESUME = "resume"  # (periodic booking)
    HOURS = "hours"  # the timetable: the days
    HOURS_DAY = "hours_day"  # (day, kind, page)
    REFRESH = "refresh"  # reads the timetable from the site
    CONFIRM = "confirm"  # yes to a periodic booking's question (confirmation)
    SKIP = "skip"  # no to it (confirmation)
    FORGIVE = "forgive"  # tries the refused password once more


NUMBERS: dict[Verb, int] = {
    Verb.STATUS: 1, Verb.TICKET: 1, Verb.WITHDRAW: 1, Verb.AGAIN: 1,
    Verb.DAY: 1, Verb.SLOTS: 3, Verb.SLOT: 1, Verb.BOOK: 2,
    Verb.MINE: 1, Verb.HELD: 1, Verb.FILE: 1, Verb.ASK_CANCEL: 1, Verb.CANCEL: 2,
    Verb.PERIODIC: 1, Verb.PAUSE: 1, Verb.RESUME: 1, Verb.HOURS_DAY: 3, Verb.CONFIRM: 1, Verb.SKIP: 1,
}  # fmt: skip
"""How many numbers a verb takes; the verbs left out take none."""

DAY_FIRST = {Verb.DAY, Verb.SLOTS, Verb.HOURS_DAY}
"""The verbs whose first number is a day, as 20261124."""


class Forged(Exception):
    """Callback data that no button of ours carries: from another version, or made up."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a button says."""

    verb: Verb
    numbers: tuple[int, ...] = ()
    fresh: bool = False

    @property
    def day(self) -> date:
        """The day a DAY_FIRST verb is about. Raises Forged when the number is no date."""
        digits = str(self.numbers[0])
        try:
            return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError:
            raise Forged(f"{digits} is not a day") from None


def pack(verb: Verb, *values: int | date, fresh: bool = False) -> str:
    """The callback data of a button. Raises ValueError for what would not survive the way back."""
    numbers = [int(f"{value:%Y%m%d}") if isinstance(value, date) else value for value in values]
    data = (FRESH if fresh else "") + ":".join([verb, *map(str, numbers)])
    try:
        unpack(data)
    except Forged as problem:
        raise ValueError(f"no button can carry {data!r}: {problem}") from None
    return data


def unpack(data: str | None) -> Call:
    """What a button says. Raises Forged for anything that pack() does not make."""
    found = SHAPE.fullmatch(data or "")
    if data is None or found is None or len(data.encode()) > MOST_BYTES:
        raise Forged("not the language of our buttons")
    fresh, word, tail = found.groups()
    if word not in set(Verb):
        raise Forged(f"no verb {word!r}")
    call = Call(Verb(word), tuple(int(number) for number in tail.split(":")[1:]), fresh == FRESH)
    _check(call)
    return call


def _check(call: Call) -> None:
    if len(call.numbers) != NUMBERS.get(call.verb, 0):
        raise Forged(f"{call.verb} takes {NUMBERS.get(call.verb, 0)} numbers")
    if any(number > LARGEST for number in call.numbers):
        raise Forged("a number that no id can be")
    if call.verb in DAY_FIRST:
        _ = call.day
