"""./run, ./test and deploy/: real shells, real supervisord, programs that do as the test says. And one whole demo."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import stat
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.support.processes import children_of, kill, living
from tests.support.running import PATIENCE
from tests.support.sites import chromium

PROJECT = Path(__file__).resolve().parent.parent.parent
STAND_IN = """\
import os, pathlib, signal, sys
name = pathlib.Path(sys.argv[0]).stem
def say(*words):  # a whole line at once, as logging does
    sys.stdout.write(" ".join((name, *words)) + "\\n")
    sys.stdout.flush()
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # a handler is not run when it comes right before a sleep
say("starts", *sys.argv[1:])
behaviour = os.environ.get("DO_" + name)
if behaviour == "misconfigured":
    print("config.json: the key 'password' is missing", file=sys.stderr, flush=True)
    os._exit(2)
if behaviour == "crash" and not pathlib.Path("crashed").exists():
    pathlib.Path("crashed").touch()
    os._exit(1)
if behaviour == "nothing":
    os._exit(0)
signal.sigwait({signal.SIGTERM})
say("ends cleanly")
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose four programs only say what happens to them."""
    folder = tmp_path / "checkout"
    shutil.copytree(PROJECT / "deploy", folder / "deploy")
    for name in ("run", "test", "requirements.lock", "requirements-postgresql.lock", "requirements-dev.lock"):
        shutil.copy(PROJECT / name, folder / name)
    for name in ("bot_db", "worker", "periodic_executor", "web"):
        (folder / f"{name}.py").write_text(STAND_IN)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


class Terminal:
    """A started command, and what it has said."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.said = ""

    async def until(self, text: str, times: int = 1) -> None:
        """Reads on until the text was said so often; fails when the command ends or is silent before."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while self.said.count(text) < times:
                line = await self.process.stdout.readline()
                assert line, f"it ended without saying '{text}':\n{self.said}"
                self.said += line.decode()

    async def end(self) -> int:
        """Reads the rest; the exit code."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            self.said += (await self.process.stdout.read()).decode()
            return await self.process.wait()


