"""What else a slot is chosen for: an alternative to a booking that waits, a swap for one that is held, a watch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot import screens
from bot.flows.booking import BookingFlow, SlotChooser
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.screens import texts
from bot.screens.booking import SETTLED, Route, alternative_to, better_than, ref_key
from bot.screens.callbacks import Call, Verb
from bot.screens.failures import WATCH_CODES
from bot.screens.full import TOO_LATE_TO_WATCH
from bot.screens.page import Page, Words, chunk
from bot.screens.slots import Clash, SlotState
from bot.screens.tickets import LIVE, is_held_back, takes_alternatives
from domain.model import Action, ActionStatus, ActionType, ClassRef, HeldBooking, Slot, WatchMode
from domain.requests import MOST_ALTERNATIVES, NewAction
from languages import N_, _

SWAPPED = N_("🔁 Fatto: se prendo questa, libero l'altra.")
CHANGED = {
    WatchMode.BOOK: N_("🔔 Cambiato: se si libera un posto, lo prenoto."),
    WatchMode.TELL: N_("👀 Cambiato: se si libera un posto, ti avviso soltanto."),
}
SWAPS_WHEN_FREE = N_("🔁 Fatto: se si libera, la prendo al posto di quella che hai.")
NOTICES = tuple(timedelta(hours=hours) for hours in (3, 4, 6, 8, 12, 24, 48))  # before a class: when its watch may end
LOOKS_NOW = N_("Sto guardando proprio adesso: per cambiare, tocca di nuovo tra qualche secondo.")
WITHOUT_ALTERNATIVE = N_("Per un'alternativa è tardi: provo questa senza alternativa.")
TOO_LATE = N_("Per le alternative è tardi: ci sto già lavorando.")


class AlternativesFlow:
    """The alternatives of a booking that waits, on its own card."""

    def __init__(self, services: Services, chooser: SlotChooser, booking: BookingFlow) -> None:
        self._db = services.db
        self._house = services.house
        self._slots = services.slots
        self._tickets = services.tickets
        self._chooser = chooser
        self._booking_flow = booking
        self.routes: Routes = {
            Verb.BOOK_ALT: self.book_and_choose, Verb.BOOK_OR: self.book_with_second,
            Verb.ALTS: self.alternatives, Verb.ALT_DAYS: self.days, Verb.ALT_DAY: self.day,
            Verb.ALT_SLOTS: self.slots, Verb.ALT_ADD: self.add, Verb.ALT_DROP: self.drop,
        }  # fmt: skip

    async def book_and_choose(self, tap: Tap) -> Page:
        """Queues the booking and asks for its alternatives next. That of an open slot waits for them a little."""
        made = await self._booking_flow.queue_slot(tap, hold_back=True)
        if isinstance(made, Page):
            return made
        card = await self._tickets.card(made, tap)
        if card.card_of is None:
            return card
        if not takes_alternatives(made, self._house.when()):
            return await self._tickets.page(made, is_card=True, note=WITHOUT_ALTERNATIVE)
        return replace(await self._days(tap, made), card_of=made.id)

    async def book_with_second(self, tap: Tap) -> Page:
        """Queues the booking with its second choice, once per button: it starts when both are there."""
        slot_id, other_id, newest = tap.call.numbers
        view = await self._slots.view(tap.user_id, other_id)
        if view is None:
            return screens.booking.gone_page()
        made = await self._booking_flow.queue_slot(
            replace(tap, call=Call(Verb.BOOK, (slot_id, newest))), hold_back=True
        )
        if isinstance(made, Page):
            return made
        when = self._house.when()
        added = takes_alternatives(made, when) and self._can_be_had(view.slot, made)
        if added:
            await self._db.choices.add_alternative(made.id, tap.user_id, view.slot.ref)
        if is_held_back(made, when):
            await self._db.choices.start_now(made.id, tap.user_id)
        action = await self._db.requests.find(made.id, tap.user_id) or made
        card = await self._tickets.card(action, tap)
        if added or card.card_of is None:
            return card
        return await self._tickets.page(action, is_card=True, note=WITHOUT_ALTERNATIVE)

    async def alternatives(self, tap: Tap) -> Page:
        return await self._page(tap, tap.id)

    async def _page(self, tap: Tap, action_id: int, note: Words = "") -> Page:
        """The page of alternatives, or the ticket when it is too late to choose any."""
        action = await self._db.requests.find(action_id, tap.user_id)
        if action is None:
            return screens.held.not_found_page(str(texts.NO_TICKET))
        if not takes_alternatives(action, self._house.when()):
            return await self._tickets.ticket(action, tap, note or _too_late(action))
        others = await self._db.choices.alternatives(action_id)
        met, full = await self._met(action, others), len(others) >= MOST_ALTERNATIVES
        return screens.booking.alternatives_page(action, others, self._house.when(), met, full=full, note=note)

    async def _met(self, action: Action, others: Sequence[ClassRef]) -> list[tuple[ClassRef, Clash]]:
        """The alternatives that overlap a held booking; with the first choice's slot, where one tap may swap for it."""
        clashes = [(ref, await self._slots.clash_of(action.user_id, ref)) for ref in others]
        met = [(ref, clash) for ref, clash in clashes if clash and clash.held.id != action.replaces_row_id]
        swaps = bool(met) and action.wish is not None and action.replaces_row_id is None
        slot_id = await self._slots.row_of(action.class_ref) if swaps else None
        return [(ref, replace(clash, slot_id=slot_id)) for ref, clash in met]

    async def _open(self, tap: Tap, action_id: int) -> Action | None:
        """The person's action, while it still takes alternatives."""
        action = await self._db.requests.find(action_id, tap.user_id)
        return action if action and takes_alternatives(action, self._house.when()) else None

    async def days(self, tap: Tap) -> Page:
        action = await self._open(tap, tap.id)
        if action is None:
            return await self._page(tap, tap.id)
        return await self._days(tap, action)

    async def _days(self, tap: Tap, action: Action) -> Page:
        opens_later = action.opens_at is not None and self._house.now() < action.opens_at
        queued = _("✅ La prenotazione n. {number} è in coda.", number=action.id)
        if opens_later:
            queued = _("✅ La prenotazione n. {number} aspetta l'apertura.", number=action.id)
        if is_held_back(action, self._house.when()) and (
            action.opens_at is None or self._house.now() >= action.opens_at
        ):
            starts = self._house.when().soon(action.run_at)
            queued = _(
                "✅ La prenotazione n. {number} è in coda: comincio {starts}, così hai il tempo di scegliere.",
                number=action.id,
                starts=starts,
            )
        what = action.class_ref.course if action.names_course else _("il posto")
        ask = _("Che cosa provo se {what} non c'è più? Va bene anche un altro giorno, corso o sede.", what=what)
        return await self._chooser.days(tap.user_id, self._route(action), f"{queued} {ask}")

    def _route(self, action: Action) -> Route:
        return alternative_to(action, lambda slot: self._can_be_had(slot, action))

    def _can_be_had(self, slot: Slot, action: Action) -> bool:
        """Whether a slot will be open when the action runs, and could then still be cancelled for free."""
        return self.is_had_at(slot, action.opens_at or action.run_at)

    def is_had_at(self, slot: Slot, moment: datetime) -> bool:
        """Whether a slot can be booked when an action runs then, and could still be cancelled for free."""
        runs = max(moment, self._house.now())
        return self._house.opening.opens_at(slot.day, slot.start) <= runs < self._house.free_until(slot.ref)

    async def day(self, tap: Tap) -> Page:
        _, action_id = tap.call.numbers
        action = await self._open(tap, action_id)
        if action is None:
            return await self._page(tap, action_id)
        return await self._chooser.day(tap.user_id, tap.call.day, self._route(action))

    async def slots(self, tap: Tap) -> Page:
        _, key, action_id, page = tap.call.numbers
        action = await self._open(tap, action_id)
        if action is None:
            return await self._page(tap, action_id)
        return await self._chooser.slots(tap.user_id, tap.call.day, key, page, self._route(action))

    async def add(self, tap: Tap) -> Page:
        """Adds a slot to the choices; a second tap changes nothing."""
        slot_id, action_id = tap.call.numbers
        view = await self._slots.view(tap.user_id, slot_id)
        if view is None:
            return await self._page(tap, action_id, _("Questo orario non c'è più: scegline un altro."))
        if view.state is SlotState.MINE:
            return await self._page(tap, action_id, _("Questa è già tua: non serve come alternativa."))
        action = await self._open(tap, action_id)
        if action and not self._can_be_had(view.slot, action):
            return await self._page(tap, action_id, _("Quando provo io, questa non si può avere: scegline un'altra."))
        if await self._db.choices.add_alternative(action_id, tap.user_id, view.slot.ref):
            return await self._page(tap, action_id, "\n".join(view.own_events))
        others = await self._db.choices.alternatives(action_id)
        return await self._page(tap, action_id, _why_not(action, view.slot.ref, others))

    async def drop(self, tap: Tap) -> Page:
        """Removes an alternative. The key in the button must match, so that an old button removes no other one."""
        action_id, position, key = tap.call.numbers
        others = await self._db.choices.alternatives(action_id)
        if 1 <= position <= len(others) and ref_key(others[position - 1]) == key:
            await self._db.choices.drop_alternative(action_id, tap.user_id, others[position - 1])
        return await self._page(tap, action_id)


