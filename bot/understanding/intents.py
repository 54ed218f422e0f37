"""What a message can mean: a frozen dataclass each. A meaning is only ever shown and asked, never carried out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum, auto

LATEST = time(23, 59)


@dataclass(frozen=True, slots=True)
class Hours:
    """When a class may begin: within any of the spans, each from its first to its last moment."""

    spans: tuple[tuple[time, time], ...]

    @classmethod
    def at(cls, *moments: time) -> Hours:
        """One of several moments: who says six may mean 06:00 or 18:00."""
        return cls(tuple((moment, moment) for moment in moments))

    @property
    def is_exact(self) -> bool:
        return all(first == last for first, last in self.spans)

    def holds(self, start: time) -> bool:
        return any(first <= start <= last for first, last in self.spans)

    def ends_at(self, start: time) -> bool:
        """Whether the moment only just lies within: who says from six to seven may not mean seven."""
        return self.holds(start) and not any(first <= start < last or first == last for first, last in self.spans)

    def others(self) -> Hours | None:
        """Every other moment of the day; None for spans, which leave little that is clear."""
        if not self.is_exact:
            return None
        minute, ends = timedelta(minutes=1), [time.min]
        spans = []
        for moment, _ in sorted(self.spans):
            around = datetime.combine(date.min, moment)
            spans.append((ends[-1], (around - minute).time() if moment > time.min else time.min))
            ends.append((around + minute).time())
        return Hours((*spans, (ends[-1], LATEST)))

    def within(self, other: Hours) -> Hours | None:
        """The part that lies in the other too; None where there is none."""
        meets = [(max(a, c), min(b, d)) for a, b in self.spans for c, d in other.spans if max(a, c) <= min(b, d)]
        return Hours(tuple(meets)) if meets else None


@dataclass(frozen=True, slots=True)
class Wish:
    """Which class somebody speaks of, as far as they say: an empty field stands for any."""

    names: tuple[str, ...] = ()  # any of these courses, as the site writes them
    days: tuple[date, ...] = ()  # any of these
    weekdays: tuple[int, ...] = ()  # of what recurs; 0 = Monday
    hours: Hours | None = None
    where: tuple[str, ...] = ()  # places and kinds of classes it must be of, as the site writes them
    who: tuple[str, ...] = ()  # any of these instructors, as the site writes them


@dataclass(frozen=True, slots=True)
class Book:
    """Take a place: the first wish, the others in its stead in that order. `every_one`: all of them, one by one."""

    wishes: tuple[Wish, ...]
    every_one: bool = False


@dataclass(frozen=True, slots=True)
class Weekly:
    """The same every week."""

    wishes: tuple[Wish, ...]
    every_one: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """Wait for a place that frees."""

    wish: Wish


@dataclass(frozen=True, slots=True)
class StopWatching:
    """Wait no longer for a place."""

    wish: Wish


class About(StrEnum):
    """What somebody wants to know of the classes that there are."""

    PLACES = auto()
    FULL = auto()  # which of them have no place
    OPENING = auto()  # when they can be booked
    TEACHERS = auto()  # who teaches them
    LENGTH = auto()  # how long they last, and when they end
    FIRST = auto()  # which of them is the first
    LAST = auto()  # which of them is the last
    CLOSING = auto()  # until when there is one
    NATURE = auto()  # what is done there, which nobody has told the bot


@dataclass(frozen=True, slots=True)
class Look:
    """What there is, and whether there are places. `but`: what is left out of it."""

    wish: Wish
    others: tuple[Wish, ...] = ()
    about: About = About.PLACES
    but: Wish = Wish()
    unused: tuple[str, ...] = ()  # the words of weight of which the answer takes no account


@dataclass(frozen=True, slots=True)
class Cancel:
    """Give back what is held, or take back what was asked for. `but`: what stays of it."""

    wish: Wish
    but: Wish = Wish()
    every_one: bool = False  # all that is meant
    nth: int | None = None  # which of those that are held, in their order; -1 is the last


@dataclass(frozen=True, slots=True)
class Series:
    """Change something that recurs: end it, pause it, leave a date out."""

    wish: Wish


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Nothing shall be booked; what there is of it may have to go."""

    wish: Wish


@dataclass(frozen=True, slots=True)
class Shift:
    """How much earlier or later than a class that is held. `by`: None for "a bit"; `way`: 1 later, -1 earlier."""

    by: timedelta | None
    way: int = 0  # 0: nothing says which

    def of(self, start: datetime) -> tuple[datetime, ...]:
        """The moments that are meant, of a class that begins then; none where nobody says how much."""
        if self.by is None:
            return ()
        return tuple(start + way * self.by for way in ((self.way,) if self.way else (1, -1)))

    def side(self, start: time) -> tuple[time, time]:
        """The hours of the day before or after that moment."""
        minute, at = timedelta(minutes=1), datetime.combine(date(2000, 1, 1), start)
        if self.way > 0:
            return (at + minute).time(), LATEST
        return time.min, (at - minute).time() if self.way else LATEST


@dataclass(frozen=True, slots=True)
class Swap:
    """Have another class instead of one that is held. `shift`: so much earlier or later than that one."""

    old: Wish
    new: Wish
    shift: Shift | None = None
    same_hour: bool = False  # the new one begins when the old one does
    nth: int | None = None  # which of those that are held, in their order; -1 is the last

    @property
    def says_more(self) -> bool:
        """Whether anything is said of the new class."""
        return self.new != Wish() or self.shift is not None


