"""The history in numbers, as words under their picture. Pure functions."""

from __future__ import annotations

from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.history import duration
from bot.screens.page import Lines, Page, button, home_button, safe
from domain.history import CourseNumbers, Numbers
from languages import N_, _, n_

TITLE = N_("📊 I tuoi numeri")
HAD_MEANS = N_("Avuta: il posto era tuo quando è cominciata.")
NONE_YET = N_("Ancora nessuna lezione avuta: la prima si conterà qui.")
MOST_COURSES = 5  # told in words; the picture shows more


def statistics_page(numbers: Numbers, *, dark: bool) -> Page:
    """The words under the picture, which is `dark` or not: what one had, gave back and lost, and how openings went."""
    lines = Lines().add(f"<b>{TITLE}</b>")
    if numbers.is_empty:
        lines.add(_("Qui trovi quante lezioni hai avuto e come sono andate. Per ora non ce n'è nessuna."))
        return Page(str(lines), ((button(str(texts.BOOK_LABEL), Verb.NEW, fresh=True),), (home_button(fresh=True),)))
    lines.add(
        "✅ " + n_("{n} lezione avuta", "{n} lezioni avute", numbers.had) if numbers.had else f"🏃 {NONE_YET}",
        "📅 " + n_("{n} in arrivo", "{n} in arrivo", numbers.ahead) if numbers.ahead else "",
        _given_back(numbers),
        "❌ " + n_("{n} mai presa: era piena", "{n} mai prese: erano piene", numbers.lost) if numbers.lost else "",
    )
    lines.add(*[_raced(course) for course in numbers.courses if course.raced][:MOST_COURSES])
    lines.add(f"<i>{HAD_MEANS}</i>" if numbers.had else "")
    look = _("⬜ Chiara") if dark else _("⬛ Scura")
    return Page(
        str(lines),
        (
            (button(look, Verb.STATISTICS_LOOK, 0 if dark else 1, fresh=True),),
            (button(str(texts.HISTORY_LABEL), Verb.HISTORY, 0, 0, 0, 0, fresh=True), home_button(fresh=True)),
        ),
    )


def _given_back(numbers: Numbers) -> str:
    if not numbers.given_back:
        return ""
    given = n_("{n} restituita", "{n} restituite", numbers.given_back)
    told = [n_("{n} in tempo", "{n} in tempo", numbers.in_time)] if numbers.in_time else []
    told += [n_("{n} tardi", "{n} tardi", numbers.late)] if numbers.late else []
    return "↩️ " + ", ".join([given, *told])


def _raced(course: CourseNumbers) -> str:
    won = _("{won} su {raced} alle aperture", won=course.won, raced=course.raced)
    fast = ""
    if course.median_ms is not None and course.best_ms is not None:
        usual, best = duration(max(0.0, course.median_ms)), duration(max(0.0, course.best_ms))
        fast = _(", di solito in {usual}, al meglio in {best}", usual=usual, best=best)
    later = n_("; {n} presa dopo", "; {n} prese dopo", course.later) if course.later else ""
    return f"⚡ <b>{safe(course.course)}</b>: {won}{fast}{later}"
