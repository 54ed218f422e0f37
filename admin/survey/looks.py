"""What each fact of the contract looks like in what was seen. Used by facts.py."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from bs4 import Tag

import scraper
from admin.site_errors import retold
from admin.survey.seen import Schedule, Seen, soup_of
from admin.survey.verdicts import UNSEEN, Look, Verdict, judged
from domain.errors import SiteChanged
from domain.model import SlotStatus, starts_at
from domain.names import plain
from languages.terminal import _
from portal.pages.calendar import MONTHS
from portal.responses.page_errors import LOGIN_PATH
from safety.untrusted import Unreadable, read_http_date

LOGIN_SHAPES = {  # what a page between password and site holds
    "code": "#otp",
    "notice": "form[action*=AvvisiDFA]",
    "expiring": "[name=evn_continua]",
    "matricola": "#dati_applicativi_autorizzazioniXSceltaMatricolaColl",
    "extension": "#automaticaRedirectForm",
}
FIELDS_2022 = (
    "appointmentid parentcourseid skillname type status startdatetime enddatetime durationminutes timedescription"
    " eventname eventdescription eventdescription2 eventdescription3 notes icon availabilitiesalmostover booking360code"
    " timestart timeduration datestart serviceid"
)
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
DATE_FORMS = {"iso": ISO, "ms": re.compile(r"/Date\(\d+\)/"), "italian": re.compile(r"\d\d?/\d\d?/\d{4}.*")}
NAME_FIELDS = ("skillname", "eventdescription", "eventname")
WHOLE_SECOND = 1.5  # s by which two clocks read from whole seconds must differ to be two


# ----- the login


def login_button(seen: Seen) -> Verdict:
    if (got := seen.strangers.get("login")) is None:
        return UNSEEN
    if (soup := soup_of(got.text)) is None:
        return UNSEEN
    buttons = [plain(each.get_text(" ", strip=True)) for each in soup.select("button, a, input[type=submit]")]
    by_class = soup.select("button[type=submit].green:not(.pull-right)")
    return judged(
        "accedi al tuo account" in buttons,
        _("{some} buttons, {all} with the known class", some=len(buttons), all=len(by_class)),
    )


def login_pages(seen: Seen) -> Verdict:
    """The kinds of pages between the password and the site."""
    met = [name for page in seen.login for name in _shapes_of(page.html)]
    found = list(dict.fromkeys(met))
    if not seen.login:
        return UNSEEN
    return judged(set(found) <= {"code"}, ", ".join(found) or _("none"), found)


def _shapes_of(html: str) -> list[str]:
    soup = soup_of(html)
    return [name for name, selector in LOGIN_SHAPES.items() if soup and soup.select_one(selector)]


def login_end(seen: Seen) -> Verdict:
    """Whether it came to the dashboard; else the class of what kept it."""
    if seen.logged_in:
        return judged(True)
    return judged(False, type(seen.login_error).__name__) if seen.login_error else UNSEEN


def login_host(seen: Seen) -> Verdict:
    hosts = {page.host for page in seen.login if page.host} - {_host_of(seen.base_url)}
    return (
        judged(hosts <= set(seen.login_hosts), _("{number} hosts met", number=len(hosts)), len(hosts))
        if hosts
        else UNSEEN
    )


def _host_of(address: str) -> str:
    return address.partition("//")[2].partition("/")[0]


def chooser(seen: Seen) -> Verdict:
    if not seen.login:
        return UNSEEN
    there = any("ingressoFederato" in page.html for page in seen.login)
    return judged(not there, _("beside SPID and CIE") if there else _("alone"), there)


def password_form(seen: Seen) -> Verdict:
    pages = [soup for page in seen.login if (soup := soup_of(page.html))]
    there = [soup for soup in pages if soup.select("input[type=password]:not([hidden])")]
    if not there:
        return UNSEEN
    known = [soup for soup in there if soup.select_one("#login") and soup.select_one("#password")]
    return judged(bool(known) and any(soup.select_one(".aunicalogin-button-accedi") for soup in known))


def banner(seen: Seen) -> Verdict:
    return judged(True, ", ".join(seen.banners), seen.banners) if seen.banners else UNSEEN


# ----- the session


def cookies(seen: Seen) -> Verdict:
    ours = [each for each in seen.cookies if each.domain.lstrip(".") in _host_of(seen.base_url)]
    if not ours:
        return UNSEEN
    known = {".ASPXAUTH_SOCIALBOOKING", "ASP.NET_SessionId", "__RequestVerificationToken"}
    open_ones = sum(not each.http_only for each in ours if each.name in known)
    names = {each.name for each in ours}
    words = _(
        "{some} of the 3 known, {all} others, {readable} readable by scripts",
        some=len(known & names),
        all=len(names - known),
        readable=open_ones,
    )
    return judged(".ASPXAUTH_SOCIALBOOKING" in names and not open_ones, words)


def to_the_login(seen: Seen) -> Verdict:
    if (got := seen.strangers.get("page")) is None:
        return UNSEEN
    leads = LOGIN_PATH.lower() in got.headers.get("location", "").lower()
    return judged(got.status == 302 and leads, f"HTTP {got.status}", got.status)


def script_without_session(seen: Seen) -> Verdict:
    if (got := seen.strangers.get("script")) is None:
        return UNSEEN
    return judged(got.status in (302, 401, 403), f"HTTP {got.status}", got.status)


def date_header(seen: Seen) -> Verdict:
    readable = [each for _, _, text in seen.dates if (each := _instant(text)) is not None]
    return (
        judged(len(readable) == len(seen.dates), _("in {some} of {all}", some=len(readable), all=len(seen.dates)))
        if seen.dates
        else UNSEEN
    )


def _instant(text: str) -> datetime | None:
    try:
        return read_http_date(text)
    except Unreadable:
        return None


def one_clock(seen: Seen) -> Verdict:
    """The server's clock against ours, answer by answer: one server's answers agree to a second."""
    ahead = [(at.timestamp() - received) for _, received, text in seen.dates if (at := _instant(text)) is not None]
    if len(ahead) < 2:
        return UNSEEN
    spread = max(ahead) - min(ahead)
    return judged(
        spread < WHOLE_SECOND,
        _("{spread} s between the earliest and the latest", spread=f"{spread:.1f}"),
        round(spread, 1),
    )


def servers(seen: Seen) -> Verdict:
    told = {name: len(values) for name, values in seen.servers.items()}
    if not told and not seen.server:
        return UNSEEN
    most = max(told.values(), default=1)
    way = "cookie" if any(f"{name.lower()}=" in line.lower() for name in told for line in _set(seen)) else "header"
    return judged(most <= 1, _("{most} told apart", most=most), {"servers": most, "told": way if told else "nothing"})


def _set(seen: Seen) -> list[str]:
    return [line for got in seen.strangers.values() for line in got.cookies]


def current_server(seen: Seen) -> Verdict:
    return judged(True, _("the page's script names it"), True) if seen.server else UNSEEN


def round_trip(seen: Seen) -> Verdict:
    times = sorted(received - sent for sent, received, _ in seen.dates)
    if not times:
        return UNSEEN
    middle = times[len(times) // 2]
    return judged(middle < 1.0, _("{middle} ms in the middle", middle=f"{middle * 1000:.0f}"), round(middle, 3))


# ----- my bookings, activities


def booking_list(seen: Seen) -> Verdict:
    """Whether the server sends as many bookings as the browser shows."""
    if "bookings" not in seen.sent or "bookings" not in seen.pages:
        return UNSEEN
    try:
        sent = len(scraper.booking_blocks(seen.sent["bookings"].text))
        shown = len(scraper.booking_blocks(seen.pages["bookings"]))
    except SiteChanged:
        return UNSEEN
    return judged(
        sent == shown, _("{sent} as sent, {shown} on show", sent=sent, shown=shown), {"sent": sent, "shown": shown}
    )


def bookings_marked(seen: Seen) -> Verdict:
    """Whether the product's own reader reads the list, as sent and as shown."""
    pages = [each for each in (seen.pages.get("bookings"), *_sent_bookings(seen)) if each]
    try:
        most = max((len(scraper.booking_blocks(page)) for page in pages), default=0)
    except SiteChanged as error:
        return judged(False, retold(str(error)))
    return judged(True, _("{most} there", most=most)) if most else UNSEEN


