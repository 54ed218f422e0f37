"""README's numbers of taps are true: each way is tapped through in the real bot, and counted."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support import chats
from tests.support.chats import OWNER, World, menu, tapped
from tests.support.running import ROOT

NUMBERS = {"two": 2, "four": 4, "five": 5, "six": 6, "due": 2, "quattro": 4, "cinque": 5, "sei": 6}
WAYS = {
    "the usual": ("(two) taps, the card", "(due) tocchi, la scheda", (
        ("⭐ Mar 24 18:00", "Prenoto subito"), ("✅ Conferma Prenotazione", "In coda"))),
    "day first": ("Tap (five) buttons in the", "Tocca (cinque) pulsanti nel", (
        ("📅 Nuova", "Per quale giorno"), ("Mar 24", "Che cosa"), ("Corsi Platinum", "PILATES"),
        ("18:00 PILATES", "Prenoto subito"), ("✅ Conferma Prenotazione", "In coda"))),
    "course first": (r"from the course \(.*?\): (five) taps", r"dal corso \(.*?\): (cinque) tocchi", (
        ("📅 Nuova", "Per quale giorno"), ("🔎 Cerca", "Quale corso"), ("PILATES", "Quando"),
        ("Mar 24", "Prenoto subito"), ("✅ Conferma Prenotazione", "In coda"))),
    "timetable": ("booking by a row takes (five) taps", "riga si prenota in (cinque) tocchi", (
        ("🗓️ Orari", "Orari dei corsi"), ("Mar 24", "Martedì 24"), ("Corsi Platinum", "PILATES"),
        ("18:00 PILATES", "Prenoto subito"), ("✅ Conferma Prenotazione", "In coda"))),
    "weekly": ("made in (six) taps from the menu", "in (sei) tocchi dal menu", (
        ("🔄 Prenotazioni", "Non ne hai"), ("➕ Nuova periodica", "Che cosa?"), ("Corsi Platinum", "quale giorno"),
        ("Martedì", "che ora"), ("18:00 PILATES", "Come faccio"), ("Automatica", "PILATES"))),
}  # fmt: skip


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


def promised(document: str, sentence: str) -> int:
    text = " ".join((ROOT / document).read_text(encoding="utf-8").split())
    found = re.search(sentence, text)
    assert found, f"{document} does not say {sentence!r}"
    return NUMBERS[found[1]]


@pytest.mark.parametrize("way", WAYS)
async def test_it_takes_as_many_taps_as_the_readmes_say(world: World, way: str) -> None:
    english, italian, taps = WAYS[way]
    await world.db.favourites.star(OWNER, chats.PILATES.ref)
    await menu(world.owner)
    for label, shows in taps:
        await tapped(world.owner, label, shows)
    done = [one.wish for one in await world.actions()] or await world.db.series.of(OWNER)
    assert len(done) == 1
    assert {promised("README.md", english), promised("README.it.md", italian)} == {len(taps)}
