"""What a row of the outbox becomes: the rows it points at are read at the last moment, so that what is told is true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot import screens
from bot.flows.action_notices import ActionNotices
from bot.flows.guest_notices import GuestNotices
from bot.flows.living import LivingPages
from bot.flows.outgoing import CardEdit, Compose, NothingToTell, OutgoingNotice, told
from bot.flows.services import Services
from bot.flows.together import TogetherNotices
from bot.screens.page import NewMessage
from domain.model import ActionStatus, BookingStatus, ClassRef, HeldBooking, Notice, NoticeKind
from domain.programs import Outage
from domain.recurrence import Confirmation, Occurrence, PeriodicBooking
from domain.releases import number
from languages import speaking
from runtime.version import VERSION

STALE = timedelta(hours=1)  # what has waited for longer is no news any more
BY_THEMSELVES = (
    NoticeKind.CONFIRMATION,
    NoticeKind.REMINDER,
    NoticeKind.LOGIN_REJECTED,
    NoticeKind.LOGIN_DUE,
    NoticeKind.ACCOUNT_WAITS,
    NoticeKind.HOUSE_RULE,
    NoticeKind.WEEK,
)
"""What asks for something to be done, and the picture: never told together with others."""


class Composer:
    """Turns a row of the outbox into what is sent, in the language its person reads at that moment.

    Raises NothingToTell when the row it points at is gone.
    """

    def __init__(self, services: Services, living: LivingPages) -> None:
        self._db = services.db
        self._house = services.house
        self._readers = services.readers
        self._weeks = services.weeks
        self._living = living
        self._kinds: dict[NoticeKind, Compose] = {
            **ActionNotices(services).kinds,
            **AccountNotices(services).kinds,
            **HeldNotices(services).kinds,
            **PeriodicNotices(services).kinds,
            **ProgramNotices(services).kinds,
            **TogetherNotices(services).kinds,
            **GuestNotices(services).kinds,
            NoticeKind.WEEK: self._week,
            NoticeKind.PAGE: self._page,
            NoticeKind.OWN_CALENDAR: self._own_calendar,
        }

    async def compose(self, notice: Notice) -> OutgoingNotice:
        await self._house.learn_rules()
        with speaking(await self._readers.language(notice.user_id)):
            outgoing = await self._kinds[notice.kind](notice)
        return await self._as_preferred(notice, outgoing)

    async def _as_preferred(self, notice: Notice, outgoing: OutgoingNotice) -> OutgoingNotice:
        """The same, silent when the person does not want it to ring, or not now."""
        if outgoing.message is None:
            return outgoing
        prefers = await self._db.preferences.find(notice.user_id)
        local = self._house.now().astimezone(self._house.opening.zone)
        if prefers.rings(notice.kind, local, urgent=outgoing.urgent):
            return outgoing
        return replace(outgoing, message=replace(outgoing.message, silent=True))

    async def _week(self, notice: Notice) -> OutgoingNotice:
        zone = self._house.opening.zone
        if notice.created_at.astimezone(zone).date() != self._house.when().today:
            raise NothingToTell("the week has begun without it")
        return OutgoingNotice(message=await self._weeks.message(notice.user_id))

    async def _page(self, notice: Notice) -> OutgoingNotice:
        """A list of places as it is now, where it stands; nothing when its person has gone on to something else."""
        page = await self._living.anew(notice.user_id, notice.message_id or 0)
        return OutgoingNotice(card=CardEdit(notice.message_id, page) if page and notice.message_id else None)

    def replaced(self, user_id: int, message_id: int) -> None:
        """The message was edited: it shows no list of places any more."""
        self._living.shown(user_id, message_id, None)

    async def _own_calendar(self, notice: Notice) -> OutgoingNotice:
        calendar = await self._db.own_calendars.find(notice.user_id)
        if calendar is None or (calendar.read_at is None and calendar.trouble is None):
            raise NothingToTell("the calendar was taken away, or another one was named")
        return told(screens.own_calendar.told(calendar, await self._db.own_calendars.count(notice.user_id)))

    async def together(self, user_id: int, messages: Sequence[NewMessage]) -> NewMessage:
        """One message for all the notices that could not be sent for long."""
        with speaking(await self._readers.language(user_id)):
            return NewMessage(screens.programs.meanwhile([message.page for message in messages]))

    async def stale(self, first: Notice) -> list[Notice]:
        """The person's notices older than STALE, oldest first, to be sent together; empty when `first` is younger."""
        before = self._house.now() - STALE
        if first.created_at >= before:
            return []
        waiting = await self._db.outbox.stale(first.user_id, before)
        return [notice for notice in waiting if notice.kind not in BY_THEMSELVES]


