"""One-time codes: every spelling of an otpauth:// URL, QR pictures, and the command."""

import asyncio
import base64
import io
import os
import pty
import re
import struct
import sys
import zlib
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

import otp_extractor
from domain.errors import OtpError
from otp_extractor import OneTimePassword, describe, parse, urls_from, urls_in_picture

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
    assert urls_in_picture(picture) == [URL]


@pytest.mark.parametrize(
    ("kind", "modes"),
    [
        ("PNG", ["1", "L", "LA", "P", "RGB", "RGBA"]),
        ("JPEG", ["L", "RGB", "CMYK"]),
        ("GIF", ["L", "P"]),
        ("WEBP", ["RGB", "RGBA"]),
    ],
)
def test_a_picture_is_read_from_memory_however_it_was_saved(picture: Path, kind: str, modes: list[str]) -> None:
    from PIL import Image

    with Image.open(picture) as drawn:
        for mode in modes:
            saved = io.BytesIO()
            drawn.convert(mode).save(saved, kind)
            assert otp_extractor.urls_in_bytes(saved.getvalue(), "qr") == [URL], mode


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_a_code_on_transparent_ground_is_read(picture: Path, mode: str) -> None:
    from PIL import Image

    with Image.open(picture) as drawn:
        code = Image.new("RGBA", drawn.size, (0, 0, 0, 0))
        code.paste("black", mask=drawn.point(lambda value: 255 - value))
        saved = io.BytesIO()
        code.convert(mode).save(saved, "PNG")
    assert otp_extractor.urls_in_bytes(saved.getvalue(), "qr") == [URL]


def test_a_picture_without_its_qr_code_is_told(tmp_path: Path) -> None:
    from PIL import Image

    blank = tmp_path / "blank.png"
    Image.new("RGB", (50, 50), "white").save(blank)
    with pytest.raises(OtpError, match="no QR code"):
        urls_in_picture(blank)


def test_a_qr_code_of_something_else_is_told(tmp_path: Path) -> None:
    with pytest.raises(OtpError, match="not one of a one-time password"):
        urls_in_picture(qr_code("https://www.polimi.it", tmp_path / "qr.png"))


def test_a_missing_or_broken_picture_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"not a picture")
    with pytest.raises(OtpError, match="not a picture"):
        urls_in_picture(broken)
    with pytest.raises(OtpError, match="there is no file"):
        urls_in_picture(tmp_path / "missing.png")


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


@pytest.mark.process
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
        urls_in_picture(bomb(tmp_path / "qr.png", side))


def test_only_the_decoders_of_the_formats_that_are_named_are_used(tmp_path: Path) -> None:
    """Pillow has forty others, one of which starts Ghostscript."""
    with pytest.raises(OtpError, match="PNG, JPEG, GIF, WebP"):
        urls_in_picture(qr_code(URL, tmp_path / "qr.tiff"))