def _sent_bookings(seen: Seen) -> list[str]:
    return [seen.sent["bookings"].text] if "bookings" in seen.sent else []


def booking_block(selector: str) -> Look:
    def look(seen: Seen) -> Verdict:
        soup = seen.soup("bookings")
        blocks = soup.select("#event-repository .event-main-block") if soup else []
        having = sum(each.select_one(selector) is not None for each in blocks)
        return (
            judged(having == len(blocks), _("in {having} of {number}", having=having, number=len(blocks)))
            if blocks
            else UNSEEN
        )

    return look


def activity_links(seen: Seen) -> Verdict:
    got = seen.sent.get("activities")
    if got is None:
        return UNSEEN
    try:
        found = scraper.activities(got.text)
    except SiteChanged as error:
        return judged(False, retold(str(error)))
    return judged(True, _("{number} activities", number=len(found)), [each.activity.name for each in found])


def known_activities(seen: Seen) -> Verdict:
    names = {plain(each.activity.name) for each in seen.calendars}
    return judged({"giuriati - corsi platinum", "giuriati - fit center"} <= names) if names else UNSEEN


def activity_id(seen: Seen) -> Verdict:
    ids = [each.activity.id for each in seen.calendars]
    return judged(all(re.fullmatch(r"\d{18}", each) for each in ids), _("18 figures each")) if ids else UNSEEN


