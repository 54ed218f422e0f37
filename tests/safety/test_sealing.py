"""What guests log in with is read with the key alone, in its own row alone, and every change of it is noticed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import KeyMissing, SealBroken
from safety.sealing import SealingKeys, Secrets, key_id, new_key, read_keys, sealed_with, spelled

KEY, OLD = new_key(), new_key()
MARTA, NINO = 1001, 1002
SECRETS = Secrets("10556677", "Sesamo, apriti!", "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ&issuer=Polimi", "987654")


@given(st.builds(Secrets, st.text(), st.text(), st.text(), st.text(), by_hand=st.booleans()))
def test_what_was_sealed_opens_as_it_was(secrets: Secrets) -> None:
    keys = SealingKeys([KEY])
    assert keys.open(MARTA, keys.seal(MARTA, secrets)) == secrets


def test_a_blob_says_nothing_not_even_how_long_the_password_is() -> None:
    keys = SealingKeys([KEY])
    blobs = [keys.seal(MARTA, replace(SECRETS, password="x" * length)) for length in (1, 8, 30)]
    assert len({len(blob) for blob in blobs}) == 1
    assert len({keys.seal(MARTA, SECRETS) for _ in range(3)}) == 3
    assert not any(text.encode() in blob for blob in blobs for text in (SECRETS.username, "otpauth", "password"))


def test_a_blob_opens_in_no_other_row_and_with_no_byte_changed() -> None:
    keys = SealingKeys([KEY])
    sealed = keys.seal(MARTA, SECRETS)
    with pytest.raises(SealBroken):
        keys.open(NINO, sealed)
    for at in range(len(sealed)):
        with pytest.raises((SealBroken, KeyMissing)):
            keys.open(MARTA, sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])
    for length in (0, 1, 20, 60, len(sealed) - 1):
        with pytest.raises(SealBroken):
            keys.open(MARTA, sealed[:length])


def test_the_first_key_seals_and_each_opens_what_it_sealed() -> None:
    sealed = SealingKeys([OLD]).seal(MARTA, SECRETS)
    both = SealingKeys([KEY, OLD])
    assert both.open(MARTA, sealed) == SECRETS
    assert sealed_with(sealed) == key_id(OLD)
    assert sealed_with(both.seal(MARTA, SECRETS)) == key_id(KEY)
    with pytest.raises(KeyMissing):
        SealingKeys([KEY]).open(MARTA, sealed)
    with pytest.raises(KeyMissing):
        SealingKeys([]).seal(MARTA, SECRETS)


def test_nothing_that_is_printed_holds_a_secret() -> None:
    shown = repr(SECRETS) + repr(SECRETS.credentials(MARTA))
    assert not any(text in shown for text in SECRETS.texts())
    assert set(SECRETS.texts()) == {SECRETS.password, SECRETS.otp_url, "GEZDGNBVGY3TQOJQ"}
    assert Secrets.of(SECRETS.credentials(MARTA)) == SECRETS


def test_keys_are_read_as_they_are_written_and_nothing_else_is() -> None:
    ordinary = spelled(OLD).replace("-", "+").replace("_", "/")
    assert read_keys(f"# a note\n{spelled(KEY)}\n\n {ordinary} \n") == [KEY, OLD]
    for wrong in ("password", spelled(KEY)[:-4], spelled(KEY) + "A", "ü" * 44):
        with pytest.raises(ValueError, match="32 random bytes"):
            read_keys(wrong)
