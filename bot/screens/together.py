"""Booking with a friend: the invitation, what is agreed to, a booking for both and how it ended. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from bot.screens import texts
from bot.screens.booking import slot_details
from bot.screens.callbacks import Verb
from bot.screens.classes import in_a_line
from bot.screens.page import ButtonRow, Lines, Page, button, home_button, safe
from bot.screens.slots import SlotView
from bot.screens.when import When
from domain.model import ClassRef
from domain.together import Agreement, EndedAgreement, Pair, PairState
from languages import N_, _

INVITE_LABEL = N_("✉️ Invita un amico")
WHAT_IS_AGREED = N_("""👥 <b>{asker} vorrebbe prenotare anche per te</b>

Se dici di sì:
• quando prenota una lezione, {asker} può chiedere un posto anche per te: lo prendo con il tuo account, come se lo \
chiedessi tu
• ogni volta te lo scrivo: puoi ritirare o annullare quando vuoi, come quello che chiedi tu
• se ha scelto «solo insieme» e uno dei due resta senza posto, annullo quello dell'altro, finché è gratis
• {asker} vede il nome che hai su Telegram ({friend}) e, per quelle lezioni, se il posto c'è. Nient'altro di te

Puoi smettere quando vuoi: /impostazioni, «👥 Insieme».""")


def together_page(agreements: Sequence[Agreement], user_id: int, note: str = "") -> Page:
    """For whom one may book, and who may book for one; each can be ended from either side."""
    mine = [one for one in agreements if one.asker_id == user_id]
    others = [one for one in agreements if one.friend_id == user_id]
    lines = Lines().add(note).add(_("<b>Insieme</b>"))
    if mine:
        names = ", ".join(safe(one.friend_name) for one in mine)
        lines.add(_("Puoi prenotare anche per: {names}. Lo scegli sulla pagina di una lezione.", names=names))
    if others:
        names = ", ".join(safe(one.asker_name) for one in others)
        lines.add(_("Chi può prenotare anche per te: {names}.", names=names))
    if not agreements:
        lines.add(
            _("Puoi prenotare anche per un amico che usa questo bot, con il suo account: prima deve dirti di sì.")
        )
    rows: list[ButtonRow] = [(button(_stop_label(one, user_id), Verb.STOP_TOGETHER, one.id),) for one in agreements]
    rows.append((button(INVITE_LABEL, Verb.INVITE),))
    return Page(str(lines), (*rows, (button(_("‹ Indietro"), Verb.SETTINGS), home_button())))


def _stop_label(one: Agreement, user_id: int) -> str:
    if one.asker_id == user_id:
        return _("🚫 Non prenotare più per {name}", name=one.friend_name)
    return _("🚫 {name} non prenoti più per me", name=one.asker_name)


def invitation(asker_name: str, link: str) -> Page:
    """The message that is forwarded to a friend; Telegram leaves its buttons behind."""
    lines = Lines().add(_("👥 <b>Prenotiamo insieme?</b>"))
    lines.add(
        _(
            "Apri il link: ti spiego che cosa vuol dire, e se dici di sì {asker} può prenotare anche per te.",
            asker=safe(asker_name),
        )
    )
    lines.add(safe(link))
    lines.add(
        _("<i>Inoltra questo messaggio a una persona che usa questo bot: vale per una sola, per sette giorni.</i>")
    )
    return Page(str(lines), ((home_button(fresh=True),),))


def question(asked: Agreement) -> Page:
    """Exactly what is agreed to, before anything is."""
    text = WHAT_IS_AGREED.filled(asker=safe(asked.asker_name), friend=safe(asked.friend_name))
    yes, no = button(_("✅ Sì, va bene"), Verb.AGREE, asked.id), button(_("❌ No"), Verb.DECLINE, asked.id)
    return Page(text, ((yes, no), (home_button(fresh=True),)))


def agreed(asked: Agreement) -> Page:
    """After the friend's yes."""
    text = _("✅ Va bene: {asker} può prenotare anche per te. Ogni volta te lo scrivo.", asker=safe(asked.asker_name))
    return Page(text, ((button(texts.TOGETHER_LABEL, Verb.TOGETHER), home_button()),))


def declined() -> Page:
    """After the friend's no, or about an invitation that is no more."""
    text = _("Va bene: nessuno prenota per te con questo invito.")
    return Page(text, ((button(texts.TOGETHER_LABEL, Verb.TOGETHER), home_button()),))


def your_own() -> Page:
    """Who made an invitation opened it themselves."""
    text = _("È il tuo invito: inoltralo a chi vuoi che dica di sì.")
    return Page(text, ((button(texts.TOGETHER_LABEL, Verb.TOGETHER), home_button()),))