def flags(seen: Seen) -> Verdict:
    found = {each.flags for each in seen.calendars}
    return judged(found == {"Classes"}, _("{number} kinds", number=len(found))) if found else UNSEEN


# ----- the calendar's page


def day_labels(seen: Seen) -> Verdict:
    soup = seen.soup("calendar")
    labels = soup.select("#day-schedule-container .day-schedule-label") if soup else []
    form = re.compile(rf"(luned|marted|mercoled|gioved|venerd)i|sabato|domenica,?\s+\d\d? ({'|'.join(MONTHS)})")
    good = [each for each in labels if form.search(plain(each.get_text(" ", strip=True)))]
    whole = bool(labels) and len(good) == len(labels)
    return (
        judged(whole, _("{some} of {all} days on show", some=len(good), all=len(labels)), len(labels))
        if soup
        else UNSEEN
    )


def slots_third(seen: Seen) -> Verdict:
    soup = seen.soup("calendar")
    days = [each for each in soup.select(".day-schedule") if each.select_one(".event-slot")] if soup else []
    third = [each for each in days if _has_slots(each.find_all(recursive=False)[2:3])]
    return (
        judged(len(third) == len(days), _("in {some} of {all} days", some=len(third), all=len(days)))
        if days
        else UNSEEN
    )


def _has_slots(children: list[Tag]) -> bool:
    return any(each.select_one(".event-slot") is not None for each in children)


def page_slots(seen: Seen) -> Verdict:
    soup = seen.soup("calendar")
    if soup is None:
        return UNSEEN
    slots = soup.select(".event-slot")
    timed = [each for each in slots if each.select_one(".time-start")]
    return judged(
        bool(slots) and len(timed) == len(slots),
        _("{some} of {all} tell the hour", some=len(timed), all=len(slots)),
        len(slots),
    )


def page_states(seen: Seen) -> Verdict:
    soup = seen.soup("calendar")
    slots = soup.select(".event-slot") if soup else []
    known = [each for each in slots if {"slot-available", "slot-booked", "slot-disabled"} & set(each["class"])]
    return (
        judged(len(known) == len(slots), _("{some} of {all} in a known colour", some=len(known), all=len(slots)))
        if slots
        else UNSEEN
    )


