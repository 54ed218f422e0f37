"""How long an account waits after a trouble of its own: the rule, without any SQL."""

from __future__ import annotations

from datetime import timedelta

from domain.errors import AppError, Blocked, LoginUnavailable

REST = timedelta(minutes=5)  # of an account that was turned away, when the site does not say how long
SHORT_REST = timedelta(minutes=1)  # of an account whose sign-on does not answer: that may be over soon
LONG_REST = timedelta(minutes=30)  # of an account whose login meets something that somebody should look at
LONGEST_REST = timedelta(hours=6)
LEAST_REST = timedelta(seconds=5)  # whatever the site says ("Retry-After: 0"), doubled each time it turns us away again


def rest_of(error: AppError, rests: int, chance: float) -> timedelta:
    """How long an account waits after such an error.

    `rests`: how often it has waited since something last succeeded. `chance`: from 0 to 1, so that accounts that were
    turned away together do not come back together.
    """
    said = error.retry_after if isinstance(error, Blocked) else None
    usual = REST if isinstance(error, Blocked) and not error.is_captcha else LONG_REST
    if isinstance(error, LoginUnavailable):
        usual = SHORT_REST
    growth = 2.0 ** min(rests, 10)
    rest = usual * growth if said is None else max(said, min(LEAST_REST * growth, usual))
    return min(rest, LONGEST_REST) * (1 + chance / 5) + timedelta(seconds=chance)
