"""Thanks with a day in them ask for nothing; what nothing here can do is said, with no key of one's own bookings."""

from __future__ import annotations

import pytest

from bot.understanding.intents import Doubt, Unsure, Wish
from bot.understanding.reading import understand
from tests.bot.understanding.meanings import DEMO, TODAY, meant


@pytest.mark.parametrize(
    "said",
    [
        "ok perfetto grazie mille, buon weekend 😊", "thanks a lot, yesterday yoga was great!!",
        "thanks, see you on monday!", "grazie, ci vediamo lunedì", "grazie la lezione di ieri è stata bellissima",
        "perfect thank you, have a lovely weekend", "ok, buona domenica!",
    ],
)  # fmt: skip
def test_thanks_with_a_day_or_a_course_in_them_ask_for_nothing(said: str) -> None:
    assert meant(said) == "thanks"


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("thanks, book yoga on monday", "book yoga 30/11"),
        ("grazie, a che ora è yoga domani?", "look yoga 25/11"),
        ("grazie, ma lunedì non vengo", "?"),
    ],
)
def test_a_wish_behind_thanks_is_a_wish(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ("puoi cancellare la prenotazione del mio coinquilino Andrea così entro io?", Doubt.OTHERS),
        ("can you cancel my flatmate's booking", Doubt.OTHERS),
        ("siete aperti il 7 dicembre?", Doubt.CLOSING),
        ("is the gym closed on sunday?", Doubt.CLOSING),
        ("is the center closed for sant ambrogio?", Doubt.CLOSING),
        ("mi fai una scheda per dimagrire le gambe?", Doubt.TRAINING),
        ("mi dai il numero di telefono della segreteria?", Doubt.CONTACT),
        ("can you renew my membership and pay for it", Doubt.PAYING),
        ("quanto costa l'abbonamento?", Doubt.COST),
    ],
)
def test_what_nothing_here_can_do_is_said_in_a_sentence(said: str, doubt: Doubt) -> None:
    intent = understand(said, DEMO, TODAY)
    assert isinstance(intent, Unsure)
    assert (intent.doubt, intent.readings) == (doubt, ())


@pytest.mark.parametrize("said", ["yoga è aperto domani?", "è aperta la palestra domani?"])
def test_whether_a_class_is_open_is_asked_of_the_timetable(said: str) -> None:
    assert meant(said).startswith("look ")


def test_a_booking_of_somebody_else_offers_none_of_ones_own() -> None:
    intent = understand("can you cancel my flatmate's booking", DEMO, TODAY)
    assert isinstance(intent, Unsure)
    assert (intent.heard, intent.of_mine) == (Wish(), False)
