"""A class for another one, an hour later, or none at all, as people say it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.understanding.intents import Swap, Unsure
from bot.understanding.reading import understand
from bot.understanding.values import lead_said
from tests.bot.understanding.meanings import DEMO, TODAY, meant


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("tomorrow's gym an hour later please", "swap fit 25/11 ->  +60"),
        ("yoga di domani un'ora prima", "swap yoga 25/11 ->  -60"),
        ("posticipa pilates di giovedì di 30 minuti", "swap pilates 26/11 ->  +30"),
        ("push my yoga back by half an hour", "swap yoga ->  +30"),
        ("push tomorrow's gym back two hours", "swap fit 25/11 ->  +120"),
        ("bring yoga forward by an hour", "swap yoga ->  -60"),
        ("move yoga forward an hour", "swap yoga ->  +-60"),
        ("sposta la palestra di domani un po' più tardi", "swap fit 25/11 ->  +"),
        ("anticipa di un'ora quella di stasera che poi ho cena fuori", "swap 24/11 evening ->  -60"),
        ("sposta la palestra di giovedì sera di mezz'ora", "swap fit 26/11 evening ->  +-30"),
        ("sposta la palestra di domani al pomeriggio", "swap fit 25/11 -> afternoon"),
        ("sposta yoga al giorno dopo", "swap yoga ->  +1440"),
    ],
)
def test_a_class_is_moved_by_a_relative_time(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    "said", ["anticipa di un'ora quella di stasera qwertz", "qwertz, an hour later tomorrow please"]
)
def test_a_word_that_is_not_known_turns_a_move_into_nothing_else(said: str) -> None:
    found = understand(said, DEMO, TODAY)
    assert isinstance(found, Unsure)
    assert [type(one) for one in found.readings] == [Swap]
    assert found.shift is not None


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("ho yoga giovedì ma preferirei mercoledì, si può cambiare?", "swap yoga 26/11 -> 25/11"),
        ("I've booked the gym at giuriati tomorrow but I'd rather go to bovisa, could you switch it?",
         "swap fit 25/11 @giuriati -> @bovisa"),
        ("can't make Thursday, Wednesday instead", "swap 26/11 -> 25/11"),
        ("giovedì non posso, facciamo mercoledì?", "swap 26/11 -> 25/11"),
        ("I can't do yoga tomorrow, can we do Thursday instead?", "swap yoga 25/11 -> 26/11"),
        ("yoga mercoledì invece di giovedì", "swap 26/11 -> yoga 25/11"),
        ("instead of pilates on Thursday put me in yoga", "swap pilates 26/11 -> yoga"),
        ("metti pilates al posto di yoga domani", "swap yoga 25/11 -> pilates"),
        ("change yoga tomorrow for pilates", "swap yoga 25/11 -> pilates"),
        ("could my pilates be moved to friday?", "swap pilates -> 27/11"),
        ("tomorrow's yoga, can it be thursday?", "swap yoga 25/11 -> 26/11"),
        ("change pilates of Thursday for Friday at the same hour", "swap pilates 26/11 -> 27/11 same hour"),
    ],
)  # fmt: skip
def test_a_swap_is_understood_however_it_is_said(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("mi sa che devo dare buca a yoga domani, ho la febbre", "cancel yoga 25/11"),
        ("bidono yoga domani", "cancel yoga 25/11"),
        ("tiro pacco a pilates giovedì", "cancel pilates 26/11"),
        ("bail on yoga tomorrow", "cancel yoga 25/11"),
        ("call pilates off on thursday", "cancel pilates 26/11"),
        ("give yoga a miss tomorrow", "cancel yoga 25/11"),
        ("liberami domani", "cancel 25/11"),
        ("non annullare pilates ma yoga", "cancel yoga"),
        ("leave me in yoga but take me out of the gym tomorrow", "cancel fit 25/11"),
        ("annulla la seconda delle due di domani", "cancel #1 25/11"),
        ("cancel all my bookings except the one on saturday", "cancel but 28/11"),
        ("giovedì sera qualsiasi corso tranne zumba", "look 26/11 evening but zumba"),
    ],
)
def test_what_is_given_up_is_understood_and_what_stays(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize("said", ["0,75 ore prima", "45 minuti prima", "tre quarti d ora prima"])
def test_three_quarters_of_an_hour_are_45_minutes(said: str) -> None:
    assert lead_said(said) == timedelta(minutes=45)
