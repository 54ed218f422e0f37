"""The wizard of setup.py, against the simulated Telegram."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from admin.wizard import DIGITS_LIVE, Wizard, write
from demo.telegram import TelegramEmulator
from tests.support.sites import GIULIA, OTP_URL, PASSWORD
from tests.test_otp import export, qr_code

OWNER = 42
NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody listens
MALLORY, EVE = 666, 667


class Person:
    """Answers the wizard's questions from a list, and keeps what the wizard said."""

    def __init__(self, *answers: str | type[BaseException]) -> None:
        self._answers = list(answers)
        self.heard: list[str] = []

    def answer(self, question: str) -> str:
        self.heard.append(question)
        answer = self._answers.pop(0)
        if not isinstance(answer, str):
            raise answer
        return answer

    async def use_wizard(self) -> dict[str, Any]:
        """What the wizard would write. It runs loops of its own, as at a terminal, so it gets a thread."""
        wizard = Wizard(self.answer, self.answer, self.heard.append)
        return await asyncio.to_thread(wizard.ask_everything)

    def heard_once(self, text: str) -> bool:
        return sum(text in line for line in self.heard) == 1


@pytest.fixture
async def telegram_of_the_wizard(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TelegramEmulator]:
    for name in [name for name in os.environ if name.startswith("POLIMISPORT_")]:
        monkeypatch.delenv(name)
    emulator = TelegramEmulator()
    async with emulator.serve():
        monkeypatch.setenv("POLIMISPORT_TELEGRAM__API_BASE_URL", emulator.api_base_url)
        yield emulator


async def test_five_answers_make_a_configuration(telegram_of_the_wizard: TelegramEmulator) -> None:
    token = telegram_of_the_wizard.token
    giulia = Person("1", GIULIA, PASSWORD, OTP_URL, "y", token, "42")
    assert await giulia.use_wizard() == {
        "username": GIULIA,
        "password": PASSWORD,
        "otpatu": OTP_URL,
        "telegram": {"bot_token": token, "allowed_user_id": 42},
        "language": "en",
    }
    assert giulia.heard_once("This is @polimisport_bot.")


async def test_who_logs_in_by_hand_is_asked_for_no_password(telegram_of_the_wizard: TelegramEmulator) -> None:
    token = telegram_of_the_wizard.token
    giulia = Person("2", GIULIA, token, "42")
    assert await giulia.use_wizard() == {
        "username": GIULIA,
        "login": "by_hand",
        "telegram": {"bot_token": token, "allowed_user_id": 42},
        "language": "en",
    }
    assert [line[:3] for line in giulia.heard if line[:1].isdigit()] == ["1. ", "2. ", "3. "]


async def test_who_gave_a_picture_of_the_qr_code_is_told_to_delete_it(
    telegram_of_the_wizard: TelegramEmulator, tmp_path: Path
) -> None:
    picture = str(qr_code(OTP_URL, tmp_path / "qr.png"))
    giulia = Person("1", GIULIA, PASSWORD, f"'{picture}'", "y", telegram_of_the_wizard.token, "42")
    assert (await giulia.use_wizard())["otpatu"] == OTP_URL
    assert giulia.heard_once("Delete that picture now")


async def test_a_setup_key_is_taken_and_not_said_again(telegram_of_the_wizard: TelegramEmulator) -> None:
    giulia = Person("1", GIULIA, PASSWORD, "jbsw y3dp ehpk 3pxp", "y", telegram_of_the_wizard.token, "42")
    assert (await giulia.use_wizard())["otpatu"] == "otpauth://totp/Polimi?secret=JBSWY3DPEHPK3PXP"
    assert "jbsw" not in " ".join(giulia.heard).lower()
    assert not giulia.heard_once("Delete that picture now")


async def test_of_an_export_with_several_accounts_one_is_asked_for(telegram_of_the_wizard: TelegramEmulator) -> None:
    ours = (b"Hello!\xde\xad\xbe\xef", "Polimi:10000001", 2)
    two = export((b"0123456789", "Mail:a", 2), ours)
    giulia = Person("1", GIULIA, PASSWORD, two, "3", "2", "y", telegram_of_the_wizard.token, "42")
    assert "JBSWY3DPEHPK3PXP" in (await giulia.use_wizard())["otpatu"]
    assert giulia.heard_once("2: Polimi 10000001")
    assert giulia.heard_once("Type a number from 1 to 2.")


