"""Guests, who came with an invitation of the owner: what the owner and they are told. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.screens.callbacks import Verb
from bot.screens.classes import in_a_line
from bot.screens.page import ButtonRow, Lines, Page, back_row, button, chunk, home_button, safe
from bot.screens.when import When
from domain.guests import Guest, Invitation
from domain.model import Action, ActionStatus, ClassRef
from domain.recurrence import PeriodicBooking
from languages import N_, _, n_

PEOPLE_LABEL = N_("👥 Persone")
INVITE_LABEL = N_("✉️ Invita qualcuno")
FOR_THE_OWNER = N_("Questo lo può fare solo chi tiene il bot.")
QUOTAS = (1, 3, 5, 10, 20, 50, 100)
"""How many bookings of one guest may wait at once: what the owner chooses from."""


def invitation(until: datetime, link: str, when: When) -> Page:
    """The message that is forwarded; Telegram leaves its buttons behind."""
    lines = Lines().add(_("👋 <b>Prenoti anche tu i corsi di {club}?</b>", club=safe(when.club.name)))
    lines.add(
        _(
            "Prova il bot con cui prenoto io: lo usi con il tuo account, e le mie prenotazioni e le tue restano "
            "separate. {link}",
            link=safe(link),
        )
    )
    lines.add(
        _(
            "<i>Inoltra questo messaggio a una persona sola: il link vale una volta, fino a {until}.</i>",
            until=when.at(until),
        )
    )
    return Page(str(lines), ((button(PEOPLE_LABEL, Verb.PEOPLE, 0, fresh=True), home_button(fresh=True)),))


def people_page(
    guests: Sequence[Guest], invitations: Sequence[Invitation], friends: int, page: int, when: When, note: str = ""
) -> Page:
    """For the owner: who came with an invitation, and what was not used yet. `friends`: of the configuration."""
    here = chunk(guests, page)
    lines = Lines().add(note).add("<b>" + _("Persone") + "</b>")
    if friends:
        lines.add(
            n_(
                "In config.json c'è {n} persona oltre a te: quella la gestisci da lì.",
                "In config.json ci sono {n} persone oltre a te: quelle le gestisci da lì.",
                friends,
            )
        )
    if not guests:
        lines.add(
            _("Adesso non c'è nessuno venuto con un invito. Un invito è un link da inoltrare: vale una volta sola.")
        )
    for invited in invitations:
        lines.add(_("✉️ Un invito mai usato, che vale fino a {until}.", until=when.at(invited.until)))
    rows: list[ButtonRow] = [(button(f"{_mark(one)} {one.name}", Verb.GUEST, one.user_id),) for one in here.items]
    rows += here.turns(Verb.PEOPLE)
    rows += [
        (button(_("🚫 Ritira l'invito fino a {until}", until=when.short(one.until)), Verb.DROP_INVITATION, one.id),)
        for one in invitations
    ]
    rows.append((button(INVITE_LABEL, Verb.INVITE_GUEST),))
    return Page(str(lines) + here.caption, (*rows, back_row(Verb.SETTINGS)))


def _mark(guest: Guest) -> str:
    if guest.suspended_at is not None:
        return "⏸"
    return "🟢" if guest.entered_at is not None else "⌛"


def guest_page(guest: Guest, waiting: int, when: When, note: str = "") -> Page:
    """For the owner: one guest, and what can be done about them. What they book is theirs, and not shown."""
    lines = Lines().add(note).add(f"<b>{safe(guest.name)}</b>")
    if guest.suspended_at is not None:
        lines.add(_("⏸ Sospeso da {when}: non può fare niente.", when=when.at(guest.suspended_at)))
        lines.add(_in_hand(waiting))
    elif guest.entered_at is not None:
        lines.add(_("🟢 Può prenotare."))
    elif guest.has_account:
        lines.add(_("⌛ Ha inserito i suoi dati, ma nel sito non sono ancora entrato."))
    else:
        lines.add(_("⌛ Non ha ancora inserito i suoi dati di accesso."))
    lines.add(_("Id Telegram: <code>{id}</code>. È qui da {when}.", id=guest.user_id, when=when.at(guest.welcomed_at)))
    lines.add(_("In attesa: {waiting}, al massimo {most} insieme.", waiting=waiting, most=guest.most_waiting))
    stopped = guest.suspended_at is not None
    stop_or_go = (
        button(_("▶️ Riammetti"), Verb.RESUME_GUEST, guest.user_id)
        if stopped
        else button(_("⏸ Sospendi"), Verb.ASK_SUSPEND, guest.user_id)
    )
    return Page(
        str(lines),
        (
            (button(_("🔢 Quante insieme"), Verb.QUOTA, guest.user_id), stop_or_go),
            (button(_("🗑 Togli"), Verb.ASK_REMOVE, guest.user_id),),
            back_row(Verb.PEOPLE, 0),
        ),
    )


def quota_page(guest: Guest) -> Page:
    """How many bookings of a guest may wait at once?"""
    lines = Lines().add(f"<b>{safe(guest.name)}</b>")
    lines.add(_("Quante prenotazioni può avere in attesa insieme? Contano anche i posti che tengo d'occhio."))
    labels = [f"✅ {most}" if most == guest.most_waiting else str(most) for most in QUOTAS]
    buttons = [button(label, Verb.SET_QUOTA, guest.user_id, number) for number, label in enumerate(labels)]
    return Page(str(lines), (tuple(buttons[:4]), tuple(buttons[4:]), back_row(Verb.GUEST, guest.user_id)))


def ask_suspend(guest: Guest, waiting: int) -> Page:
    """Sure?"""
    lines = Lines().add(_("⏸ <b>Sospendere {name}?</b>", name=safe(guest.name)))
    lines.add(_waits(waiting), _("Le sue periodiche vanno in pausa. I posti che ha già sul sito restano suoi."))
    lines.add(_("I suoi dati di accesso restano, cifrati: puoi riammetterlo quando vuoi."))
    yes = button(_("⏸ Sì, sospendi"), Verb.SUSPEND, guest.user_id)
    return Page(str(lines), ((yes,), back_row(Verb.GUEST, guest.user_id)))


def ask_remove(guest: Guest, waiting: int) -> Page:
    """Sure?"""
    lines = Lines().add(_("🗑 <b>Togliere {name}?</b>", name=safe(guest.name)))
    lines.add(
        _waits(waiting), _("Cancello tutto quello che lo riguarda: dati di accesso, richieste, storico, messaggi.")
    )
    lines.add(_("I posti che ha già sul sito restano suoi. Per tornare gli serve un altro invito."))
    yes = button(_("🗑 Sì, togli"), Verb.REMOVE, guest.user_id)
    return Page(str(lines), ((yes,), back_row(Verb.GUEST, guest.user_id)))


def _waits(waiting: int) -> str:
    if not waiting:
        return ""
    return n_("Ha {n} prenotazione in attesa: la ritiro.", "Ha {n} prenotazioni in attesa: le ritiro.", waiting)


def _in_hand(number: int) -> str:
    """What a worker was just doing when its person was suspended."""
    if not number:
        return ""
    return n_(
        "Stavo già facendo {n} cosa sul sito: finisce da sé, e gli dico com'è andata.",
        "Stavo già facendo {n} cose sul sito: finiscono da sé, e gli dico com'è andata.",
        number,
    )


def dropped(*, done: bool) -> str:
    if done:
        return _("🚫 Invito ritirato: quel link non vale più.")
    return _("Quell'invito non vale già più: qualcuno l'ha usato, o è scaduto.")


def not_here() -> str:
    return _("Questa persona non c'è più.")


def removed(name: str) -> str:
    return _("🗑 {name} non c'è più, e nemmeno quello che lo riguardava.", name=safe(name))


def acting(name: str = "") -> str:
    """Somebody can't be forgotten at this moment."""
    if name:
        return _("⏳ Proprio adesso sto prenotando o annullando per {name}: riprova tra un minuto.", name=safe(name))
    return _("⏳ Proprio adesso sto prenotando o annullando per te: riprova tra un minuto.")


