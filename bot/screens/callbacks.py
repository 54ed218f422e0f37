"""The language of the buttons: a verb and the numbers it is about, in at most 64 bytes.

Buttons carry no data, only ids; whoever handles a tap reads the truth again. What comes back from Telegram can be
forged, so it is checked as strictly as it is packed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from functools import lru_cache

KEPT = 4096  # meanings of callback data: each button is read when it is made, shown and tapped
MOST_BYTES = 64  # the Bot API's limit for callback_data
FRESH = "+"  # before the verb: the answer is a new message, because the one with the button must stay as it is
REREAD = "!"  # before the verb: the timetable is read again first, and the page is shown meanwhile as it is
SHAPE = re.compile(r"(\+?)(!?)([a-z_]{1,20})((?::(?:0|[1-9][0-9]{0,18}))*)")


class Largest(IntEnum):
    """What a number of a button can be at most, by what it is."""

    ID = 2**63 - 1  # of a row, or the newest of them: as large as SQLite's
    DAY = 99991231  # as 20261124
    KEY = 2**32 - 1  # of an activity, or of a row of what is few
    PAGE = 9999
    WEEKDAY = 6
    CHOICE = 9  # one of a few


ID, DAY, KEY, PAGE, WEEKDAY, CHOICE = Largest


class Verb(StrEnum):
    """What a tap asks for. The values never change: old messages carry them. Some are short, since three ids follow."""

    HOME = "home"
    HELP = "help"
    LEAVE_ALL = "leave_all"  # under a question: nothing is to be done, everything stays as it is
    STATUS = "status"  # the latest actions
    TICKET = "ticket"  # one action
    WITHDRAW = "withdraw"  # takes a waiting action back, or ends a watch
    UNDO = "undo"  # puts back in the queue what was withdrawn
    FIGURES = "figures"  # how the opening of an action went, to the millisecond
    AGAIN = "again"  # leads back to what an action was about
    START_NOW = "start_now"  # a booking that waits for its alternatives need wait no more
    SETTINGS = "settings"  # what the person prefers
    SETTING = "setting"  # what can be chosen for one of it
    SET_SETTING = "set_setting"
    TOGETHER = "together"  # with whom one may book
    INVITE = "invite"  # a message that asks a friend to agree
    AGREE = "agree"  # the friend's answer
    DECLINE = "decline"
    STOP_TOGETHER = "stop_together"  # either of the two ends it
    PEOPLE = "people"  # for the owner: who came with an invitation
    GUEST = "guest"  # one of them, by their Telegram id
    INVITE_GUEST = "invite_guest"  # a message with a link that lets somebody in
    DROP_INVITATION = "drop_invitation"  # nobody can come with it any more
    QUOTA = "quota"  # how many bookings of a guest may wait at once
    SET_QUOTA = "set_quota"
    ASK_SUSPEND = "ask_suspend"  # "sure?"
    SUSPEND = "suspend"
    RESUME_GUEST = "resume_guest"
    ASK_REMOVE = "ask_remove"  # "sure?"
    REMOVE = "remove"
    ACCESS = "access"  # a page in which one enters what one logs in with
    DOOR_LANGUAGE = "door_language"  # what somebody reads who has only just come: 0 Italian, 1 English
    ASK_FORGET = "ask_forget"  # "everything about you goes: sure?"
    FORGET = "forget"
    RULES = "rules"  # the rules of the house, and what the site was seen to do
    SET_RULE = "set_rule"  # takes over what was seen
    LEAVE_RULE = "leave_rule"  # does not, or takes it back
    RETRY_LOGIN = "forgive"  # tries the refused password once more

    NEW = "new"  # new booking: the days
    DAY = "day"  # its kinds, or its slots when there is one kind
    SLOTS = "slots"
    SLOT = "slot"  # all about one slot, and whether to book it
    SLOT_FROM = "slot_from"  # the same, and Back leads where the last three numbers say (bot/screens/origin.py)
    STAR = "star"  # offers the class in the menu each week: 1, or no more: 0
    BOOK = "book"  # with the newest action when the button was made
    BOOK_ALT = "book_alt"  # the same, and alternatives are chosen next
    WITH = "with"  # a slot for a friend too: only together, or each for themselves?
    BOOK_WITH = "bw"  # a slot, the agreement, the newest action when the button was made, and whether only together
    SHARE = "share"  # a message with the link of a slot
    BOOK_OR = "or"  # a slot and its second choice at once; with the newest action when the button was made

    ALTS = "alts"  # an action's alternatives
    ALT_DAYS = "alt_days"
    ALT_DAY = "alt_day"
    ALT_SLOTS = "alt_slots"
    ALT_ADD = "alt_add"
    ALT_DROP = "alt_drop"

    WATCH = "watch"  # a slot; in place of which booking (0: none); to book or to tell
    WATCH_LIKE = "watch_like"  # what an action was about; to book or to tell
    JOIN_LIST = "join_list"  # the site's waiting list of what an action was about
    JOIN_LIST_OF = "join_of"  # that of a full slot; with the newest action when the button was made
    BOOK_NOW = "grab"  # books what an action was about, at once
    WATCHES = "watches"
    WATCH_FIRST = "watch_first"  # the first choice of an action that got another, to swap for it
    NOTICE = "notice"  # how long before its class a watch ends
    SET_NOTICE = "set_notice"

    MINE = "mine"  # my bookings
    HELD = "held"  # one booking
    FILE = "file"  # its calendar file
    SHARE_HELD = "share_held"  # a message with the link of its class
    ASK_CANCEL = "ask_cancel"  # "sure?"
    CANCEL = "cancel"  # with the newest action when the button was made
    ASK_TWICE = "ask_twice"  # "sure, though it may cost?"
    CANCEL_LATE = "cancel_late"  # with the newest action when the button was made
    STAY = "stay"  # "I'll go", under a reminder
    SYNC = "sync"  # reads my bookings from the site

    SWAP_DAYS = "swap_days"  # a better slot for a booking: the days
    SWAP_DAY = "swap_day"
    SWAP_SLOTS = "swap_slots"
    SWAP_SLOT = "swap_slot"
    SWAP = "sw"  # with the newest action when the button was made
    SWAP_NOW = "sn"  # the same in one tap; asked about first when the other can't be given back for free any more

    PERIODIC = "periodic"  # what recurs
    SERIES = "series"  # one of them
    PAUSE = "pause"
    RESUME = "resume"
    GO_ON = "go_on"  # what recurs, after a refusal that concerned the account
    NEW_KINDS = "new_kinds"  # a new one: what kind?
    NEW_WEEKDAY = "new_weekday"
    NEW_COURSE = "new_course"
    NEW_MODE = "new_mode"
    MAKE = "make"
    MAKE_OR = "make_or"  # with an alternative at once
    NEW_MODE_OR = "new_mode_or"
    NEW_MODE_AFTER = "new_after"  # leaving out its first date, with an alternative or 0
    MAKE_AFTER = "make_after"
    MODES = "modes"
    SET_MODE = "set_mode"
    LEADS = "leads"  # how long before its class it asks
    SET_LEAD = "set_lead"
    MOVE_KINDS = "move_kinds"  # another course or time for it
    MOVE_WEEKDAY = "move_weekday"
    MOVE_COURSE = "move_course"
    MOVE = "move"
    ELSE = "else"  # its alternatives
    ELSE_KINDS = "else_kinds"
    ELSE_COURSE = "else_course"
    ELSE_ADD = "else_add"
    ELSE_DROP = "else_drop"
    ASK_DELETE = "ask_delete"
    DELETE = "delete"
    DATES = "dates"  # the next four weeks
    SKIP_DATE = "skip_date"
    UNSKIP_DATE = "unskip_date"
    DAYS_OFF = "days_off"  # holidays
    OFF_FROM = "off_from"
    OFF_TO = "off_to"
    OFF_ADD = "off_add"
    OFF_DROP = "off_drop"

    CONFIRM = "confirm"  # yes to a periodic booking's question
    CONFIRM_SWAP = "confirm_swap"  # yes, in place of a booking that it overlaps
    SKIP = "skip"  # no to it
    KEEP = "keep"  # "I'll keep the place"
    FREE_PLACE = "give_back"  # "free it"
    APPROVE = "approve"  # a rehearsal was seen: go ahead
    SKIP_REHEARSED = "let_go"  # not this time

    COURSES = "courses"  # for a new booking: the courses, favourites first
    COURSE = "course"  # its next dates
    STAR_COURSE = "star_course"  # puts it first in the list: 1, or no more: 0
    FAR_DAYS = "far_days"  # for a new booking: dates that the site does not show yet

    HOURS = "hours"  # the timetable: the days
    HOURS_DAY = "hours_day"
    REFRESH = "refresh"  # reads the timetable from the site
    REPLACE_CALENDAR = "swap_cal"  # the number of the question whether another one takes its place
    OWN_CALENDAR = "own_cal"  # the person's own calendar, which is read to warn before a booking
    FORGET_CALENDAR = "own_cal_off"  # its address and its events are forgotten
    FEED = "feed"  # the address at which the person's own calendar application reads their classes
    MAKE_FEED = "feed_make"  # a new one; the number of the one whose place it takes, or 0
    END_FEED = "feed_end"  # the one of that number
    WEEK = "week"  # the week as a picture
    WEEK_LOOK = "week_look"  # the same, light (0) or dark (1) from now on

    BROWSERS = "browsers"  # where the person has entered the pages in the browser
    BROWSER_LINK = "browser_link"  # a link to enter there
    LEAVE_BROWSER = "leave_browser"

    HISTORY = "history"  # of a course, a month, a result (0: of all); a page of it
    HISTORY_BY = "history_by"  # what to filter it by (course, month, result), the filter so far, and a page of these
    HISTORY_FILE = "history_file"  # of which kind; and the filter
    STATISTICS = "statistics"  # the history in numbers
    STATISTICS_LOOK = "statistics_look"  # the same, light (0) or dark (1) from now on


NUMBERS: dict[Verb, tuple[Largest, ...]] = {
    Verb.STATUS: (PAGE,), Verb.TICKET: (ID,), Verb.WITHDRAW: (ID,), Verb.UNDO: (ID,), Verb.FIGURES: (ID,),
    Verb.SETTING: (CHOICE,), Verb.SET_SETTING: (CHOICE, KEY),
    Verb.AGREE: (ID,), Verb.DECLINE: (ID,), Verb.STOP_TOGETHER: (ID,),
    Verb.PEOPLE: (PAGE,), Verb.GUEST: (ID,), Verb.DROP_INVITATION: (ID,), Verb.QUOTA: (ID,),
    Verb.SET_QUOTA: (ID, CHOICE), Verb.ASK_SUSPEND: (ID,), Verb.SUSPEND: (ID,), Verb.RESUME_GUEST: (ID,),
    Verb.ASK_REMOVE: (ID,), Verb.REMOVE: (ID,), Verb.DOOR_LANGUAGE: (CHOICE,),
    Verb.SET_RULE: (ID,), Verb.LEAVE_RULE: (ID,), Verb.AGAIN: (ID,), Verb.START_NOW: (ID,),
    Verb.DAY: (DAY,), Verb.SLOTS: (DAY, KEY, PAGE), Verb.SLOT: (ID,), Verb.SLOT_FROM: (ID, CHOICE, KEY, PAGE),
    Verb.COURSES: (PAGE,), Verb.COURSE: (KEY, PAGE), Verb.STAR_COURSE: (KEY, CHOICE),
    Verb.STAR: (ID, CHOICE, CHOICE, KEY, PAGE), Verb.BOOK: (ID, ID), Verb.BOOK_ALT: (ID, ID),
    Verb.BOOK_OR: (ID, ID, ID), Verb.SHARE: (ID,), Verb.WITH: (ID, KEY), Verb.BOOK_WITH: (ID, KEY, ID, CHOICE),
    Verb.ALTS: (ID,), Verb.ALT_DAYS: (ID,), Verb.ALT_DAY: (DAY, ID), Verb.ALT_SLOTS: (DAY, KEY, ID, PAGE),
    Verb.ALT_ADD: (ID, ID), Verb.ALT_DROP: (ID, CHOICE, KEY),
    Verb.WATCH: (ID, ID, CHOICE), Verb.WATCH_LIKE: (ID, CHOICE), Verb.BOOK_NOW: (ID,), Verb.WATCHES: (PAGE,),
    Verb.JOIN_LIST: (ID,), Verb.JOIN_LIST_OF: (ID, ID),
    Verb.WATCH_FIRST: (ID,), Verb.NOTICE: (ID,), Verb.SET_NOTICE: (ID, CHOICE),
    Verb.MINE: (PAGE,), Verb.HELD: (ID,), Verb.FILE: (ID,), Verb.SHARE_HELD: (ID,),
    Verb.ASK_CANCEL: (ID,), Verb.CANCEL: (ID, ID),
    Verb.ASK_TWICE: (ID,), Verb.CANCEL_LATE: (ID, ID), Verb.STAY: (ID,),
    Verb.SWAP_DAYS: (ID,), Verb.SWAP_DAY: (DAY, ID), Verb.SWAP_SLOTS: (DAY, KEY, ID, PAGE),
    Verb.SWAP_SLOT: (ID, ID), Verb.SWAP: (ID, ID, ID), Verb.SWAP_NOW: (ID, ID, ID),
    Verb.PERIODIC: (PAGE,), Verb.SERIES: (ID,), Verb.PAUSE: (ID,), Verb.RESUME: (ID,),
    Verb.NEW_WEEKDAY: (KEY,), Verb.NEW_COURSE: (KEY, WEEKDAY, PAGE), Verb.NEW_MODE: (ID,), Verb.MAKE: (ID, CHOICE),
    Verb.MAKE_OR: (ID, CHOICE, ID), Verb.NEW_MODE_OR: (ID, ID),
    Verb.NEW_MODE_AFTER: (DAY, ID, ID), Verb.MAKE_AFTER: (DAY, ID, CHOICE, ID),
    Verb.MODES: (ID,), Verb.SET_MODE: (ID, CHOICE), Verb.LEADS: (ID,), Verb.SET_LEAD: (ID, CHOICE),
    Verb.MOVE_KINDS: (ID,), Verb.MOVE_WEEKDAY: (KEY, ID), Verb.MOVE_COURSE: (KEY, WEEKDAY, ID, PAGE),
    Verb.MOVE: (ID, ID),
    Verb.ELSE: (ID,), Verb.ELSE_KINDS: (ID,), Verb.ELSE_COURSE: (KEY, WEEKDAY, ID, PAGE), Verb.ELSE_ADD: (ID, ID),
    Verb.ELSE_DROP: (ID, CHOICE, KEY), Verb.ASK_DELETE: (ID,), Verb.DELETE: (ID,),
    Verb.DATES: (ID,), Verb.SKIP_DATE: (DAY, ID), Verb.UNSKIP_DATE: (DAY, ID),
    Verb.DAYS_OFF: (PAGE,), Verb.OFF_FROM: (PAGE,), Verb.OFF_TO: (DAY, PAGE), Verb.OFF_ADD: (DAY, DAY),
    Verb.OFF_DROP: (ID,),
    Verb.CONFIRM: (ID,), Verb.CONFIRM_SWAP: (ID, ID), Verb.SKIP: (ID,), Verb.KEEP: (ID,), Verb.FREE_PLACE: (ID,),
    Verb.APPROVE: (ID,), Verb.SKIP_REHEARSED: (ID,), Verb.HOURS_DAY: (DAY, KEY, PAGE),
    Verb.REPLACE_CALENDAR: (ID,), Verb.MAKE_FEED: (ID,), Verb.END_FEED: (ID,), Verb.WEEK_LOOK: (CHOICE,),
    Verb.LEAVE_BROWSER: (ID,),
    Verb.HISTORY: (KEY, KEY, CHOICE, PAGE), Verb.HISTORY_BY: (CHOICE, KEY, KEY, CHOICE, PAGE),
    Verb.HISTORY_FILE: (CHOICE, KEY, KEY, CHOICE), Verb.STATISTICS_LOOK: (CHOICE,),
}  # fmt: skip
"""The numbers a verb takes; the verbs left out take none."""


ONLY_READ = frozenset({
    Verb.HOME, Verb.HELP, Verb.LEAVE_ALL, Verb.STATUS, Verb.TICKET, Verb.FIGURES, Verb.SETTINGS, Verb.SETTING,
    Verb.TOGETHER,
    Verb.PEOPLE, Verb.GUEST, Verb.QUOTA, Verb.ASK_SUSPEND, Verb.ASK_REMOVE, Verb.ASK_FORGET, Verb.RULES,
    Verb.NEW, Verb.DAY, Verb.SLOTS, Verb.SLOT, Verb.SLOT_FROM, Verb.WITH, Verb.COURSES, Verb.COURSE, Verb.FAR_DAYS,
    Verb.ALTS, Verb.ALT_DAYS, Verb.ALT_DAY, Verb.ALT_SLOTS, Verb.WATCHES, Verb.NOTICE,
    Verb.MINE, Verb.HELD, Verb.FILE, Verb.ASK_CANCEL, Verb.ASK_TWICE,
    Verb.SWAP_DAYS, Verb.SWAP_DAY, Verb.SWAP_SLOTS, Verb.SWAP_SLOT,
    Verb.PERIODIC, Verb.SERIES, Verb.NEW_KINDS, Verb.NEW_WEEKDAY, Verb.NEW_COURSE, Verb.NEW_MODE, Verb.MODES,
    Verb.NEW_MODE_OR, Verb.NEW_MODE_AFTER,
    Verb.LEADS, Verb.MOVE_KINDS, Verb.MOVE_WEEKDAY, Verb.MOVE_COURSE, Verb.ELSE, Verb.ELSE_KINDS, Verb.ELSE_COURSE,
    Verb.ASK_DELETE, Verb.DATES, Verb.DAYS_OFF, Verb.OFF_FROM, Verb.OFF_TO,
    Verb.HOURS, Verb.HOURS_DAY, Verb.OWN_CALENDAR, Verb.FEED, Verb.WEEK, Verb.HISTORY, Verb.HISTORY_BY,
    Verb.HISTORY_FILE, Verb.STATISTICS, Verb.BROWSERS,
})  # fmt: skip
"""What these lead to is only shown: pressed in a browser, they are links."""


VERBS = frozenset(Verb)


class Forged(Exception):
    """Callback data that no button of this version carries: from another version, or made up."""


@dataclass(frozen=True, slots=True)
class Call:
    """What the callback data of a button means."""

    verb: Verb
    numbers: tuple[int, ...] = ()
    fresh: bool = False
    reread: bool = False

    @property
    def data(self) -> str:
        """The callback data that means it."""
        return pack(self.verb, *self.numbers, fresh=self.fresh, reread=self.reread)

    @property
    def only_reads(self) -> bool:
        """Whether nothing comes of it but a page."""
        return self.verb in ONLY_READ and not self.reread

    @property
    def day(self) -> date:
        """The day the first number is."""
        return _day(self.numbers[0])

    @property
    def days(self) -> tuple[date, date]:
        """The days the first two numbers are."""
        return _day(self.numbers[0]), _day(self.numbers[1])


def _day(number: int) -> date:
    """Raises Forged when the number is no date."""
    try:
        return date(number // 10000, number // 100 % 100, number % 100)
    except ValueError:
        raise Forged(f"{number} is not a day") from None


def pack(verb: Verb, *values: int | date, fresh: bool = False, reread: bool = False) -> str:
    """The callback data of a button. Raises ValueError for what would not survive the way back."""
    numbers = [int(f"{value:%Y%m%d}") if isinstance(value, date) else int(value) for value in values]
    data = (FRESH if fresh else "") + (REREAD if reread else "") + ":".join([verb, *map(str, numbers)])
    try:
        unpack(data)
    except Forged as problem:
        raise ValueError(f"no button can carry {data!r}: {problem}") from None
    return data


@lru_cache(maxsize=KEPT)
def unpack(data: str | None) -> Call:
    """What the callback data of a button means. Raises Forged for anything that pack() does not make."""
    found = SHAPE.fullmatch(data or "")
    if data is None or found is None or len(data.encode()) > MOST_BYTES:
        raise Forged("not the language of our buttons")
    fresh, reread, word, tail = found.groups()
    if word not in VERBS:
        raise Forged(f"no verb {word!r}")
    call = Call(Verb(word), tuple(int(number) for number in tail.split(":")[1:]), bool(fresh), bool(reread))
    _check(call)
    return call


def _check(call: Call) -> None:
    takes = NUMBERS.get(call.verb, ())
    if len(call.numbers) != len(takes):
        raise Forged(f"{call.verb} takes {len(takes)} numbers")
    for number, largest in zip(call.numbers, takes, strict=True):
        if number > largest:
            raise Forged(f"{number} is too large")
        if largest is DAY:
            _day(number)
