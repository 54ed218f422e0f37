"""The first page of a person as it is shown: rows in, sections of entries with their buttons out. Pure.

Every sentence and every button is the chat's own: what may be done about what is decided in one place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from markupsafe import Markup

from bot.screens import texts
from bot.screens.callbacks import Verb, unpack
from bot.screens.classes import choices
from bot.screens.failure_messages import STOPPED
from bot.screens.failures import held_up, holds_up, retry_rows
from bot.screens.held import free_until_line, held_rows, is_held, list_line, standing
from bot.screens.openings import figures_button, off_time, opening_sentence
from bot.screens.page import LONGEST_NAME, Button, ButtonRow, button, clip
from bot.screens.periodic import all_stopped, behaviour, card_rows, date_button, date_line, days_off, sign, weekly_line
from bot.screens.tickets import PROMISE, live_word, mark, opening_ahead, swap_line, ticket_page
from bot.screens.tickets import standing as action_standing
from bot.screens.when import When, first_up, short_day
from dashboard.chat_html import safe_html
from dashboard.countdown import Countdown, countdown
from domain.model import Account, Action, ClassRef, HeldBooking, Pause
from domain.overview import OwnOverview, PlannedSeries, RacedOpening
from domain.recurrence import DateAhead
from domain.recurrence_rules import AT_THE_OPENING, RecurrenceRules
from languages import _

USUAL_LENGTH = timedelta(hours=1)  # of a class whose length is not known
NEVER = datetime.max.replace(tzinfo=UTC)
ELSEWHERE = frozenset({Verb.STATUS, Verb.HOME, Verb.MINE})  # buttons of the chat that lead away from what is shown


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a section: a class, or what recurs, with what is known of it and what can be done about it."""

    key: str  # the same from reading to reading: the focus finds its way back by it
    title: str
    leads_to: str  # callback data of the page about it
    day: str = ""  # `mar 24 nov`
    hour: str = ""
    near: str = ""  # `oggi`, `domani`
    place: str = ""
    state: str = ""
    lines: tuple[Markup, ...] = ()
    buttons: tuple[Button, ...] = ()
    countdown: Countdown | None = None


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that keeps the bot from working for the person."""

    lines: tuple[Markup, ...]
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """All sections, in the order in which they are read."""

    warnings: tuple[Warned, ...]
    held: tuple[Entry, ...]
    openings: tuple[Entry, ...]
    queue: tuple[Entry, ...]
    on_lists: tuple[Entry, ...]
    watches: tuple[Entry, ...]
    series: tuple[Entry, ...]
    holidays: str
    last_opening: Entry | None
    read: str  # when "my bookings" were last read
    begin: tuple[Button, ...]  # to book, by day and by course
    sync: Button
    recurring: tuple[Button, ...]  # about all that recurs


def overview_page(seen: OwnOverview, when: When, recurrence: RecurrenceRules) -> OverviewPage:
    """What the person is shown now."""
    classes = [action for action in seen.live if not action.watch]
    awaited = [action for action in classes if opening_ahead(action, when)]
    entries = _Entries(seen, when, recurrence)
    planned = [(each, each.dates[0]) for each in seen.series if each.dates and _opens_by_itself(each, seen, when)]
    openings = [entries.of_action(action) for action in awaited] + [entries.planned(*each) for each in planned]
    return OverviewPage(
        warnings=tuple(_warnings(seen, when)),
        held=tuple(entries.of_held(held) for held in seen.held if not _is_over(held, when)),
        openings=tuple(sorted(openings, key=_soonest)),
        queue=tuple(entries.of_action(action) for action in classes if action not in awaited),
        on_lists=tuple(entries.on_list(action) for action in seen.on_lists if not _has_begun(action.class_ref, when)),
        watches=tuple(entries.of_action(action) for action in seen.live if action.watch),
        series=tuple(entries.of_series(each) for each in seen.series),
        holidays=_holidays(seen),
        last_opening=_raced(seen.last_opening, when) if seen.last_opening else None,
        read=_read(seen.bookings_read_at, when),
        begin=(
            button(texts.BOOK_LABEL, Verb.NEW),
            button(texts.FIND_LABEL, Verb.COURSES, 0),
            button(texts.HOURS_LABEL, Verb.HOURS),
        ),
        sync=button(_("🔄 Aggiorna dal sito"), Verb.SYNC),
        recurring=(button(_("➕ Nuova periodica"), Verb.NEW_KINDS), button(_("🏖 Ferie"), Verb.DAYS_OFF, 0)),
    )


def _opens_by_itself(each: PlannedSeries, seen: OwnOverview, when: When) -> bool:
    """Whether the next date will be booked at its opening, and was not asked for yet, by whomever."""
    ahead, ref = each.dates[0], each.periodic.on(each.dates[0].planned.day)
    asked_for = ahead.planned.state is not None or ahead.is_held or any(one.class_ref.matches(ref) for one in seen.live)
    acts_at = ahead.planned.acts_at
    return each.periodic.mode in AT_THE_OPENING and not asked_for and acts_at is not None and acts_at > when.now


def _soonest(entry: Entry) -> datetime:
    return entry.countdown.until if entry.countdown else NEVER


def _has_begun(ref: ClassRef, when: When) -> bool:
    return datetime.combine(ref.day, ref.start, when.zone) <= when.now


def _is_over(held: HeldBooking, when: When) -> bool:
    booking = held.booking
    lasts = timedelta(minutes=booking.minutes) if booking.minutes else USUAL_LENGTH
    return datetime.combine(booking.day, booking.start, when.zone) + lasts <= when.now


# What keeps the bot from working


def _warnings(seen: OwnOverview, when: When) -> Sequence[Warned]:
    found = []
    account = seen.account
    if account is not None and account.stop is not None:
        found.append(Warned(_html(str(STOPPED[account.stop.kind])), _flat(retry_rows(account.stop, fresh=False))))
    elif account is not None and (pause := _pause_of(account, when)):
        found.append(Warned(_html(*held_up(pause, when)), _flat(retry_rows(fresh=False))))
    if seen.recurring_pause is not None:
        go_on = button(texts.GO_ON_LABEL, Verb.GO_ON)
        found.append(Warned(_html(*all_stopped(seen.recurring_pause)), (go_on,)))
    return found


def _pause_of(account: Account, when: When) -> Pause | None:
    return account.pause if account.waits_until(when.now) is not None else None


# The entries


class _Entries:
    """Makes entries of the rows of one look."""

    def __init__(self, seen: OwnOverview, when: When, recurrence: RecurrenceRules) -> None:
        self._seen = seen
        self._when = when
        self._recurrence = recurrence

    def of_held(self, held: HeldBooking) -> Entry:
        ref, when = held.booking.ref, self._when
        over = _has_begun(ref, when)
        live = next((one for one in self._seen.live if one.class_ref.matches(ref)), None)
        lines = [standing(held, when, over=over)]
        free_until = self._recurrence.free_until(datetime.combine(ref.day, ref.start, when.zone))
        if is_held(held) and not over and live is None:
            lines.append(free_until_line(free_until, when) if when.now < free_until else str(texts.BINDING))
        return _of_class(
            ref, when, f"held-{held.id}", button("", Verb.HELD, held.id), state=live_word(live, when) if live else "",
            lines=lines, buttons=_own(held_rows(held, live, over=over)),
        )  # fmt: skip

    def on_list(self, action: Action) -> Entry:
        """A place on the site's waiting list; its page says how to leave it."""
        return _of_class(
            action.class_ref, self._when, f"action-{action.id}", button("", Verb.TICKET, action.id),
            state=f"{mark(action)} {live_word(action, self._when)}", lines=[list_line(action, self._when)], buttons=(),
        )  # fmt: skip

    def of_action(self, action: Action) -> Entry:
        when, others = self._when, self._seen.alternatives.get(action.id, ())
        ref = action.class_ref
        pause = self._seen.account and _pause_of(self._seen.account, when)
        lines = list(choices(others, when, [ref])) if others else []
        if pause and holds_up(pause, action, when):
            lines += held_up(pause, when)[1:]
        else:
            lines += [line for line in action_standing(action, when, "") if line != str(PROMISE)]
        lines.append(swap_line(action, self._seen.given_up.get(action.replaces_row_id or 0), when))
        opens = opening_ahead(action, when)
        page = ticket_page(action, when, others, is_card=False)
        return _of_class(
            ref, when, f"action-{action.id}", button("", Verb.TICKET, action.id),
            state=f"{mark(action)} {live_word(action, when)}", lines=lines, buttons=_own(page.rows, Verb.TICKET),
            countdown=countdown(opens, when.now) if opens else None,
        )  # fmt: skip

    def planned(self, series: PlannedSeries, ahead: DateAhead) -> Entry:
        """A date that will be booked at its opening, without anything being in the queue yet."""
        periodic, when = series.periodic, self._when
        ref, opens = periodic.on(ahead.planned.day), self._recurrence.opens(periodic, ahead.planned.day)
        skip = date_button(ahead, periodic.id, when)
        return _of_class(
            ref, when, f"date-{periodic.id}-{ref.day}", button("", Verb.SERIES, periodic.id),
            state=f"{sign(periodic)} {behaviour(periodic)}",
            lines=[_("Si ripete: la metto in coda da solo, e prenoto appena apre, {moment}.", moment=when.at(opens))],
            buttons=(skip,) if skip else (), countdown=countdown(opens, when.now),
        )  # fmt: skip

    def of_series(self, series: PlannedSeries) -> Entry:
        periodic, when = series.periodic, self._when
        ahead = series.dates[:1]
        skip = [date_button(each, periodic.id, when) for each in ahead]
        [_dates, switch] = card_rows(periodic, ())[0]
        return Entry(
            key=f"series-{periodic.id}",
            title=clip(periodic.name or periodic.course, LONGEST_NAME),
            leads_to=button("", Verb.SERIES, periodic.id).data,
            state=f"{sign(periodic)} {behaviour(periodic)}",
            lines=_html(weekly_line(periodic), *(date_line(each, periodic, when) for each in ahead)),
            buttons=(*(each for each in skip if each), switch),
        )


