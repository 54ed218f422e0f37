"""The screens of choosing a slot, day -> kind -> slot -> confirm: to book it, as an alternative, or to swap for it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.classes import choices, in_a_line, ordinal
from bot.screens.failure_messages import STOPPED, Remedy
from bot.screens.failures import swap_rows
from bot.screens.full import list_rows, slot_watch_rows, when_full
from bot.screens.held import see_button
from bot.screens.origin import Origin
from bot.screens.page import (
    Button,
    ButtonRow,
    Chunk,
    Lines,
    Page,
    Words,
    back_row,
    button,
    chunk,
    home_button,
    safe,
)
from bot.screens.slot_labels import short_label, slot_label, standing
from bot.screens.slots import Clash, SlotState, SlotView, activity_key, by_hours_alone
from bot.screens.tickets import START_NOW_LABEL, is_held_back, live_word, mark
from bot.screens.when import When, first_up, long_day, short_day
from domain.errors import LoginStopped
from domain.model import Action, ActionStatus, Activity, ClassRef, HeldBooking, Slot
from domain.requests import READ_BY
from domain.together import Agreement
from languages import N_, Later, _, n_

LATE_SWAP = N_("⚠️ Per quella che hai il termine per annullare gratis è passato: liberarla può costarti una penalità.")
SWAP_APART = N_("Prima prenoto questa; solo quando è tua libero l'altra. Se non riesco, tieni quella che hai.")
SWAP_OVERLAPPING = N_(
    "Si sovrappone a quella che hai. La chiedo lo stesso; se il sito non ne accetta due alla stessa ora, libero "
    "l'altra e chiedo di nuovo questa. Se intanto il posto nuovo lo prende un altro, provo a riprendere "
    "quello che avevi."
)
SWAP_AT_THE_OPENING = N_(
    "Si sovrappone a quella che hai, che intanto resta tua. All'apertura chiedo questa; se il sito non ne accetta due "
    "alla stessa ora, libero l'altra in quel momento e chiedo di nuovo questa. Se intanto il posto nuovo lo prende un "
    "altro, provo a riprendere quello che avevi."
)
SWAP_IN_SHORT = N_(
    "🔁 Se scambi, chiedo prima questa: se il sito non ne accetta due alla stessa ora, libero l'altra e la richiedo. "
    "Se non riesco, provo a riprendere quella che avevi."
)
SWAP_WHEN_FREE = N_("👀 Se si libera, posso prenderla al posto di quella che hai, finché quella si annulla gratis.")
LAST_MOMENT = timedelta(seconds=75)  # before an opening: time to log in and to learn the server's clock
LEAST_TO_CHOOSE = timedelta(seconds=45)  # an alternative takes a few taps
MOST_IN_COLUMNS = 48  # slots of a page in two columns: the gym has one every half hour
SETTLED = (SlotState.STARTED, SlotState.MINE, SlotState.QUEUED)
NOT_SHOWN_YET = N_("La data non è ancora nel sito.")
BY_THE_WEEK = N_("Gli orari sono quelli di ogni settimana: se cambiano, te lo dico.")
NOT_READ_SINCE = N_("I posti non li ho ancora riletti dall'apertura.")


@dataclass(frozen=True, slots=True)
class OpenDay:
    """A day one can book, with what the button says."""

    day: date
    slots: int
    opens_at: datetime  # the first of them
    is_unseen: bool = False  # the site shows none of them yet


@dataclass(frozen=True, slots=True)
class Route:
    """What a slot is chosen for, and where the buttons lead until it is chosen."""

    title: Later
    days: Verb
    day: Verb
    slots: Verb
    slot: Verb
    about: tuple[int, ...] = ()  # the id of what it is chosen for, in every button
    on_card: bool = False  # the message is the card of an action: it must not turn into the menu
    before: ButtonRow = ()  # where Back leads from the days; nothing: home
    fits: Callable[[Slot], bool] = lambda _: True  # which slots can serve it at all
    near: date | None = None  # also dates around this one that the site does not show yet

    def back_to_days(self) -> ButtonRow:
        return back_row(self.days, *self.about, on_card=self.on_card)


NEW_BOOKING = Route(N_("Nuova prenotazione"), Verb.NEW, Verb.DAY, Verb.SLOTS, Verb.SLOT)


def alternative_to(action: Action, fits: Callable[[Slot], bool]) -> Route:
    """The route of an alternative: a class that would do in place of an action's, and can be had when that runs."""
    back = back_row(Verb.TICKET, action.id, on_card=True)
    about = (action.id,)
    title = N_("Un'alternativa")
    verbs = (Verb.ALT_DAYS, Verb.ALT_DAY, Verb.ALT_SLOTS, Verb.ALT_ADD)
    return Route(
        title,
        *verbs,
        about,
        on_card=True,
        before=back,
        fits=fits,
        near=action.wish.day if action.wish is not None else None,
    )


