"""Questions in plain words about what there is, what one has, and how the bot works."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bot.understanding.intents import Hours, Place, Show
from bot.understanding.reading import understand
from tests.bot.understanding.meanings import DEMO, TODAY, meant


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("how do I invite a friend", "show invite"),
        ("how can I invite a friend?", "show invite"),
        ("come invito un amico?", "show invite"),
        ("come faccio a invitare un amico", "show invite"),
        ("how fast did you get it", "show statistics"),
        ("quanto sei stato veloce?", "show statistics"),
        ("in quanto tempo l'hai prenotata?", "show statistics"),
        ("same as last week", "show last_week"),
        ("the usual", "show usual"),
        ("il solito", "show usual"),
        ("list the courses", "show hours"),
        ("who's the zumba instructor", "teachers zumba"),
        ("who is the instructor of zumba?", "teachers zumba"),
        ("chi è l'istruttore di zumba?", "teachers zumba"),
        ("when does booking open for monday's yoga?", "opening yoga 30/11"),
        ("quali corsi hanno ancora posto domani sera", "look 25/11 evening"),
        ("che lezioni ho questa settimana", "show mine"),
        ("sei riuscito a prendere pilates?", "show mine"),
        ("did you get pilates?", "show mine"),
    ],
)
def test_a_question_leads_to_its_answer(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("am I free tomorrow at 18?", ((time(18), time(18)),)),
        ("are we busy tomorrow?", None),
        ("sono libero domani alle 18?", ((time(18), time(18)),)),
        ("sono impegnata domani?", None),
    ],
)
def test_whether_somebody_is_free_is_asked_of_what_they_hold_at_that_time(
    said: str, at: tuple[tuple[time, time], ...] | None
) -> None:
    hours = None if at is None else Hours(at)
    assert understand(said, DEMO, TODAY) == Show(Place.MINE, (TODAY + timedelta(days=1),), hours=hours)


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("give back vinyasa", "cancel vinyasa"),
        ("give vinyasa back", "cancel vinyasa"),
        ("give me back my place in vinyasa", "?"),
        ("restituisci vinyasa", "cancel vinyasa"),
        ("ritira la richiesta di hatha", "cancel hatha"),
        ("withdraw the hatha request", "cancel hatha"),
        ("togli l'allerta di zumba", "unwatch zumba"),
        ("I'd rather do total body tomorrow than vinyasa", "swap vinyasa -> total 25/11"),
        ("cross training tonight but only if there's a place", "book cross 24/11 evening"),
        ("cross training stasera ma solo se c'è posto", "book cross 24/11 evening"),
        ("skip the gym on thursday", "cancel fit 26/11"),
        ("salta la palestra giovedì", "cancel fit 26/11"),
    ],
)
def test_what_is_to_go_or_to_be_had_is_understood_in_other_words_too(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    "said",
    ["ho yoga domani?", "ho già yoga domani?", "do i still have yoga tomorrow?", "have i still got yoga tomorrow?"],
)
def test_whether_one_has_a_class_is_no_wish_to_book_it(said: str) -> None:
    assert understand(said, DEMO, TODAY) == Show(Place.MINE, (TODAY + timedelta(days=1),), names=("YOGA",))
