"""One-time codes from an otpauth:// URL, a setup key or a picture of a QR code; also a command anybody can run.

python otp_extractor.py                           asks for URL or key (or reads standard input): the current code
python otp_extractor.py screenshot.png            the same, from the QR code in a picture
python otp_extractor.py screenshot.png --url      the URL in the picture, for config.json (it is a secret)
python otp_extractor.py export.png --account 2    the second account of an export of Google Authenticator
"""

from __future__ import annotations

from runtime.preflight import PROJECT as PROJECT  # first: it tells who has not the packages

import argparse
import base64
import getpass
import hashlib
import io
import os
import re
import sys
import warnings
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import parse_qsl, unquote

from pyotp.totp import TOTP

from domain.errors import OtpError
from domain.model import Clock, utc_now
from languages import terminal
from languages.terminal import N_, _
from runtime.version import add_version_option
from safety import otp_export

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

ALGORITHMS = ("SHA1", "SHA256", "SHA512")
DIGITS = range(6, 11)  # what authenticators show; RFC 4226 asks for six at least
SHORTEST_KEY = 16  # letters of a setup key: 80 bits, the least an authenticator takes
LONGEST_PERIOD = 3600  # seconds; more is a typing error
TIME_TO_COMPARE = 8  # seconds; a code that lives shorter is shown with the one that follows
PICTURES = ("PNG", "JPEG", "GIF", "WEBP")  # other formats bring decoders nobody needs here, one of them a whole program
MOST_PIXELS = 25_000_000  # four bytes each while it is read: larger pictures could fill a small machine's memory
OPAQUE = ("1", "L", "RGB", "CMYK", "YCbCr")  # Pillow's names for pictures of which no part is transparent
NO_KEY = N_(
    "that is no file, and a setup key has letters and the digits 2-7 only, never 0 1 8 9, and at least "
    "{least} of them: look at it again"
)
ON_COMMAND_LINE = N_(
    "a secret on a command line can be read by every user of this machine and stays in the shell's history: next time "
    "start otp_extractor.py without it, and paste it when asked"
)


class NoPicture(OtpError):
    """The file is no picture of a format that is read here, or it is broken."""


class TooManyPixels(OtpError):
    """The picture could fill a small machine's memory."""


class NoCodeSeen(OtpError):
    """No QR code is found in the picture."""


class OtherCode(OtpError):
    """There is a QR code, and it is not one of a one-time password."""


@dataclass(frozen=True, slots=True)
class OneTimePassword:
    """A TOTP (RFC 6238): what an authenticator app keeps after reading the QR code."""

    secret: str = field(repr=False)  # base32, upper case, padded
    digits: int = 6
    period: int = 30
    algorithm: str = "SHA1"
    issuer: str = ""
    account: str = ""

    def counter(self, moment: datetime) -> int:
        """The number of the period the moment is in: a code is named by it."""
        return int(moment.timestamp()) // self.period

    def code(self, counter: int) -> str:
        """The code of a period."""
        digest = getattr(hashlib, self.algorithm.lower())
        return TOTP(self.secret, self.digits, digest, interval=self.period).generate_otp(counter)

    def seconds_left(self, moment: datetime) -> float:
        """How long the code of this moment still lives."""
        return self.period - moment.timestamp() % self.period


def parse(url: str) -> OneTimePassword:
    """What an otpauth:// URL describes. Raises OtpError with one sentence that never quotes the secret."""
    parts = re.fullmatch(r"otpauth://([^/?]*)/?([^?]*)\??(.*)", url.strip(), re.IGNORECASE | re.DOTALL)
    if parts is None:
        raise OtpError(_("the one-time password is not an otpauth:// URL: it must begin with otpauth://totp/"))
    kind, label, query = parts.groups()
    if kind.lower() != "totp":
        raise OtpError(
            _("the otpauth URL is of type '{kind}': only totp (codes that change with time) is used", kind=kind)
        )
    fields = {key.lower(): value for key, value in parse_qsl(query, keep_blank_values=True)}
    issuer, account = _label(unquote(label))
    return OneTimePassword(
        secret=_secret(fields.get("secret", "")),
        digits=_whole_number(fields, "digits", 6, DIGITS),
        period=_whole_number(fields, "period", 30, range(1, LONGEST_PERIOD + 1)),
        algorithm=_algorithm(fields.get("algorithm", "SHA1")),
        issuer=fields.get("issuer") or issuer,
        account=account,
    )


