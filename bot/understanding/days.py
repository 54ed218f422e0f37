"""The days that words name: today, Thursday, the 3rd of December, in three days, next week, at the weekend."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.understanding.intents import Doubt
from bot.understanding.words import worded

WEEK = 7
HORIZON = timedelta(days=14)  # a day of the month beside its weekday is taken for a date if it is this near
FARTHEST = timedelta(days=200)  # from today: a date without its year is not meant farther away
RECENT = timedelta(days=60)  # a date without its year that was so lately is meant as the one that is over
LEAP_YEAR = 2028
FEW, LONGEST_ROW = 2, 31  # days or weeks

HOURS_TOLD_BARE = range(7, 23)
CLOCK_TIME = re.compile(r"\b(?:alle|all|ore|at|dalle|dopo|after|h)\b|\d[:.,]\d\d\b|\b(?:am|pm)\b")

WEEKDAYS = (
    ("lunedi", "lun", "lune", "luned", "monday", "mon"),
    ("martedi", "mar", "mart", "marte", "marted", "tuesday", "tue", "tues"),
    ("mercoledi", "mer", "merc", "merco", "mercol", "wednesday", "wed", "weds"),
    ("giovedi", "gio", "giov", "giove", "thursday", "thu", "thur", "thurs"),
    ("venerdi", "ven", "vene", "vener", "venerd", "friday", "fri"),
    ("sabato", "sab", "saba", "saturday", "sat"),
    ("domenica", "dom", "dome", "domen", "sunday", "sun"),
)
SEVERAL = {
    "mondays": 0, "tuesdays": 1, "wednesdays": 2, "thursdays": 3, "fridays": 4, "saturdays": 5, "sundays": 6,
    "sabati": 5, "domeniche": 6,
}  # fmt: skip
ENGLISH = worded(
    """
    january february march april may june july august september october november december
    jan feb apr jun jul aug sep sept oct nov dec
    """
)
MONTHS = (
    ("gennaio", "january", "gen", "jan"), ("febbraio", "february", "feb"), ("marzo", "march", "mar"),
    ("aprile", "april", "apr"), ("maggio", "may", "mag"), ("giugno", "june", "giu", "jun"),
    ("luglio", "july", "lug", "jul"), ("agosto", "august", "ago", "aug"),
    ("settembre", "september", "set", "sett", "sep", "sept"), ("ottobre", "october", "ott", "oct"),
    ("novembre", "november", "nov"), ("dicembre", "december", "dic", "dec"),
)  # fmt: skip
ENGLISH_MONTHS = tuple(tuple(name for name in names if name in ENGLISH) for names in MONTHS)
NUMBERS = {
    "un": 1, "uno": 1, "una": 1, "one": 1, "a": 1, "due": 2, "two": 2, "tre": 3, "three": 3, "quattro": 4, "four": 4,
    "cinque": 5, "five": 5, "sei": 6, "six": 6, "sette": 7, "seven": 7, "otto": 8, "eight": 8, "nove": 9, "nine": 9,
    "dieci": 10, "ten": 10,
}  # fmt: skip

WHICH = {
    "first": 0, "primo": 0, "prima": 0, "second": 1, "secondo": 1, "seconda": 1, "third": 2, "terzo": 2, "terza": 2,
    "fourth": 3, "quarto": 3, "quarta": 3, "last": -1, "ultimo": -1, "ultima": -1,
}  # fmt: skip
"""Which of the weekday's dates in a month."""

BY_WEEKDAY = {name: number for number, names in enumerate(WEEKDAYS) for name in names}
BY_MONTH = {name: number for number, names in enumerate(MONTHS, 1) for name in names}

