"""`./run --demo --club`: what is otherwise when the made-up world is another club of the platform.

A login form of its own and no one-time code, its own name in the address, places that open seven days ahead, and a
waiting list on whatever is full, on which the first comes up when somebody gives a place back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from demo.site.catalogue import default_catalogue
from demo.site.switches import Switches, lively
from demo.site.tenant import ANOTHER

DAYS_AHEAD = 7
TOLD = """
  IT  Il sito è quello di un altro circolo: modulo d'accesso suo, nessun codice, posti che aprono sette giorni prima.
      Un corso è pieno? Il bot va in lista d'attesa, e ti scrive quando vede che il posto è tuo.
  EN  The site is another club's: a login form of its own, no codes, places that open seven days ahead.
      A class is full? The bot goes on its waiting list, and writes to you when it sees that the place is yours.
"""


def switches() -> Switches:
    """Of the simulated site."""
    courses = sorted({each.course for each in default_catalogue().weekly if each.course})
    return replace(
        lively(),
        own_form=True,
        waiting_courses=courses,
        waiting_words="In lista d'attesa: numero {n}",
        waiting_moves=True,
    )


def configured(values: dict[str, Any]) -> dict[str, Any]:
    """The demo's config.json as such a club wants it."""
    site = {"base_url": values["site"]["base_url"], "name": ANOTHER.name, "login": "form"}
    without_codes = {key: value for key, value in values.items() if key != "otpatu"}
    friends = [{key: value for key, value in each.items() if key != "otpatu"} for each in values["friends"]]
    return without_codes | {"site": site, "friends": friends, "rules": {"waiting_list": "always"}}
