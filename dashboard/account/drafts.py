"""An account that is being told to the bot: what is known of it until it is stored, in this process alone.

A draft begins with a one-time link and is found by a cookie. It ends half an hour after its person last sent something,
when they begin another, and with the program; what is secret in it goes as soon as it is not needed any more.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from dashboard.account.form import Codes, Mistakes, Typed, Way
from dashboard.account.one_time import CodeSource

LIVES = 30 * 60.0  # s after its person last sent something: a page that only looks keeps no secret alive


class Stage(StrEnum):
    """What its person is asked for."""

    FORM = "form"  # everything
    WHICH = "which"  # which account of an export is the one
    COMPARE = "compare"  # whether the phone shows the same code
    TRYING = "trying"  # nothing: it is stored, and the login is tried


@dataclass(slots=True)
class Draft:
    """One account on its way. Two requests of one browser may meet in it: each sets whole values."""

    user_id: int
    csrf: str
    used: float  # when its person last sent something, on the monotonic clock
    stage: Stage = Stage.FORM
    form: Typed = field(default_factory=Typed)
    mistakes: Mistakes = field(default_factory=Mistakes)
    offered: tuple[CodeSource, ...] = ()  # the accounts of an export, until one is chosen
    source: CodeSource | None = None
    from_picture: bool = False  # its person has a picture to delete
    tried_at: datetime | None = None  # when it was stored: the login since then is its

    @property
    def needs_code(self) -> bool:
        """Whether a one-time secret belongs to it."""
        return self.form.way is Way.PASSWORD and self.form.codes is Codes.ASKED

    def forget_password(self) -> None:
        self.form = replace(self.form, password="")

    def forget_source(self) -> None:
        self.source, self.offered, self.from_picture = None, (), False

    def forget_secrets(self) -> None:
        """Nothing secret is left of it."""
        self.forget_password()
        self.forget_source()


class Drafts:
    """The drafts of this process, one for each person."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._by_key: dict[str, Draft] = {}

    def begin(self, user_id: int) -> str:
        """The cookie of a new draft. An earlier one of the same person ends."""
        self._clear(of=user_id)
        key = secrets.token_urlsafe(32)
        self._by_key[key] = Draft(user_id, secrets.token_hex(32), self._monotonic())
        return key

    def find(self, key: str | None) -> Draft | None:
        """The draft of that cookie; None when there is none, or not any more."""
        self._clear()
        return self._by_key.get(key or "")

    def touch(self, draft: Draft) -> None:
        """Its person has sent something."""
        draft.used = self._monotonic()

    def end(self, draft: Draft) -> None:
        """The cookie leads nowhere any more."""
        self._clear(of=draft.user_id)

    def _clear(self, of: int | None = None) -> None:
        old = self._monotonic() - LIVES
        self._by_key = {key: each for key, each in self._by_key.items() if each.used > old and each.user_id != of}


def is_of(draft: Draft, csrf: str) -> bool:
    """Whether a form was sent by a page that this draft was shown on."""
    return hmac.compare_digest(draft.csrf.encode(), csrf.encode())
