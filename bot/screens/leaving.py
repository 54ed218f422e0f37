"""What somebody is told who wants to be forgotten: what goes, what stays, and what went. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass

from bot.screens.callbacks import Verb
from bot.screens.page import Lines, Page, back_row, button, home_button
from domain.guests import Forgotten
from languages import _, n_


@dataclass(frozen=True, slots=True)
class About:
    """What there is of a person before they are forgotten."""

    waiting: int  # bookings and watches
    held: int  # places still to come
    friends: int  # with whom they book together
    configured: bool  # whether config.json names them
    backups: int


def ask(about: About) -> Page:
    """Sure?"""
    lines = Lines().add(_("🗑 <b>Vuoi che ti dimentichi?</b>"))
    lines.add(
        _("Cancello tutto quello che so di te: richieste, storico, periodiche, preferenze, calendario, messaggi, "
          "la tua sessione sul sito e, se li hai dati a me, i tuoi dati di accesso. Non si torna indietro."),
    )  # fmt: skip
    if about.waiting:
        lines.add(
            n_(
                "⚠️ {n} prenotazione in attesa viene ritirata.",
                "⚠️ {n} prenotazioni in attesa vengono ritirate.",
                about.waiting,
            )
        )
    if about.held:
        lines.add(
            n_(
                "⚠️ Sul sito hai {n} posto: resta tuo. Se non ci vai, annullalo prima.",
                "⚠️ Sul sito hai {n} posti: restano tuoi. Se non ci vai, annullali prima.",
                about.held,
            )
        )
    if about.friends:
        lines.add(_("Chi prenota insieme a te lo viene a sapere, senza il tuo nome."))
    if not about.configured:
        lines.add(_("Chi tiene il bot lo viene a sapere, senza il tuo nome."))
    lines.add(*_what_stays(about.configured, about.backups))
    yes = button(_("🗑 Sì, dimenticami"), Verb.FORGET)
    return Page(str(lines), ((yes,), back_row(Verb.SETTINGS)))


def _what_stays(configured: bool, backups: int) -> list[str]:
    stays = []
    if configured:
        stays.append(
            _(
                "I tuoi dati di accesso stanno in config.json: da lì li può togliere solo chi tiene il bot, e glielo "
                "scrivo. Finché non lo fa puoi ancora usarmi, come se fossi nuovo."
            )
        )
    if backups:
        stays.append(
            n_(
                "Resta {n} copia di sicurezza del database, con quello che sapevo allora: sparisce con lei.",
                "Restano {n} copie di sicurezza del database, con quello che sapevo allora: sparisce con loro.",
                backups,
            )
        )
    return stays


def owners() -> Page:
    """For the owner, whom config.json names: without them there is no bot."""
    lines = Lines().add(_("🗑 <b>Te non ti posso dimenticare</b>"))
    lines.add(_("Il bot è tuo, e il tuo accesso sta in config.json. Per cancellare tutto, sulla macchina del bot:"))
    lines.add(
        _("1. ferma i programmi"),
        _("2. cancella config.json, il database con la sua chiave (<code>.key</code>), la cartella "
          "<code>.state</code>, il log e le copie di sicurezza"),
        _("3. togli il bot da @BotFather con /deletebot"),
    )  # fmt: skip
    lines.add(
        _("Per cancellare solo quello che il bot ricorda basta il punto 2 senza config.json: poi riparte da zero.")
    )
    return Page(str(lines), (back_row(Verb.SETTINGS),))


def done(gone: Forgotten, *, configured: bool, backups: int) -> Page:
    """What went, and what did not."""
    lines = Lines().add(_("🗑 <b>Fatto: ti ho dimenticato</b>"))
    what = [
        n_("{n} richiesta", "{n} richieste", gone.requests),
        n_("la memoria di {n} posto", "la memoria di {n} posti", gone.held),
        n_("{n} periodica", "{n} periodiche", gone.recurring),
        n_("{n} messaggio", "{n} messaggi", gone.messages),
    ]
    if configured:
        lines.add(_("Ho cancellato: {what}, e poi preferenze, calendario e sessione.", what=", ".join(what)))
    else:
        lines.add(
            _("Ho cancellato: {what}, e poi preferenze, calendario, sessione e dati di accesso.", what=", ".join(what))
        )
    if gone.held:
        lines.add(_("Sul sito non ho annullato niente: quello che hai lì resta tuo."))
    lines.add(*_what_stays(configured, backups))
    lines.add(_("Questa chat la cancelli tu da Telegram. Ciao! 👋"))
    return Page(str(lines), ((home_button(),),) if configured else ())


def asked_to_be_forgotten(user_id: int) -> Page:
    """For the owner: somebody whom config.json names wants to be in it no more."""
    lines = Lines().add(_("🗑 <b>Una persona di config.json ha chiesto di essere dimenticata</b>"))
    lines.add(
        _(
            "È quella con l'id Telegram <code>{id}</code>. Ho cancellato tutto quello che sapevo; il suo accesso sta "
            "in config.json, tra i friends: toglilo da lì e riavviami.",
            id=user_id,
        )
    )
    return Page(str(lines), ((home_button(fresh=True),),))
