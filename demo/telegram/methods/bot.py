"""What the bot asks about itself and its chats: identity, updates, webhook, commands, texts, files, members, taps."""

from __future__ import annotations

import re
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from demo.telegram.errors import ApiError, bad_request
from demo.telegram.files import DOWNLOAD_LIMIT
from demo.telegram.methods.base import Json, Method
from demo.telegram.params import Params
from demo.telegram.updates import Webhook
from demo.telegram.world import CallbackAnswer, Chat, World

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
ANSWER_LIMIT = 200  # characters of a toast or alert
TEXT_LIMITS = {"name": 64, "description": 512, "short_description": 120}
STORES = {"name": "names", "description": "descriptions", "short_description": "short_descriptions"}


async def get_me(world: World, params: Params) -> Any:
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return {**world.bot.user, **abilities}


async def get_updates(world: World, params: Params) -> Any:
    _remember_allowed(world, params)
    return await world.updates.poll(params.integer("offset"), params.integer("limit", 100), params.integer("timeout"))


def _remember_allowed(world: World, params: Params) -> None:
    allowed = params.json("allowed_updates", "allowed_updates")
    if isinstance(allowed, list):
        world.updates.allowed = [str(kind) for kind in allowed]


async def set_webhook(world: World, params: Params) -> Any:
    url = params.text("url")
    if not url:
        return await delete_webhook(world, params)
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = params.text("secret_token")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    _remember_allowed(world, params)
    if params.flag("drop_pending_updates"):
        world.updates.drop_pending()
    connections = params.integer("max_connections", 40)
    world.updates.set_webhook(Webhook(url, secret, connections, params.text("ip_address")))
    return True


async def delete_webhook(world: World, params: Params) -> Any:
    if params.flag("drop_pending_updates"):
        world.updates.drop_pending()
    world.updates.set_webhook(None)
    return True


async def get_webhook_info(world: World, params: Params) -> Any:
    hook = world.updates.webhook
    info: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates.pending()),
    }
    if hook:
        info |= {"max_connections": hook.max_connections}
        info |= {"ip_address": hook.ip_address} if hook.ip_address else {}
        info |= (
            {"last_error_date": hook.last_error_at, "last_error_message": hook.last_error} if hook.last_error else {}
        )
    return info | ({"allowed_updates": world.updates.allowed} if world.updates.allowed else {})


async def done(world: World, params: Params) -> Any:
    """For calls that change nothing here but that a client may rightly make."""
    return True


async def log_out(world: World, params: Params) -> Any:
    world.bot.logged_out = True
    return True


async def answer_callback_query(world: World, params: Params) -> Any:
    text = params.text("text")
    if len(text) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    world.answer(
        params.text("callback_query_id"),
        CallbackAnswer(text, params.flag("show_alert"), params.text("url") or None),
    )
    return True


async def get_chat(world: World, params: Params) -> Any:
    chat = world.chat(params.text("chat_id"))
    pinned = chat.messages[chat.pinned[-1]].payload if chat.pinned else None
    gifts = {f"{kind}_gifts": False for kind in ("unlimited", "limited", "unique")}
    gifts |= {"premium_subscription": False, "gifts_from_channels": False}
    extras = {"accent_color_id": chat.id % 7, "max_reaction_count": 11, "accepted_gift_types": gifts}
    return {**chat.to_json(), **extras, **({"pinned_message": pinned} if pinned else {})}


async def get_chat_member(world: World, params: Params) -> Any:
    chat = world.chat(params.text("chat_id"))
    if not params.integer("user_id"):
        raise bad_request("invalid user_id specified")
    members = {chat.id: chat.user, int(world.bot.user["id"]): world.bot.user}
    user = members.get(params.integer("user_id"))
    if user is None:
        raise bad_request("user not found")
    return {"status": "member", "user": user}


async def get_chat_member_count(world: World, params: Params) -> Any:
    world.chat(params.text("chat_id"))
    return 2


