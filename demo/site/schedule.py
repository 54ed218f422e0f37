"""A slot as the calendar's own request gives it (JSON), and the site's Italian reasons."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from demo.site.faults import Faults
from demo.site.slots import ROME, Slot
from demo.site.world import Outcome, SiteWorld

Json = dict[str, Any]
ALMOST_OVER_PLACES = 3
LIMIT_WORDS = {
    "bookings": "Hai raggiunto il numero massimo di prenotazioni contemporanee previste dal tuo abbonamento.",
    "entries": "Ingressi terminati.",
    "credit": "Credito terminato: ricarica il tuo abbonamento per continuare a prenotare.",
    "week": "Hai esaurito gli ingressi disponibili per questa settimana.",
    "day": "È consentita una sola prenotazione al giorno.",
    "certificate": "Il certificato medico risulta scaduto.",
    "payment": "Risulta un pagamento non regolarizzato: rivolgiti alla segreteria.",
    "profile": "Completa il tuo profilo per poter prenotare.",
    "blocked": "Utente temporaneamente bloccato per cancellazioni oltre il termine.",
}
LETTER_CASES: dict[str, Callable[[str], str]] = {
    "camel": lambda name: name[0].lower() + name[1:],
    "lower": str.lower,
    "upper": str.upper,
}


def day_schedule(world: SiteWorld, username: str, slots: list[Slot]) -> list[Json]:
    """The `data` of GetActivitySchedule, bent by the faults of the timetable."""
    if world.faults.take("empty_timetable"):
        return []
    shown = [slot for slot in slots if world.places.holds(username, slot.appointment_id) or not _is_hidden(world, slot)]
    told = (world.likeness.reshaped(_slot_json(world, username, slot)) for slot in shown)
    return [_bend(each, world.faults) for each in told]


def _is_hidden(world: SiteWorld, slot: Slot) -> bool:
    """Whether the timetable leaves the slot out."""
    full = slot.free <= 0 and not world.terms.takes_waiting_list(slot)
    return (world.switches.hide_full and full) or (world.switches.hide_unopened and not world.terms.is_open(slot))


def _slot_json(world: SiteWorld, username: str, slot: Slot) -> Json:
    status = _status(world, username, slot)
    return {
        "AppointmentId": slot.appointment_id,
        "ParentCourseId": str(int(slot.appointment_id) // 7),
        "ServiceId": slot.activity_id,
        **_names(slot, world.faults),
        "EventDescription2": f"con {slot.instructor}" if slot.instructor else None,
        "EventDescription3": "" if world.faults.peek("no_places") else f"Posti disponibili: {slot.free}",
        "Type": "Class",
        "Status": status,
        **_times(slot, world.faults),
        "DurationMinutes": slot.minutes,
        "TimeDescription": f"{slot.start} - {slot.end}",
        "TimeStart": slot.start,
        "TimeDuration": f"{slot.minutes} min",
        "Notes": _notes(world, slot, status),
        "Icon": {"Available": "fa fa-plus", "Booked": "fa fa-check"}.get(status, "fa fa-ban"),
        "AvailabilitiesAlmostOver": 0 < slot.free <= ALMOST_OVER_PLACES,
        "Booking360Code": "",
    }


def _status(world: SiteWorld, username: str, slot: Slot) -> str:
    """ "Available" can be clicked, "Booked" is mine, "Disabled" is full, closed or not open yet."""
    if world.places.holds(username, slot.appointment_id):
        return "Booked"
    takes = slot.free > 0 or world.terms.takes_waiting_list(slot)
    bookable = world.terms.is_open(slot) and not world.terms.has_started(slot) and not world.terms.has_closed(slot)
    if slot.free <= 0 and world.switches.waiting_shown == "full":
        return "Disabled"
    return "Available" if takes and bookable and not world.is_limited(username) else "Disabled"


def _notes(world: SiteWorld, slot: Slot, status: str) -> str:
    if status == "Booked":
        return "Prenotato"
    if world.terms.has_started(slot):
        return "Chiuso"
    if not world.terms.is_open(slot):
        return f"Prenotabile dal {_moment(world.terms.opens_at(slot))}"
    if world.terms.has_closed(slot):
        return "Prenotazioni chiuse"
    if slot.free > 0:
        return ""
    if world.switches.waiting_shown == "available" and status == "Available":
        return ""
    return "Lista d'attesa" if status == "Available" else "Posti esauriti"


def _names(slot: Slot, faults: Faults) -> Json:
    names: Json = {"SkillName": slot.course or None, "EventName": slot.activity, "EventDescription": slot.activity}
    elsewhere = faults.peek("course_name_in")
    if elsewhere and slot.course:
        names |= {"SkillName": None, elsewhere: slot.course}
    return names


def _times(slot: Slot, faults: Faults) -> Json:
    times: Json = {"DateStart": _instant(slot.starts_at.replace(hour=0, minute=0), faults)}
    if not faults.peek("no_start_datetime"):
        times |= {"StartDateTime": _instant(slot.starts_at, faults), "EndDateTime": _instant(slot.ends_at, faults)}
    return times


def _instant(at: datetime, faults: Faults) -> str:
    form = faults.peek("json_dates")
    if form == "ms":
        return f"/Date({int(at.timestamp() * 1000)})/"
    return f"{at:%d/%m/%Y %H:%M:%S}" if form == "italian" else f"{at:%Y-%m-%dT%H:%M:%S}"


def _bend(fields: Json, faults: Faults) -> Json:
    change = LETTER_CASES.get(faults.peek("json_case") or "")
    return {change(name): value for name, value in fields.items()} if change else fields


def reason(world: SiteWorld, username: str, appointment_id: str, outcome: Outcome) -> str:
    """The site's sentence to the person about that outcome."""
    slot = world.find(appointment_id)
    if slot is None:
        return "Appuntamento non trovato."
    if outcome is Outcome.NOT_OPEN:
        return f"Prenotazioni non ancora aperte: sarà possibile prenotare dal {_moment(world.terms.opens_at(slot))}."
    if outcome is Outcome.OVERLAP:
        return _overlap_reason(world.overlapping(username, slot))
    if outcome is Outcome.SUSPENDED:
        return _suspension_reason(world.suspended_until(username))
    if outcome is Outcome.REFUSED:
        return world.faults.unknown_refusal
    return {
        Outcome.BOOKED: "Prenotazione effettuata con successo.",
        Outcome.LIED: "Prenotazione effettuata con successo.",
        Outcome.WAITING: world.switches.waiting_answer or "Sei stato inserito in lista d'attesa.",
        Outcome.STARTED: "L'attività è già iniziata: non è più possibile prenotare.",
        Outcome.MEMBERSHIP: "Non risulta un abbonamento valido per questa attività.",
        Outcome.ALREADY: "Hai già prenotato questa attività.",
        Outcome.FULL: "Posti esauriti per questa attività.",
        Outcome.LIMIT: world.switches.limit_words or LIMIT_WORDS.get(world.switches.account_limit, ""),
        Outcome.HELD: "Posto riservato alla lista d'attesa: riprova tra qualche minuto.",
        Outcome.CLOSED: "Il termine per prenotare questa attività è scaduto.",
    }[outcome]


def _overlap_reason(other: Slot | None) -> str:
    times = f" ({other.start} - {other.end})" if other else ""
    return f"La prenotazione si sovrappone a un'altra tua prenotazione{times}."


def overlap_warning(other: Slot | None) -> str:
    """What the confirmation says where overlapping is allowed with a warning; empty without an overlap."""
    return f"Attenzione: alla stessa ora hai già prenotato {other.title}." if other else ""


def _suspension_reason(until: datetime | None) -> str:
    when = f" fino al {_moment(until)}" if until else ""
    return f"Prenotazioni sospese{when} per cancellazioni tardive o assenze."


def _moment(at: datetime) -> str:
    local = at.astimezone(ROME)
    return f"{local:%d/%m/%Y} alle {local:%H:%M:%S}".removesuffix(":00")


def is_future(slot: Slot, now: datetime) -> bool:
    """Whether "my bookings" still shows it: until the class is over."""
    return now < slot.ends_at.astimezone(UTC)
