"""Whatever a key of the configuration holds, no program ends with a traceback: refused in words, or usable."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from actions.runner import site_access
from database import open_database
from domain.errors import ConfigError, DatabaseError
from domain.model import utc_now
from portal.evidence.redactor import AccountRedactor
from runtime import program
from runtime.configured import people_of, recurrence_rules_of
from runtime.settings import Settings, configure_logging, load
from tests.runtime.test_settings import FRIEND, GOOD, written

ODD: tuple[object, ...] = (
    *(None, True, 0, -1, 1.5, 1e-308, 10**30, float("inf"), float("nan"), "", "42", "x" * 5000, "a\0b", "\ud800"),
    *([], [None], {}, {"x": {}}),
)
TEXTS = (" ", "x" * 240, "a\nb", "\x1b[2J", "\u202e", "é", "💪" * 60, "%s{0}", "[]")
PATHS = (
    *(".", "..", "/", "~", "~/x", "~nobody-of-that-name/x", "a/b/c", "/dev/null", "/dev/full", "/proc/self/mem"),
    *("x.state", "config.json", "config.json/x", "x" * 240, "💪" * 60, "\u202e"),
)
ADDRESSES: tuple[object, ...] = (
    *("http://", "http://[", "http://[::1]:99999", "http://a b", "https://user:word@host/x", "http://h:99999", "//x"),
    *(
        "https://ecomm.sportrick.com/x?y#z",
        "1:a/../b",
        "1:é",
        "https://é.it",
        ["a.it", 1],
        [[]],
        ["a.it:0"],
        ["\ud800"],
    ),
)
OTP = ("otpauth://", "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=999999999999", " otpauth://totp/é?secret=A")
TIMES = ("24:00", "00:60", "00:00:00.5", "24:00:00", 86399.5, True)
ZONES = ("Factory", "localtime", "Etc/GMT+12", "posix/Europe/Rome", "../UTC")
KEYS: dict[str, tuple[object, ...]] = {
    **dict.fromkeys(("username", "password", "friends.username", "friends.password"), TEXTS),
    **dict.fromkeys(("otpatu", "friends.otpatu"), OTP),
    **dict.fromkeys(("database", "log.file", "browser.executable_path"), PATHS),
    **dict.fromkeys(("telegram.api_base_url", "site.base_url", "site.login_hosts", "telegram.bot_token"), ADDRESSES),
    **dict.fromkeys(("opening.at", "opening.rehearsal_at"), TIMES),
    **dict.fromkeys(("telegram", "site", "browser", "opening", "confirmation", "worker", "log"), ({"_env_file": "x"},)),
    **dict.fromkeys(("friends", "_cli_parse_args", "_env_file", "self", "people"), ([[]], [{}])),
    **dict.fromkeys(("reminder_hours", "free_cancel_hours", "worker.lease_seconds", "worker.poll_seconds"), (1e308,)),
    **dict.fromkeys(("telegram.allowed_user_id", "friends.telegram_user_id", "opening.days_ahead"), (2**52, 2**63)),
    **dict.fromkeys(("confirmation.lead_minutes", "confirmation.deadline_minutes"), (10**12,)),
    **dict.fromkeys(("language", "log.level", "browser.headless", "friends.active"), ("INFO\n", "maybe")),
    "timezone": ZONES,
}


def with_odd(key: str, value: object) -> dict[str, Any]:
    group, _, name = key.partition(".")
    if not name:
        return GOOD | {key: value}
    if group == "friends":
        return GOOD | {"friends": [FRIEND | {name: value}]}
    return GOOD | {group: GOOD.get(group, {}) | {name: value}}


async def use(settings: Settings, folder: Path) -> None:
    """Whatever the programs do with a configuration before they go anywhere."""
    recurrence_rules_of(settings)
    for day in (date(2026, 3, 29), date(2026, 10, 25)):
        settings.opening_rule.opens_at(day)
    for each in settings.people:
        AccountRedactor(each, utc_now).words("anything")
    assert people_of(settings)
    assert httpx.URL(f"{settings.telegram.api_base_url}/bot{settings.telegram.bot_token.get_secret_value()}/getMe").host
    site_access(settings).places.may_type("https://aunicalogin.polimi.it/")
    program.take_care_of_files(settings)
    if folder in settings.local_path.parents:
        async with open_database(settings.database) as db:
            await db.people.set(people_of(settings))


@pytest.mark.parametrize("key", KEYS)
async def test_no_odd_value_ends_in_a_traceback(key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(logging, "basicConfig", lambda *, handlers, **_: [each.close() for each in handlers])
    unnamed: list[object] = []
    for value in (*ODD, *KEYS[key]):
        try:
            settings = load(written(tmp_path, with_odd(key, value)))
        except ConfigError as refused:
            unnamed += [] if f"'{key.partition('.')[0]}" in str(refused) else [value]
            continue
        try:
            configure_logging(settings, "test")
            if key in ("database", "username", "password", "telegram.allowed_user_id"):
                await use(settings, tmp_path)
            else:
                await use(settings.model_copy(update={"database": tmp_path / "none" / "x.db"}), tmp_path / "elsewhere")
        except (ConfigError, DatabaseError) as refused:
            unnamed += [value] if "\n" in str(refused) else []
    assert unnamed == []
