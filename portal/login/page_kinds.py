"""Recognises the page of the login on show by what a person sees of it, and says which of its elements to use. Pure.

A small table: fields, form, address, words -> what the page wants. It knows nothing of what has been done before; that
is sign_in.py's. Sources: site-contract.md, "Login" and "The login in 2026".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from portal.responses.page_errors import LOGIN_PATH
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
GRAVE = re.compile(  # what a click on an unknown page may do, and was not asked for
    r"\b(?:disattiv|elimin|cancell|revoc|revok|recess|reced|rinunc|termina(?:re|ta|to|zione)?\b|terminer[àa]|deactivat"
    r"|delet|terminat|withdraw|unsubscri|pagament|pagare\b|payment|purchase)|nuova password|new password"
    r"|(?:altr[aoe]|other) (?:session|access)",
    re.IGNORECASE,
)
CHOICES = ("checkbox", "radio")
LONG_LABEL = 60  # characters; snapshot.py cuts the cell before a field there
NEVER_TYPED = ("range", "color", "search")


class PageKind(StrEnum):
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


CLICKED = frozenset((PageKind.EXPIRING, PageKind.NOTICE, PageKind.ONE_WAY))


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
class Career:
    """One career of those to choose from."""

    number: int
    tried: bool = False
    aside: bool = False
    text: str = ""
    carries: str = ""  # what its link would send


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
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
    rows: tuple[Career, ...] = ()
    complaint: str = ""
    home: bool = False
    banner: bool = False  # something asks about cookies
    automatic: bool = False  # has a form that only a script, or a timer, can send


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """A page that was recognised, and what to use of it."""

    kind: PageKind
    snapshot: Snapshot
    field: Field | None = None  # password or code
    login: Field | None = None
    button: Button | None = None
    why: str = ""  # of an unknown page: why nothing is done there

    @property
    def is_tried(self) -> bool:
        """Whether this very page was dealt with already."""
        target = self.field or self.button
        return target.tried if target else any(each.tried for each in self.snapshot.rows)

    @property
    def name(self) -> tuple[str, str]:
        """What it is called by: a page that comes again has the same."""
        return self.snapshot.url.partition("?")[0].partition(";")[0], self.snapshot.words


def plain(label: str) -> str:
    """A label without what only decorates it: case, arrows, counters."""
    return " ".join(re.sub(r"[^\w ]|_|\d+\W*$", " ", label.casefold()).split())


def recognise(snapshot: Snapshot, places: Places) -> RecognisedPage:
    """What the page is, and which of its elements to use."""
    of_login = places.may_type(snapshot.url)
    for rule in (_home, _entry, _password, _code):
        if seen := rule(snapshot, places):
            return seen
    if not of_login or places.has_own_form:  # of a club's own pages behind its form nothing is known: none is clicked
        return _without_way(snapshot, "")
    return _choice(snapshot) or _known_click(snapshot) or _one_way(snapshot)


def _home(snapshot: Snapshot, places: Places) -> RecognisedPage | None:
    return RecognisedPage(PageKind.HOME, snapshot) if snapshot.home else None


def _entry(snapshot: Snapshot, places: Places) -> RecognisedPage | None:
    """By its words; on the booking site's own pages, where no password is asked for, by its looks and address too."""
    live, asks = [each for each in snapshot.buttons if not each.disabled], bool(_passwords(snapshot))
    of_login = places.may_type(snapshot.url)
    if asks and of_login:
        return None
    found = [each for each in live if ENTER_ACCOUNT.fullmatch(plain(each.label))]
    if not found and not asks and not of_login:
        green = [each for each in live if each.submits and _has_class(each, "green")]
        found = [each for each in green if not _has_class(each, "pull-right")]
        at_login = LOGIN_PATH.lower() in urlsplit(snapshot.url).path.lower()
        found = found or [each for each in live if at_login and ENTER.fullmatch(plain(each.label))]
    return RecognisedPage(PageKind.ENTRY, snapshot, button=found[0]) if found else None


def _has_class(button: Button, name: str) -> bool:
    return name in button.classes.split()


def _passwords(snapshot: Snapshot) -> list[Field]:
    return [
        each for each in snapshot.fields
        if not _is_code(each) and (each.kind == "password" or (each.id == "password" and each.kind == "text"))
    ]  # fmt: skip


def _password(snapshot: Snapshot, places: Places) -> RecognisedPage | None:
    fields = _passwords(snapshot)
    if not fields:
        return None
    alone = [each for each in fields if [other.form for other in fields].count(each.form) == 1]
    if len(alone) < len(fields) or OF_A_NEW_PASSWORD.search(_called(fields[0])):
        if continued := _goes_on_without(snapshot):
            return continued
        return RecognisedPage(PageKind.NEW_PASSWORD, snapshot)
    password = next((each for each in alone if each.id == "password"), alone[0])
    login = _login_beside(snapshot, password)
    button = _send_button(snapshot, password)
    if button is None:
        return RecognisedPage(PageKind.UNKNOWN, snapshot, why="the password form has no button that we know")
    return RecognisedPage(PageKind.PASSWORD, snapshot, field=password, login=login, button=button)


