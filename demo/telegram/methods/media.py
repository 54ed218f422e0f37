"""Sending files: photos, documents, voice and the rest, one at a time or as an album."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp

from demo.telegram.errors import bad_request
from demo.telegram.files import FileStore, StoredFile, Upload
from demo.telegram.methods.base import Json, Method, caption_of, read_caption, send
from demo.telegram.params import Params
from demo.telegram.world import World

KINDS = ("photo", "document", "audio", "voice", "video", "animation", "video_note", "sticker")
GROUPED = {"photo", "video", "document", "audio"}
FETCH_TIMEOUT = aiohttp.ClientTimeout(total=10)
DETAILS: dict[str, dict[str, Any]] = {  # the fields a kind of file always has, with what they are when nobody says
    "audio": {"duration": 0},
    "voice": {"duration": 0},
    "video": {"width": 640, "height": 360, "duration": 0},
    "animation": {"width": 320, "height": 320, "duration": 0},
    "video_note": {"length": 240, "duration": 0},
    "sticker": {"width": 512, "height": 512, "type": "regular", "is_animated": False, "is_video": False},
}
NAMED = {"document", "audio", "video", "animation"}


@dataclass(frozen=True, slots=True)
class Source:
    """Where the file of a message comes from: uploaded now, or already known."""

    upload: Upload | None = None
    known: StoredFile | None = None


async def find_source(files: FileStore, value: str, uploads: dict[str, Upload], field: str) -> Source:
    """The file named by a parameter: an upload, attach://name, a file_id or an address. Raises ApiError otherwise."""
    name = value.removeprefix("attach://") if value.startswith("attach://") else field
    if name in uploads:
        upload = uploads[name]
        if not upload.data:
            raise bad_request("file must be non-empty")
        return Source(upload=upload)
    if value.startswith(("http://", "https://")):
        return Source(upload=await _fetch(value))
    if not value:
        raise bad_request(f"there is no {field.replace('_', ' ')} in the request")
    known = files.get(value)
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return Source(known=known)


async def _fetch(url: str) -> Upload:
    try:
        async with aiohttp.ClientSession(timeout=FETCH_TIMEOUT) as session, session.get(url) as response:
            response.raise_for_status()
            return Upload(url.rsplit("/", 1)[-1], await response.read(), response.content_type)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise bad_request("failed to get HTTP URL content") from error


async def media_content(files: FileStore, kind: str, source: Source, details: Json) -> Json:
    """The part of a Message that shows this file, e.g. {"document": {...}}."""
    if kind == "photo":
        if source.upload:
            return {"photo": await files.add_photo(source.upload)}
        if source.known is None or source.known.kind != "photo":
            raise bad_request("can't use file of type Document as Photo")
        return {"photo": files.photo_again(source.known)}
    file = source.known or files.add(kind, source.upload or Upload("file", b""))
    described = {**DETAILS.get(kind, {}), **details, **file.reference()}
    if kind != "sticker":
        described["mime_type"] = file.mime
    if kind in NAMED:
        described["file_name"] = file.name
    return {kind: described, **({"document": described} if kind == "animation" else {})}


def _details(kind: str, params: Params) -> Json:
    numbers = {name: params.integer(name) for name in DETAILS.get(kind, {}) if params.has(name)}
    texts = {name: params.text(name) for name in ("performer", "title") if kind == "audio" and params.has(name)}
    emoji = {"emoji": params.text("emoji", "🙂")} if kind == "sticker" else {}
    return numbers | texts | emoji


async def send_media(kind: str, world: World, params: Params) -> Any:
    chat = world.chat_to_write(params.text("chat_id"))
    caption = {} if kind in {"sticker", "video_note"} else read_caption(params)
    source = await find_source(world.files, params.text(kind), params.files, kind)
    content = await media_content(world.files, kind, source, _details(kind, params))
    hidden = {"has_media_spoiler": True} if params.flag("has_spoiler") else {}
    return send(world, chat, {**content, **caption, **hidden}, params)


async def input_media(world: World, item: Any, uploads: dict[str, Upload]) -> Json:
    """Content of one InputMedia object: file and caption. Raises ApiError as for the media itself."""
    if not isinstance(item, dict) or item.get("type") not in KINDS:
        raise bad_request("can't parse InputMedia: type must be non-empty")
    kind = str(item["type"])
    source = await find_source(world.files, str(item.get("media", "")), uploads, "media")
    caption = caption_of(
        str(item.get("caption") or ""), str(item.get("parse_mode") or ""), item.get("caption_entities")
    )
    return {**await media_content(world.files, kind, source, {}), **caption}


async def send_media_group(world: World, params: Params) -> Any:
    chat = world.chat_to_write(params.text("chat_id"))
    items = params.json("media", "InputMedia")
    if not isinstance(items, list) or not 2 <= len(items) <= 10:
        raise bad_request("group send failed: an album must have 2-10 items")
    if any(isinstance(item, dict) and item.get("type") not in GROUPED for item in items):
        raise bad_request("type of file mismatch")
    group = {"media_group_id": str(secrets.randbelow(10**17))}
    contents = [await input_media(world, item, params.files) for item in items]
    return [send(world, chat, {**group, **content}, params) for content in contents]


METHODS: dict[str, Method] = {
    **{f"send{kind.replace('_', '')}": partial(send_media, kind) for kind in KINDS},
    "sendmediagroup": send_media_group,
}