def _why_not(action: Action | None, ref: ClassRef, others: Sequence[ClassRef]) -> Words:
    """Why a slot was not added to the alternatives; empty when the ticket says it."""
    if action is None:
        return ""
    if action.class_ref.matches(ref):
        return _("È già la tua prima scelta.")
    if len(others) < MOST_ALTERNATIVES:
        return TOO_LATE
    return _("Ne hai già {most}: prima togline una.", most=MOST_ALTERNATIVES)


def _too_late(action: Action) -> Words:
    waits = action.status in (ActionStatus.PENDING, ActionStatus.PROCESSING)
    return TOO_LATE if waits else ""


class SwapFlow:
    """A better slot for a booking that is held: the new one first, then the other is freed."""

    def __init__(self, services: Services, chooser: SlotChooser) -> None:
        self._db = services.db
        self._house = services.house
        self._slots = services.slots
        self._requests = services.requests
        self._tickets = services.tickets
        self._chooser = chooser
        self.routes: Routes = {
            Verb.SWAP_DAYS: self.days, Verb.SWAP_DAY: self.day, Verb.SWAP_SLOTS: self.slots,
            Verb.SWAP_SLOT: self.slot, Verb.SWAP: self.swap, Verb.SWAP_NOW: self.swap_now,
        }  # fmt: skip

    async def _held(self, tap: Tap, row_id: int) -> HeldBooking | Page:
        """The person's booking, if it can be swapped; else the page that says why not."""
        held = await self._db.bookings.find(row_id, tap.user_id)
        if held is None:
            return screens.held.gone_page()
        over, live = self._house.has_begun(held.booking.ref), await self._requests.live_about(held)
        if over or live or not screens.held.is_held(held):
            return screens.held.held_page(held, live, self._house.when(), over=over)
        return held

    async def days(self, tap: Tap) -> Page:
        held = await self._held(tap, tap.id)
        if isinstance(held, Page):
            return held
        note = _(
            "Scegli l'orario che preferisci: prima lo prenoto, e solo dopo libero quello che hai. "
            "Se si sovrappongono e il sito ne accetta uno solo, ti dico prima come faccio."
        )
        return await self._chooser.days(tap.user_id, better_than(held), note)

    async def day(self, tap: Tap) -> Page:
        held = await self._held(tap, tap.call.numbers[1])
        if isinstance(held, Page):
            return held
        page = await self._chooser.day(tap.user_id, tap.call.day, better_than(held))
        return screens.booking.instead_of(page, held, self._house.when())

    async def slots(self, tap: Tap) -> Page:
        _, key, row_id, page = tap.call.numbers
        held = await self._held(tap, row_id)
        if isinstance(held, Page):
            return held
        return await self._chooser.slots(tap.user_id, tap.call.day, key, page, better_than(held))

    async def slot(self, tap: Tap) -> Page:
        slot_id, row_id = tap.call.numbers
        return await self._confirm(tap, slot_id, row_id)

    async def _confirm(self, tap: Tap, slot_id: int, row_id: int) -> Page:
        held = await self._held(tap, row_id)
        if isinstance(held, Page):
            return held
        view = await self._slots.view(tap.user_id, slot_id)
        if view is None:
            return screens.booking.gone_page()
        newest, watchable = await self._requests.newest(tap.user_id), self._house.can_be_watched(view.slot.ref)
        binding = self._house.still_free_until(held) is None
        return screens.booking.swap_page(view, held, newest, self._house.when(), watchable=watchable, binding=binding)

    async def swap(self, tap: Tap) -> Page:
        """Queues the booking of the better slot; once that is ours, the worker cancels the other."""
        return await self._swap(tap, may_cost=True)

    async def swap_now(self, tap: Tap) -> Page:
        """The same, where nobody was asked before: what can't be given back for free any more is asked about first."""
        return await self._swap(tap, may_cost=False)

    async def _swap(self, tap: Tap, *, may_cost: bool) -> Page:
        slot_id, row_id, newest = tap.call.numbers
        view = await self._slots.view(tap.user_id, slot_id)
        if view is None:
            return screens.booking.gone_page()
        made = await self._requests.made_since(newest, tap.user_id, ActionType.BOOK, view.slot.ref)
        if made:
            return await self._tickets.ticket(made, tap)
        held = await self._held(tap, row_id)
        if isinstance(held, Page):
            return held
        if not may_cost and self._house.still_free_until(held) is None:
            return await self._confirm(tap, slot_id, row_id)
        waits = screens.booking.waiting_booking(view, self._house.when())
        if waits is not None:
            return await self._swap_what_waits(tap, waits, held)
        if view.state in SETTLED:
            return await self._confirm(tap, slot_id, row_id)
        booking = self._requests.new_booking(tap, view.slot.ref, is_open=view.state is SlotState.FREE)
        free_until = self._house.still_free_until(held)
        new = replace(booking, replaces_row_id=held.id, free_until=free_until)
        return await self._tickets.card(await self._requests.add(new), tap)

    async def _swap_what_waits(self, tap: Tap, waits: Action, held: HeldBooking) -> Page:
        """Tells a booking that is queued already to replace the one that is held."""
        free_until = self._house.still_free_until(held)
        changed = await self._db.choices.swap_for(waits.id, tap.user_id, held.id, free_until)
        action = await self._db.requests.find(waits.id, tap.user_id) or waits
        return await self._tickets.ticket(action, tap, SWAPPED if changed else str(texts.TOO_LATE))


