"""Who may log in on the simulated site: passwords, one-time codes (RFC 6238), sessions. Used by `world.py`."""

import base64
import hmac
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.site import farm
from demo.site.faults import Faults
from demo.site.switches import Switches

AUTH_COOKIE = ".ASPXAUTH_SOCIALBOOKING"
EXPIRING_SECONDS = 2.0  # how near to its end a code counts as expiring


@dataclass(slots=True)
class Person:
    """Somebody with an account. `membership` and `attends` can be changed while the site runs."""

    username: str
    password: str
    otp_secret: str  # base32
    name: str = ""
    digits: int = 6
    period: int = 30
    algorithm: str = "SHA1"
    membership: bool = True
    attends: bool = True  # False: never comes to what it has booked

    def code_at(self, counter: int) -> str:
        """The one-time code of that period (RFC 4226, 5.3). Written out here, because the referee shouldn't use the
        player's library, and because pyotp refuses the secrets of 80 bits that many services still hand out."""
        secret = base64.b32decode(self.otp_secret + "=" * (-len(self.otp_secret) % 8), casefold=True)
        digest = hmac.digest(secret, counter.to_bytes(8, "big"), self.algorithm.lower())
        start = digest[-1] & 0xF
        number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
        return f"{number % 10**self.digits:0{self.digits}d}"

    def code(self, now: datetime) -> str:
        """The code an authenticator app shows at that instant."""
        return self.code_at(int(now.timestamp() // self.period))


class Accounts:
    """Passwords and codes as the single sign-on checks them, sessions as the site keeps them."""

    def __init__(
        self, people: Iterable[Person], clock: Callable[[], datetime], faults: Faults, switches: Switches
    ) -> None:
        self.people = {person.username: person for person in people}
        self.sessions: dict[str, str] = {}  # cookie -> username
        self.login_attempts: dict[str, int] = defaultdict(int)  # username -> passwords received, right or wrong
        self.wrong_passwords: dict[str, int] = defaultdict(int)
        self.passwords_received: dict[str, list[str]] = defaultdict(list)  # username -> passwords in order
        self.codes_received: dict[str, list[str]] = defaultdict(list)  # username -> codes in order, right or wrong
        self._opened: dict[str, tuple[int, datetime]] = {}  # cookie -> by which server, when
        self._used_at: dict[str, datetime] = {}  # cookie -> when it was last shown
        self._used: set[tuple[str, int]] = set()
        self._clock = clock
        self._faults = faults
        self._switches = switches

    def told_by(self, username: str) -> list[str]:
        """All that is known of a person: what they typed last, what is theirs, and their sessions."""
        person = self.people[username]
        sessions = [cookie for cookie, who in self.sessions.items() if who == username]
        passwords, codes = self.passwords_received[username][-1:], self.codes_received[username][-2:]
        return [*(passwords or [person.password]), username, person.otp_secret, person.name, *codes, *sessions[-1:]]

    def check_password(self, username: str, password: str) -> bool:
        self.login_attempts[username] += 1
        self.passwords_received[username].append(password)
        person = self.people.get(username)
        right = person is not None and secrets.compare_digest(person.password.encode(), password.encode())
        self.wrong_passwords[username] += not right
        return right

    def check_code(self, username: str, code: str) -> bool:
        """A code of the current or the previous period, once."""
        self.codes_received[username].append(code)
        person = self.people[username]
        now = self._clock().timestamp()
        current = int(now // person.period)
        counter = next((c for c in (current, current - 1) if person.code_at(c) == code), None)
        if counter is None or (username, counter) in self._used:
            return False
        if self._refuses_expiring(now, person.period):
            return False
        self._used.add((username, counter))
        return not self._faults.take("refuse_code")

    def _refuses_expiring(self, now: float, period: int) -> bool:
        expiring = period - now % period <= EXPIRING_SECONDS
        return expiring and bool(self._faults.take("refuse_expiring_codes"))

    def open_session(self, username: str) -> str:
        token = secrets.token_hex(32)
        self.sessions[token] = username
        self._used_at[token] = self._clock()
        self._opened[token] = (farm.NUMBER.get(), self._clock())
        return token

    def username_of(self, cookie: str | None) -> str | None:
        """Whose session it is; None for one that is over. Asking counts as using it."""
        username, now = self.sessions.get(cookie or ""), self._clock()
        if cookie is None or username is None or not self._has_heard_of(cookie):
            return None
        if self._has_rested(now - self._used_at.get(cookie, now)):
            del self.sessions[cookie]
            return None
        self._used_at[cookie] = now
        return username

    def _has_heard_of(self, cookie: str) -> bool:
        """Whether the server that answers knows of a session that perhaps another has opened."""
        number, at = self._opened[cookie]
        lag = timedelta(seconds=self._switches.session_lag)
        return number == farm.NUMBER.get() or self._clock() - at >= lag

    def _has_rested(self, unused: timedelta) -> bool:
        """Whether a session ends for not having been used for so long."""
        return 0 < self._switches.session_minutes * 60 <= unused.total_seconds()

    def end_sessions(self, username: str | None = None) -> None:
        """Every session (of that person, or of all) ends without notice."""
        self.sessions = {k: who for k, who in self.sessions.items() if username not in (None, who)}
