"""What a response of the site stands for: data or a page that was asked for, or an error of domain/errors.py.

Outside portal/ nobody sees an HTTP status or a maintenance page: only those errors, whose class says what happens next.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from domain.errors import Blocked, SessionExpired, SiteChanged, SiteError, SiteUnavailable
from portal.responses.page_errors import LOGIN_PATH, captcha_in_page, error_on_page
from safety.untrusted import Unreadable, read_http_date, read_json

Fields = list[tuple[str, object]]
"""Of a JSON answer, by name."""

REDIRECTS = range(300, 400)
SERVER_ERRORS = range(500, 600)

CAPTCHA_PLACE = re.compile(r"captcha|/cdn-cgi/|challenge", re.IGNORECASE)
ENDED_KEY = re.compile(
    r"(is_?)?(logged_?out|log_?out|sign_?out|session_?(expired|ended|timeout)|(login|auth)_?(required|needed)"
    r"|(requires?|needs?)_?(login|auth(entication)?)|unauthori[sz]ed|unauthenticated)",
    re.IGNORECASE,
)
LET_IN_KEY = re.compile(r"(is_?)?(authenticated|authori[sz]ed|logged_?(in|on)|session_?(valid|active))", re.IGNORECASE)
ENDED_STATUS = re.compile(
    r"(log(ged)?[ _-]?out|sign(ed)?[ _-]?out|un(authori[sz]ed|authenticated)|session[ _-]?(expired|ended|timeout)"
    r"|not[ _-]?(logged[ _-]?in|authenticated)|login([ _-]?required)?|401)",
    re.IGNORECASE,
)
ENDED_WORDS = re.compile(
    r"\bsessione (è |e' )?(scadut|terminat|non (è )?(più )?valid)|\bsession (has |is )?(expired|ended|timed out)"
    r"|(effettua|esegui|rieffettua|ripeti|rifa)\w* (di nuovo |nuovamente )?(il |l')?(log-?in|accesso|autenticazione)"
    r"|non (sei|risulti) (più )?(autenticat|loggat|conness)|utente non (più )?(autenticat|loggat)"
    r"|(not|no longer) (logged in|authenticated)|(please|must|need to) (log|sign)[ -]?(in|on)|log ?in required"
    r"|(accedi|entra|devi accedere) (di nuovo|nuovamente)|sei stato disconness",
    re.IGNORECASE,
)
CAPTCHA_KEY = re.compile(r"\w*captcha\w*|\w*challenge\w*|blockscript", re.IGNORECASE)
CAPTCHA_WORDS = re.compile(
    r"captcha|non (sei|sono|essere|sia) un robot|not a robot|verify (that )?you are human", re.IGNORECASE
)
LONG_TEXT = 20_000  # characters; what is longer is read beside the event loop, where others' requests wait
LONGEST_WAIT = 6 * 3600  # s; what a site asks for beyond that is no use to anybody


@dataclass(frozen=True, slots=True)
class SiteResponse:
    """The site's response to one request, and how long it took."""

    status: int
    text: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    seconds: float = 0.0


def error_of_status(status: int, headers: Mapping[str, str], base_url: str) -> SiteError | None:
    """The error an HTTP status stands for; None for 2xx. The headers' names are in lower case."""
    if status in REDIRECTS:
        return _error_of_redirect(headers.get("location", ""), base_url)
    if status == 401:
        return SessionExpired("the site asks to log in (HTTP 401)")
    if status in (403, 429):
        wait = retry_after(headers.get("retry-after", ""), headers.get("date", ""))
        return Blocked(f"the site turns us away (HTTP {status})", status=status, retry_after=wait)
    if status in SERVER_ERRORS:
        return SiteUnavailable(f"the site answers HTTP {status}")
    return SiteChanged(f"the site answers HTTP {status}") if status >= 400 else None


