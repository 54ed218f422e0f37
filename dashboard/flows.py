"""/do: a button of the chat, pressed in the browser. The flows that answer in the chat answer here."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from pathlib import Path

from aiohttp import web

from bot import screens
from bot.flows.tap import Response, Tap
from bot.screens.callbacks import Call, Forged, Verb, unpack
from bot.screens.page import File, NewMessage, Page
from dashboard.cards import card_of
from dashboard.countdown import countdown
from dashboard.entering import Sessions
from dashboard.live import PageSigns, signs_now
from dashboard.parts import FORM, VISITOR, Dashboard, Route, Visitor, get, post

PICTURES = {".jpg": "image/jpeg", ".png": "image/png"}
IN_THE_CHAT_ONLY = frozenset({Verb.ACCESS})  # a link for secrets: a session of a browser is not enough to get one
WITH_A_LINK = frozenset({Verb.SHARE, Verb.SHARE_HELD, Verb.INVITE, Verb.INVITE_GUEST})
"""These make a message to forward, with a link that leads to the bot by its name."""
MOST_ANSWERS = 100  # kept until they are fetched, which a browser does at once


class Answers:
    """What came of forms that were sent, for the page that the browser is led to: reloading it does nothing again."""

    def __init__(self, most: int = MOST_ANSWERS) -> None:
        self._most = most
        self._answers: OrderedDict[str, tuple[int, Response]] = OrderedDict()

    def keep(self, session_id: int, response: Response) -> str:
        """The key under which that session, and no other, finds the response."""
        key = secrets.token_urlsafe(9)
        self._answers[key] = (session_id, response)
        if len(self._answers) > self._most:
            self._answers.popitem(last=False)
        return key

    def find(self, session_id: int, key: str) -> Response | None:
        """The response; None when it is another session's, or is not kept any more."""
        owner, response = self._answers.get(key, (None, None))
        return response if owner == session_id else None


class Flows:
    def __init__(self, dashboard: Dashboard) -> None:
        self._dashboard = dashboard
        self._sessions = Sessions(dashboard)
        self._answers = Answers()

    async def look(self, request: web.Request) -> web.StreamResponse:
        """A button that only reads. Its page is kept up to date while it is looked at."""
        signs = await signs_now(self._dashboard, request[VISITOR].user_id)  # before: what changes meanwhile is told
        return self._show(request, await self._looked(request), f"/do/{request.match_info['data']}", signs)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """What a button that only reads has sent: a document to keep, or a picture."""
        return _sent(await self._looked(request))

    async def _looked(self, request: web.Request) -> Response:
        call = _call(request.match_info["data"])
        if not call.only_reads:
            raise web.HTTPMethodNotAllowed(request.method, ["POST"])
        return await self._dashboard.looking.respond(_tap(request, call))

    async def do(self, request: web.Request) -> web.StreamResponse:
        """A button that does something: the browser is led to what came of it."""
        call = _call(request[FORM].text("data"))
        response = await self._done(request, call)
        if not await self._is_in_force(request[VISITOR]):
            return self._last(request, response)
        if isinstance(response, Page) and response.card_of is not None:
            shown = Verb.ALT_DAYS if call.verb is Verb.BOOK_ALT else Verb.TICKET  # whoever chooses next goes on there
            return self._dashboard.redirect(f"/do/{Call(shown, (response.card_of,)).data}")
        key = self._answers.keep(request[VISITOR].session_id, response)
        return self._dashboard.redirect(f"/answer/{key}")

    async def _done(self, request: web.Request, call: Call) -> Response:
        if call.verb in IN_THE_CHAT_ONLY:
            return screens.door.ask_in_the_chat()
        bot = await self._dashboard.db.bot_profile.username() if call.verb in WITH_A_LINK else ""
        if call.verb in WITH_A_LINK and not bot:
            return screens.browser.links_of_the_chat()
        return await self._dashboard.router.respond(_tap(request, call, bot))

    async def _is_in_force(self, visitor: Visitor) -> bool:
        """Whether the session goes on after what was done: who was forgotten, or has left this browser, has none."""
        sessions = await self._dashboard.db.web_sessions.of(visitor.user_id)
        return any(session.id == visitor.session_id for session in sessions)

    def _last(self, request: web.Request, response: Response) -> web.Response:
        """What came of it, shown at once: nobody could fetch it later. It has no buttons, as nobody may press them."""
        del request[VISITOR]
        page = response if isinstance(response, Page) else response.page
        shown = self._show(request, Page(page.text), "")
        self._sessions.take(shown)
        return shown

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """What came of a button; the overview when that is too long ago."""
        response = self._kept(request)
        if response is None:
            return self._dashboard.redirect("/")
        return self._show(request, response, f"/answer/{request.match_info['key']}")

    async def answer_file(self, request: web.Request) -> web.StreamResponse:
        return _sent(self._kept(request))

    def _kept(self, request: web.Request) -> Response | None:
        return self._answers.find(request[VISITOR].session_id, request.match_info["key"])

    def _show(
        self, request: web.Request, response: Response, address: str, signs: PageSigns | None = None
    ) -> web.Response:
        """The response as a card; `address` is where it is found again, and its file below it."""
        page = response if isinstance(response, Page) else response.page
        message = response if isinstance(response, NewMessage) else None
        return self._dashboard.render(
            request,
            "card.html",
            card=card_of(page),
            document=message.document.name if message and message.document else None,
            has_picture=bool(message and message.picture),
            file=f"{address}/file",
            signs=signs,
            shows_places=page.living is not None,
            countdown=countdown(page.opens_at, self._dashboard.clock()) if page.opens_at else None,
        )


def _tap(request: web.Request, call: Call, bot_name: str = "") -> Tap:
    visitor = request[VISITOR]
    return Tap(visitor.user_id, visitor.name, call, bot_name=bot_name)


def _call(data: str) -> Call:
    """Raises HTTPNotFound for what no button carries."""
    try:
        return unpack(data)
    except Forged:
        raise web.HTTPNotFound from None


def _sent(response: Response | None) -> web.StreamResponse:
    if not isinstance(response, NewMessage):
        raise web.HTTPNotFound
    if response.document is not None:
        return download(response.document)
    match response.picture:
        case Path() as path:
            return web.FileResponse(path)
        case File() as picture:
            return web.Response(body=picture.content, content_type=PICTURES[Path(picture.name).suffix])
        case None:
            raise web.HTTPNotFound


def download(document: File) -> web.Response:
    """The document as a file to keep: a browser shows none of it, whatever it holds."""
    response = web.Response(body=document.content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = _to_keep(document.name)
    return response


def _to_keep(name: str) -> str:
    """The header that names a file to keep; a name from outside can't end the header."""
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "_" for letter in name)
    return f'attachment; filename="{plain}"'


def routes(dashboard: Dashboard) -> list[Route]:
    flows = Flows(dashboard)
    return [
        get("/do/{data}", flows.look),
        get("/do/{data}/file", flows.file),
        post("/do", flows.do),
        get("/answer/{key}", flows.answer),
        get("/answer/{key}/file", flows.answer_file),
    ]
