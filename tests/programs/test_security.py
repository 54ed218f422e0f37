"""Nobody gets in, nobody sees another's, nothing odd breaks anything, and no secret is left lying about."""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from telegram import Update

from bench import fuzz
from bot.flows.conversation import Conversation
from bot.flows.services import Beside, Services
from bot.flows.tap import Tap
from bot.screens.callbacks import Verb
from bot.screens.page import NewMessage
from bot.transport.application import build
from bot.transport.handlers import UpdateHandlers
from bot.transport.profile import Profile
from demo.site import Person, Site, SiteWorld
from domain.club import Club
from domain.errors import SlotFull
from domain.model import ActionType
from domain.requests import NewAction
from tests.support import chats
from tests.support.anothers import calls, give_giulia_a_life, hers
from tests.support.chats import FRIEND, OWNER, STRANGER, TUESDAY, World
from tests.support.running import ROOT

QUICK = 1500  # python -m bench.fuzz does a hundred thousand


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


# Strangers

WHO = {"id": STRANGER, "is_bot": False, "first_name": "Eve"}
ME = {"id": OWNER, "is_bot": False, "first_name": "Giulia"}
HERE = {"id": STRANGER, "type": "private", "first_name": "Eve"}
GROUP = {"id": -100123, "type": "supergroup", "title": "gruppo"}
CHANNEL = {"id": -100456, "type": "channel", "title": "canale"}
MEMBER = {"user": {"id": 1, "is_bot": True, "first_name": "bot"}, "status": "member"}


def message(sender: dict[str, Any] | None, chat: dict[str, Any], text: str = "/start") -> dict[str, Any]:
    entities = [{"type": "bot_command", "offset": 0, "length": len(text)}] if text.startswith("/") else []
    content = {"message_id": 1, "date": 1, "chat": chat, "text": text, "entities": entities}
    return content | ({"from": sender} if sender else {"sender_chat": chat})


UPDATES: dict[str, dict[str, Any]] = {
    "message": message(WHO, HERE),
    "edited_message": message(WHO, HERE) | {"edit_date": 2},
    "message in a group, from the owner": message(ME, GROUP),
    "edited_message in a group": message(WHO, GROUP) | {"edit_date": 2},
    "channel_post": message(None, CHANNEL),
    "edited_channel_post": message(None, CHANNEL) | {"edit_date": 2},
    "callback_query": {"id": "1", "from": WHO, "chat_instance": "1", "data": "home", "message": message(WHO, HERE)},
    "callback_query in a group, from the owner": {
        "id": "1", "from": ME, "chat_instance": "1", "data": "home", "message": message(WHO, GROUP),
    },
    "callback_query on an inline message": {
        "id": "1", "from": WHO, "chat_instance": "1", "data": "home", "inline_message_id": "1",
    },
    "inline_query": {"id": "1", "from": WHO, "query": "x", "offset": ""},
    "chosen_inline_result": {"result_id": "1", "from": WHO, "query": "x"},
    "my_chat_member": {"chat": HERE, "from": WHO, "date": 1, "old_chat_member": MEMBER, "new_chat_member": MEMBER},
    "chat_member": {"chat": GROUP, "from": WHO, "date": 1, "old_chat_member": MEMBER, "new_chat_member": MEMBER},
    "chat_join_request": {"chat": GROUP, "from": WHO, "user_chat_id": STRANGER, "date": 1},
    "poll_answer": {"poll_id": "1", "user": WHO, "option_ids": [0], "option_persistent_ids": []},
    "poll": {
        "id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False, "is_anonymous": True,
        "type": "regular", "allows_multiple_answers": False, "allows_revoting": False, "members_only": False,
    },
    "shipping_query": {
        "id": "1", "from": WHO, "invoice_payload": "x",
        "shipping_address": {
            "country_code": "IT", "state": "", "city": "", "street_line1": "", "street_line2": "", "post_code": "",
        },
    },
    "pre_checkout_query": {"id": "1", "from": WHO, "currency": "EUR", "total_amount": 1, "invoice_payload": "x"},
}  # fmt: skip


@pytest.mark.parametrize("kind", UPDATES)
async def test_a_stranger_gets_nothing_from_any_kind_of_update(tmp_path: Path, kind: str) -> None:
    async with chats.world(tmp_path, start=False) as world:
        application = build(world.settings)
        heard_from: list[int] = []
        services = Services(world.db, world.settings, world.clock)
        router = Conversation(services)
        UpdateHandlers(
            router, services.directory, heard_from.append, Profile(application.bot, Club()), Beside()
        ).install(application)
        async with application:
            before = len(world.emulator.calls)
            update = Update.de_json({"update_id": 1, kind.split(" ")[0]: UPDATES[kind]}, application.bot)
            await application.process_update(update)
            assert [call.method for call in world.emulator.calls[before:]] == []
            assert heard_from == []
        rows = await world.db.connection.rows("SELECT user_id FROM booking_actions WHERE user_id = 666")
        assert rows == []


