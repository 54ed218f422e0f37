"""What the doctor says of the pages in the browser: whether somebody answers there, and where people reach them."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from database import open_database
from domain.errors import AppError
from languages.terminal import _
from runtime.settings import Settings, Web

ANSWER_TIMEOUT = 5.0  # s
REFUSED = 403  # what a browser is answered in which nobody has entered


async def look(settings: Settings) -> list[tuple[str, str | None]]:
    """Findings, each with its remedy; None: all is well."""
    web = settings.web
    if not web.enabled:
        return [(_("switched off (web.enabled)"), None)]
    where = (_("people reach them at {url}", url=web.url), _unwise(web))
    return [where, await _answers(web)] if await _is_to_answer(settings) else [where]


async def _is_to_answer(settings: Settings) -> bool:
    """Whether web.py runs, by its heartbeat: of one that does not the doctor tells with the other programs."""
    if not settings.has_database:
        return False
    try:
        async with open_database(settings.database) as db:
            return any(beat.program == "web" for beat in await db.heartbeats.all())
    except AppError:
        return False  # told of the database itself


def _unwise(web: Web) -> str | None:
    """What is to be mended about the address, if anything."""
    public = urlsplit(web.url)
    if public.scheme == "http" and not web.is_of_this_machine:
        return _("write an https:// address in web.public_url: over http everybody on the way reads what is shown")
    if public.scheme == "https" and not web.trusted_proxies:
        return _("name the proxy in web.trusted_proxies, as 127.0.0.1: else tries of one count for everybody")
    return None


async def _answers(web: Web) -> tuple[str, str | None]:
    """Whether web.py answers at its port."""
    here = web.model_copy(update={"public_url": None}).url
    try:
        async with httpx.AsyncClient(timeout=ANSWER_TIMEOUT, trust_env=False) as client:
            answer = await client.get(f"{here}{urlsplit(web.url).path}/", headers={"Host": urlsplit(web.url).netloc})
    except httpx.HTTPError as error:
        return _("nobody answers at {here} ({why})", here=here, why=type(error).__name__), _("start web.py, or ./run")
    if answer.status_code != REFUSED or "Content-Security-Policy" not in answer.headers:
        return _("at {here} something else answers", here=here), _("write another port in web.port")
    return _("they answer at {here}", here=here), None