def better_than(held: HeldBooking) -> Route:
    """The route of a swap: a class to have instead of a held one, also one that overlaps it (actions/swap.py)."""
    back = back_row(Verb.HELD, held.id)
    about = (held.id,)
    verbs = (Verb.SWAP_DAYS, Verb.SWAP_DAY, Verb.SWAP_SLOTS, Verb.SWAP_SLOT)
    return Route(N_("Scambia"), *verbs, about, before=back)


def meets(slot: Slot, held: HeldBooking) -> bool:
    """Whether the slot and the booking overlap."""
    return held.booking.overlaps(slot.day, slot.start, slot.end)


# Choosing


def days_page(
    days: Sequence[OpenDay],
    read_at: datetime | None,
    when: When,
    route: Route = NEW_BOOKING,
    note: Words = "",
    *,
    farther: bool = False,
    held_up: bool = False,
) -> Page:
    """Which day? `farther`: later ones can be chosen by the weekly timetable. `held_up`: the site can't be entered."""
    if not days and read_at is None and held_up:
        text = _("Gli orari non ci sono ancora: li leggo appena posso entrare nel sito. Nel menu vedi che cosa serve.")
        return Page(text, (route.before or (home_button(),),))
    if not days:
        return nothing_read(read_at, when, route, note)
    lines = Lines().add(f"<b>{route.title}</b>", note).add(_("Per quale giorno?"))
    if any(when.now < day.opens_at for day in days) and route is NEW_BOOKING:
        lines.add(_("Dove leggi «apre» aspetto io, e prenoto appena aprono."))
    rows: list[ButtonRow] = [(button(_day_label(day, when), route.day, day.day, *route.about),) for day in days]
    last = route.before or (home_button(),)
    if route is NEW_BOOKING:
        find = button(texts.FIND_LABEL, Verb.COURSES, 0)
        rows.append((find, button(_("📆 Date più lontane"), Verb.FAR_DAYS)) if farther else (find,))
    return Page(str(lines), (*rows, last))


def far_days_page(days: Sequence[OpenDay], when: When) -> Page:
    """Which of the days that the site does not show yet?"""
    lines = Lines().add(f"<b>{NEW_BOOKING.title}</b>").add(_("Queste date non sono ancora nel sito."), BY_THE_WEEK)
    if not days:
        lines = Lines().add(f"<b>{NEW_BOOKING.title}</b>").add(_("Per ora non conosco orari di date più lontane."))
    rows = [(button(_day_label(day, when), NEW_BOOKING.day, day.day),) for day in days]
    return Page(str(lines), (*rows, NEW_BOOKING.back_to_days()))


def _day_label(day: OpenDay, when: When) -> str:
    opens = ""
    if day.is_unseen:
        opens = _(" · non ancora nel sito")
    elif when.now < day.opens_at:
        opens = _(" · apre {moment}", moment=when.brief(day.opens_at))
    near = when.day(day.day)
    name = short_day(day.day) if near == long_day(day.day) else f"{near} {day.day.day}"
    return f"{first_up(name)}{opens} · {classes_of(day.slots)}"  # what a narrow phone cuts off matters least


def classes_of(number: int) -> str:
    """`1 orario`, `3 orari`."""
    return n_("{n} orario", "{n} orari", number)


