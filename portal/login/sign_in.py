"""The walk through a login, from the booking site's login page through the single sign-on to the dashboard.

One loop: which page is on show (page_kinds.py) -> what that page wants -> next, until the dashboard or an error that
says where it ended.
"""

from __future__ import annotations

import logging
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from domain.errors import (
    ASKED_AGAIN,
    LoginBlocked,
    LoginNeeded,
    LoginRejected,
    MatricolaMissing,
    OtpRejected,
    SiteChanged,
)
from domain.errors import quote as quote_words
from domain.model import Credentials, LoginRemark, RemarkKind
from portal.access import SiteAccess
from portal.login.acting import Acting
from portal.login.address_check import AddressCheck
from portal.login.page_kinds import (
    BARRED,
    PageKind,
    RecognisedPage,
    Snapshot,
    only_starts_over,
    refusal_on,
    turned_away,
)
from portal.login.snapshot import SnapshotReader
from portal.login.waiting import CIRCLE, Waiting
from portal.responses.page_errors import LOGIN_PATH

NextCode = Callable[[], Awaitable[str]]
Passing = Callable[[str], Awaitable[None]]

MOST_STEPS = 12  # pages that wanted something
MOST_LATE = 10  # times that one page may be dealt with again, for it answered late and nothing was sent; a second each
REFUSED_LOGIN = "the site refused user name or password"
NO_REASON = "it gives no reason"

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Progress:
    """What has been done of a login."""

    steps: int = 0  # pages that wanted something
    entered: bool = False  # the button of the site's login page was pressed
    password_sent: bool = False
    codes: int = 0  # that were sent
    passed: frozenset[tuple[str, str]] = frozenset()  # the names of unknown pages that were clicked


