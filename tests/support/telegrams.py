"""What tests of the emulated Telegram share: answers, keyboards, pictures, and a small bot that is real."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from PIL import Image
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from demo.telegram import TelegramEmulator

TOKEN = "1234567890:demo-token-for-tests"

Json = dict[str, Any]
Call = Callable[..., Coroutine[Any, Any, Json]]


async def result(answer: Awaitable[Json]) -> Any:
    body = await answer
    assert body["ok"], body
    return body["result"]


async def refusal(answer: Awaitable[Json]) -> str:
    body = await answer
    assert not body["ok"], body
    return str(body["description"])


def keyboard(*labels: str, data: str = "x") -> Json:
    return {"inline_keyboard": [[{"text": label, "callback_data": data}] for label in labels]}


def picture(size: tuple[int, int] = (600, 400)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "blue").save(out, "PNG")
    return out.getvalue()


async def show_menu(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    menu = InlineKeyboardMarkup([[InlineKeyboardButton("📅 Nuova Prenotazione", callback_data="new")]])
    assert update.effective_message
    await update.effective_message.reply_html("Ciao <b>Giulia</b>", reply_markup=menu, disable_notification=True)


async def book(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.callback_query
    assert update.effective_chat
    await update.callback_query.answer("In coda")
    await update.callback_query.edit_message_text("Prenotata ✅")
    await context.bot.send_document(update.effective_chat.id, b"BEGIN:VCALENDAR", filename="corso.ics")


async def read_aloud(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_message
    assert update.effective_message.document
    file = await update.effective_message.document.get_file()
    await update.effective_message.reply_text(bytes(await file.download_as_bytearray()).decode())


@asynccontextmanager
async def running_bot(telegram: TelegramEmulator) -> AsyncIterator[None]:
    base = telegram.api_base_url
    builder = Application.builder().token(TOKEN).base_url(f"{base}/bot").base_file_url(f"{base}/file/bot")
    bot = builder.build()
    bot.add_handler(CommandHandler("start", show_menu))
    bot.add_handler(CallbackQueryHandler(book))
    bot.add_handler(MessageHandler(filters.Document.ALL, read_aloud))
    async with bot:
        assert bot.updater
        await bot.bot.set_my_commands([("start", "Menu principale")])
        await bot.start()
        await bot.updater.start_polling()
        try:
            yield
        finally:
            await bot.updater.stop()
            await bot.stop()