async def test_blanks_around_a_password_are_kept_and_said(telegram_of_the_wizard: TelegramEmulator) -> None:
    giulia = Person("1", GIULIA, "   ", f" {PASSWORD} ", OTP_URL, "y", telegram_of_the_wizard.token, "42")
    assert (await giulia.use_wizard())["password"] == f" {PASSWORD} "
    assert giulia.heard_once("begins or ends with a blank, which is kept")


async def test_a_login_without_any_code_is_configured_only_after_a_second_question(
    telegram_of_the_wizard: TelegramEmulator,
) -> None:
    giulia = Person("1", GIULIA, PASSWORD, "", "no", "", "sì", telegram_of_the_wizard.token, "42")
    assert (await giulia.use_wizard())["otpatu"] is None
    assert giulia.heard_once("An answer is needed here.")


async def test_the_browser_that_run_found_is_written_down(
    telegram_of_the_wizard: TelegramEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLIMISPORT_BROWSER__EXECUTABLE_PATH", "/usr/bin/chromium")
    giulia = Person("1", GIULIA, PASSWORD, OTP_URL, "y", telegram_of_the_wizard.token, "42")
    assert (await giulia.use_wizard())["browser"] == {"executable_path": "/usr/bin/chromium"}


async def test_each_wrong_answer_gets_a_sentence_and_the_question_again(
    telegram_of_the_wizard: TelegramEmulator,
) -> None:
    token = telegram_of_the_wizard.token
    giulia = Person(
        *("4", "1"),
        *("", "giulia rossi", GIULIA),
        *("", PASSWORD),
        *("", "", "otpauth://hotp/x?secret=JBSWY3DPEHPK3PXP", "no-such-picture.png", OTP_URL, "y"),
        *("nonsense", "1234567890:another-token-than-the-bots", token),
        *("@giulia", "0", "42"),
    )
    assert (await giulia.use_wizard())["telegram"]["allowed_user_id"] == 42
    assert giulia.heard_once("not your name")
    assert giulia.heard_once("only totp")
    assert giulia.heard_once("There is no file no-such-picture.png.")
    assert giulia.heard_once("A token looks like")
    assert giulia.heard_once("The token is refused (Unauthorized).")
    assert PASSWORD not in " ".join(giulia.heard)


async def test_only_eight_digits_are_taken_for_a_codice_persona_without_a_second_question(
    telegram_of_the_wizard: TelegramEmulator,
) -> None:
    giulia = Person("", "ciao", "", "g.rossi", "y", PASSWORD, OTP_URL, "y", telegram_of_the_wizard.token, "42")
    assert (await giulia.use_wizard())["username"] == "g.rossi"
    assert giulia.heard_once("Does your login really ask for ciao? [y/N]")


async def test_a_code_that_the_app_does_not_show_asks_for_the_secret_again(
    telegram_of_the_wizard: TelegramEmulator,
) -> None:
    other = "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ"
    giulia = Person("1", GIULIA, PASSWORD, other, "perhaps", "n", OTP_URL, "y", telegram_of_the_wizard.token, "42")
    assert (await giulia.use_wizard())["otpatu"] == OTP_URL
    assert giulia.heard_once("Type y for yes or n for no.")
    assert giulia.heard_once("Then it is another account's secret")
    assert "GEZDGNBV" not in " ".join(giulia.heard)


async def test_what_the_programs_would_refuse_as_password_or_id_is_asked_again(
    telegram_of_the_wizard: TelegramEmulator,
) -> None:
    answers = ("a\tb", PASSWORD, OTP_URL, "y", telegram_of_the_wizard.token, "-5", "-1001234567890", "9" * 17, "42")
    giulia = Person("1", GIULIA, *answers)
    assert (await giulia.use_wizard())["telegram"]["allowed_user_id"] == 42
    assert giulia.heard_once("It holds a character that can't be typed")
    assert (
        sum("is a positive number of up to 16 digits; a group's begins with -." in line for line in giulia.heard) == 3
    )


def test_answers_that_can_not_be_written_are_kept_for_another_place(tmp_path: Path) -> None:
    (tmp_path / "taken.json").write_text("somebody's")
    giulia = Person("", str(tmp_path / "taken.json"), str(tmp_path / "nowhere" / "x"), "a\0b", str(tmp_path))
    wizard = Wizard(giulia.answer, giulia.answer, giulia.heard.append)
    assert wizard.write_down(tmp_path / "gone" / "config.json", {"password": "x"}) == tmp_path / "config.json"
    assert json.loads((tmp_path / "config.json").read_text()) == {"password": "x"}
    assert (tmp_path / "taken.json").read_text() == "somebody's"
    assert giulia.heard_once("config.json can't be written (No such file or directory). Your answers are kept")


class Phone:
    """Answers the wizard's last question by what it says: sends the digits it shows, from this phone or another."""

    def __init__(self, telegram: TelegramEmulator, *sends: Callable[[str], Iterable[tuple[int, str]]], yes: str = "sì"):
        self.telegram = telegram
        self.heard: list[str] = []
        self._first = ["1", GIULIA, PASSWORD, OTP_URL, "y", telegram.token]
        self._sends = list(sends)
        self._yes = yes

    @property
    def digits(self) -> str:
        return next(line for line in reversed(self.heard) if "four digits: " in line)[-4:]

    def answer(self, question: str) -> str:
        self.heard.append(question)
        if self._first:
            return self._first.pop(0)
        if "Is that you?" in question:
            return self._yes
        if not self._sends:
            return str(OWNER + 100)
        for who, text in self._sends.pop(0)(self.digits):
            sent = self.telegram.person(who, first_name=NAMES[who]).send(text)
            asyncio.run_coroutine_threadsafe(sent, self.loop).result()
        return ""

    async def owner(self, digits_live: float = DIGITS_LIVE) -> int:
        self.loop = asyncio.get_running_loop()
        wizard = Wizard(self.answer, self.answer, self.heard.append, digits_live)
        values = await asyncio.to_thread(wizard.ask_everything)
        return int(values["telegram"]["allowed_user_id"])


NAMES = {OWNER: "Giulia", MALLORY: "Mallory", EVE: "\x1b[2JEve\u202e\n"}


def others(digits: str, number: int) -> list[str]:
    """That many other digits."""
    return [f"{(int(digits) + 1 + step) % 10_000:04}" for step in range(number)]


async def test_the_owner_is_who_sends_the_digits_and_the_message_stays_for_the_bot(
    telegram_of_the_wizard: TelegramEmulator,
) -> None:
    phone = Phone(
        telegram_of_the_wizard,
        lambda digits: [(MALLORY, "/start"), (MALLORY, "ciao")],
        lambda digits: [(OWNER, "/start"), (OWNER, f" {digits} "), (MALLORY, "it is me"), (MALLORY, f"{digits}0")],
    )
    assert await phone.owner() == OWNER
    assert any("The bot has not got these digits yet" in line for line in phone.heard)
    assert any("They came from Giulia (id 42). Is that you?" in line for line in phone.heard)
    polls = [call for call in telegram_of_the_wizard.calls if call.method == "getUpdates"]
    assert [call.params for call in polls] == [{}] * 3  # no offset takes it away, no allowed_updates is remembered


@pytest.mark.parametrize(
    "attack",
    [
        lambda digits: [(MALLORY, guess) for guess in others(digits, 3)],  # guesses, and is lucky afterwards
        lambda digits: [(MALLORY, guess) for guess in [*others(digits, 3), digits]],
        lambda digits: [(OWNER, digits), (MALLORY, digits)],  # looked over the owner's shoulder
        lambda digits: [(MALLORY, guess) for guess in [*others(digits, 250), digits]],  # more than a page of Telegram's
    ],
)
async def test_who_guesses_never_becomes_the_owner(
    telegram_of_the_wizard: TelegramEmulator, attack: Callable[[str], Iterable[tuple[int, str]]]
) -> None:
    first: list[str] = []

    def attacked(digits: str) -> Iterable[tuple[int, str]]:
        first.append(digits)
        return attack(digits)

    phone = Phone(telegram_of_the_wizard, attacked, lambda digits: [(OWNER, digits)])
    assert await phone.owner() == OWNER
    assert sum("somebody is guessing" in line for line in phone.heard) == 1
    assert sum("four digits: " in line for line in phone.heard) == 2
    assert not any("Mallory" in line for line in phone.heard)


async def test_all_digits_sent_beforehand_are_of_no_use(telegram_of_the_wizard: TelegramEmulator) -> None:
    mallory = telegram_of_the_wizard.person(MALLORY, first_name="Mallory")
    for number in range(0, 10_000, 50):
        await mallory.send(f"{number:04}")
    phone = Phone(telegram_of_the_wizard, lambda digits: [(OWNER, digits)])
    assert await phone.owner() == OWNER
    assert sum("four digits: " in line for line in phone.heard) == 1


async def test_who_says_no_gets_other_digits_and_after_five_only_a_typed_id_helps(
    telegram_of_the_wizard: TelegramEmulator,
) -> None:
    phone = Phone(telegram_of_the_wizard, *[lambda digits: [(EVE, digits)]] * 5, yes="")
    assert await phone.owner() == OWNER + 100
    asked = [line for line in phone.heard if "Is that you?" in line]
    assert len(asked) == 5
    assert all("They came from [2JEve (id 667)." in line for line in asked)  # nothing that moves the cursor
    assert any("it goes without them" in line for line in phone.heard)


async def test_digits_expire(telegram_of_the_wizard: TelegramEmulator) -> None:
    phone = Phone(telegram_of_the_wizard, lambda digits: [(OWNER, digits)])
    assert await phone.owner(digits_live=-1.0) == OWNER + 100
    assert any("more than ten minutes old" in line for line in phone.heard)


async def test_without_a_network_the_wizard_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLIMISPORT_TELEGRAM__API_BASE_URL", NOWHERE)
    giulia = Person("1", GIULIA, PASSWORD, OTP_URL, "y", "1234567890:a-token-nobody-can-check", "", "42")
    assert (await giulia.use_wizard())["telegram"]["allowed_user_id"] == 42
    assert giulia.heard_once("the token is taken as it is")
    assert giulia.heard_once("To find your id, write to @userinfobot")
    assert not [line for line in giulia.heard if line.rstrip().endswith(",")]  # no sentence breaks off


def test_the_configuration_is_written_for_its_owners_eyes_only(tmp_path: Path) -> None:
    write(tmp_path / "config.json", {"password": "perché no"})
    assert stat.S_IMODE((tmp_path / "config.json").stat().st_mode) == 0o600
    assert json.loads((tmp_path / "config.json").read_text()) == {"password": "perché no"}
    assert len(list(tmp_path.iterdir())) == 1


async def test_at_another_club_its_address_login_and_opening_are_asked_and_no_code(
    telegram_of_the_wizard: TelegramEmulator,
) -> None:
    token, club = telegram_of_the_wizard.token, "https://ecomm.sportrick.com/circoloesempio"
    giulia = Person(
        "3",
        *("http://ecomm.sportrick.com/circoloesempio", "https://ecomm.sportrick.com", f"{club}/", ""),
        *("giulia@circolo.example", PASSWORD),
        *("ninety", "7", "at noon", "12:30"),
        *(token, "42"),
    )
    assert await giulia.use_wizard() == {
        "username": "giulia@circolo.example",
        "password": PASSWORD,
        "site": {"base_url": club, "login": "form"},
        "opening": {"days_ahead": 7, "at": "12:30"},
        "telegram": {"bot_token": token, "allowed_user_id": 42},
        "language": "en",
    }
    assert giulia.heard_once("The name of the club is missing")


async def test_at_a_club_with_another_login_nobodys_password_is_asked(telegram_of_the_wizard: TelegramEmulator) -> None:
    club, token = "https://ecomm.sportrick.com/circoloesempio", telegram_of_the_wizard.token
    giulia = Person("3", club, "2", "giulia", "7", "00:00", token, "42")
    answers = await giulia.use_wizard()
    assert answers["site"] == {"base_url": club, "login": "by_hand"}
    assert "password" not in answers
    assert "otpatu" not in answers
