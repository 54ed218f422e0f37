"""A message as somebody looking at the chat sees it: for tests (`Message`) and for the chat page (JSON)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from demo.telegram.entities import to_html
from demo.telegram.files import FileStore
from demo.telegram.methods.media import KINDS
from demo.telegram.world import Chat, Record, World

Json = dict[str, Any]


class Document(NamedTuple):
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Button:
    text: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A snapshot. `text` is plain (the caption of a file); `html` the same in Telegram's HTML."""

    message_id: int
    text: str
    html: str
    buttons: list[list[Button]]
    keyboard: list[list[str]]
    photo: bytes | None
    document: Document | None
    edited: bool
    from_bot: bool
    silent: bool
    raw: Json

    @property
    def labels(self) -> list[str]:
        """The inline buttons' labels, left to right, top to bottom."""
        return [button.text for row in self.buttons for button in row]


def _words(payload: Json) -> tuple[str, list[Json]]:
    if "text" in payload:
        return payload["text"], payload.get("entities", [])
    return payload.get("caption", ""), payload.get("caption_entities", [])


def _inline_rows(payload: Json) -> list[list[Json]]:
    rows: list[list[Json]] = payload.get("reply_markup", {}).get("inline_keyboard", [])
    return rows


def to_message(files: FileStore, record: Record, keyboard: Json | None = None) -> Message:
    payload = record.payload
    text, entities = _words(payload)
    photo = files.get(payload["photo"][-1]["file_id"]) if "photo" in payload else None
    document = files.get(payload["document"]["file_id"]) if "document" in payload else None
    return Message(
        message_id=record.message_id,
        text=text,
        html=to_html(text, entities),
        buttons=[
            [Button(b["text"], b.get("callback_data"), b.get("url")) for b in row] for row in _inline_rows(payload)
        ],
        keyboard=[[b["text"] for b in row] for row in (keyboard or {}).get("keyboard", [])],
        photo=photo.data if photo else None,
        document=Document(document.name, document.data) if document else None,
        edited="edit_date" in payload,
        from_bot=record.from_bot,
        silent=record.silent,
        raw=payload,
    )


# --- the chat page ---
def page_message(record: Record) -> Json:
    payload = record.payload
    text, entities = _words(payload)
    return {
        "id": record.message_id,
        "mine": not record.from_bot,
        "date": payload["date"],
        "edited": "edit_date" in payload and not _inline_rows(payload),
        "silent": record.silent,
        "html": to_html(text, entities, page=True),
        "plain": _preview(payload),
        "jumbo": bool(text) and len(text) <= 4 and not any(char.isascii() for char in text) and not entities,
        "buttons": [[_page_button(button) for button in row] for row in _inline_rows(payload)],
        "media": _page_media(payload),
        "votes": record.votes,
        "spoiler": bool(payload.get("has_media_spoiler")),
        "group": payload.get("media_group_id"),
        "reply": _page_reply(payload),
        "forwarded": payload.get("forward_origin", {}).get("sender_user", {}).get("first_name"),
        "reactions": record.reactions,
    }


def _page_button(button: Json) -> Json:
    kind = "callback" if "callback_data" in button else "url" if "url" in button else "other"
    return {
        "text": button["text"],
        "kind": kind,
        "data": button.get("callback_data"),
        "url": button.get("url"),
        "copy": (button.get("copy_text") or {}).get("text"),
    }


def _page_media(payload: Json) -> Json | None:
    if "photo" in payload:
        largest = payload["photo"][-1]
        return {
            "kind": "photo",
            "url": f"/chat/file/{largest['file_id']}",
            "w": largest["width"],
            "h": largest["height"],
        }
    for kind in ("animation", *KINDS):
        if kind in payload:
            return _page_file(kind, payload[kind])
    for kind in ("venue", "location", "contact", "dice", "poll"):
        if kind in payload:
            return {"kind": kind, **payload[kind]}
    return None


def _page_file(kind: str, file: Json) -> Json:
    return {
        "kind": kind,
        "url": f"/chat/file/{file['file_id']}",
        "name": file.get("file_name", ""),
        "size": file.get("file_size", 0),
        "mime": file.get("mime_type", ""),
        "emoji": file.get("emoji", "🙂"),
    }


PREVIEWS = {
    "photo": "🖼 Foto",
    "sticker": "Sticker",
    "voice": "🎤 Messaggio vocale",
    "video": "📹 Video",
    "audio": "🎵 Audio",
    "animation": "GIF",
    "venue": "📍 Posizione",
    "location": "📍 Posizione",
    "contact": "👤 Contatto",
    "dice": "🎲",
    "poll": "📊 Sondaggio",
}


def _preview(payload: Json) -> str:
    """A message in one line: for the list of chats, the reply header and the pinned bar."""
    words = " ".join(_words(payload)[0].split())
    if words:
        return words[:160]
    if "document" in payload and "animation" not in payload:
        return f"📎 {payload['document'].get('file_name', 'File')}"
    return next((preview for kind, preview in PREVIEWS.items() if kind in payload), "")


def _page_reply(payload: Json) -> Json | None:
    reply = payload.get("reply_to_message")
    return (
        {"id": reply["message_id"], "author": reply["from"]["first_name"], "text": _preview(reply)} if reply else None
    )


def page_state(world: World, chat: Chat) -> Json:
    """Everything a chat page needs to draw itself from nothing."""
    return {
        "type": "state",
        "now": world.now(),
        "user": chat.user,
        "announcement": world.announcement,
        "people": [{"id": c.id, "name": c.user["first_name"]} for c in world.chats.values()],
        "messages": [page_message(record) for record in chat.messages.values()],
        **page_profile(world, chat),
        **page_pins(chat),
    }


def page_profile(world: World, chat: Chat) -> Json:
    language = str(chat.user.get("language_code") or "")
    texts = world.bot.descriptions
    return {
        "bot": {"name": world.bot.user["first_name"], "username": world.bot.user["username"]},
        "description": texts.get(language) or texts.get("") or "",
        "commands": world.bot.commands_for(chat),
        "menu": chat.menu_button or world.bot.menu_button,
        "keyboard": chat.keyboard,
        "started": chat.started,
        "blocked": chat.blocked,
    }


def page_pins(chat: Chat) -> Json:
    pinned = chat.messages.get(chat.pinned[-1]) if chat.pinned else None
    return {"pinned": {"id": pinned.message_id, "text": _preview(pinned.payload)} if pinned else None}
