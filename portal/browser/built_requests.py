"""Requests that are built some time before the moment they leave; the driver's half is driver_hold.cjs."""

from __future__ import annotations

import asyncio
import sys
import time

LEAVES_AT = "x-polimisport-leaves-at"  # the header as driver_hold.cjs knows it, and takes it off again


async def held_until(moment: float) -> dict[str, str]:
    """The header with which the driver builds a request at once, and sends it at a moment of `time.monotonic`.

    Where driver and Python share no clock, waits for that moment instead: then the request is built late, never early.
    """
    if sys.platform == "linux":
        return {LEAVES_AT: repr(moment)}
    await asyncio.sleep(max(moment - time.monotonic(), 0.0))
    return {}