class WatchFlow:
    """A full slot is watched until a place is free."""

    def __init__(self, services: Services, booking: BookingFlow) -> None:
        self._db = services.db
        self._house = services.house
        self._bookings = services.bookings
        self._slots = services.slots
        self._requests = services.requests
        self._tickets = services.tickets
        self._booking_flow = booking
        self.routes: Routes = {
            Verb.WATCH: self.watch, Verb.WATCH_LIKE: self.watch_like, Verb.BOOK_NOW: self.book_now,
            Verb.JOIN_LIST: self.join_list, Verb.JOIN_LIST_OF: self.join_list_of,
            Verb.WATCHES: self.watches, Verb.WATCH_FIRST: self.watch_first, Verb.NOTICE: self.notice,
            Verb.SET_NOTICE: self.set_notice,
        }  # fmt: skip

    async def watch(self, tap: Tap) -> Page:
        slot_id, replaces, code = tap.call.numbers
        view = await self._slots.view(tap.user_id, slot_id)
        if view is None:
            return screens.booking.gone_page()
        return await self._start(tap, view.slot.ref, code, replaces)

    async def watch_like(self, tap: Tap) -> Page:
        """Watches the class of an action. A booking that the action was to replace is still to be replaced."""
        action = await self._requests.own(tap)
        if action is None or action.wish is None:
            return screens.held.not_found_page(str(texts.NO_TICKET))
        watch = tap.call.numbers[1]
        return await self._start(tap, action.wish, watch, action.replaces_row_id or 0, action.free_until)

    async def join_list(self, tap: Tap) -> Page:
        """Goes on the site's waiting list for the class of an action that was refused as full. A second tap shows what
        came of the first."""
        action = await self._requests.own(tap)
        if action is None or action.wish is None:
            return screens.held.not_found_page(str(texts.NO_TICKET))
        made = await self._requests.made_since(action.id, tap.user_id, ActionType.BOOK, action.wish)
        if made or not self._house.can_be_watched(action.wish):
            return await self._tickets.ticket(made or action, tap)
        return await self._join(tap, action.wish)

    async def join_list_of(self, tap: Tap) -> Page:
        """Goes on the site's waiting list for a slot that is full. A second tap shows what came of the first."""
        slot_id, newest = tap.call.numbers
        view = await self._slots.view(tap.user_id, slot_id)
        if view is None:
            return screens.booking.gone_page()
        made = await self._requests.made_since(newest, tap.user_id, ActionType.BOOK, view.slot.ref)
        if made:
            return await self._tickets.ticket(made, tap)
        if view.state is not SlotState.FULL or view.waits or not self._house.can_be_watched(view.slot.ref):
            return await self._booking_flow.confirm_class(tap, view.slot.ref)
        return await self._join(tap, view.slot.ref)

    async def _join(self, tap: Tap, ref: ClassRef) -> Page:
        """Queues a booking that goes on the waiting list if the class is full."""
        new = replace(self._requests.new_booking(tap, ref, is_open=True), joins_list=True)
        return await self._tickets.card(await self._requests.add(new), tap)

    async def watch_first(self, tap: Tap) -> Page:
        """Watches the first choice of an action that got another, which is given back once the first is won."""
        action = await self._requests.own(tap)
        got = await self._bookings.got_by(action) if action else None
        if action is None or action.wish is None or got is None:
            return screens.held.not_found_page(texts.NO_TICKET)
        if not screens.held.is_held(got) or self._house.still_free_until(got) is None:
            return screens.held.not_found_page(texts.TOO_LATE_TO_SWAP, got.booking.day)
        return await self._start(tap, action.wish, WATCH_CODES[WatchMode.BOOK], got.id)

    async def _start(
        self, tap: Tap, ref: ClassRef, code: int, replaces: int, free_until: datetime | None = None
    ) -> Page:
        """Queues the watch; an unfinished action about the same class is shown instead.

        `free_until`: until when the action it continues would have freed what it replaces without another question.
        """
        if not self._house.can_be_watched(ref):
            return screens.held.not_found_page(TOO_LATE_TO_WATCH, ref.day)
        held = await self._bookings.held(tap.user_id)
        if any(one.booking.ref.matches(ref) and screens.held.is_held(one) for one in held):
            return await self._booking_flow.confirm_class(tap, ref)
        replaced = next((one for one in held if one.id == replaces), None)
        notice = self._house.notice_of(ref, (await self._db.preferences.find(tap.user_id)).watch_notice)
        new = NewAction(
            ActionType.BOOK,
            tap.user_id,
            ref,
            opens_at=self._house.opening.opens_at(ref.day, ref.start),
            watch=next((mode for mode, one in WATCH_CODES.items() if one == code), WatchMode.TELL),
            watch_until=self._house.watch_ends(ref, notice, replaced),
            replaces_row_id=replaced.id if replaced else None,
            free_until=free_until or (self._house.still_free_until(replaced) if replaced else None),
            card_message_id=tap.card_id,
            notice=notice,
        )
        action = await self._requests.add(new)
        swaps = replaced is not None and new.watch is WatchMode.BOOK
        if action.watch is not None and swaps and replaced and action.replaces_row_id != replaced.id:
            return await self._swap_when_free(tap, action, replaced)
        if action.watch is None or new.watch is None or action.watch is new.watch:
            return await self._tickets.card(action, tap)
        changed = await self._db.watches.change(action.id, tap.user_id, new.watch)
        action = await self._db.requests.find(action.id, tap.user_id) or action
        return await self._tickets.ticket(action, tap, CHANGED[new.watch] if changed else LOOKS_NOW)

    async def _swap_when_free(self, tap: Tap, watch: Action, held: HeldBooking) -> Page:
        """Tells a watch that runs already to replace what is held."""
        free_until = self._house.still_free_until(held)
        if free_until is None:
            return screens.held.not_found_page(texts.TOO_LATE_TO_SWAP, held.booking.day)
        ends = self._house.watch_ends(watch.class_ref, watch.notice, held)
        changed = await self._db.watches.swap_for(watch.id, tap.user_id, held.id, free_until, ends)
        action = await self._db.requests.find(watch.id, tap.user_id) or watch
        return await self._tickets.ticket(action, tap, SWAPS_WHEN_FREE if changed else LOOKS_NOW)

    async def notice(self, tap: Tap) -> Page:
        """How long before its class shall the person's watch end?"""
        action = await self._requests.own(tap)
        if action is None or action.wish is None:
            return screens.held.not_found_page(texts.NO_TICKET)
        if action.watch is None or action.status is not ActionStatus.PENDING:
            return await self._tickets.ticket(action, tap, LOOKS_NOW if action.status in LIVE else "")
        choices = [(n, length, self._house.starts(action.wish) - length) for n, length in self._notices(action.wish)]
        return screens.held.notice_page(action, choices, self._house.when())

    def _notices(self, ref: ClassRef) -> list[tuple[int, timedelta]]:
        """What a watch's person can choose from, numbered: the free limit, and what is longer and not over yet."""
        free_cancel, left = self._house.rules.free_cancel, self._house.starts(ref) - self._house.now()
        longer = [(n, each) for n, each in enumerate(NOTICES, 1) if free_cancel < each < left]
        return [(0, free_cancel), *longer]

    async def set_notice(self, tap: Tap) -> Page:
        number = tap.call.numbers[1]
        action = await self._requests.own(tap)
        if action is None or action.wish is None:
            return screens.held.not_found_page(texts.NO_TICKET)
        notice = dict(self._notices(action.wish)).get(number) if number else None
        held = await self._db.bookings.find(action.replaces_row_id or 0, tap.user_id)
        ends = self._house.watch_ends(action.wish, notice, held)
        changed = await self._db.watches.set_notice(action.id, tap.user_id, notice, ends)
        action = await self._db.requests.find(action.id, tap.user_id) or action
        return await self._tickets.ticket(action, tap, "" if changed or action.status not in LIVE else LOOKS_NOW)

    async def book_now(self, tap: Tap) -> Page:
        """Queues the booking of an action's class at once, once per button, however often the button is tapped."""
        action = await self._requests.own(tap)
        if action is None or action.wish is None:
            return screens.held.not_found_page(str(texts.NO_TICKET))
        made = await self._requests.made_since(action.id, tap.user_id, ActionType.BOOK, action.wish)
        if made:
            return await self._tickets.ticket(made, tap)
        held = await self._bookings.held(tap.user_id)
        if self._house.has_begun(action.wish) or any(one.booking.ref.matches(action.wish) for one in held):
            return await self._booking_flow.confirm_class(tap, action.wish)
        booking, replaces = self._requests.new_booking(tap, action.wish), action.replaces_row_id
        new = replace(booking, replaces_row_id=replaces, free_until=action.free_until) if replaces else booking
        return await self._tickets.card(await self._requests.add(new), tap)

    async def watches(self, tap: Tap) -> Page:
        live = await self._requests.live_classes(tap.user_id)
        watches = [action for action in live if action.watch]
        return screens.held.watches_page(chunk(watches, tap.id), self._house.when())
