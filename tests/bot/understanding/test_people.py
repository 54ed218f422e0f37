"""Who a message speaks of: only who is to have a place too makes it one about several people."""

from __future__ import annotations

import pytest

from bot.understanding.intents import Doubt, Place, Unsure
from bot.understanding.reading import understand
from tests.bot.understanding.meanings import DEMO, TODAY


def doubt_of(said: str) -> Doubt:
    found = understand(said, DEMO, TODAY)
    assert isinstance(found, Unsure), found
    return found.doubt


@pytest.mark.parametrize(
    "said",
    [
        "can you add my friend Tomás to my booking for thursday", "prenota yoga domani anche per Marco",
        "book yoga for two tomorrow", "yoga thursday, me + 1", "io e la fra a yoga giovedì",
        "me and my roommate want yoga thursday", "verrebbe anche mio marito a yoga giovedì, dunque due posti",
        "my boyfriend comes to gag with me on thursday, can you sign us both up?",
        "siamo in 3, c'è posto a gag domani?",
        "vorrei venire con la mia amica Sara a pilates giovedì", "my sister and i would like zumba on thursday",
        "prenota yoga domani per mia moglie",
    ],
)  # fmt: skip
def test_who_is_to_have_a_place_too_makes_it_one_about_several(said: str) -> None:
    found = understand(said, DEMO, TODAY)
    assert isinstance(found, Unsure)
    assert found.doubt is Doubt.ANOTHER
    assert found.about[0] is Place.TOGETHER


@pytest.mark.parametrize(
    "said",
    [
        "my roommate says yoga is great, book me yoga tomorrow", "mia sorella mi ha convinta, mettimi a zumba giovedì",
        "il mio fidanzato dice che non resisto, iscrivimi a pilates ogni giovedì",
        "my friend has convinced me to go to the cinema, cancel yoga thursday",
        "il mio ragazzo dice che a gag lunedì c'è posto, è vero?", "mio marito non sta bene, disdici yoga domani",
    ],
)  # fmt: skip
def test_who_is_only_spoken_of_is_named_and_changes_nothing(said: str) -> None:
    found = understand(said, DEMO, TODAY)
    assert isinstance(found, Unsure)
    assert found.doubt is Doubt.WORDS
    assert found.unused
    assert found.readings
    assert Place.TOGETHER not in found.about


@pytest.mark.parametrize(
    "said",
    [
        "puoi cedere il mio posto a un mio amico?", "can my girlfriend use my spot on monday?",
        "give my place in yoga tomorrow to my friend", "mia sorella può venire al posto mio a yoga domani?",
    ],
)  # fmt: skip
def test_a_place_that_somebody_else_is_to_have_is_handed_on(said: str) -> None:
    assert doubt_of(said) is Doubt.HANDED_ON


@pytest.mark.parametrize(
    "said",
    [
        "ma Federica viene a pilates giovedì?", "is my sister coming to yoga tomorrow?",
        "my colleague Marta does not come any more on Thursday, so for the pilates leave only me",
        "annulla la prenotazione di Giulia di domani", "cancel my roommate's booking",
    ],
)  # fmt: skip
def test_what_somebody_else_has_booked_is_theirs(said: str) -> None:
    assert doubt_of(said) is Doubt.OTHERS