def nothing_read(read_at: datetime | None, when: When, route: Route, note: Words = "") -> Page:
    """No slots at all: not read yet, read and empty, or none that fits the route."""
    last = route.before or (home_button(),)
    if read_at is not None and route.near is not None:
        text = _("Non vedo altri orari che si possano avere in quel momento.")
        return Page(str(Lines().add(note).add(text)), (last,))
    if read_at is None:
        text = _("Gli orari non ci sono ancora: li sto leggendo dal sito. Di solito bastano pochi secondi.")
        return Page(text, ((button(_("🔄 Ricontrolla"), route.days, *route.about),), last))
    text = _("Per i prossimi giorni non vedo orari (letti {moment}).", moment=when.at(read_at))
    return Page(text, ((button(_("🔄 Aggiorna orari"), Verb.REFRESH, fresh=route.on_card),), last))


def kinds_page(day: date, counts: Sequence[tuple[Activity, int]], route: Route = NEW_BOOKING) -> Page:
    """Which kind? Only asked when the day has more than one."""
    rows = [(_kind_button(day, activity, slots, route),) for activity, slots in counts]
    return Page(f"<b>{first_up(long_day(day))}</b>\n" + _("Che cosa?"), (*rows, route.back_to_days()))


def instead_of(page: Page, held: HeldBooking, when: When) -> Page:
    """A page of the swap, headed with the class that is to go."""
    return replace(page, text=str(Lines().add(_("Al posto di {old}:", old=old_class(held, when))).add(page.text)))


def old_class(held: HeldBooking, when: When) -> str:
    """`PILATES, giovedì 26 novembre alle 18:00`: what is held and is to go."""
    ref = held.booking.ref
    return f"<b>{safe(ref.course)}</b>, {when.day(ref.day)} " + _("alle {time}", time=f"{ref.start:%H:%M}")


def _kind_button(day: date, activity: Activity, slots: int, route: Route) -> Button:
    label = f"{activity.name} · {classes_of(slots)}"
    return button(label, route.slots, day, activity_key(activity), *route.about, 0)


def slots_page(
    day: date, activity: Activity, shown: Chunk[SlotView], when: When, route: Route = NEW_BOOKING, *, single: bool
) -> Page:
    """Which slot? `single`: the day has one kind only, so that Back leads to the days."""
    first = shown.items[0]
    head = Lines().add(f"<b>{first_up(long_day(day))}</b>", safe(activity.name))
    if any(view.is_unseen for view in shown.items):
        head.add(f"{NOT_SHOWN_YET} {BY_THE_WEEK}")
    if when.now < max(view.opens_at for view in shown.items) and route is NEW_BOOKING:
        together = len({view.opens_at for view in shown.items}) == 1
        opens = _("Ogni orario si apre per conto suo: scegli, e prenoto appena apre.")
        if together:
            opens = _("Si apre {moment}: scegli, e prenoto appena apre.", moment=when.at(first.opens_at))
        head.add(opens)
    read_at = min(view.read_at for view in shown.items)
    if any(view.slot.instructor for view in shown.items):
        head.add(*(_slot_line(view, read_at, when) for view in shown.items))
    else:  # the buttons say all but this
        head.add(*(_slot_line(view, read_at, when) for view in shown.items if _is_news(view, read_at)))
    if any(_is_from_before(view, when) for view in shown.items):
        head.add(f"<i>{NOT_READ_SINCE}</i>")
    rows = slot_rows(shown, when, lambda label, view: button(label, route.slot, view.id, *route.about))
    turns = shown.turns(route.slots, day, activity_key(activity), *route.about)
    back = route.back_to_days() if single else back_row(route.day, day, *route.about, on_card=route.on_card)
    return Page(f"{head}{shown.caption}", (*rows, *turns, back))


def slot_rows(shown: Chunk[SlotView], when: When, to_slot: Callable[[str, SlotView], Button]) -> list[ButtonRow]:
    """A button to each slot; in two columns where the list is on one page and the hours alone tell them apart."""
    if not is_in_columns(shown):
        return [(to_slot(slot_label(view, when), view),) for view in shown.items]
    buttons = [to_slot(short_label(view, when), view) for view in shown.items]
    return [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]


