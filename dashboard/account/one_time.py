"""The secret of the one-time codes as people have it: an otpauth:// address, a setup key, or a picture of the QR code.

What somebody types here is never taken for the name of a file of this machine. A picture is read in a thread, one after
the other, and is kept nowhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import otp_extractor
from domain.errors import OtpError
from languages import N_, _, spoken, terminal
from safety import otp_export

MOST_LETTERS = 8_000  # of what is pasted: an export of Google Authenticator with ten accounts has some 1,500
MOST_ACCOUNTS = 50  # of an export; one picture of Google Authenticator holds ten
MOST_BYTES = 10_000_000  # of a picture; a phone's photograph has three to six million
TOO_LARGE = N_("La foto è troppo grande: ritaglia il codice QR, e carica solo quello.")
OF_PICTURES = {
    otp_extractor.NoPicture: N_("Non è un'immagine che so leggere: va bene una foto PNG, JPEG, GIF o WebP."),
    otp_extractor.TooManyPixels: TOO_LARGE,
    otp_extractor.NoCodeSeen: N_("Nella foto non vedo nessun codice QR: prova con una più nitida, o più da vicino."),
    otp_extractor.OtherCode: N_(
        "Il codice QR della foto non è quello dei codici usa e getta: serve quello che si legge con l'app dei codici."
    ),
}


class Unreadable(Exception):
    """What was given is no secret of one-time codes. The sentence says why, in the reader's language, and never the
    secret."""


@dataclass(frozen=True, slots=True)
class CodeSource:
    """What makes the codes of one account; an export holds several."""

    name: str  # as its issuer calls it; may be empty
    url: str = field(repr=False)

    def code(self, now: datetime) -> Code:
        """The code of this moment."""
        password = otp_extractor.parse(self.url)
        return Code(password.code(password.counter(now)), password.seconds_left(now), password.period)


@dataclass(frozen=True, slots=True)
class Code:
    """A one-time code, and how long it still lives, in seconds."""

    digits: str
    left: float
    period: int

    @property
    def grouped(self) -> str:
        """As authenticators show it: `123 456`."""
        half = (len(self.digits) + 1) // 2
        return f"{self.digits[:half]} {self.digits[half:]}"


def from_text(text: str) -> tuple[CodeSource, ...]:
    """The accounts meant by an address, an export's address or a setup key. Raises Unreadable."""
    bare = text.strip().strip("'\"")
    if len(bare) > MOST_LETTERS:
        raise Unreadable(_("È troppo lungo per essere una chiave o un indirizzo otpauth://: incolla soltanto quello."))
    if bare.lower().startswith(otp_export.SCHEME):
        return _sources(lambda: otp_export.accounts(bare))
    if bare.lower().startswith("otpauth://"):
        return _sources(lambda: [bare])
    if ":" in bare:
        raise Unreadable(_("Non è un indirizzo otpauth://: incolla quello intero, o la chiave."))
    if otp_extractor.is_setup_key(bare):
        return _sources(lambda: [otp_extractor.url_of_key(bare)])
    raise Unreadable(
        _(
            "Non è una chiave: quella accanto al codice QR ha soltanto lettere e le cifre da 2 a 7, mai 0 1 8 9, e "
            "almeno {least} caratteri. Ricontrollala, o carica la foto del codice QR.",
            least=otp_extractor.SHORTEST_KEY,
        )
    )


class PictureReader:
    """Reads the codes in pictures, one picture at a time: each takes some megabytes of memory while it is read."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()

    async def read(self, picture: bytes) -> tuple[CodeSource, ...]:
        """The accounts in a picture of a QR code. Raises Unreadable."""
        if len(picture) > MOST_BYTES:
            raise Unreadable(str(TOO_LARGE))
        async with self._one_at_a_time:
            return await asyncio.to_thread(_sources, lambda: otp_extractor.urls_in_bytes(picture, "QR"))


def _sources(urls: Callable[[], list[str]]) -> tuple[CodeSource, ...]:
    with terminal.speaking(spoken()):
        try:
            return tuple(CodeSource(_name(url), url) for url in urls()[:MOST_ACCOUNTS])
        except OtpError as problem:
            told = OF_PICTURES.get(type(problem))
            raise Unreadable(str(told) if told else _sentence(str(problem))) from None


def _name(url: str) -> str:
    """Whose codes they are, as the address says it. Raises OtpError when it can't be used."""
    password = otp_extractor.parse(url)
    return " ".join(part for part in (password.issuer, password.account) if part)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
