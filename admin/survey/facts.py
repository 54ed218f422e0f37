"""The facts of the contract that can be looked at, as a table: what is known, how surely, how to look, what we do."""

from __future__ import annotations

from dataclasses import dataclass

from admin.survey import looks
from admin.survey.seen import Seen
from admin.survey.verdicts import Look, Mark, Verdict, element, optional
from languages.catalogue import Later
from languages.terminal import N_


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the report."""

    id: str
    sentence: Later
    confidence: str  # A: seen by two or more clients; B: by one; C: inferred
    look: Look
    else_we: Later | None  # what the product does where it differs


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact, looked at."""

    fact: Fact
    verdict: Verdict

    def __str__(self) -> str:
        seen = f" ({self.verdict.words})" if self.verdict.words else ""
        told = f" -> {self.fact.else_we}" if self.fact.else_we and self.verdict.mark is Mark.DIFFERS else ""
        return f"{self.verdict.mark} {self.fact.sentence} [{self.fact.confidence}]{seen}{told}"


LOOKS_AT_FIELDS = N_("the login looks at the fields on show; a page it does not know stops the account, and is told")
PAGE_WAY = N_("the calendar's requests book; the page is only the second way")
STOPS = N_("reading stops with the page as evidence; nothing is called booked or gone")
TOLERATED = N_("it is read all the same")