class SignIn:
    """One login: what has been done of it, and what is done next."""

    def __init__(
        self,
        page: Page,
        access: SiteAccess,
        typing: Callable[[], None],
        passing: Passing,
        clean: Callable[[str], str] = str,
    ) -> None:
        """`typing` is called before anything is typed; `passing` before an unknown page is passed; `clean`
        takes the secrets out of what a page says, before a part of that is told."""
        self._page = page
        self._root = access.root
        self._lags, self._sleep = access.limits.session_lags, access.sleep
        self._passing = passing
        self._clean = clean
        self._check = AddressCheck(page, access.places)
        self._snapshots = SnapshotReader(page)
        self._acting = Acting(page, access, self._check, typing)
        self._waiting = Waiting(page, access, self._snapshots, self._acting, lambda: self._done.entered)
        self._done = Progress()
        self._asked_home = 0
        self._code = ""  # in hand: asked for, and not known to be sent
        self._late: Counter[float] = Counter()  # how often a page, by when it was born, answered late
        self.remarks: list[LoginRemark] = []  # what the pages told, and their person should know

    async def run(self, credentials: Credentials, next_code: NextCode) -> None:
        """Ends on the dashboard. The password is sent once; a code at most twice, each from `next_code`.

        Raises LoginRejected when the password page comes back, OtpRejected when the second code is refused too,
        LoginDiverted, before anything is typed, when a page is not where it should be or would send it elsewhere,
        LoginNeeded for a person who logs in by hand, where anything would have to be typed,
        MatricolaMissing, LoginBlocked, with the reason, where it can't go on, and SiteChanged on an unknown page.
        """
        home = quote(urlsplit(self._root).path + "/", safe="")
        try:
            await self._open(f"{LOGIN_PATH}?returnUrl={home}")
            while (page := await self._waiting.next_page()).kind is not PageKind.HOME:
                before = replace(self._done)
                try:
                    await self._deal_with(page, credentials, next_code)
                except PlaywrightTimeout:
                    if not await self._waiting.is_gone(page):
                        if not self._may_try_again(page):
                            raise
                        self._done = before
                        continue
                self._code = ""
            await self._check.home(self._page.locator("#home_btt_booking").first)
            await self._waiting.accept_last_banner()
        finally:
            await self._snapshots.close()

    async def _open(self, path: str) -> None:
        await self._page.goto(self._root + path, wait_until="domcontentloaded")

    def _may_try_again(self, page: RecognisedPage) -> bool:
        """Whether that page, which is still there, may be dealt with once more: a busy machine answers late. Never when
        the site may have heard what was done on it."""
        self._late[page.snapshot.born] += 1
        return not self._acting.may_be_heard(page) and self._late[page.snapshot.born] <= MOST_LATE

    async def _deal_with(self, page: RecognisedPage, credentials: Credentials, next_code: NextCode) -> None:
        self._count_step(page)
        log.debug("a login meets a page: %s", page.kind)
        await self._heed_refusal(page)
        if credentials.by_hand and page.kind in (PageKind.PASSWORD, PageKind.CODE, PageKind.NEW_PASSWORD):
            raise LoginNeeded("the sign-on asks for its person")
        match page.kind:
            case PageKind.ENTRY:
                await self._enter(page)
            case PageKind.PASSWORD:
                await self._send_password(page, credentials)
            case PageKind.CODE:
                await self._send_code(page, next_code)
            case PageKind.MATRICOLA:
                await self._choose(page, credentials.matricola)
            case PageKind.EXPIRING | PageKind.NOTICE | PageKind.ONE_WAY:
                await self._pass(page)
            case PageKind.NEW_PASSWORD:
                await self._check.address()
                raise LoginBlocked("it asks for a new password, and nothing is typed there")
            case _:
                raise SiteChanged(page.why or "nobody knows that page")

    def _count_step(self, page: RecognisedPage) -> None:
        if page.kind is PageKind.ENTRY and self._done.entered:
            return  # to ask again for what one server does not know yet is no new step
        self._done.steps += 1
        if self._done.steps > MOST_STEPS:
            raise LoginBlocked(f"it shows page after page, {MOST_STEPS} and no end")

    # ----- what each page wants

    async def _enter(self, page: RecognisedPage) -> None:
        """The site's login page. When it, or a circle that goes through it, comes again after the sign-on, perhaps only
        the server that answered has not heard of us yet: another may, so home is asked for again before anything is
        sent a second time."""
        if self._done.entered and self._asked_home < len(self._lags):
            await self._sleep(self._lags[self._asked_home])
            self._asked_home += 1
            self._acting.last, self._waiting.circles_home = None, False
            try:
                await self._open("/")
            except PlaywrightError as error:
                if CIRCLE not in str(error):
                    raise
                self._waiting.circles_home = True
            return
        if self._done.entered:
            raise LoginBlocked("the site lets us in, and then asks to log in all the same")
        self._done.entered = True
        await self._acting.click(page)

    async def _send_password(self, page: RecognisedPage, credentials: Credentials) -> None:
        if self._done.password_sent:
            await self._check.address()
            raise self._refused(page.snapshot)
        if page.login is not None and credentials.username not in page.login.value:
            if page.login.readonly:
                raise LoginBlocked("it asks for the password of somebody else")
            await self._acting.type(page.login, credentials.username, page)
        await self._acting.type(page.field, credentials.password, page)
        self._done.password_sent = True
        await self._acting.send(page)

    def _refused(self, snapshot: Snapshot) -> Exception:
        """Why a page asks for the password again: not every such page has refused the one that was sent."""
        if only_starts_over(snapshot):
            return LoginBlocked("it starts over")
        complaint = refusal_on(self._cleaned(snapshot))
        return LoginRejected(f"{REFUSED_LOGIN}: {quote_words(complaint)}" if complaint else ASKED_AGAIN)

    def _cleaned(self, snapshot: Snapshot) -> Snapshot:
        """As it is told: without secrets before a sentence is taken out of it, for half a secret is not recognised."""
        return replace(snapshot, words=self._clean(snapshot.words))

    async def _heed_refusal(self, page: RecognisedPage) -> None:
        """Raises LoginRejected when the answer to password or code is a page without a form that refuses the login: to
        try again could only make it worse."""
        after = self._acting.last.page.kind if self._acting.last else None
        if after not in (PageKind.PASSWORD, PageKind.CODE) or page.kind not in (PageKind.UNKNOWN, PageKind.ONE_WAY):
            return
        said = turned_away(self._cleaned(page.snapshot), page.kind)
        if said and (after is PageKind.PASSWORD or BARRED.search(said)):
            await self._check.address()
            raise LoginRejected(f"{REFUSED_LOGIN}: {quote_words(said)}")

    async def _send_code(self, page: RecognisedPage, next_code: NextCode) -> None:
        await self._check.address()
        if self._done.codes == 2:
            said = refusal_on(self._cleaned(page.snapshot)) or NO_REASON
            raise OtpRejected(f"the site refused two one-time codes: {said}")
        if not self._code:
            asked = time.monotonic()
            self._code = await next_code()
            self._waiting.extend(time.monotonic() - asked)
        self._done.codes += 1
        await self._acting.type(page.field, self._code, page)
        await self._acting.send(page)

    async def _choose(self, page: RecognisedPage, wanted: str) -> None:
        """One of several careers: the one whose number is wanted, else the first."""
        rows = page.snapshot.rows
        offered = ", ".join(each.text for each in rows)
        number = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)", re.IGNORECASE)
        shown = [each for each in rows if wanted and number.search(each.text)]
        named = shown or [each for each in rows if wanted and number.search(each.carries)]
        if wanted and len(named) != 1:
            await self._check.address()
            raise MatricolaMissing(f"the matricola {wanted} is not among those that the site offers: «{offered}»")
        if not wanted and len(rows) > 1:
            self.remarks.append(LoginRemark(RemarkKind.MATRICOLA_CHOSEN, offered))
        await self._acting.click(page, (named or rows)[0])

    async def _pass(self, page: RecognisedPage) -> None:
        """Clicks the one way on. An unknown page is kept as evidence before, and is clicked once only."""
        if page.kind is PageKind.ONE_WAY:
            if page.name in self._done.passed:
                raise LoginBlocked("it comes again after it was clicked")
            self._done.passed |= {page.name}
            await self._passing(f"passed with '{page.button.label if page.button else ''}'")
        kind = RemarkKind.PASSWORD_EXPIRES if page.kind is PageKind.EXPIRING else RemarkKind.SITE_NOTICE
        remark = LoginRemark(kind, page.snapshot.main)
        await self._acting.click(page)
        if remark not in self.remarks:
            self.remarks.append(remark)
