"""The owner's guests: inviting them, how much they may ask for, suspending them, and taking them out again."""

from __future__ import annotations

from bot import screens
from bot.flows.services import Services
from bot.flows.tap import Handler, Response, Routes, Tap
from bot.screens.callbacks import Verb
from bot.screens.guests import QUOTAS
from bot.screens.page import NewMessage, Page
from domain.errors import StillActing
from domain.guests import INVITATION_LASTS, Guest


class GuestsFlow:
    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._directory = services.directory
        self._leaving = services.leaving
        handlers = {
            Verb.PEOPLE: self.people, Verb.GUEST: self.guest, Verb.INVITE_GUEST: self.invite,
            Verb.DROP_INVITATION: self.drop_invitation, Verb.QUOTA: self.quota, Verb.SET_QUOTA: self.set_quota,
            Verb.ASK_SUSPEND: self.ask_suspend, Verb.SUSPEND: self.suspend, Verb.RESUME_GUEST: self.resume,
            Verb.ASK_REMOVE: self.ask_remove, Verb.REMOVE: self.remove,
        }  # fmt: skip
        self.routes: Routes = {verb: self._for_the_owner(handler) for verb, handler in handlers.items()}

    def _for_the_owner(self, handler: Handler) -> Handler:
        async def handle(tap: Tap) -> Response:
            if not self._house.is_kept_by(tap.user_id):
                return screens.menu.notice_page(str(screens.guests.FOR_THE_OWNER))
            return await handler(tap)

        return handle

    async def people(self, tap: Tap) -> Page:
        return await self._people(tap.call.numbers[0])

    async def _people(self, page: int = 0, note: str = "") -> Page:
        guests, invitations = await self._db.guests.all(), await self._db.guests.invitations()
        friends = self._directory.configured_friends()
        return screens.guests.people_page(guests, invitations, friends, page, self._house.when(), note)

    async def invite(self, tap: Tap) -> Response:
        secret = await self._db.guests.invite(tap.user_id)
        link = screens.sharing.link_to(tap.bot_name, secret)
        until = self._house.now() + INVITATION_LASTS
        return NewMessage(screens.guests.invitation(until, link, self._house.when()))

    async def drop_invitation(self, tap: Tap) -> Page:
        dropped = await self._db.guests.withdraw(tap.id)
        return await self._people(note=screens.guests.dropped(done=dropped))

    async def guest(self, tap: Tap) -> Page:
        return await self._guest(tap.id)

    async def _guest(self, user_id: int, note: str = "") -> Page:
        guest = await self._db.guests.find(user_id)
        if guest is None:
            return await self._people(note=note or screens.guests.not_here())
        return screens.guests.guest_page(guest, await self._waiting(guest), self._house.when(), note)

    async def _waiting(self, guest: Guest) -> int:
        return await self._db.guests.waiting(guest.user_id)

    async def quota(self, tap: Tap) -> Page:
        guest = await self._db.guests.find(tap.id)
        return screens.guests.quota_page(guest) if guest else await self._guest(tap.id)

    async def set_quota(self, tap: Tap) -> Page:
        user_id, number = tap.call.numbers
        if number < len(QUOTAS):
            await self._db.guests.set_quota(user_id, QUOTAS[number])
        return await self._guest(user_id)

    async def ask_suspend(self, tap: Tap) -> Page:
        guest = await self._db.guests.find(tap.id)
        return screens.guests.ask_suspend(guest, await self._waiting(guest)) if guest else await self._guest(tap.id)

    async def suspend(self, tap: Tap) -> Page:
        await self._db.guests.suspend(tap.id)
        await self._directory.refresh()
        return await self._guest(tap.id)

    async def resume(self, tap: Tap) -> Page:
        await self._db.guests.resume(tap.id)
        await self._directory.refresh()
        return await self._guest(tap.id)

    async def ask_remove(self, tap: Tap) -> Page:
        guest = await self._db.guests.find(tap.id)
        return screens.guests.ask_remove(guest, await self._waiting(guest)) if guest else await self._guest(tap.id)

    async def remove(self, tap: Tap) -> Page:
        guest = await self._db.guests.find(tap.id)
        if guest is None:
            return await self._guest(tap.id)
        try:
            await self._leaving.forget(guest.user_id)
        except StillActing:
            return await self._guest(tap.id, screens.guests.acting(guest.name))
        return await self._people(note=screens.guests.removed(guest.name))
