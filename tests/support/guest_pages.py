"""Every page about guests, and of being forgotten, for tests of what all pages have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot import screens
from bot.screens.callbacks import ID
from bot.screens.page import Page
from bot.screens.when import When
from domain.errors import LoginRejected, OtpMissing
from domain.guests import Forgotten, Guest, Invitation
from domain.model import Action, ActionStatus
from domain.recurrence import PeriodicBooking
from domain.site_login import SiteLogin
from tests.support.chats import NOON


def guest_pages(action: Action, series: PeriodicBooking, nasty: str, when: When) -> Iterator[Page]:
    """With words from outside that are as bad as can be, and the largest of numbers."""
    guest = Guest(ID, nasty, 20, NOON, has_account=False)
    guests = [guest, replace(guest, has_account=True), replace(guest, suspended_at=NOON)]
    guests.append(replace(guest, has_account=True, entered_at=NOON))
    open_one = Invitation(ID, NOON)
    yield screens.guests.invitation(NOON, "https://t.me/x?start=i", when)
    for page in (0, 1):
        yield screens.guests.people_page(guests * 8, [open_one], 2, page, when, screens.guests.removed(nasty))
    yield screens.guests.people_page([], [], 0, 0, when, screens.guests.dropped(done=True))
    for each in guests:
        yield from (screens.guests.guest_page(each, 3, when, screens.guests.acting(nasty)), screens.guests.came(each))
    yield from (ask(guest, n) for ask in (screens.guests.ask_suspend, screens.guests.ask_remove) for n in (0, 1, 2))
    yield from (screens.guests.quota_page(guest), screens.guests.entered())
    yield from (screens.guests.resumed(has_paused=paused) for paused in (True, False))
    yield from (screens.guests.left(still) for still in (0, 1, 2))
    yield from (screens.guests.too_many(3, theirs=theirs) for theirs in (True, False))
    yield screens.guests.left_out(series, action.class_ref, when)
    for status in ActionStatus:
        yield screens.guests.friend_left(replace(action, status=status), when)
    for configured in (True, False):
        yield screens.leaving.ask(screens.leaving.About(1, 2, 1, configured, 2))
    yield screens.leaving.done(Forgotten(1, 2, 3, 4), configured=True, backups=1)
    yield from (screens.results.login_stopped(stop, when, guest=True) for stop in (LoginRejected("x"), OtpMissing("x")))
    yield from (screens.leaving.owners(), screens.leaving.asked_to_be_forgotten(ID))
    yield from (screens.door.enter_page("https://x.test/account/s", 5, again=again) for again in (True, False))
    yield from (screens.door.welcome(nasty, site) for site in SiteLogin)
    yield from (screens.door.no_page(ID, when), screens.door.configured())
