"""What holds for every text: reading it never fails, and a no in it is never a booking."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.intents import Book, Cancel, Series, Swap, Unsure, Watch, Weekly
from bot.understanding.reading import by_grammar, understand
from tests.bot.understanding.meanings import DEMO, TODAY, meant

COURSES = ("yoga", "pilates", "palestra", "gym", "zumba", "total body", "fit center", "qualcosa")
DAYS = ("domani", "tomorrow", "giovedì", "on Thursday", "il 3 dicembre", "stasera", "tonight", "3/12", "ogni martedì")
HOURS = ("alle 18", "at 6pm", "18:15", "alle sei e mezza", "half past six", "dopo le 18", "di mattina", "")
VERBS = (
    "prenota",
    "mi prenoti",
    "book",
    "please book",
    "vorrei",
    "I want",
    "",
    "segnami a",
    "can you book",
    "tieni d'occhio",
)
NEGATIONS = (
    "non", "no", "not", "don't", "dont", "do not", "never", "mai", "senza", "without", "can't", "won't", "niente",
    "nothing", "tranne", "except", "neanche", "cannot", "isn't", "nessuno", "invece di", "instead of", "non voglio",
    "no longer", "no more", "mai più",
)  # fmt: skip
WORDS = st.sampled_from(
    [*COURSES, *DAYS, *HOURS, *VERBS, *NEGATIONS, ",", "?", "e", "o", "altrimenti", "per", "a", "to", "le", "7"]
)


SAID_COURSES = {"yoga": "yoga", "la palestra": "fit", "the gym": "fit", "total body": "total", "un corso di gag": "gag"}
SAID_DAYS = {
    "domani": "25/11", "on Thursday": "26/11", "dopodomani": "26/11", "il 3 dicembre": "3/12", "3/12": "3/12",
    "sabato 28": "28/11", "fri 27 nov": "27/11", "in three days": "27/11", "next week on monday": "30/11",
    "lunedì della settimana prossima": "30/11", "this friday": "27/11",
}  # fmt: skip
SAID_HOURS = {
    "alle 18": "18:00", "at 6pm": "18:00", "18:15": "18:15", "alle sei e mezza": "6:30|18:30", "dopo le 18": "18:00-",
    "half past six": "6:30|18:30", "prima delle 10": "-9:59", "di mattina": "morning", "in the evening": "evening",
    "tra le 17 e le 19": "17:00-19:00", "between 5pm and 7pm": "17:00-19:00", "alle 7 di sera": "19:00",
}  # fmt: skip
OPENERS = {
    "prenota": "book", "please book me": "book", "vorrei": "book", "": "book", "annulla": "cancel",
    "can you cancel": "cancel",
    "c'è posto per": "look", "any spots left for": "look", "non voglio": "unwanted", "I can't come to": "unwanted",
    "tieni d'occhio": "watch", "tell me if a spot frees up in": "watch",
}  # fmt: skip


@given(
    st.sampled_from(list(OPENERS)), st.sampled_from(list(SAID_COURSES)), st.sampled_from(list(SAID_DAYS)),
    st.sampled_from(list(SAID_HOURS)), st.booleans(), st.sampled_from(["", "per favore", "please", "grazie", "🙏"]),
)  # fmt: skip
def test_the_pieces_of_a_wish_mean_the_same_in_whatever_order_and_language(
    opener: str, course: str, day: str, hours: str, hours_first: bool, polite: str
) -> None:
    when = (hours, day) if hours_first else (day, hours)
    wanted = f"{OPENERS[opener]} {SAID_COURSES[course]} {SAID_DAYS[day]} {SAID_HOURS[hours]}"

    assert meant(" ".join((opener, course, *when, polite))) == wanted


@given(st.text(max_size=450))
def test_no_text_makes_the_reading_fail(text: str) -> None:
    understand(text, DEMO, TODAY)


@given(st.lists(WORDS, max_size=14))
def test_no_order_of_known_words_makes_the_reading_fail(words: list[str]) -> None:
    understand(" ".join(words), DEMO, TODAY)


@given(
    st.permutations(["verb", "course", "day", "hours"]), st.sampled_from(VERBS), st.sampled_from(COURSES),
    st.sampled_from(DAYS), st.sampled_from(HOURS), st.sampled_from(NEGATIONS), st.integers(0, 4), st.booleans(),
)  # fmt: skip
def test_a_no_is_never_a_booking(
    order: list[str], verb: str, course: str, day: str, hours: str, negation: str, at: int, upper: bool
) -> None:
    said = {"verb": verb, "course": course, "day": day, "hours": hours}
    words = [said[each] for each in order]
    words.insert(at, negation)
    text = " ".join(word for word in words if word)

    intent = understand(text.upper() if upper else text, DEMO, TODAY)

    assert not isinstance(intent, Book | Weekly | Watch), text
    assert not isinstance(intent, Swap) or negation in ("invece di", "instead of"), text


@given(
    st.sampled_from(VERBS),
    st.sampled_from(COURSES),
    st.sampled_from(DAYS),
    st.sampled_from(HOURS),
    st.text("bcdfghjklqxz", min_size=4, max_size=9),
)
def test_a_word_that_nobody_knows_makes_it_a_question(verb: str, course: str, day: str, hours: str, word: str) -> None:
    """To the grammar; what the examples make of the rest may be an answer, and is never something to be done."""
    text = f"{verb} {course} {word} {day} {hours}"
    read, intent = by_grammar(text, DEMO, TODAY), understand(text, DEMO, TODAY)

    assert isinstance(read, Unsure)
    assert word in " ".join(read.words)
    assert not isinstance(intent, Book | Weekly | Watch | Swap | Cancel | Series)