def is_in_columns(shown: Chunk[SlotView]) -> bool:
    return shown.pages == 1 and by_hours_alone(shown.items)


def shown_of(views: Sequence[SlotView], page: int) -> Chunk[SlotView]:
    """That page of a list of slots; those that go in two columns are all on one."""
    return Chunk(views, 0, 1) if by_hours_alone(views) and len(views) <= MOST_IN_COLUMNS else chunk(views, page)


def _slot_line(view: SlotView, read_at: datetime, when: When) -> str:
    """`read_at`: when the list was read; what is known of a slot since has its own time."""
    instructor = _(", con {name}", name=safe(view.slot.instructor)) if view.slot.instructor else ""
    since = _(" (vista {moment})", moment=when.soon(view.read_at)) if _is_news(view, read_at) else ""
    hours = f"<b>{view.slot.start:%H:%M}–{view.slot.end:%H:%M}</b>"
    return f"{hours} {safe(view.name)}{instructor} · {standing(view, when)}{since}"


def _is_news(view: SlotView, read_at: datetime) -> bool:
    """Whether it was found full after its list was read: the site refused it."""
    return view.state is SlotState.FULL and view.read_at - read_at >= timedelta(minutes=1)


def gone_page(day: date | None = None) -> Page:
    """A button about something the timetable no longer has."""
    rows: list[ButtonRow] = [(button(_("📅 Gli orari di quel giorno"), Verb.DAY, day),)] if day else []
    rows.append((button(texts.BOOK_LABEL, Verb.NEW), home_button()))
    return Page(_("Questo orario non c'è più: nel frattempo il sito l'ha cambiato. Scegline un altro."), tuple(rows))


def no_slots_page(day: date, route: Route = NEW_BOOKING) -> Page:
    """A day that has nothing to book any more."""
    text = _("Per {day} non c'è più niente da prenotare.", day=long_day(day))
    return Page(text, (route.back_to_days(),))


# Confirming


def confirm_page(
    view: SlotView,
    newest: int,
    origin: Origin,
    when: When,
    *,
    stop: LoginStopped | None,
    watchable: bool = False,
    is_starred: bool = False,
    note: Words = "",
    friends: Sequence[Agreement] = (),
    habits: Sequence[str] = (),
) -> Page:
    """All about a slot and what will happen; `origin` is where Back leads.

    `newest`, the person's newest action, makes a second tap on the button mean the same as the first. `watchable`: a
    place that frees could still be given back free of penalty. `friends`: who may have a place booked too. `habits`:
    sentences about how fast it fills.
    """
    lines = Lines().add(note).add(slot_details(view))
    lines.add(*_prospect(view, when, watchable=watchable)).add(*habits)
    if view.state not in SETTLED:
        lines.add(_clash(view, when), _how_to_swap(view), *view.own_events, *view.warnings).add(
            STOPPED[stop.kind] if stop else ""
        )
        lines.add("" if watchable or view.state is SlotState.FULL else texts.ONLY_IF_YOU_GO)
    rows = _confirm_rows(view, newest, when, watchable=watchable)
    extra = [_star(view, origin, is_starred=is_starred)]
    if view.state in (SlotState.FREE, SlotState.OPENS) and not view.is_refused:
        rows += [(button(_with_label(one), Verb.WITH, view.id, one.id),) for one in friends]
    if view.state is not SlotState.STARTED:
        extra.append(button(texts.SHARE_LABEL, Verb.SHARE, view.id))
    return Page(str(lines), (*rows, tuple(extra), origin.back(view)))


def _star(view: SlotView, origin: Origin, *, is_starred: bool) -> Button:
    """The star of the class of the week: with it the menu offers its next date."""
    label = _("⭐ Togli dal menu") if is_starred else _("☆ Tieni nel menu")
    return button(label, Verb.STAR, view.id, int(not is_starred), *origin.numbers)


def _with_label(agreed: Agreement) -> str:
    return _("👥 Prenota anche per {friend}", friend=agreed.friend_name)


