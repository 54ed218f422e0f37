"""A word that must not leave is found in a request in whatever usual spelling, and not where it is not."""

from __future__ import annotations

import base64
import html
import json
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import pytest

from portal.login.network_guard import hides_its_body
from portal.login.secret_search import carries, word

PASSWORDS = ("una-password-finta", 'Però & "C\'è" <100%> \\ +1', "12345678", "aB3!x")
CODE = "042731"


def base64_inside(text: str) -> str:
    return "x" + base64.b64encode(f"user:{text}".encode()).decode()


SPELLINGS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "in a form": lambda text: urlencode({"login": "10000001", "password": text, "x": "y"}),
    "quote": lambda text: "/a?p=" + quote(text, safe=""),
    "quote_plus": lambda text: "/a?p=" + quote_plus(text),
    "quote twice": lambda text: quote(quote(text, safe=""), safe=""),
    "latin-1": lambda text: quote(text, safe="", encoding="latin-1"),
    "json": lambda text: json.dumps({"p": text}),
    "json as it is": lambda text: json.dumps({"p": text}, ensure_ascii=False),
    "json in a form": lambda text: urlencode({"data": json.dumps({"p": text})}),
    "json in json": lambda text: json.dumps(json.dumps({"p": text})),
    "html": lambda text: html.escape(text),
    "html in numbers": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 without padding": lambda text: base64.b64encode(text.encode()).decode().rstrip("="),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 of more, after a letter": base64_inside,
    "base64 in a form": lambda text: urlencode({"d": base64.b64encode(json.dumps({"p": text}).encode()).decode()}),
    "base64 twice": lambda text: base64.b64encode(base64.b64encode(text.encode())).decode(),
    "base64 of two bytes a letter": lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "escape()": lambda text: "".join(f"%u{ord(each):04x}" for each in text),
    "\\x": lambda text: "".join(f"\\x{ord(each):02x}" for each in text),
    "codes of characters": lambda text: json.dumps([ord(each) for each in text]),
    "capitals": str.upper,
    "a host": lambda text: f"https://{text}.evil.test/",
    "a part of a form": lambda text: f'--b\r\nContent-Disposition: form-data; name="p"\r\n\r\n{text}\r\n--b--',
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("text", [*PASSWORDS, CODE])
def test_a_secret_is_found_however_it_is_written(text: str, spelling: str) -> None:
    assert carries([b"/nothing", SPELLINGS[spelling](text).encode()], word(text))


@pytest.mark.parametrize(
    "text",
    [
        "/a?t=1042731&u=0427310",  # a longer number is another number
        "time=1764042731123",
        "https://evil.test/a?b=c&d=%20+&amp;",
        "una-password",
        "",
        "%",
        "\\",
        "&#99999999999;\\u{ffffff}%zz",
    ],
)
def test_what_only_resembles_it_is_not(text: str) -> None:
    assert not any(carries([text.encode()], word(secret)) for secret in (*PASSWORDS, CODE))


def test_an_honest_assertion_does_not_carry_a_code_by_chance_and_is_read_quickly() -> None:
    assertion = urlencode({"SAMLResponse": base64.b64encode(secrets.token_bytes(20_000)).decode()})
    started = time.process_time()
    assert not carries([assertion.encode()], word(CODE))
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("body", "hides"),
    [
        ({}, False),
        ({"hasPostData": True, "postData": "x", "postDataEntries": [{"bytes": "eA=="}]}, False),
        ({"hasPostData": True, "postDataEntries": [{}]}, True),  # a stream, as Chromium shows it
        ({"hasPostData": True, "postDataEntries": [{"bytes": "eA=="}, {}]}, True),
        ({"hasPostData": True}, True),
    ],
)
def test_a_body_that_is_not_shown_to_its_end_is_known(body: dict[str, Any], hides: bool) -> None:
    assert hides_its_body(body) == hides
