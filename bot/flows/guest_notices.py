"""The notices about guests: one came, one may book again, and one whom somebody books together with is gone."""

from __future__ import annotations

from bot import screens
from bot.flows.outgoing import Compose, NothingToTell, OutgoingNotice, told
from bot.flows.services import Services
from domain.model import Notice, NoticeKind


class GuestNotices:
    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self.kinds: dict[NoticeKind, Compose] = {
            NoticeKind.GUEST: self._guest,
            NoticeKind.GUEST_ENTERED: self._entered,
            NoticeKind.GUEST_LEFT: self._left,
            NoticeKind.SUSPENDED: self._suspended,
            NoticeKind.RESUMED: self._resumed,
            NoticeKind.FORGOTTEN: self._forgotten,
            NoticeKind.FRIEND_LEFT: self._friend_left,
        }

    async def _guest(self, notice: Notice) -> OutgoingNotice:
        guest = await self._db.guests.find(notice.about_user_id or 0)
        if guest is None:
            raise NothingToTell(f"{notice.about_user_id} is no guest any more")
        return told(screens.guests.came(guest))

    async def _forgotten(self, notice: Notice) -> OutgoingNotice:
        return told(screens.leaving.asked_to_be_forgotten(notice.about_user_id or 0))

    async def _entered(self, notice: Notice) -> OutgoingNotice:
        guest = await self._db.guests.find(notice.user_id)
        if guest is None or not guest.may_book:
            raise NothingToTell(f"{notice.user_id} is suspended, or gone")
        return told(screens.guests.entered())

    async def _left(self, _notice: Notice) -> OutgoingNotice:
        return told(screens.guests.left(len(await self._db.guests.all())))

    async def _suspended(self, notice: Notice) -> OutgoingNotice:
        guest = await self._db.guests.find(notice.user_id)
        if guest is None or guest.suspended_at is None:
            raise NothingToTell(f"{notice.user_id} is not suspended any more")
        return told(screens.guests.suspended(await self._db.guests.withdrawn(notice.user_id)))

    async def _resumed(self, notice: Notice) -> OutgoingNotice:
        guest = await self._db.guests.find(notice.user_id)
        if guest is None or not guest.may_book:
            raise NothingToTell(f"{notice.user_id} is suspended again, or gone")
        series = await self._db.series.of(notice.user_id)
        return told(screens.guests.resumed(has_paused=any(not one.active for one in series)))

    async def _friend_left(self, notice: Notice) -> OutgoingNotice:
        """What was asked for both is told as it stands now."""
        action = await self._db.requests.find(notice.action_id or 0, notice.user_id)
        return told(screens.guests.friend_left(action, self._house.when(notice.user_id)))
