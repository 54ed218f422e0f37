"""The messages sent when an action ends, a rehearsal is over, or a booking vanishes. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.classes import SHORT, about, about_action, choices, in_a_line, moved, renamed, why_not_first
from bot.screens.failure_messages import BEFORE_THE_OPENING, NOTHING_TO_DO, failure_message
from bot.screens.failures import (
    SWAP_WATCH_LABEL,
    explain,
    keeps_trying,
    of_login,
    remedy_button,
    remedy_rows,
    retry_rows,
    seen,
    swap_rows,
)
from bot.screens.openings import figures_button, off_time, opening_sentence
from bot.screens.page import ButtonRow, Lines, Page, button, home_button
from bot.screens.slots import Clash
from bot.screens.tickets import ASKED_BACK, OUT_OF_THE_CALENDAR_BY_HAND, STOP_WATCHING, WITHDRAW_LABEL, the_other, title
from bot.screens.when import When, short_day
from domain.errors import LoginDiverted, LoginNeeded, LoginRejected, LoginStopped, MatricolaMissing, OtpMissing
from domain.model import Action, ActionStatus, ActionType, BookingStatus, ClassRef, HeldBooking, WatchMode
from domain.opening_report import OpeningReport
from domain.results import FROM_THE_LIST, REHEARSED_UNSEEN, REHEARSED_WELL, THOUGH_WITHDRAWN
from languages import N_, _, n_

ENTER_ANEW = N_("Inserisci di nuovo i tuoi dati con /accesso; se sono giusti così, riprova l'accesso.")


def _opening_lines(action: Action, report: OpeningReport | None, when: When) -> list[str]:
    return [opening_sentence(action, report, when), off_time(report, when)] if report else []


def _figures_rows(action: Action, report: OpeningReport | None) -> list[ButtonRow]:
    """The button with the figures of an opening; on a new message, for the result has to stay."""
    return [(figures_button(action, fresh=True),)] if report else []


# Results

GAVE_UP_IN_VAIN = N_(
    "⚠️ Il sito non ne accettava due alla stessa ora: per farle posto avevo liberato quella che avevi, "
    "e per ora non sono riuscito a riprenderla. Ci riprovo insieme a questa."
)

OUT_OF_THE_CALENDAR = N_("🗓 L'avevi nel calendario? Apri questo file per toglierla.")

NONE_COULD_BE_HAD = (
    "SlotFull", "SlotNotFound", "ClassCancelled", "ClassMoved", "Overlap", "ClassStarted", "BookingsClosed",
    "HeldForOthers",
)  # fmt: skip
NOT_DONE = {
    ActionType.BOOK: N_("❌ <b>{request}: non riuscita</b>"),
    ActionType.CANCEL: N_("❌ <b>{request}: non riuscito</b>"),
    ActionType.CHECK: N_("❌ <b>{request}: non riuscita</b>"),
    ActionType.REFRESH: N_("❌ <b>{request}: non riuscito</b>"),
}


@dataclass(frozen=True, slots=True)
class LateChoice:
    """An alternative that was left out, for its place could not be given back for free; with its slot, if known."""

    ref: ClassRef
    slot_id: int | None


def failure(
    action: Action,
    when: When,
    report: OpeningReport | None = None,
    clash: Clash | None = None,
    others: Sequence[ClassRef] = (),
    *,
    watchable: bool = False,
    late: Sequence[LateChoice] = (),
    kept: bool = False,
    stands: bool = False,
    whose: str = "",
) -> Page:
    """Sent when an action has failed for good.

    `clash`: what its class overlaps. `others`: its alternatives; `late`: those that were not tried unasked.
    `watchable`: a freed place could still be of use. `kept`: what it was to replace is held.
    `stands`: because of it, what recurs waits until the person says so. `whose`: who asked for it, if a friend.
    """
    lines = Lines().add(NOT_DONE[action.type].filled(request=title(action)))
    if action.waits_on_list:
        lines = Lines().add(_("📋 <b>{request}: sei in lista</b>", request=title(action)))
    elif action.watch:
        lines = Lines().add(_("🔕 <b>{request}: ho smesso di guardare</b>", request=title(action)))
    lines.add(about_action(action, when), whose)
    tried = [(n, ref) for n, ref in enumerate(others, 2) if all(ref != one.ref for one in late)]
    lines.add(*explain(action, when, the_other(clash, when))).add(*_tried_too(action, tried, when))
    lines.add(*_not_tried(late, when))
    lines.add(*_opening_lines(action, report, when))
    if action.gave_up:
        lines.add(str(ASKED_BACK))
    elif kept:
        lines.add(_("La prenotazione che hai resta com'è."))
    lines.add(str(texts.RECURRING_STANDS) if stands else "")
    ask = [(button(_late_label(one.ref), Verb.SLOT, one.slot_id, fresh=True),) for one in late if one.slot_id]
    rows = [*ask, *swap_rows(clash, fresh=True), *remedy_rows(action, clash, fresh=True, watchable=watchable)]
    rows += [(button(str(texts.GO_ON_LABEL), Verb.GO_ON, fresh=True),)] if stands else []
    rows += _figures_rows(action, report)
    return Page(str(lines), (*rows, (home_button(fresh=True),)))


def _tried_too(action: Action, others: Sequence[tuple[int, ClassRef]], when: When) -> list[str]:
    """The alternatives that could not be had either, for errors after which all of them were tried."""
    if not others or action.error_kind not in NONE_COULD_BE_HAD:
        return []
    told = [action.wish, *(ref for _, ref in others)]
    return [
        _("Non si poteva avere nemmeno:"),
        *(_("{n}ª {what}", n=n, what=in_a_line(ref, when, SHORT, beside=told)) for n, ref in others),
    ]


def _not_tried(late: Sequence[LateChoice], when: When) -> list[str]:
    """The alternatives whose free limit had passed: the person is asked first."""
    if not late:
        return []
    named = [in_a_line(one.ref, when, SHORT) for one in late]
    return [_("Il termine per annullare gratis è già passato, perciò non ho provato senza chiedertelo:"), *named]


def _late_label(ref: ClassRef) -> str:
    return _("✅ Prenota lo stesso: {what}", what=f"{short_day(ref.day)} {ref.start:%H:%M} {ref.course}")


def booked(
    action: Action,
    held: HeldBooking | None,
    when: When,
    report: OpeningReport | None = None,
    replaced: HeldBooking | None = None,
    asked_at: datetime | None = None,
    *,
    first_watchable: bool = False,
    asked: ClassRef | None = None,
    met: HeldBooking | None = None,
) -> Page:
    """Sent when a booking was read back: the caption of the calendar file, if there is one.

    `replaced` is freed next. `asked_at`: when it is asked whether the place is kept, and freed for silence.
    `first_watchable`: it is not the first choice, which can be swapped for once a place frees there.
    `asked`: the choice it is, as it was asked for: the site may have moved it since. `met`: what it then overlaps.
    """
    is_moved = moved(asked, held.booking.ref if held else None)
    title = _("✅ <b>Prenotata, ma a un'altra ora</b>") if is_moved else _("✅ <b>Prenotata!</b>")
    lines = Lines().add(title, about(held.booking.ref, when) if held else about_action(action, when))
    lines.add(is_moved, _also_then(met, when) if is_moved and met else "")
    lines.add(renamed(asked, held.booking.ref if held else None))
    lines.add(str(texts.FROM_THE_LIST) if action.result == FROM_THE_LIST else "")
    lines.add(texts.TAKEN_THOUGH_WITHDRAWN if action.result == THOUGH_WITHDRAWN else "", why_not_first(action, when))
    seen_at = _("Vista nelle tue prenotazioni {moment}.", moment=_seen_at(action, report, when))
    lines.add(*_opening_lines(action, report, when), seen_at)
    lines.add(_in_place_of(replaced, action, when) if replaced else "")
    if asked_at:
        moment = when.at(asked_at)
        lines.add(_("Ti chiedo se la tieni {moment}: se non rispondi, libero il posto in tempo.", moment=moment))
    if held is None:
        mine = button(str(texts.MINE_LABEL), Verb.MINE, 0, fresh=True)
        return Page(str(lines), ((mine, home_button(fresh=True)),))
    first = [(button(SWAP_WATCH_LABEL, Verb.WATCH_FIRST, action.id, fresh=True),)] if first_watchable else []
    rows = [*first, *_figures_rows(action, report)]
    if is_moved and met:
        rows.append((button(_("❌ Annulla l'altra"), Verb.ASK_CANCEL, met.id, fresh=True),))
    cancel = button(_("❌ Annulla"), Verb.ASK_CANCEL, held.id, fresh=True)
    return Page(str(lines), (*rows, (cancel, home_button(fresh=True))))


def _also_then(met: HeldBooking, when: When) -> str:
    other = in_a_line(met.booking.ref, when, SHORT)
    return _("A quell'ora hai anche {other}: se non fai in tempo per tutte e due, annullane una.", other=other)


def _in_place_of(replaced: HeldBooking, action: Action, when: When) -> str:
    """What becomes of the booking that this one takes the place of."""
    old = in_a_line(replaced.booking.ref, when, SHORT)
    if replaced.status is BookingStatus.CANCELLED:
        return _("🔁 Al posto di {old}, che ho liberato.", old=old)
    if action.gave_up:
        return _("🔁 Al posto di {old}: controllo sul sito che quel posto sia libero, e te lo scrivo.", old=old)
    return _("🔁 Adesso libero {old}: ti scrivo quando è fatto.", old=old)


def place_free(action: Action, when: When) -> Page:
    """Sent when a watch that was only to tell saw a free place."""
    lines = Lines().add(_("🔔 <b>Si è liberato un posto!</b>"), about_action(action, when))
    lines.add(_("L'ho visto {moment}. Fai in fretta: può durare poco.", moment=_done_at(action, when)))
    book = button(_("✅ Prenota adesso"), Verb.BOOK_NOW, action.id, fresh=True)
    again = button(_("👀 Continua a guardare"), Verb.WATCH_LIKE, action.id, 1, fresh=True)
    return Page(str(lines), ((book,), (again,), (home_button(fresh=True),)))


def cancelled(action: Action, when: When, *, has_file: bool) -> Page:
    """Sent when a cancellation was read back: the caption of the file that removes it from the calendar."""
    moment = _done_at(action, when)
    read = _("L'ho ricontrollato sul sito {moment}: tra le tue prenotazioni non c'è più.", moment=moment)
    lines = Lines().add(_("✅ <b>Annullata</b>"), about_action(action, when)).add(read)
    lines.add(str(texts.FREED_THOUGH_WITHDRAWN) if action.result == THOUGH_WITHDRAWN else "")
    lines.add(OUT_OF_THE_CALENDAR if has_file else OUT_OF_THE_CALENDAR_BY_HAND)
    return Page(str(lines), ((button(str(texts.MINE_LABEL), Verb.MINE, 0, fresh=True), home_button(fresh=True)),))


def freed(held: HeldBooking, when: When) -> Page:
    """The caption of the file that removes from the calendar a booking that a swap cancelled."""
    lines = Lines().add(_("✅ <b>Annullata</b>"), about(held.booking.ref, when)).add(str(OUT_OF_THE_CALENDAR))
    return Page(str(lines), ((button(str(texts.MINE_LABEL), Verb.MINE, 0, fresh=True), home_button(fresh=True)),))


def _seen_at(action: Action, report: OpeningReport | None, when: When) -> str:
    """When the booking was seen; after an opening by the site's clock, like all times of the opening."""
    if report is None or report.seen is None or report.opened_early:
        return _done_at(action, when)
    return when.soon(report.opens_at + timedelta(seconds=report.seen), seconds=True)


