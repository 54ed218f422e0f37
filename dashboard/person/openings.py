"""How openings went: the list of the last ones, and one of them request by request, as words and as a drawing. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.screens.callbacks import Verb
from bot.screens.classes import about_action, ordinal
from bot.screens.openings import clock_line, off_time, opening_line, opening_sentence, since_opening
from bot.screens.page import LONGEST_NAME, Button, button, clip
from bot.screens.tickets import title
from bot.screens.when import When, first_up, short_day
from dashboard.chat_html import safe_html
from dashboard.person.opening_drawing import Drawing, drawing_of, outcome
from domain.opening_report import OpeningReport, Shot
from domain.overview import RacedOpening
from languages import _

MOST = 20  # openings that are listed


@dataclass(frozen=True, slots=True)
class ListedOpening:
    number: int  # of its request
    name: str
    told: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class ShotRow:
    """A request in figures and words, as a line of a table."""

    number: int
    choice: str
    sent: str
    arrived: str
    answered: str
    outcome: str
    said: str  # the site's own words


@dataclass(frozen=True, slots=True)
class ShownOpening:
    """One opening."""

    name: str
    about: Markup
    lines: tuple[Markup, ...]
    drawing: Drawing
    rows: tuple[ShotRow, ...]
    ticket: Button


def listed(raced: Sequence[RacedOpening], shown: RacedOpening, when: When) -> list[ListedOpening]:
    return [_listed(one, when, is_shown=one is shown) for one in raced]


def _listed(raced: RacedOpening, when: When, *, is_shown: bool) -> ListedOpening:
    ref = raced.action.subject
    day = first_up(short_day(ref.day if ref else when.local(raced.report.opens_at).date()))
    name = f"{day}, {ref.start:%H:%M} · {clip(ref.course, LONGEST_NAME)}" if ref else day
    told = safe_html(opening_sentence(raced.action, raced.report, when)).striptags()
    return ListedOpening(raced.action.id, name, told, is_shown)


def shown_opening(raced: RacedOpening, when: When) -> ShownOpening:
    action, report = raced.action, raced.report
    ref = action.subject
    lines = (opening_line(report, when), off_time(report, when), clock_line(report) if report.round_trip else "")
    return ShownOpening(
        name=clip(ref.course, LONGEST_NAME) if ref else title(action),
        about=safe_html(about_action(action, when)),
        lines=tuple(safe_html(line) for line in lines if line),
        drawing=drawing_of(report),
        rows=tuple(_row(number, shot, report) for number, shot in enumerate(report.shots, 1)),
        ticket=button(_("🧾 La richiesta n. {number}", number=action.id), Verb.TICKET, action.id),
    )


def _row(number: int, shot: Shot, report: OpeningReport) -> ShotRow:
    return ShotRow(
        number, ordinal(shot.choice + 1), since_opening(shot.sent), since_opening(report.arrived(shot)),
        since_opening(shot.answered), outcome(shot), clip(shot.message, LONGEST_NAME),
    )  # fmt: skip
