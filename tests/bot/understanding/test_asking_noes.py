"""A no that only asks, begins, or tells why: the wish beside it is read as if it were not there."""

from __future__ import annotations

import pytest

from bot.understanding.intents import Book, Doubt, Look, Unsure
from bot.understanding.reading import understand
from tests.bot.understanding.meanings import DEMO, TODAY, line_of, meant


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("non ci sarebbe una lezione di pilates dopo le 18 domani?", "look pilates 25/11 18:00-"),
        ("non c'è mica posto a yoga domani?", "look yoga 25/11"),
        ("non potresti spostarmi yoga di domani alle 19?", "swap yoga 25/11 -> 19:00"),
        ("non potreste mettermi a gag domani?", "book gag 25/11"),
        ("can't you put me in yoga tomorrow?", "book yoga 25/11"),
        ("isn't there any zumba on thursday?", "look zumba 26/11"),
        ("don't you have any yoga on friday?", "look yoga 27/11"),
        ("won't you book me yoga tomorrow", "book yoga 25/11"),
        ("yoga tomorrow is at 6, isn't it?", "look yoga 25/11 6:00|18:00"),
        ("domani yoga è alle 18, no?", "look yoga 25/11 18:00"),
        ("niente, ho un impegno, toglimi da yoga domani", "cancel yoga 25/11"),
        ("a yoga non c'è mai posto, avvisami se si libera", "watch yoga"),
        ("non mi serve più l'avviso per zumba", "unwatch zumba"),
    ],
)
def test_a_no_that_asks_or_begins_denies_nothing(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    ("said", "reads"),
    [
        ("i'm not fussy, what's on thursday evening?", "look 26/11 evening"),
        ("mettimi a zumba giovedì così non ho scuse", "book zumba 26/11"),
        ("metti in pausa zumba finché non mi passa la caviglia", "series zumba"),
        ("prenota gag domani senza pensarci troppo", "book gag 25/11"),
        ("il medico dice niente sforzi, annulla gag domani", "cancel gag 25/11"),
        ("something not too hard tomorrow evening", "look 25/11 evening"),
        ("qualcosa di non troppo faticoso domani sera", "look 25/11 evening"),
        ("I couldn't book yoga for tomorrow", "book yoga 25/11"),
    ],
)
def test_a_no_of_the_story_is_named_and_stops_nothing(said: str, reads: str) -> None:
    found = understand(said, DEMO, TODAY)
    assert isinstance(found, Unsure)
    assert found.doubt is Doubt.WORDS
    assert [line_of(each) for each in found.readings] == [reads]


@pytest.mark.parametrize(
    "said",
    [
        "non posso venire a yoga domani, me lo annulli?", "non sopporto più yoga", "non prenotare yoga domani, ok?",
        "il corso di yoga di domani non mi interessa", "non posso venire a yoga stasera e domani, mi dispiace",
        "don't book yoga tomorrow, do you hear?", "no, non voglio yoga", "niente yoga domani", "why not skip yoga",
    ],
)  # fmt: skip
def test_a_no_at_the_wish_stays_one(said: str) -> None:
    found = understand(said, DEMO, TODAY)
    assert not isinstance(found, Look)
    assert not (isinstance(found, Unsure) and any(isinstance(each, Book) for each in found.readings))
    assert not line_of(found).startswith("book")


@pytest.mark.parametrize("said", ["why can't i book monday yet", "perché non posso prenotare lunedì?"])
def test_why_something_can_not_be_booked_is_answered_by_when_it_opens(said: str) -> None:
    assert meant(said) == "opening 30/11"


@pytest.mark.parametrize(
    "said",
    [
        "non mi prenotare yoga domani ok?", "non mi metti a yoga domani ok?", "non mi metti a yoga domani, vero?",
        "non mi spostare yoga di domani ok?", "non mi togli da yoga domani?", "non mi avvisare per yoga domani ok?",
        "non posso venire domani?", "domani non posso venire, giusto?", "non posso domani?",
        "non riesco a venire a yoga domani, va bene?", "non ce la faccio domani, ok?",
        "if you can not we drop yoga tomorrow",
    ],
)  # fmt: skip
def test_what_is_forbidden_or_told_with_a_question_mark_stays_a_no(said: str) -> None:
    found = understand(said, DEMO, TODAY)
    assert not (isinstance(found, Unsure) and found.readings)
    assert line_of(found).split()[0] in ("no", "?", "unwatch")