def _done_at(action: Action, when: When) -> str:
    return when.soon(action.completed_at or when.now, seconds=True)


def is_place_free(action: Action) -> bool:
    """Whether an action's end means that a place was seen free, and nothing was booked."""
    return action.watch is WatchMode.TELL and action.status is ActionStatus.COMPLETED


def refreshed(days: int, slots: int, when: When) -> Page:
    """The end of a reading of the timetable that a person asked for."""
    many, over = n_("{n} orario", "{n} orari", slots), n_("{n} giorno", "{n} giorni", days)
    read = _("{slots} in {days}, letti {moment}.", slots=many, days=over, moment=when.at(when.now))
    rows = ((button(str(texts.BOOK_LABEL), Verb.NEW),), (button(str(texts.HOURS_LABEL), Verb.HOURS), home_button()))
    return Page(_("🗓️ <b>Orari aggiornati</b>") + f"\n{read}", rows)


def login_stopped(stop: LoginStopped, when: When, *, guest: bool = False) -> Page:
    """Sent when a login was refused, or led to an address that is not the site's. A guest can enter other data."""
    cause = of_login(stop.kind, str(stop), when.site)
    astray, tells = isinstance(stop, LoginDiverted), isinstance(stop, LoginDiverted | LoginRejected | MatricolaMissing)
    lines = Lines().add(f"{'🚨' if astray else '🔑'} <b>{cause.happened}</b>", *(seen(str(stop)) if tells else ()))
    anew = guest and isinstance(stop, LoginRejected | OtpMissing | MatricolaMissing)
    lines.add(str(cause.then or ""), str(ENTER_ANEW) if anew else cause.advice(when))
    enter = ((button(_("🔑 I miei dati di accesso"), Verb.ACCESS, fresh=True),),) if guest else ()
    return Page(str(lines), (*enter, *retry_rows(stop, fresh=True), (home_button(fresh=True),)))