class AccountNotices:
    """The notices about a person's account, what the owner did with it, the rules of the house, unreachable friends."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._accounts = services.accounts
        self._directory = services.directory
        self.kinds: dict[NoticeKind, Compose] = {
            NoticeKind.LOGIN_REJECTED: self._stopped,
            NoticeKind.LOGIN_BACK: self._login_back,
            NoticeKind.ACCOUNT_WAITS: self._account_waits,
            NoticeKind.LOGIN_REMARK: self._login_remark,
            NoticeKind.HOUSE_RULE: self._house_rule,
            NoticeKind.UNREACHABLE: self._unreachable,
            NoticeKind.OWNER_WITHDREW: self._withdrawn,
            NoticeKind.OWNER_RESUMED: self._resumed,
        }

    async def _stopped(self, notice: Notice) -> OutgoingNotice:
        stop = await self._accounts.stop(notice.user_id)
        if stop is None:
            raise NothingToTell(f"the account of {notice.user_id} may log in again")
        guest = self._directory.guest(notice.user_id) is not None
        return told(screens.results.login_stopped(stop, self._house.when(notice.user_id), guest=guest))

    async def _login_back(self, notice: Notice) -> OutgoingNotice:
        if await self._accounts.stop(notice.user_id) is not None:
            raise NothingToTell(f"the account of {notice.user_id} is stopped again")
        return told(screens.results.login_back())

    async def _account_waits(self, notice: Notice) -> OutgoingNotice:
        pause = await self._accounts.pause(notice.user_id)
        if pause is None:
            raise NothingToTell(f"the account of {notice.user_id} does not wait any more")
        return told(screens.failures.account_waits(pause, self._house.when(notice.user_id)))

    async def _login_remark(self, notice: Notice) -> OutgoingNotice:
        remark = await self._db.remarks.find(notice.remark_id or 0, notice.user_id)
        if remark is None:
            raise NothingToTell(f"there is no remark {notice.remark_id}")
        return told(screens.failures.login_remark(remark, self._house.when(notice.user_id)))

    async def _house_rule(self, notice: Notice) -> OutgoingNotice:
        seen = await self._db.rules.find(notice.rule_id or 0)
        if seen is None or seen.answer is not None:
            raise NothingToTell(f"rule {notice.rule_id} is gone, or answered")
        return told(screens.rules.seen_page(seen, self._house.when(notice.user_id)))

    async def _withdrawn(self, notice: Notice) -> OutgoingNotice:
        action = await self._db.requests.find(notice.action_id or 0, notice.user_id)
        if action is None or action.status is not ActionStatus.CANCELLED:
            raise NothingToTell(f"action {notice.action_id} is gone, or goes on")
        return told(screens.by_owner.withdrawn(action, self._house.when(notice.user_id)))

    async def _resumed(self, notice: Notice) -> OutgoingNotice:
        if await self._accounts.pause(notice.user_id) is not None:
            raise NothingToTell(f"the account of {notice.user_id} waits again")
        return told(screens.by_owner.resumed())

    async def _unreachable(self, notice: Notice) -> OutgoingNotice:
        user_id = notice.about_user_id or 0
        if not await self._db.people.is_unreachable(user_id):
            raise NothingToTell(f"{user_id} can be reached by now, or has left")
        return told(screens.programs.unreachable(user_id))


class HeldNotices:
    """The notices about a booking: it is gone, moved or back, or its class is near."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._bookings = services.bookings
        self._slots = services.slots
        self.kinds: dict[NoticeKind, Compose] = {
            NoticeKind.GONE: self._gone,
            NoticeKind.MOVED: self._moved,
            NoticeKind.BACK: self._back,
            NoticeKind.REMINDER: self._reminder,
        }

    async def _held(self, notice: Notice) -> HeldBooking:
        held = await self._db.bookings.find(notice.booking_row_id or 0, notice.user_id)
        if held is None:
            raise NothingToTell(f"there is no booking in row {notice.booking_row_id}")
        return held

    async def _back(self, notice: Notice) -> OutgoingNotice:
        held = await self._held(notice)
        if not screens.held.is_held(held):
            raise NothingToTell(f"the booking in row {held.id} is no longer held")
        page = screens.results.came_back(held, self._house.when())
        return told(page, document=await self._bookings.calendar_file(held))

    async def _moved(self, notice: Notice) -> OutgoingNotice:
        held = await self._held(notice)
        if not screens.held.is_held(held) or held.was is None:
            raise NothingToTell(f"the booking in row {held.id} is no longer held")
        page = screens.results.changed(held, held.was, self._house.when(), await self._slots.met_by(held))
        return told(page, document=await self._bookings.calendar_file(held))

    async def _gone(self, notice: Notice) -> OutgoingNotice:
        held = await self._held(notice)
        if screens.held.is_held(held):
            raise NothingToTell(f"the booking in row {held.id} is held again")
        document = await self._bookings.file_of_what_is_over(held)
        if held.status is BookingStatus.CANCELLED and document:
            page = screens.results.freed(held, self._house.when())
            return told(page, document=document, silent=True)
        return told(screens.results.vanished(held, self._house.when()), document=document)

    async def _reminder(self, notice: Notice) -> OutgoingNotice:
        held = await self._held(notice)
        if not screens.held.is_held(held) or self._house.has_begun(held.booking.ref):
            raise NothingToTell(f"the booking in row {held.id} is no longer held, or has begun")
        free_until, free_cancel = self._house.free_until(held.booking.ref), self._house.rules.free_cancel
        return told(screens.held.reminder(held, free_until, free_cancel, self._house.when()))


