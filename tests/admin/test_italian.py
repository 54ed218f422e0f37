"""The terminal in Italian: complete, in the language of who sits there, and every question takes either yes."""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import otp_extractor
import setup
from admin.answers import says_no, says_yes
from admin.site_errors import SENTENCES, retold
from admin.wizard import write
from demo.telegram import TelegramEmulator
from languages import Language, terminal
from languages.catalogue import catalogue
from languages.sentences import missing, said_in, unused
from runtime.config_file import language_in
from tests.admin.test_wizard import Person, telegram_of_the_wizard
from tests.support.sites import GIULIA, OTP_URL, PASSWORD

__all__ = ["telegram_of_the_wizard"]  # a fixture

PROJECT = Path(setup.__file__).parent
PLACEHOLDER = re.compile(r"\{\w+\}|%(?:\(\w+\))?[srd]")


@pytest.fixture
def italian() -> Iterator[None]:
    with terminal.speaking(Language.ITALIAN):
        yield


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that says nothing of a language, nor of a configuration."""
    for name in (*terminal.VARIABLES, *(each for each in os.environ if each.startswith("POLIMISPORT_"))):
        monkeypatch.delenv(name, raising=False)


# ----- complete


def texts(told: str | Sequence[str] | None) -> Sequence[str]:
    """One sentence, or one for each number."""
    return [told] if isinstance(told, str) else list(told or ())


def test_every_sentence_of_the_terminal_has_its_italian_and_no_italian_is_left_over() -> None:
    assert [each.texts[0] for each in missing(Language.ITALIAN)] == []
    assert unused(Language.ITALIAN) == []


def test_the_italian_has_the_placeholders_of_the_english() -> None:
    for message in catalogue(Language.ITALIAN):
        pairs = zip(texts(message.id), texts(message.string), strict=True)
        assert [(a, b) for a, b in pairs if sorted(PLACEHOLDER.findall(a)) != sorted(PLACEHOLDER.findall(b))] == []


def test_blanks_and_line_ends_around_a_sentence_are_the_same_in_both() -> None:
    with terminal.speaking(Language.ITALIAN):
        for sentence in said_in(Language.ITALIAN):
            english, told = sentence.texts[0], terminal._(sentence.texts[0])
            assert (english[:1].isspace(), english[-1:]) == (told[:1].isspace(), told[-1:]) or not english[
                -1:
            ].isspace()


def test_the_sentences_of_the_site_are_those_that_the_sources_say() -> None:
    files = [*PROJECT.glob("portal/**/*.py"), *PROJECT.glob("domain/*.py"), PROJECT / "scraper.py"]
    files.append(PROJECT / "admin/survey/visit.py")
    files += [PROJECT / "admin/hand_login.py", PROJECT / "worker.py"]
    sources = "\n".join(path.read_text(encoding="utf-8") for path in files).replace("\\'", "'")
    parts = [part for each in SENTENCES for part in re.split(r"\{\w+\}|, | at ", each.message) if len(part) > 8]
    assert [part for part in parts if part.strip(" :,(") not in sources] == []


def test_an_error_of_the_site_is_retold_part_by_part_and_an_unknown_one_as_it_is(italian: None) -> None:
    sentence = "the login stops, for it starts over, at aunicalogin.polimi.it/x: the site says «Avviso: leggi»"
    assert retold(sentence) == (
        "il login si ferma, perché ricomincia da capo, a aunicalogin.polimi.it/x: il sito dice «Avviso: leggi»"
    )
    assert retold("something nobody thought of") == "something nobody thought of"


# ----- which language


@pytest.mark.parametrize(
    ("arguments", "written", "environment", "language"),
    [
        ([], None, {}, "en"),
        ([], None, {"LANG": "it_IT.UTF-8"}, "it"),
        ([], None, {"LANG": "it_IT.UTF-8", "LC_MESSAGES": "de_CH"}, "en"),
        ([], None, {"LANG": "en_GB", "LC_ALL": "it_CH.UTF-8"}, "it"),
        ([], None, {"LANG": "it_IT", "LC_ALL": "C"}, "en"),
        ([], "it", {"LANG": "en_GB"}, "it"),
        ([], "en", {"LANG": "it_IT"}, "en"),
        ([], "fr", {"LANG": "it_IT"}, "it"),
        ([], "it", {"POLIMISPORT_LANGUAGE": "en"}, "en"),
        (["--language", "it"], "en", {"LANG": "en_GB"}, "it"),
        (["--language=en"], "it", {"LANG": "it_IT"}, "en"),
        (["--language"], "it", {"LANG": "it_IT"}, "it"),
    ],
)
def test_the_option_counts_before_the_configuration_and_that_before_the_system(
    arguments: list[str],
    written: str | None,
    environment: dict[str, str],
    language: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if written:
        write(tmp_path / "config.json", {"language": written})
    config = ["--config", str(tmp_path / "config.json")]
    assert terminal.chosen([*config, *arguments], language_in) == language


def test_a_configuration_that_cannot_be_read_says_nothing_of_the_language(tmp_path: Path) -> None:
    write(tmp_path / "config.json", {})
    (tmp_path / "config.json").write_text('{"language": "it",')
    assert language_in(tmp_path / "config.json") is None


@pytest.mark.parametrize("program", [setup.main, otp_extractor.main])
def test_help_and_mistakes_of_the_options_are_italian_too(program: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert callable(program)
    with pytest.raises(SystemExit):
        program(["--language", "it", "--help"])
    said = capsys.readouterr().out
    assert said.startswith("uso: ")
    assert [word for word in ("usage", "options:", "show this", "arguments:") if word in said] == []
    with pytest.raises(SystemExit):
        program(["--language", "it", "--no-such"])
    assert "errore: argomenti sconosciuti: --no-such" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        program(["--language", "en", "--no-such"])
    assert "error: unrecognized arguments: --no-such" in capsys.readouterr().err


def test_argparse_is_known_to_say_its_words_through_the_name_that_is_replaced() -> None:
    assert argparse.ArgumentParser().format_help().startswith("usage: ")
    with terminal.speaking(Language.ITALIAN):
        assert "opzioni" in terminal.parser("").format_help()


# ----- in use


@pytest.mark.parametrize("typed", ["y", "YES", "s", "si", "Sì", "si\u0300", "si'", " sì. "])
def test_every_yes_is_a_yes(typed: str) -> None:
    assert says_yes(typed)
    assert not says_no(typed)


@pytest.mark.parametrize("typed", ["n", "No", "no."])
def test_every_no_is_a_no(typed: str) -> None:
    assert says_no(typed)
    assert not says_yes(typed)


async def test_the_wizard_asks_in_italian_and_writes_the_language_down(
    telegram_of_the_wizard: TelegramEmulator, italian: None
) -> None:
    token = telegram_of_the_wizard.token
    giulia = Person("1", "giulia rossi", GIULIA, PASSWORD, OTP_URL, "sì", token, "@giulia", "42")
    assert (await giulia.use_wizard())["language"] == "it"
    assert giulia.heard_once("Il Codice Persona è il numero sul tuo badge")
    assert giulia.heard_once("Un id Telegram è un numero, non un @nome.")
    assert giulia.heard_once("È così? [s/n]")
    english = {sentence.texts[0].strip() for sentence in said_in(Language.ITALIAN)}
    assert [line for line in giulia.heard if re.sub(r"^\d\. ", "", line).strip() in english] == []


def test_what_is_wrong_with_a_configuration_is_said_in_its_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.json"
    write(config, json.loads((PROJECT / "config.example.json").read_text(encoding="utf-8")) | {"timezone": "Roma"})
    assert setup.main(["--validate", "--config", str(config)]) == setup.UNUSABLE
    assert capsys.readouterr().err == (
        f"{config}: la chiave 'timezone' è sbagliata: 'Roma' non è un fuso orario: scrivine uno come Europe/Rome\n"
    )


@pytest.mark.parametrize(("there", "code"), [(True, setup.WELL), (False, setup.UNUSABLE)])
def test_validate_refuses_a_browser_that_is_not_there(
    there: bool, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, browser = tmp_path / "config.json", tmp_path / "chromium"
    if there:
        browser.touch(mode=0o700)
    telegram = {"bot_token": "1:x", "allowed_user_id": 42}
    values = {"username": GIULIA, "password": PASSWORD, "telegram": telegram, "language": "en"}
    write(config, values | {"browser": {"executable_path": str(browser)}})
    assert setup.main(["--validate", "--config", str(config)]) == code
    wrong = f"{config}: the key 'browser.executable_path' is wrong: there is no program {browser}\n"
    said = capsys.readouterr()
    assert said.err == ("" if there else wrong)
    assert said.out == (f"{config}: the configuration can be used.\n" if there else "")
