"""The words of the domain: what a slot, a booking, an action is. Standard library only; errors.py has what goes wrong.

Every other file imports from here and this one only from errors.py and names.py. Dates and times of classes are the
site's (Europe/Rome) and naive; instants are aware and UTC.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.errors import LoginStopped, OnWaitingList, SlotNotFound
from domain.names import plain, same_place, split_activity

Clock = Callable[[], datetime]
"""Where the time comes from; injected, so that tests can run a night in a second."""

FIT_CENTER = "Fit Center"
"""What a slot without a course name is called: the Fit Center has times, not courses."""


BETWEEN_READINGS = timedelta(seconds=30)
"""Between two readings of the site that are to agree: closer together, both may meet the same fault of the site."""


def utc_now() -> datetime:
    """The clock of a program that runs for real."""
    return datetime.now(UTC)


def stamp(instant: datetime) -> str:
    """The stored form of an instant: `YYYY-MM-DDTHH:MM:SS.sssZ`, fixed width, so that text order is time order."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def instant(text: str) -> datetime:
    """The instant behind a stored stamp, or behind SQLite's own `YYYY-MM-DD HH:MM:SS` typed by hand (UTC)."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def clock_time(text: str) -> time:
    """The time a `time_slot` begins at: `18:00`, `18:00-18:55` and `18:00 - 18:55` all begin at 18:00.

    Raises ValueError when the text does not begin with a time of day.
    """
    found = re.match(r"\s*(\d{1,2})[:.](\d{2})", text)
    if not found:
        raise ValueError(f"'{text}' is not a time: write it as HH:MM")
    return time(int(found[1]), int(found[2]))


class ActionType(StrEnum):
    """What a row of the queue asks for."""

    BOOK = "book"  # take a place in a slot
    CANCEL = "cancel"  # give a booked place back
    CHECK = "check"  # read "my bookings" into user_bookings
    REFRESH = "refresh"  # read the timetable into courses and slots


class ActionStatus(StrEnum):
    """Where a row of the queue is; schema.sql lists the transitions."""

    PENDING = "pending"  # waits for its run_at
    PROCESSING = "processing"  # a worker holds its lease
    COMPLETED = "completed"  # done, and read back from the site
    FAILED = "failed"  # will not be tried again; error says why
    CANCELLED = "cancelled"  # withdrawn before it ran


class BookingStatus(StrEnum):
    """What is known of a row of user_bookings. A row typed by hand with another word counts as confirmed."""

    CONFIRMED = "confirmed"  # seen in "my bookings" the last time they were read
    CANCELLED = "cancelled"  # cancelled by us, and read back as gone
    GONE = "gone"  # was there, is no more, and not through us
    PAST = "past"  # the class is over


class SlotStatus(StrEnum):
    """What the site says of a slot to the account that asks."""

    AVAILABLE = "available"  # can be booked now
    BOOKED = "booked"  # mine
    DISABLED = "disabled"  # full, closed or not open yet: the site does not tell which
    WAITING = "waiting"  # full, but takes a waiting list


class WatchMode(StrEnum):
    """What to do when a place in a full slot frees."""

    BOOK = "book"
    TELL = "tell"


class Role(StrEnum):
    OWNER = "owner"  # the person in config.json's first keys; hears of the machine's troubles too
    FRIEND = "friend"  # one of config.json's friends; sees and touches only their own rows


class NoticeKind(StrEnum):
    """What a row of the outbox tells; the wording is made from the rows it points at, in bot/flows/notices.py."""

    RESULT = "result"  # an action ended: completed or failed (action_id)
    PROGRESS = "progress"  # an action's card changed; edits silently (action_id)
    CONFIRMATION = "confirmation"  # a periodic booking asks: confirm or skip (confirmation_id)
    EXPIRED = "expired"  # it asked, nobody answered: skipped (confirmation_id)
    MISSED = "missed"  # a periodic booking's date passed while nothing ran (occurrence_id)
    ACCOUNT_WAITS = "account_waits"  # the account is in trouble, and waits; read from accounts
    STRUGGLING = "struggling"  # a booking or a watch can't be done for a while already, and goes on (action_id)
    LOGIN_REJECTED = "login_rejected"  # the site refused the password; nothing more is tried
    LOGIN_DUE = "login_due"  # who logs in by hand has not yet, and an opening comes nearer (action_id)
    LOGIN_BACK = "login_back"  # who logs in by hand has: what waited for it goes on
    GONE = "gone"  # a booking vanished from the site, or was given up for another (booking_row_id)
    MOVED = "moved"  # the site has moved or renamed the class of a booking (booking_row_id)
    BACK = "back"  # a booking that was told as gone or cancelled is on the site again (booking_row_id)
    REHEARSAL = "rehearsal"  # what will be tried at the opening, and whether it can work (action_id)
    REMINDER = "reminder"  # a class comes near while its place can still be given back (booking_row_id)
    PROGRAM_DOWN = "program_down"  # for the owner: a program of ours is dead or hangs (outage_id)
    PROGRAM_BACK = "program_back"  # for the owner: it lives again (outage_id)
    BACKUPS_FAIL = "backups_fail"  # for the owner: the daily backups can't be made; read from backups
    BACKUPS_BACK = "backups_back"  # for the owner: they are made again
    NEW_RELEASE = "new_release"  # for the owner: there is a newer release of the bot; read from release_news
    CARD = "card"  # an action's older message still shows it unfinished; edits silently (action_id, message_id)
    PAGE = "page"  # the timetable was read while a message shows a list of places; edits silently (message_id)
    LOGIN_REMARK = "login_remark"  # what the pages of a login told (remark_id)
    TOGETHER = "together"  # a booking for two was asked for, or how it ended (pair_id)
    AGREED = "agreed"  # a friend agreed that places are booked for them, said no, or ended it (about_user_id)
    HOUSE_RULE = "house_rule"  # for the owner: the site was seen to follow another rule than we know (rule_id)
    OWN_CALENDAR = "own_calendar"  # the person's own calendar is read from now on, or can't be
    WEEK = "week"  # Monday morning: the picture of the week
    FRIEND_LEFT = "friend_left"  # who books together with them uses the bot no more (action_id: what was for both)
    TOO_MANY = "too_many"  # a periodic booking's date was not queued: as many of a guest's wait as may (occurrence_id)
    GUEST = "guest"  # for the owner: somebody came with an invitation, or their first login succeeded (about_user_id)
    GUEST_ENTERED = "guest_entered"  # for a guest: the login with what they have entered succeeded
    SUSPENDED = "suspended"  # the owner does nothing for a guest for now
    GUEST_LEFT = "guest_left"  # for the owner: a guest wanted to be forgotten; nothing says who
    FORGOTTEN = "forgotten"  # for the owner: one whom config.json names wants to be in it no more (about_user_id)
    RESUMED = "resumed"  # the owner lets a guest book again
    UNREACHABLE = "unreachable"  # for the owner: Telegram takes no message for a friend (about_user_id)
    OWNER_WITHDREW = "owner_withdrew"  # whoever keeps the bot withdrew an action of theirs (action_id)
    OWNER_RESUMED = "owner_resumed"  # whoever keeps the bot ended what their account waited for

    @property
    def is_edit(self) -> bool:
        """Whether it changes a message that is there already, and rings nobody: no new message waits for it."""
        return self in (NoticeKind.PROGRESS, NoticeKind.CARD, NoticeKind.PAGE)


@dataclass(frozen=True, slots=True)
class Activity:
    """What the site offers under one calendar, e.g. `Giuriati - Corsi Platinum`."""

    id: str
    name: str

    @property
    def place(self) -> str:
        """Where it is: `Giuriati`."""
        return split_activity(self.name)[0]

    @property
    def kind(self) -> str:
        """What it is: `Corsi Platinum`; empty when the name does not say."""
        return split_activity(self.name)[1]


def same_course(one: str, other: str) -> bool:
    """Whether two course names mean the same; no name is the Fit Center."""
    return plain(one or FIT_CENTER) == plain(other or FIT_CENTER)


@dataclass(frozen=True, slots=True)
class ClassRef:
    """What somebody wants a place in."""

    course: str  # as the site writes it; FIT_CENTER for the Fit Center
    location: str
    day: date
    start: time
    course_type: str = ""  # `Corsi Platinum`: two calendars of one place may have the same course at the same hour

    def matches(self, other: ClassRef) -> bool:
        """Whether the other names the same class, as far as both say."""
        return self.is_then_and_there(other) and same_course(self.course, other.course)

    @property
    def full_name(self) -> str:
        """`PILATES MATWORK (Giuriati - Corsi Platinum)`: what, where and of which kind, as far as it says."""
        return f"{self.course or FIT_CENTER} ({self.where})" if self.where else self.course or FIT_CENTER

    @property
    def where(self) -> str:
        """`Giuriati - Corsi Platinum`: the place and the kind of class, as far as it says."""
        return " - ".join(part for part in self._where() if part)

    @property
    def kind(self) -> str:
        """The kind of class, wherever it says it."""
        return self._where()[1]

    def reads_like(self, other: ClassRef) -> bool:
        """Whether the other is another kind of class, and told without its kind would read the same."""
        alike = (self.day, self.start) == (other.day, other.start) and same_course(self.course, other.course)
        return alike and plain(self.where) != plain(other.where)

    def is_then_and_there(self, other: ClassRef) -> bool:
        """Whether the other is at the same hour in the same place, of the same kind as far as both say."""
        (place, kind), (other_place, other_kind) = self._where(), other._where()
        return (
            (self.day, self.start) == (other.day, other.start)
            and same_place(place, other_place)
            and same_place(kind, other_kind)
        )

    def named_as(self, asked: ClassRef) -> ClassRef:
        """This class as "my bookings" shows it; where that says only its kind, under the name it was asked for."""
        if plain(self.course) != plain(asked.kind) or not self.is_then_and_there(asked):
            return self
        return replace(self, course=asked.course, course_type=asked.course_type)

    def _where(self) -> tuple[str, str]:
        """Place and kind; a location typed as `Giuriati - Corsi Platinum` says both."""
        place, kind = split_activity(self.location) if " - " in self.location else (self.location, "")
        return place, self.course_type or kind


@dataclass(frozen=True, slots=True)
class Slot:
    """A course on a date, as the site shows it."""

    activity: Activity
    appointment_id: str  # empty when read from a page, which does not show it
    course: str
    day: date
    start: time
    end: time
    instructor: str = ""
    places: int | None = None  # free places; None when the site does not say
    status: SlotStatus = SlotStatus.DISABLED
    is_understood: bool = True  # the site's word for the status; one that nobody knows counts as disabled

    @property
    def said(self) -> SlotStatus | None:
        """The status, as a witness tells it: None where the site's word is one that nobody knows."""
        return self.status if self.is_understood else None

    @property
    def ref(self) -> ClassRef:
        return ClassRef(self.course, self.activity.place, self.day, self.start, self.activity.kind)