class PeriodicNotices:
    """The notices of periodic bookings: a question, its expiry, a date that was missed."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._questions = services.questions
        self.kinds: dict[NoticeKind, Compose] = {
            NoticeKind.CONFIRMATION: self._question,
            NoticeKind.EXPIRED: self._expired,
            NoticeKind.MISSED: self._missed,
            NoticeKind.TOO_MANY: self._too_many,
        }

    async def _asked(self, notice: Notice) -> tuple[Confirmation, PeriodicBooking, ClassRef]:
        asked = await self._questions.asked_about(notice.confirmation_id or 0, notice.user_id)
        if asked is None:
            raise NothingToTell(f"there is no confirmation {notice.confirmation_id}")
        return asked

    async def _question(self, notice: Notice) -> OutgoingNotice:
        confirmation, periodic, ref = await self._asked(notice)
        if await self._questions.was_withdrawn(confirmation, ref):
            raise NothingToTell(f"question {confirmation.id} was taken back before it was told")
        return told(await self._questions.page(confirmation, periodic, ref))

    async def _expired(self, notice: Notice) -> OutgoingNotice:
        confirmation, _, ref = await self._asked(notice)
        return told(screens.questions.expired(confirmation, ref, self._house.when()))

    async def _missed(self, notice: Notice) -> OutgoingNotice:
        occurrence, periodic = await self._date(notice)
        ref = periodic.on(occurrence.day)
        held = occurrence.action_id is not None
        return told(screens.questions.missed(periodic, ref, self._house.when(), held=held))

    async def _too_many(self, notice: Notice) -> OutgoingNotice:
        occurrence, periodic = await self._date(notice)
        return told(screens.guests.left_out(periodic, periodic.on(occurrence.day), self._house.when()))

    async def _date(self, notice: Notice) -> tuple[Occurrence, PeriodicBooking]:
        occurrence = await self._db.occurrences.find(notice.occurrence_id or 0)
        periodic = occurrence and await self._db.series.find(occurrence.periodic_booking_id, notice.user_id)
        if not (occurrence and periodic):
            raise NothingToTell(f"there is no occurrence {notice.occurrence_id}")
        return occurrence, periodic


class ProgramNotices:
    """The notices that a program has stopped, or backups fail, that all goes on again, and of newer releases."""

    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self.kinds: dict[NoticeKind, Compose] = {
            NoticeKind.PROGRAM_DOWN: self._down,
            NoticeKind.PROGRAM_BACK: self._back,
            NoticeKind.BACKUPS_FAIL: self._backups_fail,
            NoticeKind.BACKUPS_BACK: self._backups_back,
            NoticeKind.NEW_RELEASE: self._new_release,
        }

    async def _outage(self, notice: Notice) -> Outage:
        outage = await self._db.heartbeats.outage(notice.outage_id or 0)
        if outage is None:
            raise NothingToTell(f"there is no outage {notice.outage_id}")
        return outage

    async def _back(self, notice: Notice) -> OutgoingNotice:
        return told(screens.programs.back(await self._outage(notice), self._house.when()))

    async def _down(self, notice: Notice) -> OutgoingNotice:
        """An outage that is over, as the bot's own always is, sends nothing: the notice of its end tells everything."""
        outage = await self._outage(notice)
        if outage.until is not None or outage.program == "bot":
            return OutgoingNotice()
        return told(screens.programs.down(outage, self._house.when()))

    async def _backups_fail(self, notice: Notice) -> OutgoingNotice:
        state = await self._db.daily_backups.state()
        if state.failing_since is None:
            raise NothingToTell("backups are made again")
        return told(screens.programs.backups_fail(state, self._house.when()))

    async def _backups_back(self, notice: Notice) -> OutgoingNotice:
        if (await self._db.daily_backups.state()).failing_since is not None:
            raise NothingToTell("backups fail again")
        return told(screens.programs.backups_back())

    async def _new_release(self, notice: Notice) -> OutgoingNotice:
        news = await self._db.release_watch.news()
        if news.version is None or number(news.version) <= number(VERSION):
            raise NothingToTell("that release is here already")
        return told(screens.programs.new_release(news, VERSION))
