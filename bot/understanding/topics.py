"""What messages are about: the topics under which the examples stand, and what each of them leads to."""

from __future__ import annotations

from enum import StrEnum, auto

from bot.understanding.intents import About, Doubt, Place, Word


class Topic(StrEnum):
    """What somebody wants, whatever words they say it with."""

    # Something is to be done about classes
    BOOK = auto()
    WEEKLY = auto()
    WATCH = auto()
    LOOK = auto()
    CANCEL = auto()
    MOVE = auto()
    SERIES = auto()  # what recurs: to pause it, end it, skip a date
    UNWATCH = auto()
    HOLIDAYS = auto()
    # A question about classes
    TEACHER = auto()
    ENDS = auto()
    CAPACITY = auto()
    OPENING = auto()
    NATURE = auto()
    # One's own
    MINE = auto()
    FATE = auto()  # what became of a request
    UNDO = auto()  # what was just done is to be taken back
    HISTORY = auto()
    NUMBERS = auto()
    LEAVE = auto()  # nothing is to be done
    # Settings
    QUIET = auto()
    REMINDERS = auto()
    LANGUAGE = auto()
    CALENDAR = auto()
    # Other people
    TOGETHER = auto()
    INVITE = auto()
    OTHERS = auto()
    # How it works
    RULES = auto()
    HOW = auto()
    # What the sports centre knows, and nobody here
    ENTRY = auto()
    PREMISES = auto()
    CLOSING = auto()
    PAYING = auto()
    PAPERS = auto()
    WEATHER = auto()
    CONTACT = auto()
    WAY = auto()
    TRAINING = auto()
    # What is said and asks for nothing
    THANKS = auto()
    HELLO = auto()
    CHAT = auto()


PAGES = {
    Topic.HISTORY: Place.HISTORY, Topic.NUMBERS: Place.STATISTICS, Topic.FATE: Place.STATUS, Topic.UNDO: Place.NEWEST,
    Topic.QUIET: Place.QUIET, Topic.REMINDERS: Place.REMINDERS, Topic.LANGUAGE: Place.LANGUAGE,
    Topic.CALENDAR: Place.CALENDAR, Topic.TOGETHER: Place.TOGETHER, Topic.INVITE: Place.INVITE,
    Topic.RULES: Place.RULES, Topic.HOW: Place.HELP, Topic.HOLIDAYS: Place.HOLIDAYS,
}  # fmt: skip
"""Topics that have a page of their own."""
NOT_OURS = {
    Topic.ENTRY: Doubt.ENTRY, Topic.PREMISES: Doubt.PREMISES, Topic.CLOSING: Doubt.CLOSING,
    Topic.PAYING: Doubt.PAYING, Topic.PAPERS: Doubt.PAPERS, Topic.WEATHER: Doubt.WEATHER,
    Topic.CONTACT: Doubt.CONTACT, Topic.WAY: Doubt.WAY, Topic.TRAINING: Doubt.TRAINING,
}  # fmt: skip
"""What nobody here knows, and the sentence that says whom to ask."""
QUESTIONS = {
    Topic.TEACHER: About.TEACHERS, Topic.ENDS: About.LENGTH, Topic.OPENING: About.OPENING, Topic.NATURE: About.NATURE,
}  # fmt: skip
"""Questions about the classes that a message names, which are answered in a sentence."""
WORDS = {Topic.THANKS: Word.THANKS, Topic.HELLO: Word.HELLO, Topic.CHAT: Word.CHAT, Topic.LEAVE: Word.NO}
NEAREST = {
    **PAGES,
    Topic.BOOK: Place.NEW, Topic.WEEKLY: Place.PERIODIC, Topic.WATCH: Place.WATCHES, Topic.LOOK: Place.HOURS,
    Topic.CANCEL: Place.MINE, Topic.MOVE: Place.MINE, Topic.SERIES: Place.PERIODIC, Topic.UNWATCH: Place.WATCHES,
    Topic.TEACHER: Place.HOURS, Topic.ENDS: Place.HOURS, Topic.CAPACITY: Place.HOURS, Topic.OPENING: Place.RULES,
    Topic.NATURE: Place.HOURS, Topic.MINE: Place.MINE, Topic.OTHERS: Place.TOGETHER,
}  # fmt: skip
"""The page where somebody with that topic can go on by taps; none where there is nothing to go on with."""
KIN: tuple[frozenset[Topic], ...] = (
    frozenset({Topic.BOOK, Topic.LOOK, Topic.CAPACITY, Topic.UNDO, Topic.TOGETHER}),
    frozenset({Topic.SERIES, Topic.HOLIDAYS, Topic.CANCEL, Topic.LEAVE, Topic.QUIET}),
    frozenset({Topic.SERIES, Topic.WEEKLY}),
    frozenset({Topic.MINE, Topic.FATE, Topic.HISTORY, Topic.WATCH, Topic.SERIES, Topic.UNWATCH}),
    frozenset({Topic.NUMBERS, Topic.HISTORY, Topic.FATE, Topic.UNDO}),
    frozenset({Topic.OPENING, Topic.RULES, Topic.HOW, Topic.LOOK, Topic.NATURE, Topic.ENDS, Topic.CLOSING}),
    frozenset({Topic.THANKS, Topic.HELLO, Topic.CHAT, Topic.LEAVE}),
    frozenset({Topic.QUIET, Topic.REMINDERS}),
    frozenset({Topic.TEACHER, Topic.LOOK, Topic.ENDS, Topic.NATURE, Topic.BOOK}),
)
"""Topics so near to each other that the answer to one is one to the other, too."""
