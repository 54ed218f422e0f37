"""The screens of the feed: the secret address at which a person's own calendar reads their classes. Pure."""

from __future__ import annotations

from bot.screens.callbacks import Verb
from bot.screens.page import Lines, Page, back_row, button, safe
from bot.screens.when import When
from domain.feeds import Feed
from languages import N_, _

TITLE = N_("📲 Le lezioni nel calendario")
HOW = N_(
    "Ti do un indirizzo segreto che il tuo calendario (Google, iPhone, Outlook...) rilegge da solo: ci trovi le "
    "lezioni prenotate, quelle in coda e quelle annullate."
)
SECRET = N_("Chi ha l'indirizzo vede le tue lezioni, ma non può toccare niente. Puoi spegnerlo quando vuoi.")
OFF = N_("Le pagine nel browser sono spente, e senza di loro il tuo calendario non ha dove leggere.")
COPY = N_("✅ Ecco l'indirizzo. Copialo adesso: non lo mostro più.")
WHERE = N_(
    "Google Calendar, dal computer: «Altri calendari», «Da URL»; lo rilegge dopo qualche ora. iPhone: Calendario, "
    "«Aggiungi calendario», «Aggiungi calendario con iscrizione»."
)
ONLY_HERE = N_("⚠️ Questo indirizzo si apre solo dal computer su cui giro: gli manca un nome pubblico.")
SET_PUBLIC = N_("Dillo in <code>web.public_url</code> di config.json.")
ENDED = N_("✅ Spento: a quell'indirizzo non c'è più niente.")
ONE_ALREADY = N_("Nel frattempo è cambiato qualcosa: ecco com'è adesso.")


def feed_page(feed: Feed | None, when: When, note: str = "", *, is_served: bool = True) -> Page:
    """Whether there is an address and who reads it; never the address itself, which is not kept."""
    lines = Lines().add(note).add(f"<b>{TITLE}</b>")
    if feed is None:
        lines.add(str(HOW)).add(str(SECRET) if is_served else str(OFF))
        rows = ((button(_("➕ Crea l'indirizzo"), Verb.MAKE_FEED, 0),),) if is_served else ()
        return Page(str(lines), (*rows, back_row(Verb.SETTINGS)))
    lines.add(_("Fatto {moment}.", moment=when.at(feed.made_at)), _read(feed, when)).add("" if is_served else str(OFF))
    lines.add(_("L'indirizzo non lo mostro più: se l'hai perso fanne uno nuovo, e quello di prima smette di valere."))
    end = button(_("🗑 Spegni"), Verb.END_FEED, feed.number)
    row = (button(_("🔁 Nuovo indirizzo"), Verb.MAKE_FEED, feed.number), end) if is_served else (end,)
    return Page(str(lines), (row, back_row(Verb.SETTINGS)))


def address_page(address: str, when: When, *, is_reachable: bool) -> Page:
    """The address, the one time it is shown."""
    lines = Lines().add(f"<b>{TITLE}</b>").add(str(COPY), f"<code>{safe(address)}</code>")
    if is_reachable:
        lines.add(str(WHERE))
    else:
        lines.add(str(ONLY_HERE), str(SET_PUBLIC) if when.to_keeper else "")
    return Page(str(lines.add(str(SECRET))), (back_row(Verb.FEED),))


def _read(feed: Feed, when: When) -> str:
    if feed.read_at is None:
        return _("Nessun calendario l'ha ancora letto.")
    return _("Un calendario l'ha letto l'ultima volta {moment}.", moment=when.at(feed.read_at))