def said_yes(asked: Agreement) -> Page:
    """Told to who invited."""
    text = _(
        "👥 {friend} ti ha detto di sì: sulla pagina di una lezione trovi «Prenota anche per {friend}».",
        friend=safe(asked.friend_name),
    )
    return Page(text, ((button(texts.TOGETHER_LABEL, Verb.TOGETHER, fresh=True), home_button(fresh=True)),))


def ended_agreement(ended: EndedAgreement, user_id: int) -> Page:
    """Told to the one of the two who did not end it."""
    one = ended.agreement
    if user_id == one.friend_id:
        text = _("👥 {name} non prenota più anche per te: ha chiuso l'accordo.", name=safe(one.asker_name))
    elif ended.was_agreed:
        text = _(
            "👥 {name} ha chiuso l'accordo: non puoi più prenotare anche per lei o lui.", name=safe(one.friend_name)
        )
    else:
        text = _("👥 {name} ha detto di no al tuo invito.", name=safe(one.friend_name))
    return Page(text, ((button(texts.TOGETHER_LABEL, Verb.TOGETHER, fresh=True), home_button(fresh=True)),))


def once_more(pair: Pair, ref: ClassRef, loser: int, user_id: int, when: When) -> Page:
    """Told to both when one of them was told that the class is full, and is booked for a second time."""
    what, name = in_a_line(ref, when), safe(pair.other_than(user_id))
    if user_id == loser:
        text = _(
            "👥 {what}: il sito dice che per te è piena, e siete «solo insieme». Prima di rinunciare per tutti e due "
            "ci riprovo subito, una volta.",
            what=what,
        )
    else:
        text = _(
            "👥 {what}: il sito dice che per {name} è piena, e siete «solo insieme». Prima di rinunciare per tutti e "
            "due ci riprovo subito, una volta.",
            what=what, name=name,
        )  # fmt: skip
    return Page(text, _what_next())


def asked_by(pair: Pair | None, user_id: int) -> str:
    """Whose idea a booking was, where its person did not ask for it themselves."""
    if pair is None or user_id != pair.friend_id or pair.friends_own:
        return ""
    return _("👥 L'aveva chiesta {name} anche per te.", name=safe(pair.asker_name))


def stopped(one: Agreement, user_id: int) -> str:
    """A sentence above the page."""
    if one.asker_id == user_id:
        return _("Va bene: non prenoti più per {name}.", name=safe(one.friend_name))
    return _(
        "Va bene: {name} non prenota più per te. Quello che è già in coda resta tuo: lo trovi in 🧾 Richieste.",
        name=safe(one.asker_name),
    )


# A booking for both


def choose_page(view: SlotView, agreed: Agreement, newest: int, *, can_be_none: bool) -> Page:
    """Only together, or each for themselves? `can_be_none`: a place can still be given back for free in time."""
    friend = safe(agreed.friend_name)
    lines = Lines().add(_("👥 <b>Per te e per {friend}</b>", friend=friend)).add(slot_details(view))
    lines.add(_("Prenoto per tutti e due nello stesso momento, ciascuno con il proprio account."))
    rows: list[ButtonRow] = []
    if can_be_none:
        lines.add(
            _("<b>Solo insieme</b>: se uno dei due resta senza posto, annullo quello dell'altro, finché è gratis."),
            _("<b>Anche da soli</b>: chi trova posto lo tiene."),
        )
        rows.append((button(_("🤝 Solo insieme"), Verb.BOOK_WITH, view.id, agreed.id, newest, 1),))
    else:
        lines.add(_("È tardi per «solo insieme»: un posto non si annullerebbe più gratis. Chi trova posto lo tiene."))
    rows.append((button(_("🙋 Anche da soli"), Verb.BOOK_WITH, view.id, agreed.id, newest, 0),))
    return Page(str(lines), (*rows, (button(_("‹ Indietro"), Verb.SLOT, view.id), home_button())))


def with_whom(pair: Pair, user_id: int) -> str:
    """What the card of one of the two bookings says of the other."""
    together = ""
    if pair.both_or_none:
        together = _("Solo insieme: se uno dei due resta senza posto, annullo quello dell'altro, finché è gratis.")
    if user_id == pair.asker_id:
        said = _("👥 Anche per {name}.", name=safe(pair.friend_name))
    elif pair.friends_own:
        said = _("👥 Anche {name} prenota: la tua richiesta c'era già, e resta com'è.", name=safe(pair.asker_name))
        together = ""
    else:
        said = _("👥 <b>{name} prenota anche per te.</b>", name=safe(pair.asker_name))
    return f"{said} {together}".strip()


def was_for_both(pair: Pair, user_id: int) -> str:
    """What the page of a withdrawn booking of "only together" says: it can't be taken up again for one alone."""
    name = safe(pair.other_than(user_id))
    if user_id == pair.asker_id:
        return _(
            "👥 Era «solo insieme», per te e per {name}. "
            "Per ricominciare, apri la lezione: «👥 Prenota anche per {name}».",
            name=name,
        )
    return _("👥 Era «solo insieme», per te e per {name}, che può chiederlo di nuovo per tutti e due.", name=name)