def grouped(seen: Seen) -> Verdict:
    """Whether slots of the days on show are folded up: not to be seen, or not in the page though the schedule has them.

    Of today the page may leave out what has begun.
    """
    soup = seen.soup("calendar")
    slots = soup.select("#day-schedule-container .event-slot") if soup else []
    if not soup or not slots or seen.folded is None:
        return UNSEEN
    days = soup.select("#day-schedule-container .day-schedule")
    later = [each for each in seen.schedules if each.calendar.activity == seen.shown and each.day > seen.today]
    left_out = sum(_left_out(seen, each, days) for each in later)
    folded = seen.folded + left_out
    return judged(
        not folded, _("{folded} of {number} folded up", folded=folded, number=len(slots) + left_out), bool(folded)
    )


def _left_out(seen: Seen, schedule: Schedule, days: list[Tag]) -> int:
    """How many slots of an answer its day in the page has not, where that is on show."""
    label = re.compile(rf"\b0?{schedule.day.day}\s+{MONTHS[schedule.day.month - 1]}", re.IGNORECASE)
    for day in days:
        if (head := day.select_one(".day-schedule-label")) and label.search(head.text):
            return max(0, len(seen.read(schedule)) - len(day.select(".event-slot")))
    return 0


# ----- the schedule


def schedule_status(seen: Seen) -> Verdict:
    answers = [schedule.got for schedule in seen.schedules]
    if not answers:
        return UNSEEN
    good = [each for each in answers if isinstance(each.json, dict) and _lower(each.json).get("status") == "OK"]
    return judged(len(good) == len(answers), _("{some} of {all} answer OK", some=len(good), all=len(answers)))


def schedule_readable(seen: Seen) -> Verdict:
    """Whether the product's own reader reads every one of them."""
    if not seen.schedules:
        return UNSEEN
    trouble = [why for each in seen.schedules if (why := _unreadable(seen, each))]
    return judged(not trouble, trouble[0] if trouble else _("{number} days", number=len(seen.schedules)), len(trouble))


def _unreadable(seen: Seen, schedule: Schedule) -> str:
    try:
        scraper.slots(schedule.got.text, schedule.calendar.activity, schedule.day, seen.zone)
    except SiteChanged as error:
        return retold(str(error))
    return ""


def field_case(seen: Seen) -> Verdict:
    names = {str(key) for _, slot in seen.slots() for key in slot}
    known = {name for name in names if name.lower() in FIELDS_2022.split()}
    if not known:
        return UNSEEN
    pascal = [name for name in known if name[:1].isupper() and not name.isupper()]
    return judged(len(pascal) == len(known), _("{some} of {all}", some=len(pascal), all=len(known)))


def fields_missing(seen: Seen) -> Verdict:
    names = {str(key).lower() for _, slot in seen.slots() for key in slot}
    missing = [each for each in FIELDS_2022.split() if each not in names]
    return (
        judged(not missing, _("missing: {names}", names=", ".join(missing)) if missing else _("all"), missing)
        if names
        else UNSEEN
    )


def fields_unknown(seen: Seen) -> Verdict:
    names = {str(key).lower() for _, slot in seen.slots() for key in slot}
    unknown = names - set(FIELDS_2022.split())
    return judged(not unknown, _("{number} unknown", number=len(unknown)), len(unknown)) if names else UNSEEN


def date_form(seen: Seen) -> Verdict:
    values = [str(_lower(slot)["startdatetime"]) for _, slot in seen.slots() if "startdatetime" in _lower(slot)]
    if not values:
        return judged(False, _("no StartDateTime"), "none") if any(True for _ in seen.slots()) else UNSEEN
    forms = Counter(
        next((name for name, form in DATE_FORMS.items() if form.fullmatch(each)), "other") for each in values
    )
    form = forms.most_common(1)[0][0]
    return judged(set(forms) == {"iso"}, form, form)