class Place(StrEnum):
    """A page somebody asks for by its name."""

    MENU = auto()
    NEW = auto()
    USUAL = auto()  # what somebody books week after week
    LAST_WEEK = auto()  # what somebody had last week, to have it again
    MINE = auto()
    PERIODIC = auto()
    HOURS = auto()
    STATUS = auto()
    NEWEST = auto()  # what was asked for last, where it can be taken back
    HOLIDAYS = auto()
    WATCHES = auto()
    WEEK = auto()
    HISTORY = auto()
    STATISTICS = auto()
    TOGETHER = auto()
    INVITE = auto()  # how somebody else gets in
    SETTINGS = auto()
    QUIET = auto()  # when nothing rings
    REMINDERS = auto()  # how long before a class
    LANGUAGE = auto()
    CALENDAR = auto()  # the classes in the person's own calendar
    RULES = auto()  # of the house: when bookings open, until when cancelling is free
    HELP = auto()


@dataclass(frozen=True, slots=True)
class Show:
    place: Place
    days: tuple[date, ...] = ()  # of what is held: only these; of a holiday: its first day, and its last if it is said
    span: tuple[time, time] | None = None  # of the quiet hours: from when to when
    once: bool = False  # of the quiet hours: only for a while, which they never are
    number: int | None = None  # of a request: the one that is meant
    month: int | None = None  # of the history: the one that is meant, as 202611
    lead: timedelta | None = None  # of a reminder: how long before a class
    unused: tuple[str, ...] = ()  # the words of weight that the page has nothing to do with
    names: tuple[str, ...] = ()  # of what is held: only these courses
    hours: Hours | None = None  # of what is held: only then


class Word(StrEnum):
    """What is said and asks for nothing."""

    HELLO = auto()
    THANKS = auto()
    YES = auto()
    NO = auto()
    CHAT = auto()  # small talk, about which there is nothing to say


@dataclass(frozen=True, slots=True)
class Said:
    word: Word


class Doubt(StrEnum):
    """Why a message is answered with a question."""

    UNKNOWN = auto()  # nothing of it is understood
    WORDS = auto()  # some of its words are not
    ANOTHER = auto()  # it is about somebody else, or about several people
    NEGATED = auto()  # it says no to a part that can't be placed
    ONCE_OR_WEEKLY = auto()
    SEVERAL = auto()  # more than one thing at once
    TIMES = auto()  # its days or hours contradict each other
    PAST = auto()  # it names a day that is over
    NO_DAY = auto()  # it names a day that no calendar has
    EXCEPT = auto()  # it means everything but something
    PAYING = auto()  # it wants to pay, or to have money back
    PAPERS = auto()  # it is about a card, a membership or a doctor's certificate
    WEATHER = auto()
    PREMISES = auto()  # it is about the building, what is brought there, what was left there
    COST = auto()  # what something costs, which nobody has told the bot
    NOT_OFFERED = auto()  # it is about a sport that no timetable has
    CORRECTED = auto()  # it puts right something that was said before
    PEOPLE = auto()  # how many others come, or who
    BOUNDED = auto()  # it is to recur from a day on, or until one
    SHOWN = auto()  # it refers to something that was shown before
    RHYTHM = auto()  # it is to recur otherwise than every week
    CONTACT = auto()  # how somebody is reached
    CLOSING = auto()  # whether it is closed on some day
    ENTRY = auto()  # whether somebody is let in
    TRAINING = auto()  # a plan to train or eat by
    OTHERS = auto()  # what somebody else has booked
    HANDED_ON = auto()  # a place that somebody else is to have
    WAY = auto()  # how one gets to a place
    LONG = auto()  # far longer than a request


class Act(StrEnum):
    """What a verb of a message asks to be done, whatever else it says."""

    BOOK = auto()
    CANCEL = auto()
    STOP = auto()  # which may be a watch, a series or a class
    MOVE = auto()
    PAUSE = auto()  # or let go on: what recurs
    WATCH = auto()
    UNWATCH = auto()
    REMIND = auto()
    KEEP = auto()  # leave as it is


@dataclass(frozen=True, slots=True)
class Asked:
    act: Act
    denied: bool = False  # a no stands right before it


@dataclass(frozen=True, slots=True)
class Unsure:
    """A question: what the message may mean at most, the words that were not placed, and course names near to them."""

    doubt: Doubt
    readings: tuple[Reading, ...] = ()
    words: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    heard: Wish = Wish()  # the class, day and hour that were heard, whatever is to be done about them
    denied: Wish = Wish()  # what is excepted or not wanted: nothing of it is offered
    only_asks: bool = False  # whether it is a question that asks for nothing to be done
    noes: tuple[str, ...] = ()  # each no it has, with the word behind it, as it was written
    of_mine: bool = False  # whether it is rather about what the person has than about what there is
    about: tuple[Place, ...] = ()  # the pages that its single words speak of, the likeliest first
    shift: Shift | None = None  # how much later or earlier than what is held
    wishes: bool = False  # whether it has a wish in it: something is to be had, whatever is to go
    gives_up: bool = False  # whether it says that somebody does not come, or does not want it
    drops: bool = False  # whether it says that something one has is to go, or is not
    is_told: bool = False  # whether a word that is known says what is to be done
    acts: tuple[Asked, ...] = ()  # what is to be done, as far as that was heard
    quoted: tuple[str, ...] = ()  # what is asked about, as it was written
    weekly: bool = False  # whether it is about what recurs each week
    everything: bool = False  # whether all of it is meant
    more: tuple[Wish, ...] = ()  # the other classes that were heard, each with its days
    unused: tuple[str, ...] = ()  # the words of weight of which nothing was made, as they were written


Reading = Book | Weekly | Watch | StopWatching | Look | Cancel | Series | Unwanted | Swap
Intent = Reading | Show | Said | Unsure
