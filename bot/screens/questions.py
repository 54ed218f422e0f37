"""The questions of periodic bookings, and how they were answered. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.classes import about, in_a_line
from bot.screens.held import see_button
from bot.screens.page import Button, ButtonRow, Lines, Page, Words, button, home_button, safe
from bot.screens.slots import Clash
from bot.screens.when import When
from domain.model import Action, ClassRef, HeldBooking
from domain.recurrence import Confirmation, ConfirmationOutcome, ConfirmationPurpose, PeriodicBooking
from languages import N_, _


def question(
    confirmation: Confirmation,
    periodic: PeriodicBooking,
    ref: ClassRef,
    opens: datetime,
    when: When,
    *,
    binding: bool = False,
    clash: Clash | None = None,
    own_events: Sequence[str] = (),
) -> Page:
    """A question, or how it was answered.

    `opens`: when its slot opens. `binding`: a place could no longer be given back for free.
    `clash`: what is held at the same hours, of a class that is to be booked.
    `own_events`: what the person's own calendar has then.
    """
    if confirmation.outcome is not None or when.now >= confirmation.expires_at:
        return answered(confirmation, ref, when)
    keep = confirmation.purpose is ConfirmationPurpose.KEEP
    lines = Lines()
    heading = _("🔔 <b>Tieni il posto?</b>") if keep else _("🔔 <b>Prenoto anche questa volta?</b>")
    lines.add(heading, about(ref, when))
    if periodic.name and periodic.name != periodic.course:
        lines.add(f"<i>{safe(periodic.name)}</i>")
    lines.add(_at_the_opening(opens, confirmation, when) if when.now < opens and not keep else "")
    if binding and not keep:
        lines.add(texts.ONLY_IF_YOU_GO)
    if clash is not None:
        other = in_a_line(clash.held.booking.ref, when, beside=[ref])
        lines.add(texts.OVERLAPS.filled(other=other))
    lines.add(*own_events)
    if confirmation.silence_keeps:
        lines.add(_("⚠️ Il termine per annullare gratis è passato: liberarlo adesso può costarti una penalità."))
    lines.add(_if_silent(confirmation, when))
    rows = _question_rows(confirmation.id, keep=keep)
    if clash is not None and clash.newest is not None:
        rows.insert(1, (_instead(confirmation.id, clash.held),))
    return Page(str(lines), (*rows, (home_button(fresh=True),)))


def _if_silent(confirmation: Confirmation, when: When) -> str:
    """Until when it can be answered, and what becomes of it without an answer."""
    deadline = _deadline(confirmation, when)
    if confirmation.silence_keeps:
        return _("Rispondi entro {deadline}: se non rispondi, il posto resta tuo.", deadline=deadline)
    if confirmation.purpose is ConfirmationPurpose.KEEP:
        return _("Rispondi entro {deadline}: se non rispondi, libero il posto.", deadline=deadline)
    return _("Rispondi entro {deadline}: se non rispondi, la salto.", deadline=deadline)


def _instead(number: int, held: HeldBooking) -> Button:
    """Confirms a class in place of a booking that it overlaps."""
    label = _(
        "🔁 Conferma al posto di {course} delle {time}", course=held.booking.course, time=f"{held.booking.start:%H:%M}"
    )
    return button(label, Verb.CONFIRM_SWAP, number, held.id)


def _at_the_opening(opens: datetime, confirmation: Confirmation, when: When) -> str:
    """What a yes does before the opening, and after it if the question is still open then."""
    moment = when.at(opens)
    if confirmation.expires_at > opens:
        return _(
            "Si apre {moment}: se confermi prima, prenoto in quell'istante; se confermi dopo, finché c'è posto.",
            moment=moment,
        )
    return _("Si apre {moment}: se confermi prima, prenoto in quell'istante.", moment=moment)


def _question_rows(number: int, *, keep: bool) -> list[ButtonRow]:
    if keep:
        yes, no = button(_("✅ Lo tengo"), Verb.KEEP, number), button(_("❌ Libera il posto"), Verb.FREE_PLACE, number)
    else:
        yes, no = button(_("✅ Conferma"), Verb.CONFIRM, number), button(_("❌ Salta questa volta"), Verb.SKIP, number)
    return [(yes,), (no,)]


def _deadline(confirmation: Confirmation, when: When) -> str:
    local = when.local(confirmation.expires_at)
    if local.date() == when.today:
        return _("le {time}", time=f"{local:%H:%M}")
    return _("{day} alle {time}", day=when.day(local.date()), time=f"{local:%H:%M}")


def answered(confirmation: Confirmation, ref: ClassRef, when: When, ticket: Action | None = None) -> Page:
    """A question that is closed, honestly: yes, no, or too late."""
    keep = confirmation.purpose is ConfirmationPurpose.KEEP
    heading, rest = _kept_or_not(confirmation, when, ticket) if keep else BOOK_ANSWERS[confirmation.outcome]
    lines = Lines().add(heading, about(ref, when)).add(rest)
    rows: list[ButtonRow] = []
    if not keep and confirmation.outcome in (None, ConfirmationOutcome.EXPIRED):
        rows.append((button(str(texts.BOOK_LABEL), Verb.DAY, ref.day, fresh=True),))
    if ticket:
        rows.append((see_button(ticket.id, fresh=True),))
    elif keep:
        rows.append((button(str(texts.MINE_LABEL), Verb.MINE, 0, fresh=True),))
    return Page(str(lines), (*rows, (home_button(fresh=True),)))


def no_longer_asked(confirmation: Confirmation, ref: ClassRef, when: When, held: HeldBooking | None) -> Page:
    """A question that holds no more: its date was freed since, to be planned anew or not at all. `held`: it is ours."""
    lines = Lines().add(_("↩️ <b>Questa domanda non vale più</b>"), about(ref, when))
    rows: list[ButtonRow] = []
    if held:
        lines.add(_("✅ Intanto l'ho prenotata: il posto è tuo. Se non ci vai, annullala."))
        rows.append((button(_("📋 Vedi la prenotazione"), Verb.HELD, held.id, fresh=True),))
    else:
        lines.add(_("Nel frattempo è cambiato qualcosa: guarda a che punto è la periodica."))
    series = button(_("🔄 Vedi la periodica"), Verb.SERIES, confirmation.periodic_booking_id, fresh=True)
    return Page(str(lines), (*rows, (series,), (home_button(fresh=True),)))


def _kept_or_not(confirmation: Confirmation, when: When, ticket: Action | None) -> tuple[Words, Words]:
    """What became of a held place. Unanswered it is cancelled only while that is free; a ticket shows it then."""
    outcome = confirmation.outcome
    if outcome not in (None, ConfirmationOutcome.EXPIRED):
        return KEEP_ANSWERS[outcome]
    begun = when.now >= confirmation.scheduled_for
    if confirmation.silence_keeps or (begun and ticket is None):
        return TOO_LATE, _("Non avendo risposta, non l'ho liberato.")
    if outcome is ConfirmationOutcome.EXPIRED and ticket is None:
        return TOO_LATE, _("Se è ancora tuo lo vedi nelle tue prenotazioni.")
    return KEEP_ANSWERS[outcome]


TOO_LATE = N_("⌛ <b>Troppo tardi per rispondere</b>")
TOO_LATE_TO_BOOK = (
    TOO_LATE, N_("Non avendo risposta, questa volta l'ho saltata. Se c'è ancora posto puoi prenotarla tu.")
)  # fmt: skip
BOOK_ANSWERS: dict[ConfirmationOutcome | None, tuple[Words, Words]] = {
    ConfirmationOutcome.CONFIRMED: (N_("✅ <b>L'avevi già confermata</b>"), ""),
    ConfirmationOutcome.SKIPPED: (N_("↩️ <b>Saltata questa volta</b>"), ""),
    ConfirmationOutcome.EXPIRED: TOO_LATE_TO_BOOK,
    None: TOO_LATE_TO_BOOK,
}
KEEP_ANSWERS: dict[ConfirmationOutcome | None, tuple[Words, Words]] = {
    ConfirmationOutcome.CONFIRMED: (N_("✅ <b>Il posto resta tuo</b>"), ""),
    ConfirmationOutcome.SKIPPED: (N_("↩️ <b>Avevi scelto di liberare il posto</b>"), ""),
    ConfirmationOutcome.EXPIRED: (
        TOO_LATE,
        N_("Non avendo risposta, ho chiesto al sito di liberarlo: com'è andata te lo scrivo a parte."),
    ),
    None: (TOO_LATE, N_("Non avendo risposta, lo sto liberando.")),
}


def expired(confirmation: Confirmation, ref: ClassRef, when: When) -> Page:
    """Sent after a question that nobody answered."""
    lines = Lines()
    if confirmation.purpose is ConfirmationPurpose.KEEP:
        lines.add(_("⌛ <b>Non hai risposto: libero il posto</b>"), about(ref, when))
        lines.add(_("Lo annullo sul sito adesso, finché non costa niente. Ti scrivo quando l'ho riletto."))
    else:
        lines.add(_("⌛ <b>Saltata: non hai risposto in tempo</b>"), about(ref, when))
        lines.add(_("Se vuoi andarci lo stesso e c'è ancora posto, prenotala tu."))
    return Page(str(lines), ((button(texts.BOOK_LABEL, Verb.DAY, ref.day, fresh=True),), (home_button(fresh=True),)))


def missed(periodic: PeriodicBooking, ref: ClassRef, when: When, *, held: bool) -> Page:
    """Sent about a date that went by while the programs were off. `held`: its place was booked."""
    lines = Lines()
    if held:
        lines.add(_("⚠️ <b>Non ti ho chiesto se tenere il posto</b>"), about(ref, when))
        lines.add(_("Ero spento quando avrei dovuto: il posto è rimasto tuo. Le prossime date restano in programma."))
    else:
        lines.add(_("⚠️ <b>Questa l'ho persa</b>"), about(ref, when))
        lines.add(_("Ero spento quando avrei dovuto occuparmene. Le prossime date restano in programma."))
    series = button(_("🔄 Vedi la periodica"), Verb.SERIES, periodic.id, fresh=True)
    return Page(str(lines), ((series,), (home_button(fresh=True),)))
