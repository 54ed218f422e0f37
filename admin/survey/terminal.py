"""`python setup.py --survey [--book]`: asks, goes, says a line per fact, and writes the file. Run by setup.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from actions.shared_logins import open_portal_alone
from admin.site_errors import retold
from admin.survey import bundle, trial
from admin.survey.facts import Finding, examined
from admin.survey.verdicts import Mark
from admin.survey.visit import PACE, WEEK, Visit
from database import open_database
from domain.errors import ConfigError
from domain.model import Clock, Credentials, utc_now
from languages import Language
from languages.terminal import N_, _, speaking
from portal.portal import Portal
from portal.schedules import name_of
from runtime.settings import Settings

TOO_NEAR = timedelta(minutes=20)  # to an opening of that person: the survey may take two

Say = Callable[[str], None]
Ask = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person at the terminal asked for."""

    credentials: Credentials
    book: bool
    folder: Path  # where the file goes
    pace: float = PACE
    days: tuple[int, ...] = WEEK  # of the timetable, from today


async def survey(settings: Settings, wanted: Wanted, say: Say, ask: Ask, clock: Clock = utc_now) -> bool:
    """Whether the login worked and, with a booking, the place was given back. Raises ConfigError near an opening."""
    await _refuse_near_opening(settings, wanted.credentials, clock)
    visit = Visit(settings, wanted.credentials, clock, wanted.pace, say, wanted.days)
    async with open_portal_alone(settings, observer=visit.observer) as portal:
        return await carry_out(visit, portal, wanted, say, ask)


async def carry_out(visit: Visit, portal: Portal, wanted: Wanted, say: Say, ask: Ask) -> bool:
    """As `survey`, through that portal, whose observer is the visit's."""
    try:
        await visit.go(portal)
        if wanted.book and visit.seen.logged_in:
            await _try_out(visit, portal, wanted, say, ask)
    finally:
        given_back = _tell_of_place(visit, say)
    if visit.seen.login_error:
        say("\n" + _("✗ The login did not end on the dashboard: {error}", error=retold(str(visit.seen.login_error))))
    redactor = portal.session(wanted.credentials).redactor
    with speaking(Language.ENGLISH):  # whoever maintains the bot reads it, and only words of that language are kept
        files = bundle.contents(visit.seen, examined(visit.seen), wanted.credentials, redactor)
    _tell(examined(visit.seen), say)
    path = bundle.write(wanted.folder, visit.seen, files)
    sent = (
        N_("{requests} requests were sent and those of the booking")
        if visit.seen.trial
        else N_("{requests} requests were sent")
    )
    written = _("Written: {path}, readable by you only.", path=path)
    say(f"\n{written} {sent.filled(requests=visit.seen.requests)}.")
    say(
        _(
            "It holds pages and data of the site without names, numbers, cookies and pictures. Look into it, then send"
            "\nit to whoever maintains this bot. They can live through what it shows: ./run --demo --like FILE"
        )
    )
    return visit.seen.logged_in and given_back


async def _refuse_near_opening(settings: Settings, credentials: Credentials, clock: Clock) -> None:
    if not settings.has_database:
        return
    async with open_database(settings.database) as db:
        opens_at = await db.openings.next_for(credentials.user_id, clock())
    if opens_at is not None and opens_at - clock() < TOO_NEAR:
        free = (opens_at + TOO_NEAR).astimezone(settings.zone)
        raise ConfigError(
            _(
                "a class that is to be booked opens soon: the survey would be in its way; after {hour}",
                hour=f"{free:%H:%M}",
            )
        )


async def _try_out(visit: Visit, portal: Portal, wanted: Wanted, say: Say, ask: Ask) -> None:
    slot = trial.choose(visit.seen)
    if slot is None:
        say(_("No class far ahead has many places: nothing is booked."))
        return
    if not ask(
        _("Book {name}, {places} places free, and give it back at once?", name=name_of(slot.ref), places=slot.places)
    ):
        say(_("Nothing is booked."))
        return
    await trial.attempt(portal.session(wanted.credentials), visit.observer, slot, visit.seen, say)


def _tell_of_place(visit: Visit, say: Say) -> bool:
    """Warns of a place that may still be held. Returns whether none is."""
    tried = visit.seen.trial
    if tried is None:
        return True
    if tried.still_held:
        say(
            "\n"
            + _(
                "✗ NOT GIVEN BACK: {subject} may still be booked: cancel it by hand! {trouble}",
                subject=tried.subject,
                trouble=retold(tried.trouble),
            )
        )
        return False
    say(
        _("Given back: {subject}.", subject=tried.subject)
        if tried.seen_gone
        else _("Not booked: {subject}. {trouble}", subject=tried.subject, trouble=retold(tried.trouble))
    )
    return True


def _tell(findings: list[Finding], say: Say) -> None:
    say("")
    for finding in findings:
        say(str(finding))
    count = {mark: sum(each.verdict.mark is mark for each in findings) for mark in Mark}
    counted = _(
        "{known} as known, {differ} differ, {unseen} were not seen.",
        known=count[Mark.KNOWN],
        differ=count[Mark.DIFFERS],
        unseen=count[Mark.UNSEEN],
    )
    say(f"\n{counted}")
    say(_("[A]: several programs had seen it so before, [B]: one had, [C]: it was only supposed."))