@dataclass(frozen=True, slots=True)
class Timetable:
    """Every slot of every activity on the dates that were read. A date without slots was read and is empty."""

    activities: tuple[Activity, ...]
    days: tuple[date, ...]
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Booking:
    """A place we hold, as "my bookings" shows it. The page has no id: what it is, where and when identify it."""

    course: str
    location: str
    day: date
    start: time
    minutes: int | None = None
    course_type: str = field(default="", compare=False)  # the kind of class, where the page says it
    unknown_words: str = field(default="", compare=False)  # what else the page says of it, in words we do not know

    @property
    def ref(self) -> ClassRef:
        return ClassRef(self.course, self.location, self.day, self.start, self.course_type)

    @property
    def booking_id(self) -> str:
        """Our own name for it, stable from reading to reading: `20261124-1800-pilates-matwork-giuriati`."""
        words = re.sub(r"[^a-z0-9]+", "-", plain(f"{self.course} {self.location}")).strip("-")
        return f"{self.day:%Y%m%d}-{self.start:%H%M}-{words}"

    def overlaps(self, day: date, start: time, end: time) -> bool:
        """Whether one can't be in both: the same day, and the hours meet. Unknown length counts as an hour."""
        mine = datetime.combine(self.day, self.start)
        mine_end = mine + timedelta(minutes=self.minutes or 60)
        return mine < datetime.combine(day, end) and datetime.combine(day, start) < mine_end


