"""The configuration: each mistake gets one clear sentence, and no secret is ever printed."""

from __future__ import annotations

import json
import logging
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from domain.errors import ConfigError
from runtime.settings import Friend, RedactingFormatter, Settings, fingerprint, load

GOOD: dict[str, Any] = {
    "username": "10000001",
    "password": "correct horse",
    "otpatu": "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP",
    "telegram": {"bot_token": "123456:a-token", "allowed_user_id": 42},
}
FRIEND: dict[str, Any] = {"telegram_user_id": 43, "username": "10000002", "password": "p", "otpatu": GOOD["otpatu"]}


def written(tmp_path: Path, values: object) -> Path:
    path = tmp_path / "config.json"
    path.touch(mode=0o600)
    path.write_text(values if isinstance(values, str) else json.dumps(values))
    return path


def test_the_five_keys_are_enough(tmp_path: Path) -> None:
    settings = load(written(tmp_path, GOOD))
    assert settings.telegram.api_base_url == "https://api.telegram.org"
    assert settings.site.base_url == "https://ecomm.sportrick.com/sportpolimi"
    assert settings.site.login_hosts == ("aunicalogin.polimi.it",)
    assert settings.local_path == tmp_path / "polimisport.db"
    assert settings.opening.days_ahead == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"password": None}, "the key 'password'"),
        ({"password": ""}, "the key 'password' is wrong: must not be empty"),
        ({"password": "perch\u00e9\nno"}, "'password' is wrong: it holds a character that can't be typed"),
        ({"username": 10000001}, "the key 'username' is wrong: write a text, between quotes"),
        ({"username": "g.rossi@mail.polimi.it"}, "'username' is wrong: write the Codice Persona"),
        ({"otpatu": "JBSWY3DPEHPK3PXP"}, "the key 'otpatu' is wrong: write the otpauth:// address"),
        (
            {"otpatu": "otpauth://hotp/x?secret=JBSWY3DPEHPK3PXP"},
            "'otpatu' is wrong: the otpauth URL is of type",
        ),
        (
            {"otpatu": "otpauth://totp/x?secret=1"},
            "'otpatu' is wrong: the secret of the otpauth URL",
        ),
        (
            {"friends": [FRIEND | {"telegram_user_id": 42}]},
            "'friends' is wrong: the Telegram id 42 is there twice",
        ),
        ({"friends": [FRIEND, FRIEND]}, "'friends' is wrong: the Telegram id 43 is there twice"),
        (
            {"friends": [FRIEND | {"username": GOOD["username"]}]},
            "'friends' is wrong: one Codice Persona is there twice",
        ),
        (
            {"friends": [FRIEND, FRIEND | {"telegram_user_id": 44, "username": " 10000002 "}]},
            "'friends' is wrong: one Codice Persona is there twice",
        ),
        ({"telegram": "42"}, "the key 'telegram' is wrong: write a group of keys"),
        (
            {"telegram": {"bot_token": "my bot", "allowed_user_id": 42}},
            "'telegram.bot_token' is wrong: write the whole",
        ),
        (
            {"telegram": {"bot_token": "1:a", "allowed_user_id": True}},
            "'telegram.allowed_user_id' is wrong: write a number",
        ),
        ({"reminder_hours": float("nan")}, "the key 'reminder_hours' is wrong: write a number up to 168"),
        (
            {"free_cancel_hours": float("inf")},
            "the key 'free_cancel_hours' is wrong: write a number up to 168",
        ),
        ({"confirmation": {"lead_minutes": 10**30}}, "the key 'confirmation.lead_minutes' is wrong"),
        ({"timezone": "localtime"}, "'localtime' is not a time zone"),
        ({"database": "."}, "the key 'database' is wrong: .* can't be a database"),
        (
            {"database": "postgresql://me:secret@server"},
            "'database' is wrong: write the address of a server as postgresql://user@host/name, or name a file$",
        ),
        ({"database": "config.json"}, "'database' is wrong: it names the configuration"),
        ({"log": {"file": "."}}, "the key 'log.file' is wrong: .* is a folder"),
        ({"log": {"file": "config.json"}}, "the key 'log.file' is wrong: .* is used already"),
        ({"log": {"file": "polimisport.db-wal"}}, "the key 'log.file' is wrong: .* is used already"),
        ({"log": {"file": "a\0b"}}, "the key 'log.file' is wrong: it holds a character"),
        ({"telegram": {"bot_token": "1:a", "allowed_user_id": "me"}}, "the key 'telegram.allowed_user_id'"),
        ({"telegram": {"allowed_user_id": 42}}, "the key 'telegram.bot_token' is missing"),
        ({"timezone": "Rome"}, "'Rome' is not a time zone"),
        ({"opening": {"at": "midnight"}}, "the key 'opening.at' is wrong: write a time as HH:MM"),
        ({"site": {"base_url": "sportrick"}}, "the key 'site.base_url' is wrong: write an address"),
        ({"site": {"base_url": "http://ecomm.sportrick.com/x"}}, "'site.base_url' is wrong: write it with https://"),
        ({"site": {"login_hosts": []}}, "the key 'site.login_hosts' is wrong"),
        ({"site": {"login_hosts": ["https://a.it"]}}, "'site.login_hosts.0' is wrong: 'https://a.it' is no host"),
        ({"worker": {"lease_seconds": -1}}, "the key 'worker.lease_seconds'"),
    ],
)
def test_a_wrong_key_is_named_with_its_remedy(tmp_path: Path, change: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence.replace("(", r"\(")):
        load(written(tmp_path, GOOD | change))


