"""Editing what was sent, in place."""

from __future__ import annotations

from typing import Any

from demo.telegram.errors import NOT_MODIFIED, bad_request
from demo.telegram.keyboards import inline_only
from demo.telegram.methods.base import Json, Method, markup_of, message_of, read_caption, read_text
from demo.telegram.methods.media import KINDS, input_media
from demo.telegram.params import Params
from demo.telegram.world import Chat, Record, World

CONTENT = {"text", "entities", "caption", "caption_entities", *KINDS}


def _editable(world: World, params: Params) -> tuple[Chat, Record]:
    if params.has("inline_message_id") and not params.has("chat_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = world.chat_to_write(params.text("chat_id"))
    record = message_of(chat, params, "edit")
    if not record.from_bot or "forward_origin" in record.payload:
        raise bad_request("message can't be edited")
    return chat, record


def _settle(world: World, chat: Chat, record: Record, params: Params, content: Json | None) -> Json:
    """Puts new content (None: the old one) and the keyboard of this call in place. ApiError if nothing changes."""
    markup = inline_only(markup_of(params))
    old = record.payload
    kept = {
        key: value for key, value in old.items() if key != "reply_markup" and (content is None or key not in CONTENT)
    }
    new = {**kept, **(content or {}), **({"reply_markup": markup} if markup else {})}
    if _essence(new) == _essence(old):
        raise bad_request(NOT_MODIFIED)
    world.replace(chat, record, new, edited=content is not None)
    return record.payload


def _essence(payload: Json) -> Json:
    return {key: value for key, value in payload.items() if key in CONTENT or key == "reply_markup"}


def _has_media(record: Record) -> bool:
    return any(kind in record.payload for kind in KINDS)


async def edit_text(world: World, params: Params) -> Any:
    content = read_text(params)
    chat, record = _editable(world, params)
    if "text" not in record.payload:
        raise bad_request("there is no text in the message to edit")
    return _settle(world, chat, record, params, content)


async def edit_caption(world: World, params: Params) -> Any:
    caption = read_caption(params)
    chat, record = _editable(world, params)
    if not _has_media(record):
        raise bad_request("there is no caption in the message to edit")
    media = {kind: record.payload[kind] for kind in KINDS if kind in record.payload}
    return _settle(world, chat, record, params, {**media, **caption})


async def edit_media(world: World, params: Params) -> Any:
    content = await input_media(world, params.json("media", "InputMedia"), params.files)
    chat, record = _editable(world, params)
    return _settle(world, chat, record, params, content)


async def edit_markup(world: World, params: Params) -> Any:
    chat, record = _editable(world, params)
    return _settle(world, chat, record, params, None)


METHODS: dict[str, Method] = {
    "editmessagetext": edit_text,
    "editmessagecaption": edit_caption,
    "editmessagemedia": edit_media,
    "editmessagereplymarkup": edit_markup,
}