def suspended(withdrawn: int = 0) -> Page:
    """All that a suspended guest is told. `withdrawn`: requests that ended by it."""
    lines = Lines().add(
        _("⏸ Chi tiene il bot ha sospeso il tuo accesso. Se pensi che sia uno sbaglio, parlane con lui.")
    )
    if withdrawn:
        ended = n_(
            "La richiesta che avevi in coda è ritirata;", "Le {n} richieste che avevi in coda sono ritirate;", withdrawn
        )
        lines.add(_("{ended} i posti che hai già sul sito restano tuoi.", ended=ended))
    return Page(str(lines))


def came(guest: Guest) -> Page:
    """For the owner: somebody has come with an invitation, or their first login has succeeded."""
    name = safe(guest.name)
    if guest.entered_at is not None:
        lines = Lines().add(_("👥 <b>{name} ora può prenotare</b>", name=name))
        lines.add(_("Il suo primo accesso al sito è riuscito. I suoi dati il bot li tiene cifrati."))
    else:
        lines = Lines().add(_("👥 <b>{name} ha aperto il tuo invito</b>", name=name))
        lines.add(_("Ora deve inserire i suoi dati di accesso. Ti scrivo appena riesce a entrare nel sito."))
    return Page(str(lines), ((home_button(fresh=True),),))


def entered() -> Page:
    """For a guest: the login with what they have entered works."""
    lines = Lines().add(_("🎉 <b>Ce l'hai fatta: sei dentro</b>"))
    lines.add(_("Sono entrato nel sito con i dati che mi hai dato. Adesso puoi prenotare."))
    return Page(str(lines), ((home_button(fresh=True),),))


def left(still: int) -> Page:
    """For the owner: a guest wanted to be forgotten. Nothing is left that says who."""
    lines = Lines().add(_("👋 <b>Un ospite se n'è andato</b>"))
    lines.add(
        _("Ha chiesto di essere dimenticato: non resta nemmeno il nome. I posti che aveva sul sito restano suoi.")
    )
    lines.add(n_("Adesso c'è {n} ospite.", "Adesso ci sono {n} ospiti.", still) if still else "")
    return Page(str(lines), ((button(PEOPLE_LABEL, Verb.PEOPLE, 0, fresh=True), home_button(fresh=True)),))


def resumed(*, has_paused: bool) -> Page:
    """For a guest: the owner lets them book again."""
    lines = Lines().add(_("👋 <b>Puoi di nuovo prenotare</b>"))
    if has_paused:
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
