"""Recognises the page of the login on show by what a person sees of it, and says which of its elements to use. Pure.

A small table: fields, form, address, words -> what the page wants. It knows nothing of what has been done before; that
is login.py's. Sources: site-contract.md, "Login" and "The login in 2026".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from portal.recognition import LOGIN_PATH
from safety.addresses import Places

NOTICE_PLACE = re.compile(r"/AvvisiDFA\b", re.IGNORECASE)
NOTICE_WORDS = re.compile(r"(?:due|doppio|secondo) fattor[ie]|(?:two|second)[ -]factor|\b2FA\b", re.IGNORECASE)
PRESS = re.compile(r"per (?:proseguire|continuare)\W+prem|to (?:continue|proceed)\W+(?:press|click)", re.IGNORECASE)
EXPIRING_PLACE = re.compile(r"/PWDinScadenza\b", re.IGNORECASE)
EXPIRING_WORDS = re.compile(
    r"password\W+(?:\w+\W+){0,6}?(?:scad(?!ut)|in scadenza|expir(?!ed))"
    r"|(?:scadenza|expiry|expiration)\W+(?:\w+\W+){0,3}?password",
    re.IGNORECASE,
)
GO_ON = re.compile(
    r"(?:ok )?(?:accett[ao] (?:e |ed )?)?"
    r"(?:continua|prosegui|procedi|avanti|vai avanti|ok|accett[ao]|ho capito|presa visione|continue|proceed|next|go on"
    r"|accept|i accept|accept and continue|got it|i understand)"
    r"(?: (?:al servizio|al sito|ai servizi|con l accesso|l accesso|with login|to (?:the )?(?:service|site|application)"
    r"))?",
)
LATER = re.compile(r"(?:ricordamelo )?(?:più tardi|in seguito|dopo)|non ora|salta|chiudi|skip|not now|later|close")
BACK = re.compile(
    r"annulla|indietro|torna\b.*|esci|disconnetti|logout|log out|stampa|aiuto|help|assistenza|cancel|back|exit|sign out"
    r"|it|ita|en|eng|italiano|english|menu|home|",
)
ENTER = re.compile(r"accedi(?: al tuo account| ora)?|log ?in(?: to your account)?|sign in(?: to your account)?|entra")
SEND = re.compile(rf"{ENTER.pattern}|{GO_ON.pattern}|invia|conferma|verifica|submit|send|confirm|verify")
ENTER_ACCOUNT = re.compile(r"accedi al tuo account|(?:sign|log) in to your account")
CHANGE = re.compile(r"(?:cambia|modifica|aggiorna|change|update)\b.*")
USER_NAME = re.compile(r"login|user|codice ?persona|person ?code|matricola|e-?mail", re.IGNORECASE)
OF_A_NEW_PASSWORD = re.compile(r"nuov|new|conferm|confirm|ripet|repeat|retype|attual|vecchi|current|old", re.IGNORECASE)
ONE_TIME = re.compile(
    r"\botp|one.?time|usa e getta|monouso|temporane|codice di (?:verifica|sicurezza|autenticazione|accesso)"
    r"|verification code|security code|authenticat|\btotp\b|passcode",
    re.IGNORECASE,
)
REFUSAL = re.compile(
    r"[^.!?|]{0,150}(?:errat|non (?:è |sono )?(?:corrett|valid|riconosciut)|bloccat|wrong|invalid|incorrect|locked)"
    r"[^.!?|]{0,150}",
    re.IGNORECASE,
)
TURNED_AWAY = re.compile(
    r"[^.!?|]{0,150}\b(?:bloccat|scadut|errat|disabilitat|tentativi\b|locked|expired|wrong|incorrect|disabled|too many)"
    r"[^.!?|]{0,150}",
    re.IGNORECASE,
)
BARRED = re.compile(r"bloccat|disabilitat|tentativi\b|locked|disabled|too many", re.IGNORECASE)
TIMED_OUT = re.compile(r"\bsession\w* (?:\S+ ){0,2}(?:scadut|terminat|non valid|expired|timed out)", re.IGNORECASE)
OF_CREDENTIALS = re.compile(r"password|credenzial|credential|codice persona|errat|wrong", re.IGNORECASE)
GRAVE = re.compile(  # what a click on a page that nobody knows may do, and nobody asked us for
    r"\b(?:disattiv|elimin|cancell|revoc|revok|recess|reced|rinunc|termina(?:re|ta|to|zione)?\b|terminer[àa]|deactivat"
    r"|delet|terminat|withdraw|unsubscri|pagament|pagare\b|payment|purchase)|nuova password|new password"
    r"|(?:altr[aoe]|other) (?:session|access)",
    re.IGNORECASE,
)
CHOICES = ("checkbox", "radio")
LONG_LABEL = 60  # characters; login_sight.py cuts the cell before a field there
NEVER_TYPED = ("range", "color", "search")


class Kind(StrEnum):
    """What a page of the login is."""

    HOME = "home"  # the dashboard: the end
    ENTRY = "entry"  # the site's login page: a button leads to the sign-on
    PASSWORD = "password"  # noqa: S105 - asks for user name and password
    NEW_PASSWORD = "new password"  # noqa: S105 - asks for another: nothing is ever typed there
    CODE = "code"  # asks for a one-time code
    MATRICOLA = "matricola"  # which of several careers
    EXPIRING = "expiring"  # the password expires soon: one click
    NOTICE = "notice"  # about the second factor: one click
    ONE_WAY = "one way"  # unknown, with exactly one way on: one click
    WAITING = "waiting"  # goes on by itself, or is not complete yet
    UNKNOWN = "unknown"


CLICKED = frozenset((Kind.EXPIRING, Kind.NOTICE, Kind.ONE_WAY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Something on show that can be filled in."""

    number: int
    tried: bool = False  # used before, in this very page
    aside: bool = False  # in the page's head or foot
    kind: str = "text"
    name: str = ""
    id: str = ""
    label: str = ""
    form: int = -1
    autocomplete: str = ""
    readonly: bool = False
    value: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """Something on show that can be clicked."""

    number: int
    tried: bool = False
    aside: bool = False
    label: str = ""
    is_link: bool = False  # and looks like one
    id: str = ""
    name: str = ""
    classes: str = ""
    form: int = -1
    submits: bool = False
    to: str = ""
    disabled: bool = False
    accedi: bool = False  # stands where the sign-on has its button
    distance: int = 0  # steps up from the field that is to be filled in to what holds both


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One career of those to choose from."""

    number: int
    tried: bool = False
    aside: bool = False
    text: str = ""
    carries: str = ""  # what its link would send


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """A page as a person sees it."""

    url: str
    born: float = 0.0  # when the page began, in the browser's own time: tells one page from the next
    parsed: bool = True  # all of it has come
    loaded: bool = True  # and what belongs to it
    title: str = ""
    words: str = ""
    main: str = ""  # the words without those around them
    fields: tuple[Field, ...] = ()
    buttons: tuple[Button, ...] = ()
    rows: tuple[Row, ...] = ()
    complaint: str = ""
    home: bool = False
    banner: bool = False  # something asks about cookies
    automatic: bool = False  # has a form that only a script, or a timer, can send


@dataclass(frozen=True, slots=True)
class Seen:
    """A page that was recognised, and what to use of it."""

    kind: Kind
    portrait: Portrait
    field: Field | None = None  # password or code
    login: Field | None = None
    button: Button | None = None
    why: str = ""  # of an unknown page: why nothing is done there

    @property
    def is_tried(self) -> bool:
        """Whether this very page was dealt with already."""
        target = self.field or self.button
        return target.tried if target else any(each.tried for each in self.portrait.rows)

    @property
    def name(self) -> tuple[str, str]:
        """What it is called by: a page that comes again has the same."""
        return self.portrait.url.partition("?")[0].partition(";")[0], self.portrait.words


def plain(label: str) -> str:
    """A label without what only decorates it: case, arrows, counters."""
    return " ".join(re.sub(r"[^\w ]|_|\d+\W*$", " ", label.casefold()).split())


def recognise(portrait: Portrait, places: Places) -> Seen:
    """What the page is, and which of its elements to use."""
    of_login = places.may_type(portrait.url)
    for rule in (_home, _entry, _password, _code):
        if seen := rule(portrait, places):
            return seen
    if not of_login:
        return _without_way(portrait, "")
    return _choice(portrait) or _known_click(portrait) or _one_way(portrait)


def _home(portrait: Portrait, places: Places) -> Seen | None:
    return Seen(Kind.HOME, portrait) if portrait.home else None


def _entry(portrait: Portrait, places: Places) -> Seen | None:
    """By its words; on the booking site's own pages, where no password is asked for, by its looks and address too."""
    live, asks = [each for each in portrait.buttons if not each.disabled], bool(_passwords(portrait))
    of_login = places.may_type(portrait.url)
    if asks and of_login:
        return None
    found = [each for each in live if ENTER_ACCOUNT.fullmatch(plain(each.label))]
    if not found and not asks and not of_login:
        green = [each for each in live if each.submits and _has_class(each, "green")]
        found = [each for each in green if not _has_class(each, "pull-right")]
        at_login = LOGIN_PATH.lower() in urlsplit(portrait.url).path.lower()
        found = found or [each for each in live if at_login and ENTER.fullmatch(plain(each.label))]
    return Seen(Kind.ENTRY, portrait, button=found[0]) if found else None