def login_due(action: Action, stop: LoginNeeded, when: When) -> Page:
    """Sent some hours before an opening to a person who logs in by hand and has not yet."""
    lines = Lines().add(_("⏰ <b>Devi ancora entrare nel sito</b>"), about_action(action, when))
    opening = when.at(action.opens_at or action.run_at)
    lines.add(_("Si prenota {moment}: senza il tuo accesso non posso farlo.", moment=opening))
    lines.add(failure_message(stop.kind, when.site).advice(when))
    return Page(str(lines), (*retry_rows(stop, fresh=True), (home_button(fresh=True),)))


def login_back() -> Page:
    """Sent when the login that a person made by hand works."""
    lines = Lines().add(_("✅ <b>Sono nel sito</b>"), _("Ho riprovato: il tuo accesso funziona."))
    lines.add(_("Se qualcosa aspettava, vado avanti da lì."))
    return Page(str(lines), ((button(str(texts.MINE_LABEL), Verb.MINE, 0, fresh=True), home_button(fresh=True)),))


def struggling(action: Action, when: When) -> Page:
    """Sent once when a booking or a watch has failed for a while; the bot goes on trying."""
    lines = Lines().add(_("⚠️ <b>{request}: non ancora</b>", request=title(action)), about_action(action, when))
    lines.add(*keeps_trying(action, when), str(GAVE_UP_IN_VAIN) if action.gave_up else "")
    withdraw = button(str(STOP_WATCHING if action.watch else WITHDRAW_LABEL), Verb.WITHDRAW, action.id)
    return Page(str(lines), ((withdraw,), (home_button(fresh=True),)))


