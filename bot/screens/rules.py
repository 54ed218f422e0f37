"""The screens of the rules of the house: what the site was seen to do, and what is in force. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.page import ButtonRow, Lines, Page, button, home_button, in_quotes
from bot.screens.when import When, hours_of
from domain.house_rules import HouseRules, Rule
from domain.seen_rules import SeenRule
from languages import N_, _, n_

NAMES = {
    Rule.OPENING: N_("Apertura delle prenotazioni"),
    Rule.OVERLAP: N_("Due prenotazioni alla stessa ora"),
    Rule.FREE_CANCEL: N_("Annullare gratis"),
    Rule.LATE_CANCEL: N_("Annullare dopo il termine gratuito"),
    Rule.CLOSES: N_("Chiusura delle prenotazioni"),
    Rule.MOST_BOOKINGS: N_("Prenotazioni al massimo"),
}
WORDS = {
    (Rule.OVERLAP, "refused"): N_("il sito rifiuta la seconda"),
    (Rule.OVERLAP, "warned"): N_("il sito le accetta"),
    (Rule.LATE_CANCEL, "penalty"): N_("si può, ma può costare una penalità"),
    (Rule.LATE_CANCEL, "refused"): N_("il sito non lo permette"),
    (Rule.FREE_CANCEL, "0"): N_("fino all'inizio della lezione"),
    (Rule.CLOSES, "0"): N_("all'inizio della lezione"),
    (Rule.MOST_BOOKINGS, ""): N_("non lo so"),
}


def told(rule: Rule, value: str) -> str:
    """A value in a person's words."""
    if (rule, value) in WORDS:
        return str(WORDS[rule, value])
    if found := re.fullmatch(r"days_ahead=(\d+) at=(.+)", value):
        return _days_ahead(int(found[1]), found[2])
    match rule:
        case Rule.OPENING:
            hours = hours_of(timedelta(hours=float(value.removeprefix("hours_before="))))
            return _("{hours} prima della lezione", hours=hours)
        case Rule.FREE_CANCEL:
            return _("fino a {hours} prima", hours=hours_of(timedelta(hours=float(value))))
        case Rule.CLOSES:
            return n_("{n} minuto prima della lezione", "{n} minuti prima della lezione", round(float(value)))
        case _:
            return value


def _days_ahead(days: int, time: str) -> str:
    if days == 0:
        return _("il giorno stesso, alle {time}", time=time)
    if days == 1:
        return _("il giorno prima, alle {time}", time=time)
    return n_("{n} giorno prima, alle {time}", "{n} giorni prima, alle {time}", days, time=time)


def seen_page(seen: SeenRule, when: When) -> Page:
    """Sent once when the site was seen to follow another rule than assumed. Only the owner changes the rule."""
    lines = Lines().add(_("👀 <b>Il sito fa diversamente da come pensavo</b>"))
    lines.add(_("{rule}. Pensavo: {value}.", rule=NAMES[seen.rule], value=told(seen.rule, seen.instead_of)))
    lines.add(_("L'ho visto fare così: <b>{value}</b>. Lo imposto?", value=told(seen.rule, seen.value)))
    if seen.words:
        lines.add(_("Visto {moment}: {words}.", moment=when.at(seen.seen_at), words=in_quotes(seen.words)))
    take = button(_("✅ Impostalo"), Verb.SET_RULE, seen.id, fresh=True)
    leave = button(_("Lascia com'è"), Verb.LEAVE_RULE, seen.id, fresh=True)
    return Page(str(lines), ((take, leave), (home_button(fresh=True),)))


def rules_page(rules: HouseRules, seen: Sequence[SeenRule], note: str = "") -> Page:
    """The rules in force and the rules that were observed, each with a button to put it in force or to revert it."""
    lines = _in_force(rules, note).add(_("Se vedo il sito fare diversamente, te lo chiedo prima di cambiarle."))
    rows: list[ButtonRow] = []
    for each in seen[-8:]:
        label = f"{NAMES[each.rule]}: {told(each.rule, each.value)}"
        in_force = each.answer == "set" and rules.value(each.rule) == each.value
        revert = _("↩️ Torna a config.json: {rule}", rule=NAMES[each.rule])
        rows.append((button(revert, Verb.LEAVE_RULE, each.id),) if in_force
                    else (button(f"✅ {label}", Verb.SET_RULE, each.id),))  # fmt: skip
    return Page(str(lines), (*rows, (home_button(),)))


def friends_page(rules: HouseRules) -> Page:
    """The rules in force, for a friend, who can't change them."""
    lines = _in_force(rules).add(_("Le cambia chi tiene il bot."))
    return Page(str(lines), ((button(str(texts.MINE_LABEL), Verb.MINE, 0), home_button()),))


def _in_force(rules: HouseRules, note: str = "") -> Lines:
    lines = Lines().add(note).add(_("⚙️ <b>Come funziona il sito, per quel che so</b>"))
    return lines.add(*(f"• {name}: {told(rule, rules.value(rule))}" for rule, name in NAMES.items()))
