"""A word that may mean two things decides nothing alone: what stands beside it tells which."""

from __future__ import annotations

import pytest

from bot.understanding.intents import Doubt, Place, Show, Unsure
from bot.understanding.reading import understand
from tests.bot.understanding.meanings import DEMO, TODAY, meant


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("can you fit me in yoga tomorrow", "book yoga 25/11"),
        ("could you please fit us into zumba thursday", "book zumba 26/11"),
        ("when does tomorrow's yoga drop", "opening yoga 25/11"),
        ("drop yoga tomorrow", "cancel yoga 25/11"),
        ("out thu", "cancel 26/11"),
        ("out for friday", "cancel 27/11"),
        ("mi avvisi se si libera yoga domani", "watch yoga 25/11"),
        ("leave yoga tomorrow", "cancel yoga 25/11"),
        ("annullami martedì ma tieni giovedì", "cancel 24/11,1/12 but 26/11"),
        ("cancel yoga tomorrow but keep gag", "cancel yoga 25/11 but gag"),
        ("annulla yoga di domani mattina, quella della sera la tengo", "cancel yoga 25/11 morning but evening"),
        ("forget yoga tomorrow", "cancel yoga 25/11"),
    ],
)
def test_what_stands_beside_it_tells_what_is_meant(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    "said",
    [
        "the dentist could only fit me in on tuesday", "i want to keep fit this winter",
        "my sister says i must leave the house", "i have to leave early tomorrow, any yoga?",
        "i always forget what time yoga is tomorrow",
    ],
)  # fmt: skip
def test_nothing_is_to_go_and_no_gym_is_meant_by_it(said: str) -> None:
    found = understand(said, DEMO, TODAY)
    assert isinstance(found, Unsure)
    assert not found.drops
    assert "Fit Center" not in found.heard.names


def test_who_is_away_and_wants_the_bookings_all_the_same_gets_no_holiday() -> None:
    found = understand(
        "sono in vacanza coi miei, niente notifiche fino a domenica però le prenotazioni falle lo stesso", DEMO, TODAY
    )
    assert isinstance(found, Show)
    assert found.place is Place.QUIET


@pytest.mark.parametrize(
    "said",
    [
        "forget it, i'll stay with the 6pm one", "scusa chat sbagliata", "wrong chat sorry", "fammici pensare",
        "hmm let me think about it", "maybe later", "ti faccio sapere",
    ],
)  # fmt: skip
def test_nothing_is_to_be_done(said: str) -> None:
    assert meant(said) == "no"


@pytest.mark.parametrize(
    "said", ["annulla yoga domani, anzi no lasciala", "sposta yoga di domani, no anzi lascialo dov'è"]
)
def test_what_is_to_stay_after_all_is_told_as_that(said: str) -> None:
    found = understand(said, DEMO, TODAY)
    assert isinstance(found, Unsure)
    assert found.acts[0].act == "keep"


@pytest.mark.parametrize(
    "said",
    [
        "la seconda", "the second one", "both!", "tutti e due", "yes the first one please", "e a giuriati invece?",
        "sono in ritardo, c'è un turno dopo?", "is there a later one?",
    ],
)  # fmt: skip
def test_what_only_the_messages_before_would_tell_is_asked_for(said: str) -> None:
    found = understand(said, DEMO, TODAY)
    assert isinstance(found, Unsure)
    assert found.doubt is Doubt.SHOWN


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("buongiornooo", "hello"), ("ciaooooo", "hello"), ("thx see u monday", "thanks"), ("sei un mito bro", "thanks"),
        ("grazieee milleee", "thanks"), ("zumbaaa domani", "book zumba 25/11"),
    ],
)  # fmt: skip
def test_letters_said_long_and_partings_are_understood(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    "said", ["is yoga tomorrow booked?", "yoga di domani è prenotata?", "sono dentro a yoga domani?"]
)
def test_whether_something_is_booked_is_asked_of_that_class(said: str) -> None:
    found = understand(said, DEMO, TODAY)
    assert isinstance(found, Show)
    assert (found.place, found.names) == (Place.MINE, ("YOGA",))
