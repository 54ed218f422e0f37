"""/__demo__/state, /faults and /switches: another process looks into the site, or changes it. JSON, and one page."""

from collections.abc import Callable
from functools import partial
from typing import Any

from aiohttp import web

from demo.site import control_page
from demo.site.adjustable import Adjustable
from demo.site.gate import CONTROL
from demo.site.slots import Slot
from demo.site.world import SiteWorld

SHOTS_SHOWN = 50


class Control:
    """The handlers. POST /__demo__/state takes {"do": VERB, ...arguments}; see `_verbs`."""

    def __init__(self, world: SiteWorld) -> None:
        self._world = world

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get(f"{CONTROL}state", self.state)
        router.add_post(f"{CONTROL}state", self.act)
        router.add_get(CONTROL, self.page)
        for name, what in self._groups().items():
            router.add_get(f"{CONTROL}{name}", partial(_show, what))
            router.add_post(f"{CONTROL}{name}", partial(_set, what))

    def _groups(self) -> dict[str, Adjustable]:
        return {"switches": self._world.switches, "faults": self._world.faults}

    async def page(self, request: web.Request) -> web.Response:
        return web.Response(text=control_page.page(self._groups(), self._world.base), content_type="text/html")

    async def state(self, request: web.Request) -> web.Response:
        """Clock, people, shots; with ?date=YYYY-MM-DD (and &activity=) the slots of that day."""
        world = self._world
        day = request.query.get("date")
        slots = world.slots(day, request.query.get("activity", "")) if day else []
        return web.json_response(
            {
                "clock": world.clock().isoformat(),
                "activities": {each.name: each.id for each in world.timetable.catalogue.activities},
                "people": [self._person(person.username, person.name) for person in world.people],
                "requests": len(world.log),
                "shots": [
                    {"t": shot.t.isoformat(), "user": shot.user, "slot": shot.appointment_id, "outcome": shot.outcome}
                    for shot in world.shots[-SHOTS_SHOWN:]
                ],
                "slots": [_slot(slot) for slot in slots],
            }
        )

    def _person(self, username: str, name: str) -> dict[str, Any]:
        world = self._world
        return {
            "username": username,
            "name": name,
            "sessions": list(world.accounts.sessions.values()).count(username),
            "login_attempts": world.accounts.login_attempts.get(username, 0),
            "codes_received": len(world.accounts.codes_received.get(username, [])),
            "requests": sum(each.user == username for each in world.log),
            "refused": sum(each.user == username and each.status == 429 for each in world.log),
            "penalty_points": sum(each.points for each in world.penalties_of(username)),
            "bookings": [_slot(slot) for slot in world.bookings(username)],
        }

    async def act(self, request: web.Request) -> web.Response:
        try:
            arguments = dict(await request.json())
            result = self._verbs()[arguments.pop("do", "")](**arguments)
        except (LookupError, TypeError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"result": result})

    def _verbs(self) -> dict[str, Callable[..., Any]]:
        world = self._world
        return {
            "book": world.book,  # username, appointment_id
            "cancel": world.cancel,  # username, appointment_id
            "fill": world.fill,  # appointment_id
            "free": world.free,  # appointment_id, places
            "move": self._move,  # appointment_id, start (HH:MM)
            "rival": world.rival,  # appointment_id, after, places
            "end_sessions": world.accounts.end_sessions,  # username, or nobody for all
            "rush": world.rush,  # appointment_id, within
            "membership": self._set_membership,  # username, valid
            "attends": self._set_attends,  # username, comes
        }

    def _move(self, appointment_id: str, start: str) -> None:
        """A class begins at another hour of its day; whoever has a place keeps it."""
        slot = self._world.find(appointment_id)
        if slot is None:
            raise LookupError(f"no appointment {appointment_id}")
        slot.move_to(start)

    def _set_membership(self, username: str, valid: bool) -> None:
        self._world.accounts.people[username].membership = valid

    def _set_attends(self, username: str, comes: bool) -> None:
        self._world.accounts.people[username].attends = comes


async def _show(what: Adjustable, request: web.Request) -> web.Response:
    return web.json_response(what.as_dict())


async def _set(what: Adjustable, request: web.Request) -> web.Response:
    try:
        what.update(dict(await request.json()))
    except (TypeError, ValueError) as error:
        return web.json_response({"error": str(error)}, status=400)
    return await _show(what, request)


def _slot(slot: Slot) -> dict[str, Any]:
    return {
        "appointment_id": slot.appointment_id,
        "activity": slot.activity,
        "course": slot.course,
        "date": slot.date.isoformat(),
        "start": slot.start,
        "end": slot.end,
        "free": slot.free,
        "capacity": slot.capacity,
        "opens_at": slot.opens_at.isoformat(),
    }
