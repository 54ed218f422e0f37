"""The rules of the house that are in force, the present moment, and every question of time about a class."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from bot.screens.making import ANY_DAY, AskTimes, ask_times, hour_before
from bot.screens.when import SETUP, When
from database import Database
from domain.club import Club
from domain.house_rules import HouseRules
from domain.model import Action, ActionType, BookingStatus, ClassRef, Clock, HeldBooking, OpeningRule, starts_at
from runtime.config_file import command
from runtime.configured import recurrence_rules_of
from runtime.settings import Settings


class House:
    """`rules` and `recurrence` are those of the configuration until the rules in force are asked for."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db = db
        self._settings = settings
        self.rules = settings.house_rules
        self.recurrence = recurrence_rules_of(settings)
        self.now = clock
        self._setup = command(SETUP, settings.config_file)

    @property
    def opening(self) -> OpeningRule:
        return self.rules.opening

    @property
    def club(self) -> Club:
        return self._settings.site.club

    @property
    def configured(self) -> HouseRules:
        """The rules as the configuration says them."""
        return self._settings.house_rules

    async def learn_rules(self) -> None:
        """Reads the rules in force from the database; called before each response and each notice."""
        self.rules = await self._db.rules.in_force(self._settings.house_rules)
        self.recurrence = recurrence_rules_of(self._settings, self.rules)

    def when(self, user_id: int | None = None) -> When:
        """The present moment, as texts tell it to that person; None where no text depends on the person."""
        keeps = user_id is None or self.is_kept_by(user_id)
        return When(self.now(), self.opening.zone, keeps, self._setup, self._settings.site.lets_in, self.club)

    def is_kept_by(self, user_id: int) -> bool:
        """Whether the person keeps the bot: nobody else changes its rules or its configuration."""
        return user_id == self._settings.telegram.allowed_user_id

    @property
    def account_pages(self) -> str | None:
        """Where a guest enters what they log in with; None where no page can be reached from their phone.

        Who talks to a Telegram of this machine, the demo's, sits at this machine.
        """
        web, telegram = self._settings.web, urlsplit(self._settings.telegram.api_base_url).hostname
        local = web.public_url is None and _is_loopback(web.address) and not _is_loopback(telegram or "")
        return f"{web.url}/account" if web.enabled and not local else None

    def starts(self, ref: ClassRef) -> datetime:
        return starts_at(ref.day, ref.start, self.opening.zone)

    def free_until(self, ref: ClassRef) -> datetime:
        """Until when a place in the class can be cancelled without penalty."""
        return self.recurrence.free_until(self.starts(ref))

    def has_begun(self, ref: ClassRef) -> bool:
        return self.now() >= self.starts(ref)

    def can_be_watched(self, ref: ClassRef) -> bool:
        """Whether a place that becomes free now could be booked and still be cancelled without penalty."""
        return self.now() < min(self.free_until(ref), self.starts(ref) - self.rules.closes)

    def notice_of(self, ref: ClassRef, preferred: timedelta | None) -> timedelta | None:
        """How long before its class a watch ends, as its person prefers or else is configured; None: at the free limit.

        Who asks later than that has the place watched all the same, while it could be given back for free.
        """
        notice = timedelta(hours=self._settings.watch_notice_hours) if preferred is None else preferred
        is_ahead = self.now() < self.starts(ref) - notice
        return notice if is_ahead and notice > self.rules.free_cancel else None

    def watch_ends(self, ref: ClassRef, notice: timedelta | None, replaced: HeldBooking | None = None) -> datetime:
        """When the watch of a class ends: a place that frees later is not wanted, or could not be given back for free.

        `replaced`: what is to be given back for it, which must still be free then.
        """
        ends = min(self.free_until(ref), self.starts(ref) - (notice or timedelta(0)))
        other = self.still_free_until(replaced) if replaced else None
        return min(ends, other) if other else ends

    def first_is_watchable(self, action: Action, got: HeldBooking | None) -> bool:
        """Whether the first choice of an action that got another can still be swapped for once a place frees."""
        if not action.won_choice or action.wish is None or got is None or got.status is not BookingStatus.CONFIRMED:
            return False
        return self.still_free_until(got) is not None and self.can_be_watched(action.wish)

    def is_watchable(self, action: Action) -> bool:
        """Whether it makes sense to offer a watch after an action's failure."""
        if action.type is not ActionType.BOOK or action.wish is None:
            return False
        overlapped = action.watch is not None and action.error_kind == "Overlap"
        of_use = action.error_kind in ("SlotFull", "SlotNotFound") or overlapped
        return of_use and self.can_be_watched(action.wish)

    def still_free_until(self, held: HeldBooking) -> datetime | None:
        """Until when a booking can be cancelled without asking again; None when that time is over."""
        free_until = self.free_until(held.booking.ref)
        return free_until if self.now() < free_until else None

    def ask_times(self, weekday: int, start: time, lead: timedelta | None) -> AskTimes:
        """When a periodic booking of a class at `start` asks; `lead`: its own time before the class, if it has one."""
        recurrence = self.recurrence
        starts = starts_at(ANY_DAY, start, self.opening.zone)
        times = ask_times(
            weekday, start, lead or recurrence.lead, self.opening, recurrence.lead, recurrence.free_cancel
        )
        return replace(times, to_keep=hour_before(start, starts - recurrence.keep_asked_at(starts)))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