# One person and another's rows


@pytest.mark.parametrize("verb", list(Verb))
async def test_no_button_shows_or_touches_what_is_anothers(tmp_path: Path, verb: Verb) -> None:
    async with chats.world(tmp_path, start=False) as world:
        ids = await give_giulia_a_life(world.db)
        before = await hers(world.db)
        router = Conversation(Services(world.db, world.settings, world.clock))
        for call in calls(verb, ids):
            answer = await router.respond(Tap(FRIEND, "Marco", call))
            page = answer.page if isinstance(answer, NewMessage) else answer
            shown = page.text + "".join(one.label for row in page.rows for one in row)
            assert "SEGRETO" not in shown, call
        after = await hers(world.db)
        for table, rows in before.items():
            assert [row for row in rows if row not in after[table]] == [], f"{verb} changed {table}"


async def test_no_number_after_status_shows_what_is_anothers(world: World) -> None:
    ids = await give_giulia_a_life(world.db)
    for number in [*ids, -1, 2**63, 10**30]:
        await world.friend.send(f"/status {number}")
    await world.friend.send("/help")
    await world.friend.wait_for(lambda message: "Comandi" in message.text)
    assert not any("SEGRETO" in message.text for message in world.friend.messages)


# Odd input


async def test_odd_taps_and_texts_break_nothing(tmp_path: Path) -> None:
    dice = random.Random(20261122)
    async with chats.world(tmp_path, start=False) as world:
        await give_giulia_a_life(world.db)
        router = Conversation(Services(world.db, world.settings, world.clock))
        for _ in range(QUICK):
            data, text = fuzz.callback_data(dice), fuzz.sentence(dice)
            try:
                await fuzz.tap(router, OWNER, data)
                await fuzz.write(router, OWNER, text)
            except Exception as error:
                raise AssertionError(f"{data!r} or {text!r}") from error
        assert len(await world.db.people.all()) == 2


async def test_odd_taps_and_texts_are_answered_in_a_real_chat(world: World) -> None:
    dice = random.Random(7)
    await chats.menu(world.owner)
    for _ in range(40):
        world.owner.start_tap(fuzz.callback_data(dice)[:64] or "x")
        await world.owner.send(fuzz.sentence(dice).replace("\x00", "") or ".")
    await chats.menu(world.owner)


async def test_names_from_the_site_are_shown_as_they_are(tmp_path: Path) -> None:
    evil = chats.slot('<b>"X" & <script>', TUESDAY, "18:00", instructor="<i>ROSSI</i>")
    async with chats.world(tmp_path, timetable=False) as world:
        await world.read_timetable((evil,))
        await world.db.requests.add(NewAction(ActionType.BOOK, OWNER, evil.ref))
        await world.fail(SlotFull("<b>pieno & basta"))
        told = await world.owner.wait_for(lambda message: "non riuscita" in message.text)
        assert '<b>"X" & <script>' in told.text


async def test_odd_pages_and_odd_json_give_a_value_or_an_error_of_ours() -> None:
    dice = random.Random(20261122)
    async with Site(SiteWorld(people=[Person("1", "x", "JBSWY3DPEHPK3PXP")])) as site:
        *pages, schedule = await fuzz.samples(site, "1")
    for _ in range(40):
        fuzz.read_everything(fuzz.damaged(dice, dice.choice(pages)))
    answer = json.loads(schedule)
    assert answer["data"]
    answer["data"] = answer["data"][:6]
    for _ in range(QUICK):
        fuzz.read_schedule(json.dumps(fuzz.twisted(dice, answer)))
        fuzz.read_schedule(fuzz.damaged(dice, json.dumps(answer)))


# Secrets (what is left on disk: test_canaries.py)