_WD = "|".join(sorted(BY_WEEKDAY, key=len, reverse=True))
_MONTH = "|".join(sorted(BY_MONTH, key=len, reverse=True))
_FIRST_MONTH = "|".join(name for names in ENGLISH_MONTHS for name in names)  # what stands before its day
_N = r"\d{1,2}|" + "|".join(sorted(NUMBERS, key=len, reverse=True))
_NEXT = r"prossim[oa]|next|che viene|in arrivo|dopo il prossimo"
_THIS = r"quest[oa]|this|this coming|the coming"
_NEXT_WEEK = (
    r"(?:del)?la (?:settimana prossima|prossima settimana)|(?:del)?la settimana (?:dopo|che viene)|settimana prossima"
    r"|prossima settimana|(?:of )?next week|(?:of )?the next week"
)
_THIS_WEEK = r"(?:(?:di|in) )?quest[oa] settimana|in settimana|(?:of )?this week|during the week"
_BEFORE = r"(?:(?:il|lo|la|on|the|on the|di|del|della|per|per il|per l|l|dell|all|nell|for|of|il giorno|giorno) )?"

OF_A_MONTH = re.compile(rf" (?:of |di )?(?:{'|'.join(name for name in BY_MONTH if len(name) > len('sett'))})(?= |$)")
"""What makes the number before it a day of the month, and no hour."""


@dataclass(frozen=True, slots=True)
class Days:
    """Any of the dates. `weekday`: they were named by it; `habit`: so that it may mean every week."""

    dates: tuple[date, ...]
    weekday: int | None = None
    habit: bool = False
    several: bool = False  # the weekday's plural: every week
    doubtful: str = ""  # the number beside the weekday, which may be the day of the month or the hour
    fault: Doubt | None = None  # why it is no day of the time ahead; it has no dates then

    def meeting(self, other: Days) -> Days | None:
        """What both can mean together: `next week` and `on Wednesday`; None when that is no day."""
        weekdays = {days.weekday for days in (self, other)} - {None}
        if len(weekdays) > 1:
            return None
        weekday = next(iter(weekdays), None)
        by_name, by_range = (self, other) if self.weekday is not None else (other, self)
        dates = tuple(day for day in by_range.dates if day.weekday() == weekday) if weekday is not None else ()
        if by_range.weekday is not None or weekday is None:
            dates = tuple(day for day in self.dates if day in other.dates)
        habit, several = self.habit and other.habit, self.several or other.several
        return Days(dates, by_name.weekday, habit, several) if dates else None


Reader = Callable[["re.Match[str]", date], Days | None]


def _named(match: re.Match[str], today: date) -> Days | None:
    """A weekday, with what was said of its week, and of its date."""
    weekday = BY_WEEKDAY[match["wd"]]
    first = today + timedelta(days=(weekday - today.weekday()) % WEEK)
    both = (first, first + timedelta(days=WEEK))
    said = match["this"] or match["thisweek"], match["next"] or match["after"], match["nextweek"]
    if sum(bool(each) for each in said) > 1:
        return None
    if match["nextweek"]:
        return Days((_monday_after(today) + timedelta(days=weekday),), weekday)
    if match["next"] or match["after"]:
        coming = first if first > today else both[1]
        in_this_week = coming < _monday_after(today)
        return Days((coming, coming + timedelta(days=WEEK)) if in_this_week else (coming,), weekday)
    if said[0]:
        return Days((first,), weekday)
    habit = match["article"] in ("il", "la")
    return Days(both if first == today else (first,), weekday, habit)


def _monday_after(today: date) -> date:
    return today + timedelta(days=WEEK - today.weekday())


def _week_later(match: re.Match[str], today: date) -> Days:
    """`the Wednesday after next`, which may be one of two where the next one may; `Monday week`."""
    weekday = BY_WEEKDAY[match["wd"]]
    coming = today + timedelta(days=(weekday - today.weekday() - 1) % WEEK + 1)
    later = coming + timedelta(days=WEEK)
    doubtful = "after next" in match[0] and coming < _monday_after(today)
    return Days((later, later + timedelta(days=WEEK)) if doubtful else (later,), weekday)


def _in_two_weeks(match: re.Match[str], today: date) -> Days:
    weekday = BY_WEEKDAY[match["wd"]]
    return Days((_monday_after(today) + timedelta(days=WEEK + weekday),), weekday)


