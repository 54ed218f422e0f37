"""The Telegram emulator: it must treat a bot as Telegram does, and show a person a chat."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from demo.telegram import CallbackAnswer, TelegramEmulator
from demo.telegram.errors import NOT_MODIFIED, QUERY_TOO_OLD
from tests.support.clock import FakeClock
from tests.support.telegrams import TOKEN, Call, Json, keyboard, picture, refusal, result, running_bot

pytest_plugins = ["tests.support.telegram_fixtures"]


# --- calling ---
async def test_methods_are_found_in_any_case_by_get_and_post(telegram: TelegramEmulator, http: Any) -> None:
    base = f"{telegram.api_base_url}/bot{TOKEN}"
    for method in ("getMe", "GETME", "getme"):
        async with http.get(f"{base}/{method}") as response:
            assert (await response.json())["result"]["username"] == "polimisport_bot"
    async with http.get(f"{base}/sendMessage", params={"chat_id": 42, "text": "query"}) as response:
        assert (await response.json())["result"]["text"] == "query"
    async with http.post(f"{base}/sendMessage", data={"chat_id": "42", "text": "form"}) as response:
        assert (await response.json())["result"]["text"] == "form"


@pytest.mark.parametrize("way", ["json", "form", "multipart"])
async def test_the_body_of_a_get_is_read(telegram: TelegramEmulator, http: Any, way: str) -> None:
    values = {"chat_id": "42", "text": "perché no?"}
    multipart = aiohttp.FormData(values, default_to_multipart=True)
    body: Json = {"json": values} if way == "json" else {"data": values if way == "form" else multipart}
    async with http.get(f"{telegram.api_base_url}/bot{TOKEN}/sendMessage", **body) as response:
        assert (await response.json())["result"]["text"] == "perché no?"
    assert telegram.calls[-1].params == values


async def test_a_wrong_token_is_unauthorized_and_a_wrong_method_not_found(telegram: Any, http: Any, call: Call) -> None:
    async with http.get(f"{telegram.api_base_url}/bot1234567890:other-token/getMe") as response:
        assert await response.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert await refusal(call("getNothing")) == "Not Found: method not found"


async def test_a_message_comes_back_as_telegrams_own_object(clock: FakeClock, call: Call) -> None:
    sent = await result(call("sendMessage", chat_id=42, text=" <b>Ciao</b> 👋 /start ", parse_mode="HTML"))
    assert sent == {
        "message_id": 1,
        "from": {"id": 1234567890, "is_bot": True, "first_name": "Polimisport", "username": "polimisport_bot"},
        "chat": {"id": 42, "first_name": "Giulia", "type": "private"},
        "date": int(clock.now.timestamp()),
        "text": "Ciao 👋 /start",
        "entities": [
            {"type": "bold", "offset": 0, "length": 4},
            {"type": "bot_command", "offset": 8, "length": 6},
        ],
    }


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"text": "x"}, "chat_id is empty"),
        ({"chat_id": 7, "text": "x"}, "chat not found"),
        ({"chat_id": 42}, "message text is empty"),
        ({"chat_id": 42, "text": " \n "}, "message text is empty"),
        ({"chat_id": 42, "text": "<b></b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"chat_id": 42, "text": "x" * 4097}, "message is too long"),
        ({"chat_id": 42, "text": "x", "parse_mode": "RTF"}, "unsupported parse_mode"),
        ({"chat_id": 42, "text": "x", "reply_markup": keyboard("a", data="è" * 33)}, "BUTTON_DATA_INVALID"),
        ({"chat_id": 42, "text": "x", "reply_markup": keyboard("a", data="")}, "BUTTON_DATA_INVALID"),
        ({"chat_id": 42, "text": "x", "reply_markup": keyboard(*"a" * 101)}, "REPLY_MARKUP_TOO_LONG"),
        ({"chat_id": 42, "text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"chat_id": 42, "text": "x", "reply_to_message_id": 99}, "message to be replied not found"),
    ],
)
async def test_what_telegram_refuses_is_refused_in_its_words(call: Call, params: Json, sentence: str) -> None:
    assert await refusal(call("sendMessage", **params)) == f"Bad Request: {sentence}"


async def test_4096_characters_after_parsing_and_64_bytes_of_data_are_accepted(call: Call) -> None:
    text = "<b>" + "x" * 4096 + "</b>"
    await result(
        call("sendMessage", chat_id=42, text=text, parse_mode="HTML", reply_markup=keyboard("a", data="è" * 32))
    )


async def test_a_blocked_bot_is_forbidden_to_write_until_unblocked(telegram: TelegramEmulator, call: Call) -> None:
    giulia = telegram.person(42)
    giulia.block()
    assert await refusal(call("sendMessage", chat_id=42, text="x")) == "Forbidden: bot was blocked by the user"
    giulia.unblock()
    await result(call("sendMessage", chat_id=42, text="x"))
    states = [update["my_chat_member"]["new_chat_member"]["status"] for update in await result(call("getUpdates"))]
    assert states == ["kicked", "member"]


async def test_a_bot_may_not_write_to_who_never_pressed_start(telegram: TelegramEmulator, call: Call) -> None:
    marco = telegram.person(43, "Marco", started=False)
    for method, content in (("sendMessage", {"text": "x"}), ("sendChatAction", {"action": "typing"})):
        said = await refusal(call(method, chat_id=43, **content))
        assert said == "Forbidden: bot can't initiate conversation with a user"
    await marco.send("/start")
    await result(call("sendMessage", chat_id=43, text="x"))


async def test_a_burst_to_one_chat_is_told_how_long_to_wait(clock: FakeClock, http: aiohttp.ClientSession) -> None:
    emulator = TelegramEmulator(TOKEN, clock=clock)
    emulator.person(42)
    answers = []
    async with emulator.serve():
        for _ in range(20):
            address = f"{emulator.api_base_url}/bot{TOKEN}/sendMessage"
            async with http.post(address, json={"chat_id": 42, "text": "x"}) as response:
                answers.append(await response.json())
    refused = [answer for answer in answers if not answer["ok"]]
    assert answers[0]["ok"]
    assert refused[0]["error_code"] == 429
    assert refused[0]["parameters"]["retry_after"] == 1
    assert refused[0]["description"] == "Too Many Requests: retry after 1"


async def test_a_reply_keyboard_is_cut_where_an_inline_one_is_refused(telegram: Any, call: Call) -> None:
    rows = [[{"text": f"{row}.{key}"} for key in range(14)] for row in range(30)]
    await result(call("sendMessage", chat_id=42, text="x", reply_markup={"keyboard": [[{"text": ""}], *rows]}))
    shown = telegram.person(42).last.keyboard
    assert [len(row) for row in shown] == [12] * 25
    wide = {"inline_keyboard": [[{"text": "a", "callback_data": "x"}] * 9]}
    said = await refusal(call("sendMessage", chat_id=42, text="x", reply_markup=wide))
    assert said == "Bad Request: REPLY_MARKUP_TOO_LONG"


# --- editing ---
async def test_an_edit_changes_the_message_in_place_and_an_equal_one_is_refused(telegram: Any, call: Call) -> None:
    await result(call("sendMessage", chat_id=42, text="one", reply_markup=keyboard("a")))
    edit = {"chat_id": 42, "message_id": 1, "text": "<i>two</i>", "parse_mode": "HTML", "reply_markup": keyboard("b")}
    await result(call("editMessageText", **edit))
    shown = telegram.person(42).last
    assert (shown.message_id, shown.html, shown.labels, shown.edited) == (1, "<i>two</i>", ["b"], True)
    assert await refusal(call("editMessageText", **edit)) == f"Bad Request: {NOT_MODIFIED}"
    assert (
        await refusal(call("editMessageText", **edit | {"message_id": 9})) == "Bad Request: message to edit not found"
    )


async def test_an_edit_without_a_keyboard_removes_the_keyboard(telegram: TelegramEmulator, call: Call) -> None:
    await result(call("sendMessage", chat_id=42, text="one", reply_markup=keyboard("a")))
    await result(call("editMessageText", chat_id=42, message_id=1, text="one"))
    assert telegram.person(42).last.buttons == []


async def test_only_the_bots_own_text_messages_have_text_to_edit(telegram: TelegramEmulator, call: Call) -> None:
    theirs = await telegram.person(42).send("mine")
    edit = {"chat_id": 42, "message_id": theirs.message_id, "text": "x"}
    assert await refusal(call("editMessageText", **edit)) == "Bad Request: message can't be edited"
    sent = await result(call("sendLocation", chat_id=42, latitude=45.4, longitude=9.2))
    edit = {"chat_id": 42, "message_id": sent["message_id"], "text": "x"}
    assert await refusal(call("editMessageText", **edit)) == "Bad Request: there is no text in the message to edit"


async def test_deleted_messages_are_gone(telegram: TelegramEmulator, call: Call) -> None:
    for text in "abc":
        await result(call("sendMessage", chat_id=42, text=text))
    await result(call("deleteMessage", chat_id=42, message_id=1))
    await result(call("deleteMessages", chat_id=42, message_ids=[2, 77]))
    assert [message.text for message in telegram.person(42).messages] == ["c"]
    gone = await refusal(call("deleteMessage", chat_id=42, message_id=1))
    assert gone == "Bad Request: message to delete not found"


async def test_a_message_is_copied_without_its_sender_and_forwarded_with_it(telegram: Any, call: Call) -> None:
    theirs = await telegram.person(42).send("hello /start")
    where = {"chat_id": 42, "from_chat_id": 42, "message_id": theirs.message_id}
    copied = await result(call("copyMessage", **where))
    forwarded = await result(call("forwardMessage", **where))
    assert set(copied) == {"message_id"}
    assert forwarded["forward_origin"]["sender_user"]["id"] == 42
    assert [message.text for message in telegram.person(42).messages] == ["hello /start"] * 3


# --- updates ---
async def test_a_long_poll_answers_as_soon_as_somebody_writes(telegram: TelegramEmulator, call: Call) -> None:
    poll = asyncio.create_task(call("getUpdates", timeout=30))
    await telegram.wait_for_call("getUpdates")
    await telegram.person(42).send("/start now")
    (update,) = (await poll)["result"]
    assert update["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert update["message"]["from"]["language_code"] == "it"


async def test_updates_stay_until_confirmed_so_a_restarted_bot_hears_them_again(telegram: Any, call: Call) -> None:
    await telegram.person(42).send("one")
    await telegram.person(42).send("two")
    first = await result(call("getUpdates"))
    assert await result(call("getUpdates")) == first
    assert await result(call("getUpdates", offset=first[1]["update_id"])) == first[1:]
    assert await result(call("getUpdates", offset=first[1]["update_id"] + 1)) == []


async def test_the_first_of_two_pollers_is_ended_with_a_conflict(telegram: TelegramEmulator, call: Call) -> None:
    first = asyncio.create_task(call("getUpdates", timeout=30))
    await telegram.wait_for_call("getUpdates")
    second = asyncio.create_task(call("getUpdates", timeout=30))
    assert (await refusal(first)).startswith("Conflict: terminated by other getUpdates request")
    await telegram.person(42).send("x")
    assert len(await result(second)) == 1


async def test_only_wanted_kinds_of_updates_are_queued(telegram: TelegramEmulator, call: Call) -> None:
    await result(call("getUpdates", allowed_updates=["callback_query"]))
    await telegram.person(42).send("unheard")
    assert await result(call("getUpdates")) == []


async def test_what_is_not_fetched_for_a_day_is_forgotten(
    telegram: TelegramEmulator, call: Call, clock: FakeClock
) -> None:
    await telegram.person(42).send("old")
    clock.now += timedelta(hours=25)
    assert await result(call("getUpdates")) == []


async def test_a_webhook_gets_the_updates_and_may_answer_with_a_call(telegram: TelegramEmulator, call: Call) -> None:
    received: list[tuple[str, Json]] = []

    async def hook(request: web.Request) -> web.Response:
        received.append((request.headers["X-Telegram-Bot-Api-Secret-Token"], await request.json()))
        return web.json_response({"method": "sendMessage", "chat_id": 42, "text": "heard"})

    async with listening(hook) as address:
        await result(call("setWebhook", url=address, secret_token="s3cret"))
        conflict = await refusal(call("getUpdates"))
        await telegram.person(42).send("hello")
        assert (await telegram.person(42).next_message()).text == "heard"
        info = await result(call("getWebhookInfo"))
        await result(call("deleteWebhook"))
    assert "can't use getUpdates method while webhook is active" in conflict
    assert received[0][0] == "s3cret"
    assert received[0][1]["message"]["text"] == "hello"
    assert (info["url"], info["pending_update_count"]) == (address, 0)


@asynccontextmanager
async def listening(hook: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    finally:
        await runner.cleanup()


# --- taps ---
async def test_a_tap_waits_for_its_answer(telegram: TelegramEmulator, call: Call) -> None:
    await result(call("sendMessage", chat_id=42, text="?", reply_markup=keyboard("📅 Nuova Prenotazione", data="new")))
    tap = asyncio.create_task(telegram.person(42).tap("Nuova"))
    (update,) = await result(call("getUpdates", timeout=5))
    query = update["callback_query"]
    assert (query["data"], query["message"]["message_id"]) == ("new", 1)
    await result(call("answerCallbackQuery", callback_query_id=query["id"], text="Fatto", show_alert=True))
    assert await tap == CallbackAnswer("Fatto", show_alert=True)
    again = await refusal(call("answerCallbackQuery", callback_query_id=query["id"]))
    assert again == f"Bad Request: {QUERY_TOO_OLD}"


async def test_a_tap_can_not_be_answered_when_it_is_old(telegram: Any, call: Call, clock: FakeClock) -> None:
    await result(call("sendMessage", chat_id=42, text="?"))
    query = telegram.person(42).start_tap("forged")
    clock.now += timedelta(minutes=5)
    assert await refusal(call("answerCallbackQuery", callback_query_id=query.id)) == f"Bad Request: {QUERY_TOO_OLD}"


async def test_a_tap_on_no_button_says_what_is_on_show(telegram: TelegramEmulator, call: Call) -> None:
    await result(call("sendMessage", chat_id=42, text="?", reply_markup=keyboard("Menu")))
    with pytest.raises(LookupError, match="Menu"):
        await telegram.person(42).tap("Altro")


async def test_an_unanswered_tap_and_a_missing_message_time_out(telegram: TelegramEmulator, call: Call) -> None:
    giulia = telegram.person(42)
    await result(call("sendMessage", chat_id=42, text="only this", reply_markup=keyboard("a")))
    with pytest.raises(TimeoutError, match="did not answer"):
        await giulia.tap("a", timeout=0.01)
    with pytest.raises(TimeoutError, match="only this"):
        await giulia.wait_for(lambda message: "never" in message.text, timeout=0.01)


# --- files ---
async def test_a_document_goes_both_ways(telegram: TelegramEmulator, http: Any, call: Call) -> None:
    form = aiohttp.FormData({"chat_id": "42", "caption": "*cal*", "parse_mode": "MarkdownV2"})
    form.add_field("document", b"BEGIN:VCALENDAR", filename="corso.ics")
    async with http.post(f"{telegram.api_base_url}/bot{TOKEN}/sendDocument", data=form) as response:
        sent = (await response.json())["result"]
    shown = telegram.person(42).last
    assert shown.document == ("corso.ics", b"BEGIN:VCALENDAR")
    assert shown.html == "<b>cal</b>"
    file = await result(call("getFile", file_id=sent["document"]["file_id"]))
    async with http.get(f"{telegram.api_base_url}/file/bot{TOKEN}/{file['file_path']}") as response:
        assert await response.read() == b"BEGIN:VCALENDAR"
    await result(call("sendDocument", chat_id=42, document=sent["document"]["file_id"]))
    assert telegram.person(42).last.document == ("corso.ics", b"BEGIN:VCALENDAR")


async def test_a_photo_comes_in_sizes_and_what_is_no_picture_is_refused(telegram: Any, http: Any, call: Call) -> None:
    form = aiohttp.FormData({"chat_id": "42", "photo": "attach://it"})
    form.add_field("it", picture(), filename="a.png")
    async with http.post(f"{telegram.api_base_url}/bot{TOKEN}/sendPhoto", data=form) as response:
        sizes = (await response.json())["result"]["photo"]
    assert [(size["width"], size["height"]) for size in sizes] == [(90, 60), (320, 213), (600, 400)]
    assert telegram.person(42).last.photo.startswith(b"\xff\xd8")
    form = aiohttp.FormData({"chat_id": "42"})
    form.add_field("photo", b"not a picture", filename="a.png")
    async with http.post(f"{telegram.api_base_url}/bot{TOKEN}/sendPhoto", data=form) as response:
        assert (await response.json())["description"] == "Bad Request: IMAGE_PROCESS_FAILED"
    wrong = await refusal(call("sendPhoto", chat_id=42, photo="no-such-id"))
    assert wrong == "Bad Request: wrong file identifier/HTTP URL specified"


async def test_an_album_is_sent_at_once_and_a_message_can_become_a_photo(telegram: Any, http: Any, call: Call) -> None:
    media = [{"type": "document", "media": f"attach://{name}", "caption": name} for name in "ab"]
    form = aiohttp.FormData({"chat_id": "42", "media": json.dumps(media)})
    for name in "ab":
        form.add_field(name, name.encode(), filename=f"{name}.txt")
    async with http.post(f"{telegram.api_base_url}/bot{TOKEN}/sendMediaGroup", data=form) as response:
        sent = (await response.json())["result"]
    assert sent[0]["media_group_id"] == sent[1]["media_group_id"]
    photo = (await telegram.person(42).media.photo(picture())).raw["photo"][-1]["file_id"]
    edit = {
        "chat_id": 42,
        "message_id": sent[0]["message_id"],
        "media": {"type": "photo", "media": photo, "caption": "c"},
    }
    await result(call("editMessageMedia", **edit))
    changed = telegram.person(42).messages[0]
    assert (changed.text, changed.document, bool(changed.photo)) == ("c", None, True)


async def test_a_person_sends_pictures_stickers_files_and_corrections(telegram: TelegramEmulator, call: Call) -> None:
    giulia = telegram.person(42)
    await giulia.media.photo(picture(), caption="guarda")
    await giulia.media.sticker()
    await giulia.media.document("a.pdf", b"%PDF")
    text = await giulia.send("uno")
    await giulia.edit(text.message_id, "due")
    await giulia.send_raw({"message": {"strange": True}})
    kinds = [next(iter(set(update) - {"update_id"})) for update in await result(call("getUpdates"))]
    assert kinds == ["message", "message", "message", "message", "edited_message", "message"]


async def test_a_person_sends_voice_place_and_telephone_number(telegram: Any, call: Call) -> None:
    giulia = telegram.person(42)
    await giulia.media.voice(3)
    await giulia.media.location(45.5, 9.25)
    await giulia.media.contact()
    voice, place, contact = [update["message"] for update in await result(call("getUpdates"))]
    assert (voice["voice"]["duration"], voice["voice"]["mime_type"]) == (3, "audio/ogg")
    assert place["location"] == {"latitude": 45.5, "longitude": 9.25}
    assert (contact["contact"]["user_id"], contact["contact"]["phone_number"]) == (42, "393330000042")
    file = telegram.world.files.get(voice["voice"]["file_id"]).data
    pages = file.split(b"OggS")[1:]
    assert [len(pages), pages[0][24:32], pages[1][24:32]] == [2 + 3, b"OpusHead", b"OpusTags"]


# --- the bot about itself ---
async def test_commands_and_texts_are_kept_by_scope_and_language(call: Call) -> None:
    italian = [{"command": "start", "description": "Menu"}]
    await result(call("setMyCommands", commands=italian, scope={"type": "chat", "chat_id": 42}, language_code="it"))
    await result(call("setMyShortDescription", short_description="Prenota"))
    await result(call("setMyName", name="Polimi"))
    assert await result(call("getMyCommands")) == []
    asked = call("getMyCommands", scope={"type": "chat", "chat_id": 42}, language_code="it")
    assert await result(asked) == italian
    assert await result(call("getMyShortDescription")) == {"short_description": "Prenota"}
    assert (await result(call("getMe")))["first_name"] == "Polimi"
    wrong = await refusal(call("setMyCommands", commands=[{"command": "Ciao!", "description": "x"}]))
    assert wrong == "Bad Request: BOT_COMMAND_INVALID"


# --- faults ---
async def test_armed_faults_apply_so_often_and_then_no_more(telegram: TelegramEmulator, call: Call) -> None:
    telegram.faults.next("sendMessage", status=429, retry_after=2)
    telegram.faults.next("sendMessage", status=502, times=2)
    answers = [await call("sendMessage", chat_id=42, text=text) for text in "abcd"]
    assert [answer.get("error_code", 200) for answer in answers] == [429, 502, 502, 200]
    assert answers[0]["parameters"] == {"retry_after": 2}
    assert [recorded.code for recorded in telegram.calls] == [429, 502, 502, 200]
    assert [message.text for message in telegram.person(42).messages] == ["d"]


async def test_an_answer_can_be_lost_before_or_after_the_work_is_done(telegram: TelegramEmulator, call: Call) -> None:
    telegram.faults.next("sendMessage", drop="before")
    telegram.faults.next("sendMessage", drop="after")
    for text in ("never sent", "sent"):
        with pytest.raises(aiohttp.ClientError):
            await call("sendMessage", chat_id=42, text=text)
    assert [message.text for message in telegram.person(42).messages] == ["sent"]


async def test_a_network_that_is_gone_breaks_the_poll_and_refuses_new_calls(telegram: Any, call: Call) -> None:
    poll = asyncio.create_task(call("getUpdates", timeout=30))
    await telegram.wait_for_call("getUpdates")
    telegram.faults.down = True
    with pytest.raises(aiohttp.ClientError):
        await poll
    with pytest.raises(aiohttp.ClientError):
        await call("getMe")
    await telegram.person(42).send("still here")
    telegram.faults.clear()
    assert len(await result(call("getUpdates"))) == 1


# --- a real bot ---
async def test_a_bot_made_with_python_telegram_bot_works_from_start_to_file(telegram: TelegramEmulator) -> None:
    giulia = telegram.person(42)
    await giulia.send("/start")
    async with running_bot(telegram):
        menu = await giulia.next_message()
        assert (menu.html, menu.silent) == ("Ciao <b>Giulia</b>", True)
        assert await giulia.tap("Nuova Prenotazione") == CallbackAnswer("In coda")
        await giulia.wait_for(lambda message: "Prenotata" in message.text)
        assert (await giulia.next_message()).document == ("corso.ics", b"BEGIN:VCALENDAR")
        await giulia.media.document("note.txt", b"letto")
        assert (await giulia.next_message()).text == "letto"
