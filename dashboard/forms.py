"""Reads a form that was sent: within its limits of size and time, each field once, files in memory, never on disk."""

from __future__ import annotations

import asyncio
from typing import TypeVar
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from dashboard.parts import Form

MOST_FIELDS = 50

Content = TypeVar("Content", str, bytes)

URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


async def read_form(request: web.Request, most_bytes: int, within: float) -> Form:
    """The form. Raises an HTTP error for what is no form, too large, or too slow."""
    if request.content_length is None:
        raise web.HTTPLengthRequired
    if request.headers.get("Content-Encoding"):  # it would be unpacked, to whatever size
        raise web.HTTPUnsupportedMediaType
    if request.content_length > most_bytes:
        raise web.HTTPRequestEntityTooLarge(max_size=most_bytes, actual_size=request.content_length)
    try:
        async with asyncio.timeout(within):
            return await _read(request)
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except ValueError:  # no UTF-8, too many fields, a broken part
        raise web.HTTPBadRequest from None


async def _read(request: web.Request) -> Form:
    if request.content_type == URLENCODED:
        body = (await request.read()).decode()
        pairs = parse_qsl(body, keep_blank_values=True, strict_parsing=bool(body), max_num_fields=MOST_FIELDS)
        return Form(_each_once(pairs))
    if request.content_type == MULTIPART:
        return await _parts(request)
    raise web.HTTPUnsupportedMediaType


async def _parts(request: web.Request) -> Form:
    fields: list[tuple[str, str]] = []
    files: list[tuple[str, bytes]] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name or len(fields) + len(files) >= MOST_FIELDS:
            raise web.HTTPBadRequest
        content = bytes(await part.read())
        if part.filename is None:
            fields.append((part.name, content.decode()))
        else:
            files.append((part.name, content))
    return Form(_each_once(fields), _each_once(files))


def _each_once(pairs: list[tuple[str, Content]]) -> dict[str, Content]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise web.HTTPBadRequest
    return found
