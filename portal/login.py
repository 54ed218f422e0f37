"""The way through the login, from the booking site's login page through the single sign-on to the dashboard.

One loop: which page is on show (login_pages.py) -> what that page wants -> next, until the dashboard or an error that
says where it ended. It looks at the address before it types or clicks (login_proof.py). Used by stored_session.py.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote, urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator, Page, Request
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
from portal.login_pages import (
    BARRED,
    CLICKED,
    Kind,
    Portrait,
    Row,
    Seen,
    only_starts_over,
    recognise,
    refusal_on,
    turned_away,
)
from portal.login_proof import Proof
from portal.login_sight import NUMBER, Sight
from portal.pages import AT_ONCE, FIRST_CLICK, MARK, SitePage
from portal.recognition import LOGIN_PATH
from safety.addresses import Places

NextCode = Callable[[], Awaitable[str]]
Passing = Callable[[str], Awaitable[None]]

MOST_STEPS = 12  # pages that wanted something
MOST_SECONDS = 45.0  # for all of a login but the wait for a code
MOST_BANNERS = 6  # that are accepted: one that stays is no matter until it covers something
BANNER_COMES = 1.0  # seconds in which the dashboard has shown its banner
MOST_PAGES = 40  # that came, one by one, in which nothing was to be done too
SETTLES = 0.3  # seconds a page must have been on show that nobody knows, before it is believed
GOES_ON = 3.0  # seconds a page is given that may go on by itself
LAGS = (0.3, 0.7, 1.0, 1.5, 1.5, 2.0)  # seconds between looks for a session that one server knows later than another
REFUSED = re.compile(
    r"errat|non (?:è |sono )?(?:corrett|valid|riconosciut)|scadut|wrong|invalid|incorrect|not valid|expired",
    re.IGNORECASE,
)
REFUSED_LOGIN = "the site refused user name or password"
NO_REASON = "it gives no reason"
ERROR_PAGE = "chrome-error:"
CIRCLE = "ERR_TOO_MANY_REDIRECTS"

log = logging.getLogger(__name__)


class LoginPage(SitePage):
    """One login: what has been done of it, and what is done next."""

    def __init__(
        self,
        page: Page,
        places: Places,
        timeout: float,
        typing: Callable[[], None],
        passing: Passing,
        clean: Callable[[str], str] = str,
    ) -> None:
        """`typing` is called before anything is typed; `passing` before a page that nobody knows is passed; `clean`
        takes the secrets out of what a page says, before a part of that is told."""
        super().__init__(page, places.base_url, timeout)
        self._places = places
        self._typing = typing
        self._passing = passing
        self._clean = clean
        self._proof = Proof(page, places)
        self._sight = Sight(page)
        self._steps = self._pages = self._codes = self._asked_home = self._entered = self._banners = 0
        self._password_sent = False
        self._passed: set[tuple[str, str]] = set()  # the names of unknown pages that were clicked
        self._last: tuple[Seen, float, int] | None = None  # what was last dealt with, when, and requests sent by then
        self._repeated = False
        self._moved = 0.0  # when a page last came
        self._ends = time.monotonic() + MOST_SECONDS
        self.remarks: list[LoginRemark] = []  # what the pages told, and their person should know
        self._circles_home = False  # the last page asked for led from dashboard to login page to dashboard, without end
        page.on("framenavigated", lambda frame: self._count_page(frame == page.main_frame))
        page.on("requestfailed", self._note_circle)

    def _count_page(self, is_main: bool) -> None:
        if is_main:
            self._pages, self._moved = self._pages + 1, time.monotonic()

    def _note_circle(self, request: Request) -> None:
        """One server of the site does not know us yet, and the next sends back to it whom it knows."""
        ours = self._places.is_booking_site(request.url) and request.is_navigation_request()
        self._circles_home = self._circles_home or (ours and CIRCLE in (request.failure or ""))

    async def sign_in(self, credentials: Credentials, next_code: NextCode) -> None:
        """Ends on the dashboard. The password is sent once; a code at most twice, each from `next_code`.

        Raises LoginRejected when the password page comes back, OtpRejected when the second code is refused too,
        LoginDiverted, before anything is typed, when a page is not where it should be or would send it elsewhere,
        LoginNeeded for who logs in by hand, where anything would have to be typed,
        MatricolaMissing, LoginBlocked, with the reason, where it can't go on, and SiteChanged on a page nobody knows.
        """
        home = quote(urlsplit(self._base_url).path + "/", safe="")
        try:
            await self._open(f"{LOGIN_PATH}?returnUrl={home}")
            while (seen := await self._next_page()).kind is not Kind.HOME:
                try:
                    await self._deal_with(seen, credentials, next_code)
                except PlaywrightTimeout:
                    if not await self._is_gone(seen):
                        raise
            await self._proof.home(self._page.locator("#home_btt_booking").first)
            await self._accept_last_banner()
        finally:
            await self._sight.close()

    async def _is_gone(self, seen: Seen) -> bool:
        """Whether another page has come while this one was dealt with."""
        portrait = await self._sight.look()
        return portrait is None or portrait.born != seen.portrait.born

    async def _deal_with(self, seen: Seen, credentials: Credentials, next_code: NextCode) -> None:
        self._count_step(seen)
        log.debug("a login meets a page: %s", seen.kind)
        await self._heed_refusal(seen)
        if credentials.by_hand and seen.kind in (Kind.PASSWORD, Kind.CODE, Kind.NEW_PASSWORD):
            raise LoginNeeded("the sign-on asks for its person")
        match seen.kind:
            case Kind.ENTRY:
                await self._enter(seen)
            case Kind.PASSWORD:
                await self._send_password(seen, credentials)
            case Kind.CODE:
                await self._send_code(seen, next_code)
            case Kind.MATRICOLA:
                await self._choose(seen, credentials.matricola)
            case Kind.EXPIRING | Kind.NOTICE | Kind.ONE_WAY:
                await self._pass(seen)
            case Kind.NEW_PASSWORD:
                await self._proof.address()
                raise LoginBlocked("it asks for a new password, and nothing is typed there")
            case _:
                raise SiteChanged(seen.why or "nobody knows that page")

    def _count_step(self, seen: Seen) -> None:
        if seen.kind is Kind.ENTRY and self._entered:
            return  # to ask again for what one server does not know yet is no new step
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise LoginBlocked(f"it shows page after page, {MOST_STEPS} and no end")

    # ----- which page is on show

    async def _next_page(self) -> Seen:
        """The next page that wants something; what takes its time is waited for."""
        began, known, since, seen = time.monotonic(), None, time.monotonic(), None
        while True:
            self._check_limits()
            portrait = await self._sight.look()
            now = time.monotonic()
            if portrait is not None:
                await self._accept_banner(portrait)
                seen = self._recognise(portrait)
                if (seen.kind, portrait.born) != known:
                    known, since = (seen.kind, portrait.born), now
                if not self._is_dealt_with(seen) and now - since >= self._patience(seen):
                    return seen
                await self._insist(seen)
            if now - max(began, self._moved, self._last[1] if self._last else 0.0) >= self._timeout / 1000:
                if seen is not None and seen.kind is Kind.UNKNOWN and not self._is_dealt_with(seen):
                    return seen  # it says itself why it stays
                raise SiteChanged(self._why_it_stays())
            await self._sight.something_happens()

    def _why_it_stays(self) -> str:
        if self._last is None:
            return "it does not go on by itself"
        return f"it does not go on after the page that was {self._last[0].kind}"

    def _recognise(self, portrait: Portrait) -> Seen:
        if portrait.url.startswith(ERROR_PAGE):
            if self._entered and self._circles_home:
                return Seen(Kind.ENTRY, portrait)
            raise SiteChanged("the next page did not come")
        return recognise(portrait, self._places)

    def _check_limits(self) -> None:
        if time.monotonic() > self._ends:
            raise SiteChanged(f"it takes longer than {MOST_SECONDS:.0f} s")
        if self._pages > MOST_PAGES:
            raise LoginBlocked(f"it goes in a circle, {MOST_PAGES} pages and no end")

    def _patience(self, seen: Seen) -> float:
        """Seconds for which a page must have been on show before it is dealt with."""
        longest = self._timeout / 1000
        if seen.kind is Kind.WAITING:
            return 2 * longest  # never: it goes on by itself, or not
        if seen.kind is Kind.UNKNOWN:
            return min(GOES_ON, longest) if self._places.may_type(seen.portrait.url) else longest
        if not seen.portrait.parsed and seen.kind is not Kind.HOME:
            return min(GOES_ON, longest)  # half a page may lack the second field of a new password
        if seen.kind is Kind.ONE_WAY:
            return GOES_ON if seen.portrait.automatic or not seen.portrait.loaded else SETTLES
        return 0.0

    def _is_dealt_with(self, seen: Seen) -> bool:
        """Whether it is the page, unchanged, that was clicked or filled in last, and the next has not come."""
        if self._last is None or seen.kind is Kind.HOME:
            return False
        before, _, _ = self._last
        if before.portrait.born != seen.portrait.born:
            return False
        if seen.kind in (Kind.UNKNOWN, Kind.WAITING):
            return True
        said, before_said = seen.portrait.complaint, before.portrait.complaint
        complains = said != before_said and REFUSED.search(said) is not None
        return seen.kind is before.kind and seen.is_tried and not complains

    async def _insist(self, seen: Seen) -> None:
        """Clicks once more when a click changed nothing and sent nothing: buttons have been seen that wake up late."""
        if self._last is None or self._repeated or not self._is_dealt_with(seen):
            return
        before, at, sent = self._last
        if self._sent != sent or time.monotonic() - at < min(FIRST_CLICK, self._timeout) / 1000:
            return
        self._repeated, self._last = True, (before, time.monotonic(), sent)
        button = self._button_of(before)
        with suppress(PlaywrightTimeout):  # what was clicked has gone: that was the answer
            await self._prove(before, button)
            if self._sent == sent:
                log.info("a click of a login changed nothing: clicking once more")
                await button.click(timeout=AT_ONCE)

    async def _accept_banner(self, portrait: Portrait) -> None:
        if portrait.banner and self._banners < MOST_BANNERS:
            self._banners += await self._sight.accept_banner()

    async def _accept_last_banner(self) -> None:
        """The dashboard asks about cookies once more, when it is complete."""
        latest = time.monotonic() + BANNER_COMES
        while (portrait := await self._sight.look()) is None or not (portrait.loaded or time.monotonic() > latest):
            await self._sight.something_happens()
        await self._accept_banner(portrait)

    # ----- what each page wants

    async def _enter(self, seen: Seen) -> None:
        """The site's login page. When it, or a circle that goes through it, comes again after the sign-on, perhaps only
        the server that answered has not heard of us yet: another may, so home is asked for again before anything is
        sent a second time."""
        if self._entered and self._asked_home < len(LAGS):
            await asyncio.sleep(LAGS[self._asked_home])
            self._asked_home += 1
            self._last, self._circles_home = None, False
            try:
                await self._open("/")
            except PlaywrightError as error:
                if CIRCLE not in str(error):
                    raise
                self._circles_home = True
            return
        if self._entered:
            raise LoginBlocked("the site lets us in, and then asks to log in all the same")
        self._entered += 1
        await self._click_on(seen)

    async def _send_password(self, seen: Seen, credentials: Credentials) -> None:
        if self._password_sent:
            await self._proof.address()
            raise self._refused(seen.portrait)
        field, button = self._locate(seen.field), self._button_of(seen)
        if seen.login is not None and credentials.username not in seen.login.value:
            if seen.login.readonly:
                raise LoginBlocked("it asks for the password of somebody else")
            await self._type(self._locate(seen.login), credentials.username, button)
        await self._type(field, credentials.password, button)
        self._password_sent = True
        await self._send(seen)

    def _refused(self, portrait: Portrait) -> Exception:
        """Why a page asks for the password again: not every such page has refused the one that was sent."""
        if only_starts_over(portrait):
            return LoginBlocked("it starts over")
        complaint = refusal_on(self._cleaned(portrait))
        return LoginRejected(f"{REFUSED_LOGIN}: {quote_words(complaint)}" if complaint else ASKED_AGAIN)

    def _cleaned(self, portrait: Portrait) -> Portrait:
        """As it is told: without secrets before a sentence is taken out of it, for half a secret is not recognised."""
        return replace(portrait, words=self._clean(portrait.words))

    async def _heed_refusal(self, seen: Seen) -> None:
        """Raises when the answer to password or code is a page that says, without a form, that nobody is let in: to
        try again could only make it worse."""
        after = self._last[0].kind if self._last else None
        if after not in (Kind.PASSWORD, Kind.CODE) or seen.kind not in (Kind.UNKNOWN, Kind.ONE_WAY):
            return
        said = turned_away(self._cleaned(seen.portrait), seen.kind)
        if said and (after is Kind.PASSWORD or BARRED.search(said)):
            await self._proof.address()
            raise LoginRejected(f"{REFUSED_LOGIN}: {quote_words(said)}")

    async def _send_code(self, seen: Seen, next_code: NextCode) -> None:
        if self._codes == 2:
            await self._proof.address()
            said = refusal_on(self._cleaned(seen.portrait)) or NO_REASON
            raise OtpRejected(f"the site refused two one-time codes: {said}")
        await self._proof.address()
        asked = time.monotonic()
        code = await next_code()
        self._ends += time.monotonic() - asked
        self._codes += 1
        await self._type(self._locate(seen.field), code, self._button_of(seen))
        await self._send(seen)

    async def _choose(self, seen: Seen, wanted: str) -> None:
        rows = seen.portrait.rows
        offered = ", ".join(each.text for each in rows)
        number = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)", re.IGNORECASE)
        shown = [each for each in rows if wanted and number.search(each.text)]
        named = shown or [each for each in rows if wanted and number.search(each.carries)]
        if wanted and len(named) != 1:
            await self._proof.address()
            raise MatricolaMissing(f"the matricola {wanted} is not among those that the site offers: «{offered}»")
        if not wanted and len(rows) > 1:
            self.remarks.append(LoginRemark(RemarkKind.MATRICOLA_CHOSEN, offered))
        await self._click_on(seen, (named or rows)[0])

    async def _pass(self, seen: Seen) -> None:
        """One click; a page that nobody knows is kept before it, and clicked once only."""
        if seen.kind is Kind.ONE_WAY:
            if seen.name in self._passed:
                raise LoginBlocked("it comes again after it was clicked")
            self._passed.add(seen.name)
            await self._passing(f"passed with '{seen.button.label if seen.button else ''}'")
        kind = RemarkKind.PASSWORD_EXPIRES if seen.kind is Kind.EXPIRING else RemarkKind.SITE_NOTICE
        remark = LoginRemark(kind, seen.portrait.main)
        await self._click_on(seen)
        if remark not in self.remarks:
            self.remarks.append(remark)

    # ----- typing and clicking

    async def _type(self, field: Locator, text: str, button: Locator) -> None:
        """Fills the very field that was looked at: of a page that came in its place meanwhile nothing is known."""
        element = await field.element_handle(timeout=AT_ONCE)
        await self._proof.field(element, button)
        self._typing()
        await element.fill(text)

    async def _send(self, seen: Seen) -> None:
        """Once more proved before it is sent: the page may have changed its form while it was filled in."""
        await self._locate(seen.field).evaluate(MARK, timeout=AT_ONCE)
        await self._click_on(seen)

    async def _click_on(self, seen: Seen, row: Row | None = None) -> None:
        button = self._locate(row) if row else self._button_of(seen)
        await self._prove(seen, button)
        await button.evaluate(MARK, timeout=AT_ONCE)
        self._last, self._repeated = (seen, time.monotonic(), self._sent), row is not None
        await button.click()

    async def _prove(self, seen: Seen, button: Locator) -> None:
        if seen.field is not None:
            await self._proof.field(await self._locate(seen.field).element_handle(timeout=AT_ONCE), button)
        elif seen.kind in CLICKED or seen.kind is Kind.MATRICOLA:
            await self._proof.click(button)

    def _button_of(self, seen: Seen) -> Locator:
        return self._locate(seen.button)

    def _locate(self, element: object) -> Locator:
        return self._page.locator(f"[{NUMBER}='{getattr(element, 'number', 0)}']").first
