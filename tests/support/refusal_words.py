"""What sites like this one say when they refuse, as many ways as people who write such sites have thought of.

Written without looking at the table of domain/refusals.py; used by test_refusals.py.
"""

from __future__ import annotations

from domain import errors

SAID: dict[type[errors.BookingRefused], str] = {
    errors.AccountLimit: """
        Il tuo borsellino è vuoto
        Troppe prenotazioni attive
        Penalità in corso fino al 30/11
        Hai già usato il tuo ingresso di oggi
        Per mancata presenza non puoi prenotare per 7 giorni
        Per questa settimana hai già effettuato 4 accessi su 4.
        Hai già prenotato il massimo di lezioni consentite
        Non puoi prenotare: hai già raggiunto il numero massimo di prenotazioni per questa settimana
        Attenzione! Superato il limite di 3 prenotazioni attive per utente.
        Maximum number of bookings reached
        You have reached your weekly booking limit.
        You have no remaining entries
        Insufficient credit to book this class
        HAI FINITO GLI INGRESSI A DISPOSIZIONE
        Il tuo pacchetto ingressi è terminato, rinnovalo in segreteria
        Gli ingressi del tuo carnet sono finiti
        Non hai più crediti disponibili
        Credito residuo insufficiente
        Puoi avere al massimo 2 prenotazioni attive contemporaneamente
        Hai già effettuato 3 prenotazioni questa settimana, il massimo consentito
        È consentita una sola prenotazione al giorno
        Hai già una prenotazione per oggi: è consentita una sola prenotazione giornaliera
        Non è possibile effettuare ulteriori prenotazioni fino al 30/11/2026
        Sei stato sospeso dal servizio prenotazioni per mancata disdetta
        Account temporaneamente sospeso per no-show
        A causa di troppe cancellazioni tardive non puoi prenotare fino al 3/12/2026
        Il tuo abbonamento prevede un massimo di 2 ingressi settimanali, già utilizzati
        L&#39;abbonamento ha esaurito gli accessi disponibili
        Limite giornaliero raggiunto
        Hai raggiunto il limite mensile di lezioni
        Il numero di prenotazioni consentite dal tuo abbonamento è stato raggiunto
        Booking limit exceeded
        You can only have 3 active bookings at a time
        Utente bloccato: contattare la reception
        Non puoi prenotare altri corsi: hai già 3 corsi prenotati
        Hai superato il tetto di prenotazioni
        Spiacenti, hai già utilizzato tutti gli ingressi previsti dal tuo abbonamento
        Prenotazione non consentita: quota settimanale esaurita
        La tua utenza è stata bloccata per 7 giorni per assenze ingiustificate
        non è possibile completare la prenotazione: sono state raggiunte le 3 prenotazioni contemporanee previste
        Hai a disposizione 0 ingressi
        Ingressi disponibili: 0
        Il credito del tuo borsellino non basta per questa lezione
        Saldo insufficiente
        Hai consumato tutti gli ingressi della settimana
        Non ti restano ingressi per questa settimana
        Limite prenotazioni giornaliere raggiunto per il tuo abbonamento
        Puoi prenotare una sola lezione al giorno
        Puoi prenotare al massimo 2 lezioni alla settimana
        Le tue prenotazioni sono bloccate fino al 2/12/2026 per mancata presentazione
        Prenotazione bloccata: hai accumulato 3 penalità
        Non hai crediti sufficienti
        Hai troppe prenotazioni aperte. Annullane una e riprova
        Raggiunto limite abbonamento
        Credit exhausted
        Daily limit reached
        You have been blocked for late cancellations
        Pacchetto lezioni esaurito
        Carnet esaurito, acquistane uno nuovo
        Non è consentito avere più di due prenotazioni attive
        Per questa settimana hai già esaurito le prenotazioni
        Le prenotazioni a tua disposizione sono terminate
        Non hai più ingressi: acquista un nuovo pacchetto
        Ingresso non disponibile: plafond esaurito
        Il numero di accessi giornalieri consentiti è stato superato
        Hai già frequentato 2 lezioni questa settimana
        Limite massimo prenotazioni future: 5
        Sei in blacklist fino al 10/12
        Utente inibito alla prenotazione
        Prenotazione negata: superato il limite previsto dal contratto
        Non puoi prenotare più di una lezione al giorno
        Reservation limit reached for this week
        """,
    errors.MembershipProblem: """
        Fattura scaduta
        Dati anagrafici incompleti.
        Iscrizione non perfezionata: manca la privacy.
        Il suo abbonamento è scaduto il 31/10/2026
        Non risulta nessun abbonamento attivo per la data selezionata
        Certificato medico scaduto. Presentarsi in segreteria
        Manca il certificato medico
        Devi caricare un certificato medico in corso di validità
        È necessario completare il profilo prima di procedere
        Il tuo profilo non è completo: inserisci il codice fiscale
        Pagamento non effettuato
        Risultano pagamenti in sospeso
        Rata scaduta: saldare il dovuto per prenotare
        La tessera non è valida
        Your membership has expired
        Medical certificate expired or missing
        Please complete your profile
        Payment overdue
        Non hai un abbonamento che consenta l'accesso a questo corso
        Il corso non è incluso nel tuo abbonamento
        Servizio non compreso nel tuo abbonamento
        Questa attività non è prevista dal tuo abbonamento
        L'iscrizione non risulta attiva
        Per prenotare devi prima acquistare un abbonamento
        Per accedere al servizio è necessaria l'iscrizione annuale
        Attenzione: il tuo tesseramento è scaduto
        Devi accettare il regolamento e completare la registrazione
        Non sei abilitato alla prenotazione di questo corso
        La tua quota di iscrizione non è valida nel giorno della lezione
        Inserisci il numero di telefono nel tuo profilo
        La tua assicurazione è scaduta
        Per prenotare è necessario un certificato medico valido
        L'abbonamento inizia il 1/12/2026: non valido alla data della lezione
        Abbonamento sospeso
        La tua posizione amministrativa non è regolare
        Devi rinnovare la tessera
        Devi prima completare l'anagrafica
        Il documento di identità è scaduto
        Utente non attivo
        Quota non pagata
        Corso riservato agli studenti
        Corso riservato agli over 60
        Non hai i requisiti per accedere a questo servizio
        Abbonamento non compatibile con il corso scelto
        Non possiedi un titolo valido per prenotare
        Nessun titolo di accesso valido
        Your subscription has expired
        You must be a member
        Profilo utente non completo. Vai su Il mio profilo
        Non sei in regola con i pagamenti
        Contratto scaduto
        Il tuo contratto non comprende questa attività
        Certificato in scadenza: aggiornalo per prenotare la lezione
        Il cliente non ha un abbonamento attivo
        Nessun abbonamento valido trovato
        Manca la foto nel tuo profilo
        Attività non consentita dal tuo abbonamento
        """,
    errors.SlotFull: """
        La lezione che hai scelto non ha posti disponibili
        Capacità massima superata
        0 posti rimasti
        Spiacente, qualcuno è stato più veloce di te: il posto non c'è più.
        Al momento sei in lista d'attesa
        Sei stato inserito al numero 3 in lista d'attesa
        L'ultimo posto è stato appena prenotato da un altro utente.
        La lezione non ha più disponibilità, prova con un altro orario.
        Spiacenti, tutti i posti sono già stati assegnati
        Nessuna postazione libera in questa fascia
        Impossibile prenotare: posti disponibili 0/20
        La lezione è al completo, puoi metterti in lista d'attesa
        POSTI ESAURITI
        Siamo spiacenti, i posti disponibili per questo corso sono terminati.
        Non ci sono posti disponibili per l'orario selezionato
        This class is full
        No places available
        Fully booked
        No more spots available
        Nessuna disponibilit&agrave; residua
        Il corso selezionato ha raggiunto la capienza massima
        Raggiunto il numero massimo di prenotazioni per questa lezione
        Numero massimo di partecipanti raggiunto per il corso
        La sessione è piena
        Evento al completo
        Prenotazione non riuscita: l'ultimo posto è appena stato preso
        Posti finiti! Riprova con un altro orario
        Disponibilità esaurita
        <b>Attenzione</b><br/>Tutti i posti risultano occupati
        Il numero di posti disponibili è pari a 0
        Non è possibile prenotare: classe piena
        Posti disponibili: 0
        The class is sold out
        Posti non disponibili
        Non ci sono più posti per questa lezione
        La lezione ha raggiunto il numero massimo di iscritti
        Corso pieno
        Non è rimasto nessun posto libero
        I posti sono andati esauriti proprio ora
        Numero massimo partecipanti superato
        Non risultano posti liberi
        Sala piena
        Non sono disponibili posti in questo turno
        Turno al completo
        La classe ha già raggiunto il massimo dei partecipanti
        Attenzione: disponibilità insufficiente
        All spots are taken
        No availability for this slot
        Il limite di posti è stato raggiunto
        Lezione sold-out
        Tutto esaurito
        Nessun posto residuo
        Non c'è più posto
        Al momento il corso è completo. Vuoi iscriverti alla lista di attesa?
        Posti liberi: 0
        """,
    errors.NotOpenYet: """
        Prenotazioni dal giorno 28
        La lezione non può ancora essere prenotata
        Torna a mezzanotte per prenotare.
        Anticipo massimo consentito: 48 ore.
        Il periodo di prenotazione inizierà giovedì 26 novembre.
        Non puoi prenotare con così largo anticipo
        Prenotabile tra 3 ore
        È possibile prenotare solo le lezioni dei prossimi 2 giorni
        La data selezionata è troppo lontana
        Prenotazioni aperte dal 24/11 ore 00:00
        Le prenotazioni per questa lezione si aprono il 24/11/2026 alle 00:00
        La lezione non è ancora disponibile per la prenotazione
        Prenotazione possibile solo 48 ore prima dell'inizio
        Puoi prenotare solo a partire da 2 giorni prima
        Booking is not open yet
        Bookings open on 24/11/2026 at 00:00
        Too early to book
        Troppo presto! Torna tra qualche ora
        Non puoi prenotare con più di 2 giorni di anticipo
        La prenotazione può essere effettuata al massimo 48 ore prima
        La data selezionata è oltre il periodo prenotabile
        Prenotabile da lunedì 23 novembre alle 12:00
        You cannot book this class yet
        Apertura prenotazioni: 24/11/2026 00:00
        Le prenotazioni saranno attive dal 24 novembre
        Non prenotabile prima delle ore 00:00 del 24/11
        Sarà possibile prenotarsi da domani
        Le prenotazioni saranno aperte domani alle 12:00
        Non ancora prenotabile
        Le prenotazioni apriranno tra 3 ore
        Prenotazioni disponibili da 48 ore prima della lezione
        Iscrizioni aperte dalle ore 00:00 del 24/11
        Potrai prenotare dal 24/11/2026 alle ore 12.00
        Prenotazioni non attive: riprova dal 24 novembre
        Prenotazione anticipata non consentita
        È possibile prenotare soltanto nelle 48 ore precedenti la lezione
        Le prenotazioni si aprono due giorni prima alle 00:00
        Reservations open 48 hours before the class
        Booking opens at midnight
        La prenotazione di questo evento sarà attiva dalle ore 12:00 del 24/11/2026
        Prenotazione consentita a partire dal giorno 24/11/2026 00:00:00
        Evento non ancora prenotabile. Apertura prenotazioni tra 1 giorno
        La prenotazione non è ancora possibile, riprova il 24/11
        Prenotabile dal 24/11
        Le iscrizioni a questo corso apriranno 2 giorni prima
        """,
    errors.AlreadyBooked: """
        Non è possibile prenotare nuovamente la stessa lezione
        Esiste già una prenotazione attiva a suo nome per questo turno
        Non puoi prenotare due volte la stessa lezione.
        Doppia prenotazione non consentita per lo stesso appuntamento
        Sei già prenotato
        Sei già prenotata per questa lezione!
        Hai già una prenotazione per questa lezione
        You have already booked this class
        Already booked
        La tua prenotazione risulta già registrata
        Prenotazione già esistente
        Questa attività è già stata prenotata da te
        Hai già prenotato questo appuntamento
        Booking already exists
        Utente già iscritto
        Posto già prenotato da te
        Sei già in elenco per questa lezione
        Attenzione, risulti già prenotato a questo corso
        Prenotazione duplicata
        Hai già un posto in questa lezione
        Hai gi&agrave; prenotato questa lezione
        Esiste già una prenotazione a tuo nome per questa lezione
        You are already booked on this class
        Duplicate booking
        Prenotazione già presente in agenda
        Hai già effettuato la prenotazione per questa attività
        Risulti già iscritto a questa attività
        """,
    errors.Overlap: """
        Hai già una prenotazione per oggi alle 18:00
        Orario non compatibile con un tuo precedente appuntamento.
        Fascia oraria già occupata da un tuo appuntamento
        Non puoi essere in due posti: hai già una lezione dalle 18:00 alle 19:00
        Hai già una prenotazione in questo orario
        Hai già una prenotazione alle 18:00
        Esiste una prenotazione concomitante
        L'orario si sovrappone a quello di un'altra prenotazione: PILATES 18:00
        You already have a booking at this time
        Overlapping booking
        This class overlaps with another booking
        Nello stesso momento hai un altro corso
        Sei già impegnato in un'altra attività alle 18:00
        Orario in conflitto con altra lezione prenotata
        Non puoi prenotare due lezioni nello stesso orario
        Conflitto di orario
        Sovrapposizione con una prenotazione esistente
        Risulti già prenotato in un'altra lezione alla stessa ora
        Hai già prenotato un'altra lezione alle 18:00
        Impossibile prenotare: alle 18:00 hai già PILATES MATWORK
        La lezione si sovrappone con FIT CENTER 17:30
        Prenotazione in sovrapposizione
        Non puoi essere in due corsi alla stessa ora
        Hai un impegno già prenotato nello stesso orario
        Time conflict with another reservation
        Sei già prenotato altrove a quest'ora
        Hai un'altra lezione in quel momento
        Attenzione: sovrapposizione oraria con un tuo appuntamento
        Due prenotazioni nello stesso orario non sono ammesse
        """,
    errors.BookingsClosed: """
        Mancano 10 minuti all'inizio, prenotazione non consentita
        Orario di inizio superato
        L'appuntamento è già trascorso.
        Le prenotazioni per questa lezione sono chiuse
        Non è più possibile prenotare questa lezione
        Prenotazioni terminate
        Tempo massimo per la prenotazione superato
        Booking closed
        Bookings are closed for this class
        The class has already started
        Too late to book
        La prenotazione va effettuata almeno 30 minuti prima dell'inizio
        Devi prenotare almeno 1 ora prima
        Impossibile prenotare: mancano meno di 15 minuti all'inizio
        La lezione è già iniziata.
        Non puoi prenotare una lezione già iniziata
        L'orario di prenotazione è scaduto
        Attività scaduta
        Prenotazione non più disponibile: lezione in corso
        Chiusura prenotazioni: 17:30
        Sono scaduti i termini per prenotarsi
        Il tempo per prenotare è scaduto
        Prenotazione online chiusa, rivolgersi alla reception
        Le prenotazioni si chiudono 30 minuti prima
        Non si può più prenotare questa lezione
        Lezione già in corso
        Lezione già passata
        Non puoi prenotare eventi passati
        Termine ultimo per la prenotazione superato
        Prenotazioni concluse
        Iscrizioni terminate
        Registration closed
        This class has already begun
        È possibile prenotare fino a 1 ora prima
        Le prenotazioni chiudono 30 minuti prima dell'inizio della lezione
        Prenotazione fuori tempo massimo
        Il corso non è più prenotabile
        Non è possibile prenotare dopo l'inizio della lezione
        Prenotazioni chiuse alle 17:30
        """,
    errors.HeldForOthers: """
        In attesa che i clienti in lista confermino
        Prenotazione momentaneamente bloccata a seguito di una cancellazione, riprovare più tardi.
        Per i prossimi 8 minuti possono prenotare solo gli iscritti alla lista di attesa.
        Lo slot è bloccato fino alle 18:42 per gli utenti in coda.
        È in corso l'assegnazione del posto ai clienti in attesa.
        Attendi 10 minuti prima di prenotare questo posto
        Posto momentaneamente non prenotabile, riprova tra 10 min
        Il posto liberato è riservato per 10 minuti a chi è in lista d'attesa
        Posto in corso di assegnazione alla lista d'attesa
        Riprova tra 10 minuti: il posto è in prelazione
        Place reserved for the waiting list for 10 minutes
        Un utente ha appena cancellato: la prenotazione sarà possibile tra 8 minuti
        Prenotazione sospesa per 10 minuti in favore degli utenti in lista di attesa
        Il posto disponibile è stato offerto al primo in lista d'attesa
        Questo posto è bloccato per i prossimi 10 minuti
        Attendere 10 minuti dalla cancellazione precedente
        Dopo una cancellazione il posto resta riservato per 10 minuti alla lista d'attesa
        Il posto è momentaneamente riservato ad altri utenti
        Posto libero in attesa di conferma da parte di un altro utente
        Potrai prenotare questo posto tra 9 minuti
        In seguito a una rinuncia il posto sarà prenotabile da tutti fra 7 minuti
        """,
    errors.ClassCancelled: """
        Corso annullato
        La lezione è stata annullata
        La lezione è stata annullata dall'istruttore
        Lezione cancellata dal centro
        This class has been cancelled
        La lezione del 24/11 è stata soppressa
        """,
    errors.SlotNotFound: """
        Lezione sospesa per assenza istruttore
        Lezione rinviata per maltempo
        Non puoi prenotare di nuovo una lezione che hai cancellato
        Lezione: richiesta annullata, riprovare più tardi
        La prenotazione della lezione è stata annullata per un errore di sistema
        Operazione sulla lezione annullata: riprovare
        La transazione per il corso è stata annullata
        La lezione è stata annullata dall'utente
        Lezione non trovata
        L'evento selezionato non esiste più
        Appointment not found
        L'attività è stata rimossa dal calendario
        Lezione inesistente o cancellata
        Attività non trovata
        Appuntamento eliminato
        Event not found
        """,
    errors.BookingRefused: """
        Errore durante il salvataggio
        Richiesta non valida
        Operazione non consentita
        Qualcosa è andato storto
        Unexpected error
        Internal server error
        Errore 1042
        Contattare l'amministratore
        Si prega di riprovare più tardi
        Timeout expired
        Object reference not set to an instance of an object.
        Transazione annullata per deadlock
        Errore
        Prenotazione non riuscita
        Impossibile effettuare la prenotazione
        Non è possibile prenotare
        Si è verificato un problema, contattare il supporto
        Ops! Qualcosa non ha funzionato
        Booking failed
        Il sito è momentaneamente sovraccarico
        Impossibile prenotare in questo momento
        Errore di sistema
        KO
        Si è verificato un errore nel salvataggio della prenotazione
        La prenotazione non è andata a buon fine, riprova
        """,
}

