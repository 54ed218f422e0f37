"""The routes of the simulated booking site for getting in and out: login, return from the single sign-on, session."""

import secrets
from urllib.parse import quote, urlencode, urlsplit

from aiohttp import web

from demo.site import pages
from demo.site.accounts import AUTH_COOKIE
from demo.site.answers import FORGERY_COOKIE, SESSION_COOKIE, frame_of, html, is_ours, redirect, set_cookie
from demo.site.gate import ENTRY, Handler
from demo.site.world import SiteWorld

WRONG = "Nome utente o password non corretti."


class AccountRoutes:
    """Handlers of the login. `assertions` holds what the single sign-on vouches for: one-time token -> username."""

    def __init__(self, world: SiteWorld, assertions: dict[str, str]) -> None:
        self._world = world
        self._assertions = assertions
        self._open_paths = (f"{world.base}/Account/", f"{world.base}/static/")
        self._public_url = self._public_sso_url = ""
        self._sso_port = 0

    def reached_at(self, public_url: str, public_sso_url: str, sso_port: int) -> None:
        """Where clients find site and single sign-on; without an address, at the host they came to."""
        self._public_url, self._public_sso_url, self._sso_port = public_url, public_sso_url, sso_port

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get("/", self.public_home)
        router.add_get(f"{self._world.base}/Account/Login", self.login_page)
        router.add_post(f"{self._world.base}/Account/Login", self.login)
        router.add_post(f"{self._world.base}/Account/SsoReturn", self.sso_return)
        router.add_get(f"{self._world.base}/Account/LogOut", self.log_out)

    @web.middleware
    async def session(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Everything but the login needs a session; without one the answer is the way to the login page."""
        if self._needs_login(request):
            return self._turned_away(request)
        response = await handler(request)
        if SESSION_COOKIE not in request.cookies:
            set_cookie(request, response, SESSION_COOKIE, secrets.token_hex(12))
        return response

    def _turned_away(self, request: web.Request) -> web.Response:
        """The way to the login page; a call by script may be answered otherwise."""
        told = self._world.switches.session_end
        if told == "redirect" or request.headers.get("X-Requested-With") != "XMLHttpRequest":
            return redirect(f"{self._world.base}/Account/Login?returnUrl={quote(request.path_qs, safe='')}")
        if told == "json":
            return web.json_response({"status": "LOGGED_OUT", "data": None})
        return web.Response(status=int(told))

    def _needs_login(self, request: web.Request) -> bool:
        if not request.path.startswith(self._world.base) or request.path.startswith(self._open_paths):
            return False
        user = self._world.accounts.username_of(request.cookies.get(AUTH_COOKIE))
        if user and self._world.faults.take("session_ends", request.path):
            self._world.accounts.end_sessions(user)
            user = None
        return user is None

    async def public_home(self, request: web.Request) -> web.Response:
        return html(pages.public_home(self._world.tenant))

    async def login_page(self, request: web.Request) -> web.Response:
        if self._world.switches.known_go_home and request[ENTRY].user:
            return redirect(f"{self._world.base}/")
        return self._login_page(request)

    def _login_page(self, request: web.Request, error: str = "") -> web.Response:
        token = request.cookies.get(FORGERY_COOKIE) or secrets.token_urlsafe(32)
        frame = frame_of(self._world, request)
        if self._world.switches.own_form:
            response = html(pages.login_form(frame, request.path_qs, token, error))
        else:
            response = html(pages.login(frame, request.path_qs, token))
        set_cookie(request, response, FORGERY_COOKIE, token)
        return response

    async def login(self, request: web.Request) -> web.Response:
        """Sends the browser to the single sign-on, which is on another host; a club with a form of its own looks at
        what was typed."""
        if not is_ours(request):
            return html(pages.notice("Errore", "Richiesta non valida.", self._world.tenant), 400)
        if self._world.switches.own_form:
            return self._checked(request)
        here = self._public_url or f"{request.scheme}://{request.host}"
        returns = {
            "service": f"{here}{self._world.base}/Account/SsoReturn",
            "RelayState": request.query.get("returnUrl", f"{self._world.base}/"),
        }
        name = urlsplit(f"//{request.host}").hostname or ""
        there = self._public_sso_url or f"{request.scheme}://{sso_host(name)}:{self._sso_port}"
        return redirect(f"{there}/aunicalogin/getservizio.xml?{urlencode(returns)}")

    def _checked(self, request: web.Request) -> web.Response:
        form = request[ENTRY].form
        username = form.get("UserName", "").strip()
        if not self._world.accounts.check_password(username, form.get("Password", "")):
            return self._login_page(request, WRONG)
        return self._entered(request, username, request.query.get("returnUrl", ""))

    def _entered(self, request: web.Request, username: str, target: str) -> web.Response:
        home = f"{self._world.base}/"
        response = redirect(target if target.startswith(home) else home)
        set_cookie(request, response, AUTH_COOKIE, self._world.accounts.open_session(username))
        return response

    async def sso_return(self, request: web.Request) -> web.Response:
        form = request[ENTRY].form
        username = self._assertions.pop(form.get("SAMLResponse", ""), None)
        if username is None:
            return redirect(f"{self._world.base}/Account/Login")
        return self._entered(request, username, form.get("RelayState", ""))

    async def log_out(self, request: web.Request) -> web.Response:
        self._world.accounts.sessions.pop(request.cookies.get(AUTH_COOKIE, ""), None)
        response = redirect(f"{self._world.base}/Account/Login")
        response.del_cookie(AUTH_COOKIE, path="/")
        return response


def sso_host(name: str) -> str:
    """The single sign-on's host name beside a site's: another one where there are two for the same machine."""
    return "localhost" if name == "127.0.0.1" else name
