"""The screens of the rules of the house: what the site was seen to do, and what is in force. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.held import hours_of
from bot.screens.page import ButtonRow, Lines, Page, button, home_button, in_quotes
from bot.screens.when import When, count
from domain.house_rules import HouseRules, Rule
from domain.seen_rules import SeenRule

NAMES = {
    Rule.OPENING: "Apertura delle prenotazioni",
    Rule.OVERLAP: "Due prenotazioni alla stessa ora",
    Rule.FREE_CANCEL: "Annullare gratis",
    Rule.LATE_CANCEL: "Annullare dopo il termine gratuito",
    Rule.CLOSES: "Chiusura delle prenotazioni",
    Rule.MOST_BOOKINGS: "Prenotazioni al massimo",
}
WORDS = {
    (Rule.OVERLAP, "refused"): "il sito rifiuta la seconda",
    (Rule.OVERLAP, "warned"): "il sito le accetta",
    (Rule.LATE_CANCEL, "penalty"): "si può, ma può costare una penalità",
    (Rule.LATE_CANCEL, "refused"): "il sito non lo permette",
    (Rule.FREE_CANCEL, "0"): "fino all'inizio della lezione",
    (Rule.CLOSES, "0"): "all'inizio della lezione",
    (Rule.MOST_BOOKINGS, ""): "non lo so",
}


def told(rule: Rule, value: str) -> str:
    """A value in a person's words."""
    if (rule, value) in WORDS:
        return WORDS[rule, value]
    if found := re.fullmatch(r"days_ahead=(\d+) at=(.+)", value):
        days = {"0": "il giorno stesso", "1": "il giorno prima"}.get(found[1], f"{found[1]} giorni prima")
        return f"{days}, alle {found[2]}"
    match rule:
        case Rule.OPENING:
            return f"{hours_of(float(value.removeprefix('hours_before=')))} prima della lezione"
        case Rule.FREE_CANCEL:
            return f"fino a {hours_of(float(value))} prima"
        case Rule.CLOSES:
            return f"{count(round(float(value)), 'minuto', 'minuti')} prima della lezione"
        case _:
            return value


def seen_page(seen: SeenRule, when: When) -> Page:
    """Sent once when the site was seen to follow another rule than assumed. Only the owner changes the rule."""
    lines = Lines().add("👀 <b>Il sito fa diversamente da come pensavo</b>")
    lines.add(f"{NAMES[seen.rule]}. Pensavo: {told(seen.rule, seen.instead_of)}.")
    lines.add(f"L'ho visto fare così: <b>{told(seen.rule, seen.value)}</b>. Lo imposto?")
    lines.add(f"Visto {when.at(seen.seen_at)}: {in_quotes(seen.words)}." if seen.words else "")
    take = button("✅ Impostalo", Verb.SET_RULE, seen.id, fresh=True)
    leave = button("Lascia com'è", Verb.LEAVE_RULE, seen.id, fresh=True)
    return Page(str(lines), ((take, leave), (home_button(fresh=True),)))


def rules_page(rules: HouseRules, seen: Sequence[SeenRule], note: str = "") -> Page:
    """The rules in force and the rules that were observed, each with a button to put it in force or to revert it."""
    lines = _in_force(rules, note).add("Se vedo il sito fare diversamente, te lo chiedo prima di cambiarle.")
    rows: list[ButtonRow] = []
    for each in seen[-8:]:
        label = f"{NAMES[each.rule]}: {told(each.rule, each.value)}"
        in_force = each.answer == "set" and rules.value(each.rule) == each.value
        rows.append((button(f"↩️ Torna a config.json: {NAMES[each.rule]}", Verb.LEAVE_RULE, each.id),) if in_force
                    else (button(f"✅ {label}", Verb.SET_RULE, each.id),))  # fmt: skip
    return Page(str(lines), (*rows, (home_button(),)))


def friends_page(rules: HouseRules) -> Page:
    """The rules in force, for a friend, who can't change them."""
    lines = _in_force(rules).add("Le cambia chi tiene il bot.")
    return Page(str(lines), ((button(texts.MINE_LABEL, Verb.MINE, 0), home_button()),))


def _in_force(rules: HouseRules, note: str = "") -> Lines:
    lines = Lines().add(note).add("⚙️ <b>Come funziona il sito, per quel che so</b>")
    return lines.add(*(f"• {name}: {told(rule, rules.value(rule))}" for rule, name in NAMES.items()))