def _prospect(view: SlotView, when: When, *, watchable: bool) -> list[str]:
    """The sentences about what will happen on a tap, or has happened."""
    match view.state:
        case SlotState.STARTED:
            return [_("È già cominciata: non si può più prenotare.")]
        case SlotState.MINE:
            return [_("✅ È già tua.")]
        case SlotState.QUEUED if view.ticket and view.ticket.watch:
            return [_("👀 La tengo già d'occhio: richiesta n. {number}.", number=view.ticket.id)]
        case SlotState.QUEUED if view.ticket:
            state = f"{mark(view.ticket)} {live_word(view.ticket, when)}"
            opens = view.ticket.opens_at if view.ticket.opens_at and when.now < view.ticket.opens_at else None
            opening = _("Si apre {moment}.", moment=when.at(opens)) if opens else ""
            return [_("{state}: prenotazione n. {number}.", state=state, number=view.ticket.id), opening]
        case SlotState.FULL:
            return when_full(view, when, watchable=watchable)
        case SlotState.OPENS if view.is_unseen:
            return [str(NOT_SHOWN_YET), _wait(view, when)]
        case SlotState.OPENS:
            return [_wait(view, when)]
        case _:
            at_once = "" if view.is_refused else _("Prenoto subito.")
            if _is_from_before(view, when):
                return [str(NOT_READ_SINCE), at_once]
            places, moment = first_up(standing(view, when)), when.at(view.read_at)
            read = _("{places}, all'ultima lettura: {moment}.", places=places, moment=moment)
            return [read if view.slot.places is not None else "", at_once]


def _wait(view: SlotView, when: When) -> str:
    moment = when.at(view.opens_at)
    if view.is_refused:
        return _("Si apre {moment}.", moment=moment)
    return _("Prenoto appena apre, {moment}: conferma, e non devi fare altro.", moment=moment)


def _is_from_before(view: SlotView, when: When) -> bool:
    """Whether an open slot was last read before its opening."""
    return view.state is SlotState.FREE and view.read_at < view.opens_at <= when.now


def slot_details(view: SlotView) -> str:
    slot = view.slot
    lines = [
        f"<b>{safe(view.name)}</b>",
        f"📅 {first_up(long_day(slot.day))}, {slot.start:%H:%M}–{slot.end:%H:%M}",
        f"📍 {safe(slot.activity.name)}",
    ]
    if slot.instructor:
        lines.append(f"👤 {safe(slot.instructor)}")
    return "\n".join(lines)


def _clash(view: SlotView, when: When) -> str:
    if view.clash is None and view.rival:
        what = _(
            "⚠️ Si sovrappone a un'altra tua richiesta, la n. {number}: {what}.",
            number=view.rival.id,
            what=in_a_line(view.rival.class_ref, when, beside=[view.slot.ref]),
        )
        both = _("Per quel che so il sito ne accetta una sola.")
        if view.both_taken:
            both = _("Di solito il sito le accetta tutte e due.")
        return f"{what} {both}"
    if view.clash is None:
        return ""
    other = in_a_line(view.clash.booking.ref, when, beside=[view.slot.ref])
    said = texts.OVERLAPS_AND_BOTH_TAKEN if view.both_taken else texts.OVERLAPS
    return said.filled(other=other)


def _how_to_swap(view: SlotView) -> str:
    """What a swap in one tap does, before it is tapped; empty where none is offered."""
    if not view.is_refused:
        return ""
    if view.state is SlotState.FULL:
        return "" if view.clash_binds else str(SWAP_WHEN_FREE)
    return "" if view.clash_binds else str(SWAP_IN_SHORT)


