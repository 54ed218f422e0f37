"""How an opening went, in words: the sentence of its result, and the figures behind a button. Pure functions."""

from __future__ import annotations

from bot.screens.callbacks import Verb
from bot.screens.classes import about_action
from bot.screens.page import Button, Lines, Page, back_row, button
from bot.screens.when import When
from domain.model import Action, ActionStatus
from domain.opening_report import OpeningReport, Shot, ShotOutcome
from languages import N_, _, decimal, n_

SLOW_ANSWER = 1.0  # s: it may have been sent again meanwhile, after a new login; nobody knows when it arrived
SOON = 1.0  # s after its time: a request that came by then is told as one made at once
LATE = 5.0  # s after its time: a slot that opened then opened later than the rule says
OUTCOMES = {
    ShotOutcome.ACCEPTED: N_("presa"),
    ShotOutcome.ALREADY: N_("era già tua"),
    ShotOutcome.EARLY: N_("non era ancora aperta"),
    ShotOutcome.FULL: N_("piena"),
    ShotOutcome.REFUSED: N_("rifiutata"),
}


def opening_sentence(action: Action, report: OpeningReport, when: When) -> str:
    """`⚡ Presa in 67 millesimi. Si apriva alle 00:00.`: the other figures are behind a button.

    "Taken" is said only of a place that was read back.
    """
    hour = when.hour(report.opens_at)
    first = report.hit or (report.shots[0] if report.shots else None)
    if first is None:
        return _("Si apriva {hour}.", hour=hour)
    if report.hit and 0 < report.hit.answered < SOON and action.status is ActionStatus.COMPLETED:
        milliseconds = max(1, round(report.hit.answered * 1000))
        taken = n_("⚡ <b>Presa in {n} millesimo.</b>", "⚡ <b>Presa in {n} millesimi.</b>", milliseconds)
        return taken + " " + _("Si apriva {hour}.", hour=hour)
    slow = first.answered - first.sent > SLOW_ANSWER
    after = first.answered if slow else report.arrived(first)
    if after < SOON:
        return _("Si apriva {hour}: l'ho chiesta subito.", hour=hour)
    if slow:
        return n_(
            "Si apriva {hour}: la risposta è arrivata dopo {n} secondo.",
            "Si apriva {hour}: la risposta è arrivata dopo {n} secondi.",
            round(after),
            hour=hour,
        )
    return n_(
        "Si apriva {hour}: la richiesta è arrivata dopo {n} secondo.",
        "Si apriva {hour}: la richiesta è arrivata dopo {n} secondi.",
        round(after),
        hour=hour,
    )


def off_time(report: OpeningReport, when: When) -> str:
    """That the slot did not open when the rule says. What to make of a later opening the keeper is asked apart, with a
    button (store/rules.py); since when an earlier one was open nobody has seen."""
    if report.opened_early:
        if when.to_keeper:
            return _(
                "Il sito ha aperto prima del previsto, non so da quando: se ricapita, correggi opening in config.json."
            )
        return _("Il sito ha aperto prima del previsto, non so da quando: se ricapita, dillo a chi tiene il bot.")
    late = _opened_late(report)
    if late is None:
        return ""
    if late < 120:
        return _("Il sito ha aperto circa {seconds} s dopo il previsto.", seconds=f"{late:.0f}")
    return n_(
        "Il sito ha aperto circa {n} minuto dopo il previsto.",
        "Il sito ha aperto circa {n} minuti dopo il previsto.",
        round(late / 60),
    )


def _opened_late(report: OpeningReport) -> float | None:
    """How many seconds late it opened, if that is what the shots say: too early until then, or none that got through.

    A site that answered nothing, or nonsense, may have been open all that time.
    """
    if report.seen is None or report.seen <= LATE:
        return None
    missed = [shot for shot in report.shots if shot is not report.hit]
    early = bool(missed) and max(missed, key=lambda shot: shot.sent).outcome is ShotOutcome.EARLY
    opened = report.arrived(report.hit) if report.hit else report.seen
    return opened if opened > LATE and (early or not report.shots) else None


# The figures


def figures_button(action: Action, *, fresh: bool) -> Button:
    """Leads to the figures of an action's opening."""
    return button(_("⏱ Com'è andata"), Verb.FIGURES, action.id, fresh=fresh)


def figures_page(action: Action, report: OpeningReport, when: When) -> Page:
    """How an opening went, request by request, by the site's clock."""
    lines = Lines().add(_("⏱ <b>Com'è andata</b>"), about_action(action, when))
    lines.add(opening_line(report, when), off_time(report, when))
    lines.add(*(_shot_line(number, shot) for number, shot in enumerate(report.shots, 1)))
    lines.add(clock_line(report))
    return Page(str(lines), (back_row(Verb.TICKET, action.id, on_card=True),))


def opening_line(report: OpeningReport, when: When) -> str:
    """`Aperta alle 00:00:00, tiro arrivato a +6 ms, vista nelle tue prenotazioni a +0,4 s, 1 tentativo.`"""
    parts = [_("Aperta {hour}", hour=when.hour(report.opens_at, seconds=True))]
    first = report.hit or (report.shots[0] if report.shots else None)
    if first:
        parts.append(_first_shot(report, first))
    if report.seen is not None:
        parts.append(_("vista nelle tue prenotazioni a {after}", after=since_opening(report.seen)))
    if report.shots:
        parts.append(n_("{n} tentativo", "{n} tentativi", len(report.shots)))
    return ", ".join(parts) + "."


def _first_shot(report: OpeningReport, shot: Shot) -> str:
    """When the shot that counts arrived; of one whose answer was slow only when that came is known."""
    if shot.answered - shot.sent > SLOW_ANSWER:
        after = since_opening(shot.answered)
        if report.hit:
            return _("tiro con risposta a {after}", after=after)
        return _("primo tiro con risposta a {after}", after=after)
    after = since_opening(report.arrived(shot))
    return _("tiro arrivato a {after}", after=after) if report.hit else _("primo tiro arrivato a {after}", after=after)


def _shot_line(number: int, shot: Shot) -> str:
    sent, answered = since_opening(shot.sent), since_opening(shot.answered)
    if shot.outcome is ShotOutcome.LOST:
        return _(
            "{number}. partita a {sent}: nessuna risposta entro {answered}", number=number, sent=sent, answered=answered
        )
    return _(
        "{number}. partita a {sent}, risposta a {answered}: {outcome}",
        number=number,
        sent=sent,
        answered=answered,
        outcome=OUTCOMES[shot.outcome],
    )


def clock_line(report: OpeningReport) -> str:
    return _(
        "Orologio del sito rispetto al mio: {offset}, a ±{doubt} ms; andata e ritorno: {trip} ms.",
        offset=since_opening(report.offset),
        doubt=decimal(report.uncertainty * 1000, 0),
        trip=decimal(report.round_trip * 1000, 0),
    )


def since_opening(seconds: float) -> str:
    """`+6 ms`, `+0,4 s`, `+62 s`."""
    if abs(seconds) < 0.0995:
        return f"{round(seconds * 1000):+d} ms"  # as a whole number, which has no minus zero
    places = 1 if abs(seconds) < 9.95 else 0
    return f"{'-' if seconds < 0 else '+'}{decimal(abs(seconds), places)} s"
