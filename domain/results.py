"""The words that the database keeps about how an action ended or was rehearsed."""

from __future__ import annotations

from domain.model import BookingStatus

AFTER_ALL = "found to be done after all"  # as booking_actions.result keeps it
FROM_THE_LIST = f"{AFTER_ALL}: the site moved it up from its waiting list"
THOUGH_WITHDRAWN = f"{AFTER_ALL}, though withdrawn"
REHEARSED_WELL = "ok"  # as booking_actions.rehearsal keeps it; else the class of an error
REHEARSED_UNSEEN = "unseen"  # the same, of a class that the site does not show before it opens
TOLD_AS_LOST = (BookingStatus.CANCELLED, BookingStatus.GONE)
