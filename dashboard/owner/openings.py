"""Openings as the owner sees them: those of tonight with their rehearsals, and how the latest went. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from babel.numbers import format_decimal

from bot.screens.failure_messages import happening
from bot.screens.when import When
from dashboard.owner.actions import about
from domain.model import Action, ActionStatus
from domain.opening_report import ShotOutcome
from domain.oversight import AwaitedOpening, RacedOpening
from domain.request_counts import MOST_AT_OPENING
from domain.results import REHEARSED_UNSEEN, REHEARSED_WELL
from languages import N_, _, n_, spoken

SHOWN_FOR = timedelta(days=2)  # how an opening went

ENDS = {
    ActionStatus.COMPLETED: N_("✅ presa"),
    ActionStatus.FAILED: N_("❌ non presa"),
    ActionStatus.CANCELLED: N_("↩️ ritirata"),
    ActionStatus.PENDING: N_("⏳ va avanti"),
    ActionStatus.PROCESSING: N_("⏳ va avanti"),
}


@dataclass(frozen=True, slots=True)
class OpeningAhead:
    id: int
    about: str
    person: int
    opens: str
    rehearsal: str
    is_well: bool | None  # None: nothing is known yet
    sent: str  # requests against the budget


@dataclass(frozen=True, slots=True)
class OpeningPast:
    id: int
    about: str
    person: int
    opened: str
    end: str
    read_back: str  # empty: never
    shots: str


def ahead(opening: AwaitedOpening, when: When) -> OpeningAhead:
    """A booking that waits for its opening."""
    action = opening.action
    words, is_well = _rehearsal(action, when)
    sent = _("{sent} richieste su {most}", sent=opening.sent, most=MOST_AT_OPENING) if opening.sent else ""
    opens = when.at(opening.opens_at, seconds=True)
    return OpeningAhead(action.id, about(action, when), action.user_id, opens, words, is_well, sent)


def past(raced: RacedOpening, when: When) -> OpeningPast:
    """How an opening went."""
    action = raced.action
    seen = "" if raced.read_back is None else _("vista dopo {seconds} s", seconds=_number(raced.read_back))
    opened = when.at(raced.opened_at)
    end = str(ENDS[action.status])
    return OpeningPast(action.id, about(action, when), action.user_id, opened, end, seen, _shots(raced.shots))


def _rehearsal(action: Action, when: When) -> tuple[str, bool | None]:
    if action.rehearse_at is not None and action.rehearsal is None:
        return _("la prova è {moment}", moment=when.soon(action.rehearse_at)), None
    if action.rehearsal is None:
        return _("nessuna prova"), None
    if action.rehearsal == REHEARSED_WELL:
        return _("provata: tutto a posto"), True
    if action.rehearsal == REHEARSED_UNSEEN:
        return _("provata: tutto a posto, ma il sito non la mostra ancora"), True
    return _("la prova è andata male: {why}", why=happening(action.rehearsal, when.site)), False


def _shots(shots: Mapping[ShotOutcome, int]) -> str:
    return ", ".join(_some(outcome, number) for outcome, number in shots.items())


def _some(outcome: ShotOutcome, number: int) -> str:
    match outcome:
        case ShotOutcome.ACCEPTED:
            return n_("{n} accettata", "{n} accettate", number)
        case ShotOutcome.ALREADY:
            return n_("{n} già nostra", "{n} già nostre", number)
        case ShotOutcome.EARLY:
            return n_("{n} in anticipo", "{n} in anticipo", number)
        case ShotOutcome.FULL:
            return n_("{n} a posti finiti", "{n} a posti finiti", number)
        case ShotOutcome.REFUSED:
            return n_("{n} rifiutata", "{n} rifiutate", number)
        case ShotOutcome.LOST:
            return n_("{n} senza risposta", "{n} senza risposta", number)


def _number(seconds: float) -> str:
    return format_decimal(seconds, "0.00", locale=str(spoken()))
