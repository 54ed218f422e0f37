"""The other ways into the simulated single sign-on, SPID and CIE: a provider on a host of its own, as there really is.

Who they are is typed on the provider's page, and released on the "phone" with a second click; no password of the
Politecnico is asked for. The provider sends the person back with a token that the single sign-on takes once.
"""

import secrets
from html import escape
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from demo.site.gate import ENTRY
from demo.site.world import SiteWorld

HOST = "provider.localhost"  # loopback, as everything here, and another name than that of the single sign-on
PLACE = "/identity"
PAGE = """<!DOCTYPE html><html lang="it"><head><meta charset="utf-8"><title>Provider</title>
<link rel="icon" href="data:,"></head><body><h1>Identità digitale (simulata)</h1>{}</body></html>"""
WHO = """<form method="post"><input type="hidden" name="back" value="{back}">
<label for="who">Nome utente</label><input id="who" name="who" autofocus><button>Entra</button></form>"""
RELEASE = """<p>Apri l'app sul telefono e autorizza.</p><form method="post">
<input type="hidden" name="back" value="{back}">
<input type="hidden" name="who" value="{who}"><button name="released" value="1">Autorizza</button></form>"""


class Provider:
    """Handlers of the provider's pages; whom it has let in, and not yet handed over."""

    def __init__(self, world: SiteWorld) -> None:
        self._accounts = world.accounts
        self._released: dict[str, str] = {}  # token -> username

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get(PLACE, self.who)
        router.add_post(PLACE, self.release)

    @staticmethod
    def way_to(request: web.Request, back: str) -> web.Response:
        """Leads a browser to the provider, which leads it back."""
        port = urlsplit(f"//{request.host}").port
        query = urlencode({"back": f"{request.scheme}://{request.host}{back}"})
        return web.Response(status=302, headers={"Location": f"http://{HOST}:{port}{PLACE}?{query}"})

    def taken(self, token: str) -> str:
        """Who comes back with that token; empty for one that is not ours, or was used."""
        return self._released.pop(token, "")

    async def who(self, request: web.Request) -> web.Response:
        return _page(WHO.format(back=escape(request.query.get("back", ""))))

    async def release(self, request: web.Request) -> web.Response:
        form = request[ENTRY].form
        who, back = form.get("who", "").strip(), form.get("back", "")
        if who not in self._accounts.people:
            return _page("<p>Utente sconosciuto.</p>" + WHO.format(back=escape(back)))
        if not form.get("released"):
            return _page(RELEASE.format(back=escape(back), who=escape(who)))
        token = secrets.token_urlsafe(24)
        self._released[token] = who
        return web.Response(status=302, headers={"Location": f"{back}?{urlencode({'token': token})}"})


def _page(body: str) -> web.Response:
    return web.Response(text=PAGE.format(body), content_type="text/html", headers={"Cache-Control": "no-store"})