async def test_no_program_nor_what_it_starts_leaves_its_memory_on_disk() -> None:
    limit = "import resource, sys; print(*resource.getrlimit(resource.RLIMIT_CORE))"
    starts = (
        "import subprocess, sys; from runtime import program; program.keep_private(); "
        f"subprocess.run([sys.executable, '-c', {limit!r}])"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", starts, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert [int(number) for number in said.split()] in ([1, 1], [0, 0])  # no dump is that small; 0: so it was before


# Packages


def locked(name: str) -> dict[str, str]:
    """The packages of a lock with their versions; each must have its hashes."""
    lock = (ROOT / f"{name}.lock").read_text()
    entry = r"^([\w.-]+)==([^\s;]+)[^\n]*((?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)+)"
    entries = re.findall(entry, lock, re.MULTILINE)
    assert len(entries) == len(re.findall(r"^[\w.-]+==", lock, re.MULTILINE))
    assert "://" not in lock
    assert "--index" not in lock
    return {name: version for name, version, _ in entries}


@pytest.mark.parametrize("name", ["requirements", "requirements-postgresql", "requirements-dev"])
def test_the_lock_holds_what_is_wanted_with_hashes_and_names_no_registry(name: str) -> None:
    listed = (ROOT / f"{name}.txt").read_text()
    wanted = dict(re.findall(r"^([\w-]+)(?:\[[\w-]+\])?==(\S+)", listed, re.MULTILINE))
    assert wanted.items() <= locked(name).items()


def test_what_develops_the_bot_has_what_runs_it_in_the_same_versions() -> None:
    assert (
        locked("requirements").items() < locked("requirements-postgresql").items() < locked("requirements-dev").items()
    )
    assert "pytest" not in locked("requirements")


async def test_the_run_and_the_container_install_by_hash() -> None:
    script = await asyncio.to_thread((ROOT / "deploy" / "environment.sh").read_text)
    assert '--only-binary :all: --require-hashes -r "$lock"' in script  # no package's own code at installation
    assert script.count("pip install") == 1


def deployed(name: str) -> str:
    """A file of deploy/ without its comments."""
    lines = (ROOT / "deploy" / name).read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def test_the_base_image_is_named_by_its_digest() -> None:
    recipe = deployed("container/Containerfile")
    [base] = re.findall(r"^ARG BASE=(\S+)", recipe, re.MULTILINE)
    assert re.fullmatch(r"[\w./-]+@sha256:[0-9a-f]{64}", base)
    assert set(re.findall(r"^FROM (\S+)", recipe, re.MULTILINE)) == {"$BASE", "packages"}


def unit(name: str) -> dict[str, str]:
    """The settings of a program's unit, those that hold for all included."""
    lines = (
        deployed("systemd/polimisport-.service.d/common.conf") + "\n" + deployed(f"systemd/polimisport-{name}.service")
    )
    return dict(re.findall(r"^(\w+)=(.*)$", lines, re.MULTILINE))


@pytest.mark.parametrize("name", ["bot", "executor", "web", "worker@"])
def test_a_service_writes_its_data_folder_only_and_has_limits(name: str) -> None:
    settings = unit(name)
    assert (settings["User"], settings["ProtectSystem"], settings["UMask"]) == ("polimisport", "strict", "0077")
    assert settings["ReadWritePaths"] == "/var/lib/polimisport"
    assert "/opt/polimisport" not in settings["Environment"] + settings["StateDirectory"]
    assert settings["ExecStart"].endswith("--config /var/lib/polimisport/config.json")
    assert {"MemoryMax", "TasksMax", "LimitCORE", "SystemCallFilter", "WatchdogSec"} <= set(settings)
    if name in ("web", "worker@"):  # what Chromium's own sandbox could not live with
        assert not {"PrivateUsers", "MemoryDenyWriteExecute"} & set(settings)
        assert {"user", "pid", "net"} == set(settings["RestrictNamespaces"].split())
        assert "chroot" in settings["SystemCallFilter"].split()
    else:
        assert settings["RestrictNamespaces"] == "yes"


def test_a_container_runs_as_a_user_with_limits_and_leaves_chromium_its_sandbox() -> None:
    recipe, compose = deployed("container/Containerfile"), deployed("container/compose.yaml")
    assert recipe.index("COPY --from=code") < recipe.index("USER polimisport") < recipe.index("ENTRYPOINT")
    assert "--chown" not in recipe  # the code is root's
    for wanted in (
        "mem_limit:",
        "pids_limit:",
        "core: 1",
        "read_only: true",
        "cap_drop: [ALL]",
        "seccomp=seccomp.json",
    ):
        assert wanted in compose
    profile = json.loads((ROOT / "deploy/container/seccomp.json").read_text())
    denied = {name for rule in profile["syscalls"] for name in rule["names"] if rule["action"] != "SCMP_ACT_ALLOW"}
    assert profile["defaultAction"] == "SCMP_ACT_ALLOW"
    assert not {"clone", "clone3", "unshare", "chroot", "seccomp", "prctl"} & denied
    assert {"mount", "ptrace", "bpf", "setns", "keyctl", "kexec_load", "init_module"} <= denied
