"""The hours that words name: 18:15, half past six, at 7 in the evening, after 18, between five and seven, at lunch."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.understanding.days import NUMBERS
from bot.understanding.intents import LATEST, Hours
from bot.understanding.words import worded

MAY_BE_EVENING = 10  # a smaller hour on a clock of twelve may be twelve hours later
EARLY = 8  # nobody means a class after, or from, such a morning hour: they mean the evening's
EARLIEST = 6  # nothing begins before: a smaller first hour of a span is the evening's
AROUND = timedelta(minutes=30)
MONTHS_OF_A_YEAR = 12

MORNING, LUNCH = (time(6), time(11, 59)), (time(12), time(14, 29))
AFTERNOON, EVENING = (time(13), time(17, 59)), (time(17, 30), LATEST)
PARTS = {
    "early": ((time(6), time(9, 59)), (time(0), time(9, 59))),
    "late": ((time(19, 30), LATEST), (time(18), LATEST)),
    "morning": (MORNING, (time(0), time(12, 59))),
    "lunch": (LUNCH, (time(11, 30), time(15))),
    "afternoon": (AFTERNOON, (time(12), time(19, 29))),
    "evening": (EVENING, (time(16), LATEST)),
}
"""Each part of the day: where a class in it begins, and which hours may be told by its name."""

CLOCK = NUMBERS | {
    "undici": 11, "eleven": 11, "dodici": 12, "twelve": 12, "tredici": 13, "quattordici": 14, "quindici": 15,
    "sedici": 16,    "diciassette": 17, "diciotto": 18, "diciannove": 19, "venti": 20, "ventuno": 21, "ventidue": 22,
}  # fmt: skip
del CLOCK["a"], CLOCK["un"], CLOCK["uno"]
MINUTES = {
    "mezza": 30, "mezzo": 30, "trenta": 30, "thirty": 30, "quindici": 15, "fifteen": 15, "un quarto": 15,
    "quarter": 15, "a quarter": 15, "tre quarti": 45, "quarantacinque": 45, "forty five": 45, "venti": 20,
    "twenty": 20, "dieci": 10, "ten": 10, "cinque": 5, "five": 5, "half": 30,
}  # fmt: skip
MARKS = ("am", "pm", "noon", "eve")  # what tells the morning's hours from the evening's
ONES = ("one", "una")  # "get me one in the evening" is a class
FEW = ("due", "tre", "quattro", "two", "three", "four")
TOLD_AS_TIME = re.compile(r"\b(?:alle|all|alla|ore|at|h)\b")
NOON = ("mezzogiorno", "noon", "midday", "mezzodi")

_WORD = "|".join(sorted(CLOCK, key=len, reverse=True))
_MINUTE = "|".join(sorted(MINUTES, key=len, reverse=True))
_MORNING = r"(?:di|del|della|la|in the|of the|this) (?:mattin[oa]|morning)|mattina|mattino|morning"
_AFTERNOON = r"(?:di|del|in the|of the|this) (?:pomeriggio|afternoon)|pomeriggio|afternoon"
_EVENING = r"(?:di|della|la|in the|of the|this) (?:sera|evening)|at night|sera|evening"
_MARK = rf"(?: (?P<am{{n}}>am|{_MORNING})| (?P<pm{{n}}>pm)| (?P<noon{{n}}>{_AFTERNOON})| (?P<eve{{n}}>{_EVENING}))?"


def _moment(n: int) -> str:
    """The pattern of a time of day; its groups end in `n`."""
    return (
        rf"(?:(?:(?P<past{n}>{_MINUTE}) (?P<way{n}>past|to|after) (?P<from{n}>\d{{1,2}}|{_WORD})"
        rf"|half (?P<half{n}>\d{{1,2}}|{_WORD})"
        rf"|(?P<noonword{n}>{'|'.join(NOON)})"
        rf"|(?P<h{n}>\d{{1,2}})(?P<sign{n}>[:.,])(?P<m{n}>\d\d)"
        rf"|(?P<hour{n}>\d{{1,2}}|{_WORD})(?: (?:e|and) (?P<plus{n}>\d\d|{_MINUTE})| meno (?P<less{n}>\d\d|{_MINUTE})"
        rf"| (?P<then{n}>thirty|fifteen|forty five))?)"
        rf"(?P<unit{n}> (?:in punto|sharp|oclock|h|hrs))?{_MARK.format(n=n)})"
    )


_THE = r"(?:(?:le|l|ore|h|at|alle|all|alla) ){0,3}"
_FROM, _TO = _moment(1), _moment(2)
_AT = r"(?:(?:per|for) )?(?:(?:alle|all|alla|alle ore|ore|le|delle|dell|h|at|@|per le|quello delle|quella delle) ){1,3}"


def _read(match: re.Match[str], n: int) -> tuple[time, ...] | None:
    """The moments that a matched time may mean, the earlier first; None for one that no clock shows."""
    part = {name.removesuffix(str(n)): value for name, value in match.groupdict().items() if name.endswith(str(n))}
    if part["noonword"]:
        return (time(12),)
    hour, minute, written = _hour_and_minute(part)
    if minute < 0:
        hour, minute = hour - 1, minute + 60
    if not (0 <= hour <= 24 and 0 <= minute < 60):
        return None
    return _moments(hour % 24, minute, part, exact=written)


def _hour_and_minute(part: dict[str, str | None]) -> tuple[int, int, bool]:
    """And whether it is written as a clock of 24 hours shows it."""
    if part["past"] is not None:
        shift = MINUTES[part["past"]]
        return _number(part["from"]), -shift if part["way"] == "to" else shift, False
    if part["half"] is not None:
        return _number(part["half"]), 30, False
    if part["h"] is not None and part["m"] is not None:
        return int(part["h"]), int(part["m"]), part["h"].startswith("0")
    hour, plus, less = part["hour"], part["plus"] or part["then"], part["less"]
    minute = _minutes(plus) if plus else -_minutes(less) if less else 0
    return _number(hour), minute, bool(hour and hour.startswith("0"))


def _number(word: str | None) -> int:
    return int(word) if word and word.isdigit() else CLOCK[word or ""]


def _minutes(word: str) -> int:
    return int(word) if word.isdigit() else MINUTES[word]


def _moments(hour: int, minute: int, part: dict[str, str | None], *, exact: bool) -> tuple[time, ...] | None:
    if part["am"]:
        return (time(0 if hour == 12 and part["am"] == "am" else hour, minute),) if hour <= 12 else None
    if part["pm"] or part["noon"] or part["eve"]:
        return (time(hour + 12 if hour < 12 else hour, minute),)
    later = () if exact or hour >= MAY_BE_EVENING or hour == 0 else (time(hour + 12, minute),)
    return (time(hour, minute), *later)


def _bound(moments: tuple[time, ...]) -> time:
    """A bound of a span, where a small hour means the evening's."""
    return moments[-1] if moments[0].hour < EARLY else moments[0]


