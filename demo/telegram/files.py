"""Files that went through the chat: kept in memory, described as Telegram describes them, downloadable."""

from __future__ import annotations

import asyncio
import io
import itertools
import mimetypes
import secrets
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from PIL import Image, UnidentifiedImageError

from demo.telegram.errors import bad_request

Json = dict[str, Any]

DOWNLOAD_LIMIT = 20 * 1024 * 1024  # bytes; what getFile gives at most
UPLOAD_LIMIT = 50 * 1024 * 1024  # bytes; what a bot may send
PHOTO_LIMIT = 10 * 1024 * 1024  # bytes
PHOTO_SIDES = (90, 320, 800, 1280)  # pixels of the longest side of each size kept
MAX_SIDES_SUM = 10_000  # pixels, width + height of an accepted picture
FOLDERS = {"photo": "photos", "video": "videos", "voice": "voice", "audio": "music", "sticker": "stickers"}
PREFIXES = {"photo": "AgAC", "document": "BQAC", "sticker": "CAAC", "voice": "AwAC", "video": "BAAC", "audio": "CQAC"}
DEFAULT_NAMES = {"photo": "photo.jpg", "voice": "voice.ogg", "video": "video.mp4", "sticker": "sticker.webp"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file part of a multipart request."""

    name: str
    data: bytes = field(repr=False)
    mime: str = ""


@dataclass(frozen=True, slots=True)
class StoredFile:
    file_id: str
    unique_id: str
    kind: str
    path: str
    name: str
    mime: str
    data: bytes = field(repr=False)
    width: int = 0
    height: int = 0

    def reference(self) -> Json:
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.data)}


class FileStore:
    """Every file by its id. A stored file never changes, so a message that holds an id can always be shown."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._numbers = itertools.count()

    def get(self, file_id: str) -> StoredFile | None:
        return self._by_id.get(file_id)

    def at_path(self, path: str) -> StoredFile | None:
        return self._by_path.get(path)

    def add(self, kind: str, upload: Upload, size: tuple[int, int] = (0, 0)) -> StoredFile:
        name = PurePosixPath(upload.name.replace("\\", "/")).name or DEFAULT_NAMES.get(kind, "file")
        guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
        mime = upload.mime if upload.mime not in {"", "application/octet-stream"} else guessed
        path = f"{FOLDERS.get(kind, 'documents')}/file_{next(self._numbers)}{PurePosixPath(name).suffix}"
        file_id = PREFIXES.get(kind, "DQAC") + secrets.token_urlsafe(42)
        stored = StoredFile(file_id, "AQAD" + secrets.token_urlsafe(8), kind, path, name, mime, upload.data, *size)
        self._by_id[file_id] = self._by_path[path] = stored
        return stored

    async def add_photo(self, upload: Upload) -> list[Json]:
        """The sizes of a picture, smallest first, as in Message.photo. Raises ApiError when it is not a picture."""
        if len(upload.data) > PHOTO_LIMIT:
            raise bad_request("file is too big")
        sizes = await asyncio.to_thread(_scale, upload.data)
        stored = [self.add("photo", Upload("photo.jpg", data, "image/jpeg"), size) for data, size in sizes]
        return [{**file.reference(), "width": file.width, "height": file.height} for file in stored]

    def photo_again(self, file: StoredFile) -> list[Json]:
        return [{**file.reference(), "width": file.width, "height": file.height}]


def _scale(data: bytes) -> list[tuple[bytes, tuple[int, int]]]:
    """The picture as JPEGs, one per size that is smaller than it, and the whole of it up to the largest side."""
    try:
        with Image.open(io.BytesIO(data)) as opened:
            picture = _flatten(opened)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise bad_request("IMAGE_PROCESS_FAILED") from error
    width, height = picture.size
    if width + height > MAX_SIDES_SUM or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    longest = min(max(picture.size), PHOTO_SIDES[-1])
    return [_jpeg(picture, side) for side in (*(s for s in PHOTO_SIDES if s < longest), longest)]


def _flatten(picture: Image.Image) -> Image.Image:
    """Without transparency, on white: Telegram's photos are JPEGs."""
    rgba = picture.convert("RGBA")
    white = Image.new("RGBA", rgba.size, "white")
    return Image.alpha_composite(white, rgba).convert("RGB")


def _jpeg(picture: Image.Image, side: int) -> tuple[bytes, tuple[int, int]]:
    scaled = picture.copy()
    scaled.thumbnail((side, side))
    out = io.BytesIO()
    scaled.save(out, "JPEG", quality=88)
    return out.getvalue(), scaled.size


def sticker_picture() -> bytes:
    """A small yellow disc in WebP: enough of a sticker for a bot that downloads it."""
    picture = Image.new("RGBA", (512, 512), (0, 0, 0, 0))
    picture.paste((255, 204, 77, 255), (96, 96, 416, 416))
    out = io.BytesIO()
    picture.save(out, "WEBP")
    return out.getvalue()
