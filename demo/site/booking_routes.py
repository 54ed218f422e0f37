"""The routes of the simulated booking site, under /sportpolimi."""

import secrets
from datetime import date, datetime
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from aiohttp import web

from demo.site import pages
from demo.site.accounts import AUTH_COOKIE
from demo.site.faults import REDESIGN
from demo.site.gate import ENTRY, SHOT, ConnectionCut, Handler
from demo.site.pages import BASE, Frame
from demo.site.schedule import Json, day_schedule, is_future, overlap_warning, reason
from demo.site.world import Outcome, SiteWorld, Slot

SESSION_COOKIE = "ASP.NET_SessionId"
FORGERY_COOKIE = FORGERY_FIELD = "__RequestVerificationToken"
OPEN_PATHS = (f"{BASE}/Account/", f"{BASE}/static/")
STATIC = Path(__file__).parent / "static"
CONTENT_TYPES = {".js": "text/javascript", ".css": "text/css"}


class BookingRoutes:
    """Handlers of the site. `assertions` holds what the single sign-on vouches for: one-time token -> username."""

    def __init__(self, world: SiteWorld, assertions: dict[str, str]) -> None:
        self._world = world
        self._assertions = assertions
        self._public_url = self._public_sso_url = ""
        self._sso_port = 0

    def reached_at(self, public_url: str, public_sso_url: str, sso_port: int) -> None:
        """Where clients find site and single sign-on; without an address, at the host they came to."""
        self._public_url, self._public_sso_url, self._sso_port = public_url, public_sso_url, sso_port

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get("/", self.public_home)
        router.add_get(BASE, self.dashboard)
        router.add_get(f"{BASE}/", self.dashboard)
        router.add_get(f"{BASE}/static/{{name}}", self.static)
        router.add_get(f"{BASE}/Account/Login", self.login_page)
        router.add_post(f"{BASE}/Account/Login", self.login)
        router.add_post(f"{BASE}/Account/SsoReturn", self.sso_return)
        router.add_get(f"{BASE}/Account/LogOut", self.log_out)
        router.add_get(f"{BASE}/Booking", self.bookings)
        router.add_get(f"{BASE}/Booking/Events", self.events)
        router.add_get(f"{BASE}/Booking/ChooseActivity", self.choose_activity)
        router.add_get(f"{BASE}/Booking/BookActivity", self.book_activity)
        router.add_post(f"{BASE}/Booking/GetActivitySchedule", self.schedule)
        router.add_get(f"{BASE}/Booking/ConfirmActivityBooking", self.confirm)
        router.add_post(f"{BASE}/Booking/BookAppointment", self.book)
        router.add_post(f"{BASE}/Booking/DeleteEvent", self.delete)

    @web.middleware
    async def session(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Everything but the login needs a session; without one the answer is the way to the login page."""
        if self._needs_login(request):
            return self._turned_away(request)
        response = await handler(request)
        if SESSION_COOKIE not in request.cookies:
            _set_cookie(request, response, SESSION_COOKIE, secrets.token_hex(12))
        return response

    def _turned_away(self, request: web.Request) -> web.Response:
        """The way to the login page; a call by script may be answered otherwise."""
        told = self._world.switches.session_end
        if told == "redirect" or request.headers.get("X-Requested-With") != "XMLHttpRequest":
            return _redirect(f"{BASE}/Account/Login?returnUrl={quote(request.path_qs, safe='')}")
        if told == "json":
            return web.json_response({"status": "LOGGED_OUT", "data": None})
        return web.Response(status=int(told))

    def _needs_login(self, request: web.Request) -> bool:
        if not request.path.startswith(BASE) or request.path.startswith(OPEN_PATHS):
            return False
        user = self._world.accounts.username_of(request.cookies.get(AUTH_COOKIE))
        if user and self._world.faults.take("session_ends", request.path):
            self._world.end_sessions(user)
            user = None
        return user is None

    # ----- what handlers ask

    def _user(self, request: web.Request) -> str:
        user = request[ENTRY].user
        if user is None:
            raise web.HTTPForbidden
        return user

    def _frame(self, request: web.Request) -> Frame:
        faults, path = self._world.faults, request.path
        person = self._world.accounts.people.get(request[ENTRY].user or "")
        return Frame(
            person=(person.name or person.username) if person else "",
            banner=self._world.cookie_banner,
            banner_over_all=bool(faults.take("banner_over_button", path)),
            renamed=pages.renaming(faults.take("rename_classes", path)),
        )

    # ----- login

    async def public_home(self, request: web.Request) -> web.Response:
        return _html(pages.public_home())

    async def login_page(self, request: web.Request) -> web.Response:
        if self._world.switches.known_go_home and request[ENTRY].user:
            return _redirect(f"{BASE}/")
        token = request.cookies.get(FORGERY_COOKIE) or secrets.token_urlsafe(32)
        response = _html(pages.login(self._frame(request), request.path_qs, token))
        _set_cookie(request, response, FORGERY_COOKIE, token)
        return response

    async def login(self, request: web.Request) -> web.Response:
        """Sends the browser to the single sign-on, which is on another host."""
        if not _is_ours(request):
            return _html(pages.notice("Errore", "Richiesta non valida."), 400)
        here = self._public_url or f"{request.scheme}://{request.host}"
        returns = {
            "service": f"{here}{BASE}/Account/SsoReturn",
            "RelayState": request.query.get("returnUrl", f"{BASE}/"),
        }
        name = urlsplit(f"//{request.host}").hostname or ""
        there = self._public_sso_url or f"{request.scheme}://{sso_host(name)}:{self._sso_port}"
        return _redirect(f"{there}/aunicalogin/getservizio.xml?{urlencode(returns)}")

    async def sso_return(self, request: web.Request) -> web.Response:
        form = request[ENTRY].form
        username = self._assertions.pop(form.get("SAMLResponse", ""), None)
        if username is None:
            return _redirect(f"{BASE}/Account/Login")
        target = form.get("RelayState", "")
        response = _redirect(target if target.startswith(f"{BASE}/") else f"{BASE}/")
        _set_cookie(request, response, AUTH_COOKIE, self._world.accounts.open_session(username))
        return response

    async def log_out(self, request: web.Request) -> web.Response:
        self._world.accounts.sessions.pop(request.cookies.get(AUTH_COOKIE, ""), None)
        response = _redirect(f"{BASE}/Account/Login")
        response.del_cookie(AUTH_COOKIE, path="/")
        return response

    # ----- pages

    async def static(self, request: web.Request) -> web.Response:
        file = STATIC / request.match_info["name"]
        if file.suffix not in CONTENT_TYPES or not file.is_file():
            raise web.HTTPNotFound
        return web.Response(
            text=self._design(request).rename(file.read_text(encoding="utf-8")),
            content_type=CONTENT_TYPES[file.suffix],
            headers={"Cache-Control": "max-age=3600"},
        )

    def _design(self, request: web.Request) -> Frame:
        """The design of the page that asks for the script or the style."""
        tables = (pages.renaming(self._world.faults.rename_classes), REDESIGN)
        designs = (Frame(renamed=table) for table in tables)
        return next((each for each in designs if str(each.version) == request.query.get("v")), Frame())

    async def dashboard(self, request: web.Request) -> web.Response:
        points = sum(each.points for each in self._world.penalties_of(self._user(request)))
        return _html(pages.dashboard(self._frame(request), points if self._world.switches.penalties else None))

    async def bookings(self, request: web.Request) -> web.Response:
        user, world = self._user(request), self._world
        if recorded := world.likeness.pages.get("bookings"):
            return _html(recorded)
        mine = [] if world.faults.take("empty_bookings") else self._mine(user)
        token = request.cookies.get(FORGERY_COOKIE) or secrets.token_urlsafe(32)
        text = pages.bookings(
            self._frame(request),
            self._blocks(mine) + self._waiting(user),
            [world.booking_number(user, slot.appointment_id) for slot in mine if self._has_button(slot)],
            token,
            container=not world.faults.take("no_booking_container"),
            penalties=world.penalties_of(user) if world.switches.penalties else None,
            by_script=bool(world.faults.peek("bookings_by_script")),
        )
        response = _html(text)
        _set_cookie(request, response, FORGERY_COOKIE, token)
        return response

    def _mine(self, user: str) -> list[Slot]:
        return [slot for slot in self._world.bookings(user) if is_future(slot, self._world.clock())]

    def _blocks(self, mine: list[Slot]) -> str:
        faults = self._world.faults
        name, note = faults.peek("booking_name") or "", faults.peek("booking_note") or ""
        hours, bound = self._world.free_cancel_hours, [slot for slot in mine if not self._has_button(slot)]
        return pages.booking_blocks(mine, bound, free_hours=hours, name=name, note=note)

    def _has_button(self, slot: Slot) -> bool:
        """Whether my bookings offers to cancel it."""
        return self._world.switches.late_cancel != "no_button" or self._world.can_cancel(slot)

    def _waiting(self, user: str) -> str:
        """The places on waiting lists, where the site shows them among the bookings."""
        words = self._world.switches.waiting_words
        waits = [slot for slot in self._world.waits_for(user) if is_future(slot, self._world.clock())]
        hours = self._world.free_cancel_hours
        return pages.booking_blocks(waits, waits, free_hours=hours, note=words) if words else ""

    async def events(self, request: web.Request) -> web.Response:
        """What the page's script fills the list with, where it does."""
        return _html(self._frame(request).rename(self._blocks(self._mine(self._user(request)))))

    async def choose_activity(self, request: web.Request) -> web.Response:
        if recorded := self._world.likeness.pages.get("activities"):
            return _html(recorded)
        dead = bool(self._world.faults.take("dead_first_click"))
        activities = self._world.catalogue.activities
        return _html(pages.choose_activity(self._frame(request), activities, dead_first_click=dead))

    async def book_activity(self, request: web.Request) -> web.Response:
        wanted = request.query.get("activityId", "")
        activity = next((each for each in self._world.catalogue.activities if each.id == wanted), None)
        if activity is None:
            return _redirect(f"{BASE}/Booking/ChooseActivity")
        if recorded := self._world.likeness.pages.get("calendar"):
            return _html(recorded)
        switches, frame = self._world.switches, self._frame(request)
        behaviour = {"grouped": int(switches.grouped), "wakes-after": switches.confirm_wakes_after}
        return _html(pages.calendar(frame, activity, self._world.today, behaviour))

    # ----- the calendar's own requests

    async def schedule(self, request: web.Request) -> web.Response:
        form = request[ENTRY].form
        day = _read_date(form.get("currentDate", ""))
        if day is None:
            return web.json_response({"status": "Error", "message": "Data non valida.", "data": []})
        slots = [each for each in self._world.slots(day) if each.activity_id == form.get("activityID")]
        return web.json_response({"status": "OK", "data": day_schedule(self._world, self._user(request), slots)})

    async def confirm(self, request: web.Request) -> web.Response:
        user, world = self._user(request), self._world
        appointment_id = request.query.get("appointmentID", "")
        slot = world.find(appointment_id)
        if slot is None:
            return _html('<div class="alert alert-danger">Appuntamento non trovato.</div>')
        if recorded := world.likeness.pages.get("confirmation"):
            return _html(recorded)
        outcome = world.judge(user, appointment_id)
        takes = outcome in (Outcome.BOOKED, Outcome.WAITING)
        refusal = "" if takes else reason(world, user, appointment_id, outcome)
        warned = world.switches.overlap == "warned" and takes
        warning = overlap_warning(world.overlapping(user, slot)) if warned else ""
        frame, waiting = self._frame(request), outcome is Outcome.WAITING
        return _html(pages.confirmation(frame, slot, refusal, warning=warning, waiting=waiting))

    async def book(self, request: web.Request) -> web.Response:
        user, world = self._user(request), self._world
        appointment_id = request[ENTRY].form.get("appointmentID", "")
        outcome = self._book(user, appointment_id)
        request[SHOT].outcome = outcome
        if world.faults.take("lost_answer", request.path):
            raise ConnectionCut
        return web.json_response(self._booking_answer(user, appointment_id, outcome))

    def _book(self, user: str, appointment_id: str) -> Outcome:
        faults = self._world.faults
        if faults.take("unknown_refusal"):
            return Outcome.REFUSED
        would_book = self._world.judge(user, appointment_id) is Outcome.BOOKED
        if would_book and faults.take("lying_success"):
            return Outcome.LIED
        return self._world.book(user, appointment_id)

    def _booking_answer(self, user: str, appointment_id: str, outcome: Outcome) -> Json:
        good = outcome in (Outcome.BOOKED, Outcome.LIED, Outcome.WAITING)
        field = "message" if good else self._world.switches.refusal_field
        return {
            "status": (self._world.faults.take("book_status") or "OK") if good else "Error",
            field: reason(self._world, user, appointment_id, outcome),
            "url": f"{BASE}/Booking" if good else None,
            "canBookAgain": good and outcome is not Outcome.WAITING,
        }

    async def delete(self, request: web.Request) -> web.Response:
        user, world = self._user(request), self._world
        if not _is_ours(request):
            return web.json_response({"status": "Error", "message": "Richiesta non valida."}, status=400)
        number = request[ENTRY].form.get("number", "")
        mine = (slot.appointment_id for slot in world.bookings(user))
        wanted = next((each for each in mine if world.booking_number(user, each) == number), "")
        done = world.cancel(user, wanted)
        if world.faults.take("lost_answer", request.path):
            raise ConnectionCut
        message = "Prenotazione cancellata." if done else "Non è più possibile cancellare questa prenotazione."
        return web.json_response({"status": "OK" if done else "Error", "message": message})


def sso_host(name: str) -> str:
    """The single sign-on's host name beside a site's: another one where there are two for the same machine."""
    return "localhost" if name == "127.0.0.1" else name


def _read_date(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a date on the calendar, not an instant
        except ValueError:
            continue
    return None


def _is_ours(request: web.Request) -> bool:
    """The anti-forgery check: the form carries what the cookie carries."""
    token = request.cookies.get(FORGERY_COOKIE)
    return bool(token) and token == request[ENTRY].form.get(FORGERY_FIELD)


def _set_cookie(request: web.Request, response: web.StreamResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, path="/", httponly=True, samesite="Lax", secure=request.secure)


def _redirect(location: str) -> web.Response:
    return web.Response(status=302, headers={"Location": location})


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", headers={"Cache-Control": "private"})
