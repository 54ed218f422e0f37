"""What must be so before anything is typed or clicked in a login: where the page is, and where it would send it.

Looks at addresses, never at looks.
"""

from __future__ import annotations

from typing import Any

from playwright.async_api import ElementHandle, Locator, Page

from domain.errors import LoginDiverted, SiteChanged
from portal.evidence.sanitizer import bare_address
from portal.login.network_guard import diversion
from safety.addresses import Places

# Where a field or button is, and where its form would send it. Read past the page's own names: a form's field called
# "action" would hide the form's.
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
SAME_WINDOW = ("_self", "_top", "_parent")


class AddressCheck:
    """Proves, before each act of a login, that the login stays where it belongs."""

    def __init__(self, page: Page, places: Places) -> None:
        self._page = page
        self._places = places

    async def field(self, field: ElementHandle, button: Locator) -> None:
        """Raises LoginDiverted unless the field is on a login host's own page, and would be sent to a login host."""
        pressed = await button.element_handles()
        ways: dict[str, Any] = await field.evaluate(f"(field, buttons) => ({WAYS})(field, buttons[0])", pressed)
        await self.address()
        if not await self._is_ours(field, ways):
            raise await self.diverted("a field for the password or code is at", ways["at"])
        for url in ways["leads"]:
            if not self._places.may_type(url):
                raise await self.diverted("the form of password or code leads to", url)
        if _opens_another(ways):
            raise await self.diverted("the form opens another window at", ways["at"])

    async def click(self, button: Locator) -> None:
        """Raises unless the button is on a login host's own page and leads, in this window, where a login may go."""
        element = await button.element_handle()
        ways: dict[str, Any] = await element.evaluate(f"button => ({WAYS})(button, button)")
        await self.address()
        if not await self._is_ours(element, ways):
            raise await self.diverted("a page of the login is at", ways["at"])
        for url in ways["leads"]:
            if not self._places.may_visit(url):
                raise SiteChanged(f"it leads elsewhere, to {bare_address(url)}")
        if _opens_another(ways):
            raise SiteChanged("it leads to another window")

    async def _is_ours(self, element: ElementHandle, ways: dict[str, Any]) -> bool:
        frame = await element.owner_frame()
        return self._places.may_type(ways["at"]) and bool(ways["top"]) and frame == self._page.main_frame

    async def address(self) -> None:
        if not self._places.may_type(self._page.url):
            raise await self.diverted("password or code are asked for by", self._page.url)

    async def home(self, tile: Locator) -> None:
        """A dashboard is one under the booking site's own address only."""
        at = str(await (await tile.element_handle()).evaluate("() => window.location.href"))
        if not self._places.is_booking_site(at) or not self._places.is_booking_site(self._page.url):
            raise await self.diverted("it seemed to end at", at)

    async def diverted(self, what: str, url: str) -> LoginDiverted:
        return await diversion(self._page, url, what)


def _opens_another(ways: dict[str, Any]) -> bool:
    return any(name.lower() not in SAME_WINDOW for name in ways["opens"])
