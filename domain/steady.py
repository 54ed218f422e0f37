"""Seconds that go on evenly, whoever sets the machine's clock."""

from __future__ import annotations

import time


def steady() -> float:
    """Seconds that go on evenly, whoever sets the machine's clock, also while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
