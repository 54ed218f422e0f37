"""What a person books most, as buttons of the menu: each leads to the page that confirms it. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from bot.screens.origin import From, Origin
from bot.screens.page import Button, ButtonRow
from bot.screens.slot_labels import slot_label
from bot.screens.slots import SlotView
from bot.screens.when import When, first_up, long_day, weekday
from languages import N_

STARRED = N_("⭐ Fatto: ogni settimana la trovi nel menu.")
UNSTARRED = N_("Fatto: non la tengo più nel menu. Se la prenoti spesso ci torna da sola.")
USUAL = N_("⭐ <b>Il solito</b>: un tocco, e confermi.")


def usual_line(usual: Sequence[SlotView]) -> str:
    """The sentence above the buttons; empty when there are none."""
    return str(USUAL) if usual else ""


def usual_rows(usual: Sequence[SlotView], when: When) -> list[ButtonRow]:
    return [(_card(view, when),) for view in usual]


def _card(view: SlotView, when: When) -> Button:
    near, day = when.day(view.slot.day), view.slot.day
    name = first_up(f"{weekday(day.weekday(), short=True)} {day.day}" if near == long_day(day) else near)
    return Origin(From.MENU).slot_button(slot_label(view, when, f"⭐ {name}"), view)