def _exact(match: re.Match[str]) -> Hours | None:
    moments = _read(match, 1)
    return Hours.at(*moments) if moments else None


def _after(match: re.Match[str]) -> Hours | None:
    moments = _read(match, 1)
    return Hours(((_bound(moments), LATEST),)) if moments else None


def _before(match: re.Match[str]) -> Hours | None:
    moments = _read(match, 1)
    if not moments:
        return None
    last = moments[-1] if moments[0].hour < EARLY - 1 else moments[0]
    return Hours(((time(0), _shifted(last, -timedelta(minutes=1))),))


def _until(match: re.Match[str]) -> Hours | None:
    moments = _read(match, 1)
    return Hours(((time(0), moments[-1] if moments[0].hour < EARLY - 1 else moments[0]),)) if moments else None


def _around(match: re.Match[str]) -> Hours | None:
    moments = _read(match, 1)
    if not moments:
        return None
    return Hours(tuple((_shifted(moment, -AROUND), _shifted(moment, AROUND)) for moment in moments))


def _between(match: re.Match[str]) -> Hours | None:
    one, other = _read(match, 1), _read(match, 2)
    if not one or not other:
        return None
    first = one[-1] if one[0].hour < EARLIEST and other[-1] > one[-1] else one[0]
    spans = [(each, next((moment for moment in other if moment > each), None)) for each in one if each >= first]
    return Hours(made) if (made := tuple((begin, end) for begin, end in spans if end)) else None