def _has_class(button: Button, name: str) -> bool:
    return name in button.classes.split()


def _passwords(portrait: Portrait) -> list[Field]:
    return [
        each for each in portrait.fields
        if not _is_code(each) and (each.kind == "password" or (each.id == "password" and each.kind == "text"))
    ]  # fmt: skip


def _password(portrait: Portrait, places: Places) -> Seen | None:
    fields = _passwords(portrait)
    if not fields:
        return None
    alone = [each for each in fields if [other.form for other in fields].count(each.form) == 1]
    if len(alone) < len(fields) or OF_A_NEW_PASSWORD.search(_called(fields[0])):
        if continued := _goes_on_without(portrait):
            return continued
        return Seen(Kind.NEW_PASSWORD, portrait)
    password = next((each for each in alone if each.id == "password"), alone[0])
    login = _login_beside(portrait, password)
    button = _send_button(portrait, password)
    if button is None:
        return Seen(Kind.UNKNOWN, portrait, why="the password form has no button that we know")
    return Seen(Kind.PASSWORD, portrait, field=password, login=login, button=button)


def _goes_on_without(portrait: Portrait) -> Seen | None:
    """The page of a password that expires, with a form to change it now: its own button goes on without."""
    button = next((each for each in portrait.buttons if each.name == "evn_continua" and not each.disabled), None)
    known = EXPIRING_PLACE.search(portrait.url) or PRESS.search(portrait.words)
    expires = known and EXPIRING_WORDS.search(portrait.words)
    return Seen(Kind.EXPIRING, portrait, button=button) if button and expires else None


