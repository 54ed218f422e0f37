"""The secret of the one-time codes, in every shape in which people have it."""

import asyncio
import io
from datetime import UTC, datetime

import pytest
import zxingcpp
from PIL import Image

from dashboard.account.one_time import MOST_BYTES, CodeSource, PictureReader, Unreadable, from_text
from languages import Language, speaking

KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
URL = f"otpauth://totp/Polimi:10000001?secret={KEY}&issuer=Polimi"
EXPORT = "otpauth-migration://offline?data=CiIKCkhlbGxvId6tvu8SBkdpdWxpYRoGUG9saW1pIAEoATAC"  # noqa: S105 - made up
MOMENT = datetime(2026, 11, 26, 14, 0, 10, tzinfo=UTC)


def picture_of(text: str, kind: str = "PNG") -> bytes:
    code = zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode), scale=6)
    saved = io.BytesIO()
    Image.fromarray(code).save(saved, kind)
    return saved.getvalue()


def read(picture: bytes) -> tuple[CodeSource, ...]:
    return asyncio.run(PictureReader().read(picture))


@pytest.mark.parametrize(
    "text", [URL, f"  {URL}\n", "jbsw y3dp ehpk 3pxp jbsw y3dp ehpk 3pxp", KEY, f"{KEY[:16]}-{KEY[16:]}"]
)
def test_an_address_or_a_setup_key_makes_the_same_codes(text: str) -> None:
    (source,) = from_text(text)
    assert source.code(MOMENT).digits == from_text(URL)[0].code(MOMENT).digits


def test_a_code_is_shown_as_authenticators_show_it_with_the_seconds_it_has_left() -> None:
    code = from_text(URL)[0].code(MOMENT)
    assert code.grouped == f"{code.digits[:3]} {code.digits[3:]}"
    assert code.left == 20
    assert code.period == 30


def test_an_export_of_google_authenticator_gives_its_accounts_by_name() -> None:
    (source,) = from_text(EXPORT)
    assert source.name == "Polimi Giulia"


def test_the_secret_is_not_printed() -> None:
    assert KEY not in repr(from_text(URL))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_is_read(kind: str) -> None:
    assert [source.url for source in read(picture_of(URL, kind))] == [URL]


def test_a_picture_of_an_export_is_read() -> None:
    assert [source.name for source in read(picture_of(EXPORT))] == ["Polimi Giulia"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("JBSW0189", "mai 0 1 8 9"),
        ("/etc/passwd", "mai 0 1 8 9"),
        ("file:///etc/passwd", "Non è un indirizzo otpauth://"),
        ("https://www.polimi.it", "Non è un indirizzo otpauth://"),
        ("otpauth://hotp/x?secret=JBSWY3DPEHPK3PXP", "totp"),
        ("otpauth://totp/x?secret=", "non ha un segreto"),
        ("otpauth-migration://offline?data=AAAA", "esportazione"),
        ("A" * 9000, "troppo lungo"),
    ],
)
def test_each_mistake_has_its_sentence_and_names_no_file_of_this_machine(text: str, told: str) -> None:
    with pytest.raises(Unreadable) as problem:
        from_text(text)
    assert told in str(problem.value)
    assert str(problem.value).endswith(".")


@pytest.mark.parametrize(
    ("picture", "told"),
    [
        (b"not a picture", "Non è un'immagine"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "Non è un'immagine"),
        (b"x" * (MOST_BYTES + 1), "troppo grande"),
        (picture_of("https://www.polimi.it"), "non è quello dei codici"),
    ],
)
def test_each_mistake_of_a_picture_has_its_sentence(picture: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        read(picture)


def test_a_picture_of_too_many_pixels_is_not_decoded() -> None:
    saved = io.BytesIO()
    Image.new("1", (6000, 5000)).save(saved, "PNG")
    with pytest.raises(Unreadable, match="troppo grande"):
        read(saved.getvalue())


def test_a_picture_without_a_code_is_told() -> None:
    saved = io.BytesIO()
    Image.new("L", (100, 100), 255).save(saved, "PNG")
    with pytest.raises(Unreadable, match="non vedo nessun codice QR"):
        read(saved.getvalue())


def test_a_mistake_is_told_in_the_language_of_the_person() -> None:
    with speaking(Language.ENGLISH), pytest.raises(Unreadable, match=r"^The otpauth URL has no secret"):
        from_text("otpauth://totp/x")
