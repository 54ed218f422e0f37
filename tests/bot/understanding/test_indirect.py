"""Chatty, indirect sentences: a no that denies nothing, a wish told in a roundabout way, a date of a month."""

from __future__ import annotations

from datetime import date

import pytest

from bot.understanding.intents import Book, Cancel, Place, Said, Show, Unsure, Unwanted, Word
from bot.understanding.reading import understand
from tests.bot.understanding.meanings import DEMO, TODAY


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("oh no, are there places for yoga on Thursday?", "are there places for yoga on Thursday?"),
        ("non è che ci sono posti a yoga giovedì?", "ci sono posti a yoga giovedì?"),
        ("not really sure yet but is there yoga on Thursday?", "is there yoga on Thursday?"),
        ("yoga on Thursday if it's not full", "yoga on Thursday"),
        ("yoga giovedì se non è piena", "yoga giovedì"),
        ("non so se ci sono posti a yoga giovedì", "ci sono posti a yoga giovedì"),
        ("uffa yoga giovedì", "yoga giovedì"),
        ("hmm yoga on Thursday after all", "yoga on Thursday"),
    ],
)
def test_a_no_or_an_aside_that_changes_nothing_is_read_over(said: str, plain: str) -> None:
    found = understand(said, DEMO, TODAY)
    assert found == understand(plain, DEMO, TODAY)
    assert not isinstance(found, Unsure)


@pytest.mark.parametrize(
    "said", ["I don't think I can make it to yoga on Thursday", "non credo di farcela a yoga giovedì"]
)
def test_who_does_not_think_to_come_wants_no_class(said: str) -> None:
    found = understand(said, DEMO, TODAY)
    assert isinstance(found, Unwanted | Cancel)
    assert found.wish.names == ("YOGA",)


@pytest.mark.parametrize("said", ["a nudge the night before each class", "un avviso la sera prima di ogni lezione"])
def test_the_evening_before_is_about_reminders(said: str) -> None:
    found = understand(said, DEMO, TODAY)
    assert isinstance(found, Show)
    assert found.place is Place.REMINDERS


@pytest.mark.parametrize("said", ["I'd rather not", "meglio di no, grazie", "no worries", "anche no"])
def test_a_polite_no_leaves_everything_as_it_is(said: str) -> None:
    assert understand(said, DEMO, TODAY) == Said(Word.NO)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("yoga on the first Monday of December", date(2026, 12, 7)),
        ("yoga l'ultimo lunedì di questo mese", date(2026, 11, 30)),
        ("yoga il primo mercoledì del mese prossimo", date(2026, 12, 2)),
    ],
)
def test_a_weekday_of_a_month_is_the_date_that_is_meant(said: str, day: date) -> None:
    found = understand(said, DEMO, TODAY)
    assert isinstance(found, Book)
    assert found.wishes[0].days == (day,)


def test_an_adverb_that_begins_like_a_class_is_none() -> None:
    found = understand("totally forgot what happens", DEMO, TODAY)
    assert not (isinstance(found, Unsure) and found.near)


@pytest.mark.parametrize("said", ["if I cancel today do I get penalised?", "se disdico oggi mi multano?"])
def test_what_a_cancellation_costs_is_told_by_the_rules(said: str) -> None:
    found = understand(said, DEMO, TODAY)
    assert isinstance(found, Show)
    assert found.place is Place.RULES
