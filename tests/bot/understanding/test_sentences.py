"""What people write, and what it must mean: at least nine of ten are understood, and none is understood wrongly."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from itertools import product

import pytest

from bot.understanding.intents import Cancel, Place, Said, Show, Unsure, Wish, Word
from bot.understanding.reading import understand
from bot.understanding.vocabulary import Vocabulary
from domain.model import Course
from tests.bot.understanding.meanings import DEMO, TODAY, demo_courses, judged, line_of, meant

LEAST = 0.9
FILES = (
    "italian.txt",
    "english.txt",
    "italian_unseen.txt",
    "english_unseen.txt",
    "italian_last.txt",
    "english_last.txt",
    "italian_final.txt",
    "english_final.txt",
    "italian_students.txt",
    "english_students.txt",
    "italian_people.txt",
    "english_people.txt",
    "italian_mixed.txt",
    "english_mixed.txt",
)
FEW = 0.02  # s for one message with 400 courses


@pytest.mark.parametrize("file", FILES)
def test_nine_sentences_of_ten_are_understood_and_none_wrongly(file: str) -> None:
    result = judged(file)
    assert result.wrong == []
    assert result.share >= LEAST, result.asked


@pytest.mark.parametrize("file", ["italian.txt", "english.txt"])
def test_each_language_has_two_hundred_sentences(file: str) -> None:
    result = judged(file)
    assert len(result.understood) + len(result.asked) + len(result.wrong) >= 200


def test_a_message_is_read_at_once_even_with_four_hundred_courses() -> None:
    first, second = ("ACQUA", "POWER", "SOFT", "CARDIO", "URBAN"), ("GYM", "DANCE", "FLOW", "PUMP", "JUMP")
    names = [f"{one} {other} {number}" for one, other in product(first, second) for number in range(16)]
    read = datetime(2026, 11, 24, tzinfo=UTC)
    courses = [
        Course(number, name, "Giuriati", number % 7, clock(18), clock(19), None, None, "Corsi", "", read)
        for number, name in enumerate(names)
    ]
    sentence = "ciao mi prenoti powre flow 3 domani alle 18:30 per favoer, altrimenti cardio jmup 7 giovedì sera?"
    vocabulary = Vocabulary.of(courses)
    started = time.process_time()

    for _ in range(10):
        understand(sentence, vocabulary, TODAY)

    assert (time.process_time() - started) / 10 < FEW


ODD = (
    "",
    " ",
    "?",
    "🧘",
    "!!!",
    "1",
    "9" * 300,
    "a" * 400,
    "a " * 200,
    "yoga " * 80,
    "йога завтра",
    "瑜伽 明天",
    "يوغا غدا",
)


@pytest.mark.parametrize("text", [*ODD, "https://example.org/yoga?domani=1", "DROP TABLE slots; --", "18:15 19:15"])
def test_what_is_odd_is_a_question(text: str) -> None:
    assert isinstance(understand(text, DEMO, TODAY), Unsure)


def test_words_said_over_and_over_are_read_at_once() -> None:
    started = time.process_time()

    for words in (
        "a ",
        "le la il ",
        "per con for ",
        "alle ore le ",
        "una un mio amica ",
        "nel il i in questo ",
        "the my ",
    ):
        understand((words * 30)[:120], DEMO, TODAY)

    assert time.process_time() - started < 1


def test_a_persons_name_is_never_taken_for_a_misspelled_word() -> None:
    names = [
        "Marco",
        "Martina",
        "Martino",
        "Sara",
        "Marta",
        "Luca",
        "Tommaso",
        "Gaia",
        "Noemi",
        "Kate",
        "Ben",
        "Sam",
        "Monica",
        "Domenico",
        "Sabrina",
        "Mercedes",
    ]
    understood = {
        f"prenota yoga domani per {name}" for name in names if meant(f"prenota yoga domani per {name}") != "?"
    }
    understood |= {f"book yoga for {name} tomorrow" for name in names if meant(f"book yoga for {name} tomorrow") != "?"}
    assert understood == set()


def test_an_exact_name_wins_and_two_that_are_as_near_are_both_offered() -> None:
    assert meant("yoga") == "book yoga"
    assert meant("training") == "book func,cross"
    assert meant("yoga hatha") == "book hatha"


def test_a_word_that_steers_the_grammar_never_stands_for_a_course_that_has_it_in_its_name() -> None:
    read = datetime(2026, 11, 24, tzinfo=UTC)
    names = ("NUOTO LIBERO", "OPEN GYM", "YOGA")
    courses = [Course(n, name, "G", 1, clock(18), clock(19), None, None, "", "", read) for n, name in enumerate(names)]
    vocabulary = Vocabulary.of(courses)

    assert line_of(understand("c'è un posto libero a yoga domani?", vocabulary, TODAY)) == "look yoga 25/11"
    assert line_of(understand("nuoto libero domani", vocabulary, TODAY)) == "book NUOTO LIBERO 25/11"
    assert line_of(understand("open gym domani", vocabulary, TODAY)) == "book OPEN GYM 25/11"


def test_what_a_person_calls_a_series_is_understood_as_its_course() -> None:
    vocabulary = Vocabulary.of(demo_courses(), {"Il mio schiena dritta": "POSTURALE"})
    assert line_of(understand("il mio schiena dritta giovedì", vocabulary, TODAY)) == "book post 26/11"


def test_words_that_are_not_known_come_back_with_the_nearest_names() -> None:
    intent = understand("zumbxxa domani", DEMO, TODAY)
    assert isinstance(intent, Unsure)
    assert intent.words == ("zumbxxa",)
    assert intent.near[0] == "ZUMBA"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("book the same as last week", "last_week"), ("show me the week", "week"), ("mostrami la settimana", "week"),
        ("how many classes this month", "statistics"), ("quante lezioni ho fatto questo mese?", "statistics"),
        ("remind me 2 hours before", "settings"), ("quiet hours", "settings"),
        ("going on holiday", "holidays"), ("in vacanza", "holidays"),
    ],
)  # fmt: skip
def test_what_has_a_page_leads_there(text: str, place: str) -> None:
    assert meant(text) == f"show {place}"


@pytest.mark.parametrize("text", ["what do I have tomorrow?", "cosa ho domani?"])
def test_what_is_held_on_a_day_is_asked_about_that_day_only(text: str) -> None:
    assert understand(text, DEMO, TODAY) == Show(Place.MINE, (TODAY + timedelta(days=1),))


def test_a_no_behind_a_cancellation_offers_that_and_no_booking() -> None:
    unsure = understand("annulla yoga di domani ma non pilates", DEMO, TODAY)
    assert isinstance(unsure, Unsure)
    assert unsure.near == ()
    assert unsure.readings == (Cancel(Wish(("YOGA",), (TODAY + timedelta(days=1),))),)


def test_an_emoji_is_thanks_only_where_people_thank_with_it() -> None:
    assert understand("🙏", DEMO, TODAY) == Said(Word.THANKS)
    assert isinstance(understand("😀", DEMO, TODAY), Unsure)
