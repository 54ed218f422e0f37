"""The smallest site that has an opening: written apart from demo/, to check what that one says about a race.

It knows the contract's five requests and one slot, reads HTTP by itself, and writes down when each booking request
arrived by its own clock, which is any clock. Each way a request or an answer takes as long as it is told.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Self

COOKIE = ".ASPXAUTH_SOCIALBOOKING"
ACTIVITY, COURSE, INSTRUCTOR = "Giuriati - Corsi Platinum", "PILATES MATWORK", "con BIANCHI ADA"
APPOINTMENT = "734512345678901234"
CALENDAR = "245765508040862208"
MINUTES = 55


@dataclass(frozen=True, slots=True)
class Passed:
    """A booking request, `at` so many seconds after the opening by the site's clock."""

    who: str
    at: float
    outcome: str


@dataclass
class Turnstile:
    """Serves between `async with` and its end."""

    clock: Callable[[], datetime]  # asked anew for each request: servers that disagree are one that answers in turn
    opens_at: datetime
    starts_at: datetime  # the class, as the site's local time
    way: Callable[[], float]  # seconds that one way takes this time
    crowd_after: float | None = None  # s after the opening; all places are gone then
    absent: bool = False  # the slot is in no timetable before it opens
    servers: Sequence[timedelta] = (timedelta(),)  # how far each one's clock is ahead; they answer in turn
    passed: list[Passed] = field(default_factory=list)
    requests: dict[str, int] = field(default_factory=dict)
    arrivals: list[float] = field(default_factory=list)  # of all requests, in seconds after the opening
    base_url: str = ""
    _answered: int = 0
    _held: set[str] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(lambda: _Visitor(self), "127.0.0.1", 0)
        self.base_url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    def answer(self, method: str, path: str, cookies: str, body: str) -> bytes:
        now = self.clock() + self.servers[self._answered % len(self.servers)]
        self._answered += 1
        self.arrivals.append((now - self.opens_at).total_seconds())
        who = next((each.split("=", 1)[1] for each in cookies.split("; ") if each.startswith(COOKIE.lower())), "")
        status, kind, text = "200 OK", "text/html", ""
        if not who:
            status = "302 Found\r\nLocation: /Account/Login?returnUrl=%2F"
        else:
            self.requests[who] = self.requests.get(who, 0) + 1
            kind, text = self._page(path.partition("?")[0], who, now, body)
        payload = text.encode()
        head = (
            f"HTTP/1.1 {status}\r\nDate: {format_datetime(now.astimezone(UTC), usegmt=True)}\r\n"
            f"Content-Type: {kind}; charset=utf-8\r\nContent-Length: {len(payload)}\r\n\r\n"
        )
        return head.encode() + (b"" if method == "HEAD" else payload)

    def _page(self, path: str, who: str, now: datetime, body: str) -> tuple[str, str]:
        match path.rpartition("/")[2]:
            case "ChooseActivity":
                link = f"/Booking/BookActivity?activityId={CALENDAR}&activityFlags=Classes"
                return "text/html", f'<a class="list-group-item" href="{link}">{ACTIVITY}</a>'
            case "GetActivitySchedule":
                ours = f"currentDate={self.starts_at:%Y-%m-%d}&" in f"{body}&"
                shown = ours and (now >= self.opens_at or not self.absent)
                return "application/json", json.dumps({"status": "OK", "data": [self._slot(who)] if shown else []})
            case "BookAppointment":
                return "application/json", json.dumps(self._book(who, now))
            case _:
                return "text/html", f'<div id="event-repository">{self._block() if who in self._held else ""}</div>'

    def _slot(self, who: str) -> dict[str, object]:
        ends = self.starts_at + timedelta(minutes=MINUTES)
        return {
            "AppointmentId": APPOINTMENT,
            "SkillName": COURSE,
            "Status": "Booked" if who in self._held else "Disabled",
            "StartDateTime": f"{self.starts_at:%Y-%m-%dT%H:%M:%S}",
            "EndDateTime": f"{ends:%Y-%m-%dT%H:%M:%S}",
            "DurationMinutes": MINUTES,
            "EventDescription": f"{ACTIVITY} - {COURSE}",
            "EventDescription2": INSTRUCTOR,
            "EventDescription3": "Posti disponibili: 9",
        }

    def _block(self) -> str:
        return (
            '<div class="row event-main-block">'
            f'<div class="event-info-schedule">{self.starts_at:%d/%m/%Y}</div>'
            f'<div class="time-start">{self.starts_at:%H:%M}</div><div class="time-duration">{MINUTES} min</div>'
            f'<div class="event-info-description">{ACTIVITY}</div>'
            f'<div class="event-info-skill-level">{COURSE}</div><button class="btn-delete">Elimina</button></div>'
        )

    def _book(self, who: str, now: datetime) -> dict[str, object]:
        since = (now - self.opens_at).total_seconds()
        outcome, status, message = self._judged(who, since)
        self.passed.append(Passed(who, since, outcome))
        return {"status": status, "message": message, "url": None, "canBookAgain": True}

    def _judged(self, who: str, since: float) -> tuple[str, str, str]:
        if since < 0:
            return "not open", "ERROR", "La prenotazione non è ancora aperta."
        if who in self._held:
            return "already", "ERROR", "Hai già prenotato questa attività."
        if self.crowd_after is not None and since >= self.crowd_after:
            return "full", "ERROR", "Posti esauriti per questa attività."
        self._held.add(who)
        return "booked", "OK", "Prenotazione effettuata con successo."


class _Visitor(asyncio.Protocol):
    """A connection: one request after the other, read without a task of its own, as a thousand come at once."""

    def __init__(self, turnstile: Turnstile) -> None:
        self._turnstile = turnstile
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, rest = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        line, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(each.lower().split(": ", 1) for each in lines if ": " in each)
        size = int(headers.get("content-length", 0))
        if len(rest) < size:
            return
        self._received = rest[size:]
        method, path, _ = line.split(" ", 2)
        request = (method, path, headers.get("cookie", ""), rest[:size].decode())
        asyncio.get_running_loop().call_later(self._turnstile.way(), self._arrived, request)

    def _arrived(self, request: tuple[str, str, str, str]) -> None:
        answer = self._turnstile.answer(*request)
        asyncio.get_running_loop().call_later(self._turnstile.way(), self._transport.write, answer)
