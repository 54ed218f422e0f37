"""Which errors leave it unknown whether the site did what it was asked for. A rule without SQL."""

from __future__ import annotations

from domain.errors import (
    AlreadyBooked,
    AppError,
    BookingRefused,
    ConfigError,
    KeyMissing,
    LoginBlocked,
    LoginDiverted,
    LoginInterrupted,
    LoginNeeded,
    LoginRejected,
    LoginUnavailable,
    MatricolaMissing,
    OtpError,
    OtpMissing,
    OtpRejected,
    PlaceUnclear,
    SealBroken,
    TooLateToAsk,
)

REFUSALS: list[type[AppError]] = [BookingRefused, *BookingRefused.__subclasses__()]
OF_LOGIN = (
    LoginRejected, LoginDiverted, LoginInterrupted, LoginBlocked, LoginNeeded, LoginUnavailable, MatricolaMissing,
    OtpMissing, OtpRejected,
)  # fmt: skip
NOT_LET_IN = {each.__name__ for each in (*OF_LOGIN, OtpError, ConfigError, KeyMissing, SealBroken)}
UNSETTLED = {each.__name__ for each in (AlreadyBooked, PlaceUnclear, TooLateToAsk)}
CERTAIN = {each.__name__ for each in REFUSALS} - UNSETTLED | NOT_LET_IN
"""Errors after which it is known that nothing was done: the site said no, and "my bookings" agreed, or nothing was sent
because nobody was let in."""


def leaves_unknown_outcome(kind: str | None, failures: int = 0) -> bool:
    """Whether the site may have done it although it failed, by the class of its error; None: it was never tried.

    `failures`: its tries that failed, that one included. Who was not let in again knows nothing of the tries before.
    """
    if kind in NOT_LET_IN and failures > 1:
        return True
    return kind is not None and kind not in CERTAIN
