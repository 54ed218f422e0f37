"""The action runner: does one claimed action, from the account's session to the outcome that is settled.

Used by worker.py, and by refresh_courses.py and sync_bookings.py for the one action they do themselves.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping

from actions.book import BookingHandler
from actions.cancel import CancelHandler
from actions.decide import Facts, decide, handed_back, is_near_opening, phase_of
from actions.observed_rules import ObservedRules
from actions.read import read_bookings, read_timetable
from actions.recording import Recording, read_job
from database import Database
from domain.errors import (
    ASKED_AGAIN,
    AccountWaits,
    AppError,
    BookingRefused,
    ConfigError,
    DatabaseError,
    KeyMissing,
    LeaseLost,
    LoginDiverted,
    LoginNeeded,
    LoginRejected,
    LoginStopped,
    MatricolaMissing,
    OtpMissing,
    SealBroken,
    SiteError,
    TakenBack,
)
from domain.house_rules import HouseRules, Overlapping
from domain.job import Job
from domain.model import Action, ActionType, Clock, Credentials, OpeningRule, utc_now
from domain.outcome import Done, Failed, Outcome, Refreshed, Waits
from domain.shared_logins import SharedLogins
from opening.openings import Openings
from portal.access import SiteAccess
from portal.portal import Portal
from portal.session.site_session import SiteSession
from runtime.settings import Settings, Visitor

SAYS_ITSELF = (LoginDiverted, MatricolaMissing, OtpMissing)
REFUSED_BEFORE = "the site refused this password before: it is not tried again until it changes"

log = logging.getLogger(__name__)


def site_access(settings: Settings | Visitor, clock: Clock = utc_now, shared: SharedLogins | None = None) -> SiteAccess:
    """What the portal needs of the configuration. `shared`: what other machines know of the accounts too."""
    executable = settings.browser.executable_path
    return SiteAccess(
        base_url=settings.site.base_url,
        login_hosts=settings.site.places_to_type,
        state_dir=settings.state_dir,
        executable_path=str(executable) if executable else None,
        headless=settings.browser.headless,
        timezone=settings.zone,
        clock=clock,
        shared=shared,
    )


class ActionRunner:
    """Runs actions for the people of the installation, through one portal."""

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
        refresh: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        """`refresh` brings the people up to date, where they may change while the program runs."""
        self._db = db
        self._portal = portal
        self._people = people
        self._refresh = refresh
        self._clock = clock
        self._progress = progress
        self._configured = self._rules = rules or HouseRules(rule)
        self.bookings = BookingHandler(clock, openings)
        self._cancellations = CancelHandler(clock)
        self._observed = ObservedRules(db, clock)
        self._stopping = False

    def stop(self) -> None:
        """From now on an action that fails waits as it did before: the program ends, and closed its session."""
        self._stopping = True

    async def run(self, action: Action) -> AppError | None:
        """Does a claimed action and settles it, whatever comes. Returns the error it ended or paused with, if any.

        Raises LeaseLost when the action was no longer ours to settle, and DatabaseError when nothing can be written:
        then the lease runs out and the action is done again, check first.
        """
        try:
            return await self._run(action)
        except LeaseLost as lost:
            await self._after_loss(action, lost)
            raise

    async def _after_loss(self, action: Action, lost: LeaseLost) -> None:
        """Notes what must not be lost with the lease: that the action may be done, and that a password was refused."""
        if not isinstance(lost, TakenBack):
            await self._db.claims.note_unknown_outcome(action, lost)
        account = await self._db.people.find(action.user_id)
        if account is None:  # removed meanwhile: the session that this action has used may have been stored after that
            await self._portal.forget(action.user_id)
        elif account.rejected:
            await self._db.people.tell_rejected(action.user_id)

    async def _run(self, action: Action) -> AppError | None:
        began = time.monotonic()
        try:
            outcome = await self._handle(action)
            await self._db.settlement.settle(action, outcome)
            if isinstance(outcome, Done) and isinstance(outcome.effect, Refreshed):
                read = outcome.effect
                await self._observed.note_timetable(action, read.timetable, read.began_at, self._rules)
            await self._tell_remarks(action.user_id)
        except (LeaseLost, DatabaseError):
            raise
        except AppError as error:
            problem = error
        except Exception as error:
            log.exception("action %s: unexpected error", action.id)
            problem = AppError(f"unexpected {type(error).__name__}")  # its words may be the site's, and are in the log
        else:
            log.info("← %s %s done in %.2f s", action.type, action.id, time.monotonic() - began)
            await self._observed.note(action, None, self._rules)
            return None
        await self._tell_remarks(action.user_id)
        await self._settle_error(action, problem, time.monotonic() - began)
        await self._observed.note(action, problem, self._rules)
        return problem

    async def _tell_remarks(self, user_id: int) -> None:
        """What the pages of a login told of the account, each once."""
        try:
            session = self._portal.session(self._people[user_id])
        except (KeyError, KeyMissing, SealBroken):
            return  # who is gone, or can't log in, has no session
        if remarks := session.take_login_remarks():
            await self._db.remarks.note(user_id, remarks)

    async def _handle(self, action: Action) -> Outcome:
        """What the handler of the action returns. Raises what keeps the account or the site from it."""
        self._rules = await self._db.rules.in_force(self._configured)
        session = await self._session_of(action)
        session.may_overlap = self._rules.overlap is Overlapping.WARNED
        await self._log_in_if_asked(action, session)
        job = await read_job(self._db, action, self._rules, self._clock())
        journal = Recording(self._db, action, self._clock)
        match action.type:
            case ActionType.BOOK:
                return await self.bookings.book(job, session, journal)
            case ActionType.CANCEL:
                return await self._cancellations.cancel(job, session, journal)
            case ActionType.CHECK:
                before = await self._db.readings.before(action.user_id, self._clock())
                return await read_bookings(job, before, session)
            case ActionType.REFRESH:
                return await read_timetable(job, session, self._clock, self._progress)

    async def _session_of(self, action: Action) -> SiteSession:
        if self._refresh is not None:
            await self._refresh()
        account = await self._db.people.find(action.user_id)
        if account is None or action.user_id not in self._people:
            raise ConfigError(f"nobody with the Telegram id {action.user_id} may use this bot")
        if account.rejected and not isinstance(account.stop, LoginNeeded):  # whose person may be back by now
            stop = account.stop or LoginRejected(REFUSED_BEFORE)
            says_itself = isinstance(stop, SAYS_ITSELF) or ASKED_AGAIN in str(stop)
            raise stop if says_itself else LoginRejected(REFUSED_BEFORE)
        now = self._clock()
        if account.pause and account.waits_until(now) and not is_near_opening(action, now):
            raise AccountWaits(f"the account waits until {account.pause.until:%H:%M} UTC: {account.pause.reason}")
        return self._portal.session(self._people[action.user_id])

    async def _log_in_if_asked(self, action: Action, session: SiteSession) -> None:
        """A live session proves nothing of the login; but while a class opens, a new one could cost the place.

        A login that could not be tried to its end is tried again by the next reading of the bookings, which proves it;
        whatever else is asked for meanwhile goes on with the session that lives.
        """
        if await self._db.openings.any_soon(action.user_id, self._clock()) or await self._is_for_reading(action):
            return
        if not await self._db.pauses.take_login_asked(action.user_id) or session.credentials.by_hand:
            return
        try:
            await session.renew(asked=True)
        except LoginStopped:
            raise
        except SiteError:
            await self._db.pauses.ask_login_again(action.user_id)
            raise

    async def _is_for_reading(self, action: Action) -> bool:
        """Whether the login was tried in vain lately, so that a reading has to try it again and this action has not."""
        account = await self._db.people.find(action.user_id) if action.type is not ActionType.CHECK else None
        return account is not None and account.pause is not None

    async def _settle_error(self, action: Action, error: AppError, seconds: float) -> None:
        outcome = self._outcome_of(action, error)
        until = await self._db.settlement.settle(action, outcome)
        if until is not None:
            log.warning("  account %s waits until %s: %s: %s", action.user_id, until, error.kind, error)
        match outcome:
            case Failed():
                level = logging.INFO if isinstance(error, BookingRefused) else logging.ERROR
                log.log(level, "! %s %s: %s: %s (%.2f s)", action.type, action.id, error.kind, error, seconds)
            case Waits(run_at=again):
                when = again or "as it was due before"
                log.warning("↻ %s %s: %s (%.2f s), again %s", action.type, action.id, error, seconds, when)

    def _outcome_of(self, action: Action, error: AppError) -> Outcome:
        if self._stopping:
            return handed_back(error)
        now = self._clock()
        phase = phase_of(action, self._rules.opening, now)
        chance = random.random()  # noqa: S311 - no secret
        return decide(error, Job(action, self._rules), phase, now, Facts(chance=chance))
