"""The site's HTML and JSON -> domain types. Pure functions: no network, no clock, no state.

What the site is known to send is in the contract; what is only guessed there (which field carries the course's name,
the letter case of the fields, the form of the dates, the words of a status) is read in every form that makes sense.
An answer without what it must contain raises SiteChanged: it is never read as "nothing".
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from html import unescape
from itertools import takewhile
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup, Tag
from bs4.element import PageElement

from domain import refusals
from domain.errors import BookingRefused, HeldForOthers, OnWaitingList, SiteChanged, SlotFull, quote
from domain.model import FIT_CENTER, Activity, Booking, Slot, clock_time
from domain.names import name_parts, plain, split_activity
from domain.slot_words import FULL, WAITING, is_understood, slot_status
from safety.elements import elements
from safety.untrusted import YEARS, Unreadable, read_json, read_moment

MOST_DIGITS = 4  # of places or minutes
LONGEST_KEY = 64  # characters of the name of a field that is read; the site's have up to twenty
DEFAULT_MINUTES = 60  # the length of a class when nothing tells it
COURSE_FIELDS = ("skillname", "eventdescription", "eventname")  # which of them has the course can differ
MESSAGE_FIELDS = ("message", "errormessage", "error", "errors", "reason", "text", "title", "data")
"""Of an answer to a booking: which of them has the site's words can differ."""
MOST_NESTED = 3  # objects within an answer that may hold its words
DEFAULT_FLAGS = "Classes"  # activityFlags of every calendar link seen so far

BLOCK_PARTS = {"event-info-schedule", "time-start", "time-duration", "event-info-description", "event-info-skill-level"}
"""The classes of what a booking's block in "my bookings" consists of, as far as it is known."""
NO_WORDS = ("button", "script", "style")  # elements of a block that say nothing about the booking
KNOWN_WORDS = re.compile(
    r"prenotazione (?:prenotat|confermat)a|\b(?:prenotat[oa]|confermat[oa]|stato)\b|\b(?:disdici|annulla|cancella)\b"
    r"|\bcancella(?:zione|bile) (?:gratuita |gratis )?(?:entro|fino)\b|\b(?:il|al|alle|le|ore|del|delle)\b|[^a-z]"
)
"""Words, as `plain` gives them, that say nothing against a booking: others may be those of a waiting list."""
LEVEL = re.compile(
    r"(?:livello|level|liv\.?)\b.*|base|principiant\w+|intermedi\w*|avanzat\w*|beginners?|advanced|open|unico|"
    r"(?:per )?tutti(?: i livelli)?|\d+"
)
"""What a text that should name a course may hold in its place."""
TAKEN = re.compile(r"occupat|prenotati\b|iscritt|assegnat")  # places that are counted from the other end
TOTAL = re.compile(r"total|capienza")

Clean = Callable[[str], str]
"""Takes the site's words and gives them as they may leave: without a person's secrets (portal/evidence/redactor.py)."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """An activity as the choice of activities links to it."""

    activity: Activity
    flags: str = DEFAULT_FLAGS


# ----- HTML: the choice of activities, my bookings


def activities(html: str) -> tuple[Calendar, ...]:
    """The calendars "choose activity" links to, in its order. Raises SiteChanged when not a single link is there."""
    links = _soup(html).select(".list-group-item")
    found = [each for each in (_calendar(link) for link in links) if each]
    if not found:
        raise SiteChanged("the page with the activities links to no calendar")
    return tuple({each.activity.id: each for each in found}.values())


def _calendar(link: Tag) -> Calendar | None:
    """The id is usually in the address; another attribute, or a script, may carry it."""
    name = _text(link.select_one(".list-group-item-heading") or link)
    if not name:
        return None
    address = str(link.get("href") or "")
    if not address.lower().startswith("javascript:"):
        with contextlib.suppress(SiteChanged, ValueError):  # the latter: an address that is none
            return calendar_at(address, name)
    identifier = re.search(r"activity-?id\W{1,4}(\w[\w-]*)", str(link), re.IGNORECASE)
    flags = re.search(r"activity-?flags\W{1,4}(\w[\w-]*)", str(link), re.IGNORECASE)
    return Calendar(Activity(identifier[1], name), flags[1] if flags else DEFAULT_FLAGS) if identifier else None


def activity_names(html: str) -> tuple[str, ...]:
    """What "choose activity" lists, whether the links say where they lead or not."""
    return tuple(_text(each) for each in _soup(html).select(".list-group-item"))


def calendar_at(url: str, name: str) -> Calendar:
    """The calendar whose page has this address. Raises SiteChanged when the address has no activityId."""
    fields = {key.lower(): values[0] for key, values in parse_qs(urlsplit(url).query).items()}
    if "activityid" not in fields:
        raise SiteChanged(f"'{name}' does not lead to a calendar")
    return Calendar(Activity(fields["activityid"], name), fields.get("activityflags", DEFAULT_FLAGS))


def bookings(html: str) -> tuple[Booking, ...]:
    """What "my bookings" shows, places on a waiting list left out. Raises SiteChanged when it can't be told."""
    return listed(html)[0]


