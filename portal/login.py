"""The way through the login: from the booking site's login page through the single sign-on to the dashboard.

Looks at the address before it types, never only at the looks. Verbs wait for outcomes, never for time, and let
Playwright's errors out, as those of pages.py do. Used by session.py.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote, urlsplit

from playwright.async_api import ElementHandle, Locator, Page

from addresses import Places
from errors import LoginDiverted, LoginRejected, OtpRejected, SiteChanged
from model import Credentials
from portal.login_guard import diversion
from portal.pages import MARK, TRIED, SitePage, either_seen
from portal.recognition import LOGIN_PATH

NextCode = Callable[[], Awaitable[str]]

# Where a field is, and where its form and the button would send it. Read past the page's own names: a form's field
# called "action" would hide the form's.
WAYS = """(field, button) => {
  const own = (element, name) => {
    for (let type = Object.getPrototypeOf(element); type; type = Object.getPrototypeOf(type)) {
      const found = Object.getOwnPropertyDescriptor(type, name)
      if (found && found.get) return found.get.call(element)
    }
  }
  const says = (element, name) => element && Element.prototype.getAttribute.call(element, name)
  const forms = [own(field, "form"), button && own(button, "form")].filter(Boolean)
  const leads = forms.map(form => own(form, "action"))
  if (button && says(button, "formaction") !== null) leads.push(own(button, "formAction"))
  const link = button && says(button, "href") !== null ? own(button, "href") : ""
  if (link && !link.startsWith("javascript:")) leads.push(link)
  const base = document.querySelector("base[target]")
  const opens = [...forms.map(form => says(form, "target")), says(button, "formtarget"), says(button, "target"),
    says(base, "target")].filter(Boolean)
  return {at: window.location.href, top: window === window.top, leads, opens}
}"""
TIMED_OUT = re.compile(r"\bsession\w* (?:\S+ ){0,2}(?:scadut|terminat|non valid|expired|timed out)", re.IGNORECASE)
OF_CREDENTIALS = re.compile(r"password|credenzial|credential|codice persona|errat|wrong", re.IGNORECASE)
SAME_WINDOW = ("_self", "_top", "_parent")


class LoginPage(SitePage):
    """The login's pages, and what is done on them."""

    def __init__(self, page: Page, places: Places, timeout: float, typing: Callable[[], None]) -> None:
        """`typing` is called before anything is typed."""
        super().__init__(page, places.base_url, timeout)
        self._places = places
        self._typing = typing
        self._enter = either_seen(
            page.get_by_role("button", name="Accedi al tuo account"),
            page.get_by_role("link", name="Accedi al tuo account"),
            page.locator("button[type=submit].green:not(.pull-right)"),
        )
        self._login = either_seen(page.locator("#login"), page.get_by_role("textbox", name="Codice Persona"))
        self._password = page.locator("#password, input[type=password]").filter(visible=True).first
        self._accept = either_seen(
            page.locator(".aunicalogin-button-accedi").locator("button, input, a"),
            page.get_by_role("button", name="Accedi", exact=True),
        )
        self._otp = either_seen(page.locator("#otp"), page.get_by_role("textbox", name="OTP"))
        self._continue = either_seen(page.locator("#submit-dissms"), page.get_by_role("button", name="Continua"))
        self._error = page.locator("[role=alert], [class*=error], [class*=alert], [class*=danger]").filter(visible=True)
        self._password_again = page.locator(f"#password:not([{TRIED}]), input[type=password]:not([{TRIED}])").filter(
            visible=True
        )
        self._otp_again = page.locator(f"#otp:not([{TRIED}]), [name=otp]:not([{TRIED}])")
        self._dashboard = page.locator("#home_btt_booking").first

    async def sign_in(self, credentials: Credentials, next_code: NextCode) -> None:
        """Ends on the dashboard. The password is sent once; a code at most twice, each from `next_code`.

        Raises LoginRejected when the password page comes back, OtpRejected when the second code is refused too, and
        LoginDiverted, before anything is typed, when a page is not where it should be or would send it elsewhere.
        """
        home = quote(urlsplit(self._base_url).path + "/", safe="")
        await self._open(f"{LOGIN_PATH}?returnUrl={home}")
        await self._visible(self._enter, self._login, self._dashboard)
        if await self._enter.is_visible():
            await self._click(self._enter, either_seen(self._login, self._otp, self._dashboard))
        if await self._login.is_visible():
            await self._send_password(credentials)
        if await self._otp.is_visible() and not await self._accepts_code(await next_code()):
            await self._send_last_code(await next_code())
        await self._attached(self._dashboard)
        await self._prove_home()

    async def _send_password(self, credentials: Credentials) -> None:
        await self._type(self._login, credentials.username, self._accept)
        await self._type(self._password, credentials.password, self._accept)
        await self._password.evaluate(MARK)
        await self._press(self._accept, self._password, self._otp, self._dashboard, self._password_again)
        if again := await self._password_again.count():
            await self._prove_address()
            await self._judge(again)

    async def _judge(self, fields: int) -> None:
        """Why a page asks for a password again: not every such page has refused the one that was sent."""
        complaint = await self._complaint()
        if fields > 1:
            raise SiteChanged("the login asks for a new password")
        if TIMED_OUT.search(complaint) and not OF_CREDENTIALS.search(complaint):
            raise SiteChanged("the login starts over")
        raise LoginRejected(f"the site refused user name or password: {complaint}")

    async def _accepts_code(self, code: str) -> bool:
        await self._type(self._otp, code, self._continue)
        await self._otp.evaluate(MARK)
        await self._press(self._continue, self._otp, self._dashboard, self._otp_again, self._password_again)
        return not await self._otp_again.count()

    async def _send_last_code(self, code: str) -> None:
        if not await self._accepts_code(code):
            await self._prove_address()
            raise OtpRejected(f"the site refused two one-time codes: {await self._complaint()}")

    async def _complaint(self) -> str:
        texts = " ".join(" ".join(await self._error.all_inner_texts()).split())
        return texts or "it gives no reason"

    # ----- before anything is typed

    async def _type(self, field: Locator, text: str, button: Locator) -> None:
        """Fills the very field that was looked at: of a page that came in its place meanwhile nothing is known."""
        element = await field.element_handle()
        await self._prove(element, button)
        self._typing()
        await element.fill(text)

    async def _press(self, button: Locator, field: Locator, *outcomes: Locator) -> None:
        """Once more before it is sent: the page may have changed its form while it was filled in."""

        async def prove() -> None:
            await self._prove(await field.element_handle(), button)

        await self._click(button, *outcomes, prove=prove)

    async def _prove(self, field: ElementHandle, button: Locator) -> None:
        """Raises LoginDiverted unless the field is on a login host's own page, and would be sent to a login host."""
        pressed = await button.element_handles()
        ways: dict[str, Any] = await field.evaluate(f"(field, buttons) => ({WAYS})(field, buttons[0])", pressed)
        await self._prove_address()
        if (
            not self._places.may_type(ways["at"])
            or not ways["top"]
            or await field.owner_frame() != self._page.main_frame
        ):
            raise await self._diverted("a field for the password or code is at", ways["at"])
        for url in ways["leads"]:
            if not self._places.may_type(url):
                raise await self._diverted("the form of password or code leads to", url)
        if any(name.lower() not in SAME_WINDOW for name in ways["opens"]):
            raise await self._diverted("the form opens another window at", ways["at"])

    async def _prove_address(self) -> None:
        if not self._places.may_type(self._page.url):
            raise await self._diverted("password or code are asked for by", self._page.url)

    async def _prove_home(self) -> None:
        """A dashboard is one under the booking site's own address only."""
        tile = await self._dashboard.element_handle()
        at = str(await tile.evaluate("() => window.location.href"))
        if not self._places.is_booking_site(at) or not self._places.is_booking_site(self._page.url):
            raise await self._diverted("it seemed to end at", at)

    async def _diverted(self, what: str, url: str) -> LoginDiverted:
        return await diversion(self._page, url, what)
