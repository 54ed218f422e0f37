"""How a place is pursued: rehearsed, raced for at its opening, booked at once, or watched; with what else would do.

Used by actions/runner.py for every book action. What is got is settled here; why not is raised.
"""

from __future__ import annotations

import logging
import random
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta

import booking
from actions.decide import LONGEST_HELD, ODD_LOOKS, STILL_OPENING, UNKNOWN_NOES, Phase, Step, rest_of, step_of
from actions.shared_readings import SHARED_FOR, SharedReadings
from actions.swap import Exchange
from booking import Booked
from database import Database
from domain.errors import (
    AppError,
    Blocked,
    BookingRefused,
    BookingsClosed,
    ClassStarted,
    DatabaseError,
    HeldForOthers,
    LoginStopped,
    NotOpenYet,
    OnWaitingList,
    OtpError,
    Overlap,
    SiteError,
    SiteUnavailable,
    SlotFull,
    SlotNotFound,
    TooLateToAsk,
    quoted,
)
from domain.house_rules import HouseRules
from domain.matching import find_matching
from domain.model import PREPARE, Action, ClassRef, Clock, Slot, SlotStatus, WatchMode, starts_at
from domain.opening_report import OpeningReport, ShotOutcome
from domain.unknown_outcome import leaves_unknown_outcome
from opening.appearance import Wishes
from opening.budget import OpeningBudget
from opening.openings import Openings
from opening.race import Race, Target, Won
from portal.obstacles import refuse_if_overlapping
from portal.session.site_session import SiteSession

LOOK_EVERY = (60.0, 120.0)  # s between two looks of a watch: about as often as a person would reload
LOOKS_APART = timedelta(seconds=30)  # a watch of a day that another is to be looked at so near to it joins that one
CLAIMED_EARLY = timedelta(seconds=1)  # a claim this much before its time is in time
HURRIED = timedelta(seconds=60)  # before an opening: who is taken in hand later has no time for a login's long waits
RACE_AGAIN = 2  # requests another race takes at least: a shot and a look; else it waits a little
TIRED = 5  # failures after which what looked open before its time is left for its opening
LOGIN_HOLDS = timedelta(hours=1)  # after one rehearsed login, the same account's next rehearsals need none
STILL_TAKEN = (SlotFull, SlotNotFound, HeldForOthers)
"""What a watch goes on after without a word: a site may hide what is full, or keep what was given back for others."""
ANOTHER_MAY_DO = (SlotFull, SlotNotFound, Overlap, ClassStarted, BookingsClosed, HeldForOthers)

log = logging.getLogger(__name__)


class _Row:
    """The row behind a race: until the last call its person may take it back."""

    def __init__(self, db: Database, action: Action, budget: OpeningBudget) -> None:
        self._db = db
        self.action = action
        self.budget = budget

    async def begin(self) -> None:
        await self._db.claims.begin_to_act(self.action)
        await self.share()

    async def share(self) -> None:
        """Learns what else of the account opens then, and what was sent for it, by whichever worker."""
        if self.action.opens_at is not None:
            self.budget.know(await self._db.openings.spent(self.action.user_id, self.action.opens_at))

    @property
    def sent(self) -> int:
        return self.budget.sent(self.action.id)

    async def note_spent(self, before: int) -> None:
        """Writes what this race has sent, so that no worker's next one sends it again."""
        more = self.sent - before
        try:
            if more:
                await self._db.openings.note_spent(self.action.id, more)
        except DatabaseError as error:
            log.error("  what was sent for action %s is not written: %s", self.action.id, error)

    async def is_wanted(self) -> bool:
        return await self._db.claims.is_wanted(self.action)


