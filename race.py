"""The moment a slot opens: the server's clock, a warm connection, the shots, the report.

Used by perform.py for a booking whose opening is still to come. Everything here counts in the server's time: the site
opens when its own clock says so. How the night goes, with the opening at T:

    T-5 min   the session is fresh; what we hold is known
    T-60 s    the slots of the wish and its alternatives, whatever their status says
    T-40 s    the server's clock, from the second edges of its `Date` header (shared by everybody in this process)
    T-2 s     as many connections as there will be shots at once, warm
    T         shots that arrive within 20 ms around T; then on what they answer
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import booking
import scraper
from booking import Booked
from model import (
    AlreadyBooked,
    Blocked,
    Booking,
    BookingRefused,
    Clock,
    LoginRejected,
    NotOpenYet,
    OpeningReport,
    Shot,
    ShotOutcome,
    SiteChanged,
    SiteError,
    SiteUnavailable,
    Slot,
    SlotFull,
    SlotStatus,
    Wish,
    utc_now,
)
from portal import api
from portal.session import SiteSession

LOOK_UP = timedelta(seconds=60)  # before T: the ids of the slots
LISTEN = timedelta(seconds=40)  # before T: the server's clock
WARM = timedelta(seconds=2)  # before T: the connections
VOLLEY = (-0.007, 0.001, 0.011)  # s around T at which the first shots shall arrive; sending takes a few ms more
VOLLEYS_FOR = 8  # people racing at once in this process; with more, each sends one shot, and nobody waits for thirds
SINGLE = (0.006,)
PAUSES = (0.03, 0.08, 0.2, 0.5)  # s after "not open yet" before the next shot: few, then the queue takes over
MOST_REQUESTS = 10  # per account around an opening: warm-up, shots and reading back
READINGS = 14  # requests spent on the clock at the most
STALE = 300.0  # s; older readings belong to another opening, and the clock may have been set since
GOOD_ENOUGH = 0.003  # s of doubt about the server's clock
LOOK_EVERY = 0.1  # s between looks at the machine's clock while waiting: it may be set, or have slept

log = logging.getLogger(__name__)


# ----- the server's clock


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer's `Date`, between the two moments (time.monotonic) it was asked for and received."""

    sent: float
    received: float
    date: float  # whole seconds since 1970, as the server cut them off

    @property
    def round_trip(self) -> float:
        return self.received - self.sent

    @property
    def middle(self) -> float:
        return (self.sent + self.received) / 2


class ServerClock:
    """What the server's clock says, as seconds to add to time.monotonic(); shared by all races of a process.

    A `Date` of whole seconds says that the server's clock was in [date, date + 1) when it answered. Readings aimed at
    the edge of a second halve what is possible each time. time.monotonic is not moved when the machine's clock is set.
    """

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock  # what we go by as long as there is no reading
        self._readings: list[Reading] = []
        self._learning = asyncio.Lock()

    def add(self, reading: Reading) -> None:
        self._readings.append(reading)

    @property
    def round_trip(self) -> float:
        """The shortest round trip seen, in seconds; 0 before any reading."""
        return min((reading.round_trip for reading in self._readings), default=0.0)

    @property
    def known(self) -> bool:
        """Whether there is any reading at all."""
        return bool(self._readings)

    def bounds(self) -> tuple[float, float]:
        """Between which the offset lies. A slow answer says less: its half of the delay may lie on either way."""
        best = self.round_trip
        low, high = float("-inf"), float("inf")
        for reading in self._readings:
            slack = (reading.round_trip - best) / 2
            low = max(low, reading.date - reading.middle - slack)
            high = min(high, reading.date + 1 - reading.middle + slack)
        return (low, high) if low <= high else (high, low)

    @property
    def offset(self) -> float:
        """Seconds from time.monotonic() to the server's clock; to ours, as long as there is no reading."""
        if not self._readings:
            return self._clock().timestamp() - time.monotonic()
        low, high = self.bounds()
        return (low + high) / 2

    @property
    def ahead(self) -> float:
        """How far the server's clock is ahead of ours, in seconds."""
        return self.offset + time.monotonic() - self._clock().timestamp()

    @property
    def doubt(self) -> float:
        """How far the offset may be off, in seconds."""
        low, high = self.bounds()
        return (high - low) / 2

    def monotonic_at(self, instant: datetime) -> float:
        """The time.monotonic() at which the server's clock will show the instant."""
        return instant.timestamp() - self.offset

    async def learn(self, session: SiteSession, until: Callable[[], bool]) -> None:
        """Reads the clock until it is known well enough, or `until` says that time is up. One race asks for all."""
        async with self._learning:
            self._readings = [known for known in self._readings if time.monotonic() - known.received < STALE]
            while len(self._readings) < READINGS and self.doubt > GOOD_ENOUGH and not until():
                await self._wait_for_edge()
                await self._read(session)
            log.info(
                "server clock: %+.3f s from ours, give or take %.0f ms (%d readings, round trip %.0f ms)",
                self.ahead, self.doubt * 1000,
                len(self._readings), self.round_trip * 1000,
            )  # fmt: skip

    async def _wait_for_edge(self) -> None:
        """Waits until a request sent now is answered as the server's second turns, by what is known so far."""
        if not self._readings:
            return
        arrival = time.monotonic() + self.offset + self.round_trip / 2
        await asyncio.sleep(-arrival % 1.0)

    async def _read(self, session: SiteSession) -> None:
        sent = time.monotonic()
        try:
            headers = await api.knock(session)
        except SiteUnavailable as error:
            log.info("no answer for the clock: %s", error)
            return
        received = time.monotonic()
        date = headers.get("date")
        if date:
            self.add(Reading(sent, received, parsedate_to_datetime(date).timestamp()))


