"""What the site was seen to do otherwise than the rules of the house say: hints, each with how many of its kind count.

Pure; used by actions/runner.py, which notes them (store/rules.py). What the site says in plain words counts at once;
what may have another cause (a clock, a page that changed) has to be seen twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.errors import AccountLimit, AppError, BookingsClosed, CancelTooLate, NotOpenYet, Overlap, quoted
from domain.house_rules import HouseRules, LateCancel, Overlapping, Rule
from domain.model import Booking, ClassRef, Slot, SlotStatus, starts_at
from domain.names import plain
from domain.opening_report import OpeningReport, ShotOutcome

PLAIN, DOUBTFUL = 1, 2  # how often it has to be seen before it is told
NUMBERS = {"una": 1, "un": 1, "un'": 1, "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "dieci": 10}
NUMBER = r"(\d{1,3}|una|un'|un|due|tre|quattro|cinque|sei|dieci)"
LIMIT = re.compile(
    rf"(?:massim\w+|piu di|gia|limite|oltre|up to|more than|only)\D{{0,30}}?\b{NUMBER} (?:prenotazion|booking)"
)
LIMIT_AFTER = re.compile(
    r"(?:massim\w+|limite|maximum).{0,40}?(?:prenotazion|booking)\w*[^.;\d]{0,40}?[(:] ?(\d{1,2})\b"
)
PERIOD = re.compile(r"settiman|giorn|\bmes[ei]\b|mensil|week|\bday|month")  # so many in a week is another rule
BEFORE_THE_CLASS = re.compile(r"prima|anticipo|inizio|before")
BEFORE = re.compile(rf"\b{NUMBER} ?(minut\w*|min\b|or[ae]\b|hours?|giorn\w+|days?)")
DATED = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{2,4}))?")
HOUR = re.compile(r"(?:ore|alle|at|dalle|h)\s{0,3}(\d{1,2})[:.](\d{2})|\b(\d{1,2}):(\d{2})\b")
MINUTES = {"min": 1, "ora": 60, "ore": 60, "hou": 60, "gio": 1440, "day": 1440}
MOST_AHEAD = 60  # days before a class its slot may open
CLOCKS_APART = timedelta(minutes=5)  # ours and the site's, at most
OPENS = re.compile(r"\bapr[eio]|\bapert")  # a word about the beginning, not the end
LATE = 60.0  # s after its time: what opens then goes by another rule
ROUND_HOURS = (3, 4, 6, 8, 12, 18, 24, 36, 48, 72)  # notices that such sites have
ROUND_MINUTES = (0, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440)  # the same before a class
STEPS = (60, 30, 15, 5, 1)  # minutes: of the times at which a slot may have opened the roundest is the likeliest
LEAST_CLOSED = 3  # slots with free places and no way to book them, until it is no matter of a single class
NOT_CLOSING = timedelta(hours=6)  # before its class: that bookings close so early is not what one would think first


@dataclass(frozen=True, slots=True)
class Sighting:
    """The site followed another value of a rule than the one in force."""

    rule: Rule
    value: str  # as HouseRules.value
    words: str  # the site's own, or what was seen
    needed: int = PLAIN  # sightings, of classes apart, until it is told


def of_refusal(error: AppError, wish: ClassRef, rules: HouseRules, now: datetime) -> Sighting | None:
    """What a refusal says about the rules; None when it says nothing, nothing new, or what can't be true at that
    moment.
    """
    words = quoted(str(error))
    said = plain(words)
    seen: Sighting | None = None
    match error:
        case AccountLimit() if (most := _most(said)) and not PERIOD.search(said):
            seen = Sighting(Rule.MOST_BOOKINGS, str(most), words)
        case Overlap() if words:
            seen = Sighting(Rule.OVERLAP, Overlapping.REFUSED, words)
        case BookingsClosed() if BEFORE_THE_CLASS.search(said) and not OPENS.search(said):
            minutes = _term(said, wish, rules, now)
            seen = Sighting(Rule.CLOSES, f"{minutes:g}", words) if minutes else None
        case NotOpenYet() if opening := _opening(said, wish, rules, now):
            seen = Sighting(Rule.OPENING, rules.with_value(Rule.OPENING, opening).value(Rule.OPENING), words)
        case CancelTooLate():
            seen = _late_cancel(said, words, wish, rules, now)
    return seen if seen and _is_news(seen, rules) else None


def _is_news(seen: Sighting, rules: HouseRules) -> bool:
    """Whether a sighting names another value than the one in force, and one that the rule can have."""
    try:
        return rules.with_value(seen.rule, seen.value) != rules
    except ValueError:
        return False


def of_held(held: Sequence[Booking], rules: HouseRules) -> Sighting | None:
    """A sighting of overlapping bookings: "my bookings" shows two places at the same hours, so the site takes them."""
    if rules.overlap is Overlapping.WARNED:
        return None
    for number, one in enumerate(held):
        for other in held[number + 1 :]:
            end = (datetime.combine(other.day, other.start) + timedelta(minutes=other.minutes or 60)).time()
            if one.minutes and other.minutes and other.start < end and one.overlaps(other.day, other.start, end):
                what = f"{one.course} {one.start:%H:%M}, {other.course} {other.start:%H:%M}"
                return Sighting(Rule.OVERLAP, Overlapping.WARNED, what)
    return None


def of_cancelled(wish: ClassRef, rules: HouseRules, now: datetime) -> Sighting | None:
    """A sighting of a late cancellation: the site took it past the free term, though the rule says that it refuses."""
    late = now >= starts_at(wish.day, wish.start, rules.opening.zone) - rules.free_cancel
    if not late or rules.late_cancel is LateCancel.PENALTY:
        return None
    return Sighting(Rule.LATE_CANCEL, LateCancel.PENALTY, f"{wish.course} {wish.start:%H:%M}")


def of_timetable(
    slots: Sequence[Slot], held: int, rules: HouseRules, now: datetime
) -> tuple[Sighting, ClassRef] | None:
    """Slots that can't be booked though they are open and have free places: bookings close some time before a class,
    or who holds so many may book no more. `held`: places of whose eyes the timetable was read with.

    One reading is a hint, and says something only where no other value would do.
    """
    zone = rules.opening.zone
    coming = [each for each in slots if starts_at(each.day, each.start, zone) > now]
    by_start = sorted(coming, key=lambda each: (each.day, each.start))
    is_open = [each for each in by_start if rules.opening.opens_at(each.day, each.start) <= now]
    closed = [each for each in is_open if each.status is SlotStatus.DISABLED and each.places]
    free = [each for each in is_open if each.status is SlotStatus.AVAILABLE]
    if free:
        return _closing(closed, free, rules, now)
    mine = sum(each.status is SlotStatus.BOOKED for each in coming)
    far = bool(closed) and starts_at(closed[-1].day, closed[-1].start, zone) - now >= NOT_CLOSING
    if len(closed) < LEAST_CLOSED or not far or not 0 < held >= mine or rules.most_bookings == held:
        return None
    words = f"{held} prenotazioni, e {len(closed)} orari con posti liberi che non si possono prenotare"
    return Sighting(Rule.MOST_BOOKINGS, str(held), words, DOUBTFUL), closed[-1].ref


def _closing(
    closed: Sequence[Slot], free: Sequence[Slot], rules: HouseRules, now: datetime
) -> tuple[Sighting, ClassRef] | None:
    """The one round number of minutes between a class that has closed and the next, which has not."""
    last = closed[-1] if closed else None
    least = _minutes_to(last, rules, now) if last else 0.0
    beyond = _minutes_to(free[0], rules, now)
    values = [each for each in ROUND_MINUTES if least <= each < beyond]
    if len(values) != 1 or least <= rules.closes / timedelta(minutes=1) < beyond:
        return None
    about = last or free[0]
    words = f"a {least if last else beyond:.0f} minuti da {about.course} {about.start:%H:%M}"
    seen = f"con {about.places} posti liberi, non si poteva prenotare" if last else "si poteva ancora prenotare"
    return Sighting(Rule.CLOSES, str(values[0]), f"{words}, {seen}", DOUBTFUL), about.ref


def _minutes_to(slot: Slot, rules: HouseRules, now: datetime) -> float:
    return (starts_at(slot.day, slot.start, rules.opening.zone) - now) / timedelta(minutes=1)


def of_opening(wish: ClassRef, report: OpeningReport, rules: HouseRules) -> Sighting | None:
    """A sighting of a slot that opened later than the rule says. Seen once, a wrong clock may have been the cause.

    Of one that was open before its time nobody knows since when.
    """
    zone = rules.opening.zone
    found = None if report.opened_early else _opened_late(report)
    moment = _roundest(*(each.astimezone(zone) for each in found)) if found else None
    if found is None or moment is None:
        return None
    value, opened = _as_rule(wish, moment, rules), found[1]
    try:
        seen = rules.with_value(Rule.OPENING, value).value(Rule.OPENING)
    except ValueError:
        return None
    if seen == rules.value(Rule.OPENING):
        return None
    words = f"{wish.course} {wish.day:%d/%m}: aperta {opened.astimezone(zone):%d/%m %H:%M}"
    return Sighting(Rule.OPENING, seen, words, DOUBTFUL)


def _opened_late(report: OpeningReport) -> tuple[datetime, datetime] | None:
    """Between which two instants a slot opened that opened late: the last request before it, and the first after."""
    late = report.arrived(report.hit) if report.hit else report.seen
    early = [report.arrived(shot) for shot in report.shots if shot.outcome is ShotOutcome.EARLY]
    if late is None or late < LATE or not (early or not report.shots):
        return None
    return report.opens_at + timedelta(seconds=max(early, default=0.0)), report.opens_at + timedelta(seconds=late)


def _roundest(after: datetime, until: datetime) -> datetime | None:
    """The roundest time of day of those after one and up to the other; None when there is no whole minute."""
    minute = until.replace(second=0, microsecond=0)
    times = (minute - timedelta(minutes=minute.minute % step) for step in STEPS)
    return next((each for each in times if each > after), None)


def _as_rule(wish: ClassRef, moment: datetime, rules: HouseRules) -> str:
    """The rule by which a class opens at that moment, in the site's zone."""
    ahead = (wish.day - moment.date()).days
    if moment.time() == wish.start != rules.opening.at and ahead:
        return f"hours_before={ahead * 24}"
    hours = (starts_at(wish.day, wish.start, rules.opening.zone) - moment) / timedelta(hours=1)
    if rules.opening.hours_before is not None and hours in ROUND_HOURS:
        return f"hours_before={hours:g}"
    return f"days_ahead={ahead} at={moment:%H:%M}"


