"""The emulator's chat page in a real browser and over HTTP, and what a person can do there: polls, voice, places."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Page, async_playwright, expect

from demo.telegram import TelegramEmulator
from tests.support.sites import chromium
from tests.support.telegrams import Call, keyboard, picture, refusal, result, running_bot

pytest_plugins = ["tests.support.telegram_fixtures"]


# --- polls ---
async def test_a_person_votes_changes_the_vote_and_the_bot_hears_of_it(telegram: Any, call: Call) -> None:
    poll = {"question": "Quando?", "options": ["lunedì", {"text": "martedì"}], "is_anonymous": False}
    sent = await result(call("sendPoll", chat_id=42, **poll))
    giulia = telegram.person(42)
    for choices in ([0], [1], []):
        await giulia.vote(sent["message_id"], choices)
    updates = await result(call("getUpdates"))
    assert [update["poll_answer"]["option_ids"] for update in updates if "poll_answer" in update] == [[0], [1], []]
    polls = [update["poll"] for update in updates if "poll" in update]
    assert [[option["voter_count"] for option in each["options"]] for each in polls] == [[1, 0], [0, 1], [0, 0]]
    with pytest.raises(ValueError, match="one answer"):
        await giulia.vote(sent["message_id"], [0, 1])
    with pytest.raises(ValueError, match="no such option"):
        await giulia.vote(sent["message_id"], [2])
    ended = await result(call("stopPoll", chat_id=42, message_id=sent["message_id"]))
    assert (ended["id"], ended["is_closed"]) == (sent["poll"]["id"], True)
    with pytest.raises(ValueError, match="no open poll"):
        await giulia.vote(sent["message_id"], [0])
    said = await refusal(call("stopPoll", chat_id=42, message_id=sent["message_id"]))
    assert said == "Bad Request: poll has already been closed"


async def test_an_anonymous_poll_names_nobody_and_a_quiz_is_answered_once(telegram: Any, call: Call) -> None:
    quiz = {"question": "2 + 2?", "options": ["3", "4"], "type": "quiz"}
    assert await refusal(call("sendPoll", chat_id=42, **quiz)) == "Bad Request: wrong correct option ID specified"
    sent = await result(call("sendPoll", chat_id=42, correct_option_id=1, **quiz))
    await telegram.person(42).vote(sent["message_id"], [0])
    assert [list(update)[1:] for update in await result(call("getUpdates"))] == [["poll"]]
    with pytest.raises(ValueError, match="final"):
        await telegram.person(42).vote(sent["message_id"], [1])


# --- the chat page ---
@asynccontextmanager
async def chat_page(telegram: TelegramEmulator, user: int = 42) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium())
        page = await browser.new_page(viewport={"width": 390, "height": 844}, locale="it-IT")
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        await page.goto(f"{telegram.api_base_url}/?user={user}")
        try:
            yield page
        finally:
            await browser.close()
    assert faults == []


@pytest.mark.process
async def test_a_person_books_in_the_chat_page(telegram: TelegramEmulator) -> None:
    async with running_bot(telegram), chat_page(telegram) as page:
        await page.get_by_role("button", name="Avvia").click()
        await page.get_by_role("button", name="Nuova Prenotazione").click()
        await expect(page.get_by_role("status")).to_have_text("In coda")
        await expect(page.get_by_role("log")).to_contain_text("Prenotata ✅")
        async with page.expect_download() as download:
            await page.get_by_role("log").get_by_text("corso.ics").click()
        assert (await download.value).suggested_filename == "corso.ics"
        await page.get_by_label("Messaggio", exact=True).fill("/st")
        await expect(page.get_by_role("listbox")).to_contain_text("Menu principale")
        await page.get_by_role("button", name="Invia").click()
        await expect(page.locator(".message.mine").last).to_contain_text("/st")


@pytest.mark.process
async def test_a_person_starts_votes_and_sends_what_is_not_written_from_the_page(telegram: Any, call: Call) -> None:
    telegram.person(43, "Marco", started=False)
    async with chat_page(telegram, 43) as page:
        assert not await page.locator("#composer").is_visible()
        await page.get_by_role("button", name="Avvia").click()
        await expect(page.locator("#composer")).to_be_visible()
        asks = {"keyboard": [[{"text": "Numero", "request_contact": True}, {"text": "Dove", "request_location": True}]]}
        await result(call("sendMessage", chat_id=43, text="?", reply_markup=asks))
        poll = {"question": "Quando?", "options": ["lunedì", "martedì"]}
        await result(call("sendPoll", chat_id=43, **poll))
        await result(call("sendMessage", chat_id=43, text="Vieni? https://t.me/polimisport_bot?start=77"))
        await page.get_by_role("link", name="start=77").click()
        await expect(page.locator(".message.mine").last).to_contain_text("/start 77")
        for name in ("Numero", "Dove"):
            await page.get_by_role("button", name=name).click()
        for name in ("Messaggio vocale", "Posizione", "Contatto"):
            await page.get_by_role("button", name="Allega").click()
            await page.get_by_role("menuitem", name=name).click()
        await expect(page.locator(".message.mine")).to_have_count(7)
        await page.get_by_role("button", name="martedì").click()
        await expect(page.get_by_role("button", name="martedì")).to_contain_text("100%")
        assert await page.locator("audio").evaluate(
            "sound => new Promise(r => sound.duration ? r(sound.duration) : "
            "sound.onloadedmetadata = () => r(sound.duration))"
        ) == pytest.approx(2, abs=0.1)
    kinds = [
        [key for key in update["message"] if key in ("text", "contact", "location", "voice")]
        for update in await result(call("getUpdates"))
        if "message" in update
    ]
    assert kinds == [["text"], ["text"], ["contact"], ["location"], ["voice"], ["location"], ["contact"]]


@pytest.mark.process
async def test_a_message_that_is_edited_under_the_finger_does_not_swallow_the_tap(telegram: Any, call: Call) -> None:
    telegram.person(43, "Marco")
    keys = {"inline_keyboard": [[{"text": "Prenota", "callback_data": "book"}]]}
    other = await result(call("sendMessage", chat_id=43, text="prima"))
    sent = await result(call("sendMessage", chat_id=43, text="piena", reply_markup=keys))
    async with chat_page(telegram, 43) as page:
        await page.get_by_role("button", name="Prenota").hover()
        await page.mouse.down()
        await result(
            call("editMessageText", chat_id=43, message_id=sent["message_id"], text="nuova", reply_markup=keys)
        )
        await result(call("editMessageText", chat_id=43, message_id=other["message_id"], text="cambiata dopo"))
        await expect(page.get_by_role("log")).to_contain_text("cambiata dopo")
        await page.mouse.up()
        await expect(page.get_by_role("log")).to_contain_text("nuova")
    updates = await result(call("getUpdates", timeout=5))
    assert [one["callback_query"]["data"] for one in updates if "callback_query" in one] == ["book"]


@pytest.mark.process
async def test_the_chat_page_escapes_what_people_and_bots_write(telegram: TelegramEmulator, call: Call) -> None:
    evil = "<img src=x onerror=alert(1)>"
    await telegram.person(42).send(evil)
    await result(call("sendMessage", chat_id=42, text=evil, reply_markup=keyboard(evil)))
    async with chat_page(telegram) as page:
        await expect(page.locator(".message .body")).to_have_count(2)
        assert await page.locator("#column img").count() == 0


async def test_other_processes_drive_the_chat_over_http(telegram: TelegramEmulator, http: Any, call: Call) -> None:
    chat = f"{telegram.api_base_url}/chat/42"
    async with http.get(f"{chat}/events") as events:
        first = json.loads((await events.content.readline()).removeprefix(b"data: "))
        async with http.post(f"{chat}/send", json={"text": "ciao"}) as response:
            assert response.status == 200
        await events.content.readline()
        second = json.loads((await events.content.readline()).removeprefix(b"data: "))
    assert (first["type"], first["messages"]) == ("state", [])
    assert (second["type"], second["message"]["html"], second["message"]["mine"]) == ("message", "ciao", True)
    async with http.post(f"{chat}/tap", json={"message_id": 1, "row": 3, "column": 0}) as response:
        assert response.status == 404
    form = aiohttp.FormData({"as": "photo", "caption": "io"})
    form.add_field("file", picture(), filename="io.png")
    async with http.post(f"{chat}/upload", data=form) as response:
        assert response.status == 200
    assert [list(update)[1] for update in await result(call("getUpdates"))] == ["message", "message"]
