"""How a club's site lets people in, as the configuration says. Imported like domain/model.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Words = TypeVar("Words")


class SiteLogin(StrEnum):
    """What stands between the login page and the site."""

    POLIMI = "polimi"  # the Politecnico's single sign-on: Codice Persona, password, perhaps a one-time code
    FORM = "form"  # the site's own form: user name and password, and no code
    BY_HAND = "by_hand"  # whatever the person meets: each logs in themselves, and nobody's password is kept


@dataclass(frozen=True, slots=True)
class PerLogin(Generic[Words]):
    """Words that name what only the Politecnico has, and those said in their place at any other club."""

    polimi: Words
    club: Words
    by_hand: Words | None = None  # at a club where each logs in themselves; None: as at any other

    def at(self, site: SiteLogin) -> Words:
        """The words for who is let in so."""
        match site:
            case SiteLogin.POLIMI:
                return self.polimi
            case SiteLogin.FORM:
                return self.club
            case SiteLogin.BY_HAND:
                return self.club if self.by_hand is None else self.by_hand