def _label(text: str) -> tuple[str, str]:
    """`Issuer:account` -> both; a label without a colon is all account."""
    issuer, colon, account = text.partition(":")
    return (issuer.strip(), account.strip()) if colon else ("", text.strip())


def _secret(text: str) -> str:
    """Base32 as decoders want it. People paste it with spaces, dashes, in lower case and without padding."""
    bare = re.sub(r"[\s-]", "", text).upper().rstrip("=")
    if not bare:
        raise OtpError(_("the otpauth URL has no secret: it must contain secret=... in base32"))
    padded = bare + "=" * (-len(bare) % 8)
    try:
        base64.b32decode(padded)
    except ValueError:
        raise OtpError(_("the secret of the otpauth URL is not base32: only the letters A-Z and digits 2-7")) from None
    return padded


def _whole_number(fields: dict[str, str], name: str, default: int, allowed: range) -> int:
    text = fields.get(name, "").strip() or str(default)
    if not (text.isascii() and text.isdigit()) or int(text[:9]) not in allowed or len(text) > 9:
        raise OtpError(
            _(
                "the otpauth URL says {name}={value}: it must be {start} to {stop}",
                name=name,
                value=text[:20],
                start=allowed.start,
                stop=allowed.stop - 1,
            )
        )
    return int(text)


def _algorithm(text: str) -> str:
    name = text.upper().replace("-", "").replace("HMAC", "") or "SHA1"
    if name not in ALGORITHMS:
        raise OtpError(
            _(
                "the otpauth URL says algorithm={value}: it must be one of {names}",
                value=text[:20],
                names=", ".join(ALGORITHMS),
            )
        )
    return name


def urls_in_picture(path: Path) -> list[str]:
    """The otpauth:// URLs in a picture: one, or an export's. Raises OtpError when there is none, or no picture."""
    return _urls_in(path, path.name)


def urls_in_bytes(picture: bytes, name: str) -> list[str]:
    """The same of a picture that is no file here; `name` is what it is called in a mistake."""
    return _urls_in(io.BytesIO(picture), name)


def _urls_in(picture: Path | BinaryIO, name: str) -> list[str]:
    texts = _barcodes(picture, name)
    if not texts:
        raise NoCodeSeen(_("no QR code is to be seen in {name}: try a sharper or larger picture", name=name))
    for text in texts:
        if text.lower().startswith("otpauth://"):
            return [text]
    for text in texts:
        if text.lower().startswith(otp_export.SCHEME):
            return otp_export.accounts(text)
    raise OtherCode(_("the QR code in {name} is not one of a one-time password", name=name))


def _barcodes(source: Path | BinaryIO, name: str) -> list[str]:
    import zxingcpp  # imported late: only reading pictures needs them, and every program imports this file
    from PIL import Image

    too_large = TooManyPixels(_("{name} has more than 25 megapixels: cut out the QR code and save that", name=name))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # what is too large, we say ourselves
            opened = Image.open(source, formats=PICTURES)  # reads no further than the size
        with opened as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise too_large
            qr_codes = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
            return [found.text for found in zxingcpp.read_barcodes(_in_grey(picture), qr_codes)]
    except FileNotFoundError:
        raise OtpError(_("there is no file {path}", path=source)) from None
    except Image.DecompressionBombError:
        raise too_large from None
    except (OSError, ValueError, SyntaxError):  # the last is what Pillow calls a broken PNG
        raise NoPicture(_("{name} is not a picture that can be read (PNG, JPEG, GIF, WebP)", name=name)) from None


def _in_grey(picture: ImageFile) -> Image:
    """The picture as its code is looked for; a photograph, where nothing is transparent, takes one byte a pixel."""
    from PIL import Image

    picture.draft("L", picture.size)  # a JPEG is decoded in grey at once
    if picture.mode in OPAQUE and "transparency" not in picture.info:
        return picture.convert("L")
    flat = picture.convert("RGBA")
    paper = Image.new("L", flat.size, "white")  # transparent pictures decode as black on black
    paper.paste(flat.convert("L"), mask=flat.getchannel("A"))
    return paper


