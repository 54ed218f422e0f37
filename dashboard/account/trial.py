"""Stores an account, sealed, and looks how its first login goes. The login itself is a worker's."""

from __future__ import annotations

from datetime import datetime

from bot.flows.services import Services
from dashboard.account.drafts import Draft
from dashboard.account.form import Way
from dashboard.account.progress import Progress, Rows, progress
from database import Database
from domain.model import Action, ActionType, Clock
from domain.programs import LATE
from safety.sealing import Secrets

WORKER = "worker"


class AccountTaken(Exception):
    """Another person uses the bot with that Codice Persona: two at one account would undo each other's bookings."""


class Trial:
    def __init__(self, db: Database, services: Services, clock: Clock) -> None:
        self._db = db
        self._services = services
        self._directory = services.directory
        self._clock = clock

    async def store(self, draft: Draft) -> None:
        """Seals and stores what was typed; from now on the account counts, and its login is tried.

        Raises AccountTaken, and UnknownGuest for who is no guest any more.
        """
        secrets = _secrets(draft)
        await self._directory.refresh()
        if self._directory.whose(secrets.username) not in (None, draft.user_id):
            raise AccountTaken
        draft.tried_at = self._clock()
        await self._directory.admit(draft.user_id, secrets)

    async def again(self, draft: Draft) -> None:
        """Has the login tried once more, as it is."""
        draft.tried_at = self._clock()
        await self._db.pauses.end(draft.user_id, log_in=True)
        await self._db.requests.read_bookings_soon(draft.user_id)

    async def look(self, draft: Draft) -> Progress:
        """How the login goes."""
        now = self._clock()
        when = self._services.house.when(draft.user_id)
        beats = await self._db.heartbeats.all()
        guest = await self._db.guests.find(draft.user_id)
        rows = Rows(
            await self._db.people.find(draft.user_id),
            await self._check_since(draft.user_id, draft.tried_at or now),
            len(await self._db.bookings.held(draft.user_id, when.today)),
            any(beat.program == WORKER and now - beat.at < LATE for beat in beats),
            guest is not None and guest.suspended_at is not None,
        )
        return progress(rows, when)

    async def _check_since(self, user_id: int, since: datetime) -> Action | None:
        """The reading that tries the login: the newest, unless a worker had begun it before."""
        found = await self._db.requests.newest_routine(ActionType.CHECK, user_id)
        began_before = found is not None and found.started_at is not None and found.started_at < since
        return None if began_before else found


def _secrets(draft: Draft) -> Secrets:
    form = draft.form
    if form.way is Way.BY_HAND:
        return Secrets(form.username, "", "", form.matricola, by_hand=True)
    otp_url = draft.source.url if draft.source and draft.needs_code else ""
    return Secrets(form.username, form.password, otp_url, form.matricola)