def _login_beside(portrait: Portrait, password: Field) -> Field | None:
    """The field of the user name, in the same form; None where the page does not ask for it."""
    texts = [
        each for each in portrait.fields
        if each.form == password.form and each.kind in ("text", "email", "tel", "number") and not each.aside
    ]  # fmt: skip
    named = [each for each in texts if each.id == "login" or USER_NAME.search(_called(each))]
    return next(iter(named or texts), None)


def _called(field_: Field) -> str:
    return f"{field_.name} {field_.id} {field_.label}"


def _is_code(each: Field) -> bool:
    return each.autocomplete == "one-time-code" or ONE_TIME.search(_called(each)) is not None


def _code(portrait: Portrait, places: Places) -> Seen | None:
    fields = [
        each for each in portrait.fields if each.kind not in (*CHOICES, *NEVER_TYPED, "select") and _is_code(each)
    ]
    if len(fields) != 1:
        return None
    button = _send_button(portrait, fields[0])
    if button is None:
        return Seen(Kind.UNKNOWN, portrait, why="the form of the one-time code has no button that we know")
    return Seen(Kind.CODE, portrait, field=fields[0], button=button)


def _send_button(portrait: Portrait, of: Field) -> Button | None:
    """The button of a field's form: where the sign-on has it, else the nearest that says so, else its only one."""
    live = [each for each in portrait.buttons if not each.disabled and not each.aside]
    same = [each for each in live if each.form in (of.form, -1)]
    for known in (
        [each for each in live if each.accedi or each.id == "submit-dissms"],
        [each for each in same if SEND.fullmatch(plain(each.label))],
        [each for each in same if each.submits],
    ):
        if known:
            return min(known, key=lambda each: each.distance)
    return None


def _choice(portrait: Portrait) -> Seen | None:
    return Seen(Kind.MATRICOLA, portrait) if portrait.rows else None


def _known_click(portrait: Portrait) -> Seen | None:
    """The pages that want one click, known by their words or address.

    A page that answers a form without a redirect stands at the address of the page before: so its words come first.
    """
    placed, known = _by_place(portrait), _by_words(portrait)
    named = [each for each in _live(portrait) if each.name == "evn_continua"]
    ways = ways_on(portrait)
    if known is Kind.EXPIRING and placed is None:
        sure = (named or len(ways) == 1) and not _to_fill(portrait) and _only_changes(portrait)
        known = known if sure else None
    elif known is Kind.NOTICE and placed is None:
        sure = len(ways) == 1 and not _texts_to_fill(portrait) and not _other_ways(portrait) and not _grave(portrait)
        known = known if sure else None
    known = known or placed
    if known is None:
        return None
    buttons = [each for each in _live(portrait) if not each.is_link]
    later = [each for each in buttons if LATER.fullmatch(plain(each.label))]
    for choice in (named, ways, later, buttons):
        if len(choice) == 1:
            return Seen(known, portrait, button=choice[0])
    return None


def _by_place(portrait: Portrait) -> Kind | None:
    for place in (
        " ".join(each.to for each in _live(portrait) if each.form >= 0),
        portrait.url,
    ):  # it may post to itself
        for kind, known in ((Kind.EXPIRING, EXPIRING_PLACE), (Kind.NOTICE, NOTICE_PLACE)):
            if known.search(place):
                return kind
    return None