def _of_class(
    ref: ClassRef,
    when: When,
    key: str,
    to: Button,
    *,
    lines: Sequence[str],
    buttons: tuple[Button, ...],
    state: str = "",
    countdown: Countdown | None = None,
) -> Entry:
    return Entry(
        key=key,
        title=clip(ref.course, LONGEST_NAME),
        leads_to=to.data,
        day=first_up(short_day(ref.day)),
        hour=f"{ref.start:%H:%M}",
        near=_near(ref.day, when),
        place=clip(ref.where, LONGEST_NAME),
        state=state,
        lines=_html(*lines),
        buttons=buttons,
        countdown=countdown,
    )


def _near(day: date, when: When) -> str:
    return first_up(when.day(day)) if timedelta(0) <= day - when.today <= timedelta(days=1) else ""


def _raced(raced: RacedOpening, when: When) -> Entry:
    """How the last opening went, in a sentence."""
    action, report = raced.action, raced.report
    ref = action.subject or ClassRef(_("Una lezione"), "", when.local(report.opens_at).date(), time())
    lines = [opening_sentence(action, report, when), off_time(report, when)]
    figures = figures_button(action, fresh=False)
    return _of_class(ref, when, "last-opening", figures, lines=lines, buttons=())


def _holidays(seen: OwnOverview) -> str:
    days = ", ".join(days_off(holiday) for holiday in seen.holidays[:3])
    return _("🏖 Ferie: {days}", days=days) if days else ""


def _read(read_at: datetime | None, when: When) -> str:
    if read_at is None:
        return _("Non le ho ancora lette dal sito")
    return _("Ultima lettura completa dal sito: {moment}", moment=when.at(read_at))


def _own(rows: Sequence[ButtonRow], *more: Verb) -> tuple[Button, ...]:
    """The buttons of a page of the chat that do something about what it shows."""
    away = {*ELSEWHERE, *more}
    return tuple(each for each in _flat(rows) if unpack(each.data).verb not in away)


def _flat(rows: Sequence[Sequence[Button]]) -> tuple[Button, ...]:
    return tuple(each for row in rows for each in row)


def _html(*lines: str) -> tuple[Markup, ...]:
    return tuple(safe_html(line) for line in lines if line)