def _goes_on_without(snapshot: Snapshot) -> RecognisedPage | None:
    """The page of a password that expires, with a form to change it now: its own button goes on without."""
    button = next((each for each in snapshot.buttons if each.name == "evn_continua" and not each.disabled), None)
    known = EXPIRING_PLACE.search(snapshot.url) or PRESS.search(snapshot.words)
    expires = known and EXPIRING_WORDS.search(snapshot.words)
    return RecognisedPage(PageKind.EXPIRING, snapshot, button=button) if button and expires else None


def _login_beside(snapshot: Snapshot, password: Field) -> Field | None:
    """The field of the user name, in the same form; None where the page does not ask for it."""
    texts = [
        each for each in snapshot.fields
        if each.form == password.form and each.kind in ("text", "email", "tel", "number") and not each.aside
    ]  # fmt: skip
    named = [each for each in texts if each.id == "login" or USER_NAME.search(_called(each))]
    return next(iter(named or texts), None)


def _called(field_: Field) -> str:
    return f"{field_.name} {field_.id} {field_.label}"


def _is_code(each: Field) -> bool:
    return each.autocomplete == "one-time-code" or ONE_TIME.search(_called(each)) is not None


def _code(snapshot: Snapshot, places: Places) -> RecognisedPage | None:
    fields = [
        each for each in snapshot.fields if each.kind not in (*CHOICES, *NEVER_TYPED, "select") and _is_code(each)
    ]
    if len(fields) != 1:
        return None
    button = _send_button(snapshot, fields[0])
    if button is None:
        return RecognisedPage(
            PageKind.UNKNOWN, snapshot, why="the form of the one-time code has no button that we know"
        )
    return RecognisedPage(PageKind.CODE, snapshot, field=fields[0], button=button)


def _send_button(snapshot: Snapshot, of: Field) -> Button | None:
    """The button of a field's form: where the sign-on has it, else the nearest that says so, else its only one."""
    live = [each for each in snapshot.buttons if not each.disabled and not each.aside]
    same = [each for each in live if each.form in (of.form, -1)]
    for known in (
        [each for each in live if each.accedi or each.id == "submit-dissms"],
        [each for each in same if SEND.fullmatch(plain(each.label))],
        [each for each in same if each.submits],
    ):
        if known:
            return min(known, key=lambda each: each.distance)
    return None


def _choice(snapshot: Snapshot) -> RecognisedPage | None:
    return RecognisedPage(PageKind.MATRICOLA, snapshot) if snapshot.rows else None


def _known_click(snapshot: Snapshot) -> RecognisedPage | None:
    """The pages that want one click, known by their words or address.

    A page that answers a form without a redirect stands at the address of the page before: so its words come first.
    """
    placed, known = _by_place(snapshot), _by_words(snapshot)
    named = [each for each in _live(snapshot) if each.name == "evn_continua"]
    ways = ways_on(snapshot)
    if known is PageKind.EXPIRING and placed is None:
        sure = (named or len(ways) == 1) and not _to_fill(snapshot) and _only_changes(snapshot)
        known = known if sure else None
    elif known is PageKind.NOTICE and placed is None:
        sure = len(ways) == 1 and not _texts_to_fill(snapshot) and not _other_ways(snapshot) and not _grave(snapshot)
        known = known if sure else None
    if placed is PageKind.NOTICE and (_texts_to_fill(snapshot) or (known is None and _grave(snapshot))):
        return None  # another page, that answered the notice's form and so stands at its address
    known = known or placed
    if known is None:
        return None
    buttons = [each for each in _live(snapshot) if not each.is_link]
    later = [each for each in buttons if LATER.fullmatch(plain(each.label))]
    for choice in (named, ways, later, buttons):
        if len(choice) == 1:
            return RecognisedPage(known, snapshot, button=choice[0])
    return None


def _by_place(snapshot: Snapshot) -> PageKind | None:
    for place in (
        " ".join(each.to for each in _live(snapshot) if each.form >= 0),
        snapshot.url,
    ):  # it may post to itself
        for kind, known in ((PageKind.EXPIRING, EXPIRING_PLACE), (PageKind.NOTICE, NOTICE_PLACE)):
            if known.search(place):
                return kind
    return None


