"""The pages in the browser, as the chat tells of them: the link to enter, and where one has entered. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.screens.callbacks import Verb
from bot.screens.page import ButtonRow, Lines, Page, button, home_button, safe
from bot.screens.when import When
from domain.web import WebSession
from languages import N_, _, n_

OFF = N_("Le pagine nel browser sono spente: chi tiene il bot le accende con <code>web.enabled</code>.")
NOT_RUNNING = N_("⚠️ Adesso il programma delle pagine (web) non è in funzione: il link si aprirà quando riparte.")
ONLY_HERE_OWNER = N_(
    "Si apre solo sul computer su cui giro. Da un altro: <code>{tunnel}</code>, e poi questo stesso link. Per aprirlo "
    "da dovunque: <code>web.public_url</code>."
)
ONLY_HERE = N_("Si apre solo sul computer su cui giro: per aprirlo dal tuo chiedi a chi tiene il bot.")


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link leads, and what is to be said of that."""

    address: str
    tunnel: str | None = None  # the command by which another computer reaches it; None: everybody does who is to
    is_running: bool = True


def link_page(link: Link, sessions: Sequence[WebSession], *, keeps: bool) -> Page:
    """A fresh link. `keeps`: its reader keeps the bot."""
    lines = Lines().add(_("🖥 <b>La tua pagina nel browser</b>"), _("Lì vedi e fai quasi tutto quello che fai qui."))
    lines.add(f'<a href="{safe_address(link.address)}">{safe_address(link.address)}</a>')
    lines.add(_("Vale cinque minuti e una volta sola. Non inoltrarlo: chi lo apre entra al posto tuo."))
    if link.tunnel:
        lines.add(ONLY_HERE_OWNER.filled(tunnel=safe(link.tunnel)) if keeps else ONLY_HERE)
    if not link.is_running:
        lines.add(NOT_RUNNING)
    rows: tuple[ButtonRow, ...] = ()
    if sessions:
        label = n_("🖥 Sei entrato in {n} browser", "🖥 Sei entrato in {n} browser", len(sessions))
        rows = ((button(label, Verb.BROWSERS),),)
    return Page(str(lines), (*rows, (home_button(),)))


def browsers_page(sessions: Sequence[WebSession], when: When, *, left: bool = False) -> Page:
    """Where the person has entered, each with a button that ends it."""
    lines = Lines().add(_("🖥 <b>Dove sei entrato</b>"))
    if left:
        lines.add(_("✅ Uscito: lì non si entra più senza un nuovo link."))
    lines.add(*(f"• {_seen(session, when)}" for session in sessions))
    if not sessions:
        lines.add(_("In nessun browser."))
    leave = ((_("🚪 Esci da {browser}", browser=name_of(each)), each.id) for each in sessions)
    rows = [(button(label, Verb.LEAVE_BROWSER, session_id),) for label, session_id in leave]
    return Page(str(lines), (*rows, (button(_("🔗 Un nuovo link"), Verb.BROWSER_LINK),), (home_button(),)))


def off_page() -> Page:
    """There are no pages in the browser."""
    return Page(str(OFF), ((home_button(),),))


def links_of_the_chat() -> Page:
    """Shown in a browser: a link that opens the chat with the bot is made by the bot."""
    lines = Lines().add(_("🔗 <b>Questo link lo fa il bot, nella chat</b>"))
    lines.add(_("Apre la chat con il bot: tocca lo stesso pulsante lì, e inoltra il messaggio che ti manda."))
    return Page(str(lines), ((home_button(),),))


def _seen(session: WebSession, when: When) -> str:
    return _(
        "{browser}: entrato {began}, visto {seen}",
        browser=safe(name_of(session)), began=when.at(session.began_at), seen=when.at(session.seen_at),
    )  # fmt: skip


def name_of(session: WebSession) -> str:
    """What a person calls the browser: `Firefox, Android`."""
    return session.browser or _("un browser")


def safe_address(address: str) -> str:
    """An address of ours, whole: it is made of what needs no escaping, and anything else is left out."""
    return re.sub(r"[^A-Za-z0-9:/.\[\]_~%-]", "", address)
