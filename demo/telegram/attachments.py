"""What a person sends that is no text: photos, files, stickers, voice messages, places, telephone numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from demo.telegram.entities import tidy
from demo.telegram.files import FileStore, Upload, sticker_picture
from demo.telegram.methods.media import Source, media_content
from demo.telegram.view import Message
from demo.telegram.voice import silence

Json = dict[str, Any]


class Attachments:
    """`post` puts a message's content into the chat of `user`, who sends it."""

    def __init__(self, files: FileStore, user: Json, post: Callable[[Json], Message]) -> None:
        self._files = files
        self._user = user
        self._post = post

    async def photo(self, data: bytes, *, caption: str = "") -> Message:
        source = Source(upload=Upload("photo.jpg", data))
        content = await media_content(self._files, "photo", source, {})
        return self._post({**content, **_caption(caption)})

    async def document(self, name: str, data: bytes, *, caption: str = "") -> Message:
        source = Source(upload=Upload(name, data))
        content = await media_content(self._files, "document", source, {})
        return self._post({**content, **_caption(caption)})

    async def sticker(self, emoji: str = "👍") -> Message:
        source = Source(upload=Upload("sticker.webp", sticker_picture(), "image/webp"))
        content = await media_content(self._files, "sticker", source, {"emoji": emoji})
        return self._post(content)

    async def voice(self, seconds: int = 2) -> Message:
        """A voice message of silence, one to sixty seconds long."""
        seconds = min(max(seconds, 1), 60)
        source = Source(upload=Upload("voice.ogg", silence(seconds), "audio/ogg"))
        return self._post(await media_content(self._files, "voice", source, {"duration": seconds}))

    async def location(self, latitude: float, longitude: float) -> Message:
        return self._post({"location": {"latitude": latitude, "longitude": longitude}})

    async def contact(self) -> Message:
        """The person's own telephone number, as a button that asks for it sends it; the number is made up."""
        user_id = int(self._user["id"])
        contact = {"phone_number": f"39333{user_id % 10**7:07d}", "first_name": self._user["first_name"]}
        return self._post({"contact": {**contact, "user_id": user_id}})


def _caption(caption: str) -> Json:
    content = tidy(caption, [])
    listed = content.entities_json()
    return {"caption": content.text, **({"caption_entities": listed} if listed else {})} if content.text else {}