def _by_words(snapshot: Snapshot) -> PageKind | None:
    """Where the words speak of both, the title decides, then the button and what is said of it."""
    for said in (snapshot.words, snapshot.title):
        expires, notice = EXPIRING_WORDS.search(said) is not None, NOTICE_WORDS.search(said) is not None
        if expires != notice:
            return PageKind.EXPIRING if expires else PageKind.NOTICE
    named = any(each.name == "evn_continua" for each in _live(snapshot))
    return (
        PageKind.EXPIRING if named and EXPIRING_WORDS.search(snapshot.words) and PRESS.search(snapshot.words) else None
    )


def _grave(snapshot: Snapshot) -> str:
    """What a page says a click may end, undo or cost; empty when it says no such thing."""
    found = GRAVE.search(f"{snapshot.title} {snapshot.main or snapshot.words}")
    return found[0] if found else ""


def _only_changes(snapshot: Snapshot) -> bool:
    """Whether the other ways of a page lead back, or to another password."""
    return all(CHANGE.fullmatch(plain(each.label)) for each in _other_ways(snapshot))


def _one_way(snapshot: Snapshot) -> RecognisedPage:
    """An unknown page of the sign-on: with exactly one way on, and nothing to fill in, it is passed."""
    if filled := _to_fill(snapshot):
        label = filled[0].label if len(filled[0].label) < LONG_LABEL else ""  # half a secret at a cut is not recognised
        what = label or filled[0].name or filled[0].kind
        return RecognisedPage(PageKind.UNKNOWN, snapshot, why=f"it has a field to fill in, '{what}'")
    ways = ways_on(snapshot)
    if len(ways) == 1 and not _other_ways(snapshot):
        if grave := _grave(snapshot):
            return RecognisedPage(
                PageKind.UNKNOWN, snapshot, why=f"who goes on there may end or undo something ('{grave}')"
            )
        return RecognisedPage(PageKind.ONE_WAY, snapshot, button=ways[0])
    if ways or _other_ways(snapshot):
        return RecognisedPage(PageKind.UNKNOWN, snapshot, why="it has not exactly one way on")
    return _without_way(snapshot, "it has no way on")


def _without_way(snapshot: Snapshot, why: str) -> RecognisedPage:
    waits = snapshot.automatic or not snapshot.loaded or not snapshot.words.strip()
    coming = any(each.disabled and GO_ON.fullmatch(plain(each.label)) for each in snapshot.buttons)
    return RecognisedPage(PageKind.WAITING if waits or coming else PageKind.UNKNOWN, snapshot, why=why)


def _live(snapshot: Snapshot) -> list[Button]:
    return [each for each in snapshot.buttons if not each.disabled and not each.aside]


def ways_on(snapshot: Snapshot) -> list[Button]:
    """What a person would click without thinking, each way once: what says the same and leads to the same is one."""
    found = [each for each in _live(snapshot) if GO_ON.fullmatch(plain(each.label))]
    return list({(plain(each.label), _leads(each)): each for each in found}.values())


def _leads(button: Button) -> tuple[str, int]:
    """Where it leads: an address, else its form, else only it knows."""
    own = (button.form if button.form >= 0 else -button.number) if not button.to else 0
    return button.to, own


def _other_ways(snapshot: Snapshot) -> list[Button]:
    """Buttons that lead on, but say something else: which is right is not ours to say. Plain links are no way on."""
    ways: Iterable[Button] = _live(snapshot)
    return [
        each for each in ways
        if not each.is_link and not GO_ON.fullmatch(plain(each.label)) and not BACK.fullmatch(plain(each.label))
    ]  # fmt: skip


def _to_fill(snapshot: Snapshot) -> list[Field]:
    return [each for each in snapshot.fields if not each.aside and not each.readonly and each.kind not in NEVER_TYPED]


def _texts_to_fill(snapshot: Snapshot) -> list[Field]:
    """Without boxes to tick, as "do not show this again"."""
    return [each for each in _to_fill(snapshot) if each.kind not in CHOICES]


def refusal_on(snapshot: Snapshot) -> str:
    """The page's own words about what it refused: where such words stand, else the sentence that sounds like it; empty
    when there is neither."""
    found = REFUSAL.search(snapshot.words)
    return snapshot.complaint or (" ".join(found[0].split()) if found else "")


def only_starts_over(snapshot: Snapshot) -> bool:
    """Whether it complains that a session timed out, and not of what was typed."""
    return TIMED_OUT.search(snapshot.complaint) is not None and not OF_CREDENTIALS.search(refusal_on(snapshot))


def turned_away(snapshot: Snapshot, kind: PageKind) -> str:
    """The words in which a page without a form refuses the login; empty when it has none.

    A page that can be passed must say so in clear words; where no way leads on, a complaint is enough.
    """
    if _texts_to_fill(snapshot) or TIMED_OUT.search(snapshot.words):
        return ""
    found = TURNED_AWAY.search(snapshot.words)
    if found is None:
        return snapshot.complaint if kind is PageKind.UNKNOWN else ""
    return snapshot.complaint or " ".join(found[0].split())
