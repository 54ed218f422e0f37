"""What a race has proved or read once may be different when the slot opens: a session, a login, a clock."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import booking
from demo.site import Outcome
from domain.errors import BookingRefused, OtpRejected, SessionExpired, SiteError, SiteUnavailable
from domain.model import ClassRef, Slot
from opening.last_call import NobodyWithdraws
from opening.site_calls import SiteCalls
from opening.spreading import Rank, Spread
from portal.resources import Account, Resources, State
from tests.support.openings import IMPATIENT, MOST_REQUESTS, OPENS, Open, readings
from tests.support.running import PATIENCE
from tests.support.sites import GIULIA

pytest_plugins = ["tests.support.opening_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

BOOK = "BookAppointment"
PREPARING = 3  # requests: my bookings, the calendars, a day of one
WITNESS = 1  # request: the timetable, after a yes


async def test_a_session_that_ends_after_the_look_up_is_renewed_before_the_opening(
    at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    logins: list[datetime] = []

    class AtOnce:
        """A login: how long it takes in the browser is no matter here."""

        has_typed, remarks = True, ()

        def __init__(self, resources: Resources, account: Account) -> None:
            self._known = account.files.load()

        async def run(self, sign_on: State | None) -> State:
            logins.append(opened.clock())
            assert self._known
            fresh = [{**each, "value": opened.world.accounts.open_session(GIULIA)} for each in self._known["cookies"]]
            return {"cookies": fresh[:1], "origins": []}

    async with at(lead=3.5, policy=replace(IMPATIENT, prove_session=1.5), new_login=AtOnce) as opened:

        class Ending(SiteCalls):
            async def find_slots(
                self, wishes: Sequence[ClassRef], before: Sequence[Slot] = ()
            ) -> list[Slot | BookingRefused]:
                found = await super().find_slots(wishes, before)
                opened.world.accounts.end_sessions()
                return found

        opened.calls = Ending
        won = await opened.race()
        assert won.report
        assert len(logins) == 1
        assert logins[0] < OPENS
        assert {entry.status for entry in opened.world.log.about(BOOK)} == {200}  # none met the login page


async def test_a_login_that_fails_at_the_look_up_is_tried_again(at: Open) -> None:
    async def one(failure: SiteError) -> None:
        failures = [failure, failure]

        class Failing(SiteCalls):
            async def find_slots(
                self, wishes: Sequence[ClassRef], before: Sequence[Slot] = ()
            ) -> list[Slot | BookingRefused]:
                if failures:
                    raise failures.pop()
                return await super().find_slots(wishes, before)

        async with at(lead=5.0, policy=replace(IMPATIENT, hurry=0.2, ask_again_after=0.1)) as opened:
            opened.calls = Failing
            assert (await opened.race()).choice == 0
        assert failures == []

    await asyncio.gather(one(SiteUnavailable("HTTP 503")), one(SessionExpired("at the login page")))


@pytest.mark.parametrize("remembered", [True, False])
async def test_a_login_whose_codes_are_refused_at_the_look_up_is_not_tried_every_few_seconds(
    at: Open, remembered: bool
) -> None:
    logins: list[None] = []

    class Refused(SiteCalls):
        async def find_slots(
            self, wishes: Sequence[ClassRef], before: Sequence[Slot] = ()
        ) -> list[Slot | BookingRefused]:
            logins.append(None)
            raise OtpRejected("two codes refused")

    async with at(lead=0.5, policy=replace(IMPATIENT, hurry=0.1, ask_again_after=0.05)) as opened:
        opened.calls = Refused
        if remembered:
            opened.known = [await booking.find_slot(opened.session, opened.pilates)]
        if remembered:  # there is something to shoot at, and the session may live on
            assert (await opened.race()).choice == 0
        else:
            with pytest.raises(OtpRejected):
                await opened.race()
        assert len(logins) == 1


async def test_a_clock_set_back_by_40_minutes_moves_no_shot(at: Open) -> None:
    async with at(lead=1.6, ahead=0.3, knows=False, round_trip=0.03) as opened:
        kept = opened.clock() - datetime.now(UTC) + timedelta(seconds=0.3)
        opened.world._true_clock = lambda: datetime.now(UTC) + kept
        opened.world.rival(opened.pilates_id, after=8.0)
        racing = asyncio.create_task(opened.race())
        await asyncio.sleep(0.4)
        opened.clock.go(seconds=-2400)
        await asyncio.wait_for(racing, PATIENCE)
        assert -0.01 < opened.arrivals(Outcome.BOOKED)[0] < 8.0


async def test_of_two_servers_that_disagree_the_one_that_opens_later_is_met_as_well(at: Open) -> None:
    async with at(ahead=-1.4, round_trip=0.03) as opened:
        opened.server.take(readings(opened.clock, 0.0))
        opened.world.rival(opened.pilates_id, after=8.0)
        won = await opened.race()
        assert won.report
        assert won.report.uncertainty == pytest.approx(1.4, abs=0.1)
        assert 0 < opened.shots.count(Outcome.NOT_OPEN) <= 4
        assert -0.01 < opened.arrivals(Outcome.BOOKED)[0] < 8.0
        assert won.report.hit
        assert won.report.hit.planned < 0.5  # after the later opening, however late a busy machine sends it
        assert opened.requests <= MOST_REQUESTS + PREPARING + WITNESS


async def test_a_site_that_is_slow_where_many_warm_their_connections_early_delays_no_last_call(at: Open) -> None:
    called = asyncio.Event()

    class Called(NobodyWithdraws):
        async def begin(self) -> None:
            assert not called.is_set()
            called.set()

    class Slow(SiteCalls):
        async def prove_session(self) -> None:
            await called.wait()  # a last call that waited for it would never come

    early = replace(IMPATIENT, hurry=0.1, last_call=3.0, warm=0.5, spread_warm=Spread(apart=3.2, longest=3.2))
    async with at(lead=4.0, policy=early) as opened:
        opened.calls, opened.last_call, opened.rank = Slow, Called(), Rank(0, 2)
        async with asyncio.timeout(PATIENCE):
            assert (await opened.race()).choice == 0
    assert called.is_set()
