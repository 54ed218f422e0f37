"""The message files: nothing is missing, nothing is left over, and both languages say the same things."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from languages import Language, decimal, n_, speaking
from languages.catalogue import FOLDER
from languages.sentences import missing, unused

FILES = sorted(FOLDER.glob("*/*.po"))
EACH_FILE = pytest.mark.parametrize("file", FILES, ids=[f"{file.parent.name}/{file.name}" for file in FILES])


def messages(file: Path) -> list[Message]:
    with file.open("rb") as opened:
        return [message for message in read_po(opened) if message.id]


def pairs(message: Message) -> Iterator[tuple[str, str]]:
    """Each form of a sentence beside what the other language says for it."""
    told = [message.string] if isinstance(message.string, str) else [*(message.string or ())]
    yield from zip([message.id] if isinstance(message.id, str) else [*message.id], told, strict=True)


def placeholders(text: str) -> Counter[str]:
    try:
        return Counter(name for _, name, _, _ in Formatter().parse(text) if name is not None)
    except ValueError:  # a brace that is meant as it stands: nothing is filled in
        return Counter(re.findall("[{}]", text))


def tags(text: str) -> Counter[str]:
    return Counter(re.findall(r"</?\w+", text))


def emoji(text: str) -> Counter[str]:
    return Counter(each for each in text if unicodedata.category(each) == "So")


@pytest.mark.parametrize("language", Language)
def test_everything_a_person_can_read_is_said_in_both_languages(language: Language) -> None:
    assert [f"{each.file}:{each.line} {each.texts[0]}" for each in missing(language)] == []


@pytest.mark.parametrize("language", Language)
def test_no_message_file_says_what_no_source_says_any_more(language: Language) -> None:
    assert unused(language) == []


@pytest.mark.parametrize("language", Language)
def test_a_sentence_stands_in_one_file(language: Language) -> None:
    said = [message.id for file in FILES if file.parent.name == language for message in messages(file)]
    assert [sentence for sentence, times in Counter(said).items() if times > 1] == []


@EACH_FILE
@pytest.mark.parametrize("parts", [placeholders, tags, emoji])
def test_both_languages_have_the_same_parts(file: Path, parts: Callable[[str], Counter[str]]) -> None:
    """Placeholders, HTML tags and emoji, as often in the one as in the other."""
    said = (pair for message in messages(file) for pair in pairs(message))
    assert [pair for pair in said if parts(pair[0]) != parts(pair[1])] == []


@EACH_FILE
def test_no_entry_is_unfinished(file: Path) -> None:
    assert [message.id for message in messages(file) if message.fuzzy] == []
    told = (text for message in messages(file) for pair in pairs(message) for text in pair)
    assert [text for text in told if not text.strip()] == []


def test_another_language_than_italian_is_answered_in_english() -> None:
    codes = ("it", "it-CH", "it_IT.UTF-8", "IT", "en-GB", "zh-hans", "ita", "", None)
    it, en = Language.ITALIAN, Language.ENGLISH
    assert [Language.of(code) for code in codes] == [it, it, it, it, en, en, en, None, None]


def test_numbers_follow_the_language() -> None:
    def told() -> tuple[str, str, str]:
        return decimal(0.4, 1), n_("{n} giorno", "{n} giorni", 1), n_("{n} giorno", "{n} giorni", 3)

    assert told() == ("0,4", "1 giorno", "3 giorni")
    with speaking(Language.ENGLISH):
        assert told() == ("0.4", "1 day", "3 days")