class Pursuit:
    """Pursues book actions; all of a process share the server's clock and take turns at logging in."""

    def __init__(self, db: Database, rules: HouseRules, clock: Clock, openings: Openings | None = None) -> None:
        self._db = db
        self._openings = openings or Openings(clock)
        self.follow(rules)
        self._clock = clock
        self._logged_in: dict[int, datetime] = {}  # when an account last rehearsed its login
        self._seen = SharedReadings(clock)  # by the watches, of whichever account

    def follow(self, rules: HouseRules) -> None:
        """From now on goes by these rules of the house."""
        self._rule, self._free_cancel, self._closes = rules.opening, rules.free_cancel, rules.closes

    async def pursue(self, action: Action, session: SiteSession) -> None:
        """Does what is due for a book action now, and settles it unless it raises why it could not be done.

        What was given up for it, now or by a try before, is asked for again whenever it is not won.
        """
        exchange = Exchange(self._db, session, action)
        try:
            await self._pursue(action, session, exchange)
        except SiteError:
            await exchange.take_back()
            raise

    async def _pursue(self, action: Action, session: SiteSession, exchange: Exchange) -> None:
        wish, now = action.class_ref, self._clock()
        opens = action.opens_at or self._rule.opens_at(wish.day, wish.start)
        ready = opens if action.watch is WatchMode.TELL else opens - PREPARE  # who only tells races for nothing
        if now >= starts_at(wish.day, wish.start, self._rule.zone):
            raise ClassStarted("the class has begun")
        if await self._came_too_late(action, session):
            return
        if action.rehearse_at is not None and now < opens - PREPARE:
            await self._rehearse(action, session, opens, exchange)
        elif now < ready - CLAIMED_EARLY:
            await self._db.settlement.postpone(action, ready, opens)
        elif action.watch is not WatchMode.TELL and await self._is_opening(session, opens):
            await self._race(action, session, opens, exchange)
        elif action.watch is not None:
            await self._watch(action, session, action.watch, exchange)
        else:
            await self._book_if_it_opened(action, session, opens, exchange)

    async def _is_opening(self, session: SiteSession, opens: datetime) -> bool:
        return self._clock() < opens + STILL_OPENING or await self._openings.is_ahead(session, opens)

    async def _came_too_late(self, action: Action, session: SiteSession) -> bool:
        """Settles what an earlier try has booked. Raises TooLateToAsk when a place would now cost to give back.

        It was asked for while that was free, and is booked without another question only until then.
        """
        swap = action.replaces_row_id is not None  # then free_until is about what it frees
        if action.free_until is None or self._clock() < action.free_until or swap or action.watch is not None:
            return False
        held = find_matching(await booking.my_bookings(session), action.class_ref)
        if held is None:
            raise TooLateToAsk("it could be booked only after a place could be given back for free")
        await self._settle(action, Won(Booked(held, self._clock(), None, "already", ""), 0, None))
        return True

    async def _book_if_it_opened(
        self, action: Action, session: SiteSession, opens: datetime, exchange: Exchange
    ) -> None:
        """Books now; what looked open before its time, and is not, waits for the opening that the rule says."""
        by_rule = self._rule.opens_at(action.class_ref.day, action.class_ref.start)
        try:
            await self._book_now(action, session, max(opens, by_rule), exchange)
        except (BookingRefused, SiteUnavailable) as error:
            may_open = isinstance(error, NotOpenYet) or type(error) is BookingRefused
            tired = isinstance(error, SiteUnavailable) and action.failures >= TIRED
            if self._clock() >= by_rule or not (may_open or tired):
                raise
            log.info("  %s: waiting for %s, as the rule says", error, by_rule)
            await exchange.take_back()
            await self._db.settlement.postpone(action, max(self._clock(), by_rule - PREPARE), by_rule, error)

    def _bookable_unasked(self, wishes: Wishes) -> Wishes:
        """Without the alternatives whose own free limit has passed: the person is asked about those first."""
        now = self._clock()
        return [each for each in wishes if each[0] == 0 or now < self._free_until(each[1])]

    def _free_until(self, wish: ClassRef) -> datetime:
        return starts_at(wish.day, wish.start, self._rule.zone) - self._free_cancel

    async def _wishes(self, action: Action) -> Wishes:
        """The wish and what else would do, numbered as they are stored. What the person holds anyway is left out."""
        held = [each.booking for each in await self._db.bookings.held(action.user_id, action.class_ref.day)]
        others = await self._db.choices.alternatives(action.id)
        numbered = enumerate(others, start=1)
        return [(0, action.class_ref), *(each for each in numbered if find_matching(held, each[1]) is None)]

    # The evening before

    async def _rehearse(self, action: Action, session: SiteSession, opens: datetime, exchange: Exchange) -> None:
        """Everything but the booking: a real login with its one-time code, the slot, what we hold already."""
        try:
            booked = await self._try_everything(action, session, await exchange.beside())
        except OnWaitingList:
            raise
        except SlotNotFound as error:
            if await self._db.catalogue.awaited(action.class_ref) is None:
                await self._rehearsed(action, session, opens, error)
            else:
                log.info("  %s: it is expected to appear when it opens", error)
                await self._db.settlement.rehearsed(action, opens - PREPARE, None, listed=False)
            return
        except (SiteError, OtpError) as error:
            await self._rehearsed(action, session, opens, error)
            return
        if booked is None:
            await self._rehearsed(action, session, opens, None)
        else:
            early = None if booked.way == "already" else OpeningReport(opens, opened_early=True)
            await self._settle(action, Won(booked, 0, early))

    async def _rehearsed(self, action: Action, session: SiteSession, opens: datetime, error: AppError | None) -> None:
        if error is not None:
            log.warning("  rehearsal of %s: %s: %s", action.id, error.kind, error)
        if isinstance(error, LoginStopped):
            await self._db.people.reject(action.user_id, error, tell=False)  # the rehearsal's card tells
        elif error is not None and await self._has_to_wait(session, error):
            chance = random.random()  # noqa: S311 - no secret
            await self._db.pauses.pause(action.user_id, error, lambda rests: rest_of(error, rests, chance), tell=False)
        await self._db.settlement.rehearsed(action, opens - PREPARE, error)

    async def _has_to_wait(self, session: SiteSession, error: AppError) -> bool:
        """Whether it is the account's trouble. One of the login alone is none as long as the session lives."""
        if step_of(error, Phase.OPENING) is not Step.ACCOUNT:
            return False
        if isinstance(error, Blocked) and not error.at_login:
            return True
        try:
            await booking.my_bookings(session)
        except SiteError:
            return True
        return False

    async def _try_everything(self, action: Action, session: SiteSession, beside: ClassRef | None) -> Booked | None:
        """The booking if it is ours already, or if the slot is open long before its time; None when all is well.

        `beside`: what it may overlap, for the person wants it swapped. It is not given up before the opening.
        """
        await self._prove_login(action.user_id, session)
        mine = await booking.my_bookings(session)
        if (held := find_matching(mine, action.class_ref)) is not None:
            return Booked(held, self._clock(), None, "already", "")
        if (awaited := await self._db.catalogue.awaited(action.class_ref)) is not None:
            refuse_if_overlapping(session, mine, awaited, beside)
        slot = await booking.find_slot(session, action.class_ref)
        refuse_if_overlapping(session, mine, slot, beside)
        return await self._book_if_open(action, session, slot, beside)

    async def _prove_login(self, user_id: int, session: SiteSession) -> None:
        if session.credentials.by_hand:
            return  # whatever is asked next proves the session, and there is no other login
        async with self._openings.crowd.turns:
            before = self._logged_in.get(user_id)
            if before is None or not timedelta(0) <= self._clock() - before < LOGIN_HOLDS:
                await session.renew()
                self._logged_in[user_id] = self._clock()

    async def _book_if_open(
        self, action: Action, session: SiteSession, slot: Slot, beside: ClassRef | None
    ) -> Booked | None:
        """A slot that looks open before its time is tried: the rule may be wrong, or have changed."""
        if slot.status is not SlotStatus.AVAILABLE:
            return None
        await self._db.claims.begin_to_act(action)
        try:
            return await booking.book(session, action.class_ref, beside=beside)
        except OnWaitingList:
            raise
        except BookingRefused as error:
            log.info("  it looks open already, but: %s", error)
            return None

    # The opening

    async def _race(self, action: Action, session: SiteSession, opens: datetime, exchange: Exchange) -> None:
        budget = self._openings.budget(action.user_id, opens)
        row = _Row(self._db, action, budget)
        await row.share()
        if action.failures and budget.left(action.id) < RACE_AGAIN:
            await self._db.settlement.postpone(action, opens + STILL_OPENING, opens)
            return
        wishes = self._bookable_unasked(await self._wishes(action))
        race = await self._race_for(action, session, opens, wishes, row, await exchange.beside())
        late = self._clock() > opens - HURRIED
        try:
            async with session.awake() if late else nullcontext():
                won = await self._run(race, row, exchange)
        except SiteError as error:
            await self._note_full(wishes, error.opening)
            await self._lost(action, opens, error, exchange)
        else:
            await self._settle(action, won)
            await self._note_full(wishes, won.report)

    async def _race_for(
        self, action: Action, session: SiteSession, opens: datetime, wishes: Wishes, row: _Row, beside: ClassRef | None
    ) -> Race:
        known = [slot for _, wish in wishes for slot in await self._db.catalogue.expected_on(wish.day)]
        target = Target(wishes, opens, known, action.id, beside)
        return self._openings.race(session, target, budget=row.budget, last_call=row)

    async def _run(self, race: Race, row: _Row, exchange: Exchange) -> Won:
        """The race; what the site refuses only for the booking it is swapped for, it is asked for in exchange."""
        before = row.sent
        try:
            return await race.run()
        except Overlap as overlap:
            if await exchange.beside() is None or not quoted(str(overlap)):
                raise
            return await self._in_exchange(row.action, exchange, overlap)
        finally:
            await row.note_spent(before)

    async def _in_exchange(self, action: Action, exchange: Exchange, overlap: Overlap) -> Won:
        try:
            booked = await exchange.book(action.class_ref, overlap.opening.opens_at if overlap.opening else None)
        except SiteError as error:
            error.opening = overlap.opening
            raise
        report = overlap.opening and replace(overlap.opening, seen=self._since(overlap.opening))
        return Won(booked, 0, report)

    def _since(self, report: OpeningReport) -> float:
        return (self._clock() - report.opens_at).total_seconds()

    async def _note_full(self, wishes: Wishes, report: OpeningReport | None) -> None:
        """Remembers for everybody which slots the site refused as full at an opening."""
        full = {shot.choice for shot in report.shots if shot.outcome is ShotOutcome.FULL} if report else set()
        for choice, wish in wishes:
            if choice in full:
                await self._db.catalogue.note_full(wish, self._clock())

    async def _lost(self, action: Action, opens: datetime, error: SiteError, exchange: Exchange) -> None:
        """What follows a race that was lost, unless it is for actions/runner.py to tell or to try again."""
        if isinstance(error, SlotFull) and action.watch is not None:
            await self._look_again(action, exchange, error, error.opening or OpeningReport(opens))
        else:
            raise error

    # Any time after

    async def _book_now(self, action: Action, session: SiteSession, opens: datetime, exchange: Exchange) -> None:
        """The wish, else the first of its alternatives that can be had. Raises why the wish could not."""
        wishes = await self._wishes(action)
        refusals: list[BookingRefused] = []
        for choice, wish in await self._in_order(wishes, session):
            try:
                opens_at = opens if choice == 0 else self._rule.opens_at(wish.day, wish.start)
                booked = await exchange.book(wish, opens_at)
            except ANOTHER_MAY_DO as refused:
                refusals.append(refused)
                if isinstance(refused, SlotFull):
                    await self._db.catalogue.note_full(wish, self._clock())
                continue
            report = await self._late_opening(action)
            await self._settle(action, Won(booked, choice, report, "; ".join(map(str, refusals))))
            return
        raise refusals[0]

    async def _in_order(self, wishes: Wishes, session: SiteSession) -> Wishes:
        """Only the choice that is ours already, if any: won by a worker that did not live to tell."""
        if len(wishes) == 1:
            return wishes
        mine = await booking.my_bookings(session)
        ours = [each for each in wishes if find_matching(mine, each[1])][:1]
        return ours or self._bookable_unasked(wishes)

    async def _late_opening(self, action: Action) -> OpeningReport | None:
        """The report of the race before, now with its end: the slot opened later than the rule says, or went silent."""
        before = await self._db.openings.report(action.id)
        if before is None:
            return None
        return replace(before, seen=self._since(before), shots=())  # they are kept already

    # The watch

    async def _watch(self, action: Action, session: SiteSession, mode: WatchMode, exchange: Exchange) -> None:
        """Looks whether a place has freed; books it, or tells. Raises SlotFull once the watch is over."""
        closed = starts_at(action.class_ref.day, action.class_ref.start, self._rule.zone) - self._closes
        over = self._clock() >= min(action.watch_until or closed, closed)
        if over and not await self._was_booked_after_all(action, session):
            raise SlotFull("nobody gave a place back in time")
        look = self._seen.look()
        try:
            if over or await self._was_booked_after_all(action, session):
                return
            slot = await booking.find_slot(session, action.class_ref, look.around)
            if slot.status is not SlotStatus.AVAILABLE and not slot.places:
                await self._db.catalogue.note_full(action.class_ref, self._clock())
                await self._look_again(action, exchange, SlotFull("nobody has given a place back"), asked=look.asked)
                return
            await self._db.catalogue.note_free(slot, self._clock() - SHARED_FOR)
            if mode is WatchMode.TELL:
                await self._db.settlement.complete_watch(action, "a place is free")
            else:
                look.asked = True
                booked = await exchange.book(action.class_ref)
                await self._settle(action, Won(booked, 0, None))
        except SiteError as error:
            passes = isinstance(error, SlotFull) or step_of(error, Phase.WATCH) is Step.PATIENT
            if not passes or isinstance(error, LoginStopped):
                raise
            log.info("  %s", error)
            await self._look_again(action, exchange, error, asked=look.asked)

    async def _was_booked_after_all(self, action: Action, session: SiteSession) -> bool:
        """Settles a watch whose last booking was not answered, and was done all the same."""
        if action.watch is not WatchMode.BOOK or not leaves_unknown_outcome(action.error_kind, action.failures):
            return False
        held = find_matching(await booking.my_bookings(session), action.class_ref)
        if held is None:
            return False
        await self._settle(action, Won(Booked(held, self._clock(), None, "already", ""), 0, None))
        return True

    async def _look_again(
        self,
        action: Action,
        exchange: Exchange,
        met: SiteError,
        opening: OpeningReport | None = None,
        *,
        asked: bool = True,
    ) -> None:
        """A place was not free, somebody was quicker, or the site makes no sense for a while: a watch is patient.

        `asked`: the site, in this account's name.
        """
        await exchange.take_back()
        pause = random.uniform(*LOOK_EVERY)  # noqa: S311 - no secret
        if isinstance(met, HeldForOthers) and met.retry_after is not None:
            pause = max(LOOK_EVERY[0], min(met.retry_after, LONGEST_HELD).total_seconds())
        odd = not isinstance(met, STILL_TAKEN)
        enough = UNKNOWN_NOES if type(met) is BookingRefused else ODD_LOOKS
        tell = exchange.lost_the_old or (odd and action.failures + 1 == enough)
        again = await self._db.watches.in_step(action, self._clock() + timedelta(seconds=pause), LOOKS_APART)
        await self._db.settlement.look_again(action, again, met, opening, odd=odd, tell=tell, asked=asked)

    async def _settle(self, action: Action, won: Won) -> None:
        booked = won.booked
        await self._db.settlement.complete_book(
            action, booked.booking, f"seen in my bookings ({booked.way})", won.report, won.choice, won.why_not_first,
            booked.slot,
        )  # fmt: skip
