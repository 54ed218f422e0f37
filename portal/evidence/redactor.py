"""Takes one person's secrets out of what the site sends back, before anything of it is kept, logged, told or compared.

What leaves as prose goes through `words`, what is read and compared through `data` (the rule: safety/redaction.py), and
every error of the site through `guarded`, so that no row, log line, notice or picture after it can hold a secret.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from domain.errors import OtpError, SiteError
from domain.model import Clock, Credentials
from otp_extractor import OneTimePassword, parse
from safety.elements import RECENT
from safety.redaction import Redactor

MOST_WORDS = 1000  # characters of what the site says; more than a chat could show
CODES_KEPT = 300.0  # seconds for which a one-time code is still a secret: the site takes them that long at the most
MOST_CODES = 20  # of those that were good before
LEAST_COOKIE = 8  # characters of a cookie that is worth hiding; "true" and "it-IT" are not
MOST_OLD_COOKIES = 20  # of those the site has renewed since: it renews them for months, and each costs time
LEAST_UNMISTAKABLE = 8  # characters of what is hidden in data too
MOST_READ = 200_000  # characters of a page that are looked through for a name: it stands at the top
MOST_NAMED = 5_000  # characters of the person's names, as pages wrote them: far more than an honest site writes
UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")
TOKEN = re.compile(
    r"((?:token|saml\w{0,20}|relaystate|assertion|sso_login)[\"']?\s{0,3}(?:[:=]|%3A|%3D)\s{0,3}[\"']?)"
    r"[\w\-+/=.%~]{12,}",
    re.IGNORECASE,
)
OPAQUE = re.compile(r"[\w\-+=%~]{32,}")
NAME = re.compile(r"class=[\"'][^\"'<>]{0,80}user-?name[^\"'<>]{0,80}[\"'][^<>]{0,200}>([^<>]{2,80})<", re.IGNORECASE)


class AccountRedactor:
    """Knows the secrets of one account, and gives the site's text without them."""

    def __init__(self, credentials: Credentials, clock: Clock) -> None:
        self._credentials = credentials
        self._clock = clock
        self._otp = _one_time_password(credentials.otp_url)
        self._cookies: tuple[str, ...] = ()
        self._names: tuple[str, ...] = ()  # replaced, never changed: evidence is cleaned in another thread
        self._codes: tuple[str, ...] = ()
        self._data = Redactor(self._unmistakable())
        self._all: tuple[object, Redactor] | None = None

    def note_cookies(self, state: Any) -> None:
        """Takes note of the cookies of a session, Playwright's storage state."""
        values = (str(each.get("value", "")) for each in state.get("cookies", ()))
        cookies = tuple(dict.fromkeys(each for each in values if len(each) >= LEAST_COOKIE))
        if not set(cookies) <= set(self._cookies):
            old = [each for each in self._cookies if each not in cookies]
            self._cookies = (*old[-MOST_OLD_COOKIES:], *cookies)
            self._data = Redactor(self._unmistakable())

    def storable(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """The storage state without the cookies in which a site gives back password, one-time secret or code."""
        values = Redactor((self._credentials.password, *self._secret(), *self._codes))
        names = Redactor(self._unmistakable_password())  # a password that is a word may be in an honest name
        kept = [each for each in state["cookies"] if not values.holds(each["value"]) and not names.holds(each["name"])]
        return {**state, "cookies": kept}

    def note_code(self, code: str) -> None:
        """Takes note of a one-time code that is sent."""
        self._codes = (*self._codes[-MOST_CODES:], code)

    def note_name(self, html: str) -> None:
        """Notes the name by which a page greets the person."""
        found = [name.strip() for name in NAME.findall(html[:MOST_READ])] if "name" in html else []
        names = dict.fromkeys(each for name in found for each in (name, *name.split()))
        if not names.keys() <= set(self._names):
            known = tuple(names | dict.fromkeys(self._names))
            sizes = itertools.accumulate(map(len, known))
            self._names = tuple(name for name, size in zip(known, sizes, strict=True) if size <= MOST_NAMED)

    def words(self, text: str) -> str:
        """What the site says, fit to be kept and shown: no secret, no token, one line, not endless."""
        return self.said(text)[:MOST_WORDS]

    def said(self, text: str) -> str:
        """As `words`, several times as long: for what is taken out of it afterwards."""
        line = " ".join(UNSEEN.sub("", text[: MOST_WORDS * 4]).split())
        clean = self.text(line)
        if len(text) > MOST_WORDS * 4:  # half a secret at the cut is not recognised
            clean = clean[:-MOST_WORDS]
        return clean

    def text(self, text: str) -> str:
        """As `words`, of any length and in lines: for evidence. Takes time in proportion to the text."""
        return OPAQUE.sub(_unless_word, TOKEN.sub(r"\1[hidden]", self._redactor().clean(text)))

    def holds_secret(self, text: str) -> bool:
        return self._redactor().holds(text)

    def data(self, text: str) -> str:
        """What the site sends to be read and compared, without what can be nothing but a secret.

        Whoever checks a page and whoever reads it next get the same, cleaned once.
        """
        return _cleaned(self._data, text)

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Around whatever meets the site: its errors leave with clean words."""
        try:
            yield
        except SiteError as error:
            self.clean(error)
            raise

    def clean(self, error: SiteError) -> SiteError:
        """The error, its sentence clean."""
        error.args = (self.words(str(error)),)
        return error

    def _redactor(self) -> Redactor:
        """Made anew when something was learnt, or a code has become another."""
        now = self._otp.counter(self._clock()) if self._otp else 0
        known = (now, self._cookies, self._names, self._codes)
        if self._all is None or self._all[0] != known:
            self._all = known, Redactor((*self._unmistakable(), *self._ambiguous(now)))
        return self._all[1]

    def _unmistakable(self) -> Iterator[str]:
        """What no course, place or key is called."""
        yield from (*self._unmistakable_password(), *self._secret(), *self._cookies)

    def _unmistakable_password(self) -> Iterator[str]:
        password = self._credentials.password
        if len(password) >= LEAST_UNMISTAKABLE and re.search(r"\d|[^\w\s]", password) and re.search(r"\D", password):
            yield password

    def _secret(self) -> tuple[str, ...]:
        """The one-time secret, in one run, in the groups people write it in, and as the address it came in."""
        secret = self._otp.secret.rstrip("=") if self._otp else ""
        return secret, " ".join(re.findall(".{1,4}", secret)), self._credentials.otp_url

    def _ambiguous(self, now: int) -> Iterable[str]:
        """What may also be a word or a number of the site's: hidden in prose only."""
        codes: list[str] = []
        if self._otp:
            back = min(math.ceil(CODES_KEPT / self._otp.period), MOST_CODES)
            codes = [self._otp.code(counter) for counter in range(max(0, now - back), now + 2)]
        return self._credentials.password, self._credentials.username, *self._names, *self._codes, *codes


@lru_cache(maxsize=RECENT)
def _cleaned(redactor: Redactor, text: str) -> str:
    return redactor.clean(text)


def _one_time_password(otp_url: str) -> OneTimePassword | None:
    """None for an address that can't be read: the login that needs a code of it raises the error."""
    try:
        return parse(otp_url)
    except OtpError:
        return None


def _unless_word(found: re.Match[str]) -> str:
    """A long run that mixes letters and digits is a token; a long word, or a line drawn with dashes, is none."""
    text = found[0]
    return "[hidden]" if re.search(r"\d", text) and re.search("[a-zA-Z]", text) else text
