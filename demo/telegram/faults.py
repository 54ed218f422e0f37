"""Misbehaviour on command: refused calls, lost answers, slow answers, a network that is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from demo.telegram.errors import ApiError, too_many_requests

ANY = "*"  # as method: whatever is called next, getUpdates excepted
SENTENCES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


@dataclass(slots=True)
class Fault:
    """A fault that meets the next `times` calls of a method."""

    method: str
    times: int
    status: int | None
    retry_after: int | None
    description: str | None
    drop: Literal["before", "after"] | None
    delay: float

    def matches(self, method: str) -> bool:
        return self.method == method or (self.method == ANY and method != "getupdates")

    def error(self) -> ApiError | None:
        if self.status is None:
            return None
        if self.status == 429 and self.description is None:
            return too_many_requests(self.retry_after or 1)
        return ApiError(self.status, self.description or SENTENCES.get(self.status, "Internal Server Error"))


class Faults:
    """The faults that are armed. `down = True` is the network gone: open connections break, new ones are cut."""

    def __init__(self, on_down: Callable[[], None]) -> None:
        self._armed: list[Fault] = []
        self._down = False
        self._on_down = on_down

    def next(
        self,
        method: str,
        *,
        status: int | None = None,
        retry_after: int | None = None,
        description: str | None = None,
        drop: Literal["before", "after"] | None = None,
        delay: float = 0.0,
        times: int = 1,
    ) -> None:
        """Arms a fault for the next `times` calls of `method` ("*" for any). Faults of one method apply in order."""
        self._armed.append(Fault(method.lower(), times, status, retry_after, description, drop, delay))

    def take(self, method: str) -> Fault | None:
        fault = next((fault for fault in self._armed if fault.matches(method.lower())), None)
        if fault:
            fault.times -= 1
            self._armed = [armed for armed in self._armed if armed.times > 0]
        return fault

    def clear(self) -> None:
        """Everything works again."""
        self._armed.clear()
        self._down = False

    @property
    def down(self) -> bool:
        return self._down

    @down.setter
    def down(self, value: bool) -> None:
        self._down = value
        if value:
            self._on_down()