def listed(html: str) -> tuple[tuple[Booking, ...], tuple[Booking, ...]]:
    """What "my bookings" shows: the bookings, and apart from them the places on waiting lists, with all their words."""
    blocks = _blocks(html)
    held = tuple(booking for booking, waits in blocks if not waits)
    return held, tuple(booking for booking, waits in blocks if waits)


def booking_blocks(html: str) -> list[Booking | None]:
    """One per `.event-main-block`, in the page's order; None for a place on a waiting list, which is no booking."""
    return [None if waits else booking for booking, waits in _blocks(html)]


def _blocks(html: str) -> list[tuple[Booking, bool]]:
    """Each block of the list, and whether it is a place on a waiting list."""
    repository = _soup(html).select_one("#event-repository")
    if repository is None:
        raise SiteChanged("the page with my bookings has no list of bookings")
    blocks = repository.select(".event-main-block")
    if not blocks and _looks_held(repository):
        raise SiteChanged("the bookings in the page are not marked up as expected")
    return [_booking(block) for block in blocks]


def _looks_held(repository: Tag) -> bool:
    """Whether a list without known blocks shows a booking all the same: a date, or a button that cancels."""
    return bool(re.search(r"\d{1,2}/\d{1,2}/\d{4}", repository.get_text(" ")) or repository.select(".btn-delete"))


def _booking(block: Tag) -> tuple[Booking, bool]:
    day = calendar_date(_inner(block, "event-info-schedule"))
    start = _time(_inner(block, "time-start"))
    description = _inner(block, "event-info-description")
    if day is None or start is None or not description:
        raise SiteChanged("a booking in the page lacks its date, time or place")
    words = _other_words(block)
    waits = bool(WAITING.search(words))
    place, kind = _leading(description)
    course = course_name([_inner(block, "event-info-skill-level"), description])
    if plain(kind) == plain(course) != plain(FIT_CENTER):
        kind = ""  # "Giuriati - PILATES": it may be the course alone
    unknown = words if waits or KNOWN_WORDS.sub("", plain(words)) else ""
    return Booking(course, place, day, start, _number(_inner(block, "time-duration")), kind, unknown), waits


def _other_words(block: Tag) -> str:
    """What a booking's block says beside when, where and what: a course may be called "CORSO IN LISTA"."""
    others = (text for text in block.find_all(string=True) if not _is_in_a_part(text, block))
    return " ".join(" ".join(others).split())


def _is_in_a_part(text: PageElement, block: Tag) -> bool:
    """Whether a text of the block stands in one of its known parts."""
    inside = takewhile(lambda parent: parent is not block, text.parents)
    return any(each.name in NO_WORDS or not BLOCK_PARTS.isdisjoint(each.get_attribute_list("class")) for each in inside)