def _several(match: re.Match[str], today: date) -> Days:
    weekday = SEVERAL[match["wd"]]
    first = today + timedelta(days=(weekday - today.weekday()) % WEEK)
    return Days((first,), weekday, several=True)


def _dated(match: re.Match[str], today: date) -> Days | None:
    """`thursday 26`, `26 november`, `3/12`: the next such date. None for a weekday it does not fall on."""
    parts = match.groupdict()
    month = BY_MONTH[parts["month"]] if parts.get("month") else int(parts["number"]) if parts.get("number") else None
    year = int(parts["year"]) if parts.get("year") else None
    year = year + 2000 if year and year < 100 else year
    day = int(match["day"].replace("primo", "1"))
    found = _next_date(day, month, year, today)
    if found is None and (fault := _fault(day, month, year, today)):
        return Days((), fault=fault)
    weekday = BY_WEEKDAY[parts["wd"]] if parts.get("wd") else None
    if found is None or (weekday is not None and found.weekday() != weekday):
        return None
    if "bare" in parts and found <= today + HORIZON and int(match["day"]) in HOURS_TOLD_BARE:
        told_apart = CLOCK_TIME.search(match.string, match.end())
        return Days((found,), weekday) if told_apart else Days((found,), weekday, doubtful=match["day"])
    near = month is not None or parts.get("ordinal") or weekday is None or found <= today + HORIZON
    return Days((found,)) if near else None


def _next_date(day: int, month: int | None, year: int | None, today: date) -> date | None:
    """The first date from today on with that day, and that month and year as far as they are said."""
    for ahead in range(FARTHEST.days + 1):
        each = today + timedelta(days=ahead)
        if each.day == day and month in (None, each.month) and year in (None, each.year):
            return each
    return None


def _fault(day: int, month: int | None, year: int | None, today: date) -> Doubt | None:
    """Why there is no such date ahead; None for one that is only far away."""
    if month is None:
        return Doubt.NO_DAY if day > 31 else None
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year or LEAP_YEAR, month)[1]:
        return Doubt.NO_DAY
    latest = (each for each in (year or today.year, today.year - 1) if day <= monthrange(each, month)[1])
    last = next((found for each in latest if (found := date(each, month, day)) < today), None)
    if year is None and last is not None:
        return Doubt.PAST if today - last <= RECENT else None
    return Doubt.PAST if last is not None else Doubt.NO_DAY if (month, day) == (2, 29) else None


def _of_a_month(match: re.Match[str], today: date) -> Days:
    """`the last Friday of this month`, `the first Monday of December`: of a month named by itself the coming one."""
    months = (today.month + 1,) if match["next"] else (BY_MONTH[match["month"]],) if match["month"] else (today.month,)
    number = (months[0] - 1) % 12 + 1
    year = today.year + (months[0] > 12 or number < today.month)
    there = [date(year, number, day) for day in range(1, monthrange(year, number)[1] + 1)]
    found = [day for day in there if day.weekday() == BY_WEEKDAY[match["wd"]]][WHICH[match["which"]]]
    return Days((found,)) if found >= today else Days((), fault=Doubt.PAST)


def _gone(match: re.Match[str], today: date) -> Days:
    return Days((), fault=Doubt.PAST)


def _in_days(match: re.Match[str], today: date) -> Days:
    number = int(match["n"]) if match["n"].isdigit() else NUMBERS[match["n"]]
    length = WEEK if match["unit"] in ("settimana", "settimane", "week", "weeks") else 1
    return Days((today + timedelta(days=number * length),))


def _offset(days: int) -> Reader:
    return lambda match, today: Days((today + timedelta(days=days),))


def _rest_of_week(match: re.Match[str], today: date) -> Days:
    """What is left of the week; on its last day also the one that begins, which most mean then."""
    left = WEEK - today.weekday()
    return Days(_from(today, left if left > 1 else left + WEEK))


