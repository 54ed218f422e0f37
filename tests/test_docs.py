"""The documentation is true: what README.md and README_DB.md name exists, and what exists they name."""

from __future__ import annotations

import inspect
import json
import os
import re
import shlex
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import BaseModel

import otp_extractor
import setup
from demo.site.switches import Switches, lively
from runtime import program, sealing_key
from runtime.settings import Friend, Settings, load
from runtime.version import FULL_NAME, RELEASED, VERSION
from store.migrations import SCHEMA
from tests.support import chats
from tests.support.postgresql import Server
from upgrade.checkout import version_in

PROJECT = Path(__file__).resolve().parent.parent
DOCUMENTS = (
    "README.md",
    "README.it.md",
    "README_DB.md",
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/releasing.md",
)
MADE_BY_US = {
    "config.json",
    "other.json",
    "my.db",
    "qr.png",
    "polimisport.db",
    "polimisport.state",
    "backups",
    ".upgrade",
}
DEMO_WORLD = "## The demo world alone"
PROGRAMS = {path.name for path in PROJECT.glob("*.py")}


def read(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def commands(name: str) -> Iterator[list[str]]:
    """Every command line in the shell blocks of a document, without its comment."""
    for block in re.findall(r"^ *```(?:sh|cron)\n(.*?)^ *```", read(name), re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            yield from ([words] if words else [])


ALL_COMMANDS = [(name, words) for name in DOCUMENTS for words in commands(name)]


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    """A database as schema.sql makes it, in memory."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA.read_text(encoding="utf-8"))
    yield connection
    connection.close()


def columns(database: sqlite3.Connection) -> dict[str, list[str]]:
    ours = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    names = [name for (name,) in database.execute(ours)]
    return {name: [row[1] for row in database.execute(f"PRAGMA table_info({name})")] for name in names}


def table_after(heading: str, text: str) -> list[str]:
    """The first cells, in back quotes, of the Markdown table that follows a heading."""
    return re.findall(r"^\| `([^`]+)` \|", section(heading, text), re.MULTILINE)


def section(heading: str, text: str) -> str:
    """What stands under a heading, up to the next one."""
    return text.split(f"{heading}\n", 1)[1].split("\n#", 1)[0]


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The dotted names of every key of a configuration."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from keys(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name


def dotted(values: dict[str, object], prefix: str = "") -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from dotted(value, f"{prefix}{name}.")
        else:
            yield prefix + name


# --- configuration


def test_every_configuration_key_is_documented_and_every_documented_key_exists() -> None:
    assert sorted(table_after("## Configuration", read("README_DB.md"))) == sorted(keys(Settings))


def test_the_example_has_every_key() -> None:
    assert sorted(dotted(json.loads(read("config.example.json")))) == sorted(keys(Settings))


def test_the_example_and_the_documentation_give_the_real_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("POLIMISPORT_")]:
        monkeypatch.delenv(name)
    otp = "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP"
    telegram = {"bot_token": "1:x", "allowed_user_id": 1}
    required: dict[str, Any] = {"username": "x", "password": "x", "otpatu": otp, "telegram": telegram}
    settings = Settings(**required)
    real = json.loads(settings.model_dump_json())
    example = json.loads(read("config.example.json"))
    example["friends"] = [friend for friend in example["friends"] if friend["active"]]
    table = section("## Configuration", read("README_DB.md"))
    for key, default in re.findall(r"^\| `([\w.]+)` \| `(.*?)` \|", table, re.MULTILINE):
        assert as_written(look_up(real, key)) == as_written(look_up(example, key)) == default, key


def look_up(values: object, key: str) -> object:
    for name in key.split("."):
        assert isinstance(values, dict)
        values = values[name]
    return values


def as_written(value: object) -> str:
    """A value as the documentation writes it: JSON without quotes, times without their zero seconds."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return re.sub(r"^(\d\d:\d\d):00$", r"\1", value if isinstance(value, str) else json.dumps(value))


def test_what_an_entry_of_friends_holds_is_documented() -> None:
    line = next(line for line in read("README_DB.md").splitlines() if line.startswith("| `friends` |"))
    assert [name for name in Friend.model_fields if f"`{name}`" not in line] == []


def test_the_example_friend_is_complete_and_counts_only_once_it_is_active(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("POLIMISPORT_")]:
        monkeypatch.delenv(name)
    config = tmp_path / "config.json"
    config.touch(mode=0o600)
    config.write_text(read("config.example.json"))
    assert set(json.loads(read("config.example.json"))["friends"][0]) == set(Friend.model_fields)
    own = read("config.example.json")
    mine = {
        "12345678": "55500001",
        "87654321": "55500002",
        "the password": "secret",
        "EXAMPLEEXAMPLE": "ABCDEFGHIJKLMN",
    }
    for example, ours in mine.items():  # the ids and the token hold the same digits
        own = own.replace(example, ours)
    config.write_text(own)
    assert len(load(config).people) == 1
    config.write_text(own.replace('"active": false', '"active": true'))
    assert len(load(config).people) == 2


# --- the demo world


def test_every_switch_of_the_simulated_site_is_documented_as_it_is() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(.+?)` \| `(.+?)` \|", section(DEMO_WORLD, read("README_DB.md")), re.MULTILINE)
    assert {name: (json.loads(calm), json.loads(alive)) for name, calm, alive in rows} == {
        name: (calm, lively().as_dict()[name]) for name, calm in Switches().as_dict().items()
    }


def test_every_option_of_the_simulated_site_is_documented() -> None:
    defined = re.findall(r'add_argument\("(--[\w-]+)"', read("demo/site/__main__.py"))
    assert [option for option in defined if f"`{option}`" not in section(DEMO_WORLD, read("README_DB.md"))] == []


# --- tables


def test_every_table_and_column_is_documented_and_exists(database: sqlite3.Connection) -> None:
    text = read("README_DB.md")
    documented = {name: table_after(f"### `{name}`", text) for name in re.findall(r"^### `(\w+)`$", text, re.MULTILINE)}
    assert documented == columns(database)


@pytest.mark.parametrize("sql", [words[2] for _, words in ALL_COMMANDS if words[0] == "sqlite3"])
def test_the_sql_works_as_written(database: sqlite3.Connection, sql: str) -> None:
    database.execute("INSERT INTO accounts (user_id, role) VALUES (42, 'owner')")
    cursor = database.execute(sql)
    assert not sql.startswith("INSERT") or cursor.rowcount == 1


@pytest.mark.process
@pytest.mark.parametrize("sql", [words[2] for _, words in ALL_COMMANDS if words[0] == "psql"])
def test_the_sql_of_postgresql_works_as_written(postgresql: Server, sql: str) -> None:
    place = postgresql.database()
    with psycopg.connect(place.uri, autocommit=True, options="-c search_path=polimisport") as shell:
        shell.execute("INSERT INTO accounts (user_id, role) VALUES (42, 'owner')")
        cursor = shell.execute(sql.encode())
    assert not sql.startswith("INSERT") or cursor.rowcount == 1


# --- commands


@pytest.mark.parametrize(("document", "words"), ALL_COMMANDS, ids=[" ".join(words)[:60] for _, words in ALL_COMMANDS])
def test_every_command_names_files_and_options_that_exist(document: str, words: list[str]) -> None:
    words = [word for word in words if not re.fullmatch(r"POLIMISPORT_\w+=\S*", word)]
    for place, word in enumerate(words):
        if word.startswith("--"):
            assert word in option_source(words), f"{document}: {word}"
        elif word.endswith((".py", ".sh")) or (word.startswith("./") and place == 0):
            assert (PROJECT / word).exists(), f"{document}: {word}"
    if "-m" in words:
        assert module_of(words).exists()


def module_of(words: list[str]) -> Path:
    """The file that `python -m` runs."""
    place = PROJECT.joinpath(*words[words.index("-m") + 1].split("."))
    return place / "__main__.py" if place.is_dir() else place.with_suffix(".py")


def option_source(words: list[str]) -> str:
    """The text in which the options of a command are defined."""
    if words[0] in ("./run", "./test"):
        return read(words[0].removeprefix("./"))
    if "-m" in words:
        return module_of(words).read_text(encoding="utf-8")
    program = next(word for word in words if word in PROGRAMS)
    return read(program) + read("runtime/settings.py") + read("runtime/program.py") + read("runtime/version.py")


def test_every_program_is_documented() -> None:
    runnable = {name for name in PROGRAMS if '__name__ == "__main__"' in read(name)}
    assert runnable == set(table_after("## The programs", read("README_DB.md")))


def test_the_cron_lines_are_those_of_the_crontab() -> None:
    lines = [line for line in read("deploy/crontab").splitlines() if not line.startswith("#")]
    assert "\n".join(lines) in read("README_DB.md")


def test_readme_opens_with_the_two_commands() -> None:
    assert [words for _, words in ALL_COMMANDS][:2] == [["./run", "--demo"], ["./test"]]


# --- links, files, environment variables


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_and_link_named_exists(document: str) -> None:
    text = read(document)
    named = set(re.findall(r"`([\w/.@-]+\.(?:py|sql|sh|json|db|yaml|service|conf|md|txt))`", text))
    named |= {name.rstrip("/") for name in re.findall(r"`([\w./-]+/)`", text)}
    missing = {name for name in named if name.split("/")[0] not in MADE_BY_US and not (PROJECT / name).exists()}
    folder = (PROJECT / document).parent
    links = {link.split("#")[0] for link in re.findall(r"\]\((?!https?:)([^)]+)\)", text)}
    assert missing | {link for link in links if not (folder / link).exists()} == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_environment_variable_named_is_a_key(document: str) -> None:
    named = set(re.findall(r"POLIMISPORT_\w+", read(document))) - {sealing_key.VARIABLE}
    known = {f"POLIMISPORT_{key.upper().replace('.', '__')}" for key in keys(Settings)}
    assert named <= known


def test_the_taps_to_a_booking_are_as_many_as_the_chat_asks_for() -> None:
    taps = sum(inspect.getsource(part).count("await tapped(") for part in (chats.pilates, chats.queued))
    assert {5: "Tap five buttons"}[taps] in read("README.md")


@pytest.mark.parametrize("language", ["en", "it"])
def test_the_pictures_are_light(language: str) -> None:
    assert sum(path.stat().st_size for path in (PROJECT / "docs" / language).glob("*.png")) < 400_000


@pytest.mark.parametrize(
    "told",
    [
        r"^#+ (?=\S)",  # a heading, of whatever words
        r"^ *\| ",  # a row of a table
        r"^ *(?:\d\.|-) ",  # an entry of a list
        r"^ *```sh\n(.*?)```",  # a command
        r"(?<!`)`([^`]+)`(?!`)",  # a key, a file, a command of the chat
        r"docs/(?:en|it)/(\w+\.png)",  # a picture
        r"\]\((?!docs/|README\.)([^)]+)\)",  # a link
    ],
)
def test_the_two_readmes_have_the_same_of_everything(told: str) -> None:
    english, italian = (
        sorted(" ".join(each.split()) for each in re.findall(told, read(name), re.MULTILINE | re.DOTALL))
        for name in ("README.md", "README.it.md")
    )
    assert english == italian