@dataclass(frozen=True, slots=True)
class OpeningRule:
    """When a slot opens: at a time of day in the site's zone some days before the class, or so many hours before it."""

    days_ahead: int
    at: time
    zone: ZoneInfo
    hours_before: float | None = None  # then the two others do not count

    @property
    def most_days_ahead(self) -> int:
        """How many days before its class a slot opens, at most."""
        return self.days_ahead if self.hours_before is None else int(self.hours_before // 24) + 2

    def opens_at(self, day: date, start: time = time.min) -> datetime:
        """The instant (UTC) a slot of that day opens, computed on its own date so that a clock change can't move it.

        Without `start`: before it no slot of that day opens.
        """
        if self.hours_before is not None:
            return datetime.combine(day, start, self.zone).astimezone(UTC) - timedelta(hours=self.hours_before)
        return datetime.combine(day - timedelta(days=self.days_ahead), self.at, self.zone).astimezone(UTC)


PREPARE = timedelta(
    minutes=5
)  # before an opening, its booking is taken in hand: log in, look the slot up, learn the clock
LAST_CALL = timedelta(seconds=12)  # before an opening: later than that its booking can't be taken back
OPENING_LASTS = timedelta(minutes=2)  # after an opening: until then each booking goes by its own pauses


def starts_at(day: date, start: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) a class begins."""
    return datetime.combine(day, start, zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one person needs to log in to the site. Never printed."""

    user_id: int  # the person's Telegram id
    username: str
    password: str = field(repr=False)
    otp_url: str = field(repr=False)  # empty: the login asks for no one-time code
    matricola: str = ""  # which of several careers to log in with; empty: the first that is offered
    by_hand: bool = False  # the person logs in themselves, and hands us the session: nothing is ever typed for them


class RemarkKind(StrEnum):
    """What the pages of a login told that its person should know."""

    PASSWORD_EXPIRES = "password_expires"  # noqa: S105 - a kind
    SITE_NOTICE = "site_notice"  # a page that wanted to be read, and one click
    MATRICOLA_CHOSEN = "matricola_chosen"  # the first of several, which the words name


@dataclass(frozen=True, slots=True)
class LoginRemark:
    """Something that a login met on its way, in the site's words: told once, until it becomes something else."""

    kind: RemarkKind
    words: str

    @property
    def days_left(self) -> int | None:
        """In how many days a password expires, if the page says so."""
        if self.kind is not RemarkKind.PASSWORD_EXPIRES:
            return None
        found = re.search(
            r"\b(?:tra|fra|entro|in|within|mancano|restano)\s+(\d{1,3})\s+(?:giorn|day)", self.words, re.I
        )
        found = found or re.fullmatch(r"\D*(\d{1,3})\s+(?:giorn|day)\D*", self.words)
        return int(found[1]) if found else None

    @property
    def about(self) -> str:
        """What tells it from another of its kind: a password that expires is told again a week, three days and a day
        before; a notice that only counts something down is the same."""
        if self.kind is RemarkKind.PASSWORD_EXPIRES:
            days = self.days_left
            return "" if days is None else str(next((each for each in (1, 3, 7) if days <= each), ""))
        return re.sub(r"\d+", "", plain(self.words))[:200] if self.kind is RemarkKind.SITE_NOTICE else self.words[:200]


@dataclass(frozen=True, slots=True)
class Pause:
    """What an account waits for: until when, the class of the error, and its sentence."""

    until: datetime
    kind: str  # or BY_OWNER
    reason: str


BY_OWNER = "ByOwner"  # the kind of a pause that no error caused: whoever keeps the bot lets the account rest


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may use the bot."""

    user_id: int
    role: Role
    rejected: bool = False  # its login was refused, or led astray; nothing is tried until it changes or the person asks
    pause: Pause | None = None  # the last trouble of the account; it waits as long as that is not over
    stop: LoginStopped | None = None  # why it is `rejected`
    login_asked: bool = False  # a new login is to be tried, and was not yet

    def waits_until(self, now: datetime) -> datetime | None:
        """Until when nothing is sent for it; None when it does not wait."""
        return self.pause.until if self.pause is not None and now < self.pause.until else None


@dataclass(frozen=True, slots=True)
class Action:
    """A row of the queue."""

    id: int
    type: ActionType
    user_id: int
    status: ActionStatus
    wish: ClassRef | None  # the class it is about; None where the row does not say a day and an hour
    booking_id: str | None
    created_at: datetime
    run_at: datetime
    opens_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    result: str | None
    error: str | None
    error_kind: str | None  # the class of the error, e.g. `SlotFull`
    evidence: str | None  # folder with the page and screenshot of the failure
    attempts: int  # how often it was claimed; only grows, and is the fence
    failures: int  # what the retry rule looks at
    quiet: bool  # routine work: its owner is not told when all is well
    card_message_id: int | None  # the message in the chat that shows it
    periodic_booking_id: int | None
    watch: WatchMode | None = None  # a full slot is looked at again, until watch_until
    watch_until: datetime | None = None
    replaces_row_id: int | None = None  # an upgrade: the booking to free once this one is made
    rehearse_at: datetime | None = None  # when everything but the booking is tried; None once done, or never
    rehearsal: str | None = None  # what came of it: `ok`, or the class of the error
    won_choice: int | None = None  # what was booked: 0 the wish, 1 the first alternative ...
    why_not_first: str | None = None  # the site's words about the choices before it
    crashes: int = 0  # how often a worker died with it in hand
    free_until: datetime | None = None  # what is given back without another question is so only until then
    acting: bool = False  # its worker may take the place from now on; before that it only rehearses or prepares
    gave_up: bool = False  # what it replaces overlapped it, and was, or may have been, given back before it
    pressed: bool = False  # a cancellation was confirmed on the site, in whichever try
    absent_since: datetime | None = None  # a cancellation's last reading did not show its booking
    took_back: bool = False  # what it replaces was given up in vain, and had again: it is not given up a second time
    got: ClassRef | None = None  # the place that a booking got, as the site names it; read with the action to show it
    names_course: bool = True  # the row says which course; typed by hand without one, a cancellation may mean any
    notice: timedelta | None = None  # of a watch: a place that frees later than so long before its class is not wanted
    both_or_none: bool = False  # of a pair in which neither wants a place without the other: just this class
    joins_list: bool = False  # its person has said yes to the site's waiting list

    def only_prepared(self, now: datetime) -> bool:
        """Whether a worker has it in hand, but only to rehearse it or to get ready: it can still be taken back."""
        waits = self.type is ActionType.BOOK and self.status is ActionStatus.PROCESSING and not self.acting
        return waits and self.opens_at is not None and now < self.opens_at - LAST_CALL

    @property
    def waits_on_list(self) -> bool:
        """Whether it ended on the site's waiting list, as the site said then; a place that came of it ends this."""
        return self.status is ActionStatus.FAILED and self.error_kind == OnWaitingList.__name__

    @property
    def class_ref(self) -> ClassRef:
        """The class that a book or cancel action is about. Raises SlotNotFound when the row does not say."""
        if self.wish is None:
            raise SlotNotFound("the action names no date and time")
        return self.wish

    def is_about(self, held: HeldBooking) -> bool:
        """Whether it is about a booking: by what, where and when, or by its name, which does not tell the kind."""
        if self.wish is not None and self.wish.matches(held.booking.ref):
            return True
        named = self.booking_id in (held.booking_id, str(held.id))
        kind = self.wish.course_type if self.wish is not None else ""
        return named and same_place(kind, held.booking.course_type)

    @property
    def subject(self) -> ClassRef | None:
        """The class that a person is shown for it: what it got, else what was asked for; None for a reading."""
        return self.got or self.wish


@dataclass(frozen=True, slots=True)
class HeldBooking:
    """A row of user_bookings."""

    id: int
    user_id: int
    booking: Booking
    booking_id: str
    status: BookingStatus
    updated_at: datetime
    missing_since: datetime | None = None  # the last reading did not show it; one reading is no proof of a loss
    calendar_id: str = ""  # its name in people's calendars, which never changes
    sequence: int = 0  # how often what a calendar shows of it has changed
    changed_at: datetime | None = None  # when it last did; None for what is not in a row yet
    was: ClassRef | None = None  # the class before the site last moved or renamed it

    @property
    def ref(self) -> ClassRef:
        """The class that is held."""
        return self.booking.ref


UNSEEN, DAYS_OF_EVER = 10**13, 10**7  # such a slot's id: from there on, its weekly course and its date


def unseen_id(course_id: int, day: date) -> int:
    """The id of what stands for a weekly course's slot on a day where the site does not show it yet."""
    return UNSEEN + course_id * DAYS_OF_EVER + day.toordinal()


def course_and_day(slot_id: int) -> tuple[int, date] | None:
    """What a slot means that the site does not show yet; None when its id was made up, and says no date."""
    course_id, ordinal = divmod(slot_id - UNSEEN, DAYS_OF_EVER)
    return (course_id, date.fromordinal(ordinal)) if 0 < ordinal <= date.max.toordinal() else None


@dataclass(frozen=True, slots=True)
class Course:
    """A row of courses: one line of the weekly timetable."""

    id: int
    name: str
    location: str
    day_of_week: int  # 0 = Monday
    start: time
    end: time
    available_spots: int | None
    total_spots: int | None
    course_type: str
    instructor: str
    last_updated: datetime

    @property
    def activity(self) -> Activity:
        """What stands for its activity: the weekly timetable does not keep the site's id."""
        name = " - ".join(part for part in (self.location, self.course_type) if part)
        return Activity(name, name)

    def on(self, day: date) -> CatalogueSlot:
        """What stands for its slot on that day where the site does not show it yet."""
        slot = Slot(self.activity, "", self.name, day, self.start, self.end, self.instructor)
        return CatalogueSlot(unseen_id(self.id, day), slot, self.last_updated)


@dataclass(frozen=True, slots=True)
class CatalogueSlot:
    """A row of slots: a slot as last read, with the instant it was read. Or a class of the week on a later date."""

    id: int
    slot: Slot
    read_at: datetime

    @property
    def ref(self) -> ClassRef:
        """The class of the slot."""
        return self.slot.ref

    @property
    def is_unseen(self) -> bool:
        """Whether the site does not show it yet: it is what the weekly timetable leads to expect."""
        return self.id >= UNSEEN


@dataclass(frozen=True, slots=True)
class Notice:
    """A row of the outbox: something a person should hear, as kind and ids."""

    id: int
    user_id: int
    kind: NoticeKind
    action_id: int | None
    booking_row_id: int | None
    confirmation_id: int | None
    occurrence_id: int | None
    created_at: datetime
    outage_id: int | None = None
    message_id: int | None = None  # the message that is edited
    about_user_id: int | None = None
    remark_id: int | None = None
    rule_id: int | None = None
    pair_id: int | None = None
    lost: int = 0  # tries whose answer was lost: each may have arrived


@dataclass(frozen=True, slots=True)
class DaySummary:
    """What the catalogue knows of one day."""

    day: date
    slots: int
    read_at: datetime
