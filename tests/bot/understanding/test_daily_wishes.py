"""Wishes of every day in their kinds: the end of a watch, days in a row, second thoughts, what nothing here can do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.understanding.intents import Doubt, Place, Show, Unsure
from bot.understanding.reading import understand
from tests.bot.understanding.meanings import DEMO, TODAY, line_of, meant


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("stop stalking pilates", "unwatch pilates"),
        ("lascia perdere di controllare yoga", "unwatch yoga"),
        ("non serve più che guardi pilates", "unwatch pilates"),
        ("no need to watch pilates anymore", "unwatch pilates"),
        ("don't bother looking for a spot in pilates any more", "unwatch pilates"),
        ("esci dalla lista d'attesa di pilates", "unwatch pilates"),
        ("I do not need any more that you look for the yoga of Thursday", "unwatch yoga 26/11"),
    ],
)
def test_the_end_of_a_watch_cancels_nothing(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    "said",
    [
        "zitto fino alle 4", "quiet until monday", "shut up for today", "niente notifiche oggi", "silenzio per due ore",
        "don't text me until 6pm", "non mi scrivere fino a lunedì", "turn off all notifications until Monday",
    ],
)  # fmt: skip
def test_silence_for_a_while_is_told_from_the_quiet_hours_of_every_night(said: str) -> None:
    intent = understand(said, DEMO, TODAY)
    assert isinstance(intent, Show)
    assert (intent.place, intent.once, intent.span) == (Place.QUIET, True, None)


@pytest.mark.parametrize(
    ("said", "first", "days"),
    [
        ("what've i got thu to sun", 2, 4),
        ("cosa ho da domani a giovedì?", 1, 2),
        ("what do i have in the next two weeks", 0, 15),
        ("che lezioni ho tra sabato e martedì", 4, 4),
    ],
)
def test_two_days_that_words_bound_are_all_between_them(said: str, first: int, days: int) -> None:
    intent = understand(said, DEMO, TODAY)
    assert isinstance(intent, Show)
    assert intent.days == tuple(TODAY + timedelta(days=first + each) for each in range(days))


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("annulla tutto da giovedì a sabato", "cancel 26/11,27/11,28/11"),
        ("annulla tutto fino al 26", "cancel 24/11,25/11,26/11"),
        ("everything i have until the 26th has to go", "cancel 24/11,25/11,26/11"),
        ("yoga tra giovedì e sabato", "book yoga 26/11,27/11,28/11"),
        ("yoga wednesday before the 10", "book yoga 25/11 -9:59"),
        ("sposta gag da mercoledì a venerdì", "swap gag 25/11 -> 27/11"),
        ("gag mer → ven", "swap gag 25/11 -> 27/11"),
        ("mi sposti zumba alla settimana dopo stessa ora?", "swap zumba ->  same hour +10080"),
        ("monday fit center doesn't work any more, can it become something after 7pm", "swap fit 30/11 -> 19:00-"),
        ("il total body di lunedì me lo anticipi a prima di pranzo?", "swap total 30/11 -> morning"),
        ("mettimi fisso a zumba il merco e il vener", "weekly zumba wed & zumba fri"),
        ("always yoga on saturdays please", "weekly yoga sat"),
        ("freeze weekly pilates till jan", "series pilates"),
        ("yoga domani no", "unwanted yoga 25/11"),
        ("libera tutto tranne la boxe", "cancel but boxe"),
        ("qnt posti x zumba", "look zumba"),
        ("gag n total body?", "look gag / total"),
    ],
)  # fmt: skip
def test_what_is_meant_by_it(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    "said",
    [
        "ho cambiato idea", "ci ripenso", "lasciamo stare", "come non detto", "just kidding",
        "keep everything as it is",
        "volevo annullare pilates di domani ma ci ripenso, lascia tutto così",
        "i was about to ditch pilates tomorrow but no, i'm going",
    ],
)  # fmt: skip
def test_a_second_thought_changes_nothing(said: str) -> None:
    assert meant(said) == "no"


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("volevo annullare pilates di domani", "cancel pilates 25/11"),
        ("ho cambiato idea, prenota zumba giovedì", "book zumba 26/11"),
        ("I'm coming to yoga tomorrow", "book yoga 25/11"),
    ],
)
def test_what_is_wanted_all_the_same_is_no_second_thought(said: str, means: str) -> None:
    found = understand(said, DEMO, TODAY)
    readings = found.readings if isinstance(found, Unsure) else (found,)
    assert [line_of(each) for each in readings] == [means]


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ("can u pay the 5 bucks fee 4 me", Doubt.PAYING),
        ("posso pagare qui?", Doubt.PAYING),
        ("renew my sports card", Doubt.PAPERS),
        ("mi è scaduto il certificato medico", Doubt.PAPERS),
        ("domani piove?", Doubt.WEATHER),
        ("ci sono le docce a giuriati?", Doubt.PREMISES),
        ("ho perso la borraccia in palestra", Doubt.PREMISES),
    ],
)
def test_what_nothing_here_can_do_is_said_as_that(said: str, doubt: Doubt) -> None:
    intent = understand(said, DEMO, TODAY)
    assert isinstance(intent, Unsure)
    assert intent.doubt is doubt


@pytest.mark.parametrize(("said", "number"), [("annulla la prenotazione n. 4", 4), ("cancel booking #12", 12)])
def test_a_request_is_found_by_its_number(said: str, number: int) -> None:
    assert understand(said, DEMO, TODAY) == Show(Place.STATUS, number=number)


@pytest.mark.parametrize("word", ["scusa", "anzi ", "no ", "va bene, ", "prenota", "uff", "book "])
def test_a_polite_word_said_very_often_is_read_at_once(word: str) -> None:
    """It would go on for hours, if the expression tried each way to cut the words apart."""
    assert isinstance(understand(word * 70 + "x", DEMO, TODAY), Unsure)


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("prenota yoga x 7:30 domani", "book yoga 25/11 7:30|19:30"),
        ("yoga x 9 dicembre", "book yoga 9/12"),
        ("blocca il posto per yoga domani", "book yoga 25/11"),
    ],
)
def test_a_word_of_two_meanings_is_read_by_what_follows_it(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize("said", ["annulla yoga entro venerdì", "cancel yoga by tomorrow", "i need rest tomorrow"])
def test_a_deadline_and_a_word_that_may_be_anything_are_asked_about(said: str) -> None:
    assert isinstance(understand(said, DEMO, TODAY), Unsure)
