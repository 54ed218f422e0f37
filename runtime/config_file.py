"""config.json as it lies on the disk -> its keys and values: its owner, its encoding, its JSON. Used by settings.py."""

from __future__ import annotations

import codecs
import json
import os
import shlex
from pathlib import Path
from typing import Any

from domain.errors import ConfigError
from languages.terminal import _
from runtime import config_mistakes, credentials
from safety import private

DEFAULT_PATH = Path("config.json")


def read(path: Path) -> dict[str, Any]:
    """The keys and values in the file; none when there is no file. Raises ConfigError.

    What systemd or a container's secrets hand over is read in place of the file, and means the same as if it lay there.
    """
    path = credentials.handed_over(credentials.CONFIG) or path
    try:
        text = _decoded(path, private.read_trusted(path))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:  # the latter: a path that can't be one
        raise ConfigError(
            _("{path} can't be read ({error}): make this user its owner", path=path, error=error)
        ) from error
    if not text.strip():
        again = command(".venv/bin/python setup.py", path)
        raise ConfigError(
            _(
                "{path} is empty: remove it, then run '{again}', which asks for what belongs in it",
                path=path,
                again=again,
            )
        )
    try:
        values = json.loads(text, object_pairs_hook=_each_once)
    except json.JSONDecodeError as error:
        raise ConfigError(
            _("{path} is not valid JSON: {mistake}", path=path, mistake=config_mistakes.of_json(text, error))
        ) from None
    except RecursionError:
        raise ConfigError(_("{path} is nested too deeply: start from config.example.json", path=path)) from None
    except ValueError as error:
        raise ConfigError(_("{path} is not valid: {error}", path=path, error=error)) from None
    if not isinstance(values, dict):
        raise ConfigError(_("{path} must hold one JSON object, {{...}}: start from config.example.json", path=path))
    return values


def language_in(path: Path | None) -> str | None:
    """The key `language` of the configuration, in the environment or the file: to know it before anything is said.

    None where neither tells, or nothing can be read: what is wrong with the file is said later, by who needs it.
    """
    if told := os.environ.get("POLIMISPORT_LANGUAGE"):
        return told
    try:
        told = read(path or DEFAULT_PATH).get("language")
    except ConfigError:
        return None
    return told if isinstance(told, str) else None


def command(line: str, config: Path) -> str:
    """A command as somebody with this configuration has to type it."""
    return line if config == DEFAULT_PATH else f"{line} --config {shlex.quote(str(config))}"


def _decoded(path: Path, content: bytes) -> str:
    """The text of the file, with or without a byte order mark; what was saved in another encoding is never guessed."""
    remedy = _("open it in your editor and save it with the encoding UTF-8")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content[:4]:
        raise ConfigError(_("{path} is saved as UTF-16 (Windows calls it Unicode): {remedy}", path=path, remedy=remedy))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            _(
                "{path} can't be read: a letter in line {line} is not UTF-8 (Latin-1, perhaps): {remedy}",
                path=path,
                line=line,
                remedy=remedy,
            )
        ) from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses a key that stands there twice: JSON takes the second, and the person changes the first."""
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [key for key, _ in pairs]
        raise ValueError(
            _("the key '{key}' is there twice: remove one", key=next(key for key in names if names.count(key) > 1))
        )
    return values
