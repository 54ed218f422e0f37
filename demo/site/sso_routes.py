"""The routes of the simulated single sign-on: password, what may stand behind it, and back to the site with a form."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web

from demo.site import sso_pages
from demo.site.federated import Provider
from demo.site.gate import ENTRY
from demo.site.world import SiteWorld

COOKIE = "AUNICASESSION"
SIGNED_ON = "SSO_LOGIN"  # whoever shows it was here before
STYLE = Path(__file__).parent / "static" / "sso.css"
WRONG_PASSWORD = "Codice Persona o password errati."  # noqa: S105 - the sentence of the page
WRONG_CODE = "Codice OTP non valido o già utilizzato."
EXPIRED = "Sessione scaduta: accedi di nuovo."
ROOT = "/aunicalogin"
PLACES = {  # where each page of the switch `login_pages` is
    "code": "otp",
    "notice": "passi/AvvisiDFA.do",
    "expiring": "PWDinScadenza.do",
    "matricola": "SceltaMatricola.do",
    "extension": "passi/LoginExtensionPoint.do",
}
FEDERATED = ("IngressoSPID.do", "IngressoCIE.do")
OTHER_WAYS = ("IngressoEIDAS.do", "IngressoEduGAIN.do")
RETURN = "RitornoFederato.do"


@dataclass(slots=True)
class Visit:
    """A browser on its way through the login."""

    service: str = ""  # where to go back to
    relay_state: str = ""
    username: str = ""  # set once the password was right
    ahead: list[str] = field(default_factory=list)  # the pages still to come, the one on show first
    matricola: str = ""


class SsoRoutes:
    """Handlers of the single sign-on. `assertions` is shared with the site: one-time token -> username."""

    def __init__(self, world: SiteWorld, assertions: dict[str, str]) -> None:
        self._world = world
        self._accounts = world.accounts
        self._assertions = assertions
        self._provider = Provider(world)
        self._visits: dict[str, Visit] = {}
        self._signed_on: dict[str, tuple[str, datetime]] = {}  # cookie -> username, since when

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get("/static/sso.css", self.style)
        router.add_get(f"{ROOT}/getservizio.xml", self.arrive)
        router.add_post(f"{ROOT}/login", self.password)
        router.add_post(f"{ROOT}/{PLACES['code']}", self.code)
        for place in PLACES.values():
            router.add_get(f"{ROOT}/{place}", self.on_show)
        for name in ("notice", "expiring", "extension"):
            router.add_post(f"{ROOT}/{PLACES[name]}", self.go_on)
        for way in FEDERATED:
            router.add_post(f"{ROOT}/{way}", self.to_provider)
        router.add_get(f"{ROOT}/{RETURN}", self.from_provider)
        self._provider.add_to(router)
        for way in OTHER_WAYS:
            router.add_post(f"{ROOT}/{way}", self.elsewhere)

    async def style(self, request: web.Request) -> web.Response:
        return web.Response(text=STYLE.read_text(encoding="utf-8"), content_type="text/css")

    async def to_provider(self, request: web.Request) -> web.Response:
        return self._provider.way_to(request, f"{ROOT}/{RETURN}")

    async def from_provider(self, request: web.Request) -> web.Response:
        """Back with a token: neither password nor code is asked for."""
        visit, username = self._visit(request), self._provider.taken(request.query.get("token", ""))
        if visit is None or not username:
            return _html(self._login_page(EXPIRED))
        visit.username = username
        return self._next(request, visit)

    async def elsewhere(self, request: web.Request) -> web.Response:
        return _html(sso_pages.elsewhere())

    async def arrive(self, request: web.Request) -> web.Response:
        visit = Visit(request.query.get("service", ""), request.query.get("RelayState", ""))
        known = self._known(request)
        if known:
            visit.username = known
            return self._back(visit)
        number = secrets.token_hex(16)
        self._visits[number] = visit
        response = _html(self._login_page())
        response.set_cookie(COOKIE, number, httponly=True, samesite="Lax")
        return response

    def _known(self, request: web.Request) -> str:
        """The user name whose recent sign-on the cookie proves; empty without one."""
        username, since = self._signed_on.get(request.cookies.get(SIGNED_ON, ""), ("", self._world.clock()))
        lasts = timedelta(minutes=self._world.switches.sign_on_minutes)
        return username if self._world.clock() - since < lasts else ""

    def _login_page(self, error: str = "") -> str:
        switches = self._world.switches
        return sso_pages.login(error, style=switches.login_error, chooser=switches.chooser)

    async def password(self, request: web.Request) -> web.Response:
        form, visit = request[ENTRY].form, self._visit(request)
        if visit is None:
            return _html(self._login_page(EXPIRED))
        username = form.get("login", "").strip()
        if not self._accounts.check_password(username, form.get("password", "")):
            return _html(self._login_page(WRONG_PASSWORD))
        visit.username, visit.ahead = username, list(self._world.switches.login_pages)
        return self._next(request, visit)

    async def code(self, request: web.Request) -> web.Response:
        visit = self._visit(request)
        if visit is None or visit.ahead[:1] != ["code"]:
            return _html(self._login_page(EXPIRED))
        if not self._accounts.check_code(visit.username, request[ENTRY].form.get("otp", "").strip()):
            return _html(sso_pages.one_time_code(WRONG_CODE))
        del visit.ahead[0]
        return self._next(request, visit)

    async def on_show(self, request: web.Request) -> web.Response:
        """The page that comes next; the choice of the matricola is a link that leads here."""
        visit = self._visit(request)
        if visit is None or not visit.ahead:
            return _html(self._login_page(EXPIRED))
        if visit.ahead[0] == "matricola" and request.query.get("matricola"):
            visit.matricola = request.query["matricola"]
            del visit.ahead[0]
            return self._next(request, visit)
        return _html(self._shown(visit))

    async def go_on(self, request: web.Request) -> web.Response:
        """The one click that a page waits for, or the form that submits itself."""
        visit = self._visit(request)
        if visit is None or not visit.ahead or not request.path.endswith(PLACES[visit.ahead[0]]):
            return _html(self._login_page(EXPIRED))
        del visit.ahead[0]
        return self._next(request, visit)

    def _next(self, request: web.Request, visit: Visit) -> web.Response:
        """The page ahead at its own address, or the way back to the site."""
        if not visit.ahead:
            del self._visits[request.cookies[COOKIE]]
            return self._back(visit)
        if visit.ahead[0] == "code":
            return _html(self._shown(visit))
        return web.Response(status=302, headers={"Location": f"{ROOT}/{PLACES[visit.ahead[0]]}"})

    def _shown(self, visit: Visit) -> str:
        if visit.ahead[0] == "extension":
            return sso_pages.extension(visit.matricola)
        plain = {
            "code": sso_pages.one_time_code,
            "notice": sso_pages.notice,
            "expiring": sso_pages.expiring,
            "matricola": sso_pages.matricola,
        }
        return plain[visit.ahead[0]]()

    def _back(self, visit: Visit) -> web.Response:
        assertion = secrets.token_urlsafe(48)
        self._assertions[assertion] = visit.username
        response = _html(sso_pages.back(visit.service, assertion, visit.relay_state))
        if self._world.switches.sign_on_minutes:
            token = secrets.token_hex(16)
            self._signed_on[token] = (visit.username, self._world.clock())
            response.set_cookie(SIGNED_ON, token, httponly=True, samesite="Lax")
        return response

    def _visit(self, request: web.Request) -> Visit | None:
        return self._visits.get(request.cookies.get(COOKIE, ""))


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})
