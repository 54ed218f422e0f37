"""Whether what somebody typed says yes or no, in whichever language: a keyboard keeps to none."""

from __future__ import annotations

import unicodedata

YES = ("y", "yes", "s", "si", "sì", "si'")
NO = ("n", "no")


def says_yes(text: str) -> bool:
    return _plain(text) in YES


def says_no(text: str) -> bool:
    return _plain(text) in NO


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().rstrip(".!").casefold()