def asked_for_you(pair: Pair, ref: ClassRef, when: When) -> Page:
    """Told to the friend when there is no booking under way that could be shown."""
    what, name = in_a_line(ref, when), safe(pair.asker_name)
    text = _("👥 {name} ha chiesto un posto anche per te: {what}.", name=name, what=what)
    if pair.friends_own:
        text = _("👥 {name} prenota {what}. Quello che avevi già tu resta com'è.", name=name, what=what)
    return Page(text, _what_next())


def ended(pair: Pair, ref: ClassRef, user_id: int, when: When) -> Page:
    """How it ended, told to each of the two."""
    what, name = in_a_line(ref, when), safe(pair.other_than(user_id))
    action_id = pair.action_of(user_id)
    rows = _what_next()
    if pair.state in (PairState.NONE, PairState.RETURNED) and action_id is not None:
        rows = ((button(_("📅 Vedi la lezione"), Verb.AGAIN, action_id, fresh=True),), *rows)
    mine = pair.winner_id == user_id
    withdrew = pair.withdrew_id in (pair.asker_id, pair.friend_id) and pair.state is not PairState.BOTH
    if withdrew and not (mine and pair.withdrew_id == user_id):
        return Page(_how_it_was_given_up(pair, what, name, user_id, mine=mine), rows)
    return Page(_how_it_ended(pair, what, name, mine=mine), rows)


def _how_it_was_given_up(pair: Pair, what: str, name: str, user_id: int, *, mine: bool) -> str:
    """How it ended after one of the two did not want their place any more."""
    if pair.withdrew_id == user_id:
        first = _("👥 {what}: hai rinunciato tu.", what=what)
    else:
        first = _("👥 {what}: {name} ha rinunciato.", what=what, name=name)
    match pair.state:
        case PairState.RETURNED if mine:
            then = _("Era «solo insieme»: ho annullato anche il tuo posto, e l'ho ricontrollato sul sito.")
        case PairState.RETURNED:
            then = _(
                "Era «solo insieme»: ho annullato anche il posto di {name}, e l'ho ricontrollato sul sito.", name=name
            )
        case PairState.APART if mine:
            then = _("Il tuo posto resta: se non ci vai, annullalo tu.")
        case PairState.APART:
            then = _("Il posto di {name} resta.", name=name)
        case _ if pair.both_or_none:
            then = _("Era «solo insieme»: il posto non l'avete né tu né {name}.", name=name)
        case _:
            then = _("E il posto non l'avete né tu né {name}.", name=name)
    return f"{first} {then}"


def _how_it_ended(pair: Pair, what: str, name: str, *, mine: bool) -> str:
    match pair.state:
        case PairState.BOTH:
            return _("👥 <b>Tutti e due!</b> {what}: il posto c'è per te e per {name}.", what=what, name=name)
        case PairState.RETURNED if mine:
            return _(
                "👥 {what}: per {name} il posto non c'è, ed era «solo insieme». Ho annullato anche il tuo, "
                "e l'ho ricontrollato sul sito.",
                what=what, name=name,
            )  # fmt: skip
        case PairState.RETURNED:
            return _(
                "👥 {what}: per te il posto non c'è, ed era «solo insieme». Il posto di {name} l'ho annullato, "
                "e l'ho ricontrollato sul sito.",
                what=what, name=name,
            )  # fmt: skip
        case PairState.APART if mine:
            said = _("👥 {what}: tu il posto ce l'hai, per {name} non c'è.", what=what, name=name)
            kept = _(
                "Il tuo posto resta: annullo solo finché è gratis e il sito lo permette. Se non ci vai, annullalo tu."
            )
            return f"{said} {kept}" if _was_to_be_returned(pair) else said
        case PairState.APART:
            said = _("👥 {what}: per {name} il posto c'è, per te no.", what=what, name=name)
            kept = _("Il suo posto resta: annullo solo finché è gratis e il sito lo permette.")
            return f"{said} {kept}" if _was_to_be_returned(pair) else said
        case _ if pair.both_or_none:
            return _("👥 {what}: era «solo insieme», e niente posto né per te né per {name}.", what=what, name=name)
        case _:
            return _("👥 {what}: niente posto, né per te né per {name}.", what=what, name=name)


def _was_to_be_returned(pair: Pair) -> bool:
    """Whether the place that is left was to be given back, and could not be."""
    return pair.both_or_none and not (pair.friends_own and pair.winner_id == pair.friend_id)


def _what_next() -> tuple[ButtonRow, ...]:
    return ((button(texts.MINE_LABEL, Verb.MINE, 0, fresh=True), home_button(fresh=True)),)
