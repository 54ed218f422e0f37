"""The version of Polimisport Bot: what --version, the doctor and /help show. CONTRIBUTING.md says when it changes."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime

from languages.terminal import _

VERSION = "0.4.0"
RELEASED = datetime(2026, 11, 26, tzinfo=UTC)  # no clock is right that says an earlier time
FULL_NAME = f"Polimisport Bot {VERSION}"


def add_version_option(parser: ArgumentParser) -> None:
    """The --version option, the same for every program."""
    parser.add_argument("--version", action="version", version=FULL_NAME, help=_("tell the version"))
