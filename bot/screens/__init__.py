"""What people read: rows become a page. Pure functions, in Italian; no database, no Telegram.

Flows say `from bot import screens` and call `screens.held.mine_page(...)`: one module a subject, named like its flow.
"""

from bot.screens import (
    apologies,
    booking,
    failures,
    held,
    history,
    holidays,
    hours,
    making,
    menu,
    openings,
    own_calendar,
    periodic,
    plain_words,
    preferences,
    programs,
    questions,
    results,
    rules,
    sharing,
    statistics,
    tickets,
    week,
)

__all__ = [
    "apologies",
    "booking",
    "held",
    "history",
    "holidays",
    "hours",
    "making",
    "menu",
    "openings",
    "own_calendar",
    "periodic",
    "plain_words",
    "preferences",
    "programs",
    "questions",
    "results",
    "rules",
    "sharing",
    "statistics",
    "tickets",
    "week",
    "failures",
]
