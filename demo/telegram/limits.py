"""Telegram's flood limits: about a message a second per chat after a short burst, thirty a second over all."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from demo.telegram.errors import too_many_requests


@dataclass(slots=True)
class Bucket:
    """Tokens that refill with real time, so waiting `retry_after` helps even where the world's clock is set by hand."""

    capacity: float
    per_second: float
    tokens: float
    at: float

    def refill(self, now: float) -> None:
        self.tokens = min(self.capacity, self.tokens + (now - self.at) * self.per_second)
        self.at = now

    def wait(self) -> float:
        return 0.0 if self.tokens >= 1 else (1 - self.tokens) / self.per_second


class FloodControl:
    """Counts what bots send; edits have a bucket of their own, as moving through menus is mostly edits."""

    CHAT = {"send": (15.0, 1.0), "edit": (30.0, 3.0)}  # burst, then per second
    OVERALL = (30.0, 30.0)

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def count(self, method: str, chat: str) -> None:
        """Raises ApiError 429 with retry_after when this call comes too soon."""
        kind = _kind(method)
        if not self.enabled or kind is None:
            return
        now = time.monotonic()
        buckets = [self._bucket((kind, chat), self.CHAT[kind], now), self._bucket(("", ""), self.OVERALL, now)]
        wait = max(bucket.wait() for bucket in buckets)
        if wait > 0:
            raise too_many_requests(math.ceil(wait))
        for bucket in buckets:
            bucket.tokens -= 1

    def _bucket(self, key: tuple[str, str], rule: tuple[float, float], now: float) -> Bucket:
        bucket = self._buckets.setdefault(key, Bucket(*rule, tokens=rule[0], at=now))
        bucket.refill(now)
        return bucket


def _kind(method: str) -> str | None:
    if method.startswith("edit"):
        return "edit"
    sends = method.startswith(("send", "copymessage", "forwardmessage")) and method != "sendchataction"
    return "send" if sends else None
