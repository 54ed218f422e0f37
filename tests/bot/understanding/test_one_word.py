"""A word that may mean two things decides nothing alone: what stands beside it tells which."""

from __future__ import annotations

import pytest

from bot.understanding.intents import Doubt, Look, Place, Said, Show, Unsure, Word
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
    if found == Said(Word.CHAT):
        return
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


@pytest.mark.parametrize(
    "said",
    [
        "la cassa è aperta domani?", "dov'è la cassa", "is the yoga teacher absent tomorrow",
        "this class will kill me, yoga tomorrow?", "kill time tomorrow", "taglia", "scarto", "tagliando", "ritiro",
        "void", "is there a substitute for yoga tomorrow?", "cambi di orario per yoga domani?",
        "mi trasferisco a bovisa, yoga domani?", "i love to flip in yoga", "ritardo", "quali opzioni ho mercoledì",
        "che opzioni ci sono per yoga domani", "opzioni yoga", "che sbatti, yoga domani", "cosa metto per yoga domani",
        "piazza", "riaprite domani?", "refresh yoga tomorrow", "is there any delay for yoga tomorrow?",
        "my shift ends at 6, yoga tomorrow?", "posso arrivare in ritardo a yoga domani?", "il cancello è aperto?",
        "vorrei seguire yoga domani", "voglio scalare domani", "l'istruttore di yoga è assente domani?",
    ],
)  # fmt: skip
def test_a_common_noun_asks_nothing_to_be_done(said: str) -> None:
    found = understand(said, DEMO, TODAY)
    if isinstance(found, Look | Show):  # which only show something
        return
    assert isinstance(found, Unsure)
    assert not found.acts


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("lavoro fino alle 18 mercoledì, annulla yoga", "cancel yoga 25/11"),
        ("cancel yoga tomorrow, i work in the morning", "cancel yoga 25/11"),
        ("sposta yoga, lavoro fino alle 18 mercoledì", "swap yoga 25/11 -> "),
        ("i work till 6 tomorrow, any yoga?", "look yoga 25/11 18:00-"),
        ("ho lezione di yoga fino alle 20 domani", "book yoga 25/11 -20:00"),
        ("my train is at 18, cancel yoga tomorrow", "cancel yoga 25/11"),
        ("ho il treno alle 18, annulla yoga domani", "cancel yoga 25/11"),
    ],
)
def test_the_hour_of_a_reason_is_none_of_the_wish(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("i promemoria si possono togliere?", "show settings"),
        ("sono assente domani", "cancel 25/11"),
        ("kill my yoga tomorrow", "cancel yoga 25/11"),
        ("shift yoga tomorrow to 19", "swap yoga 25/11 -> 19:00"),
        ("my weekly yoga is no longer needed", "series yoga"),
        ("my weekly yoga takes a rest", "series yoga"),
        ("what are my yoga classes", "look yoga"),
        ("via il promemoria", "show settings"),
    ],
)
def test_what_is_asked_for_beside_other_words_is_read_as_that(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    "said",
    [
        "my weekly yoga is needed", "the weekly pilates is necessary", "let me take a rest tomorrow",
        "yoga tomorrow and then i take a rest", "never mind the rain i still want yoga tomorrow",
        "cancel yoga tomorrow and keep a spot in zumba", "cancel yoga tomorrow but hold zumba thursday for me",
        "annulla yoga domani e lasciami in lista per zumba",
    ],
)  # fmt: skip
def test_what_is_not_clear_is_asked_and_neither_done_nor_dropped(said: str) -> None:
    assert meant(said).startswith("?")