FACTS = (
    Fact(
        "login.button",
        N_("the login page has the button 'Accedi al tuo account'"),
        "A",
        looks.login_button,
        LOOKS_AT_FIELDS,
    ),
    Fact(
        "login.form", N_("user name and password are #login and #password"), "A", looks.password_form, LOOKS_AT_FIELDS
    ),
    Fact(
        "login.chooser", N_("the password form stands alone"), "B", looks.chooser, N_("the form is found by its fields")
    ),
    Fact(
        "login.pages",
        N_("behind the password there is the one-time code and nothing else"),
        "A",
        looks.login_pages,
        N_("known pages are passed, and told"),
    ),
    Fact(
        "login.host",
        N_("only the configured hosts ask for secrets"),
        "A",
        looks.login_host,
        N_("nothing is typed elsewhere: set site.login_hosts"),
    ),
    Fact(
        "login.end",
        N_("the login ends on the dashboard"),
        "A",
        looks.login_end,
        N_("the account waits, and is told why"),
    ),
    Fact(
        "login.banner", N_("a cookie banner is met"), "B", looks.banner, N_("it is accepted wherever it is in the way")
    ),
    Fact(
        "session.cookies",
        N_("the session's cookies have the known names, no script reads them"),
        "B",
        looks.cookies,
        N_("cookies are kept whatever their names"),
    ),
    Fact(
        "session.redirect",
        N_("without a session a page answers 302 to the login"),
        "B",
        looks.to_the_login,
        N_("an ended session may be taken for another trouble"),
    ),
    Fact(
        "session.script",
        N_("without a session a script's request gets 302, 401 or 403"),
        "B",
        looks.script_without_session,
        N_("an ended session may be taken for another trouble"),
    ),
    Fact(
        "clock.date", N_("every answer has a Date"), "B", looks.date_header, N_("openings go by this machine's clock")
    ),
    Fact(
        "clock.one",
        N_("all answers come from one clock"),
        "B",
        looks.one_clock,
        N_("the first shots cover the spread of the clocks"),
    ),
    Fact("servers.one", N_("one application server answers"), "B", looks.servers, N_("a clock is learnt for each")),
    Fact(
        "servers.script",
        N_("the page's script names the application server"),
        "B",
        looks.current_server,
        N_("no use is made of it"),
    ),
    Fact(
        "net.round_trip",
        N_("an answer takes less than a second"),
        "C",
        looks.round_trip,
        N_("at an opening the first shots come late: a nearer machine is better"),
    ),
    Fact(
        "home.tile",
        N_("the dashboard has the tile #home_btt_booking"),
        "A",
        element("dashboard", "#home_btt_booking"),
        N_("a login is not known to have ended"),
    ),
    Fact(
        "home.penalties",
        N_("penalty points are shown"),
        "C",
        optional("dashboard", "#home_btt_penalty, [class*=penalty]"),
        None,
    ),
    Fact(
        "bookings.list",
        N_("my bookings are in #event-repository"),
        "A",
        element("bookings", "#event-repository"),
        STOPS,
    ),
    Fact(
        "bookings.read",
        N_("the server sends the list the browser shows"),
        "A",
        looks.booking_list,
        N_("it is read in the browser"),
    ),
    Fact("bookings.marked", N_("every booking in it can be read"), "A", looks.bookings_marked, STOPS),
    Fact(
        "bookings.block",
        N_("a booking is an .event-main-block with its date"),
        "A",
        looks.booking_block(".event-info-schedule"),
        STOPS,
    ),
    Fact("bookings.time", N_("it shows .time-start"), "A", looks.booking_block(".time-start"), STOPS),
    Fact(
        "bookings.place",
        N_("it shows .event-info-description"),
        "A",
        looks.booking_block(".event-info-description"),
        STOPS,
    ),
    Fact(
        "bookings.course",
        N_("it shows .event-info-skill-level"),
        "A",
        looks.booking_block(".event-info-skill-level"),
        N_("the course is read from the description"),
    ),
    Fact(
        "bookings.delete",
        N_("it has button.btn-delete"),
        "A",
        looks.booking_block("button.btn-delete"),
        N_("it can't be given back: told, with the page"),
    ),
    Fact(
        "bookings.new",
        N_("the link 'Nuova Prenotazione' is there"),
        "A",
        element("bookings", ".btn_nuovaprenotazione", "nuova prenotazione"),
        N_("it is not used"),
    ),
    Fact(
        "bookings.overlap", N_("no two bookings meet"), "C", looks.overlapping, N_("the site may allow it: a setting")
    ),
    Fact(
        "activities.links",
        N_("the activities are .list-group-item links with activityId"),
        "A",
        looks.activity_links,
        N_("the links are followed in the browser"),
    ),
    Fact(
        "activities.known",
        N_("Corsi Platinum and Fit Center of Giuriati are among them"),
        "A",
        looks.known_activities,
        N_("what is there is read"),
    ),
    Fact("activities.ids", N_("an activityId has 18 figures"), "B", looks.activity_id, TOLERATED),
    Fact("activities.flags", N_("activityFlags is Classes"), "B", looks.flags, N_("the link's own are used")),
    Fact(
        "calendar.shown",
        N_("the calendar is #booking-calendar with #day-schedule-container"),
        "A",
        element("calendar", "#booking-calendar #day-schedule-container"),
        PAGE_WAY,
    ),
    Fact("calendar.labels", N_("days are headed like 'Lunedì, 10 ott'"), "A", looks.day_labels, PAGE_WAY),
    Fact(
        "calendar.third",
        N_("a day's slots are its third child"),
        "B",
        looks.slots_third,
        N_("they are found by their class"),
    ),
    Fact("calendar.slots", N_("slots are .event-slot with .time-start"), "A", looks.page_slots, PAGE_WAY),
    Fact(
        "calendar.states", N_("a slot is available, booked or disabled by its class"), "A", looks.page_states, PAGE_WAY
    ),
    Fact("calendar.move", N_("a.btn-move-date moves it"), "A", element("calendar", "a.btn-move-date"), PAGE_WAY),
    Fact("calendar.grouped", N_("no slots are folded up under a line"), "A", looks.grouped, N_("the line is opened")),
    Fact(
        "calendar.waiting",
        N_("a waiting list is offered"),
        "C",
        optional("calendar", ".slot-notes-after:-soup-contains('Lista')"),
        None,
    ),
    Fact("calendar.ids", N_("the page's markup holds the schedule's ids"), "C", looks.same_id_in_page, None),
    Fact(
        "schedule.status",
        N_("a schedule answers status OK"),
        "A",
        looks.schedule_status,
        N_("the timetable is read from the pages"),
    ),
    Fact(
        "schedule.read",
        N_("every schedule can be read"),
        "A",
        looks.schedule_readable,
        N_("the timetable is read from the pages"),
    ),
    Fact("schedule.case", N_("its fields are PascalCase"), "B", looks.field_case, TOLERATED),
    Fact(
        "schedule.missing",
        N_("it has the fields known since 2022 and 2026"),
        "B",
        looks.fields_missing,
        N_("another field is read where there is one"),
    ),
    Fact("schedule.unknown", N_("it has no other fields"), "B", looks.fields_unknown, N_("they are passed over")),
    Fact("schedule.types", N_("the fields' types are as known"), "B", looks.types, TOLERATED),
    Fact("schedule.dates", N_("StartDateTime is YYYY-MM-DDTHH:MM:SS"), "A", looks.date_form, TOLERATED),
    Fact(
        "schedule.name",
        N_("SkillName carries the course's name"),
        "C",
        looks.name_field,
        N_("the field that has one is read"),
    ),
    Fact(
        "schedule.available",
        N_("a slot that can be booked has the status Available"),
        "A",
        looks.statuses,
        N_("a word nobody knows counts as not bookable"),
    ),
    Fact(
        "schedule.ids",
        N_("every slot has an AppointmentId of its own"),
        "B",
        looks.ids_unique,
        N_("it is booked through the page"),
    ),
    Fact(
        "schedule.unopened",
        N_("a slot is listed with its id before it opens"),
        "C",
        looks.unopened,
        N_("at the opening the schedule is asked for until it is there"),
    ),
    Fact("schedule.full", N_("full slots are listed"), "C", looks.full_ones, N_("a watch waits for one to appear")),
    Fact("schedule.places", N_("it tells the free places"), "B", looks.places_told, N_("they are not shown")),
    Fact("schedule.zone", N_("its hours are those of Europe/Rome"), "A", looks.time_zone, N_("set timezone")),
    Fact(
        "fit.hours",
        N_("the Fit Center opens at 07:00, at the weekend at 09:00, for 90 minutes"),
        "B",
        looks.fit_center,
        N_("its own hours are read"),
    ),
    Fact(
        "confirm.fragment",
        N_("the confirmation has #btnConfirmAppointmentBooking"),
        "B",
        looks.confirmation_button,
        N_("it is not needed to book by request"),
    ),
    Fact(
        "trial.answer",
        N_("a booking answers status OK"),
        "C",
        looks.trial_answer,
        N_("my bookings decide, not the answer"),
    ),
    Fact("trial.fields", N_("it answers status, message, url, canBookAgain"), "B", looks.trial_fields, TOLERATED),
    Fact(
        "trial.seen",
        N_("it is then in my bookings"),
        "A",
        looks.trial_seen,
        N_("nothing is called booked that is not there"),
    ),
    Fact(
        "trial.deleted", N_("it can be given back"), "B", looks.trial_deleted, N_("the person is told to do it by hand")
    ),
)


def examined(seen: Seen) -> list[Finding]:
    return [Finding(fact, fact.look(seen)) for fact in FACTS]
