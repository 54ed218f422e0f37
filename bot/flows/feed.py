"""The feed of a person's classes: its secret address made, made anew, ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot import screens
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.screens.callbacks import Verb
from bot.screens.page import Page

TAPPED_TWICE = timedelta(minutes=1)  # so long the same button shows the address that it made


class FeedFlow:
    def __init__(self, services: Services) -> None:
        self._feeds = services.db.feeds
        self._served = services.feeds
        self._house = services.house
        self._made: dict[int, tuple[int, str, datetime]] = {}  # by person: the button's number, the secret, and when
        self.routes: Routes = {Verb.FEED: self.feed, Verb.MAKE_FEED: self.make, Verb.END_FEED: self.end}

    async def feed(self, tap: Tap, note: str = "") -> Page:
        feed = await self._feeds.find(tap.user_id)
        when = self._house.when(tap.user_id)
        return screens.feed.feed_page(feed, when, note, is_served=self._served.is_served)

    async def make(self, tap: Tap) -> Page:
        """Makes an address, once per button: the second of two quick taps shows what the first has made."""
        if not self._served.is_served:
            return await self.feed(tap)
        self._forget()
        secret = await self._feeds.make(tap.user_id, instead_of=tap.id)
        if secret is not None:
            self._made[tap.user_id] = (tap.id, secret, self._house.now())
        else:
            secret = await self._made_just_now(tap)
        if secret is None:
            return await self.feed(tap, str(screens.feed.ONE_ALREADY))
        address, when = self._served.address(secret), self._house.when(tap.user_id)
        return screens.feed.address_page(address, when, is_reachable=self._served.is_reachable)

    def _forget(self) -> None:
        """Secrets stay in memory only, and hardly longer than a double tap takes."""
        since = self._house.now() - TAPPED_TWICE
        self._made = {person: made for person, made in self._made.items() if made[2] > since}

    async def _made_just_now(self, tap: Tap) -> str | None:
        """What the same button has made a moment ago, if it is still the person's."""
        number, secret, _made_at = self._made.get(tap.user_id, (None, "", None))
        feed = await self._feeds.with_secret(secret) if number == tap.id else None
        return secret if feed is not None and feed.user_id == tap.user_id else None

    async def end(self, tap: Tap) -> Page:
        """Ends the address that the button was made for."""
        ended = await self._feeds.end(tap.user_id, tap.id)
        return await self.feed(tap, str(screens.feed.ENDED if ended else screens.feed.ONE_ALREADY))
