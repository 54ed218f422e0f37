"""Ends a program that was started by a Python without the project's packages, and says which command to type instead.

Every program imports this first, before anything that needs a package. Standard library only.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("playwright", "pydantic_settings", "pyotp", "telegram")  # the ones the programs can't do without
UNUSABLE = 2  # as when the configuration can't be used: starting again would not help
PROJECT = Path(__file__).resolve().parent.parent


def advice(project: Path, program: list[str]) -> str:
    """The sentence for somebody who typed `python program ...`."""
    typed = " ".join([".venv/bin/python", Path(program[0]).name, *program[1:]])
    if (project / ".venv" / "bin" / "python").exists():
        return f"this Python has not the packages that the bot needs: type {typed}"
    return f"the packages that the bot needs are not installed yet: type ./run first, then {typed}"


if any(find_spec(package) is None for package in PACKAGES):
    sys.stderr.write(advice(PROJECT, sys.argv) + "\n")
    sys.exit(UNUSABLE)