def test_each_readme_shows_the_pictures_of_its_language_and_names_the_other() -> None:
    for name, language, other in (("README.md", "en", "README.it.md"), ("README.it.md", "it", "README.md")):
        assert set(re.findall(r"docs/(en|it)/", read(name))) == {language}
        assert f"({other})" in read(name).partition("\n## ")[0]


def test_what_the_chat_is_quoted_to_say_it_says() -> None:
    texts = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "bot").rglob("*.py"))
    labels = r"^- \*\*(?P<icon>\S+) (?P<english>.+?)\*\* \((?:in Italian )?\*(?P<italian>.+?)\*\)"
    named = [one.groupdict() for one in re.finditer(labels, read("README.md"), re.MULTILINE)]
    buttons = [f"{one['icon']} {one['italian']}" for one in named]
    english = read("languages/en/menu.po")
    assert [one for one in named if f'msgstr "{one["icon"]} {one["english"]}"' not in english] == []
    assert buttons == re.findall(r"^- \*\*(.+?)\*\*:", read("README.it.md"), re.MULTILINE)
    quoted = re.findall(r'^\| "([^"]+)" in the chat', read("README_DB.md"), re.MULTILINE)
    assert [words for words in buttons + quoted if words not in texts] == []
    assert len(buttons) == 4