def _shifted(moment: time, by: timedelta) -> time:
    day = datetime(2000, 1, 1)  # noqa: DTZ001 - any day: only its clock is used
    return (datetime.combine(day, moment) + by).time()


def _at(match: re.Match[str]) -> Hours | None:
    """None for `le due`, `delle tre` without more: that is rather how many."""
    said = match["hour1"]
    marked = any(match[f"{group}1"] for group in (*MARKS, "plus", "less", "unit"))
    rather_many = said in FEW and not marked and not TOLD_AS_TIME.search(match[0])
    return None if rather_many else _exact(match)


def _free(match: re.Match[str]) -> Hours | None:
    """A time without a word before it: with minutes, or marked, or a number that is likely to be an hour."""
    marked = any(match[f"{group}1"] for group in (*MARKS, "past", "half", "noonword", "unit"))
    written, hour = match["h1"], match["hour1"]
    if written:
        may_be_a_date = match["sign1"] == "." and 0 < int(match["m1"]) <= MONTHS_OF_A_YEAR
        return None if may_be_a_date and not marked else _exact(match)
    if hour in ONES and not any(match[f"{group}1"] for group in ("am", "pm", "plus", "less", "unit")):
        return None
    likely = bool(hour and hour.isdigit() and int(hour) >= EARLY - 1 and not match["plus1"])
    return _exact(match) if marked or likely else None


Reader = Callable[["re.Match[str]"], Hours | None]
_AND = r"(?:e|and|to|till|until|alle|all|a|fino alle|fino a|-) "
COUNTED = re.compile(
    r" (?:post[oi]|person[ae]|prenotazion[ei]|lezion[ei]|volt[ae]|giorn[oi]|or[ae]|cors[oi]|settiman[ae]|amic\w+"
    r"|people|places?|spots?|class(?:es)?|bookings?|days?|hours?|weeks?|times|of|minut[oie]s?|euro|st|nd|rd|th)\b"
)
"""What a number is not an hour before, unless it is written as one: two places, three days."""

READERS: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(rf"(?:{pattern})(?= |$)"), reader)
    for pattern, reader in (
        (rf"{_AT}{_FROM}", _at),
        (rf"a (?=\d|mezzo){_FROM}", _exact),
        (_FROM, _free),
        (rf"(?:tra|fra|between|dalle|dall|dalla|da|from) {_THE}{_FROM} {_AND}{_THE}{_TO}", _between),
        (rf"{_THE}{_FROM} - {_THE}{_TO}", _between),
        (
            rf"(?:dopo|after|past|dalle|dall|dalla|from|later than|a partire dalle|a partire da"
            rf"|starting at) {_THE}{_FROM}"
            r"(?: (?:in poi|in avanti|on|onwards?|or later|o dopo))?",
            _after,
        ),
        (rf"(?:not|non|no) (?:before|earlier than|prima) (?:(?:delle|dell|della|di|del) )?{_THE}{_FROM}", _after),
        (rf"(?:prima|before|earlier than) (?:(?:delle|dell|della|di|del) )?{_THE}{_FROM}", _before),
        (rf"(?:entro|by|until|till|fino alle|fino a|up to) {_THE}{_FROM}", _until),
        (rf"(?:verso|circa|around|about|intorno|attorno) {_THE}{_FROM}(?: (?:circa|ish))?", _around),
        (rf"(?:{_AT})?{_FROM} (?:circa|ish)", _around),
    )
)

