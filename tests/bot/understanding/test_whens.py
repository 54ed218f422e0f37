"""Times in messages that lead to a page: they are on it as its value, or named as not taken; dates are no hours."""

from __future__ import annotations

from datetime import date, time

import pytest

from bot.understanding.intents import Place, Show
from bot.understanding.reading import understand
from tests.bot.understanding.meanings import DEMO, TODAY, meant


def shown(text: str) -> Show:
    intent = understand(text, DEMO, TODAY)
    assert isinstance(intent, Show), text
    return intent


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("pause my weekly bookings until january", "off 24/11-31/12"),
        ("metti in pausa le prenotazioni fisse x due settimane", "off 24/11-7/12"),
        ("pause everything for three weeks", "off 24/11-14/12"),
        ("I'm away until the end of january, stop the weekly bookings", "off 24/11-31/1"),
        ("sono in ferie per tre settimane", "off 24/11-14/12"),
        ("from 18 december to 7 january please don't book me anything", "off 18/12-7/1"),
        (
            "i go home for christmas from 18 december to 7 january so dont book me nothing in these days",
            "off 18/12-7/1",
        ),
        ("non prenotarmi niente dal 20 dicembre al 6 gennaio", "off 20/12-6/1"),
        (
            "la settimana prossima ho una consegna, mi salti tutto da lunedì a venerdì e poi riprendiamo?",
            "off 30/11-4/12",
        ),
    ],
)
def test_a_pause_or_holiday_keeps_its_days(said: str, days: str) -> None:
    assert meant(said) == days


@pytest.mark.parametrize(
    ("said", "month"),
    [
        ("fammi vedere lo storico di ottobre", 202610),
        ("my history of october please", 202610),
        ("show me last month's history", 202610),
        ("how many times did i go to the gym in november", 202611),
        ("statistiche di novembre", 202611),
        ("quante lezioni ho fatto a dicembre?", 202512),
    ],
)
def test_a_month_of_the_past_is_the_history_of_that_month(said: str, month: int) -> None:
    show = shown(said)
    assert (show.place, show.month) == (Place.HISTORY, month)


@pytest.mark.parametrize(
    ("said", "place", "left"),
    [
        ("quante lezioni ho fatto da settembre?", Place.STATISTICS, "da settembre"),
        ("what classes did I do last week", Place.HISTORY, "last week"),
        ("how many classes have I done since september", Place.STATISTICS, "since september"),
        ("che lezioni ho fatto la settimana scorsa?", Place.HISTORY, "settimana scorsa"),
    ],
)
def test_a_time_that_a_page_does_not_show_is_named(said: str, place: Place, left: str) -> None:
    show = shown(said)
    assert show.place is place
    assert left in show.unused


@pytest.mark.parametrize(
    ("said", "begin"),
    [
        ("no reminders after 22 please", time(22)),
        ("non disturbarmi con i promemoria dopo le 23", time(23)),
    ],
)
def test_reminders_that_must_not_come_by_night_are_about_the_quiet_hours(said: str, begin: time) -> None:
    assert shown(said).span == (begin, time(7))


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("salta yoga dell'8 dicembre", "cancel yoga 8/12"),
        ("annulla pilates dell'8 dicembre", "cancel pilates 8/12"),
        ("is there any yoga class in the late afternoon?", "look yoga 16:00-18:30"),
        ("they say there's pilates on saturdays, grab me one for this saturday", "?"),
        ("if somebody drops out of pilates on saturday take it", "watch pilates 28/11"),
        (
            "pilates domani è pieno, se qualcuno rinuncia prendimelo al volo anche senza chiedermi",
            "watch pilates 25/11",
        ),
        ("lascia perdere l'avviso per pilates, non mi serve più", "unwatch pilates"),
        ("remind me 2 hours before class instead of 1", "show settings"),
        ("how does it work to book a course? must I wait midnight every time?", "show help"),
    ],
)
def test_one_word_decides_no_other_deed(said: str, means: str) -> None:
    assert meant(said) == means


def test_the_year_of_a_month_alone_is_the_one_that_is_meant() -> None:
    assert shown("pause everything until march").days == (TODAY, date(2027, 2, 28))