def _week_after(match: re.Match[str], today: date) -> Days:
    return Days(_from(_monday_after(today), WEEK))


def _next_days(match: re.Match[str], today: date) -> Days:
    return Days(_from(today, WEEK))


def _coming(match: re.Match[str], today: date) -> Days | None:
    """`the next two weeks`: from today on."""
    number = int(match["n"]) if match["n"].isdigit() else NUMBERS.get(match["n"], FEW)
    days = number * (WEEK if match["unit"][0] in "sw" else 1)
    return Days(_from(today, days + 1)) if 0 < days <= LONGEST_ROW else None


def _weekend(match: re.Match[str], today: date) -> Days:
    """The coming Saturday and Sunday, or what is left of them; of the next one, both that may be meant."""
    saturday = today + timedelta(days=5 - today.weekday())
    after = saturday + timedelta(days=WEEK)
    if match["next"] or match["after"]:
        ahead = (*(_from(saturday, 2) if today < saturday else ()), *_from(after, 2))
        return Days(ahead)
    return Days(tuple(day for day in _from(saturday, 2) if day >= today))


def _from(first: date, length: int) -> tuple[date, ...]:
    return tuple(first + timedelta(days=each) for each in range(length))


_ORDINAL = r"(?P<ordinal> (?:st|nd|rd|th))?"
_NO_HOUR = (  # a day of the month: nothing follows that makes it an hour, or how many
    r"(?! (?:lezion|cors|prenot|post|class|book|place|spot|person|people|volt|giorn|days))"
    r"(?:(?<=2[5-9])|(?<=3[01])|(?! (?:am|pm|h|hrs|e|meno|in|di|del)\b))"
)
_YEAR = r"(?: (?P<year>20\d\d))?"