def _most(said: str) -> int | None:
    """How many bookings one may hold, by words about a limit."""
    found = LIMIT.search(said) or LIMIT_AFTER.search(said)
    return _number(found[1]) or None if found else None


def _late_cancel(said: str, words: str, wish: ClassRef, rules: HouseRules, now: datetime) -> Sighting | None:
    """A refused cancellation: past the known term it means that late cancelling is refused, before it that the term is
    earlier.
    """
    begins = starts_at(wish.day, wish.start, rules.opening.zone)
    if now >= begins - rules.free_cancel:
        return Sighting(Rule.LATE_CANCEL, LateCancel.REFUSED, words, PLAIN if words else DOUBTFUL)
    if minutes := _term(said, wish, rules, now):
        return Sighting(Rule.FREE_CANCEL, f"{minutes / 60:g}", words)
    left = (begins - now) / timedelta(hours=1)
    hours = next((each for each in ROUND_HOURS if each >= left), None)
    return Sighting(Rule.FREE_CANCEL, str(hours), words, DOUBTFUL) if hours else None


def _opening(said: str, wish: ClassRef, rules: HouseRules, now: datetime) -> str | None:
    """The rule behind "aperte dal 24/11 ore 12:00" or "48 ore prima"; None when the words do not say."""
    for dated in DATED.finditer(said):
        hour = HOUR.search(said, dated.end())
        if hour is None or (moment := _moment(dated, hour, wish)) is None or moment.date() == wish.day:
            continue  # the class itself may be named too
        if moment.replace(tzinfo=rules.opening.zone) < now - CLOCKS_APART:
            return None  # it would be open
        ahead = (wish.day - moment.date()).days
        if not 0 < ahead <= MOST_AHEAD:
            return None
        rolls = moment.time() == wish.start != rules.opening.at
        return f"hours_before={ahead * 24}" if rolls else f"days_ahead={ahead} at={moment:%H:%M}"
    minutes = _minutes(said)
    if minutes is None or minutes % 60 or "prima" not in said:
        return None
    opens = starts_at(wish.day, wish.start, rules.opening.zone) - timedelta(minutes=minutes)
    return f"hours_before={minutes / 60:g}" if opens >= now - CLOCKS_APART else None


def _moment(dated: re.Match[str], hour: re.Match[str], wish: ClassRef) -> datetime | None:
    """The date and hour that words name, in the year that is nearest before a class."""
    try:
        day = date(wish.day.year, int(dated[2]), int(dated[1]))
        day = day if day <= wish.day else day.replace(year=day.year - 1)
        return datetime.combine(day, time(int(hour[1] or hour[3]), int(hour[2] or hour[4])))
    except ValueError:
        return None


def _minutes(said: str) -> float | None:
    found = BEFORE.search(said)
    minutes = _number(found[1]) * MINUTES[found[2][:3]] if found else 0
    return minutes if 0 < minutes <= MOST_AHEAD * MINUTES["day"] else None


def _term(said: str, wish: ClassRef, rules: HouseRules, now: datetime) -> float | None:
    """How long before its class the words say that something ends, in minutes; None when it would not have ended yet:
    then they speak of something else."""
    minutes, begins = _minutes(said), starts_at(wish.day, wish.start, rules.opening.zone)
    return minutes if minutes and begins - now <= timedelta(minutes=minutes) else None


def _number(word: str) -> int:
    return int(word) if word.isdigit() else NUMBERS[word]
