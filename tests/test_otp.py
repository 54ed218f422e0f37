"""One-time codes: every spelling of an otpauth:// URL, QR pictures, and the command."""

import asyncio
import io
import os
import pty
import re
import struct
import sys
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

import otp_extractor
from errors import OtpError
from otp_extractor import OneTimePassword, parse, url_in_picture

# RFC 6238, appendix B: the seeds of the three algorithms, and the codes of two moments
SEEDS = {
    "SHA1": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    "SHA256": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA",
    "SHA512": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA",
}
CODES = {"SHA1": ("94287082", "07081804"), "SHA256": ("46119246", "68084774"), "SHA512": ("90693936", "25091201")}
MOMENTS = (datetime.fromtimestamp(59, UTC), datetime.fromtimestamp(1111111109, UTC))
URL = "otpauth://totp/Polimi:10000001?secret=JBSWY3DPEHPK3PXP&issuer=Polimi"


@pytest.mark.parametrize("algorithm", SEEDS)
def test_codes_are_those_of_the_standard(algorithm: str) -> None:
    password = parse(f"otpauth://totp/x?secret={SEEDS[algorithm]}&digits=8&algorithm={algorithm}")
    assert tuple(password.code(password.counter(moment)) for moment in MOMENTS) == CODES[algorithm]


def test_a_url_is_read_whole() -> None:
    url = "otpauth://totp/Poli%20Mi:a%40b.it?secret=JBSWY3DPEHPK3PXP&period=60&digits=8&algorithm=SHA256"
    assert parse(url) == OneTimePassword("JBSWY3DPEHPK3PXP", 8, 60, "SHA256", "Poli Mi", "a@b.it")


@pytest.mark.parametrize(
    "secret", ["jbswy3dpehpk3pxp", "JBSW%20Y3DP+EHPK%203PXP", "jbsw-y3dp-ehpk-3pxp", "JBSWY3DPEHPK3PXP%3D%3D"]
)
def test_a_secret_may_be_pasted_as_people_paste(secret: str) -> None:
    assert parse(f"OTPAUTH://TOTP/x?secret={secret}").secret == "JBSWY3DPEHPK3PXP"


def test_an_unpadded_secret_of_odd_length_is_padded() -> None:
    assert parse("otpauth://totp/x?secret=GEZDGNBVGY").secret == "GEZDGNBVGY======"


def test_a_code_is_named_by_its_period_and_dies_with_it() -> None:
    password = parse(URL)
    moment = datetime(2026, 11, 22, 10, 0, 28, tzinfo=UTC)
    assert password.seconds_left(moment) == 2
    assert password.counter(moment) + 1 == password.counter(moment.replace(second=30))


@pytest.mark.parametrize(
    ("url", "clue"),
    [
        ("https://example.org", "otpauth://"),
        ("", "otpauth://"),
        ("otpauth://hotp/x?secret=JBSWY3DP&counter=1", "hotp"),
        ("otpauth://[", "of type"),
        ("otpauth://totp/x", "no secret"),
        ("otpauth://totp/x?secret=", "no secret"),
        ("otpauth://totp/x?secret=01890189", "base32"),
        ("otpauth://totp/x?secret=A", "base32"),
        ("otpauth://totp/x?secret=ÀÀÀÀ", "base32"),
        ("otpauth://totp/x?secret=JBSWY3DP&digits=six", "digits"),
        ("otpauth://totp/x?secret=JBSWY3DP&digits=99999999999999999999", "digits"),
        ("otpauth://totp/x?secret=JBSWY3DP&period=0", "period"),
        ("otpauth://totp/x?secret=JBSWY3DP&algorithm=MD5", "algorithm"),
    ],
)
def test_a_bad_url_gets_one_clear_sentence(url: str, clue: str) -> None:
    with pytest.raises(OtpError, match=clue) as problem:
        parse(url)
    assert "JBSWY3DP" not in str(problem.value)
    assert "\n" not in str(problem.value)


@given(st.text(max_size=60))
def test_no_text_whatever_breaks_the_parser(text: str) -> None:
    for url in (text, "otpauth://" + text, "otpauth://totp/x?" + text, "otpauth://totp/x?secret=" + text):
        try:
            assert parse(url).digits in otp_extractor.DIGITS
        except OtpError:
            continue


