"""Translates a source sentence into the language that is spoken at the moment: gettext, over message files."""

from __future__ import annotations

import gettext
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Babel is imported where it is used: programs that only speak English at a terminal do without it
    from babel import Locale
    from babel.messages import Catalog

KEPT = 8192  # sentences: more than all message files hold
FOLDER = Path(__file__).resolve().parent


class Language(StrEnum):
    """A language that everything is said in."""

    ITALIAN = "it"
    ENGLISH = "en"

    @classmethod
    def of(cls, code: str | None) -> Language | None:
        """The language of a code such as Telegram's `language_code` or LANG: `it`, `en-GB`, `it_CH.UTF-8`.

        English for any other language, which whoever speaks it reads more likely than Italian; None without a code.
        """
        if not code:
            return None
        return cls.ITALIAN if code.lower().replace("_", "-").split("-")[0].split(".")[0] == "it" else cls.ENGLISH


_spoken: ContextVar[Language] = ContextVar("spoken", default=Language.ITALIAN)


def spoken() -> Language:
    """The language that sentences are said in at the moment, in this task."""
    return _spoken.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Within it, in this task and those it starts, sentences are said in that language."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def _(message: str, /, **values: object) -> str:
    """The sentence in the language that is spoken, with each `{name}` in it replaced by its value.

    A sentence that the message files do not know is said as it stands.
    """
    return _filled(_said(spoken(), message), values)


def n_(one: str, many: str, number: int, /, **values: object) -> str:
    """The sentence for that number, which `{n}` stands for: `n_("{n} posto", "{n} posti", 3)`."""
    return _filled(_translations(spoken()).ngettext(one, many, number), {"n": number, **values})


@dataclass(frozen=True, slots=True)
class Later:
    """A sentence that is known before its reader is: `str()` says it in the language that is spoken then."""

    message: str
    say: Callable[..., str] = _  # to whom: who chats, or who sits at the terminal

    def __str__(self) -> str:
        return self.say(self.message)

    def filled(self, **values: object) -> str:
        """Said now, with each `{name}` in it replaced by its value."""
        return self.say(self.message, **values)


def N_(message: str) -> Later:  # noqa: N802 - gettext's name for it
    """Marks the sentence of a constant for the message files, to be said later."""
    return Later(message)


def locale() -> Locale:
    """Babel's conventions for days and numbers in the language that is spoken."""
    return _locale(spoken())


def decimal(number: float, places: int) -> str:
    """`0,4` in Italian, `0.4` in English."""
    from babel.numbers import format_decimal

    return str(format_decimal(number, format=f"0.{'0' * places}" if places else "0", locale=locale()))


@cache
def _locale(language: Language) -> Locale:
    from babel import Locale

    return Locale.parse({Language.ITALIAN: "it_IT", Language.ENGLISH: "en_GB"}[language])


@cache
def catalogue(language: Language) -> Catalog:
    """Everything that the message files of a language say."""
    from babel.messages import Catalog
    from babel.messages.pofile import read_po

    whole = Catalog(locale=_locale(language))
    for file in sorted((FOLDER / language).glob("*.po")):
        with file.open("rb") as opened:
            for message in read_po(opened, locale=str(_locale(language))):
                if message.id:
                    whole[message.id] = message
    return whole


@cache
def _translations(language: Language) -> gettext.NullTranslations:
    from babel.messages.mofile import write_mo

    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@lru_cache(maxsize=KEPT)
def _said(language: Language, message: str) -> str:
    """The sentence in that language: a page says the same ones again and again."""
    return _translations(language).gettext(message)


def _filled(sentence: str, values: dict[str, object]) -> str:
    return sentence.format(**values) if values else sentence
