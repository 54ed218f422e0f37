"""The days of a holiday in plain words: from one to another, from one on, one alone, a week."""

from __future__ import annotations

import pytest

from tests.bot.understanding.meanings import meant


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("sono in vacanza dal 27 al 30", "27/11-30/11"),
        ("sono in vacanza dal 20 al 27", "20/12-27/12"),
        ("I'm on holiday from 20 to 27 December", "20/12-27/12"),
        ("on holiday from the 28th of December to the 3rd of January", "28/12-3/1"),
        ("ferie dal 20 dicembre al 6 gennaio", "20/12-6/1"),
        ("ferie dal 28 al 3 gennaio", "28/12-3/1"),
        ("in ferie dall'8 all'11", "8/12-11/12"),
        ("ferie 20/12 al 6/1", "20/12-6/1"),
        ("vacanza dal 23 dicembre", "23/12"),
        ("in ferie domani", "25/11-25/11"),
        ("in vacanza la prossima settimana", "30/11-6/12"),
        ("holiday next week", "30/11-6/12"),
        ("on holiday on friday", "27/11-27/11"),
    ],
)
def test_the_days_of_a_holiday_are_read(said: str, days: str) -> None:
    assert meant(said) == f"off {days}"


@pytest.mark.parametrize("said", ["sono in ferie", "holidays", "ferie dal 40 al 50"])
def test_where_none_are_named_they_are_chosen_on_the_page(said: str) -> None:
    assert meant(said) == "show holidays"


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("which classes are full tomorrow?", "full 25/11"),
        ("quali corsi sono pieni domani?", "full 25/11"),
        ("cosa è pieno stasera?", "full 24/11 evening"),
        ("is zumba full on thursday?", "look zumba 26/11"),
        ("who teaches yoga on monday?", "teachers yoga 30/11"),
        ("chi fa yoga lunedì?", "teachers yoga 30/11"),
        ("chi insegna pilates?", "teachers pilates"),
        ("chi fa lezione domani?", "teachers 25/11"),
    ],
)
def test_a_question_about_the_classes_there_are_is_told_from_a_look_for_places(said: str, means: str) -> None:
    assert meant(said) == means
