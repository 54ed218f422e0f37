"""Where the page of a slot was reached from, and the way back there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from bot.screens.callbacks import Verb
from bot.screens.page import Button, ButtonRow, Words, back_row, button, home_button
from bot.screens.slots import SlotView, activity_key


class From(IntEnum):
    """The values never change: old messages carry them."""

    LIST = 0  # the slots of a day
    MENU = 1
    HOURS = 2  # a day of the timetable
    COURSE = 3


@dataclass(frozen=True, slots=True)
class Origin:
    """A page that leads to slots: of which activity or course (0: none), and which page of its list."""

    source: From
    key: int = 0
    page: int = 0

    @classmethod
    def of(cls, numbers: tuple[int, ...]) -> Origin | None:
        """What the last three numbers of a button say; None for what no button of this version says."""
        source, key, page = numbers[-3:]
        return cls(From(source), key, page) if source in set(From) else None

    def slot_button(self, label: Words, view: SlotView) -> Button:
        """The button to a slot that this page leads to."""
        return button(label, Verb.SLOT_FROM, view.id, *self.numbers)

    @property
    def numbers(self) -> tuple[int, int, int]:
        return self.source, self.key, self.page

    def back(self, view: SlotView) -> ButtonRow:
        """The last row of the slot's page."""
        match self.source:
            case From.MENU:
                return (home_button(),)
            case From.HOURS:
                return back_row(Verb.HOURS_DAY, view.slot.day, self.key, self.page)
            case From.COURSE:
                return back_row(Verb.COURSE, self.key, self.page)
            case From.LIST:
                return back_row(Verb.SLOTS, view.slot.day, activity_key(view.slot.activity), self.page)
