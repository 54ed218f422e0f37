"""The one-time codes of an account: each is sent once, by whichever process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from domain.errors import OtpMissing
from domain.model import Clock, Credentials
from otp_extractor import parse
from portal.storage.session_files import SessionFiles

log = logging.getLogger(__name__)

LEAST_LIFE = 3.0  # seconds a code must still live to be sent
IN_HASTE = 1.0  # seconds into its period at which a code is sent when an opening is awaited


class Codes:
    def __init__(
        self,
        credentials: Credentials,
        files: SessionFiles,
        clock: Clock,
        in_haste: Callable[[], bool],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`in_haste`: whether an opening is awaited, so that a wait could cost a place; `sleep` lets seconds pass."""
        self._sleep = sleep
        self._credentials = credentials
        self._files = files
        self._clock = clock
        self._in_haste = in_haste

    async def next(self) -> str:
        """A code that no process of any machine has sent yet and that lives long enough.

        When it must wait for another, it waits for the middle of its period: a site that takes the present code alone
        takes it though our clock, or its own, is several seconds wrong. In haste it waits for its beginning.

        Raises OtpMissing without a secret.
        """
        if not self._credentials.otp_url:
            raise OtpMissing("the site asks for a one-time code, and there is no secret: put it in 'otpatu'")
        password, moment = parse(self._credentials.otp_url), self._clock()
        spent, enough = self._files.sent_codes(), min(LEAST_LIFE, password.period / 3)
        while (
            _is_spent(password.counter(moment), spent)
            or password.seconds_left(moment) < enough
            or not await self._files.spend_code(password.counter(moment))
        ):
            wait = password.seconds_left(moment) + (IN_HASTE if self._in_haste() else password.period / 2)
            log.info("account %s: waiting %.0f s for the next one-time code", self._credentials.user_id, wait)
            await self._sleep(wait)
            moment = moment.fromtimestamp(moment.timestamp() + wait, moment.tzinfo)
        return password.code(password.counter(moment))


def _is_spent(counter: int, spent: list[int]) -> bool:
    """Whether that code was sent, or one that came soon after it: a site takes none from before the last it took.

    A number far ahead of ours was noted by a clock that has been set back since, and forbids itself alone.
    """
    return counter in spent or (bool(spent) and spent[-1] - 2 <= counter <= spent[-1])
