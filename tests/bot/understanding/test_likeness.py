"""What the examples say: each topic has enough of them in both languages, and what none of them has is read by them."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.understanding.intents import About, Doubt, Look, Place, Said, Show, Unsure, Word
from bot.understanding.likeness import EXAMPLES, Likeness, known, read_examples
from bot.understanding.reading import understand
from bot.understanding.topics import Topic
from tests.bot.understanding.meanings import DEMO, TODAY, line_of

FILES = ("en.txt", "it.txt")
FOLDS = 12  # one of so many parts is kept from the examples, and asked about


@pytest.mark.parametrize("file", FILES)
def test_each_topic_has_examples_that_differ(file: str) -> None:
    examples = read_examples(EXAMPLES / file)
    counts = Counter(topic for topic, _text in examples)
    assert min(counts[topic] for topic in Topic) >= 40
    assert len({text.lower() for _topic, text in examples}) >= 0.98 * len(examples)


@pytest.mark.parametrize("file", FILES)
def test_what_no_example_has_is_about_the_topic_that_the_others_say(file: str) -> None:
    """The examples are near neighbours on purpose: of what people write day by day, far more is right."""
    everything = [(name, each) for name in FILES for each in read_examples(EXAMPLES / name)]
    kept = {id(each) for at, (name, each) in enumerate(everything) if name == file and at % FOLDS == 0}
    likeness = Likeness(each for _name, each in everything if id(each) not in kept)
    asked = [(each[0], likeness.of(each[1])) for _name, each in everything if id(each) in kept]
    right = sum(found[0].topic is topic for topic, found in asked)
    sure = [(topic, found[0].topic) for topic, found in asked if found[0].share >= 0.8]
    assert right >= 0.58 * len(asked)
    assert len(sure) >= 0.35 * len(asked)
    assert sum(topic is found for topic, found in sure) >= 0.8 * len(sure)


def test_all_topics_together_are_certain() -> None:
    assert sum(one.share for one in known().of("could you put me down for it")) == pytest.approx(1.0)
    assert known().of("")[0].share < 0.5


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("you saved my week, you legend", Said(Word.THANKS)),
        ("sei proprio un tesoro, non so come farei", Said(Word.THANKS)),
        ("raccontami una barzelletta", Said(Word.CHAT)),
        ("disdici boxe... anzi no, dai, ci vado, lascia stare", Said(Word.NO)),
        ("do they still let me in if I arrive ten minutes after the start?",
         Unsure(Doubt.ENTRY)),
        ("mi fanno passare se arrivo dieci minuti dopo l'inizio?", Unsure(Doubt.ENTRY)),
        ("so did that work in the end?", Show(Place.STATUS)),
        ("com'è finita con quella richiesta?", Show(Place.STATUS)),
    ],
)  # fmt: skip
def test_what_the_grammar_has_no_words_for_is_answered(said: str, means: Said | Unsure | Show) -> None:
    found = understand(said, DEMO, TODAY)
    if isinstance(means, Unsure):
        assert isinstance(found, Unsure)
        assert found.doubt is means.doubt
    elif isinstance(means, Show):
        assert isinstance(found, Show)
        assert found.place is means.place
    else:
        assert found == means


def test_a_question_about_a_class_is_answered_though_the_reason_has_an_hour() -> None:
    found = understand("what time does spinning finish tonight, i have a train at 20:40", DEMO, TODAY)
    assert isinstance(found, Look)
    assert found.about is About.LENGTH


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("annulla yoga domani alle 18 grazie", "cancel yoga 25/11 18:00"),
        ("book yoga tomorrow at 18:15, you're the best", "book yoga 25/11 18:15"),
        ("ogni martedì pilates alle 18", "weekly pilates tue 18:00"),
    ],
)
def test_a_clear_wish_stays_as_the_grammar_reads_it(said: str, means: str) -> None:
    assert line_of(understand(said, DEMO, TODAY)) == means


@pytest.mark.parametrize("said", ["domani ho palestra?", "do i have the gym tomorrow?"])
def test_who_asks_whether_they_have_a_class_is_shown_what_they_have(said: str) -> None:
    found = understand(said, DEMO, TODAY)
    assert isinstance(found, Show)
    assert found.place is Place.MINE
    assert found.names == ("Fit Center",)


@pytest.mark.parametrize(
    "said",
    [
        "never mind pilates tomorrow, cancel it",
        "ok leave yoga as it is and cancel pilates thursday",
        "thank you so much, you're a star. Tomorrow I can't come",
        "sei un mito grazie, domani non vengo",
        "will they let me in if I'm 10 minutes late? book yoga tomorrow at 18",
        "siete chiusi l'8? altrimenti prenota yoga",
        "turn off reminders and cancel everything",
        "parla italiano e annulla tutto",
        "quando aprono le prenotazioni di zumba giovedì? prenotami appena aprono",
    ],
)
def test_a_wish_beside_something_else_is_asked_about_and_not_lost(said: str) -> None:
    assert isinstance(understand(said, DEMO, TODAY), Unsure)


@pytest.mark.parametrize(
    "said", ["disdici boxe... no vabbè dai, ci vado, lascia", "Cancel boxe... no leave it, I'll go"]
)
def test_what_is_taken_back_in_the_same_breath_is_left(said: str) -> None:
    assert understand(said, DEMO, TODAY) == Said(Word.NO)


def test_a_no_of_the_story_does_not_deny_the_class() -> None:
    found = understand(
        "I never manage to get zumba at Giuriati, at midnight I'm sleeping! Can you do it for monday?", DEMO, TODAY
    )
    assert isinstance(found, Unsure)
    assert found.doubt is Doubt.WORDS
    assert found.heard.names == ("ZUMBA",)
    assert "never manage" in found.unused


def test_for_ever_behind_bare_days_is_asked_about() -> None:
    found = understand("fit center lun mer ven alle 7.30, sempre", DEMO, TODAY)
    assert isinstance(found, Unsure)
    assert found.doubt is Doubt.ONCE_OR_WEEKLY
    assert line_of(found.readings[1]).startswith("weekly fit")