CLUB = {"base_url": "https://ecomm.sportrick.com/circoloesempio", "login": "form"}
MEMBER: dict[str, Any] = {"username": "giulia@circolo.example", "password": "p", "telegram": GOOD["telegram"]}


def test_a_club_with_a_form_of_its_own_takes_any_user_name_and_types_at_its_own_address(tmp_path: Path) -> None:
    settings = load(written(tmp_path, MEMBER | {"site": CLUB}))
    assert settings.people[0].username == "giulia@circolo.example"
    assert settings.site.places_to_type == ()


def test_where_everybody_logs_in_by_hand_nobody_needs_to_say_so(tmp_path: Path) -> None:
    friend = {"telegram_user_id": 43, "username": "anna"}
    values = {"username": "giulia", "telegram": GOOD["telegram"], "site": CLUB | {"login": "by_hand"}}
    settings = load(written(tmp_path, values | {"friends": [friend]}))
    assert [(each.by_hand, each.password) for each in settings.people] == [(True, ""), (True, "")]


@pytest.mark.parametrize(
    ("login", "change", "sentence"),
    [
        ("form", {"otpatu": GOOD["otpatu"]}, '\'otpatu\' is wrong: with "site.login": "form" no one-time code'),
        ("by_hand", {}, "'password' is wrong: .* nobody's password is kept: remove it"),
        ("by_hand", {"login": "password"}, "'login' is wrong: .* everybody logs in by hand"),
        ("spid", {}, '\'site.login\' is wrong: write "polimi", "form" or "by_hand"'),
        ("form", {"friends": [FRIEND]}, "'friends.0.otpatu' is wrong"),
    ],
)
def test_what_does_not_go_with_the_sites_login_is_refused(
    tmp_path: Path, login: str, change: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        load(written(tmp_path, MEMBER | {"site": CLUB | {"login": login}} | change))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "not valid JSON: line 1, column 2: the file ends too early"),
        (" \n", r"is empty: remove it, then run '.*setup\.py --config "),
        ('{"a": 1,\n "b": 2,\n}', "line 2, column 8: there is a comma too many before }"),
        ('{"a": [1, ]}', "line 1, column 9: there is a comma too many before ]"),
        ("{“a”: 1}", "line 1, column 2: there are curly quotes “ ”: write straight ones"),
        ('{"a":\n “x”}', "line 2, column 2: there are curly quotes"),
        ("{'a': 1}", "line 1, column 2: there are single quotes"),
        ('{"a": 1 "b": 2}', "column 9: a comma is missing before this place"),
        ('{"a" 1}', "column 6: a : is missing"),
        ('{"a": True}', "column 7: write a text between double quotes, a number, true"),
        ('{"a": "x}', "the file ends too early"),
        ('{"a": "x\n}', "a quote is missing at the end of a text"),
        ('{"a": 1}}', "column 9: something follows the }"),
        (r'{"a": "C:\x"}', "a backslash is written twice"),
        ("[]", "one JSON object"),
        ("\udcff", "a letter in line 1 is not UTF-8"),
        ('{"username": "a", "username": "b"}', "the key 'username' is there twice"),
        ("[" * 100_000, "nested too deeply"),
        ("9" * 5_000, "is not valid: Exceeds the limit"),
    ],
    ids=[
        *("half", "empty", "comma", "comma in list", "curly key", "curly value", "single", "no comma", "no colon"),
        *("bare", "unclosed", "unclosed line", "more", "backslash"),
        *("list", "latin", "twice", "deep", "digits"),
    ],
)
def test_a_file_that_is_no_configuration_is_said_so(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "config.json"
    path.touch(mode=0o600)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigError, match=sentence):
        load(path)


