"""Sentences of the terminal: `_`, `n_` and `N_` as in languages, in the language of who sits there.

That is another person than who chats: a process may tell the one a mistake of the configuration while it answers the
other. The source sentences are English, which is spoken until `speaking` says otherwise.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from languages import catalogue
from languages.catalogue import Language, Later

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts, as for every program of the system

_spoken: ContextVar[Language] = ContextVar("spoken_at_the_terminal", default=Language.ENGLISH)


def spoken() -> Language:
    """The language of the terminal."""
    return _spoken.get()


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Within it the terminal is spoken to in that language, by argparse too."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def of_environment(environment: Mapping[str, str] = os.environ) -> Language:
    """The language of who started the program, as the system was told it; English without a word."""
    told = next((value for name in VARIABLES if (value := environment.get(name))), None)
    return Language.of(told) or Language.ENGLISH


def _(message: str, /, **values: object) -> str:
    """The sentence in the language of the terminal, with each `{name}` in it replaced by its value."""
    if spoken() is Language.ENGLISH:
        return message.format(**values) if values else message
    with catalogue.speaking(spoken()):
        return catalogue._(message, **values)


def n_(one: str, many: str, number: int, /, **values: object) -> str:
    """The sentence for that number, which `{n}` stands for."""
    if spoken() is Language.ENGLISH:
        return (one if number == 1 else many).format(n=number, **values)
    with catalogue.speaking(spoken()):
        return catalogue.n_(one, many, number, **values)


def N_(message: str) -> Later:  # noqa: N802 - gettext's name for it
    """Marks the sentence of a constant for the message files, to be said later."""
    return Later(message, _)


# ----- the options of a program

OF_ARGPARSE = (  # what it says itself, in its own words
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("show this help message and exit"),
    N_("show program's version number and exit"),
    N_("%(prog)s: error: %(message)s\n"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("not allowed with argument %s"),
    N_("the following arguments are required: %s"),
    N_("unrecognized arguments: %s"),
    N_("expected one argument"),
    N_("expected at most one argument"),
    N_("ignored explicit argument %r"),
    N_("invalid %(type)s value: %(value)r"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
)


def parser(description: str, **more: Any) -> argparse.ArgumentParser:
    """A parser that speaks the language of the terminal, and has the option --language."""
    setattr(argparse, "_", _)  # noqa: B010 - argparse looks its words up under this name, and in no other way
    made = argparse.ArgumentParser(description=description, **more)
    made.add_argument("--language", choices=list(map(str, Language)), help=_("the language to speak; default: yours"))
    return made


def chosen(arguments: Sequence[str] | None, of_configuration: Callable[[Path], str | None] | None = None) -> Language:
    """The language to speak, before the options are read: their help and their mistakes are said in it.

    --language; else that of the configuration which --config names, if there is one and it says; else the system's.
    """
    peek = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    peek.add_argument("--language")
    peek.add_argument("--config", type=Path)
    try:
        asked = peek.parse_known_args(arguments)[0]
    except argparse.ArgumentError:  # an option without its value: the program's own parser says so
        return of_environment()
    told = asked.language or (of_configuration(asked.config) if of_configuration else None)
    return Language(told) if told in list(Language) else of_environment()