READERS: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(rf"(?:{pattern})(?= |$)"), reader)
    for pattern, reader in (
        (rf"{_BEFORE}(?:oggi|today|in giornata)", _offset(0)),
        (r"(?:right )?now|adesso(?: subito)?", _offset(0)),
        (rf"{_BEFORE}(?:domani|tomorrow|tmrw|tmr|tmw|tomoz|tomo)", _offset(1)),
        (
            rf"{_BEFORE}(?:ieri(?: (?:mattina|pomeriggio|sera))?|(?:l )?altro ieri|yesterday(?: (?:morning|afternoon"
            rf"|evening))?|(?:the )?day before yesterday|last (?:night|week|weekend|{_WD})|(?:{_WD}"
            rf"|settimana|(?:fine settimana)|weekend) scors[oa]|scors[oa] (?:{_WD}|settimana|weekend)"
            rf"|(?:{_N}) (?:giorn[oi] fa|days? ago|settiman[ae] fa|weeks? ago))",
            _gone,
        ),
        (
            rf"{_BEFORE}(?:the |il |l |la )?(?P<which>{'|'.join(WHICH)}) (?P<wd>{_WD})"
            rf" (?:of|di|del|in|d)(?: (?:the|this|quest[oa]|il|l))?"
            rf"(?: (?P<month>{_MONTH})| (?P<next>next month|mese prossimo|prossimo mese)| (?P<this>month|mese))",
            _of_a_month,
        ),
        (rf"{_BEFORE}(?:dopodomani|dopo domani|(?:the )?day after tomorrow)", _offset(2)),
        (
            rf"(?:(?:on|di|del|della|per|for|of|al|alla) )?(?:(?P<article>il|lo|la|the|il giorno) )?"
            rf"(?:(?P<this>{_THIS}) |(?P<next>{_NEXT}) )?(?P<wd>{_WD})"
            rf"(?: (?P<nextweek>{_NEXT_WEEK})| (?P<thisweek>{_THIS_WEEK})| (?P<after>{_NEXT}))?",
            _named,
        ),
        (rf"{_BEFORE}(?P<wd>{_WD}) (?:after next|week)", _week_later),
        (rf"(?:a|one) week (?:on|from) (?P<wd>{_WD})", _week_later),
        (rf"{_BEFORE}(?P<wd>{_WD}) (?:(?:tra|fra|in) (?:due|2) settimane|in (?:two|2) weeks(?: time)?)", _in_two_weeks),
        (rf"(?:(?:on|il|la|i|le|the) )?(?P<wd>{'|'.join(SEVERAL)})", _several),
        (
            rf"{_BEFORE}(?:(?P<wd>{_WD}) (?:(?:il|the|del|,) )?)?(?P<day>\d{{1,2}}|primo){_ORDINAL}"
            rf"(?: of| di)? (?P<month>{_MONTH}){_YEAR}",
            _dated,
        ),
        (
            rf"{_BEFORE}(?:(?P<wd>{_WD}) (?:the )?)?(?P<month>{_FIRST_MONTH}) (?:the )?"
            rf"(?P<day>\d{{1,2}}){_ORDINAL}{_YEAR}",
            _dated,
        ),
        (
            rf"{_BEFORE}(?:(?P<wd>{_WD}) )?(?P<day>\d{{1,2}})/(?P<number>\d{{1,2}})(?:/(?P<year>\d{{4}}|\d\d))?",
            _dated,
        ),
        (
            rf"{_BEFORE}(?P<wd>{_WD}) (?:il|the) (?P<day>\d{{1,2}}){_ORDINAL}",
            _dated,
        ),
        (rf"{_BEFORE}(?P<wd>{_WD}) (?P<day>\d{{1,2}})(?P<ordinal> (?:st|nd|rd|th))", _dated),
        (
            rf"{_BEFORE}(?P<wd>{_WD}) (?P<bare>)(?P<day>\d{{1,2}}){_NO_HOUR}",
            _dated,
        ),
        (
            rf"(?:il|il giorno|giorno|del|per il|the|on the) (?P<day>\d{{1,2}}){_NO_HOUR}(?! (?:st|nd|rd|th|of|di)\b)",
            _dated,
        ),
        (r"(?:(?:on|for) )?(?:the )?(?P<day>\d{1,2})(?P<ordinal> (?:st|nd|rd|th))", _dated),
        (rf"(?:tra|fra|in|within) (?P<n>{_N}) (?P<unit>giorn[oi]|days?|settiman[ae]|weeks?)(?: time)?", _in_days),
        (
            rf"(?:(?:nel|nella|per il|il|i|in|questo|this|the|on the|at the|over the|for the|del|di) ){{0,3}}"
            rf"(?:(?P<next>{_NEXT}) )?(?:weekend|week end|fine settimana)(?: (?P<after>{_NEXT}))?",
            _weekend,
        ),
        (rf"(?:{_THIS_WEEK})", _rest_of_week),
        (rf"(?:in |nella |per )?(?:{_NEXT_WEEK})", _week_after),
        (r"(?:(?:nei|in|i|the|in the|over the) )?(?:prossimi|next|coming) (?:giorni|days|few days)", _next_days),
        (
            rf"(?:(?:nei|nelle|per|in|over|for|within|le|i|the|during) ){{0,2}}(?:prossim[ie]|next|coming) "
            rf"(?P<n>{_N}|couple of|few) (?P<unit>giorn[oi]|days?|settiman[ae]|weeks?)",
            _coming,
        ),
    )
)


def days_at(text: str, at: int, today: date) -> tuple[int, Days] | None:
    """The days that the text names from that character on, and where their words end: the longest that makes sense."""
    found = ((match.end(), reader(match, today)) for pattern, reader in READERS if (match := pattern.match(text, at)))
    made = [(end, days) for end, days in found if days is not None]
    return max(made, key=lambda one: one[0], default=None)


WORDS = frozenset([*BY_WEEKDAY, *SEVERAL, *BY_MONTH, *NUMBERS]) | worded(
    """
    oggi today domani tomorrow dopodomani weekend settimana settimane week weeks giorno giorni day days prossimo
    prossima prossimi next questo questa this stasera tonight stamattina domattina ieri yesterday scorso scorsa
    """
)