@pytest.mark.parametrize("active", [False, True])
def test_what_is_left_of_the_example_is_refused_key_by_key(tmp_path: Path, active: bool) -> None:
    example = json.loads((Path(__file__).parent.parent.parent / "config.example.json").read_text())
    example["friends"][0]["active"] = active
    with pytest.raises(ConfigError) as refused:
        load(written(tmp_path, example))
    keys = ["username", "password", "otpatu", "telegram.bot_token", "telegram.allowed_user_id"]
    keys += [f"friends.0.{name}" for name in FRIEND] if active else []
    assert sorted(str(refused.value).splitlines()) == sorted(
        f"{tmp_path / 'config.json'}: the key '{key}' still holds the example's value: write your own" for key in keys
    )
    for key in ("username", "password", "otpatu"):  # one alone is told, too
        with pytest.raises(ConfigError, match=f"the key '{key}' still holds"):
            load(written(tmp_path, GOOD | {key: example[key]}))


def test_a_missing_file_names_the_wizard_with_the_place_that_was_meant(tmp_path: Path) -> None:
    config = tmp_path / "config.json"
    with pytest.raises(ConfigError, match=rf"run '\.venv/bin/python setup\.py --config {config}' to make it"):
        load(config)


def test_a_server_is_named_by_its_address_and_its_password_is_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PGPASSWORD", "of-the-environment")
    settings = load(
        written(tmp_path, GOOD | {"database": "postgresql://bot:s%40fe-word@server:5433/club?password=other-word"})
    )
    assert str(settings.database) == "postgresql://bot@server:5433/club"
    assert "fe-word" not in repr(settings)
    assert {"s%40fe-word", "s@fe-word", "other-word", "of-the-environment"} <= set(settings.secrets())
    formatter = RedactingFormatter("worker", settings.secrets())
    said = formatter.format(logging.makeLogRecord({"msg": "s%40fe-word s@fe-word other-word of-the-environment"}))
    assert said.endswith(": **** **** **** ****")


def test_beside_a_database_on_a_server_sessions_keys_and_backups_lie_as_beside_a_file(tmp_path: Path) -> None:
    settings = load(written(tmp_path, GOOD | {"database": "postgresql://server/club"}))
    assert settings.local_path == tmp_path / "polimisport.db"
    assert settings.state_dir == tmp_path / "polimisport.state"
    assert settings.backup_dir == tmp_path / "backups"
    assert settings.has_database


def test_an_environment_variable_names_a_server_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLIMISPORT_DATABASE", "postgresql://server/club")
    assert str(load(written(tmp_path, GOOD)).database) == "postgresql://server/club"