def course_name(texts: Sequence[str], activity: str = "") -> str:
    """The course's name, from the first text that has one. Without one it is what the activity is, as `Fit Center`.

    A text may begin with the activity's name, `Giuriati - Corsi Platinum - PILATES MATWORK`. If the activity is not
    given, the last text begins with it. A level of difficulty is a name only where no other text has one.
    """
    place, kind = split_activity(activity) if activity else _leading(texts[-1])
    found = [own for text in texts if (own := _own_name(text, activity, place, kind))]
    if found:
        return next((own for own in found if not LEVEL.fullmatch(plain(own))), found[0])
    return FIT_CENTER if "fit center" in plain(kind) or not kind else kind


def own_name(text: str, activity: str) -> str:
    """What a text says beside the names of the activity, its place and its kind; empty when that is all it says."""
    return _own_name(text, activity, *split_activity(activity))


def _own_name(text: str, activity: str, place: str, kind: str) -> str:
    rest = " ".join(text.split())
    for name in (place, kind):  # "Giuriati-Corsi Platinum-X": blanks around the dashes may be missing
        words = r"\s+".join(re.escape(word) for word in name.split())
        if words:
            rest = re.sub(rf"^{words}\s*(?:[-\u2013\u2014]\s*|$)", "", rest, flags=re.IGNORECASE)
    known = {plain(place), plain(kind), plain(activity), ""}
    return " - ".join(part for part in re.split(r"\s+[-\u2013\u2014]\s+", rest) if plain(part) not in known)


def _leading(description: str) -> tuple[str, str]:
    """Place and kind of a class, as the description of a booking begins with them."""
    place, *others = name_parts(description)
    return place, others[0] if others else ""


# ----- the schedule, as JSON


def slots(
    answer: object, activity: Activity, day: date, zone: ZoneInfo, starts: Container[time] | None = None
) -> tuple[Slot, ...]:
    """The slots of one activity and day in the calendar's own answer; an empty list in it is a day without slots.

    `starts`: only those that begin then, in a tenth of the time.
    Raises SiteChanged when it is not a schedule: another status, no list, or a list of something else.
    """
    content = _schedule_content(answer)
    found = [_Fields(each, zone) for each in _slot_objects(content)]
    if not found and not _is_empty_list(content):
        raise SiteChanged("the schedule of a day is not a list of slots")
    begin = [each.start(day) for each in found]
    read = [
        _json_slot(each, start, activity)
        for each, start in zip(found, begin, strict=True)
        if start is not None and (starts is None or start.time() in starts)
    ]
    if found and not any(begin):
        raise SiteChanged("no slot of the schedule tells when it begins")
    return tuple(sorted((slot for slot in read if slot.day == day), key=lambda slot: (slot.start, slot.course)))


def _schedule_content(answer: object) -> object:
    """What the answer carries, out of its envelopes: `{"status", "data"}`, `{"d": ...}`, JSON within a string."""
    for _ in range(4):
        if isinstance(answer, str):
            answer = _json(answer)
        if not isinstance(answer, dict):
            return answer
        fields = _keys(answer)
        status = plain(str(fields.get("status", "ok")))
        if status not in ("ok", "success", "true", "1", "200", "none"):
            raise SiteChanged(f"the schedule answers with status '{fields.get('status')}'")
        inner = next((fields[key] for key in ("data", "d", "result", "slots", "events") if key in fields), None)
        if inner is None:
            return answer
        answer = inner
    return answer


def _json(text: str) -> object:
    try:
        return read_json(text)
    except Unreadable as error:
        raise SiteChanged(f"the schedule is not readable JSON ({error})") from None