def urls_from(argument: str) -> list[str]:
    """The otpauth:// URLs meant by what somebody typed or pasted: a URL, a setup key, an export, a picture's path."""
    text = argument.strip().strip("'\"")
    if not text:
        raise OtpError(
            _("nothing was given: paste the otpauth:// URL or the setup key, or name a picture of the QR code")
        )
    if text.lower().startswith(otp_export.SCHEME):
        return otp_export.accounts(text)
    if text.lower().startswith("file://"):
        return urls_in_picture(Path(unquote(text[len("file://") :])))
    if "://" in text:
        return [text]
    if is_secret(text):
        return [url_of_key(text)]
    path = Path(os.path.expanduser(text.replace("\\ ", " ")))  # as a terminal writes what is dragged
    if not path.suffix and "/" not in text and not os.path.exists(path):  # a key with a mistake in it is a secret, too
        raise OtpError(NO_KEY.filled(least=SHORTEST_KEY))
    return urls_in_picture(path)


def is_secret(text: str) -> bool:
    """Whether what somebody typed is the secret itself, and not the name of a picture."""
    if text.lower().startswith("file://"):
        return False
    return "://" in text or (is_setup_key(text) and not os.path.exists(os.path.expanduser(text)))


def is_setup_key(text: str) -> bool:
    """Whether it looks like the setup key that is shown beside a QR code: base32, in groups perhaps."""
    bare = re.sub(r"[\s-]", "", text).rstrip("=")
    return len(bare) >= SHORTEST_KEY and re.fullmatch("[A-Za-z2-7]+", bare) is not None


def url_of_key(key: str) -> str:
    """The otpauth:// URL of a setup key, which says nothing but the secret: the rest is what everybody uses."""
    return f"otpauth://totp/Polimi?secret={_secret(key).rstrip('=')}"


def url_from(argument: str, account: int | None = None) -> str:
    """The one otpauth:// URL that is meant; `account` says which of an export's, from 1 on. Raises OtpError."""
    urls = urls_from(argument)
    if account is None and len(urls) == 1:
        return urls[0]
    if account is not None and 1 <= account <= len(urls):
        return urls[account - 1]
    raise SeveralAccounts(urls)


class SeveralAccounts(OtpError):
    """An export holds several accounts, and it was not said which; or another was named than there is."""

    def __init__(self, urls: list[str]) -> None:
        named = (f"{number}: {name_of(url)}" for number, url in enumerate(urls, start=1))
        several = _(
            "there are {n} accounts: say which with --account, 1 to {n} ({names})", n=len(urls), names="; ".join(named)
        )
        super().__init__(several if len(urls) > 1 else _("there is one account only: leave --account out"))
        self.urls = urls


def name_of(url: str) -> str:
    """Whose codes they are, as the account says it; never the secret."""
    password = parse(url)
    return " ".join(part for part in (password.issuer, password.account) if part) or "without a name"


def describe(password: OneTimePassword, moment: datetime) -> str:
    """What the command prints: the code and its life, and the next one where nobody could compare it in time; never the
    secret."""
    who = " ".join(part for part in (password.issuer, password.account) if part)
    counter, left = password.counter(moment), password.seconds_left(moment)
    life = _("valid for {seconds} s", seconds=f"{left:.0f}")
    then = _(", then {code}", code=password.code(counter + 1)) if left < TIME_TO_COMPARE else ""
    return f"{password.code(counter)}  ({life}{then}{'; ' + who if who else ''})"


def _asked() -> str:
    """The URL, or the name of a picture, from whoever is at the terminal (not shown) or from standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    try:
        return getpass.getpass(_("otpauth:// URL, setup key or picture (not shown): ")).strip()
    except EOFError:
        return ""


def main(arguments: list[str] | None = None, clock: Clock = utc_now) -> int:
    """Exit 0 with the code on stdout; 1 with one sentence on stderr."""
    with terminal.speaking(terminal.chosen(arguments)):
        return _say_code(_options(arguments), clock)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = terminal.parser(_("Current one-time code from an otpauth:// URL or a picture of its QR code."))
    parser.add_argument(
        "source",
        metavar="PICTURE",
        nargs="?",
        help=_("an image file with the QR code; without it the URL is asked for"),
    )
    add_version_option(parser)
    parser.add_argument("--account", type=int, metavar="N", help=_("which account of an export with several"))
    parser.add_argument("--url", action="store_true", help=_("print the otpauth:// URL instead (it is a secret)"))
    return parser.parse_args(arguments)


def _say_code(options: argparse.Namespace, clock: Clock) -> int:
    if options.source and is_secret(options.source):
        print(f"otp_extractor: {ON_COMMAND_LINE}", file=sys.stderr)
    try:
        url = url_from(options.source or _asked(), options.account)
        password = parse(url)
    except OtpError as problem:
        print(f"otp_extractor: {problem}", file=sys.stderr)
        return 1
    print(url if options.url else describe(password, clock()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