def _confirm_rows(view: SlotView, newest: int, when: When, *, watchable: bool) -> list[ButtonRow]:
    match view.state:
        case SlotState.STARTED:
            return []
        case SlotState.MINE if view.held:
            return [(button(_("📋 Vedi la prenotazione"), Verb.HELD, view.held.id),)]
        case SlotState.QUEUED if view.ticket:
            instead = _swap_instead(view, newest) if view.ticket.replaces_row_id is None else []
            return [(see_button(view.ticket.id),), *instead]
        case SlotState.OPENS if view.is_refused:
            alone = button(_("⏰ Annullo io l'altra: prenota all'apertura"), Verb.BOOK, view.id, newest)
            return [*_swap_instead(view, newest), (alone,)]
        case SlotState.OPENS:
            book = button(_("⏰ Conferma: prenota all'apertura"), Verb.BOOK, view.id, newest)
            in_time = when.now < view.opens_at - LAST_MOMENT - LEAST_TO_CHOOSE
            other = [(_with_alternative(view, newest),)] if in_time else []
            return [(book,), *other, *_swap_instead(view, newest)]
        case SlotState.FULL:
            swaps = view.is_refused and not view.clash_binds
            rows = slot_watch_rows(view, view.clash.id if view.clash and swaps else 0) if watchable else []
            rows = [*list_rows(view, newest, watchable=watchable), *rows]
            attempt = [] if view.is_refused else [(button(_("Prova a prenotare"), Verb.BOOK, view.id, newest),)]
            return [*rows, *attempt, *_swap_instead(view)]
        case _:
            book = button(_("✅ Conferma Prenotazione"), Verb.BOOK, view.id, newest)
            again: list[ButtonRow] = (
                [(button(str(Remedy.HOURS), Verb.REFRESH, fresh=True),)] if _is_from_before(view, when) else []
            )
            confirm = [] if view.is_refused else [(book,), (_with_alternative(view, newest),)]
            return [*confirm, *_swap_instead(view, newest), *again]


def _swap_instead(view: SlotView, newest: int | None = None) -> list[ButtonRow]:
    """The button to have the slot instead of a booking or request that it overlaps; with `newest`, in one tap.

    What can't be given back for free any more, or leads to a slot that looks full, is asked about first.
    """
    if view.clash is not None:
        return swap_rows(Clash(view.clash, view.id, None if view.clash_binds else newest), fresh=False)
    if view.rival is not None and view.state is not SlotState.QUEUED:
        return [(button(_("↩️ Ritira la n. {number}", number=view.rival.id), Verb.WITHDRAW, view.rival.id),)]
    return []


def _with_alternative(view: SlotView, newest: int) -> Button:
    return button(_("✅ Conferma, poi scelgo un'alternativa"), Verb.BOOK_ALT, view.id, newest)


def swap_page(
    view: SlotView, held: HeldBooking, newest: int, when: When, *, watchable: bool, binding: bool = False
) -> Page:
    """Whether to swap what is held for this slot, and how: the new one first.

    `binding`: what is held can't be given back for free any more.
    """
    old = in_a_line(held.booking.ref, when, beside=[view.slot.ref])
    lines = Lines().add(_("<b>Scambia</b>"), _("Al posto di {other}:", other=old))
    lines.add(slot_details(view))
    back = back_row(Verb.SWAP_SLOTS, view.slot.day, activity_key(view.slot.activity), held.id, 0)
    waits = waiting_booking(view, when)
    if view.state in SETTLED and waits is None:
        lines.add(*_prospect(view, when, watchable=watchable))
        return Page(str(lines), (*_confirm_rows(view, newest, when, watchable=False), back))
    opens_later = view.opens_at > when.now if waits is None else bool(waits.opens_at and waits.opens_at > when.now)
    overlapping = SWAP_AT_THE_OPENING if opens_later else SWAP_OVERLAPPING
    lines.add(_("È già tra le tue richieste: la n. {number}.", number=waits.id) if waits else "")
    lines.add(overlapping if meets(view.slot, held) else SWAP_APART)
    other = view.clash is not None and view.clash.id != held.id
    lines.add(*_swap_prospect(view, when, watchable=watchable))
    lines.add(_clash(view, when) if other else "", *view.own_events, *view.warnings)
    lines.add(LATE_SWAP if binding else "", "" if watchable or view.state is SlotState.FULL else texts.ONLY_IF_YOU_GO)
    label = _("🔁 Scambia lo stesso") if binding else _("🔁 Scambia")
    rows: list[ButtonRow] = [(button(label, Verb.SWAP, view.id, held.id, newest),)]
    if view.state is SlotState.FULL and watchable:
        rows = [*slot_watch_rows(view, held.id), *rows]
    return Page(str(lines), (*rows, back))


