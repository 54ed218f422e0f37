"""Everyday verbs, corrections, questions about classes, and what refers to something that nobody remembers."""

from __future__ import annotations

import pytest

from bot.understanding.intents import Doubt, Place, Show, Unsure
from bot.understanding.reading import understand
from bot.understanding.verbs import EVERYDAY
from tests.bot.understanding.meanings import DEMO, TODAY, line_of, meant


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("I must renounce to pilates tomorrow", "cancel pilates 25/11"),
        ("toglimela, yoga di domani", "cancel yoga 25/11"),
        ("disdicimi yoga di domani", "cancel yoga 25/11"),
        ("i will be absent for yoga tomorrow", "cancel yoga 25/11"),
        ("bail me outta pilates tmrw", "cancel pilates 25/11"),
        ("unfreeze gag", "series gag"),
        ("kill the recurring zumba", "series zumba"),
        ("slitta zumba alle 19", "swap zumba -> 19:00"),
        ("bump pilates to thursday", "swap pilates -> 26/11"),
        ("rimettimi in yoga domani", "book yoga 25/11"),
        ("put me back in the yoga i just cancelled", "book yoga"),
        ("rimettimi in yoga che ho annullato per sbaglio", "book yoga"),
        ("se si libera un posto giovedì a zumba prendimelo subito", "watch zumba 26/11"),
        ("on second thought i'd rather do zumba than total body on monday", "swap total 30/11 -> zumba"),
    ],
)
def test_an_everyday_verb_asks_what_its_like_does(said: str, means: str) -> None:
    assert meant(said) == means


def test_a_verb_is_known_in_the_forms_that_people_write() -> None:
    forms = "toglimelo rimandarla levatemi unfreezing ditching slitterei rimettimi congelarmele riattivala invertire"
    assert [form for form in forms.split() if form not in EVERYDAY] == []


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("a che ora finisce yoga di domani?", "length yoga 25/11"),
        ("what time does pilates end tomorrow", "length pilates 25/11"),
        ("how long is the yoga class?", "length yoga"),
        ("quanto dura spinning", "length spin"),
        ("when does pilates on thursday open", "opening pilates 26/11"),
        ("from which moment is it permitted to take the place for the gag of Thursday?", "opening gag 26/11"),
        ("quando aprono i posti per zumba di giovedì", "opening zumba 26/11"),
        ("does Giulia still do the tuesday pilates?", "teachers pilates 24/11,1/12"),
        ("c'è ancora Luca a boxe il sabato?", "teachers boxe 28/11"),
        ("last class today giuriati?", "last 24/11 @giuriati"),
        ("qual è l'ultima lezione di yoga mercoledì?", "last yoga 25/11"),
        ("what time is the first pilates on thursday", "first pilates 26/11"),
        ("what time does the gym close", "closing fit"),
        ("what is gag???", "nature gag"),
        ("che differenza c'è tra total body e gag?", "nature total"),
        ("i work until 6 tomorrow, any yoga?", "look yoga 25/11 18:00-"),
        ("is there anything tomorrow after 8pm that's not full", "look 25/11 20:00-"),
    ],
)
def test_a_question_about_classes_is_told_from_another(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    ("said", "doubt", "readings"),
    [
        ("the later one pls", Doubt.SHOWN, []),
        ("quello più tardi", Doubt.SHOWN, []),
        ("too late for me, anything earlier?", Doubt.SHOWN, []),
        ("è pieno... quando c'è il prossimo?", Doubt.SHOWN, []),
        ("tutti e due", Doubt.SHOWN, []),
        ("how many people are in yoga tomorrow", Doubt.PEOPLE, []),
        ("quanti siamo a yoga domani?", Doubt.PEOPLE, []),
        ("ho sbagliato, volevo alle 18 non alle 17", Doubt.CORRECTED, ["swap 17:00 -> 18:00"]),
        ("you booked me the wrong day, i said monday not tuesday!", Doubt.CORRECTED, ["swap 24/11,1/12 -> 30/11"]),
        ("mi hai messo il giorno sbagliato! avevo detto lunedì", Doubt.CORRECTED, []),
    ],
)
def test_what_can_not_be_answered_is_asked_back(said: str, doubt: Doubt, readings: list[str]) -> None:
    intent = understand(said, DEMO, TODAY)
    assert isinstance(intent, Unsure)
    assert (intent.doubt, [line_of(each) for each in intent.readings]) == (doubt, readings)


