"""The site's words when it refuses: each phrasing is read for what it is, and none for another."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

import scraper
from domain import errors, refusals
from tests.support.refusal_words import CANCELLED, OTHERWISE_NOT_CANCELLED, SAID, TOO_LATE_TO_CANCEL

PHRASINGS: dict[type[errors.BookingRefused], str] = {
    errors.SlotFull: """
        Posti esauriti per questa attività.
        Non ci sono più posti disponibili
        I posti sono terminati
        Il corso è al completo
        Le iscrizioni sono al completo.
        È stato raggiunto il numero massimo di partecipanti
        Raggiunto il limite di iscritti per questa lezione
        La lezione è piena.
        Nessun posto disponibile
        Disponibilità terminata
        Capienza massima raggiunta
        Sold out
        Lezione completa: puoi iscriverti alla lista d'attesa
        Tutti i posti sono stati occupati
        Il posto è già occupato
        La lezione dalle ore 18:00 alle ore 19:00 è piena
        """,
    errors.NotOpenYet: """
        Prenotazioni non ancora aperte: sarà possibile prenotare dal 26/11/2026 alle 00:00.
        Le iscrizioni non sono ancora aperte.
        La prenotazione sarà disponibile a partire dalle ore 00:00
        Le prenotazioni apriranno il 24/11
        È troppo presto per prenotare questa attività
        Attività prenotabile dal 24/11/2026
        Non è ancora possibile prenotare
        Potrai prenotare a partire da 48 ore prima
        La lezione non è ancora prenotabile
        Le prenotazioni aprono alle 00:00
        Prenotazioni consentite dal 24/11/2026
        Non è possibile prenotare prima del 24/11
        """,
    errors.AlreadyBooked: """
        Hai già prenotato questa attività.
        Risulta già una prenotazione per questo corso
        Sei già iscritto a questa lezione
        Prenotazione già effettuata
        La prenotazione è già presente
        Utente già registrato per questo appuntamento
        Sei già tra i partecipanti
        Sei già stato inserito in questo corso
        """,
    errors.Overlap: """
        La prenotazione si sovrappone a un'altra tua prenotazione (18:00 - 18:55).
        Hai già un'altra prenotazione nello stesso orario
        Hai già un altro impegno in questo orario
        L'orario coincide con un'altra attività prenotata
        Conflitto con un'altra prenotazione
        Non è possibile prenotare due attività contemporanee
        Hai un'altra attività nella stessa fascia oraria
        Ti risulta un altro corso in quell'ora
        """,
    errors.AccountLimit: """
        Hai raggiunto il numero massimo di prenotazioni
        Numero massimo di prenotazioni contemporanee raggiunto.
        Limite di prenotazioni superato
        Non puoi effettuare più di 3 prenotazioni
        Ingressi terminati
        Credito terminato
        Credito insufficiente per effettuare la prenotazione
        Hai esaurito gli ingressi del tuo abbonamento
        Gli ingressi settimanali sono esauriti
        Non hai ingressi residui
        Hai già 2 prenotazioni attive
        Il sistema non consente più di 3 prenotazioni
        Il tuo account è bloccato
        Il massimo settimanale è stato raggiunto
        Utente sospeso per cancellazione tardiva fino al 30/11/2026
        Sei bloccato per troppe assenze
        Prenotazioni sospese per mancata presenza
        Il saldo dei punti non è sufficiente
        """,
    errors.MembershipProblem: """
        Non risulta un abbonamento valido per questa attività.
        Tessera scaduta
        Il certificato medico è scaduto
        Certificato medico mancante
        Pagamento in sospeso: regolarizza la tua posizione
        La quota associativa non è stata versata
        La tua iscrizione è scaduta
        Completa il tuo profilo per continuare
        Profilo incompleto: inserisci i dati mancanti
        Non sei iscritto al centro sportivo
        Visita medica scaduta
        Abbonamento non attivo
        Aggiorna i tuoi dati anagrafici prima di prenotare
        """,
    errors.BookingsClosed: """
        Prenotazioni chiuse
        L'attività è già iniziata: non è più possibile prenotare.
        La lezione è già cominciata
        Il corso è iniziato
        L'evento è concluso
        La lezione è terminata
        L'appuntamento è già passato
        Attività già svolta
        La lezione è in corso
        Non è possibile prenotare una data passata
        Prenotazioni sospese fino alle 00:05
        Le iscrizioni sono chiuse
        Le prenotazioni chiudono 60 minuti prima dell'inizio
        Il termine per le prenotazioni è scaduto
        Tempo scaduto per la prenotazione
        È troppo tardi per prenotare
        Non è più possibile prenotare
        Oltre il termine consentito
        La prenotazione è possibile solo fino a 30 minuti prima
        Non è più possibile effettuare la prenotazione
        Prenotazioni consentite fino a 30 minuti prima
        Il limite per la prenotazione è scaduto
        """,
    errors.HeldForOthers: """
        Il posto è riservato agli utenti in lista d'attesa
        Posto appena liberato: potrai prenotare tra 10 minuti
        Il posto è stato appena cancellato, riprova tra 5 minuti
        A seguito di una cancellazione il posto è prenotabile tra 10 minuti
        La precedenza è per chi è in lista d'attesa
        Posto temporaneamente riservato
        Gli iscritti in lista d'attesa hanno la priorità fino alle 18:30
        Posto trattenuto per la lista
        Dopo una disdetta occorre attendere 10 minuti
        """,
    errors.SlotNotFound: """
        Appuntamento non trovato.
        L'appuntamento non esiste
        Attività non più presente
        Lezione inesistente
        Numero prenotazione non valido
        """,
    errors.BookingRefused: """
        Si è verificato un errore imprevisto
        Il computer dice di no.
        Operazione non riuscita
        Errore generico, contattare la segreteria
        Impossibile completare la richiesta
        Servizio temporaneamente non disponibile
        Si è verificato un errore: riprova tra qualche minuto
        Ricarica la pagina e riprova
        È in corso un aggiornamento del sistema
        Manutenzione in corso: prenotazioni chiuse
        Accessi terminati per manutenzione
        Sistema bloccato: prenotazioni non disponibili
        Il server è pieno
        Elaborazione non completa
        Operazione già in corso
        Sessione scaduta, effettua nuovamente l'accesso
        """,
}


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        pytest.param(kind, line, id=f"{kind.__name__}: {line}")
        for kind, text in PHRASINGS.items()
        for line in lines(text)
    ],
)
def test_a_phrasing_is_read_for_what_it_is(kind: type[errors.BookingRefused], message: str) -> None:
    assert {refusals.kind_of(message), refusals.kind_of(message.upper())} == {kind}


@pytest.mark.parametrize(("kind", "text"), [pytest.param(kind, text, id=kind.__name__) for kind, text in SAID.items()])
@pytest.mark.parametrize("form", ["{}", "<b>Attenzione!</b><br/>{}", "Gentile utente, {}. Grazie"])
def test_what_such_sites_say_is_read_for_what_it_is(kind: type[errors.BookingRefused], text: str, form: str) -> None:
    said = {line: answered(message=form.format(line)).kind for line in lines(text)}
    assert said == dict.fromkeys(said, kind)


@pytest.mark.parametrize(
    "fields",
    [
        {"error_message": "Ingressi terminati"},
        {"errorMessage": "Ingressi terminati"},
        {"error": "Ingressi terminati"},
        {"Message": "INGRESSI TERMINATI"},
        {"title": "Attenzione", "message": "Ingressi terminati"},
        {"title": "Ingressi terminati", "message": "Impossibile prenotare"},
        {"message": None, "error_message": "<p>Ingressi&nbsp;terminati</p>"},
        {"message": "Errore", "error": {"message": "Ingressi terminati"}},
        {"errors": ["Errore", "Ingressi terminati"]},
        {"data": {"error_message": "Ingressi terminati"}},
    ],
    ids=str,
)
def test_the_words_are_found_wherever_an_answer_has_them(fields: dict[str, object]) -> None:
    assert answered(**fields).kind is errors.AccountLimit


def answered(**fields: object) -> scraper.BookingAnswer:
    return scraper.booking_answer(json.dumps({"status": "ERROR"} | fields), lambda words: words, "PILATES MATWORK")


def test_a_list_for_others_makes_a_limit_of_the_account_no_full_class() -> None:
    answer = answered(message="Hai raggiunto il numero massimo di prenotazioni, anche in lista d'attesa")
    assert (answer.kind, answer.waiting) == (errors.AccountLimit, False)


def test_a_cancellation_that_came_too_late_is_told_from_one_that_failed_and_from_one_that_was_done() -> None:
    late = lines(TOO_LATE_TO_CANCEL)
    assert {line: refusals.kept(line).kind for line in late} == dict.fromkeys(late, "CancelTooLate")
    others = [*lines(OTHERWISE_NOT_CANCELLED), *lines(CANCELLED)]
    assert [line for line in others if refusals.is_too_late_to_cancel(line)] == []


def test_silence_means_nothing() -> None:
    assert refusals.kind_of("") is errors.BookingRefused


@pytest.mark.parametrize(
    ("message", "minutes"),
    [
        ("riprova tra 5 minuti", 5),
        ("Occorre attendere altri 12 min.", 12),
        ("Attendi per 10 minuti", 10),
        ("più tardi", None),
    ],
)
def test_how_long_a_place_is_held_is_read_from_the_words(message: str, minutes: int | None) -> None:
    assert refusals.wait_in(message) == (None if minutes is None else timedelta(minutes=minutes))
