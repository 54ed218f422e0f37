"""Guests, who came with an invitation of the owner: what the owner and they are told. Pure functions."""

from __future__ import annotations

from bot.screens.callbacks import Verb
from bot.screens.classes import in_a_line
from bot.screens.page import Lines, Page, button, home_button, safe
from bot.screens.when import When
from domain.guests import Guest
from domain.model import Action, ActionStatus, ClassRef
from domain.recurrence import PeriodicBooking
from languages import _, n_


def came(guest: Guest) -> Page:
    """For the owner: somebody has come with an invitation, or can book from now on."""
    name = safe(guest.name)
    if guest.has_account:
        lines = Lines().add(_("👥 <b>{name} ora può prenotare</b>", name=name))
        lines.add(_("Ha inserito i suoi dati di accesso, che il bot tiene cifrati."))
    else:
        lines = Lines().add(_("👥 <b>{name} ha aperto il tuo invito</b>", name=name))
        lines.add(_("Ora deve inserire i suoi dati di accesso. Ti scrivo quando ha finito."))
    return Page(str(lines), ((home_button(fresh=True),),))


def resumed() -> Page:
    """For a guest: the owner lets them book again."""
    lines = Lines().add(_("👋 <b>Puoi di nuovo prenotare</b>"))
    lines.add(_("Le periodiche sono in pausa: riattivale tu, se le vuoi ancora."))
    return Page(str(lines), ((home_button(fresh=True),),))


def friend_left(action: Action | None, when: When) -> Page:
    """For who books together with somebody that is gone, whose name is gone with them. `action`: what was for both."""
    lines = Lines().add(_("👥 <b>Chi prenotava insieme a te non usa più questo bot</b>"))
    if action is not None and action.wish is not None:
        what = in_a_line(action.wish, when)
        if action.status is ActionStatus.CANCELLED:
            lines.add(_("Quello che avevate chiesto in due è ritirato: {what}.", what=what))
        elif action.status in (ActionStatus.PENDING, ActionStatus.PROCESSING):
            lines.add(_("Quello che avevate chiesto in due resta in coda solo per te: {what}.", what=what))
    lines.add(_("Quello che hai prenotato resta tuo."))
    return Page(str(lines), ((button(_("🧾 Richieste"), Verb.STATUS, 0, fresh=True), home_button(fresh=True)),))


def too_many(most: int, *, theirs: bool) -> Page:
    """Shown instead of a ticket: no more bookings may wait. `theirs`: of the friend for whom it was asked."""
    lines = Lines().add(_("✋ <b>Troppe prenotazioni in attesa</b>"))
    if theirs:
        lines.add(_("Chi prenota con te ne ha già quante ne può avere: chiedigli di ritirarne una."))
    else:
        lines.add(
            n_(
                "Ne hai già {n}, quante ne puoi avere insieme. Ritirane una, o aspetta che finisca.",
                "Ne hai già {n}, quante ne puoi avere insieme. Ritirane una, o aspetta che finiscano.",
                most,
            )
        )
    return Page(str(lines), ((button(_("🧾 Richieste"), Verb.STATUS, 0), home_button()),))


def left_out(periodic: PeriodicBooking, ref: ClassRef, when: When) -> Page:
    """For a guest: a date of what recurs was not queued, because as many bookings wait as may."""
    lines = Lines().add(_("✋ <b>Questa data non l'ho messa in coda</b>"), in_a_line(ref, when))
    lines.add(_("Hai già in attesa tutte le prenotazioni che puoi avere insieme. Se ne ritiri una, chiedila tu."))
    lines.add(_("Le prossime date restano in programma."))
    series = button(_("🔄 Vedi la periodica"), Verb.SERIES, periodic.id, fresh=True)
    return Page(str(lines), ((series,), (home_button(fresh=True),)))
