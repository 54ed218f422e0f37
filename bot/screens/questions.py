"""The questions of periodic bookings, and how they were answered. Pure functions."""

from __future__ import annotations

from datetime import datetime

from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.classes import about
from bot.screens.page import ButtonRow, Lines, Page, button, home_button, safe
from bot.screens.when import When
from domain.model import Action, ClassRef, HeldBooking
from domain.recurrence import Confirmation, ConfirmationOutcome, ConfirmationPurpose, PeriodicBooking


def question(
    confirmation: Confirmation,
    periodic: PeriodicBooking,
    ref: ClassRef,
    opens: datetime,
    when: When,
    *,
    binding: bool = False,
) -> Page:
    """A question, or how it was answered.

    `opens`: when its slot opens. `binding`: a place could no longer be given back for free, and that was not to be
    expected of its mode.
    """
    if confirmation.outcome is not None or when.now >= confirmation.expires_at:
        return answered(confirmation, ref, when)
    keep = confirmation.purpose is ConfirmationPurpose.KEEP
    lines = Lines()
    lines.add("🔔 <b>Tieni il posto?</b>" if keep else "🔔 <b>Prenoto anche questa volta?</b>", about(ref, when))
    if periodic.name and periodic.name != periodic.course:
        lines.add(f"<i>{safe(periodic.name)}</i>")
    lines.add(_at_the_opening(opens, confirmation, when) if when.now < opens and not keep else "")
    if binding and not keep:
        lines.add(texts.ONLY_IF_YOU_GO)
    until = f"Rispondi entro {_deadline(confirmation, when)}: "
    if confirmation.silence_keeps:
        lines.add("⚠️ Il termine per annullare gratis è passato: liberarlo adesso può costarti una penalità.")
        lines.add(until + "se non rispondi, il posto resta tuo.")
    else:
        lines.add(until + ("se non rispondi, libero il posto." if keep else "se non rispondi, la salto."))
    return Page(str(lines), (*_question_rows(confirmation.id, keep=keep), (home_button(fresh=True),)))


def _at_the_opening(opens: datetime, confirmation: Confirmation, when: When) -> str:
    """What a yes does before the opening, and after it if the question is still open then."""
    later = "; se confermi dopo, finché c'è posto" if confirmation.expires_at > opens else ""
    return f"Si apre {when.at(opens)}: se confermi prima, prenoto in quell'istante{later}."


def _question_rows(number: int, *, keep: bool) -> list[ButtonRow]:
    if keep:
        yes, no = button("✅ Lo tengo", Verb.KEEP, number), button("❌ Libera il posto", Verb.FREE_PLACE, number)
    else:
        yes, no = button("✅ Conferma", Verb.CONFIRM, number), button("❌ Salta questa volta", Verb.SKIP, number)
    return [(yes,), (no,)]


def _deadline(confirmation: Confirmation, when: When) -> str:
    local = when.local(confirmation.expires_at)
    return f"le {local:%H:%M}" if local.date() == when.today else f"{when.day(local.date())} alle {local:%H:%M}"


def answered(confirmation: Confirmation, ref: ClassRef, when: When, ticket: Action | None = None) -> Page:
    """A question that is closed, honestly: yes, no, or too late."""
    keep = confirmation.purpose is ConfirmationPurpose.KEEP
    heading, rest = _kept_or_not(confirmation, when, ticket) if keep else BOOK_ANSWERS[confirmation.outcome]
    lines = Lines().add(heading, about(ref, when)).add(rest)
    rows: list[ButtonRow] = []
    if not keep and confirmation.outcome in (None, ConfirmationOutcome.EXPIRED):
        rows.append((button(texts.BOOK_LABEL, Verb.DAY, ref.day, fresh=True),))
    if ticket:
        rows.append((button(f"Vedi la n. {ticket.id}", Verb.TICKET, ticket.id, fresh=True),))
    elif keep:
        rows.append((button(texts.MINE_LABEL, Verb.MINE, 0, fresh=True),))
    return Page(str(lines), (*rows, (home_button(fresh=True),)))


