"""A secret is found in whatever spelling it comes back, in time in proportion to the text; nothing else is hidden."""

from __future__ import annotations

import base64
import html
import json
import time
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import SiteChanged
from otp_extractor import parse
from portal.evidence.redactor import MOST_WORDS, AccountRedactor
from safety.redaction import HIDDEN, Redactor
from tests.support.sites import GIULIA, OTP_URL, credentials

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
ODD = "canàry&P<W>ORD\"7'f\\3a%41€è"
PASSWORDS = (
    ODD,
    "a&copyb<é;+",
    "50%25off\\x41 &lt;",
    "Perché non? 1+1=2",
    "Straße-İx",
    "tiger\N{TIGER FACE}7",
    "c++ rulez!",
)

Spelling = Callable[[str], str]
SPELLINGS: dict[str, Spelling] = {
    "raw": str,
    "html": html.escape,
    "html, a part of it": lambda text: text.replace("<", "&lt;"),
    "decimal": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "hexadecimal": lambda text: "".join(f"&#x{ord(each):X};" for each in text),
    "decimal with zeros": lambda text: "".join(f"&#{ord(each):07};" for each in text),
    "named": lambda text: text.replace("&", "&amp;").replace("è", "&egrave;").replace("€", "&euro;"),
    "no semicolons": lambda text: text.replace("&", "&amp").replace("<", "&lt").replace("è", "&egrave"),
    "mixed": lambda text: "".join(f"&#{ord(c)};" if i % 2 else html.escape(c) for i, c in enumerate(text)),
    "quote": quote,
    "quote everything": lambda text: "".join(f"%{octet:02x}" for octet in text.encode()),
    "quote_plus": quote_plus,
    "quote as an old server": lambda text: quote(text, encoding="cp1252", errors="ignore") if _is_old(text) else text,
    "%u": lambda text: "".join(f"%u{ord(each):04x}" if ord(each) < 0x10000 else each for each in text),
    "json": json.dumps,
    "json beyond ASCII": lambda text: json.dumps(text, ensure_ascii=False),
    "json within json": lambda text: json.dumps(json.dumps(text)),
    "repr": repr,
    "ascii": ascii,
    "bytes": lambda text: repr(text.encode()),
    "script": lambda text: "".join(f"\\x{ord(c):02x}" if ord(c) < 256 else f"\\u{{{ord(c):x}}}" for c in text),
    "json within html": lambda text: html.escape(json.dumps(text)),
    "html within a URL": lambda text: quote(html.escape(text)),
    "html twice": lambda text: html.escape(html.escape(text)),
    "URL twice": lambda text: quote(quote(text)),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "misread": lambda text: text.encode().decode("latin-1"),
    "with what is not seen": "\N{ZERO WIDTH SPACE}".join,
    "wrapped": lambda text: text.replace(" ", "\r\n\t "),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "after a name, in base64": lambda text: base64.b64encode(f"{GIULIA}:{text}".encode()).decode(),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "hex": lambda text: text.encode().hex(),
}  # fmt: skip


def _is_old(text: str) -> bool:
    return text.encode("cp1252", "ignore").decode("cp1252") == text


@pytest.mark.parametrize("password", PASSWORDS)
def test_a_secret_is_found_in_every_spelling_and_letter_case(password: str) -> None:
    redactor = Redactor([password])
    for name, spelling in SPELLINGS.items():
        for case in (str, str.upper, str.lower, str.swapcase):
            text = f"Password «{case(spelling(password))}» errata"
            clean = redactor.clean(text)
            assert HIDDEN in clean, (name, text)
            assert clean.startswith("Password «"), (name, clean)
            assert clean.endswith("» errata"), (name, clean)
            assert len(clean) < len("Password «» errata") + len(HIDDEN) + 24, (name, clean)
            assert redactor.holds(text)
            assert not redactor.holds(clean)


visible = st.text(st.characters(exclude_categories=("C", "M", "Z")), min_size=6, max_size=12)
USUAL = ("html", "quote everything", "json", "decimal", "script", "repr", "html twice")


@given(visible, st.sampled_from(USUAL), st.text(max_size=8), st.text(max_size=8))
@settings(max_examples=150, deadline=None)
def test_no_password_escapes_in_a_usual_spelling(password: str, name: str, before: str, after: str) -> None:
    assert HIDDEN in Redactor([password]).clean(f"{before} {SPELLINGS[name](password)} {after}")


def test_what_is_no_secret_is_left_as_it_is() -> None:
    redactor = Redactor([ODD, GIULIA, "123456", "la", ""])
    for text in ("<p>la sala &egrave; piena</p>", "codice 91234567", f"{GIULIA}9", "100%", "C:\\new\\x", ""):
        assert redactor.clean(text) == text


def test_a_number_is_hidden_where_it_stands_alone_also_with_a_gap() -> None:
    redactor = Redactor(["123456"])
    assert redactor.clean("il codice 123456, o 123 456, non 1234567") == f"il codice {HIDDEN}, o {HIDDEN}, non 1234567"


