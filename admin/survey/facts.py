"""The facts of the contract that can be looked at, as a table: what is known, how surely, how to look, what we do."""

from __future__ import annotations

from dataclasses import dataclass

from admin.survey import looks
from admin.survey.looks import Look, Verdict
from admin.survey.seen import Seen


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the report."""

    id: str
    sentence: str
    confidence: str  # A: seen by two or more clients; B: by one; C: inferred
    look: Look
    else_we: str  # what the product does where it differs


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact, looked at."""

    fact: Fact
    verdict: Verdict

    def __str__(self) -> str:
        seen = f" ({self.verdict.words})" if self.verdict.words else ""
        told = f" -> {self.fact.else_we}" if self.verdict.mark is looks.Mark.DIFFERS else ""
        return f"{self.verdict.mark} {self.fact.sentence} [{self.fact.confidence}]{seen}{told}"


LOOKS_AT_FIELDS = "the login looks at the fields on show; a page it does not know stops the account, and is told"
PAGE_WAY = "the calendar's requests book; the page is only the second way"
STOPS = "reading stops with the page as evidence; nothing is called booked or gone"
TOLERATED = "it is read all the same"

FACTS = (
    Fact(
        "login.button",
        "the login page has the button 'Accedi al tuo account'",
        "A",
        looks.login_button,
        LOOKS_AT_FIELDS,
    ),
    Fact("login.form", "user name and password are #login and #password", "A", looks.password_form, LOOKS_AT_FIELDS),
    Fact("login.chooser", "the password form stands alone", "B", looks.chooser, "the form is found by its fields"),
    Fact(
        "login.pages",
        "behind the password there is the one-time code and nothing else",
        "A",
        looks.login_pages,
        "known pages are passed, and told",
    ),
    Fact(
        "login.host",
        "only the configured hosts ask for secrets",
        "A",
        looks.login_host,
        "nothing is typed elsewhere: set site.login_hosts",
    ),
    Fact("login.end", "the login ends on the dashboard", "A", looks.login_end, "the account waits, and is told why"),
    Fact("login.banner", "a cookie banner is met", "B", looks.banner, "it is accepted wherever it is in the way"),
    Fact(
        "session.cookies",
        "the session's cookies have the known names, no script reads them",
        "B",
        looks.cookies,
        "cookies are kept whatever their names",
    ),
    Fact(
        "session.redirect",
        "without a session a page answers 302 to the login",
        "B",
        looks.to_the_login,
        "an ended session may be taken for another trouble",
    ),
    Fact(
        "session.script",
        "without a session a script's request gets 302, 401 or 403",
        "B",
        looks.script_without_session,
        "an ended session may be taken for another trouble",
    ),
    Fact("clock.date", "every answer has a Date", "B", looks.date_header, "openings go by this machine's clock"),
    Fact(
        "clock.one",
        "all answers come from one clock",
        "B",
        looks.one_clock,
        "the first shots cover the spread of the clocks",
    ),
    Fact("servers.one", "one application server answers", "B", looks.servers, "a clock is learnt for each"),
    Fact(
        "servers.script",
        "the page's script names the application server",
        "B",
        looks.current_server,
        "no use is made of it",
    ),
    Fact(
        "net.round_trip",
        "an answer takes less than a second",
        "C",
        looks.round_trip,
        "at an opening the first shots come late: a nearer machine is better",
    ),
    Fact(
        "home.tile",
        "the dashboard has the tile #home_btt_booking",
        "A",
        looks.element("dashboard", "#home_btt_booking"),
        "a login is not known to have ended",
    ),
    Fact(
        "home.penalties",
        "penalty points are shown",
        "C",
        looks.optional("dashboard", "#home_btt_penalty, [class*=penalty]"),
        "",
    ),
    Fact(
        "bookings.list",
        "my bookings are in #event-repository",
        "A",
        looks.element("bookings", "#event-repository"),
        STOPS,
    ),
    Fact(
        "bookings.read",
        "the server sends the list the browser shows",
        "A",
        looks.booking_list,
        "it is read in the browser",
    ),
    Fact("bookings.marked", "every booking in it can be read", "A", looks.bookings_marked, STOPS),
    Fact(
        "bookings.block",
        "a booking is an .event-main-block with its date",
        "A",
        looks.booking_block(".event-info-schedule"),
        STOPS,
    ),
    Fact("bookings.time", "it shows .time-start", "A", looks.booking_block(".time-start"), STOPS),
    Fact(
        "bookings.place", "it shows .event-info-description", "A", looks.booking_block(".event-info-description"), STOPS
    ),
    Fact(
        "bookings.course",
        "it shows .event-info-skill-level",
        "A",
        looks.booking_block(".event-info-skill-level"),
        "the course is read from the description",
    ),
    Fact(
        "bookings.delete",
        "it has button.btn-delete",
        "A",
        looks.booking_block("button.btn-delete"),
        "it can't be given back: told, with the page",
    ),
    Fact(
        "bookings.new",
        "the link 'Nuova Prenotazione' is there",
        "A",
        looks.element("bookings", ".btn_nuovaprenotazione", "nuova prenotazione"),
        "it is not used",
    ),
    Fact("bookings.overlap", "no two bookings meet", "C", looks.overlapping, "the site may allow it: a setting"),
    Fact(
        "activities.links",
        "the activities are .list-group-item links with activityId",
        "A",
        looks.activity_links,
        "the links are followed in the browser",
    ),
    Fact(
        "activities.known",
        "Corsi Platinum and Fit Center of Giuriati are among them",
        "A",
        looks.known_activities,
        "what is there is read",
    ),
    Fact("activities.ids", "an activityId has 18 figures", "B", looks.activity_id, TOLERATED),
    Fact("activities.flags", "activityFlags is Classes", "B", looks.flags, "the link's own are used"),
    Fact(
        "calendar.shown",
        "the calendar is #booking-calendar with #day-schedule-container",
        "A",
        looks.element("calendar", "#booking-calendar #day-schedule-container"),
        PAGE_WAY,
    ),
    Fact("calendar.labels", "days are headed like 'Lunedì, 10 ott'", "A", looks.day_labels, PAGE_WAY),
    Fact(
        "calendar.third", "a day's slots are its third child", "B", looks.slots_third, "they are found by their class"
    ),
    Fact("calendar.slots", "slots are .event-slot with .time-start", "A", looks.page_slots, PAGE_WAY),
    Fact("calendar.states", "a slot is available, booked or disabled by its class", "A", looks.page_states, PAGE_WAY),
    Fact("calendar.move", "a.btn-move-date moves it", "A", looks.element("calendar", "a.btn-move-date"), PAGE_WAY),
    Fact("calendar.grouped", "no slots are folded up under a line", "A", looks.grouped, "the line is opened"),
    Fact(
        "calendar.waiting",
        "a waiting list is offered",
        "C",
        looks.optional("calendar", ".slot-notes-after:-soup-contains('Lista')"),
        "",
    ),
    Fact("calendar.ids", "the page's markup holds the schedule's ids", "C", looks.same_id_in_page, ""),
    Fact(
        "schedule.status",
        "a schedule answers status OK",
        "A",
        looks.schedule_status,
        "the timetable is read from the pages",
    ),
    Fact(
        "schedule.read",
        "every schedule can be read",
        "A",
        looks.schedule_readable,
        "the timetable is read from the pages",
    ),
    Fact("schedule.case", "its fields are PascalCase", "B", looks.field_case, TOLERATED),
    Fact(
        "schedule.missing",
        "it has the fields known since 2022 and 2026",
        "B",
        looks.fields_missing,
        "another field is read where there is one",
    ),
    Fact("schedule.unknown", "it has no other fields", "B", looks.fields_unknown, "they are passed over"),
    Fact("schedule.types", "the fields' types are as known", "B", looks.types, TOLERATED),
    Fact("schedule.dates", "StartDateTime is YYYY-MM-DDTHH:MM:SS", "A", looks.date_form, TOLERATED),
    Fact(
        "schedule.name", "SkillName carries the course's name", "C", looks.name_field, "the field that has one is read"
    ),
    Fact(
        "schedule.available",
        "a slot that can be booked has the status Available",
        "A",
        looks.statuses,
        "a word nobody knows counts as not bookable",
    ),
    Fact(
        "schedule.ids",
        "every slot has an AppointmentId of its own",
        "B",
        looks.ids_unique,
        "it is booked through the page",
    ),
    Fact(
        "schedule.unopened",
        "a slot is listed with its id before it opens",
        "C",
        looks.unopened,
        "at the opening the schedule is asked for until it is there",
    ),
    Fact("schedule.full", "full slots are listed", "C", looks.full_ones, "a watch waits for one to appear"),
    Fact("schedule.places", "it tells the free places", "B", looks.places_told, "they are not shown"),
    Fact("schedule.zone", "its hours are those of Europe/Rome", "A", looks.time_zone, "set timezone"),
    Fact(
        "fit.hours",
        "the Fit Center opens at 07:00, at the weekend at 09:00, for 90 minutes",
        "B",
        looks.fit_center,
        "its own hours are read",
    ),
    Fact(
        "confirm.fragment",
        "the confirmation has #btnConfirmAppointmentBooking",
        "B",
        looks.confirmation_button,
        "it is not needed to book by request",
    ),
    Fact("trial.answer", "a booking answers status OK", "C", looks.trial_answer, "my bookings decide, not the answer"),
    Fact("trial.fields", "it answers status, message, url, canBookAgain", "B", looks.trial_fields, TOLERATED),
    Fact(
        "trial.seen", "it is then in my bookings", "A", looks.trial_seen, "nothing is called booked that is not there"
    ),
    Fact("trial.deleted", "it can be given back", "B", looks.trial_deleted, "the person is told to do it by hand"),
)


def examined(seen: Seen) -> list[Finding]:
    return [Finding(fact, fact.look(seen)) for fact in FACTS]
