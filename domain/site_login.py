"""How a club's site lets people in, as the configuration says. Imported like domain/model.py."""

from __future__ import annotations

from enum import StrEnum


class SiteLogin(StrEnum):
    """What stands between the login page and the site."""

    POLIMI = "polimi"  # the Politecnico's single sign-on: Codice Persona, password, perhaps a one-time code
    FORM = "form"  # the site's own form: user name and password, and no code
    BY_HAND = "by_hand"  # whatever the person meets: each logs in themselves, and nobody's password is kept