def _error_of_redirect(location: str, base_url: str) -> SiteError:
    try:
        host, path = urlsplit(location).hostname, urlsplit(location).path
    except ValueError:
        return SiteUnavailable("the site redirects to what is no address")
    elsewhere = host is not None and host != urlsplit(base_url).hostname
    if CAPTCHA_PLACE.search(location.partition("?")[0]):
        return Blocked("the site redirects to where we should prove that we are human")
    if LOGIN_PATH.lower() in location.lower() or (elsewhere and "login" in location.lower()):
        return SessionExpired("the session is over: the site redirects to its login page")
    return SiteUnavailable(f"the site redirects elsewhere: {path or '?'}")


def retry_after(text: str, date: str) -> timedelta | None:
    """How long a `Retry-After` asks to wait: seconds, or until a moment by the site's own clock; None without one."""
    if text.strip().isdecimal():
        return timedelta(seconds=min(int(text.strip()[:9]), LONGEST_WAIT))
    try:
        wait = read_http_date(text) - read_http_date(date)
    except Unreadable:
        return None
    return min(max(wait, timedelta(0)), timedelta(seconds=LONGEST_WAIT))


def _ended_session(fields: Fields) -> SessionExpired | None:
    """What JSON like `{"logout": 1}` stands for, whatever was asked for: nothing was done, the session is over."""
    said = any(value and ENDED_KEY.fullmatch(key) for key, value in fields)
    denied = any(value is False and LET_IN_KEY.fullmatch(key) for key, value in fields)
    status = any(key.lower() == "status" and ENDED_STATUS.fullmatch(str(value).strip()) for key, value in fields)
    words = [value for _, value in fields if isinstance(value, str)]
    worded = any(LOGIN_PATH.lower() in each.lower() or ENDED_WORDS.search(each) for each in words)
    if said or denied or status or worded:
        return SessionExpired("the session is over: the site answers that we are logged out")
    return None


def _captcha_in_data(fields: Fields) -> Blocked | None:
    """What JSON stands for that asks for a captcha in place of an answer."""
    asked = any(
        (value and not isinstance(value, list | dict) and CAPTCHA_KEY.fullmatch(key))
        or (isinstance(value, str) and CAPTCHA_WORDS.search(value))
        for key, value in fields
    )
    return Blocked("the site asks to prove that we are human") if asked else None


def _read(text: str) -> tuple[bool, Fields]:
    """Whether an answer is JSON, and its fields."""
    try:
        return True, _of_answer(read_json(text))
    except Unreadable:
        return False, []


def _of_answer(answer: object) -> Fields:
    """The fields of a JSON answer, and of the envelope around it if there is one."""
    if not isinstance(answer, dict):
        return []
    inner = [answer[key].items() for key in ("d", "error", "data") if isinstance(answer.get(key), dict)]
    return [*answer.items(), *(field for fields in inner for field in fields)]


def check(response: SiteResponse, base_url: str, path: str, *, wants_json: bool) -> None:
    """Raises what the response stands for unless it is of the kind that was asked for. HTML never passes for data."""
    is_json, fields = _read(response.text)
    error = (
        error_of_status(response.status, response.headers, base_url)
        or _ended_session(fields)
        or _captcha_in_data(fields)
    )
    if error:
        raise captcha_behind(error, response.text)
    if not (wants_json and is_json):
        error = error_on_page(response.text, path)
        if error is None and wants_json:
            what = "a page" if "<" in response.text[:200] else "nothing" if not response.text.strip() else "no JSON"
            error = SiteChanged(f"the site answers with {what} where data is due")
        if error:
            raise error


def captcha_behind(error: SiteError, html: str) -> SiteError:
    """The error of a status, or the captcha that its page shows: that is not tried again soon."""
    if not captcha_in_page(html):
        return error
    wait = error.retry_after if isinstance(error, Blocked) else None
    return Blocked("the site asks to prove that we are human", retry_after=wait)
