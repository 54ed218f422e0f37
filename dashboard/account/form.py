"""The account form: what a person typed, and one clear sentence for each mistake in it.

Nothing that was typed is lost by a mistake. What is no secret stands in its field again; a secret that was good is kept
in this process for the while of the form, and its field says so: no page ever holds a secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

from domain.site_login import SiteLogin
from languages import _

MOST_LETTERS = 500  # of any text; nobody's password is longer
USUAL_USERNAME = re.compile(r"\d{8}", re.ASCII)  # a Codice Persona

Choice = TypeVar("Choice", bound=StrEnum)


class Way(StrEnum):
    """How a person gets into the site."""

    PASSWORD = "password"  # noqa: S105 - a way; the bot types Codice Persona, password and code
    BY_HAND = "by_hand"  # the person logs in, with SPID or CIE, and the bot uses that session


class Codes(StrEnum):
    """Whether the login asks for a one-time code."""

    ASKED = "asked"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Typed:
    """What came with the form, but for the one-time secret and its picture: those are read elsewhere."""

    username: str = ""
    way: Way = Way.PASSWORD
    codes: Codes = Codes.ASKED
    matricola: str = ""
    password: str = field(default="", repr=False)

    def with_kept(self, password: str) -> Typed:
        """The password of an earlier try stays where the field was left empty."""
        return self if self.password or self.way is Way.BY_HAND else replace(self, password=password)


class Mistakes(dict[str, str]):
    """One sentence for each field that has to be mended, by the field's name, in the order of the form."""


def typed(fields: Mapping[str, str], site: SiteLogin = SiteLogin.POLIMI) -> Typed:
    """The form's fields as they were typed; blanks around what is no secret are dropped.

    What the site never asks for is not taken, whatever was sent.
    """
    form = Typed(
        username=fields.get("username", "").strip(),
        way=_one_of(Way, fields.get("way", ""), Way.PASSWORD),
        codes=_one_of(Codes, fields.get("codes", ""), Codes.ASKED),
        matricola=fields.get("matricola", "").strip(),
        password=fields.get("password", ""),
    )
    match site:
        case SiteLogin.POLIMI:
            return form
        case SiteLogin.FORM:
            return replace(form, codes=Codes.NEVER, matricola="")
        case SiteLogin.BY_HAND:
            return Typed(username=form.username, way=Way.BY_HAND, codes=Codes.NEVER)


def mistakes_in(form: Typed, site: SiteLogin = SiteLogin.POLIMI) -> Mistakes:
    """What has to be mended before the account can be tried."""
    found = Mistakes()
    polimi = site is SiteLogin.POLIMI
    if told := _wrong_username(form.username) if polimi else _wrong_name_at_the_club(form.username):
        found["username"] = told
    if form.way is Way.PASSWORD and (told := _wrong_password(form.password, polimi=polimi)):
        found["password"] = told
    if form.matricola and not re.fullmatch(r"[\w./-]{1,30}", form.matricola, re.ASCII):
        found["matricola"] = _("Scrivi la matricola come la mostra l'accesso, per esempio 123456, o lasciala vuota.")
    return found


def remarks_on(form: Typed, site: SiteLogin = SiteLogin.POLIMI) -> list[str]:
    """What may be right, and is seldom meant: shown before the account is tried."""
    found = []
    if site is SiteLogin.POLIMI and not USUAL_USERNAME.fullmatch(form.username):
        found.append(_("Un Codice Persona ha otto cifre, e il tuo no: se è giusto così, vai avanti."))
    if form.way is Way.PASSWORD and form.password != form.password.strip():
        found.append(_("La password comincia o finisce con uno spazio: lo tengo, perché può farne parte."))
    return found


def _wrong_username(text: str) -> str:
    if not text:
        return _("Scrivi il tuo Codice Persona: è il numero sul badge.")
    if len(text) > MOST_LETTERS or not text.isprintable():
        return _("Il Codice Persona non può essere così: riscrivilo come sta sul badge.")
    if re.search(r"\s|@", text):
        return _("Serve il Codice Persona, il numero sul badge: non il nome né l'indirizzo e-mail.")
    return ""


def _wrong_name_at_the_club(text: str) -> str:
    if not text:
        return _("Scrivi il nome utente con cui entri nel sito del circolo.")
    if len(text) > MOST_LETTERS or not text.isprintable():
        return _("Il nome utente non può essere così: riscrivilo come sul sito.")
    return ""


def _wrong_password(text: str, *, polimi: bool) -> str:
    if not text.strip() and polimi:
        return _("Scrivi la password con cui entri nei servizi del Politecnico.")
    if not text.strip():
        return _("Scrivi la password con cui entri nel sito del circolo.")
    if len(text) > MOST_LETTERS:
        return _("È più lunga di ogni password: incolla soltanto quella.")
    if not text.isprintable():
        return _("Contiene un carattere che non si può digitare, come un a capo: riscrivila.")
    return ""


def _one_of(kind: type[Choice], text: str, default: Choice) -> Choice:
    return kind(text) if text in list(kind) else default
