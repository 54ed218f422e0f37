"""Recognises a page of the site by its elements: what was asked for, or a captcha, the login, maintenance in its place.

Words count where a reader sees them, and only on a page that lacks the element it was asked for: a style sheet, a menu
or a script may mention anything. Pure.
"""

from __future__ import annotations

import re
from copy import copy

from bs4 import BeautifulSoup, Tag

from domain.errors import Blocked, SessionExpired, SiteError, SiteUnavailable
from safety.elements import elements
from safety.untrusted import Unreadable, tame_html

LOGIN_PATH = "/Account/Login"
MOST_READ = 40_000  # characters looked at of a page that would take seconds; what stands in a page's place is short
CHOICE = "/booking/chooseactivity"

OURS = {  # the end of a path, in lower case -> the element that its page must have
    "/booking": "#event-repository",
    CHOICE: ".list-group-item",
    "/booking/bookactivity": "#booking-calendar, #booking-confirm-container, #event-repository",
    "/booking/confirmactivitybooking": "#btnConfirmAppointmentBooking",
}
ANY_OF_OURS = "#event-repository, #booking-calendar, #booking-confirm-container, #home_btt_booking"
TO_A_CALENDAR = re.compile(r"activity-?id", re.IGNORECASE)  # what links and scripts of the choice of activities carry

RAW = ("script", "style", "template", "noscript", "textarea")  # what they hold is no part of the page
UNSEEN = f"{', '.join(RAW)}, title, [hidden], [aria-hidden=true], .hidden, .hide"
INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
BUTTONS = "button, input[type=submit], input[type=button], [role=button]"

# A page without any of these, wherever they stand, is none of the pages below: it need not be parsed.
TELLING = (
    "captcha",
    "turnstile",
    "challenge",
    "gokuprops",
    "cf_chl",
    "robot",
    "uman",
    "human",
    "your browser",
    "tuo browser",
    "controllo del browser",
    "just a moment",
    "un momento",
    "un attimo",
    "attention",
    "incapsula",
    "been blocked",
    "denied",
    "negato",
    "traffic",
    "manutenzione",
    "maintenance",
    "disponibil",
    "raggiungibil",
    "accessibil",
    "unavailable",
    "sospes",
    "servizio",
    "torneremo",
    "torniamo",
    "be back",
    "right back",
    "offline",
    "is down",
    "ly down",
    "aggiornamento",
    "login",
    "accedi",
    "username",
)

# What asks to prove that one is human. The script of a captcha, or its badge, is part of many a good page.
PROOF = (
    ".g-recaptcha:not([data-size=invisible], button, input), .h-captcha:not([data-size=invisible]), .cf-turnstile,"
    " #px-captcha, #captcha-container, #challenge-container, #challenge-form, #challenge-running, #challenge-stage,"
    " #cf-challenge-running, #challenge-error-text, .cf-browser-verification, .cf-challenge, img[src*=captcha i],"
    " iframe[src*=_incapsula_resource i], iframe[src*='captcha-delivery.com' i], iframe[src*='hcaptcha.com' i],"
    " iframe[src*='challenges.cloudflare.com' i],"
    " iframe[src*=recaptcha i]:not([src*='size=invisible' i], [src*=bframe i]),"
    " input[name*=captcha i]:not([type=hidden i]), input[id*=captcha i]:not([type=hidden i])"
)
PROOF_SCRIPT = re.compile(r"_cf_chl_opt|challenge-platform/\S{0,40}orchestrate|ct\.captcha-delivery\.com|gokuProps")
PROOF_TITLE = re.compile(r"captcha|(?:human|bot|robot) (?:verification|check)|^(?:just a|un) (?:moment|attimo)", re.I)
PROOF_WORDS = re.compile(
    r"captcha|non (?:sei|sono|essere|sia) un robot|\b(?:sei|essere|sia) (?:un )?(?:essere )?uman[oi]\b|not a robot\b"
    r"|\bare (?:you )?(?:an? )?(?:human|robot)\b|checking your browser|controllo del (?:tuo )?browser",
    re.IGNORECASE,
)
PROTECTED = re.compile(
    r"(?:protett\w+|tutelat\w+|protected|secured|usa|utilizza|uses)(?: (?:da|con|tramite|by|with))?(?: google)?"
    r" \w{0,2}captcha",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"access denied|accesso negato|have been blocked|attention required|incapsula incident|unusual traffic"
    r"|traffico (?:insolito|anomalo)",
    re.IGNORECASE,
)

LOGIN_FORM = f"form[action*='{LOGIN_PATH}' i]:not([method=get i]), .aunicalogin-button-accedi, input[name=username i]"
LOGIN_WORDS = re.compile(r"accedi al tuo account", re.IGNORECASE)

