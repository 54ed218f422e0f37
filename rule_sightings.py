"""What the site was seen to do otherwise than the rules of the house say: hints, each with how many of its kind count.

Pure; used by perform.py, which notes them (store/rules.py). What the site says in plain words counts at once; what may
have another cause (a clock, a page that changed) has to be seen twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from errors import AccountLimit, AppError, BookingsClosed, CancelTooLate, NotOpenYet, Overlap, quoted
from house_rules import HouseRules, LateCancel, Overlapping, Rule
from model import Booking, OpeningReport, ShotOutcome, Wish, starts_at
from names import plain

PLAIN, DOUBTFUL = 1, 2  # how often it has to be seen before it is told
NUMBERS = {"una": 1, "un": 1, "un'": 1, "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "dieci": 10}
NUMBER = r"(\d{1,3}|una|un'|un|due|tre|quattro|cinque|sei|dieci)"
LIMIT = re.compile(
    rf"(?:massim\w+|piu di|gia|limite|oltre|up to|more than|only)\D{{0,30}}?\b{NUMBER} (?:prenotazion|booking)"
)
PERIOD = re.compile(r"settiman|giorn|\bmes[ei]\b|mensil|week|\bday|month")  # so many in a week is another rule
BEFORE_THE_CLASS = re.compile(r"prima|anticipo|inizio|before")
BEFORE = re.compile(rf"\b{NUMBER} ?(minut\w*|min\b|or[ae]\b|hours?|giorn\w+|days?)")
DATED = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{2,4}))?")
HOUR = re.compile(r"(?:ore|alle|at|dalle|h)\s{0,3}(\d{1,2})[:.](\d{2})|\b(\d{1,2}):(\d{2})\b")
MINUTES = {"min": 1, "ora": 60, "ore": 60, "hou": 60, "gio": 1440, "day": 1440}
MOST_AHEAD = 60  # days before a class its slot may open
LATE = 60.0  # s after its time: what opens then goes by another rule
ROUND_HOURS = (3, 4, 6, 8, 12, 18, 24, 36, 48, 72)  # notices that such sites have


@dataclass(frozen=True, slots=True)
class Sighting:
    """The site followed another value of a rule than the one in force."""

    rule: Rule
    value: str  # as HouseRules.value
    words: str  # the site's own, or what was seen
    needed: int = PLAIN  # sightings, of classes apart, until it is told


def of_refusal(error: AppError, wish: Wish, rules: HouseRules, now: datetime) -> Sighting | None:
    """What a refusal says of the rules; None when nothing, or nothing new."""
    words = quoted(str(error))
    said = plain(words)
    seen: Sighting | None = None
    match error:
        case AccountLimit() if (found := LIMIT.search(said)) and not PERIOD.search(said):
            seen = Sighting(Rule.MOST_BOOKINGS, str(_number(found[1])), words)
        case Overlap() if words:
            seen = Sighting(Rule.OVERLAP, Overlapping.REFUSED, words)
        case BookingsClosed() if BEFORE_THE_CLASS.search(said) and (minutes := _term(said, wish, rules, now)):
            seen = Sighting(Rule.CLOSES, f"{minutes:g}", words)
        case NotOpenYet() if opening := _opening(said, wish, rules):
            seen = Sighting(Rule.OPENING, rules.with_value(Rule.OPENING, opening).value(Rule.OPENING), words)
        case CancelTooLate():
            seen = _late_cancel(said, words, wish, rules, now)
    return seen if seen and _is_news(seen, rules) else None


def _is_news(seen: Sighting, rules: HouseRules) -> bool:
    """Whether it is another value than the one in force, and one that the rule can have."""
    try:
        return rules.with_value(seen.rule, seen.value) != rules
    except ValueError:
        return False


def of_held(held: Sequence[Booking], rules: HouseRules) -> Sighting | None:
    """Two places at the same hours, both in "my bookings": the site takes such."""
    if rules.overlap is Overlapping.WARNED:
        return None
    for number, one in enumerate(held):
        for other in held[number + 1 :]:
            end = (datetime.combine(other.day, other.start) + timedelta(minutes=other.minutes or 60)).time()
            if one.minutes and other.minutes and other.start < end and one.overlaps(other.day, other.start, end):
                what = f"{one.course} {one.start:%H:%M}, {other.course} {other.start:%H:%M}"
                return Sighting(Rule.OVERLAP, Overlapping.WARNED, what)
    return None


def of_cancelled(wish: Wish, rules: HouseRules, now: datetime) -> Sighting | None:
    """A place that was given back past the free term, though the rule says that the site refuses that."""
    late = now >= starts_at(wish.day, wish.start, rules.opening.zone) - rules.free_cancel
    if not late or rules.late_cancel is LateCancel.PENALTY:
        return None
    return Sighting(Rule.LATE_CANCEL, LateCancel.PENALTY, f"{wish.course} {wish.start:%H:%M}")


def of_opening(wish: Wish, opened: datetime, rules: HouseRules) -> Sighting | None:
    """A slot that could be booked at another time than the rule says. Seen once, it may have been a clock."""
    local = opened.astimezone(rules.opening.zone)
    hour = time(local.hour, local.minute - local.minute % 15)
    value = f"days_ahead={(wish.day - local.date()).days} at={hour:%H:%M}"
    try:
        seen = rules.with_value(Rule.OPENING, value).value(Rule.OPENING)
    except ValueError:
        return None
    if seen == rules.value(Rule.OPENING):
        return None
    return Sighting(Rule.OPENING, seen, f"{wish.course} {wish.day:%d/%m}: {local:%d/%m %H:%M}", DOUBTFUL)


def opened_at(report: OpeningReport) -> datetime | None:
    """When a slot opened, if that was later than it should: when a first request got through.

    Of one that was open before its time nobody knows since when.
    """
    if report.opened_early:
        return None
    late = report.arrived(report.hit) if report.hit else report.seen
    early = [shot for shot in report.shots if shot.outcome is ShotOutcome.EARLY]
    if late is None or late < LATE or not (early or not report.shots):
        return None
    return report.opens_at + timedelta(seconds=late)


def _late_cancel(said: str, words: str, wish: Wish, rules: HouseRules, now: datetime) -> Sighting | None:
    """Refused past the term we know: late cancelling is refused. Before it: the term is an earlier one."""
    begins = starts_at(wish.day, wish.start, rules.opening.zone)
    if now >= begins - rules.free_cancel:
        return Sighting(Rule.LATE_CANCEL, LateCancel.REFUSED, words, PLAIN if words else DOUBTFUL)
    if minutes := _term(said, wish, rules, now):
        return Sighting(Rule.FREE_CANCEL, f"{minutes / 60:g}", words)
    left = (begins - now) / timedelta(hours=1)
    hours = next((each for each in ROUND_HOURS if each >= left), None)
    return Sighting(Rule.FREE_CANCEL, str(hours), words, DOUBTFUL) if hours else None


def _opening(said: str, wish: Wish, rules: HouseRules) -> str | None:
    """The rule behind "aperte dal 24/11 ore 12:00" or "48 ore prima"; None when the words do not say."""
    for dated in DATED.finditer(said):
        hour = HOUR.search(said, dated.end())
        if hour is None or (moment := _moment(dated, hour, wish)) is None or moment.date() == wish.day:
            continue  # the class itself may be named too
        ahead = (wish.day - moment.date()).days
        if not 0 < ahead <= MOST_AHEAD:
            return None
        rolls = moment.time() == wish.start != rules.opening.at
        return f"hours_before={ahead * 24}" if rolls else f"days_ahead={ahead} at={moment:%H:%M}"
    minutes = _minutes(said)
    whole_hours = minutes is not None and 0 < minutes <= MOST_AHEAD * 24 * 60 and minutes % 60 == 0
    return f"hours_before={minutes / 60:g}" if minutes and whole_hours and "prima" in said else None


def _moment(dated: re.Match[str], hour: re.Match[str], wish: Wish) -> datetime | None:
    """The date and hour that words name, in the year that is nearest before a class."""
    try:
        day = date(wish.day.year, int(dated[2]), int(dated[1]))
        day = day if day <= wish.day else day.replace(year=day.year - 1)
        return datetime.combine(day, time(int(hour[1] or hour[3]), int(hour[2] or hour[4])))
    except ValueError:
        return None


def _minutes(said: str) -> float | None:
    found = BEFORE.search(said)
    return _number(found[1]) * MINUTES[found[2][:3]] if found else None


def _term(said: str, wish: Wish, rules: HouseRules, now: datetime) -> float | None:
    """How long before its class the words say that something ends, in minutes; None when it would not have ended yet:
    then they speak of something else."""
    minutes, begins = _minutes(said), starts_at(wish.day, wish.start, rules.opening.zone)
    return minutes if minutes and begins - now <= timedelta(minutes=minutes) else None


def _number(word: str) -> int:
    return int(word) if word.isdigit() else NUMBERS[word]
