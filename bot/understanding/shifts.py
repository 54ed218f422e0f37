"""How much earlier or later than a class is meant: an hour later, half an hour earlier, by 30 minutes, a bit later."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.understanding.days import NUMBERS
from bot.understanding.intents import Shift

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
HALF = timedelta(minutes=30)
UNITS = {"h": HOUR, "o": HOUR, "m": MINUTE, "d": DAY, "g": DAY, "w": 7 * DAY, "s": 7 * DAY}
"""By the first letter of the unit, in either language."""
WHOLE = {
    "half an hour": HALF, "half hour": HALF, "half an our": HALF, "mezz ora": HALF, "mezzora": HALF, "mezza ora": HALF,
    "mezz oretta": HALF, "mezzoretta": HALF, "a quarter of an hour": 15 * MINUTE, "un quarto d ora": 15 * MINUTE,
    "quarter of an hour": 15 * MINUTE, "tre quarti d ora": 45 * MINUTE, "three quarters of an hour": 45 * MINUTE,
    "un paio d ore": 2 * HOUR, "un paio di ore": 2 * HOUR, "a couple of hours": 2 * HOUR, "couple of hours": 2 * HOUR,
    "un oretta": HOUR, "an hour and a half": HOUR + HALF, "un ora e mezza": HOUR + HALF, "un ora e mezzo": HOUR + HALF,
}  # fmt: skip
"""Lengths that are said without a number."""

LENGTH = (
    rf"(?:(?P<whole>{'|'.join(sorted(WHOLE, key=len, reverse=True))})"
    rf"|(?P<number>\d{{1,3}}(?:[.,]\d{{1,2}})?|{'|'.join(sorted(NUMBERS, key=len, reverse=True))}|an)"
    r"(?P<half> and a half)? ?"
    r"(?P<unit>h|hrs?|hours?|or[ae]|orett[ae]|minutes?|minut[oi]|min|days?|giorn[oi]|weeks?|settiman[ae])"
    r"(?: (?:e|and) (?:(?P<mezza>mezz[ao]|a half)|(?P<more>\d{1,2}|un quarto|quarter)(?: (?:minut\w+|min))?))?)"
)
LATER, EARLIER = (
    "later|later on|dopo|piu tardi|piu in la|in ritardo|in avanti|after",
    ("earlier|prima|sooner|piu presto|in anticipo|before|ahead|beforehand"),
)
_ABOUT = r"(?:(?:about|circa|at least|almeno|just|solo|like|tipo|di|d|by|of|another) ){0,2}"
_BEFORE_ANOTHER = (
    r"(?! (?:di|del|della|dello|dell|dei|delle|che|il|la|le|l|the|my|class|lezione|each|every|ogni|pranzo)\b)"
)
SAYS_HOW_MUCH = re.compile(
    rf"(?:{_ABOUT}{LENGTH} (?:(?P<later>{LATER})|(?P<earlier>{EARLIER})){_BEFORE_ANOTHER}"
    rf"|(?:by|of|di|d|(?P<on>(?:in )?avanti(?: di)?|back(?:wards)?(?: by)?|forwards?(?: by)?|indietro(?: di)?)) "
    rf"{LENGTH.replace('?P<', '?P<by_')})(?= |$)"
)
THE_NEXT_DAY = re.compile(
    r"(?:to |for |a |al |alla |per )?(?:(?P<later>(?:il |the |l )?(?:giorno (?:dopo|seguente|successivo)|indomani"
    r"|day after|next day|following day))|(?P<week>(?:(?:del|al)?la |the )?(?:week after|settimana (?:dopo|seguente"
    r"|successiva)|following week))|(?P<earlier>(?:il |the )?(?:giorno prima|day before)))"
    r"(?! (?:tomorrow|yesterday|each|every|any|di|del|of|my|the)\b)(?= |$)"
)
SOME = re.compile(
    r"(?:(?:to|for|a|al|alle|per) )?(?:(?:a|ad|un|uno|something|qualcosa|di|an) )?(?:(?:a )?(?:bit|little|slightly|few"
    r"|po|pochino|poco|tad|much|molto|(?:an )?hour|(?:a )?time|orario|ora) ){0,2}"
    r"(?:(?P<later>later(?: on)?|piu tardi|piu in la)|(?P<earlier>earlier|sooner|piu presto))(?= |$)"
    r"|(?:un po|un pochino|poco) (?:(?P<dopo>dopo)|(?P<prima>prima))(?= |$)"
)
"""Later or earlier, and nobody says how much."""


def length_of(match: re.Match[str], group: str = "") -> timedelta:
    """The length that a match of LENGTH says. `group`: what its groups' names begin with."""
    said = {name.removeprefix(group): value for name, value in match.groupdict().items() if name.startswith(group)}
    if said["whole"]:
        return WHOLE[said["whole"]]
    number, unit = said["number"] or "", UNITS[(said["unit"] or "h")[0]]
    many = float(number.replace(",", ".")) if number[0].isdigit() else NUMBERS.get(number, 1)
    more = said["more"]
    minutes = 15 if more in ("un quarto", "quarter") else int(more) if more else 0
    return many * unit + (HALF if said["half"] or said["mezza"] else minutes * MINUTE)


def shift_at(text: str, at: int) -> tuple[int, Shift] | None:
    """By how much from that character on something is said to be earlier or later, and where its words end."""
    if found := SAYS_HOW_MUCH.match(text, at):
        by_itself = found["unit"] or found["whole"]
        length = length_of(found) if by_itself else length_of(found, "by_")
        on = found["on"] or ""
        later = bool(found["later"]) or on.startswith(("in avanti", "avanti"))
        earlier = bool(found["earlier"]) or on.startswith("indietro")
        return found.end(), Shift(length, later - earlier)
    if found := THE_NEXT_DAY.match(text, at):
        return found.end(), Shift(7 * DAY, 1) if found["week"] else Shift(DAY, 1 if found["later"] else -1)
    if found := SOME.match(text, at):
        return found.end(), Shift(None, 1 if found["later"] or found["dopo"] else -1)
    return None
