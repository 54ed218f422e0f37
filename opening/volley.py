"""Shots fired together, and what they came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.errors import (
    AlreadyBooked,
    Blocked,
    BookingRefused,
    BookingsClosed,
    NotOpenYet,
    OnWaitingList,
    SessionExpired,
    SiteChanged,
    SiteError,
    SiteUnavailable,
    SlotNotFound,
)
from domain.opening_report import Shot, ShotOutcome
from domain.waiting_list import says_only_ok

TOO_MANY_REQUESTS = 429  # HTTP status


@dataclass(frozen=True, slots=True)
class Volley:
    """The shots that were fired together, with their answers."""

    shots: Sequence[Shot]
    errors: Sequence[SiteError]  # what they met, in words

    def has(self, *outcomes: ShotOutcome) -> bool:
        """Whether any shot ended so."""
        return any(shot.outcome in outcomes for shot in self.shots)

    @property
    def is_senseless(self) -> bool:
        """Whether no answer says anything about the slot: lost, a page, a no without a word, "too many requests"."""
        unsaid = (ShotOutcome.LOST, ShotOutcome.REFUSED)
        return all(shot.outcome in unsaid and not shot.message for shot in self.shots)

    @property
    def is_bare(self) -> bool:
        """Whether every yes among the answers is an "Ok" and nothing else."""
        accepted = [shot for shot in self.shots if shot.outcome is ShotOutcome.ACCEPTED]
        return bool(accepted) and all(says_only_ok(shot.message) for shot in accepted)

    @property
    def final(self) -> SiteError | None:
        """The error that leaves no hope for this choice. Words nobody knows, and "closed", may mean "not open yet"."""
        unsure = (BookingRefused, BookingsClosed)
        hopeless = [each for each in self.errors if type(each) not in unsure and not _may_pass(each)]
        listed = (each for each in hopeless if isinstance(each, OnWaitingList))
        return next(listed, hopeless[0] if hopeless else None)

    @property
    def last(self) -> SiteError:
        """The error of the last shot."""
        if self.errors:
            return self.errors[-1]
        return SiteChanged("the site answered OK, but the booking is not among ours")

    @property
    def lost(self) -> SiteError | None:
        """The error of a shot whose answer was lost, if any: rather one that got no answer than one without sense."""
        if not self.has(ShotOutcome.LOST):
            return None
        lost = [each for each in self.errors if isinstance(each, SiteUnavailable | SiteChanged)]
        return next((each for each in lost if isinstance(each, SiteUnavailable)), lost[0])


def _may_pass(error: SiteError) -> bool:
    """Whether the next shot may be answered otherwise: an id may be unknown until its slot opens.

    "Too many requests" may pass when the site does not say for how long: after a pause.
    """
    if isinstance(error, Blocked):
        return error.status == TOO_MANY_REQUESTS and error.retry_after is None
    return isinstance(error, NotOpenYet | SlotNotFound | SiteUnavailable | SiteChanged | AlreadyBooked | SessionExpired)
