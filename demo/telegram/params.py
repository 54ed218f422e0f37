"""Parameters of a call, wherever the client put them: query string, urlencoded form, multipart form or JSON.

As Telegram does, a body is read whatever the method: some clients send one with GET."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, MultipartReader, web

from demo.telegram.errors import ApiError, bad_request
from demo.telegram.files import Upload

TRUE = {"true", "yes", "1", "y", "t"}


@dataclass(slots=True)
class Params:
    """Values as they came (text, or JSON already parsed) and the uploaded files, each read as the method needs it."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        return name in self.values and self.values[name] not in (None, "")

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        return default if value is None else value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        try:
            return int(self.values.get(name, default) or default)
        except (TypeError, ValueError):
            return default

    def number(self, name: str, default: float = 0.0) -> float:
        try:
            return float(self.values.get(name, default))
        except (TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in TRUE

    def json(self, name: str, what: str = "") -> Any:
        """The value as JSON, or None when absent. Raises ApiError naming `what` when it is not JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise bad_request(f"can't parse {what or name} JSON object") from error

    def for_log(self) -> dict[str, Any]:
        """The parameters of the call, files by name and size."""
        sizes = {name: f"<{upload.name}, {len(upload.data)} bytes>" for name, upload in self.files.items()}
        return {**self.values, **sizes}


async def read_params(request: web.Request) -> Params:
    """All parameters of a request. Raises ApiError when the body is not what its content type says."""
    params = Params(dict(request.query))
    if request.content_type == "application/json":
        params.values |= await _json_body(request)
    elif request.content_type == "multipart/form-data":
        await _multipart(request, params)
    elif request.content_type == "application/x-www-form-urlencoded":
        params.values |= dict(parse_qsl(await request.text(), keep_blank_values=True))
    return params


async def _json_body(request: web.Request) -> dict[str, Any]:
    body = await request.text()
    try:
        parsed = json.loads(body) if body.strip() else {}
    except ValueError as error:
        raise bad_request("can't parse JSON object") from error
    if not isinstance(parsed, dict):
        raise bad_request("JSON object expected as request")
    return parsed


async def _multipart(request: web.Request, params: Params) -> None:
    try:
        reader: MultipartReader = await request.multipart()
        async for part in reader:
            if isinstance(part, BodyPartReader) and part.name:
                await _read_part(part, part.name, params)
    except ValueError as error:
        raise ApiError(400, "Bad Request: can't parse multipart request") from error


async def _read_part(part: BodyPartReader, name: str, params: Params) -> None:
    data = bytes(await part.read(decode=True))
    if part.filename is None:
        params.values[name] = data.decode("utf-8", "replace")
    else:
        params.files[name] = Upload(part.filename, data, part.headers.get("Content-Type", ""))
