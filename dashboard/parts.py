"""What every part of the dashboard is made of: its routes, who may open them, who asks, and how a page is rendered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from aiohttp import web
from jinja2 import Environment

from bot.flows.router import Router
from bot.flows.services import Services
from dashboard.navigation import tabs
from database import Database
from domain.model import Clock
from languages import Language, spoken
from runtime.changes import Changes
from runtime.settings import Settings

USUAL_BODY = 16 * 1024  # bytes of a form
USUAL_TIME = 10.0  # s for the whole of a form; a phone's over a slow line takes less
NO_FIELDS: Mapping[str, str] = {}
NO_FILES: Mapping[str, bytes] = {}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Access(IntEnum):
    """Who may open a route."""

    ANYBODY = 0
    PERSON = 1  # who has entered
    OWNER = 2


def everybody(_request: web.Request) -> bool:
    """Whose form is wanted, but where a route says otherwise."""
    return True


@dataclass(frozen=True, slots=True)
class Route:
    """A path of the dashboard, below the path of `web.public_url`, and what answers there."""

    method: str
    path: str
    handler: Handler
    access: Access = Access.PERSON
    most_bytes: int = USUAL_BODY
    within: float = USUAL_TIME  # s for the whole of a form
    is_wanted: Callable[[web.Request], bool] = everybody  # what is not is never read: the form is empty then


def get(path: str, handler: Handler, access: Access = Access.PERSON) -> Route:
    """Shows something. It must not change a row."""
    return Route("GET", path, handler, access)


def post(path: str, handler: Handler, access: Access = Access.PERSON, most_bytes: int = USUAL_BODY) -> Route:
    """Takes a form, which is in request[FORM]; its CSRF token was compared unless anybody may send it."""
    return Route("POST", path, handler, access, most_bytes)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: a person who has entered."""

    user_id: int
    session_id: int
    csrf: str  # the token that every form of this session carries
    language: Language
    is_owner: bool
    name: str = ""  # their first name, where Telegram has told it


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent: each field once, files held in memory only."""

    fields: Mapping[str, str] = field(default_factory=lambda: NO_FIELDS)
    files: Mapping[str, bytes] = field(default_factory=lambda: NO_FILES)

    def text(self, name: str) -> str:
        """The field's text; empty when it was not sent."""
        return self.fields.get(name, "")


VISITOR = web.RequestKey("visitor", Visitor)
FORM = web.RequestKey("form", Form)


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What is handed to each part. `router` answers what is done; `looking` what is looked at, and writes nothing."""

    db: Database
    settings: Settings
    clock: Clock
    router: Router
    looking: Router
    services: Services
    templates: Environment
    changes: Changes
    prefix: str  # the path of `web.public_url`: before every address, and without a slash at the end
    at_the_end: list[Callable[[], None]] = field(default_factory=list)  # called once no more requests are taken

    def url(self, path: str) -> str:
        """The address of a path of the dashboard, for a link or a form."""
        return self.prefix + path

    def redirect(self, path: str) -> web.Response:
        """Leads the browser to a path of the dashboard, by GET."""
        return web.Response(status=303, headers={"Location": self.url(path)})

    def render(self, request: web.Request, template: str, status: int = 200, **values: object) -> web.Response:
        """A page, in the language that is spoken."""
        visitor = request.get(VISITOR)
        body = self.templates.get_template(template).render(
            visitor=visitor,
            csrf=visitor.csrf if visitor else "",
            language=str(spoken()),
            url=self.url,
            tabs=tabs(visitor.is_owner) if visitor else (),
            path=request.path.removeprefix(self.prefix),
            **values,
        )
        return web.Response(text=body, status=status, content_type="text/html")
