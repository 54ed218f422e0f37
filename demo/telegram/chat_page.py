"""The chat page and the addresses under /chat/ it works with: what a person sees and does, over HTTP.

GET  /?user=ID             the page itself
GET  /chat/people          who there is                POST /chat/people      {id, first_name, username?, started?}
GET  /chat/ID/state        the chat as it stands       GET  /chat/ID/events   the same, live (Server-Sent Events)
POST /chat/ID/send         {text, reply_to?}           POST /chat/ID/edit     {message_id, text}
POST /chat/ID/tap          {message_id, row, column}, or {label} or {data} in place of row and column
POST /chat/ID/upload       multipart: file, as ("photo" or "document"), caption
POST /chat/ID/sticker      {emoji?}                    POST /chat/ID/voice    {seconds?}
POST /chat/ID/location     {latitude?, longitude?}     POST /chat/ID/contact  {}: the person's own
POST /chat/ID/vote         {message_id, options}       POST /chat/ID/block    {blocked}
GET  /chat/file/FILE_ID    a file; with ?download=1 to save it
GET  /fonts/NAME           a shipped font
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import web

from demo.telegram.errors import ApiError
from demo.telegram.params import Params, read_params
from demo.telegram.person import Person
from demo.telegram.view import page_message, page_pins, page_profile, page_state
from demo.telegram.world import Chat, World

Json = dict[str, Any]

STATIC = Path(__file__).parent / "static"
FONTS = Path(__file__).resolve().parents[2] / "fonts"
GIURIATI = (45.4781, 9.2264)  # where people are unless they say otherwise: the sports centre
KEEP_ALIVE = 15.0  # seconds between comments on a quiet event stream
SILENT_AFTER = 10.0  # seconds after which the page says that the bot did not answer a tap
SAFE = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


class ChatPage:
    """The routes of the page. `person` gives the person with an id, creating nobody."""

    def __init__(self, world: World, person: Callable[..., Person]) -> None:
        self._world = world
        self._person = person

    def routes(self) -> list[web.RouteDef]:
        user = r"/chat/{user:\d+}"
        return [
            web.get("/", self.page),
            web.get(r"/static/{name:[\w.-]+}", self.static),
            web.get(r"/fonts/{name:[\w-]+\.ttf}", self.font),
            web.get("/chat/people", self.people),
            web.post("/chat/people", self.add_person),
            web.get("/chat/file/{file_id}", self.file),
            web.get(f"{user}/state", self.state),
            web.get(f"{user}/events", self.events),
            web.post(f"{user}/send", self.send),
            web.post(f"{user}/tap", self.tap),
            web.post(f"{user}/upload", self.upload),
            web.post(f"{user}/sticker", self.sticker),
            web.post(f"{user}/voice", self.voice),
            web.post(f"{user}/location", self.location),
            web.post(f"{user}/contact", self.contact),
            web.post(f"{user}/vote", self.vote),
            web.post(f"{user}/edit", self.edit),
            web.post(f"{user}/block", self.block),
        ]

    # --- looking ---
    async def page(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "chat.html", headers=SAFE)

    async def static(self, request: web.Request) -> web.StreamResponse:
        path = STATIC / request.match_info["name"]
        if not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers=SAFE)

    async def font(self, request: web.Request) -> web.StreamResponse:
        """A shipped font, for a machine that has none with emoji."""
        path = FONTS / request.match_info["name"]
        if not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers=SAFE | {"Cache-Control": "max-age=86400"})

    async def people(self, request: web.Request) -> web.Response:
        return web.json_response([chat.user for chat in self._world.chats.values()])

    async def state(self, request: web.Request) -> web.Response:
        return web.json_response(page_state(self._world, self._chat(request)))

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The whole state first, then each change; after a lost connection the browser comes back and starts anew."""
        chat = self._chat(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await response.prepare(request)
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        chat.pages.append(queue)
        try:
            await self._write(response, page_state(self._world, chat))
            await self._stream(response, chat, queue)
        except ConnectionResetError:
            pass  # the page was closed
        finally:
            chat.pages.remove(queue)
        return response

    async def _stream(self, response: web.StreamResponse, chat: Chat, queue: asyncio.Queue[Json | None]) -> None:
        while True:
            try:
                async with asyncio.timeout(KEEP_ALIVE):
                    event = await queue.get()
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if event is None:
                return
            await self._write(response, self._expand(chat, event))

    def _expand(self, chat: Chat, event: Json) -> Json:
        """Events name what changed; the page gets it as it stands when the event is sent."""
        record = chat.messages.get(event.get("id", 0))
        if event["type"] in {"message", "edit"}:
            shown = {**event, "message": page_message(record)} if record else {"type": "delete", "id": event["id"]}
            return {**shown, "keyboard": chat.keyboard}
        if event["type"] == "profile":
            return {**event, **page_profile(self._world, chat)}
        return {**event, **page_pins(chat)} if event["type"] in {"pins", "delete"} else event

    @staticmethod
    async def _write(response: web.StreamResponse, event: Json) -> None:
        await response.write(f"data: {json.dumps(event)}\n\n".encode())

    async def file(self, request: web.Request) -> web.Response:
        stored = self._world.files.get(request.match_info["file_id"])
        if stored is None:
            raise web.HTTPNotFound
        headers = dict(SAFE)
        if "download" in request.query or not stored.mime.startswith(("image/", "audio/", "video/")):
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(stored.name)}"
        return web.Response(body=stored.data, headers=headers | {"Content-Type": stored.mime})

    # --- doing ---
    async def add_person(self, request: web.Request) -> web.Response:
        params = await self._params(request)
        if params.integer("id") <= 0 or not params.text("first_name"):
            raise web.HTTPBadRequest(text="id and first_name are needed")
        language = params.text("language_code", "it")
        person = self._person(
            params.integer("id"),
            params.text("first_name"),
            params.text("username") or None,
            language_code=language,
            started=params.flag("started"),
        )
        return web.json_response({"id": person.id})

    async def send(self, request: web.Request) -> web.Response:
        params = await self._params(request)
        if not params.text("text").strip():
            raise web.HTTPBadRequest(text="text is empty")
        sent = await self._who(request).send(params.text("text")[:4096], reply_to=params.integer("reply_to") or None)
        return web.json_response({"message_id": sent.message_id})

    async def tap(self, request: web.Request) -> web.Response:
        """Answers with what the person sees: {text, show_alert, url}; {timeout: true} when the bot stays silent."""
        params, person = await self._params(request), self._who(request)
        try:
            answer = await self._tap(person, params)
        except LookupError as error:
            raise web.HTTPNotFound(text=str(error)) from error
        except TimeoutError:
            return web.json_response({"timeout": True})
        return web.json_response({"text": answer.text, "show_alert": answer.show_alert, "url": answer.url})

    async def _tap(self, person: Person, params: Params) -> Any:
        number = params.integer("message_id") or None
        if params.has("label"):
            return await person.tap(params.text("label"), message_id=number, timeout=SILENT_AFTER)
        if params.has("data"):
            return await person.press(params.text("data"), message_id=number, timeout=SILENT_AFTER)
        message = next((shown for shown in person.messages if shown.message_id == number), None)
        if message is None:
            raise LookupError("message not found")
        data = message.buttons[params.integer("row")][params.integer("column")].data
        return await person.press(data or "", message_id=number, timeout=SILENT_AFTER)

    async def upload(self, request: web.Request) -> web.Response:
        params, person = await self._params(request), self._who(request)
        file = params.files.get("file")
        if file is None:
            raise web.HTTPBadRequest(text="no file")
        caption = params.text("caption")[:1024]
        try:
            if params.text("as") == "photo":
                sent = await person.media.photo(file.data, caption=caption)
            else:
                sent = await person.media.document(file.name, file.data, caption=caption)
        except ApiError as error:
            raise web.HTTPBadRequest(text=error.description) from error
        return web.json_response({"message_id": sent.message_id})

    async def sticker(self, request: web.Request) -> web.Response:
        params = await self._params(request)
        sent = await self._who(request).media.sticker(params.text("emoji", "👍"))
        return web.json_response({"message_id": sent.message_id})

    async def voice(self, request: web.Request) -> web.Response:
        params = await self._params(request)
        sent = await self._who(request).media.voice(params.integer("seconds", 2))
        return web.json_response({"message_id": sent.message_id})

    async def location(self, request: web.Request) -> web.Response:
        params = await self._params(request)
        place = (params.number("latitude", GIURIATI[0]), params.number("longitude", GIURIATI[1]))
        sent = await self._who(request).media.location(*place)
        return web.json_response({"message_id": sent.message_id})

    async def contact(self, request: web.Request) -> web.Response:
        sent = await self._who(request).media.contact()
        return web.json_response({"message_id": sent.message_id})

    async def vote(self, request: web.Request) -> web.Response:
        params = await self._params(request)
        try:
            choices = [int(each) for each in params.json("options") or []]
            await self._who(request).vote(params.integer("message_id"), choices)
        except LookupError as error:
            raise web.HTTPNotFound(text=str(error)) from error
        except (TypeError, ValueError) as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return web.json_response({})

    async def edit(self, request: web.Request) -> web.Response:
        params = await self._params(request)
        try:
            await self._who(request).edit(params.integer("message_id"), params.text("text"))
        except LookupError as error:
            raise web.HTTPNotFound(text=str(error)) from error
        return web.json_response({})

    async def block(self, request: web.Request) -> web.Response:
        person = self._who(request)
        if (await self._params(request)).flag("blocked"):
            person.block()
        else:
            person.unblock()
        return web.json_response({})

    # --- who and what ---
    @staticmethod
    async def _params(request: web.Request) -> Params:
        try:
            return await read_params(request)
        except ApiError as error:
            raise web.HTTPBadRequest(text=error.description) from error

    def _chat(self, request: web.Request) -> Chat:
        chat = self._world.chats.get(int(request.match_info["user"]))
        if chat is None:
            raise web.HTTPNotFound(text="no such person")
        return chat

    def _who(self, request: web.Request) -> Person:
        return self._person(self._chat(request).id)
