"""An action of anybody's as the owner sees it: what, whose, how it stands, and what may be done with it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from bot.screens.failure_messages import happening
from bot.screens.page import clip
from bot.screens.when import When
from domain.model import Action, ActionStatus, ActionType
from languages import N_, _, n_

LONGEST_NAME = 120  # characters of a class

WHAT = {
    ActionType.BOOK: N_("📅 Prenotazione"),
    ActionType.CANCEL: N_("❌ Annullamento"),
    ActionType.CHECK: N_("🔄 Lettura delle prenotazioni"),
    ActionType.REFRESH: N_("🗓️ Lettura degli orari"),
}
WATCH = N_("👀 Posto che si libera")


@dataclass(frozen=True, slots=True)
class ActionView:
    id: int
    what: str
    about: str  # the class; empty for a reading
    person: int
    state: str
    trouble: str  # what went wrong with its last try; empty when nothing did
    evidence: str  # the name of the folder; empty without one
    may_try_now: bool
    may_withdraw: bool


def view(action: Action, when: When) -> ActionView:
    """The action in the language that is spoken."""
    return ActionView(
        id=action.id,
        what=str(WATCH if action.watch else WHAT[action.type]),
        about=about(action, when),
        person=action.user_id,
        state=_state(action, when),
        trouble=happening(action.error_kind, when.site) if action.error_kind else "",
        evidence=PurePath(action.evidence).name if action.evidence else "",
        may_try_now=_may_try_now(action, when),
        may_withdraw=action.status is ActionStatus.PENDING or action.only_prepared(when.now),
    )


def about(action: Action, when: When) -> str:
    """`PILATES MATWORK · Giuriati, domani alle 18:00`; empty for a reading."""
    if action.subject is None:
        return ""
    named = " · ".join(filter(None, (action.subject.course, action.subject.where)))
    day, hour = when.day(action.subject.day), f"{action.subject.start:%H:%M}"
    return _("{what}, {day} alle {time}", what=clip(named, LONGEST_NAME), day=day, time=hour)


def _state(action: Action, when: When) -> str:
    tried = [n_("{n} tentativo", "{n} tentativi", action.attempts)] if action.attempts else []
    if action.status is ActionStatus.PROCESSING:
        doing = (
            _("si prepara per la sua apertura") if action.only_prepared(when.now) else _("un worker ci sta lavorando")
        )
        return ", ".join([doing, *tried])
    if action.opens_at and action.opens_at > when.now:
        return ", ".join([_("apre {moment}", moment=when.soon(action.opens_at)), *tried])
    if action.run_at > when.now:
        return ", ".join([_("riprova {moment}", moment=when.soon(action.run_at)), *tried])
    return ", ".join([_("da fare"), *tried])


def _may_try_now(action: Action, when: When) -> bool:
    waits = action.status is ActionStatus.PENDING and action.run_at > when.now
    return waits and (action.opens_at is None or action.opens_at <= when.now)
