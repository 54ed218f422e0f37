"""No sentence that a person can see stands in the chat's code outside `_`, `n_` and `N_`: what is not there is never
translated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from languages.sentences import TERMINAL

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("bot/screens", "bot/flows", "bot/transport")
SOURCES = sorted(file.relative_to(ROOT).as_posix() for room in ROOMS for file in (ROOT / room).rglob("*.py"))
OF_THE_PAGES = sorted(file.relative_to(ROOT).as_posix() for file in (ROOT / "dashboard").rglob("*.py"))
OF_THE_TERMINAL = sorted(
    file.relative_to(ROOT).as_posix()
    for room in TERMINAL
    for file in ((ROOT / room).rglob("*.py") if (ROOT / room).is_dir() else [ROOT / room])
)
MARKED = {"_", "n_", "N_"}
UNSEEN_CALLS = {
    "getLogger", "log", "debug", "info", "warning", "error", "exception",  # for the log
    "compile", "search", "match", "fullmatch", "findall", "finditer", "sub", "split", "partition", "rpartition",
    "replace", "removeprefix", "removesuffix", "startswith", "endswith", "strip", "rstrip", "lstrip", "lower", "count",
    "get", "getattr", "field", "ZoneInfo", "TypeVar", "NewType", "strftime", "fromisoformat", "encode", "decode",
    "format_date", "format_time", "format_datetime", "cast", "NothingToTell",
}  # fmt: skip
"""What is handed to these is for the machine, the log or whoever mends the program."""
UNSEEN_KEYWORDS = {"name", "parse_mode", "pattern", "tzinfo", "tz", "format"}
FOR_MACHINES = {
    "bot/screens/calendar_feed.py", "bot/screens/calendar_file.py", "bot/screens/calendar_zone.py",
    "bot/screens/history_files.py",
}  # fmt: skip
"""What they write is a format of its own; their sentences are in MARKED calls, which the message files' test counts."""
WORDS = re.compile(r"[a-zà-ù]{3,}")
ERROR_CLASS = re.compile(r"(?:[A-Z][a-z]+){2,}")
FOR_NOBODY = {
    "Overlap", "screenshot.png", ".venv/bin/python setup.py", "start", "status", "help", "abbreviated", "wide",
    "stand-alone",
    "Not Found", "Unauthorized", "/bot", "/file/bot", "/getUpdates?offset=", "&timeout=0", "chat not found",
    "can't initiate conversation", "telegram.ext.AIORateLimiter", "telegram.ext.ExtBot", "telegram.request.BaseRequest",
    "what answers there is not Telegram", "its answer was lost ", " times, so it has most likely arrived",
    "another program reads this bot's messages: stop it, two can't share a token", "commands", "commands for user ",
    "description", "short description", "impostazioni", "settings", "calendario", "calendar",
    "insieme", "together", "/feed/", ".ics", '<a href="', "/account", ".version*", ".replaced-*", " --add-person ",
}  # fmt: skip
"""Names of the machine, Telegram's own words, and parts of lines of the log."""


def seen(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Each text with a word in it that may be shown as it stands."""
    hidden = set(_hidden(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in hidden:
            text = re.sub(r"<[^>]*>|\{[^}]*\}|https?://\S+", "", node.value)
            if WORDS.search(text) and node.value not in FOR_NOBODY and not ERROR_CLASS.fullmatch(text):
                yield node.lineno, node.value


def _hidden(tree: ast.Module) -> Iterator[ast.AST]:
    """What nobody is shown, or what is marked as it should be."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()):  # a docstring
                yield from ast.walk(node)
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in MARKED | UNSEEN_CALLS:
                for argument in [*node.args, *(each.value for each in node.keywords if name not in MARKED)]:
                    yield from _unmarked(argument, name)
            case ast.Call():
                yield from (each for key in node.keywords if key.arg in UNSEEN_KEYWORDS for each in ast.walk(key))
            case ast.Raise() | ast.Compare() | ast.MatchValue():
                yield from ast.walk(node)
            case ast.Subscript():
                yield from ast.walk(node.slice)
            case ast.Dict():
                yield from (each for key in node.keys if key is not None for each in ast.walk(key))
            case ast.FormattedValue(format_spec=ast.JoinedStr() as spec):
                yield from ast.walk(spec)
            case ast.ClassDef(bases=[ast.Name(id="StrEnum"), *_]):
                yield from (each for line in node.body if isinstance(line, ast.Assign) for each in ast.walk(line))
            case ast.Assign(targets=[ast.Name(id="__all__")]):
                yield from ast.walk(node)


def _unmarked(argument: ast.expr, call: str) -> Iterator[ast.AST]:
    """A marked text itself is hidden; a text within a value of a marked one is not."""
    if call in MARKED:
        yield from ([argument] if isinstance(argument, ast.Constant) else [])
    else:
        yield from ast.walk(argument)


@pytest.mark.parametrize("source", [each for each in SOURCES if each not in FOR_MACHINES])
def test_no_sentence_is_shown_untranslated(source: str) -> None:
    assert list(seen(ast.parse((ROOT / source).read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("source", [*SOURCES, *OF_THE_PAGES])
def test_no_sentence_is_put_together_before_it_is_translated(source: str) -> None:
    """An f-string or a sum has no entry in the message files."""
    tree = ast.parse((ROOT / source).read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    texts = [call.args[: 2 if call.func.id == "n_" else 1] for call in calls if call.func.id in MARKED]  # type: ignore[attr-defined]
    assert [each.lineno for found in texts for each in found if not isinstance(each, ast.Constant)] == []


@pytest.mark.parametrize("source", [*SOURCES, *OF_THE_PAGES, *OF_THE_TERMINAL])
def test_no_sentence_is_marked_within_an_f_string(source: str) -> None:
    """Python before 3.12 reads one as a single text, so that the message files would not know of the sentence."""
    tree = ast.parse((ROOT / source).read_text(encoding="utf-8"))
    within = [node for text in ast.walk(tree) if isinstance(text, ast.JoinedStr) for node in ast.walk(text)]
    calls = [node for node in within if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert [call.lineno for call in calls if call.func.id in MARKED] == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "line",
    ['lines.add(f"Prenoto {moment}.")', 'page = "Il menu"', 'button("Altri", verb)', '_("{a}", a="una parola")'],
)
def test_a_sentence_outside_is_found(line: str) -> None:
    assert len(list(seen(ast.parse(line)))) == 1
