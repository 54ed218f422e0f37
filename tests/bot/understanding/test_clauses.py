"""A message of several clauses: one that puts another right, tells why, denies, or asks for a second thing."""

from __future__ import annotations

from datetime import date

import pytest

from bot.understanding.intents import Doubt, Unsure
from bot.understanding.reading import understand
from tests.bot.understanding.meanings import DEMO, TODAY, line_of, meant


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("can't make it to pilates on thursday, please drop it", "cancel pilates 26/11"),
        ("I won't be there on thursday so cancel pilates", "cancel pilates 26/11"),
        ("giovedì non ce la faccio, disdici pilates", "cancel pilates 26/11"),
        ("non riesco a venire a pilates giovedì, annullala", "cancel pilates 26/11"),
        ("I can't do pilates on thursday, can you move it to saturday", "swap pilates 26/11 -> 28/11"),
        ("non posso giovedì, sposta pilates a sabato", "swap pilates 26/11 -> 28/11"),
        ("don't cancel yoga, cancel pilates", "?"),
        ("please do not under any circumstances cancel yoga", "?"),
        ("I won't make it to yoga", "unwanted yoga"),
        ("cancel my pilates and book me zumba instead", "swap pilates -> zumba"),
        ("annulla pilates di giovedì e prenotami zumba invece", "swap pilates 26/11 -> zumba"),
        ("turn off the weekly gym", "series fit"),
        ("leave pilates as it is", "no"),
        ("keep everything, just drop zumba", "cancel zumba"),
        ("tieni pilates e togli zumba", "cancel zumba"),
        ("tieni d'occhio zumba", "watch zumba"),
        ("I want out of zumba", "cancel zumba"),
        ("I can't cancel yoga", "no"),
        ("non posso annullare yoga", "no"),
        ("non cancellare yoga", "no"),
    ],
)
def test_who_cannot_come_and_says_to_cancel_wants_it_cancelled(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("book yoga monday... no wait, wednesday", "book yoga 25/11"),
        ("yoga lunedì, anzi no mercoledì", "book yoga 25/11"),
        ("yoga lunedì alle 18, no aspetta, alle 19", "book yoga 30/11 19:00"),
        ("pilates, sorry I meant zumba on thursday", "book zumba 26/11"),
        ("book yoga, no wait, cancel it", "?"),
        ("yoga and gag on monday, no wait, zumba", "?"),
        ("no wait", "?"),
        ("wait, what time is yoga?", "look yoga"),
        ("anzi prenotami yoga", "book yoga"),
        ("wait for zumba thursday", "watch zumba 26/11"),
    ],
)
def test_what_is_taken_back_is_replaced_where_it_is_clear_what_by(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    ("said", "asks"),
    [
        ("book pilates on saturday and cancel the one on thursday", ["book pilates 28/11", "cancel 26/11"]),
        ("prenota pilates sabato e togli quello di giovedì", ["book pilates 28/11", "cancel 26/11"]),
        ("not the 6pm one, the 7pm one at the gym on thursday", ["book fit 26/11 19:00"]),
        ("giovedì pilates ma non alle 18", ["book pilates 26/11 -17:59|18:01-"]),
        ("yoga tomorrow, not pilates", ["book yoga 25/11"]),
        ("mi sono sbagliata, non zumba ma pilates giovedì", ["book pilates 26/11"]),
        ("zumba mercoledì, non martedì", ["book zumba 25/11"]),
        ("no, yoga tomorrow", []),
        ("cancel thursday, not friday", ["cancel 26/11"]),
        ("don't cancel yoga, cancel pilates", ["cancel pilates"]),
        ("prenota yoga ma non pilates", ["book yoga"]),
    ],
)
def test_a_question_offers_what_can_be_meant(said: str, asks: list[str]) -> None:
    intent = understand(said, DEMO, TODAY)

    assert isinstance(intent, Unsure)
    assert [line_of(reading) for reading in intent.readings] == asks


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("what have I got booked", "show mine"),
        ("sono ancora in tempo per disdire pilates?", "show rules"),
        ("when's the latest I can drop pilates tues", "show rules"),
        ("let me out of the pilates waitlist", "unwatch pilates"),
        ("toglimi dalla lista d'attesa di zumba", "unwatch zumba"),
        ("metti in lista d'attesa per zumba giovedì", "watch zumba 26/11"),
        ("did zumba get cancelled?", "look zumba"),
        ("was my yoga cancelled?", "show mine"),
        ("how do I get to bovisa", "?"),
        ("sono malata cancella yoga", "cancel yoga"),
        ("che cosa ho prenotato questa settimana", "show mine"),
        ("I'm away from 20 december to 7 january, don't book anything", "off 20/12-7/1"),
        ("sono via dal 20 dicembre al 7 gennaio, non prenotare niente", "off 20/12-7/1"),
        ("we're away next week, don't book us anything", "off 30/11-6/12"),
        ("sono in ferie la prossima settimana, non prenotare niente", "off 30/11-6/12"),
        ("don't send me anything between 11pm and 8am", "show settings"),
        ("di notte non scrivermi", "show settings"),
        ("mute the notifications", "show settings"),
        ("invite my friend sofia", "show invite"),
    ],
)
def test_a_page_is_found_by_what_is_said_around_its_name(said: str, means: str) -> None:
    assert meant(said) == means


def test_on_a_sunday_this_week_is_also_the_one_that_begins() -> None:
    days = ",".join(f"{day}/11" for day in range(22, 30))
    assert line_of(understand("cancel everything this week", DEMO, date(2026, 11, 22))) == f"cancel {days}"


@pytest.mark.parametrize("said", ["how much does it cost", "quanto costa un corso?", "what's the price of yoga?"])
def test_what_something_costs_is_not_known_and_no_word_of_it_is_a_class(said: str) -> None:
    found = understand(said, DEMO, TODAY)
    assert isinstance(found, Unsure)
    assert (found.doubt, found.readings, found.unused) == (Doubt.COST, (), ())