def _by_words(portrait: Portrait) -> Kind | None:
    """Where the words speak of both, the title decides, then the button and what is said of it."""
    for said in (portrait.words, portrait.title):
        expires, notice = EXPIRING_WORDS.search(said) is not None, NOTICE_WORDS.search(said) is not None
        if expires != notice:
            return Kind.EXPIRING if expires else Kind.NOTICE
    named = any(each.name == "evn_continua" for each in _live(portrait))
    return Kind.EXPIRING if named and EXPIRING_WORDS.search(portrait.words) and PRESS.search(portrait.words) else None


def _grave(portrait: Portrait) -> str:
    """What a page says a click may end, undo or cost; empty when it says no such thing."""
    found = GRAVE.search(f"{portrait.title} {portrait.main or portrait.words}")
    return found[0] if found else ""


def _only_changes(portrait: Portrait) -> bool:
    """Whether the other ways of a page lead back, or to another password."""
    return all(CHANGE.fullmatch(plain(each.label)) for each in _other_ways(portrait))


def _one_way(portrait: Portrait) -> Seen:
    """A page of the sign-on that nobody knows: with exactly one way on, and nothing to fill in, it is passed."""
    if filled := _to_fill(portrait):
        label = filled[0].label if len(filled[0].label) < LONG_LABEL else ""  # half a secret at a cut is not recognised
        what = label or filled[0].name or filled[0].kind
        return Seen(Kind.UNKNOWN, portrait, why=f"it has a field to fill in, '{what}'")
    ways = ways_on(portrait)
    if len(ways) == 1 and not _other_ways(portrait):
        if grave := _grave(portrait):
            return Seen(Kind.UNKNOWN, portrait, why=f"who goes on there may end or undo something ('{grave}')")
        return Seen(Kind.ONE_WAY, portrait, button=ways[0])
    if ways or _other_ways(portrait):
        return Seen(Kind.UNKNOWN, portrait, why="it has not exactly one way on")
    return _without_way(portrait, "it has no way on")


def _without_way(portrait: Portrait, why: str) -> Seen:
    waits = portrait.automatic or not portrait.loaded or not portrait.words.strip()
    coming = any(each.disabled and GO_ON.fullmatch(plain(each.label)) for each in portrait.buttons)
    return Seen(Kind.WAITING if waits or coming else Kind.UNKNOWN, portrait, why=why)


def _live(portrait: Portrait) -> list[Button]:
    return [each for each in portrait.buttons if not each.disabled and not each.aside]


def ways_on(portrait: Portrait) -> list[Button]:
    """What a person would click without thinking, each way once: what says the same and leads to the same is one."""
    found = [each for each in _live(portrait) if GO_ON.fullmatch(plain(each.label))]
    return list({(plain(each.label), _leads(each)): each for each in found}.values())


def _leads(button: Button) -> tuple[str, int]:
    """Where it leads: an address, else its form, else only it knows."""
    own = (button.form if button.form >= 0 else -button.number) if not button.to else 0
    return button.to, own


def _other_ways(portrait: Portrait) -> list[Button]:
    """Buttons that lead on, but say something else: which is right is not ours to say. Plain links are no way on."""
    ways: Iterable[Button] = _live(portrait)
    return [
        each for each in ways
        if not each.is_link and not GO_ON.fullmatch(plain(each.label)) and not BACK.fullmatch(plain(each.label))
    ]  # fmt: skip


def _to_fill(portrait: Portrait) -> list[Field]:
    return [each for each in portrait.fields if not each.aside and not each.readonly and each.kind not in NEVER_TYPED]


def _texts_to_fill(portrait: Portrait) -> list[Field]:
    """Without boxes to tick, as "do not show this again"."""
    return [each for each in _to_fill(portrait) if each.kind not in CHOICES]


def refusal_on(portrait: Portrait) -> str:
    """The page's own words about what it refused: where such words stand, else the sentence that sounds like it; empty
    when there is neither."""
    found = REFUSAL.search(portrait.words)
    return portrait.complaint or (" ".join(found[0].split()) if found else "")


def only_starts_over(portrait: Portrait) -> bool:
    """Whether it complains that a session timed out, and not of what was typed."""
    return TIMED_OUT.search(portrait.complaint) is not None and not OF_CREDENTIALS.search(refusal_on(portrait))


def turned_away(portrait: Portrait, kind: Kind) -> str:
    """How a page without a form, on which a login ends, says that it lets nobody in; empty when it says no such thing.

    A page that can be passed must say so in clear words; where no way leads on, a complaint is enough.
    """
    if _texts_to_fill(portrait) or TIMED_OUT.search(portrait.words):
        return ""
    found = TURNED_AWAY.search(portrait.words)
    if found is None:
        return portrait.complaint if kind is Kind.UNKNOWN else ""
    return portrait.complaint or " ".join(found[0].split())