def test_what_systemd_hands_over_is_read_in_place_of_the_file_and_means_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lent = tmp_path / "credentials"
    lent.mkdir()
    written(lent, GOOD | {"database": "mine.db"}).rename(lent / "polimisport-config")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(lent))
    settings = load(tmp_path / "data" / "config.json")
    assert settings.local_path == tmp_path / "data" / "mine.db"
    assert settings.config_file == tmp_path / "data" / "config.json"


WRONG: tuple[object, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    1e300,
    float("nan"),
    "",
    "maybe",
    "\ud800",
    [],
    [None],
    {},
    ["a"] * 201,
)
NOT_OURS = re.compile(r"should|unable|validat|pattern|Input|Value error|instance|literal|expected|write it as config")


def every_key(section: type[BaseModel], prefix: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, field in section.model_fields.items():
        yield (*prefix, name)
        inner = Friend if name == "friends" else field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from every_key(inner, (*prefix, name))


@pytest.mark.parametrize("key", list(every_key(Settings)), ids=".".join)
def test_no_word_of_the_library_tells_what_is_wrong_with_a_key(
    key: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("POLIMISPORT_")]:
        monkeypatch.delenv(name)
    group, *inner = key
    said: list[str] = []
    for value in WRONG:
        values = GOOD | {group: value}
        if inner:
            values = GOOD | {group: [FRIEND | {inner[0]: value}] if group == "friends" else {inner[0]: value}}
        try:
            load(written(tmp_path, values))
        except ConfigError as refused:
            said += str(refused).splitlines()
    assert said
    assert [line for line in said if NOT_OURS.search(line.replace(str(tmp_path), ""))] == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"language": "de"}, 'the key \'language\' is wrong: write "it" or "en"'),
        ({"log": {"level": "LOUD"}}, 'the key \'log.level\' is wrong: write "DEBUG", "INFO", "WARNING" or "ERROR"'),
        (
            {"browser": {"headless": "maybe"}},
            "the key 'browser.headless' is wrong: write true or false, without quotes",
        ),
        (
            {"opening": {"days_ahead": "two"}},
            "the key 'opening.days_ahead' is wrong: write a whole number, without quotes",
        ),
        ({"opening": {"at": "24:00"}}, "the key 'opening.at' is wrong: write a time from 00:00 to 23:59:59"),
        (
            {"site": {"login_hosts": []}},
            "the key 'site.login_hosts' is wrong: the list is too short: write 1 or more in it",
        ),
    ],
)
def test_a_wrong_value_is_told_with_what_to_write(tmp_path: Path, change: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(written(tmp_path, GOOD | change))
    assert str(refused.value) == f"{tmp_path / 'config.json'}: {sentence}"


def test_unknown_keys_are_named_and_ignored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(written(tmp_path, GOOD | {"pasword": "x", "worker": {"lease": 5}}))
    said = capsys.readouterr().err
    assert "'pasword' is not known" in said
    assert "'worker.lease' is not known" in said


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLIMISPORT_TELEGRAM__API_BASE_URL", "http://127.0.0.1:1/")
    settings = load(written(tmp_path, GOOD))
    assert settings.telegram.api_base_url == "http://127.0.0.1:1"
    assert settings.telegram.allowed_user_id == 42


def test_login_hosts_are_named_in_the_environment_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLIMISPORT_SITE__LOGIN_HOSTS", '["localhost:1", "A.it"]')
    assert load(written(tmp_path, GOOD)).site.login_hosts == ("localhost:1", "a.it")


@pytest.mark.parametrize("name", ["SITE__LOGIN_HOSTS", "FRIENDS"])
def test_a_list_in_the_environment_that_is_no_json_is_told_without_its_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(f"POLIMISPORT_{name}", "a secret")
    with pytest.raises(ConfigError, match=f"POLIMISPORT_{name.partition('_')[0]}.* is not JSON") as caught:
        load(written(tmp_path, GOOD))
    assert "a secret" not in str(caught.value)


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o666])
def test_a_configuration_everybody_can_read_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path, GOOD)
    path.chmod(mode)
    with pytest.raises(ConfigError, match=f"chmod 600 {path}"):
        load(path)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    path.chmod(0o640)  # a group somebody chose on purpose
    assert load(path).username == "10000001"


