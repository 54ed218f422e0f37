"""The moment a slot opens: the server's clock, warm connections, the shots, the report.

Used by actions/book.py for a booking whose opening is near. Everything here counts in the server's time: the site
opens when its own clock says so. How the night goes, with the opening at T:

    T-5 min   the session is fresh; what we hold is known
    T-60 s    the slots of the wish and its alternatives, whatever their status says
    T-40 s    the server's clock, from the second edges of its `Date` header (shared by everybody in this process)
    T-25 s    the session once more: one that has ended meanwhile is renewed while there is time
    T-10 s    the last call: until then the person could take the booking back
    T-2 s     as many connections as there will be shots at once, warm
    T         shots that arrive within some 10 ms after T; then on what they answer. What the timetable did not show:
              its schedule in their place, and a shot the moment it shows the slot

Who comes later than that skips what there is no time for, but never the shot. All waits go by the server's clock,
roughly known from the start, so that nobody who sets ours moves the opening.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import booking
import scraper
from booking import Booked
from domain.errors import (
    AccountLimit,
    AlreadyBooked,
    BookingRefused,
    LeaseLost,
    MembershipProblem,
    NotOpenYet,
    OnWaitingList,
    OtpRejected,
    Overlap,
    PlaceUnclear,
    SessionExpired,
    SiteChanged,
    SiteError,
    SiteUnavailable,
    SlotFull,
    SlotNotFound,
    quote,
)
from domain.model import LAST_CALL, Booking, ClassRef, Slot, SlotStatus
from domain.opening_report import OpeningReport, Shot, ShotOutcome
from opening.appearance import Appearance, Choice, Found, Sightings, Wishes
from opening.last_call import Call, LastCall, NobodyWithdraws
from opening.server_clock import (
    LOOK_EVERY,
    ServerClock,
    look_after_everything,
    set_aside_what_lives,
    sleep_until,
    steady,
)
from opening.volley import ASKING, REPEATS, REPEATS_ODD, SINGLE, Allowance, Volley, plan
from portal import api, bookings_list
from portal.bookings_list import BookingsList, Sought
from portal.proof import seen, standing
from portal.session import SiteSession
from portal.side_by_side import both, noticed

TURNS = timedelta(seconds=90)  # before T: until then one account after the other logs in, later all at once
LOOK_UP = timedelta(seconds=60)  # before T: the ids of the slots
TRY_EARLY = timedelta(seconds=20)  # before T: later than that, a slot that looks open already is left for T
LEAVE_EARLY = timedelta(seconds=2)  # before the hurry begins, an early try is left to itself
LOOK_AGAIN = timedelta(seconds=12)  # before T: a slot that was not there is looked for once more
LISTEN = timedelta(seconds=40)  # before T: the server's clock
HURRY = timedelta(seconds=8)  # before T: who comes later asks for everything at once
CALL = LAST_CALL - timedelta(seconds=2)  # before T: by the server's clock, a little after the person's last chance
PROVE = timedelta(seconds=25)  # before T: whether the session still lives; a login takes seconds
LISTEN_UNTIL = timedelta(seconds=3)  # before T
LISTEN_UNTIL_LATE = timedelta(seconds=0.4)  # before T, for who comes late
WARM = timedelta(seconds=2)  # before T: the connections
SOON = 0.03  # s before the first shot has to leave: who has no answer by then shoots without it
SPREAD_LOOK_UP = 0.25  # s per account racing, by which their preparations come apart
SPREAD_PROVE = 0.05  # s per account racing
SPREAD_WARM = 0.03  # s per account racing
AGAIN = 5.0  # s before a site that does not answer is asked again, while preparing

VOLLEYS_FOR = 8  # people racing at once in this process; with more, each sends one shot, and nobody waits for thirds
LATE = timedelta(seconds=0.1)  # after T: who begins to shoot then has no use for shots side by side
FAR = 0.3  # s before T: so much too early, the clock was wrong, and is read again before the next shot
AT_SIGHT = 2  # shots at what has just appeared: of two ways, one is the shorter
ASKS = 2  # schedules side by side: a third would be won by no more than it costs, another connection and itself
FOR_ANOTHER_CLOCK = 3  # requests that are kept for the opening by the next of the site's clocks: two shots, a look
AFTER_SIGHT = 3  # requests that are kept for what those shots come to: another, a look, the timetable
ENOUGH = 3  # requests that are kept for what appears: a shot, a look, the timetable
PROOF = 2  # requests that are kept for a shot without an answer: a look, the timetable
LOOKS = (0.0, 0.5, 2.0, 7.0)  # s before each look for a booking the site has accepted: ten in all
WITNESS = 1  # request that is kept for the timetable, which is asked about what my bookings show
OTHERS_SHOOT = timedelta(seconds=0.15)  # after T: to read a page takes time that others' shots do not have
LOOKS_LOST = (0.0, 0.3, 1.0)  # s before each look for one whose answer was lost, when no more shots are left

T = TypeVar("T")

log = logging.getLogger(__name__)

PASSING = (SiteUnavailable, SiteChanged, SessionExpired)  # while preparing; with time left, ask again
STILL_SHOOT = (*PASSING, OtpRejected)  # shortly before; but nobody asks again for what sends the password each time
OUTCOMES = {NotOpenYet: ShotOutcome.EARLY, SlotFull: ShotOutcome.FULL, AlreadyBooked: ShotOutcome.ALREADY}


@dataclass(frozen=True, slots=True)
class Won:
    """A place, and how it was got."""

    booked: Booked
    choice: int  # 0: the wish itself
    report: OpeningReport | None
    why_not_first: str = ""  # the site's words about the choices before


class Race:
    """One booking at one opening."""

    def __init__(
        self,
        session: SiteSession,
        wishes: Wishes,
        opens_at: datetime,
        server: ServerClock,
        racing: Callable[[], int] = lambda: 1,
        known: Sequence[Slot] = (),
        allowance: Allowance | None = None,
        last_call: LastCall | None = None,
        number: int = 0,
        beside: ClassRef | None = None,
        sightings: Sightings | None = None,
    ) -> None:
        self._session = session
        self._wishes = wishes
        self._appearance = Appearance(session, wishes, known, sightings or Sightings())
        self._opens_at = opens_at
        self._server = server
        self._racing = racing  # how many race in this process
        self._number = number  # of the booking, among those of its account
        self._beside = beside  # a booking of ours that the wish may overlap, as far as we are concerned
        self._allowance = allowance or Allowance()
        self._allowance.join(number)
        self._call = Call(last_call or NobodyWithdraws(), self._left)
        self._mine: BookingsList | None = None  # what is held before the shots; None: nobody knows
        self._refusals: list[SiteError] = []
        self._over = False
        self._clocks_tried = 0  # of the site's, if it has several that disagree
        self._report = OpeningReport(opens_at)

    async def run(self, turns: asyncio.Lock) -> Won:
        """Prepares, shoots at the opening, and reads back. `turns` is held by the one account that may log in.

        Raises why the first choice could not be booked, with the report, or what stops us before: TakenBack when its
        person did not want it any more.
        """
        if self._racing() <= 1:
            self._server.hold()
        try:
            return await self._run(turns)
        except SiteError as error:
            error.opening = self._report if self._report.shots else None
            raise
        finally:
            self._over = True
            if self._racing() <= 1:
                look_after_everything()

    async def _run(self, turns: asyncio.Lock) -> Won:
        choices = await (self._ask_at_once() if self._is_past(HURRY) else self._ask_in_time(turns))
        if (won := await self._held_already()) is not None:
            return won
        if not choices:
            raise self._refusals[0]
        async with self._session.awake():
            if (won := await self._try_early(choices)) is not None:
                return won
            await self._until(LISTEN)
            enough = LISTEN_UNTIL_LATE if self._is_past(HURRY) else LISTEN_UNTIL
            listening = noticed(self._listen(enough), "server's clock")
            proving = noticed(self._prove_session(choices), "session")
            await self._leave_time_for(CALL, proving)
            if proving.done():
                proving.result()
                if (won := await self._held_already()) is not None:
                    return won
            choices = self._possible(choices)
            with self._appearance.watched(choices):
                await self._until(CALL)
                calling = self._call.begin()
                await self._leave_time_for(WARM, calling)
                if calling.done():  # what was taken back must not cost the account the requests of another race
                    await self._call.heed(calling, hurry=self._is_past(HURRY))
                await self._leave_time_for(min(enough, WARM), listening)
                await self._until(WARM + self._apart(SPREAD_WARM))
                await self._warm(len(self._plan() if choices[0].is_listed else self._plan_asking(choices[0])))
                await self._call.heed(calling, hurry=self._is_past(HURRY))
                return await self._shoot(choices)

    # Time

    def _left(self) -> float:
        """Seconds until the opening, by the server's clock once it is known, else by ours."""
        return self._opening[0] - steady()

    @property
    def _opening(self) -> tuple[float, float]:
        """When (by `steady`) it opens, and how sure that is: by the first of the site's clocks or, once that was too
        early, by the next."""
        moments = self._server.moments(self._opens_at)
        return moments[min(self._clocks_tried, len(moments) - 1)]

    def _is_past(self, before: timedelta) -> bool:
        return self._left() < before.total_seconds()

    async def _until(self, before: timedelta) -> None:
        """Waits by the clock that counts, looking at it often: more may be known of it, or the machine have slept."""
        while (left := self._left() - before.total_seconds()) > 0:  # noqa: ASYNC110 - for time, not an event
            await asyncio.sleep(min(left, LOOK_EVERY))

    async def _leave_time_for(self, later: timedelta, running: asyncio.Task[Any]) -> None:
        """Waits for what runs beside us, but only until what comes after it is due."""
        await asyncio.wait({running}, timeout=max(self._left() - later.total_seconds(), 0.0))

    def _since_opening(self, moment: float) -> float:
        return moment - self._opening[0]

    def _apart(self, spread: float) -> timedelta:
        """A little earlier each, when many prepare for the same moment."""
        return timedelta(seconds=random.uniform(0.0, spread * (self._racing() - 1)))  # noqa: S311 - no secret

    # Preparing

    async def _ask_in_time(self, turns: asyncio.Lock) -> list[Choice]:
        if self._racing() <= 1:
            set_aside_what_lives()
        noticed(self._server.glance(self._ask_the_time), "server's clock, roughly")
        async with self._my_turn(turns):
            await self._read_mine()
        if await self._held_already() is not None:
            return []
        await self._until(LOOK_UP + self._apart(SPREAD_LOOK_UP))
        return await self._look_up()

    async def _ask_at_once(self) -> list[Choice]:
        _, choices = await both(self._read_mine(), self._look_up())
        if len(self._possible_now(choices)) < len(choices):
            await self._read_mine()  # one reading is no reason not to ask for a place
        return choices

    async def _read_mine(self) -> None:
        """Reads what we hold. When the site can't tell in time, what it told before counts; it will judge the shots."""
        with suppress(*PASSING):
            self._mine = await self._while_there_is_time(
                "what we hold", lambda: booking.read_my_bookings(self._session)
            )

    async def _while_there_is_time(self, what: str, ask: Callable[[], Awaitable[T]]) -> T:
        """What the site answers, asked again until that would make us late. Raises what it met last."""
        while True:
            try:
                return await ask()
            except PASSING as error:
                log.warning("  %s can't be read: %s", what, error)
                if self._left() < HURRY.total_seconds() + AGAIN:
                    raise
            await asyncio.sleep(AGAIN)

    async def _prove_session(self, choices: Sequence[Choice]) -> None:
        """Reads what we hold once more shortly before: a session that has ended since the look-up is renewed by that,
        and what met another booking then may not do so any more."""
        if self._is_past(PROVE):
            return
        await self._until(PROVE + self._apart(SPREAD_PROVE))
        with suppress(*STILL_SHOOT):
            if bookings_list.is_quick(self._session) or self._mine is None or not self._possible_now(choices):
                await self._read_mine()
            else:
                await self._while_there_is_time("our page", lambda: api.my_bookings(self._session))

    @asynccontextmanager
    async def _my_turn(self, turns: asyncio.Lock) -> AsyncIterator[None]:
        """One account after the other, so that a hundred logins don't fight for the browser; near T all at once."""
        while turns.locked() and not self._is_past(TURNS):  # noqa: ASYNC110 - for time as well
            await asyncio.sleep(LOOK_EVERY)
        if turns.locked():
            yield
            return
        async with turns:
            yield

    async def _held_already(self) -> Won | None:
        """One of the choices is ours: whoever raced before us won it, and did not live to tell.

        After the opening, raises what stands in its place and may not be ours: to shoot again might take a second one.
        What stood there before it says nothing about a place that nobody could have yet.
        """
        if self._mine is None:
            return None
        for number, wish in self._wishes:
            try:
                held = await standing(self._session, self._mine, wish)
            except (OnWaitingList, PlaceUnclear) as stands:
                if self._left() <= 0:
                    raise
                log.warning("  %s: the site will judge the shots", stands)
                continue
            if held is not None:
                return Won(Booked(held, self._session.access.clock(), None, "already", ""), number, None)
        return None

    async def _look_up(self) -> list[Choice]:
        """The choices, in order; one that is not listed is looked for again shortly before T."""
        found = await self._find()
        if any(isinstance(each, SlotNotFound) for each in found) and not self._is_past(LOOK_AGAIN * 1.5):
            await self._until(LOOK_AGAIN)
            found = await self._find()
        choices, refusals = self._appearance.choices(found)
        self._refusals += refusals
        return choices

    async def _find(self) -> Found:
        """What the site lists now; when it can't tell, what it listed before."""
        remembered = self._appearance.remembered()
        if not any(isinstance(each, Slot) for each in remembered):
            return await self._while_there_is_time("timetable", self._appearance.look_up)
        try:
            return await self._appearance.look_up()
        except STILL_SHOOT as error:
            log.warning("  the timetable can't be read (%s): going by an earlier reading", error)
            return remembered

    def _possible(self, choices: Sequence[Choice]) -> list[Choice]:
        """The choices that meet nothing else of ours, by the latest reading. Raises why when there is none."""
        self._refusals += [overlap for each in choices if (overlap := self._overlap(each)) is not None]
        if not (possible := self._possible_now(choices)):
            raise self._refusals[0]
        return possible

    def _possible_now(self, choices: Sequence[Choice]) -> list[Choice]:
        return [each for each in choices if self._overlap(each) is None]

    def _overlap(self, choice: Choice) -> Overlap | None:
        """With what a choice meets, as far as we know. What is listed in words nobody knows is left to the site."""
        mine = [each for each in (self._mine.bookings if self._mine else ()) if not each.unknown_words]
        try:
            booking.refuse_if_overlapping(self._session, mine, choice.slot, self._beside)
        except Overlap as overlap:
            return overlap
        return None

    async def _try_early(self, choices: Sequence[Choice]) -> Won | None:
        """What is shown as available before its time is tried at once: the rule may be wrong, or have changed."""
        choice = choices[0]
        if choice.slot.status is not SlotStatus.AVAILABLE or self._is_past(TRY_EARLY) or self._overlap(choice):
            return None
        calling = self._call.begin()
        error = await self._call.answer_of(calling, TRY_EARLY.total_seconds())
        if isinstance(error, LeaseLost):
            raise error
        if error is not None or not calling.done():
            return None  # nobody is sure that it was not taken back: the opening is soon enough
        self._count_one()
        trying = noticed(booking.book(self._session, choice.wish), "early")
        await self._leave_time_for(HURRY + LEAVE_EARLY, trying)
        if not trying.done():
            return None  # it goes on by itself; if it books, the site says so at the opening
        try:
            booked = trying.result()
        except OnWaitingList:
            raise
        except (BookingRefused, SiteUnavailable, SiteChanged) as error:
            log.info("  it looks open already, but: %s", error)
            return None
        return Won(booked, choice.number, replace(self._report, opened_early=True), self._why())

    async def _listen(self, enough: timedelta) -> None:
        """Learns the server's clock, as well as the time allows: until so long before the opening."""
        await self._server.learn(self._ask_the_time, lambda: self._over or self._is_past(enough))
        self._note_clock()

    def _ask_the_time(self) -> Awaitable[Mapping[str, str]]:
        return api.clock(self._session)

    def _note_clock(self) -> None:
        """Puts what is known of the server's clock into the report; nothing is known without a `Date`."""
        if self._server.known:
            self._report = replace(
                self._report,
                offset=self._server.ahead,
                doubt=self._server.doubt,
                round_trip=self._server.round_trip,
            )

    def _plan(self) -> tuple[float, ...]:
        """When the first shots shall arrive, in seconds around the opening."""
        if self._is_past(-LATE):
            return (self._since_opening(steady()),)  # one shot says as much as three at once
        shots = SINGLE if self._racing() > VOLLEYS_FOR else self._allowance.shots
        return plan(shots, self._server.jitter, self._opening[1])

    def _plan_asking(self, choice: Choice) -> Sequence[float]:
        """The same for the schedules that are asked for until a choice appears; a share where others wait for it."""
        if self._is_past(-LATE):
            return (self._since_opening(steady()),)
        asks = min(self._allowance.shots, ASKS)
        return self._appearance.share(choice, plan(asks, self._server.jitter, self._opening[1], ASKING))

    def _sent(self, planned: float) -> float:
        """When (by `steady`) a request has to leave so that it arrives as planned."""
        return self._opening[0] + planned - self._server.round_trip / 2

    async def _warm(self, connections: int) -> None:
        """Opens as many connections as will be needed at once; one tells whether the session still lives.

        Once for all bookings of the account: they share the connections.
        """
        time_left = self._left() - self._server.round_trip / 2 - SOON
        if self._allowance.warmed_by is not None or time_left < self._server.round_trip / 2:
            return
        self._allowance.warmed_by, self._allowance.warmed = self._number, max(connections, 1)
        proof = noticed(api.my_bookings(self._session), "our page")
        knocks = [noticed(api.knock(self._session), "connection") for _ in range(1, connections)]
        done, _ = await asyncio.wait({proof, *knocks}, timeout=time_left)
        for problem in (each.exception() for each in done):
            if isinstance(problem, SiteUnavailable | SiteChanged):
                log.warning("  warming up: %s", problem)
            elif problem is not None:
                raise problem

    # Shooting

    async def _shoot(self, choices: Sequence[Choice]) -> Won:
        """The wish at the opening, then what its answers ask for; then the alternatives, one after the other."""
        left = list(choices)
        while left := await self._with_the_first_listed(left):
            choice, *left = left
            if self._report.shots and self._requests_left() < 1:
                raise SiteUnavailable("the requests of this opening are spent: what is left to try is tried later")
            found = await self._pursue(choice, len(left))
            if found is not None:
                self._report = replace(self._report, seen=self._since_opening(steady()))
                said = self._report.hit.message if self._report.hit else ""
                booked = Booked(found, self._session.access.clock(), choice.slot, "requests", said)
                return Won(booked, choice.number, self._report, self._why())
        raise self._refusals[0]

    async def _with_the_first_listed(self, choices: list[Choice]) -> list[Choice]:
        """The choices from the first on that can be shot at: what the timetable does not show yet, it is asked for.

        While another choice is listed, what does not appear at once is given up.
        """
        if not choices or choices[0].is_listed:
            return choices
        left, hopes = self._requests_left() - ENOUGH, any(each.is_listed for each in choices)
        planned = self._plan_asking(choices[0])[: max(left, 0)]
        pauses = iter(REPEATS[max(min(left - len(planned), len(REPEATS) - 1), 0)])
        pause: float | None = None
        while planned and not self._appearance.has_seen(choices):
            self._allowance.spend(self._number, len(planned))
            await self._appearance.ask(choices, [self._sent(each) for each in planned])
            if hopes or self._appearance.has_seen(choices) or (pause := next(pauses, None)) is None:
                break
            planned = await self._next_plan(pause, lambda: self._plan_asking(choices[0]), ENOUGH + 1)
        listed, not_seen = self._appearance.from_the_first_seen(choices)
        self._refusals += not_seen
        return listed

    async def _pursue(self, choice: Choice, later: int) -> Booking | None:
        """Shoots at one choice until it is ours, or clearly cannot be. None: on to the next of the `later` ones.

        What the site did not answer is shot at again: if it was booked all the same, the site says so.
        """
        volley = await self._fire(choice, self._first_shots(choice))
        repeats = max(self._requests_left() - min(later, 1), 0)  # an alternative keeps a shot
        pauses = iter(REPEATS[min(repeats, len(REPEATS) - 1)])
        odd_pauses = iter(REPEATS_ODD[min(max(repeats - 1, 0), len(REPEATS_ODD) - 1)])
        lost = volley.has(ShotOutcome.LOST)
        while not volley.has(ShotOutcome.ACCEPTED, ShotOutcome.ALREADY) and volley.final is None:
            pause = next(odd_pauses if volley.senseless else pauses, None)
            if pause is None or self._requests_left() - PROOF * lost < 1:  # what was lost is looked for in the end
                break
            volley = await self._fire(choice, await self._next_plan(pause, self._plan, FOR_ANOTHER_CLOCK))
            lost = lost or volley.has(ShotOutcome.LOST)
        return await self._outcome(choice, volley, lost=lost)

    def _first_shots(self, choice: Choice) -> Sequence[float]:
        if self._report.shots:
            return (0.0,)
        if not choice.just_seen:
            return self._plan()
        return (self._since_opening(steady()),) * min(AT_SIGHT, max(self._requests_left() - AFTER_SIGHT, 1))

    async def _outcome(self, choice: Choice, volley: Volley, *, lost: bool) -> Booking | None:
        """What the shots at a choice came to, where only "my bookings" can tell. Raises what makes going on wrong."""
        if isinstance(volley.final, OnWaitingList) and not volley.has(ShotOutcome.ACCEPTED):
            raise volley.final  # what else is tried might become a second place
        if volley.has(ShotOutcome.ACCEPTED, ShotOutcome.ALREADY):
            found = await self._see(choice, LOOKS[: max(2, self._requests_left() - WITNESS)], accepted=True)
            if found is None:
                raise await self._with_evidence(SiteChanged("the site answered OK, but the booking is not among ours"))
            return found
        looks_lost = LOOKS_LOST[: max(1, self._requests_left() - WITNESS)]
        if lost and (found := await self._see(choice, looks_lost, accepted=False)) is not None:
            return found
        self._refuse_to_guess(volley)
        why = volley.final or volley.last
        if not isinstance(why, BookingRefused) or isinstance(why, AccountLimit | MembershipProblem):
            raise why  # of the last two no alternative would be refused less
        self._refusals.append(await self._with_evidence(why) if type(why) is BookingRefused else why)
        return None

    async def _fire(self, choice: Choice, planned: Sequence[float]) -> Volley:
        self._allowance.spend(self._number, len(planned))
        fired = await asyncio.gather(*(self._shot(choice, at) for at in planned))
        for shot, error in fired:  # not sooner: what is written while others are to be sent makes them late
            log.info("  shot at %+.3f s: %s %s", shot.arrived, shot.outcome, shot.message or error or "")
        self._report = replace(self._report, shots=(*self._report.shots, *(shot for shot, _ in fired)))
        self._note_clock()
        return Volley([shot for shot, _ in fired], [error for _, error in fired if error is not None])

    def _refuse_to_guess(self, volley: Volley) -> None:
        """A lost shot may have booked after we looked: an alternative would be a second place. The next try looks."""
        if volley.has(ShotOutcome.LOST):
            lost = [each for each in volley.errors if isinstance(each, SiteUnavailable | SiteChanged)]
            raise next((each for each in lost if isinstance(each, SiteUnavailable)), lost[0])

    async def _see(self, choice: Choice, waits: Sequence[float], *, accepted: bool) -> Booking | None:
        if self._racing() > 1:
            await self._until(-OTHERS_SHOOT)
        self._allowance.spend(self._number, len(waits) + WITNESS)
        known, before = self._mine is not None, self._mine.bookings if self._mine else ()
        sought = Sought(choice.wish, choice.slot, before, all_before=known, accepted=accepted)
        return await seen(self._session, sought, waits)

    async def _with_evidence(self, error: SiteError) -> SiteError:
        """What nobody can explain keeps what the site said."""
        said = "\n".join(f"{shot.outcome}: {shot.message}" for shot in self._report.shots)
        error.evidence = await self._session.keep_evidence("book", said, str(error))
        return error

    async def _next_plan(self, pause: float, at_opening: Callable[[], Sequence[float]], kept: int) -> Sequence[float]:
        """When to send next: soon, or at the opening when the last ones were far too early. `kept`: for another clock.

        Of servers that answer by chance or in turn the one whose clock shows the opening may be the next to answer.
        """
        later = [moment for moment, _ in self._server.moments(self._opens_at) if moment > steady()]
        await asyncio.sleep(min(pause, *(max(each - steady() - SOON, 0.0) for each in later)) if later else pause)
        if self._left() < FAR and (self._requests_left() > kept or not self._another_clock_comes()):
            return (self._since_opening(steady()),)
        await self._listen(LISTEN_UNTIL_LATE)
        return at_opening()[: max(self._requests_left() - 1, 1)]

    def _another_clock_comes(self) -> bool:
        """Whether another of the site's clocks has the opening still ahead; from now on we go by that one."""
        moments = self._server.moments(self._opens_at)
        later = [number for number, moment in enumerate(moments) if moment[0] > steady()]
        if later:
            self._clocks_tried = later[0]
        return bool(later)

    def _requests_left(self) -> int:
        return self._allowance.left(self._number)

    async def _shot(self, choice: Choice, planned: float) -> tuple[Shot, SiteError | None]:
        """One booking request, sent so that it arrives when planned; at once when that is past."""
        await sleep_until(self._sent(planned))
        sent = steady()
        outcome, message, error = await self._answer(choice.slot, sent)
        times = (self._since_opening(sent), self._since_opening(steady()))
        return Shot(choice.number, planned, *times, outcome, message), error

    async def _answer(self, slot: Slot, sent: float) -> tuple[ShotOutcome, str, SiteError | None]:
        """What became of a request: in a word, in the site's words, and as the error they mean."""
        try:
            answer = await api.book_appointment(self._session, slot.appointment_id, sent_again=self._count_one)
        except (SiteUnavailable, SiteChanged) as error:
            return ShotOutcome.LOST, "", error
        except SiteError as error:
            return ShotOutcome.REFUSED, "", error
        if not self._server.known:
            self._server.add(sent, steady(), answer.headers)
        said = scraper.booking_answer(answer.text, self._session.door.words, slot.course)
        if not said.understood:
            return ShotOutcome.LOST, "", SiteChanged("the site's answer to the booking can't be read")
        if said.waiting:
            kind = OnWaitingList if said.accepted else SlotFull
            return ShotOutcome.FULL, said.message, kind(f"full; waiting list: {quote(said.message)}")
        if said.accepted:
            return ShotOutcome.ACCEPTED, said.message, None
        return OUTCOMES.get(said.kind, ShotOutcome.REFUSED), said.message, said.refusal()

    def _count_one(self) -> None:
        self._allowance.spend(self._number, 1)

    def _why(self) -> str:
        return "; ".join(str(refusal) for refusal in self._refusals)