def waiting_booking(view: SlotView, when: When) -> Action | None:
    """The booking in the queue for a slot, while it can still be told to take the place of another."""
    ticket = view.ticket
    if view.state is not SlotState.QUEUED or ticket is None or ticket.watch or ticket.replaces_row_id is not None:
        return None
    if ticket.both_or_none:
        return None
    soon = ticket.opens_at is not None and when.now < ticket.opens_at <= when.now + READ_BY
    return ticket if ticket.status is ActionStatus.PENDING and not soon else None


def _swap_prospect(view: SlotView, when: When, *, watchable: bool) -> list[str]:
    if view.state is SlotState.OPENS:
        return [_("Si apre {moment}: prenoto allora.", moment=when.at(view.opens_at))]
    return when_full(view, when, watchable=watchable) if view.state is SlotState.FULL else []


# Alternatives


def alternatives_page(
    action: Action,
    others: Sequence[ClassRef],
    when: When,
    met: Sequence[tuple[ClassRef, Clash]] = (),
    *,
    full: bool,
    note: Words = "",
) -> Page:
    """The alternatives of a booking, each with a button that removes it; `full`: no more can be added.

    `met`: those that overlap a held booking, which may be given back for whichever of the choices is won.
    """
    first = in_a_line(action.class_ref, when, beside=others)
    lines = Lines().add(note).add(_("<b>Alternative</b>"), _("Prima scelta: {first}", first=first))
    lines.add(*choices(others, when, [action.class_ref]))
    lines.add(*(_meets_line(ref, clash, when) for ref, clash in met))
    held_back = is_held_back(action, when)
    opens_later = action.opens_at is not None and when.now < action.opens_at
    if opens_later and held_back:
        moment = when.at(action.opens_at or action.run_at)
        lines.add(_("Prenoto appena apre, {moment}: non devi fare altro.", moment=moment))
    elif held_back:
        moment = when.soon(action.run_at)
        lines.add(_("Comincio {moment}, o appena tocchi «{label}».", moment=moment, label=START_NOW_LABEL))
    elif others:
        lines.add(_("Sono già salvate: non devi fare altro."))
    rows: list[ButtonRow] = [
        (button(f"🗑 {ordinal(number)} {_short(ref)}", Verb.ALT_DROP, action.id, number - 1, ref_key(ref)),)
        for number, ref in enumerate(others, 2)
    ]
    if not full:
        rows.append((button(_("➕ Aggiungi"), Verb.ALT_DAYS, action.id),))
    rows += [row for row in dict.fromkeys(_instead_row(clash) for _ref, clash in met) if row]
    if held_back and not opens_later:
        rows.append((button(str(START_NOW_LABEL), Verb.START_NOW, action.id),))
    return Page(str(lines), (*rows, back_row(Verb.TICKET, action.id, on_card=True)))


def _meets_line(ref: ClassRef, clash: Clash, when: When) -> str:
    """That an alternative overlaps a held booking."""
    other = in_a_line(clash.held.booking.ref, when, beside=[ref])
    what = in_a_line(ref, when, beside=[clash.held.booking.ref])
    return _("⚠️ {what} si sovrappone a {other}: per quel che so il sito ne accetta una sola.", what=what, other=other)


def _instead_row(clash: Clash) -> ButtonRow:
    """The button to give a held booking back for whichever choice is won; empty where that can't be had in one tap."""
    if clash.slot_id is None or clash.newest is None:
        return ()
    booking = clash.held.booking
    label = _("🔁 Prendine una al posto di {course} delle {time}", course=booking.course, time=f"{booking.start:%H:%M}")
    return (button(label, Verb.SWAP_NOW, clash.slot_id, clash.held.id, clash.newest),)


def _short(ref: ClassRef) -> str:
    return f"{short_day(ref.day)} {ref.start:%H:%M} {ref.course}"


def ref_key(ref: ClassRef) -> int:
    """A number that tells one choice from another, for a button that drops it."""
    return zlib.crc32(f"{ref.day} {ref.start} {ref.course} {ref.location} {ref.course_type}".encode())
