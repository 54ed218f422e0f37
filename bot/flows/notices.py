"""What a row of the outbox becomes: the rows it points at are read at the last moment, so that what is told is true."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.flows.router import Answers
from bot.screens import common as screens
from bot.screens import held as screens_held
from bot.screens import programs as screens_programs
from bot.screens import questions as screens_questions
from bot.screens import results as screens_results
from bot.screens import rules as screens_rules
from bot.screens import trouble as screens_trouble
from bot.screens.page import File, NewMessage, Page
from bot.screens.results import LateChoice
from database import Database
from domain.errors import LoginNeeded
from domain.model import Action, ActionStatus, ActionType, BookingStatus, ClassRef, HeldBooking, Notice, NoticeKind
from domain.programs import Outage
from domain.recurrence import Confirmation, PeriodicBooking, PeriodicMode
from domain.results import THOUGH_WITHDRAWN, TOLD_AS_LOST

SCREENSHOT = "screenshot.png"  # in an action's evidence folder
STALE = timedelta(hours=1)  # what has waited for longer is no news any more
BY_THEMSELVES = (
    NoticeKind.CONFIRMATION,
    NoticeKind.REMINDER,
    NoticeKind.LOGIN_REJECTED,
    NoticeKind.LOGIN_DUE,
    NoticeKind.ACCOUNT_WAITS,
    NoticeKind.HOUSE_RULE,
)
"""What asks for something to be done: never told together with others."""


ENDED = (ActionStatus.COMPLETED, ActionStatus.FAILED)


class NothingToTell(Exception):
    """The row a notice points at is gone, or what it tells is no longer so: there is nothing to tell any more."""


@dataclass(frozen=True, slots=True)
class CardEdit:
    """A message that is already in the chat, and what it shall show from now on."""

    message_id: int
    page: Page


@dataclass(frozen=True, slots=True)
class OutgoingNotice:
    """How a notice is told: a new message that rings, and a card that is edited silently; the message goes first."""

    card: CardEdit | None = None
    message: NewMessage | None = None
    card_is_enough: bool = False  # the message is sent only when the card can't be edited
    action_id: int | None = None  # whose card the new message becomes


def told(page: Page, *, document: File | None = None, silent: bool = False) -> OutgoingNotice:
    """What is told by one new message."""
    return OutgoingNotice(message=NewMessage(page, document=document, silent=silent))


class Composer:
    """Turns a row of the outbox into what is sent. Raises NothingToTell when the row it points at is gone."""

    def __init__(self, db: Database, answers: Answers) -> None:
        self._db = db
        self._answers = answers
        self._desk = answers.desk

    async def compose(self, notice: Notice) -> OutgoingNotice:
        await self._desk.learn_rules()
        match notice.kind:
            case NoticeKind.RESULT:
                return await self._result(notice)
            case NoticeKind.PROGRESS:
                return await self._progress(notice)
            case NoticeKind.CONFIRMATION:
                return await self._question(notice)
            case NoticeKind.EXPIRED:
                return await self._expired(notice)
            case NoticeKind.MISSED:
                return await self._missed(notice)
            case NoticeKind.LOGIN_REJECTED:
                return await self._stopped(notice)
            case NoticeKind.LOGIN_DUE:
                return await self._login_due(notice)
            case NoticeKind.LOGIN_BACK:
                return await self._login_back(notice)
            case NoticeKind.ACCOUNT_WAITS:
                return await self._account_waits(notice)
            case NoticeKind.STRUGGLING:
                return await self._struggling(notice)
            case NoticeKind.REHEARSAL:
                return await self._rehearsal(notice)
            case NoticeKind.GONE:
                return await self._gone(notice)
            case NoticeKind.BACK:
                return await self._back(notice)
            case NoticeKind.REMINDER:
                return await self._reminder(notice)
            case NoticeKind.PROGRAM_DOWN:
                return await self._down(notice)
            case NoticeKind.PROGRAM_BACK:
                return told(screens_programs.back(await self._outage(notice), self._desk.when()))
            case NoticeKind.CARD:
                return await self._old_card(notice)
            case NoticeKind.LOGIN_REMARK:
                return await self._login_remark(notice)
            case NoticeKind.HOUSE_RULE:
                return await self._house_rule(notice)
            case NoticeKind.UNREACHABLE:
                return await self._unreachable(notice)

    async def stale(self, first: Notice) -> list[Notice]:
        """What a person has not been told for so long, `first` among it, that it is told together. Oldest first."""
        before = self._desk.clock() - STALE
        if first.created_at >= before:
            return []
        waiting = await self._db.outbox.stale(first.user_id, before)
        return [notice for notice in waiting if notice.kind not in BY_THEMSELVES]

    # Actions

    async def _action(self, notice: Notice) -> Action:
        action = await self._db.requests.find(notice.action_id or 0, notice.user_id)
        if action is None:
            raise NothingToTell(f"there is no action {notice.action_id}")
        return action

    async def _progress(self, notice: Notice) -> OutgoingNotice:
        action = await self._action(notice)
        result_tells = action.type in (ActionType.BOOK, ActionType.CANCEL) and action.status in ENDED
        if result_tells or action.card_message_id is None:
            return OutgoingNotice()
        return OutgoingNotice(card=CardEdit(action.card_message_id, await self._desk.ticket_page(action, is_card=True)))

    async def _old_card(self, notice: Notice) -> OutgoingNotice:
        """The message that showed an action before its result came as another."""
        action = await self._action(notice)
        if notice.message_id is None or action.status not in ENDED:
            raise NothingToTell(f"action {action.id} has no older card, or goes on")
        card = screens.final_card(action, self._desk.when(), await self._desk.got(action))
        return OutgoingNotice(card=CardEdit(notice.message_id, card))

    async def _result(self, notice: Notice) -> OutgoingNotice:
        action = await self._action(notice)
        if action.status is ActionStatus.COMPLETED and action.type in (ActionType.CHECK, ActionType.REFRESH):
            return self._in_place(action, await self._reading(action))
        card = None
        if action.card_message_id is not None:
            card = CardEdit(action.card_message_id, screens.final_card(action, self._desk.when()))
        return OutgoingNotice(card=card, message=await self._result_message(action), action_id=action.id)

    async def _stopped(self, notice: Notice) -> OutgoingNotice:
        stop = await self._desk.stop(notice.user_id)
        if stop is None:
            raise NothingToTell(f"the account of {notice.user_id} may log in again")
        return told(screens_results.login_stopped(stop, self._desk.when(notice.user_id)))

    async def _login_due(self, notice: Notice) -> OutgoingNotice:
        action, stop = await self._action(notice), await self._desk.stop(notice.user_id)
        if not isinstance(stop, LoginNeeded) or action.status not in (ActionStatus.PENDING, ActionStatus.PROCESSING):
            raise NothingToTell(f"action {action.id} needs no login any more")
        return told(screens_results.login_due(action, stop, self._desk.when(notice.user_id)))

    async def _login_back(self, notice: Notice) -> OutgoingNotice:
        if await self._desk.stop(notice.user_id) is not None:
            raise NothingToTell(f"the account of {notice.user_id} is stopped again")
        return told(screens_results.login_back())

    async def _account_waits(self, notice: Notice) -> OutgoingNotice:
        pause = await self._desk.pause(notice.user_id)
        if pause is None:
            raise NothingToTell(f"the account of {notice.user_id} does not wait any more")
        return told(screens_trouble.account_waits(pause, self._desk.when(notice.user_id)))

    async def _login_remark(self, notice: Notice) -> OutgoingNotice:
        remark = await self._db.remarks.find(notice.remark_id or 0, notice.user_id)
        if remark is None:
            raise NothingToTell(f"there is no remark {notice.remark_id}")
        return told(screens_trouble.login_remark(remark, self._desk.when(notice.user_id)))

    async def _struggling(self, notice: Notice) -> OutgoingNotice:
        action = await self._action(notice)
        if action.status not in (ActionStatus.PENDING, ActionStatus.PROCESSING):
            raise NothingToTell(f"action {action.id} is done")
        return told(screens_results.struggling(action, self._desk.when()))

    def _in_place(self, action: Action, page: Page) -> OutgoingNotice:
        """Who asked for a reading looks at its card and waits: the card becomes what was read."""
        card = CardEdit(action.card_message_id, page) if action.card_message_id is not None else None
        return OutgoingNotice(card=card, message=NewMessage(page), card_is_enough=True)

    async def _reading(self, action: Action) -> Page:
        if action.type is ActionType.CHECK:
            return await self._answers.held.mine_of(action.user_id, note="✅ Appena lette dal sito.")
        days, slots = await self._answers.timetable_size()
        return screens_results.refreshed(days, slots, self._desk.when())

    async def _result_message(self, action: Action) -> NewMessage:
        when = self._desk.when(action.user_id)
        if action.status is not ActionStatus.COMPLETED:
            report, watchable = await self._db.openings.report(action.id), self._desk.is_watchable(action)
            clash, others = await self._desk.clash(action), await self._db.choices.alternatives(action.id)
            late, kept = await self._late_choices(action, others), await self._keeps_the_old(action)
            page = screens_results.failure(
                action, when, report, clash, others, watchable=watchable, late=late, kept=kept,
                stands=await self._stands(action),
            )  # fmt: skip
            return NewMessage(page, picture=await _screenshot(action))
        if action.type is ActionType.CANCEL:
            held = await self._db.bookings.by_booking_id(action.booking_id or "", action.user_id, action.subject)
            document = await self._calendar_file_of_what_is_over(held)
            return NewMessage(screens_results.cancelled(action, when, has_file=document is not None), document=document)
        if screens_results.is_place_free(action):
            return NewMessage(screens_results.place_free(action, when))
        return await self._booked(action)

    async def _stands(self, action: Action) -> bool:
        """Whether what recurs waits because of a refusal like that of the action."""
        pause = await self._db.recurring_pauses.find(action.user_id)
        return pause is not None and pause.kind == action.error_kind

    async def _late_choices(self, action: Action, others: Sequence[ClassRef]) -> list[LateChoice]:
        """The alternatives that could not be given back for free any more when the action ended, and can be had."""
        ended = action.completed_at or self._desk.clock()
        late = [one for one in others if self._desk.free_until(one) <= ended and not self._desk.has_begun(one)]
        return [LateChoice(wish, await self._desk.slot_of(wish)) for wish in late]

    async def _keeps_the_old(self, action: Action) -> bool:
        """Whether what a swap was to free is still held."""
        held = await self._db.bookings.find(action.replaces_row_id or 0, action.user_id)
        return held is not None and screens_held.is_held(held)

    async def _calendar_file_of_what_is_over(self, held: HeldBooking | None) -> File | None:
        """The file that takes a booking out of the calendar; None while it is held, again perhaps."""
        return await self._desk.calendar_file(held) if held and held.status in TOLD_AS_LOST else None

    async def _booked(self, action: Action) -> NewMessage:
        held = await self._desk.got(action)
        if held is not None and held.status in TOLD_AS_LOST:
            return NewMessage(await self._desk.ticket_page(action, is_card=False))
        report = await self._db.openings.report(action.id)
        replaced = await self._replaced(action)
        document = await self._desk.calendar_file(held) if held else None
        asked_at = await self._asked_at(action, held) if held else None
        page = screens_results.booked(action, held, self._desk.when(action.user_id), report, replaced, asked_at)
        return NewMessage(page, document=document)

    async def _asked_at(self, action: Action, held: HeldBooking) -> datetime | None:
        """When the mode `hold` asks whether what it has just booked is kept, if that is still to come."""
        periodic = await self._db.series.find(action.periodic_booking_id or 0, action.user_id)
        if periodic is None or not periodic.active or periodic.mode is not PeriodicMode.HOLD:
            return None
        asked_at = self._desk.recurrence.keep_asked_at(self._desk.starts(held.booking.ref))
        return asked_at if self._desk.clock() < asked_at else None

    async def _replaced(self, action: Action) -> HeldBooking | None:
        """What an upgrade frees now that it is done: what was there to be freed. A withdrawn one frees nothing."""
        if action.result == THOUGH_WITHDRAWN:
            return None
        held = await self._db.bookings.find(action.replaces_row_id or 0, action.user_id)
        return held if held and held.status in (BookingStatus.CONFIRMED, BookingStatus.CANCELLED) else None

    async def _rehearsal(self, notice: Notice) -> OutgoingNotice:
        action = await self._action(notice)
        if action.status is not ActionStatus.PENDING or action.rehearsal is None:
            raise NothingToTell(f"action {action.id} does not wait for its opening any more")
        others, clash = await self._db.choices.alternatives(action.id), await self._desk.clash(action)
        return told(screens_results.rehearsed(action, others, self._desk.when(action.user_id), clash))

    # Periodic bookings

    async def _asked(self, notice: Notice) -> tuple[Confirmation, PeriodicBooking, ClassRef]:
        asked = await self._answers.questions.asked_about(notice.confirmation_id or 0, notice.user_id)
        if asked is None:
            raise NothingToTell(f"there is no confirmation {notice.confirmation_id}")
        return asked

    async def _question(self, notice: Notice) -> OutgoingNotice:
        confirmation, periodic, wish = await self._asked(notice)
        if await self._answers.questions.was_taken_back(confirmation, wish):
            raise NothingToTell(f"question {confirmation.id} was taken back before it was told")
        opens, binding = (
            self._desk.rule.opens_at(wish.day, wish.start),
            self._answers.questions.binds_unexpectedly(periodic, wish),
        )
        page = screens_questions.question(confirmation, periodic, wish, opens, self._desk.when(), binding=binding)
        return told(page)

    async def _expired(self, notice: Notice) -> OutgoingNotice:
        confirmation, _, wish = await self._asked(notice)
        return told(screens_questions.expired(confirmation, wish, self._desk.when()))

    async def _missed(self, notice: Notice) -> OutgoingNotice:
        occurrence = await self._db.occurrences.find(notice.occurrence_id or 0)
        periodic = occurrence and await self._db.series.find(occurrence.periodic_booking_id, notice.user_id)
        if not (occurrence and periodic):
            raise NothingToTell(f"there is no occurrence {notice.occurrence_id}")
        wish = periodic.on(occurrence.day)
        held = occurrence.action_id is not None
        return told(screens_questions.missed(periodic, wish, self._desk.when(), held=held))

    # What is held

    async def _held(self, notice: Notice) -> HeldBooking:
        held = await self._db.bookings.find(notice.booking_row_id or 0, notice.user_id)
        if held is None:
            raise NothingToTell(f"there is no booking in row {notice.booking_row_id}")
        return held

    async def _back(self, notice: Notice) -> OutgoingNotice:
        held = await self._held(notice)
        if not screens_held.is_held(held):
            raise NothingToTell(f"the booking in row {held.id} is no longer held")
        page = screens_results.came_back(held, self._desk.when())
        return told(page, document=await self._desk.calendar_file(held))

    async def _gone(self, notice: Notice) -> OutgoingNotice:
        held = await self._held(notice)
        if screens_held.is_held(held):
            raise NothingToTell(f"the booking in row {held.id} is held again")
        document = await self._calendar_file_of_what_is_over(held)
        if held.status is BookingStatus.CANCELLED and document:
            page = screens_results.freed(held, self._desk.when())
            return told(page, document=document, silent=True)
        return told(screens_results.vanished(held, self._desk.when()), document=document)

    async def _reminder(self, notice: Notice) -> OutgoingNotice:
        held = await self._held(notice)
        if not screens_held.is_held(held) or self._desk.has_begun(held.booking.ref):
            raise NothingToTell(f"the booking in row {held.id} is no longer held, or has begun")
        free_until, hours = self._desk.free_until(held.booking.ref), self._desk.house.free_cancel / timedelta(hours=1)
        return told(screens_held.reminder(held, free_until, hours, self._desk.when()))

    # People and programs

    async def _house_rule(self, notice: Notice) -> OutgoingNotice:
        seen = await self._db.rules.find(notice.rule_id or 0)
        if seen is None or seen.answer is not None:
            raise NothingToTell(f"rule {notice.rule_id} is gone, or answered")
        return told(screens_rules.seen_page(seen, self._desk.when(notice.user_id)))

    async def _unreachable(self, notice: Notice) -> OutgoingNotice:
        user_id = notice.about_user_id or 0
        if not await self._db.people.is_unreachable(user_id):
            raise NothingToTell(f"{user_id} can be reached by now, or has left")
        return told(screens_programs.unreachable(user_id))

    async def _outage(self, notice: Notice) -> Outage:
        outage = await self._db.heartbeats.outage(notice.outage_id or 0)
        if outage is None:
            raise NothingToTell(f"there is no outage {notice.outage_id}")
        return outage

    async def _down(self, notice: Notice) -> OutgoingNotice:
        """Nothing when it is over by now, as always when it was us: that it is over tells all."""
        outage = await self._outage(notice)
        if outage.until is not None or outage.program == "bot":
            return OutgoingNotice()
        return told(screens_programs.down(outage, self._desk.when()))


async def _screenshot(action: Action) -> Path | None:
    """What the site showed when the action failed, if that was kept."""
    if action.evidence is None:
        return None
    picture = Path(action.evidence) / SCREENSHOT
    return picture if await asyncio.to_thread(picture.is_file) else None