def name_field(seen: Seen) -> Verdict:
    """Which field has what tells the classes of one activity apart; SkillName before one that says it too, and more."""
    names: dict[str, dict[str, list[str]]] = {}
    for schedule, slot in seen.slots():
        activity, fields = schedule.calendar.activity.name, _lower(slot)
        of_activity = names.setdefault(activity, {name: [] for name in NAME_FIELDS})
        for name, values in of_activity.items():
            own = plain(scraper.own_name(str(fields.get(name) or ""), activity))
            values.append("" if scraper.LEVEL.fullmatch(own) else own)
    if not names:
        return UNSEEN
    fullest = max(names.values(), key=lambda each: max(map(_kinds, each.values())))
    best = max(NAME_FIELDS, key=lambda name: _kinds(fullest[name]))
    if not _kinds(fullest[best]):
        return judged(False, _("none of the known fields"), "")
    best = "skillname" if _is_in(fullest["skillname"], fullest[best]) else best
    return judged(best == "skillname", best, best)


def _kinds(values: list[str]) -> int:
    return len(set(values) - {""})


def _is_in(names: list[str], texts: list[str]) -> bool:
    """Whether the texts say the names, and something beside them; most have one."""
    return 2 * sum(map(bool, names)) >= len(names) and all(map(str.__contains__, texts, names))


def types(seen: Seen) -> Verdict:
    wanted = {"appointmentid": str, "durationminutes": int, "availabilitiesalmostover": bool, "status": str}
    wrong = {
        n for _, slot in seen.slots() for n, k in wanted.items() if n in _lower(slot) and type(_lower(slot)[n]) is not k
    }
    return judged(not wrong, ", ".join(sorted(wrong))) if any(True for _ in seen.slots()) else UNSEEN


def statuses(seen: Seen) -> Verdict:
    found = Counter(str(_lower(slot).get("status", "")) for _, slot in seen.slots())
    if not found:
        return UNSEEN
    known = {"Available", "Booked", "Disabled", ""}
    other = _("another word")
    words = ", ".join(f"{name if name in known else other}: {count}" for name, count in found.most_common(6))
    return judged("Available" in found or "" in found, words, len(set(found) - known))


def ids_unique(seen: Seen) -> Verdict:
    ids = [str(_lower(slot).get("appointmentid") or "") for _, slot in seen.slots()]
    if not ids:
        return UNSEEN
    return judged(
        all(ids) and len(set(ids)) == len(ids),
        _("{some} of {all} have one of their own", some=sum(map(bool, ids)), all=len(ids)),
    )


def unopened(seen: Seen) -> Verdict:
    """Whether slots whose opening is ahead are listed, and have their ids."""
    slots = [slot for schedule in seen.schedules for slot in seen.read(schedule)]
    listed = [slot for slot in slots if seen.rule.opens_at(slot.day, slot.start) > seen.at]
    ahead = {each.day for each in seen.schedules if seen.rule.opens_at(each.day) > seen.at}
    if not listed and len(ahead) < 2:
        return UNSEEN  # a single day may be one without classes
    with_id = [slot for slot in listed if slot.appointment_id]
    return judged(
        bool(listed) and len(with_id) == len(listed),
        _("{some} listed, {all} with id", some=len(listed), all=len(with_id)),
        bool(listed),
    )


def full_ones(seen: Seen) -> Verdict:
    """Whether any slot that is open says that it has no place left: they may be hidden."""
    slots = [slot for schedule in seen.schedules for slot in seen.read(schedule)]
    listed = [slot for slot in slots if seen.rule.opens_at(slot.day, slot.start) <= seen.at]
    full = [slot for slot in listed if slot.places == 0]
    return judged(True, _("{some} of {all}", some=len(full), all=len(listed)), len(full)) if full else UNSEEN


def places_told(seen: Seen) -> Verdict:
    slots = [_lower(slot) for _, slot in seen.slots()]
    telling = [each for each in slots if "post" in plain(str(each.get("eventdescription3") or ""))]
    return judged(bool(telling), _("in {some} of {all}", some=len(telling), all=len(slots))) if slots else UNSEEN