def test_the_command_gives_the_url_when_asked(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert otp_extractor.main([str(picture), "--url"]) == 0
    assert capsys.readouterr().out.strip() == URL


def test_the_command_fails_with_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert otp_extractor.main(["no-such-picture.png"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


# What people have besides the address

# Of the public description of the format, made by the app itself: secret "Hello!" and four bytes more, one account.
EXPORT = (
    "otpauth-migration://offline?data=CjEKCkhlbGxvId6tvu8SGEV4YW1wbGU6YWxpY2VAZ29vZ2xlLmNvbRoHRXhhbXBsZSABKAEwAhABGAEgACjr4JKK"
    "%2B%2F%2F%2F%2F%2F8B"
)


def export(*accounts: tuple[bytes, str, int]) -> str:
    """An export with those accounts: secret, name and type (1 counts, 2 looks at the clock)."""

    def field(number: int, value: bytes) -> bytes:
        return bytes([number << 3 | 2, len(value)]) + value

    def account(secret: bytes, name: str, kind: int) -> bytes:
        return field(1, secret) + field(2, name.encode()) + bytes([6 << 3, kind])

    content = b"".join(field(1, account(*each)) for each in accounts) + bytes([2 << 3, 1])
    return "otpauth-migration://offline?data=" + quote(base64.b64encode(content).decode(), safe="")


def test_an_export_of_google_authenticator_gives_its_account() -> None:
    [url] = urls_from(EXPORT)
    password = parse(url)
    assert (password.secret, password.account, password.issuer) == ("JBSWY3DPEHPK3PXP", "alice@google.com", "Example")
    assert (password.digits, password.algorithm) == (6, "SHA1")


def test_of_several_exported_accounts_one_is_chosen_and_no_secret_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = export(
        (b"0123456789", "Mail:a", 2), (b"Hello!\xde\xad\xbe\xef", "Polimi:10000001", 2), (b"x" * 10, "Counts", 1)
    )
    picture = qr_code(two, tmp_path / "export.png")
    assert otp_extractor.main([str(picture)], ten_past) == 1
    said = capsys.readouterr().err
    assert "--account, 1 to 2 (1: Mail a; 2: Polimi 10000001)" in said
    assert "Counts" not in said
    assert "JBSWY3DP" not in said

    assert otp_extractor.main([str(picture), "--account", "2"], ten_past) == 0
    assert "Polimi 10000001" in capsys.readouterr().out
    assert otp_extractor.main([str(picture), "--account", "3"], ten_past) == 1


@pytest.mark.parametrize(
    "data", ["", "?data=", "?data=%%%", "?data=CjEK", "?data=CAE", "?data=" + "A" * 4001, "?other=1"]
)
def test_an_export_that_is_none_is_refused_in_one_sentence(data: str) -> None:
    with pytest.raises(OtpError, match="Google Authenticator"):
        urls_from("otpauth-migration://offline?data" + data)


@given(st.binary(max_size=300))
def test_whatever_an_export_holds_is_read_or_refused(content: bytes) -> None:
    with suppress(OtpError):
        for url in urls_from("otpauth-migration://offline?data=" + quote(base64.b64encode(content), safe="")):
            assert url.startswith("otpauth://totp/")


@pytest.mark.parametrize("key", ["JBSWY3DPEHPK3PXP", "jbsw y3dp ehpk 3pxp", " JBSW-Y3DP-EHPK-3PXP== "])
def test_a_bare_setup_key_is_taken(key: str) -> None:
    [url] = urls_from(key)
    assert parse(url).secret == "JBSWY3DPEHPK3PXP"


@pytest.mark.parametrize("key", ["JBSWY3DPEHPK3PX0", "jbsw y3dp ehpk 3px1", "JBSWY3DPEHPK3PX.", "JBSWY3DP"])
def test_a_setup_key_with_a_mistake_is_told_what_keys_are_made_of_and_not_shown(
    key: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(key))
    assert otp_extractor.main([]) == 1
    said = capsys.readouterr().err
    assert "a setup key has letters and the digits 2-7 only, never 0 1 8 9" in said
    assert key[:4] not in said


def test_an_account_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert otp_extractor.main([EXPORT, "--account", "9"]) == 1
    assert "there is one account only: leave --account out" in capsys.readouterr().err


def test_a_file_with_the_name_of_a_key_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    qr_code(URL, Path("picture.png")).rename("JBSWY3DPEHPK3PXP")
    assert urls_from("JBSWY3DPEHPK3PXP") == [URL]


@pytest.mark.parametrize("typed", ["~nobody-of-that-name/code.png", "A1" * 200, "a\0b.png", "x" * 5000 + ".png"])
def test_what_can_be_no_path_is_refused_in_one_sentence(typed: str) -> None:
    with pytest.raises(OtpError):
        urls_from(typed)


def test_a_key_longer_than_a_file_name_is_a_key() -> None:
    assert parse(urls_from("JBSWY3DPEHPK3PXP" * 20)[0]).secret.startswith("JBSWY3DP")


@pytest.mark.parametrize("form", ["{}", "'{}'", '"{}"', "{escaped}", "file://{quoted}"])
def test_a_path_is_taken_as_terminals_and_browsers_write_it(tmp_path: Path, form: str) -> None:
    picture = qr_code(URL, tmp_path / "my code è.png")
    typed = form.format(picture, escaped=str(picture).replace(" ", "\\ "), quoted=quote(str(picture)))
    assert urls_from(typed) == [URL]


def test_a_code_that_ends_before_it_could_be_compared_is_shown_with_the_next() -> None:
    password = parse("otpauth://totp/Polimi:1?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    begin = datetime(2026, 11, 26, 12, tzinfo=UTC)
    now, then = (password.code(password.counter(begin + timedelta(seconds=each))) for each in (0, 30))
    assert describe(password, begin).startswith(f"{now}  (valid for 30 s;")
    assert describe(password, begin + timedelta(seconds=28)).startswith(f"{now}  (valid for 2 s, then {then};")