def test_secrets_are_not_in_what_settings_print(tmp_path: Path) -> None:
    text = repr(load(written(tmp_path, GOOD)))
    assert not any(secret in text for secret in ("correct horse", "JBSWY", "a-token"))


def test_secrets_are_not_in_messages_arguments_or_tracebacks(tmp_path: Path) -> None:
    formatter = RedactingFormatter("test", load(written(tmp_path, GOOD)).secrets())
    try:
        raise ValueError("password was correct horse")  # noqa: TRY301
    except ValueError:
        trace = sys.exc_info()
    record = logging.LogRecord(
        "x", logging.ERROR, "", 0, "url %s", ("http://h/bot999999:zzzzzzz/getMe JBSWY3DPEHPK3PXP",), trace
    )
    text = formatter.format(record)
    assert not any(secret in text for secret in ("correct horse", "JBSWY", "zzzzzzz"))
    assert "Traceback" in text


def test_a_fingerprint_changes_with_the_password(tmp_path: Path) -> None:
    [old] = load(written(tmp_path, GOOD)).people
    [new] = load(written(tmp_path, GOOD | {"password": "other"})).people
    [bare] = load(written(tmp_path, GOOD | {"otpatu": None})).people
    assert len({fingerprint(each, "the token") for each in (old, new, bare)}) == 3
    assert fingerprint(bare, "the token") == fingerprint(bare, "the token") != fingerprint(bare, "another token")


def test_an_otpauth_address_in_capitals_is_taken_and_kept_secret(tmp_path: Path) -> None:
    settings = load(written(tmp_path, GOOD | {"otpatu": "OTPAUTH://TOTP/X?SECRET=JBSWY3DPEHPK3PXP"}))
    assert "JBSWY3DPEHPK3PXP" in settings.secrets()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_is_read_over(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, "")
    path.write_bytes(json.dumps(GOOD | {"password": "perché no"}, ensure_ascii=False).encode(encoding))
    assert "perché no" in load(path).secrets()


@pytest.mark.parametrize(
    ("encoding", "says"),
    [
        ("utf-16", "is saved as UTF-16"),
        ("utf-16-be", "is saved as UTF-16"),
        ("utf-16-le", "is saved as UTF-16"),
        ("latin-1", "a letter in line 3 is not UTF-8"),
    ],
)
def test_another_encoding_is_named_with_the_remedy_and_nothing_of_the_file(
    tmp_path: Path, encoding: str, says: str
) -> None:
    path = written(tmp_path, "")
    path.write_bytes(json.dumps(GOOD | {"password": "perché no"}, ensure_ascii=False, indent=1).encode(encoding))
    with pytest.raises(ConfigError, match=f"{says}.* save it with the encoding UTF-8") as caught:
        load(path)
    assert "perch" not in str(caught.value)


@pytest.mark.parametrize("nothing", [{}, {"otpatu": None}, {"otpatu": ""}, {"otpatu": "  "}])
def test_a_login_without_one_time_password_can_be_configured(tmp_path: Path, nothing: dict[str, object]) -> None:
    bare = {key: value for key, value in GOOD.items() if key != "otpatu"} | nothing
    friend = {key: value for key, value in FRIEND.items() if key != "otpatu"} | nothing
    settings = load(written(tmp_path, bare | {"friends": [friend]}))
    assert [each.otp_url for each in settings.people] == ["", ""]
    assert "" not in settings.secrets()


def test_the_secrets_of_a_friend_who_is_not_active_are_hidden_all_the_same(tmp_path: Path) -> None:
    settings = load(written(tmp_path, GOOD | {"friends": [FRIEND | {"active": False, "password": "hers alone"}]}))
    assert len(settings.people) == 1
    assert "hers alone" in settings.secrets()