TOO_LATE_TO_CANCEL = """
    Puoi disdire solo con 2 ore di anticipo
    Non annullabile
    Disdetta fuori termine
    Questa prenotazione non può più essere rimossa.
    È richiesto un preavviso minimo di 120 minuti.
    Non è più possibile cancellare la prenotazione
    Il termine per la disdetta è scaduto
    Cancellazione consentita fino a 2 ore prima
    Troppo tardi per annullare
    Tempo massimo di cancellazione superato
    Non puoi disdire a meno di 2 ore dall'inizio
    La prenotazione non è più annullabile
    Impossibile annullare: mancano meno di 120 minuti all'inizio
    Cancellazione fuori tempo
    Le disdette per questa lezione sono chiuse
    You can no longer cancel this booking
    La lezione è già iniziata
    Oltre il limite per la cancellazione
    Too late to cancel
    The cancellation deadline has passed
    Superato l'orario limite per la disdetta
    La prenotazione può essere eliminata solo entro 24 ore dall'inizio
    Disdetta tardiva non consentita
    NON È POSSIBILE CANCELLARE CON MENO DI 12 ORE DI ANTICIPO
    Scaduti i termini per annullare
    Cancellations are closed
    Bookings must be cancelled at least 2 hours before
    """

OTHERWISE_NOT_CANCELLED = """
    Si è verificato un errore
    Non puoi cancellare la prenotazione di un altro utente
    Prenotazione non trovata
    Operazione non consentita
    Servizio non disponibile
    La prenotazione non è stata cancellata, riprova
    Errore durante la cancellazione
    Non hai i permessi per annullare questa prenotazione
    La tua sessione è scaduta
    """

CANCELLED = """
    Prenotazione annullata
    Prenotazione annullata oltre il termine: 1 punto di penalità
    La prenotazione è stata cancellata
    Your booking has been cancelled
    Cancellazione effettuata con successo
    """
