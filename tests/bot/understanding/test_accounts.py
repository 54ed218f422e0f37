"""No piece of weight is left out: what a meaning does not account for makes the message a question."""

from __future__ import annotations

import pytest

from bot.understanding.accounts import ACCOUNTED
from bot.understanding.intents import Doubt, Intent, Look, Place, Said, Unsure, Unwanted, Wish
from bot.understanding.lexicon import Kind
from bot.understanding.reading import understand
from tests.bot.understanding.meanings import DEMO, TODAY, line_of


@pytest.mark.parametrize(
    "said",
    [
        "book yoga tomorrow unless Luca is there",
        "prenota yoga domani a meno che non piova",
        "yoga every second monday",
        "prenota yoga lunedì e avvisami il giorno prima",
        "lunedì né yoga né pilates",
        "always yoga at 18",
        "gag domani, prima di partire",
        "pilates giovedì oltre a zumba",
        "book gag for the whole semester",
        "gym tomorrow for a month",
    ],
)
def test_a_word_of_weight_is_never_dropped(said: str) -> None:
    assert isinstance(understand(said, DEMO, TODAY), Unsure)


def test_every_meaning_says_what_it_accounts_for() -> None:
    assert set(ACCOUNTED) == set(Intent.__args__) - {Unsure}
    never = {Kind.UNKNOWN, Kind.PERSON, Kind.SPORT, Kind.REMINDER, Kind.CORRECTION}
    assert not never & frozenset.union(*ACCOUNTED.values())


@pytest.mark.parametrize(
    ("said", "heard", "about"),
    [
        ("would my knee survive pilates", "look pilates", Place.MINE),
        ("qwerty", "look", Place.NEW),
    ],
)
def test_what_was_heard_comes_with_the_question(said: str, heard: str, about: Place) -> None:
    intent = understand(said, DEMO, TODAY)
    assert isinstance(intent, Unsure)
    assert line_of(Look(intent.heard)) == heard
    assert about in intent.about or not intent.about


@pytest.mark.parametrize("said", ["book me not yoga", "not yoga but pilates tomorrow"])
def test_what_is_denied_is_not_among_what_was_heard(said: str) -> None:
    intent = understand(said, DEMO, TODAY)
    assert isinstance(intent, Unsure)
    assert "YOGA" not in intent.heard.names


def test_an_exception_of_what_recurs_offers_the_series_and_no_denied_date() -> None:
    intent = understand("zumba tutti i giovedì tranne il 3 dicembre", DEMO, TODAY)
    assert isinstance(intent, Unsure)
    assert intent.doubt is Doubt.EXCEPT
    assert [line_of(each) for each in intent.readings] == ["weekly zumba thu"]
    assert intent.heard == Wish(("ZUMBA",), (TODAY.replace(day=26),))


@pytest.mark.parametrize(
    ("said", "denied"),
    [
        ("book everything except yoga every week", "look yoga"),
        ("annulla zumba ma non giovedì", "look 26/11"),
        ("book the gym any day but monday", "look 30/11"),
        ("gag domani ma non alle 18", "look 18:00"),
        ("non posso venire giovedì né venerdì", "look"),
        ("yoga tomorrow unless Luca comes", "look"),
    ],
)
def test_what_is_excepted_or_not_wanted_comes_with_the_question(said: str, denied: str) -> None:
    intent = understand(said, DEMO, TODAY)
    assert isinstance(intent, Unsure)
    assert line_of(Look(intent.denied)) == denied


@pytest.mark.parametrize(
    ("said", "reads"),
    [
        ("mia moglie non sta bene, disdici yoga domani", ["cancel yoga 25/11"]),
        ("book gag on Thursday, and don't let me chicken out", ["book gag 26/11"]),
        ("disdici yoga domani, non solo pilates", None),
        ("non occorre che annulli yoga domani", None),
        ("don't bother booking yoga tomorrow", None),
        ("yoga domani, non pilates", None),
        ("book yoga tomorrow if it doesn't rain", None),
    ],
)
def test_a_no_beside_the_wish_is_named_and_stops_nothing_that_is_clear(said: str, reads: list[str] | None) -> None:
    found = understand(said, DEMO, TODAY)
    if reads is None:
        assert isinstance(found, (Unsure, Unwanted, Said)), found
    else:
        assert isinstance(found, Unsure)
        assert [line_of(each) for each in found.readings] == reads
        assert found.unused
