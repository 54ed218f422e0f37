"""The routes of the simulated single sign-on: password, one-time code, and back to the site with a form."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from demo.site import pages
from demo.site.gate import ENTRY
from demo.site.world import SiteWorld

COOKIE = "AUNICASESSION"
STYLE = Path(__file__).parent / "static" / "sso.css"
WRONG_PASSWORD = "Codice Persona o password errati."  # noqa: S105 - the sentence of the page
WRONG_CODE = "Codice OTP non valido o già utilizzato."
EXPIRED = "Sessione scaduta: accedi di nuovo."


@dataclass(slots=True)
class Visit:
    """A browser on its way through the login."""

    service: str = ""  # where to go back to
    relay_state: str = ""
    username: str = ""  # set once the password was right


class SsoRoutes:
    """Handlers of the single sign-on. `assertions` is shared with the site: one-time token -> username."""

    def __init__(self, world: SiteWorld, assertions: dict[str, str]) -> None:
        self._accounts = world.accounts
        self._assertions = assertions
        self._visits: dict[str, Visit] = {}

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get("/static/sso.css", self.style)
        router.add_get("/aunicalogin/getservizio.xml", self.arrive)
        router.add_post("/aunicalogin/login", self.password)
        router.add_post("/aunicalogin/otp", self.code)

    async def style(self, request: web.Request) -> web.Response:
        return web.Response(text=STYLE.read_text(encoding="utf-8"), content_type="text/css")

    async def arrive(self, request: web.Request) -> web.Response:
        visit = secrets.token_hex(16)
        self._visits[visit] = Visit(request.query.get("service", ""), request.query.get("RelayState", ""))
        response = _html(pages.sso_login())
        response.set_cookie(COOKIE, visit, httponly=True, samesite="Lax")
        return response

    async def password(self, request: web.Request) -> web.Response:
        form, visit = request[ENTRY].form, self._visit(request)
        if visit is None:
            return _html(pages.sso_login(EXPIRED))
        username = form.get("login", "").strip()
        if not self._accounts.check_password(username, form.get("password", "")):
            return _html(pages.sso_login(WRONG_PASSWORD))
        visit.username = username
        return _html(pages.sso_otp())

    async def code(self, request: web.Request) -> web.Response:
        visit = self._visit(request)
        if visit is None or not visit.username:
            return _html(pages.sso_login(EXPIRED))
        if not self._accounts.check_code(visit.username, request[ENTRY].form.get("otp", "").strip()):
            return _html(pages.sso_otp(WRONG_CODE))
        assertion = secrets.token_urlsafe(48)
        self._assertions[assertion] = visit.username
        del self._visits[request.cookies[COOKIE]]
        return _html(pages.sso_return(visit.service, assertion, visit.relay_state))

    def _visit(self, request: web.Request) -> Visit | None:
        return self._visits.get(request.cookies.get(COOKIE, ""))


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})
