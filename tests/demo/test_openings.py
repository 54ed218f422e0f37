"""The demo's openings that follow the first: closed again, empty, and a rule like any that the owner took over."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from database import Database
from demo import openings
from demo import world as demo_world
from demo.site.slots import ROME
from demo.telegram import TelegramEmulator
from domain.house_rules import HouseRules
from domain.model import OpeningRule
from tests.support.clock import FakeClock
from tests.support.engines import file_of

NOON = datetime(2026, 11, 24, 12, tzinfo=ROME)


def test_a_day_opens_again_with_all_its_places_but_what_is_held_stays(clock: FakeClock) -> None:
    clock.now = NOON
    world = demo_world.new_world(clock)
    programme = demo_world.plan(world, clock())
    clock.now = programme.opens_at + timedelta(minutes=2)
    mine, full = programme.watched, world.slots(programme.watched.date)[-1]
    world.fill(full.appointment_id)
    mine.taken = 0
    world.book(demo_world.GIULIA.username, mine.appointment_id)
    guests = world.slots(programme.watched.date)[0]
    guests.taken = 0
    world.book(demo_world.SOFIA.username, guests.appointment_id)
    again = programme.opens_at + openings.EVERY
    watched = openings.open_again(world, again)
    assert full.free == full.capacity
    assert world.terms.opens_at(full) == again
    assert not world.terms.is_open(full)
    assert world.terms.is_open(mine)
    assert world.terms.is_open(guests)
    assert (watched.date, watched in (mine, guests), bool(watched.crowds)) == (mine.date, False, True)


async def test_the_programs_learn_of_it_as_of_a_rule_that_was_taken_over(db: Database, clock: FakeClock) -> None:
    configured = HouseRules(OpeningRule(2, time(12, 3), ROME))
    for minute in (8, 13):
        later = NOON.replace(minute=minute)
        openings.take_over(file_of(db), openings.rule(NOON.replace(minute=3)), openings.rule(later), clock)
        assert (await db.rules.in_force(configured)).opening.at == time(12, minute)


def test_an_announcement_is_for_every_chat() -> None:
    telegram = TelegramEmulator()
    telegram.person(42)
    telegram.announce(NOON, "PILATES")
    assert telegram.world.announcement == {"at": NOON.timestamp(), "text": "PILATES"}
