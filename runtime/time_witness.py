"""Asks a server which time it is: the `Date` of an answer, to a second. No token and no session is sent."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx

from domain.steady import steady

NOT_YET_OR_NO_LONGER_VALID = (9, 10)  # X509_V_ERR_CERT_NOT_YET_VALID, ..._HAS_EXPIRED
HALF = 0.5  # s; the server tells whole seconds


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the server tells.

    `since`: the true time (seconds since 1970) when `steady` was at 0; None when nobody answered.
    `refused`: its certificate is not valid at the time that this machine takes it to be.
    `answered`: it can be reached, whether its answer has a date or not.
    """

    since: float | None = None
    refused: bool = False
    answered: bool = False


class TimeWitness:
    def __init__(self, url: str) -> None:
        self._url = url

    async def ask(self, patience: float) -> Evidence:
        """What the server tells within so many seconds."""
        try:
            async with httpx.AsyncClient(timeout=patience) as client:
                began = steady()
                answer = await client.head(self._url)
                middle = (began + steady()) / 2
            told = parsedate_to_datetime(answer.headers.get("date", ""))
        except httpx.HTTPError as error:
            return Evidence(refused=_is_about_time(error))
        except ValueError:  # an answer without a date
            return Evidence(answered=True)
        return Evidence(since=told.timestamp() + HALF - middle, answered=True)


def _is_about_time(error: BaseException) -> bool:
    """Whether the server's certificate was refused for its dates."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_code in NOT_YET_OR_NO_LONGER_VALID
        cause = cause.__cause__ or cause.__context__
    return False
