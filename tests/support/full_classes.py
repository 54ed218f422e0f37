"""The pages about a class that is full and the site's waiting list, for tests of what all pages have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot import screens
from bot.screens.page import Page
from bot.screens.when import When
from domain.errors import STILL_LISTED, STILL_SHOWN
from domain.model import Action, ActionStatus, ActionType
from domain.waiting_list import ASKED_ABOUT, CONTRADICTED, OFFERED, UNMARKED


def pages_of_full_classes(action: Action, when: When) -> Iterator[Page]:
    """With a list to go on oneself, with one that is asked about, on it, and perhaps on it."""
    failed = replace(action, status=ActionStatus.FAILED)
    for said in (OFFERED, f"{OFFERED}; {ASKED_ABOUT}"):
        full = replace(failed, error_kind="SlotFull", error=f"full; {said}")
        yield screens.results.failure(full, when, watchable=True)
    for said in ("«numero 3»", UNMARKED):
        yield screens.results.failure(replace(failed, error_kind="OnWaitingList", error=f"full: {said}"), when)
    yield screens.results.failure(replace(failed, error_kind="PlaceUnclear", error=CONTRADICTED), when)
    cancelled = replace(failed, type=ActionType.CANCEL)
    for said in (STILL_SHOWN, f"{STILL_LISTED} (the site said nothing)"):
        yield screens.results.failure(replace(cancelled, error_kind="SiteChanged", error=said), when)
