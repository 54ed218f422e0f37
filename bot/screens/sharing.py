"""A class's link: the message to forward that carries it, and what is said when it leads nowhere. Pure functions."""

from __future__ import annotations

from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.classes import about, in_a_line
from bot.screens.page import Lines, Page, button, home_button, safe
from bot.screens.when import When
from domain.model import ClassRef
from languages import _

LINK = "https://t.me/{bot}?start={number}"


def link_to(bot_name: str, number: str) -> str:
    """What Telegram opens the chat with the bot by, and sends it `/start` with the number."""
    return LINK.format(bot=bot_name, number=number)


def to_forward(ref: ClassRef, link: str, when: When) -> Page:
    """The message that is forwarded; Telegram leaves its buttons behind. It names nobody."""
    lines = Lines().add(_("🔗 <b>Vieni anche tu?</b>")).add(about(ref, when))
    lines.add(safe(link)).add(_("<i>Inoltra questo messaggio: il link si apre a chi usa questo bot.</i>"))
    return Page(str(lines), ((home_button(fresh=True),),))


def begun(ref: ClassRef, when: When) -> Page:
    """The class of a link has begun, or is over."""
    text = _("{what}: è già cominciata, questo link non serve più.", what=in_a_line(ref, when))
    return Page(text, ((button(texts.BOOK_LABEL, Verb.NEW), home_button()),))


def vanished(ref: ClassRef, when: When) -> Page:
    """The timetable does not have the class of a link, at least for now."""
    text = _("{what}: negli orari che ho letto non c'è (o non c'è più).", what=in_a_line(ref, when))
    see_day = button(_("📅 Gli orari di quel giorno"), Verb.DAY, ref.day)
    return Page(text, ((see_day,), (home_button(),)))


def unknown() -> Page:
    """A link that is not known: cut short, of another bot, of a class that is long over, or a used invitation."""
    text = _("Questo link non lo conosco: forse è incompleto, o non vale più.")
    return Page(text, ((button(texts.BOOK_LABEL, Verb.NEW), home_button()),))
