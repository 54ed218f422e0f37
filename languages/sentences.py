"""Which sentences the sources say, and which of them a language's message files lack. For the tests and __main__.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract_from_file

from languages.catalogue import Language, catalogue

PROJECT = Path(__file__).resolve().parent.parent
KEYWORDS = {"_": None, "N_": None, "n_": (1, 2)}
CHAT = ("bot", "dashboard", "health", "alarms")  # its sentences stand in the code in Italian
PROGRAMS = (
    "bot_db.py",
    "worker.py",
    "periodic_executor.py",
    "refresh_courses.py",
    "sync_bookings.py",
    "setup.py",
    "web.py",
)
TERMINAL = (  # in English
    "admin",
    "runtime",
    "safety",
    "store",
    "actions/routine.py",
    "languages/terminal.py",
    "otp_extractor.py",
    *PROGRAMS,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in the sources: one text, or one for one thing and one for several."""

    texts: tuple[str, ...]
    file: str
    line: int


def said_in(language: Language) -> Iterator[Sentence]:
    """Every sentence that the message files of that language have to translate."""
    rooms = CHAT if language is Language.ENGLISH else TERMINAL
    for room in rooms:
        path = PROJECT / room
        for file, method in _sources(path):
            for line, texts, _, _ in extract_from_file(method, file, keywords=KEYWORDS):
                sentence = (texts,) if isinstance(texts, str) else tuple(str(text) for text in texts)
                yield Sentence(sentence, file.relative_to(PROJECT).as_posix(), line)


def _sources(path: Path) -> Iterator[tuple[Path, str]]:
    """The files of a room that may say something, each with Babel's name for what it is written in."""
    if not path.is_dir():
        yield path, "python"
        return
    yield from ((file, "python") for file in sorted(path.rglob("*.py")))
    yield from ((file, "jinja2") for file in sorted(path.rglob("*.html")))


def missing(language: Language) -> list[Sentence]:
    """The sentences that the message files of that language do not translate, each once."""
    known = {_texts(message.id): _texts(message.string) for message in catalogue(language)}
    found: dict[tuple[str, ...], Sentence] = {}
    for sentence in said_in(language):
        told = known.get(sentence.texts, ())
        if len(told) != len(sentence.texts) or not all(told):
            found.setdefault(sentence.texts, sentence)
    return list(found.values())


def unused(language: Language) -> list[str]:
    """The sentences of the message files that no source says any more."""
    said = {sentence.texts for sentence in said_in(language)}
    texts = [_texts(message.id) for message in catalogue(language) if message.id]
    return [each[0] for each in texts if each not in said]


def _texts(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())
