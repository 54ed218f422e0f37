"""What a failure is told as, and with which of the site's words; and a name that the list has for a class."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import screens
from domain.model import ActionStatus, ActionType
from tests.bot.test_buttons import ACTION, HELD, WHEN


@pytest.mark.parametrize(("sentence", "told"), [
    ("ZUMBA meets our CORE at 19:30", "e non l'ho chiesta"),
    ("the site says «Si sovrappone»", "Dal sito: «Si sovrappone»"),
])  # fmt: skip
def test_a_no_of_our_own_rule_is_never_told_as_the_sites(sentence: str, told: str) -> None:
    failed = replace(ACTION, status=ActionStatus.FAILED, error_kind="Overlap", error=sentence)
    said = " ".join(screens.failures.explain(failed, WHEN))
    assert told in said
    assert ("Dal sito" in said) == ("«" in sentence)


@pytest.mark.parametrize(("kind", "type_", "sentence", "told"), [
    ("CancelTooLate", ActionType.CANCEL, "the site shows the booking, and no button", "il bottone per annullarla"),
    ("CancelTooLate", ActionType.CANCEL, "the site keeps it: the site says «Termine scaduto»", "è troppo tardi"),
    ("YesWithoutPlace", ActionType.BOOK, "the site answered OK, but ...", "Ci ho provato 4 volte"),
    ("ClassCancelled", ActionType.BOOK, "the site says «annullata dall'istruttore»", "«annullata dall'istruttore»"),
    ("ClassMoved", ActionType.BOOK, "was moved: the site says «YOGA, 20:00»", "«YOGA, 20:00»"),
])  # fmt: skip
def test_a_failure_is_told_as_what_was_seen_of_it(kind: str, type_: ActionType, sentence: str, told: str) -> None:
    failed = replace(ACTION, type=type_, status=ActionStatus.FAILED, error_kind=kind, error=sentence, failures=4)
    assert told in " ".join(screens.failures.explain(failed, WHEN))


def test_a_class_that_the_list_calls_otherwise_is_told_with_the_name_it_was_asked_for_by() -> None:
    asked = replace(HELD.ref, course="GAG & CO")
    assert "L'avevi chiesta come GAG &amp; CO" in screens.results.booked(ACTION, HELD, WHEN, asked=asked).text
    assert "L'avevi chiesta" not in screens.results.booked(ACTION, HELD, WHEN, asked=HELD.ref).text


def test_a_timetable_that_is_not_believed_is_not_told_in_a_bookings_words() -> None:
    failed = replace(ACTION, type=ActionType.REFRESH, status=ActionStatus.FAILED, error_kind="SiteChanged")
    said = " ".join(screens.failures.explain(failed, WHEN))
    assert "Restano quelli che avevo letto" in said
    assert "prenotazioni" not in said