@asynccontextmanager
async def terminal(*command: Path | str, folder: Path, **environment: str) -> AsyncIterator[Terminal]:
    """Runs a command in a process group of its own, as a terminal does; whatever is left of it is killed at the end."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        cwd=folder,
        env=os.environ | environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=STDOUT,
        start_new_session=True,
    )
    try:
        yield Terminal(process)
    finally:
        if process.returncode is None:
            kill(children_of(process.pid))
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def test_ctrl_c_stops_the_programs_cleanly_and_leaves_no_process(checkout: Path) -> None:
    async with terminal("deploy/programs.sh", "/a/config.json", "2", folder=checkout) as shell:
        await shell.until("starts --config /a/config.json", times=5)
        children = children_of(shell.process.pid)
        os.killpg(shell.process.pid, signal.SIGINT)
        await shell.end()
    assert shell.said.count("ends cleanly") == 5
    assert living(children) == []


async def test_a_program_that_crashes_is_started_again(checkout: Path) -> None:
    async with terminal("deploy/programs.sh", "/a/config.json", folder=checkout, DO_worker="crash") as shell:
        await shell.until("worker starts", times=2)
        shell.process.terminate()
        await shell.end()
    assert shell.said.count("bot_db starts") == 1
    assert "exited: worker-0" in shell.said


async def test_pages_that_are_switched_off_end_and_are_not_started_again(checkout: Path) -> None:
    async with terminal("deploy/programs.sh", "/a/config.json", folder=checkout, DO_web="nothing") as shell:
        await shell.until("starts --config /a/config.json", times=4)
        await asyncio.sleep(1.5)  # supervisord's first new start would come after one second
        shell.process.terminate()
        await shell.end()
    assert shell.said.count("web starts") == 1
    assert "exited: web" not in shell.said


async def test_an_unusable_configuration_stops_everything_and_its_line_is_shown(checkout: Path) -> None:
    shell_running = terminal("deploy/programs.sh", "/a/config.json", folder=checkout, DO_worker="misconfigured")
    async with shell_running as shell:
        assert await shell.end() == 2
    assert shell.said.count("the key 'password' is missing") == 1


async def test_the_log_can_go_to_a_file(checkout: Path) -> None:
    log = checkout / "log.txt"
    async with terminal("bash", "-c", f"exec deploy/programs.sh /config.json > '{log}' 2>&1", folder=checkout) as shell:
        async with asyncio.timeout(PATIENCE):
            while not log.exists() or log.read_text().count("starts") < 4:  # noqa: ASYNC110 - a file can't be awaited
                await asyncio.sleep(0.05)
        shell.process.terminate()
        await shell.end()
    lines = log.read_text()
    assert lines.startswith(("bot_db starts", "worker starts", "periodic_executor starts", "web starts"))
    assert lines.count("ends cleanly") == 4


async def test_run_says_what_it_can_do(checkout: Path) -> None:
    async with terminal("./run", "--help", folder=checkout) as shell:
        assert await shell.end() == 0
    assert "--demo" in shell.said
    assert "--workers N" in shell.said


async def test_run_says_what_to_do_once_it_runs_and_how_to_stop_it(checkout: Path) -> None:
    (checkout / "setup.py").touch()
    (checkout / "deploy" / "programs.sh").write_text("#!/bin/sh\necho the programs\n")
    made = "packages_for() { :; }; prepare_environment() { PYTHON=.venv/bin/python; }; prepare_browser() { :; }"
    ready = f'say() {{ echo "$*"; }}; {made}\n'
    (checkout / "deploy" / "environment.sh").write_text(ready)
    async with terminal("./run", folder=checkout) as shell:
        assert await shell.end() == 0
    said = "Starting: write /start to your bot in Telegram. It runs until you press Ctrl-C here."
    assert shell.said.splitlines() == [said, "the programs"]


UNKNOWN = ["--dmeo", "--workers none", "--workers 0", "--workers"]
USELESS = ["--keep", "--by-hand", "--like x.zip", "--demo --config x.json", "--club", "--demo --club --by-hand"]


@pytest.mark.parametrize("wrong", [each.split() for each in (*UNKNOWN, *USELESS)])
async def test_run_refuses_what_it_does_not_know_before_it_does_anything(checkout: Path, wrong: list[str]) -> None:
    (checkout / ".venv").unlink()
    async with terminal("./run", *wrong, folder=checkout) as shell:
        assert await shell.end() == 2
    assert shell.said.startswith("run: ")
    assert not (checkout / ".venv").exists()


async def ask_environment(checkout: Path, question: str, **environment: str) -> tuple[int, str]:
    async with terminal(
        "bash", "-c", f"set -e; . deploy/environment.sh; {question}", folder=checkout, **environment
    ) as shell:
        return await shell.end(), shell.said.strip()


async def test_without_a_python_that_is_new_enough_one_sentence_says_so(checkout: Path) -> None:
    (checkout / ".venv").unlink()
    code, said = await ask_environment(checkout, "find_python() { return 1; }; prepare_environment")
    assert code == 1
    assert said == "Python 3.11 or newer is needed: install it (on Debian: apt install python3 python3-venv)."


async def test_a_python_without_venv_is_told_what_to_install(checkout: Path) -> None:
    (checkout / ".venv").unlink()
    mute = "find_python() { echo false; }; may_install_packages() { return 1; }"
    code, said = await ask_environment(checkout, f"{mute}; prepare_environment")
    assert code == 1
    assert said.splitlines()[-1].endswith("install python3-venv (on Debian: apt install python3-venv) and try again.")


async def test_the_environment_is_made_once_and_used_again_until_requirements_change(checkout: Path) -> None:
    (checkout / ".venv").unlink()
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (checkout / lock).write_text("# nothing\n")
    assert (await ask_environment(checkout, "prepare_environment"))[1].count("...") == 2
    assert await ask_environment(checkout, "prepare_environment; echo $PYTHON") == (0, f"{checkout}/.venv/bin/python")
    (checkout / "requirements.lock").write_text("# nothing more\n")
    assert "Installing" in (await ask_environment(checkout, "prepare_environment"))[1]
    said = (await ask_environment(checkout, "prepare_environment dev; prepare_environment"))[1]
    assert re.findall(r"Installing what (\S+) lists", said) == ["requirements-dev.lock"]  # which holds the other


@pytest.mark.parametrize(
    ("config", "variable", "packages"),
    [
        ('{"database": "postgresql://bot@server/club"}', "", "postgresql"),
        ('{"database" : " postgres://bot@server/club"}', "", "postgresql"),
        ('{"database": "postgresql.db"}', "", ""),
        ("{}", "", ""),
        ('{"database": "mine.db"}', "POSTGRESQL://bot@server/club", "postgresql"),
        ('{"database": "postgresql://bot@server/club"}', "mine.db", ""),
    ],
)
async def test_what_speaks_with_a_server_is_installed_where_one_is_named(
    checkout: Path, config: str, variable: str, packages: str
) -> None:
    (checkout / "config.json").write_text(config)
    question = f"POLIMISPORT_DATABASE='{variable}'; packages_for config.json"
    assert await ask_environment(checkout, question) == (0, packages)


async def test_another_python_has_an_environment_of_its_own(checkout: Path) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    question = f"supported_pythons; update_venv() {{ echo $@; }}; prepare_environment dev {version}; echo $PYTHON"
    code, said = await ask_environment(checkout, question)
    *pythons, updated, python = said.splitlines()
    assert (code, version in pythons) == (0, True)
    assert updated == f".venv-{version} requirements-dev.lock {version}"
    assert python == f"{checkout}/.venv-{version}/bin/python"


async def test_a_python_that_is_not_there_is_named(checkout: Path) -> None:
    code, said = await ask_environment(checkout, "prepare_environment dev 3.1")
    assert (code, said) == (1, "Python 3.1 is not on this machine.")


async def test_a_browser_that_does_not_start_is_passed_over(checkout: Path, tmp_path: Path) -> None:
    for name, script in {"chromium": "exit 1", "chromium-browser": "echo Chromium 999"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    code, said = await ask_environment(checkout, "HEADLESS_SHELL=/nowhere; installed_browser", PATH=path)
    assert (code, said) == (0, str(tmp_path / "chromium-browser"))


async def test_the_browser_without_windows_is_preferred(checkout: Path, tmp_path: Path) -> None:
    shell = tmp_path / "chromium-headless-shell"
    shell.write_text("#!/bin/sh\necho Chromium 999\n")
    shell.chmod(0o755)
    assert await ask_environment(checkout, f"HEADLESS_SHELL={shell}; installed_browser") == (0, str(shell))


async def test_where_no_package_can_be_had_another_browser_does(checkout: Path) -> None:
    mute = "HEADLESS_SHELL=/nowhere; may_install_packages() { true; }; install_package() { false; }"
    question = f"{mute}; prefer_headless_shell"
    code, said = await ask_environment(checkout, question, POLIMISPORT_BROWSER__EXECUTABLE_PATH="")
    assert (code, said.count("slower")) == (0, 1)


async def test_a_browser_somebody_named_is_taken_without_a_search(checkout: Path) -> None:
    question = "installed_browser() { echo searched; }; prepare_browser; echo $BROWSER"
    assert await ask_environment(checkout, question, POLIMISPORT_BROWSER__EXECUTABLE_PATH="/my/chrome") == (
        0,
        "/my/chrome",
    )


async def test_without_any_browser_one_sentence_says_what_to_do(checkout: Path) -> None:
    nothing = "; ".join(
        f"{each}_browser() {{ return 1; }}" for each in ("installed", "playwrights", "download", "package")
    )
    code, said = await ask_environment(checkout, f"{nothing}; prepare_browser", POLIMISPORT_BROWSER__EXECUTABLE_PATH="")
    assert code == 1
    assert said.startswith("No Chromium could be found or installed: install it (on Debian: apt install chromium")


PACKAGE = """
    has_postgresql() { return 1; }; may_install_packages() { true; }
    install_package() { grep -c 'create_main_cluster = false' "$CLUSTER_SETTINGS"/*; }
"""


async def test_postgresql_is_installed_for_the_tests_without_a_server_that_listens(
    checkout: Path, tmp_path: Path
) -> None:
    question = f"CLUSTER_SETTINGS={tmp_path}/settings; {PACKAGE} prepare_postgresql"
    assert await ask_environment(checkout, question) == (0, "1")
    assert list((tmp_path / "settings").iterdir()) == []  # whoever makes a server of it later is asked nothing of us


async def test_where_postgresql_can_not_be_had_the_tests_go_on_without(checkout: Path, tmp_path: Path) -> None:
    question = f"CLUSTER_SETTINGS={tmp_path}/settings; {PACKAGE} install_package() {{ false; }}; prepare_postgresql"
    code, said = await ask_environment(checkout, question)
    assert (code, "are left out" in said) == (0, True)


def test_the_front_doors_are_executable() -> None:
    doors = ("run", "test", ".ci/run", "deploy/programs.sh", "deploy/keep.sh")
    assert [door for door in doors if not (PROJECT / door).stat().st_mode & stat.S_IXUSR] == []


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Terminal]:
    """A demo world with the real programs, in a folder of its own."""
    command = (sys.executable, "-m", "demo", "--folder", tmp_path / "demo")
    browser = chromium()
    async with terminal(*command, folder=PROJECT, DISPLAY="", POLIMISPORT_BROWSER__EXECUTABLE_PATH=browser) as shell:
        await shell.until("Ctrl-C")
        yield shell


async def test_the_demo_answers_in_the_chat_refuses_a_second_and_ends_without_leaving_a_process(
    demo: Terminal, tmp_path: Path
) -> None:
    found = re.search(r"http://127\.0\.0\.1:\d+", demo.said)
    assert found
    children = children_of(demo.process.pid)
    async with httpx.AsyncClient(base_url=found[0], timeout=PATIENCE) as chat:
        await chat.post("/chat/1001/send", json={"text": "/start"})
        assert "Nuova Prenotazione" in await first_answer(chat)
    async with terminal(sys.executable, "-m", "demo", "--folder", tmp_path / "demo", folder=PROJECT) as second:
        assert await second.end() == 1
    assert "a demo is running here already" in second.said
    demo.process.send_signal(signal.SIGINT)
    assert await demo.end() == 0
    async with asyncio.timeout(PATIENCE):
        while living(children):  # noqa: ASYNC110 - a browser that was just starting ends by itself, and sets no event
            await asyncio.sleep(0.05)
    assert (tmp_path / "demo" / "config.json").stat().st_mode & 0o077 == 0


async def first_answer(chat: httpx.AsyncClient) -> str:
    """The live events of Giulia's chat, up to the bot's main menu."""
    said = ""
    async with asyncio.timeout(PATIENCE), chat.stream("GET", "/chat/1001/events") as events:
        async for line in events.aiter_lines():
            said += line
            if "Nuova Prenotazione" in said:
                break
    return said