def time_zone(seen: Seen) -> Verdict:
    """Whether, by Europe/Rome, what has begun can be booked no more and something that is to come can."""
    begun, ahead = 0, 0
    for schedule in seen.schedules:
        for slot in seen.read(schedule):
            is_ahead = starts_at(slot.day, slot.start, seen.zone) > seen.at
            ahead += is_ahead and slot.status is SlotStatus.AVAILABLE
            begun += not is_ahead and slot.status is SlotStatus.AVAILABLE
    return judged(not begun, _("{begun} that have begun can be booked", begun=begun)) if begun or ahead else UNSEEN


def fit_center(seen: Seen) -> Verdict:
    """Whether the turns of the gym last 90 minutes, from 07:00 on weekdays and from 09:00 on Saturdays and Sundays."""
    firsts: dict[date, str] = {}
    lengths: set[int] = set()
    for schedule, slot in seen.slots():
        if "fit center" in plain(schedule.calendar.activity.name):
            start = str(_lower(slot).get("timestart") or "")[:5]
            firsts[schedule.day] = min(start, firsts.get(schedule.day, start))
            lengths.add(int(_lower(slot).get("durationminutes") or 0))
    if not firsts:
        return UNSEEN
    good = [day for day, first in firsts.items() if first == ("09:00" if day.weekday() >= 5 else "07:00")]
    return judged(
        len(good) == len(firsts) and lengths == {90},
        _("{some} of {all} days, {lengths} min", some=len(good), all=len(firsts), lengths=sorted(lengths)),
    )


def same_id_in_page(seen: Seen) -> Verdict:
    """Whether the page's own markup holds the ids of the schedule."""
    html = seen.pages.get("calendar", "")
    ids = [str(_lower(slot).get("appointmentid") or "") for _, slot in seen.slots()]
    if not html or not any(ids):
        return UNSEEN
    inside = sum(bool(each) and each in html for each in ids)
    return judged(True, _("{inside} of them", inside=inside), inside) if inside else UNSEEN


def overlapping(seen: Seen) -> Verdict:
    """Whether it can be seen that two classes at one hour can be held: two of my bookings meet."""
    if "bookings" not in seen.sent:
        return UNSEEN
    try:
        held = scraper.bookings(seen.sent["bookings"].text)
    except SiteChanged:
        return UNSEEN
    ends = {
        each: (datetime.combine(each.day, each.start) + timedelta(minutes=each.minutes or 60)).time() for each in held
    }
    meet = any(one is not two and one.overlaps(two.day, two.start, ends[two]) for one in held for two in held)
    return judged(False, _("two of my bookings meet"), "warned") if meet else UNSEEN


def confirmation_button(seen: Seen) -> Verdict:
    got = seen.sent.get("confirmation")
    if got is None:
        return UNSEEN
    return judged(got.status == 200 and "btnConfirmAppointmentBooking" in got.text, f"HTTP {got.status}")


# ----- the trial


def trial_answer(seen: Seen) -> Verdict:
    if not (fields := _booking_answer(seen)):
        return UNSEEN
    return judged(fields.get("status") == "OK", "" if fields.get("status") == "OK" else _("another status"))


def trial_fields(seen: Seen) -> Verdict:
    if not (fields := _booking_answer(seen)):
        return UNSEEN
    missing = {"status", "message", "url", "canbookagain"} - fields.keys()
    return judged(not missing, _("missing: {names}", names=", ".join(sorted(missing))) if missing else "")


def _booking_answer(seen: Seen) -> dict[str, Any]:
    answer = seen.trial.booking.got.json if seen.trial and seen.trial.booking else None
    return _lower(answer) if isinstance(answer, dict) else {}


def trial_seen(seen: Seen) -> Verdict:
    return judged(seen.trial.seen_booked) if seen.trial and seen.trial.booking else UNSEEN


def trial_deleted(seen: Seen) -> Verdict:
    if seen.trial is None or not seen.trial.seen_booked:
        return UNSEEN
    sent = seen.trial.deletion
    return judged(seen.trial.seen_gone, sent.path if sent else _("no request was seen"))


def _lower(node: dict[str, Any]) -> dict[str, Any]:
    return {str(key).lower(): value for key, value in node.items()}
