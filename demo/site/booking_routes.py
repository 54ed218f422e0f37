"""The routes of the simulated booking site behind its login, under the club's name."""

import secrets
from datetime import date, datetime
from pathlib import Path

from aiohttp import web

from demo.site import pages
from demo.site.answers import FORGERY_COOKIE, frame_of, html, is_ours, redirect, set_cookie
from demo.site.faults import REDESIGN
from demo.site.gate import ENTRY, SHOT, ConnectionCut
from demo.site.pages import Frame
from demo.site.schedule import Json, day_schedule, is_future, overlap_warning, reason
from demo.site.slots import Slot
from demo.site.world import Outcome, SiteWorld

STATIC = Path(__file__).parent / "static"
CONTENT_TYPES = {".js": "text/javascript", ".css": "text/css"}


class BookingRoutes:
    """Handlers of what is behind the login: dashboard, my bookings, the calendar and its requests."""

    def __init__(self, world: SiteWorld) -> None:
        self._world = world

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get(self._world.base, self.dashboard)
        router.add_get(f"{self._world.base}/", self.dashboard)
        router.add_get(f"{self._world.base}/static/{{name}}", self.static)
        router.add_get(f"{self._world.base}/Booking", self.bookings)
        router.add_get(f"{self._world.base}/Booking/Events", self.events)
        router.add_get(f"{self._world.base}/Booking/ChooseActivity", self.choose_activity)
        router.add_get(f"{self._world.base}/Booking/BookActivity", self.book_activity)
        router.add_post(f"{self._world.base}/Booking/GetActivitySchedule", self.schedule)
        router.add_get(f"{self._world.base}/Booking/ConfirmActivityBooking", self.confirm)
        router.add_post(f"{self._world.base}/Booking/BookAppointment", self.book)
        router.add_post(f"{self._world.base}/Booking/DeleteEvent", self.delete)

    # ----- what handlers ask

    def _user(self, request: web.Request) -> str:
        user = request[ENTRY].user
        if user is None:
            raise web.HTTPForbidden
        return user

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
        return html(pages.dashboard(frame_of(self._world, request), points if self._world.switches.penalties else None))

    async def bookings(self, request: web.Request) -> web.Response:
        user, world = self._user(request), self._world
        if recorded := world.likeness.pages.get("bookings"):
            return html(recorded)
        mine = [] if world.faults.take("empty_bookings") else self._mine(user)
        token = request.cookies.get(FORGERY_COOKIE) or secrets.token_urlsafe(32)
        text = pages.bookings(
            frame_of(self._world, request),
            self._blocks(mine) + self._waiting(user),
            [world.places.number(user, slot.appointment_id) for slot in mine if self._has_button(slot)],
            token,
            container=not world.faults.take("no_booking_container"),
            penalties=world.penalties_of(user) if world.switches.penalties else None,
            by_script=bool(world.faults.peek("bookings_by_script")),
        )
        response = html(text)
        set_cookie(request, response, FORGERY_COOKIE, token)
        return response

    def _mine(self, user: str) -> list[Slot]:
        return [slot for slot in self._world.bookings(user) if is_future(slot, self._world.clock())]

    def _blocks(self, mine: list[Slot]) -> str:
        faults = self._world.faults
        name, note = faults.peek("booking_name") or "", faults.peek("booking_note") or ""
        hours, bound = self._world.terms.free_cancel_hours, [slot for slot in mine if not self._has_button(slot)]
        return pages.booking_blocks(mine, bound, free_hours=hours, name=name, note=note)

    def _has_button(self, slot: Slot) -> bool:
        """Whether my bookings offers to cancel it."""
        return self._world.switches.late_cancel != "no_button" or self._world.terms.can_cancel(slot)

    def _waiting(self, user: str) -> str:
        """The places on waiting lists, where the site shows them among the bookings."""
        words, hours = self._world.switches.waiting_words, self._world.terms.free_cancel_hours
        waits = [slot for slot in self._world.waits_for(user) if is_future(slot, self._world.clock())] if words else []
        return "".join(
            pages.booking_blocks([slot], [slot], free_hours=hours, note=words.replace("{n}", self._number(user, slot)))
            for slot in waits
        )

    def _number(self, user: str, slot: Slot) -> str:
        """On the waiting list."""
        return str(self._world.places.waiting(slot.appointment_id).index(user) + 1)

    async def events(self, request: web.Request) -> web.Response:
        """What the page's script fills the list with, where it does."""
        return html(frame_of(self._world, request).rename(self._blocks(self._mine(self._user(request)))))

    async def choose_activity(self, request: web.Request) -> web.Response:
        if recorded := self._world.likeness.pages.get("activities"):
            return html(recorded)
        dead = bool(self._world.faults.take("dead_first_click"))
        activities = self._world.timetable.catalogue.activities
        return html(pages.choose_activity(frame_of(self._world, request), activities, dead_first_click=dead))

    async def book_activity(self, request: web.Request) -> web.Response:
        wanted = request.query.get("activityId", "")
        activity = next((each for each in self._world.timetable.catalogue.activities if each.id == wanted), None)
        if activity is None:
            return redirect(f"{self._world.base}/Booking/ChooseActivity")
        if recorded := self._world.likeness.pages.get("calendar"):
            return html(recorded)
        switches, frame = self._world.switches, frame_of(self._world, request)
        behaviour = {"grouped": int(switches.grouped), "wakes-after": switches.confirm_wakes_after}
        return html(pages.calendar(frame, activity, self._world.today, behaviour))

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
            return html('<div class="alert alert-danger">Appuntamento non trovato.</div>')
        if recorded := world.likeness.pages.get("confirmation"):
            return html(recorded)
        outcome = world.judge(user, appointment_id)
        takes = outcome in (Outcome.BOOKED, Outcome.WAITING)
        refusal = "" if takes else reason(world, user, appointment_id, outcome)
        warned = world.switches.overlap == "warned" and takes
        warning = overlap_warning(world.overlapping(user, slot)) if warned else ""
        frame, waiting = frame_of(self._world, request), outcome is Outcome.WAITING
        return html(pages.confirmation(frame, slot, refusal, warning=warning, waiting=waiting))

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
            "url": f"{self._world.base}/Booking" if good else None,
            "canBookAgain": good and outcome is not Outcome.WAITING,
        }

    async def delete(self, request: web.Request) -> web.Response:
        user, world = self._user(request), self._world
        if not is_ours(request):
            return web.json_response({"status": "Error", "message": "Richiesta non valida."}, status=400)
        number = request[ENTRY].form.get("number", "")
        mine = (slot.appointment_id for slot in world.bookings(user))
        wanted = next((each for each in mine if world.places.number(user, each) == number), "")
        done = world.cancel(user, wanted)
        if world.faults.take("lost_answer", request.path):
            raise ConnectionCut
        message = "Prenotazione cancellata." if done else "Non è più possibile cancellare questa prenotazione."
        return web.json_response({"status": "OK" if done else "Error", "message": message})


def _read_date(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a date on the calendar, not an instant
        except ValueError:
            continue
    return None