def _slot_objects(node: object) -> Iterator[dict[str, Any]]:
    """Every object that looks like a slot, however deep: days may be nested around them."""
    if isinstance(node, dict):
        if {"appointmentid", "startdatetime", "timestart"} & _keys(node).keys():
            yield node
        else:
            for inner in node.values():
                yield from _slot_objects(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _slot_objects(inner)


def _is_empty_list(content: object) -> bool:
    """Whether it holds lists, perhaps one a day, and nothing in them. `null` and `{}` hold no list."""
    if isinstance(content, dict):
        lists = [each for each in content.values() if isinstance(each, dict | list)]
        return bool(lists) and all(_is_empty_list(each) for each in lists)
    return isinstance(content, list) and all(_is_empty_list(each) for each in content)


def _json_slot(fields: _Fields, start: datetime, activity: Activity) -> Slot:
    texts = fields.descriptions()
    word = fields.text("status")
    status, places = slot_status(word, fields.text("notes"), _places(texts))
    return Slot(
        activity=activity,
        appointment_id=fields.text("appointmentid", "appointment"),
        course=course_name([fields.text(name) for name in COURSE_FIELDS], activity.name),
        day=start.date(),
        start=start.time(),
        end=fields.end(start).time(),
        instructor=_instructor(texts),
        places=places if places is not None else fields.whole("availableplaces", "placesavailable", "freeplaces"),
        status=status,
        is_understood=is_understood(status, word, fields.text("notes")),
    )


def _keys(node: dict[str, Any]) -> dict[str, Any]:
    """The fields by name in lower case, letters and digits only: `AppointmentId`, `appointmentID`, `appointment_id`."""
    return {_key(str(key)[:LONGEST_KEY]): value for key, value in node.items()}


@lru_cache(maxsize=256)
def _key(name: str) -> str:
    """Every slot of a day has the same, and at an opening each millisecond counts."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


class _Fields:
    """One slot of the answer, read by names in lower case."""

    def __init__(self, node: dict[str, Any], zone: ZoneInfo) -> None:
        self._fields = _keys(node)
        self._zone = zone

    def text(self, *names: str) -> str:
        """The first of these that holds something, as plain text; markup in it is dropped."""
        for name in names:
            value = self._fields.get(name)
            if value is not None and not isinstance(value, dict | list | bool) and str(value).strip():
                return _plain_text(str(value).encode("utf-8", "replace").decode())  # JSON can hold half a character
        return ""

    def whole(self, *names: str) -> int | None:
        values = (self._fields.get(name) for name in names)
        whole = (each for each in values if isinstance(each, int) and not isinstance(each, bool))
        return next((each for each in whole if 0 <= each < 10**MOST_DIGITS), None)

    def descriptions(self) -> list[str]:
        """What the page shows under the course: who teaches, and how many places there are."""
        return [self.text("eventdescription2"), self.text("eventdescription3"), self.text("instructor")]

    def start(self, day: date) -> datetime | None:
        """`StartDateTime`, else `DateStart` (else the day that was asked for) and `TimeStart`."""
        whole = self._moment("startdatetime")
        if whole and (whole.time() != time(0) or "timestart" not in self._fields):
            return whole
        hour = self._hour("timestart") or self._hour("timedescription")
        dated = self._moment("datestart")
        return datetime.combine(dated.date() if dated else day, hour) if hour is not None else whole

    def end(self, start: datetime) -> datetime:
        """`EndDateTime`, else the start and the minutes; never past midnight, where no class goes."""
        end = self._moment("enddatetime")
        if end is None or end <= start:
            minutes = _number(self.text("durationminutes", "timeduration")) or DEFAULT_MINUTES
            end = start + timedelta(minutes=minutes)
        return min(end, datetime.combine(start.date(), time(23, 59)))

    def _moment(self, name: str) -> datetime | None:
        return moment(self.text(name), self._zone)

    def _hour(self, name: str) -> time | None:
        value = self._fields.get(name)
        if isinstance(value, dict):  # how .NET writes a TimeSpan
            value = f"{_keys(value).get('hours', '')}:{_keys(value).get('minutes', ''):0>2}"
        return _time(str(value)) if value is not None else None


def moment(text: str, zone: ZoneInfo) -> datetime | None:
    """A date with or without time as the site may write it -> naive, in the site's zone. None when it is none.

    `/Date(1795629600000)/` (milliseconds, UTC), ISO with or without offset, `24/11/2026 18:00:00`.
    """
    with contextlib.suppress(Unreadable):
        read = read_moment(text)
        return read.astimezone(zone).replace(tzinfo=None) if read.tzinfo else read
    ticks = re.search(r"Date\((\d{9,13})\b", text)
    if ticks:
        read = datetime.fromtimestamp(int(ticks[1]) / 1000, zone).replace(tzinfo=None)
        return read if read.year in YEARS else None
    italian = calendar_date(text)
    return datetime.combine(italian, _time(text.partition(" ")[2].strip()) or time(0)) if italian else None


def calendar_date(text: str) -> date | None:
    """The `dd/mm/yyyy` in a text."""
    found = re.search(r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b", text)
    if not found or int(found[3]) not in YEARS:
        return None
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None


def _places(texts: list[str]) -> int | None:
    """`Posti disponibili: 7` and `Posti occupati: 9 su 16` -> 7; said in words, none are left; not said, not known."""
    for text in texts:
        said = plain(text)
        if "post" not in said and not TAKEN.search(said):
            continue
        if FULL.search(text):
            return 0
        if TAKEN.search(said):
            numbers = [int(each) for each in re.findall(r"\d+", said) if len(each) <= MOST_DIGITS]
            return max(numbers[1] - numbers[0], 0) if len(numbers) == 2 else None
        found = _number(text)
        if found is not None and not TOTAL.search(said):
            return found
    return None


def _instructor(texts: list[str]) -> str:
    """`con ROSSI MARIA` -> `ROSSI MARIA`; a text about places is nobody's name."""
    for text in texts:
        found = re.match(r"con\s+(.+)", text, re.IGNORECASE)
        if found:
            return found[1]
    return next((text for text in texts if text and not re.search(r"\d|post", text, re.IGNORECASE)), "")


# ----- the schedule, as the page shows it


def slots_on_page(html: str, activity: Activity, day: date) -> list[Slot]:
    """The slots of one day's column, in the page's order, without AppointmentId.

    Raises SiteChanged when the column has neither slots nor the mark of an empty day.
    """
    soup = _soup(html)
    boxes = soup.select(".event-slot")
    if not boxes and not soup.select(".day-schedule-empty"):
        raise SiteChanged(f"the calendar of {activity.name} shows no slots and does not say that the day is empty")
    return [_page_slot(box, activity, day) for box in boxes]


def _page_slot(box: Tag, activity: Activity, day: date) -> Slot:
    start = _time(_inner(box, "time-start"))
    if start is None:
        raise SiteChanged(f"a slot in the calendar of {activity.name} has no time")
    description = _inner(box, "slot-description")
    minutes = _number(_inner(box, "time-duration")) or DEFAULT_MINUTES
    others = [_inner(box, "slot-description2"), _inner(box, "slot-description3")]
    notes = " ".join(_text(each) for each in box.select(".slot-notes"))
    skill = box.select_one(".slot-description .skill")
    word = _class_word(box)
    status, places = slot_status(word, notes, _places(others))
    return Slot(
        activity=activity,
        appointment_id="",
        course=course_name([_text(skill) if skill else "", description], activity.name),
        day=day,
        start=start,
        end=min(datetime.combine(day, start) + timedelta(minutes=minutes), datetime.combine(day, time(23, 59))).time(),
        instructor=_instructor(others),
        places=places,
        status=status,
        is_understood=is_understood(status, word, notes),
    )


def _class_word(box: Tag) -> str:
    """`slot-available` -> `available`."""
    words = ("available", "booked", "disabled")
    classes: list[str] = list(box.get_attribute_list("class"))
    return next((word for word in words if f"slot-{word}" in classes), "")


# ----- what the site answers to a booking


@dataclass(frozen=True, slots=True)
class BookingAnswer:
    """What BookAppointment answered; believed only once "my bookings" agrees."""

    understood: bool  # JSON with a status or a message
    accepted: bool  # it sounds like a yes
    message: str = ""  # the site's own words, clean
    waiting: bool = False  # it put us on a waiting list instead
    kind: type[BookingRefused] = BookingRefused  # what the words mean, when they are a no

    @property
    def is_yes(self) -> bool:
        """Whether it sounds as if a place was given, and not one on a waiting list."""
        return self.accepted and not self.waiting

    def problem(self) -> BookingRefused | None:
        """Why the answer is no yes, as the error that says what happens next; None for a yes."""
        if self.waiting:
            kind = OnWaitingList if self.accepted else SlotFull
            return kind(f"full; waiting list: {quote(self.message)}")
        return None if self.accepted else self.refusal()

    def refusal(self) -> BookingRefused:
        """The no, as the error that says what happens next."""
        if not self.message:
            return self.kind("the site refused without a reason")
        if self.kind is HeldForOthers:
            return HeldForOthers(quote(self.message), refusals.wait_in(self.message))
        return self.kind(quote(self.message))


def booking_answer(text: str, clean: Clean, course: str = "") -> BookingAnswer:
    """Reads the answer to BookAppointment, whatever it is; raises nothing.

    `course`: what was booked. Its name in the message says nothing about a waiting list.
    """
    try:
        answer = read_json(text)
        answer = read_json(answer) if isinstance(answer, str) else answer
    except Unreadable:
        return BookingAnswer(understood=False, accepted=False)
    fields = _keys(answer) if isinstance(answer, dict) else {}
    if isinstance(fields.get("d"), dict):
        fields = _keys(fields["d"])
    status, message = str(fields.get("status", "")), _telling([*_words_of(fields)], course)
    accepted = plain(status) in ("ok", "success", "succeeded", "true", "1", "200", "booked", "confirmed")
    answered = answer_in_words(message, clean, accepted=accepted, course=course)
    return replace(answered, understood=bool(status or message))


def _words_of(fields: dict[str, Any], depth: int = 0) -> Iterator[str]:
    """The site's words in an answer, wherever it has them: in one of the known fields, in a list or an object there."""
    for name in MESSAGE_FIELDS:
        found = fields.get(name)
        for value in found if isinstance(found, list) else [found]:
            if isinstance(value, str) and (words := _plain_text(value)):
                yield words
            elif isinstance(value, dict) and depth < MOST_NESTED:
                yield from _words_of(_keys(value), depth + 1)


def _telling(said: Sequence[str], course: str) -> str:
    """Of several texts the one whose words we know: "Errore" may stand beside the reason. Else the first."""
    known = (text for text in said if refusals.kind_of(_beside(text, course)) is not BookingRefused)
    return next(known, said[0] if said else "")


def _beside(message: str, course: str) -> str:
    """The words without the course's name, which says nothing of what they mean."""
    return re.sub(re.escape(course), " ", message, flags=re.IGNORECASE) if course else message


def answer_in_words(message: str, clean: Clean, *, accepted: bool, course: str = "") -> BookingAnswer:
    """What the site's words mean, the course's name left out; they are kept as they may be seen."""
    beside = _beside(message, course)
    kind = refusals.kind_of(beside)
    waiting = bool(WAITING.search(beside)) and (accepted or kind is SlotFull)
    return BookingAnswer(bool(message), accepted, clean(message.strip()), waiting, kind)


def refusal(message: str, clean: Clean) -> BookingRefused:
    """The site's Italian reason as the error that says what happens next; unknown words give a plain BookingRefused."""
    return answer_in_words(message, clean, accepted=False).refusal()


def offers_waiting_list(fragment: str) -> bool:
    """Whether a confirmation has the button "Lista" in place of "Conferma Prenotazione"."""
    buttons = _soup(fragment).select("button, a.btn, input[type=button], input[type=submit]")
    return any(WAITING.search(_text(each) or str(each.get("value") or "")) for each in buttons)


# ----- small readers


def _soup(html: str) -> BeautifulSoup:
    try:
        return elements(html)
    except Unreadable as error:
        raise SiteChanged(f"the site answers with {error}") from None


def _text(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def _plain_text(markup: str) -> str:
    """What is meant for a page, `YOGA &amp; <b>PILATES</b>`, as the page shows it."""
    return _text(_soup(markup)) if "<" in markup else " ".join(unescape(markup).split())


def _inner(tag: Tag, css_class: str) -> str:
    """The text of the first element of that class within the tag; empty when there is none."""
    found = tag.find(class_=css_class)
    return _text(found) if found else ""


def _time(text: str) -> time | None:
    try:
        return clock_time(text)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    """The first number of the text; none when it is larger than any count of places or minutes."""
    found = re.search(r"\d+", text)
    return int(found[0]) if found and len(found[0]) <= MOST_DIGITS else None