async def get_file(world: World, params: Params) -> Any:
    file = world.files.get(params.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    if len(file.data) > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {**file.reference(), "file_path": file.path}


async def get_user_profile_photos(world: World, params: Params) -> Any:
    if not params.integer("user_id"):
        raise bad_request("invalid user_id specified")
    return {"total_count": 0, "photos": []}


def _scope(world: World, params: Params) -> str:
    scope = params.json("scope", "BotCommandScope") or {"type": "default"}
    kind = str(scope.get("type", "")) if isinstance(scope, dict) else ""
    if kind not in {"chat", "chat_member", "chat_administrators"}:
        return kind or "default"
    return f"{kind}:{world.chat(str(scope.get('chat_id', ''))).id}"


async def set_my_commands(world: World, params: Params) -> Any:
    commands = params.json("commands", "list of bot commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands: expected an Array of BotCommand")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    read = [_command(item) for item in commands]
    world.bot.commands[(_scope(world, params), params.text("language_code"))] = read
    _profile_changed(world)
    return True


def _command(item: Any) -> Json:
    if not isinstance(item, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    command = str(item.get("command", "")).removeprefix("/").lower()
    description = str(item.get("description", ""))
    if not re.fullmatch(r"[a-z0-9_]{1,32}", command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command, "description": description}


async def get_my_commands(world: World, params: Params) -> Any:
    return world.bot.commands.get((_scope(world, params), params.text("language_code")), [])


async def delete_my_commands(world: World, params: Params) -> Any:
    world.bot.commands.pop((_scope(world, params), params.text("language_code")), None)
    _profile_changed(world)
    return True


async def set_text(what: str, world: World, params: Params) -> Any:
    text = params.text(what)
    if len(text) > TEXT_LIMITS[what]:
        raise bad_request(f"{what.replace('_', ' ')} is too long")
    store: dict[str, str] = getattr(world.bot, STORES[what])
    store[params.text("language_code")] = text
    if what == "name" and text and not params.text("language_code"):
        world.bot.user["first_name"] = text
    _profile_changed(world)
    return True


async def get_text(what: str, world: World, params: Params) -> Any:
    store: dict[str, str] = getattr(world.bot, STORES[what])
    default = world.bot.user["first_name"] if what == "name" else ""
    return {what: store.get(params.text("language_code")) or store.get("") or default}


async def set_chat_menu_button(world: World, params: Params) -> Any:
    button = params.json("menu_button", "MenuButton") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in {"commands", "web_app", "default"}:
        raise bad_request("can't parse menu button: unsupported type")
    plain = {"type": "commands"} if button["type"] == "default" else button
    if params.has("chat_id"):
        world.chat(params.text("chat_id")).menu_button = plain
    else:
        world.bot.menu_button = plain
    _profile_changed(world)
    return True


async def get_chat_menu_button(world: World, params: Params) -> Any:
    chat: Chat | None = world.chat(params.text("chat_id")) if params.has("chat_id") else None
    return (chat.menu_button if chat else None) or world.bot.menu_button


async def no_inline_query(world: World, params: Params) -> Any:
    """Nobody can ask this bot inline here, so every inline query is one that no longer exists."""
    raise ApiError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")


def _profile_changed(world: World) -> None:
    for chat in world.chats.values():
        chat.tell_pages({"type": "profile"})


METHODS: dict[str, Method] = {
    "getme": get_me,
    "getupdates": get_updates,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "logout": log_out,
    "close": done,
    "answercallbackquery": answer_callback_query,
    "answerinlinequery": no_inline_query,
    "getchat": get_chat,
    "getchatmember": get_chat_member,
    "getchatmembercount": get_chat_member_count,
    "getfile": get_file,
    "getuserprofilephotos": get_user_profile_photos,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
    **{f"setmy{what.replace('_', '')}": partial(set_text, what) for what in STORES},
    **{f"getmy{what.replace('_', '')}": partial(get_text, what) for what in STORES},
    "setchatmenubutton": set_chat_menu_button,
    "getchatmenubutton": get_chat_menu_button,
}