def no_longer_asked(confirmation: Confirmation, ref: ClassRef, when: When, held: HeldBooking | None) -> Page:
    """A question that holds no more: its date was freed since, to be planned anew or not at all. `held`: it is ours."""
    lines = Lines().add("↩️ <b>Questa domanda non vale più</b>", about(ref, when))
    rows: list[ButtonRow] = []
    if held:
        lines.add("✅ Intanto l'ho prenotata: il posto è tuo. Se non ci vai, annullala.")
        rows.append((button("📋 Vedi la prenotazione", Verb.HELD, held.id, fresh=True),))
    else:
        lines.add("Nel frattempo è cambiato qualcosa: guarda a che punto è la periodica.")
    series = button("🔄 Vedi la periodica", Verb.SERIES, confirmation.periodic_booking_id, fresh=True)
    return Page(str(lines), (*rows, (series,), (home_button(fresh=True),)))


def _kept_or_not(confirmation: Confirmation, when: When, ticket: Action | None) -> tuple[str, str]:
    """What became of a held place. Unanswered it is cancelled only while that is free; a ticket shows it then."""
    outcome = confirmation.outcome
    if outcome not in (None, ConfirmationOutcome.EXPIRED):
        return KEEP_ANSWERS[outcome]
    begun = when.now >= confirmation.scheduled_for
    if confirmation.silence_keeps or (begun and ticket is None):
        return TOO_LATE, "Non avendo risposta, non l'ho liberato."
    if outcome is ConfirmationOutcome.EXPIRED and ticket is None:
        return TOO_LATE, "Se è ancora tuo lo vedi nelle tue prenotazioni."
    return KEEP_ANSWERS[outcome]


TOO_LATE = "⌛ <b>Troppo tardi per rispondere</b>"
TOO_LATE_TO_BOOK = (
    TOO_LATE, "Non avendo risposta, questa volta l'ho saltata. Se c'è ancora posto puoi prenotarla tu."
)  # fmt: skip
BOOK_ANSWERS = {
    ConfirmationOutcome.CONFIRMED: ("✅ <b>L'avevi già confermata</b>", ""),
    ConfirmationOutcome.SKIPPED: ("↩️ <b>Saltata questa volta</b>", ""),
    ConfirmationOutcome.EXPIRED: TOO_LATE_TO_BOOK,
    None: TOO_LATE_TO_BOOK,
}
KEEP_ANSWERS = {
    ConfirmationOutcome.CONFIRMED: ("✅ <b>Il posto resta tuo</b>", ""),
    ConfirmationOutcome.SKIPPED: ("↩️ <b>Avevi scelto di liberare il posto</b>", ""),
    ConfirmationOutcome.EXPIRED: (
        TOO_LATE,
        "Non avendo risposta, ho chiesto al sito di liberarlo: com'è andata te lo scrivo a parte.",
    ),
    None: (TOO_LATE, "Non avendo risposta, lo sto liberando."),
}


def expired(confirmation: Confirmation, ref: ClassRef, when: When) -> Page:
    """Sent after a question that nobody answered."""
    lines = Lines()
    if confirmation.purpose is ConfirmationPurpose.KEEP:
        lines.add("⌛ <b>Non hai risposto: libero il posto</b>", about(ref, when))
        lines.add("Lo annullo sul sito adesso, finché non costa niente. Ti scrivo quando l'ho riletto.")
    else:
        lines.add("⌛ <b>Saltata: non hai risposto in tempo</b>", about(ref, when))
        lines.add("Se vuoi andarci lo stesso e c'è ancora posto, prenotala tu.")
    return Page(str(lines), ((button(texts.BOOK_LABEL, Verb.DAY, ref.day, fresh=True),), (home_button(fresh=True),)))


def missed(periodic: PeriodicBooking, ref: ClassRef, when: When, *, held: bool) -> Page:
    """Sent about a date that went by while the programs were off. `held`: its place was booked."""
    lines = Lines()
    if held:
        lines.add("⚠️ <b>Non ti ho chiesto se tenere il posto</b>", about(ref, when))
        lines.add("Ero spento quando avrei dovuto: il posto è rimasto tuo. Le prossime date restano in programma.")
    else:
        lines.add("⚠️ <b>Questa l'ho persa</b>", about(ref, when))
        lines.add("Ero spento quando avrei dovuto occuparmene. Le prossime date restano in programma.")
    series = button("🔄 Vedi la periodica", Verb.SERIES, periodic.id, fresh=True)
    return Page(str(lines), ((series,), (home_button(fresh=True),)))
