"""One action, performed on the site and settled in the database: what to do, and what an error means next.

Used by worker.py, and by refresh_courses.py and sync_bookings.py for the one action they do themselves.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import booking
from actions import cancelling
from actions.book import Pursuit
from actions.decide import Step, decide, is_near_opening, rest_of
from database import Database
from domain import rule_sightings
from domain.errors import (
    ASKED_AGAIN,
    AccountWaits,
    AppError,
    BookingRefused,
    ConfigError,
    DatabaseError,
    LeaseLost,
    LoginDiverted,
    LoginNeeded,
    LoginRejected,
    LoginStopped,
    MatricolaMissing,
    NothingToCancel,
    OtpMissing,
    SlotNotFound,
    TakenBack,
)
from domain.house_rules import HouseRules, Overlapping
from domain.matching import find_matching
from domain.model import (
    BETWEEN_READINGS,
    PREPARE,
    Action,
    ActionType,
    BookingStatus,
    ClassRef,
    Clock,
    Credentials,
    OpeningRule,
    Role,
    Timetable,
    starts_at,
    utc_now,
)
from domain.rule_sightings import Sighting
from opening.openings import Openings
from portal.access import SiteAccess
from portal.portal import Portal
from portal.schedules import refuse_if_several
from portal.session.site_session import SiteSession
from runtime.settings import Settings, Visitor

DAYS_TO_READ = 8  # today and the week that follows: every weekday once, today's twice

SAYS_ITSELF = (LoginDiverted, MatricolaMissing, OtpMissing)
REFUSED_BEFORE = "the site refused this password before: it is not tried again until it changes"

log = logging.getLogger(__name__)


def _agrees(action: Action, wish: ClassRef) -> bool:
    """Whether a class is what an action is about, as far as that says: a course left out by hand may be any."""
    meant = action.class_ref if action.names_course else replace(action.class_ref, course=wish.course)
    return wish.matches(meant)


def site_access(settings: Settings | Visitor) -> SiteAccess:
    """What the portal needs of the configuration."""
    executable = settings.browser.executable_path
    return SiteAccess(
        base_url=settings.site.base_url,
        login_hosts=settings.site.login_hosts,
        state_dir=settings.state_dir,
        executable_path=str(executable) if executable else None,
        headless=settings.browser.headless,
        timezone=settings.zone,
    )


class Performer:
    """Performs actions for the people of the configuration, through one portal."""

    def __init__(
        self,
        db: Database,
        portal: Portal,
        people: Mapping[int, Credentials],
        rule: OpeningRule,
        clock: Clock = utc_now,
        progress: Callable[[str], None] | None = None,
        rules: HouseRules | None = None,
        openings: Openings | None = None,
    ) -> None:
        self._db = db
        self._portal = portal
        self._people = people
        self._rule = rule
        self._clock = clock
        self._progress = progress
        self._configured = self._rules = rules or HouseRules(rule)
        self._pursuit = Pursuit(db, self._rules, clock, openings)
        self._giving_back = False

    def give_back(self) -> None:
        """From now on what fails is given back untouched: we are stopping, and it is our doing."""
        self._giving_back = True

    async def perform(self, action: Action) -> AppError | None:
        """Does a claimed action and settles it, whatever comes. Returns the error it ended or paused with, if any.

        Raises LeaseLost when the action was no longer ours to settle, and DatabaseError when nothing can be written:
        then the lease runs out and the action is done again, check first.
        """
        try:
            return await self._perform(action)
        except LeaseLost as lost:
            await self._after_loss(action, lost)
            raise

    async def _after_loss(self, action: Action, lost: LeaseLost) -> None:
        """What who took an action back must hear all the same: what may have been done, a password that was refused."""
        if not isinstance(lost, TakenBack):
            await self._db.claims.note_unknown_outcome(action, lost)
        account = await self._db.people.find(action.user_id)
        if account is not None and account.rejected:
            await self._db.people.tell_rejected(action.user_id)

    async def _perform(self, action: Action) -> AppError | None:
        began = time.monotonic()
        try:
            await self._act(action)
            await self._tell_remarks(action.user_id)
        except (LeaseLost, DatabaseError):
            raise
        except AppError as error:
            problem = error
        except Exception as error:
            log.exception("action %s: something nobody thought of", action.id)
            problem = AppError(f"unexpected {type(error).__name__}")  # its words may be the site's, and are in the log
        else:
            log.info("← %s %s done in %.2f s", action.type, action.id, time.monotonic() - began)
            await self._note(action, None)
            return None
        await self._tell_remarks(action.user_id)
        await self._settle(action, problem, time.monotonic() - began)
        await self._note(action, problem)
        return problem

    async def _tell_remarks(self, user_id: int) -> None:
        """What the pages of a login told of the account, each once."""
        if user_id in self._people and (remarks := self._portal.session(self._people[user_id]).take_login_remarks()):
            await self._db.remarks.note(user_id, remarks)

    async def _act(self, action: Action) -> None:
        await self._learn_rules()
        session = await self._session_of(action)
        session.may_overlap = self._rules.overlap is Overlapping.WARNED
        await self._log_in_if_asked(action, session)
        match action.type:
            case ActionType.BOOK:
                await self._pursuit.pursue(action, session)
            case ActionType.CANCEL:
                await self._cancel(action, session)
            case ActionType.CHECK:
                await self._check(action, session)
            case ActionType.REFRESH:
                await self._refresh(action, session)

    async def _learn_rules(self) -> None:
        """Takes the rules of the house that are in force."""
        self._rules = await self._db.rules.in_force(self._configured)
        self._rule = self._rules.opening
        self._pursuit.follow(self._rules)

    async def _note(self, action: Action, error: AppError | None) -> None:
        """Notes what the site did otherwise than the rules say. Nothing of it may undo what was done."""
        if action.type is ActionType.REFRESH or (action.type is not ActionType.CHECK and action.wish is None):
            return
        try:
            for sighting, wish in await self._sightings(action, error):
                await self._note_sighting(action, sighting, wish, said=error is not None)
        except DatabaseError as lost:
            log.error("  what was seen of the site's rules is not kept: %s", lost)

    async def _note_sighting(self, action: Action, sighting: Sighting, wish: ClassRef, *, said: bool) -> None:
        """`said`: its words are the site's. What was seen of a friend's classes is not for the owner to read."""
        log.info("  the site was seen to have %s %s: %s", sighting.rule, sighting.value, sighting.words)
        account = await self._db.people.find(action.user_id)
        of_a_friend = account is None or account.role is not Role.OWNER
        told = replace(sighting, words="") if of_a_friend and not said else sighting
        await self._db.rules.note(told, self._rules, wish, action.id)

    async def _note_timetable(self, action: Action, timetable: Timetable, read_at: datetime) -> None:
        """Notes what a reading of the timetable shows of the rules; the reading is kept already."""
        held = await self._db.bookings.held(action.user_id, read_at.astimezone(self._rule.zone).date())
        ahead = [each.booking for each in held if each.status is BookingStatus.CONFIRMED]
        ahead = [each for each in ahead if starts_at(each.day, each.start, self._rule.zone) > read_at]
        if seen := rule_sightings.of_timetable(timetable.slots, len(ahead), self._rules, read_at):
            await self._note_sighting(action, *seen, said=False)

    async def _sightings(self, action: Action, error: AppError | None) -> list[tuple[Sighting, ClassRef]]:
        now, rules = self._clock(), self._rules
        if error is not None:
            seen = (
                rule_sightings.of_refusal(error, action.class_ref, rules, now)
                if isinstance(error, BookingRefused)
                else None
            )
            return [(seen, action.class_ref)] if seen else []
        if action.type is ActionType.CANCEL:
            seen = rule_sightings.of_cancelled(action.class_ref, rules, now)
            return [(seen, action.class_ref)] if seen else []
        held = [
            each.booking
            for each in await self._db.bookings.held(action.user_id, now.astimezone(self._rule.zone).date())
            if each.missing_since is None
        ]
        found = [(seen, held[0].ref)] if (seen := rule_sightings.of_held(held, rules)) else []
        report = await self._db.openings.report(action.id) if action.type is ActionType.BOOK else None
        if report and (seen := rule_sightings.of_opening(action.class_ref, report, rules)):
            found.append((seen, action.class_ref))
        return found

    async def _session_of(self, action: Action) -> SiteSession:
        account = await self._db.people.find(action.user_id)
        if account is None or action.user_id not in self._people:
            raise ConfigError(f"nobody with the Telegram id {action.user_id} is in the configuration")
        if account.rejected and not isinstance(account.stop, LoginNeeded):  # whose person may be back by now
            stop = account.stop or LoginRejected(REFUSED_BEFORE)
            says_itself = isinstance(stop, SAYS_ITSELF) or ASKED_AGAIN in str(stop)
            raise stop if says_itself else LoginRejected(REFUSED_BEFORE)
        now = self._clock()
        if account.pause and account.waits_until(now) and not is_near_opening(action, now):
            raise AccountWaits(f"the account waits until {account.pause.until:%H:%M} UTC: {account.pause.reason}")
        return self._portal.session(self._people[action.user_id])

    async def _cancel(self, action: Action, session: SiteSession) -> None:
        """Gives a place back. What the list alone lacks is looked for once more, later, before anything is told."""
        began = self._clock()
        wish = await self._wish_to_cancel(action, session)
        cancelled = await cancelling.cancel(session, wish, action.free_until, lambda: self._db.claims.pressing(action))
        if cancelled.proven:
            await self._db.settlement.complete_cancel(action, wish, "read back as gone")
        elif action.absent_since is None or not began - action.absent_since >= BETWEEN_READINGS:
            log.info("  %s %s: the list does not show it; looked for once more", action.type, action.id)
            await self._db.settlement.look_once_more(action, cancelled.seen_gone_at)
        elif action.pressed:
            await self._db.settlement.complete_cancel(action, wish, "gone since an earlier try")
        else:
            raise NothingToCancel(f"{wish.course} on {wish.day} at {wish.start:%H:%M} is not among the bookings")

    async def _wish_to_cancel(self, action: Action, session: SiteSession) -> ClassRef:
        """What a cancellation means: the booking it names; without a course, what is held at that day and time."""
        named = await self._db.bookings.named(action.booking_id or "", action.user_id)
        meant = [each for each in named if action.wish is None or _agrees(action, each.booking.ref)]
        held = [each for each in meant if each.status is BookingStatus.CONFIRMED]
        refuse_if_several([each.booking.ref for each in held])
        if found := [*held, *meant]:
            return found[0].booking.ref
        if action.wish is None:
            raise SlotNotFound(f"there is no booking '{action.booking_id}' to cancel")
        return action.wish if action.names_course else await self._held_then(action, session)

    async def _held_then(self, action: Action, session: SiteSession) -> ClassRef:
        """What is held at an action's day and time: on the site, else (after an earlier try) as far as we know."""
        on_site = [each.ref for each in await booking.my_bookings(session)]
        known = [each.booking.ref for each in await self._db.bookings.held(action.user_id, action.class_ref.day)]
        for wishes in (on_site, known):
            found = [wish for wish in wishes if _agrees(action, wish)]
            refuse_if_several(found)
            if found:
                return found[0]
        return action.class_ref

    async def _check(self, action: Action, session: SiteSession) -> None:
        before = await self._db.readings.before(action.user_id, self._clock())
        read = await booking.read_my_bookings(session)
        if any(find_matching(read.bookings, wish) is None for wish in before.long_missing):
            read = await booking.read_again_in_page(session, read)
        bookings = await booking.counted(session, read.bookings, before.held)
        result = f"{len(bookings)} bookings"
        await self._db.settlement.complete_check(
            action, bookings, result, self._rule.zone, before, in_page=read.in_page
        )

    async def _log_in_if_asked(self, action: Action, session: SiteSession) -> None:
        """A live session proves nothing of the login; but while a class opens, a new one could cost the place."""
        if await self._db.openings.any_soon(action.user_id, self._clock()):
            return
        if await self._db.pauses.take_login_asked(action.user_id) and not session.credentials.by_hand:
            await session.renew(asked=True)

    async def _refresh(self, action: Action, session: SiteSession) -> None:
        began_at = self._clock()
        today = began_at.astimezone(self._rule.zone).date()
        days = [today + timedelta(days=offset) for offset in range(DAYS_TO_READ)]
        timetable = await booking.timetable(session, days, self._progress)
        result = f"{len(timetable.activities)} activities, {len(timetable.slots)} slots in {len(days)} days"
        await self._db.settlement.complete_refresh(action, timetable, result, began_at)
        try:
            await self._note_timetable(action, timetable, began_at)
        except DatabaseError as lost:
            log.error("  what was seen of the site's rules is not kept: %s", lost)

    async def _settle(self, action: Action, error: AppError, seconds: float) -> None:
        if self._giving_back:
            log.info("  %s %s is given back", action.type, action.id)
            await self._db.settlement.release(action, error)
            return
        if isinstance(error, LoginStopped) and (opens := self._opens_later(action)) is not None:
            await self._keep_for_opening(action, opens, error)
            return
        if isinstance(error, AccountWaits):
            log.info("  %s %s: %s", action.type, action.id, error)
            await self._db.settlement.wait_with_account(action, error)
            return
        following = decide(error, action, self._rule, self._clock(), self._rules.closes)
        if following.step is Step.ACCOUNT:
            await self._pause_account(action, error, following.at)
        elif following.at is not None:
            log.warning("↻ %s %s: %s (%.2f s), again at %s", action.type, action.id, error, seconds, following.at)
            await self._reject(action, error, tell=True)
            await self._db.settlement.retry(action, following.at, error, tell=following.tell)
        else:
            log.log(
                logging.INFO if isinstance(error, BookingRefused) else logging.ERROR,
                "! %s %s: %s: %s (%.2f s)", action.type, action.id, error.kind, error, seconds,
            )  # fmt: skip
            await self._reject(action, error, tell=action.quiet)
            await self._db.settlement.fail(action, error)

    async def _reject(self, action: Action, error: AppError, *, tell: bool) -> None:
        """Marks the account when its password was refused, or its login led astray."""
        if isinstance(error, LoginStopped):
            await self._db.people.reject(action.user_id, error, tell=tell)

    async def _pause_account(self, action: Action, error: AppError, again: datetime | None) -> None:
        """It is the account's trouble: the account waits, and its action with it, unless its opening is near."""
        chance = random.random()  # noqa: S311 - no secret
        until = await self._db.pauses.pause(action.user_id, error, lambda rests: rest_of(error, rests, chance))
        log.warning("  account %s waits until %s: %s: %s", action.user_id, until, error.kind, error)
        if again is None:
            await self._db.settlement.wait_with_account(action, error)
        else:
            log.warning("↻ %s %s: its opening is near, again at %s", action.type, action.id, again)
            await self._db.settlement.retry(action, again, error)

    def _opens_later(self, action: Action) -> datetime | None:
        """When what a booking waits for opens, while there is time left to get ready for it."""
        if action.type is not ActionType.BOOK or action.wish is None:
            return None
        opens = action.opens_at or self._rule.opens_at(action.wish.day, action.wish.start)
        return opens if opens - PREPARE > self._clock() else None

    async def _keep_for_opening(self, action: Action, opens: datetime, error: LoginStopped) -> None:
        """The login may be mended by then: what waits for its opening goes on waiting, and its card says what is."""
        log.warning("  %s %s waits for its opening, but: %s", action.type, action.id, error)
        await self._db.people.reject(action.user_id, error, tell=False)
        await self._db.settlement.rehearsed(action, opens - PREPARE, error)
