"""Puts one notice into its chat and marks it told; what Telegram or the database says against it is raised.

Used by delivery.py alone, which knows when a notice's time has come and what a failure means.
"""

from __future__ import annotations

import asyncio
import logging

from telegram import Bot
from telegram.error import TelegramError

from bot.flows.notices import Composer
from bot.flows.outgoing import CardEdit, NothingToTell, OutgoingNotice
from bot.transport.chat import ChatLocks, edit, outcome_unknown, send_new, unless
from database import Database
from domain.delivered import Told
from domain.errors import DatabaseError
from domain.model import Notice, NoticeKind

MOST_STALE = 3  # old messages that are told one by one; more become one

log = logging.getLogger(__name__)


class Teller:
    """`order_patience`: s a message waits for what is under way in its chat: a tap being answered."""

    def __init__(self, bot: Bot, db: Database, composer: Composer, chats: ChatLocks, order_patience: float) -> None:
        self._bot = bot
        self._db = db
        self._composer = composer
        self._chats = chats
        self._order_patience = order_patience
        self._message_due: dict[int, asyncio.Event] = {}  # by user whose edit is under way: it gives way
        self._told: dict[int, Told] = {}  # what arrived, or is shown, and is not marked yet
        self._told_together: dict[int, list[Notice]] = {}  # the same, by the first of what became one message
        self._edited: set[int] = set()  # notices whose card was tried to be edited in place of a message

    async def tell(self, notice: Notice) -> bool:
        """Tells the notice and marks it, if now is the moment. False when it is kept, or was marked with others.

        Raises NothingToTell, TelegramError or DatabaseError. What has arrived is not sent again by the next try.
        """
        if not self.has_told(notice) and not await self._goes_out(notice):
            return False
        await self._mark(notice)
        return True

    def has_told(self, notice: Notice) -> bool:
        """Whether it has arrived, and only its mark is missing."""
        return notice.id in self._told

    def hurry_edit_of(self, user_id: int) -> None:
        """A new message is due in that chat: an edit that is under way there gives way."""
        if user_id in self._message_due:
            self._message_due[user_id].set()

    async def mark_stale(self, notice: Notice) -> None:
        """Marks what was told with this notice as one message, if there was enough of it."""
        stale = await self._composer.stale(notice)
        if len(stale) > MOST_STALE:
            await self._db.outbox.sent_together(stale)

    def forget(self, notice: Notice) -> None:
        """The notice is done with."""
        self._edited.discard(notice.id)

    async def _goes_out(self, notice: Notice) -> bool:
        if notice.kind.is_edit:
            return await self._edit(notice)
        if await self._tell_together(notice):
            return False
        await self._send(notice)
        return True

    # Messages

    async def _send(self, notice: Notice) -> None:
        """Puts the notice in the chat. From then on it counts as told, whatever becomes of the database."""
        async with self._chats.within(notice.user_id, self._order_patience):
            outgoing = await self._compose(notice)
            self._told[notice.id] = await self._send_outgoing(notice, outgoing)

    async def _send_outgoing(self, notice: Notice, outgoing: OutgoingNotice) -> Told:
        card = outgoing.card.message_id if outgoing.card else None
        if outgoing.card_is_enough and outgoing.card and await self._is_shown_on(outgoing.card, notice):
            return Told()
        if outgoing.message is None:
            return Told()
        message = await send_new(self._bot, notice.user_id, outgoing.message)
        return Told(outgoing.action_id, message.message_id, None if outgoing.card_is_enough else card)

    async def _is_shown_on(self, card: CardEdit, notice: Notice) -> bool:
        """Whether editing the card has told it. Not tried again once it can't be, or nobody knows whether it was."""
        if notice.id in self._edited:
            return False
        try:
            edited = await edit(self._bot, notice.user_id, card.message_id, card.page)
        except TelegramError as error:
            if outcome_unknown(error):
                self._edited.add(notice.id)
            raise
        if not edited:
            self._edited.add(notice.id)
        self._composer.replaced(notice.user_id, card.message_id)
        return edited

    async def _mark(self, notice: Notice) -> None:
        await self._db.outbox.sent(notice, self._told[notice.id])
        del self._told[notice.id]
        self.forget(notice)
        log.info("→ Notice %s (%s) is told to user %s", notice.id, notice.kind, notice.user_id)

    async def _compose(self, notice: Notice) -> OutgoingNotice:
        """What is sent for a notice. Raises NothingToTell also when the rows make no sense: no later try would help."""
        try:
            return await self._composer.compose(notice)
        except (NothingToTell, DatabaseError):
            raise
        except Exception as error:
            log.exception("Unexpected error while composing notice %s", notice.id)
            raise NothingToTell(f"{type(error).__name__}: {error}") from error

    async def _tell_together(self, first: Notice) -> bool:
        """Tells what has waited for long as one message, and marks it. False when there is too little of it."""
        if first.id not in self._told_together:
            stale = await self._composer.stale(first)
            if len(stale) <= MOST_STALE:
                return False
            await self._send_together(first.user_id, stale)
            self._told_together[first.id] = stale
        stale = self._told_together[first.id]
        await self._db.outbox.sent_together(stale)
        del self._told_together[first.id]
        log.info("→ Notices %s to %s are told to user %s in one message", first.id, stale[-1].id, first.user_id)
        return True

    async def _send_together(self, user_id: int, stale: list[Notice]) -> None:
        """One message of what is still worth telling; none when nothing is. An old reading is not."""
        composed = []
        for notice in stale:
            try:
                composed.append(await self._compose(notice))
            except NothingToTell as nothing:
                log.info("Notice %s has nothing to tell any more: %s", notice.id, nothing)
        messages = [outgoing.message for outgoing in composed if outgoing.message and not outgoing.card_is_enough]
        if messages:
            async with self._chats.within(user_id, self._order_patience):
                await send_new(self._bot, user_id, await self._composer.together(user_id, messages))

    # Edits

    async def _edit(self, notice: Notice) -> bool:
        """Edits a message that is there already. False when it left off because a new message was due in the chat."""
        due = self._message_due[notice.user_id] = asyncio.Event()
        try:
            edited = await unless(due, self._edit_card(notice))
        finally:
            del self._message_due[notice.user_id]
        return edited is not None

    async def _edit_card(self, notice: Notice) -> bool:
        async with self._chats.of(notice.user_id):
            outgoing = await self._compose(notice)
            if outgoing.card is not None:
                await edit(self._bot, notice.user_id, outgoing.card.message_id, outgoing.card.page)
                if notice.kind is not NoticeKind.PAGE:
                    self._composer.replaced(notice.user_id, outgoing.card.message_id)
        self._told[notice.id] = Told()
        return True
