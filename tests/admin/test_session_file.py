"""A session on its way between two machines: what its file gives away, and what becomes of a spoilt one."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from admin import session_file
from admin.session_file import CarriedSession, SessionFileError, WrongPassphrase
from tests.support.sites import GIULIA

PASSPHRASE = "quattro parole a caso"
COOKIE = {"name": ".ASPXAUTH_SOCIALBOOKING", "value": "c0ffee", "domain": "127.0.0.1", "path": "/", "expires": -1}
GIULIAS = CarriedSession(
    session_file.digest(GIULIA),
    "https://ecomm.sportrick.com/sportpolimi",
    datetime(2026, 11, 26, 8, tzinfo=UTC),
    {"cookies": [COOKIE], "origins": []},
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    session_file.write(tmp_path / "session.bin", GIULIAS, PASSPHRASE)
    return tmp_path / "session.bin"


def test_what_was_sealed_is_opened_with_its_passphrase_alone(file: Path) -> None:
    sealed = session_file.read(file)
    assert sealed.opened(PASSPHRASE) == GIULIAS
    with pytest.raises(WrongPassphrase):
        sealed.opened(PASSPHRASE + " ")


def test_a_letter_with_an_accent_is_the_same_however_a_keyboard_writes_it(tmp_path: Path) -> None:
    session_file.write(tmp_path / "x", GIULIAS, "perche\u0301 no, dai")
    assert session_file.read(tmp_path / "x").opened("perch\u00e9 no, dai") == GIULIAS


def test_the_file_shows_nobody_whose_it_is_nor_what_it_holds(file: Path) -> None:
    content = file.read_text()
    assert [word for word in (GIULIA, session_file.digest(GIULIA), "c0ffee", "sportrick") if word in content] == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert repr(session_file.read(file)).count("sealed") + repr(GIULIAS).count("c0ffee") == 0


def test_a_file_that_is_there_is_not_written_over(file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(SessionFileError, match="is there already"):
        session_file.refuse_existing(file)
    with pytest.raises(SessionFileError, match="is there already"):
        session_file.write(file, GIULIAS, PASSPHRASE)
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == ["session.bin"]


def changed(content: bytes, **parts: object) -> bytes:
    return json.dumps(json.loads(content) | parts, separators=(",", ":")).encode()


SPOILT: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "half of it": (lambda content: content[: len(content) // 2], "cut short or damaged"),
    "its last bytes": (lambda content: content[:-20], "cut short or damaged"),
    "nothing": (lambda _: b"", "cut short or damaged"),
    "a beginning": (lambda _: b'{"polimi', "cut short or damaged"),
    "another byte in it": (lambda c: c.replace(b'"sealed":"', b'"sealed":"AAAA'), "cut short or damaged"),
    "another salt": (lambda content: changed(content, salt="AAAA"), "cut short or damaged"),
    "a number for a text": (lambda content: changed(content, nonce=5), "cut short or damaged"),
    "no format": (lambda content: changed(content, polimisport_session=None), "cut short or damaged"),
    "a picture": (lambda _: b"\x89PNG\r\n", "is not a session file"),
    "a configuration": (lambda _: b'{"username": "1"}', "is not a session file"),
    "a format to come": (lambda content: changed(content, polimisport_session=2), "newer version"),
    "too much": (lambda content: content + b" " * session_file.LARGEST, "too large"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_file_that_is_not_whole_or_none_is_told_from_a_wrong_passphrase(file: Path, how: str) -> None:
    spoil, says = SPOILT[how]
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(SessionFileError, match=says) as caught:
        session_file.read(file)
    assert not isinstance(caught.value, WrongPassphrase)


@pytest.mark.parametrize(
    "state",
    [{"cookies": None}, {"cookies": [{"name": "x"}]}, {"cookies": [{**COOKIE, "value": 5}]}, {"origins": []}],
    ids=["no list", "no cookie", "a number", "nothing"],
)
def test_what_is_no_session_inside_is_refused(tmp_path: Path, state: dict[str, object]) -> None:
    held = CarriedSession(GIULIAS.whose, GIULIAS.base_url, GIULIAS.made_at, state)
    session_file.write(tmp_path / "x", held, PASSPHRASE)
    with pytest.raises(SessionFileError, match="is not a session file"):
        session_file.read(tmp_path / "x").opened(PASSPHRASE)


@pytest.mark.parametrize("place", ["nowhere/session.bin", ".", "x" * 300])
def test_a_place_that_can_not_be_written_gets_one_sentence(tmp_path: Path, place: str) -> None:
    with pytest.raises(SessionFileError) as caught:
        session_file.write(tmp_path / place, GIULIAS, PASSPHRASE)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["nowhere", "."])
def test_what_can_not_be_read_gets_one_sentence(tmp_path: Path, place: str) -> None:
    with pytest.raises(SessionFileError, match="can't be read|not an ordinary file"):
        session_file.read(tmp_path / place)
