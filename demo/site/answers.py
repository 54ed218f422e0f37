"""What the routes of the simulated site answer with: pages, redirects, cookies, and the check of a form's token."""

from aiohttp import web

from demo.site import pages
from demo.site.gate import ENTRY
from demo.site.pages import Frame
from demo.site.world import SiteWorld

SESSION_COOKIE = "ASP.NET_SessionId"
FORGERY_COOKIE = FORGERY_FIELD = "__RequestVerificationToken"


def frame_of(world: SiteWorld, request: web.Request) -> Frame:
    """The frame of a page: whose it is, and which faults its design meets."""
    faults, path = world.faults, request.path
    person = world.accounts.people.get(request[ENTRY].user or "")
    return Frame(
        world.tenant,
        person=(person.name or person.username) if person else "",
        banner=world.cookie_banner,
        banner_over_all=bool(faults.take("banner_over_button", path)),
        renamed=pages.renaming(faults.take("rename_classes", path)),
    )


def is_ours(request: web.Request) -> bool:
    """The anti-forgery check: the form carries what the cookie carries."""
    token = request.cookies.get(FORGERY_COOKIE)
    return bool(token) and token == request[ENTRY].form.get(FORGERY_FIELD)


def set_cookie(request: web.Request, response: web.StreamResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, path="/", httponly=True, samesite="Lax", secure=request.secure)


def redirect(location: str) -> web.Response:
    return web.Response(status=302, headers={"Location": location})


def html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", headers={"Cache-Control": "private"})
