"""A pause in plain words: only ever of what recurs, and how long it lasts is no number of people."""

from __future__ import annotations

import pytest

from tests.bot.understanding.meanings import meant


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("metti in pausa la palestra del giovedì", "series fit thu"),
        ("metti in pausa la palestra", "series fit"),
        ("metti la palestra in pausa", "series fit"),
        ("sospendi la palestra del giovedì", "series fit thu"),
        ("sospendi pilates di domani", "series pilates wed"),
        ("riprendi la palestra del giovedì", "series fit thu"),
        ("riattiva pilates", "series pilates"),
        ("pause the gym", "series fit"),
        ("pause the gym on thursdays", "series fit thu"),
        ("put the gym on hold", "series fit"),
        ("pause the gym next week", "series fit"),
        ("resume the gym", "series fit"),
        ("start the gym again", "series fit"),
        ("ricomincia con la palestra", "series fit"),
        ("resume my weekly bookings", "show periodic"),
        ("riprendi le periodiche", "show periodic"),
        ("metti in pausa le mie prenotazioni settimanali", "show periodic"),
        ("pause", "show periodic"),
        ("pausa", "show periodic"),
    ],
)
def test_a_pause_and_its_end_mean_what_recurs(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("pause the gym for two weeks", "series fit"),
        ("stop the gym for two weeks", "series fit"),
        ("cancel pilates for a month", "series pilates"),
        ("don't book the gym for two weeks", "series fit"),
        ("metti in pausa la palestra per due settimane", "series fit"),
        ("non prenotare la palestra per due settimane", "series fit"),
        ("pause everything for two weeks", "off 24/11-7/12"),
        ("sospendi tutto per due settimane", "off 24/11-7/12"),
        ("ferie per due settimane", "off 24/11-7/12"),
        ("I'm on holiday for two weeks", "off 24/11-7/12"),
        ("book yoga for two weeks", "?"),
        ("prenota yoga per due settimane", "?"),
        ("book yoga for two tomorrow", "?"),
        ("prenota yoga per due domani", "?"),
    ],
)
def test_for_two_weeks_is_how_long_and_never_for_two(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize("said", ["don't pause the gym", "non sospendere la palestra"])
def test_no_pause_is_a_no(said: str) -> None:
    assert meant(said) == "no"


def test_what_is_cancelled_for_now_is_cancelled() -> None:
    assert meant("annulla yoga di domani per ora") == "cancel yoga 25/11"


def test_a_lunch_break_is_no_pause() -> None:
    assert meant("palestra domani in pausa pranzo") == "book fit 25/11 lunch"
    assert meant("metti palestra domani in pausa pranzo") == "book fit 25/11 lunch"
