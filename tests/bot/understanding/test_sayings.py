"""What people say in a roundabout way: with a reason, in odd hours, by what they don't want, or as a question."""

from __future__ import annotations

import pytest

from bot.understanding.intents import Doubt, Unsure, Watch, Wish
from bot.understanding.reading import understand
from tests.bot.understanding.meanings import DEMO, TODAY, meant


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("please drop pilates tmrw, I have an exam", "cancel pilates 25/11"),
        ("annulla pilates di domani perché ho la febbre", "cancel pilates 25/11"),
        ("ho un esame, annulla pilates di domani", "cancel pilates 25/11"),
        ("can't come tomorrow, I'm sick", "unwanted 25/11"),
        ("annulla yoga perché sono malata e prenota pilates", "?"),
    ],
)
def test_a_reason_changes_nothing_and_hides_no_second_wish(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("yoga mon 630pm", "book yoga 30/11 18:30"),
        ("total body fri @ 6", "book total 27/11 6:00|18:00"),
        ("gag the wednesday after next", "book gag 2/12,9/12"),
        ("spinning monday week", "book spin 7/12"),
        ("yoga a week on monday", "book yoga 7/12"),
        ("yoga lunedì tra due settimane", "book yoga 7/12"),
        ("gag mercoledì prossimo, non questo", "book gag 25/11,2/12"),
        ("la prima fascia della palestra sabato", "book fit 28/11"),
        ("yoga domani il più presto possibile", "book yoga 25/11"),
    ],
)
def test_odd_ways_to_say_when_are_read(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("giovedì prossimo niente palestra", "unwanted fit 26/11,3/12"),
        ("no gym next thursday please", "unwanted fit 26/11,3/12"),
        ("no, yoga tomorrow", "?"),
        ("niente yoga domani?", "?"),
        ("stop looking for zumba", "unwatch zumba"),
        ("smetti di cercare zumba", "unwatch zumba"),
        ("pause my weekly gym until january", "series fit"),
        ("metti in pausa la palestra fino a gennaio", "series fit"),
        ("pause the gym until monday", "series fit"),
        ("non prenotare la palestra fino a gennaio", "series fit"),
        ("can I switch yoga for something later?", "swap yoga ->  +"),
        ("al posto di yoga domani mettimi total body", "swap yoga 25/11 -> total"),
        ("vorrei total body al posto di yoga domani", "swap yoga 25/11 -> total"),
        ("make stretching a weekly thing", "weekly stretch"),
        ("gym on mondays wednesdays and fridays at 7am", "weekly fit mon 7:00 & fit wed 7:00 & fit fri 7:00"),
        ("ditch the yoga class", "cancel yoga"),
        ("trade my yoga for total body tomorrow", "swap yoga -> total 25/11"),
        ("fai cambio tra yoga e total body domani", "swap yoga -> total 25/11"),
        ("pause everything while I'm away", "show holidays"),
        ("niente prenotazioni a natale", "show holidays"),
        ("no more weekly gym", "series fit"),
        ("stop palestra fissa", "series fit"),
        ("take a break from the gym until february", "series fit"),
        ("I changed my mind about zumba, cancel it", "unwanted zumba"),
        ("ho cambiato idea su zumba, prenota yoga", "?"),
        ("wake me when zumba frees up", "watch zumba"),
    ],
)
def test_what_is_not_wanted_or_wanted_instead_is_understood(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("who takes yoga on monday?", "teachers yoga 30/11"),
        ("dov'è boxe?", "look boxe"),
        ("how quickly does pilates fill up", "look pilates"),
        ("in quanto tempo si riempie pilates", "look pilates"),
        ("did I get in?", "show mine"),
        ("is my yoga confirmed?", "show mine"),
        ("è confermato il mio yoga?", "show mine"),
        ("domani sono libera dalle 18 alle 21, cosa posso fare?", "look 25/11 18:00-21:00"),
        ("sono libera domani?", "show mine"),
        ("can my friend use you too?", "show invite"),
        ("un mio amico può usarti?", "show invite"),
        ("può entrare anche un'amica?", "show invite"),
        ("invite Sofia", "show invite"),
        ("invite Sofia to yoga tomorrow", "?"),
        ("undo that", "show status"),
        ("did it work?", "show status"),
        ("com'è andata?", "show status"),
        ("who made you?", "show help"),
        ("how long did it take to book pilates", "show statistics"),
        ("quanto ci hai messo a prendere pilates?", "show statistics"),
        ("a che punto siamo con pilates?", "show mine"),
        ("quante persone ci stanno a zumba?", "look zumba"),
        ("what's happening on saturday?", "look 28/11"),
        ("how r u", "hello"),
        ("you're the best", "thanks"),
        ("why didn't you book zumba", "show status"),
        ("perché non hai preso zumba?", "show status"),
        ("what went wrong?", "show status"),
        ("did pilates get booked", "show mine"),
        ("I forgot what I booked for friday", "show mine"),
        ("fino a quando posso disdire pilates?", "show rules"),
        ("chi è il coach di boxe?", "teachers boxe"),
        ("any openings for boxe", "look boxe"),
    ],
)
def test_a_question_in_other_words_leads_to_its_answer(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    "said",
    [
        "remind me 2 hours before class", "ricordamelo mezz'ora prima", "no reminders please", "don't remind me",
        "don't ring between 11pm and 7am", "non suonare dalle 23 alle 7", "mute you for tonight",
        "ring me only for results", "suona solo per i risultati", "niente suoni di notte", "promemoria il giorno prima",
        "set quiet hours 23-7", "change the language to italian", "I don't want to be reminded",
        "quiet from 6pm to 8pm", "non disturbarmi di notte", "silenzio dalle 22",
    ],
)  # fmt: skip
def test_what_rings_and_when_is_a_setting(said: str) -> None:
    assert meant(said) == "show settings"


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("im away from dec 20 till jan 6", "off 20/12-6/1"),
        ("dal 20 dicembre al 6 gennaio non ci sono", "off 20/12-6/1"),
        ("I'll be on vacation next week", "off 30/11-6/12"),
        ("non ci sono la prossima settimana", "off 30/11-6/12"),
        ("on holiday until 6 january", "off 24/11-6/1"),
        ("in ferie fino a venerdì", "off 24/11-27/11"),
        ("on holiday from monday to friday", "off 30/11-4/12"),
        ("in vacanza da lunedì", "off 30/11"),
        ("which holidays have I set?", "show holidays"),
        ("domani non ci sono", "unwanted 25/11"),
    ],
)
def test_who_is_away_for_several_days_is_on_holiday_and_for_one_gives_up_its_classes(said: str, means: str) -> None:
    assert meant(said) == means


def test_watch_but_do_not_book_is_asked_back_with_the_class() -> None:
    unsure = understand("keep an eye on pilates tomorrow but don't book it", DEMO, TODAY)
    tomorrow = TODAY.replace(day=25)
    assert isinstance(unsure, Unsure)
    assert unsure.doubt is Doubt.NEGATED
    assert unsure.readings == (Watch(Wish(("PILATES MATWORK",), (tomorrow,))),)


@pytest.mark.parametrize("said", ["book it", "ok, do it", "yes please", "go ahead", "prenotala", "sì grazie"])
def test_a_yes_in_words_asks_for_the_button_and_books_nothing(said: str) -> None:
    assert meant(said) == "yes"