def test_a_wrong_hour_of_a_class_is_changed_where_that_is_asked() -> None:
    assert meant("I wanted pilates at 18 and not at 17, can you change?") == "swap pilates 17:00 -> 18:00"


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("do i get a penalty if i cancel late?", Place.RULES),
        ("at what time exactly do the places open, midnight?", Place.RULES),
        ("qual è il corso che faccio di più", Place.STATISTICS),
        ("what was the class i did last wednesday?", Place.HISTORY),
        ("what am i waiting for at the moment?", Place.WATCHES),
        ("where do i have to be tonight", Place.MINE),
    ],
)
def test_a_question_leads_to_the_page_that_answers_it(said: str, place: Place) -> None:
    intent = understand(said, DEMO, TODAY)
    assert isinstance(intent, Show)
    assert intent.place is place


@pytest.mark.parametrize("said", ["ci penso e ti dico", "sorry i wrote to the wrong chat", "i'll think about it"])
def test_who_decides_later_changes_nothing(said: str) -> None:
    assert meant(said) == "no"


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("pilates mon wed, always", "weekly pilates mon & pilates wed"),
        ("zumba mar e gio, sempre", "weekly zumba tue & zumba thu"),
        ("i want my regular gag to take a breather", "series gag"),
        ("the weekly zumba is not needed any more", "series zumba"),
        ("basta prenotarmi il pilates ogni martedì", "series pilates tue"),
        ("lo yoga del mercoledì potrebbe tornare come prima della sospensione?", "series yoga wed"),
        ("is my thursday thing still on auto?", "series thu"),
        ("i'm away 14 to 20 december, don't book anything those days", "off 14/12-20/12"),
        ("disdici tutto fino a giovedì che ho la febbre a 39", "cancel 24/11,25/11,26/11"),
        ("book me a yoga class on wednesday, could you get me one in the evening?", "book yoga 25/11 evening"),
        ("ripensandoci, meglio zumba di pilates mercoledì", "swap pilates 25/11 -> zumba"),
        ("torna indietro, rimettimi com'ero prima", "show status"),
        ("u can talk again", "show settings"),
        ("dove devo andare stasera, giuriati o bovisa?", "show mine"),
        ("ce l'hai fatta a prendermi boxe?", "show mine"),
        ("ricordamelo mezz'ora prima, non 2 ore", "show settings"),
        ("could your message come before I leave home, say 2 hrs ahead?", "show settings"),
        ("gimme the thing so it shows up on my iphone cal", "show calendar"),
    ],
)
def test_what_recurs_and_what_is_set_is_read_in_other_words(said: str, means: str) -> None:
    assert meant(said) == means


@pytest.mark.parametrize(
    ("said", "weekly"),
    [
        ("ogni lunedì e mercoledì pilates alle 18 da gennaio", "weekly pilates mon 18:00 & pilates wed 18:00"),
        ("il venerdì palestra alle 8 fino a natale", "weekly fit fri 8:00|20:00"),
        ("put me in pilates each thursday evening from december onwards", "weekly pilates thu evening"),
        ("yoga every tuesday at 20 until the end of june", "weekly yoga tue 20:00"),
    ],
)
def test_from_when_on_and_until_when_something_recurs_is_told_as_not_kept(said: str, weekly: str) -> None:
    intent = understand(said, DEMO, TODAY)
    assert isinstance(intent, Unsure)
    assert intent.doubt is Doubt.BOUNDED
    assert line_of(intent.readings[0]).startswith(weekly)


def test_a_question_in_the_second_half_is_a_wish_of_its_own() -> None:
    intent = understand("cancel yoga tomorrow and see if there's pilates thursday", DEMO, TODAY)
    assert isinstance(intent, Unsure)
    assert [line_of(each) for each in intent.readings] == ["cancel yoga 25/11", "look pilates 26/11"]
