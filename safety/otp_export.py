"""The accounts in a QR code of Google Authenticator's "Transfer accounts". Used by otp_extractor.py.

The code holds `otpauth-migration://offline?data=...`: base64 of a protocol buffer whose fields are known from the app:
field 1, repeated, is an account: 1 secret, 2 name, 3 issuer, 4 algorithm, 5 digits, 6 type.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from domain.errors import OtpError
from languages.terminal import _

SCHEME = "otpauth-migration://"
ACCOUNT, SECRET, NAME, ISSUER, ALGORITHM, DIGITS, TYPE = 1, 1, 2, 3, 4, 5, 6
ALGORITHMS = {0: "SHA1", 1: "SHA1", 2: "SHA256", 3: "SHA512"}
DIGIT_COUNTS = {0: 6, 1: 6, 2: 8}
TOTP = (0, 2)  # unspecified counts as what everybody uses; 1 is HOTP, which counts instead of looking at the clock
BYTES, VARINT, FIXED64, FIXED32 = 2, 0, 1, 5  # kinds of fields

Fields = list[tuple[int, int | bytes]]


def accounts(url: str) -> list[str]:
    """The otpauth:// address of every account in an export that changes its code with time. Raises OtpError."""
    broken = OtpError(_("this export of Google Authenticator can't be read: make it again, or use the setup key"))
    try:
        data = parse_qs(urlsplit(url).query)["data"][0].replace(" ", "+")  # a plus that a browser took for a blank
        content = base64.b64decode(data + "=" * (-len(data) % 4), validate=True)
        found = [_address(dict(_fields(part))) for number, part in _fields(content) if number == ACCOUNT]
    except (KeyError, IndexError, ValueError, TypeError):
        raise broken from None
    if not any(found):
        raise OtpError(_("this export of Google Authenticator holds no account whose codes change with time"))
    return [address for address in found if address]


def _fields(content: int | bytes) -> Fields:
    """The numbered fields of a message. Raises ValueError or TypeError when it is none."""
    if not isinstance(content, bytes):
        raise TypeError("not a message")
    return list(_read(content))


def _read(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        kind = key & 7
        if kind == VARINT:
            value, at = _varint(content, at)
            yield key >> 3, value
            continue
        if kind == BYTES:
            size, at = _varint(content, at)
        else:
            size = {FIXED64: 8, FIXED32: 4}[kind]
        if at + size > len(content):
            raise ValueError("it is cut short")
        yield key >> 3, content[at : at + size]
        at += size


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(content) or shift > 63:
            raise ValueError("it is cut short")
        value |= (content[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not content[at - 1] & 0x80:
            return value, at


def _address(account: dict[int, int | bytes]) -> str:
    """The account as an address; empty for one that counts instead of looking at the clock."""
    if account.get(TYPE, 0) not in TOTP:
        return ""
    secret, name, issuer = (_bytes(account, field) for field in (SECRET, NAME, ISSUER))
    query = {
        "secret": base64.b32encode(secret).decode().rstrip("="),
        "issuer": issuer.decode(),
        "algorithm": ALGORITHMS[_number(account, ALGORITHM)],
        "digits": DIGIT_COUNTS[_number(account, DIGITS)],
    }
    return f"otpauth://totp/{quote(name.decode(), safe=':@')}?{urlencode(query)}"


def _bytes(account: dict[int, int | bytes], field: int) -> bytes:
    value = account.get(field, b"")
    if not isinstance(value, bytes):
        raise TypeError("a number where text is due")
    return value


def _number(account: dict[int, int | bytes], field: int) -> int:
    value = account.get(field, 0)
    if not isinstance(value, int):
        raise TypeError("text where a number is due")
    return value
