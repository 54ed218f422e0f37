"""The pages that a message can ask for by name: where each is, and the button that leads there."""

from __future__ import annotations

from bot.screens import feed, texts
from bot.screens.callbacks import Call, Verb
from bot.screens.page import Button, Words, button
from bot.screens.preferences import NAMES, Setting
from bot.screens.week import WEEK_LABEL
from bot.understanding.intents import Place
from languages import N_

PAGES = {
    Place.MENU: Call(Verb.HOME), Place.USUAL: Call(Verb.HOME), Place.LAST_WEEK: Call(Verb.HISTORY, (0, 0, 0, 0)),
    Place.NEW: Call(Verb.NEW), Place.MINE: Call(Verb.MINE, (0,)),
    Place.PERIODIC: Call(Verb.PERIODIC, (0,)), Place.HOURS: Call(Verb.HOURS), Place.STATUS: Call(Verb.STATUS, (0,)),
    Place.NEWEST: Call(Verb.STATUS, (0,)),
    Place.HOLIDAYS: Call(Verb.DAYS_OFF, (0,)), Place.WATCHES: Call(Verb.WATCHES, (0,)),
    Place.WEEK: Call(Verb.WEEK),
    Place.HISTORY: Call(Verb.HISTORY, (0, 0, 0, 0)), Place.STATISTICS: Call(Verb.STATISTICS),
    Place.TOGETHER: Call(Verb.TOGETHER), Place.INVITE: Call(Verb.TOGETHER),
    Place.SETTINGS: Call(Verb.SETTINGS), Place.QUIET: Call(Verb.SETTING, (Setting.QUIET,)),
    Place.REMINDERS: Call(Verb.SETTING, (Setting.REMINDER,)), Place.LANGUAGE: Call(Verb.SETTING, (Setting.LANGUAGE,)),
    Place.CALENDAR: Call(Verb.FEED), Place.RULES: Call(Verb.RULES), Place.HELP: Call(Verb.HELP),
}  # fmt: skip
LABELS: dict[Place, Words] = {
    Place.MENU: N_("🏠 Menu"), Place.USUAL: N_("🏠 Menu"), Place.LAST_WEEK: texts.HISTORY_LABEL,
    Place.NEW: texts.BOOK_LABEL, Place.MINE: texts.MINE_LABEL, Place.PERIODIC: texts.PERIODIC_LABEL,
    Place.HOURS: texts.HOURS_LABEL, Place.STATUS: N_("🧾 Richieste"), Place.NEWEST: N_("🧾 Richieste"),
    Place.HOLIDAYS: N_("🏖 Ferie"),
    Place.WATCHES: N_("👀 Posti che tengo d'occhio"), Place.WEEK: WEEK_LABEL, Place.HISTORY: texts.HISTORY_LABEL,
    Place.STATISTICS: N_("📊 I tuoi numeri"), Place.TOGETHER: texts.TOGETHER_LABEL,
    Place.INVITE: texts.TOGETHER_LABEL, Place.SETTINGS: N_("🌐 Impostazioni"), Place.QUIET: NAMES[Setting.QUIET],
    Place.REMINDERS: NAMES[Setting.REMINDER], Place.LANGUAGE: NAMES[Setting.LANGUAGE], Place.CALENDAR: feed.TITLE,
    Place.RULES: N_("⚙️ Regole del sito"), Place.HELP: N_("❓ Aiuto"),
}  # fmt: skip


def place_button(place: Place) -> Button:
    return button(LABELS[place], PAGES[place].verb, *PAGES[place].numbers)