# --- the version


@pytest.mark.parametrize("ask", [program.options("a program").parse_args, setup.options, otp_extractor.main])
def test_every_program_tells_its_version(
    ask: Callable[[list[str]], object], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        ask(["--version"])
    assert capsys.readouterr().out == f"{FULL_NAME}\n"


@pytest.mark.process
def test_run_tells_the_version_before_anything_is_installed() -> None:
    said = subprocess.run(["./run", "--version"], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert said.stdout == f"{FULL_NAME}\n"


def test_the_version_stands_in_one_place_and_nowhere_else() -> None:
    """Doctor, pages, metrics, heartbeats, /help and --version import it; ./run and the upgrade read that line."""
    sources = {
        path for path in PROJECT.glob("*/**/*.py") if not path.parts[len(PROJECT.parts)].startswith((".", "tests"))
    }
    named = {path for path in sources | set(PROJECT.glob("*.py")) if f'"{VERSION}"' in path.read_text(encoding="utf-8")}
    assert named == {PROJECT / "runtime" / "version.py"}
    assert version_in(read("runtime/version.py")) == VERSION
    assert "[project]" not in read("pyproject.toml")  # nothing is packaged: no second place for it


def test_the_changelog_has_the_version_and_its_groups() -> None:
    versions = re.findall(r"^## (\S+)(?: \((\d{4}-\d\d-\d\d)\))?$", read("CHANGELOG.md"), re.MULTILINE)
    (unreleased, undated), *dated = versions
    assert (unreleased, undated) == ("Unreleased", "")
    assert dated[0] == (VERSION, f"{RELEASED:%Y-%m-%d}")
    assert dated == sorted(dated, key=lambda each: tuple(map(int, each[0].split("."))), reverse=True)
    assert all(day for _, day in dated)
    assert set(re.findall(r"^### (.+)$", read("CHANGELOG.md"), re.MULTILINE)) == {"Added", "Changed", "Fixed"}
