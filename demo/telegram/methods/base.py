"""What every method of the Bot API works with: the world, the caller's parameters, the parts messages share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from demo.telegram.entities import Formatted, from_list, tidy, units
from demo.telegram.errors import bad_request
from demo.telegram.html_mode import parse_html
from demo.telegram.keyboards import read_markup
from demo.telegram.markdown_mode import parse_markdown, parse_markdown_v2
from demo.telegram.params import Params
from demo.telegram.world import Chat, Record, World

Json = dict[str, Any]
Method = Callable[[World, Params], Awaitable[Any]]

TEXT_LIMIT = 4096  # UTF-16 units, after parsing
CAPTION_LIMIT = 1024
PARSERS = {"html": parse_html, "markdown": parse_markdown, "markdownv2": parse_markdown_v2}


def formatted(text: str, parse_mode: str, entities: Any) -> Formatted:
    """Text as the caller formatted it: by parse mode, by its own entities, or plain."""
    if entities and not parse_mode:
        return from_list(text, entities)
    if not parse_mode:
        return tidy(text, [])
    parser = PARSERS.get(parse_mode.lower())
    if parser is None:
        raise bad_request("unsupported parse_mode")
    return parser(text)


def read_text(params: Params) -> Json:
    """`text` and `entities` of a message. Raises ApiError when empty or longer than 4096."""
    entities = params.json("entities", "entities")
    content = formatted(params.text("text"), params.text("parse_mode"), entities)
    if not content.text:
        raise bad_request("message text is empty")
    if units(content.text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    listed = content.entities_json()
    return {"text": content.text, **({"entities": listed} if listed else {})}


def caption_of(text: str, parse_mode: str, entities: Any) -> Json:
    """`caption` and `caption_entities`, absent when empty. Raises ApiError when longer than 1024."""
    content = formatted(text, parse_mode, entities)
    if units(content.text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    if not content.text:
        return {}
    listed = content.entities_json()
    return {"caption": content.text, **({"caption_entities": listed} if listed else {})}


def read_caption(params: Params) -> Json:
    entities = params.json("caption_entities", "caption entities")
    return caption_of(params.text("caption"), params.text("parse_mode"), entities)


def markup_of(params: Params) -> Json | None:
    return read_markup(params.json("reply_markup", "reply keyboard markup"))


def reply_of(chat: Chat, params: Params) -> Json:
    """`reply_to_message` of the new message. Raises ApiError when that message is gone, unless the caller allows it."""
    asked = params.json("reply_parameters", "reply parameters") or {}
    message_id = int(asked.get("message_id") or params.integer("reply_to_message_id"))
    if not message_id:
        return {}
    record = chat.messages.get(message_id)
    if record is not None:
        return {"reply_to_message": {k: v for k, v in record.payload.items() if k != "reply_to_message"}}
    if asked.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


def send(world: World, chat: Chat, content: Json, params: Params) -> Json:
    """Posts the bot's message with everything that any kind of message may carry, and returns Telegram's object."""
    markup = markup_of(params)
    reply = reply_of(chat, params)
    inline = {"reply_markup": markup} if markup and "inline_keyboard" in markup else {}
    protected = {"has_protected_content": True} if params.flag("protect_content") else {}
    if markup and not inline:
        chat.keyboard = None if markup.get("remove_keyboard") else markup
    record = world.post(
        chat, {**reply, **content, **protected, **inline}, from_bot=True, silent=params.flag("disable_notification")
    )
    return record.payload


def message_of(chat: Chat, params: Params, purpose: str) -> Record:
    """The message a call is about. Raises ApiError "message to <purpose> not found"."""
    if not params.has("message_id"):
        raise bad_request("message identifier is not specified")
    record = chat.messages.get(params.integer("message_id"))
    if record is None:
        raise bad_request(f"message to {purpose} not found")
    return record