def test_the_secret_is_not_printed() -> None:
    assert "JBSWY3DP" not in repr(parse(URL))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A QR code as a university shows it."""
    return qr_code(URL, tmp_path / "qr.png")


def qr_code(text: str, path: Path) -> Path:
    from PIL import Image

    code = zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode), scale=6)
    paper = Image.new("L", (600, 600), 255)
    paper.paste(Image.fromarray(code) if not isinstance(code, Image.Image) else code, (80, 120))
    paper.save(path)
    return path


def test_a_qr_code_is_read_from_a_picture(picture: Path) -> None:
    assert url_in_picture(picture) == URL


def test_a_picture_without_its_qr_code_is_told(tmp_path: Path) -> None:
    from PIL import Image

    blank = tmp_path / "blank.png"
    Image.new("RGB", (50, 50), "white").save(blank)
    with pytest.raises(OtpError, match="no QR code"):
        url_in_picture(blank)


def test_a_qr_code_of_something_else_is_told(tmp_path: Path) -> None:
    with pytest.raises(OtpError, match="not one of a one-time password"):
        url_in_picture(qr_code("https://www.polimi.it", tmp_path / "qr.png"))


def test_a_missing_or_broken_picture_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"not a picture")
    with pytest.raises(OtpError, match="not a picture"):
        url_in_picture(broken)
    with pytest.raises(OtpError, match="there is no file"):
        url_in_picture(tmp_path / "missing.png")


def ten_past() -> datetime:
    return datetime(2026, 11, 22, 10, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize("way", ["picture", "standard input", "command line"])
def test_the_command_prints_the_code_and_no_secret(
    picture: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{URL}\n"))
    arguments = {"picture": [str(picture)], "standard input": [], "command line": [URL]}[way]
    assert otp_extractor.main(arguments, ten_past) == 0
    printed = capsys.readouterr()
    password = parse(URL)
    assert password.code(password.counter(ten_past())) in printed.out
    assert "20 s" in printed.out
    assert "JBSWY3DP" not in printed.out + printed.err
    assert ("every user of this machine" in printed.err) == (way == "command line")


async def test_at_a_terminal_the_address_is_asked_for_and_not_shown() -> None:
    master, slave = pty.openpty()
    command = (sys.executable, otp_extractor.__file__)
    process = await asyncio.create_subprocess_exec(
        *command, stdin=slave, stdout=asyncio.subprocess.PIPE, stderr=slave, start_new_session=True
    )
    shown = b""
    while b"not shown" not in shown:  # by then what is typed is not shown any more
        shown += await asyncio.to_thread(os.read, master, 1000)
    os.write(master, f"{URL}\n".encode())
    said, _ = await process.communicate()
    os.close(slave)
    assert re.match(rb"\d{6}  \(valid", said)
    with suppress(OSError):  # the terminal has gone with the program
        shown += os.read(master, 1000)
    os.close(master)
    assert b"JBSWY3DP" not in shown


def test_nothing_given_is_one_sentence(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert otp_extractor.main([]) == 1
    assert "nothing was given" in capsys.readouterr().err


def bomb(path: Path, side: int) -> Path:
    """A PNG that says it is that large: a few bytes, which nobody must begin to decode."""
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    made = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(made))
    return path


@pytest.mark.parametrize("side", [5001, 10_000, 60_000])
def test_a_picture_of_more_than_25_megapixels_is_not_decoded(tmp_path: Path, side: int) -> None:
    with pytest.raises(OtpError, match="more than 25 megapixels"):
        url_in_picture(bomb(tmp_path / "qr.png", side))


def test_only_the_decoders_of_the_formats_that_are_named_are_used(tmp_path: Path) -> None:
    """Pillow has forty others, one of which starts Ghostscript."""
    with pytest.raises(OtpError, match="PNG, JPEG, GIF, WebP"):
        url_in_picture(qr_code(URL, tmp_path / "qr.tiff"))


def test_the_command_gives_the_url_when_asked(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert otp_extractor.main([str(picture), "--url"]) == 0
    assert capsys.readouterr().out.strip() == URL


def test_the_command_fails_with_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert otp_extractor.main(["no-such-picture.png"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
