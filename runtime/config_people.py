"""What people are said to log in with, against how the site lets them in. For settings.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from pydantic import SecretStr

from domain.site_login import PerLogin, SiteLogin
from languages.terminal import N_, _
from runtime.config_values import BY_HAND, codice_persona

TWICE = PerLogin(
    polimi=N_("one Codice Persona is there twice: an account belongs to one person, write their own"),
    club=N_("one user name is there twice: an account belongs to one person, write their own"),
)


class Person(Protocol):
    """Keys of somebody in config.json."""

    @property
    def username(self) -> str: ...

    @property
    def login(self) -> str: ...

    @property
    def password(self) -> SecretStr | None: ...

    @property
    def otpatu(self) -> SecretStr | None: ...


def as_the_site_lets_in(values: dict[str, Any]) -> dict[str, Any]:
    """The keys as read: where everybody logs in by hand, it is filled in of who does not say so."""
    site, friends = values.get("site"), values.get("friends")
    if not isinstance(site, dict) or site.get("login") != BY_HAND:
        return values
    listed = [{"login": BY_HAND} | each if isinstance(each, dict) else each for each in friends or ()]
    return {"login": BY_HAND} | values | ({"friends": listed} if isinstance(friends, list) else {})


def unlike_the_site(site: SiteLogin, person: Person) -> Iterator[tuple[str, str]]:
    """The keys of a person that do not go with the site's login, each with why."""
    match site:
        case SiteLogin.POLIMI:
            if why := no_codice_persona(person.username):
                yield "username", why
        case SiteLogin.FORM:
            if person.otpatu is not None:
                yield "otpatu", _('with "site.login": "form" no one-time code is asked for: remove it')
        case SiteLogin.BY_HAND:
            if person.login != BY_HAND:
                yield "login", _('with "site.login": "by_hand" everybody logs in by hand: remove it')
            for key in ("password", "otpatu"):
                if getattr(person, key) is not None:
                    yield key, _('with "site.login": "by_hand" nobody\'s password is kept: remove it')


def no_codice_persona(username: str) -> str:
    """Why a user name is none that the Politecnico gives out; empty for one."""
    try:
        codice_persona(username)
    except ValueError as why:
        return str(why)
    return ""
