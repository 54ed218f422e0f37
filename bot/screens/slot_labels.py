"""What a slot is to a person, in a few words: on a button, or in a line of a list. Pure functions."""

from __future__ import annotations

from bot.screens.page import clip
from bot.screens.slots import SlotState, SlotView
from bot.screens.tickets import live_word, mark
from bot.screens.when import When
from languages import _, n_

NARROW_LABEL = 36  # characters of a button that a phone of 320 pixels shows whole
SHORTEST_NAME = 10  # characters of a name that are shown all the same


def slot_label(view: SlotView, when: When, before: str = "") -> str:
    """`18:00 PILATES MATWORK · 7 posti`, with what stands before it, a day: whole on a narrow phone.

    The name gives way for the rest, which a phone would cut off.
    """
    begins = f"{before} {view.slot.start:%H:%M}".strip()
    state = standing(view, when)
    if view.state is SlotState.OPENS:
        state = _("apre {moment}", moment=when.near(view.opens_at))
    room = NARROW_LABEL - len(f"{begins}  · {state}")
    return f"{begins} {clip(view.name, max(room, SHORTEST_NAME))} · {state}"


def standing(view: SlotView, when: When) -> str:
    """`7 posti`, `piena`, `apre mar 24 00:00`, `già tua`, `in coda, n. 12`."""
    match view.state:
        case SlotState.MINE:
            return _("già tua")
        case SlotState.QUEUED if view.ticket:
            word = str(live_word(view.ticket, when)).lower()
            return _("{state}, n. {number}", state=word, number=view.ticket.id)
        case SlotState.OPENS:
            return _("apre {moment}", moment=when.brief(view.opens_at))
        case SlotState.FULL:
            return _("piena")
        case SlotState.STARTED:
            return _("già cominciata")
        case SlotState.FREE | SlotState.QUEUED:
            places = view.places(when.now)
            return _("aperta") if places is None else n_("{n} posto", "{n} posti", places)


def short_label(view: SlotView, when: When) -> str:
    """`07:30 · 7 posti`; of what opens later only that it does: the page says when."""
    match view.state:
        case SlotState.OPENS:
            said = "⏰"
        case SlotState.QUEUED if view.ticket:
            said = mark(view.ticket)
        case SlotState.MINE:
            said = "✅"
        case _:
            said = f"· {standing(view, when)}"
    return f"{view.slot.start:%H:%M} {said}"
