"""Questions and settings in whatever words lead to their page, with the value that was said; nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.understanding.intents import Doubt, Place, Show, Unsure
from bot.understanding.reading import understand
from tests.bot.understanding.meanings import DEMO, TODAY, meant


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("how late can I drop a class for free?", Place.RULES),
        ("entro quando si può disdire senza multa?", Place.RULES),
        ("con quanto anticipo posso prenotare?", Place.RULES),
        ("cosa succede se non mi presento?", Place.RULES),
        ("what happens if I don't show up?", Place.RULES),
        ("cosa succede se annullo un'ora prima?", Place.RULES),
        ("what do you do when a class is full?", Place.HELP),
        ("is it too late to cancel pilates?", Place.RULES),
        ("rispondimi in inglese per favore", Place.LANGUAGE),
        ("can we talk in Italian?", Place.LANGUAGE),
        ("add my classes to google calendar", Place.CALENDAR),
        ("mandami un file per il calendario", Place.CALENDAR),
        ("which lessons have I taken so far?", Place.HISTORY),
        ("cosa ho fatto il mese scorso?", Place.HISTORY),
        ("my classes of september", Place.HISTORY),
        ("quante volte sono andato in palestra il mese scorso?", Place.HISTORY),
        ("how often have I been to class this year?", Place.STATISTICS),
    ],
)
def test_a_question_with_a_page_of_its_own_leads_there(said: str, place: Place) -> None:
    intent = understand(said, DEMO, TODAY)
    assert (isinstance(intent, Show) and replace(intent, unused=(), month=None) == Show(place)) or (
        place is Place.HOURS and isinstance(intent, Unsure)
    )


@pytest.mark.parametrize(
    ("said", "span"),
    [
        ("please don't text me after 11pm", (time(23), time(7))),
        ("niente messaggi prima delle 9", (time(22), time(9))),
        ("silenzio dalle 22:30 alle 7", (time(22, 30), time(7))),
        ("never ring between midnight and 8", (time(0), time(8))),
        ("non disturbarmi dalle undici alle sette e mezza", (time(23), time(7, 30))),
        ("mute the notifications", None),
    ],
)
def test_the_quiet_hours_come_with_the_times_that_were_said(said: str, span: tuple[time, time] | None) -> None:
    found = understand(said, DEMO, TODAY)
    assert isinstance(found, Show)
    assert replace(found, unused=()) == Show(Place.QUIET, span=span)


@pytest.mark.parametrize(
    ("said", "lead"),
    [
        ("remind me four hours before every class", timedelta(hours=4)),
        ("vorrei un promemoria un giorno prima", timedelta(days=1)),
        ("avvisami un'ora e mezza prima della lezione", timedelta(hours=1.5)),
        ("ricordamelo mezz'ora prima", timedelta(minutes=30)),
        ("promemoria", None),
    ],
)
def test_a_reminder_comes_with_the_time_that_was_said(said: str, lead: timedelta | None) -> None:
    assert understand(said, DEMO, TODAY) == Show(Place.REMINDERS, lead=lead)


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        ("how can I reach Lecco?", Doubt.WAY),
        ("come si arriva al Giuriati?", Doubt.WAY),
        ("no, that's not what I meant", Doubt.CORRECTED),
        ("hai sbagliato", Doubt.CORRECTED),
        ("sorry, I meant Tuesday and not Monday", Doubt.CORRECTED),
        ("no, alle 20 non alle 19", Doubt.CORRECTED),
        ("is there a rugby class?", Doubt.NOT_OFFERED),
        ("vorrei un campo da tennis domani", Doubt.NOT_OFFERED),
        ("yoga a settimane alterne il lunedì", Doubt.RHYTHM),
        ("book pilates twice a month", Doubt.RHYTHM),
    ],
)
def test_what_nobody_here_can_do_or_know_is_told_as_that(said: str, doubt: Doubt) -> None:
    intent = understand(said, DEMO, TODAY)
    assert isinstance(intent, Unsure)
    assert intent.doubt is doubt


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("gym tomorrow early", "book fit 25/11 early"),
        ("palestra domani sul tardi", "book fit 25/11 late"),
        ("palestra domani primo pomeriggio", "book fit 25/11 13:00-15:29"),
        ("gym friday pm", "book fit 27/11 12:00-"),
        ("palestra giovedì dopo il lavoro", "book fit 26/11 evening"),
        ("gag wed 1800", "book gag 25/11 18:00"),
        ("gag domani h1830", "book gag 25/11 18:30"),
        ("gag mon and yoga wed, both at 18:30", "each gag 30/11 18:30 & yoga 25/11 18:30"),
        ("prenotami gag lunedì e zumba martedì sempre alle 19", "each gag 30/11 19:00 & zumba 24/11,1/12 19:00"),
        ("move the gym from 5pm to 7pm", "swap fit 17:00 -> 19:00"),
        ("sposta la palestra di domani dalle 17:30 alle 19", "swap fit 25/11 17:30 -> 19:00"),
        ("cedo il mio posto a yoga a qualcun altro", "cancel yoga"),
        ("somebody else can have my place in zumba", "cancel zumba"),
        ("basta pilates", "unwanted pilates"),
        ("basta così, grazie", "no"),
        ("no thanks, I don't want anything else", "no"),
        ("unsubscribe me from the weekly zumba", "series zumba"),
        ("skip yoga next week but keep the other ones", "cancel yoga 30/11,1/12,2/12,3/12,4/12,5/12,6/12"),
        ("prossima lezione?", "show mine"),
        ("insegnante yoga?", "teachers yoga"),
        ("in cosa consiste TRX?", "nature trx"),
        ("a place for one person in yoga tomorrow", "book yoga 25/11"),
        ("gym now", "book fit 24/11"),
        ("gym hrs on sunday?", "look fit 29/11"),
        ("salta yoga sett prox", "cancel yoga 30/11,1/12,2/12,3/12,4/12,5/12,6/12"),
        ("change the gym tomorrow from half past five to seven", "swap fit 25/11 5:30|17:30 -> 7:00|19:00"),
        ("salta la periodica di zumba il 3 dicembre", "series zumba thu"),
        ("never book before 9 am", "?"),
        ("zumba next wk", "book zumba 30/11,1/12,2/12,3/12,4/12,5/12,6/12"),
    ],
)
def test_more_ways_to_say_it_are_read(said: str, means: str) -> None:
    assert meant(said) == means
