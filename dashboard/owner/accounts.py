"""Accounts as the owner sees them: what keeps one from going on, and its requests against its budget. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.screens.failure_messages import failure_message
from bot.screens.when import When
from domain.model import Role
from domain.oversight import AccountState
from domain.request_counts import BURST, PER_MINUTE, RecentRequests
from languages import _, n_


@dataclass(frozen=True, slots=True)
class AccountView:
    person: int
    role: str
    live: str
    troubles: tuple[str, ...]
    requests: str
    over_budget: bool
    busiest: int  # requests of its busiest minute, for the bar
    rests: bool  # it waits, and may be made to go on
    suspended: str  # since when nothing is done for it; empty for all others


def view(state: AccountState, sent: RecentRequests | None, when: When) -> AccountView:
    """The account in the language that is spoken."""
    account = state.account
    return AccountView(
        person=account.user_id,
        role=_("tiene il bot") if account.role is Role.OWNER else _("amico"),
        live=n_("{n} richiesta in coda", "{n} richieste in coda", state.live),
        troubles=tuple(_troubles(state, when)),
        requests=_requests(sent),
        over_budget=sent is not None and (sent.busiest_minute > PER_MINUTE or sent.delayed > 0),
        busiest=min(sent.busiest_minute, BURST) if sent else 0,
        rests=account.waits_until(when.now) is not None,
        suspended=_("⏸ sospeso da {moment}: non può fare niente", moment=when.at(state.suspended_at))
        if state.suspended_at
        else "",
    )


def _troubles(state: AccountState, when: When) -> list[str]:
    account = state.account
    told = []
    if account.stop is not None:
        told.append(_("🔑 fermo: {why}", why=failure_message(account.stop.kind, when.site).happened))
    if account.pause is not None and (until := account.waits_until(when.now)) is not None:
        why = failure_message(account.pause.kind, when.site).happened
        told.append(_("⏸ in pausa {until}: {why}", until=when.until(until), why=why))
    if state.unreachable_since is not None:
        told.append(_("🔕 Telegram non consegna i suoi messaggi da {moment}", moment=when.at(state.unreachable_since)))
    return told


def _requests(sent: RecentRequests | None) -> str:
    if sent is None:
        return _("nessuna richiesta nell'ultima ora")
    told = _(
        "{minute} nell'ultimo minuto, {hour} nell'ultima ora; al massimo {busiest} in un minuto, su {budget}",
        minute=sent.last_minute,
        hour=sent.last_hour,
        busiest=sent.busiest_minute,
        budget=PER_MINUTE,
    )
    held = n_("{n} ha dovuto aspettare", "{n} hanno dovuto aspettare", sent.delayed) if sent.delayed else ""
    return "; ".join(filter(None, (told, held)))