MAINTENANCE_HEADING = re.compile(
    r"^\W*(?:(?:sito|portale|pagina|site|website|scheduled|planned)\W+)?(?:(?:in|under|di|per)\W+)?"
    r"(?:manutenzione|maintenance)(?:\W+(?:in corso|programmata|straordinaria|ordinaria|mode|page))?\W*$"
    r"|\bin manutenzione\W*$|under maintenance"
    r"|(?:service|servizio) (?:temporarily |temporaneamente |momentaneamente )?(?:unavailable|non disponibile)",
    re.IGNORECASE,
)
MAINTENANCE = re.compile(
    r"\b(?:in|per|causa|sotto) manutenzione\b|manutenzione (?:programmata|straordinaria|ordinaria|in corso|tecnica)"
    r"|manutenzione de(?:l|i|lla|lle) (?:sito|sistem|server|portale|serviz|piattaform|database)"
    r"|(?:lavori|intervent[oi]|operazioni|finestra) di manutenzione"
    r"|(?:under|undergoing|for|scheduled|planned|system|site|server) maintenance|maintenance (?:mode|work|window|page)"
    r"|(?:temporaneamente|momentaneamente) (?:non (?:disponibil|raggiungibil|accessibil)|sospes|fuori servizio|offline)"
    r"|servizio non (?:è )?(?:al momento )?disponibile|service (?:is )?(?:temporarily |currently )?unavailable"
    r"|(?:currently|temporarily) (?:unavailable|offline|down)\b|sito non (?:è )?disponibile|site is (?:offline|down)\b"
    r"|\btorneremo\b|\btorniamo (?:presto|subito|online|tra)\b|be (?:right )?back (?:soon|shortly|online|later)"
    r"|aggiornamento (?:del (?:sito|sistema|portale)|dei sistemi|della piattaforma|in corso)",
    re.IGNORECASE,
)


def error_on_page(html: str, path: str = "") -> SiteError | None:
    """The error that a page stands for, in place of what was asked for at that path: captcha, login, maintenance."""
    if not _is_telling(html):
        return None
    soup = _elements(html)
    if _is_ours(soup, path):
        return None
    page = _Shown(soup)
    if page.asks_for_proof() or page.says(DENIED):
        return _proof()
    if page.is_titled(MAINTENANCE_HEADING):
        return _maintenance()
    if page.has(LOGIN_FORM) or page.has_words(BUTTONS, LOGIN_WORDS):
        return _login()
    if page.has_words("h1, h2", MAINTENANCE_HEADING) or page.says(MAINTENANCE):
        return _maintenance()
    return _login() if page.has_words("a", LOGIN_WORDS) else None


def words_in_page(html: str) -> str:
    """The title of a page, if it has one, and the words on it that a reader sees."""
    soup = _elements(html)
    title, words = _text(soup.title) if soup.title else "", _Shown(soup).words
    return f"{title}: {words}" if title else words


def captcha_in_page(html: str) -> bool:
    """Whether the page that comes with an error's status asks to prove that we are human."""
    return _is_telling(html) and _Shown(_elements(html)).asks_for_proof()


def _is_telling(html: str) -> bool:
    lower = html.lower()
    return any(word in lower for word in TELLING)


def _proof() -> Blocked:
    return Blocked("the site asks to prove that we are human")


def _login() -> SessionExpired:
    return SessionExpired("the site shows its login page")


def _maintenance() -> SiteUnavailable:
    return SiteUnavailable("the site is under maintenance")


def _elements(html: str) -> BeautifulSoup:
    try:
        return elements(html)
    except Unreadable:
        return BeautifulSoup(tame_html(html[:MOST_READ]), "html.parser")


def _is_ours(soup: BeautifulSoup, path: str) -> bool:
    """Whether the element is there that was asked for. It may be hidden, until the page's script has run."""
    end = next((end for end in OURS if path.lower().rstrip("/").endswith(end)), None)
    found = [each for each in soup.select(OURS[end] if end else ANY_OF_OURS) if not each.find_parent(RAW)]
    return any(end != CHOICE or TO_A_CALENDAR.search(str(each)) for each in found)


class _Shown:
    """What a reader sees of a page: everything invisible is removed from a copy of it."""

    def __init__(self, page: BeautifulSoup) -> None:
        soup = copy(page)
        self._titles = [part.strip() for part in re.split(r"\s[-–—|·:]\s", _text(soup.title))] if soup.title else []
        self._scripts = " ".join(str(each) for each in soup.select("script"))
        for frame in soup.select("iframe"):
            frame.clear()  # what is in there is for browsers without frames
        unseen = [*soup.select(UNSEEN), *filter(_is_invisible, soup.select("[style]"))]
        for each in unseen:
            each.extract()
        self._soup = soup
        self.words = PROTECTED.sub("", _text(soup))

    def asks_for_proof(self) -> bool:
        return (
            self.has(PROOF)
            or self.is_titled(PROOF_TITLE)
            or self.says(PROOF_WORDS)
            or bool(PROOF_SCRIPT.search(self._scripts))
        )

    def has(self, selector: str) -> bool:
        return self._soup.select_one(selector) is not None

    def is_titled(self, words: re.Pattern[str]) -> bool:
        return any(words.search(part) for part in self._titles)

    def says(self, words: re.Pattern[str]) -> bool:
        return bool(words.search(self.words)) or self.is_titled(words)

    def has_words(self, selector: str, words: re.Pattern[str]) -> bool:
        """Whether one of these elements says so, by its text or its label."""
        return any(words.search(_text(each) or str(each.get("value") or "")) for each in self._soup.select(selector))


def _is_invisible(tag: Tag) -> bool:
    return bool(INVISIBLE.search(str(tag["style"])))


def _text(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())