@pytest.mark.parametrize(
    "piece",
    [
        "saml",
        "&amp;",
        "%25",
        "%41",
        "\\",
        "\\u0041",
        "&",
        "è ",
        "<p>x</p>\n",
        "123456",
        "token=",
        f"{ODD} ",
        "&#",
        "%25%",
    ],
)
def test_two_million_characters_take_no_longer_than_a_breath(piece: str) -> None:
    redactor = AccountRedactor(credentials(password=ODD), lambda: NOW)
    text = piece * (500_000 // len(piece))  # a quarter, so that the test is quick
    began = time.process_time()
    redactor.text(text)
    assert time.process_time() - began < 4  # a square would take minutes


# What leaves as prose, and what is read


def test_words_are_one_line_without_secrets_codes_names_and_tokens() -> None:
    redactor = AccountRedactor(credentials(password=ODD), lambda: NOW)
    redactor.note_name('<span class="username">Giulia Bianchi</span>')
    redactor.note_cookies({"cookies": [{"value": "chocolate-0123456789"}]})
    code = parse(OTP_URL).code(parse(OTP_URL).counter(NOW))
    said = f"Gentile GIULIA bianchi,\n{html.escape(ODD)} ({GIULIA}) {code} \u202eSAMLResponse%3APHNhbWxwOlJlc3BvbnNl"
    said += " chocolate-0123456789"
    words = redactor.words(said)
    assert "Gentile" in words
    for secret in ("giulia", "bianchi", "canàry", GIULIA, code, "PHNhbWxw", "chocolate", "\u202e", "\n"):
        assert secret.casefold() not in words.casefold()


@pytest.mark.parametrize("unseen", ["\x01", "\xad", "\u200b", "\u2028", "\u202e"])
def test_what_is_not_seen_within_a_secret_does_not_show_it(unseen: str) -> None:
    redactor = AccountRedactor(credentials(password="Segreta&2024"), lambda: NOW)
    assert redactor.words(f"Password Segre{unseen}ta&2024 errata") == f"Password {HIDDEN} errata"


@pytest.mark.parametrize("filling", [" ", "x", "Segreta&2024", "%53egreta%262024"])
def test_where_a_long_sentence_is_cut_no_half_of_a_secret_is_left(filling: str) -> None:
    redactor = AccountRedactor(credentials(password="Segreta&2024"), lambda: NOW)
    for length in range(4 * MOST_WORDS - 12, 4 * MOST_WORDS):
        assert "Segre" not in redactor.words((filling * 4 * MOST_WORDS)[:length] + "Segreta&2024")


def test_cookies_that_are_renewed_for_months_make_nothing_slower() -> None:
    redactor = AccountRedactor(credentials(password=ODD), lambda: NOW)
    for number in range(200):
        redactor.note_cookies({"cookies": [{"value": f"renewed-{number:08}"}, {"value": "the-same-for-ever"}]})
    assert redactor.data("renewed-00000199 renewed-00000198 the-same-for-ever") == f"{HIDDEN} {HIDDEN} {HIDDEN}"
    assert "renewed-00000100" in redactor.data("renewed-00000100")


def test_a_password_that_is_a_word_is_hidden_in_prose_but_names_its_course() -> None:
    redactor = AccountRedactor(credentials(password="Yoga Flow"), lambda: NOW)
    assert redactor.data('{"SkillName": "YOGA FLOW"}') == '{"SkillName": "YOGA FLOW"}'
    assert "Yoga" not in redactor.words("Password «Yoga Flow» errata")


def test_what_can_be_nothing_but_a_secret_is_hidden_in_data_too_and_json_stays_json() -> None:
    redactor = AccountRedactor(credentials(password=ODD), lambda: NOW)
    assert json.loads(redactor.data(json.dumps({"SkillName": f"x {ODD} y"}))) == {"SkillName": f"x {HIDDEN} y"}


def test_an_error_leaves_with_clean_words() -> None:
    redactor = AccountRedactor(credentials(password=ODD), lambda: NOW)
    with pytest.raises(SiteChanged) as caught, redactor.guarded():
        raise SiteChanged(f"the page says {quote(ODD)}")
    assert str(caught.value) == f"the page says {HIDDEN}"


@pytest.mark.parametrize(
    "shown",
    [
        "Rifiutato: Sg&\"Q'y\\k%W è7",
        "Rifiutato: Sg& \"Q'y\\k%W è7.",
        "Rifiutato: Sg&<Z x>\"Q 'y\\k%W è7",
        "SG&<ZX>\"Q'Y\\K%W È7",
    ],
)
def test_a_secret_that_looks_like_markup_or_was_cut_by_some_is_hidden_as_a_page_shows_it(shown: str) -> None:
    password = "Sg&<Zx>\"Q'y\\k%W è7"
    cleaned = Redactor([password]).clean(shown)
    assert not set("QyW7") & set(cleaned.removeprefix("Rifiutato: ").replace("[hidden]", ""))


def test_spaces_between_words_make_no_secret_of_what_a_person_says() -> None:
    said = "Una parola e una password: par ola, YOGA FLOW alle 18:00"
    assert Redactor(["parola12", "yogaflow", "alle1800!"]).clean(said) == said


def test_of_thousands_of_secrets_each_is_hidden_as_if_it_were_alone() -> None:
    many = Redactor([])
    secrets = [f"Parola d'ordine {number:04} àè!" for number in range(1500)]
    for each in secrets:
        many.learn([each])
    for each in (secrets[0], secrets[700], secrets[-1]):
        for spelled in (each, each.upper(), quote(each), base64.b64encode(each.encode()).decode(), f"a{each}b"):
            assert many.clean(f"said {spelled}.") == Redactor([each]).clean(f"said {spelled}.") != f"said {spelled}."
    assert many.clean("done in 0.52 s") == "done in 0.52 s"