# ----- the shots


OUTCOMES = {NotOpenYet: ShotOutcome.EARLY, SlotFull: ShotOutcome.FULL, AlreadyBooked: ShotOutcome.ALREADY}


@dataclass(frozen=True, slots=True)
class Choice:
    """The wish, or one of its alternatives, with the slot that it means."""

    number: int  # 0: the wish itself
    wish: Wish
    slot: Slot


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
        wishes: Sequence[Wish],
        opens_at: datetime,
        server: ServerClock,
        racing: Callable[[], int],
    ) -> None:
        self._session = session
        self._wishes = wishes
        self._opens_at = opens_at
        self._server = server
        self._racing = racing  # how many race in this process
        self._requests = 0
        self._refusals: list[SiteError] = []
        self._report = OpeningReport(opens_at)

    async def run(self, logins: asyncio.Lock) -> Won:
        """Prepares, shoots at the opening, and reads back.

        Raises why the first choice could not be booked, with the report when shots were fired, or what stops us before.
        """
        async with logins:
            mine = await booking.my_bookings(self._session)
        held = booking.held_among(mine, self._wishes[0])
        if held is not None:
            return Won(Booked(held, self._session.access.clock(), None, "already", ""), 0, self._report)
        await self._until(LOOK_UP)
        choices = await self._look_up(mine)
        if (won := await self._try_early(choices)) is not None:
            return won
        await self._until(LISTEN)
        await self._server.learn(self._session, lambda: self._left() < 2 * WARM.total_seconds())
        self._note_clock()
        await self._until(WARM)
        await self._warm()
        return await self._shoot(choices)

    # Preparing

    def _left(self) -> float:
        """Seconds until the opening, by the server's clock once it is known, else by ours."""
        if self._server.known:
            return self._server.monotonic_at(self._opens_at) - time.monotonic()
        return (self._opens_at - self._session.access.clock()).total_seconds()

    async def _until(self, before: timedelta) -> None:
        """Waits by the clock that counts, looking at it often: it may be set, or have slept."""
        while (left := self._left() - before.total_seconds()) > 0:  # noqa: ASYNC110 - for time, not an event
            await asyncio.sleep(min(left, LOOK_EVERY))

    async def _look_up(self, mine: Sequence[Booking]) -> list[Choice]:
        """The choices that can be tried, in order. Raises why when there is none."""
        choices = []
        for number, wish in enumerate(self._wishes):
            try:
                slot = await booking.find_slot(self._session, wish)
                booking.refuse_if_overlapping(mine, slot)
                choices.append(Choice(number, wish, slot))
            except BookingRefused as refused:
                self._refusals.append(refused)
        if not choices:
            raise self._lost()
        return choices

    async def _try_early(self, choices: Sequence[Choice]) -> Won | None:
        """What is shown as available before its time is tried at once: the rule may be wrong, or have changed."""
        choice = choices[0]
        if choice.slot.status is not SlotStatus.AVAILABLE or self._left() <= 0:
            return None
        try:
            booked = await booking.book(self._session, choice.wish, None)
        except NotOpenYet:
            return None
        self._report = replace(self._report, opened_early=True)
        return Won(booked, choice.number, self._report, self._why())

    def _note_clock(self) -> None:
        self._report = replace(
            self._report,
            offset=self._server.ahead,
            doubt=self._server.doubt,
            round_trip=self._server.round_trip,
        )

    def _plan(self) -> tuple[float, ...]:
        """When the first shots shall arrive, in seconds around the opening."""
        return VOLLEY if self._racing() <= VOLLEYS_FOR else SINGLE

    async def _warm(self) -> None:
        """Opens as many connections as there will be shots at once. One tells whether the session still lives."""
        knocks = [api.knock(self._session) for _ in self._plan()[1:]]
        self._requests += 1 + len(knocks)
        for problem in await asyncio.gather(api.my_bookings(self._session), *knocks, return_exceptions=True):
            if isinstance(problem, LoginRejected | Blocked):
                raise problem
            if isinstance(problem, Exception):
                log.warning("  warming up: %s", problem)

    # Shooting

    async def _shoot(self, choices: Sequence[Choice]) -> Won:
        """The wish at the opening, then what its answers ask for; then the alternatives, one after the other."""
        planned = self._plan()
        for choice in choices:
            found = await self._pursue(choice, planned)
            if found is not None:
                self._report = replace(self._report, seen=self._since_opening(time.monotonic()))
                shot = self._report.hit
                booked = Booked(
                    found, self._session.access.clock(), choice.slot, "requests", shot.message if shot else ""
                )
                return Won(booked, choice.number, self._report, self._why())
            planned = (0.0,)
        raise self._lost()

    async def _pursue(self, choice: Choice, planned: Sequence[float]) -> Booking | None:
        """Shoots at one choice until it is ours, or clearly cannot be. None: on to the next choice."""
        for pause in (*PAUSES, None):
            shots = await asyncio.gather(*(self._shot(choice, at) for at in planned))
            outcomes = {shot.outcome for shot in shots}
            if outcomes & {ShotOutcome.ACCEPTED, ShotOutcome.ALREADY, ShotOutcome.LOST}:
                found = await self._read_back(choice, sure=ShotOutcome.LOST not in outcomes)
                if found is not None:
                    return found
            final = next((shot for shot in shots if shot.outcome in (ShotOutcome.FULL, ShotOutcome.REFUSED)), None)
            if final is not None or pause is None or self._requests >= MOST_REQUESTS - 1:
                self._refusals.append(
                    scraper.refusal((final or shots[-1]).message) if final else self._unsettled(outcomes)
                )
                return None
            await asyncio.sleep(pause)
            planned = (self._since_opening(time.monotonic()),)
        return None

    def _unsettled(self, outcomes: set[ShotOutcome]) -> SiteError:
        if ShotOutcome.EARLY in outcomes:
            return NotOpenYet("the site says it is not open yet, later than its rule says")
        if ShotOutcome.ACCEPTED in outcomes:
            return SiteChanged("the site answered OK, but the booking is not among ours")
        return SiteUnavailable("the site does not answer, and the booking is not among ours")

    async def _shot(self, choice: Choice, planned: float) -> Shot:
        """One booking request, sent so that it arrives when planned; at once when that is past."""
        opening = self._server.monotonic_at(self._opens_at)
        await asyncio.sleep(opening + planned - self._server.round_trip / 2 - time.monotonic())
        self._requests += 1
        sent = time.monotonic()
        outcome, message = await self._answer(choice.slot)
        shot = Shot(
            choice.number, planned, self._since_opening(sent), self._since_opening(time.monotonic()), outcome, message
        )
        self._report = replace(self._report, shots=(*self._report.shots, shot))
        log.info("  shot at %+.3f s: %s %s", shot.arrived, shot.outcome, shot.message)
        return shot

    async def _answer(self, slot: Slot) -> tuple[ShotOutcome, str]:
        try:
            text = (await api.book_appointment(self._session, slot.appointment_id)).text
        except (SiteUnavailable, SiteChanged) as error:
            return ShotOutcome.LOST, str(error)
        answer = scraper.booking_answer(text)
        if not answer.understood:
            return ShotOutcome.LOST, "an answer that can't be read"
        if answer.waiting:
            return ShotOutcome.FULL, answer.message
        if answer.accepted:
            return ShotOutcome.ACCEPTED, answer.message
        return OUTCOMES.get(type(scraper.refusal(answer.message)), ShotOutcome.REFUSED), answer.message

    async def _read_back(self, choice: Choice, *, sure: bool) -> Booking | None:
        self._requests += 1
        return await booking.seen(self._session, choice.wish, booking.READ_BACK if sure else booking.READ_BACK_UNCLEAR)

    def _since_opening(self, moment: float) -> float:
        return moment - self._server.monotonic_at(self._opens_at)

    # Telling

    def _why(self) -> str:
        return "; ".join(str(refusal) for refusal in self._refusals)

    def _lost(self) -> SiteError:
        """Why the first choice could not be had, with the report."""
        refusal = self._refusals[0]
        refusal.opening = self._report
        return refusal