PART_WORDS = {
    "morning": r"mattin[oa]|mattinata|mornings?",
    "afternoon": r"pomeriggio|afternoons?|dopo pranzo|after lunch",
    "evening": r"sera|serata|evenings?|nights?|verso sera|towards evening"
    r"|(?:after|dopo) (?:(?:il|l|my|the) )?(?:work|lavoro|ufficio|office)(?: hours)?",
    "early": r"(?:very )?early(?: (?:in|on) the)?(?: (?:morning|day))?|(?:(?:la|di|della) )?mattin[oa] presto|presto"
    r"|(?:la mattina|di mattina|al mattino) (?:molto )?presto"
    r"|(?:molto )?presto (?:la|di|al) mattin[oa]|prima mattina"
    r"|(?:prest|primo) mattino|di buon ora",
    "late": r"late (?:in the )?(?:evening|at night|night)"
    r"|tarda (?:sera|serata)|sera tardi|sul tardi|tardi (?:la|di) sera",
    "lunch": r"(?:(?:ora|pausa|ora di|pausa di) ){0,3}pranzo|lunch|lunchtime|lunch time|lunch break",
}
_BEFORE_PART = r"(?:(?:di|in|nel|nella|la|a|al|all|alla|l|il|del|della|at|the|in the|during|per|per la|on) ){0,3}"
PART_READERS = tuple((re.compile(rf"(?:{_BEFORE_PART}(?:{words}))(?= |$)"), name) for name, words in PART_WORDS.items())


SPANS = (
    (r"early afternoon|primo pomeriggio", (time(13), time(15, 29))),
    (r"(?:late|tardo) (?:afternoon|pomeriggio)|(?:pomeriggio|afternoon) (?:tardi|late)", (time(16), time(18, 30))),
    (r"early evening|prima serata", (time(17, 30), time(19, 29))),
    (r"(?:prima di|before) (?:pranzo|lunch)", (time(6), time(11, 59))),
    (r"(?:prima di|before) (?:cena|dinner)", (time(17), time(19, 30))),
    (r"(?:dopo|after) (?:cena|dinner)", (time(20), LATEST)),
)
SPAN_READERS = tuple((re.compile(rf"(?:{_BEFORE_PART}(?:{words}))(?= |$)"), span) for words, span in SPANS)


@dataclass(frozen=True, slots=True)
class Told:
    """Hours as they were said; a part of the day also says which hours it is the part of."""

    hours: Hours
    wide: Hours | None = None

    @classmethod
    def part(cls, name: str) -> Told:
        narrow, wide = PARTS[name]
        return cls(Hours((narrow,)), Hours((wide,)))

    def meeting(self, other: Told) -> Told | None:
        """What both say together: `at seven`, `in the evening`; None where they contradict each other."""
        if self.wide and not other.wide:
            return other.meeting(self)
        found = self.hours.within(other.wide or other.hours)
        return Told(found) if found else None


def _counts_something(match: re.Match[str]) -> bool:
    """Whether a bare number tells how many of something that follows."""
    is_bare = match["hour1"] and not any(match[f"{group}1"] for group in ("plus", "less", "unit", *MARKS))
    return bool(is_bare and COUNTED.match(match.string, match.end()))


def hours_at(text: str, at: int) -> tuple[int, Told] | None:
    """The hours that the text names from that character on, and where their words end: the longest that make sense."""
    matches = ((reader, match) for pattern, reader in READERS if (match := pattern.match(text, at)))
    found = ((match.end(), reader(match)) for reader, match in matches if not _counts_something(match))
    made = [(end, Told(hours)) for end, hours in found if hours is not None]
    parts = ((match.end(), name) for pattern, name in PART_READERS if (match := pattern.match(text, at)))
    made += [(end, Told.part(name)) for end, name in parts]
    spans = ((match.end(), span) for pattern, span in SPAN_READERS if (match := pattern.match(text, at)))
    made += [(end, Told(Hours((span,)))) for end, span in spans]
    return max(made, key=lambda one: one[0], default=None)


CLOCK_TIME = re.compile(rf"(?<![\w:.]){_FROM}(?= |$)")


def moments_in(text: str) -> list[tuple[int, tuple[time, ...]]]:
    """Where each time of day stands in the normalised text, and the moments that it may mean."""
    times = (found for found in CLOCK_TIME.finditer(text) if not COUNTED.match(text, found.end()))
    read = ((found.start(), _read(found, 1)) for found in times)
    return [(at, moments) for at, moments in read if moments]


WORDS = frozenset([*CLOCK, *NOON, *(word for words in MINUTES for word in words.split())]) | worded(
    """
    mattina mattino mattinata morning pomeriggio afternoon sera serata evening pranzo lunch lunchtime pausa
    alle dalle delle prima dopo verso entro circa between before after around about until meno past half
    """
)
