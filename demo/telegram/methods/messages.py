"""Sending text, places and the like; copying, forwarding, deleting, pinning, reacting."""

from __future__ import annotations

import random
from typing import Any

from demo.telegram.errors import bad_request
from demo.telegram.methods.base import Json, Method, caption_of, message_of, read_text, send
from demo.telegram.params import Params
from demo.telegram.world import Chat, Record, World

ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
DICE = {"🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "🎰": 64}
NOT_COPIED = {"message_id", "from", "chat", "date", "edit_date", "reply_markup", "reply_to_message", "forward_origin"}


async def send_message(world: World, params: Params) -> Any:
    chat = world.chat_to_write(params.text("chat_id"))
    return send(world, chat, read_text(params), params)


async def send_chat_action(world: World, params: Params) -> Any:
    chat = world.chat_to_write(params.text("chat_id"))
    if params.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat.tell_pages({"type": "typing", "action": params.text("action")})
    return True


async def send_location(world: World, params: Params) -> Any:
    chat = world.chat_to_write(params.text("chat_id"))
    return send(world, chat, {"location": _location(params)}, params)


async def send_venue(world: World, params: Params) -> Any:
    chat = world.chat_to_write(params.text("chat_id"))
    location = _location(params)
    venue = {"location": location, "title": params.text("title"), "address": params.text("address")}
    return send(world, chat, {"location": location, "venue": venue}, params)


def _location(params: Params) -> Json:
    if not params.has("latitude") or not params.has("longitude"):
        raise bad_request("latitude and longitude must be specified")
    return {"latitude": params.number("latitude"), "longitude": params.number("longitude")}


async def send_contact(world: World, params: Params) -> Any:
    chat = world.chat_to_write(params.text("chat_id"))
    if not params.has("phone_number") or not params.has("first_name"):
        raise bad_request("contact phone number and first name must be specified")
    names = ("phone_number", "first_name", "last_name", "vcard")
    return send(world, chat, {"contact": {name: params.text(name) for name in names if params.has(name)}}, params)


async def send_dice(world: World, params: Params) -> Any:
    chat = world.chat_to_write(params.text("chat_id"))
    emoji = params.text("emoji", "🎲")
    if emoji not in DICE:
        raise bad_request("wrong dice emoji specified")
    return send(world, chat, {"dice": {"emoji": emoji, "value": random.randint(1, DICE[emoji])}}, params)


async def copy_message(world: World, params: Params) -> Any:
    record = _source(world, params, "copy")
    content = {key: value for key, value in record.payload.items() if key not in NOT_COPIED}
    if params.has("caption"):
        content = {k: v for k, v in content.items() if not k.startswith("caption")}
        content |= caption_of(params.text("caption"), params.text("parse_mode"), params.json("caption_entities"))
    sent = send(world, world.chat_to_write(params.text("chat_id")), content, params)
    return {"message_id": sent["message_id"]}


async def forward_message(world: World, params: Params) -> Any:
    chat = world.chat_to_write(params.text("chat_id"))
    record = _source(world, params, "forward")
    return send(world, chat, _forwarded(record), params)


async def copy_messages(world: World, params: Params) -> Any:
    return await _each(world, params, copy_message)


async def forward_messages(world: World, params: Params) -> Any:
    return await _each(world, params, forward_message)


async def _each(world: World, params: Params, method: Method) -> list[Json]:
    """One call per listed message; those that are gone are skipped, as Telegram does."""
    source = world.chat(params.text("from_chat_id"))
    listed = [number for number in _ids(params) if number in source.messages]
    if not listed:
        raise bad_request("there are no messages to forward or copy")
    calls = [Params({**params.values, "message_id": number}) for number in listed]
    return [{"message_id": (await method(world, call))["message_id"]} for call in calls]


def _source(world: World, params: Params, purpose: str) -> Record:
    return message_of(world.chat(params.text("from_chat_id")), params, purpose)


def _forwarded(record: Record) -> Json:
    content = {key: value for key, value in record.payload.items() if key not in NOT_COPIED}
    origin = {"type": "user", "date": record.payload["date"], "sender_user": record.payload["from"]}
    return {**content, "forward_origin": origin}


def _ids(params: Params) -> list[int]:
    listed = params.json("message_ids", "message identifiers")
    if not isinstance(listed, list) or not 1 <= len(listed) <= 100:
        raise bad_request("message identifiers are not specified")
    return [int(number) for number in listed]


async def delete_message(world: World, params: Params) -> Any:
    chat = world.chat(params.text("chat_id"))
    world.delete(chat, message_of(chat, params, "delete").message_id)
    return True


async def delete_messages(world: World, params: Params) -> Any:
    chat = world.chat(params.text("chat_id"))
    for number in _ids(params):
        world.delete(chat, number)
    return True


async def pin_chat_message(world: World, params: Params) -> Any:
    chat = world.chat_to_write(params.text("chat_id"))
    record = message_of(chat, params, "pin")
    _set_pins(chat, [*(pin for pin in chat.pinned if pin != record.message_id), record.message_id])
    return True


async def unpin_chat_message(world: World, params: Params) -> Any:
    chat = world.chat(params.text("chat_id"))
    number = params.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if number not in chat.pinned:
        raise bad_request("message to unpin not found")
    _set_pins(chat, [pin for pin in chat.pinned if pin != number])
    return True


async def unpin_all_chat_messages(world: World, params: Params) -> Any:
    _set_pins(world.chat(params.text("chat_id")), [])
    return True


def _set_pins(chat: Chat, pins: list[int]) -> None:
    chat.pinned = pins
    chat.tell_pages({"type": "pins"})


async def set_message_reaction(world: World, params: Params) -> Any:
    chat = world.chat_to_write(params.text("chat_id"))
    record = message_of(chat, params, "react to")
    asked = params.json("reaction", "reaction types") or []
    emoji = [item.get("emoji", "") for item in asked if isinstance(item, dict) and item.get("type") == "emoji"]
    if len(asked) > 1 or len(emoji) != len(asked):
        raise bad_request("REACTION_INVALID")
    record.reactions = emoji
    chat.tell_pages({"type": "edit", "id": record.message_id})
    return True


METHODS: dict[str, Method] = {
    "sendmessage": send_message,
    "sendchataction": send_chat_action,
    "sendlocation": send_location,
    "sendvenue": send_venue,
    "sendcontact": send_contact,
    "senddice": send_dice,
    "copymessage": copy_message,
    "copymessages": copy_messages,
    "forwardmessage": forward_message,
    "forwardmessages": forward_messages,
    "deletemessage": delete_message,
    "deletemessages": delete_messages,
    "pinchatmessage": pin_chat_message,
    "unpinchatmessage": unpin_chat_message,
    "unpinallchatmessages": unpin_all_chat_messages,
    "setmessagereaction": set_message_reaction,
}