def vanished(held: HeldBooking, when: When) -> Page:
    """Sent when a booking has vanished from the site and the bot did not cancel it."""
    lines = Lines().add(_("⚠️ <b>Questa prenotazione non c'è più sul sito</b>"), about(held.booking.ref, when))
    lines.add(_("Non l'ho annullata io: forse l'hai fatto tu dal sito, o la lezione è saltata."))
    mine = button(str(texts.MINE_LABEL), Verb.MINE, 0, fresh=True)
    again = button(_("📅 Orari di quel giorno"), Verb.DAY, held.booking.day, fresh=True)
    return Page(str(lines), ((again,), (mine, home_button(fresh=True))))


def changed(held: HeldBooking, was: ClassRef, when: When, met: HeldBooking | None = None) -> Page:
    """Sent when the site has moved or renamed the class of a booking. `met`: what it now overlaps."""
    lines = Lines().add(_("🔀 <b>Questa prenotazione è cambiata sul sito</b>"), about(held.booking.ref, when))
    lines.add(_("Prima era {old}. Non l'ho cambiata io.", old=in_a_line(was, when, SHORT)))
    lines.add(_also_then(met, when) if met else "", _("🗓 Con questo file la aggiorni anche nel calendario."))
    cancel = button(_("❌ Annulla"), Verb.ASK_CANCEL, held.id, fresh=True)
    other = [(button(_("❌ Annulla l'altra"), Verb.ASK_CANCEL, met.id, fresh=True),)] if met else []
    return Page(str(lines), (*other, (cancel, home_button(fresh=True))))


