"""Seconds that go on evenly, whoever sets the machine's clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta


def steady() -> float:
    """Seconds that go on evenly, whoever sets the machine's clock, also while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def going_on_from(moment: datetime) -> Callable[[], datetime]:
    """A clock that was set to that moment now, and that nobody sets again."""
    began = steady()
    return lambda: moment + timedelta(seconds=steady() - began)
