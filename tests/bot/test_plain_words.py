"""Plain words in the chat: what a message leads to, and that nothing is done before a tap."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest
from telegram import Bot

from demo.telegram import Message, Person
from domain.preferences import QuietHours
from domain.recurrence import PeriodicChoice
from tests.support import chats
from tests.support.chats import MINE, PILATES, PNG, TUESDAY, WEEK, World, slot, tapped

CHOICE = slot("YOGA", TUESDAY, "18:30")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def said(person: Person, text: str, shows: str) -> Message:
    """Sends a message and waits for the answer to it."""
    mine = await person.send(text)
    return await person.wait_for(lambda one: one.message_id > mine.message_id and shows in one.text)


async def test_a_sentence_in_italian_leads_to_a_booking_a_series_and_a_cancellation(world: World) -> None:
    card = await said(world.owner, "mi prenoti piltes martedì alle 6 di sera, per favore?", "PILATES MATWORK")
    assert "18:00–18:55" in card.text
    assert await world.actions() == [action for action in await world.actions() if action.quiet]
    await tapped(world.owner, "Conferma Prenotazione", "In coda")
    await world.book()
    await world.owner.wait_for(lambda one: one.document is not None)

    await said(world.owner, "annulla quella di dopodomani", "Annullo davvero?")
    await said(world.owner, "ogni martedì pilates alle 18", "Ogni martedì alle 18:00")
    await tapped(world.owner, "Automatica", "ci penso io")

    (series,) = await world.db.series.of(chats.OWNER)
    assert (series.course, series.day_of_week, series.start) == ("PILATES MATWORK", 1, time(18))
    assert "YOGA" in (await said(world.owner, "che posti ci sono stasera?", "YOGA")).text
    assert (await said(world.owner, "grazie mille!", "Di niente")).labels == []
    await said(world.owner, "😀", "So leggere solo messaggi scritti")
    assert "🌐" in " ".join((await said(world.owner, "impostazioni", "Impostazioni")).labels)


async def test_a_sentence_in_english_leads_to_the_same_pages(world: World) -> None:
    await said(world.owner, "can you book pilates on Tuesday at 6pm please?", "PILATES MATWORK")
    await tapped(world.owner, "Conferma Prenotazione", "In coda")
    await world.book()
    await world.owner.wait_for(lambda one: one.document is not None)

    await said(world.owner, "cancel the one on tuesday", "Annullo davvero?")
    choice = await said(world.owner, "I'd like the gym on Tuesday morning", "Fit Center")
    assert [label.split()[2] for label in choice.labels[:-3]] == ["07:00", "08:00", "09:00", "10:00", "11:00"]
    await said(world.owner, "every tuesday pilates at 6pm", "Ogni martedì alle 18:00")
    await said(world.owner, "move my pilates on tuesday to the gym at 5pm", "Al posto di")


async def test_a_second_choice_is_booked_with_the_first_in_one_tap(world: World) -> None:
    await world.read_timetable([*WEEK, CHOICE])
    card = await said(world.owner, "pilates martedì alle 18, altrimenti yoga alle 18:30", "Se non c'è posto")
    assert card.labels[0].startswith("✅ Conferma, altrimenti YOGA")

    await tapped(world.owner, "✅ Conferma, altrimenti", "In coda")

    action = (await world.actions())[0]
    assert action.class_ref.matches(PILATES.ref)
    assert await world.db.choices.alternatives(action.id) == [CHOICE.ref]
    assert action.run_at <= world.clock()


async def test_a_series_is_made_with_its_alternative_and_another_weekday_is_offered_apart(world: World) -> None:
    await said(world.owner, "ogni martedì pilates alle 18, se è pieno zumba alle 19", "Se non c'è posto")
    await tapped(world.owner, "Automatica", "ci penso io")

    (series,) = await world.db.series.of(chats.OWNER)
    alternatives = await world.db.series.alternatives(series.id)
    assert alternatives == [PeriodicChoice("ZUMBA", "Giuriati", time(19), "Corsi Platinum")]
    apart = await said(world.owner, "ogni martedì pilates alle 18, altrimenti gag giovedì", "dello stesso giorno")
    assert apart.labels[0].startswith("Giovedì 18:00 GAG")


QUESTIONS = {
    "prenota yoga per Marco martedì": "solo per te",
    "pilates martedì se non piove": "Non ho tenuto conto di: «se non piove»",
    "pilates martedì gratis": "Non conosco la parola «gratis»",
    "pilates il martedì": "Una volta sola, o ogni settimana?",
    "yoga martedì alle 18:15": "non c'è",
    "yoga domani giovedì": "non tornano",
    "yoga ieri": "già passato",
    "yoga il 31 febbraio": "non esiste",
    "annulla tutto tranne yoga": "Non hai prenotazioni",
    "cancella e prenota pilates": "una alla volta",
    "blablabla": "Scrivimi per esempio",
    "annulla zumba": "non la trovo",
    "annulla la periodica di zumba": "tra le periodiche non la trovo",
    "sì": "tocca il pulsante",
    "non voglio più zumba": "non prenoto niente",
    "x" * 500: "troppo lungo",
    "йога завтра": "Scrivimi per esempio",
}


async def test_what_is_not_clear_is_a_question_and_nothing_is_done(world: World) -> None:
    for text, sentence in QUESTIONS.items():
        await said(world.owner, text, sentence)

    assert [action for action in await world.actions() if not action.quiet] == []
    assert await world.db.series.of(chats.OWNER) == []


async def test_who_does_not_want_something_gets_what_there_is_of_it(world: World) -> None:
    await world.hold(MINE)
    await chats.periodic(world)

    page = await said(world.owner, "non vengo a pilates martedì", "quello che hai già")

    assert page.labels[:2] == ["Mar 24 nov 18:00 · PILATES MATWORK", "🔄 Ogni martedì 18:00 · Il mio Pilates"]
    await tapped(world.owner, "Mar 24 nov", "Annullo davvero?")


async def test_a_pause_is_about_what_recurs_and_never_asks_to_cancel_what_is_held(world: World) -> None:
    await world.hold(MINE)
    await chats.periodic(world)

    page = await said(world.owner, "metti in pausa pilates del martedì", "Il mio Pilates")
    assert "⏸ Pausa" in page.labels
    await said(world.owner, "pause everything for two weeks", "Ferie")
    page = await said(world.owner, "pause pilates for two weeks", "Il mio Pilates")
    assert "⏸ Pausa" in page.labels
    page = await said(world.owner, "skip pilates on 1 December", "Il mio Pilates")
    assert "⏭ Salta" in " ".join(page.labels)


async def test_what_can_be_meant_besides_is_offered_too(world: World) -> None:
    await world.hold(replace(MINE, day=TUESDAY + timedelta(days=1)))
    await chats.periodic(world)

    page = await said(world.owner, "skip pilates next week", "Quale annullo?")
    assert page.labels[:2] == ["Mer 25 nov 18:00 · PILATES MATWORK", "🔄 Ogni martedì 18:00 · Il mio Pilates"]
    page = await said(world.owner, "fit center martedì dalle 17:30 alle 18", "Quale?")
    assert ["18:00" in page.labels[0], "17:00" in page.labels[1]] == [True, True]

    await said(world.owner, "gag giovedì", "GAG")
    await tapped(world.owner, "Conferma: prenota all'apertura", "In attesa dell'apertura")
    opens = "le prenotazioni aprono martedì 24 novembre alle 00:00."
    await said(world.owner, "quando aprono le prenotazioni di gag giovedì?", opens)
    page = await said(world.owner, "scambia gag con yoga", "Non è ancora tua")
    assert "GAG" in page.labels[0]


async def test_a_course_that_a_day_has_under_a_longer_name_comes_first_and_can_be_dropped_by_the_short_one(
    world: World,
) -> None:
    vinyasa = slot("VINYASA YOGA", TUESDAY, "13:00")
    await world.read_timetable([*WEEK, vinyasa])
    page = await said(world.owner, "yoga martedì", "negli orari che conosco non c'è")
    assert "VINYASA YOGA" in page.labels[0]
    assert any("19:00 YOGA" in label for label in page.labels)
    both = await said(world.owner, "yoga o pilates martedì", "YOGA")
    assert any("PILATES" in label for label in both.labels)
    assert any("VINYASA YOGA" in label for label in both.labels)

    await world.hold(replace(MINE, course="VINYASA YOGA", start=time(13)))
    page = await said(world.owner, "non voglio yoga martedì", "quello che hai già")

    assert page.labels[0] == "Mar 24 nov 13:00 · VINYASA YOGA"


async def test_what_is_cancelled_or_moved_by_a_short_name_is_found_under_its_longer_one_on_that_day_first(
    world: World,
) -> None:
    await world.hold(replace(MINE, course="VINYASA YOGA", start=time(13)))
    await world.hold(replace(MINE, course="YOGA", day=MINE.day + timedelta(days=2), start=time(19)))

    page = await said(world.owner, "cancel yoga on tuesday", "tra le tue prenotazioni non la trovo")
    assert page.labels[0] == "Mar 24 nov 13:00 · VINYASA YOGA"
    assert "YOGA" not in page.labels[1]
    await tapped(world.owner, "VINYASA", "Annullo davvero?")

    page = await said(world.owner, "sposta il mio yoga da martedì a lunedì", "tra le tue prenotazioni non la trovo")
    assert page.labels[0] == "Mar 24 nov 13:00 · VINYASA YOGA"
    await tapped(world.owner, "VINYASA", "Per quale giorno?")


async def test_a_watch_is_found_by_who_wants_it_no_longer(world: World) -> None:
    await said(world.owner, "avvisami se si libera zumba martedì", "ZUMBA")
    await tapped(world.owner, "👀", "se si libera un posto")

    page = await said(world.owner, "smetti di guardare zumba", "ZUMBA")

    assert "🔕 Smetti di guardare" in page.labels
    await said(world.owner, "stop watching pilates", "Posti che tengo d'occhio")


async def test_an_answer_is_sent_again_when_something_else_came_after_it(world: World) -> None:
    await said(world.owner, "ciao", "Che cosa facciamo?")
    async with Bot(world.emulator.token, base_url=f"{world.emulator.api_base_url}/bot") as another_program:
        await another_program.send_message(chats.OWNER, "Un avviso")

    await said(world.owner, "ciao", "Che cosa facciamo?")

    await said(world.owner, "ciao", "Vale la risposta qui sopra")


async def test_an_answer_that_stands_there_already_is_not_sent_again(world: World) -> None:
    await said(world.owner, "ciao", "Che cosa facciamo?")
    await said(world.owner, "ciao", "Vale la risposta qui sopra")
    await said(world.owner, "buongiorno!", "Vale la risposta qui sopra")
    await said(world.owner, "/cancella", "Questo comando non lo conosco")
    await world.owner.media.sticker()
    await world.owner.wait_for(lambda one: "solo messaggi scritti" in one.text)
    await world.owner.media.photo(PNG, caption="/start")
    await world.owner.media.document("a.pdf", b"%PDF")
    await said(world.owner, "grazie", "Di niente")

    from_bot = [one.text for one in world.owner.messages if one.from_bot]
    assert sum("Che cosa facciamo?" in text for text in from_bot) == 1
    assert sum("solo messaggi scritti" in text for text in from_bot) == 1


async def test_the_bots_own_link_is_opened_another_address_is_not_and_a_day_shows_what_is_held_then(
    world: World,
) -> None:
    async with Bot(world.emulator.token, base_url=f"{world.emulator.api_base_url}/bot") as same_bot:
        name = same_bot.username
    await said(world.owner, f"https://t.me/{name}?start=123", "Questo link non lo conosco")
    await said(world.owner, f"https://t.me/another{name}?start=123", "/calendario")
    await world.hold(MINE)
    page = await said(world.owner, "what do I have on Tuesday?", "hai questo")
    assert page.labels[0] == "Mar 24 nov 18:00 · PILATES MATWORK"


async def test_questions_about_the_classes_are_answered_by_name(world: World) -> None:
    page = await said(world.owner, "quali corsi sono pieni martedì?", "Piene: ZUMBA alle 19:00")
    assert [label for label in page.labels if "ZUMBA" in label]
    assert not [label for label in page.labels if "PILATES" in label]
    assert "Di piene non ne vedo" in (await said(world.owner, "which classes are full on thursday?", "piene")).text

    taught = await said(world.owner, "who teaches pilates on tuesday?", "ROSSI MARIA: PILATES MATWORK")
    assert "18:00" in taught.text


async def test_the_days_of_a_holiday_are_filled_in_and_asked(world: World) -> None:
    await said(world.owner, "sono in vacanza dal 27 al 30", "Ferie da ven 27 nov a lun 30 nov?")
    assert await world.db.holidays.of(chats.OWNER) == []
    await tapped(world.owner, "✅ Sì, segnale", "✅ Fatto: ferie")
    [holiday] = await world.db.holidays.of(chats.OWNER)
    assert (holiday.first.day, holiday.last.day) == (27, 30)
    await said(world.owner, "in ferie dal 3 dicembre", "fino a quale giorno")


async def test_a_place_for_a_friend_too_leads_to_the_booking_for_both(world: World) -> None:
    await said(world.owner, "prenota pilates martedì anche per Marco", "Con un messaggio prenoto solo per te")
    number = await world.db.agreements.invite(chats.OWNER, "Giulia")
    asked = await world.db.agreements.open(number, chats.FRIEND, "Marco")
    assert asked
    assert await world.db.agreements.accept(asked.id, chats.FRIEND)

    await said(world.owner, "prenota pilates martedì anche per Marco", "Per te e per Marco")
    await said(world.owner, "prenota anche per Marco", "Puoi prenotare anche per: Marco")
    await said(world.owner, "prenota pilates martedì per Marco", "Con un messaggio prenoto solo per te")
    assert [one for one in await world.actions() if not one.quiet] == []


async def test_an_invitation_is_made_by_the_owner_and_a_usual_that_is_not_there_is_told(world: World) -> None:
    assert any("Invita" in label for label in (await said(world.owner, "come invito un amico?", "")).labels)
    await said(world.owner, "il solito", "Un solito ancora non lo conosco")
    await world.db.favourites.star(chats.OWNER, PILATES.ref)
    await said(world.owner, "the usual", "PILATES MATWORK")


async def test_quiet_hours_in_words_are_set_by_the_first_button(world: World) -> None:
    page = await said(world.owner, "non scrivermi dopo le 22:30", "Hai scritto: dalle 22:30 alle 07:00")
    assert page.labels[0] == "dalle 22:30 alle 07:00"
    assert (await world.db.preferences.find(chats.OWNER)).quiet is None
    await tapped(world.owner, "dalle 22:30 alle 07:00", "Ore di silenzio: dalle 22:30 alle 07:00")
    assert (await world.db.preferences.find(chats.OWNER)).quiet == QuietHours(time(22, 30), time(7))

    page = await said(world.owner, "ricordamelo 6 ore prima", "Hai scritto: 6 ore prima")
    assert page.labels[0] == "6 ore prima"
    assert "Così non si può" in (await said(world.owner, "promemoria un'ora prima", "Hai scritto: 1 ora prima")).text


async def test_each_button_of_two_things_says_what_it_does(world: World) -> None:
    await world.hold(MINE)

    page = await said(world.owner, "annulla pilates martedì e prenota gag giovedì", "❌ annulla · 📅 prenota")

    assert [label[0] for label in page.labels[:2]] == ["❌", "📅"]
    await tapped(world.owner, "❌", "Annullo davvero?")
    page = await said(world.owner, "sposta pilates di martedì a giovedì", "Al posto di PILATES MATWORK")
    assert [one for one in await world.actions() if not one.quiet] == []


async def test_what_was_read_of_a_message_comes_back_with_ways_on(world: World) -> None:
    page = await said(world.owner, "martedì pilates fa male alla schiena", "Ho letto: PILATES MATWORK")
    assert "PILATES" in page.labels[0]
    page = await said(world.owner, "raccontami una barzelletta", "A chiacchiere")
    assert {"📅 Nuova Prenotazione", "📋 Le Mie Prenotazioni"} <= set(page.labels)
    page = await said(world.owner, "il pilates settimanale mi ha stufato", "Ho letto: ogni settimana · PILATES")
    assert "🔄 Prenotazioni Periodiche" in page.labels
    await said(world.owner, "cosa ho venerdì?", "niente di prenotato")


async def test_nothing_of_what_is_excepted_or_denied_is_offered(world: World) -> None:
    await world.sync([MINE, replace(MINE, course="YOGA", day=TUESDAY + timedelta(days=1), start=time(19))])

    page = await said(world.owner, "annulla tutto tranne pilates", "Lascio stare PILATES MATWORK")
    assert [label for label in page.labels if " nov " in label] == ["Mer 25 nov 19:00 · YOGA"]
    page = await said(world.owner, "cancella pilates ma non martedì", "non martedì 24 novembre")
    assert not [label for label in page.labels if label.startswith("❌")]
    page = await said(world.owner, "palestra qualsiasi giorno tranne martedì", "Senza martedì 24 novembre")
    assert not [label for label in page.labels if label.startswith("Mar 24")]


async def test_before_the_timetable_was_read_no_word_is_called_unknown_for_it(tmp_path: Path) -> None:
    async with chats.world(tmp_path, timetable=False) as world:
        await said(world.owner, "palestra domani alle 17:30", "Gli orari non ci sono ancora")
        await said(world.owner, "grazie mille!", "Di niente")


async def test_where_no_verb_is_known_what_is_held_leads_to_its_own_page_and_is_never_booked_again(
    world: World,
) -> None:
    await world.hold(MINE)

    page = await said(world.owner, "qwertz pilates martedì 24 alle 18", "Ho letto: PILATES MATWORK")

    assert [label[:1] for label in page.labels if "Mar 24 nov 18:00" in label] == ["📋"]
    assert not [label for label in page.labels if "già tua" in label]
    await tapped(world.owner, "📋 Mar 24", "vista sul sito")


KEPT_OR_ASKED = (
    "my roommate wonders how pilates on Tuesday is",
    "il mio capo dice che martedì pilates fa bene",
    "non sopporto quelli di pilates del martedì",
    "pilates on Tuesday, not fussy about the rest",
    "ma il pilates di martedì è faticoso?",
)


@pytest.mark.parametrize("text", KEPT_OR_ASKED)
async def test_no_key_cancels_or_swaps_what_nobody_said_should_go(world: World, text: str) -> None:
    await world.hold(MINE)

    mine = await world.owner.send(text)
    page = await world.owner.wait_for(lambda one: one.message_id > mine.message_id)

    assert not [label for label in page.labels if label[0] in "❌🔁"]


NOT_THERE = {
    "annulla zumba di martedì, ho la scarlattina": "ZUMBA, martedì 24 novembre: tra le tue prenotazioni non la trovo.",
    "please cancel my qwertz zumba on Tuesday": "tra le tue prenotazioni non la trovo",
    "non mi serve più l'avviso per zumba": "ZUMBA: non la tengo d'occhio.",
    "basta zumba automatico, mi sono stufato": "tra le periodiche non la trovo",
    "c'è zumba mercoledì per un principiante?": "negli orari che conosco non c'è",
}


async def test_what_is_named_and_is_not_there_is_told_in_a_sentence(world: World) -> None:
    for text, sentence in NOT_THERE.items():
        await said(world.owner, text, sentence)


async def test_a_held_class_is_swapped_for_an_hour_later(world: World) -> None:
    await world.hold(replace(MINE, course="Fit Center", start=time(17)))
    page = await said(world.owner, "palestra martedì un'ora dopo", "Al posto di Fit Center")
    assert "18:00" in page.text or "18:00" in " ".join(page.labels)


async def test_whether_something_is_booked_is_told_by_its_own_hour_and_never_by_anothers(world: World) -> None:
    await world.hold(MINE)

    yes = await said(world.owner, "am i booked for pilates on tuesday at 18?", "PILATES MATWORK, martedì 24 novembre")
    assert "alle 18:00: prenotata, vista sul sito" in yes.text

    no = await said(world.owner, "am i booked for pilates on tuesday at 9?", "tra le tue prenotazioni non la trovo")
    assert "✅" not in no.text
    assert "Mar 24 nov 18:00 · PILATES MATWORK" in no.labels[0]

    days = await said(world.owner, "have i got pilates from tuesday to friday?", "prenotata, vista sul sito")
    assert days.text.startswith("✅ PILATES MATWORK, martedì 24 novembre, alle 18:00: prenotata")
    assert "ven" not in days.text


async def test_what_the_last_reading_did_not_show_is_not_told_as_booked(world: World) -> None:
    await world.hold(MINE)
    await world.sync([])

    page = await said(world.owner, "am i booked for pilates on tuesday at 18?", "Nell'elenco del sito non la vedo")

    assert "prenotata, vista sul sito" not in page.text