def came_back(held: HeldBooking, when: When) -> Page:
    """Sent when a booking that was lost or cancelled is on the site again."""
    lines = Lines().add(_("✅ <b>Questa prenotazione è di nuovo sul sito</b>"), about(held.booking.ref, when))
    lines.add(_("Per un po' non risultava: adesso la vedo tra le tue prenotazioni, e il posto è tuo."))
    lines.add(_("Se non ci vai, ricordati di annullarla."))
    cancel = button(_("❌ Annulla"), Verb.ASK_CANCEL, held.id, fresh=True)
    return Page(str(lines), ((cancel, home_button(fresh=True)),))


# Rehearsals


def rehearsed(action: Action, others: Sequence[ClassRef], when: When, clash: Clash | None = None) -> Page:
    """Sent the evening before an opening: how the rehearsal of everything but the booking went."""
    opening = when.at(action.opens_at or action.run_at)
    lines = Lines()
    if went_well(action):
        tried = _("Ho provato l'accesso e l'orario: funzionano.")
        if action.rehearsal == REHEARSED_UNSEEN:
            tried = _("Ho provato l'accesso: funziona. Sul sito non c'è ancora: di solito compare all'apertura.")
        lines.add(_("🌙 <b>Tutto pronto per l'apertura</b>"), about_action(action, when)).add(*choices(others, when))
        lines.add(tried, _("Prenoto {moment}. Tu puoi dormire.", moment=opening))
        return Page(str(lines), _rehearsal_rows(action, others))
    advice, remedy = BEFORE_THE_OPENING.get(action.rehearsal or "", NOTHING_TO_DO)
    lines.add(_("⚠️ <b>La prova per l'apertura non è riuscita</b>"), about_action(action, when))
    if not when.to_keeper:
        advice = failure_message(action.rehearsal, when.site).you_guest or advice
    happened = str(failure_message(action.rehearsal, when.site).happened)
    lines.add(*choices(others, when)).add(happened, the_other(clash, when), when.typed(str(advice)))
    lines.add(_("Ci provo comunque {moment}.", moment=opening))
    mend = next(iter(swap_rows(clash, fresh=True)), (remedy_button(remedy, action, fresh=True),))
    return Page(str(lines), (mend, *_rehearsal_rows(action, others)))


def went_well(action: Action) -> bool:
    """Whether an action's rehearsal found nothing that is in the way."""
    return action.rehearsal in (REHEARSED_WELL, REHEARSED_UNSEEN)


def _rehearsal_rows(action: Action, others: Sequence[ClassRef]) -> tuple[ButtonRow, ...]:
    label = _("✏️ Alternative ({n})", n=len(others)) if others else _("➕ Alternativa")
    skip = _("⏭ Salta questa volta") if action.periodic_booking_id else _("⏭ Salta")
    rows: list[ButtonRow] = [
        (button(_("👍 Va bene"), Verb.APPROVE, action.id),),
        (button(skip, Verb.SKIP_REHEARSED, action.id), button(label, Verb.ALTS, action.id, fresh=True)),
    ]
    if action.periodic_booking_id:
        series = action.periodic_booking_id
        change = button(_("🔄 Cambia"), Verb.SERIES, series, fresh=True)
        rows.append((button(_("⏸ Pausa"), Verb.PAUSE, series, fresh=True), change))
    return (*rows, (home_button(fresh=True),))


def approved(action: Action, others: Sequence[ClassRef], when: When) -> Page:
    """The rehearsal's card after "Va bene"."""
    lines = Lines().add(_("👍 <b>Va bene</b>"), about_action(action, when)).add(*choices(others, when))
    lines.add(_("Prenoto {moment}. Buonanotte!", moment=when.at(action.opens_at or action.run_at)))
    return Page(str(lines), ((button(_("⏭ Salta"), Verb.SKIP_REHEARSED, action.id), home_button(fresh=True)),))
